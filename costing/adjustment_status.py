"""Where cost adjustment stands: what is unadjusted and since when, what failed, what is left out, what it changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, IntegerField, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from costing import selectors
from costing.enums import RunState
from costing.models import (
    AdjustmentRun,
    AdjustmentRunItem,
    AvgCostAdjmtEntryPoint,
    InventoryAdjmtEntryOrder,
    ItemCostState,
)
from inventory.enums import SettleAt
from inventory.models import BomLine, Item


@dataclass(frozen=True, slots=True)
class Status:
    """Counts of what is unadjusted. `planned`: what the latest preview would change, of items still unadjusted."""

    items: int
    points: int
    oldest: date | None
    orders: int
    excluded: int
    failed: int
    planned: Decimal | None
    preview_id: int | None


def status() -> Status:
    """Return where cost adjustment stands."""
    points = entry_points().aggregate(
        items=Count("item", distinct=True), points=Count("pk"), oldest=Min("valuation_date")
    )
    preview = AdjustmentRun.objects.filter(preview=True, state=RunState.DONE).order_by("-pk").first()
    planned = (
        preview.items.filter(item__in=entry_points().values("item")).aggregate(found=Sum("amount"))["found"]
        if preview
        else None
    )
    return Status(
        items=points["items"],
        points=points["points"],
        oldest=points["oldest"],
        orders=unadjusted_orders().count(),
        excluded=ItemCostState.objects.filter(excluded=True).count(),
        failed=failed_items().count(),
        planned=planned,
        preview_id=preview.pk if preview else None,
    )


def entry_points() -> QuerySet[AvgCostAdjmtEntryPoint]:
    """The entry points of items that are adjusted by runs: those settled at posting."""
    return AvgCostAdjmtEntryPoint.objects.filter(item__item_model_group__settle_at=SettleAt.POSTING)


def unadjusted_orders() -> QuerySet[InventoryAdjmtEntryOrder]:
    """The finished orders whose outputs are not at the cost of what the order used."""
    return InventoryAdjmtEntryOrder.objects.filter(is_finished=True, cost_is_adjusted=False)


def failed_items() -> QuerySet[Any]:
    """The items that could not be adjusted the last time that a run tried, and are unadjusted still."""
    return items_with_last_run().filter(last_state=RunState.FAILED, adjusted=False)


def items_with_last_run() -> QuerySet[Any]:
    """Items with `selectors.cost_status`, and of their last run (no preview) `last_state` and `failure`."""
    last = AdjustmentRunItem.objects.filter(
        item=OuterRef("pk"), run__preview=False, state__in=(RunState.DONE, RunState.FAILED)
    ).order_by("-run_id")
    found: QuerySet[Any] = selectors.cost_status().annotate(
        last_state=Subquery(last.values("state")[:1]), failure=Subquery(last.values("failure")[:1])
    )
    return found


def with_counts(items: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate `point_count` and `order_count`: entry points and finished orders that wait to be adjusted."""
    points = AvgCostAdjmtEntryPoint.objects.filter(item=OuterRef("pk")).order_by().values("item")
    orders = unadjusted_orders().filter(item=OuterRef("pk")).order_by().values("item")
    return items.annotate(
        point_count=Coalesce(Subquery(points.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
        order_count=Coalesce(Subquery(orders.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
    )


def products_of(item: Item) -> list[str]:
    """Return the numbers of the items whose bills of material contain an item."""
    lines = BomLine.objects.filter(component=item).order_by("parent__no")
    return list(lines.values_list("parent__no", flat=True).distinct())


def amounts_by_month(run_id: int) -> list[tuple[str, Decimal]]:
    """Return the net amount of a run by posting month (2026-01), all its items together."""
    sql = """
        SELECT a.key, sum(a.value::numeric) FROM costing_adjustmentrunitem i, jsonb_each_text(i.amounts) a
        WHERE i.run_id = %s GROUP BY 1 ORDER BY 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [run_id])
        rows: list[tuple[str, Decimal]] = cursor.fetchall()
    return rows
