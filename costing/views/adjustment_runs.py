"""The runs of cost adjustment: what each did, or as a preview would do; its log item by item, and trying again."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.pages import Action, Badge, Done, Field, Figure, Related, Section, fields_of
from config.base.views import ActionView, CardView, ListView
from costing import adjustment_status, selectors
from costing.adjustment_filters import PlanFilter, RunLogFilter
from costing.enums import RunState
from costing.filters import AdjustmentRunFilter
from costing.models import AdjustmentPlanLine, AdjustmentRun, AdjustmentRunItem
from costing.tables import AdjustmentRunTable, RunItemTable
from costing.tables.adjustment import PlanTable
from costing.tables.words import RUN_TONES
from costing.views.adjustment import COST_ADJUST, WATCHERS, start_adjustment


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
        text = _("Preview of cost adjustment %(no)s") if self.object.preview else _("Cost adjustment %(no)s")
        return text % {"no": self.object.pk}

    def get_badges(self) -> list[Badge]:
        badges = [Badge(self.object.get_state_display(), RUN_TONES[self.object.state], self.object.state)]
        if self.object.preview:
            badges.append(Badge(_("Nothing was posted"), "info", "preview"))
        if self.object.failed_count:
            text = ngettext("%(count)s item failed", "%(count)s items failed", self.object.failed_count)
            badges.append(Badge(text % {"count": self.object.failed_count}, "danger", "has-failed"))
        return badges

    def get_figures(self) -> list[Figure]:
        run = self.object
        items = reverse("costing:run_items", args=[run.pk])
        plan = reverse("costing:run_plan", args=[run.pk])
        made = _("Entries planned") if run.preview else _("Entries made")
        figures = [
            Figure(_("Items"), run.item_count, "integer", items),
            Figure(_("Failed"), run.failed_count, "integer", f"{items}?state={RunState.FAILED.value}"),
            Figure(made, run.entries_made, "integer", plan if run.preview else f"{items}?entries_made=<>0"),
            Figure(
                _("Net amount"),
                run.amount,
                url=plan if run.preview else f"{items}?amount=<>0",
                permission="base.cost_view",
            ),
        ]
        if run.state == RunState.RUNNING:
            open_items = f"{items}?state={RunState.WAITING.value}|{RunState.RUNNING.value}"
            figures.insert(1, Figure(_("Still to do"), run.open_count, "integer", open_items))
        return figures

    def get_sections(self) -> list[Section]:
        run = self.object
        started_by = run.job.requested_by if run.job else None
        fields = [
            *fields_of(run, "created_at", "finished_at", "through"),
            Field(_("Started by"), started_by.get_username() if started_by else ""),
        ]
        if run.job and (run.job.requested_by_id == self.request.user.pk or self.may("base.job_manage")):
            fields.append(Field(_("Job"), run.job_id, "code", reverse("base:job_detail", args=[run.job_id])))
        sections = [Section("general", _("General"), fields)]
        months = [self._month(month, amount) for month, amount in adjustment_status.amounts_by_month(run.pk)]
        if months:
            sections.append(Section("months", _("Net amount by posting month"), months, permission="base.cost_view"))
        return sections

    def _month(self, month: str, amount: Any) -> Field:
        """The amount of a month; in a preview it leads to the lines that make it up."""
        url = (
            f"{reverse('costing:run_plan', args=[self.object.pk])}?posting_date={month}" if self.object.preview else ""
        )
        return Field(month, amount, "amount", url)

    def get_related(self) -> list[Related]:
        run = self.object
        items = Related("items", _("Items"), reverse("costing:run_items", args=[run.pk]), run.item_count)
        if not run.preview:
            return [items]
        plan = reverse("costing:run_plan", args=[run.pk])
        return [items, Related("plan", _("What would be posted"), plan, run.entries_made, "base.cost_view")]

    def get_actions(self) -> list[Action]:
        return [
            Action(_("Adjust cost"), "costing:adjust", permission=COST_ADJUST, primary=True),
            Action(_("Preview"), f"{reverse('costing:adjust')}?preview=yes", permission=COST_ADJUST),
        ]


class RunItemListView(ListView):
    """The log of a run, item by item."""

    permission_any = WATCHERS
    title = gettext_lazy("Items of the run")
    filterset_class = RunLogFilter
    table_class = RunItemTable
    totals = ("entries_read", "entries_made", "amount")
    cost_columns = frozenset({"amount"})
    saved_views = False
    parent = "costing:run_list"
    parent_title = gettext_lazy("Runs of cost adjustment")
    empty_text = gettext_lazy("No item had to be adjusted.")

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Whoever may not adjust sees no link to it."""
        hidden = super().hidden
        return hidden if self.may(COST_ADJUST) else hidden | {"again"}

    def get_queryset(self) -> QuerySet[Any]:
        if not AdjustmentRun.objects.filter(pk=self.kwargs["pk"]).exists():
            raise Http404
        items = AdjustmentRunItem.objects.filter(run_id=self.kwargs["pk"]).select_related("item", "run")
        return items.order_by("-level", "item__no", "pk")

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        run = self.kwargs["pk"]
        return [*super().get_breadcrumbs(), (str(run), reverse("costing:run_detail", args=[run]))]


class PlanListView(ListView):
    """What a preview would post, line by line."""

    permission_required = "base.cost_view"
    title = gettext_lazy("What would be posted")
    filterset_class = PlanFilter
    table_class = PlanTable
    totals = ("cost_amount_actual", "cost_amount_expected")
    saved_views = False
    parent = "costing:run_list"
    parent_title = gettext_lazy("Runs of cost adjustment")
    empty_text = gettext_lazy("Nothing would be posted: all costs are right.")

    def get_queryset(self) -> QuerySet[Any]:
        if not AdjustmentRun.objects.filter(pk=self.kwargs["pk"], preview=True).exists():
            raise Http404
        plan = AdjustmentPlanLine.objects.filter(run_id=self.kwargs["pk"]).select_related("item")
        return plan.order_by("item__no", "posting_date", "pk")

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        run = self.kwargs["pk"]
        return [*super().get_breadcrumbs(), (str(run), reverse("costing:run_detail", args=[run]))]


class RetryView(ActionView):
    """Adjust one item of a run again, by a run of its own."""

    permission_required = COST_ADJUST
    verb = gettext_lazy("Adjust again")
    parent = "costing:run_list"
    parent_title = gettext_lazy("Runs of cost adjustment")

    def get_record(self) -> AdjustmentRunItem:
        log = AdjustmentRunItem.objects.select_related("item", "run")
        return get_object_or_404(log, run_id=self.kwargs["pk"], item_id=self.kwargs["item"])

    def get_title(self) -> str:
        return _("Adjust %(item)s again") % {"item": self.record.item.no}

    def get_question(self) -> str:
        if self.record.state == RunState.FAILED:
            return _("It failed: %(reason)s") % {"reason": self.record.failure}
        return _("It was adjusted in run %(run)s.") % {"run": self.record.run_id}

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        run = self.kwargs["pk"]
        return [*super().get_breadcrumbs(), (str(run), reverse("costing:run_detail", args=[run]))]

    def perform(self, form: Any) -> Done:
        through = self.record.run.through
        parameters = {
            "item_ids": [self.record.item_id],
            "through": through.isoformat() if through else None,
            "preview": self.record.run.preview,
        }
        return start_adjustment(parameters, self.request.user)
