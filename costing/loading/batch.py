"""A batch of items as read, and their adjustments: in arrays where that is in range and worth it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from costing.engine import adjust as reference
from costing.engine import arrays
from costing.engine.adjust import Adjustment
from costing.engine.columns import BookColumns

WORTH_ARRAYS = 150
"""So many value entries and more are computed faster in arrays than record by record."""


@dataclass(slots=True)
class LoadedBatch:
    """The columns of items that were read together."""

    columns: BookColumns
    _in_arrays: Sequence[Adjustment | None] = field(default=())

    def compute(self, *, period_of: Callable[[date], date], through: date | None) -> None:
        """Compute in arrays what is in range; the other items wait for the reference."""
        if len(self.columns.values.key) < WORTH_ARRAYS:
            return
        self._in_arrays = arrays.in_arrays(self.columns, period_of=period_of, through=through)

    def adjustment(self, position: int, *, period_of: Callable[[date], date], through: date | None) -> Adjustment:
        """Return the adjustment of one item."""
        found = self._in_arrays[position] if self._in_arrays else None
        if found is not None:
            return found
        is_average = self.columns.items[position].is_average
        return reference.adjust(
            self.columns.books_of(position), is_average=is_average, period_of=period_of, through=through
        )
