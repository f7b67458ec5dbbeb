"""Import and export: what kinds there are, the page of an import, and files of the same columns."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base import exports
from config.base.formatting import current_region
from config.base.pages import Action, Done, GridColumn, Preview, PreviewTable, Text
from config.base.views import ActionView, PageView, exporting
from config.base.views.access import AccessMixin, require
from costing.import_forms import ImportForm
from costing.imports import KINDS, ImportOptions, ImportResult, Kind, import_whole, runs
from costing.models import ImportRun
from costing.views.import_runs import EVERYBODY_WHO
from inventory.enums import DocumentType

SHOWN_ROWS = 100


def _kind_for(user: Any, name: str) -> Kind:
    """The kind with the columns that the user may fill in. Raises Http404, PermissionDenied."""
    kind = KINDS.get(name)
    if kind is None:
        raise Http404
    require(user, kind.permissions)
    return runs.kind_of_user(user, kind)


class ImportListView(PageView):
    """The kinds that the user may import, each with its file to fill in and what is there as a file."""

    permission_any = EVERYBODY_WHO
    title = gettext_lazy("Import and export")
    template_name = "costing/imports.html"
    actions = (Action(gettext_lazy("Imports so far"), "costing:import_run_list"),)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        may_export = self.may(exporting.EXPORT)

        def has_file(kind: Kind) -> bool:
            return may_export and kind.export is not None

        kinds = [kind for kind in KINDS.values() if runs.may_import(self.request.user, kind)]
        rows = [
            {
                "label": kind.label,
                "url": reverse("costing:import", args=[kind.name]),
                "blank": f"{reverse('costing:export_kind', args=[kind.name, 'xlsx'])}?blank=1",
                "csv": reverse("costing:export_kind", args=[kind.name, "csv"]) if has_file(kind) else "",
                "xlsx": reverse("costing:export_kind", args=[kind.name, "xlsx"]) if has_file(kind) else "",
            }
            for kind in kinds
        ]
        return super().get_context_data(kinds=rows, **context)


class ImportView(ActionView):
    """Import a file: all of it or, where a row is refused, nothing. The preview does the same and is rolled back."""

    permission_any = EVERYBODY_WHO
    form_class = ImportForm
    verb = gettext_lazy("Import")
    preview_label = gettext_lazy("Preview")
    question = gettext_lazy("All rows are imported, or none where one is refused.")
    parent = "costing:import_list"
    parent_title = gettext_lazy("Import and export")

    @cached_property
    def kind(self) -> Kind:
        """The kind of the link, for this user: asked for by every request, and refused with it."""
        return _kind_for(self.request.user, self.kwargs["kind"])

    def get_title(self) -> Text:
        return _("Import: %(kind)s") % {"kind": self.kind.label}

    def get_back_url(self) -> str:
        return reverse("costing:import_list")

    def get_form(self, data: Any = None) -> ImportForm:
        files = self.request.FILES if data is not None else None
        return ImportForm(data, files, user=self.request.user, kind=self.kind)

    def _options(self, form: Any, *, dry_run: bool) -> ImportOptions:
        return ImportOptions(
            user_id=self.request.user.pk,
            region=current_region().code,
            dry_run=dry_run,
            skip_existing=form.cleaned_data["skip_existing"],
            origin=runs.ORIGIN,
        )

    def _in_background(self, form: Any, *, dry_run: bool) -> ImportRun:
        options = self._options(form, dry_run=dry_run)
        rows = len(form.table.rows)
        name = form.cleaned_data["file_name"]
        return runs.start(self.kind, form.content, options, rows=rows, user=self.request.user, file_name=name)

    def _show_preview(self, form: Any) -> HttpResponse:
        """The preview; a long file is rehearsed by a job, and imported from its result."""
        if len(form.table.rows) <= runs.LONG_FROM:
            return super()._show_preview(form)
        run = self._in_background(form, dry_run=True)
        messages.info(self.request, _("The file is long: it is rehearsed in the background, and the bell tells when."))
        return HttpResponseRedirect(reverse("base:job_detail", args=[run.job_id]))

    def preview(self, form: Any) -> Preview:
        result = import_whole(self.kind, form.table, self._options(form, dry_run=True))
        notes = [_summary(result)]
        if result.rows > SHOWN_ROWS:
            notes.append(_("The first %(count)s rows are shown.") % {"count": SHOWN_ROWS})
        labels = {column.name: column.label for column in self.kind.columns}
        columns = [GridColumn("row", _("Row")), *(GridColumn(name, labels[name]) for name in form.table.columns)]
        rows = [{"row": row.line_no, **row.cells} for row in form.table.rows[:SHOWN_ROWS]]
        tables = [PreviewTable(_("What is imported"), columns, rows)]
        if result.posted:
            named = [{"type": _type_name(type_), "no": no} for type_, no in result.posted[:SHOWN_ROWS]]
            heads = [GridColumn("type", _("Document type")), GridColumn("no", _("No."))]
            tables.append(PreviewTable(_("What is posted"), heads, named))
        return Preview(tables, notes, _("Preview (nothing is written)"))

    def perform(self, form: Any) -> Done:
        if len(form.table.rows) > runs.LONG_FROM:
            run = self._in_background(form, dry_run=False)
            text = _("The file is long: it is imported in the background, and the bell tells when.")
            return Done(text, reverse("base:job_detail", args=[run.job_id]))
        options = self._options(form, dry_run=False)
        return Done(_summary(runs.import_now(self.kind, form.table, options, file_name=form.cleaned_data["file_name"])))


def _type_name(document_type: str) -> str:
    return str(DocumentType(document_type).label) if document_type else _("Journal")


def _summary(result: ImportResult) -> str:
    done, skipped = len(result.done), len(result.skipped)
    rows = ngettext("%(count)s row", "%(count)s rows", result.rows) % {"count": result.rows}
    words = ngettext(
        "%(rows)s: %(done)s document or record imported, %(skipped)s passed over.",
        "%(rows)s: %(done)s documents or records imported, %(skipped)s passed over.",
        done,
    )
    return words % {"rows": rows, "done": done, "skipped": skipped}


class ExportKindView(AccessMixin):
    """What is there, as a file with the columns of its import; with `?blank=1` the heads alone."""

    permission_any = EVERYBODY_WHO

    def get(self, request: HttpRequest, *args: Any, kind: str, export_format: str, **kwargs: Any) -> HttpResponseBase:
        """The file. Numbers and dates of a CSV are written as the user's region does, so that it can be read again."""
        wanted = _kind_for(request.user, kind)
        is_blank = bool(request.GET.get("blank"))
        if export_format == "json" or (wanted.export is None and not is_blank):
            raise Http404
        whole = KINDS[kind].columns
        places = [place for place, column in enumerate(whole) if column in wanted.columns]
        rows = [] if is_blank or wanted.export is None else wanted.export()
        export = exports.Export(
            title=str(wanted.label),
            filename=kind,
            columns=[exports.ExportColumn(whole[place].name, whole[place].name, "quantity") for place in places],
            rows=([row[place] for place in places] for row in rows),
            count=0 if is_blank else None,
        )
        region = current_region()
        if is_blank:
            return exports.respond(export, export_format, region=region)
        return exporting.deliver(request, export, export_format, region=region)
