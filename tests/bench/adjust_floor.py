"""The least that a program must do to adjust cost on our tables: read the columns, compute in arrays, write the rows.

It reads item ledger entries, value entries and applications, brings the cost over the applications in one step, takes
averages issue by issue for all items at once, and writes the very rows that the application wrote: value entries, their
places in the queue and the cost changes, with all indexes, keys and triggers. It locks, marks and logs nothing, and
knows no levels, documents, expected cost, roundings or reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction

from tests.bench.copying import copy_in, read

_DAY = "x.posting_date - date '2021-01-01'"


@dataclass(frozen=True)
class Written:
    """What an adjustment wrote: values as (original, actual, expected, rounding), and whose cost moved them."""

    values: dict[str, np.ndarray]
    changes: dict[str, np.ndarray]


def last_value() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM costing_valueentry")
        return cursor.fetchone()[0]


def written_since(last: int) -> Written:
    """Read back what was written after a value entry; amounts in units of 1e-5."""
    values = read(
        f"costing_valueentry x WHERE x.id > {last}",
        {
            "id": "x.id",
            "original": "x.applies_to_entry_id",
            "actual": "x.cost_amount_actual * 100000",
            "expected": "x.cost_amount_expected * 100000",
            "rounding": "(x.entry_type = 'rounding')::int",
            "queued": "(EXISTS (SELECT 1 FROM costing_valueentrytopost q WHERE q.value_entry_id = x.id))::int",
        },
    )
    changes = read(
        f"costing_costchange x WHERE x.value_entry_id > {last}",
        {
            "value": f"x.value_entry_id - {last}",
            "entry": "x.item_ledger_entry_id",
            "source": "coalesce(x.source_entry_id, -1)",
            "day": "coalesce(x.average_period_end - date '2021-01-01', -1)",
            "quantity": "x.quantity * 100000",
            "amount": "x.amount * 100000",
            "run": "coalesce(x.run_id, -1)",
        },
    )
    values["id"] -= last
    return Written(values, changes)


def adjust(written: Written | None, item_ids: Sequence[int] | None = None) -> int:
    """Read and compute, and write what is given, in one transaction; return the number of shares computed."""
    with transaction.atomic():
        computed = compute(item_ids)
        if written is not None:
            _write(written)
    return computed


def compute(item_ids: Sequence[int] | None = None) -> int:
    chosen = "" if item_ids is None else f" AND x.item_id IN ({', '.join(map(str, item_ids))})"
    entries = read(
        f"inventory_itemledgerentry x WHERE true{chosen}",
        {"id": "x.id", "item": "x.item_id", "day": _DAY, "quantity": "x.quantity", "open": "x.remaining_quantity"},
    )
    values = read(
        f"costing_valueentry x WHERE x.item_ledger_entry_id IS NOT NULL{chosen}",
        {
            "entry": "x.item_ledger_entry_id",
            "cents": "(x.cost_amount_actual + x.cost_amount_expected) * 100",
            "averaged": "x.valued_by_average_cost::int",
        },
    )
    links = read(
        "inventory_itemapplicationentry a"
        + (" JOIN inventory_itemledgerentry x ON x.id = a.item_ledger_entry_id" if item_ids is not None else "")
        + f" WHERE a.cancelled_by_id IS NULL AND a.outbound_item_entry_id IS NOT NULL{chosen}",
        {"receiver": "a.item_ledger_entry_id", "inbound": "a.inbound_item_entry_id", "quantity": "abs(a.quantity)"},
    )
    order = np.lexsort((entries["id"], entries["day"], entries["item"]))
    entries = {name: column[order] for name, column in entries.items()}
    by_id = np.argsort(entries["id"])
    ids = entries["id"][by_id]

    def place(keys: np.ndarray) -> np.ndarray:
        return by_id[np.searchsorted(ids, keys)]

    cost = np.zeros(len(ids), np.int64)
    averaged = np.zeros(len(ids), bool)
    np.add.at(cost, place(values["entry"]), values["cents"])
    averaged[place(values["entry"])] |= values["averaged"] == 1
    source, receiver = place(links["inbound"]), place(links["receiver"])
    share = _divide(cost[source] * links["quantity"], np.maximum(np.abs(entries["quantity"][source]), 1))
    forwarded = np.zeros(len(ids), np.int64)
    np.add.at(forwarded, receiver, share)
    _average(entries["item"], entries["quantity"], cost, averaged)
    return len(share)


def _divide(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return (2 * numerator + denominator) // (2 * denominator)


def _average(item: np.ndarray, quantity: np.ndarray, cost: np.ndarray, averaged: np.ndarray) -> np.ndarray:
    """The next entry of every item with an average at once, from its first to its last."""
    chosen = np.flatnonzero(np.isin(item, np.unique(item[averaged])))
    new_cost = np.zeros(len(item), np.int64)
    if not len(chosen):
        return new_cost
    first = np.flatnonzero(np.r_[True, np.diff(item[chosen]) != 0])
    length = np.diff(np.r_[first, len(chosen)])
    longest_first = np.argsort(-length, kind="stable")
    first, length = first[longest_first], length[longest_first]
    stock, value = np.zeros(len(first), np.int64), np.zeros(len(first), np.int64)
    live = len(first)
    for rank in range(length[0]):
        while length[live - 1] <= rank:
            live -= 1
        at = chosen[first[:live] + rank]
        out = averaged[at]
        taken = _divide(value[:live] * -quantity[at], np.maximum(stock[:live], 1))
        new_cost[at] = np.where(out, -taken, cost[at])
        stock[:live] += quantity[at]
        value[:live] += new_cost[at]
    return new_cost


def _write(written: Written) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM costing_valueentry")
        last = cursor.fetchone()[0]
        cursor.execute("SELECT max(id) FROM inventory_itemregister")
        register = cursor.fetchone()[0]
        copy_in("floor_values", written.values)
        copy_in("floor_changes", written.changes)
        cursor.execute(_VALUES, {"last": last, "register": register})
        cursor.execute(_QUEUE, {"last": last})
        cursor.execute(_CHANGES, {"last": last, "register": register})
        cursor.execute(_NUMBERS)
        cursor.execute("DROP TABLE floor_values, floor_changes")


_VALUES = """
INSERT INTO costing_valueentry (
    id, item_ledger_entry_id, item_id, variant_id, location_id, item_ledger_entry_type, entry_type, variance_type,
    posting_date, valuation_date, document_type, document_no, document_line_no, external_document_no, order_type,
    order_no, order_line_no, source_type, source_no, description, item_ledger_entry_quantity, valued_quantity,
    invoiced_quantity, cost_amount_actual, cost_amount_expected, cost_amount_non_inventory, cost_per_unit,
    sales_amount_actual, sales_amount_expected, purchase_amount_actual, purchase_amount_expected, discount_amount,
    expected_cost, inventoriable, valued_by_average_cost, partial_revaluation, adjustment, applies_to_entry_id,
    inventory_posting_group_id, gen_bus_posting_group_id, gen_prod_posting_group_id, account_set_id,
    dimension_set_id, reason_code_id, user_id, register_id, created_at)
SELECT %(last)s + f.id, o.item_ledger_entry_id, o.item_id, o.variant_id, o.location_id, o.item_ledger_entry_type,
    CASE WHEN f.rounding = 1 THEN 'rounding' ELSE o.entry_type END, o.variance_type, o.posting_date, o.valuation_date,
    o.document_type, o.document_no, o.document_line_no, o.external_document_no, o.order_type, o.order_no,
    o.order_line_no, o.source_type, o.source_no, o.description, 0, o.valued_quantity, 0, f.actual / 100000.0,
    f.expected / 100000.0, 0, round((f.actual + f.expected) / 100000.0 / o.valued_quantity, 5), 0, 0, 0, 0, 0,
    f.expected <> 0, true, o.valued_by_average_cost, false, true, o.id, o.inventory_posting_group_id,
    o.gen_bus_posting_group_id, o.gen_prod_posting_group_id, o.account_set_id, o.dimension_set_id, o.reason_code_id,
    o.user_id, %(register)s, clock_timestamp()
FROM floor_values f JOIN costing_valueentry o ON o.id = f.original ORDER BY f.id
"""
_QUEUE = """
INSERT INTO costing_valueentrytopost (value_entry_id, item_id, posting_date)
SELECT v.id, v.item_id, v.posting_date
FROM floor_values f JOIN costing_valueentry v ON v.id = %(last)s + f.id WHERE f.queued = 1
"""
_CHANGES = """
INSERT INTO costing_costchange (
    item_ledger_entry_id, source_entry_id, average_period_end, value_entry_id, quantity, amount, register_id, run_id)
SELECT f.entry, nullif(f.source, -1), date '2021-01-01' + nullif(f.day, -1)::int, %(last)s + f.value,
    f.quantity / 100000.0, f.amount / 100000.0, %(register)s, nullif(f.run, -1)
FROM floor_changes f
"""
_NUMBERS = "SELECT setval(pg_get_serial_sequence('costing_valueentry', 'id'), (SELECT max(id) FROM costing_valueentry))"
