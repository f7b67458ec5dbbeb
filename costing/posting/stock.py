"""The part of posting that documents, journals and orders share: apply, price, then write everything at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.base.amounts import to_e5
from config.base.models import Company
from config.base.transactions import PostingContext
from costing import checks, cost_book, value_posting, value_storing
from costing.average_periods import AveragePeriods
from costing.cost_book import CostBook
from costing.models import CostingSetup
from costing.posting import results
from costing.posting.results import PostingResult
from costing.value_posting import CostedLine, ValueDraft
from costing.value_storing import StoredValues
from inventory import posting as item_posting
from inventory.models import InventorySetup
from inventory.posting import Plan, PlannedEntry, Written


@dataclass(frozen=True, slots=True)
class Setups:
    """The setup in force for one posting."""

    costing: CostingSetup
    inventory: InventorySetup
    periods: AveragePeriods
    precision_e5: int

    @classmethod
    def load(cls, costing: CostingSetup) -> Setups:
        precision = Company.objects.values_list("amount_rounding_precision", flat=True).first()
        assert precision is not None, "The company record is missing."
        return cls(costing, InventorySetup.load(), AveragePeriods.load(costing), to_e5(precision))


@dataclass(slots=True)
class StockPosting:
    """Movements applied and priced in memory, with every value draft of the posting so far."""

    setups: Setups
    plan: Plan
    drafts: list[ValueDraft]
    book: CostBook


def prepare(lines: Sequence[CostedLine], *, setups: Setups) -> StockPosting:
    """Apply and price the movements of a posting, without writing. The items must be locked.

    Raises: DomainError naming every line that cannot be applied.
    """
    checks.check_methods(line.item for line in lines)
    plan = item_posting.plan(
        [line.movement for line in lines], prevent_negative=setups.inventory.prevent_negative_inventory
    )
    facts = {line.item.id: line.item for line in lines}
    sources = {link.inbound_key for entry in plan.entries for link in entry.links} | set(plan.named)
    until = max((setups.periods.end(line.movement.origin.posting_date) for line in lines), default=None)
    book = (
        cost_book.load(
            facts=facts,
            stock=plan.stock,
            source_keys=sources,
            average_until=until,
            average_by_place=setups.periods.by_place,
            precision_e5=setups.precision_e5,
        )
        if until
        else CostBook(setups.precision_e5, setups.periods.by_place)
    )
    drafts = value_posting.draft_movements(plan.entries, {id(line.movement): line for line in lines}, book)
    return StockPosting(setups, plan, drafts, book)


def check_accounts(posting: StockPosting) -> None:
    """Freeze the accounts of every value of the posting; refuse where one is missing."""
    value_storing.assign_accounts(posting.drafts, setup=posting.setups.costing)


def write(
    posting: StockPosting,
    *,
    document_nos: dict[str, str],
    source_code: str,
    context: PostingContext,
    user_id: int | None,
) -> tuple[Written, StoredValues]:
    """Write a prepared posting: register, entries, applications, values, G/L entries, marks."""
    register_id = item_posting.write_register(
        source_code=source_code,
        document_no=next(iter(document_nos.values())),
        user_id=user_id,
        created_at=context.created_at,
    )
    written = item_posting.write(
        posting.plan, document_nos=document_nos, register_id=register_id, created_at=context.created_at
    )
    stored = value_storing.store_values(
        posting.drafts,
        written=written,
        document_nos=document_nos,
        setup=posting.setups.costing,
        context=context,
        user_id=user_id,
    )
    value_storing.lift_valuation_dates(
        (written.entry_id(link.receiver_key), posting.book.entries[entry.key].valuation_date)
        for entry in posting.plan.entries
        for link in entry.covers
    )
    value_storing.record_changes(posting.drafts, periods=posting.setups.periods)
    value_storing.update_card_costs(posting.drafts)
    return written, stored


def result(
    written: Written,
    stored: StoredValues,
    *,
    entries: Sequence[PlannedEntry],
    documents: Sequence[tuple[str, str]],
    preview: bool,
) -> PostingResult:
    """Tell what was made; for a preview with the lines themselves."""
    item_ids = tuple(written.entry_id(entry.key) for entry in entries)
    return PostingResult(
        register_id=written.register_id,
        documents=tuple(documents),
        item_ledger_entry_ids=item_ids,
        value_entry_ids=tuple(stored.value_entry_ids),
        gl_entry_ids=tuple(stored.gl_entry_ids),
        item_lines=results.item_lines(item_ids) if preview else (),
        value_lines=results.value_lines(stored.value_entry_ids) if preview else (),
        gl_lines=results.gl_lines(stored.gl_entry_ids) if preview else (),
    )
