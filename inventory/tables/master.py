"""Tables of items, partners and what describes them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.base.tables import (
    AmountColumn,
    Column,
    IntegerColumn,
    LinkColumn,
    QuantityColumn,
    Table,
    UnitCostColumn,
    YesNoColumn,
)
from inventory.models import (
    Customer,
    Item,
    ItemCharge,
    Location,
    UnitOfMeasure,
    Vendor,
)
from inventory.selectors import entries_url, list_url


def edit_link(view_name: str, permission: str, *, key: str = "code") -> Any:
    """Link a record without a card to its form, for those who may change it."""

    def link(record: Any, table: Any) -> str | None:
        return reverse(view_name, args=[getattr(record, key)]) if table.request.user.has_perm(permission) else None

    return link


class ItemTable(Table):
    no = LinkColumn("inventory:item_detail", args=["no"], verbose_name=_("No."))
    description = Column(verbose_name=_("Description"), order_by=("sort_key",))
    category = Column(accessor="category__code", verbose_name=_("Category"))
    type = Column(verbose_name=_("Type"))
    item_model_group = Column(accessor="item_model_group__code", verbose_name=_("Item model group"))
    costing_method = Column(
        accessor="item_model_group__get_costing_method_display",
        order_by=("item_model_group__costing_method",),
        verbose_name=_("Costing method"),
    )
    inventory_posting_group = Column(
        accessor="inventory_posting_group__code", verbose_name=_("Inventory posting group")
    )
    base_unit_of_measure = Column(accessor="base_unit_of_measure__code", verbose_name=_("Unit"))
    on_hand = QuantityColumn(verbose_name=_("On hand"), linkify=lambda record: entries_url(item=record.no))
    on_purchase_order = QuantityColumn(
        verbose_name=_("On purchase order"),
        linkify=lambda record: (
            f"{list_url('inventory:orderline_list', item=record.no)}"
            "&kind=purchase_order&status=open|released&outstanding=>0"
        ),
    )
    on_sales_order = QuantityColumn(
        verbose_name=_("On sales order"),
        linkify=lambda record: (
            f"{list_url('inventory:orderline_list', item=record.no)}"
            "&kind=sales_order&status=open|released&outstanding=>0"
        ),
    )
    available = QuantityColumn(
        verbose_name=_("Available"),
        linkify=lambda record: reverse("inventory:item_availability", args=[record.no]),
    )
    unit_cost = UnitCostColumn(verbose_name=_("Unit cost"))
    unit_price = UnitCostColumn(verbose_name=_("Unit price"))
    vendor = Column(accessor="vendor__no", verbose_name=_("Vendor"))
    shelf_no = Column(verbose_name=_("Shelf no."))
    blocked = YesNoColumn(verbose_name=_("Blocked"))

    hidden_columns = (
        "type",
        "item_model_group",
        "inventory_posting_group",
        "on_purchase_order",
        "on_sales_order",
        "vendor",
        "shelf_no",
    )
    main_columns = ("no", "description", "on_hand")

    class Meta:
        model = Item
        fields = (
            "no",
            "description",
            "category",
            "type",
            "item_model_group",
            "costing_method",
            "inventory_posting_group",
            "base_unit_of_measure",
            "on_hand",
            "on_purchase_order",
            "on_sales_order",
            "available",
            "unit_cost",
            "unit_price",
            "vendor",
            "shelf_no",
            "blocked",
        )


class UnitOfMeasureTable(Table):
    code = Column(linkify=edit_link("inventory:unitofmeasure_update", "base.item_edit"), verbose_name=_("Code"))
    name = Column(verbose_name=_("Name"))

    main_columns = ("code", "name")

    class Meta:
        model = UnitOfMeasure
        fields = ("code", "name")


class ItemChargeTable(Table):
    code = Column(linkify=edit_link("inventory:itemcharge_update", "base.setup_edit"), verbose_name=_("Code"))
    name = Column(verbose_name=_("Name"))
    gen_prod_posting_group = Column(accessor="gen_prod_posting_group__code", verbose_name=_("Product posting group"))
    invoiced = AmountColumn(
        verbose_name=_("Invoiced"),
        linkify=lambda record: list_url("inventory:postedline_list", item_charge=record.code),
    )

    main_columns = ("code", "name")

    class Meta:
        model = ItemCharge
        fields = ("code", "name", "gen_prod_posting_group", "invoiced")


class LocationTable(Table):
    code = LinkColumn("inventory:location_detail", args=["code"], verbose_name=_("Code"))
    name = Column(verbose_name=_("Name"))
    in_transit = YesNoColumn(verbose_name=_("In transit"))
    on_hand = QuantityColumn(verbose_name=_("Pieces on hand"), linkify=lambda record: entries_url(location=record.code))
    blocked = YesNoColumn(verbose_name=_("Blocked"))

    main_columns = ("code", "name")

    class Meta:
        model = Location
        fields = ("code", "name", "in_transit", "on_hand", "blocked")


class VendorTable(Table):
    no = LinkColumn("inventory:vendor_detail", args=["no"], verbose_name=_("No."))
    name = Column(verbose_name=_("Name"), order_by=("sort_key",))
    country = Column(verbose_name=_("Country"))
    gen_bus_posting_group = Column(accessor="gen_bus_posting_group__code", verbose_name=_("Business posting group"))
    location = Column(accessor="location__code", verbose_name=_("Default location"))
    open_orders = IntegerColumn(
        verbose_name=_("Open orders"),
        linkify=lambda record: f"{list_url('inventory:purchase_list', vendor=record.no)}&open=yes",
    )
    blocked = YesNoColumn(verbose_name=_("Blocked"))

    main_columns = ("no", "name")

    class Meta:
        model = Vendor
        fields = ("no", "name", "country", "gen_bus_posting_group", "location", "open_orders", "blocked")


class CustomerTable(Table):
    no = LinkColumn("inventory:customer_detail", args=["no"], verbose_name=_("No."))
    name = Column(verbose_name=_("Name"), order_by=("sort_key",))
    country = Column(verbose_name=_("Country"))
    gen_bus_posting_group = Column(accessor="gen_bus_posting_group__code", verbose_name=_("Business posting group"))
    location = Column(accessor="location__code", verbose_name=_("Default location"))
    open_orders = IntegerColumn(
        verbose_name=_("Open orders"),
        linkify=lambda record: f"{list_url('inventory:sale_list', customer=record.no)}&open=yes",
    )
    blocked = YesNoColumn(verbose_name=_("Blocked"))

    main_columns = ("no", "name")

    class Meta:
        model = Customer
        fields = ("no", "name", "country", "gen_bus_posting_group", "location", "open_orders", "blocked")


class StockTable(Table):
    """Items by location: the columns of the locations are added by the view."""

    no = LinkColumn("inventory:item_detail", args=["no"], verbose_name=_("No."))
    description = Column(verbose_name=_("Description"), order_by=("sort_key",))
    on_hand = QuantityColumn(verbose_name=_("On hand"), linkify=lambda record: entries_url(item=record.no))

    main_columns: ClassVar[tuple[str, ...]] = ("no", "description", "on_hand")

    class Meta:
        model = Item
        fields = ("no", "description", "on_hand")
