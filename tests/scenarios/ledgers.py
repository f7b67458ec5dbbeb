"""Whether the books are what they were: a fingerprint of every row that a refused step must not touch."""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from costing.models import (
    AvgCostAdjmtEntryPoint,
    InventoryAdjmtEntryOrder,
    InventoryClose,
    InventoryPeriod,
    ItemBalance,
    ItemCostState,
    Mark,
    ValueEntryToPost,
)
from inventory.models import ApplicationWorksheet, InventorySetup, Item, ItemRegister
from ledger.models import GLRegister

STATE = (
    ApplicationWorksheet,
    AvgCostAdjmtEntryPoint,
    GLRegister,
    InventoryAdjmtEntryOrder,
    InventoryClose,
    InventoryPeriod,
    Item,
    ItemBalance,
    ItemCostState,
    ItemRegister,
    Mark,
    ValueEntryToPost,
)
DRAFTS = (
    "purchase_order",
    "purchase_return",
    "purchase_credit_draft",
    "sales_order",
    "sales_return",
    "sales_credit_draft",
    "transfer_order",
    "assembly",
    "production",
    "count",
)
"""Series of what is numbered as it is written down, posted or not."""


def fingerprint() -> dict[str, tuple[int, str]]:
    """Return the number of rows and a hash of them for each table of the books.

    The ledgers are the models that name the columns which may change (`PROGRESS_FIELDS`); beside them stands what a
    posting keeps up to date.
    """
    ledgers = [model for model in apps.get_models() if hasattr(model, "PROGRESS_FIELDS")]
    tables = sorted(model._meta.db_table for model in [*ledgers, *STATE])
    return {table: _rows(table) for table in tables} | {
        "order lines": _order_lines(),
        "number series": _number_series(),
    }


def changed(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> list[str]:
    """Name the tables that differ."""
    return [table for table in before if before[table] != after[table]]


def _rows(table: str) -> tuple[int, str]:
    return _one(f"SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {table} t")


def _order_lines() -> tuple[int, str]:
    """What was received, shipped and invoiced; the lines themselves are the runner's, and come and go."""
    columns = "(id, quantity_handled, quantity_invoiced)::text"
    return _one(
        f"SELECT count(*), coalesce(md5(string_agg({columns}, '|' ORDER BY id)), '') FROM inventory_documentline"
        " WHERE quantity_handled <> 0"
    )


def _number_series() -> tuple[int, str]:
    """The numbers used. Orders and counts are numbered as they are written, before anything is posted."""
    setup = InventorySetup.load()
    drafts = [getattr(setup, f"{name}_series") for name in DRAFTS]
    return _one(
        "SELECT count(*), coalesce(md5(string_agg(l::text, '|' ORDER BY l.id)), '') FROM base_numberseriesline l"
        " JOIN base_numberseries s ON s.id = l.series_id WHERE s.code <> ALL(%s)",
        [drafts],
    )


def _one(query: str, parameters: list[list[str]] | None = None) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        row = cursor.fetchone()
    return row[0], row[1]
