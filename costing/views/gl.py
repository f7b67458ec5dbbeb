"""Posting inventory cost to the general ledger: what waits, the page that posts it, and what each run did."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.pages import Action, Badge, Done, Field, Figure, Related, Section, allowed, fields_of
from config.base.preferences import today_of
from config.base.views import ActionView, CardView, ListView, exporting
from costing import selectors
from costing.filters import PostToGLRunFilter, SkippedFilter, ValueEntryFilter
from costing.forms import PostToGLForm
from costing.models import CostingSetup, PostToGLRun, SkippedEntry, ValueEntryToPost
from costing.post_to_gl.findings import Found, findings
from costing.tables import PostToGLRunTable, SkippedTable, WaitingTable
from costing.tables.words import RUN_TONES
from costing.views.adjustment import start_job
from costing.views.cures import Cure, cure_of
from costing.views.gl_run_file import RUN_VIEWERS, totals_of
from ledger import selectors as ledger_selectors

POST_INVENTORY = "base.gl_post_inventory"
GL_VIEW = "base.gl_view"
JOB_KIND = "post_inventory_cost"
POST, TEST = "post", "test"


@dataclass(frozen=True, slots=True)
class Finding(Found):
    """A cause with the link to its cure."""

    link: Cure


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
        Action(gettext_lazy("Earlier runs"), "costing:gl_run_list", permission=GL_VIEW),
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
    """Start the job that posts, says what would be posted, or lists every error."""

    permission_required = POST_INVENTORY
    template_name = "costing/gl_post.html"
    form_class = PostToGLForm
    title = gettext_lazy("Post inventory cost to G/L")
    verb = gettext_lazy("Post to G/L")
    parent = "costing:gl_waiting"
    parent_title = gettext_lazy("Post inventory cost to G/L")

    def get_initial(self) -> dict[str, Any]:
        given = self.request.GET
        return {"item": given.get("item", ""), "through": given.get("through", "")}

    def get_question(self) -> str:
        count = selectors.waiting_to_post().count
        return ngettext(
            "%(count)s value entry waits. It is posted on its own posting date; what cannot be posted is listed.",
            "%(count)s value entries wait. Each is posted on its own posting date; what cannot be posted is listed.",
            count,
        ) % {"count": count}

    def perform(self, form: Any) -> Done:
        item, through = form.cleaned_data["item"], form.cleaned_data["through"]
        mode = self.request.POST.get("mode", POST)
        parameters = {
            "item_ids": [item.pk] if item else None,
            "through": through.isoformat() if through else None,
            "per_posting_group": form.cleaned_data["method"] == PostToGLForm.PER_GROUP,
            "document_no": form.cleaned_data["document_no"],
            "post": mode == POST,
            "is_test": mode == TEST,
        }
        return start_posting(parameters, self.request.user)


class RetrySkippedView(ActionView):
    """Post again what a run skipped and still waits; what was mended goes through."""

    permission_required = POST_INVENTORY
    title = gettext_lazy("Post the skipped entries again")
    verb = gettext_lazy("Post again")

    def get_record(self) -> PostToGLRun:
        return get_object_or_404(PostToGLRun, pk=self.kwargs["pk"])

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        url = reverse("costing:gl_run", args=[self.kwargs["pk"]])
        return [(_("Runs of posting to G/L"), reverse("costing:gl_run_list")), (str(self.kwargs["pk"]), url)]

    def get_question(self) -> str:
        count = self.record.skipped.filter(value_entry__to_post__isnull=False).values("value_entry").distinct().count()
        return ngettext("%(count)s entry still waits.", "%(count)s entries still wait.", count) % {"count": count}

    def perform(self, form: Any) -> Done:
        run = self.record
        parameters = {
            "item_ids": None,
            "through": run.through.isoformat() if run.through else None,
            "per_posting_group": run.per_posting_group,
            "document_no": run.document_no,
            "post": True,
            "is_test": False,
            "retry_of": run.pk,
        }
        return start_posting(parameters, self.request.user)


def start_posting(parameters: dict[str, Any], user: Any) -> Done:
    """Start the job of a posting, a report or a test report."""
    if parameters["is_test"]:
        return start_job(JOB_KIND, parameters, user, _("Test report of posting to G/L"), _("The report has started."))
    if not parameters["post"]:
        title = _("Report of inventory cost to post")
        return start_job(JOB_KIND, parameters, user, title, _("The report has started."))
    return start_job(JOB_KIND, parameters, user, _("Post inventory cost to G/L"), _("Posting to G/L has started."))


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
    """What one run posted and skipped, or would. Whoever edits the setup sees what is to be mended, without amounts."""

    permission_any = RUN_VIEWERS
    template_name = "costing/gl_run.html"
    queryset = PostToGLRun.objects.select_related("user", "job", "retry_of")
    parent = "costing:gl_run_list"
    parent_title = gettext_lazy("Runs of posting to G/L")

    def get_title(self) -> str:
        if not self.object.post:
            return _("Test report (not posted) %(no)s") % {"no": self.object.pk}
        return _("Posting to G/L %(no)s") % {"no": self.object.pk}

    def get_badges(self) -> list[Badge]:
        run = self.object
        badges = [Badge(run.get_state_display(), RUN_TONES[run.state], run.state)]
        if not run.post:
            badges.append(Badge(_("Report only"), "info", "report-only"))
        return badges

    def get_figures(self) -> list[Figure]:
        run = self.object
        words = _("Value entries posted") if run.post else _("Value entries to post")
        tone = "warn" if run.skipped_count else ""
        shown = run.gl_register_id and self.may(GL_VIEW)
        made = ledger_selectors.entries_url(register=str(run.gl_register_id)) if shown else ""
        # A test report lists an entry once for each of its errors.
        skipped = "" if run.is_test else reverse("costing:gl_run_skipped", args=[run.pk])
        return [
            Figure(words, run.posted_count, "integer", made),
            Figure(_("Amount"), run.posted_amount, permission="base.cost_view"),
            Figure(_("With errors") if run.is_test else _("Skipped"), run.skipped_count, "integer", skipped, tone=tone),
        ]

    def get_sections(self) -> list[Section]:
        run = self.object
        general = [*fields_of(run, "created_at", "through", "post"), Field(_("Started by"), str(run.user or ""))]
        method = _("Per posting group") if run.per_posting_group else _("Per entry")
        general.append(Field(_("Posting method"), method))
        if run.document_no:
            general.append(Field(_("Document no."), run.document_no, "code"))
        general.append(Field(_("Items"), run.item_nos or _("All")))
        if run.retry_of:
            url = reverse("costing:gl_run", args=[run.retry_of_id])
            general.append(Field(_("Posts again what this run skipped"), run.retry_of_id, "code", url))
        return [
            Section("general", _("General"), general),
            Section("accounts", self._accounts_title(), self._totals(), permission="base.cost_view"),
        ]

    def _accounts_title(self) -> str:
        return _("Posted, by account") if self.object.post else _("Would be posted, by account")

    def _totals(self) -> list[Field]:
        register = str(self.object.gl_register_id or "")
        return [
            Field(
                f"{no} {name}",
                total,
                "amount",
                ledger_selectors.entries_url([no], register=register) if register else "",
            )
            for no, name, total in totals_of(self.object)
        ]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        run, user = self.object, self.request.user
        found = [Finding(**asdict(each), link=cure_of(each.cure, user)) for each in findings(run.pk)]
        return super().get_context_data(
            findings_title=_("Errors") if run.is_test else _("Skipped entries"),
            findings=[each for each in found if each.is_error or not run.is_test],
            passed=[each for each in found if not each.is_error and run.is_test],
            notes=[{"values": values, **note} for values, note in sorted(run.dimension_notes.items())],
            may_see_cost=self.may("base.cost_view"),
            **context,
        )

    def get_related(self) -> list[Related]:
        run = self.object
        related = []
        if run.gl_register_id:
            url = ledger_selectors.entries_url(register=str(run.gl_register_id))
            related.append(Related("gl", _("G/L entries"), url, permission=GL_VIEW))
        url = reverse("costing:gl_run_skipped", args=[run.pk])
        words = _("Errors by entry") if run.is_test else _("Skipped entries")
        return [*related, Related("skipped", words, url, run.skipped.count())]

    def get_actions(self) -> list[Action]:
        run = self.object
        actions = [
            Action(_("Waiting entries"), "costing:gl_waiting", permission=POST_INVENTORY),
            Action(_("Excel"), reverse("costing:gl_run_export", args=[run.pk, "xlsx"]), permission=exporting.EXPORT),
            Action(_("CSV"), reverse("costing:gl_run_export", args=[run.pk, "csv"]), permission=exporting.EXPORT),
        ]
        if run.post and run.skipped_count:
            waits = run.skipped.filter(value_entry__to_post__isnull=False).exists()
            again = Action(
                _("Post the skipped again"),
                reverse("costing:gl_run_retry", args=[run.pk]),
                permission=POST_INVENTORY,
                post=True,
                primary=True,
                disabled="" if waits else _("None of them waits any more."),
            )
            actions.append(again)
        elif not run.post:
            actions.append(Action(_("Post to G/L"), "costing:gl_post", permission=POST_INVENTORY, primary=True))
        return actions


class SkippedListView(ListView):
    """The entries that a run could not post, each with its reason."""

    permission_any = RUN_VIEWERS
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
        skipped = SkippedEntry.objects.filter(run_id=self.kwargs["pk"]).annotate(
            still_waits=Exists(ValueEntryToPost.objects.filter(value_entry=OuterRef("value_entry")))
        )
        return skipped.select_related("value_entry__item").order_by("value_entry__posting_date", "pk")

    def get_title(self) -> str:
        is_test = PostToGLRun.objects.filter(pk=self.kwargs["pk"], is_test=True).exists()
        return _("Errors by entry") if is_test else _("Skipped entries")

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        run = self.kwargs["pk"]
        return [*super().get_breadcrumbs(), (str(run), reverse("costing:gl_run", args=[run]))]
