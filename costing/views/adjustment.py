"""Cost adjustment: which items wait for it, the page that starts it, and the log of its runs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base import jobs
from config.base.models import ACTIVE_STATES, Job
from config.base.pages import Action, Badge, Done, Field, Figure, Related, Section, fields_of
from config.base.views import ActionView, CardView, ListView
from costing import selectors
from costing.enums import RunState
from costing.filters import AdjustmentRunFilter, CostStatusFilter, RunItemFilter
from costing.forms import AdjustCostForm
from costing.models import AdjustmentRun, AdjustmentRunItem
from costing.tables import AdjustmentRunTable, CostStatusTable, RunItemTable
from costing.tables.words import RUN_TONES

COST_ADJUST = "base.cost_adjust"
WATCHERS = ("base.cost_adjust", "base.cost_view")
JOB_KIND = "adjust_cost"


class CostStatusView(ListView):
    """Each item: is its cost adjusted, since when not, and what the last run did."""

    permission_any = WATCHERS
    title = gettext_lazy("Cost adjustment")
    filterset_class = CostStatusFilter
    table_class = CostStatusTable
    cost_columns = frozenset({"unit_cost"})
    actions = (
        Action(gettext_lazy("Adjust cost"), "costing:adjust", permission=COST_ADJUST, primary=True),
        Action(gettext_lazy("Runs"), "costing:run_list"),
    )
    empty_text = gettext_lazy("There are no inventory items yet.")

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.cost_status().select_related("item_model_group", "cost_state").order_by("adjusted", "no")


class AdjustCostView(ActionView):
    """Start the job. One runs at a time: a second start leads to the first."""

    permission_required = COST_ADJUST
    form_class = AdjustCostForm
    title = gettext_lazy("Adjust cost")
    verb = gettext_lazy("Adjust cost")
    parent = "costing:adjustment_status"
    parent_title = gettext_lazy("Cost adjustment")

    def get_initial(self) -> dict[str, Any]:
        return {"item": self.request.GET.get("item", "")}

    def get_question(self) -> str:
        count = selectors.cost_status().filter(adjusted=False).count()
        return ngettext(
            "%(count)s item is not adjusted. Its corrections get the date of the entry they correct, "
            "or the first open day.",
            "%(count)s items are not adjusted. Their corrections get the date of the entry they correct, "
            "or the first open day.",
            count,
        ) % {"count": count}

    def perform(self, form: Any) -> Done:
        item, through = form.cleaned_data["item"], form.cleaned_data["through"]
        parameters = {
            "item_ids": [item.pk] if item else None,
            "through": through.isoformat() if through else None,
        }
        return start_job(JOB_KIND, parameters, self.request.user, _("Adjust cost"), _("Cost adjustment has started."))


def start_job(kind: str, parameters: dict[str, Any], user: Any, title: str, message: str) -> Done:
    """Start the one job of a kind, or lead to the one that is already there, naming who started it."""
    running = Job.objects.filter(key=kind, state__in=ACTIVE_STATES).select_related("requested_by").first()
    job = jobs.enqueue(kind, parameters=parameters, requested_by=user, title=title, key=kind)
    url = reverse("base:job_detail", args=[job.pk])
    if running is None or running.pk != job.pk:
        return Done(message, url)
    started_by = running.requested_by.get_username() if running.requested_by else _("the schedule")
    text = _("It is running already, started by %(user)s. Nothing new was started.") % {"user": started_by}
    visible = running.requested_by_id == user.pk or user.has_perm("base.job_manage")
    return Done(text, url if visible else "", level="warning")


class RunListView(ListView):
    permission_any = WATCHERS
    title = gettext_lazy("Runs of cost adjustment")
    filterset_class = AdjustmentRunFilter
    table_class = AdjustmentRunTable
    cost_columns = frozenset({"amount"})
    parent = "costing:adjustment_status"
    parent_title = gettext_lazy("Cost adjustment")
    empty_text = gettext_lazy("Cost was never adjusted by a run.")

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.runs_with_figures().select_related("job__requested_by").order_by("-pk")


class RunCardView(CardView):
    """One run: what it did, and the log of its items."""

    permission_any = WATCHERS
    parent = "costing:run_list"
    parent_title = gettext_lazy("Runs of cost adjustment")

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.runs_with_figures().select_related("job__requested_by")

    def get_title(self) -> str:
        return _("Cost adjustment %(no)s") % {"no": self.object.pk}

    def get_badges(self) -> list[Badge]:
        badges = [Badge(self.object.get_state_display(), RUN_TONES[self.object.state], self.object.state)]
        if self.object.failed_count:
            text = ngettext("%(count)s item failed", "%(count)s items failed", self.object.failed_count)
            badges.append(Badge(text % {"count": self.object.failed_count}, "danger", "has-failed"))
        return badges

    def get_figures(self) -> list[Figure]:
        run = self.object
        items = reverse("costing:run_items", args=[run.pk])
        return [
            Figure(_("Items"), run.item_count, "integer", items),
            Figure(_("Failed"), run.failed_count, "integer", f"{items}?state={RunState.FAILED.value}"),
            Figure(_("Entries made"), run.entries_made, "integer", f"{items}?entries_made=<>0"),
            Figure(_("Net amount"), run.amount, url=f"{items}?amount=<>0", permission="base.cost_view"),
        ]

    def get_sections(self) -> list[Section]:
        run = self.object
        started_by = run.job.requested_by if run.job else None
        fields = [
            *fields_of(run, "created_at", "finished_at", "through"),
            Field(_("Started by"), started_by.get_username() if started_by else ""),
        ]
        if run.job and (run.job.requested_by_id == self.request.user.pk or self.may("base.job_manage")):
            fields.append(Field(_("Job"), run.job_id, "code", reverse("base:job_detail", args=[run.job_id])))
        return [Section("general", _("General"), fields)]

    def get_related(self) -> list[Related]:
        url = reverse("costing:run_items", args=[self.object.pk])
        return [Related("items", _("Items"), url, self.object.item_count)]

    def get_actions(self) -> list[Action]:
        return [Action(_("Adjust cost"), "costing:adjust", permission=COST_ADJUST, primary=True)]


class RunItemListView(ListView):
    """The log of a run, item by item."""

    permission_any = WATCHERS
    title = gettext_lazy("Items of the run")
    filterset_class = RunItemFilter
    table_class = RunItemTable
    totals = ("entries_read", "entries_made", "amount")
    cost_columns = frozenset({"amount"})
    saved_views = False
    parent = "costing:run_list"
    parent_title = gettext_lazy("Runs of cost adjustment")
    empty_text = gettext_lazy("No item had to be adjusted.")

    def get_queryset(self) -> QuerySet[Any]:
        if not AdjustmentRun.objects.filter(pk=self.kwargs["pk"]).exists():
            raise Http404
        return AdjustmentRunItem.objects.filter(run_id=self.kwargs["pk"]).select_related("item").order_by("pk")

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        run = self.kwargs["pk"]
        return [*super().get_breadcrumbs(), (str(run), reverse("costing:run_detail", args=[run]))]
