"""Lines that wait: revaluations, and new standard costs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.fields import AmountField, QuantityField, UnitCostField
from inventory.models import Item, ItemLedgerEntry, Location, Variant


class RevaluationJournalLine(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("owner"))
    line_no = models.PositiveIntegerField(_("line no."))
    posting_date = models.DateField(_("posting date"))
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, blank=True, verbose_name=_("variant"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("location"))
    applies_to_entry = models.ForeignKey(
        ItemLedgerEntry, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("applies-to entry")
    )
    quantity = QuantityField(_("quantity"))
    value_calculated = AmountField(_("value (calculated)"), default=0)
    value_revalued = AmountField(_("value (revalued)"), default=0)
    update_standard_cost = models.BooleanField(_("update standard cost"), default=False)

    class Meta:
        verbose_name = _("revaluation journal line")
        verbose_name_plural = _("revaluation journal lines")
        constraints = [models.UniqueConstraint(fields=["owner", "line_no"], name="revaluation_journal_line_no_unique")]

    def __str__(self) -> str:
        return f"{self.line_no}"


class StandardCostWorksheetLine(models.Model):
    worksheet = models.CharField(_("worksheet"), max_length=20, default="DEFAULT")
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    standard_cost = UnitCostField(_("standard cost"))
    new_standard_cost = UnitCostField(_("new standard cost"))
    indirect_cost_percent = UnitCostField(_("indirect cost %"), default=0)
    overhead_rate = UnitCostField(_("overhead rate"), default=0)
    implemented = models.BooleanField(_("implemented"), default=False)

    class Meta:
        verbose_name = _("standard cost worksheet line")
        verbose_name_plural = _("standard cost worksheet lines")
        constraints = [models.UniqueConstraint(fields=["worksheet", "item"], name="standard_cost_worksheet_unique")]

    def __str__(self) -> str:
        return f"{self.worksheet}/{self.item_id}"
