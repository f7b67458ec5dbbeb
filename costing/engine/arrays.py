"""Adjust the cost of many items at once, in arrays; the figures of the plain reference, to the last unit.

In range: receipts, issues, returns, transfers and fixed applications of any depth, backdating, negative stock, charges,
whole revaluations, overhead and variances, invoices in any number of parts, expected cost, roundings; averages by item
or place with goods that come back within their own pool. Out of range, and left to `costing.engine.adjust`, item by
item: partial revaluations, exact reversals that mirror their source, averages that depend on another pool or on a chain
of returns, amounts finer than the precision, circles, and products that would leave 64 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from costing.engine import adjust as reference
from costing.engine.adjust import Adjustment
from costing.engine.array_average import average
from costing.engine.array_corrections import became_invoiced, corrections
from costing.engine.array_forward import receivers_of, settle
from costing.engine.array_workings import Workings
from costing.engine.columns import BookColumns

PeriodOf = Callable[[date], date]


def adjust_items(
    batch: BookColumns, *, period_of: PeriodOf, through: date | None = None
) -> tuple[list[Adjustment], list[int]]:
    """Return the adjustment of each item of a batch, as `costing.engine.adjust.adjust` would make it.

    Returns: the adjustments, in the order of the items, and the positions of items that the reference computed.
    """
    found = _in_arrays(batch, period_of=period_of, through=through)
    by_reference = [position for position, adjustment in enumerate(found) if adjustment is None]
    adjustments = [
        adjustment
        or reference.adjust(
            batch.books_of(position),
            is_average=batch.items[position].is_average,
            period_of=period_of,
            through=through,
        )
        for position, adjustment in enumerate(found)
    ]
    return adjustments, by_reference


def _in_arrays(batch: BookColumns, *, period_of: PeriodOf, through: date | None) -> list[Adjustment | None]:
    """The adjustments of items that are in range; None for the others."""
    if not len(batch.entries.key):
        return [Adjustment([], []) for _item in batch.items]
    if not len(batch.values.key):
        return [None for _item in batch.items]
    work = Workings(batch)
    settle(work, receivers_of(work) & ~work.is_average[work.item])
    period = work.batch.entries.valuation_day
    if work.is_average.any():
        period = average(work, period_of=period_of, through=through)
    final, became = became_invoiced(work)
    made, items = corrections(work, final, period)
    bounds = np.searchsorted(items, np.arange(len(batch.items) + 1)).tolist()
    invoiced: dict[int, list[int]] = {}
    for entry in became:
        invoiced.setdefault(int(work.item[entry]), []).append(int(batch.entries.key[entry]))
    return [
        None if refused else Adjustment(made.part(bounds[place], bounds[place + 1]), invoiced.get(place, []))
        for place, refused in enumerate(work.refused.tolist())
    ]
