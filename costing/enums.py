"""Vocabularies of costing (Business Central's words)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ValueEntryType(models.TextChoices):
    DIRECT_COST = "direct_cost", _("Direct cost")
    REVALUATION = "revaluation", _("Revaluation")
    ROUNDING = "rounding", _("Rounding")
    INDIRECT_COST = "indirect_cost", _("Indirect cost")
    VARIANCE = "variance", _("Variance")
    DIRECT_COST_NON_INVENTORY = "direct_cost_non_inventory", _("Direct cost - non-inventory")


class VarianceType(models.TextChoices):
    PURCHASE = "purchase", pgettext_lazy("variance", "Purchase")
    MATERIAL = "material", pgettext_lazy("variance", "Material")
    CAPACITY = "capacity", pgettext_lazy("variance", "Capacity")
    CAPACITY_OVERHEAD = "capacity_overhead", pgettext_lazy("variance", "Capacity overhead")
    MANUFACTURING_OVERHEAD = "manufacturing_overhead", pgettext_lazy("variance", "Manufacturing overhead")
    SUBCONTRACTED = "subcontracted", pgettext_lazy("variance", "Subcontracted")
    MATERIAL_NON_INVENTORY = "material_non_inventory", pgettext_lazy("variance", "Material - non-inventory")
    PRICE_DIFFERENCE = "price_difference", pgettext_lazy("variance", "Price difference")


class AverageCostPeriod(models.TextChoices):
    DAY = "day", pgettext_lazy("average period", "Day")
    WEEK = "week", pgettext_lazy("average period", "Week")
    MONTH = "month", pgettext_lazy("average period", "Month")
    QUARTER = "quarter", pgettext_lazy("average period", "Quarter")
    YEAR = "year", pgettext_lazy("average period", "Year")
    ACCOUNTING_PERIOD = "accounting_period", pgettext_lazy("average period", "Accounting period")


class AverageCostCalculation(models.TextChoices):
    ITEM = "item", pgettext_lazy("average calculation", "Item")
    ITEM_LOCATION_VARIANT = "item_location_variant", _("Item, location and variant")


class AdjustmentTrigger(models.TextChoices):
    """How far back automatic cost adjustment reaches."""

    NEVER = "never", pgettext_lazy("automatic adjustment", "Never")
    DAY = "day", pgettext_lazy("automatic adjustment", "Day")
    WEEK = "week", pgettext_lazy("automatic adjustment", "Week")
    MONTH = "month", pgettext_lazy("automatic adjustment", "Month")
    QUARTER = "quarter", pgettext_lazy("automatic adjustment", "Quarter")
    YEAR = "year", pgettext_lazy("automatic adjustment", "Year")
    ALWAYS = "always", pgettext_lazy("automatic adjustment", "Always")


class AccountRole(models.TextChoices):
    """What an account is used for; the words of the scenario format."""

    INVENTORY = "inventory", pgettext_lazy("account role", "Inventory")
    INVENTORY_INTERIM = "inventory_interim", _("Inventory (interim)")
    WIP = "wip", _("WIP inventory")
    MATERIAL_VARIANCE = "material_variance", _("Material variance")
    MATERIAL_NON_INVENTORY_VARIANCE = "material_non_inventory_variance", _("Material non-inventory variance")
    CAPACITY_VARIANCE = "capacity_variance", _("Capacity variance")
    SUBCONTRACTED_VARIANCE = "subcontracted_variance", _("Subcontracted variance")
    CAPACITY_OVERHEAD_VARIANCE = "capacity_overhead_variance", _("Capacity overhead variance")
    MANUFACTURING_OVERHEAD_VARIANCE = "manufacturing_overhead_variance", _("Mfg. overhead variance")
    COGS = "cogs", _("COGS")
    COGS_INTERIM = "cogs_interim", _("COGS (interim)")
    INVENTORY_ADJUSTMENT = "inventory_adjustment", _("Inventory adjustment")
    INVT_ACCRUAL_INTERIM = "invt_accrual_interim", _("Invt. accrual (interim)")
    DIRECT_COST_APPLIED = "direct_cost_applied", _("Direct cost applied")
    OVERHEAD_APPLIED = "overhead_applied", _("Overhead applied")
    PURCHASE_VARIANCE = "purchase_variance", _("Purchase variance")
    DIRECT_COST_NON_INVENTORY_APPLIED = "direct_cost_non_inventory_applied", _("Direct cost non-inventory applied")
    PRICE_DIFFERENCE = "price_difference", _("Price difference")


INVENTORY_POSTING_ROLES = (
    AccountRole.INVENTORY,
    AccountRole.INVENTORY_INTERIM,
    AccountRole.WIP,
    AccountRole.MATERIAL_VARIANCE,
    AccountRole.MATERIAL_NON_INVENTORY_VARIANCE,
    AccountRole.CAPACITY_VARIANCE,
    AccountRole.SUBCONTRACTED_VARIANCE,
    AccountRole.CAPACITY_OVERHEAD_VARIANCE,
    AccountRole.MANUFACTURING_OVERHEAD_VARIANCE,
)
GENERAL_POSTING_ROLES = (
    AccountRole.COGS,
    AccountRole.COGS_INTERIM,
    AccountRole.INVENTORY_ADJUSTMENT,
    AccountRole.INVT_ACCRUAL_INTERIM,
    AccountRole.DIRECT_COST_APPLIED,
    AccountRole.OVERHEAD_APPLIED,
    AccountRole.PURCHASE_VARIANCE,
    AccountRole.DIRECT_COST_NON_INVENTORY_APPLIED,
    AccountRole.PRICE_DIFFERENCE,
)


class PostingPair(models.TextChoices):
    """Which amount of a value entry a relation row accounts for."""

    ACTUAL = "actual", pgettext_lazy("posting pair", "Actual")
    EXPECTED = "expected", pgettext_lazy("posting pair", "Expected")
    CLOSING_OUT = "closing_out", pgettext_lazy("posting pair", "Closing out")


class RunState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("run state", "Waiting")
    RUNNING = "running", pgettext_lazy("run state", "Running")
    DONE = "done", pgettext_lazy("run state", "Done")
    FAILED = "failed", pgettext_lazy("run state", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("run state", "Cancelled")
    REVERSED = "reversed", pgettext_lazy("run state", "Reversed")


class CloseKind(models.TextChoices):
    CLOSE = "close", pgettext_lazy("close kind", "Close")
    RECALCULATION = "recalculation", pgettext_lazy("close kind", "Recalculation")
    MANUAL_ADJUSTMENT = "manual_adjustment", pgettext_lazy("close kind", "Manual adjustment")
    RECEIPT_ADJUSTMENT = "receipt_adjustment", pgettext_lazy("close kind", "Adjustment of a receipt")
