"""The order cost state: one row for each assembly posting or production order, marked when its costs may be stale.

The row is written under the lock of the produced item, or of a component; its change number tells an adjustment whether
what it read of the order is still so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from config.base.amounts import from_e5
from inventory.stock import ItemFacts


@dataclass(frozen=True, slots=True)
class OrderKey:
    """What entries of one order have in common. `line_no`: of an assembly order, which of its postings."""

    type: str
    no: str
    line_no: int = 0


_TOUCH = """
INSERT INTO costing_inventoryadjmtentryorder AS o (
    order_type, order_no, order_line_no, item_id, is_finished, completely_invoiced, cost_is_adjusted, change_no,
    indirect_cost_percent, overhead_rate, material_share, capacity_share, subcontracted_share,
    capacity_overhead_share, manufacturing_overhead_share)
VALUES (%s, %s, %s, %s, %s, false, false, 1, %s, %s, 0, 0, 0, 0, 0)
ON CONFLICT (order_type, order_no, order_line_no) DO UPDATE
SET cost_is_adjusted = false, change_no = o.change_no + 1, is_finished = o.is_finished OR excluded.is_finished
RETURNING id
"""


def touch(order: OrderKey, *, product: ItemFacts, finished: bool = False) -> int:
    """Mark an order as not adjusted, making its state where it has none; returns the state's key.

    A new state keeps the overhead of the item's card: a later change of the card does not reach the order.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _TOUCH,
            [
                str(order.type),
                order.no,
                order.line_no,
                product.id,
                finished,
                from_e5(product.indirect_cost_percent_e5),
                from_e5(product.overhead_rate_e5),
            ],
        )
        row = cursor.fetchone()
    key: int = row[0]
    return key


_MARK = """
UPDATE costing_inventoryadjmtentryorder o SET cost_is_adjusted = false, change_no = o.change_no + 1
FROM (SELECT DISTINCT e.order_type, e.order_no, e.order_line_no FROM inventory_itemledgerentry e
      WHERE e.id = ANY(%s) AND e.entry_type IN ('consumption', 'assembly_consumption')) used
WHERE o.order_type = used.order_type AND o.order_no = used.order_no AND o.order_line_no = used.order_line_no
RETURNING o.item_id, o.is_finished
"""


def mark_from_corrections(entry_ids: Collection[int]) -> set[int]:
    """Mark the orders that used entries whose cost was corrected; returns the produced items to be adjusted.

    Orders that are not finished are marked too, but have nothing to be adjusted yet.
    """
    if not entry_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [list(entry_ids)])
        return {item_id for item_id, finished in cursor.fetchall() if finished}
