"""Value entries, what of them is in the general ledger, and what waits. Append-only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.fields import AmountField, QuantityField, UnitCostField
from costing.enums import PostingPair, ValueEntryType, VarianceType
from costing.models.setup import AccountSet
from costing.querysets import ValueEntryQuerySet
from inventory.enums import DocumentType, ItemLedgerEntryType, OrderType, SourceType
from inventory.models import (
    CapacityLedgerEntry,
    GenBusPostingGroup,
    GenProdPostingGroup,
    InventoryPostingGroup,
    Item,
    ItemCharge,
    ItemLedgerEntry,
    ItemRegister,
    Location,
    Variant,
)
from ledger.models import GLEntry


def copied_key(model: type[models.Model] | str, label: Any, *, db_index: bool = False) -> Any:
    """A key copied from the item ledger entry, whose own keys the database checks (ADR 0004)."""
    return models.ForeignKey(
        model,
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=db_index,
        related_name="+",
        verbose_name=label,
    )


class ValueEntry(models.Model):
    """One fact about the value of one item (or capacity) ledger entry; inbound positive.

    Never updated, but for the two columns that the costing rules themselves move.
    """

    PROGRESS_FIELDS = ("valuation_date", "valued_by_average_cost")

    item_ledger_entry = models.ForeignKey(
        ItemLedgerEntry, models.PROTECT, null=True, related_name="value_entries", verbose_name=_("item ledger entry")
    )
    capacity_ledger_entry = models.ForeignKey(
        CapacityLedgerEntry,
        models.PROTECT,
        null=True,
        related_name="value_entries",
        verbose_name=_("capacity ledger entry"),
    )
    item = copied_key(Item, _("item"))
    variant = copied_key(Variant, _("variant"))
    location = copied_key(Location, _("location"))
    item_ledger_entry_type = models.CharField(_("item ledger entry type"), max_length=20, choices=ItemLedgerEntryType)
    entry_type = models.CharField(_("entry type"), max_length=30, choices=ValueEntryType)
    variance_type = models.CharField(_("variance type"), max_length=30, choices=VarianceType, db_default="", blank=True)
    posting_date = models.DateField(_("posting date"))
    valuation_date = models.DateField(_("valuation date"))
    document_type = models.CharField(_("document type"), max_length=30, choices=DocumentType, db_default="", blank=True)
    document_no = models.CharField(_("document no."), max_length=20)
    document_line_no = models.IntegerField(_("document line no."), db_default=0)
    external_document_no = models.CharField(_("external document no."), max_length=35, db_default="", blank=True)
    order_type = models.CharField(_("order type"), max_length=12, choices=OrderType, db_default="", blank=True)
    order_no = models.CharField(_("order no."), max_length=20, db_default="", blank=True)
    order_line_no = models.IntegerField(_("order line no."), db_default=0)
    source_type = models.CharField(_("source type"), max_length=10, choices=SourceType, db_default="", blank=True)
    source_no = models.CharField(_("source no."), max_length=20, db_default="", blank=True)
    description = models.CharField(_("description"), max_length=100, db_default="", blank=True)

    item_ledger_entry_quantity = QuantityField(_("item ledger entry quantity"), default=0)
    valued_quantity = QuantityField(_("valued quantity"))
    invoiced_quantity = QuantityField(_("invoiced quantity"), default=0)
    cost_amount_actual = AmountField(_("cost amount (actual)"), default=0)
    cost_amount_expected = AmountField(_("cost amount (expected)"), default=0)
    cost_amount_non_inventory = AmountField(_("cost amount (non-inventory)"), default=0)
    cost_per_unit = UnitCostField(_("cost per unit"), default=0)
    sales_amount_actual = AmountField(_("sales amount (actual)"), default=0)
    sales_amount_expected = AmountField(_("sales amount (expected)"), default=0)
    purchase_amount_actual = AmountField(_("purchase amount (actual)"), default=0)
    purchase_amount_expected = AmountField(_("purchase amount (expected)"), default=0)
    discount_amount = AmountField(_("discount amount"), default=0)

    expected_cost = models.BooleanField(_("expected cost"), db_default=False)
    inventoriable = models.BooleanField(_("inventoriable"), db_default=True)
    valued_by_average_cost = models.BooleanField(_("valued by average cost"), db_default=False)
    partial_revaluation = models.BooleanField(_("partial revaluation"), db_default=False)
    adjustment = models.BooleanField(_("adjustment"), db_default=False)
    applies_to_entry = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("applies-to value entry"),
    )
    item_charge = copied_key(ItemCharge, _("item charge"))
    inventory_posting_group = copied_key(InventoryPostingGroup, _("inventory posting group"))
    gen_bus_posting_group = copied_key(GenBusPostingGroup, _("general business posting group"))
    gen_prod_posting_group = copied_key(GenProdPostingGroup, _("general product posting group"))
    account_set = models.ForeignKey(
        AccountSet, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("account set")
    )
    dimension_set = copied_key("base.DimensionSet", _("dimension set"))
    reason_code = copied_key("base.ReasonCode", _("reason code"))
    user = copied_key(settings.AUTH_USER_MODEL, _("user"))
    register = models.ForeignKey(
        ItemRegister, models.PROTECT, db_constraint=False, related_name="value_entries", verbose_name=_("register")
    )
    created_at = models.DateTimeField(_("created at"))

    objects = ValueEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("value entry")
        verbose_name_plural = _("value entries")
        constraints = [
            models.CheckConstraint(
                name="value_entry_item_or_capacity",
                condition=Q(item_ledger_entry__isnull=False, capacity_ledger_entry__isnull=True)
                | Q(item_ledger_entry__isnull=True, capacity_ledger_entry__isnull=False),
            ),
            models.CheckConstraint(
                name="value_entry_variance_type_iff_variance",
                condition=Q(entry_type=ValueEntryType.VARIANCE) & ~Q(variance_type="")
                | ~Q(entry_type=ValueEntryType.VARIANCE) & Q(variance_type=""),
            ),
            models.CheckConstraint(
                name="value_entry_average_only_outbound",
                condition=Q(valued_by_average_cost=False) | Q(valued_quantity__lt=0),
            ),
            models.CheckConstraint(
                name="value_entry_adjustment_invoices_nothing",
                condition=Q(adjustment=False) | Q(invoiced_quantity=0) | Q(item_ledger_entry_type="output"),
            ),
            models.CheckConstraint(
                name="value_entry_expected_only_direct_or_revaluation",
                condition=Q(cost_amount_expected=0)
                | Q(entry_type__in=(ValueEntryType.DIRECT_COST, ValueEntryType.REVALUATION)),
            ),
        ]
        indexes = [
            models.Index(fields=["item", "valuation_date"], name="value_entry_item_valuation"),
            # The sums of the reconciliation come from this index alone.
            models.Index(
                fields=["posting_date", "item_ledger_entry_type", "entry_type", "variance_type", "order_type"],
                include=["inventoriable", "cost_amount_actual", "cost_amount_expected"],
                name="value_entry_date_kind",
            ),
            models.Index(fields=["document_no"], name="value_entry_document"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class GLItemLedgerRelation(models.Model):
    """What of a value entry the general ledger holds: one row per posted pair.

    `amount` has the sign of the value entry: it stands on `gl_entry`'s account, its opposite on `balancing_gl_entry`'s.
    """

    PROGRESS_FIELDS = ()

    value_entry = models.ForeignKey(
        ValueEntry, models.PROTECT, related_name="gl_relations", verbose_name=_("value entry")
    )
    pair = models.CharField(_("pair"), max_length=12, choices=PostingPair)
    amount = AmountField(_("amount"))
    gl_entry = models.ForeignKey(GLEntry, models.PROTECT, related_name="+", verbose_name=_("G/L entry"))
    balancing_gl_entry = models.ForeignKey(
        GLEntry, models.PROTECT, related_name="+", verbose_name=_("balancing G/L entry")
    )

    class Meta:
        verbose_name = _("G/L - item ledger relation")
        verbose_name_plural = _("G/L - item ledger relations")
        constraints = [
            models.UniqueConstraint(fields=["value_entry", "pair"], name="gl_relation_posted_once"),
            models.CheckConstraint(name="gl_relation_amount_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="gl_relation_two_entries", condition=~Q(gl_entry=models.F("balancing_gl_entry"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class ValueEntryToPost(models.Model):
    """The queue: a value entry with an amount that the general ledger does not hold yet."""

    value_entry = models.OneToOneField(
        ValueEntry, models.CASCADE, primary_key=True, related_name="to_post", verbose_name=_("value entry")
    )
    item = models.ForeignKey(Item, models.PROTECT, null=True, db_constraint=False, verbose_name=_("item"))
    posting_date = models.DateField(_("posting date"), db_index=True)

    class Meta:
        verbose_name = _("value entry to post")
        verbose_name_plural = _("value entries to post")

    def __str__(self) -> str:
        return f"{self.pk}"
