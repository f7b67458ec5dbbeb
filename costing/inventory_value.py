"""Calculate inventory value: lines of the revaluation journal with what is there on a date, and what it is worth.

Source: design-details-revaluation; docs/algorithms/revaluation.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from config.base.amounts import from_e5, round_div, to_e5
from config.base.errors import ErrorCode, Problem, raise_problems
from costing import checks
from costing.average_periods import AveragePeriods
from costing.models import AvgCostAdjmtEntryPoint, RevaluationJournalLine
from costing.period_blockers import at_most
from costing.setups import Setups
from costing.stock_layers import AverageValues, Layer, counting_layers, layers, value_of_layers_e5
from inventory import stock as stock_reader
from inventory.enums import SettleAt
from inventory.models import Item, ItemLedgerEntry
from inventory.stock import ItemFacts

MAX_NAMED = 10


class NewCost(StrEnum):
    """Where the new unit cost of calculated lines comes from."""

    PRESENT = "present"
    LAST_DIRECT_COST = "last_direct_cost"
    STANDARD_COST = "standard_cost"


@dataclass(frozen=True, slots=True)
class Calculation:
    """What is to be calculated. Locations or variants that are given imply `by_location`, `by_variant`.

    `item_ids`: None for all that can be posted. None among locations or variants is the blank one.
    """

    posting_date: date
    item_ids: Collection[int] | None = None
    per_entry: bool = False
    by_location: bool = False
    by_variant: bool = False
    location_ids: Collection[int | None] | None = None
    variant_ids: Collection[int | None] | None = None
    new_cost: NewCost = NewCost.PRESENT
    update_standard_cost: bool = False
    document_no: str = ""

    @property
    def places_by_location(self) -> bool:
        return self.by_location or self.location_ids is not None

    @property
    def places_by_variant(self) -> bool:
        return self.by_variant or self.variant_ids is not None


def calculate_inventory_value(calculation: Calculation, *, setups: Setups) -> list[RevaluationJournalLine]:
    """Return unsaved journal lines with what is there on the date, worth what the books say.

    Items without stock on the date make no line; lines come by item number, then place, then entry.
    Raises: DomainError open_entries, not_adjusted or invalid_input naming every item that cannot be calculated.
    """
    item_ids = _item_ids(calculation)
    facts = stock_reader.item_facts(item_ids)
    items = sorted(facts.values(), key=lambda each: each.no)
    check_calculation(calculation, items, periods=setups.periods)
    on = calculation.posting_date
    found = layers(item_ids, on=on)
    average_ids = [item.id for item in facts.values() if item.has_average]
    averages = AverageValues(average_ids, on=on, by_place=setups.periods.is_by_place(on))
    lines = []
    for item in items:
        for group in _groups(
            counting_layers(
                found,
                item,
                per_entry=calculation.per_entry,
                places=(calculation.location_ids, calculation.variant_ids),
            ),
            calculation,
        ):
            value_e5 = value_of_layers_e5(group, item, averages, setups.precision_e5)
            lines.append(_line(group, item, value_e5, calculation, setups))
    return lines


def _item_ids(calculation: Calculation) -> Collection[int]:
    if calculation.item_ids is not None:
        return calculation.item_ids
    items = Item.objects.filter(
        type="inventory",
        blocked=False,
        inventory_value_zero=False,
        item_model_group__settle_at=SettleAt.POSTING,
        ledger_entries__isnull=False,
    )
    return list(items.distinct().values_list("pk", flat=True))


def _groups(found: Sequence[Layer], calculation: Calculation) -> list[list[Layer]]:
    """The layers of each line, in the order of their places."""
    if calculation.per_entry:
        return [[layer] for layer in found]
    groups: dict[tuple[int, int], list[Layer]] = {}
    for layer in found:
        location = layer.location_id or 0 if calculation.places_by_location else 0
        variant = layer.variant_id or 0 if calculation.places_by_variant else 0
        groups.setdefault((location, variant), []).append(layer)
    return [groups[key] for key in sorted(groups)]


def _line(
    group: Sequence[Layer], item: ItemFacts, value_e5: int, calculation: Calculation, setups: Setups
) -> RevaluationJournalLine:
    first, quantity_e5 = group[0], sum(layer.left_e5 for layer in group)
    shows_location = calculation.per_entry or calculation.places_by_location
    shows_variant = calculation.per_entry or calculation.places_by_variant
    line = RevaluationJournalLine(
        posting_date=calculation.posting_date,
        document_no=calculation.document_no,
        item_id=item.id,
        location_id=first.location_id if shows_location else None,
        variant_id=first.variant_id if shows_variant else None,
        applies_to_entry_id=first.entry_id if calculation.per_entry else None,
        partial=True,
        by_location=calculation.places_by_location and not calculation.per_entry,
        by_variant=calculation.places_by_variant and not calculation.per_entry,
        quantity=from_e5(quantity_e5),
        value_calculated=from_e5(value_e5),
        value_revalued=from_e5(value_e5),
        update_standard_cost=calculation.update_standard_cost and item.is_standard,
    )
    places = {(layer.variant_id, layer.location_id) for layer in group} if shows_location else set()
    standard_cost_e5 = item.standard_cost_at((item.id, *places.pop())) if len(places) == 1 else item.standard_cost_e5
    unit_cost_e5 = _new_unit_cost_e5(item, calculation.new_cost, standard_cost_e5)
    if unit_cost_e5 is not None:
        set_unit_cost(line, from_e5(unit_cost_e5), precision=from_e5(setups.precision_e5))
    return line


def _new_unit_cost_e5(item: ItemFacts, new_cost: NewCost, standard_cost_e5: int) -> int | None:
    if new_cost == NewCost.LAST_DIRECT_COST and item.last_direct_cost_e5:
        return item.last_direct_cost_e5
    if new_cost == NewCost.STANDARD_COST and standard_cost_e5:
        return standard_cost_e5
    return None


def set_unit_cost(line: RevaluationJournalLine, unit_cost: Decimal, *, precision: Decimal) -> None:
    """Give a line the new value that a new unit cost comes to, rounded to the precision of amounts."""
    precision_e5 = to_e5(precision)
    amount_e5 = round_div(to_e5(line.quantity) * to_e5(unit_cost), 100_000 * precision_e5) * precision_e5
    line.value_revalued = from_e5(amount_e5)


def check_calculation(calculation: Calculation, items: Sequence[ItemFacts], *, periods: AveragePeriods) -> None:
    """Refuse what cannot be calculated, naming every item: first open issues, then costs not adjusted, then wishes.

    Raises: DomainError open_entries, not_adjusted or invalid_input.
    """
    checks.check_settled_at_posting(items)
    raise_problems(at_most(_open_issues(calculation, items)))
    averaged = [item for item in items if item.has_average]
    raise_problems(at_most(_not_adjusted(calculation, averaged)))
    wishes = _average_wish(calculation, periods)
    if wishes:
        raise_problems(
            Problem(wishes % {"item": item.no}, ErrorCode.INVALID_INPUT, item_no=item.no) for item in averaged
        )


def _open_issues(calculation: Calculation, items: Sequence[ItemFacts]) -> list[Problem]:
    entries = ItemLedgerEntry.objects.outbound().open().as_of(calculation.posting_date)
    found: dict[int, list[int]] = {}
    for pk, item_id, location_id, variant_id in (
        entries.filter(item_id__in=[item.id for item in items])
        .order_by("pk")
        .values_list("pk", "item_id", "location_id", "variant_id")
    ):
        in_places = calculation.location_ids is None or location_id in calculation.location_ids
        if in_places and (calculation.variant_ids is None or variant_id in calculation.variant_ids):
            found.setdefault(item_id, []).append(pk)
    message = _(
        "Item %(item)s has issues up to %(date)s that no receipt covers: entry %(entries)s. "
        "Receive what is missing, or adjust the stock, then calculate again."
    )
    return [
        Problem(
            message % {"item": item.no, "date": calculation.posting_date, "entries": _some(found[item.id])},
            ErrorCode.OPEN_ENTRIES,
            item_no=item.no,
        )
        for item in items
        if item.id in found
    ]


def _some(entry_ids: Sequence[int]) -> str:
    return ", ".join(map(str, entry_ids[:MAX_NAMED])) + (" ..." if len(entry_ids) > MAX_NAMED else "")


def _not_adjusted(calculation: Calculation, averaged: Sequence[ItemFacts]) -> list[Problem]:
    points = AvgCostAdjmtEntryPoint.objects.filter(
        item_id__in=[item.id for item in averaged], valuation_date__lte=calculation.posting_date
    )
    waiting = set(points.values_list("item_id", flat=True))
    message = _("The cost of item %(item)s is not adjusted up to %(date)s. Adjust its cost, then calculate again.")
    return [
        Problem(message % {"item": item.no, "date": calculation.posting_date}, ErrorCode.NOT_ADJUSTED, item_no=item.no)
        for item in averaged
        if item.id in waiting
    ]


def _average_wish(calculation: Calculation, periods: AveragePeriods) -> str:
    """What an average item cannot be calculated by; blank when all is well."""
    by_location, by_variant = calculation.places_by_location, calculation.places_by_variant
    by_place = periods.is_by_place(calculation.posting_date)
    if calculation.per_entry:
        return _("Item %(item)s is kept at average cost: calculate its value per item, not per entry.")
    if not by_place and (by_location or by_variant):
        return _("The average of item %(item)s is taken over all places: calculate without location and variant.")
    if by_place and not (by_location and by_variant):
        return _("The average of item %(item)s is taken by place: calculate by location and by variant.")
    last_day = periods.end(calculation.posting_date)
    if calculation.posting_date != last_day:
        text = _(
            "Item %(item)s is kept at average cost: revalue it on %(last_day)s, the last day of its average period."
        )
        return text.replace("%(last_day)s", str(last_day))
    return ""
