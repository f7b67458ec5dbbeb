"""The part of posting that documents, journals and orders share: apply, price, then write everything at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from config.base.errors import raise_problems
from config.base.transactions import PostingContext
from costing import average_scopes, checks, cost_book, exact_reversal, marking, value_posting, value_storing
from costing.cost_book import CostBook
from costing.marking import NewMark
from costing.posting import capacity, followed_dates, results
from costing.posting.capacity import CapacityUse
from costing.posting.results import PostingResult
from costing.running_average import RunningAverages
from costing.setups import Setups
from costing.value_posting import CostedLine, ValueDraft
from costing.value_storing import StoredValues
from inventory import posting as item_posting
from inventory.posting import Plan, PlannedEntry, Written


@dataclass(slots=True)
class StockPosting:
    """Movements applied and priced in memory, with every value draft of the posting so far.

    `capacity`: work on an order that is posted along; its values are among the drafts.
    """

    setups: Setups
    plan: Plan
    drafts: list[ValueDraft]
    book: CostBook
    capacity: list[CapacityUse] = field(default_factory=list)


def prepare(lines: Sequence[CostedLine], *, setups: Setups) -> StockPosting:
    """Apply and price the movements of a posting, without writing. The items must be locked.

    Raises: DomainError naming every line that cannot be applied.
    """
    movements = [line.movement for line in lines]
    names_entries = any(each.applies_to_key or each.applies_from_key for each in movements)
    plan = item_posting.plan(
        movements,
        prevent_negative=setups.inventory.prevent_negative_inventory,
        closed_through=checks.last_closed_period() if names_entries else None,
    )
    checks.check_named(movements, plan.named, setup=setups.costing)
    facts = {line.item.id: line.item for line in lines}
    sources = {link.inbound_key for entry in plan.entries for link in entry.links} | set(plan.named)
    averaged = [item.id for item in facts.values() if item.is_average]
    until = setups.periods.end(max(line.movement.origin.posting_date for line in lines)) if averaged else None
    book = cost_book.load(
        facts=facts,
        stock=plan.stock,
        source_keys=sources,
        average_until=until,
        average_by_place=until is not None and setups.periods.is_by_place(until),
        precision_e5=setups.precision_e5,
        shifts=average_scopes.shifts(averaged, on=until, periods=setups.periods, precision_e5=setups.precision_e5)
        if until
        else None,
    )
    book.running = RunningAverages(setups.precision_e5, setups.is_by_place)
    book.running.load(facts.values())
    marks = _new_marks(plan)
    marking.check_new(marks)
    book.marked = marking.open_receipts({each.receipt_id for each in marks})
    returned = exact_reversal.receipts_of(movements, book.entries)
    by_movement = {id(line.movement): line for line in lines}
    drafts = value_posting.draft_movements(plan.entries, by_movement, book, returned=returned)
    return StockPosting(setups, plan, drafts, book)


def _new_marks(plan: Plan) -> list[NewMark]:
    """The receipts that issues of items settled at close name."""
    return [
        NewMark(entry.key, entry.movement.applies_to_key, -entry.quantity_e5, entry.movement.item.no)
        for entry in plan.entries
        if entry.movement.item.is_settled_at_close
        and entry.quantity_e5 < 0
        and entry.movement.applies_to_key is not None
    ]


def check_accounts(posting: StockPosting) -> None:
    """Freeze the accounts of every value of the posting; refuse where one is missing, or stock would be negative."""
    issues = [draft for draft in posting.drafts if draft.valued_quantity_e5 < 0 and draft.item.is_settled_at_close]
    raise_problems(
        posting.book.running.negative_problems((draft.item for draft in issues), (draft.place for draft in issues))
    )
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
    marking.write(_new_marks(posting.plan), written.entry_ids, context=context, user_id=user_id)
    capacity.write(posting.capacity, document_nos=document_nos, register_id=register_id, created_at=context.created_at)
    stored = value_storing.store_values(
        posting.drafts,
        written=written,
        document_nos=document_nos,
        setup=posting.setups.costing,
        context=context,
        user_id=user_id,
    )
    followed_dates.follow(posting.plan, written, setups=posting.setups)
    value_storing.record_changes(posting.drafts, setups=posting.setups)
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
