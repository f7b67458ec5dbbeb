"""Posting inventory cost to the general ledger: what waits, the page that posts it, and what each run did."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.pages import Action, Badge, Done, Field, Figure, Related, Section, allowed, fields_of
from config.base.preferences import today_of
from config.base.views import ActionView, CardView, ListView
from costing import selectors
from costing.filters import PostToGLRunFilter, SkippedFilter, ValueEntryFilter
from costing.forms import PostToGLForm
from costing.models import CostingSetup, PostToGLRun, SkippedEntry
from costing.tables import PostToGLRunTable, SkippedTable, WaitingTable
from costing.tables.words import RUN_TONES, cause_label
from costing.views.adjustment import start_job
from ledger import selectors as ledger_selectors

POST_INVENTORY = "base.gl_post_inventory"
GL_VIEW = "base.gl_view"
JOB_KIND = "post_inventory_cost"


class WaitingListView(ListView):
    """The value entries that wait to be posted: how many, how much, since when."""

    permission_required = POST_INVENTORY
    title = gettext_lazy("Post inventory cost to G/L")
    template_name = "costing/gl_waiting.html"
    filterset_class = ValueEntryFilter
    table_class = WaitingTable
    totals = ("actual_to_post", "expected_to_post")
    cost_columns = frozenset({"actual_to_post", "expected_to_post", "cost_amount_actual", "cost_amount_expected"})
    actions = (
        Action(gettext_lazy("Post to G/L"), "costing:gl_post", permission=POST_INVENTORY, primary=True),
        Action(gettext_lazy("Earlier runs"), "costing:gl_run_list"),
    )
    empty_text = gettext_lazy("Nothing waits: the general ledger holds the cost of all value entries.")

    @cached_property
    def include_expected(self) -> bool:
        """Whether expected cost is posted at all."""
        return CostingSetup.at(today_of(self.request)).expected_cost_posting

    def get_queryset(self) -> QuerySet[Any]:
        waiting = selectors.waiting_values(include_expected=self.include_expected)
        return waiting.select_related("item", "location").order_by("posting_date", "pk")

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        waiting = selectors.waiting_to_post(include_expected=self.include_expected)
        figures = [
            Figure(_("Entries waiting"), waiting.count, "integer", reverse("costing:gl_waiting")),
            Figure(_("Cost to post"), waiting.actual, permission="base.cost_view"),
            Figure(_("Oldest posting date"), waiting.oldest, "date"),
        ]
        if self.include_expected:
            figures.insert(2, Figure(_("Expected cost to post"), waiting.expected, permission="base.cost_view"))
        return super().get_context_data(figures=allowed(figures, self.request.user), **context)


class PostToGLView(ActionView):
    """Start the job that posts, or only reports."""

    permission_required = POST_INVENTORY
    form_class = PostToGLForm
    title = gettext_lazy("Post inventory cost to G/L")
    verb = gettext_lazy("Post to G/L")
    parent = "costing:gl_waiting"
    parent_title = gettext_lazy("Post inventory cost to G/L")

    def get_question(self) -> str:
        count = selectors.waiting_to_post().count
        return ngettext(
            "%(count)s value entry waits. It is posted on its own posting date; what cannot be posted is listed.",
            "%(count)s value entries wait. Each is posted on its own posting date; what cannot be posted is listed.",
            count,
        ) % {"count": count}

    def perform(self, form: Any) -> Done:
        item, through = form.cleaned_data["item"], form.cleaned_data["through"]
        parameters = {
            "item_ids": [item.pk] if item else None,
            "through": through.isoformat() if through else None,
            "post": not form.cleaned_data["report_only"],
        }
        title = _("Post inventory cost to G/L") if parameters["post"] else _("Report of inventory cost to post")
        return start_job(JOB_KIND, parameters, self.request.user, title, _("Posting to G/L has started."))


class PostToGLRunListView(ListView):
    permission_required = GL_VIEW
    title = gettext_lazy("Runs of posting to G/L")
    queryset = PostToGLRun.objects.select_related("user").order_by("-pk")
    filterset_class = PostToGLRunFilter
    table_class = PostToGLRunTable
    cost_columns = frozenset({"posted_amount"})
    totals = ("posted_count", "posted_amount")
    empty_text = gettext_lazy("Inventory cost was never posted by a run.")


class PostToGLRunCardView(CardView):
    """What one run posted and skipped."""

    permission_required = GL_VIEW
    queryset = PostToGLRun.objects.select_related("user", "job")
    parent = "costing:gl_run_list"
    parent_title = gettext_lazy("Runs of posting to G/L")

    def get_title(self) -> str:
        return _("Posting to G/L %(no)s") % {"no": self.object.pk}

    def get_badges(self) -> list[Badge]:
        run = self.object
        badges = [Badge(run.get_state_display(), RUN_TONES[run.state], run.state)]
        if not run.post:
            badges.append(Badge(_("Report only"), "info", "report-only"))
        return badges

    def get_figures(self) -> list[Figure]:
        run = self.object
        skipped = reverse("costing:gl_run_skipped", args=[run.pk])
        words = _("Value entries posted") if run.post else _("Value entries to post")
        tone = "warn" if run.skipped_count else ""
        made = ledger_selectors.entries_url(register=str(run.gl_register_id)) if run.gl_register_id else ""
        return [
            Figure(words, run.posted_count, "integer", made),
            Figure(_("Amount"), run.posted_amount, permission="base.cost_view"),
            Figure(_("Skipped"), run.skipped_count, "integer", skipped, tone=tone),
        ]

    def get_sections(self) -> list[Section]:
        run = self.object
        general = [*fields_of(run, "created_at", "through", "post"), Field(_("Started by"), str(run.user or ""))]
        url = reverse("costing:gl_run_skipped", args=[run.pk])
        causes = [
            Field(cause_label(code), count, "integer", f"{url}?code={code}")
            for code, count in run.skipped.order_by("code").values_list("code").annotate(Count("pk"))
        ]
        return [
            Section("general", _("General"), general),
            Section("accounts", _("Posted, by account"), self._totals()),
            Section("skipped", _("Skipped, by cause"), causes),
        ]

    def _totals(self) -> list[Field]:
        register_id = self.object.gl_register_id
        if register_id is None:
            return []
        return [
            Field(f"{no} {name}", total, "amount", ledger_selectors.entries_url([no], register=str(register_id)))
            for no, name, total in selectors.totals_by_account(register_id)
        ]

    def get_related(self) -> list[Related]:
        run = self.object
        related = []
        if run.gl_register_id:
            url = ledger_selectors.entries_url(register=str(run.gl_register_id))
            related.append(Related("gl", _("G/L entries"), url))
        url = reverse("costing:gl_run_skipped", args=[run.pk])
        return [*related, Related("skipped", _("Skipped entries"), url, run.skipped_count)]

    def get_actions(self) -> list[Action]:
        return [Action(_("Waiting entries"), "costing:gl_waiting", permission=POST_INVENTORY)]


class SkippedListView(ListView):
    """The entries that a run could not post, each with its reason."""

    permission_required = GL_VIEW
    title = gettext_lazy("Skipped entries")
    filterset_class = SkippedFilter
    table_class = SkippedTable
    cost_columns = frozenset({"amount"})
    saved_views = False
    parent = "costing:gl_run_list"
    parent_title = gettext_lazy("Runs of posting to G/L")
    empty_text = gettext_lazy("Nothing was skipped.")

    def get_queryset(self) -> QuerySet[Any]:
        if not PostToGLRun.objects.filter(pk=self.kwargs["pk"]).exists():
            raise Http404
        skipped = SkippedEntry.objects.filter(run_id=self.kwargs["pk"])
        return skipped.select_related("value_entry__item").order_by("value_entry__posting_date", "pk")

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        run = self.kwargs["pk"]
        return [*super().get_breadcrumbs(), (str(run), reverse("costing:gl_run", args=[run]))]
