"""The books of items from the database into the engine's records: one query for entries, values and links each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from costing.average_periods import AveragePeriods
from costing.engine.books import Entry, ItemBooks, Kind, Link, Value
from costing.enums import ValueEntryType
from inventory.enums import CostingMethod

KINDS = {
    ValueEntryType.DIRECT_COST: Kind.DIRECT,
    ValueEntryType.INDIRECT_COST: Kind.INDIRECT,
    ValueEntryType.VARIANCE: Kind.VARIANCE,
    ValueEntryType.REVALUATION: Kind.REVALUATION,
    ValueEntryType.ROUNDING: Kind.ROUNDING,
    ValueEntryType.DIRECT_COST_NON_INVENTORY: Kind.NON_INVENTORY,
}

_STATES = """
SELECT i.id, g.costing_method, coalesce(s.change_no, 0),
       (SELECT array_agg(p.id) FROM costing_avgcostadjmtentrypoint p WHERE p.item_id = i.id)
FROM inventory_item i
JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
LEFT JOIN costing_itemcoststate s ON s.item_id = i.id
WHERE i.id = ANY(%s)
"""

_ENTRIES = """
SELECT e.item_id, e.id, e.location_id, e.variant_id, (e.quantity * 100000)::bigint,
       (e.remaining_quantity * 100000)::bigint, e.posting_date, e.completely_invoiced,
       e.quantity < 0 AND e.applies_to_entry_id IS NOT NULL AND e.entry_type IN ('purchase', 'output')
FROM inventory_itemledgerentry e WHERE e.item_id = ANY(%s) ORDER BY e.id
"""

_VALUES = """
SELECT v.item_id, v.id, v.item_ledger_entry_id, CASE WHEN v.adjustment THEN v.applies_to_entry_id END,
       v.entry_type, v.item_charge_id IS NOT NULL, v.partial_revaluation, v.adjustment,
       (v.cost_amount_actual * 100000)::bigint, (v.cost_amount_expected * 100000)::bigint,
       (v.valued_quantity * 100000)::bigint, (v.invoiced_quantity * 100000)::bigint, v.posting_date, v.valuation_date,
       v.valued_by_average_cost
FROM costing_valueentry v WHERE v.item_id = ANY(%s) AND v.inventoriable ORDER BY v.id
"""

_LINKS = """
SELECT e.item_id, a.item_ledger_entry_id, a.inbound_item_entry_id, a.outbound_item_entry_id,
       (a.quantity * 100000)::bigint, a.cost_application, a.transferred_from_entry_id
FROM inventory_itemapplicationentry a JOIN inventory_itemledgerentry e ON e.id = a.item_ledger_entry_id
WHERE e.item_id = ANY(%s) AND a.cancelled_by_id IS NULL ORDER BY a.id
"""


@dataclass(frozen=True, slots=True)
class LoadedItem:
    """An item's books as read, with what tells later whether they are still the same.

    `point_ids`: the entry points that an adjustment of these books settles.
    """

    item_id: int
    is_average: bool
    change_no: int
    point_ids: list[int]
    books: ItemBooks
    entries_read: int


def load_items(item_ids: Collection[int], *, periods: AveragePeriods, precision_e5: int) -> list[LoadedItem]:
    """Read the books of items. The change numbers are read first: what changes later will be noticed."""
    ids = sorted(item_ids)
    states = {row[0]: row[1:] for row in _rows(_STATES, ids)}
    values = _by_item(_VALUES, ids)
    entries = _by_item(_ENTRIES, ids)
    links = _by_item(_LINKS, ids)
    loaded = []
    for item_id in ids:
        method, change_no, point_ids = states[item_id]
        books = _books(
            entries[item_id],
            values[item_id],
            links[item_id],
            by_place=periods.by_place or method != CostingMethod.AVERAGE,
            precision_e5=precision_e5,
        )
        loaded.append(
            LoadedItem(
                item_id=item_id,
                is_average=method == CostingMethod.AVERAGE,
                change_no=change_no,
                point_ids=point_ids or [],
                books=books,
                entries_read=len(entries[item_id]) + len(values[item_id]),
            )
        )
    return loaded


def _books(
    entry_rows: list[tuple[Any, ...]],
    value_rows: list[tuple[Any, ...]],
    link_rows: list[tuple[Any, ...]],
    *,
    by_place: bool,
    precision_e5: int,
) -> ItemBooks:
    values: dict[int, list[Value]] = defaultdict(list)
    averaged: dict[int, bool] = {}
    for key, entry_key, original, entry_type, *facts, by_average in value_rows:
        values[entry_key].append(Value(key, entry_key, original or key, KINDS[entry_type], *facts))
        averaged[entry_key] = averaged.get(entry_key, False) or by_average
    entries = [
        Entry(
            key=key,
            scope=(location_id, variant_id) if by_place else (None, None),
            quantity_e5=quantity_e5,
            remaining_e5=remaining_e5,
            posting_date=posting_date,
            valuation_date=values[key][0].valuation_date if values[key] else posting_date,
            completely_invoiced=completely_invoiced,
            averaged=averaged.get(key, False),
            mirrors=mirrors,
            values=values[key],
        )
        for key, location_id, variant_id, quantity_e5, remaining_e5, posting_date, completely_invoiced, mirrors in (
            entry_rows
        )
    ]
    return ItemBooks.of(entries, [Link(*row) for row in link_rows], precision_e5=precision_e5)


def _by_item(sql: str, ids: list[int]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in _rows(sql, ids):
        found[row[0]].append(row[1:])
    return found


def _rows(sql: str, ids: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
