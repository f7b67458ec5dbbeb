"""What a report is made of: options, columns, rows, totals, and the figures of the matrix that it must agree with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from reconciliation.figures import Figure
from reconciliation.scopes import Scope

ZERO = Decimal(0)
SUMMED = ("amount", "quantity")


@dataclass(frozen=True, slots=True)
class Options:
    """What a report is asked for. `list_filters`: the filters of the scope in words, for links to entries."""

    scope: Scope
    list_filters: Mapping[str, str] = field(default_factory=dict)
    group_by: str = "item"
    buckets: tuple[int, ...] = (30, 60, 90)
    today: date = date.max

    @property
    def last_day(self) -> date:
        """The date as of which the report is made: today where none is given."""
        return self.scope.date_to or self.today

    def entries_url(self, row: str, column: str, **filters: str) -> str:
        """The value entries behind a figure of the matrix, narrowed further."""
        return Figure(self.scope, row, column, dict(self.list_filters)).url("valueentry_list", **filters)


@dataclass(frozen=True, slots=True)
class Column:
    """A column; amounts and quantities are summed unless `total` is off."""

    name: str
    label: Any
    kind: str = "amount"
    total: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A row: values by column name, and links by column name."""

    values: Mapping[str, Any]
    urls: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tie:
    """A total of the report beside the figure of the matrix that it must equal; `url` opens that figure."""

    label: Any
    report: Decimal
    matrix: Decimal
    url: str = ""

    @property
    def difference(self) -> Decimal:
        return self.report - self.matrix

    @property
    def holds(self) -> bool:
        return not self.difference


@dataclass(frozen=True, slots=True)
class Result:
    """A computed report."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    ties: Sequence[Tie]

    @property
    def totals(self) -> dict[str, Decimal]:
        """The sums of the columns that are summed."""
        summed = [column.name for column in self.columns if column.total and column.kind in SUMMED]
        return {name: sum((row.values.get(name) or ZERO for row in self.rows), ZERO) for name in summed}


@dataclass(frozen=True, slots=True)
class Report:
    """A report by its name in the URL. `options`: those fields of the form that it reads."""

    name: str
    title: Any
    summary: Any
    build: Callable[[Options], Result]
    options: tuple[str, ...] = ("date_to", "item", "category", "location", "lot", "known_at")


def as_of(options: Options) -> Options:
    """The same up to the last date: a value as of a date counts everything before."""
    return replace(options, scope=replace(options.scope, date_from=None))


def figure_url(options: Options, row: str, column: str) -> str:
    """The matrix under the same options, with the panel of a figure."""
    return Figure(options.scope, row, column, dict(options.list_filters)).panel_url


def item_url(no: str) -> str:
    return reverse("inventory:item_detail", args=[no]) if no else ""
