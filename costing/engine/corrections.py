"""Corrections of many entries as columns: what the array path makes, and what is written without an object a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import overload

import numpy as np

from costing.engine.books import Correction, Kind, SourceChange
from costing.engine.columns import Ints, to_day


@dataclass(frozen=True, slots=True)
class Corrections(Sequence[Correction]):
    """Corrections, and below them whose cost moved them.

    The first five columns have a row for each correction (n,), the others for each source of one (m,), sorted by
    `change_of`, the position of the correction. `source_keys`: 0 is the pool of the period that `period_ends` (an
    ordinal, else 0) names. Amounts and quantities in 1e-5.
    """

    entry_keys: Ints
    original_keys: Ints
    actual_e5: Ints
    expected_e5: Ints
    kinds: Ints
    change_of: Ints
    source_keys: Ints
    period_ends: Ints
    quantity_e5: Ints
    amount_e5: Ints

    @classmethod
    def of(cls, corrections: Sequence[Correction]) -> Corrections:
        """Return corrections as columns; those that are columns already as they are."""
        if isinstance(corrections, Corrections):
            return corrections
        rows = [(c.entry_key, c.original_key, c.actual_e5, c.expected_e5, int(c.kind)) for c in corrections]
        changes = [
            (
                position,
                source.source_key or 0,
                correction.average_period_end.toordinal()
                if correction.average_period_end and source.source_key is None
                else 0,
                source.quantity_e5,
                source.amount_e5,
            )
            for position, correction in enumerate(corrections)
            for source in correction.sources
        ]
        return cls(*_columns(rows, 5), *_columns(changes, 5))

    @classmethod
    def joined(cls, parts: Iterable[Sequence[Correction]]) -> Corrections:
        """Return the corrections of several items one after the other."""
        found = [cls.of(part) for part in parts if len(part)]
        if len(found) == 1:
            return found[0]
        if not found:
            return cls.of(())
        starts = np.cumsum([0, *(len(part) for part in found)])
        moved = [part.change_of + start for part, start in zip(found, starts, strict=False)]
        columns = {each.name: np.concatenate([getattr(part, each.name) for part in found]) for each in fields(cls)} | {
            "change_of": np.concatenate(moved)
        }
        return cls(**columns)

    def part(self, start: int, stop: int) -> Corrections:
        """Return the corrections from one position to before another."""
        first, last = np.searchsorted(self.change_of, [start, stop])
        names = [each.name for each in fields(self)]
        rows = {name: getattr(self, name)[start:stop] for name in names[:5]}
        changes = {name: getattr(self, name)[first:last] for name in names[5:]}
        return Corrections(**rows, **(changes | {"change_of": self.change_of[first:last] - start}))

    def __len__(self) -> int:
        return len(self.entry_keys)

    @overload
    def __getitem__(self, position: int) -> Correction: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[Correction]: ...
    def __getitem__(self, position: int | slice) -> Correction | Sequence[Correction]:
        return list(self)[position]

    def __iter__(self) -> Iterator[Correction]:
        sources: list[list[SourceChange]] = [[] for _row in range(len(self))]
        ends = [0] * len(self)
        changes = (self.change_of, self.source_keys, self.period_ends, self.quantity_e5, self.amount_e5)
        for row, source, end, quantity_e5, amount_e5 in zip(*(c.tolist() for c in changes), strict=True):
            sources[row].append(SourceChange(source or None, quantity_e5, amount_e5))
            ends[row] = end
        rows = (self.entry_keys, self.original_keys, self.actual_e5, self.expected_e5, self.kinds)
        for place, (entry, original, actual, expected, kind) in enumerate(
            zip(*(c.tolist() for c in rows), strict=True)
        ):
            end = to_day(ends[place]) if ends[place] else None
            yield Correction(entry, original, actual, expected, sources[place] or (), end, Kind(kind))


def _columns(rows: Sequence[tuple[int, ...]], count: int) -> list[Ints]:
    if not rows:
        return [np.zeros(0, np.int64) for _column in range(count)]
    return list(np.array(rows, np.int64).T)
