"""The records of stock and trade whose cards have notes, files and a history."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse

from config.base.record_kinds import RecordKind
from inventory import links, scopes
from inventory.forms import ItemForm
from inventory.models import Item

_ITEM_COSTS = frozenset(
    {
        *ItemForm.cost_fields,
        "last_direct_cost",
        *(column.attname for column in Item._meta.concrete_fields if column.attname.endswith(("_share", "_overhead"))),
    }
)


def _in_scope(model: type[Model], user: Any) -> QuerySet[Any]:
    return scopes.documents_of(user, model._default_manager.all())


def _order_url(order: Any) -> str:
    return links.order_url(order.kind, order.no)


def _posted_url(document: Any) -> str:
    return links.document_url(document.type, document.no)


def _price_url(line: Any) -> str:
    return reverse(f"inventory:{line.side}price_update", args=[line.pk])


# What is agreed with a vendor tells what things cost.
_PRICES = frozenset({"unit_amount", "unit_cost", "line_discount_amount", "line_discount_percent"})
_item = partial(RecordKind, view=("base.item_view",), edit="base.item_edit")
_item_edit = partial(RecordKind, view=("base.item_edit",), edit="base.item_edit")
_trade = partial(RecordKind, view=("base.document_view",), edit="base.document_edit")
_posted = partial(RecordKind, view=("base.document_view", "base.stock_view"), edit="base.document_view")
_setup = partial(RecordKind, view=("base.setup_edit",), edit="base.setup_edit")

RECORDS = {
    "inventory.item": _item("inventory:item_detail", cost_fields=_ITEM_COSTS, own_pages=True),
    "inventory.itemcategory": _item("inventory:itemcategory_detail", key="code"),
    "inventory.itemattribute": _item("inventory:itemattribute_detail", key="code"),
    "inventory.itemtemplate": _item("inventory:itemtemplate_update", key="code"),
    "inventory.unitofmeasure": _item("inventory:unitofmeasure_update", key="code"),
    "inventory.catalogueitem": _item("inventory:catalogueitem_update", key="pk"),
    "inventory.stockkeepingunit": _item("inventory:stockkeepingunit_update", key="pk"),
    "inventory.location": RecordKind(
        "inventory:location_detail",
        view=("base.location_view", "base.setup_edit"),
        edit="base.setup_edit",
        key="code",
        lines="inventory.bin",
    ),
    "inventory.responsibilitycentre": _setup("inventory:responsibilitycentre_update", key="code"),
    "inventory.itemcharge": _setup("inventory:itemcharge_update", key="code"),
    "inventory.vendor": _trade("inventory:vendor_detail"),
    "inventory.customer": _trade("inventory:customer_detail"),
    "inventory.document": _trade(
        "", visible=_in_scope, card=_order_url, lines="inventory.documentline", cost_fields=_PRICES
    ),
    "inventory.posteddocument": _posted("", key="pk", card=_posted_url),
    "inventory.transferorder": RecordKind(
        "inventory:transfer_detail",
        view=("base.stock_view",),
        edit="base.transfer_edit",
        lines="inventory.transferline",
    ),
    "inventory.pricelistline": _item_edit("inventory:salesprice_update", key="pk", card=_price_url),
    "inventory.countingperiod": RecordKind(
        "inventory:countingperiod_update", view=("base.stock_view",), edit="base.count_post", key="code"
    ),
    "inventory.count": RecordKind("inventory:count_detail", view=("base.stock_view",), edit="base.count_record"),
}
