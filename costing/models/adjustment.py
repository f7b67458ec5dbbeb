"""What is unadjusted, the runs that adjust it, and whose cost moved whose."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from config.base.fields import AmountField, QuantityField, UnitCostField
from costing.enums import RunState, ValueEntryType, VarianceType
from costing.models.entries import ValueEntry
from inventory.enums import OrderType
from inventory.models import CapacityLedgerEntry, Item, ItemLedgerEntry, ItemRegister, Location, Variant


class ItemCostState(models.Model):
    """One row per item with entries: raised by each posting, so that a run knows what it read is still so."""

    item = models.OneToOneField(
        Item, models.PROTECT, primary_key=True, related_name="cost_state", verbose_name=_("item")
    )
    change_no = models.BigIntegerField(_("change no."), db_default=0)
    adjusted_at = models.DateTimeField(_("adjusted at"), null=True)
    excluded = models.BooleanField(_("excluded from cost adjustment"), db_default=False)
    allow_online_adjustment = models.BooleanField(_("allow online adjustment"), db_default=True)

    class Meta:
        verbose_name = _("item cost state")
        verbose_name_plural = _("item cost states")

    def __str__(self) -> str:
        return f"{self.pk}"


class ItemBalance(models.Model):
    """What an item has at a place by all its entries: quantity, invoiced quantity, cost (actual and expected).

    Kept by every posting and adjustment in the statement that raises the item's change number, so that neither posting
    nor adjustment adds up a history (ADR 0011). `check_books` adds it up again. Values that do not count as inventory
    are left out.
    """

    item = models.ForeignKey(Item, models.PROTECT, db_index=False, related_name="balances", verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, db_index=False, verbose_name=_("variant"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, db_index=False, verbose_name=_("location"))
    quantity = QuantityField(_("quantity"), default=0)
    invoiced_quantity = QuantityField(_("invoiced quantity"), default=0)
    cost = AmountField(_("cost"), default=0)

    class Meta:
        verbose_name = _("item balance")
        verbose_name_plural = _("item balances")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "variant", "location"], name="item_balance_unique", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class AvgCostAdjmtEntryPoint(models.Model):
    """A scope of an item whose cost is not adjusted from a valuation date on; gone once it is.

    Average items: the end of the average period, and no place when averaged per item. Others: the very date and place.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="cost_entry_points", verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, verbose_name=_("variant"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, verbose_name=_("location"))
    valuation_date = models.DateField(_("valuation date"))

    class Meta:
        verbose_name = _("unadjusted entry point")
        verbose_name_plural = _("unadjusted entry points")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "variant", "location", "valuation_date"],
                name="cost_entry_point_unique",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class InventoryAdjmtEntryOrder(models.Model):
    """The cost of one assembly or production order line: shares as settled, and whether it is adjusted."""

    order_type = models.CharField(_("order type"), max_length=12, choices=OrderType)
    order_no = models.CharField(_("order no."), max_length=20)
    order_line_no = models.IntegerField(_("order line no."), default=0)
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    is_finished = models.BooleanField(_("finished"), default=False)
    completely_invoiced = models.BooleanField(_("completely invoiced"), default=False)
    cost_is_adjusted = models.BooleanField(_("cost is adjusted"), default=False)
    closed_out = models.BooleanField(_("finished without output"), db_default=False)
    change_no = models.BigIntegerField(_("change no."), db_default=0)
    indirect_cost_percent = UnitCostField(_("indirect cost %"), default=0)
    overhead_rate = UnitCostField(_("overhead rate"), default=0)
    material_share = UnitCostField(_("material cost"), default=0)
    capacity_share = UnitCostField(_("capacity cost"), default=0)
    subcontracted_share = UnitCostField(_("subcontracted cost"), default=0)
    capacity_overhead_share = UnitCostField(_("capacity overhead"), default=0)
    manufacturing_overhead_share = UnitCostField(_("manufacturing overhead"), default=0)
    non_inventory_share = UnitCostField(_("non-inventory material cost"), default=0, db_default=0)

    class Meta:
        verbose_name = _("order cost state")
        verbose_name_plural = _("order cost states")
        constraints = [
            models.UniqueConstraint(fields=["order_type", "order_no", "order_line_no"], name="order_cost_state_unique"),
            models.CheckConstraint(name="order_cost_state_makes_goods", condition=~Q(order_type=OrderType.TRANSFER)),
        ]
        indexes = [
            models.Index(
                fields=["item"], condition=Q(cost_is_adjusted=False, is_finished=True), name="order_state_unadjusted"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_no}/{self.order_line_no}"


class AdjustmentRun(models.Model):
    """One run of cost adjustment; its items are claimed by any number of workers.

    `item_ids`: the items that it is limited to. NULL: all, also those that become unadjusted while it works.
    """

    job = models.OneToOneField("base.Job", models.PROTECT, null=True, verbose_name=_("job"))
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.WAITING)
    through = models.DateField(_("through"), null=True)
    preview = models.BooleanField(_("preview"), default=False)
    online = models.BooleanField(_("as part of a posting"), default=False)
    item_ids = models.JSONField(_("limited to items"), null=True)
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("cost adjustment run")
        verbose_name_plural = _("cost adjustment runs")

    def __str__(self) -> str:
        return f"{self.pk}"


class AdjustmentRunItem(models.Model):
    """The log of one item in a run."""

    run = models.ForeignKey(AdjustmentRun, models.CASCADE, related_name="items", verbose_name=_("run"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="adjustment_log", verbose_name=_("item"))
    level = models.PositiveSmallIntegerField(_("low-level code"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.WAITING)
    entries_read = models.IntegerField(_("entries read"), default=0)
    entries_made = models.IntegerField(_("entries made"), default=0)
    amount = AmountField(_("net amount"), default=0)
    seconds = models.FloatField(_("seconds"), default=0)
    failure = models.TextField(_("failure"), blank=True)
    error_code = models.CharField(_("error code"), max_length=40, db_default="", blank=True)
    rounds = models.PositiveSmallIntegerField(_("rounds"), db_default=0)
    amounts = models.JSONField(
        _("amount by month"), db_default=Value({}, models.JSONField()), help_text=_("Posting month: net amount")
    )
    worker = models.CharField(_("worker"), max_length=100, db_default="", blank=True)
    job = models.ForeignKey(
        "base.Job",
        models.SET_NULL,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("claimed by job"),
    )
    attempt = models.PositiveIntegerField(_("attempt of the job"), db_default=0)

    class Meta:
        verbose_name = _("item of an adjustment run")
        verbose_name_plural = _("items of an adjustment run")
        constraints = [models.UniqueConstraint(fields=["run", "item"], name="adjustment_run_item_unique")]
        indexes = [models.Index(fields=["run", "state", "level", "item"], name="adjustment_run_item_claim")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.item_id}"


class AdjustmentPlanLine(models.Model):
    """What a preview would post: a correction of one value entry. Rows of the run, never of a ledger."""

    run = models.ForeignKey(AdjustmentRun, models.CASCADE, db_index=False, related_name="plan", verbose_name=_("run"))
    item = models.ForeignKey(Item, models.PROTECT, db_index=False, related_name="+", verbose_name=_("item"))
    item_ledger_entry = models.ForeignKey(
        ItemLedgerEntry, models.PROTECT, db_constraint=False, related_name="+", verbose_name=_("item ledger entry")
    )
    value_entry = models.ForeignKey(
        ValueEntry,
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("value entry"),
        help_text=_("The value entry that would be corrected"),
    )
    entry_type = models.CharField(_("entry type"), max_length=30, choices=ValueEntryType)
    variance_type = models.CharField(_("variance type"), max_length=30, choices=VarianceType, blank=True)
    posting_date = models.DateField(_("posting date"))
    valuation_date = models.DateField(_("valuation date"))
    document_no = models.CharField(_("document no."), max_length=20)
    cost_amount_actual = AmountField(_("cost amount (actual)"))
    cost_amount_expected = AmountField(_("cost amount (expected)"))

    class Meta:
        verbose_name = _("planned correction")
        verbose_name_plural = _("planned corrections")
        indexes = [models.Index(fields=["run", "item"], name="adjustment_plan_run_item")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.pk}"


class CostChange(models.Model):
    """A forwarded amount: whose cost (an item or capacity entry, or the pool of a period) moved which entry's."""

    PROGRESS_FIELDS = ()

    item_ledger_entry = models.ForeignKey(
        ItemLedgerEntry,
        models.PROTECT,
        db_constraint=False,
        related_name="cost_changes",
        verbose_name=_("adjusted entry"),
    )
    source_entry = models.ForeignKey(
        ItemLedgerEntry,
        models.PROTECT,
        null=True,
        db_constraint=False,
        related_name="forwarded_changes",
        verbose_name=_("source entry"),
    )
    source_capacity_entry = models.ForeignKey(
        CapacityLedgerEntry,
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="forwarded_changes",
        verbose_name=_("source capacity entry"),
    )
    average_period_end = models.DateField(_("end of average period"), null=True)
    value_entry = models.ForeignKey(
        ValueEntry, models.PROTECT, db_constraint=False, related_name="cost_changes", verbose_name=_("value entry")
    )
    quantity = QuantityField(_("quantity"))
    amount = AmountField(_("amount"))
    register = models.ForeignKey(
        ItemRegister, models.PROTECT, db_constraint=False, db_index=False, verbose_name=_("register")
    )
    run = models.ForeignKey(
        AdjustmentRun, models.PROTECT, null=True, db_constraint=False, db_index=False, verbose_name=_("run")
    )

    class Meta:
        verbose_name = _("cost change")
        verbose_name_plural = _("cost changes")
        constraints = [
            models.CheckConstraint(
                name="cost_change_one_source",
                condition=Q(
                    source_entry__isnull=False, source_capacity_entry__isnull=True, average_period_end__isnull=True
                )
                | Q(source_entry__isnull=True, source_capacity_entry__isnull=False, average_period_end__isnull=True)
                | Q(source_entry__isnull=True, source_capacity_entry__isnull=True, average_period_end__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
