"""Items and everything that describes them before anything is posted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.fields import QuantityField, UnitCostField
from config.base.formatting import format_number
from inventory.enums import (
    CatalogueNumbering,
    CostingMethod,
    DirectTransferPosting,
    ItemType,
    NegativeStock,
    SettleAt,
    Symbology,
)


class CodedModel(models.Model):
    """A small record known by its code."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.code


class UnitOfMeasure(CodedModel):
    class Meta:
        verbose_name = _("unit of measure")
        verbose_name_plural = _("units of measure")


class InventoryPostingGroup(CodedModel):
    class Meta:
        verbose_name = _("inventory posting group")
        verbose_name_plural = _("inventory posting groups")


class GenProdPostingGroup(CodedModel):
    class Meta:
        verbose_name = _("general product posting group")
        verbose_name_plural = _("general product posting groups")


class GenBusPostingGroup(CodedModel):
    class Meta:
        verbose_name = _("general business posting group")
        verbose_name_plural = _("general business posting groups")


class ItemModelGroup(CodedModel):
    """How items of the group are valued, and what their stock may do.

    The costing method stands here alone. Source: domain text "item model group".
    """

    costing_method = models.CharField(_("costing method"), max_length=30, choices=CostingMethod)
    settle_at = models.CharField(_("settled"), max_length=10, choices=SettleAt, default=SettleAt.POSTING)
    stocked = models.BooleanField(_("stocked product"), default=True)
    include_physical_value = models.BooleanField(_("include physical value"), default=False)
    fixed_receipt_price = models.BooleanField(_("fixed receipt price"), default=False)
    use_latest_cost_price = models.BooleanField(_("use latest cost price"), default=False)
    post_physical_inventory = models.BooleanField(_("post physical inventory"), default=True)
    post_financial_inventory = models.BooleanField(_("post financial inventory"), default=True)
    physical_negative = models.BooleanField(_("physical negative inventory"), default=True)
    financial_negative = models.BooleanField(_("financial negative inventory"), default=True)

    class Meta:
        verbose_name = _("item model group")
        verbose_name_plural = _("item model groups")
        constraints = [
            models.CheckConstraint(
                name="item_model_group_specific_at_posting",
                condition=~Q(costing_method=CostingMethod.SPECIFIC, settle_at=SettleAt.CLOSE),
                violation_error_message=_("Specific costing is settled at posting."),
            ),
        ]


class ItemCategory(CodedModel):
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent category")
    )

    class Meta:
        verbose_name = _("item category")
        verbose_name_plural = _("item categories")


class Item(models.Model):
    """An item card. The cost fields are written by costing, not by hand once entries exist."""

    no = models.CharField(_("no."), max_length=20, unique=True)
    description = models.CharField(_("description"), max_length=100)
    sort_key = models.CharField(max_length=200, blank=True, editable=False, db_index=True)
    type = models.CharField(_("type"), max_length=20, choices=ItemType, default=ItemType.INVENTORY)
    item_model_group = models.ForeignKey(ItemModelGroup, models.PROTECT, verbose_name=_("item model group"))
    inventory_posting_group = models.ForeignKey(
        InventoryPostingGroup, models.PROTECT, null=True, blank=True, verbose_name=_("inventory posting group")
    )
    gen_prod_posting_group = models.ForeignKey(
        GenProdPostingGroup, models.PROTECT, verbose_name=_("general product posting group")
    )
    category = models.ForeignKey(
        ItemCategory, models.PROTECT, null=True, blank=True, related_name="items", verbose_name=_("category")
    )
    base_unit_of_measure = models.ForeignKey(UnitOfMeasure, models.PROTECT, verbose_name=_("base unit of measure"))

    unit_cost = UnitCostField(_("unit cost"), default=0)
    standard_cost = UnitCostField(_("standard cost"), default=0)
    last_direct_cost = UnitCostField(_("last direct cost"), default=0)
    indirect_cost_percent = UnitCostField(_("indirect cost %"), default=0)
    overhead_rate = UnitCostField(_("overhead rate"), default=0)
    material_share = UnitCostField(_("standard material cost"), default=0)
    capacity_share = UnitCostField(_("standard capacity cost"), default=0)
    subcontracted_share = UnitCostField(_("standard subcontracted cost"), default=0)
    capacity_overhead_share = UnitCostField(_("standard capacity overhead"), default=0)
    manufacturing_overhead_share = UnitCostField(_("standard manufacturing overhead"), default=0)
    rolled_up_material_share = UnitCostField(_("rolled-up material cost"), default=0, editable=False)
    rolled_up_capacity_share = UnitCostField(_("rolled-up capacity cost"), default=0, editable=False)
    rolled_up_subcontracted_share = UnitCostField(_("rolled-up subcontracted cost"), default=0, editable=False)
    rolled_up_capacity_overhead_share = UnitCostField(_("rolled-up capacity overhead"), default=0, editable=False)
    rolled_up_manufacturing_overhead_share = UnitCostField(
        _("rolled-up manufacturing overhead"), default=0, editable=False
    )
    standard_cost_calculated_on = models.DateField(_("standard cost calculated on"), null=True, editable=False)
    inventory_value_zero = models.BooleanField(_("inventory value zero"), default=False)
    low_level_code = models.PositiveSmallIntegerField(_("low-level code"), default=0, editable=False)

    unit_price = UnitCostField(_("unit price"), default=0)
    net_weight = QuantityField(_("net weight"), default=0)
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True)
    shelf_no = models.CharField(_("shelf no."), max_length=20, blank=True)
    picture = models.ForeignKey(
        "base.Attachment", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("picture")
    )
    vendor = models.ForeignKey(
        "inventory.Vendor", models.PROTECT, null=True, blank=True, related_name="items", verbose_name=_("vendor")
    )
    reorder_point = QuantityField(_("reorder point"), default=0)
    counting_period = models.ForeignKey(
        "inventory.CountingPeriod",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=_("counting period"),
    )
    lot_tracked = models.BooleanField(_("lot tracked"), default=False)
    serial_tracked = models.BooleanField(_("serial tracked"), default=False)
    prevent_negative_inventory = models.CharField(
        _("negative inventory"), max_length=10, choices=NegativeStock, default=NegativeStock.DEFAULT
    )
    blocked = models.BooleanField(_("blocked"), default=False)
    sales_blocked = models.BooleanField(_("sales blocked"), default=False)
    purchasing_blocked = models.BooleanField(_("purchasing blocked"), default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints = [
            models.CheckConstraint(
                name="item_inventory_has_posting_group",
                condition=~Q(type=ItemType.INVENTORY) | Q(inventory_posting_group__isnull=False),
                violation_error_message=_("An inventory item needs an inventory posting group."),
            ),
        ]

    def __str__(self) -> str:
        return self.no

    @property
    def is_inventory(self) -> bool:
        return self.type == ItemType.INVENTORY


class ItemUnitOfMeasure(models.Model):
    """An alternate unit of an item: `quantity_per` base units each."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="units", verbose_name=_("item"))
    unit_of_measure = models.ForeignKey(UnitOfMeasure, models.PROTECT, verbose_name=_("unit of measure"))
    quantity_per = QuantityField(_("quantity per unit"))
    rounding_precision = QuantityField(
        _("rounding precision"),
        default=0,
        db_default=0,
        help_text=_("What quantities in this unit are rounded to: 1 for whole boxes. Blank: five decimals."),
    )

    class Meta:
        verbose_name = _("item unit of measure")
        verbose_name_plural = _("item units of measure")
        constraints = [
            models.UniqueConstraint(fields=["item", "unit_of_measure"], name="item_unit_unique"),
            models.CheckConstraint(name="item_unit_quantity_positive", condition=Q(quantity_per__gt=0)),
            models.CheckConstraint(name="item_unit_rounding_not_negative", condition=Q(rounding_precision__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.unit_of_measure_id}"

    @property
    def in_words(self) -> str:
        """The conversion as people read it; the item with its base unit is to be selected beforehand."""
        per = format_number(self.quantity_per, "quantity")
        return f"1 {self.unit_of_measure.code} = {per} {self.item.base_unit_of_measure.code}"


class Variant(models.Model):
    item = models.ForeignKey(Item, models.PROTECT, related_name="variants", verbose_name=_("item"))
    code = models.CharField(_("code"), max_length=20)
    description = models.CharField(_("description"), max_length=100, blank=True)
    blocked = models.BooleanField(_("blocked"), default=False)

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints = [models.UniqueConstraint(fields=["item", "code"], name="variant_code_unique")]

    def __str__(self) -> str:
        return self.code


class StockkeepingUnit(models.Model):
    """An item at a location, in a variant: its own cost and planning data."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="stockkeeping_units", verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, blank=True, verbose_name=_("variant"))
    location = models.ForeignKey(
        "inventory.Location", models.PROTECT, null=True, blank=True, verbose_name=_("location")
    )
    unit_cost = UnitCostField(_("unit cost"), default=0)
    standard_cost = UnitCostField(_("standard cost"), default=0)
    last_direct_cost = UnitCostField(_("last direct cost"), default=0)
    reorder_point = QuantityField(_("reorder point"), default=0)

    class Meta:
        verbose_name = _("stockkeeping unit")
        verbose_name_plural = _("stockkeeping units")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "variant", "location"], name="stockkeeping_unit_unique", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.location_id}/{self.variant_id}"


class ItemReference(models.Model):
    """What a vendor or customer calls the item."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="references", verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.CASCADE, null=True, blank=True, verbose_name=_("variant"))
    unit_of_measure = models.ForeignKey(
        UnitOfMeasure, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit of measure")
    )
    reference_no = models.CharField(_("reference no."), max_length=50, db_index=True)
    description = models.CharField(_("description"), max_length=100, blank=True, default="", db_default="")
    vendor = models.ForeignKey("inventory.Vendor", models.CASCADE, null=True, blank=True, verbose_name=_("vendor"))
    customer = models.ForeignKey(
        "inventory.Customer", models.CASCADE, null=True, blank=True, verbose_name=_("customer")
    )

    class Meta:
        verbose_name = _("item reference")
        verbose_name_plural = _("item references")

    def __str__(self) -> str:
        return self.reference_no


class Barcode(models.Model):
    item = models.ForeignKey(Item, models.CASCADE, related_name="barcodes", verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.CASCADE, null=True, blank=True, verbose_name=_("variant"))
    unit_of_measure = models.ForeignKey(
        UnitOfMeasure, models.PROTECT, null=True, blank=True, verbose_name=_("unit of measure")
    )
    code = models.CharField(_("code"), max_length=50, unique=True)
    symbology = models.CharField(
        _("symbology"), max_length=10, choices=Symbology, default=Symbology.CODE_128, db_default=Symbology.CODE_128
    )

    class Meta:
        verbose_name = _("barcode")
        verbose_name_plural = _("barcodes")

    def __str__(self) -> str:
        return self.code


class ItemCharge(CodedModel):
    """A cost that belongs to goods but is invoiced apart: freight, duty, insurance."""

    gen_prod_posting_group = models.ForeignKey(
        GenProdPostingGroup, models.PROTECT, verbose_name=_("general product posting group")
    )

    class Meta:
        verbose_name = _("item charge")
        verbose_name_plural = _("item charges")


class BomLine(models.Model):
    """One component of an item's bill of material."""

    parent = models.ForeignKey(Item, models.CASCADE, related_name="bom_lines", verbose_name=_("parent item"))
    component = models.ForeignKey(Item, models.PROTECT, related_name="where_used", verbose_name=_("component"))
    quantity_per = QuantityField(_("quantity per"))

    class Meta:
        verbose_name = _("BOM line")
        verbose_name_plural = _("BOM lines")
        constraints = [
            models.UniqueConstraint(fields=["parent", "component"], name="bom_line_unique"),
            models.CheckConstraint(name="bom_line_quantity_positive", condition=Q(quantity_per__gt=0)),
            models.CheckConstraint(name="bom_line_not_itself", condition=~Q(parent=models.F("component"))),
        ]

    def __str__(self) -> str:
        return f"{self.parent_id}/{self.component_id}"


class InventorySetup(models.Model):
    """One row: rules about stock and the number series of inventory documents."""

    location_mandatory = models.BooleanField(_("location mandatory"), default=False)
    prevent_negative_inventory = models.BooleanField(_("prevent negative inventory"), default=False)
    default_item_model_group = models.ForeignKey(
        ItemModelGroup, models.PROTECT, null=True, blank=True, verbose_name=_("default item model group")
    )
    purchase_order_series = models.CharField(_("purchase order series"), max_length=20, default="PO")
    purchase_receipt_series = models.CharField(_("purchase receipt series"), max_length=20, default="PR")
    purchase_invoice_series = models.CharField(_("purchase invoice series"), max_length=20, default="PI")
    direct_transfer_posting = models.CharField(
        _("direct transfer posting"),
        max_length=25,
        choices=DirectTransferPosting,
        db_default=DirectTransferPosting.DIRECT_TRANSFER,
        default=DirectTransferPosting.DIRECT_TRANSFER,
    )
    purchase_return_shipment_series = models.CharField(
        _("purchase return shipment series"), max_length=20, db_default="RSH", default="RSH"
    )
    purchase_credit_draft_series = models.CharField(
        _("unposted purchase credit memo series"), max_length=20, db_default="PCD", default="PCD"
    )
    sales_return_receipt_series = models.CharField(
        _("sales return receipt series"), max_length=20, db_default="RRC", default="RRC"
    )
    sales_credit_draft_series = models.CharField(
        _("unposted sales credit memo series"), max_length=20, db_default="SCD", default="SCD"
    )
    purchase_return_series = models.CharField(_("purchase return series"), max_length=20, default="PRS")
    purchase_credit_series = models.CharField(_("purchase credit memo series"), max_length=20, default="PCM")
    sales_order_series = models.CharField(_("sales order series"), max_length=20, default="SO")
    sales_shipment_series = models.CharField(_("sales shipment series"), max_length=20, default="SS")
    sales_invoice_series = models.CharField(_("sales invoice series"), max_length=20, default="SI")
    sales_return_series = models.CharField(_("sales return series"), max_length=20, default="SRR")
    sales_credit_series = models.CharField(_("sales credit memo series"), max_length=20, default="SCM")
    transfer_order_series = models.CharField(_("transfer order series"), max_length=20, default="TO")
    transfer_shipment_series = models.CharField(_("transfer shipment series"), max_length=20, default="TS")
    transfer_receipt_series = models.CharField(_("transfer receipt series"), max_length=20, default="TR")
    direct_transfer_series = models.CharField(_("direct transfer series"), max_length=20, default="DT")
    item_journal_series = models.CharField(_("item journal series"), max_length=20, default="IJ")
    count_series = models.CharField(_("count series"), max_length=20, default="CNT")
    assembly_series = models.CharField(_("assembly series"), max_length=20, default="AO")
    production_series = models.CharField(_("production series"), max_length=20, default="MO")
    item_series = models.CharField(_("item series"), max_length=20, default="ITEM")
    catalogue_numbering = models.CharField(
        _("numbers of items made from the catalogue"),
        max_length=20,
        choices=CatalogueNumbering,
        default=CatalogueNumbering.SERIES,
        db_default=CatalogueNumbering.SERIES,
    )
    catalogue_separator = models.CharField(
        _("separator between vendor and its number"), max_length=3, blank=True, default="-", db_default="-"
    )
    catalogue_template = models.ForeignKey(
        "inventory.ItemTemplate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("template of items made from the catalogue"),
    )

    class Meta:
        verbose_name = _("inventory setup")
        verbose_name_plural = _("inventory setup")
        constraints = [models.CheckConstraint(name="inventory_setup_single_row", condition=Q(pk=1))]

    def __str__(self) -> str:
        return str(_("Inventory setup"))

    @classmethod
    def load(cls) -> InventorySetup:
        """Return the one row, made with its defaults when absent."""
        return cls.objects.get_or_create(pk=1)[0]
