"""What can be imported, taken out as a file of the same columns: a file that goes out can come in again elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Sum
from django.utils import timezone

from config.base.sheets import Column
from costing.models import ValueEntry
from inventory.enums import CountStatus, DocumentStatus
from inventory.models import CountLine, DocumentLine, Item, ItemLedgerEntry

CHUNK = 2000
OPENING = "OPENING"


def records(model: type[models.Model], columns: Sequence[Column]) -> Iterator[list[Any]]:
    """Master data, a row each, as their cards stand."""
    fields = {column.name: _field_of(model, column) for column in columns}
    key = columns[0].name
    related = [name for column in columns if column.lookup for name in [fields[column.name]]]
    found = (
        model._default_manager.select_related(*related).order_by(key)
        if related
        else model._default_manager.order_by(key)
    )
    for record in found.iterator(chunk_size=CHUNK):
        yield [_value(getattr(record, fields[column.name]), column) for column in columns]


def _field_of(model: type[models.Model], column: Column) -> str:
    """The field of a column; a column that ends on `_no` names a record by its number."""
    names = {field.name for field in model._meta.get_fields()}
    return column.name if column.name in names else column.name.removesuffix("_no")


def _value(value: Any, column: Column) -> Any:
    if column.lookup is not None and value is not None:
        return getattr(value, column.lookup.key)
    return value


def prices() -> Iterator[list[Any]]:
    """The unit price of every item."""
    yield from (list(row) for row in Item.objects.order_by("no").values_list("no", "unit_price").iterator())


def orders(kind: str, names: Sequence[str]) -> Iterator[list[Any]]:
    """The lines of open orders, with what is outstanding of them; nothing of it is posted on import."""
    open_states = (DocumentStatus.OPEN, DocumentStatus.RELEASED)
    lines = DocumentLine.objects.filter(document__kind=kind, document__status__in=open_states)
    related = ("document__vendor", "document__customer", "item", "item_charge", "variant", "location")
    for line in lines.select_related(*related).order_by("document__no", "line_no").iterator(chunk_size=CHUNK):
        if line.outstanding_quantity > 0:
            row = _order_row(line)
            yield [row.get(name) for name in names]


def _order_row(line: DocumentLine) -> dict[str, Any]:
    order = line.document
    part = line.outstanding_quantity / line.quantity
    return {
        "document_no": order.no,
        "vendor_no": order.vendor.no if order.vendor else None,
        "customer_no": order.customer.no if order.customer else None,
        "order_date": order.order_date,
        "expected_date": order.expected_date,
        "external_document_no": order.external_document_no,
        "item_no": line.item.no if line.item else None,
        "item_charge": line.item_charge.code if line.item_charge else None,
        "variant": line.variant.code if line.variant else None,
        "location": line.location.code if line.location else None,
        "description": line.description,
        "quantity": line.outstanding_quantity,
        "unit_cost": line.unit_amount,
        "unit_price": line.unit_amount,
        "line_discount_amount": (line.line_discount_amount * part).quantize(Decimal("0.01")),
        "lot_no": line.lot_no,
        "serial_no": line.serial_no,
        "expiration_date": line.expiration_date,
    }


def counts() -> Iterator[list[Any]]:
    """The lines of counts that are not posted; blank where nobody has counted yet."""
    lines = CountLine.objects.exclude(count__status=CountStatus.POSTED)
    related = ("count", "item", "variant", "location")
    for line in lines.select_related(*related).order_by("count__no", "line_no").iterator(chunk_size=CHUNK):
        yield [
            line.count.no,
            line.count.posting_date,
            line.item.no,
            line.variant.code if line.variant else None,
            line.location.code if line.location else None,
            line.quantity_counted,
            line.lot_no,
            line.serial_no,
        ]


def balances() -> Iterator[list[Any]]:
    """Stock as it stands, at what it cost on average in its place: the opening balances of other books."""
    today: date = timezone.localdate()
    keys = ("item__no", "variant__code", "location__code", "lot_no", "serial_no")
    stock = ItemLedgerEntry.objects.order_by().values_list(*keys).annotate(on_hand=Sum("quantity"))
    by_entry = tuple(f"item_ledger_entry__{key}" for key in keys)
    values = ValueEntry.objects.filter(item_ledger_entry__isnull=False, inventoriable=True).order_by()
    found = values.values_list(*by_entry).annotate(cost=Sum("cost_amount_actual") + Sum("cost_amount_expected"))
    costs = {tuple(row[:5]): row[5] for row in found}
    for *key, on_hand in sorted(stock, key=lambda row: tuple(str(part or "") for part in row[:5])):
        if on_hand <= 0:
            continue
        unit_cost = (max(costs.get(tuple(key), Decimal(0)), Decimal(0)) / on_hand).quantize(Decimal("0.00001"))
        item, variant, location, lot, serial = key
        yield [OPENING, today, item, variant, location, on_hand, lot, serial, unit_cost]
