"""After a posting: what it covered or displaced is dated by what it takes from now, and so on down the links.

    sale on 2 Jan from empty stock; receipt on 5 Jan covers it -> the sale is valued on 5 Jan, and so is its return

Both the old and the new date become unadjusted. Source: design-details-item-application.
"""

from __future__ import annotations

from collections.abc import Iterable

from costing import valuation_dates, value_storing
from costing.average_periods import AveragePeriods
from costing.models import ValueEntry
from costing.setups import Setups
from costing.valuation_dates import Moved
from inventory.movements import Plan, Written


def follow(plan: Plan, written: Written, *, setups: Setups) -> None:
    """Bring dates, averages and marks of posted entries up to date; entries, links and values are written.

    An outbound that an inbound names and covers in full leaves the average of its item.
    """
    covered = {link.receiver_key: link for entry in plan.entries for link in entry.covers}
    if not covered and not plan.displaced:
        return
    _leave_average(plan, written)
    averaged = {entry.stock.place[0] for entry in plan.entries if entry.movement.item.is_average}
    touched = {written.entry_id(key) for key in (*covered, *plan.displaced)}
    _mark(valuation_dates.refresh(touched), averaged, setups.periods)


def _leave_average(plan: Plan, written: Written) -> None:
    leaving = [
        written.entry_id(link.receiver_key)
        for entry in plan.entries
        for link in entry.covers
        if entry.movement.applies_to_key is not None
        and plan.stock.changed[link.receiver_key].quantity_e5 == link.quantity_e5
    ]
    if leaving:
        averaged = ValueEntry.objects.filter(item_ledger_entry__in=leaving, valued_by_average_cost=True)
        averaged.update(valued_by_average_cost=False)


def _mark(moved: Iterable[Moved], averaged: set[int], periods: AveragePeriods) -> None:
    """The old date lost a value and the new one has it."""
    points = set()
    for each in moved:
        is_average = each.place[0] in averaged
        for on in (each.before, each.now):
            scope = periods.place(each.place, average=is_average, on=on)
            points.add((*scope, periods.end(on) if is_average else on))
    if points:
        value_storing.mark_points(points)
