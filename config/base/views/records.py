"""What hangs on a record: its notes and files, and the history of its changes. Apps name the record and the rights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.apps import apps
from django.contrib import messages
from django.db.models import Field as ModelField
from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import attachments, changelog
from config.base.errors import DomainError
from config.base.filters import ChoiceFilter, DateFilter, FilterSet, TextFilter
from config.base.forms import COST_PERMISSION
from config.base.models import ChangeAction, ChangeLog
from config.base.record_kinds import cost_fields, kinds
from config.base.tables import Column, DateTimeColumn, StateColumn, Table
from config.base.views.access import require
from config.base.views.lists import ListView
from config.base.views.page import PageView


class RecordFilesView(PageView):
    """Notes and files of a record, with the forms that add to them. Also the tab of its card."""

    template_name = "generic/files.html"
    partial_template_name = "partials/_files.html"
    title = gettext_lazy("Notes and files")
    edit_permission: str = ""

    def get_record(self) -> Model:
        """The record of the link; raises Http404."""
        raise NotImplementedError

    def get_file_url(self, pk: int) -> str:
        """Where a file is handed out (`RecordFileView`)."""
        raise NotImplementedError

    def get_done_url(self) -> str:
        """Where one is led after a change."""
        return self.request.path

    def may_pick(self) -> bool:
        """Whether the record has a picture that may be chosen among its files."""
        return False

    def pick(self, attachment: Any) -> None:
        """Make a file the picture of the record. Raises DomainError."""
        raise NotImplementedError

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """The context of ``partials/_files.html``."""
        record = self.get_record()
        may_edit = self.may(self.edit_permission)
        return super().get_context_data(
            notes=attachments.notes_of(record),
            files=[(row, self.get_file_url(row.pk)) for row in attachments.files_of(record)],
            may_edit=may_edit,
            may_pick=may_edit and self.may_pick(),
            picture_id=getattr(record, "picture_id", None),
            files_url=self.request.path,
            **context,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Add a note or a file, choose the picture, or take a file away."""
        require(request.user, self.edit_permission or ())
        record = self.get_record()
        try:
            messages.success(request, self._change(record))
        except DomainError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(self.get_done_url())

    def _change(self, record: Model) -> str:
        data, files = self.request.POST, self.request.FILES
        if "pick" in data or "delete" in data:
            key = data.get("pick") or data.get("delete") or ""
            row = get_object_or_404(attachments.files_of(record), pk=key if key.isdecimal() else 0)
            if "pick" in data:
                self.pick(row)
                return _("%(name)s is the picture now.") % {"name": row.name}
            row.delete()
            return _("%(name)s is deleted.") % {"name": row.name}
        if upload := files.get("file"):
            row = attachments.add_file(record, upload, user=self.request.user)
            return _("%(name)s is added.") % {"name": row.name}
        if "note" in data:
            attachments.add_note(record, data["note"], user=self.request.user)
            return _("The note is added.")
        raise DomainError(_("No file was chosen."))


class RecordFileView(PageView):
    """Hands out a file of a record: pictures to be shown, everything else to be saved."""

    def get_record(self) -> Model:
        """The record of the link; raises Http404."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The file, if it belongs to the record."""
        row = get_object_or_404(attachments.files_of(self.get_record()), pk=kwargs["pk"])
        try:
            kind = attachments.picture_type(row)
        except FileNotFoundError as error:
            raise Http404 from error
        answer = FileResponse(
            row.file.open("rb"),
            as_attachment=not kind,
            filename=row.name,
            content_type=kind or "application/octet-stream",
        )
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cache-Control"] = "private, max-age=3600"
        return answer  # type: ignore[return-value] # a streaming response


class HistoryFilter(FilterSet):
    changed_at = DateFilter("changed_at__date", label=gettext_lazy("Changed on"))
    user = TextFilter("user__username", label=gettext_lazy("User"))
    action = ChoiceFilter(choices=ChangeAction.choices, label=gettext_lazy("Action"))

    class Meta:
        model = ChangeLog
        fields: ClassVar[list[str]] = []


NOT_SHOWN = frozenset({"created_at", "updated_at", "version", "sort_key"})
"""Columns that follow from a change and tell nothing about it."""


class HistoryTable(Table):
    """What changed, field by field; figures of cost only for those who may see them."""

    changed_at = DateTimeColumn(verbose_name=gettext_lazy("When"))
    user = Column(accessor="user__username", verbose_name=gettext_lazy("User"))
    action = StateColumn(verbose_name=gettext_lazy("Action"), tones={"add": "ok", "delete": "danger"})
    changes = Column(verbose_name=gettext_lazy("What changed"), orderable=False)
    reason = Column(verbose_name=gettext_lazy("Reason"))
    origin = Column(verbose_name=gettext_lazy("From where"))

    sees_cost = False
    """Whether changes of costs are shown: the page says so of its user."""

    hidden_columns = ("origin",)
    main_columns = ("changed_at", "user")

    class Meta:
        model = ChangeLog
        fields = ("changed_at", "user", "action", "changes", "reason", "origin")

    def words(self, record: ChangeLog) -> list[tuple[str, str, str]]:
        """(field, from, to) of a change."""
        hidden = frozenset() if self.sees_cost else cost_fields(record.model_label)
        is_new = record.action == ChangeAction.ADD
        found = []
        for name, (before, after) in record.changes.items():
            if name in NOT_SHOWN or name.rpartition(" ")[2] in hidden or (is_new and after in (None, "", False, "0")):
                continue
            field = _field(record.model_label, name)
            label = capfirst(str(field.verbose_name)) if field is not None else _line_label(record.model_label, name)
            found.append((label, self._word(field, before), self._word(field, after)))
        return found

    def _word(self, field: Any, value: Any) -> str:
        if value is None or value == "":
            return "–"
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if field is not None and field.is_relation:
            return self._name(field.related_model, value)
        return str(dict(getattr(field, "flatchoices", ()) or ()).get(value, value))

    def _name(self, model: type[Model], key: Any) -> str:
        names: dict[Any, str] = self.__dict__.setdefault("_names", {})
        if (model, key) not in names:
            names[model, key] = str(model._base_manager.filter(pk=key).first() or key)
        return names[model, key]

    def render_changes(self, record: ChangeLog) -> Any:
        """Each field on a line of its own."""
        lines = format_html_join(
            "", "<li><span>{}</span> <del>{}</del> → <ins>{}</ins></li>", (row for row in self.words(record))
        )
        return format_html('<ul class="changes">{}</ul>', lines)

    def value_changes(self, record: ChangeLog) -> str:
        """The same in one text, for files."""
        return "; ".join(f"{label}: {before} > {after}" for label, before, after in self.words(record))


class RecordHistoryView(ListView):
    """Who changed what of a record, when and why."""

    title = gettext_lazy("History")
    filterset_class = HistoryFilter
    table_class = HistoryTable
    saved_views = False

    def get_record(self) -> Model:
        """The record of the link; raises Http404."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        """Its changes, the latest first."""
        record = self.get_record()
        about = {"model_label": record._meta.label_lower, "record_no": changelog.record_no(record)}
        return ChangeLog.objects.filter(**about).select_related("user").order_by("-changed_at", "-pk")

    def make_table(self, rows: Any) -> Table:
        """The table, knowing what it must not show."""
        table = super().make_table(rows)
        table.sees_cost = self.may(COST_PERMISSION)
        return table


def _line_label(model_label: str, name: str) -> str:
    """The words for a value of a line (``line 10000 quantity``); other words as they are."""
    first, _space, rest = name.partition(" ")
    kind = kinds().get(model_label)
    if first != changelog.LINE or kind is None or not kind.lines:
        return name
    called, _space, column = rest.rpartition(" ")
    field = _field(kind.lines, column)
    word = str(field.verbose_name) if field is not None else column
    return _("Line %(line)s, %(field)s") % {"line": called, "field": word}


def _field(model_label: str, name: str) -> ModelField[Any, Any] | None:
    """The field that a column of the change log is, by its column name; none for words of other kinds."""
    try:
        model = apps.get_model(model_label)
    except (LookupError, ValueError):
        return None
    found: Sequence[Any] = [field for field in model._meta.concrete_fields if field.attname == name]
    return found[0] if found else None
