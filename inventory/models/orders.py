"""Orders that move or make goods inside the company, counts and reservations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from config.base.fields import QuantityField, UnitCostField
from inventory.enums import CountStatus, DocumentStatus, OrderStatus, OrderType
from inventory.models.documents import DocumentLine
from inventory.models.master import CodedModel, Item, Variant
from inventory.models.places import Location


class TransferOrder(models.Model):
    """Goods on their way from one location to another, through an in-transit location unless direct."""

    no = models.CharField(_("no."), max_length=20, unique=True)
    status = models.CharField(_("status"), max_length=15, choices=DocumentStatus, default=DocumentStatus.OPEN)
    from_location = models.ForeignKey(Location, models.PROTECT, related_name="+", verbose_name=_("from location"))
    to_location = models.ForeignKey(Location, models.PROTECT, related_name="+", verbose_name=_("to location"))
    in_transit_location = models.ForeignKey(
        Location, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("in-transit location")
    )
    order_date = models.DateField(_("order date"))
    expected_date = models.DateField(_("expected date"), null=True, blank=True)
    dimension_set = models.ForeignKey(
        "base.DimensionSet", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dimension set")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, verbose_name=_("created by")
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("transfer order")
        verbose_name_plural = _("transfer orders")
        constraints = [
            models.CheckConstraint(name="transfer_order_two_places", condition=~Q(from_location=F("to_location")))
        ]

    def __str__(self) -> str:
        return self.no


class TransferLine(models.Model):
    order = models.ForeignKey(TransferOrder, models.CASCADE, related_name="lines", verbose_name=_("transfer order"))
    line_no = models.PositiveIntegerField(_("line no."))
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, blank=True, verbose_name=_("variant"))
    quantity = QuantityField(_("quantity"))
    quantity_shipped = QuantityField(_("quantity shipped"), default=0, editable=False)
    quantity_received = QuantityField(_("quantity received"), default=0, editable=False)
    lot_no = models.CharField(_("lot no."), max_length=50, blank=True)
    serial_no = models.CharField(_("serial no."), max_length=50, blank=True)

    class Meta:
        verbose_name = _("transfer line")
        verbose_name_plural = _("transfer lines")
        constraints = [
            models.UniqueConstraint(fields=["order", "line_no"], name="transfer_line_no_unique"),
            models.CheckConstraint(
                name="transfer_line_received_within_shipped",
                condition=Q(
                    quantity_received__gte=0,
                    quantity_received__lte=F("quantity_shipped"),
                    quantity_shipped__lte=F("quantity"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line_no}"


class WorkCentre(CodedModel):
    """A place or resource whose time costs money."""

    direct_unit_cost = UnitCostField(_("direct unit cost"), default=0)
    indirect_cost_percent = UnitCostField(_("indirect cost %"), default=0)
    overhead_rate = UnitCostField(_("overhead rate"), default=0)
    costed_by_units = models.BooleanField(_("costed by units"), default=False, db_default=False)
    subcontractor = models.ForeignKey(
        "inventory.Vendor", models.PROTECT, null=True, blank=True, verbose_name=_("subcontractor")
    )

    class Meta:
        verbose_name = _("work centre")
        verbose_name_plural = _("work centres")


class OrderHeader(models.Model):
    """An assembly or production order for one item."""

    type = models.CharField(_("type"), max_length=12, choices=OrderType)
    no = models.CharField(_("no."), max_length=20, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=OrderStatus, default=OrderStatus.RELEASED)
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, blank=True, verbose_name=_("variant"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("location"))
    quantity = QuantityField(_("quantity"))
    quantity_finished = QuantityField(_("quantity finished"), default=0, editable=False)
    order_date = models.DateField(_("order date"))
    due_date = models.DateField(_("due date"), null=True, blank=True)
    sales_line = models.ForeignKey(
        DocumentLine, models.PROTECT, null=True, blank=True, verbose_name=_("assemble to order line")
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("assembly or production order")
        verbose_name_plural = _("assembly and production orders")
        constraints = [
            models.CheckConstraint(name="order_header_makes_goods", condition=~Q(type=OrderType.TRANSFER)),
            models.CheckConstraint(name="order_header_quantity_positive", condition=Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return self.no


class OrderComponent(models.Model):
    """What an assembly or production order is to use: goods, or time of a work centre."""

    order = models.ForeignKey(OrderHeader, models.CASCADE, related_name="components", verbose_name=_("order"))
    line_no = models.PositiveIntegerField(_("line no."))
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, verbose_name=_("item"))
    work_centre = models.ForeignKey(WorkCentre, models.PROTECT, null=True, blank=True, verbose_name=_("work centre"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("location"))
    quantity_per = QuantityField(_("quantity per"))
    quantity_consumed = QuantityField(_("quantity consumed"), default=0, editable=False)

    class Meta:
        verbose_name = _("order component")
        verbose_name_plural = _("order components")
        constraints = [
            models.UniqueConstraint(fields=["order", "line_no"], name="order_component_no_unique"),
            models.CheckConstraint(
                name="order_component_item_or_centre",
                condition=Q(item__isnull=False, work_centre__isnull=True)
                | Q(item__isnull=True, work_centre__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line_no}"


class Count(models.Model):
    """A physical inventory order: lines calculated on a date, counted, posted."""

    no = models.CharField(_("no."), max_length=20, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=CountStatus, default=CountStatus.OPEN)
    posting_date = models.DateField(_("posting date"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("location"))
    tolerance_percent = QuantityField(
        _("tolerance %"),
        null=True,
        blank=True,
        help_text=_("A greater difference is counted again by somebody else. Blank: nothing is counted again."),
    )
    snapshot_at = models.DateTimeField(_("books read at"), null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, verbose_name=_("created by")
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("physical inventory")
        verbose_name_plural = _("physical inventories")
        constraints = [
            models.CheckConstraint(
                name="count_tolerance_not_negative",
                condition=Q(tolerance_percent__isnull=True) | Q(tolerance_percent__gte=0),
                violation_error_message=_("A tolerance cannot be negative."),
            )
        ]

    def __str__(self) -> str:
        return self.no


class CountLine(models.Model):
    """One item in one place: what the books said, what moved until it was counted, what was counted.

    `quantity_moved` is worked out when the count is finished, and 0 until then.
    """

    count = models.ForeignKey(Count, models.CASCADE, related_name="lines", verbose_name=_("physical inventory"))
    line_no = models.PositiveIntegerField(_("line no."))
    item = models.ForeignKey(Item, models.PROTECT, verbose_name=_("item"))
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, blank=True, verbose_name=_("variant"))
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("location"))
    lot_no = models.CharField(_("lot no."), max_length=50, blank=True)
    serial_no = models.CharField(_("serial no."), max_length=50, blank=True)
    quantity_calculated = QuantityField(_("quantity calculated"))
    quantity_counted = QuantityField(_("quantity counted"), null=True, blank=True)
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, verbose_name=_("counted by")
    )
    counted_at = models.DateTimeField(_("counted at"), null=True, editable=False)
    quantity_moved = QuantityField(_("moved since the books were read"), default=0, db_default=0, editable=False)
    recounted = models.BooleanField(_("counted again"), default=False, db_default=False, editable=False)
    quantity_first_counted = QuantityField(_("quantity first counted"), null=True, editable=False)
    first_counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("first counted by"),
    )

    class Meta:
        verbose_name = _("count line")
        verbose_name_plural = _("count lines")
        constraints = [models.UniqueConstraint(fields=["count", "line_no"], name="count_line_no_unique")]

    def __str__(self) -> str:
        return f"{self.count_id}/{self.line_no}"


class Reservation(models.Model):
    """Part of an inbound entry that a demand line has for itself."""

    item_ledger_entry = models.ForeignKey(
        "inventory.ItemLedgerEntry", models.PROTECT, related_name="reservations", verbose_name=_("item ledger entry")
    )
    document_line = models.ForeignKey(
        DocumentLine, models.CASCADE, related_name="reservations", verbose_name=_("document line")
    )
    quantity = QuantityField(_("quantity"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("created by"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [models.CheckConstraint(name="reservation_quantity_positive", condition=Q(quantity__gt=0))]

    def __str__(self) -> str:
        return f"{self.pk}"
