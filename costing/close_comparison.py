"""A run beside its rehearsal: by item, and line by line.

A line is one change of an entry's cost, or one pair that is settled. Both sides may have it, or one alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, ExpressionWrapper, F, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import Coalesce, RowNumber

from config.base.fields import AmountField, QuantityField
from costing.close_status import IS_SETTLEMENT
from costing.enums import RunState
from costing.models import ClosePlanLine, InventoryClose

ZERO = Decimal(0)
MOST_NAMED = 3

_BY_ITEM = """
SELECT i.no, coalesce(a.adjusted, 0), coalesce(r.adjusted, 0), coalesce(a.settled, 0), coalesce(r.settled, 0)
FROM (SELECT item_id, sum(amount) FILTER (WHERE NOT details ? 'settlement') AS adjusted,
             sum(quantity) FILTER (WHERE details ? 'settlement') AS settled
      FROM costing_closeplanline WHERE close_id = %s GROUP BY item_id) a
FULL JOIN (SELECT item_id, sum(amount) FILTER (WHERE NOT details ? 'settlement') AS adjusted,
                  sum(quantity) FILTER (WHERE details ? 'settlement') AS settled
           FROM costing_closeplanline WHERE close_id = %s GROUP BY item_id) r USING (item_id)
JOIN inventory_item i ON i.id = coalesce(a.item_id, r.item_id)
ORDER BY i.no
"""


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """An item whose net adjustment or settled quantity is not what was rehearsed."""

    item_no: str
    actual: Decimal
    rehearsed: Decimal
    settled: Decimal
    settled_rehearsed: Decimal


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a run compares with its rehearsal: how many items are the same, and those that are not."""

    rehearsal: InventoryClose
    same: int
    different: tuple[ItemDifference, ...]

    @property
    def named(self) -> tuple[ItemDifference, ...]:
        return self.different[:MOST_NAMED]


def rehearsal_of(close: InventoryClose) -> InventoryClose | None:
    """The latest rehearsal of a run: same kind, date and items, made before it."""
    if close.rehearsal:
        return None
    made = InventoryClose.objects.filter(
        rehearsal=True, state=RunState.DONE, kind=close.kind, closing_date=close.closing_date, pk__lt=close.pk
    )
    same_items = Q(item_ids__isnull=True) if close.item_ids is None else Q(item_ids=close.item_ids)
    return made.filter(same_items).order_by("-pk").first()


def compare(close: InventoryClose, rehearsal: InventoryClose) -> Comparison:
    """Compare by item. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_ITEM, [close.pk, rehearsal.pk])
        rows = [ItemDifference(*row) for row in cursor.fetchall()]
    different = tuple(row for row in rows if row.actual != row.rehearsed or row.settled != row.settled_rehearsed)
    return Comparison(rehearsal, len(rows) - len(different), different)


def lines(close: InventoryClose, rehearsal: InventoryClose) -> QuerySet[Any]:
    """One row for each line of either side: `rehearsed`, `actual`, `difference`, the same of quantities.

    A line stands once, as the plan line that was written first.
    """
    both = ClosePlanLine.objects.filter(close__in=[close.pk, rehearsal.pk]).annotate(
        is_settlement=ExpressionWrapper(IS_SETTLEMENT, output_field=BooleanField()),
    )
    key = [F("item"), F("issue"), F("receipt"), F("is_settlement")]

    def side(column: str, pk: int, field: Any) -> Coalesce:
        own = Case(When(close_id=pk, then=F(column)), default=None, output_field=field)
        return Coalesce(Window(Sum(own), partition_by=key), Value(ZERO), output_field=field)

    found: QuerySet[Any] = both.annotate(
        rehearsed=side("amount", rehearsal.pk, AmountField()),
        actual=side("amount", close.pk, AmountField()),
        quantity_rehearsed=side("quantity", rehearsal.pk, QuantityField()),
        quantity_actual=side("quantity", close.pk, QuantityField()),
        place=Window(RowNumber(), partition_by=key, order_by=F("pk").asc()),
    )
    difference = F("actual") - F("rehearsed")
    same_quantity = Q(quantity_actual=F("quantity_rehearsed"))
    return found.annotate(
        difference=ExpressionWrapper(difference, output_field=AmountField()),
        differs=ExpressionWrapper(~Q(actual=F("rehearsed")) | ~same_quantity, output_field=BooleanField()),
    ).filter(place=1)
