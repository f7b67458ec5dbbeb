"""The list page: a filtered, sorted, paged table; its table alone for HTMX; its rows as a file."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseRedirect, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from config.base import exports, listing
from config.base.filters import SEARCH_NAME, FilterSet
from config.base.formatting import current_region, number_html
from config.base.forms import COST_PERMISSION
from config.base.models import SavedView
from config.base.pages import Action, Text, ViewTab, allowed
from config.base.preferences import request_preference, table_columns
from config.base.tables import CellWriter, Table
from config.base.views import exporting
from config.base.views.access import require
from config.base.views.page import PageMixin, is_fragment

TARGET = "list-results"
PART_SUFFIX = "-later"
EXPORT_CHUNK = 2000
LONG_TEXT = 36


class ListView(PageMixin):
    """A list. ``docs/adding-a-list.md`` tells what may be declared and overridden."""

    template_name = "generic/list.html"
    partial_template_name = "partials/_table.html"
    model: type[Model] | None = None
    queryset: QuerySet[Any] | None = None
    filterset_class: type[FilterSet]
    table_class: type[Table]
    totals: ClassVar[Sequence[str]] = ()
    cost_columns: ClassVar[Collection[str]] = ()
    paginate_by = 50
    empty_text: Text = _("There is nothing here yet.")
    empty_action: Action | None = None
    saved_views = True
    bulk_actions: ClassVar[Sequence[Action]] = ()
    """What can be done with chosen rows: pages that take them by POST (``config.base.views.bulk``)."""
    PARTS: ClassVar[Mapping[str, str]] = {"totals": "partials/_totals.html", "count": "partials/_count.html"}
    """What a long list leaves out at first: ``?part=``, and its template."""

    def get_queryset(self) -> QuerySet[Any]:
        """All rows that the user may see, in their usual order."""
        if self.queryset is not None:
            return self.queryset.all()
        if self.model is None:
            raise NotImplementedError(f"{type(self).__name__} names neither queryset nor model")
        return self.model._default_manager.all()

    def get(self, request: HttpRequest, *args: Any, export_format: str = "", **kwargs: Any) -> HttpResponseBase:
        """The page, its table, or the file."""
        if export_format:
            return self.export(export_format)
        if part := self.PARTS.get(self.params.get("part", "")):
            return render(request, part, self.get_part_context())
        if default := self._default_view():
            return HttpResponseRedirect(f"{request.path}?{default.query}")
        return self.render_to_response(self.get_context_data())

    # What the link asks for, each computed once.

    @cached_property
    def params(self) -> QueryDict:
        """The query string."""
        return self.request.GET

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Columns and filters that do not exist for this user."""
        return frozenset() if self.may(COST_PERMISSION) else frozenset(self.cost_columns)

    @cached_property
    def filterset(self) -> FilterSet:
        """The bound filters."""
        return self.filterset_class(self.params, queryset=self.get_queryset(), request=self.request, hidden=self.hidden)

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The filtered rows; none where a filter cannot be read, rather than too many."""
        queryset: QuerySet[Any] = self.filterset.qs if self.filterset.is_valid() else self.filterset.queryset.none()
        return queryset

    @cached_property
    def columns(self) -> dict[str, Any]:
        """The declared columns that this user may see."""
        return {name: column for name, column in self.table_class.base_columns.items() if name not in self.hidden}

    @cached_property
    def sort(self) -> listing.SortState:
        """The rows in the requested order."""
        return listing.sort_rows(self.rows, self.columns, self.params.get("sort", ""))

    @cached_property
    def column_choice(self) -> tuple[list[str], list[str], list[str]]:
        """Columns shown, columns that exist, requested ones that do not."""
        return listing.choose_columns(
            self.table_class,
            hidden=self.hidden,
            requested=self.params.get("columns", ""),
            stored=table_columns(request_preference(self.request), self.list_name),
        )

    @cached_property
    def extent(self) -> listing.Extent:
        """How many rows there are, as far as that is counted at once."""
        return listing.extent_of(self.rows)

    @cached_property
    def totals_found(self) -> listing.Totals:
        """The count and the sums of the whole filtered set, however long it is."""
        names = [name for name in self.totals if name in self.columns]
        return listing.sum_up(self.rows, self.columns, names)

    @property
    def list_name(self) -> str:
        """The URL name of the list: the key of saved views and stored columns."""
        match = self.request.resolver_match
        return match.view_name.removesuffix("_export") if match else type(self).__name__

    @cached_property
    def ignored(self) -> list[str]:
        """What the link says that means nothing here."""
        unknown = listing.ignored_params(self.params, self.filterset.filters.keys())
        return [*unknown, *self.sort.ignored, *self.column_choice[2]]

    @property
    def target(self) -> str:
        """The element that the list is put into; a part of it asks with an element whose name begins with it."""
        asked = self.request.headers.get("HX-Target") or TARGET
        return asked.removesuffix(PART_SUFFIX)

    @property
    def embedded(self) -> bool:
        """Whether it stands inside another page."""
        return self.target != TARGET

    def make_table(self, rows: Iterable[Any]) -> Table:
        """The table with the shown columns in their order."""
        shown = self.column_choice[0]
        exclude = [name for name in self.table_class.base_columns if name not in shown]
        table = self.table_class(rows, exclude=exclude, sequence=(*shown, "..."), orderable=False)
        table.request = self.request
        return table

    # The page.

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """The context of ``generic/list.html`` and ``partials/_table.html``."""
        per_page = listing.per_page_of(self.params.get("per_page", ""), self.paginate_by)
        extent = self.extent
        page = listing.page_of(self.sort.queryset, extent=extent, number=self.params.get("page", ""), per_page=per_page)
        table = self.make_table(list(page.object_list))
        target = self.target
        state = {
            "table": table,
            "heads": [self._head(column) for column in table.columns],
            "body": self._body(table),
            "foot": self._foot(table) if 0 < extent.count <= listing.ADDED_UP else [],
            "foot_url": self._part_url("totals") if self._adds_up_later(table) else "",
            "count_url": self._part_url("count") if extent.more else "",
            "page_obj": page,
            "page_range": self._page_range(page),
            "per_page": per_page,
            "per_page_choices": listing.PER_PAGE,
            "count": extent.count,
            "more": extent.more,
            "filterset": self.filterset,
            "search": self.filterset.form[SEARCH_NAME] if SEARCH_NAME in self.filterset.filters else None,
            "search_error": bool(self.filterset.errors),
            "chips": listing.chips_of(self.filterset, self.params),
            "ignored": self.ignored,
            "column_choices": self._column_choices(),
            "exports": self._exports(),
            "kept": self._kept_params(),
            "target": target,
            "embedded": self.embedded,
            "list_url": self.request.path,
            "list_name": self.list_name,
            "full_url": f"{self.request.path}?{listing.query_with(self.params)}",
            "empty_text": self.empty_text,
            "empty_action": self.empty_action,
            "bulk_actions": [] if self.embedded else allowed(self.bulk_actions, self.request.user),
            "bulk_query": listing.query_with(self.params, per_page=None, columns=None, view=None, sort=None),
        }
        if not is_fragment(self.request):
            state["view_tabs"] = self._view_tabs()
        return super().get_context_data(**state, **context)

    def _head(self, column: Any) -> dict[str, Any]:
        name = column.name
        sortable = listing.is_sortable(self.rows, name, column.column)
        direction = self.sort.direction(name)
        falling_first = column.column.initial_sort_descending
        falling = direction == "ascending" or (not direction and falling_first)
        return {
            "name": name,
            "label": column.header,
            "css": " ".join(sorted(column._table.get_column_class_names(set(), column))),
            "sortable": sortable,
            "direction": direction,
            "next_sort": f"-{name}" if falling else name,
            "url": f"{self.request.path}?{listing.query_with(self.params, sort=None)}",
        }

    def _body(self, table: Table) -> Iterator[dict[str, Any]]:
        """Rows as plain cells: django-tables2 would work out the attributes of every single cell."""
        writers = [
            (
                " ".join(sorted(table.get_column_class_names(set(), column))),
                # The first line of a row on a small screen needs no labels.
                "" if column.name in table.main_names else str(column.header),
                CellWriter(column, table, self.rows.model),
            )
            for column in table.columns
        ]
        row_url = type(table).row_url
        for row in table.rows:
            yield {
                "attrs": {key: value for key, value in row.attrs.items() if key != "class" and value is not None},
                "pk": getattr(row.record, "pk", ""),
                "name": str(row.record) if self.bulk_actions else "",
                "url": row_url(row.record) if row_url else "",
                "cells": [_cell(css, label, write(row)) for css, label, write in writers],
            }

    def get_part_context(self) -> dict[str, Any]:
        """The context of a part that a long list asks for later."""
        table = self.make_table([])
        return {
            "foot": self._foot(table),
            "count": self.totals_found.count,
            "bulk_actions": allowed(self.bulk_actions, self.request.user),
        }

    def _part_url(self, name: str) -> str:
        columns = ",".join(self.column_choice[0])
        query = listing.query_with(self.params, per_page=None, view=None, sort=None, columns=columns, part=name)
        return f"{self.request.path}?{query}"

    def _page_range(self, page: Any) -> list[Any]:
        if isinstance(page, listing.LongPage):
            return [number or page.paginator.ELLIPSIS for number in page.numbers]
        return list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))

    def _adds_up_later(self, table: Table) -> bool:
        return self.extent.count > listing.ADDED_UP and self._sums_shown(table)

    def _sums_shown(self, table: Table) -> bool:
        shown = {column.name for column in table.columns}
        return any(name in shown and name in self.columns for name in self.totals)

    def _foot(self, table: Table) -> list[dict[str, Any]]:
        if not self._sums_shown(table):
            return []
        sums = self.totals_found.sums
        cells: list[dict[str, Any]] = []
        for column in table.columns:
            kind = getattr(column.column, "kind", "text")
            value = number_html(sums[column.name], kind) if column.name in sums else ""
            cells.append({"name": column.name, "label": column.header, "css": f"kind-{kind}", "value": value})
        return cells if any(cell["value"] for cell in cells) else []

    def _column_choices(self) -> list[dict[str, Any]]:
        """All columns, those shown first in their order."""
        shown, existing, _ignored = self.column_choice
        bound = self.table_class([]).columns.columns
        names = shown + [name for name in existing if name not in shown]
        return [{"name": name, "label": bound[name].header, "shown": name in shown} for name in names]

    def _exports(self) -> list[tuple[Text, str]]:
        """(label, url) of the files with the same query, for who may export."""
        if not self.may(exporting.EXPORT):
            return []
        query = listing.query_with(self.params, per_page=None, columns=",".join(self.column_choice[0]))
        base = self.request.path.rstrip("/")
        return [
            (_("CSV (data)"), f"{base}.csv?{query}"),
            (_("CSV (my spreadsheet)"), f"{base}.csv?{query}&dialect=region"),
            (_("Excel"), f"{base}.xlsx?{query}"),
            (_("JSON"), f"{base}.json?{query}"),
        ]

    def _kept_params(self) -> list[tuple[str, str]]:
        """What the filter form must send along, so that a new filter keeps sort and columns."""
        return [
            (name, str(self.params[name])) for name in ("sort", "per_page", "columns", "view") if self.params.get(name)
        ]

    # Saved views.

    def _saved_views(self) -> list[SavedView]:
        user = self.request.user
        visible = Q(owner_id=user.pk) | Q(audience=SavedView.Audience.ALL) | Q(group__in=user.groups.all())
        found = SavedView.objects.filter(visible, list_name=self.list_name).order_by("position", "name", "pk")
        return list(found.distinct())

    def _default_view(self) -> SavedView | None:
        """The user's default view, for a link that says nothing at all."""
        if not self.saved_views or self.params or is_fragment(self.request):
            return None
        user_id = self.request.user.pk
        default = SavedView.objects.filter(owner_id=user_id, list_name=self.list_name, is_default=True).first()
        return default if default is not None and default.query else None

    def _view_tabs(self) -> list[ViewTab]:
        if not self.saved_views:
            return []
        present = listing.query_with(self.params, view=None)
        tabs = [ViewTab(_("All"), f"{self.request.path}?view=all", current=not present)]
        for saved in self._saved_views():
            columns = ",".join(saved.columns)
            query = listing.query_with(QueryDict(saved.query), view=None, **({"columns": columns} if columns else {}))
            own = saved.owner_id == self.request.user.pk
            tabs.append(
                ViewTab(saved.name, f"{self.request.path}?{query}", current=query == present, pk=saved.pk, own=own)
            )
        return tabs

    # The file.

    def export(self, file_format: str) -> HttpResponseBase:
        """All rows of the same query. A filter that cannot be read is a refusal (400), never a wrong file."""
        require(self.request.user, exporting.EXPORT)
        if not self.filterset.is_valid():
            if file_format == "json":
                return JsonResponse({"errors": self.filterset.errors}, status=400)
            return HttpResponseBadRequest(
                str(self.filterset.errors.as_text()), content_type="text/plain; charset=utf-8"
            )
        table = self.make_table([])
        columns = [column for column in table.columns if not column.column.exclude_from_export]
        export = exports.Export(
            title=str(self.get_title()),
            filename=slugify(str(self.get_title())) or "list",
            columns=[
                exports.ExportColumn(column.name, str(column.header), getattr(column.column, "kind", "text"))
                for column in columns
            ],
            rows=self._export_rows([column.name for column in columns]),
            count=self.totals_found.count,
            totals=self.totals_found.sums,
            total_kinds={name: getattr(column, "kind", "amount") for name, column in self.columns.items()},
            filters={str(chip.label): str(chip.value) for chip in listing.chips_of(self.filterset, self.params)},
            ignored=self.ignored,
        )
        region = current_region() if self.params.get("dialect") == "region" else None
        return exporting.deliver(self.request, export, file_format, region=region)

    def _export_rows(self, names: Sequence[str]) -> Iterator[list[Any]]:
        """Values row by row, read in blocks so that a long list does not fill the memory."""
        rows = self.sort.queryset.iterator(chunk_size=EXPORT_CHUNK)
        for row in self.make_table(_Streamed(rows)).rows:
            yield [row.get_cell_value(name) for name in names]


def _cell(css: str, label: str, content: Any) -> tuple[str, str, Any]:
    """A cell; one with a long text may take several lines."""
    is_long = isinstance(content, str) and not isinstance(content, SafeString) and len(content) > LONG_TEXT
    return (f"{css} long" if is_long else css), label, content


class _Streamed(list[Any]):
    """Rows that are read while they are written; a list only in name, as django-tables2 asks for one."""

    def __init__(self, rows: Iterable[Any]) -> None:
        super().__init__()
        self.rows = rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return 1
