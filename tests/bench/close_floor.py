"""The least that a program must do to close the inventory on our tables: read columns, settle in arrays, write rows.

It takes the balance of every item and location at the date, reads what is open, matches issues with receipts first in
first out by adding up quantities, prices averages, and inserts the very rows that the application wrote, from plain
tables, with all indexes, keys and triggers. It locks, checks and logs nothing, and knows no marks, transfers, physical
value, days or warnings.
"""

import tempfile
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
from django.db import connection, transaction

from tests.bench import databases
from tests.bench.copying import read

WRITTEN = (
    "inventory_itemregister",
    "costing_inventoryclose",
    "costing_valueentry",
    "costing_valueentrytopost",
    "costing_closingtransfer",
    "costing_settlement",
    "ledger_glregister",
    "ledger_gltransaction",
    "ledger_glentry",
    "costing_glitemledgerrelation",
)
_KEYS = {"costing_valueentrytopost": "value_entry_id"}


def last_numbers() -> dict[str, int]:
    """The last number of each table that a close writes."""
    with connection.cursor() as cursor:
        found = {}
        for table in WRITTEN:
            cursor.execute(f"SELECT coalesce(max({_KEYS.get(table, 'id')}), 0) FROM {table}")
            found[table] = cursor.fetchone()[0]
        return found


def prepare(name: str, before: str, last: dict[str, int]) -> str:
    """Carry the rows that were just written over to a copy of the books before, as plain tables."""
    with tempfile.TemporaryDirectory() as folder:
        for table in WRITTEN:
            rows = f"SELECT * FROM {table} WHERE {_KEYS.get(table, 'id')} > {last[table]}"
            _copy_out(rows, Path(folder) / table)
        _copy_out(_TAKEN.format(last=last["costing_settlement"]), Path(folder) / "taken")
        databases.use(databases.fresh(before))
        with connection.cursor() as cursor:
            for table in WRITTEN:
                cursor.execute(f"CREATE TABLE bench_{table} AS TABLE {table} WITH NO DATA")
                _copy_in(f"bench_{table}", Path(folder) / table)
                cursor.execute(f"VACUUM (ANALYZE) bench_{table}")
            cursor.execute("CREATE TABLE bench_taken (id bigint, moved numeric)")
            _copy_in("bench_taken", Path(folder) / "taken")
            cursor.execute("VACUUM (ANALYZE) bench_taken")
    return databases.keep_as(name)


def close(on: date) -> int:
    """Balance, settle and write, in one transaction; return how many pairs were matched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_BALANCES, [on])
        cursor.fetchall()
        matched = _settle(on)
        for table in WRITTEN:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM bench_{table}")
        cursor.execute(_MOVE)
    return matched


def _settle(on: date) -> int:
    entries = read(
        "inventory_itemledgerentry e JOIN inventory_item i ON i.id = e.item_id"
        " JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id AND g.settle_at = 'close'"
        " CROSS JOIN LATERAL (SELECT sum(cost_amount_actual) AS cost, sum(invoiced_quantity) AS invoiced"
        f" FROM costing_valueentry v WHERE v.item_ledger_entry_id = e.id AND v.posting_date <= '{on}') v"
        f" WHERE e.open AND e.posting_date <= '{on}'",
        {
            "id": "e.id",
            "item": "e.item_id",
            "day": "e.posting_date - date '2021-01-01'",
            "quantity": "e.quantity",
            "open": "e.remaining_quantity",
            "invoiced": "v.invoiced",
            "cents": "v.cost * 100",
        },
    )
    order = np.lexsort((entries["id"], entries["day"], entries["item"]))
    entries = {name: column[order] for name, column in entries.items()}
    matched = 0
    starts = np.flatnonzero(np.r_[True, np.diff(entries["item"]) != 0, True])
    for start, end in pairwise(starts):
        matched += _fifo(entries["open"][start:end], entries["cents"][start:end])
    return matched


def _fifo(open_: np.ndarray, cents: np.ndarray) -> int:
    """Lay the quantities of issues and receipts over each other; each piece takes its share of the receipt's cost."""
    inbound, outbound = open_ > 0, open_ < 0
    into, out = np.cumsum(open_[inbound]), np.cumsum(-open_[outbound])
    if not len(into) or not len(out):
        return 0
    cuts = np.unique(np.concatenate((into, out)))
    cuts = cuts[cuts <= min(into[-1], out[-1])]
    pieces = np.diff(np.r_[0, cuts])
    receipt = np.searchsorted(into, cuts)
    issue = np.searchsorted(out, cuts)
    share = cents[inbound][receipt] * pieces // open_[inbound][receipt]
    costs = np.zeros(len(out), np.int64)
    np.add.at(costs, issue, share)
    return len(pieces)


_BALANCES = """
SELECT item_id, variant_id, location_id, sum(item_ledger_entry_quantity), sum(cost_amount_actual),
       sum(cost_amount_expected)
FROM costing_valueentry WHERE posting_date <= %s GROUP BY 1, 2, 3
"""
_TAKEN = """
SELECT id, sum(moved) FROM (
    SELECT issue_id AS id, quantity AS moved FROM costing_settlement WHERE id > {last} AND issue_id IS NOT NULL
    UNION ALL
    SELECT receipt_id, -quantity FROM costing_settlement WHERE id > {last} AND receipt_id IS NOT NULL
) sides GROUP BY id
"""
_MOVE = """
UPDATE inventory_itemledgerentry e
SET remaining_quantity = e.remaining_quantity + t.moved, open = e.remaining_quantity + t.moved <> 0
FROM bench_taken t WHERE t.id = e.id
"""


def _copy_out(rows: str, path: Path) -> None:
    copy = f"COPY ({rows}) TO STDOUT (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(copy) as blocks, path.open("wb") as file:
        for block in blocks:
            file.write(block)


def _copy_in(table: str, path: Path) -> None:
    copy = f"COPY {table} FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(copy) as target, path.open("rb") as file:
        while block := file.read(1 << 20):
            target.write(block)
