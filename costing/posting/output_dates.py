"""The output of a production order counts no earlier than what was used for it.

    output of 1 Feb, component used on 15 Feb -> the output, and what was taken from it, is valued on 15 Feb

Source: design-details-production-order-posting; domain rule of valuation dates.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

from costing import value_storing
from costing.average_periods import AveragePeriods
from costing.order_states import OrderKey
from costing.posting.stock import StockPosting
from inventory.enums import ItemLedgerEntryType

# A revaluation of goods that were put back does not move the date.
_LATEST = """
SELECT max(v.valuation_date)
FROM inventory_itemledgerentry e JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
WHERE e.order_no = %s AND e.order_type = %s AND e.order_line_no = %s AND e.order_type IN ('assembly', 'production')
  AND e.entry_type = 'consumption' AND v.entry_type <> 'revaluation'
"""

_EARLIER = """
WITH RECURSIVE later(id) AS (
    SELECT e.id FROM inventory_itemledgerentry e
    WHERE e.order_no = %(no)s AND e.order_type = %(type)s AND e.order_line_no = %(line_no)s
      AND e.order_type IN ('assembly', 'production') AND e.entry_type = 'output' AND e.quantity > 0
      AND EXISTS (SELECT 1 FROM costing_valueentry v
                  WHERE v.item_ledger_entry_id = e.id AND v.valuation_date < %(latest)s)
    UNION
    SELECT a.item_ledger_entry_id
    FROM later l JOIN inventory_itemapplicationentry a
      ON a.item_ledger_entry_id <> l.id AND (a.inbound_item_entry_id = l.id OR a.outbound_item_entry_id = l.id)
    WHERE a.cancelled_by_id IS NULL
      AND EXISTS (SELECT 1 FROM costing_valueentry v
                  WHERE v.item_ledger_entry_id = a.item_ledger_entry_id AND v.valuation_date < %(latest)s)
)
SELECT DISTINCT l.id, v.item_id, v.variant_id, v.location_id, v.valuation_date,
       g.costing_method = 'average' AND g.settle_at = 'posting'
FROM later l JOIN costing_valueentry v ON v.item_ledger_entry_id = l.id AND v.valuation_date < %(latest)s
JOIN inventory_item i ON i.id = v.item_id JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
"""


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


def lift_posted_outputs(key: OrderKey, latest: date | None, *, periods: AveragePeriods) -> None:
    """Lift posted outputs, and what was taken from them, to the latest date of what the order used.

    The item is marked from the old date and from the new one. It must be locked.
    """
    if latest is None:
        return
    parameters: dict[str, Any] = {"no": key.no, "type": str(key.type), "line_no": key.line_no, "latest": latest}
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, parameters)
        rows = cursor.fetchall()
    if not rows:
        return
    value_storing.lift_valuation_dates({(row[0], latest) for row in rows})
    value_storing.mark_points(
        {
            (
                *periods.place((item_id, variant_id, location_id), average=is_average, on=on),
                periods.end(on) if is_average else on,
            )
            for _id, item_id, variant_id, location_id, earlier, is_average in rows
            for on in (earlier, latest)
        }
    )
