"""Journal lines that wait to be posted: adjustments and reclassifications."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.fields import QuantityField, UnitCostField
from inventory.enums import JournalLineKind
from inventory.models.master import Item, Variant
from inventory.models.places import Location


class ItemJournalLine(models.Model):
    """A line of a user's adjustment or reclassification journal; quantity positive, in base units."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("owner"))
    line_no = models.PositiveIntegerField(_("line no."))
    kind = models.CharField(_("type"), max_length=20, choices=JournalLineKind)
    posting_date = models.DateField(_("posting date"))
    document_no = models.CharField(_("document no."), max_length=20, blank=True)
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, blank=True, verbose_name=_("variant"))
    location = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("location")
    )
    new_location = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("new location")
    )
    quantity = QuantityField(_("quantity"))
    unit_cost = UnitCostField(_("unit cost"), null=True, blank=True)
    lot_no = models.CharField(_("lot no."), max_length=50, blank=True)
    serial_no = models.CharField(_("serial no."), max_length=50, blank=True)
    applies_to_entry = models.ForeignKey(
        "inventory.ItemLedgerEntry",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("applies-to entry"),
    )
    applies_from_entry = models.ForeignKey(
        "inventory.ItemLedgerEntry",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("applies-from entry"),
    )
    expiration_date = models.DateField(_("expiration date"), null=True, blank=True)
    new_lot_no = models.CharField(_("new lot no."), max_length=50, db_default="", default="", blank=True)
    new_serial_no = models.CharField(_("new serial no."), max_length=50, db_default="", default="", blank=True)
    new_expiration_date = models.DateField(_("new expiration date"), null=True, blank=True)
    new_dimension_set = models.ForeignKey(
        "base.DimensionSet",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("new dimension set"),
    )
    reason_code = models.ForeignKey(
        "base.ReasonCode", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason code")
    )
    dimension_set = models.ForeignKey(
        "base.DimensionSet", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dimension set")
    )

    class Meta:
        verbose_name = _("item journal line")
        verbose_name_plural = _("item journal lines")
        constraints = [
            models.CheckConstraint(name="item_journal_line_quantity_positive", condition=Q(quantity__gt=0)),
            models.UniqueConstraint(fields=["owner", "kind", "line_no"], name="item_journal_line_no_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.line_no}"
