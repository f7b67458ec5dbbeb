"""Items, locations, vendors and customers. A record that exists is refused, never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import bulk, changelog
from config.base.models import ChangeAction, ChangeLog
from config.base.sheets import Column, Lookup, ParsedRow, RowProblem, choice, number, text, yes_no
from config.base.transactions import PostingContext
from costing.imports import exporting
from costing.imports.kind import Group, Kind, Outcome, check_alone
from costing.imports.results import ImportOptions
from inventory.enums import ItemType
from inventory.models import (
    Customer,
    GenBusPostingGroup,
    GenProdPostingGroup,
    InventoryPostingGroup,
    InventorySetup,
    Item,
    ItemCategory,
    ItemModelGroup,
    Location,
    UnitOfMeasure,
    Vendor,
)
from inventory.sorting import sort_key

BATCH_SIZE = 500
RowMaker = Callable[[ParsedRow], dict[str, Any]]

COST = "base.cost_view"

_ITEM_COLUMNS = (
    Column("no", text(20), gettext_lazy("No."), required=True),
    Column("description", text(100), gettext_lazy("Description"), required=True),
    Column("type", choice(ItemType), gettext_lazy("Type")),
    Column("item_model_group", text(20), gettext_lazy("Item model group"), lookup=Lookup(ItemModelGroup)),
    Column(
        "inventory_posting_group",
        text(20),
        gettext_lazy("Inventory posting group"),
        lookup=Lookup(InventoryPostingGroup),
    ),
    Column(
        "gen_prod_posting_group",
        text(20),
        gettext_lazy("General product posting group"),
        required=True,
        lookup=Lookup(GenProdPostingGroup),
    ),
    Column("category", text(20), gettext_lazy("Category"), lookup=Lookup(ItemCategory)),
    Column(
        "base_unit_of_measure",
        text(20),
        gettext_lazy("Base unit of measure"),
        required=True,
        lookup=Lookup(UnitOfMeasure),
    ),
    Column("vendor_no", text(20), gettext_lazy("Vendor"), lookup=Lookup(Vendor, "no")),
    Column("unit_cost", number(), gettext_lazy("Unit cost"), permission=COST),
    Column("standard_cost", number(), gettext_lazy("Standard cost"), permission=COST),
    Column("indirect_cost_percent", number(), gettext_lazy("Indirect cost %"), permission=COST),
    Column("overhead_rate", number(), gettext_lazy("Overhead rate"), permission=COST),
    Column("unit_price", number(), gettext_lazy("Unit price")),
    Column("net_weight", number(), gettext_lazy("Net weight")),
    Column("reorder_point", number(), gettext_lazy("Reorder point")),
    Column("gtin", text(14), gettext_lazy("GTIN")),
    Column("shelf_no", text(20), gettext_lazy("Shelf no.")),
    Column("lot_tracked", yes_no, gettext_lazy("Lot tracked")),
    Column("serial_tracked", yes_no, gettext_lazy("Serial tracked")),
)
_ITEM_NUMBERS = (
    "unit_cost",
    "standard_cost",
    "indirect_cost_percent",
    "overhead_rate",
    "unit_price",
    "net_weight",
    "reorder_point",
)

_LOCATION_COLUMNS = (
    Column("code", text(20), gettext_lazy("Code"), required=True),
    Column("name", text(100), gettext_lazy("Name")),
    Column("address", text(1000), gettext_lazy("Address")),
    Column("in_transit", yes_no, gettext_lazy("Use as in-transit")),
)

_PARTNER_COLUMNS = (
    Column("no", text(20), gettext_lazy("No."), required=True),
    Column("name", text(100), gettext_lazy("Name"), required=True),
    Column("address", text(1000), gettext_lazy("Address")),
    Column("country", text(60), gettext_lazy("Country")),
    Column(
        "gen_bus_posting_group",
        text(20),
        gettext_lazy("General business posting group"),
        required=True,
        lookup=Lookup(GenBusPostingGroup),
    ),
    Column("location", text(20), gettext_lazy("Default location"), lookup=Lookup(Location)),
)


def _check_item(group: Group) -> Iterable[RowProblem]:
    yield from check_alone(group)
    for row in group.rows:
        is_inventory = row["type"] == ItemType.INVENTORY or row.is_blank("type")
        if is_inventory and row.is_blank("inventory_posting_group"):
            message = _("An inventory item needs an inventory posting group.")
            yield RowProblem(row.line_no, "inventory_posting_group", message)


def _fill_model_group(rows: Sequence[ParsedRow]) -> Iterable[RowProblem]:
    """Give rows that name no item model group the one of the inventory setup."""
    blank = [row for row in rows if row.is_blank("item_model_group")]
    default = InventorySetup.load().default_item_model_group if blank else None
    for row in blank:
        row.values["item_model_group"] = default
        if default is None:
            message = _("Name an item model group: the inventory setup has no default.")
            yield RowProblem(row.line_no, "item_model_group", message)


def _item_row(row: ParsedRow) -> dict[str, Any]:
    now = timezone.now()
    return {
        "no": row["no"],
        "description": row["description"],
        "sort_key": sort_key(row["description"]),
        "type": row["type"] or str(ItemType.INVENTORY.value),
        "item_model_group_id": row.key("item_model_group"),
        "inventory_posting_group_id": row.key("inventory_posting_group"),
        "gen_prod_posting_group_id": row.key("gen_prod_posting_group"),
        "category_id": row.key("category"),
        "base_unit_of_measure_id": row.key("base_unit_of_measure"),
        "vendor_id": row.key("vendor_no"),
        **{name: row.number(name) for name in _ITEM_NUMBERS},
        "gtin": row.text("gtin"),
        "shelf_no": row.text("shelf_no"),
        "lot_tracked": bool(row["lot_tracked"]),
        "serial_tracked": bool(row["serial_tracked"]),
        "prevent_negative_inventory": "default",
        "blocked": False,
        "sales_blocked": False,
        "purchasing_blocked": False,
        "inventory_value_zero": False,
        "low_level_code": 0,
        "created_at": now,
        "updated_at": now,
    }


def _location_row(row: ParsedRow) -> dict[str, Any]:
    return {
        "code": row["code"],
        "name": row.text("name"),
        "address": row.text("address"),
        "in_transit": bool(row["in_transit"]),
        "blocked": False,
    }


def _partner_row(row: ParsedRow) -> dict[str, Any]:
    return {
        "no": row["no"],
        "name": row["name"],
        "sort_key": sort_key(row["name"]),
        "address": row.text("address"),
        "country": row.text("country"),
        "gen_bus_posting_group_id": row.key("gen_bus_posting_group"),
        "location_id": row.key("location"),
        "blocked": False,
        "updated_at": timezone.now(),
    }


def _writer(
    model: type[models.Model], make_row: RowMaker
) -> Callable[[Sequence[Group], ImportOptions, PostingContext], Outcome]:
    def write(groups: Sequence[Group], options: ImportOptions, _context: PostingContext) -> Outcome:
        rows = [make_row(group.first) for group in groups]
        bulk.insert(model, rows)
        _log_added(model, [group.key for group in groups], rows, options)
        return Outcome()

    return write


def _log_added(
    model: type[models.Model], numbers: Sequence[str], rows: Sequence[dict[str, Any]], options: ImportOptions
) -> None:
    """Write the change log as a form would, in one statement: what each new record began with."""
    ChangeLog.objects.bulk_create(
        ChangeLog(
            changed_at=Now(),
            user_id=options.user_id,
            model_label=model._meta.label_lower,
            record_no=number,
            action=ChangeAction.ADD,
            changes={name: [None, _plain(value)] for name, value in row.items() if value not in (None, "", False)},
            origin=options.origin,
        )
        for number, row in zip(numbers, rows, strict=True)
    )


def _plain(value: object) -> object:
    return value if isinstance(value, (bool, int)) else str(value)


def _existing(model: type[models.Model], key: str) -> Callable[[Sequence[str]], set[str]]:
    def existing(numbers: Sequence[str]) -> set[str]:
        found = model._default_manager.filter(**{f"{key}__in": list(numbers)})
        return set(found.values_list(key, flat=True))

    return existing


ITEMS = Kind(
    name="items",
    label=gettext_lazy("Items"),
    columns=_ITEM_COLUMNS,
    group_by="no",
    existing=_existing(Item, "no"),
    write=_writer(Item, _item_row),
    check=_check_item,
    prepare=_fill_model_group,
    batch_size=BATCH_SIZE,
    permissions=("base.item_edit",),
    export=partial(exporting.records, Item, _ITEM_COLUMNS),
)
LOCATIONS = Kind(
    name="locations",
    label=gettext_lazy("Locations"),
    columns=_LOCATION_COLUMNS,
    group_by="code",
    existing=_existing(Location, "code"),
    write=_writer(Location, _location_row),
    check=check_alone,
    batch_size=BATCH_SIZE,
    permissions=("base.setup_edit",),
    export=partial(exporting.records, Location, _LOCATION_COLUMNS),
)
VENDORS = Kind(
    name="vendors",
    label=gettext_lazy("Vendors"),
    columns=_PARTNER_COLUMNS,
    group_by="no",
    existing=_existing(Vendor, "no"),
    write=_writer(Vendor, _partner_row),
    check=check_alone,
    batch_size=BATCH_SIZE,
    permissions=("base.document_edit",),
    export=partial(exporting.records, Vendor, _PARTNER_COLUMNS),
)
CUSTOMERS = Kind(
    name="customers",
    label=gettext_lazy("Customers"),
    columns=_PARTNER_COLUMNS,
    group_by="no",
    existing=_existing(Customer, "no"),
    write=_writer(Customer, _partner_row),
    check=check_alone,
    batch_size=BATCH_SIZE,
    permissions=("base.document_edit",),
    export=partial(exporting.records, Customer, _PARTNER_COLUMNS),
)


def _write_prices(groups: Sequence[Group], options: ImportOptions, _context: PostingContext) -> Outcome:
    """Give items their new unit price, each with an entry in the change log where it changes."""
    wanted = {group.first.key("item_no"): group.first.number("unit_price") for group in groups}
    items = list(
        Item.objects.select_for_update(no_key=True)
        .filter(pk__in=[pk for pk in wanted if pk is not None])
        .order_by("pk")
    )
    changes = []
    for item in items:
        before = changelog.snapshot(item)
        item.unit_price = wanted[item.pk]
        changes.append((before, changelog.snapshot(item)))
    changed = [item for item, (before, after) in zip(items, changes, strict=True) if before.values != after.values]
    Item.objects.bulk_update(changed, ["unit_price"], batch_size=BATCH_SIZE)
    Item.objects.filter(pk__in=[item.pk for item in changed]).update(updated_at=Now())
    changelog.record_many(options.user, changes, origin=options.origin)
    return Outcome()


def _no_price_is_new(_numbers: Sequence[str]) -> set[str]:
    """A price is changed, never made: none is there already in the sense of an import."""
    return set()


PRICES = Kind(
    name="prices",
    label=gettext_lazy("Unit prices of items"),
    columns=(
        Column("item_no", text(20), gettext_lazy("Item no."), required=True, lookup=Lookup(Item, "no")),
        Column("unit_price", number(), gettext_lazy("Unit price"), required=True),
    ),
    group_by="item_no",
    existing=_no_price_is_new,
    write=_write_prices,
    check=check_alone,
    batch_size=BATCH_SIZE,
    permissions=("base.item_edit",),
    export=exporting.prices,
)
