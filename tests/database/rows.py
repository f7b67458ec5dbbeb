"""Valid rows of any table, put straight into the database with nothing but what it demands.

Only for tests of constraints and triggers: what posting would make plays no part there.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models.fields import NOT_PROVIDED

from costing.models import CostChange, GLItemLedgerRelation, InventoryAdjmtEntryOrder, ValueEntry
from inventory.enums import DocumentKind, OrderType
from inventory.models import (
    ApplicationWorksheet,
    BomLine,
    Document,
    DocumentLine,
    Item,
    ItemLedgerEntry,
    OrderComponent,
    OrderHeader,
    PriceListLine,
    TransferOrder,
    Vendor,
)
from inventory.models.places import Location
from ledger.models import GLEntry, GLTransaction


def voucher_pair():
    voucher = insert(GLTransaction, line_count=2)
    debit, credit = (GLEntry(**filled(GLEntry, transaction=voucher, amount=amount)) for amount in (1, -1))
    GLEntry.objects.bulk_create([debit, credit])
    return {"gl_entry": debit, "balancing_gl_entry": credit}


# What the constraints of a table ask for, beyond columns that must be filled.
CHOICES = {
    Item: lambda: {"inventory_posting_group": one(Item._meta.get_field("inventory_posting_group").related_model)},
    ApplicationWorksheet: lambda: {"item": one(Item)},
    BomLine: lambda: {"parent": one(Item), "component": named(Item, no="COMPONENT")},
    Document: lambda: {"kind": DocumentKind.PURCHASE_ORDER, "vendor": one(Vendor)},
    DocumentLine: lambda: {"item": one(Item)},
    TransferOrder: lambda: {"from_location": one(Location), "to_location": named(Location, code="WEST")},
    PriceListLine: lambda: {"item": one(Item), "unit_amount": 1},
    OrderHeader: lambda: {"type": OrderType.ASSEMBLY},
    OrderComponent: lambda: {"item": one(Item)},
    ItemLedgerEntry: lambda: {"quantity": 1, "remaining_quantity": 1, "invoiced_quantity": 1, "open": True},
    ValueEntry: lambda: {"item_ledger_entry": one(ItemLedgerEntry)},
    InventoryAdjmtEntryOrder: lambda: {"order_type": OrderType.ASSEMBLY},
    GLItemLedgerRelation: voucher_pair,
    CostChange: lambda: {"source_entry": one(ItemLedgerEntry)},
}


def insert(model, **values):
    """Insert a row past `save()` and `full_clean()`; the database alone judges it."""
    row = model(**filled(model, **values))
    model._base_manager.bulk_create([row])
    return row


def one(model):
    """The first row of a table, made when it is empty."""
    return model._base_manager.order_by("pk").first() or insert(model)


def named(model, **values):
    """The row with these values, made when there is none."""
    return model._base_manager.filter(**values).first() or insert(model, **values)


def filled(model, **values):
    """The given values, and one for every other column that the database demands."""
    values = (CHOICES[model]() if model in CHOICES else {}) | values
    given = set(values)
    for field in model._meta.concrete_fields:
        has_default = field.default is not NOT_PROVIDED or field.db_default is not NOT_PROVIDED
        automatic = field.primary_key or field.generated or has_default or getattr(field, "auto_now", False)
        if not (automatic or field.null or field.name in given or field.attname in given):
            values[field.name] = _value(field)
    return values


def _value(field):
    if field.related_model is get_user_model():
        return get_user_model().objects.get_or_create(username="nina")[0]
    if field.is_relation:
        return one(field.related_model)
    if field.choices:
        return field.choices[0][0]
    for kind, value in _VALUES:
        if isinstance(field, kind):
            return value
    raise TypeError(field)


_VALUES = (
    (models.BooleanField, False),
    (models.DateTimeField, datetime(2026, 1, 1, tzinfo=UTC)),
    (models.DateField, date(2026, 1, 1)),
    (models.DecimalField, Decimal(1)),
    (models.IntegerField, 1),
    (models.CharField, "X"),
    (models.TextField, "X"),
)
