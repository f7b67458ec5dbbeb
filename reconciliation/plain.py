"""A matrix as plain data: for programs, for the record of a sign-off and for its hash. Amounts are exact strings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from config.base.formatting import plain_number
from reconciliation.rows import COLUMNS
from reconciliation.selectors import Line, Matrix


def as_plain(found: Matrix) -> dict[str, Any]:
    """The matrix: debit positive; rows from above, then the columns' own accounts."""
    scope = found.scope
    return {
        "from": scope.date_from.isoformat() if scope.date_from else None,
        "to": scope.date_to.isoformat() if scope.date_to else None,
        "item": scope.item.text if scope.item else None,
        "location": scope.location.text if scope.location else None,
        "lot": scope.lot.text if scope.lot else None,
        "known_at": scope.known_at.isoformat() if scope.known_at else None,
        "balanced": found.is_balanced,
        "rows": [_line(line) for line in found.lines],
        "columns": [_line(line) for line in found.foot.values()],
    }


def _line(line: Line) -> dict[str, Any]:
    figures: dict[str, Any] = {"account": line.key}
    figures |= {column: plain_amount(line.cells[column]) for column in COLUMNS if column in line.cells}
    if line.gl_total is not None:
        sides = {"total": line.total, "gl_total": line.gl_total, "difference": line.difference}
        figures |= {name: plain_amount(amount) for name, amount in sides.items()}
    if line.not_tied is not None:
        figures["not_tied"] = plain_amount(line.not_tied)
    figures["causes"] = [{"cause": part.cause.value, "amount": plain_amount(part.amount)} for part in line.causes]
    return figures


def plain_amount(figure: Decimal | None) -> str:
    """An amount as a program reads it; blank for none."""
    return "" if figure is None else plain_number(figure, "amount")
