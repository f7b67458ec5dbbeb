"""Lines that wait: revaluations, and new standard costs."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.amounts import divide_e5, from_e5, to_e5
from config.base.fields import AmountField, QuantityField, UnitCostField
from inventory.models import Item, ItemLedgerEntry, Location, Variant


class RevaluationJournalLine(models.Model):
    """A revaluation that waits to be posted.

    With an entry: all of it, or with `partial` what is left of it on the date. Without: what is left of the item, of
    one location where it stands `by_location`, of one variant where it stands `by_variant`.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("owner"))
    line_no = models.PositiveIntegerField(_("line no."))
    posting_date = models.DateField(_("posting date"))
    document_no = models.CharField(_("document no."), max_length=20, blank=True, db_default="")
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, blank=True, verbose_name=_("variant"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("location"))
    applies_to_entry = models.ForeignKey(
        ItemLedgerEntry, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("applies-to entry")
    )
    quantity = QuantityField(_("quantity"))
    value_calculated = AmountField(_("value (calculated)"), default=0)
    value_revalued = AmountField(_("value (revalued)"), default=0)
    partial = models.BooleanField(_("what is left"), default=False, db_default=False)
    by_location = models.BooleanField(_("by location"), default=False, db_default=False)
    by_variant = models.BooleanField(_("by variant"), default=False, db_default=False)
    update_standard_cost = models.BooleanField(_("update standard cost"), default=False)
    reason_code = models.ForeignKey(
        "base.ReasonCode", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason code")
    )

    class Meta:
        verbose_name = _("revaluation journal line")
        verbose_name_plural = _("revaluation journal lines")
        constraints = [models.UniqueConstraint(fields=["owner", "line_no"], name="revaluation_journal_line_no_unique")]

    def __str__(self) -> str:
        return f"{self.line_no}"

    @property
    def amount(self) -> Decimal:
        """What posting adds to the value."""
        return self.value_revalued - self.value_calculated

    @property
    def place(self) -> str:
        """Location and variant, as far as the line keeps to one."""
        return " / ".join(str(part) for part in (self.location, self.variant) if part)

    @property
    def unit_cost_calculated(self) -> Decimal | None:
        return _per_unit(self.value_calculated, self.quantity)

    @property
    def unit_cost_revalued(self) -> Decimal | None:
        return _per_unit(self.value_revalued, self.quantity)


def _per_unit(value: Decimal, quantity: Decimal) -> Decimal | None:
    return from_e5(divide_e5(to_e5(value), to_e5(quantity))) if quantity else None


class StandardCostWorksheetLine(models.Model):
    """A standard cost that somebody thinks of: what it is, what it is to be, and the shares of it (per unit)."""

    worksheet = models.CharField(_("worksheet"), max_length=20, default="DEFAULT")
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    standard_cost = UnitCostField(_("standard cost"))
    new_standard_cost = UnitCostField(_("new standard cost"))
    indirect_cost_percent = UnitCostField(_("indirect cost %"), default=0)
    overhead_rate = UnitCostField(_("overhead rate"), default=0)
    new_indirect_cost_percent = UnitCostField(_("new indirect cost %"), default=0)
    new_overhead_rate = UnitCostField(_("new overhead rate"), default=0)
    new_material_share = UnitCostField(_("new material cost"), default=0)
    new_capacity_share = UnitCostField(_("new capacity cost"), default=0)
    new_subcontracted_share = UnitCostField(_("new subcontracted cost"), default=0)
    new_capacity_overhead_share = UnitCostField(_("new capacity overhead"), default=0)
    new_manufacturing_overhead_share = UnitCostField(_("new manufacturing overhead"), default=0)
    implemented = models.BooleanField(_("implemented"), default=False)

    class Meta:
        verbose_name = _("standard cost worksheet line")
        verbose_name_plural = _("standard cost worksheet lines")
        constraints = [models.UniqueConstraint(fields=["worksheet", "item"], name="standard_cost_worksheet_unique")]

    def __str__(self) -> str:
        return f"{self.worksheet}/{self.item_id}"

    @property
    def item_no(self) -> str:
        return self.item.no

    @property
    def item_description(self) -> str:
        return self.item.description
