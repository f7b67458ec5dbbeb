"""The lines of a document, edited in place: each row is a form of its own, saved by itself."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Self

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy

from config.base.errors import DomainError
from config.base.formatting import date_html, number_html
from config.base.forms import ModelForm
from config.base.pages import Figure, GridColumn, Text, allowed
from config.base.views.access import AccessMixin, require
from config.base.views.edit import add_domain_error, lookup_response
from config.base.views.page import is_fragment

NUMBERS = ("amount", "unit_cost", "quantity", "percent", "integer")


def show_value(value: Any, kind: str) -> Any:
    """A value of a cell as people read it."""
    if value is None or kind in NUMBERS:
        return number_html(value, kind)
    return date_html(value) if kind in ("date", "datetime") else value


class Row:
    """A line on the page: its form, its shown values, its addresses."""

    def __init__(self, grid: "LineGridView", line: Any, form: Any | None) -> None:
        self.grid, self.line, self.form = grid, line, form
        self.key = str(line.pk) if line is not None else "new"
        base = grid.get_grid_url()
        self.save_url = f"{base}{line.pk}/" if line is not None else base
        may_delete = line is not None and form is not None and grid.may_delete(line)
        self.delete_url = f"{base}{line.pk}/delete/" if may_delete else ""

    @property
    def cells(self) -> list[dict[str, Any]]:
        """One cell a column: a bound field, or a value with its link."""
        return [self._cell(column) for column in self.grid.shown_columns]

    def _cell(self, column: GridColumn) -> dict[str, Any]:
        note = column.note(self.line) if column.note and self.line is not None else None
        if not column.figure and self.form is not None and column.name in self.form.fields:
            return {"column": column, "field": self.form[column.name], "note": note}
        value = getattr(self.line, column.name, None) if self.line is not None else None
        if callable(value):
            value = value()
        url = column.url(self.line) if column.url and self.line is not None else ""
        shown = "" if self.line is None else show_value(value, column.kind)
        return {"column": column, "value": shown, "url": url, "note": note}

    @property
    def errors(self) -> list[str]:
        """Everything that is wrong with the row, in words."""
        if self.form is None or not self.form.is_bound:
            return []
        found = [str(error) for error in self.form.non_field_errors()]
        for name, errors in self.form.errors.items():
            if name in self.form.fields:
                found += [f"{self.form[name].label}: {error}" for error in errors]
        return found


class LineGridView(AccessMixin):
    """Shows, adds, saves and deletes lines. ``docs/adding-a-list.md`` tells what to override."""

    edit_permission = ""
    heading: Text = gettext_lazy("Lines")
    form_class: type[ModelForm]
    columns: ClassVar[Sequence[GridColumn]] = ()

    def get_document(self) -> Any:
        """The document of the link; raises Http404."""
        raise NotImplementedError

    def get_lines(self) -> QuerySet[Any]:
        """Its lines in order, with everything selected that a row shows."""
        raise NotImplementedError

    def is_editable(self) -> bool:
        """Whether the document's state lets lines change."""
        return True

    def may_add(self) -> bool:
        """Whether this user may add lines; asked only where lines may be changed at all."""
        return True

    def may_delete(self, line: Any) -> bool:
        """Whether this user may take the line away; decides the button, ``delete_line`` decides the deed."""
        return True

    def get_document_url(self) -> str:
        """The page of the document."""
        return str(self.document.get_absolute_url())

    def get_grid_url(self) -> str:
        """The address of the grid, ending with a slash."""
        raise NotImplementedError

    def save_line(self, form: Any, line: Any) -> Any:
        """Store a row: one domain call. ``line`` is None for a new one. Raises DomainError."""
        raise NotImplementedError

    def delete_line(self, line: Any) -> None:
        """Take a line away: one domain call. Raises DomainError."""
        raise NotImplementedError

    def get_paste_url(self) -> str:
        """The page that takes rows pasted from a spreadsheet; blank where there is none."""
        return ""

    def get_totals(self) -> Sequence[Figure]:
        """The figures under the grid."""
        return []

    def make_form(self, data: Any, line: Any) -> Any:
        """The form of a row."""
        key = line.pk if line is not None else "new"
        extra = {"instance": line} if line is not None else {"instance": self.new_line()}
        form = self.form_class(data, user=self.request.user, auto_id=f"line-{key}-%s", **extra)
        for column in self.columns:
            # A field that the user may not see keeps its stored value.
            if not column.figure and not self.may(column.permission):
                form.fields.pop(column.name, None)
        return form

    def new_line(self) -> Model | None:
        """An unsaved line with what the document already knows; None for a blank one."""
        return None

    # For the page of the document.

    @classmethod
    def for_page(cls, request: HttpRequest, document: Any, **kwargs: Any) -> Self:
        """The grid of a document page."""
        grid = cls()
        grid.setup(request, **kwargs)
        grid.document = document
        return grid

    @cached_property
    def document(self) -> Any:
        """The document."""
        return self.get_document()

    @cached_property
    def editable(self) -> bool:
        """Whether this user may change lines now."""
        return self.may(self.edit_permission) and self.is_editable()

    @cached_property
    def shown_columns(self) -> list[GridColumn]:
        """The columns that this user may see; a column's label defaults to its field's."""
        fields = self.form_class(user=self.request.user).fields
        shown = []
        for column in allowed(self.columns, self.request.user):
            if not column.figure and column.name not in fields:
                continue
            label = column.label or fields[column.name].label or column.name
            shown.append(replace(column, label=label, permission=""))
        return shown

    @property
    def rows(self) -> list[Row]:
        """The stored lines; with forms where they may be changed."""
        return [Row(self, line, self.make_form(None, line) if self.editable else None) for line in self.get_lines()]

    @property
    def new_row(self) -> Row | None:
        """The empty row at the end."""
        return Row(self, None, self.make_form(None, None)) if self.editable and self.may_add() else None

    @property
    def totals(self) -> list[Figure]:
        """The figures under the grid that this user may see."""
        return allowed(self.get_totals(), self.request.user)

    @property
    def paste_url(self) -> str:
        """Where several cells that are pasted into the grid are sent."""
        return self.get_paste_url() if self.editable and self.may_add() else ""

    @property
    def lookup_url(self) -> str:
        """Where record fields ask for suggestions."""
        return self.get_grid_url()

    # Requests.

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The grid, or suggestions for a field."""
        if (answer := lookup_response(request, self.form_class.base_fields)) is not None:
            return answer
        if not is_fragment(request):
            return HttpResponseRedirect(self.get_document_url())
        return self._fragment("partials/_lines.html", {"grid": self})

    def post(
        self, request: HttpRequest, *args: Any, line_pk: int | None = None, delete: bool = False, **kwargs: Any
    ) -> HttpResponseBase:
        """Save or delete one row."""
        require(request.user, self.edit_permission or ())
        if not self.is_editable():
            raise Http404
        if line_pk is None and not self.may_add():
            raise Http404
        line = get_object_or_404(self.get_lines(), pk=line_pk) if line_pk is not None else None
        return self._delete(line) if delete else self._save(line)

    def _save(self, line: Any) -> HttpResponseBase:
        form = self.make_form(self.request.POST, line)
        if form.is_valid():
            try:
                saved = self.save_line(form, line)
            except DomainError as error:
                add_domain_error(form, error)
            else:
                return self._answer("saved", get_object_or_404(self.get_lines(), pk=saved.pk), added=line is None)
        row = Row(self, line, form)
        if is_fragment(self.request):
            return self._fragment("partials/_line_row.html", {"grid": self, "row": row}, status=422)
        for message in row.errors:
            messages.error(self.request, message)
        return HttpResponseRedirect(self.get_document_url())

    def _delete(self, line: Any) -> HttpResponseBase:
        try:
            self.delete_line(line)
        except DomainError as error:
            form = self.make_form(self.request.POST, line)
            form.is_valid()
            add_domain_error(form, error)
            if is_fragment(self.request):
                return self._fragment(
                    "partials/_line_row.html", {"grid": self, "row": Row(self, line, form)}, status=422
                )
            messages.error(self.request, str(error))
            return HttpResponseRedirect(self.get_document_url())
        return self._answer("deleted", None, added=False)

    def _answer(self, outcome: str, line: Any, *, added: bool) -> HttpResponseBase:
        """The changed row with the totals; without scripts, back to the document."""
        if not is_fragment(self.request):
            return HttpResponseRedirect(self.get_document_url())
        row = Row(self, line, self.make_form(None, line)) if line is not None else None
        context = {"grid": self, "row": row, "outcome": outcome, "added": added, "refresh": True}
        response = self._fragment("partials/_line_answer.html", context)
        # The page's figures and actions depend on its lines: partials/_head_refresh.html asks for them again.
        response.headers["HX-Trigger"] = "lines-changed"
        return response

    def _fragment(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        response = render(self.request, template, context, status=status)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "HX-Request"
        return response
