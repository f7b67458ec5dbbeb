"""Inventory periods as lists show them: their state, what keeps them open, who closed them."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext_lazy

from costing.models import AvgCostAdjmtEntryPoint, InventoryPeriod, InventoryPeriodEntry
from inventory.enums import SettleAt
from inventory.models import ItemLedgerEntry

OPEN, READY, CLOSED, REOPENED = "open", "ready", "closed", "reopened"
STATES = [
    (OPEN, pgettext_lazy("inventory period", "Open")),
    (READY, pgettext_lazy("inventory period", "Ready")),
    (CLOSED, pgettext_lazy("inventory period", "Closed")),
    (REOPENED, pgettext_lazy("inventory period", "Reopened")),
]
STATE_TONES = {OPEN: "info", READY: "ok", CLOSED: "neutral", REOPENED: "warn"}
AT_POSTING = {"item__item_model_group__settle_at": SettleAt.POSTING}


def periods_with_state() -> QuerySet[Any]:
    """Annotate `state`, `unadjusted_count`, `open_issue_count`, and of the last log line `moved_by`, `moved_at`.

    Orders keep a period open, too, and are named by its test report: they are seldom, and not counted here.
    """
    last = InventoryPeriodEntry.objects.filter(period=OuterRef("pk")).order_by("-pk")
    points = AvgCostAdjmtEntryPoint.objects.filter(valuation_date__lte=OuterRef("ending_date"), **AT_POSTING)
    issues = ItemLedgerEntry.objects.outbound().open().filter(posting_date__lte=OuterRef("ending_date"), **AT_POSTING)
    return InventoryPeriod.objects.annotate(
        unadjusted_count=_count(points, "item_id"),
        open_issue_count=_count(issues, "pk"),
        was_closed=Exists(last),
        moved_by=Subquery(last.values("user__username")[:1]),
        moved_at=Subquery(last.values("created_at")[:1]),
    ).annotate(
        state=Case(
            When(closed=True, then=Value(CLOSED)),
            When(unadjusted_count=0, open_issue_count=0, then=Value(READY)),
            When(was_closed=True, then=Value(REOPENED)),
            default=Value(OPEN),
            output_field=CharField(),
        )
    )


def _count(rows: QuerySet[Any], column: str) -> Coalesce:
    """Count the distinct values of a column in rows that name an outer one; closed periods count as well."""
    counted = rows.order_by().values(one=Value(1)).annotate(count=Count(F(column), distinct=True)).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def state_label(state: str) -> str:
    return str(dict(STATES)[state])
