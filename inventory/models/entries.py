"""The item sub-ledger: quantities moved, and which entry took from which. Append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from config.base.fields import QuantityField
from inventory.enums import DocumentType, ItemLedgerEntryType, OrderType, SourceType
from inventory.models.master import Item, Variant
from inventory.models.places import Location
from inventory.querysets import ItemApplicationEntryQuerySet, ItemLedgerEntryQuerySet


class ItemRegister(models.Model):
    """One posting: the key that ties everything it made together."""

    source_code = models.CharField(_("source code"), max_length=20)
    document_no = models.CharField(_("document no."), max_length=20, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("user"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("item register")
        verbose_name_plural = _("item registers")

    def __str__(self) -> str:
        return f"{self.pk}"


class EntryBase(models.Model):
    """Where an entry stems from: shared by the ledgers of items and of capacity."""

    posting_date = models.DateField(_("posting date"))
    document_type = models.CharField(_("document type"), max_length=30, choices=DocumentType, db_default="", blank=True)
    document_no = models.CharField(_("document no."), max_length=20)
    document_line_no = models.IntegerField(_("document line no."), db_default=0)
    external_document_no = models.CharField(_("external document no."), max_length=35, db_default="", blank=True)
    order_type = models.CharField(_("order type"), max_length=12, choices=OrderType, db_default="", blank=True)
    order_no = models.CharField(_("order no."), max_length=20, db_default="", blank=True)
    order_line_no = models.IntegerField(_("order line no."), db_default=0)
    description = models.CharField(_("description"), max_length=100, db_default="", blank=True)
    dimension_set = models.ForeignKey(
        "base.DimensionSet", models.PROTECT, null=True, related_name="+", verbose_name=_("dimension set")
    )
    reason_code = models.ForeignKey(
        "base.ReasonCode", models.PROTECT, null=True, related_name="+", verbose_name=_("reason code")
    )
    register = models.ForeignKey(ItemRegister, models.PROTECT, verbose_name=_("register"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        abstract = True


class ItemLedgerEntry(EntryBase):
    """One physical movement of one item: inbound positive, outbound negative, in base units.

    Only the progress columns may change after posting; a trigger refuses the rest.
    """

    PROGRESS_FIELDS = (
        "remaining_quantity",
        "invoiced_quantity",
        "open",
        "completely_invoiced",
        "last_invoice_date",
        "applies_to_entry_id",
        "applied_entry_to_adjust",
        "shipped_quantity_not_returned",
    )

    # Found by `ile_item_date`.
    item = models.ForeignKey(
        Item, models.PROTECT, db_index=False, related_name="ledger_entries", verbose_name=_("item")
    )
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, db_index=False, verbose_name=_("variant"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, verbose_name=_("location"))
    entry_type = models.CharField(_("entry type"), max_length=20, choices=ItemLedgerEntryType)
    source_type = models.CharField(_("source type"), max_length=10, choices=SourceType, db_default="", blank=True)
    source_no = models.CharField(_("source no."), max_length=20, db_default="", blank=True)
    quantity = QuantityField(_("quantity"))
    remaining_quantity = QuantityField(_("remaining quantity"))
    invoiced_quantity = QuantityField(_("invoiced quantity"))
    open = models.BooleanField(_("open"))
    positive = models.GeneratedField(
        expression=Q(quantity__gt=0),  # type: ignore[arg-type]  # Django takes a Q, the stubs do not know.
        output_field=models.BooleanField(_("positive")),
        db_persist=True,
    )
    completely_invoiced = models.BooleanField(_("completely invoiced"))
    last_invoice_date = models.DateField(_("last invoice date"), null=True)
    applies_to_entry = models.ForeignKey(
        "self", models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("applies-to entry")
    )
    applied_entry_to_adjust = models.BooleanField(_("applied entry to adjust"), db_default=False)
    shipped_quantity_not_returned = QuantityField(_("shipped quantity not returned"), default=0)
    # As in `EntryBase`, with indexes below.
    dimension_set = models.ForeignKey(
        "base.DimensionSet",
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("dimension set"),
    )
    reason_code = models.ForeignKey(
        "base.ReasonCode", models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("reason code")
    )
    correction = models.BooleanField(_("correction"), db_default=False)
    drop_shipment = models.BooleanField(_("drop shipment"), db_default=False)
    assemble_to_order = models.BooleanField(_("assemble to order"), db_default=False)
    lot_no = models.CharField(_("lot no."), max_length=50, db_default="", blank=True)
    serial_no = models.CharField(_("serial no."), max_length=50, db_default="", blank=True)
    expiration_date = models.DateField(_("expiration date"), null=True)

    objects = ItemLedgerEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("item ledger entry")
        verbose_name_plural = _("item ledger entries")
        constraints = [
            models.CheckConstraint(
                name="item_ledger_entry_open_iff_remaining", condition=Q(open=~Q(remaining_quantity=0))
            ),
            models.CheckConstraint(
                name="item_ledger_entry_remaining_within_quantity",
                condition=Q(quantity__gt=0, remaining_quantity__gte=0, remaining_quantity__lte=F("quantity"))
                | Q(quantity__lt=0, remaining_quantity__lte=0, remaining_quantity__gte=F("quantity")),
            ),
            models.CheckConstraint(
                name="item_ledger_entry_invoiced_within_quantity",
                condition=Q(quantity__gt=0, invoiced_quantity__gte=0, invoiced_quantity__lte=F("quantity"))
                | Q(quantity__lt=0, invoiced_quantity__lte=0, invoiced_quantity__gte=F("quantity")),
            ),
            models.CheckConstraint(
                name="item_ledger_entry_completely_invoiced_iff_all",
                condition=Q(completely_invoiced=False) | Q(invoiced_quantity=F("quantity")),
            ),
        ]
        indexes = [
            models.Index(fields=["item", "posting_date", "id"], name="ile_item_date"),
            models.Index(
                fields=["item", "location", "posting_date", "id"], condition=Q(open=True), name="ile_item_open"
            ),
            models.Index(fields=["location"], condition=Q(open=True), name="ile_location_open"),
            models.Index(fields=["posting_date"], condition=Q(completely_invoiced=False), name="ile_not_invoiced"),
            models.Index(fields=["item"], condition=Q(applied_entry_to_adjust=True), name="ile_to_adjust"),
            models.Index(fields=["document_no", "document_line_no"], name="ile_document"),
            models.Index(fields=["posting_date"], name="ile_posting_date"),
            models.Index(
                fields=["order_no", "order_type", "order_line_no"],
                condition=Q(order_type__in=[OrderType.ASSEMBLY, OrderType.PRODUCTION]),
                name="ile_made_by_order",
            ),
            # Each change of an entry writes all of its indexes again: blanks are left out where most are blank.
            models.Index(fields=["variant"], condition=Q(variant__isnull=False), name="ile_variant"),
            models.Index(fields=["dimension_set"], condition=Q(dimension_set__isnull=False), name="ile_dimension_set"),
            models.Index(fields=["reason_code"], condition=Q(reason_code__isnull=False), name="ile_reason_code"),
            models.Index(
                fields=["applies_to_entry"], condition=Q(applies_to_entry__isnull=False), name="ile_applies_to"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class ItemApplicationEntry(models.Model):
    """A link between a cost source and its receiver, and the quantity that it carries.

    `item_ledger_entry` is the receiver. An inbound's own record has no outbound. Never deleted: unapplying sets
    `cancelled_by`, and one active row may exist per receiver, inbound and outbound.
    """

    PROGRESS_FIELDS = ("cancelled_by_id", "output_completely_invoiced_date", "outbound_entry_is_updated")

    item_ledger_entry = models.ForeignKey(
        ItemLedgerEntry, models.PROTECT, related_name="applications", verbose_name=_("item ledger entry")
    )
    inbound_item_entry = models.ForeignKey(
        ItemLedgerEntry, models.PROTECT, related_name="outbound_applications", verbose_name=_("inbound item entry")
    )
    outbound_item_entry = models.ForeignKey(
        ItemLedgerEntry,
        models.PROTECT,
        null=True,
        related_name="inbound_applications",
        verbose_name=_("outbound item entry"),
    )
    transferred_from_entry = models.ForeignKey(
        ItemLedgerEntry, models.PROTECT, null=True, related_name="+", verbose_name=_("transferred from entry")
    )
    quantity = QuantityField(_("quantity"))
    posting_date = models.DateField(_("posting date"))
    cost_application = models.BooleanField(_("cost application"))
    output_completely_invoiced_date = models.DateField(_("output completely invoiced date"), null=True)
    outbound_entry_is_updated = models.BooleanField(_("outbound entry is updated"), db_default=False)
    cancelled_by = models.ForeignKey(
        ItemRegister, models.PROTECT, null=True, related_name="cancelled_applications", verbose_name=_("cancelled by")
    )
    register = models.ForeignKey(ItemRegister, models.PROTECT, related_name="applications", verbose_name=_("register"))
    created_at = models.DateTimeField(_("created at"))

    objects = ItemApplicationEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("item application entry")
        verbose_name_plural = _("item application entries")
        constraints = [
            models.UniqueConstraint(
                fields=["item_ledger_entry", "inbound_item_entry", "outbound_item_entry"],
                condition=Q(cancelled_by__isnull=True),
                name="item_application_entry_active_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="item_application_entry_quantity_not_zero", condition=~Q(quantity=0)),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def is_own_record(self) -> bool:
        """An inbound's own record, which says that it took its cost from nobody."""
        return self.outbound_item_entry_id is None

    @property
    def is_cost_link(self) -> bool:
        """An inbound that takes its cost from an outbound; nothing of the outbound is used up."""
        return self.outbound_item_entry_id is not None and self.item_ledger_entry_id == self.inbound_item_entry_id


class CapacityLedgerEntry(EntryBase):
    """Time or work used by a production or assembly order."""

    PROGRESS_FIELDS = ("invoiced_quantity",)

    item = models.ForeignKey(Item, models.PROTECT, null=True, verbose_name=_("produced item"))
    work_centre = models.ForeignKey("inventory.WorkCentre", models.PROTECT, null=True, verbose_name=_("work centre"))
    quantity = QuantityField(_("quantity"))
    invoiced_quantity = QuantityField(_("invoiced quantity"), default=0)
    output_quantity = QuantityField(_("output quantity"), default=0)
    scrap_quantity = QuantityField(_("scrap quantity"), default=0)
    setup_time = QuantityField(_("setup time"), default=0, db_default=0)
    run_time = QuantityField(_("run time"), default=0, db_default=0)
    subcontracted = models.BooleanField(_("subcontracted"), db_default=False)

    class Meta:
        verbose_name = _("capacity ledger entry")
        verbose_name_plural = _("capacity ledger entries")
        indexes = [models.Index(fields=["order_type", "order_no", "order_line_no"], name="capacity_entry_order")]

    def __str__(self) -> str:
        return f"{self.pk}"


class PhysicalInventoryLedgerEntry(EntryBase):
    """One counted line: what the books said, what was counted."""

    PROGRESS_FIELDS = ()

    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, verbose_name=_("variant"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, verbose_name=_("location"))
    lot_no = models.CharField(_("lot no."), max_length=50, db_default="", blank=True)
    serial_no = models.CharField(_("serial no."), max_length=50, db_default="", blank=True)
    quantity_calculated = QuantityField(_("quantity calculated"))
    quantity_counted = QuantityField(_("quantity counted"))
    item_ledger_entry = models.ForeignKey(
        ItemLedgerEntry, models.PROTECT, null=True, related_name="counted_by", verbose_name=_("item ledger entry")
    )

    class Meta:
        verbose_name = _("physical inventory ledger entry")
        verbose_name_plural = _("physical inventory ledger entries")
        constraints = [
            models.CheckConstraint(name="physical_inventory_counted_not_negative", condition=Q(quantity_counted__gte=0))
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
