"""Adjust the cost of one item: what each entry should cost, against what is posted.

The plain reference, in integers, obviously right before fast.

    costs := forward along applications (and, for average items, period by period)
    for each entry: new cost, split over its posted documents, less what they hold -> corrections
    for each exhausted layer: what is left over -> a rounding value

An outbound that was invoiced in several documents spreads its cost over them by quantity, the rest is carried, so
that together they hold the cost exactly; what is not invoiced yet stays expected.
Source: design-details-cost-adjustment; design-details-rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from costing.engine.average import average
from costing.engine.books import Correction, Entry, ItemBooks, Kind, SourceChange, Value
from costing.engine.forward import Costs, settle, source_changes
from costing.engine.shares import share_amount_e5


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What the books of an item lack.

    `became_invoiced`: transfers all of whose sources are completely invoiced now.
    """

    corrections: Sequence[Correction]
    became_invoiced: list[int]


def adjust(
    books: ItemBooks, *, is_average: bool, period_of: Callable[[date], date], through: date | None = None
) -> Adjustment:
    """Return the corrections that bring an item's books to their right cost; none when they are right.

    Args:
        period_of: the last day of the average period of a date.
        through: average periods that end later are left as they are.
    Raises: NotSettled, where the averages of a period never come to rest.
    """
    costs = Costs(books)
    period_ends: dict[int, date] = {}
    if is_average:
        period_ends = average(costs, period_of=period_of, through=through)
    else:
        settle(costs, [entry.key for entry in books.affected_entries])
    corrections = [
        correction
        for key in sorted(costs.forwarded_e5)
        for correction in _entry_corrections(costs, books.entries[key], period_ends.get(key))
    ]
    became_invoiced = _became_invoiced(books)
    if not is_average:
        corrections += _roundings(costs, set(became_invoiced))
    return Adjustment(corrections, became_invoiced)


def _entry_corrections(costs: Costs, entry: Entry, period_end: date | None) -> list[Correction]:
    """The corrections of one entry, each with the sources that moved it."""
    corrections = _mirrored_corrections(costs, entry) + _document_corrections(costs, entry)
    amounts = [correction.actual_e5 + correction.expected_e5 for correction in corrections]
    if not entry.averaged:
        changes = source_changes(costs, entry, amounts)
        return [replace(found, sources=sources) for found, sources in zip(corrections, changes, strict=True)]
    pool = abs(entry.quantity_e5)
    return [
        replace(found, sources=[SourceChange(None, pool, amount)], average_period_end=period_end)
        for found, amount in zip(corrections, amounts, strict=True)
    ]


def _document_corrections(costs: Costs, entry: Entry) -> list[Correction]:
    """Compare, document by document, actual direct cost with actual and expected with expected."""
    direct = [value for value in entry.values if value.is_direct]
    originals = [value for value in direct if value.key == value.original_key]
    mirrored_e5 = sum(costs.mirrored_e5.get(entry.key, {}).values())
    cost_left_e5, quantity_left_e5 = costs.forwarded(entry) - mirrored_e5, entry.quantity_e5
    corrections = []
    for original in originals:
        if not original.invoiced_quantity_e5:
            continue
        target_e5 = share_amount_e5(
            cost_left_e5, original.invoiced_quantity_e5, quantity_left_e5, costs.books.precision_e5
        )
        cost_left_e5 -= target_e5
        quantity_left_e5 -= original.invoiced_quantity_e5
        held_e5 = sum(value.actual_e5 for value in direct if value.original_key == original.key)
        if target_e5 != held_e5:
            corrections.append(Correction(entry.key, original.key, target_e5 - held_e5, 0))
    not_mirrored_yet_e5 = mirrored_e5 - sum(_mirrored_targets(costs, entry).values())
    expected_e5 = cost_left_e5 + not_mirrored_yet_e5 - sum(value.expected_e5 for value in direct)
    if expected_e5 and quantity_left_e5:
        corrections.append(Correction(entry.key, originals[0].key, 0, expected_e5))
    return corrections


def _mirrored_corrections(costs: Costs, entry: Entry) -> list[Correction]:
    """Compare the overhead and the variances that an exact reversal takes back; they correct a value of their kind."""
    corrections, held_e5 = [], entry.apart_e5
    for kind, target_e5 in _mirrored_targets(costs, entry).items():
        difference_e5 = target_e5 - held_e5.get(kind, 0)
        if difference_e5:
            originals = [value for value in entry.values if value.kind == kind] or [
                value for value in entry.values if value.is_direct and value.invoiced_quantity_e5
            ]
            corrections.append(Correction(entry.key, originals[0].original_key, difference_e5, 0, kind=kind))
    return corrections


def _mirrored_targets(costs: Costs, entry: Entry) -> dict[Kind, int]:
    """What an exact reversal should hold of overhead and each variance: the share of what is invoiced of it."""
    invoiced_e5 = sum(value.invoiced_quantity_e5 for value in entry.values)
    return {
        kind: share_amount_e5(brought_e5, invoiced_e5, entry.quantity_e5, costs.books.precision_e5)
        for kind, brought_e5 in costs.mirrored_e5.get(entry.key, {}).items()
    }


def _became_invoiced(books: ItemBooks) -> list[int]:
    """Transfers whose sources are all completely invoiced, sources before receivers."""
    became: list[int] = []
    for entry in books.affected_entries:
        links = [link for link in books.sources.get(entry.key, ()) if link.source_key is not None]
        if entry.completely_invoiced or not links or not _is_invoiced_by_sources(entry):
            continue
        sources = [books.entries[link.source_key] for link in links if link.source_key is not None]
        if all(source.completely_invoiced or source.key in became for source in sources):
            became.append(entry.key)
    return became


def _is_invoiced_by_sources(entry: Entry) -> bool:
    """Only what has nothing expected left and no own invoice to come: transfers and consumption."""
    invoiced_e5 = sum(value.invoiced_quantity_e5 for value in entry.values)
    return invoiced_e5 == entry.quantity_e5


def _roundings(costs: Costs, became_invoiced: set[int]) -> list[Correction]:
    """What is left of an exhausted layer, once it and all that took from it are invoiced."""
    corrections = []
    for entry in costs.books.affected_entries:
        if entry.quantity_e5 < 0 or entry.remaining_e5 or not _final(entry, became_invoiced):
            continue
        takers = [
            (link, costs.books.entries[link.receiver_key])
            for link in costs.books.receivers.get(entry.key, ())
            if link.receiver_key == link.outbound_key
        ]
        if not takers or not all(_final(taker, became_invoiced) for _link, taker in takers):
            continue
        own_e5 = costs.total(entry) + sum(v.cost_e5 for v in entry.values if v.partial or v.kind == Kind.ROUNDING)
        left_e5 = own_e5 + sum(costs.carried(link, taker) for link, taker in takers)
        if left_e5:
            dated = _last_invoice(entry)
            corrections.append(Correction(entry.key, dated.key, -left_e5, 0, kind=Kind.ROUNDING))
    return corrections


def _final(entry: Entry, became_invoiced: set[int]) -> bool:
    return entry.completely_invoiced or entry.key in became_invoiced


def _last_invoice(entry: Entry) -> Value:
    """The rounding value is dated as the last invoice of the layer."""
    return [value for value in entry.values if value.is_direct and not value.adjustment][-1]
