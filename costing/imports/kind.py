"""What a kind of import declares: its columns, its checks, and how one document is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.sheets import Column, ParsedRow, RowProblem
from config.base.transactions import PostingContext
from costing.imports.results import ImportOptions

LINE_STEP = 10_000

# The column that an error of posting speaks of, where the kind has it.
_COLUMN_OF_CODE = {
    ErrorCode.INSUFFICIENT_QUANTITY: "quantity",
    ErrorCode.BLOCKED_ITEM: "item_no",
    ErrorCode.TRACKING_REQUIRED: "lot_no",
    ErrorCode.DUPLICATE_SERIAL: "serial_no",
    ErrorCode.UNIT_COST_REQUIRED: "unit_cost",
    ErrorCode.PERIOD_CLOSED: "posting_date",
}


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one document, or the one row of a record; `key` is its number."""

    key: str
    rows: list[ParsedRow]

    @property
    def first(self) -> ParsedRow:
        return self.rows[0]


@dataclass(slots=True)
class Outcome:
    """What writing brought: type and number of each posted document."""

    posted: list[tuple[str, str]] = field(default_factory=list)


def no_check(_group: Group) -> Iterable[RowProblem]:
    """Nothing to check beyond the cells."""
    return ()


def no_preparation(_rows: Sequence[ParsedRow]) -> Iterable[RowProblem]:
    """Nothing to look up beyond the columns' own records."""
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of import.

    `group_by` names the column that holds the document's number. `existing` answers which numbers are taken.
    `prepare` sees all rows at once, for what takes a query; `check` sees one document, and takes none.
    `write` writes a batch of groups inside the posting at hand; it raises DomainError to refuse all of them.
    `permissions` are what a user needs to import it, and to take it out as a file: `export` gives its rows, in the
    order of the columns.
    """

    name: str
    label: str | Promise
    columns: tuple[Column, ...]
    group_by: str
    existing: Callable[[Sequence[str]], set[str]]
    write: Callable[[Sequence[Group], ImportOptions, PostingContext], Outcome]
    check: Callable[[Group], Iterable[RowProblem]] = no_check
    prepare: Callable[[Sequence[ParsedRow]], Iterable[RowProblem]] = no_preparation
    batch_size: int = 1
    permissions: tuple[str, ...] = ()
    export: Callable[[], Iterable[Sequence[Any]]] | None = None

    @property
    def column_names(self) -> str:
        """The columns for a message; the ones that must be there carry a star."""
        return ", ".join(f"{column.name}*" if column.required else column.name for column in self.columns)


def refusals(error: DomainError, group: Group) -> list[RowProblem]:
    """Turn a refusal by a use case into problems of rows: lines of a document are numbered as its rows stand."""
    if not error.problems:
        return [RowProblem(group.first.line_no, "", str(error), error.code)]
    problems = []
    for problem in error.problems:
        index = (problem.line_no or 0) // LINE_STEP - 1
        row = group.rows[index] if 0 <= index < len(group.rows) else group.first
        column = _COLUMN_OF_CODE.get(problem.code, "")
        problems.append(
            RowProblem(row.line_no, column if column in row.values else "", str(problem.message), problem.code)
        )
    return problems


def check_one_value(group: Group, *columns: str) -> Iterable[RowProblem]:
    """Refuse rows that differ from the first row of their document in what belongs to the document as a whole."""
    for row in group.rows[1:]:
        for column in columns:
            first = group.first[column]
            first_is_known = first is not None or group.first.is_blank(column)
            if row[column] is not None and first_is_known and row[column] != first:
                yield RowProblem(
                    row.line_no,
                    column,
                    _("%(value)s differs from %(first)s in the first row of %(number)s (line %(line)s).")
                    % {
                        "value": row[column],
                        "first": "-" if first is None else first,
                        "number": group.key,
                        "line": group.first.line_no,
                    },
                )


def check_alone(group: Group) -> Iterable[RowProblem]:
    """Refuse a record that stands in the file twice."""
    for row in group.rows[1:]:
        yield RowProblem(
            row.line_no,
            "",
            _("%(number)s stands in line %(line)s already.") % {"number": group.key, "line": group.first.line_no},
        )
