"""Closing and adjustment: the list of runs with the inventory periods, and the page of one run."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.errors import DomainError
from config.base.formatting import format_date
from config.base.pages import Action, Badge, Field, Figure, Related, Section, allowed, fields_of
from config.base.preferences import today_of
from config.base.views import CardView, ListView
from costing import close_comparison, close_log, close_status, closing, period_lists, selectors
from costing.close_filters import CloseFilter
from costing.enums import CloseKind, RunState
from costing.filters import InventoryPeriodEntryFilter
from costing.models import InventoryClose, InventoryPeriodEntry
from costing.tables.closing import CloseTable, PeriodLogTable, settlements_url
from costing.tables.words import RUN_TONES, voucher_url
from costing.views.periods import WATCHERS as PERIOD_WATCHERS
from inventory.models import Item
from ledger import selectors as ledger_selectors

CLOSE_RUN, CLOSE_REVERSE = "base.close_run", "base.close_reverse"
COST_VIEW, GL_VIEW, REVALUE = "base.cost_view", "base.gl_view", "base.cost_revalue"
WATCHERS = (CLOSE_RUN, CLOSE_REVERSE, GL_VIEW)
LIST = "costing:close_list"
LIST_TITLE = gettext_lazy("Closing and adjustment")
MOST_ITEMS = 10


class CloseListView(ListView):
    """Where the close stands, all runs, and the inventory periods with their log."""

    permission_any = WATCHERS
    title = LIST_TITLE
    template_name = "costing/close_list.html"
    filterset_class = CloseFilter
    table_class = CloseTable
    cost_columns = frozenset({"adjusted"})
    empty_text = gettext_lazy("No inventory was closed or recalculated yet. Check first, then rehearse.")

    def get_queryset(self) -> QuerySet[Any]:
        return close_status.runs_with_figures().select_related("user").order_by("-pk")

    @cached_property
    def status(self) -> close_status.NextClose:
        return close_status.next_close(today_of(self.request))

    def get_actions(self) -> list[Action]:
        query = f"?on={self.status.on.isoformat()}"
        latest = self.status.last
        why_not = _("There is no close to reverse.") if latest is None else _why_not_reversible(latest)
        reversal = reverse("costing:close_reverse", args=[latest.pk]) if latest else ""
        return [
            Action(_("Close"), reverse("costing:close_start") + query, permission=CLOSE_RUN, primary=True),
            Action(_("Check"), reverse("costing:close_readiness") + query),
            Action(_("Rehearse"), reverse("costing:close_rehearse") + query, permission=CLOSE_RUN),
            Action(_("Recalculate"), reverse("costing:close_recalculate") + query, permission=CLOSE_RUN),
            Action(_("Reverse"), reversal, permission=CLOSE_REVERSE, danger=True, disabled=why_not),
            Action(_("Adjust what is on hand"), "costing:close_on_hand", permission=REVALUE),
            Action(_("Adjust a receipt"), "costing:close_receipt", permission=REVALUE),
            Action(_("Marks"), "costing:mark_list", permission=COST_VIEW),
        ]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            status=self.status,
            figures=allowed(self._figures(), self.request.user),
            related=self._related(),
            running_url=_page_of(self.status.running) if self.status.running else "",
            **context,
        )

    def _figures(self) -> list[Figure]:
        status = self.status
        on = status.on.isoformat()
        period = reverse("costing:period_detail", args=[status.period.pk]) if status.period else ""
        last = reverse("costing:close_detail", args=[status.last.pk]) if status.last else ""
        found = [
            Figure(
                _("Next close"),
                status.on,
                "date",
                period if self._may_see_periods else "",
                hint=status.period.name if status.period else _("no inventory period ends there"),
            ),
            Figure(_("Closed up to"), status.last.closing_date if status.last else None, "date", last),
        ]
        if status.period is not None and self._may_see_periods:
            counted = period_lists.periods_with_state().get(pk=status.period.pk)
            tests = reverse("costing:period_test", args=[status.period.pk])
            open_issues = f"{reverse('costing:readiness_open_issues')}?on={on}"
            found += [
                Figure(_("Items not adjusted"), counted.unadjusted_count, "integer", tests),
                Figure(_("Open issues"), counted.open_issue_count, "integer", open_issues, "base.stock_view"),
            ]
        return found

    @property
    def _may_see_periods(self) -> bool:
        return any(self.may(name) for name in PERIOD_WATCHERS)

    def _related(self) -> list[Related]:
        if not self._may_see_periods:
            return []
        return [
            Related("periods", _("Inventory periods"), reverse("costing:period_list")),
            Related("period-log", _("Log of the periods"), reverse("costing:close_period_log")),
        ]


class PeriodLogListView(ListView):
    """Who closed and reopened which period, when and why."""

    permission_any = PERIOD_WATCHERS
    title = gettext_lazy("Log of the inventory periods")
    queryset = InventoryPeriodEntry.objects.select_related("period", "user").order_by("-pk")
    filterset_class = InventoryPeriodEntryFilter
    table_class = PeriodLogTable
    parent = LIST
    parent_title = LIST_TITLE
    empty_text = gettext_lazy("No period was closed yet.")


def _page_of(close: InventoryClose) -> str:
    """The page of a run; while its job runs, the page with the progress."""
    if close.state == RunState.RUNNING and close.job_id:
        return reverse("costing:close_progress", args=[close.job_id])
    return reverse("costing:close_detail", args=[close.pk])


def _why_not_reversible(close: InventoryClose) -> str:
    try:
        closing.check_reversible(close)
    except DomainError as error:
        return str(error)
    return ""


def title_of(close: InventoryClose) -> str:
    words = _("Rehearsal: %(kind)s %(date)s") if close.rehearsal else _("%(kind)s %(date)s")
    return words % {"kind": close.get_kind_display(), "date": format_date(close.closing_date)}


class CloseCardView(CardView):
    """One run: what it settled, adjusted and posted, what it warns of, how it compares with its rehearsal."""

    permission_any = WATCHERS
    template_name = "costing/close_run.html"
    parent = LIST
    parent_title = LIST_TITLE

    def get_queryset(self) -> QuerySet[Any]:
        related = ("user", "job", "voucher", "reversal_voucher", "of_close")
        return close_status.runs_with_figures().select_related(*related)

    def get_title(self) -> str:
        return title_of(self.object)

    def get_subtitle(self) -> str:
        return f"#{self.object.pk}"

    def get_badges(self) -> list[Badge]:
        run = self.object
        badges = [Badge(run.get_state_display(), RUN_TONES[run.state], run.state)]
        if run.rehearsal:
            badges.append(Badge(_("Nothing was posted"), "info", "rehearsal"))
        if run.warning_count:
            text = ngettext("%(count)s warning", "%(count)s warnings", run.warning_count)
            badges.append(Badge(text % {"count": run.warning_count}, "warn", "has-warnings"))
        return badges

    @cached_property
    def item_count(self) -> int:
        return close_status.touched_items(self.object.pk).count()

    def get_figures(self) -> list[Figure]:
        run = self.object
        changes = reverse("costing:close_changes", args=[run.pk])
        log = reverse("costing:close_log", args=[run.pk])
        return [
            Figure(_("Items"), self.item_count, "integer", reverse("costing:close_items", args=[run.pk])),
            Figure(_("Entries adjusted"), run.entry_count, "integer", changes),
            Figure(_("Adjusted"), run.adjusted, url=changes, permission=COST_VIEW),
            Figure(_("Settlements"), run.settlement_count, "integer", settlements_url(run)),
            Figure(_("Warnings"), run.warning_count, "integer", log, tone="warn" if run.warning_count else ""),
        ]

    def get_sections(self) -> list[Section]:
        return [
            Section("general", _("General"), self._general()),
            Section("voucher", _("General ledger"), self._ledger(), permission=GL_VIEW),
            Section("options", _("Options"), self._options(), open=False),
        ]

    def _general(self) -> list[Field]:
        run = self.object
        fields = [
            *fields_of(run, "kind", "closing_date", "created_at", "finished_at"),
            Field(_("Started by"), str(run.user or "")),
        ]
        if run.job_id and (run.job.requested_by_id == self.request.user.pk or self.may("base.job_manage")):
            fields.append(Field(_("Job"), run.job_id, "code", reverse("base:job_detail", args=[run.job_id])))
        if run.of_close_id:
            url = reverse("costing:close_detail", args=[run.of_close_id])
            fields.append(Field(_("Adjusts what was open at"), title_of(run.of_close), url=url))
        periods = run.closed_periods.order_by("ending_date")
        if periods:
            names = ", ".join(format_date(period.ending_date) for period in periods)
            fields.append(Field(_("Closed the periods"), names, url=reverse("costing:period_list")))
        return fields

    def _options(self) -> list[Field]:
        run = self.object
        items = _("All")
        if run.item_ids is not None:
            nos = list(Item.objects.filter(pk__in=run.item_ids).order_by("no").values_list("no", flat=True))
            more = "" if len(nos) <= MOST_ITEMS else f" (+{len(nos) - MOST_ITEMS})"
            items = ", ".join(nos[:MOST_ITEMS]) + more
        return [Field(_("Items"), items), *fields_of(run, "update_ledger", "max_iterations", "min_adjustment")]

    def _ledger(self) -> list[Field]:
        """Whether the ledger is updated, and what the voucher holds by account."""
        run = self.object
        if run.rehearsal:
            return []
        if run.voucher_id is None:
            return [self._not_posted()]
        fields = [Field(_("Voucher"), run.voucher.document_no, "code", voucher_url(run.voucher_id))]
        if run.reversal_voucher_id:
            url = voucher_url(run.reversal_voucher_id)
            fields.append(Field(_("Voucher of the reversal"), run.reversal_voucher.document_no, "code", url))
        return [
            *fields,
            *(
                Field(
                    f"{no} {name}",
                    total,
                    "amount",
                    ledger_selectors.entries_url([no], voucher=str(run.voucher_id)),
                )
                for no, name, total in close_status.voucher_totals(run.voucher_id)
            ),
        ]

    def _not_posted(self) -> Field:
        run = self.object
        if run.update_ledger or not run.register_id:
            return Field(_("Voucher"), _("None: no cost changed."))
        waiting = f"{reverse('costing:gl_waiting')}?register={run.register_id}"
        text = _("Not updated: the values wait to be posted.")
        return Field(_("General ledger"), text, url=waiting if self.may("base.gl_post_inventory") else "")

    def get_related(self) -> list[Related]:
        run = self.object
        related = [
            Related("log", _("Log"), reverse("costing:close_log", args=[run.pk]), run.warning_count),
            Related("changes", _("Adjustments"), reverse("costing:close_changes", args=[run.pk]), run.entry_count),
            Related("settlements", _("Settlements"), settlements_url(run), run.settlement_count),
            Related("items", _("Items"), reverse("costing:close_items", args=[run.pk]), self.item_count),
        ]
        if self.comparison is not None:
            url = reverse("costing:close_compare", args=[run.pk, self.comparison.rehearsal.pk])
            related.append(Related("rehearsal", _("Against the rehearsal"), url, permission=COST_VIEW))
        return related

    @cached_property
    def comparison(self) -> close_comparison.Comparison | None:
        run = self.object
        rehearsal = close_comparison.rehearsal_of(run) if run.state in (RunState.DONE, RunState.REVERSED) else None
        return close_comparison.compare(run, rehearsal) if rehearsal else None

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        run = self.object
        return super().get_context_data(
            log_groups=close_log.groups(run.pk),
            comparison=self.comparison if self.may(COST_VIEW) else None,
            details=allowed(self._details(), self.request.user),
            progress_url=_page_of(run) if run.state == RunState.RUNNING and run.job_id else "",
            **context,
        )

    def _details(self) -> list[Action]:
        """What a run leads to, under Details."""
        run = self.object
        found = []
        if run.voucher_id:
            found.append(Action(_("Voucher"), voucher_url(run.voucher_id), permission=GL_VIEW))
            entries = ledger_selectors.entries_url(voucher=str(run.voucher_id))
            found.append(Action(_("G/L entries"), entries, permission=GL_VIEW))
        if run.reversal_voucher_id:
            url = voucher_url(run.reversal_voucher_id)
            found.append(Action(_("Voucher of the reversal"), url, permission=GL_VIEW))
        for register, words in (
            (run.register_id, _("Value entries")),
            (run.reversal_register_id, _("Value entries of the reversal")),
        ):
            if register:
                found.append(Action(words, selectors.value_entries_url(register=register), permission=COST_VIEW))
        return [
            *found,
            Action(_("Settlements"), settlements_url(run)),
            Action(_("Log"), reverse("costing:close_log", args=[run.pk])),
        ]

    def get_actions(self) -> list[Action]:
        run = self.object
        query = f"?on={run.closing_date.isoformat()}"
        log = Action(_("Log"), reverse("costing:close_log", args=[run.pk]))
        if run.state == RunState.RUNNING:
            return self._running_actions()
        if run.rehearsal:
            again = "costing:close_start" if run.kind == CloseKind.CLOSE else "costing:close_recalculate"
            words = _("Close") if run.kind == CloseKind.CLOSE else _("Recalculate")
            return [
                Action(words, reverse(again) + query, permission=CLOSE_RUN, primary=True),
                Action(_("Rehearse again"), reverse("costing:close_rehearse") + query, permission=CLOSE_RUN),
                log,
            ]
        if run.state != RunState.DONE:
            return [log]
        return [
            Action(
                _("Reverse"),
                reverse("costing:close_reverse", args=[run.pk]),
                permission=CLOSE_REVERSE,
                danger=True,
                disabled=_why_not_reversible(run),
            ),
            log,
        ]

    def _running_actions(self) -> list[Action]:
        """A run whose job has ended without it is given up by hand."""
        run = self.object
        alive = run.job is not None and run.job.is_active
        if alive:
            return []
        url = reverse("costing:close_give_up", args=[run.pk])
        return [Action(_("Give up"), url, permission=CLOSE_RUN, danger=True)]
