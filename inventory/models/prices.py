"""Price lists: what is agreed with a customer, a vendor, or all of them, for a time and from a quantity on."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.base.fields import QuantityField, UnitCostField
from config.base.formatting import format_number
from inventory.enums import PriceSide
from inventory.models.master import Item, ItemCategory, UnitOfMeasure, Variant
from inventory.models.places import Customer, Vendor


class PriceListLine(models.Model):
    """A price, a discount, or both, of an item; a discount of all items of a category.

    Minimum quantity and price are in the line's unit; a blank unit is the item's base unit.
    """

    side = models.CharField(_("side"), max_length=10, choices=PriceSide)
    item = models.ForeignKey(
        Item, models.CASCADE, null=True, blank=True, related_name="price_list_lines", verbose_name=_("item")
    )
    category = models.ForeignKey(
        ItemCategory, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("item category")
    )
    variant = models.ForeignKey(
        Variant, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("variant")
    )
    unit_of_measure = models.ForeignKey(
        UnitOfMeasure, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit of measure")
    )
    vendor = models.ForeignKey(
        Vendor, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("vendor")
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    minimum_quantity = QuantityField(_("minimum quantity"), default=0)
    starting_date = models.DateField(_("starting date"), null=True, blank=True)
    ending_date = models.DateField(_("ending date"), null=True, blank=True)
    unit_amount = UnitCostField(_("unit price"), null=True, blank=True)
    line_discount_percent = UnitCostField(_("line discount %"), null=True, blank=True)
    blocked = models.BooleanField(_("blocked"), default=False, db_default=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("price list line")
        verbose_name_plural = _("price list lines")
        constraints = [
            models.CheckConstraint(
                name="price_list_line_item_or_category",
                condition=Q(item__isnull=False, category__isnull=True) | Q(item__isnull=True, category__isnull=False),
                violation_error_message=_("A price list line is for an item or for a category: name one of them."),
            ),
            models.CheckConstraint(
                name="price_list_line_category_has_discount_only",
                condition=Q(category__isnull=True)
                | Q(unit_amount__isnull=True, variant__isnull=True, unit_of_measure__isnull=True),
                violation_error_message=_("A category has discounts only: no price, variant or unit."),
            ),
            models.CheckConstraint(
                name="price_list_line_price_or_discount",
                condition=Q(unit_amount__isnull=False) | Q(line_discount_percent__isnull=False),
                violation_error_message=_("Enter a price, a discount, or both."),
            ),
            models.CheckConstraint(
                name="price_list_line_not_negative",
                condition=(Q(unit_amount__isnull=True) | Q(unit_amount__gte=0)) & Q(minimum_quantity__gte=0),
                violation_error_message=_("Prices and quantities are zero or more."),
            ),
            models.CheckConstraint(
                name="price_list_line_discount_is_percent",
                condition=Q(line_discount_percent__isnull=True)
                | Q(line_discount_percent__gt=0, line_discount_percent__lte=100),
                violation_error_message=_("A discount is more than 0 and at most 100 percent."),
            ),
            models.CheckConstraint(
                name="price_list_line_dates_in_order",
                condition=Q(starting_date__isnull=True)
                | Q(ending_date__isnull=True)
                | Q(ending_date__gte=F("starting_date")),
                violation_error_message=_("The ending date is before the starting date."),
            ),
            models.CheckConstraint(
                name="price_list_line_partner_of_its_side",
                condition=Q(side=PriceSide.SALES, vendor__isnull=True)
                | Q(side=PriceSide.PURCHASE, customer__isnull=True),
                violation_error_message=_("Customers have sales prices, vendors purchase prices."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_purchase(self) -> bool:
        return self.side == PriceSide.PURCHASE

    @property
    def partner(self) -> Vendor | Customer | None:
        return self.vendor or self.customer

    @property
    def in_words(self) -> str:
        """What is special about the line, all that it names being at hand: ``BIGSHOP, from 10 PCS``."""
        parts = [record.code for record in (self.category, self.variant) if record is not None]
        parts += [partner.no for partner in (self.partner,) if partner is not None]
        unit = self.unit_of_measure or (self.item.base_unit_of_measure if self.item else None)
        if self.minimum_quantity:
            words = {"quantity": format_number(self.minimum_quantity, "quantity"), "unit": unit.code if unit else ""}
            parts.append((gettext("from %(quantity)s %(unit)s") % words).strip())
        elif self.unit_of_measure is not None:
            parts.append(gettext("per %(unit)s") % {"unit": self.unit_of_measure.code})
        return ", ".join(parts)
