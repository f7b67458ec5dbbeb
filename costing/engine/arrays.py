"""Adjust the cost of many items at once, in arrays; the figures of the plain reference, to the last unit.

In range: receipts, issues, returns, transfers and fixed applications of any depth, backdating, negative stock, charges,
whole revaluations, overhead and variances, invoices in any number of parts, expected cost, roundings; averages by item
or place with goods that come back within their own pool. Out of range, and left to `costing.engine.adjust`, item by
item: partial revaluations, exact reversals that mirror their source, averages that depend on another pool, on a chain
of returns or on goods made of themselves, amounts finer than the precision, circles, and products that would leave 64
bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from costing.engine.adjust import Adjustment
from costing.engine.array_average import average
from costing.engine.array_corrections import became_invoiced, corrections
from costing.engine.array_forward import receivers_of, settle
from costing.engine.array_workings import Workings
from costing.engine.columns import BookColumns

PeriodOf = Callable[[date], date]


def in_arrays(batch: BookColumns, *, period_of: PeriodOf, through: date | None = None) -> Sequence[Adjustment | None]:
    """Return the adjustment of each item of a batch as `costing.engine.adjust.adjust` would make it; None out of range.

    Args:
        period_of: the last day of the average period of a date.
        through: average periods that end later are left as they are.
    """
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
