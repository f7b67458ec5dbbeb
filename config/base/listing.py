"""The state of a list, which is its URL: sort, columns, page, filters; and the sums of the whole filtered set."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import FieldError
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Sum
from django.http import QueryDict
from django_tables2.utils import Accessor

from config.base.filters import FilterSet
from config.base.pages import Chip
from config.base.tables import Table

RESERVED = ("sort", "page", "per_page", "columns", "view", "dialect", "panel", "tab")
PER_PAGE = (25, 50, 100, 250)


def query_with(params: QueryDict, **changes: Any) -> str:
    """The query string with changes; None takes a parameter out. Empty ones and the page number are left out."""
    pairs: list[tuple[str, str]] = []
    for name, values in params.lists():
        if name not in changes and name != "page":
            pairs += [(name, str(value)) for value in values if value]
    pairs += [(name, str(value)) for name, value in changes.items() if value not in (None, "")]
    return urlencode(pairs, safe=":/,.*|<>")


def path_of(name: str, column: Any) -> str:
    """The ORM path that a column of a table shows."""
    return str(column.accessor or name).replace(".", "__")


def sort_keys(name: str, column: Any) -> list[str]:
    """The ORM paths that a column is sorted by."""
    if column.order_by is not None:
        return [str(key).replace(".", "__") for key in column.order_by]
    return [path_of(name, column)]


@dataclass(frozen=True, slots=True)
class SortState:
    """The columns that the list is sorted by, with a minus for descending, and the query that does it."""

    names: tuple[str, ...]
    ignored: tuple[str, ...]
    queryset: QuerySet[Any]

    def direction(self, name: str) -> str:
        """``ascending``, ``descending`` or nothing, for the first sorted column only (as ``aria-sort`` wants it)."""
        if self.names[:1] == (name,):
            return "ascending"
        return "descending" if self.names[:1] == (f"-{name}",) else ""


def sort_rows(queryset: QuerySet[Any], columns: Mapping[str, Any], requested: str) -> SortState:
    """Sort by the requested columns; the primary key comes last, so that pages never overlap."""
    names, ignored, keys = [], [], []
    for part in filter(None, requested.split(",")):
        name, sign = part.lstrip("-"), "-" if part.startswith("-") else ""
        if name in columns and is_sortable(queryset, name, columns[name]):
            names.append(sign + name)
            keys += [_with_sign(key, sign) for key in sort_keys(name, columns[name])]
        else:
            ignored.append(part)
    own = list(queryset.query.order_by)
    ordering = keys + ([] if keys else own)
    if "pk" not in {str(key).lstrip("-") for key in ordering}:
        ordering.append("pk")
    return SortState(tuple(names), tuple(ignored), queryset.order_by(*ordering))


def _with_sign(key: str, sign: str) -> str:
    return (key.removeprefix("-") if key.startswith("-") else f"-{key}") if sign else key


def is_sortable(queryset: QuerySet[Any], name: str, column: Any) -> bool:
    """Whether the column can be sorted by the database (a property of the model cannot)."""
    if column.orderable is False:
        return False
    try:
        queryset.order_by(*sort_keys(name, column))
    except FieldError:
        return False
    return True


def choose_columns(
    table_class: type[Table], *, hidden: Collection[str], requested: str, stored: Sequence[str]
) -> tuple[list[str], list[str], list[str]]:
    """The columns to show in order, all that may be chosen, and requested names that do not exist."""
    declared = list(table_class._meta.fields or ()) + list(table_class.base_columns)
    existing = [name for name in dict.fromkeys(declared) if name in table_class.base_columns and name not in hidden]
    wanted = [name for name in requested.split(",") if name] or list(stored)
    shown = [name for name in dict.fromkeys(wanted) if name in existing]
    ignored = [name for name in requested.split(",") if name and name not in existing]
    default = [name for name in existing if name not in table_class.hidden_columns]
    return shown or default, existing, ignored


@dataclass(frozen=True, slots=True)
class Totals:
    """How many rows the filtered set has, and the sums of its total columns."""

    count: int
    sums: Mapping[str, Decimal | int]


def sum_up(queryset: QuerySet[Any], columns: Mapping[str, Any], names: Iterable[str]) -> Totals:
    """Count and sum the whole filtered set in one query."""
    names = list(names)
    sums = {f"sum_{index}": Sum(path_of(name, columns[name])) for index, name in enumerate(names)}
    found = queryset.order_by().aggregate(row_count=Count("pk"), **sums)
    return Totals(
        count=found["row_count"],
        sums={name: found[f"sum_{index}"] or Decimal(0) for index, name in enumerate(names)},
    )


class CountedPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator that was told the count, which the totals query has already found."""

    def __init__(self, rows: QuerySet[Any], per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self._known_count = count

    @property
    def count(self) -> int:
        """The number of rows."""
        return self._known_count


def page_of(rows: QuerySet[Any], *, count: int, number: str, per_page: int) -> Page[Any]:
    """The requested page; the last one where the number is past the end, the first where it is no number."""
    return CountedPaginator(rows, per_page, count).get_page(number or 1)


def per_page_of(requested: str, default: int) -> int:
    """One of the offered page sizes."""
    return int(requested) if requested.isdecimal() and int(requested) in PER_PAGE else default


def chips_of(filterset: FilterSet, params: QueryDict) -> list[Chip]:
    """The active filters in words, each with the link that takes it away."""
    chips = []
    for name, item in filterset.filters.items():
        values = [value for value in params.getlist(name) if value]
        if values:
            field = filterset.form.fields[name]
            errors = filterset.form.errors.get(name, [])
            label = item.label or name
            shown = " | ".join(_choice_label(field, value) for value in values)
            chips.append(Chip(label, shown, "?" + query_with(params, **{name: None}), "; ".join(errors)))
    return chips


def _choice_label(field: Any, value: str) -> str:
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return " | ".join(labels.get(part, part) for part in value.split("|")) if labels else value


def ignored_params(params: QueryDict, known: Collection[str]) -> list[str]:
    """Parameters of the link that mean nothing here."""
    return [name for name in params if name not in known and name not in RESERVED]


def cell_value(record: Any, path: str) -> Any:
    """The value behind a cell, None where a link on the way is missing."""
    return Accessor(path).resolve(record, safe=True)
