"""What a preview has planned, read over the books: products see the planned cost of their components.

    planned: the screws of order P1 cost 4.00 more -> P1 would give its chairs 4.00 more -> their sales cost more

Orders are computed with the planned corrections of what they consumed. What their outputs lack becomes a value in the
books of the product, as if it had been posted, before the product itself is computed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count

from django.db import connection

from costing import loading
from costing.adjustment import orders
from costing.adjustment.terms import Terms
from costing.adjustment.unsettled import named
from costing.engine import adjust as engine
from costing.engine.books import Entry, ItemBooks, Value
from costing.engine.orders import OutputValue
from costing.loading import LoadedItem
from costing.loading.kinds import KINDS
from costing.order_loading import ELEMENTS

FIRST_PLANNED_KEY = 10**15
"""Planned values are newer than all that are posted."""


def planned_order_values(item_ids: Collection[int], terms: Terms) -> dict[int, list[OutputValue]]:
    """Return what the orders of items would give their outputs; items whose orders lack nothing are left out."""
    assert terms.run_id is not None
    planned = _planned_consumption(item_ids, terms.run_id)
    found: dict[int, list[OutputValue]] = {}
    for books, settlement in orders.compute(item_ids, terms, planned=planned).settled:
        if settlement and settlement.values:
            found.setdefault(books.item_id, []).extend(settlement.values)
    return found


_CONSUMPTION = """
SELECT l.item_ledger_entry_id, (sum(l.cost_amount_actual) * 100000)::bigint
FROM costing_adjustmentplanline l JOIN inventory_itemledgerentry e ON e.id = l.item_ledger_entry_id
JOIN costing_inventoryadjmtentryorder o ON o.order_type = e.order_type AND o.order_no = e.order_no
     AND o.order_line_no = e.order_line_no
WHERE l.run_id = %s AND l.entry_type = 'direct_cost' AND e.entry_type IN ('consumption', 'assembly_consumption')
  AND o.item_id = ANY(%s)
GROUP BY 1
"""

_USED = """
SELECT l.item_ledger_entry_id, sum(l.cost_amount_actual)
FROM costing_adjustmentplanline l JOIN inventory_itemledgerentry e ON e.id = l.item_ledger_entry_id
WHERE l.run_id = %s AND l.item_id = ANY(%s) AND e.entry_type IN ('consumption', 'assembly_consumption')
GROUP BY 1
"""

_PRODUCTS = """
SELECT DISTINCT o.item_id FROM inventory_itemledgerentry e
JOIN costing_inventoryadjmtentryorder o ON o.order_type = e.order_type AND o.order_no = e.order_no
     AND o.order_line_no = e.order_line_no
WHERE e.id = ANY(%s) AND o.is_finished
"""


def _planned_consumption(item_ids: Collection[int], run_id: int) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_CONSUMPTION, [run_id, sorted(item_ids)])
        return dict(cursor.fetchall())


def used_by_orders(item_ids: Collection[int], run_id: int) -> dict[int, Decimal]:
    """Return what the plan of these items would add to their consumption entries."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, [run_id, sorted(item_ids)])
        return dict(cursor.fetchall())


def products_of(entry_ids: Collection[int]) -> set[int]:
    """Return the items whose finished orders used these consumption entries."""
    if not entry_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_PRODUCTS, [list(entry_ids)])
        return {row[0] for row in cursor.fetchall()}


def load_whole(item_id: int, terms: Terms) -> LoadedItem:
    """Read all books of an item: what its outputs would bring may reach any entry."""
    loaded = loading.load_items([item_id], periods=terms.periods, precision_e5=terms.precision_e5, full=True)
    return loaded[0]


def compute(loaded: LoadedItem, values: Sequence[OutputValue], terms: Terms) -> engine.Adjustment:
    """Compute an item as if its orders had been settled. Corrections name posted values only.

    Raises: AveragesDoNotSettle.
    """
    if loaded.is_moving_average:
        return engine.Adjustment([], [])
    books = loaded.books
    posted = _lay_over(books, values)
    with named(loaded.item_id):
        found = engine.adjust(books, is_average=loaded.is_average, period_of=terms.periods.end, through=terms.through)
    corrections = [
        replace(correction, original_key=posted.get(correction.original_key, correction.original_key))
        for correction in found.corrections
    ]
    return replace(found, corrections=corrections)


def _lay_over(books: ItemBooks, values: Sequence[OutputValue]) -> dict[int, int]:
    """Add planned values to the outputs; returns the posted value that stands for each of them."""
    keys = count(FIRST_PLANNED_KEY)
    posted: dict[int, int] = {}
    for value in values:
        entry = books.entries[value.output_key]
        key = next(keys)
        posted[key] = entry.first_value_key
        entry.values = [*entry.values, _as_value(key, value, entry)]
        entry.completely_invoiced = True
    return posted


def _as_value(key: int, value: OutputValue, entry: Entry) -> Value:
    entry_type, variance_type = ELEMENTS[value.element]
    first = min(entry.values, key=lambda each: each.key)
    return Value(
        key=key,
        entry_key=entry.key,
        original_key=key if value.invoices else first.key,
        kind=KINDS[entry_type.value, str(variance_type)],
        is_charge=False,
        partial=False,
        adjustment=not value.invoices,
        actual_e5=value.amount_e5,
        expected_e5=value.expected_e5,
        valued_quantity_e5=entry.quantity_e5,
        invoiced_quantity_e5=entry.quantity_e5 if value.invoices else 0,
        posting_date=first.posting_date,
        valuation_date=first.valuation_date,
    )
