"""Tables of what describes items: categories, attributes, units, variants, codes, templates, the catalogue."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from config.base.tables import (
    Column,
    IntegerColumn,
    LinkColumn,
    QuantityColumn,
    Table,
    UnitCostColumn,
    YesNoColumn,
)
from inventory.models import (
    Barcode,
    BinContent,
    CatalogueItem,
    ItemAttribute,
    ItemCategory,
    ItemReference,
    ItemTemplate,
    StockkeepingUnit,
    Variant,
)
from inventory.selectors import entries_url, list_url
from inventory.tables.master import edit_link


def item_page(name: str) -> Any:
    """Link a row to a page of its item."""

    def link(record: Any) -> str:
        return reverse(f"inventory:{name}", args=[record.item.no])

    return link


class ItemCategoryTable(Table):
    """Categories in the order of the tree, each indented below the one it belongs to."""

    code = LinkColumn("inventory:itemcategory_detail", args=["code"], verbose_name=_("Code"), order_by=("position",))
    name = Column(verbose_name=_("Name"))
    parent = Column(accessor="parent__code", verbose_name=_("Parent category"))
    item_count = IntegerColumn(
        verbose_name=_("Own items"), linkify=lambda record: list_url("inventory:item_list", own_category=record.code)
    )
    items_below = IntegerColumn(
        verbose_name=_("With those below"),
        linkify=lambda record: list_url("inventory:item_list", category=record.code),
    )
    attribute_count = IntegerColumn(
        verbose_name=_("Own attributes"),
        linkify=lambda record: reverse("inventory:itemcategory_detail", args=[record.code]),
    )

    main_columns = ("code", "name")

    class Meta:
        model = ItemCategory
        fields = ("code", "name", "parent", "item_count", "items_below", "attribute_count")

    def render_code(self, value: str, record: Any) -> Any:
        """Indent by the depth in the tree."""
        return format_html('<span class="tree tree-{}">{}</span>', min(record.depth, 6), value)


class ItemAttributeTable(Table):
    code = LinkColumn("inventory:itemattribute_detail", args=["code"], verbose_name=_("Code"))
    name = Column(accessor="display_name", order_by=("name",), verbose_name=_("Name"))
    value_type = Column(verbose_name=_("Value type"))
    unit = Column(verbose_name=_("Unit"))
    option_count = IntegerColumn(
        verbose_name=_("Options"), linkify=lambda record: reverse("inventory:itemattribute_detail", args=[record.code])
    )
    value_count = IntegerColumn(
        verbose_name=_("Items with a value of their own"),
        linkify=lambda record: reverse("inventory:itemattribute_detail", args=[record.code]),
    )
    blocked = YesNoColumn(verbose_name=_("Blocked"))

    main_columns = ("code", "name")

    class Meta:
        model = ItemAttribute
        fields = ("code", "name", "value_type", "unit", "option_count", "value_count", "blocked")


class ItemTemplateTable(Table):
    code = Column(linkify=edit_link("inventory:itemtemplate_update", "base.item_edit"), verbose_name=_("Code"))
    name = Column(verbose_name=_("Name"))
    type = Column(verbose_name=_("Type"))
    category = Column(accessor="category__code", verbose_name=_("Category"))
    item_model_group = Column(accessor="item_model_group__code", verbose_name=_("Item model group"))
    inventory_posting_group = Column(
        accessor="inventory_posting_group__code", verbose_name=_("Inventory posting group")
    )
    base_unit_of_measure = Column(accessor="base_unit_of_measure__code", verbose_name=_("Unit"))
    number_series = Column(verbose_name=_("Number series"))

    main_columns = ("code", "name")

    class Meta:
        model = ItemTemplate
        fields = (
            "code",
            "name",
            "type",
            "category",
            "item_model_group",
            "inventory_posting_group",
            "base_unit_of_measure",
            "number_series",
        )


class VariantTable(Table):
    item = Column(accessor="item__no", linkify=item_page("item_variants"), verbose_name=_("Item"))
    item_description = Column(accessor="item__description", verbose_name=_("Item description"))
    code = Column(verbose_name=_("Code"))
    description = Column(verbose_name=_("Description"))
    on_hand = QuantityColumn(
        verbose_name=_("On hand"), linkify=lambda record: entries_url(item=record.item.no, variant=record.code)
    )
    blocked = YesNoColumn(verbose_name=_("Blocked"))

    main_columns = ("item", "code")

    class Meta:
        model = Variant
        fields = ("item", "item_description", "code", "description", "on_hand", "blocked")


class BarcodeTable(Table):
    code = Column(linkify=item_page("item_barcodes"), verbose_name=_("Code"))
    symbology = Column(verbose_name=_("Symbology"))
    item = LinkColumn("inventory:item_detail", args=["item__no"], accessor="item__no", verbose_name=_("Item"))
    item_description = Column(accessor="item__description", verbose_name=_("Item description"))
    variant = Column(accessor="variant__code", verbose_name=_("Variant"))
    unit_of_measure = Column(accessor="unit_of_measure__code", verbose_name=_("Unit"))

    main_columns = ("code", "item")

    class Meta:
        model = Barcode
        fields = ("code", "symbology", "item", "item_description", "variant", "unit_of_measure")


class ItemReferenceTable(Table):
    reference_no = Column(linkify=item_page("item_references"), verbose_name=_("Reference no."))
    description = Column(verbose_name=_("Description"))
    vendor = Column(accessor="vendor__no", verbose_name=_("Vendor"))
    customer = Column(accessor="customer__no", verbose_name=_("Customer"))
    item = LinkColumn("inventory:item_detail", args=["item__no"], accessor="item__no", verbose_name=_("Item"))
    item_description = Column(accessor="item__description", verbose_name=_("Item description"))
    variant = Column(accessor="variant__code", verbose_name=_("Variant"))
    unit_of_measure = Column(accessor="unit_of_measure__code", verbose_name=_("Unit"))

    main_columns = ("reference_no", "item")

    class Meta:
        model = ItemReference
        fields = (
            "reference_no",
            "description",
            "vendor",
            "customer",
            "item",
            "item_description",
            "variant",
            "unit_of_measure",
        )


class StockkeepingUnitTable(Table):
    item = Column(
        accessor="item__no",
        linkify=edit_link("inventory:stockkeepingunit_update", "base.item_edit", key="pk"),
        verbose_name=_("Item"),
    )
    item_description = Column(accessor="item__description", verbose_name=_("Item description"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    variant = Column(accessor="variant__code", verbose_name=_("Variant"))
    on_hand = QuantityColumn(verbose_name=_("On hand"), linkify=lambda record: sku_entries(record))
    reorder_point = QuantityColumn(verbose_name=_("Reorder point"))
    unit_cost = UnitCostColumn(verbose_name=_("Unit cost"))
    standard_cost = UnitCostColumn(verbose_name=_("Standard cost"))
    last_direct_cost = UnitCostColumn(verbose_name=_("Last direct cost"))

    main_columns = ("item", "location")

    class Meta:
        model = StockkeepingUnit
        fields = (
            "item",
            "item_description",
            "location",
            "variant",
            "on_hand",
            "reorder_point",
            "unit_cost",
            "standard_cost",
            "last_direct_cost",
        )


def sku_entries(record: StockkeepingUnit) -> str:
    """The entries of the item at the place of a stockkeeping unit."""
    return entries_url(
        item=record.item.no,
        location=record.location.code if record.location else "",
        variant=record.variant.code if record.variant else "",
    )


class CatalogueItemTable(Table):
    vendor = LinkColumn("inventory:vendor_detail", args=["vendor__no"], accessor="vendor__no", verbose_name=_("Vendor"))
    vendor_item_no = Column(
        linkify=edit_link("inventory:catalogueitem_update", "base.item_edit", key="pk"),
        verbose_name=_("Vendor item no."),
    )
    description = Column(verbose_name=_("Description"))
    unit_of_measure = Column(accessor="unit_of_measure__code", verbose_name=_("Unit"))
    unit_price = UnitCostColumn(verbose_name=_("Published cost"))
    sales_price = UnitCostColumn(verbose_name=_("Unit price"))
    gtin = Column(verbose_name=_("GTIN"))
    template = Column(accessor="template__code", verbose_name=_("Item template"))
    item = LinkColumn("inventory:item_detail", args=["item__no"], accessor="item__no", verbose_name=_("Item"))

    hidden_columns = ("gtin", "template")
    main_columns = ("vendor_item_no", "description")

    class Meta:
        model = CatalogueItem
        fields = (
            "vendor",
            "vendor_item_no",
            "description",
            "unit_of_measure",
            "unit_price",
            "sales_price",
            "gtin",
            "template",
            "item",
        )


class BinContentTable(Table):
    location = Column(
        accessor="bin__location__code",
        linkify=lambda record: reverse("inventory:location_detail", args=[record.bin.location.code]),
        verbose_name=_("Location"),
    )
    bin = Column(accessor="bin__code", verbose_name=_("Bin"))
    item = LinkColumn("inventory:item_detail", args=["item__no"], accessor="item__no", verbose_name=_("Item"))
    item_description = Column(accessor="item__description", verbose_name=_("Item description"))
    variant = Column(accessor="variant__code", verbose_name=_("Variant"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    minimum = QuantityColumn(verbose_name=_("Minimum"))
    maximum = QuantityColumn(verbose_name=_("Maximum"))

    main_columns = ("bin", "item", "quantity")

    class Meta:
        model = BinContent
        fields = ("location", "bin", "item", "item_description", "variant", "quantity", "minimum", "maximum")
