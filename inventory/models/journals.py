"""Journal lines that wait to be posted, the batches they are sorted into, and standard journals to begin with."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.fields import QuantityField, UnitCostField
from inventory.enums import JournalLineKind
from inventory.models.master import Item, Variant
from inventory.models.places import Location


class JournalBatch(models.Model):
    """A part of a user's own journal that is posted by itself. Lines without one are in the journal's own batch."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("owner"))
    moves = models.BooleanField(_("of the reclassification journal"), db_default=False, default=False)
    code = models.CharField(_("code"), max_length=20)
    description = models.CharField(_("description"), max_length=100, db_default="", default="", blank=True)

    class Meta:
        verbose_name = _("journal batch")
        verbose_name_plural = _("journal batches")
        constraints = [
            models.UniqueConstraint(fields=["owner", "moves", "code"], name="journal_batch_code_unique"),
        ]

    def __str__(self) -> str:
        return self.code


class ItemJournalLine(models.Model):
    """A line of a user's adjustment or reclassification journal; quantity positive, in base units."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("owner"))
    batch = models.ForeignKey(
        JournalBatch, models.PROTECT, null=True, blank=True, related_name="lines", verbose_name=_("batch")
    )
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


class StandardJournal(models.Model):
    """Lines that are posted again and again, kept for everybody: a journal gets them as its own."""

    moves = models.BooleanField(_("of the reclassification journal"), db_default=False, default=False)
    code = models.CharField(_("code"), max_length=20)
    description = models.CharField(_("description"), max_length=100, db_default="", default="", blank=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("standard journal")
        verbose_name_plural = _("standard journals")
        constraints = [models.UniqueConstraint(fields=["moves", "code"], name="standard_journal_code_unique")]

    def __str__(self) -> str:
        return self.code


class StandardJournalLine(models.Model):
    """A line of a standard journal: what a journal line says, without owner, dates and tracking."""

    journal = models.ForeignKey(
        StandardJournal, models.CASCADE, related_name="lines", verbose_name=_("standard journal")
    )
    line_no = models.PositiveIntegerField(_("line no."))
    kind = models.CharField(_("type"), max_length=20, choices=JournalLineKind)
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
    reason_code = models.ForeignKey(
        "base.ReasonCode", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason code")
    )

    class Meta:
        verbose_name = _("standard journal line")
        verbose_name_plural = _("standard journal lines")
        constraints = [
            models.CheckConstraint(name="standard_journal_line_quantity_positive", condition=Q(quantity__gt=0)),
            models.UniqueConstraint(fields=["journal", "line_no"], name="standard_journal_line_no_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.journal_id}/{self.line_no}"
