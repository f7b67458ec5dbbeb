"""load_demo against its floor: the same rows by bare SQL, one transaction a document.

The application loads the demo company. What it wrote is read back, grouped by the transaction that wrote it; the
tables are emptied; then plain psycopg inserts the same rows, one multi-row INSERT per table and transaction, on the
same tables with the same indexes, constraints and triggers. The floor draws no numbers, checks and updates nothing.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.apps import apps
from django.db import connection, models
from psycopg.types.json import Jsonb

from costing import demo
from tests.bench.results import Measured

TODAY = date(2011, 3, 31)
SALES_LINES = 5_000

# What stands below all documents: setup and master data, one transaction.
_MASTER_APPS = ("auth", "base", "inventory", "ledger", "costing")
_NOT_WRITTEN = {"base.job", "base.joblog", "base.seededgrant", "base.capability", "auth.permission"}
# Rows of a posting, by the path to what tells its transaction: a register, or the moment that all its rows carry.
_BY_REGISTER = {
    "inventory.itemregister": "id",
    "inventory.itemledgerentry": "register_id",
    "inventory.itemapplicationentry": "register_id",
    "inventory.physicalinventoryledgerentry": "register_id",
    "inventory.posteddocument": "register_id",
    "costing.valueentry": "register_id",
    "costing.costchange": "register_id",
}

Key = Any
Rows = dict[type[models.Model], list[tuple[Any, ...]]]


def measure(_size: int) -> Iterator[Measured]:
    """Load all of the sample whatever the size of the other measures' books: it has 5,000 sales lines."""
    started = time.perf_counter()
    result = demo.load(today=TODAY)
    seconds = time.perf_counter() - started

    documents = _documents()
    _truncate({model for rows in documents for model in rows})
    connection.close()
    started = time.perf_counter()
    for rows in documents:
        _insert_document(rows)
    floor_seconds = time.perf_counter() - started

    count = sum(len(found) for rows in documents for found in rows.values())
    note = (
        f"{result.lines} document lines, {result.lines / result.seconds:.0f} lines/s while posting; "
        f"{len(documents)} transactions, {count} rows"
    )
    yield Measured("load_demo", SALES_LINES, seconds, floor_seconds, note)


def _documents() -> list[Rows]:
    """Read back what was written: one entry per transaction, in the order in which they were made."""
    groups: dict[Key, Rows] = defaultdict(lambda: defaultdict(list))
    register_at = _map("SELECT created_at, min(id) FROM inventory_itemregister GROUP BY 1")
    by_posted_document = _map("SELECT id, register_id FROM inventory_posteddocument")
    by_order = _map(
        "SELECT d.id, min(p.register_id) FROM inventory_document d"
        " JOIN inventory_posteddocument p ON p.order_no = d.no GROUP BY 1"
    )
    by_charge_line = _map(
        "SELECT l.id, max(p.register_id) FROM inventory_documentline l"
        " JOIN inventory_document d ON d.id = l.document_id"
        " JOIN inventory_posteddocument p ON p.order_no = d.no WHERE l.item_charge_id IS NOT NULL GROUP BY 1"
    )
    by_gl_transaction = _map("SELECT id, created_at FROM ledger_gltransaction")
    by_relation = _map(
        "SELECT r.id, e.created_at FROM costing_glitemledgerrelation r JOIN ledger_glentry e ON e.id = r.gl_entry_id"
    )
    for model in _models():
        label = model._meta.label_lower
        columns = _columns(model)
        for row in _read(model, columns):
            values = dict(zip(columns, row, strict=True))
            key: Key = 0
            if label in _BY_REGISTER:
                key = values[_BY_REGISTER[label]]
            elif label == "inventory.posteddocumentline":
                key = by_posted_document[values["posted_document_id"]]
            elif label in ("inventory.document", "inventory.documentline"):
                key = by_order[values["id" if label == "inventory.document" else "document_id"]]
            elif label == "inventory.chargeassignment":
                key = by_charge_line[values["document_line_id"]]
            elif label in ("ledger.glregister", "ledger.gltransaction"):
                key = register_at[values["created_at"]]
            elif label == "ledger.glentry":
                key = register_at[by_gl_transaction[values["transaction_id"]]]
            elif label == "costing.glitemledgerrelation":
                key = register_at[by_relation[values["id"]]]
            groups[key][model].append(row)
    return [groups[key] for key in sorted(groups)]


def _models() -> Iterable[type[models.Model]]:
    for app in _MASTER_APPS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if model._meta.managed and model._meta.label_lower not in _NOT_WRITTEN:
                yield model


def _columns(model: type[models.Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields if not field.generated]


def _read(model: type[models.Model], columns: list[str]) -> list[tuple[Any, ...]]:
    quoted = ", ".join(f'"{column}"' for column in columns)
    fields = {field.column: field for field in model._meta.concrete_fields}
    json = [isinstance(fields[column], models.JSONField) for column in columns]
    # Not Django's cursor: its JSON comes as text.
    with connection.connection.cursor() as cursor:
        rows = cursor.execute(f'SELECT {quoted} FROM "{model._meta.db_table}" ORDER BY 1').fetchall()
    if not any(json):
        return [tuple(row) for row in rows]
    return [tuple(Jsonb(v) if flag else v for v, flag in zip(row, json, strict=True)) for row in rows]


def _map(sql: str) -> dict[Any, Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return dict(cursor.fetchall())


def _truncate(written: set[type[models.Model]]) -> None:
    tables = ", ".join(sorted(f'"{model._meta.db_table}"' for model in written))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")


def _insert_document(rows: Rows) -> None:
    """Write one transaction: one statement for each table, with all its rows."""
    connection.ensure_connection()
    raw = connection.connection
    with raw.transaction(), raw.cursor() as cursor:
        for model, found in rows.items():
            columns = _columns(model)
            names = ", ".join(f'"{column}"' for column in columns)
            # PostgreSQL takes 65,535 parameters; Django's connection binds on the client, but long texts are no better.
            step = 30_000 // len(columns)
            for start in range(0, len(found), step):
                part = found[start : start + step]
                places = ", ".join(["(" + ", ".join(["%s"] * len(columns)) + ")"] * len(part))
                values = [value for row in part for value in row]
                cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {places}', values)
