"""The output of a production order counts no earlier than what was used for it.

    output of 1 Feb, component used on 15 Feb -> the output, and what was taken from it, is valued on 15 Feb

Source: design-details-production-order-posting; domain rule of valuation dates.
"""

from __future__ import annotations

from datetime import date

from django.db import connection

from costing import valuation_dates, value_storing
from costing.average_periods import AveragePeriods
from costing.order_states import OrderKey
from costing.posting.stock import StockPosting
from inventory.enums import ItemLedgerEntryType
from inventory.stock import ItemFacts

# A revaluation of goods that were put back does not move the date.
_LATEST = """
SELECT max(v.valuation_date)
FROM inventory_itemledgerentry e JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
WHERE e.order_no = %s AND e.order_type = %s AND e.order_line_no = %s AND e.order_type IN ('assembly', 'production')
  AND e.entry_type = 'consumption' AND v.entry_type <> 'revaluation'
"""

_EARLIER = """
SELECT e.id, e.variant_id, e.location_id, v.valuation_date
FROM inventory_itemledgerentry e JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
WHERE e.order_no = %s AND e.order_type = %s AND e.order_line_no = %s AND e.order_type IN ('assembly', 'production')
  AND e.entry_type = 'output' AND e.quantity > 0 AND v.valuation_date < %s
"""

_TAKERS = """
SELECT DISTINCT item_ledger_entry_id FROM inventory_itemapplicationentry
WHERE inbound_item_entry_id = ANY(%s) AND item_ledger_entry_id = outbound_item_entry_id AND cancelled_by_id IS NULL
"""
_LIFT = "UPDATE costing_valueentry SET valuation_date = %s WHERE item_ledger_entry_id = ANY(%s) AND valuation_date < %s"


def lift_new_outputs(prepared: StockPosting, key: OrderKey) -> date | None:
    """Value planned outputs no earlier than what the order used, posted or planned; returns that latest date."""
    used = [
        draft.valuation_date
        for draft in prepared.drafts
        if draft.item_ledger_entry_type == ItemLedgerEntryType.CONSUMPTION
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [key.no, str(key.type), key.line_no])
        row = cursor.fetchone()
    latest = max([each for each in (*used, row[0]) if each is not None], default=None)
    if latest is None:
        return None
    for draft in prepared.drafts:
        is_output = draft.item_ledger_entry_type == ItemLedgerEntryType.OUTPUT and draft.valued_quantity_e5 > 0
        if is_output and draft.valuation_date < latest:
            draft.valuation_date = latest
            prepared.book.entries[draft.entry_key].valuation_date = latest
    return latest


def lift_posted_outputs(key: OrderKey, latest: date | None, *, product: ItemFacts, periods: AveragePeriods) -> None:
    """Lift posted outputs to the latest date of what the order used; what was taken from them follows.

    The item is marked from the old dates and from the new ones. It must be locked.
    """
    if latest is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [key.no, str(key.type), key.line_no, latest])
        rows = cursor.fetchall()
        outputs = sorted({row[0] for row in rows})
        if not outputs:
            return
        cursor.execute(_LIFT, [latest, outputs, latest])
        cursor.execute(_TAKERS, [outputs])
        takers = [row[0] for row in cursor.fetchall()]
    value_storing.mark_points(
        (
            *periods.place((product.id, variant_id, location_id), average=product.is_average, on=earlier),
            periods.end(earlier) if product.is_average else earlier,
        )
        for variant_id, location_id, earlier in {row[1:] for row in rows}
    )
    valuation_dates.refresh_and_mark(
        [*outputs, *takers], averaged={product.id} if product.is_average else set(), periods=periods
    )
