"""The floor of posting: the rows of a posted document by plain psycopg, one INSERT for each table.

A document that the application posted is the pattern. The floor draws the two numbers, locks the open layers of the
items and reads their cost, inserts the same rows on the same tables, and updates the layers and the order's lines. It
checks nothing, and keeps no marks, balances or card costs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import psycopg
from django.db import models

from config.base.models import NumberSeries, NumberSeriesLine
from costing.models import GLItemLedgerRelation, ValueEntry
from costing.posting.results import PostingResult
from inventory.models import (
    Item,
    ItemApplicationEntry,
    ItemLedgerEntry,
    ItemRegister,
    PostedDocument,
    PostedDocumentLine,
)
from ledger.models import GLEntry, GLRegister, GLTransaction

PREFIX = "FLOOR"
# More rows than this are sent as one array a column, fewer as values: each is the cheaper way there.
MOST_VALUES = 4

Key = tuple[object, object]


@dataclass
class Insert:
    """One statement: the rows as the application wrote them, and the cells that are other keys in each document."""

    model: type[models.Model]
    columns: list[str]
    rows: list[list[Any]]
    old_ids: list[int]
    changing: list[tuple[int, int, Key]] = field(default_factory=list)
    sql: str = ""


@dataclass
class Pattern:
    """What a document of one kind writes. `takes`: what it takes of the layer of each item; blank for purchases."""

    inserts: list[Insert]
    numbers: list[str]
    items: list[int]
    layers: dict[int, int]
    takes: Decimal


def rows_of(patterns: dict[str, Pattern]) -> int:
    return sum(len(each.rows) for pattern in patterns.values() for each in pattern.inserts) // len(patterns)


# --- reading the pattern ----------------------------------------------------------------------------------------------


def pattern_of(result: PostingResult) -> Pattern:
    """Read back what a posting wrote."""
    transactions = GLTransaction.objects.filter(entries__in=result.gl_entry_ids).distinct()
    posted = PostedDocument.objects.filter(register_id=result.register_id)
    handled, invoiced = posted.order_by("pk")
    found: list[tuple[type[models.Model], Any]] = [
        (ItemRegister, ItemRegister.objects.filter(pk=result.register_id)),
        (ItemLedgerEntry, ItemLedgerEntry.objects.filter(pk__in=result.item_ledger_entry_ids)),
        (ItemApplicationEntry, ItemApplicationEntry.objects.filter(register_id=result.register_id)),
        (ValueEntry, ValueEntry.objects.filter(pk__in=result.value_entry_ids)),
        (GLRegister, GLRegister.objects.filter(transactions__in=transactions).distinct()),
        (GLTransaction, transactions),
        (GLEntry, GLEntry.objects.filter(pk__in=result.gl_entry_ids)),
        (GLItemLedgerRelation, GLItemLedgerRelation.objects.filter(value_entry__in=result.value_entry_ids)),
        (PostedDocument, posted),
        (PostedDocumentLine, PostedDocumentLine.objects.filter(posted_document=handled)),
        (PostedDocumentLine, PostedDocumentLine.objects.filter(posted_document=invoiced)),
    ]
    entries = ItemLedgerEntry.objects.filter(pk__in=result.item_ledger_entry_ids).order_by("pk")
    links = ItemApplicationEntry.objects.filter(register_id=result.register_id, quantity__lt=0)
    layers = {link.inbound_item_entry.item_id: link.inbound_item_entry_id for link in links}
    pattern = Pattern(
        inserts=[_insert(model, rows.order_by("pk")) for model, rows in found],
        numbers=[no for _type, no in result.documents],
        items=[entry.item_id for entry in entries],
        layers=layers,
        takes=max(Decimal(0), -entries[0].quantity),
    )
    _find_changing(pattern)
    return pattern


def _insert(model: type[models.Model], rows: Any) -> Insert:
    fields = [each for each in model._meta.concrete_fields if not each.generated and not each.primary_key]
    columns = [each.attname for each in fields]
    found = [list(row) for row in rows.values_list("pk", *columns)]
    insert = Insert(model, columns, [row[1:] for row in found], [row[0] for row in found])
    quoted = ", ".join(f'"{each.column}"' for each in fields)
    if len(insert.rows) <= MOST_VALUES:
        places = ", ".join(["(" + ", ".join(["%s"] * len(columns)) + ")"] * len(insert.rows))
        insert.sql = f'INSERT INTO "{model._meta.db_table}" ({quoted}) VALUES {places} RETURNING id'
    else:
        arrays = ", ".join(f"%s::{_type(each)}[]" for each in fields)
        insert.sql = f'INSERT INTO "{model._meta.db_table}" ({quoted}) SELECT * FROM unnest({arrays}) RETURNING id'
    return insert


def _type(found: Any) -> str:
    from django.db import connection

    return found.db_type(connection).split("(")[0]


def _find_changing(pattern: Pattern) -> None:
    """Find the cells that hold keys of the document's own rows, of its items and layers, or its numbers."""
    known: dict[type[models.Model], set[int]] = {
        Item: set(pattern.items),
        ItemLedgerEntry: set(pattern.layers.values()),
    }
    for insert in pattern.inserts:
        known.setdefault(insert.model, set()).update(insert.old_ids)
    for insert in pattern.inserts:
        for place, column in enumerate(insert.columns):
            found = next(each for each in insert.model._meta.concrete_fields if each.attname == column)
            target = found.related_model if found.is_relation else None
            for number, row in enumerate(insert.rows):
                if target in known and row[place] in known[target]:
                    insert.changing.append((number, place, (target, row[place])))
                elif row[place] in pattern.numbers:
                    insert.changing.append((number, place, ("number", row[place])))


# --- writing ----------------------------------------------------------------------------------------------------------

_DRAW = """
UPDATE base_numberseriesline
SET last_no_used = left(last_no_used, -6) || lpad((right(last_no_used, 6)::int + 1)::text, 6, '0')
WHERE id = ANY(%s::bigint[]) RETURNING last_no_used
"""
_LAYERS = """
SELECT l.id, l.item_id, (SELECT sum(cost_amount_actual) / sum(item_ledger_entry_quantity)
                         FROM costing_valueentry WHERE item_ledger_entry_id = l.id)
FROM (SELECT id, item_id, posting_date FROM inventory_itemledgerentry
      WHERE item_id = ANY(%s::bigint[]) AND open ORDER BY id FOR UPDATE) l
ORDER BY l.posting_date, l.id
"""
_TAKE = "UPDATE inventory_itemledgerentry SET remaining_quantity = remaining_quantity - %s WHERE id = ANY(%s::bigint[])"
_ORDER_LINES = """
UPDATE inventory_documentline SET quantity_handled = quantity, quantity_invoiced = quantity, quantity_to_handle = 0,
    quantity_to_invoice = 0 WHERE id = ANY(%s::bigint[])
"""
_ORDER = "UPDATE inventory_document SET status = 'completed', updated_at = now() WHERE id = %s"


def write(
    raw: psycopg.Connection,
    pattern: Pattern,
    *,
    order_id: int,
    line_ids: list[int],
    item_ids: list[int],
    number_line: list[int],
) -> None:
    """Write a document like the pattern, for other items and another order, in one transaction."""
    with raw.transaction(), psycopg.Cursor(raw) as cursor:
        numbers = sorted(row[0] for row in cursor.execute(_DRAW, [number_line]).fetchall())
        new: dict[Key, Any] = {("number", old): no for old, no in zip(sorted(pattern.numbers), numbers, strict=True)}
        new |= {(Item, old): item_id for old, item_id in zip(pattern.items, item_ids, strict=True)}
        if pattern.takes:
            first: dict[int, int] = {}
            for layer_id, item_id, _cost in cursor.execute(_LAYERS, [item_ids]).fetchall():
                first.setdefault(item_id, layer_id)
            for old_item, layer in pattern.layers.items():
                new[ItemLedgerEntry, layer] = first[new[Item, old_item]]
            cursor.execute(_TAKE, [pattern.takes, list(first.values())])
        for insert in pattern.inserts:
            ids = cursor.execute(insert.sql, _values(insert, new)).fetchall()
            new |= {(insert.model, old): row[0] for old, row in zip(insert.old_ids, ids, strict=True)}
        cursor.execute(_ORDER_LINES, [line_ids])
        cursor.execute(_ORDER, [order_id])


def _values(insert: Insert, new: dict[Key, Any]) -> Sequence[Any]:
    rows = [row[:] for row in insert.rows]
    for number, place, key in insert.changing:
        rows[number][place] = new[key]
    if len(rows) <= MOST_VALUES:
        return [value for row in rows for value in row]
    return [list(column) for column in zip(*rows, strict=True)]


# --- numbers of the floor's own ---------------------------------------------------------------------------------------


def make_number_line(worker: int, kinds: Iterable[str]) -> None:
    """Make the two number series of each kind of document for a connection of the floor."""
    for kind in kinds:
        for part in ("H", "I"):
            code = f"{PREFIX}{worker}{kind[0]}{part}".upper()
            series, _made = NumberSeries.objects.get_or_create(code=code)
            first = {"starting_no": f"{code}-000000", "last_no_used": f"{code}-000000"}
            NumberSeriesLine.objects.get_or_create(series=series, defaults=first)


def number_lines(worker: int, kind: str) -> list[int]:
    """The number series lines of a connection and a kind of document."""
    key = (worker, kind)
    if key not in _number_lines:
        code = f"{PREFIX}{worker}{kind[0]}".upper()
        lines = NumberSeriesLine.objects.filter(series__code__startswith=code)
        _number_lines[key] = list(lines.order_by("pk").values_list("pk", flat=True))
    return _number_lines[key]


_number_lines: dict[tuple[int, str], list[int]] = {}
