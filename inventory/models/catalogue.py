"""What item cards are made from: templates, and the articles of vendors that are not items yet."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.fields import UnitCostField
from inventory.enums import ItemType
from inventory.models.master import (
    CodedModel,
    GenProdPostingGroup,
    InventoryPostingGroup,
    Item,
    ItemCategory,
    ItemModelGroup,
    UnitOfMeasure,
)


class ItemTemplate(CodedModel):
    """First values of new items; what is blank here is asked on the card."""

    type = models.CharField(_("type"), max_length=20, choices=ItemType, default=ItemType.INVENTORY)
    number_series = models.CharField(
        _("number series"), max_length=20, blank=True, help_text=_("Blank: the item series of the inventory setup.")
    )
    item_model_group = models.ForeignKey(
        ItemModelGroup, models.PROTECT, null=True, blank=True, verbose_name=_("item model group")
    )
    inventory_posting_group = models.ForeignKey(
        InventoryPostingGroup, models.PROTECT, null=True, blank=True, verbose_name=_("inventory posting group")
    )
    gen_prod_posting_group = models.ForeignKey(
        GenProdPostingGroup, models.PROTECT, null=True, blank=True, verbose_name=_("general product posting group")
    )
    category = models.ForeignKey(
        ItemCategory, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    base_unit_of_measure = models.ForeignKey(
        UnitOfMeasure, models.PROTECT, null=True, blank=True, verbose_name=_("base unit of measure")
    )
    vendor = models.ForeignKey(
        "inventory.Vendor", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("vendor")
    )
    lot_tracked = models.BooleanField(_("lot tracked"), default=False)
    serial_tracked = models.BooleanField(_("serial tracked"), default=False)

    class Meta:
        verbose_name = _("item template")
        verbose_name_plural = _("item templates")


class CatalogueItem(models.Model):
    """A vendor's article that is not an item yet (nonstock item)."""

    vendor = models.ForeignKey("inventory.Vendor", models.PROTECT, verbose_name=_("vendor"))
    vendor_item_no = models.CharField(_("vendor item no."), max_length=50)
    description = models.CharField(_("description"), max_length=100)
    unit_of_measure = models.ForeignKey(
        UnitOfMeasure, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit of measure")
    )
    unit_price = UnitCostField(_("published cost"), default=0)
    sales_price = UnitCostField(_("unit price"), default=0, db_default=0)
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True, default="", db_default="")
    template = models.ForeignKey(
        ItemTemplate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("item template")
    )
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, verbose_name=_("item"))

    class Meta:
        verbose_name = _("catalogue item")
        verbose_name_plural = _("catalogue items")
        constraints = [models.UniqueConstraint(fields=["vendor", "vendor_item_no"], name="catalogue_item_unique")]

    def __str__(self) -> str:
        return self.vendor_item_no
