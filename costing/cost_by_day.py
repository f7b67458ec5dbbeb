"""What each day brought to the value of items, by place: the sums that an average is taken from, and its history.

A value counts on the day that the engine counts it: what an entry was forwarded counts with the entry, a later charge
or revaluation on its own valuation date. One query, whatever the number of items.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

_DAYS = """
WITH values_of_items AS (
    SELECT v.item_id, v.item_ledger_entry_id, v.entry_type, v.valuation_date,
           v.item_ledger_entry_quantity AS quantity, v.cost_amount_actual + v.cost_amount_expected AS cost,
           first_value(v.valuation_date) OVER entry AS first_day,
           bool_or(v.valued_by_average_cost) OVER whole AS averaged,
           v.entry_type = 'direct_cost' AND v.item_charge_id IS NULL AS forwarded
    FROM costing_valueentry v
    WHERE v.item_id = ANY(%s) AND v.inventoriable AND v.item_ledger_entry_id IS NOT NULL
    WINDOW entry AS (PARTITION BY v.item_ledger_entry_id ORDER BY v.id),
           whole AS (PARTITION BY v.item_ledger_entry_id)
)
SELECT v.item_id, e.location_id, e.variant_id,
       CASE WHEN v.forwarded THEN v.first_day ELSE greatest(v.first_day, v.valuation_date) END AS day,
       v.averaged, e.quantity > 0, e.quantity < 0 AND e.remaining_quantity <> 0, v.entry_type = 'revaluation',
       sum(v.quantity), sum(v.cost), count(*)
FROM values_of_items v JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
ORDER BY 1, 4, 2, 3, 5, 6, 7, 8
"""


@dataclass(frozen=True, slots=True)
class DaySums:
    """Quantity and cost of one day, place and kind; `averaged`: issues that follow the average of their period."""

    item_id: int
    location_id: int | None
    variant_id: int | None
    day: date
    averaged: bool
    inbound: bool
    is_open_issue: bool
    is_revaluation: bool
    quantity: Decimal
    cost: Decimal
    values: int


def days_of_items(item_ids: Collection[int]) -> dict[int, list[DaySums]]:
    """Return the sums of each item, in the order of days; an item without entries has none. One query."""
    found: dict[int, list[DaySums]] = {item_id: [] for item_id in item_ids}
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, [sorted(item_ids)])
        for row in cursor.fetchall():
            found[row[0]].append(DaySums(*row))
    return found
