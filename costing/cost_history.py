"""How the cost of an item came about: period by period, and what adjustments brought.

    opening 0, received 10 for 100.00 and 10 for 120.00, 5 issued at 11.00: closing 15 for 165.00, average 11.00

For an average item the periods and scopes are those that its average is taken over, and the average is that of its
pool; for other items they are months, and the average is what is left divided by its quantity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from config.base.amounts import divide_e5, from_e5, to_e5
from config.base.models import Company
from costing import average_scopes
from costing.average_periods import AveragePeriods
from costing.cost_by_day import DaySums, days_of_items
from costing.engine.periods import period_end
from costing.lineage.loading import first_day_of
from inventory.enums import CostingMethod, SettleAt
from inventory.models import Item, Location, Variant

ZERO = Decimal(0)


@dataclass(slots=True)
class Sum:
    """Quantity and cost."""

    quantity: Decimal = ZERO
    cost: Decimal = ZERO

    def add(self, quantity: Decimal, cost: Decimal) -> None:
        self.quantity += quantity
        self.cost += cost


@dataclass(slots=True)
class PeriodCost:
    """One period of one place, or of the item. `held_back`: open issues of before, which an average leaves out.

    Opening + received + revalued + issued = closing. `shared_out`: what an average of the place has beyond its entries,
    since averages were taken per item before (`average_scopes`).
    """

    location: str
    variant: str
    first_day: date
    end: date
    opening: Sum = field(default_factory=Sum)
    received: Sum = field(default_factory=Sum)
    revalued: Sum = field(default_factory=Sum)
    issued: Sum = field(default_factory=Sum)
    held_back: Sum = field(default_factory=Sum)
    shared_out: Decimal = ZERO
    by_place: bool = False

    @property
    def closing(self) -> Sum:
        parts = (self.opening, self.received, self.revalued, self.issued)
        return Sum(sum((part.quantity for part in parts), ZERO), sum((part.cost for part in parts), ZERO))

    @property
    def pool(self) -> Sum:
        """What an average of the period is taken over: all but the issues, and without open issues of before."""
        parts = (self.opening, self.received, self.revalued)
        return Sum(
            sum((part.quantity for part in parts), ZERO) - self.held_back.quantity,
            sum((part.cost for part in parts), ZERO) - self.held_back.cost + self.shared_out,
        )


@dataclass(frozen=True, slots=True)
class History:
    """The periods of an item, the latest first. `averages`: they are those of its average; `by_place`: some of them."""

    averages: bool
    by_place: bool
    periods: list[PeriodCost]

    def average_cost(self, period: PeriodCost) -> Decimal | None:
        """The average of a period, or of what was left at its end; None where there was nothing."""
        return unit_cost(period.pool if self.averages else period.closing)


def unit_cost(found: Sum) -> Decimal | None:
    """The cost of one; None where there is nothing that could have a cost."""
    if found.quantity <= 0 or found.cost < 0:
        return None
    return from_e5(divide_e5(to_e5(found.cost), to_e5(found.quantity)))


@dataclass(frozen=True, slots=True)
class AdjustedMonth:
    """What one adjustment (a run, or one within a posting) brought to one month."""

    run_id: int | None
    register_id: int
    adjusted_at: datetime
    month: date
    values: int
    amount: Decimal


def history(item: Item, *, location_id: int | None = None) -> History:
    """Return the periods of an item, of one location where it is given. A bounded number of queries."""
    averages = (
        item.item_model_group.costing_method == CostingMethod.AVERAGE
        and item.item_model_group.settle_at == SettleAt.POSTING
    )
    periods = AveragePeriods.load()
    days = days_of_items([item.pk])[item.pk]
    if location_id is not None:
        days = [day for day in days if day.location_id == location_id]
    found = _periods(days, _Scopes(item.pk, averages, periods))
    by_place = any(period.by_place for period in found.values())
    codes = dict(Location.objects.values_list("pk", "code")) if by_place else {}
    variants = dict(Variant.objects.filter(item=item).values_list("pk", "code")) if by_place else {}
    for (place, _end), period in found.items():
        period.location = codes.get(place[0], "") if place[0] else ""
        period.variant = variants.get(place[1], "") if place[1] else ""
        period.first_day = first_day_of(period.end, periods) if averages else period.end.replace(day=1)
    ordered = sorted(found.values(), key=lambda period: (period.location, period.variant))
    return History(averages, by_place, sorted(ordered, key=lambda period: period.end, reverse=True))


Place = tuple[int | None, int | None]
WHOLE_ITEM: Place = (-1, -1)


@dataclass
class _Scopes:
    """Over which periods and places the figures of an item are taken on each date."""

    item_id: int
    averages: bool
    periods: AveragePeriods
    shifts: dict[date, Mapping[Place, int]] = field(default_factory=dict)

    def is_by_place(self, on: date) -> bool:
        return self.averages and self.periods.is_by_place(on)

    def end_of(self, on: date) -> date:
        return self.periods.end(on) if self.averages else period_end(on, kind="month")

    def shift_of(self, place: Place, on: date) -> Decimal:
        """What a place holds on a date beyond its entries; nothing where the average is that of the item."""
        if place == WHOLE_ITEM:
            return ZERO
        begun = [first_day for first_day, _by_place in self.periods.scope_changes if first_day <= on]
        if not begun:
            return ZERO
        if begun[-1] not in self.shifts:
            self.shifts[begun[-1]] = self._shifts_from(begun[-1])
        return from_e5(self.shifts[begun[-1]].get(place, 0))

    def _shifts_from(self, first_day: date) -> Mapping[Place, int]:
        precision = Company.objects.values_list("amount_rounding_precision", flat=True).get()
        found = average_scopes.shifts([self.item_id], on=first_day, periods=self.periods, precision_e5=to_e5(precision))
        return found.get(self.item_id, {})


def _periods(days: Iterable[DaySums], scopes: _Scopes) -> dict[tuple[Place, date], PeriodCost]:
    """Put days together by scope and period; each period opens with what its places held before."""
    found: dict[tuple[Place, date], PeriodCost] = {}
    held: dict[Place, Sum] = {}
    open_issues: dict[Place, Sum] = {}
    for day in days:
        place: Place = (day.location_id, day.variant_id)
        by_place, end = scopes.is_by_place(day.day), scopes.end_of(day.day)
        scope = place if by_place else WHOLE_ITEM
        period = found.get((scope, end))
        if period is None:
            period = PeriodCost("", "", end, end, opening=_total(held, scope), by_place=by_place)
            period.held_back = _total(open_issues, scope)
            period.shared_out = scopes.shift_of(scope, end)
            found[scope, end] = period
        _group(period, day, averages=scopes.averages).add(day.quantity, day.cost)
        held.setdefault(place, Sum()).add(day.quantity, day.cost)
        if scopes.averages and day.is_open_issue:
            open_issues.setdefault(place, Sum()).add(day.quantity, day.cost)
    return found


def _total(sums: Mapping[Place, Sum], scope: Place) -> Sum:
    total = Sum()
    for place, found in sums.items():
        if scope in (WHOLE_ITEM, place):
            total.add(found.quantity, found.cost)
    return total


def _group(period: PeriodCost, day: DaySums, *, averages: bool) -> Sum:
    if day.is_revaluation:
        return period.revalued
    issued = day.averaged if averages else not day.inbound
    return period.issued if issued else period.received


_ADJUSTMENTS = """
SELECT (SELECT max(c.run_id) FROM costing_costchange c
        JOIN costing_valueentry o ON o.id = c.value_entry_id WHERE o.register_id = r.id AND o.item_id = %(item)s),
       r.id, r.created_at, v.month, v.found, v.amount
FROM (
    SELECT register_id, date_trunc('month', posting_date)::date AS month, count(*) AS found,
           sum(cost_amount_actual + cost_amount_expected) AS amount
    FROM costing_valueentry WHERE item_id = %(item)s AND adjustment
    GROUP BY 1, 2
) v JOIN inventory_itemregister r ON r.id = v.register_id
ORDER BY r.id DESC, v.month
LIMIT %(limit)s
"""


def adjustments(item_id: int, *, limit: int = 200) -> list[AdjustedMonth]:
    """Return what each adjustment of an item brought, by posting month; the latest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ADJUSTMENTS, {"item": item_id, "limit": limit})
        return [AdjustedMonth(*row) for row in cursor.fetchall()]
