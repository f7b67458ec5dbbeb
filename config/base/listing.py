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

RESERVED = ("sort", "page", "per_page", "columns", "view", "dialect", "panel", "tab", "part")
PER_PAGE = (25, 50, 100, 250)
COUNTED, ADDED_UP = 10_000, 1_000
"""So many rows are counted and added up before a list is shown; of more it comes by a request of its own."""


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


@dataclass(frozen=True, slots=True)
class Extent:
    """How many rows the filtered set has; with `more` at least as many."""

    count: int
    more: bool = False


def extent_of(queryset: QuerySet[Any]) -> Extent:
    """Count the rows of the filtered set, those of a long one only so far."""
    found = queryset.order_by().values("pk")[: COUNTED + 1].count()
    return Extent(min(found, COUNTED), found > COUNTED)


class CountedPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator that was told the count, which has already been found."""

    def __init__(self, rows: QuerySet[Any], per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self._known_count = count

    @property
    def count(self) -> int:
        """The number of rows."""
        return self._known_count


class LongPage(Page):  # type: ignore[type-arg]
    """A page of a list that nobody has counted. Pages from the end have negative numbers; the last one is -1."""

    def __init__(self, rows: QuerySet[Any], number: int, paginator: CountedPaginator) -> None:
        size = paginator.per_page
        start = (abs(number) - 1) * size
        ordered = rows if number > 0 else rows.reverse()
        # One more tells whether there is a next page.
        found = list(ordered[start : start + size + 1])
        self._beyond = len(found) > size
        super().__init__(found[:size] if number > 0 else found[:size][::-1], number, paginator)

    def has_next(self) -> bool:
        return self._beyond if self.number > 0 else self.number < -1

    def has_previous(self) -> bool:
        return self.number > 1 if self.number > 0 else self._beyond

    def next_page_number(self) -> int:
        return self.number + 1

    def previous_page_number(self) -> int:
        return self.number - 1

    def start_index(self) -> int:
        return (self.number - 1) * self.paginator.per_page + 1

    def end_index(self) -> int:
        return self.start_index() + len(self.object_list) - 1

    @property
    def from_end(self) -> bool:
        """Whether it was read from the end, so that nobody knows the numbers of its rows."""
        return self.number < 0

    @property
    def numbers(self) -> list[int]:
        """Pages to offer, 0 where some are left out: the first ones, those around this one, the last one."""
        if self.number < 0:
            around = [number for number in range(self.number - 1, self.number + 2) if number < 0]
            return [1, 0, *around] if around[-1] == -1 else [1, 0, *around, 0, -1]
        around = [number for number in range(self.number - 2, self.number + 2) if number > 0 and self._may(number)]
        first = [] if around[0] == 1 else [1] if around[0] == 2 else [1, 0]
        return [*first, *around, *([0, -1] if self.has_next() else [])]

    def _may(self, number: int) -> bool:
        return number <= self.number or self.has_next()


def page_of(rows: QuerySet[Any], *, extent: Extent, number: str, per_page: int) -> Page[Any]:
    """The requested page; the last one where the number is past the end, the first where it is no number."""
    paginator = CountedPaginator(rows, per_page, extent.count)
    if not extent.more:
        return paginator.get_page(number or 1)
    wanted = int(number) if number.lstrip("-").isdecimal() and int(number) else 1
    page = LongPage(rows, wanted, paginator)
    return page if page.object_list else LongPage(rows, -1 if wanted > 0 else 1, paginator)


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
