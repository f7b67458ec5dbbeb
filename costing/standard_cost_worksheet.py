"""The standard cost worksheet: suggest, roll up, implement; the stock is revalued by the journal lines that it makes.

Source: finance-about-calculating-standard-cost; docs/algorithms/revaluation.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from config.base import locks
from config.base.amounts import round_amount
from config.base.errors import DomainError, ErrorCode
from config.base.models import Company
from config.base.transactions import posting
from costing import card_costs, checks, revaluation_journal
from costing.card_costs import Shares, shares_of
from costing.models import RevaluationJournalLine, StandardCostWorksheetLine
from costing.setups import Setups
from costing.standard_cost import check_overhead_change, revaluations_to
from costing.standard_cost_rollup import Overhead, RollUp
from inventory.enums import CostingMethod
from inventory.models import BomLine, Item

ONE = Decimal(1)


class EmptyWorksheet(DomainError):
    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class Factors:
    """What a suggestion multiplies by, and what it rounds the new standard to (None: the precision of unit costs)."""

    standard_cost: Decimal = ONE
    indirect_cost_percent: Decimal = ONE
    overhead_rate: Decimal = ONE
    rounding: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Implemented:
    """How many cards were written, and how many revaluation lines wait to be posted."""

    items: int
    revaluation_lines: int


def lines_of(worksheet: str) -> QuerySet[StandardCostWorksheetLine]:
    return StandardCostWorksheetLine.objects.filter(worksheet=worksheet)


def suggest(worksheet: str, *, item_ids: Collection[int] | None = None, factors: Factors | None = None) -> int:
    """Write a line for each item kept at standard (or each given), with the present cost times the factors.

    A line that is there is written again. Returns: how many.
    """
    times = factors or Factors()
    precision = unit_cost_precision()
    items = Item.objects.filter(item_model_group__costing_method=CostingMethod.STANDARD, blocked=False)
    chosen = items if item_ids is None else items.filter(pk__in=item_ids)
    lines = []
    for item in chosen.order_by("no"):
        new = round_amount(item.standard_cost * times.standard_cost, times.rounding or precision)
        line = _new_line(worksheet, item, shares_of(item).scaled_to(new, precision))
        line.new_indirect_cost_percent = item.indirect_cost_percent * times.indirect_cost_percent
        line.new_overhead_rate = round_amount(item.overhead_rate * times.overhead_rate, precision)
        lines.append(line)
    return _store(lines)


def copy(source: str, target: str) -> int:
    """Copy the lines of a worksheet to another; lines of the same items there are written again."""
    lines = list(lines_of(source))
    for line in lines:
        line.pk, line.worksheet, line.implemented = None, target, False
    return _store(lines)


def change_standard(line: StandardCostWorksheetLine, new_standard_cost: Decimal) -> None:
    """Give a line another new standard; its shares keep their proportions, the difference goes to material."""
    shares = shares_of(line, "new_").scaled_to(new_standard_cost, unit_cost_precision())
    _set_shares(line, shares)
    line.save()


def roll_up(worksheet: str, *, item_ids: Collection[int] | None = None, all_levels: bool = True) -> int:
    """Compute the standards of built items (or those given) and write their lines; returns how many.

    Costs and overheads that the worksheet has in mind count instead of those on the cards, except a built item's own.
    Raises: CircularBom; then nothing is written.
    """
    built = BomLine.objects.order_by().values_list("parent_id", flat=True).distinct()
    chosen = list(built if item_ids is None else built.filter(parent_id__in=item_ids))
    existing = {line.item_id: line for line in lines_of(worksheet)}
    rolling = RollUp(
        chosen,
        precision=unit_cost_precision(),
        new={item_id: shares_of(line, "new_") for item_id, line in existing.items()},
        overheads={
            item_id: Overhead(line.new_indirect_cost_percent, line.new_overhead_rate)
            for item_id, line in existing.items()
        },
        all_levels=all_levels,
    )
    lines = []
    for item_id in chosen:
        item = rolling.items[item_id]
        line = _new_line(worksheet, item, rolling.of(item_id).single_level)
        before = existing.get(item_id)
        line.new_indirect_cost_percent = before.new_indirect_cost_percent if before else item.indirect_cost_percent
        line.new_overhead_rate = before.new_overhead_rate if before else item.overhead_rate
        lines.append(line)
    return _store(lines)


def implement(worksheet: str, *, on: date, user_id: int, preview: bool = False) -> Implemented:
    """Write the new standards to the cards and stockkeeping units, and make the revaluation lines of what is on hand.

    The lines go to the user's revaluation journal and wait there to be posted: until then the standard on the card and
    the value of stock differ. Raises: DomainError not_adjusted, open_entries, period_closed; then nothing is written.
    """
    with posting(preview=preview):
        lines = list(lines_of(worksheet).filter(implemented=False).select_related("item__item_model_group"))
        if not lines:
            raise EmptyWorksheet(_("Worksheet %(name)s has no line to implement.") % {"name": worksheet})
        return _implement(lines, on=on, user_id=user_id)


def _implement(lines: Sequence[StandardCostWorksheetLine], *, on: date, user_id: int) -> Implemented:
    locks.lock_items(line.item_id for line in lines)
    setups = Setups.at(on)
    checks.check_dates([on], setup=setups.costing)
    revaluations: list[RevaluationJournalLine] = []
    for line in lines:
        if line.item.item_model_group.costing_method == CostingMethod.STANDARD:
            revaluations += revaluations_to(line.new_standard_cost, item_id=line.item_id, on=on, setups=setups)
    _write_cards(lines, on=on, user_id=user_id)
    StandardCostWorksheetLine.objects.filter(pk__in=[line.pk for line in lines]).update(implemented=True)
    return Implemented(len(lines), revaluation_journal.add(revaluations, user_id=user_id))


def _write_cards(lines: Sequence[StandardCostWorksheetLine], *, on: date, user_id: int) -> None:
    """The shares, the shares rolled up from below, indirect cost % and overhead rate."""
    rolling = RollUp(
        [line.item_id for line in lines],
        precision=unit_cost_precision(),
        new={line.item_id: shares_of(line, "new_") for line in lines},
        overheads={line.item_id: Overhead(line.new_indirect_cost_percent, line.new_overhead_rate) for line in lines},
    )
    for line in lines:
        shares, found = shares_of(line, "new_"), rolling.of(line.item_id)
        overhead = (line.new_indirect_cost_percent, line.new_overhead_rate)
        if overhead != (line.item.indirect_cost_percent, line.item.overhead_rate):
            check_overhead_change(line.item)
        # A standard that was not rolled up is all material, whatever the item is built of.
        rolled_up = found.rolled_up if found.single_level == shares else None
        card_costs.write_standard_cost(line.item_id, shares, rolled_up=rolled_up, on=on, user_id=user_id)
        Item.objects.filter(pk=line.item_id).update(indirect_cost_percent=overhead[0], overhead_rate=overhead[1])


def _new_line(worksheet: str, item: Item, shares: Shares) -> StandardCostWorksheetLine:
    line = StandardCostWorksheetLine(
        worksheet=worksheet,
        item=item,
        standard_cost=item.standard_cost,
        indirect_cost_percent=item.indirect_cost_percent,
        overhead_rate=item.overhead_rate,
    )
    _set_shares(line, shares)
    return line


def _set_shares(line: StandardCostWorksheetLine, shares: Shares) -> None:
    line.new_standard_cost = shares.total
    for name, value in shares.columns("new_").items():
        setattr(line, name, value)


def _store(lines: Sequence[StandardCostWorksheetLine]) -> int:
    with transaction.atomic():
        for line in lines:
            lines_of(line.worksheet).filter(item_id=line.item_id).delete()
        StandardCostWorksheetLine.objects.bulk_create(lines)
    return len(lines)


def unit_cost_precision() -> Decimal:
    precision: Decimal = Company.objects.values_list("unit_amount_rounding_precision", flat=True).get()
    return precision
