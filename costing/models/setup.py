"""How cost is computed and where it is posted."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from costing.enums import (
    GENERAL_POSTING_ROLES,
    INVENTORY_POSTING_ROLES,
    AccountRole,
    AdjustmentTrigger,
    AverageCostCalculation,
    AverageCostPeriod,
)
from inventory.models import GenBusPostingGroup, GenProdPostingGroup, InventoryPostingGroup, Location
from ledger.models import GLAccount


class CostingSetup(models.Model):
    """Costing choices, valid from a starting date. The row that began last holds."""

    starting_date = models.DateField(_("starting date"), unique=True)
    automatic_cost_posting = models.BooleanField(_("automatic cost posting"), default=True)
    expected_cost_posting = models.BooleanField(_("expected cost posting to G/L"), default=False)
    expected_cost_posted_since = models.DateTimeField(
        _("expected cost posted since"),
        null=True,
        editable=False,
        help_text=_("When it was switched on; blank where it was from the first posting on."),
    )
    automatic_cost_adjustment = models.CharField(
        _("automatic cost adjustment"), max_length=10, choices=AdjustmentTrigger, default=AdjustmentTrigger.NEVER
    )
    average_cost_period = models.CharField(
        _("average cost period"), max_length=20, choices=AverageCostPeriod, default=AverageCostPeriod.DAY
    )
    average_cost_calculation = models.CharField(
        _("average cost calculation"),
        max_length=25,
        choices=AverageCostCalculation,
        default=AverageCostCalculation.ITEM,
    )
    earliest_allowed_valuation_date = models.DateField(_("earliest allowed valuation date"), null=True, blank=True)
    finish_order_without_output = models.BooleanField(_("finish order without output"), default=False)
    cost_includes_setup = models.BooleanField(_("cost incl. setup"), default=True, db_default=True)
    include_non_inventory_cost = models.BooleanField(
        _("include non-inventory cost in produced items"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("costing setup")
        verbose_name_plural = _("costing setups")

    def __str__(self) -> str:
        return str(self.starting_date)

    @classmethod
    def at(cls, on: date) -> CostingSetup:
        """Return the setup in force on a date; the defaults where none began yet."""
        setup = cls.objects.filter(starting_date__lte=on).order_by("-starting_date").first()
        return setup or cls(starting_date=date.min)


def account_key(label: Any) -> models.ForeignKey[GLAccount | None, GLAccount | None]:
    """The account of one role; blank where the role is not used."""
    return models.ForeignKey(GLAccount, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label)


class InventoryPostingSetup(models.Model):
    """The accounts of a location and an inventory posting group."""

    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("location"))
    inventory_posting_group = models.ForeignKey(
        InventoryPostingGroup, models.PROTECT, verbose_name=_("inventory posting group")
    )
    inventory = account_key(AccountRole.INVENTORY.label)
    inventory_interim = account_key(AccountRole.INVENTORY_INTERIM.label)
    wip = account_key(AccountRole.WIP.label)
    material_variance = account_key(AccountRole.MATERIAL_VARIANCE.label)
    material_non_inventory_variance = account_key(AccountRole.MATERIAL_NON_INVENTORY_VARIANCE.label)
    capacity_variance = account_key(AccountRole.CAPACITY_VARIANCE.label)
    subcontracted_variance = account_key(AccountRole.SUBCONTRACTED_VARIANCE.label)
    capacity_overhead_variance = account_key(AccountRole.CAPACITY_OVERHEAD_VARIANCE.label)
    manufacturing_overhead_variance = account_key(AccountRole.MANUFACTURING_OVERHEAD_VARIANCE.label)

    ROLES = INVENTORY_POSTING_ROLES

    class Meta:
        verbose_name = _("inventory posting setup")
        verbose_name_plural = _("inventory posting setup")
        constraints = [
            models.UniqueConstraint(
                fields=["location", "inventory_posting_group"],
                name="inventory_posting_setup_unique",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.location or '-'} + {self.inventory_posting_group}"


class GeneralPostingSetup(models.Model):
    """The accounts of a business and a product posting group."""

    gen_bus_posting_group = models.ForeignKey(
        GenBusPostingGroup, models.PROTECT, null=True, blank=True, verbose_name=_("general business posting group")
    )
    gen_prod_posting_group = models.ForeignKey(
        GenProdPostingGroup, models.PROTECT, verbose_name=_("general product posting group")
    )
    blocked = models.BooleanField(_("blocked"), default=False)
    cogs = account_key(AccountRole.COGS.label)
    cogs_interim = account_key(AccountRole.COGS_INTERIM.label)
    inventory_adjustment = account_key(AccountRole.INVENTORY_ADJUSTMENT.label)
    invt_accrual_interim = account_key(AccountRole.INVT_ACCRUAL_INTERIM.label)
    direct_cost_applied = account_key(AccountRole.DIRECT_COST_APPLIED.label)
    overhead_applied = account_key(AccountRole.OVERHEAD_APPLIED.label)
    purchase_variance = account_key(AccountRole.PURCHASE_VARIANCE.label)
    direct_cost_non_inventory_applied = account_key(AccountRole.DIRECT_COST_NON_INVENTORY_APPLIED.label)
    price_difference = account_key(AccountRole.PRICE_DIFFERENCE.label)

    ROLES = GENERAL_POSTING_ROLES

    class Meta:
        verbose_name = _("general posting setup")
        verbose_name_plural = _("general posting setup")
        constraints = [
            models.UniqueConstraint(
                fields=["gen_bus_posting_group", "gen_prod_posting_group"],
                name="general_posting_setup_unique",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.gen_bus_posting_group or '-'} + {self.gen_prod_posting_group}"


class AccountSet(models.Model):
    """An immutable copy of every role's account, frozen on the value entries that refer to it.

    One row per distinct combination (ADR 0003). Blank roles are looked up in today's setup by the batch job.
    """

    PROGRESS_FIELDS = ()

    key = models.CharField(_("key"), max_length=200, unique=True, help_text=_("Account numbers by role, in order."))
    inventory = account_key(AccountRole.INVENTORY.label)
    inventory_interim = account_key(AccountRole.INVENTORY_INTERIM.label)
    wip = account_key(AccountRole.WIP.label)
    material_variance = account_key(AccountRole.MATERIAL_VARIANCE.label)
    material_non_inventory_variance = account_key(AccountRole.MATERIAL_NON_INVENTORY_VARIANCE.label)
    capacity_variance = account_key(AccountRole.CAPACITY_VARIANCE.label)
    subcontracted_variance = account_key(AccountRole.SUBCONTRACTED_VARIANCE.label)
    capacity_overhead_variance = account_key(AccountRole.CAPACITY_OVERHEAD_VARIANCE.label)
    manufacturing_overhead_variance = account_key(AccountRole.MANUFACTURING_OVERHEAD_VARIANCE.label)
    cogs = account_key(AccountRole.COGS.label)
    cogs_interim = account_key(AccountRole.COGS_INTERIM.label)
    inventory_adjustment = account_key(AccountRole.INVENTORY_ADJUSTMENT.label)
    invt_accrual_interim = account_key(AccountRole.INVT_ACCRUAL_INTERIM.label)
    direct_cost_applied = account_key(AccountRole.DIRECT_COST_APPLIED.label)
    overhead_applied = account_key(AccountRole.OVERHEAD_APPLIED.label)
    purchase_variance = account_key(AccountRole.PURCHASE_VARIANCE.label)
    direct_cost_non_inventory_applied = account_key(AccountRole.DIRECT_COST_NON_INVENTORY_APPLIED.label)
    price_difference = account_key(AccountRole.PRICE_DIFFERENCE.label)

    class Meta:
        verbose_name = _("account set")
        verbose_name_plural = _("account sets")
        constraints = [models.CheckConstraint(name="account_set_key_filled", condition=~Q(key=""))]

    def __str__(self) -> str:
        return f"{self.pk}"

    def account_id(self, role: AccountRole) -> int | None:
        account_id: int | None = getattr(self, f"{role.value}_id")
        return account_id
