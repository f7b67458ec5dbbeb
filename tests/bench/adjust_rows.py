"""What an adjustment after one changed invoice reads and writes: rows as the server counts them, not time."""

from dataclasses import dataclass

from django.db import connection

from costing import adjustment
from costing.models import AdjustmentRunItem
from tests.bench.big_book_loading import TODAY

LEDGERS = ("inventory_itemledgerentry", "inventory_itemapplicationentry", "costing_valueentry")
LOOKS = 10
"""A row that is needed may be looked at so often: as a mark, as what depends on it, as a source, as a balance."""


@dataclass(frozen=True)
class Rows:
    """Rows of a ledger since the server began to count; `scans`: of the whole table."""

    scans: int
    read: int
    inserted: int
    updated: int
    deleted: int

    def __sub__(self, earlier: "Rows") -> "Rows":
        return Rows(*(getattr(self, name) - getattr(earlier, name) for name in self.__dataclass_fields__))


def check_one_invoice(value_entry_id: int) -> str:
    """Adjust after one more cost of an invoice, and assert what was read and written; return that in words."""
    depends, around = _needed(value_entry_id)
    before, last = _counted(), _last_value()
    run = adjustment.adjust_cost(today=TODAY)
    touched = {name: counted - before[name] for name, counted in _counted().items()}

    assert not run.failed
    logged = AdjustmentRunItem.objects.filter(run_id=run.run_id).values_list("entries_read", "entries_made")
    ((loaded, made),) = logged
    read = sum(rows.read for rows in touched.values())
    entries, links, values = (touched[name] for name in LEDGERS)
    assert not any(rows.scans or rows.deleted for rows in touched.values()), touched
    assert loaded <= around, (loaded, around)
    assert read <= LOOKS * around, (read, around)
    assert made and (values.inserted, values.updated) == (made, 0), (made, values)
    assert _corrected_since(last) <= depends
    assert (links.inserted, links.updated) == (0, 0), links
    assert entries.inserted == 0 and entries.updated <= len(depends), entries
    return f"one invoice: {read} ledger rows read, {made} made, {entries.updated} updated"


def _counted() -> dict[str, Rows]:
    with connection.cursor() as cursor:
        # What this connection did is counted when it has been told so, and a statement has ended since.
        for statement in ("SELECT pg_stat_force_next_flush()", "SELECT 1", "SELECT pg_stat_clear_snapshot()"):
            cursor.execute(statement)
        cursor.execute(
            "SELECT relname, seq_scan, seq_tup_read + idx_tup_fetch, n_tup_ins, n_tup_upd, n_tup_del"
            " FROM pg_stat_user_tables WHERE relname = ANY(%s)",
            [list(LEDGERS)],
        )
        return {name: Rows(*counts) for name, *counts in cursor.fetchall()}


def _last_value() -> int:
    return _one("SELECT max(id) FROM costing_valueentry")


def _corrected_since(last: int) -> set[int]:
    sql = "SELECT array_agg(DISTINCT item_ledger_entry_id) FROM costing_valueentry WHERE id > %s"
    return set(_one(sql, last))


def _needed(value_entry_id: int) -> tuple[set[int], int]:
    """The entries that depend on a value, and the number of rows of the ledgers that must be known to cost them."""
    depends = _one(_DEPENDS, value_entry_id)
    return set(depends), _one(_AROUND, depends)


def _one(sql: str, *parameters: object):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


# Items that follow applications: what was valued on the same day at the same place, and all that takes cost from it,
# however far. Averages: all that is valued from that day on.
_DEPENDS = """
WITH RECURSIVE changed AS (
    SELECT v.item_id, v.location_id, v.valuation_date, g.costing_method = 'average' AS is_average
    FROM costing_valueentry v
    JOIN inventory_item i ON i.id = v.item_id JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
    WHERE v.id = %s
), found(id) AS (
    SELECT v.item_ledger_entry_id FROM changed c JOIN costing_valueentry v ON v.item_id = c.item_id
    WHERE CASE WHEN c.is_average THEN v.valuation_date >= c.valuation_date
               ELSE v.valuation_date = c.valuation_date AND v.location_id = c.location_id END
    UNION
    SELECT a.item_ledger_entry_id FROM found f JOIN inventory_itemapplicationentry a
        ON f.id IN (a.inbound_item_entry_id, a.outbound_item_entry_id, a.transferred_from_entry_id)
    WHERE a.item_ledger_entry_id IN (
        SELECT e.id FROM changed c JOIN inventory_itemledgerentry e ON e.item_id = c.item_id)
)
SELECT array_agg(DISTINCT id) FROM found
"""
# Those entries and all that they are linked with, with the links and the values of each.
_AROUND = """
WITH depends AS (
    SELECT unnest(%s::bigint[]) AS id
), links AS (
    SELECT DISTINCT a.id, a.inbound_item_entry_id, a.outbound_item_entry_id, a.transferred_from_entry_id
    FROM depends d JOIN inventory_itemapplicationentry a
        ON d.id IN (a.item_ledger_entry_id, a.inbound_item_entry_id, a.outbound_item_entry_id)
), entries AS (
    SELECT id FROM depends
    UNION SELECT inbound_item_entry_id FROM links
    UNION SELECT outbound_item_entry_id FROM links
    UNION SELECT transferred_from_entry_id FROM links
)
SELECT (SELECT count(*) FROM links) + (SELECT count(id) FROM entries)
    + (SELECT count(*) FROM entries e JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id)
"""
