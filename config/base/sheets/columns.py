"""The columns of a table: how the text of a cell is read, and which record a code stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from config.base.errors import ErrorCode
from config.base.fields import DECIMAL_PLACES, MAX_DIGITS
from config.base.formatting import DEFAULT_REGION, Region
from config.base.parsing import NotReadable, parse_number
from config.base.sheets.files import Cell, SourceTable

Parser = Callable[[str, Region], Any]
_YES = {"yes", "true", "1", "y", "ja", "j"}
_NO = {"no", "false", "0", "n", "nei", "nej"}
_LIMIT = Decimal(10) ** (MAX_DIGITS - DECIMAL_PLACES)
_STEP = Decimal(1).scaleb(-DECIMAL_PLACES)
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was refused: where it stands in the file, and why."""

    line_no: int
    column: str
    message: str
    code: ErrorCode = ErrorCode.INVALID_INPUT

    def as_json(self) -> dict[str, Any]:
        """Return the problem as plain JSON values."""
        return {"line": self.line_no, "column": self.column, "message": self.message, "code": str(self.code.value)}


@dataclass(frozen=True, slots=True)
class Lookup:
    """The model whose record a cell names, and the field that it names it by."""

    model: type[models.Model]
    key: str = "code"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file. `name` is the header; the parsed value is kept under it.

    `also` are other words that people head it with. `permission` is what a user needs to fill it in.
    """

    name: str
    parse: Parser
    label: str | Promise
    required: bool = False
    lookup: Lookup | None = None
    also: tuple[str, ...] = ()
    permission: str = ""


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row whose cells have been read: decimals, dates, records. A cell that is blank or was refused is None."""

    line_no: int
    values: dict[str, Any]
    filled: frozenset[str] = frozenset()

    def is_blank(self, name: str) -> bool:
        """Whether nothing stands in a column: a cell that was refused is None, but not blank."""
        return name not in self.filled

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def key(self, name: str) -> int | None:
        """Return the primary key of the record in a column, None where the cell is blank."""
        record = self.values.get(name)
        return None if record is None else record.pk

    def text(self, name: str) -> str:
        """Return the text of a column, empty where the cell is blank."""
        return self.values.get(name) or ""

    def number(self, name: str) -> Decimal:
        """Return the number of a column, zero where the cell is blank."""
        return self.values.get(name) or Decimal(0)


def text(max_length: int) -> Parser:
    """Read text of at most so many characters; control characters are refused."""

    def parse(cell: str, _region: Region) -> str:
        if len(cell) > max_length:
            raise NotReadable(
                _("“%(text)s…” has %(length)s characters, %(limit)s are allowed.")
                % {"text": cell[:20], "length": len(cell), "limit": max_length}
            )
        if any(ord(char) < 32 and char not in "\n\r\t" for char in cell):
            raise NotReadable(_("The text holds characters that cannot be shown."))
        return cell

    return parse


def number(*, above_zero: bool = False, signed: bool = False) -> Parser:
    """Read a number of at most five decimals, not negative unless `signed`; with `above_zero` not zero either."""

    def parse(cell: str, region: Region) -> Decimal:
        if cell.startswith("="):
            raise NotReadable(_("“%(text)s” is a formula. Write its result.") % {"text": cell})
        value = parse_number(cell, region)
        if (value < 0 and not signed) or (above_zero and value == 0):
            least = _("more than 0") if above_zero else _("0 or more")
            raise NotReadable(_("%(value)s must be %(least)s.") % {"value": cell, "least": least})
        if abs(value) >= _LIMIT:
            raise NotReadable(_("%(value)s is too large.") % {"value": cell})
        if value % _STEP:
            raise NotReadable(too_many_decimals(cell, _STEP))
        return value

    return parse


def too_many_decimals(value: object, step: Decimal) -> str:
    """Say that a number is finer than it may be."""
    words = {"value": value, "step": f"{step.normalize():f}"}
    return _("%(value)s has too many decimals: the smallest step is %(step)s.") % words


def day(cell: str, _region: Region) -> date:
    """Read a date written 2026-01-31 (a time after it is left out) or 31.01.2026."""
    dotted = _DOTTED_DATE.fullmatch(cell)
    try:
        if dotted:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?", cell):
            return date.fromisoformat(cell[:10])
    except ValueError as error:
        raise NotReadable(_("“%(text)s” is not a date of the calendar.") % {"text": cell}) from error
    raise NotReadable(_("“%(text)s” is not a date. Write it as 2026-01-31.") % {"text": cell})


def yes_no(cell: str, _region: Region) -> bool:
    """Read yes or no."""
    word = cell.lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise NotReadable(_("“%(text)s” is neither yes nor no.") % {"text": cell})


def choice(choices: type[models.TextChoices], *names: str) -> Parser:
    """Read one of the values of a vocabulary, or only of those named."""
    allowed = names or tuple(choices.values)

    def parse(cell: str, _region: Region) -> str:
        word = cell.lower().replace(" ", "_").replace("-", "_").rstrip(".")
        if word not in allowed:
            raise NotReadable(
                _("“%(text)s” is not one of %(allowed)s.") % {"text": cell, "allowed": ", ".join(allowed)}
            )
        return word

    return parse


def parse_row(
    line_no: int, cells: dict[str, Cell], columns: Sequence[Column], region: Region
) -> tuple[ParsedRow, list[RowProblem]]:
    """Read the cells of one row; every cell that cannot be read is a problem of its own."""
    values: dict[str, Any] = {}
    problems = []
    for column in columns:
        cell = cells.get(column.name, "")
        if cell == "":
            values[column.name] = None
            if column.required:
                problems.append(
                    RowProblem(line_no, column.name, _("%(column)s is missing.") % {"column": column.label})
                )
            continue
        try:
            if isinstance(cell, Decimal):
                values[column.name] = column.parse(f"{cell:f}", DEFAULT_REGION)
            else:
                values[column.name] = column.parse(cell, region)
        except NotReadable as error:
            values[column.name] = None
            problems.append(RowProblem(line_no, column.name, str(error)))
    return ParsedRow(line_no, values, frozenset(name for name, cell in cells.items() if cell != "")), problems


def resolve_records(rows: Iterable[ParsedRow], columns: Sequence[Column]) -> list[RowProblem]:
    """Put records in the place of their codes, one query a column; name the codes that nobody has."""
    rows = list(rows)
    problems = []
    for column in columns:
        if column.lookup is None:
            continue
        model, key = column.lookup.model, column.lookup.key
        wanted = {row[column.name] for row in rows if row[column.name] is not None}
        found = {
            getattr(record, key): record for record in model._default_manager.filter(**{f"{key}__in": sorted(wanted)})
        }
        for row in rows:
            code = row[column.name]
            if code is None:
                continue
            row.values[column.name] = found.get(code)
            if code not in found:
                problems.append(
                    RowProblem(
                        row.line_no,
                        column.name,
                        _("There is no %(record)s “%(code)s”.") % {"record": model._meta.verbose_name, "code": code},
                    )
                )
    return problems


def parse_table(
    table: SourceTable, columns: Sequence[Column], region: Region
) -> tuple[list[ParsedRow], list[RowProblem]]:
    """Read all rows: cells, and the records that they name. Every cell that cannot be read is a problem of its own."""
    rows: list[ParsedRow] = []
    problems: list[RowProblem] = []
    for source in table.rows:
        row, found = parse_row(source.line_no, source.cells, columns, region)
        if source.surplus:
            surplus = ", ".join(source.surplus)
            found.append(
                RowProblem(row.line_no, "", _("“%(text)s” stands right of the last column.") % {"text": surplus})
            )
        rows.append(row)
        problems += found
    return rows, problems + resolve_records(rows, columns)
