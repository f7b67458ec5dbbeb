"""The books of items from the database into columns: as much of them as an adjustment needs.

An item is read whole when most of it is marked or when that is asked for. Else, of items that follow applications, the
flagged entries, all that takes cost from them, and the sources of those; of average items what is valued from the first
unadjusted period on, its sources, and the sums that the pools held before.
Source: design-details-cost-adjustment (detection).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection

from costing import average_scopes
from costing.average_periods import AveragePeriods
from costing.engine.books import ItemBooks, Scope
from costing.loading import reading, statements
from costing.loading.batch import LoadedBatch
from costing.loading.blocks import array
from costing.loading.reading import Wanted
from inventory.enums import CostingMethod

WORTH_FOLLOWING = 8
"""Following one mark costs as much as reading so many entries in a row."""

MANY_MARKS = 16
"""Of items with so many marks the entries are read first, and followed only if they are many more."""


@dataclass(frozen=True, slots=True)
class LoadedItem:
    """An item's books as read, with what tells later whether they are still the same.

    `is_moving_average`: its own entries are final when they are posted, only its orders are settled. `last_point_id`:
    the latest of the entry points that an adjustment of these books settles, 0 for none. `batch` and `position`: what
    the item was read into, together with others. `entries_read`: item ledger entries and value entries.
    """

    item_id: int
    is_average: bool
    is_moving_average: bool
    change_no: int
    last_point_id: int
    batch: LoadedBatch
    position: int
    entries_read: int

    @property
    def books(self) -> ItemBooks:
        """The books as records, made anew each time."""
        return self.batch.columns.books_of(self.position)


def load_items(
    item_ids: Collection[int], *, periods: AveragePeriods, precision_e5: int, full: bool = False
) -> list[LoadedItem]:
    """Read the books of items, in the order of their numbers: what is marked and depends on it, or (`full`) all.

    The change numbers are read first: what changes later will be noticed.
    """
    wanted, states, starts = [], [], {}
    for item_id, method, change_no, last_point_id, first, earliest, marks, is_small in _states(item_ids):
        is_moving_average = method == CostingMethod.MOVING_AVERAGE
        states.append((item_id, method == CostingMethod.AVERAGE, is_moving_average, change_no, last_point_id))
        is_average = method == CostingMethod.AVERAGE
        first_day = _first_day(first, periods) if is_average and first else None
        whole_below = 0
        if full or (first_day is None and is_average):
            whole, first_day = True, None
        elif first_day is not None:
            whole = earliest is None or first_day <= earliest
            first_day = None if whole else first_day
        else:
            whole, whole_below = is_small, marks * WORTH_FOLLOWING if marks >= MANY_MARKS else 0
        if is_average:
            starts[item_id] = first_day or earliest or date.max
        by_place = not is_average or periods.is_by_place(starts[item_id])
        wanted.append(Wanted(item_id, is_average, whole, first_day, by_place, whole_below))
    if periods.scope_changes:
        wanted = _with_scope_changes(wanted, starts, periods=periods, precision_e5=precision_e5)
    columns, counts = reading.read(wanted, precision_e5=precision_e5)
    batch = LoadedBatch(columns)
    return [
        LoadedItem(*state, batch, position, count)
        for position, (state, count) in enumerate(zip(states, counts, strict=True))
    ]


def _with_scope_changes(
    wanted: Sequence[Wanted], starts: Mapping[int, date], *, periods: AveragePeriods, precision_e5: int
) -> list[Wanted]:
    """Say of each item from when on its average has other scopes, and what an earlier change left its places with."""
    changes = average_scopes.changes_after(starts, periods=periods)
    shifts: dict[int, dict[Scope, int]] = {}
    for first_day in {each.first_day for each in wanted if each.first_day is not None}:
        item_ids = [each.item_id for each in wanted if each.first_day == first_day]
        shifts |= average_scopes.shifts(item_ids, on=first_day, periods=periods, precision_e5=precision_e5)
    return [
        replace(each, scope_changes=changes.get(each.item_id, []), shift=shifts.get(each.item_id, {}))
        for each in wanted
    ]


def _states(item_ids: Collection[int]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statements.STATES, {"items": array(item_ids), "worth": WORTH_FOLLOWING, "many": MANY_MARKS})
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _first_day(on: date, periods: AveragePeriods) -> date:
    """Return the first day of the average period of a date: periods are no longer than a year."""
    end, low, high = periods.end(on), on.toordinal() - 366, on.toordinal()
    while low < high:
        middle = (low + high) // 2
        if periods.end(date.fromordinal(middle)) < end:
            low = middle + 1
        else:
            high = middle
    return date.fromordinal(high)
