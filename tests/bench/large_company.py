"""A large company: as many items as are asked for, with all that describes them, and years of posted documents.

    load(items=100_000, entries=1_000_000)

The ledgers are those of big books (tests/bench/big_book.py): sizes are skewed, most items have few entries and the
first have thousands. Around them stand categories, attributes, barcodes, references, variants, stockkeeping units,
catalogue items, partners, finished and open orders, posted documents, transfers, bins and counts, all made by SQL from
numbers: the same size makes the same company. Costs are adjusted and posted to G/L by the application.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np
from django.db import connection, transaction

from costing import adjustment, post_to_gl
from inventory.models import GenBusPostingGroup, InventorySetup
from tests import factories
from tests.bench import big_book, big_book_loading, large_company_rows
from tests.bench.big_book import CHARGED, INVOICED, VARIANCE, BigBook
from tests.bench.big_book_loading import FIRST, POSTED_AT, TODAY

VALUES_PER_ENTRY = 1.1
MOST_LINES = 25
_FILLED = (
    "inventory_item",
    "inventory_itemattributevalue",
    "inventory_barcode",
    "inventory_itemreference",
    "inventory_itemunitofmeasure",
    "inventory_variant",
    "inventory_stockkeepingunit",
    "inventory_catalogueitem",
    "inventory_vendor",
    "inventory_customer",
    "inventory_document",
    "inventory_documentline",
    "inventory_posteddocument",
    "inventory_posteddocumentline",
    "inventory_transferorder",
    "inventory_transferline",
    "inventory_bincontent",
    "inventory_countline",
)


def load(*, items: int, entries: int, settled: bool = True) -> BigBook:
    """Put the company into an empty database. `settled`: adjust its costs and post them to G/L, which takes longest."""
    book = big_book.make(round(entries * VALUES_PER_ENTRY), items=items, never_short=True)
    _group_documents(book)
    big_book_loading.put_in(book)
    with transaction.atomic(), big_book_loading.without_indexes(_FILLED), connection.cursor() as cursor:
        # The rows are right by construction; keys and triggers cost more than all the rest.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in large_company_rows.STATEMENTS:
            cursor.execute(statement, _parameters(items))
        cursor.execute("SET LOCAL session_replication_role = origin")
    factories.users()
    if settled:
        adjustment.adjust_cost(today=TODAY)
        # Four years by day and account, which is quicker, and the last one entry by entry.
        earlier = {"per_posting_group": True, "document_no": "EARLIER", "through": date(TODAY.year - 2, 12, 31)}
        for how in (earlier, {"through": None}):
            post_to_gl.post_inventory_cost(today=TODAY, **how)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)")
    return book


def _parameters(items: int) -> Mapping[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), min(base_unit_of_measure_id) FROM inventory_item")
        first_item, unit = cursor.fetchone()
    InventorySetup.load()
    return {
        "items": items,
        "first_item": first_item,
        "unit": unit,
        "business": GenBusPostingGroup.objects.get(code=factories.PARTNER_GROUP).pk,
        "today": TODAY,
        "first_day": FIRST,
        "posted_at": POSTED_AT,
        # A company of a hundred thousand items has a thousand of what there are few of.
        "some": max(20, items // 100),
        "few": max(5, items // 2000),
    }


def _group_documents(book: BigBook) -> None:
    """What was posted on one day, of one type and at one place, is one document, or several where it is much; so are
    the invoices."""
    entries, values = book.entries, book.values
    entries["document"], entries["line"] = _numbered(entries["day"], entries["type"], entries["location"])
    at = values["entry"] - 1
    traded = entries["type"][at] <= big_book.SALE
    invoiced = np.isin(values["what"], (INVOICED, CHARGED, VARIANCE)) & traded
    values["document"], values["line"] = entries["document"][at], entries["line"][at]
    documents, lines = _numbered(values["day"], entries["type"][at], entries["location"][at])
    values["document"] = np.where(invoiced, documents, values["document"])
    values["line"] = np.where(invoiced, lines, values["line"])
    values["invoice"] = invoiced.astype(np.int64)


def _numbered(day: np.ndarray, kind: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The number of the document of each row, and its line: 10000, 20000, ..."""
    _keys, group = np.unique((day * 10 + kind) * 100 + place, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(_keys)))
    rank = np.empty(len(group), np.int64)
    rank[order] = np.arange(len(group)) - starts[group[order]]
    most = int(rank.max()) // MOST_LINES + 1
    _keys, document = np.unique(group * most + rank // MOST_LINES, return_inverse=True)
    return document.astype(np.int64) + 1, (rank % MOST_LINES + 1) * 10_000
