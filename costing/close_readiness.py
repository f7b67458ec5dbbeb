"""What keeps a close of a day from settling everything, asked on any day of the month.

What cannot be settled is found by planning, as the run does, but only for items where something can be left over: a
pool with fewer receipts than issues, a mark, or goods without a final cost in the queue.
Source: inventory-close (before closing: checks).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import CharField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Abs, NullIf

from config.base.amounts import from_e5
from config.base.fields import AmountField, QuantityField, UnitCostField
from costing import close_log
from costing.closing import Options, calculation
from costing.closing.planning import LogWarning
from costing.models import ItemBalance, ValueEntry
from costing.setups import Setups
from inventory.enums import CostingMethod, ItemLedgerEntryType, SettleAt
from inventory.models import ItemLedgerEntry

PERPETUAL = (CostingMethod.STANDARD, CostingMethod.MOVING_AVERAGE)
SETTLED_AT_CLOSE = Q(item__item_model_group__settle_at=SettleAt.CLOSE) & ~Q(
    item__item_model_group__costing_method__in=PERPETUAL
)
RECEIVED = (
    ItemLedgerEntryType.PURCHASE,
    ItemLedgerEntryType.POSITIVE_ADJMT,
    ItemLedgerEntryType.OUTPUT,
    ItemLedgerEntryType.ASSEMBLY_OUTPUT,
)
DEVIATION = Decimal(30)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An issue that the close would leave open, in part or in full."""

    entry_id: int
    why: str
    quantity: Decimal


_MAY_BE_LEFT = """
WITH open_entries AS (
    SELECT e.id, e.item_id, e.variant_id, e.location_id, e.quantity, e.remaining_quantity, g.include_physical_value,
           CASE WHEN coalesce(e.last_invoice_date, e.posting_date) <= %(on)s THEN e.invoiced_quantity
                ELSE (SELECT coalesce(sum(v.invoiced_quantity), 0) FROM costing_valueentry v
                      WHERE v.item_ledger_entry_id = e.id AND v.posting_date <= %(on)s AND v.inventoriable)
           END AS invoiced
    FROM inventory_itemledgerentry e JOIN inventory_item i ON i.id = e.item_id
    JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
    WHERE e.open AND e.posting_date <= %(on)s AND g.settle_at = 'close'
      AND g.costing_method NOT IN ('standard', 'moving_average')
), parts AS (
    -- What is invoiced and not settled, in the sign of the ledger: what was settled was invoiced before.
    SELECT item_id, variant_id, location_id,
           sign(quantity) * greatest(abs(invoiced) - abs(quantity - remaining_quantity), 0) AS quantity,
           include_physical_value AND quantity > 0 AND abs(invoiced) < abs(quantity) AS has_physical
    FROM open_entries
    UNION ALL
    SELECT t.item_id, t.variant_id, t.location_id,
           t.quantity - coalesce((SELECT sum(s.quantity) FROM costing_settlement s
                                  WHERE s.receipt_transfer_id = t.id AND s.cancelled_by_id IS NULL), 0), false
    FROM costing_closingtransfer t WHERE t.cancelled_by_id IS NULL
)
SELECT item_id FROM parts
GROUP BY item_id, CASE WHEN %(by_place)s THEN variant_id END, CASE WHEN %(by_place)s THEN location_id END
HAVING sum(quantity) < 0 OR bool_or(has_physical)
UNION SELECT e.item_id FROM costing_mark m JOIN open_entries e ON e.id = m.issue_id
"""


def unsettled(on: date) -> list[Unsettled]:
    """The issues that a close of the day would leave open, and why; in the order of the log."""
    setups = Setups.at(on)
    with connection.cursor() as cursor:
        cursor.execute(_MAY_BE_LEFT, {"on": on, "by_place": setups.periods.is_by_place(on)})
        item_ids = [row[0] for row in cursor.fetchall()]
    if not item_ids:
        return []
    plan = calculation.plan(Options(on=on, item_ids=sorted(item_ids)), setups=setups)
    return [_unsettled(each) for each in plan.warnings if each.issue_id is not None]


def _unsettled(each: LogWarning) -> Unsettled:
    assert each.issue_id is not None
    return Unsettled(each.issue_id, close_log.cause_of(each.code, each.cause), from_e5(each.quantity_e5))


def unsettled_entries(on: date) -> QuerySet[Any]:
    """The same as item ledger entries, each with `why` and the quantity `unsettled`."""
    found = unsettled(on)
    ids = [each.entry_id for each in found]
    annotated: QuerySet[Any] = ItemLedgerEntry.objects.filter(pk__in=ids).annotate(
        why=RawSQL(
            "(SELECT why FROM unnest(%s::bigint[], %s::text[]) AS u(id, why)"
            " WHERE u.id = inventory_itemledgerentry.id LIMIT 1)",
            [ids, [each.why for each in found]],
            output_field=CharField(),
        ),
        unsettled=RawSQL(
            "(SELECT sum(q) FROM unnest(%s::bigint[], %s::numeric[]) AS u(id, q)"
            " WHERE u.id = inventory_itemledgerentry.id)",
            [ids, [each.quantity for each in found]],
            output_field=QuantityField(),
        ),
    )
    return annotated


def open_issues(on: date) -> QuerySet[ItemLedgerEntry]:
    """Issues of items settled at posting that no receipt covers: they refuse the close."""
    entries = ItemLedgerEntry.objects.outbound().open().as_of(on)
    return entries.filter(item__item_model_group__settle_at=SettleAt.POSTING)


def not_final(on: date) -> QuerySet[Any]:
    """Entries of items settled at close that are not invoiced in full, each with its `expected` cost up to the day."""
    expected = ValueEntry.objects.filter(item_ledger_entry=OuterRef("pk"), posting_date__lte=on).order_by()
    found = ItemLedgerEntry.objects.as_of(on).filter(SETTLED_AT_CLOSE, completely_invoiced=False)
    annotated: QuerySet[Any] = found.annotate(
        expected=Subquery(
            expected.values("item_ledger_entry").annotate(found=Sum("cost_amount_expected")).values("found"),
            output_field=AmountField(),
        ),
        not_invoiced=ExpressionWrapper(F("quantity") - F("invoiced_quantity"), output_field=QuantityField()),
    )
    return annotated


def negative_stock() -> QuerySet[Any]:
    """Places where more went out than came in."""
    return ItemBalance.objects.filter(quantity__lt=0)


def prices(on: date, *, deviation: Decimal = DEVIATION) -> QuerySet[Any]:
    """Receipts not settled whose unit cost is off the card's by more than a percentage: `received_cost`, `percent`."""
    cost = ValueEntry.objects.filter(item_ledger_entry=OuterRef("pk"), posting_date__lte=on).order_by()
    found = ItemLedgerEntry.objects.inbound().open().as_of(on).filter(SETTLED_AT_CLOSE, entry_type__in=RECEIVED)
    annotated: QuerySet[Any] = found.annotate(
        cost_amount=Subquery(
            cost.values("item_ledger_entry")
            .annotate(found=Sum(F("cost_amount_actual") + F("cost_amount_expected")))
            .values("found"),
            output_field=AmountField(),
        ),
        received_cost=ExpressionWrapper(F("cost_amount") / F("quantity"), output_field=UnitCostField()),
        percent=ExpressionWrapper(
            (F("received_cost") - F("item__unit_cost")) * 100 / NullIf(F("item__unit_cost"), Decimal(0)),
            output_field=UnitCostField(),
        ),
    ).annotate(off=Abs("percent"))
    return annotated.filter(off__gt=deviation)
