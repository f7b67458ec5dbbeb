"""Purchase and sales documents: open ones that people edit, posted ones that stay.

Both sides share two tables: a line on either side is a quantity of an item, handled (received or shipped) and then
invoiced; only the sign, the partner and the words differ, and those follow from `Document.kind`.
"""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.base.fields import AmountField, QuantityField, UnitCostField
from inventory.enums import ChargeSplit, DocumentKind, DocumentStatus, DocumentType, LineType, PriceSource
from inventory.models.master import Item, ItemCharge, UnitOfMeasure, Variant
from inventory.models.places import Customer, Location, ResponsibilityCentre, Vendor
from inventory.models.prices import PriceListLine

_IS_OPEN = Q(status__in=[DocumentStatus.OPEN, DocumentStatus.RELEASED])


class Document(models.Model):
    """An order, return order or credit memo that is not fully posted."""

    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind)
    no = models.CharField(_("no."), max_length=20, unique=True)
    status = models.CharField(_("status"), max_length=15, choices=DocumentStatus, default=DocumentStatus.OPEN)
    vendor = models.ForeignKey(Vendor, models.PROTECT, null=True, blank=True, verbose_name=_("vendor"))
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, verbose_name=_("customer"))
    order_date = models.DateField(_("order date"))
    expected_date = models.DateField(_("expected date"), null=True, blank=True)
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("location"))
    responsibility_centre = models.ForeignKey(
        ResponsibilityCentre, models.PROTECT, null=True, blank=True, verbose_name=_("responsibility centre")
    )
    external_document_no = models.CharField(_("external document no."), max_length=35, blank=True)
    reason_code = models.ForeignKey(
        "base.ReasonCode", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason code")
    )
    dimension_set = models.ForeignKey(
        "base.DimensionSet", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dimension set")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.CheckConstraint(
                name="document_partner_of_its_side",
                condition=Q(kind__startswith="purchase", vendor__isnull=False, customer__isnull=True)
                | Q(kind__startswith="sales", customer__isnull=False, vendor__isnull=True),
            )
        ]
        indexes = [
            models.Index(fields=["kind", "status", "no"], name="document_kind_status"),
            # Lists begin with the newest: of a kind, and of all kinds.
            models.Index(fields=["kind", "order_date", "no"], name="document_kind_date"),
            models.Index(fields=["order_date", "no"], name="document_date"),
            models.Index(fields=["vendor"], condition=_IS_OPEN, name="document_open_of_vendor"),
            models.Index(fields=["customer"], condition=_IS_OPEN, name="document_open_of_customer"),
        ]

    def __str__(self) -> str:
        return self.no

    @property
    def is_purchase(self) -> bool:
        return DocumentKind(self.kind).is_purchase

    @property
    def partner(self) -> Vendor | Customer:
        partner = self.vendor if self.is_purchase else self.customer
        assert partner is not None
        return partner


class DocumentLine(models.Model):
    """A line of an open document; quantities in base units, `quantity` as ordered."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="lines", verbose_name=_("document"))
    line_no = models.PositiveIntegerField(_("line no."))
    type = models.CharField(_("type"), max_length=12, choices=LineType, default=LineType.ITEM)
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, verbose_name=_("item"))
    item_charge = models.ForeignKey(ItemCharge, models.PROTECT, null=True, blank=True, verbose_name=_("item charge"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, blank=True, verbose_name=_("variant"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("location"))
    description = models.CharField(_("description"), max_length=100, blank=True)
    unit_of_measure = models.ForeignKey(
        UnitOfMeasure, models.PROTECT, null=True, blank=True, verbose_name=_("unit of measure")
    )
    quantity = QuantityField(_("quantity"))
    unit_amount = UnitCostField(_("unit amount"), default=0, help_text=_("Direct unit cost, or unit price of a sale."))
    unit_cost = UnitCostField(
        _("unit cost"),
        null=True,
        blank=True,
        help_text=_("What goods that a customer returns enter stock at; blank: the cost on the item card."),
    )
    line_discount_amount = AmountField(_("line discount amount"), default=0)
    line_discount_percent = UnitCostField(
        _("line discount %"), null=True, blank=True, help_text=_("Blank: an amount was entered.")
    )
    price_source = models.CharField(
        _("price from"),
        max_length=10,
        choices=PriceSource,
        default=PriceSource.ENTERED,
        db_default=PriceSource.ENTERED,
        editable=False,
    )
    discount_source = models.CharField(
        _("discount from"),
        max_length=10,
        choices=PriceSource,
        default=PriceSource.ENTERED,
        db_default=PriceSource.ENTERED,
        editable=False,
    )
    price_list_line = models.ForeignKey(
        PriceListLine,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
        verbose_name=_("price list line of the price"),
    )
    discount_list_line = models.ForeignKey(
        PriceListLine,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
        verbose_name=_("price list line of the discount"),
    )
    quantity_to_handle = QuantityField(_("quantity to receive or ship"), default=0)
    quantity_to_invoice = QuantityField(_("quantity to invoice"), default=0)
    quantity_handled = QuantityField(_("quantity received or shipped"), default=0, editable=False)
    quantity_invoiced = QuantityField(_("quantity invoiced"), default=0, editable=False)
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
    lot_no = models.CharField(_("lot no."), max_length=50, blank=True)
    serial_no = models.CharField(_("serial no."), max_length=50, blank=True)
    expiration_date = models.DateField(_("expiration date"), null=True, blank=True)
    expected_date = models.DateField(_("expected date"), null=True, blank=True)
    dimension_set = models.ForeignKey(
        "base.DimensionSet", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dimension set")
    )

    class Meta:
        verbose_name = _("document line")
        verbose_name_plural = _("document lines")
        constraints = [
            models.UniqueConstraint(fields=["document", "line_no"], name="document_line_no_unique"),
            models.CheckConstraint(name="document_line_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="document_line_item_or_charge",
                condition=Q(type=LineType.ITEM, item__isnull=False, item_charge__isnull=True)
                | Q(type=LineType.ITEM_CHARGE, item_charge__isnull=False, item__isnull=True),
            ),
            models.CheckConstraint(
                name="document_line_handled_within_quantity",
                condition=Q(quantity_handled__gte=0, quantity_handled__lte=F("quantity")),
            ),
            models.CheckConstraint(
                name="document_line_invoiced_within_handled",
                condition=Q(quantity_invoiced__gte=0, quantity_invoiced__lte=F("quantity_handled")),
            ),
        ]
        indexes = [
            # Few lines wait among all that are done.
            models.Index(
                fields=["item", "document"],
                condition=Q(quantity_handled__lt=F("quantity")),
                name="document_line_to_handle",
            ),
            models.Index(
                fields=["document"],
                condition=Q(quantity_invoiced__lt=F("quantity_handled")),
                name="document_line_to_invoice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}/{self.line_no}"

    @property
    def outstanding_quantity(self) -> Decimal:
        outstanding: Decimal = self.quantity - self.quantity_handled
        return outstanding

    @property
    def price_from(self) -> str:
        """Where the price comes from, its price list line being at hand: ``Price list: from 10 PCS``."""
        return _source_words(self.price_source, self.price_list_line)

    @property
    def discount_from(self) -> str:
        """Where the discount comes from, its price list line being at hand. Blank: as the price does, or none."""
        if not self.line_discount_amount or (self.discount_list_line_id or 0) == self.price_list_line_id:
            return ""
        return _source_words(self.discount_source, self.discount_list_line)

    @property
    def quantity_not_invoiced(self) -> Decimal:
        waiting: Decimal = self.quantity_handled - self.quantity_invoiced
        return waiting


def _source_words(source: str, listed: PriceListLine | None) -> str:
    words = str(PriceSource(source).label)
    if listed is None or not listed.in_words:
        return words
    return gettext("%(source)s: %(about)s") % {"source": words, "about": listed.in_words}


class PostedDocument(models.Model):
    """A receipt, shipment, invoice, credit memo or transfer as it was posted. Append-only."""

    PROGRESS_FIELDS = ()

    type = models.CharField(_("type"), max_length=30, choices=DocumentType)
    no = models.CharField(_("no."), max_length=20)
    posting_date = models.DateField(_("posting date"))
    document_date = models.DateField(_("document date"))
    vendor = models.ForeignKey(Vendor, models.PROTECT, null=True, verbose_name=_("vendor"))
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, verbose_name=_("customer"))
    order_no = models.CharField(_("order no."), max_length=20, db_default="", blank=True)
    location = models.ForeignKey(Location, models.PROTECT, null=True, verbose_name=_("location"))
    external_document_no = models.CharField(_("external document no."), max_length=35, db_default="", blank=True)
    register = models.ForeignKey(
        "inventory.ItemRegister", models.PROTECT, related_name="documents", verbose_name=_("register")
    )
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("posted document")
        verbose_name_plural = _("posted documents")
        constraints = [models.UniqueConstraint(fields=["no", "type"], name="posted_document_no_unique")]
        indexes = [
            models.Index(fields=["type", "posting_date", "no"], name="posted_document_type_date"),
            models.Index(fields=["order_no"], name="posted_document_order"),
        ]

    def __str__(self) -> str:
        return self.no

    @property
    def record_no(self) -> str:
        """What notes and files name it by: a number is unique within a type only."""
        return f"{self.type} {self.no}"


class PostedDocumentLine(models.Model):
    """One line as posted; `quantity` positive, in base units, whatever the direction.

    A line that takes another back (undo) is negative, and `source_line` is the line that it takes back.
    """

    PROGRESS_FIELDS = ()

    posted_document = models.ForeignKey(
        PostedDocument, models.PROTECT, related_name="lines", verbose_name=_("posted document")
    )
    line_no = models.PositiveIntegerField(_("line no."))
    type = models.CharField(_("type"), max_length=12, choices=LineType, db_default=LineType.ITEM)
    item = models.ForeignKey(Item, models.PROTECT, null=True, verbose_name=_("item"))
    item_charge = models.ForeignKey(ItemCharge, models.PROTECT, null=True, verbose_name=_("item charge"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, verbose_name=_("variant"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, verbose_name=_("location"))
    description = models.CharField(_("description"), max_length=100, db_default="", blank=True)
    quantity = QuantityField(_("quantity"))
    unit_amount = UnitCostField(_("unit amount"), default=0)
    discount_amount = AmountField(_("discount amount"), default=0)
    amount = AmountField(_("amount"), default=0)
    order_line_no = models.IntegerField(_("order line no."), db_default=0)
    source_line = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="invoice_lines",
        verbose_name=_("receipt or shipment line"),
        help_text=_("The receipt or shipment line that this invoice line settles."),
    )

    class Meta:
        verbose_name = _("posted document line")
        verbose_name_plural = _("posted document lines")
        constraints = [
            models.UniqueConstraint(fields=["posted_document", "line_no"], name="posted_document_line_no_unique")
        ]

    def __str__(self) -> str:
        return f"{self.posted_document_id}/{self.line_no}"


class ChargeAssignment(models.Model):
    """Part of a charge line that belongs to one posted receipt or shipment line."""

    document_line = models.ForeignKey(
        DocumentLine, models.CASCADE, related_name="charge_assignments", verbose_name=_("charge line")
    )
    posted_line = models.ForeignKey(
        PostedDocumentLine, models.PROTECT, related_name="charge_assignments", verbose_name=_("posted line")
    )
    split = models.CharField(_("split"), max_length=10, choices=ChargeSplit, default=ChargeSplit.QUANTITY)
    amount = AmountField(_("amount"))

    class Meta:
        verbose_name = _("charge assignment")
        verbose_name_plural = _("charge assignments")
        constraints = [
            models.UniqueConstraint(fields=["document_line", "posted_line"], name="charge_assignment_unique")
        ]

    def __str__(self) -> str:
        return f"{self.document_line_id}/{self.posted_line_id}"
