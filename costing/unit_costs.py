"""The unit cost on the item card after adjustment.

Standard items keep their standard. Others: value over quantity of the item's balances, open issues left out; with no
stock left, the cost of the last issue; never negative, and a zero result keeps what stood there.
Source: finance-about-calculating-unit-cost.
"""

from __future__ import annotations

from django.db import connection

# `last_issue`: the latest outbound that is not a drop shipment.
_UPDATE = """
WITH sums AS (
    SELECT coalesce(sum(quantity), 0) AS quantity, coalesce(sum(cost), 0) AS value
    FROM (
        SELECT quantity, cost FROM costing_itembalance WHERE item_id = %(item_id)s
        UNION ALL
        SELECT -v.item_ledger_entry_quantity, -v.cost_amount_actual - v.cost_amount_expected
        FROM inventory_itemledgerentry e JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
        WHERE e.item_id = %(item_id)s AND e.open AND e.quantity < 0 AND v.inventoriable
    ) parts
), last_issue AS (
    SELECT sum(v.cost_amount_actual + v.cost_amount_expected) / e.quantity AS cost
    FROM inventory_itemledgerentry e JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
    WHERE e.id = (SELECT x.id FROM inventory_itemledgerentry x
                  WHERE x.item_id = %(item_id)s AND x.quantity < 0 AND NOT x.drop_shipment
                  ORDER BY x.correction, x.posting_date DESC, x.id DESC LIMIT 1)
      AND NOT EXISTS (SELECT 1 FROM inventory_itemledgerentry o WHERE o.item_id = %(item_id)s AND o.open)
    GROUP BY e.quantity
), cost AS (
    SELECT round(greatest(CASE WHEN s.quantity > 0 THEN s.value / s.quantity
                               ELSE (SELECT l.cost FROM last_issue l) END, 0), 5) AS cost
    FROM sums s
)
UPDATE inventory_item i SET unit_cost = CASE WHEN g.costing_method = 'standard' THEN i.standard_cost ELSE c.cost END
FROM cost c, inventory_itemmodelgroup g
WHERE i.id = %(item_id)s AND g.id = i.item_model_group_id
  AND (g.costing_method = 'standard' OR c.cost > 0)
  AND i.unit_cost IS DISTINCT FROM CASE WHEN g.costing_method = 'standard' THEN i.standard_cost ELSE c.cost END
"""


def update(item_id: int) -> None:
    """Bring the card's unit cost up to date. The item must be locked."""
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, {"item_id": item_id})
