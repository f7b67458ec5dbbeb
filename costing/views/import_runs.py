"""What was imported: the history, and one import with what it made, its errors, and the rehearsal of a long file."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.filters import ChoiceFilter, DateFilter, FilterSet, TextFilter
from config.base.models import Job, JobState
from config.base.pages import JOB_TONES, Action, Badge, Done, Field, Figure, Section
from config.base.tables import Column, DateTimeColumn, IntegerColumn, LinkColumn, Table, YesNoColumn
from config.base.views import ActionView, CardView, ListView
from costing.imports import KINDS, runs
from costing.models import ImportRun, ImportState
from inventory import links

AUDIT = "base.audit_view"
# The first right is the deed itself; what else a kind needs is a right that many have who import nothing.
EVERYBODY_WHO = tuple(sorted({kind.permissions[0] for kind in KINDS.values()}))
SHOWN_ROWS = 500
TONES = {
    ImportState.WAITING: "info",
    ImportState.REHEARSED: "neutral",
    ImportState.DONE: "ok",
    ImportState.REFUSED: "danger",
}
RECORD_PAGES = {
    "items": "inventory:item_detail",
    "prices": "inventory:item_detail",
    "locations": "inventory:location_detail",
    "vendors": "inventory:vendor_detail",
    "customers": "inventory:customer_detail",
    "purchases": "inventory:purchase_detail",
    "sales": "inventory:sale_detail",
    "counts": "inventory:count_detail",
}


def visible_runs(user: Any) -> QuerySet[ImportRun]:
    """The imports of the kinds that the user may import; all of them for an auditor."""
    found = ImportRun.objects.select_related("user", "job").defer("content", "made", "problems")
    if user.has_perm(AUDIT):
        return found
    return found.filter(kind__in=[name for name, kind in KINDS.items() if runs.may_import(user, kind)])


def state_of(run: ImportRun) -> tuple[str, str, str]:
    """(words, tone, state): a run that waits is as its job is, which may have been stopped."""
    state = ImportState(run.state)
    job: Job | None = run.job
    if state == ImportState.WAITING and job is not None and job.state in (JobState.CANCELLED, JobState.FAILED):
        shown = job.shown_state(job.finished_at or job.created_at)
        return str(shown.label), JOB_TONES[shown], str(shown.value)
    return str(state.label), TONES[state], str(state.value)


class ImportRunFilter(FilterSet):
    created_at = DateFilter("created_at__date", label=gettext_lazy("Imported on"))
    user = TextFilter("user__username", label=gettext_lazy("User"))
    kind = ChoiceFilter(choices=[(name, kind.label) for name, kind in KINDS.items()], label=gettext_lazy("Data"))
    file_name = TextFilter(label=gettext_lazy("File"))
    state = ChoiceFilter(choices=ImportState.choices, label=gettext_lazy("Result"))
    search_fields = ("file_name", "user__username")

    class Meta:
        model = ImportRun
        fields: ClassVar[list[str]] = []


class ImportRunTable(Table):
    id = LinkColumn("costing:import_run", args=["pk"], verbose_name=gettext_lazy("No."))
    created_at = DateTimeColumn(verbose_name=gettext_lazy("Time"))
    user = Column(accessor="user__username", verbose_name=gettext_lazy("User"))
    kind = Column(verbose_name=gettext_lazy("Data"))
    file_name = Column(verbose_name=gettext_lazy("File"))
    rows = IntegerColumn(verbose_name=gettext_lazy("Rows"))
    state = Column(verbose_name=gettext_lazy("Result"))
    imported = IntegerColumn(verbose_name=gettext_lazy("Imported"))
    passed_over = IntegerColumn(verbose_name=gettext_lazy("Passed over"))
    refused_rows = IntegerColumn(verbose_name=gettext_lazy("Refused rows"))
    rehearsal = YesNoColumn(verbose_name=gettext_lazy("Rehearsal"))

    main_columns = ("id", "kind", "state")
    hidden_columns = ("passed_over",)

    class Meta:
        model = ImportRun
        fields = (
            "id",
            "created_at",
            "user",
            "kind",
            "file_name",
            "rows",
            "state",
            "imported",
            "passed_over",
            "refused_rows",
            "rehearsal",
        )

    def render_kind(self, value: str) -> str:
        return runs.kind_label(value)

    value_kind = render_kind

    def render_state(self, record: ImportRun) -> str:
        return state_of(record)[0]

    value_state = render_state


class ImportRunListView(ListView):
    permission_any = (*EVERYBODY_WHO, AUDIT)
    title = gettext_lazy("Imports")
    filterset_class = ImportRunFilter
    table_class = ImportRunTable
    totals = ("rows", "imported", "refused_rows")
    parent = "costing:import_list"
    parent_title = gettext_lazy("Import and export")
    empty_text = gettext_lazy("Nothing has been imported on the pages yet.")

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        """The page of kinds; an auditor does not import."""
        return super().get_breadcrumbs() if any(map(self.may, EVERYBODY_WHO)) else []

    def get_queryset(self) -> QuerySet[ImportRun]:
        return visible_runs(self.request.user).order_by("-pk")


class ImportRunView(CardView):
    permission_any = (*EVERYBODY_WHO, AUDIT)
    template_name = "costing/import_run.html"
    parent = "costing:import_run_list"
    parent_title = gettext_lazy("Imports")

    def get_queryset(self) -> QuerySet[ImportRun]:
        return visible_runs(self.request.user).defer(None).defer("content")

    def get_title(self) -> str:
        return _("Import %(no)s: %(kind)s") % {"no": self.object.pk, "kind": runs.kind_label(self.object.kind)}

    def get_subtitle(self) -> str:
        return str(self.object.file_name)

    def get_badges(self) -> list[Badge]:
        rehearsal = [Badge(_("Rehearsal"), "neutral", "rehearsal")] if self.object.rehearsal else []
        return [Badge(*state_of(self.object)), *rehearsal]

    def get_figures(self) -> list[Figure]:
        run = self.object
        imported = _("Would be imported") if run.rehearsal else _("Imported")
        return [
            Figure(_("Rows"), run.rows, "integer"),
            Figure(imported, run.imported, "integer"),
            Figure(_("Passed over"), run.passed_over, "integer"),
            Figure(_("Refused rows"), run.refused_rows, "integer", tone="danger" if run.refused_rows else ""),
        ]

    def get_sections(self) -> list[Section]:
        run = self.object
        fields = [
            Field(_("Data"), runs.kind_label(run.kind)),
            Field(_("File"), run.file_name or _("Pasted rows")),
            Field(_("User"), run.user.get_username() if run.user else ""),
            Field(_("Time"), run.created_at, "datetime"),
            Field(_("Pass over what is there already"), run.skip_existing),
            Field(_("Job"), run.job, url=reverse("base:job_detail", args=[run.job_id]) if self._sees_job() else ""),
        ]
        return [Section("general", _("General"), fields)]

    def _sees_job(self) -> bool:
        job = self.object.job
        return job is not None and (job.requested_by_id == self.request.user.pk or self.may("base.job_manage"))

    def get_actions(self) -> list[Action]:
        run = self.object
        if not run.rehearsal or run.state != ImportState.REHEARSED:
            return []
        gone = "" if ImportRun.objects.filter(pk=run.pk).exclude(content="").exists() else _("It is imported.")
        url = reverse("costing:import_rehearsed", args=[run.pk])
        return [Action(_("Import"), url, primary=True, disabled=gone)] if self._may_import() else []

    def _may_import(self) -> bool:
        kind = KINDS.get(self.object.kind)
        return kind is not None and runs.may_import(self.request.user, kind)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        run = self.object
        made = [(no, _made_url(run.kind, type_, no)) for type_, no in run.made[:SHOWN_ROWS]]
        return super().get_context_data(
            made=made,
            made_count=len(run.made),
            problems=[problem | {"column": self._label(problem["column"])} for problem in run.problems],
            shown_rows=SHOWN_ROWS,
            **context,
        )

    @cached_property
    def _labels(self) -> dict[str, str]:
        kind = KINDS.get(self.object.kind)
        return {column.name: str(column.label) for column in kind.columns} if kind else {}

    def _label(self, column: str) -> str:
        return self._labels.get(column, column)


def _made_url(kind: str, document_type: str, no: str) -> str:
    """The page of what was made; journals have no document, but entries."""
    if document_type:
        return links.document_url(document_type, no)
    page = RECORD_PAGES.get(kind)
    if page:
        return reverse(page, args=[no]) if no and "/" not in no else ""
    return links.find_entries_url(no)


class ImportRehearsedView(ActionView):
    """Import what was rehearsed, with the same rows."""

    permission_any = EVERYBODY_WHO
    title = gettext_lazy("Import what was rehearsed")
    verb = gettext_lazy("Import")
    parent = "costing:import_run_list"
    parent_title = gettext_lazy("Imports")

    def get_record(self) -> ImportRun:
        found = visible_runs(self.request.user).filter(rehearsal=True, state=ImportState.REHEARSED)
        run: ImportRun = get_object_or_404(found, pk=self.kwargs["pk"])
        return run

    def get_question(self) -> str:
        words = {"count": self.record.rows, "kind": runs.kind_label(self.record.kind)}
        return _("All %(count)s rows (%(kind)s) are imported in the background, or none where one is refused.") % words

    def perform(self, form: Any) -> Done:
        run = runs.import_rehearsed(self.record, user=self.request.user)
        return Done(_("The import is under way."), url=reverse("base:job_detail", args=[run.job_id]))
