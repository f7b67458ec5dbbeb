"""Signing a reconciliation, the list of signed ones, one of them, and two compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.formatting import format_datetime
from config.base.pages import Action, Done
from config.base.views import ActionView, ListView, PageView
from reconciliation import rows, sign_off, snapshots
from reconciliation.enums import MEANINGS, Cause
from reconciliation.figures import Figure
from reconciliation.filters import SignOffFilter
from reconciliation.forms import CompareForm, SignForm
from reconciliation.models import ReconciliationRun, SignOff
from reconciliation.rows import GL_TOTAL, TOTAL
from reconciliation.sign_off import Compared, FilterIsGone
from reconciliation.tables import SignOffTable
from reconciliation.views.matrix import RECON, TITLE

SIGN = ("base.recon_sign", *RECON)
SNAPSHOTS = gettext_lazy("Signed reconciliations")


class SignView(ActionView):
    """The filters stand in the query string, as on the matrix."""

    permission_required = SIGN
    title = gettext_lazy("Sign the reconciliation")
    parent = "reconciliation:matrix"
    parent_title = TITLE
    form_class = SignForm
    verb = gettext_lazy("Sign")
    question = gettext_lazy(
        "The figures are frozen as they are known at this moment, with their causes, your note and a hash. What is "
        "posted later shows as changed since signed."
    )

    def get_initial(self) -> dict[str, Any]:
        names = ("date_from", "date_to", "item", "category", "location", "lot")
        return {name: self.request.GET[name] for name in names if self.request.GET.get(name)}

    def perform(self, form: Any) -> Done:
        filters = {name: text for name, text in form.list_filters.items() if name != "known_at"}
        note = form.cleaned_data["note"]
        signed = sign_off.sign(form.scope, filters=filters, note=note, user_id=self.request.user.pk)
        return Done(_("The reconciliation is signed."), reverse("reconciliation:snapshot", args=[signed.pk]))


class SnapshotListView(ListView):
    permission_required = RECON
    title = SNAPSHOTS
    parent = "reconciliation:matrix"
    parent_title = TITLE
    template_name = "reconciliation/snapshots.html"
    filterset_class = SignOffFilter
    table_class = SignOffTable
    actions = (Action(gettext_lazy("Compare two"), "reconciliation:snapshot_compare"),)
    empty_text = gettext_lazy("No reconciliation is signed yet.")
    empty_action = Action(TITLE, "reconciliation:matrix")

    def get_queryset(self) -> QuerySet[Any]:
        return snapshots.signed().order_by("-signed_at", "-pk")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        chart = snapshots.difference_chart(
            _("Differences by cause"),
            _("Sum of the differences of inventory, inventory (interim) and WIP in each signed reconciliation."),
        )
        return super().get_context_data(chart=chart, **context)


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A changed account, with the lists of the entries that did it; each list totals the change beside it."""

    compared: Compared
    values_url: str
    ledger_url: str


class SnapshotView(PageView):
    permission_required = RECON
    template_name = "reconciliation/snapshot.html"
    title = gettext_lazy("Signed reconciliation")
    parent = "reconciliation:snapshot_list"
    parent_title = SNAPSHOTS

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Show it beside the books of today."""
        self.signed = get_object_or_404(SignOff.objects.select_related("run", "user"), pk=kwargs["pk"])
        return super().get(*args, **kwargs)

    def get_subtitle(self) -> str:
        return format_datetime(self.signed.signed_at)

    def get_actions(self) -> list[Action]:
        query = "&".join(
            f"{name}={value}" for name, value in _options(self.signed.run).items() if value and name != "posting_date"
        )
        known_at = self.signed.run.known_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        matrix = reverse("reconciliation:matrix")
        compare = reverse("reconciliation:snapshot_compare")
        return [
            Action(_("Matrix now"), f"{matrix}?{query}&show=1&warning=1"),
            Action(_("Matrix as signed"), f"{matrix}?{query}&show=1&warning=1&known_at={known_at}"),
            Action(_("Compare"), f"{compare}?first={self.signed.pk}"),
        ]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        run = self.signed.run
        try:
            changes = [self._shown(each) for each in sign_off.changes_since(run)]
            rewritten = sign_off.rewritten_since(run)
            gone = ""
        except FilterIsGone as error:
            changes, rewritten, gone = [], [], str(error)
        findings = [
            (_account_label(finding.row, finding.column), Cause(finding.cause), finding.amount)
            for finding in run.findings.order_by("pk")
        ]
        return super().get_context_data(
            signed=self.signed,
            run=run,
            accounts=sign_off.compare(run.figures, run.figures),
            findings=[(label, cause.label, MEANINGS[cause], amount) for label, cause, amount in findings],
            changes=changes,
            rewritten=rewritten,
            gone=gone,
            is_intact=sign_off.is_intact(self.signed),
            **context,
        )

    def _shown(self, compared: Compared) -> ShownChange:
        """The two sides of an account, limited to what was posted since."""
        run = self.signed.run
        total, ledger = ((TOTAL, compared.account), (GL_TOTAL, compared.account))
        if not compared.is_foot:
            total, ledger = ((compared.account, TOTAL), (compared.account, GL_TOTAL))
        scope = sign_off.scope_of(run)
        since = run.known_at.isoformat()
        name = "relation_list" if scope.by_item else "glentry_list"
        return ShownChange(
            compared,
            Figure(scope, *total, list_filters=run.filters).url("valueentry_list", posted_after=since),
            Figure(scope, *ledger, list_filters=run.filters).url(name, posted_after=since),
        )


def _options(run: ReconciliationRun) -> dict[str, str]:
    return {
        "date_from": run.date_from.isoformat() if run.date_from else "",
        "date_to": run.date_to.isoformat() if run.date_to else "",
        **run.filters,
    }


def _account_label(row: str, column: str) -> Any:
    return rows.COLUMN_LABELS[column] if row in rows.FOOT_LABELS else rows.ROW_LABELS[row]


class CompareView(PageView):
    permission_required = RECON
    template_name = "reconciliation/compare.html"
    title = gettext_lazy("Compare signed reconciliations")
    parent = "reconciliation:snapshot_list"
    parent_title = SNAPSHOTS

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        form = CompareForm(self.request.GET or None, user=self.request.user)
        accounts = None
        if form.is_bound and form.is_valid():
            first, second = form.cleaned_data["first"], form.cleaned_data["second"]
            accounts = sign_off.compare(first.run.figures, second.run.figures)
        return super().get_context_data(form=form, accounts=accounts, **context)
