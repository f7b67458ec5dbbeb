"""Posting revaluations: stock gets another value, its quantity stays.

    6 at 10.00, 4 of them left on the date, new unit cost 8.00: one revaluation of 4 x (8.00 - 10.00) = -8.00

Source: design-details-revaluation; docs/algorithms/revaluation.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from config.base import locks, numbering
from config.base.amounts import from_e5, round_div, to_e5
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from config.base.transactions import PostingContext, posting
from costing import accounts as account_lookup
from costing import adjustment, card_costs, checks, value_storing
from costing.accounts import FrozenAccounts
from costing.card_costs import Shares
from costing.engine.shares import share_amount_e5
from costing.enums import AccountRole, ValueEntryType
from costing.inventory_value import Calculation, check_calculation
from costing.models import RevaluationJournalLine, ValueEntry
from costing.posting import results
from costing.posting.results import PostingResult
from costing.setups import Setups
from costing.stock_layers import AverageValues, Layer, counting_layers, layers, value_of_layers_e5, whole_entries
from costing.value_posting import ValueDraft
from inventory import posting as item_posting
from inventory import stock as stock_reader
from inventory.models import ItemApplicationEntry, ItemLedgerEntry
from inventory.posting import Origin, Written
from inventory.stock import ItemFacts

SOURCE_CODE = "REVALJNL"
JOURNAL = "journal"
ALL_PLACES = (None, None)


class EmptyJournal(DomainError):
    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class Target:
    """What one entry gets of a line: an amount for a quantity of it, in 1e-5."""

    line: RevaluationJournalLine
    layer: Layer
    quantity_e5: int
    amount_e5: int


def post_revaluation_journal(
    lines: Sequence[RevaluationJournalLine], *, user_id: int | None, preview: bool = False
) -> PostingResult:
    """Post revaluation lines together or not at all. Saved lines are deleted once posted.

    Lines without a document number share one that is drawn from the item journal series.
    Raises: DomainError naming every faulty line: period_closed, blocked_item, open_entries, not_adjusted,
    changed_meanwhile (what is there is not what was calculated), invalid_input. Then nothing is written.
    """
    if not lines:
        raise EmptyJournal(_("The journal has no lines. Calculate inventory value, or add a line, first."))
    with posting(preview=preview) as context:
        result = post_within(context, lines, user_id=user_id)
        RevaluationJournalLine.objects.filter(pk__in=[line.pk for line in lines if line.pk]).delete()
        return result


def post_within(
    context: PostingContext, lines: Sequence[RevaluationJournalLine], *, user_id: int | None
) -> PostingResult:
    """As `post_revaluation_journal`, inside the posting that a use case opened."""
    locks.lock_items({line.item_id for line in lines})
    facts = stock_reader.item_facts({line.item_id for line in lines})
    setups = Setups.at(max(line.posting_date for line in lines))
    checks.check_settled_at_posting(facts.values())
    checks.check_dates([line.posting_date for line in lines], setup=setups.costing)
    _check_lines(lines, facts)
    drafts = _drafts(_targets(lines, facts, setups), facts, setups.precision_e5)
    _check_effect(lines, drafts)
    result = _write(drafts, setups=setups, context=context, user_id=user_id)
    _update_standard_costs(lines, setups, user_id=user_id)
    adjustment.adjust_after_posting(set(facts), setup=setups.costing, context=context, user_id=user_id)
    return result


def _check_lines(lines: Sequence[RevaluationJournalLine], facts: dict[int, ItemFacts]) -> None:
    problems = []
    for line in lines:
        item = facts[line.item_id]
        if item.blocked:
            message = _("Item %(item)s on line %(line)s is blocked. Unblock it on its card, or remove the line.")
            problems.append(_problem(line, item, message, ErrorCode.BLOCKED_ITEM))
        if not item.is_inventory:
            message = _("Item %(item)s on line %(line)s is not kept in stock. Remove the line.")
            problems.append(_problem(line, item, message))
        if item.inventory_value_zero:
            message = _("Item %(item)s on line %(line)s is kept without a value. Remove the line.")
            problems.append(_problem(line, item, message))
        if line.value_revalued < 0:
            message = _("The new value of item %(item)s on line %(line)s is negative. Enter 0 or more.")
            problems.append(_problem(line, item, message))
        if line.update_standard_cost and not item.is_standard:
            message = _("Item %(item)s on line %(line)s is not kept at standard cost: its standard is not updated.")
            problems.append(_problem(line, item, message))
        if not line.partial and line.applies_to_entry_id is None:
            message = _("Line %(line)s names no entry of item %(item)s. Choose one, or calculate inventory value.")
            problems.append(_problem(line, item, message))
    raise_problems(problems)


def _problem(
    line: RevaluationJournalLine, item: ItemFacts, message: str, code: ErrorCode = ErrorCode.INVALID_INPUT
) -> Problem:
    words = {"item": item.no, "line": line.line_no, "entry": line.applies_to_entry_id}
    return Problem(message % words, code, document_no=line.document_no, line_no=line.line_no, item_no=item.no)


def _targets(lines: Sequence[RevaluationJournalLine], facts: dict[int, ItemFacts], setups: Setups) -> list[Target]:
    """The entries behind the lines, each with its amount. Raises: DomainError naming every line that does not fit."""
    whole = [line for line in lines if not line.partial]
    entries = whole_entries({line.applies_to_entry_id for line in whole if line.applies_to_entry_id})
    raise_problems(problem for line in whole for problem in _whole_problems(line, facts[line.item_id], entries))
    found = [_whole_target(line, entries) for line in whole]
    calculated = [line for line in lines if line.partial]
    for on in sorted({line.posting_date for line in calculated}):
        found += _calculated_targets([line for line in calculated if line.posting_date == on], facts, setups)
    return found


def _whole_problems(line: RevaluationJournalLine, item: ItemFacts, entries: dict[int, Layer]) -> Iterator[Problem]:
    entry = entries.get(line.applies_to_entry_id or 0)
    if entry is None or entry.item_id != item.id or entry.quantity_e5 < 0:
        message = _("Entry %(entry)s on line %(line)s is no receipt of item %(item)s. Choose an inbound entry of it.")
        yield _problem(line, item, message)
        return
    if not entry.invoiced:
        message = _("Entry %(entry)s of item %(item)s on line %(line)s is not invoiced in full. Invoice it first.")
        yield _problem(line, item, message)
    elif to_e5(line.quantity) != entry.quantity_e5 or to_e5(line.value_calculated) != entry.actual_e5:
        yield _changed(line, item)
    if item.is_average and ValueEntry.objects.filter(item_id=item.id, partial_revaluation=True).exists():
        message = _(
            "Item %(item)s was revalued by calculation before: line %(line)s cannot revalue entry %(entry)s by itself. "
            "Calculate its value per item."
        )
        yield _problem(line, item, message)
    if item.is_average and _returns_unadjusted(entry.entry_id):
        message = _(
            "Entry %(entry)s of item %(item)s on line %(line)s returns an issue whose cost is not adjusted. "
            "Adjust the cost of the item first."
        )
        yield _problem(line, item, message, ErrorCode.NOT_ADJUSTED)


def _returns_unadjusted(entry_id: int) -> bool:
    sources = ItemApplicationEntry.objects.active().filter(
        item_ledger_entry_id=entry_id, cost_application=True, outbound_item_entry__applied_entry_to_adjust=True
    )
    return sources.exists()


def _changed(line: RevaluationJournalLine, item: ItemFacts) -> Problem:
    message = _(
        "What is there of item %(item)s has changed since line %(line)s was calculated. Remove the line and calculate "
        "again."
    )
    return _problem(line, item, message, ErrorCode.CHANGED_MEANWHILE)


def _whole_target(line: RevaluationJournalLine, entries: dict[int, Layer]) -> Target:
    layer = entries[line.applies_to_entry_id or 0]
    return Target(line, layer, layer.quantity_e5, to_e5(line.amount))


def _calculated_targets(
    lines: Sequence[RevaluationJournalLine], facts: dict[int, ItemFacts], setups: Setups
) -> list[Target]:
    """The targets of calculated lines of one date: the quantity and the value must be what they were."""
    on, item_ids = lines[0].posting_date, {line.item_id for line in lines}
    found = layers(item_ids, on=on)
    averages = AverageValues(
        [item_id for item_id in item_ids if facts[item_id].has_average], on=on, by_place=setups.periods.is_by_place(on)
    )
    _check_calculations(lines, facts, setups)
    problems: list[Problem] = []
    targets: list[Target] = []
    for line in lines:
        item = facts[line.item_id]
        of_line = _layers_of(line, item, found)
        value_e5 = value_of_layers_e5(of_line, item, averages, setups.precision_e5)
        left_e5 = sum(layer.left_e5 for layer in of_line)
        if not left_e5 or to_e5(line.quantity) != left_e5 or to_e5(line.value_calculated) != value_e5:
            problems.append(_changed(line, item))
            continue
        targets += _spread(line, of_line, setups.precision_e5)
    raise_problems(problems)
    return targets


def _check_calculations(lines: Sequence[RevaluationJournalLine], facts: dict[int, ItemFacts], setups: Setups) -> None:
    """What was allowed when the lines were calculated must be so now, too."""
    asked: dict[Calculation, dict[int, ItemFacts]] = {}
    for line in lines:
        calculation = Calculation(
            posting_date=line.posting_date,
            per_entry=line.applies_to_entry_id is not None,
            location_ids=(line.location_id,) if line.by_location else None,
            variant_ids=(line.variant_id,) if line.by_variant else None,
        )
        asked.setdefault(calculation, {})[line.item_id] = facts[line.item_id]
    for calculation, items in asked.items():
        check_calculation(calculation, list(items.values()), periods=setups.periods)


def _layers_of(line: RevaluationJournalLine, item: ItemFacts, found: Sequence[Layer]) -> list[Layer]:
    if line.applies_to_entry_id is not None:
        of_item = counting_layers(found, item, per_entry=True)
        return [layer for layer in of_item if layer.entry_id == line.applies_to_entry_id]
    places = ([line.location_id] if line.by_location else None, [line.variant_id] if line.by_variant else None)
    return counting_layers(found, item, per_entry=False, places=places)


def _spread(line: RevaluationJournalLine, of_line: Sequence[Layer], precision_e5: int) -> Iterator[Target]:
    """Give each layer its part of the new value less what it is worth; the rest is carried, the last one takes all."""
    whole_e5, revalued_e5 = sum(layer.left_e5 for layer in of_line), to_e5(line.value_revalued)
    rest_e5, carried = to_e5(line.amount), Fraction(0)
    for layer in of_line[:-1]:
        exact = Fraction(revalued_e5 * layer.left_e5, whole_e5) - layer.value_e5(precision_e5) + carried
        amount_e5 = round_div(exact.numerator, exact.denominator * precision_e5) * precision_e5
        carried, rest_e5 = exact - amount_e5, rest_e5 - amount_e5
        yield Target(line, layer, layer.left_e5, amount_e5)
    yield Target(line, of_line[-1], of_line[-1].left_e5, rest_e5)


def _drafts(targets: Sequence[Target], facts: dict[int, ItemFacts], precision_e5: int) -> list[ValueDraft]:
    sets = account_lookup.accounts_of_sets({each.layer.account_set_id for each in targets if each.layer.account_set_id})
    return [
        _draft(target, facts[target.line.item_id], sets.get(target.layer.account_set_id or 0), precision_e5)
        for target in targets
        if target.amount_e5
    ]


def _draft(target: Target, item: ItemFacts, accounts: FrozenAccounts | None, precision_e5: int) -> ValueDraft:
    """A revaluation value; of a standard item that is not invoiced in full, the rest of its quantity is expected."""
    line, layer = target.line, target.layer
    open_e5 = 0 if layer.invoiced else layer.quantity_e5 - layer.invoiced_e5
    expected_e5 = share_amount_e5(target.amount_e5, open_e5, layer.quantity_e5, precision_e5) if open_e5 else 0
    return ValueDraft(
        entry_key=layer.entry_id,
        item=item,
        place=(layer.item_id, layer.variant_id, layer.location_id),
        origin=Origin(
            document_type="",
            line_no=line.line_no or 0,
            posting_date=line.posting_date,
            document_key=line.document_no or JOURNAL,
            description=item.no,
            dimension_set_id=layer.dimension_set_id,
            reason_code_id=line.reason_code_id,
        ),
        item_ledger_entry_type=layer.entry_type,
        valuation_date=max(line.posting_date, layer.valuation_date),
        valued_quantity_e5=target.quantity_e5,
        entry_type=ValueEntryType.REVALUATION,
        actual_e5=target.amount_e5 - expected_e5,
        expected_e5=expected_e5,
        is_expected=expected_e5 != 0,
        partial_revaluation=line.partial,
        gen_bus_posting_group_id=layer.gen_bus_posting_group_id,
        # Where the entry was posted without the account of revaluations, today's setup has to name one.
        accounts=accounts if accounts and AccountRole.INVENTORY_ADJUSTMENT in accounts.account_ids else None,
    )


def _check_effect(lines: Sequence[RevaluationJournalLine], drafts: Sequence[ValueDraft]) -> None:
    if not drafts and not any(line.update_standard_cost for line in lines):
        raise EmptyJournal(_("No line changes a value. Enter a new unit cost or a new amount first."))


def _write(
    drafts: Sequence[ValueDraft], *, setups: Setups, context: PostingContext, user_id: int | None
) -> PostingResult:
    if not drafts:
        return PostingResult(0, (), (), (), ())
    value_storing.assign_accounts(drafts, setup=setups.costing)
    numbers = {draft.origin.document_key: draft.origin.document_key for draft in drafts}
    if JOURNAL in numbers:
        last = max(draft.origin.posting_date for draft in drafts)
        numbers[JOURNAL] = numbering.draw(setups.inventory.item_journal_series, on=last)[0]
    first = next(iter(numbers.values()))
    register_id = item_posting.write_register(
        source_code=SOURCE_CODE, document_no=first, user_id=user_id, created_at=context.created_at
    )
    stored = value_storing.store_values(
        drafts,
        written=Written(register_id, {}),
        document_nos=numbers,
        setup=setups.costing,
        context=context,
        user_id=user_id,
    )
    value_storing.record_changes(drafts, setups=setups)
    _flag_sources([draft.entry_key for draft in drafts])
    return PostingResult(
        register_id=register_id,
        documents=tuple(("", number) for number in numbers.values()),
        item_ledger_entry_ids=(),
        value_entry_ids=tuple(stored.value_entry_ids),
        gl_entry_ids=tuple(stored.gl_entry_ids),
        value_lines=results.value_lines(stored.value_entry_ids) if context.preview else (),
        gl_lines=results.gl_lines(stored.gl_entry_ids) if context.preview else (),
    )


def _flag_sources(entry_ids: Sequence[int]) -> None:
    """What took from the revalued entries may be out of date now."""
    taken = ItemLedgerEntry.objects.filter(pk__in=entry_ids, applied_entry_to_adjust=False)
    ItemLedgerEntry.objects.filter(
        pk__in=[entry.pk for entry in taken if entry.remaining_quantity != entry.quantity]
    ).update(applied_entry_to_adjust=True)


def _update_standard_costs(lines: Sequence[RevaluationJournalLine], setups: Setups, *, user_id: int | None) -> None:
    """Write the new unit cost of lines to the cards, as if entered there: all of it material."""
    for line in lines:
        if not line.update_standard_cost or not line.quantity:
            continue
        unit_cost_e5 = round_div(to_e5(line.value_revalued) * 100_000, to_e5(line.quantity))
        card_costs.write_standard_cost(
            line.item_id,
            Shares(material=from_e5(unit_cost_e5)),
            location_id=line.location_id,
            of_unit=setups.periods.is_by_place(line.posting_date) and line.by_location,
            user_id=user_id,
        )
