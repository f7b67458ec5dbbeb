"""The orders of produced items, settled before the items themselves: what they made takes the cost of what they used.

    component adjusted -> its order is marked -> product opened in the run -> order settled -> product adjusted

Orders are read and computed without a lock. Storing locks their items and compares the orders' change numbers; what
moved meanwhile is read again. A preview plans the same values and writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from django.db import connection

from config.base import locks
from config.base.transactions import posting
from costing import order_adjustment
from costing.adjustment import claims
from costing.adjustment.claims import Claimed, LogLine
from costing.adjustment.terms import Terms, Worker
from costing.adjustment_storing import StoredItem
from costing.order_adjustment import OrderPlan


def settle(item_ids: Collection[int], claimed: Mapping[int, Claimed], terms: Terms, worker: Worker) -> set[int]:
    """Settle the unadjusted orders of items in a transaction of their own; return the items to be tried again."""
    with_orders = order_adjustment.unadjusted_items(item_ids)
    if not with_orders:
        return set()
    planned = compute(with_orders, terms)
    assert terms.run_id is not None
    with posting() as context:
        locks.lock_items(with_orders)
        stored = order_adjustment.store(
            planned,
            setup=terms.setup,
            periods=terms.periods,
            run_id=terms.run_id,
            user_id=terms.user_id,
            context=context,
        )
        made = _by_item(stored.value_entry_ids)
        claims.add(terms.run_id, worker, [_log_line(item_id, found, claimed) for item_id, found in made.items()])
        worker.guard()
    for item_id, found in made.items():
        claimed[item_id].amounts.update(_added(claimed[item_id].amounts, found))
    return stored.stale


def compute(item_ids: Collection[int], terms: Terms, *, planned: Mapping[int, int] | None = None) -> OrderPlan:
    """Read the unadjusted orders of items, and compute what their outputs lack."""
    loaded = order_adjustment.load(item_ids, setup=terms.setup, planned=planned)
    orders = [books for found in loaded.values() for books in found]
    return order_adjustment.compute(orders, precision_e5=terms.precision_e5)


_BY_ITEM = """
SELECT item_id, date_trunc('month', posting_date)::date, count(*), sum(cost_amount_actual + cost_amount_expected)
FROM costing_valueentry WHERE id = ANY(%s) GROUP BY 1, 2 ORDER BY 1, 2
"""


def _by_item(value_entry_ids: list[int]) -> dict[int, StoredItem]:
    if not value_entry_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_ITEM, [value_entry_ids])
        rows = cursor.fetchall()
    made: dict[int, StoredItem] = {}
    for item_id, month, entries, amount in rows:
        found = made.setdefault(item_id, StoredItem())
        found.entries += entries
        found.amounts[f"{month:%Y-%m}"] = amount
    return made


def _log_line(item_id: int, found: StoredItem, claimed: Mapping[int, Claimed]) -> LogLine:
    amounts = {**claimed[item_id].amounts, **_added(claimed[item_id].amounts, found)}
    return LogLine(item_id, 0, found.entries, str(found.amount), 0, amounts)


def _added(amounts: Mapping[str, str], found: StoredItem) -> dict[str, str]:
    return {month: str(amount + Decimal(amounts.get(month, "0"))) for month, amount in found.amounts.items()}
