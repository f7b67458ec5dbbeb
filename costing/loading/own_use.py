"""Which goods of an item orders made of the item itself: by the same order line, or by way of other items.

    BOAT consumed, BOAT put out by the same line                                made of itself
    BOAT consumed -> KIT put out -> that KIT consumed -> BOAT put out           made of itself through KIT

Few items are both made and used, and hardly any of those goes round through others: first it is looked at which items
are made of which, and entries are followed for the items of a circle only.
Source: design-details-average-cost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from costing.engine.books import OwnUse
from costing.loading.blocks import array

_USED, _MADE = "('consumption', 'assembly_consumption')", "('output', 'assembly_output')"
_ORDERS = "('assembly', 'production')"

_LINES = f"""
WITH moved AS MATERIALIZED (
    SELECT id, item_id, entry_type, order_type, order_no, order_line_no FROM inventory_itemledgerentry
    WHERE id = ANY(%(keys)s::bigint[]) AND order_type IN {_ORDERS}
)
SELECT made.item_id, made.id, used.id
FROM moved made JOIN moved used USING (order_no, order_type, order_line_no, item_id)
WHERE made.entry_type IN {_MADE} AND used.entry_type IN {_USED}
"""  # noqa: S608 our own text

# What items were used for, besides themselves, since the first of the entries.
_PRODUCTS = f"""
SELECT DISTINCT used.item_id, state.item_id
FROM inventory_itemledgerentry used
JOIN costing_inventoryadjmtentryorder state ON state.order_type = used.order_type AND state.order_no = used.order_no
     AND state.order_line_no = used.order_line_no
WHERE used.item_id = ANY(%(items)s::bigint[]) AND used.order_type IN {_ORDERS} AND used.entry_type IN {_USED}
  AND used.posting_date >= (SELECT min(posting_date) FROM inventory_itemledgerentry WHERE id = ANY(%(keys)s::bigint[]))
  AND state.item_id <> used.item_id
"""  # noqa: S608 our own text

# From what was used to what its order made, on to whoever took from that; other items of the circle only, until goods
# of the item itself are made.
_WAYS = f"""
WITH RECURSIVE way(used_id, item_id, id, here) AS (
    SELECT id, item_id, id, item_id FROM inventory_itemledgerentry
    WHERE id = ANY(%(keys)s::bigint[]) AND item_id = ANY(%(items)s::bigint[]) AND entry_type IN {_USED}
      AND order_type IN {_ORDERS}
    UNION
    SELECT w.used_id, w.item_id, e.id, e.item_id
    FROM way w CROSS JOIN LATERAL (
        SELECT made.id FROM inventory_itemledgerentry used JOIN inventory_itemledgerentry made
             ON made.order_no = used.order_no AND made.order_type = used.order_type
             AND made.order_line_no = used.order_line_no AND made.order_type IN {_ORDERS}
        WHERE used.id = w.id AND used.entry_type IN {_USED} AND made.entry_type IN {_MADE}
          AND NOT (used.id = w.used_id AND made.item_id = w.item_id)
        UNION ALL
        SELECT a.item_ledger_entry_id FROM inventory_itemapplicationentry a
        WHERE a.inbound_item_entry_id = w.id AND a.cancelled_by_id IS NULL AND w.here <> w.item_id
        UNION ALL
        SELECT a.item_ledger_entry_id FROM inventory_itemapplicationentry a
        WHERE a.outbound_item_entry_id = w.id AND a.cancelled_by_id IS NULL AND w.here <> w.item_id
    ) next JOIN inventory_itemledgerentry e ON e.id = next.id AND e.item_id = ANY(%(circle)s::bigint[])
    WHERE w.here <> w.item_id OR w.id = w.used_id
)
SELECT item_id, id, used_id FROM way WHERE here = item_id AND id <> used_id
"""  # noqa: S608 our own text


@dataclass(slots=True)
class Remade:
    """For each item output -> consumption: of one `line`, and by way of other items (`round`)."""

    line: dict[int, OwnUse] = field(default_factory=dict)
    round: dict[int, OwnUse] = field(default_factory=dict)


def read(keys: Collection[int], item_ids: Collection[int]) -> Remade:
    """Read it of items that orders both made and used, among the entries given. Without entries nothing is asked.

    One query, and one for each level of products above the items; one more where goods go round.
    """
    if not keys:
        return Remade()
    named = {"keys": array(keys)}
    found = Remade(_by_item(_LINES, named))
    items, circle = _circles(item_ids, named)
    if items:
        found.round = _by_item(_WAYS, named | {"items": array(items), "circle": array(circle)})
    return found


def _circles(item_ids: Collection[int], named: dict[str, str]) -> tuple[set[int], set[int]]:
    """The items that are made of themselves through others, and all that they are used for."""
    products: dict[int, set[int]] = {}
    items = set(item_ids)
    todo = items
    while todo:
        products |= {item: set() for item in todo}
        for part, product in _rows(_PRODUCTS, named | {"items": array(todo)}):
            products[part].add(product)
        todo = {product for item in todo for product in products[item]} - products.keys()
    reached = {item: _above(products, item) for item in items}
    round_items = {item for item in items if item in reached[item]}
    return round_items, set().union(*(reached[item] for item in round_items))


def _above(products: Mapping[int, set[int]], item: int) -> set[int]:
    """What an item is used for, however far."""
    found: set[int] = set()
    todo = [item]
    while todo:
        new = products[todo.pop()] - found
        found |= new
        todo += new
    return found


def _by_item(sql: str, named: dict[str, str]) -> dict[int, OwnUse]:
    found: dict[int, dict[int, set[int]]] = {}
    for item_id, made, used in _rows(sql, named):
        found.setdefault(item_id, {}).setdefault(made, set()).add(used)
    return dict(found)


def _rows(sql: str, named: dict[str, str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, named)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
