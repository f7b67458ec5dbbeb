"""Inventory periods, closes, and what a close settled."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.fields import AmountField, QuantityField
from costing.enums import CloseKind, RunState
from inventory.models import Item, ItemLedgerEntry, ItemRegister, Location, Variant
from ledger.models import GLTransaction


class InventoryPeriod(models.Model):
    """Everything posted up to the ending date of a closed period stays as it is."""

    ending_date = models.DateField(_("ending date"), unique=True)
    name = models.CharField(_("name"), max_length=50, blank=True)
    closed = models.BooleanField(_("closed"), default=False)

    class Meta:
        verbose_name = _("inventory period")
        verbose_name_plural = _("inventory periods")

    def __str__(self) -> str:
        return str(self.ending_date)


class InventoryPeriodEntry(models.Model):
    """Log of closing and reopening."""

    PROGRESS_FIELDS = ()

    period = models.ForeignKey(
        InventoryPeriod, models.PROTECT, related_name="entries", verbose_name=_("inventory period")
    )
    closed = models.BooleanField(_("closed"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("user"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    last_register = models.ForeignKey(ItemRegister, models.PROTECT, null=True, verbose_name=_("last item register"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("inventory period entry")
        verbose_name_plural = _("inventory period entries")

    def __str__(self) -> str:
        return f"{self.pk}"


class InventoryClose(models.Model):
    """A close, a recalculation or a manual adjustment of items settled at close."""

    kind = models.CharField(_("kind"), max_length=20, choices=CloseKind, default=CloseKind.CLOSE)
    closing_date = models.DateField(_("closing date"))
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.WAITING)
    rehearsal = models.BooleanField(_("rehearsal"), default=False)
    update_ledger = models.BooleanField(_("update general ledger"), default=True)
    max_iterations = models.PositiveIntegerField(_("maximum iterations"), default=100)
    min_adjustment = AmountField(_("minimum adjustment"), default="0.01")
    job = models.OneToOneField("base.Job", models.PROTECT, null=True, verbose_name=_("job"))
    voucher = models.ForeignKey(GLTransaction, models.PROTECT, null=True, related_name="+", verbose_name=_("voucher"))
    reversal_voucher = models.ForeignKey(
        GLTransaction, models.PROTECT, null=True, related_name="+", verbose_name=_("reversal voucher")
    )
    item_ids = models.JSONField(_("limited to items"), null=True)
    of_close = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="adjustments_on_hand",
        verbose_name=_("adjusts what was open at"),
    )
    register = models.ForeignKey(ItemRegister, models.PROTECT, null=True, related_name="+", verbose_name=_("register"))
    reversal_register = models.ForeignKey(
        ItemRegister, models.PROTECT, null=True, related_name="+", verbose_name=_("register of the reversal")
    )
    closed_periods = models.ManyToManyField(InventoryPeriod, blank=True, verbose_name=_("periods closed with it"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("user"))
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("inventory close")
        verbose_name_plural = _("inventory closes")
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(state__in=(RunState.WAITING, RunState.RUNNING), rehearsal=False),
                name="inventory_close_one_unfinished",
            ),
            models.UniqueConstraint(
                fields=["closing_date"],
                condition=Q(kind=CloseKind.CLOSE, state=RunState.DONE, rehearsal=False),
                name="inventory_close_date_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class ClosePlanLine(models.Model):
    """What a close (or its rehearsal) found: one change of cost, or one settlement.

    Its keys are copies of keys that the database checks elsewhere (ADR 0004), and it is read by its run alone.
    """

    close = models.ForeignKey(
        InventoryClose, models.CASCADE, related_name="plan_lines", verbose_name=_("inventory close")
    )
    item = models.ForeignKey(Item, models.PROTECT, db_constraint=False, db_index=False, verbose_name=_("item"))
    issue = models.ForeignKey(
        ItemLedgerEntry,
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("issue"),
    )
    receipt = models.ForeignKey(
        ItemLedgerEntry,
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("receipt"),
    )
    quantity = QuantityField(_("quantity"), default=0)
    amount = AmountField(_("amount"), default=0)
    details = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("plan line of a close")
        verbose_name_plural = _("plan lines of a close")

    def __str__(self) -> str:
        return f"{self.pk}"


class CloseLogLine(models.Model):
    """A warning of a run: what could not be settled and why. A note says what was found out, also "nothing to do"."""

    close = models.ForeignKey(
        InventoryClose, models.CASCADE, related_name="log_lines", verbose_name=_("inventory close")
    )
    item = models.ForeignKey(Item, models.PROTECT, null=True, verbose_name=_("item"))
    issue = models.ForeignKey(ItemLedgerEntry, models.PROTECT, null=True, related_name="+", verbose_name=_("issue"))
    code = models.CharField(_("code"), max_length=40)
    cause = models.CharField(_("cause"), max_length=40, blank=True, default="", db_default="")
    quantity = QuantityField(_("quantity not settled"), default=0, db_default=Decimal(0))
    message = models.TextField(_("message"))
    note = models.CharField(_("note"), max_length=500, blank=True, default="", db_default="")
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("note by")
    )
    noted_at = models.DateTimeField(_("noted at"), null=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("log line of a close")
        verbose_name_plural = _("log lines of a close")

    def __str__(self) -> str:
        return f"{self.pk}"


class ClosingTransfer(models.Model):
    """What a weighted average close made of several receipts of a pool: stock at one price, the next close's opening.

    Receipts go into its issue side, issues come out of its receipt side (`Settlement`). It nets to zero, so it has no
    value entries. `amount` moves when what is left of it is revalued, or a receipt that went into it costs more.
    """

    PROGRESS_FIELDS = ("amount", "cancelled_by_id")

    close = models.ForeignKey(
        InventoryClose, models.PROTECT, related_name="transfers", verbose_name=_("inventory close")
    )
    item = models.ForeignKey(Item, models.PROTECT, related_name="closing_transfers", verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, verbose_name=_("variant"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, verbose_name=_("location"))
    posting_date = models.DateField(_("posting date"))
    quantity = QuantityField(_("quantity"))
    amount = AmountField(_("amount"))
    cancelled_by = models.ForeignKey(
        InventoryClose, models.PROTECT, null=True, related_name="cancelled_transfers", verbose_name=_("cancelled by")
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("closing transfer")
        verbose_name_plural = _("closing transfers")
        constraints = [models.CheckConstraint(name="closing_transfer_quantity_positive", condition=Q(quantity__gt=0))]

    def __str__(self) -> str:
        return f"{self.pk}"


class Settlement(models.Model):
    """Part of an issue tied to part of a receipt by a close. Cancelled by a reversal or a close that replaces it."""

    PROGRESS_FIELDS = ("cancelled_by_id",)

    close = models.ForeignKey(
        InventoryClose, models.PROTECT, related_name="settlements", verbose_name=_("inventory close")
    )
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    issue = models.ForeignKey(
        ItemLedgerEntry,
        models.PROTECT,
        null=True,
        related_name="settlements_as_issue",
        verbose_name=_("issue"),
        help_text=_("None: the issue side of a weighted average closing transfer."),
    )
    receipt = models.ForeignKey(
        ItemLedgerEntry,
        models.PROTECT,
        null=True,
        related_name="settlements_as_receipt",
        verbose_name=_("receipt"),
        help_text=_("None: the receipt side of a weighted average closing transfer."),
    )
    issue_transfer = models.ForeignKey(
        ClosingTransfer, models.PROTECT, null=True, related_name="inputs", verbose_name=_("into closing transfer")
    )
    receipt_transfer = models.ForeignKey(
        ClosingTransfer, models.PROTECT, null=True, related_name="outputs", verbose_name=_("from closing transfer")
    )
    quantity = QuantityField(_("quantity"))
    amount = AmountField(_("amount"))
    marked = models.BooleanField(_("by mark"), default=False)
    cancelled_by = models.ForeignKey(
        InventoryClose,
        models.PROTECT,
        null=True,
        related_name="cancelled_settlements",
        verbose_name=_("cancelled by"),
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints = [
            models.UniqueConstraint(
                fields=["close", "issue", "receipt", "issue_transfer", "receipt_transfer", "marked"],
                condition=Q(cancelled_by__isnull=True),
                name="settlement_active_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="settlement_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="settlement_one_issue",
                condition=Q(issue__isnull=True) | Q(issue_transfer__isnull=True),
            ),
            models.CheckConstraint(
                name="settlement_one_receipt",
                condition=Q(receipt__isnull=True) | Q(receipt_transfer__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Mark(models.Model):
    """A wish that an issue be settled against one receipt."""

    issue = models.ForeignKey(ItemLedgerEntry, models.PROTECT, related_name="marks", verbose_name=_("issue"))
    receipt = models.ForeignKey(
        ItemLedgerEntry, models.PROTECT, related_name="marks_as_receipt", verbose_name=_("receipt")
    )
    quantity = QuantityField(_("quantity"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("user"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.UniqueConstraint(fields=["issue", "receipt"], name="mark_pair_unique"),
            models.CheckConstraint(name="mark_quantity_positive", condition=Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
