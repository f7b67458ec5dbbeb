"""Flags on entries whose cost others take: what an adjustment must look at again.

Source: design-details-cost-adjustment (detection).
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

_FLAG_LAYERS = """
UPDATE inventory_itemledgerentry e SET applied_entry_to_adjust = true
FROM inventory_itemapplicationentry a
WHERE a.outbound_item_entry_id = ANY(%s) AND a.item_ledger_entry_id = a.outbound_item_entry_id
  AND a.cancelled_by_id IS NULL AND e.id = a.inbound_item_entry_id AND NOT e.applied_entry_to_adjust
  AND e.remaining_quantity = 0
"""

_FLAG_CHANGED = """
UPDATE inventory_itemledgerentry e SET applied_entry_to_adjust = true
WHERE e.id = ANY(%s) AND NOT e.applied_entry_to_adjust
  AND (e.quantity > 0 AND e.remaining_quantity < e.quantity
       OR e.quantity < 0 AND EXISTS (
           SELECT 1 FROM inventory_itemapplicationentry a
           WHERE a.outbound_item_entry_id = e.id AND a.item_ledger_entry_id <> e.id AND a.cancelled_by_id IS NULL))
"""


def flag_layers(outbound_ids: Collection[int]) -> None:
    """Flag what invoiced outbounds took from: the last one may leave a used up layer a residual."""
    _run(_FLAG_LAYERS, outbound_ids)


def flag_changed(entry_ids: Collection[int]) -> None:
    """Flag entries whose value changed after somebody took from them, or brought goods back to them."""
    _run(_FLAG_CHANGED, entry_ids)


def _run(sql: str, entry_ids: Collection[int]) -> None:
    if entry_ids:
        with connection.cursor() as cursor:
            cursor.execute(sql, [sorted(entry_ids)])
