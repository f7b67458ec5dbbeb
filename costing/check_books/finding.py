"""What a check reports, and the one way to ask the database for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

MOST = 1000


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that the books break.

    Attributes:
        code: the rule; I1 to I12 are the numbers of docs/algorithms/books.md.
        message: what is wrong, with the figures.
        entries: numbers of the entries concerned; the message says of which ledger.
    """

    code: str
    message: str
    entries: tuple[int, ...]


def find(
    code: str, sentence: str, sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
) -> list[Breach]:
    """Return a breach for each row of a query, at most a thousand.

    The query yields `entries`, an array of entry numbers, and the columns that the sentence names.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({sql}) AS breach ORDER BY entries LIMIT {MOST}", parameters)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [
        Breach(code, sentence % {name: _text(value) for name, value in row.items()}, tuple(row["entries"]))
        for row in rows
    ]


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return "-" if value is None else str(value)
