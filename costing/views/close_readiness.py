"""Readiness: what stands between the books and a close of a day, live all month, each with its list and cure."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.formatting import format_date
from config.base.pages import Action, Text
from config.base.preferences import today_of
from config.base.views import ListView, PageView
from costing import close_checks, close_readiness, close_status
from costing.close_filters import NegativeFilter, PriceFilter, ReadinessFilter, UnsettledFilter
from costing.tables.readiness import NegativeTable, NotFinalTable, PriceTable, UnsettledTable
from costing.views.close_runs import day_of
from costing.views.closing import CLOSE_RUN, COST_VIEW, LIST, LIST_TITLE
from costing.views.closing import WATCHERS as CLOSE_WATCHERS
from inventory.tables import ItemLedgerEntryTable

READERS = (*CLOSE_WATCHERS, "base.recon_view")
STOCK_VIEW = "base.stock_view"
READINESS = "costing:close_readiness"
READINESS_TITLE = gettext_lazy("Close readiness")
RELATIONS = ("item", "location", "variant")


class ReadinessView(PageView):
    """The checklist, for the next close or any other day."""

    permission_any = READERS
    template_name = "costing/close_readiness.html"
    title = READINESS_TITLE
    parent = LIST
    parent_title = LIST_TITLE

    @cached_property
    def on(self) -> date:
        day: date = day_of(self.request)
        return day

    def get_subtitle(self) -> Text:
        return _("up to %(date)s") % {"date": format_date(self.on)}

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        return super().get_breadcrumbs() if any(self.may(name) for name in CLOSE_WATCHERS) else []

    def get_actions(self) -> list[Action]:
        query = f"?on={self.on.isoformat()}"
        return [
            Action(_("Rehearse"), reverse("costing:close_rehearse") + query, permission=CLOSE_RUN, primary=True),
            Action(_("Close"), reverse("costing:close_start") + query, permission=CLOSE_RUN),
        ]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        status = close_status.next_close(today_of(self.request))
        checks = close_checks.all_checks(status, self.on)
        waiting = [each for each in checks if each.count]
        return super().get_context_data(
            on=self.on,
            blocking=sum(each.level == close_checks.BLOCKS for each in waiting),
            warning=sum(each.level == close_checks.WARNS for each in waiting),
            waiting=[self._row(each) for each in waiting],
            fine=[each for each in checks if not each.count],
            may_see_cost=self.may(COST_VIEW),
            **context,
        )

    def _row(self, check: close_checks.Check) -> dict[str, Any]:
        """A check with the links that the user may follow."""
        cure = check.cure if check.cure and self.may(check.cure.permission) else None
        url = check.url if self.may(check.permission) else ""
        return {"check": check, "url": url, "cure": cure}


class _ReadinessListView(ListView):
    """A list of what a check counts."""

    permission_required: Any = STOCK_VIEW
    parent = READINESS
    parent_title = READINESS_TITLE
    saved_views = False
    cost_columns = frozenset({"lineage", "expected", "received_cost", "card_cost", "percent"})

    @cached_property
    def on(self) -> date:
        day: date = day_of(self.request)
        return day

    def get_subtitle(self) -> Text:
        return _("up to %(date)s") % {"date": format_date(self.on)}

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        return [(READINESS_TITLE, f"{reverse(READINESS)}?on={self.on.isoformat()}")]


class UnsettledListView(_ReadinessListView):
    """The issues that the close would leave open: the same list as its log, beforehand."""

    title = gettext_lazy("Issues that cannot be settled")
    filterset_class = UnsettledFilter
    table_class = UnsettledTable
    totals = ("quantity", "unsettled")
    empty_text = gettext_lazy("Every issue can be settled.")

    def get_queryset(self) -> QuerySet[Any]:
        self.request.readiness_date = self.on  # type: ignore[attr-defined] # the table links with it
        return close_readiness.unsettled_entries(self.on).select_related(*RELATIONS).order_by("posting_date", "pk")


class OpenIssueListView(_ReadinessListView):
    """Issues of items settled at posting that no receipt covers."""

    title = gettext_lazy("Issues that no receipt covers")
    filterset_class = ReadinessFilter
    table_class = ItemLedgerEntryTable
    totals = ("quantity", "remaining_quantity")
    empty_text = gettext_lazy("Every issue is covered.")

    def get_queryset(self) -> QuerySet[Any]:
        return close_readiness.open_issues(self.on).select_related(*RELATIONS).order_by("posting_date", "pk")


class NotFinalListView(_ReadinessListView):
    """Receipts and issues that are not invoiced in full, of items settled at close."""

    title = gettext_lazy("Entries without a final cost")
    filterset_class = ReadinessFilter
    table_class = NotFinalTable
    totals = ("quantity", "not_invoiced", "expected")
    empty_text = gettext_lazy("Everything is invoiced.")

    def get_queryset(self) -> QuerySet[Any]:
        return close_readiness.not_final(self.on).select_related(*RELATIONS).order_by("posting_date", "pk")


class PriceListView(_ReadinessListView):
    """Receipts whose unit cost is far off that of the card."""

    permission_required = (STOCK_VIEW, COST_VIEW)
    title = gettext_lazy("Receipts priced off the item card")
    filterset_class = PriceFilter
    table_class = PriceTable
    totals = ("quantity",)
    empty_text = gettext_lazy("No receipt is priced far off its item card.")

    def get_queryset(self) -> QuerySet[Any]:
        return close_readiness.prices(self.on).select_related(*RELATIONS).order_by("-off", "pk")


class NegativeListView(_ReadinessListView):
    """Places where more went out than came in, now."""

    title = gettext_lazy("Negative stock")
    filterset_class = NegativeFilter
    table_class = NegativeTable
    totals = ("quantity", "cost")
    cost_columns = frozenset({"cost"})
    empty_text = gettext_lazy("No place has negative stock.")

    def get_subtitle(self) -> Text:
        return _("now")

    def get_queryset(self) -> QuerySet[Any]:
        return close_readiness.negative_stock().select_related(*RELATIONS).order_by("item__no", "pk")
