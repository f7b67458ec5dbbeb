"""Large books into our tables: copied in as they would stand after five years of posting without adjustment."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime

import numpy as np
from django.db import connection, transaction

from costing import accounts
from costing.accounts import PostingKey
from inventory.models import GenBusPostingGroup, GenProdPostingGroup, InventoryPostingGroup, Item, ItemCharge, Location
from tests import factories
from tests.bench import big_book
from tests.bench.big_book import BigBook
from tests.bench.copying import copy_in

FIRST = date(2021, 1, 1)
TODAY = date(2026, 1, 1)
POSTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_LEDGERS = (
    "inventory_itemledgerentry",
    "inventory_itemapplicationentry",
    "costing_valueentry",
    "costing_valueentrytopost",
)


def load(size: int, *, at_close: bool = False) -> BigBook:
    """Make the books of a size and put them into an empty database, statistics included."""
    book = big_book.make(size, at_close=at_close)
    put_in(book)
    return book


def put_in(book: BigBook) -> None:
    """Put books into an empty database. Each entry and value is a document of its own, unless the book tells others.

    `document` of entries and values: the number of the document; `line` its line. `invoice` of values: 1 where the
    document is an invoice.
    """
    _number_documents(book)
    factories.company(
        locations=[f"L{number:02}" for number in range(big_book.LOCATIONS)],
        automatic_cost_posting=False,
        expected_cost_posting=False,
    )
    with transaction.atomic():
        _load_items(book)
        _load_registers()
        for name in ("entries", "links", "values"):
            copy_in(f"big_{name}", getattr(book, name))
        with without_indexes(_LEDGERS), connection.cursor() as cursor:
            # The rows are right by construction; keys and triggers cost more than all the rest.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in (_ENTRIES, _LINKS, _VALUES, _QUEUE, _STATES, _BALANCES, _POINTS):
                cursor.execute(statement, _parameters())
            cursor.execute("SET LOCAL session_replication_role = origin")
            for name in ("entries", "links", "values"):
                cursor.execute(f'DROP TABLE "big_{name}"')
    _after_load()


def _number_documents(book: BigBook) -> None:
    for table in (book.entries, book.values):
        table.setdefault("document", table["id"])
        table.setdefault("line", np.zeros_like(table["id"]))
    book.values.setdefault("invoice", np.zeros_like(book.values["id"]))


def _load_items(book: BigBook) -> None:
    groups = {method: _group(method) for method in (*big_book.METHODS, *big_book.CLOSE_METHODS)}
    example = factories.item("EXAMPLE", method="fifo")
    copy_in(
        "big_items",
        {
            "id": np.arange(1, len(book.methods) + 1) + example.pk,
            "item_group": np.array([groups[method] for method in book.methods]),
            "cents": book.card_cents,
        },
    )
    own = ("id", "no", "item_model_group_id", "unit_cost", "standard_cost", "last_direct_cost")
    copied = ", ".join(field.column for field in Item._meta.concrete_fields if field.column not in own)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO inventory_item ({", ".join(own)}, {copied})
            SELECT b.id, 'I' || lpad(b.id::text, 7, '0'), b.item_group, b.cents / 100.0, b.cents / 100.0,
                   b.cents / 100.0, {copied}
            FROM big_items b, inventory_item e WHERE e.id = %s
            """,
            [example.pk],
        )
        cursor.execute("DELETE FROM inventory_item WHERE id = %s", [example.pk])
        cursor.execute("DROP TABLE big_items")


def _group(method: str) -> int:
    at_close = method.startswith(big_book.AT_CLOSE)
    plain = method.removeprefix(big_book.AT_CLOSE)
    return factories.item_model_group(method=plain, settle_at="close" if at_close else "posting").pk


def _load_registers() -> None:
    """One register a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_itemregister (id, source_code, document_no, created_at)"
            " SELECT n, 'BENCH', '', %s FROM generate_series(1, %s) n",
            [POSTED_AT, big_book.DAYS],
        )


def _parameters() -> dict[str, object]:
    """What all rows share, and the account set of each location."""
    business = GenBusPostingGroup.objects.get(code=factories.PARTNER_GROUP).pk
    goods = InventoryPostingGroup.objects.get(code=factories.DEFAULT_GROUP).pk
    product = GenProdPostingGroup.objects.get(code=factories.DEFAULT_GROUP).pk
    locations = list(Location.objects.filter(code__startswith="L").order_by("code").values_list("pk", flat=True))
    keys = [PostingKey(location, goods, business, product) for location in locations]
    sets = accounts.frozen_accounts(keys)
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM inventory_item")
        first_item = cursor.fetchone()[0]
    return {
        "first_day": FIRST,
        "posted_at": POSTED_AT,
        "first_item": first_item,
        "locations": locations,
        "sets": [sets[key].id for key in keys],
        "business": business,
        "goods": goods,
        "product": product,
        "charge": ItemCharge.objects.get(code="FREIGHT").pk,
    }


_TYPE = "(ARRAY['purchase', 'sale', 'transfer', 'positive_adjmt', 'negative_adjmt'])[b.type + 1]"
_DOCUMENT_TYPE = "(ARRAY['purchase_receipt', 'sales_shipment', 'direct_transfer', '', ''])[b.type + 1]"
_INVOICE_TYPE = "(ARRAY['purchase_invoice', 'sales_invoice'])[b.type + 1]"
_ENTRIES = f"""
INSERT INTO inventory_itemledgerentry (
    id, item_id, location_id, entry_type, posting_date, document_type, document_no, document_line_no, quantity,
    remaining_quantity,
    invoiced_quantity, open, completely_invoiced, last_invoice_date, applied_entry_to_adjust,
    shipped_quantity_not_returned, serial_no, register_id, created_at)
SELECT b.id, b.item + %(first_item)s, (%(locations)s::bigint[])[b.location + 1], {_TYPE}, %(first_day)s + b.day::int,
    {_DOCUMENT_TYPE}, 'D' || lpad(b.document::text, 9, '0'), b.line, b.quantity, b.remaining,
    b.quantity * b.invoiced,
    b.remaining <> 0, b.complete = 1, CASE WHEN b.invoiced = 1 THEN %(first_day)s + b.day::int END, b.to_adjust = 1,
    CASE WHEN b.quantity < 0 AND b.type <> 2 THEN b.quantity + b.returned ELSE 0 END,
    CASE WHEN b.serial > 0 THEN 'S' || b.serial ELSE '' END, b.day + 1, %(posted_at)s
FROM big_entries b ORDER BY b.id
"""
_LINKS = """
INSERT INTO inventory_itemapplicationentry (
    id, item_ledger_entry_id, inbound_item_entry_id, outbound_item_entry_id, transferred_from_entry_id, quantity,
    posting_date, cost_application, register_id, created_at)
SELECT b.id, b.receiver, b.inbound, nullif(b.outbound, -1), nullif(b.source_layer, -1), b.quantity,
    %(first_day)s + b.day::int, b.cost_application = 1, b.day + 1, %(posted_at)s
FROM big_links b ORDER BY b.id
"""
# What a value is, by number: received or shipped, invoiced, charged, variance, moved.
_VALUES = f"""
INSERT INTO costing_valueentry (
    id, item_ledger_entry_id, item_id, location_id, item_ledger_entry_type, entry_type, variance_type, posting_date,
    valuation_date, document_type, document_no, document_line_no, item_ledger_entry_quantity, valued_quantity,
    invoiced_quantity,
    cost_amount_actual, cost_amount_expected, cost_amount_non_inventory, cost_per_unit, sales_amount_actual,
    sales_amount_expected, purchase_amount_actual, purchase_amount_expected, discount_amount, expected_cost,
    valued_by_average_cost, item_charge_id, inventory_posting_group_id, gen_bus_posting_group_id,
    gen_prod_posting_group_id, account_set_id, register_id, created_at)
SELECT v.id, v.entry, b.item + %(first_item)s, (%(locations)s::bigint[])[b.location + 1], {_TYPE},
    CASE WHEN v.what = 3 THEN 'variance' ELSE 'direct_cost' END, CASE WHEN v.what = 3 THEN 'purchase' ELSE '' END,
    %(first_day)s + v.day::int, %(first_day)s + b.valued::int,
    CASE WHEN v.invoice = 1 THEN {_INVOICE_TYPE} ELSE {_DOCUMENT_TYPE} END,
    CASE WHEN v.invoice = 1 THEN 'N' ELSE 'D' END || lpad(v.document::text, 9, '0'), v.line, v.carried_quantity,
    v.valued_quantity, v.invoiced_quantity, v.actual / 100.0, v.expected / 100.0, 0,
    round((v.actual + v.expected) / 100.0 / v.valued_quantity, 5), 0, 0, 0, 0, 0, v.what = 0, v.averaged = 1,
    CASE WHEN v.what = 2 THEN %(charge)s::bigint END, %(goods)s, %(business)s, %(product)s,
    (%(sets)s::bigint[])[b.location + 1], v.day + 1, %(posted_at)s
FROM big_values v JOIN big_entries b ON b.id = v.entry ORDER BY v.id
"""
_QUEUE = """
INSERT INTO costing_valueentrytopost (value_entry_id, item_id, posting_date)
SELECT id, item_id, posting_date FROM costing_valueentry WHERE cost_amount_actual <> 0 ORDER BY id
"""
_STATES = "INSERT INTO costing_itemcoststate (item_id, change_no) SELECT DISTINCT item_id, 1 FROM costing_valueentry"
_BALANCES = """
INSERT INTO costing_itembalance (item_id, variant_id, location_id, quantity, invoiced_quantity, cost)
SELECT item_id, variant_id, location_id, sum(item_ledger_entry_quantity), sum(invoiced_quantity),
       sum(cost_amount_actual + cost_amount_expected)
FROM costing_valueentry GROUP BY 1, 2, 3
"""
# As posting marks: averages, taken per item and day here, by their days; other items by the places too.
_POINTS = """
INSERT INTO costing_avgcostadjmtentrypoint (item_id, location_id, valuation_date)
SELECT DISTINCT v.item_id, CASE WHEN g.costing_method <> 'average' THEN v.location_id END, v.valuation_date
FROM costing_valueentry v
JOIN inventory_item i ON i.id = v.item_id JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
WHERE v.entry_type = 'direct_cost' AND g.settle_at = 'posting'
"""


@contextmanager
def without_indexes(tables: Sequence[str]) -> Iterator[None]:
    """Take the tables' plain indexes away and make them again from what is there: far quicker than row by row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE i.indrelid = ANY(%s::regclass[])"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid) AND NOT i.indisunique",
            [list(tables)],
        )
        found = cursor.fetchall()
        # Within a test's own transaction keys may still wait to be checked.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for name, _definition in found:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _name, definition in found:
            cursor.execute(definition)


def _after_load() -> None:
    tables = (*_LEDGERS, "inventory_item", "inventory_itemregister")
    with connection.cursor() as cursor:
        for table in (*_LEDGERS[:3], "inventory_item", "inventory_itemregister"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        for table in (*tables, "costing_itemcoststate", "costing_itembalance", "costing_avgcostadjmtentrypoint"):
            # In a test all is one transaction.
            cursor.execute(f"{'ANALYZE' if connection.in_atomic_block else 'VACUUM (ANALYZE)'} {table}")
