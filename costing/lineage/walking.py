"""Which entries a lineage reaches, found by the database: over active cost applications, and through orders.

An issue that follows an average is an end: behind it is the pool of its period, which is read by itself.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from costing.lineage.records import Direction

MAX_DEPTH = 12
MAX_ENTRIES = 300

_SAME_ORDER = """
    o.order_no = m.order_no AND o.order_type = m.order_type AND o.order_line_no = m.order_line_no
    AND m.order_type IN ('assembly', 'production') AND o.order_type IN ('assembly', 'production')
"""

_BACK = """
    SELECT coalesce(a.transferred_from_entry_id,
                    CASE WHEN a.item_ledger_entry_id = a.outbound_item_entry_id THEN a.inbound_item_entry_id
                         ELSE a.outbound_item_entry_id END)
    FROM inventory_itemapplicationentry a
    WHERE a.item_ledger_entry_id = w.id AND a.cancelled_by_id IS NULL AND a.cost_application
      AND NOT EXISTS (SELECT 1 FROM costing_valueentry v
                      WHERE v.item_ledger_entry_id = w.id AND v.valued_by_average_cost)
    UNION ALL
    SELECT o.id FROM inventory_itemledgerentry m JOIN inventory_itemledgerentry o ON {same_order}
    WHERE m.id = w.id AND m.entry_type IN ('output', 'assembly_output')
      AND o.entry_type IN ('consumption', 'assembly_consumption')
"""

_FORTH = """
    SELECT a.item_ledger_entry_id FROM inventory_itemapplicationentry a
    WHERE a.inbound_item_entry_id = w.id AND a.item_ledger_entry_id = a.outbound_item_entry_id
      AND a.cancelled_by_id IS NULL AND a.cost_application
    UNION ALL
    SELECT a.item_ledger_entry_id FROM inventory_itemapplicationentry a
    WHERE a.outbound_item_entry_id = w.id AND a.item_ledger_entry_id = a.inbound_item_entry_id
      AND a.cancelled_by_id IS NULL AND a.cost_application
    UNION ALL
    SELECT o.id FROM inventory_itemledgerentry m JOIN inventory_itemledgerentry o ON {same_order}
    WHERE m.id = w.id AND m.entry_type IN ('consumption', 'assembly_consumption')
      AND o.entry_type IN ('output', 'assembly_output')
"""

# The outer limit ends the walk: rows come level by level, as the database finds them.
_WALK = """
WITH RECURSIVE walk(id, depth) AS (
    SELECT root, 0 FROM unnest(%(roots)s::bigint[]) AS root
    UNION
    SELECT found.id, w.depth + 1 FROM walk w CROSS JOIN LATERAL ({step}) AS found(id)
    WHERE w.depth < %(depth)s AND found.id IS NOT NULL
)
SELECT id, depth FROM walk LIMIT %(limit)s
"""


def reached(roots: Collection[int], direction: Direction, *, limit: int = MAX_ENTRIES) -> tuple[dict[int, int], bool]:
    """Return the entries reached from some, with their least distance, and whether there may be more of them."""
    if not roots or limit <= 0:
        return {}, bool(roots)
    step = (_BACK if direction == Direction.BACK else _FORTH).format(same_order=_SAME_ORDER)
    with connection.cursor() as cursor:
        cursor.execute(
            _WALK.format(step=step),
            {"roots": sorted(roots), "depth": MAX_DEPTH, "limit": limit},
        )
        rows = cursor.fetchall()
    found: dict[int, int] = {}
    for key, depth in rows:
        found[key] = min(depth, found.get(key, depth))
    return found, len(rows) >= limit or any(depth >= MAX_DEPTH for depth in found.values())
