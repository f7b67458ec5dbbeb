"""Columns of whole numbers from the database, all rows in one value.

One `bytea` holds all rows of eight-byte numbers (up to 1 GB: more than ten million rows), so neither the protocol nor
Python sees a single row. It comes by binary COPY, because an ordinary result would be written and read as text. Ten
times as fast as rows of Python objects. Each column costs the server as much as the next, so what few rows have comes
in a value of its own, with the rows that have it only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.db import connection

from costing.engine.columns import Ints
from costing.engine.positions import order_of

FLAG_BITS = 12
"""So many low bits of the first column are flags; what it is packed with stands above them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What is read of each row, as SQL expressions of bigint that are never NULL: one would make its row vanish.

    `packed`: a number below 2^51. `flags`: by bit (below `FLAG_BITS`), a condition. `columns`: of all rows.
    `some`: by name the flag of the rows that have it, its expression, and the name of the column that stands for it in
    all others (blank: 0).
    """

    packed: str
    flags: Mapping[int, str]
    columns: Mapping[str, str]
    some: Mapping[str, tuple[int, str, str]] = field(default_factory=dict)

    def select(self, source: str) -> str:
        flags = " | ".join(f"CASE WHEN {condition} THEN {1 << bit} ELSE 0 END" for bit, condition in self.flags.items())
        first = f"({self.packed})::bigint << {FLAG_BITS} | ({flags})::bigint"
        every = " || ".join(f"int8send({expression})" for expression in (first, *self.columns.values()))
        found = [f"string_agg({every}, '')"] + [
            f"string_agg(int8send({expression}), '') FILTER (WHERE {self.flags[bit]})"
            for bit, expression, _else in self.some.values()
        ]
        return f"SELECT {', '.join(found)} FROM {source}"  # noqa: S608 our own text


def read(source: str, layout: Layout, keys: Sequence[int]) -> dict[str, Ints]:
    """Return the columns of a FROM clause, in no particular order; without keys nothing is asked.

    The clause has one place, `%s::bigint[]`, for the keys. Beside the columns of the layout there are `packed` and
    `flags`. All aggregates of one query see the rows in the same order, so the rows that have a column are found by
    their flag.
    """
    if not keys:
        return {name: np.zeros(0, np.int64) for name in ("packed", "flags", *layout.columns, *layout.some)}
    every, *rest = _copied(layout.select(source % f"'{array(keys)}'"), 1 + len(layout.some))
    table = np.frombuffer(every, ">i8").reshape(-1, 1 + len(layout.columns))
    first = table[:, 0].astype(np.int64)
    found = {"packed": first >> FLAG_BITS, "flags": first & (1 << FLAG_BITS) - 1}
    found |= {name: table[:, place].astype(np.int64) for place, name in enumerate(layout.columns, 1)}
    for (name, (bit, _expression, otherwise)), raw in zip(layout.some.items(), rest, strict=True):
        column = found[otherwise].copy() if otherwise else np.zeros(len(first), np.int64)
        column[found["flags"] & 1 << bit != 0] = np.frombuffer(raw, ">i8")
        found[name] = column
    return found


def _copied(query: str, count: int) -> list[bytes]:
    """Return the byte strings of the one row of a query, each empty where it is NULL."""
    command = f"COPY ({query}) TO STDOUT (FORMAT binary)"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.set_types(["bytea"] * count)
        (row,) = copy.rows()
    return [each or b"" for each in row]


def sorted_by(columns: Mapping[str, Ints], *keys: str) -> dict[str, Ints]:
    """Return columns in the order of their keys, the first one first."""
    order = order_of(*(columns[key] for key in keys))
    return {name: column[order] for name, column in columns.items()}


def array(numbers: Iterable[int]) -> str:
    """Write an array literal, for a parameter `%s::bigint[]`: far cheaper than adapting a list."""
    return "{" + ",".join(map(str, numbers)) + "}"


def joined(parts: Sequence[Mapping[str, Ints]]) -> dict[str, Ints]:
    """Return the rows of several reads as one."""
    found = [part for part in parts if len(next(iter(part.values())))] or parts[:1]
    if len(found) == 1:
        return dict(found[0])
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}
