"""Inventory periods: what keeps one open, closing, reopening, and the log of it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.formatting import format_date
from config.base.pages import Action, Badge, Done, Figure, Related, Section, Text, fields_of
from config.base.views import ActionView, CardView, ListView, PageView
from costing import inventory_periods, period_blockers
from costing.filters import InventoryPeriodEntryFilter, InventoryPeriodFilter
from costing.models import InventoryPeriod, InventoryPeriodEntry
from costing.period_lists import STATE_TONES, periods_with_state, state_label
from costing.tables.periods import InventoryPeriodEntryTable, InventoryPeriodTable
from costing.valuing_forms import PeriodForm, ReasonForm, RequiredReasonForm

CLOSE, REOPEN = "base.period_close", "base.period_reopen"
WATCHERS = (CLOSE, REOPEN, "base.audit_view")
MAX_SHOWN = 100
LIST = "costing:period_list"
LIST_TITLE = gettext_lazy("Inventory periods")


class PeriodListView(ListView):
    permission_any = WATCHERS
    title = LIST_TITLE
    filterset_class = InventoryPeriodFilter
    table_class = InventoryPeriodTable
    actions = (
        Action(gettext_lazy("New period"), "costing:period_create", permission=CLOSE, primary=True, shortcut="Alt+N"),
    )
    empty_text = gettext_lazy("There are no inventory periods yet. Create one for the month that is to be closed.")

    def get_queryset(self) -> QuerySet[Any]:
        return periods_with_state().order_by("-ending_date")


class PeriodCardView(CardView):
    """One period with its log."""

    permission_any = WATCHERS
    parent = LIST
    parent_title = LIST_TITLE

    def get_queryset(self) -> QuerySet[Any]:
        return periods_with_state()

    def get_title(self) -> Text:
        return _("Inventory period to %(date)s") % {"date": format_date(self.object.ending_date)}

    def get_subtitle(self) -> Text:
        return str(self.object.name)

    def get_badges(self) -> list[Badge]:
        state = self.object.state
        return [Badge(state_label(state), STATE_TONES[state], state)]

    def get_figures(self) -> list[Figure]:
        report = reverse("costing:period_test", args=[self.object.pk])
        return [
            Figure(_("Items not adjusted"), self.object.unadjusted_count, "integer", report),
            Figure(_("Open issues"), self.object.open_issue_count, "integer", report),
        ]

    def get_sections(self) -> list[Section]:
        return [Section("general", _("General"), fields_of(self.object, "ending_date", "name", "closed"))]

    def get_related(self) -> list[Related]:
        return [Related("log", _("Log"), reverse("costing:period_log", args=[self.object.pk]))]

    def get_actions(self) -> list[Action]:
        period = self.object
        report = Action(_("Test report"), reverse("costing:period_test", args=[period.pk]))
        if period.closed:
            url = reverse("costing:period_reopen", args=[period.pk])
            return [Action(_("Reopen period"), url, permission=REOPEN, danger=True), report]
        change = Action(_("Edit"), reverse("costing:period_update", args=[period.pk]), permission=CLOSE)
        kept = _("It was closed before, and its log stays.") if period.was_closed else ""
        delete = Action(
            _("Delete"),
            reverse("costing:period_delete", args=[period.pk]),
            permission=CLOSE,
            danger=True,
            disabled=kept,
        )
        close = Action(
            _("Close period"), reverse("costing:period_close", args=[period.pk]), permission=CLOSE, primary=True
        )
        return [close, report, change, delete]


class PeriodLogView(ListView):
    permission_any = WATCHERS
    title = gettext_lazy("Log of the period")
    filterset_class = InventoryPeriodEntryFilter
    table_class = InventoryPeriodEntryTable
    saved_views = False
    parent = LIST
    parent_title = LIST_TITLE
    empty_text = gettext_lazy("The period was never closed.")

    def get_queryset(self) -> QuerySet[Any]:
        if not InventoryPeriod.objects.filter(pk=self.kwargs["pk"]).exists():
            raise Http404
        return InventoryPeriodEntry.objects.filter(period_id=self.kwargs["pk"]).select_related("user").order_by("-pk")


class PeriodTestView(PageView):
    """The test report: everything that keeps the period open, each with the way to its cure."""

    permission_any = WATCHERS
    template_name = "costing/period_test.html"
    parent = LIST
    parent_title = LIST_TITLE

    def get_title(self) -> Text:
        return _("Test report: inventory period to %(date)s") % {"date": format_date(self.period.ending_date)}

    @property
    def period(self) -> InventoryPeriod:
        return get_object_or_404(InventoryPeriod, pk=self.kwargs["pk"])

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        url = reverse("costing:period_detail", args=[self.kwargs["pk"]])
        return [*super().get_breadcrumbs(), (format_date(self.period.ending_date), url)]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        period = self.period
        blockers = period_blockers.blockers(period.ending_date)
        return super().get_context_data(
            period=period,
            blockers=blockers,
            # The lists hold them all; the page shows the first of each kind.
            shown=blockers.first(MAX_SHOWN),
            most=MAX_SHOWN,
            not_posted=period_blockers.not_posted_count(period.ending_date),
            may_adjust=self.may("base.cost_adjust"),
            may_post=self.may("base.gl_post_inventory"),
            may_see_stock=self.may("base.stock_view"),
            **context,
        )

    def get_actions(self) -> list[Action]:
        period = self.period
        if period.closed:
            return []
        url = reverse("costing:period_close", args=[period.pk])
        return [
            Action(_("Close period"), url, permission=CLOSE, primary=True),
            Action(_("Adjust cost"), "costing:adjust", permission="base.cost_adjust"),
        ]


class _PeriodActionView(ActionView):
    permission_required: Any = CLOSE

    def get_record(self) -> InventoryPeriod | None:
        return get_object_or_404(InventoryPeriod, pk=self.kwargs["pk"]) if "pk" in self.kwargs else None

    def get_title(self) -> Text:
        if self.record is None:
            return self.title
        return f"{self.verb}: {format_date(self.record.ending_date)}"

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        crumbs: list[tuple[Text, str]] = [(LIST_TITLE, reverse(LIST))]
        if self.record is not None:
            url = reverse("costing:period_detail", args=[self.record.pk])
            crumbs.append((format_date(self.record.ending_date), url))
        return crumbs


class CreatePeriodView(_PeriodActionView):
    form_class = PeriodForm
    title = gettext_lazy("New inventory period")
    verb = gettext_lazy("Create")

    def perform(self, form: Any) -> Done:
        period = inventory_periods.create_period(**form.cleaned_data)
        return Done(_("The period is created."), reverse("costing:period_detail", args=[period.pk]))


class UpdatePeriodView(_PeriodActionView):
    form_class = PeriodForm
    verb = gettext_lazy("Edit period")

    def get_initial(self) -> dict[str, Any]:
        return {"ending_date": self.record.ending_date, "name": self.record.name}

    def perform(self, form: Any) -> Done:
        inventory_periods.change_period(period_id=self.record.pk, **form.cleaned_data)
        return Done(_("The period is changed."))


class DeletePeriodView(_PeriodActionView):
    verb = gettext_lazy("Delete period")
    question = gettext_lazy("Nothing is posted or changed: an open period means nothing.")
    danger = True

    def perform(self, form: Any) -> Done:
        inventory_periods.delete_period(period_id=self.record.pk)
        return Done(_("The period is deleted."), reverse(LIST))


class ClosePeriodView(_PeriodActionView):
    """Close it, with all that is open before it."""

    form_class = ReasonForm
    verb = gettext_lazy("Close period")

    def get_question(self) -> Text:
        waiting = period_blockers.not_posted_count(self.record.ending_date)
        parts = [
            _("Nothing dated up to %(date)s can be posted any more; earlier open periods are closed as well.")
            % {"date": format_date(self.record.ending_date)}
        ]
        if waiting:
            words = ngettext(
                "%(count)s value entry up to then is not posted to the general ledger: post it first, if it should be.",
                "%(count)s value entries up to then are not posted to the general ledger: post them first, if they "
                "should be.",
                waiting,
            )
            parts.append(words % {"count": waiting})
        return " ".join(parts)

    def perform(self, form: Any) -> Done:
        moved = inventory_periods.close_period(
            period_id=self.record.pk, user_id=self.request.user.pk, reason=form.cleaned_data["reason"]
        )
        count = len(moved.ending_dates)
        return Done(ngettext("%(count)s period is closed.", "%(count)s periods are closed.", count) % {"count": count})


class ReopenPeriodView(_PeriodActionView):
    """Reopen it, with all that is closed after it; the ending date is typed to confirm."""

    permission_required = REOPEN
    form_class = RequiredReasonForm
    verb = gettext_lazy("Reopen period")
    danger = True

    def get_confirm_text(self) -> Text:
        return self.record.ending_date.isoformat()

    def get_question(self) -> Text:
        later = [each.ending_date for each in inventory_periods.later_closed(self.record).order_by("ending_date")]
        if not later:
            return _("The period is open.")
        parts = [_("These periods are reopened: %(dates)s.") % {"dates": ", ".join(map(format_date, later))}]
        closed = inventory_periods.closed_accounting_periods(self.record)
        if closed:
            parts.append(
                _("Accounting periods that start later are closed: %(dates)s. Their figures can change now.")
                % {"dates": ", ".join(map(format_date, closed))}
            )
        return " ".join(parts)

    def perform(self, form: Any) -> Done:
        moved = inventory_periods.reopen_period(
            period_id=self.record.pk, user_id=self.request.user.pk, reason=form.cleaned_data["reason"]
        )
        count = len(moved.ending_dates)
        return Done(
            ngettext("%(count)s period is open again.", "%(count)s periods are open again.", count) % {"count": count}
        )
