"""Filters of the inventory lists; each is shared by the list, its drill-downs, its files and its totals."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.base.filters import ChoiceFilter, DateFilter, FilterSet, NumberFilter, TextFilter, YesNoFilter
from inventory import count_figures
from inventory.enums import (
    CountStatus,
    DocumentKind,
    DocumentStatus,
    DocumentType,
    ItemLedgerEntryType,
    LineType,
)
from inventory.models import (
    Count,
    CountLine,
    Customer,
    Document,
    DocumentLine,
    ItemApplicationEntry,
    ItemCharge,
    ItemLedgerEntry,
    Location,
    PostedDocument,
    PostedDocumentLine,
    TransferOrder,
    Vendor,
)

PROGRESS_CHOICES = (
    (DocumentStatus.OPEN.value, DocumentStatus.OPEN.label),
    (DocumentStatus.RELEASED.value, DocumentStatus.RELEASED.label),
    ("part_handled", pgettext_lazy("document status", "Part received or shipped")),
    ("handled", pgettext_lazy("document status", "Received or shipped")),
    ("part_invoiced", pgettext_lazy("document status", "Part invoiced")),
    (DocumentStatus.COMPLETED.value, DocumentStatus.COMPLETED.label),
    (DocumentStatus.CLOSED_SHORT.value, DocumentStatus.CLOSED_SHORT.label),
)


class ItemChargeFilter(FilterSet):
    code = TextFilter(label=_("Code"))
    name = TextFilter(label=_("Name"), lookup="icontains")

    search_fields = ("code", "name")

    class Meta:
        model = ItemCharge
        fields: ClassVar[list[str]] = []


class LocationFilter(FilterSet):
    code = TextFilter(label=_("Code"))
    name = TextFilter(label=_("Name"), lookup="icontains")
    in_transit = YesNoFilter(label=_("In transit"))
    blocked = YesNoFilter(label=_("Blocked"))

    search_fields = ("code", "name")

    class Meta:
        model = Location
        fields: ClassVar[list[str]] = []


class PartnerFilter(FilterSet):
    """What the filters of vendors and customers share."""

    no = TextFilter(label=_("No."))
    name = TextFilter(label=_("Name"), lookup="icontains")
    country = TextFilter(label=_("Country"))
    gen_bus_posting_group = TextFilter("gen_bus_posting_group__code", label=_("Business posting group"))
    open_orders = NumberFilter(label=_("Open orders"))
    blocked = YesNoFilter(label=_("Blocked"))

    search_fields = ("no", "name")


class VendorFilter(PartnerFilter):
    class Meta:
        model = Vendor
        fields: ClassVar[list[str]] = []


class CustomerFilter(PartnerFilter):
    class Meta:
        model = Customer
        fields: ClassVar[list[str]] = []


class OrderFilter(FilterSet):
    """What the filters of purchase and sales orders share."""

    no = TextFilter(label=_("No."))
    progress = ChoiceFilter(choices=PROGRESS_CHOICES, label=_("Status"))
    order_date = DateFilter(label=_("Order date"))
    expected_date = DateFilter(label=_("Expected date"))
    location = TextFilter("location__code", label=_("Location"))
    external_document_no = TextFilter(label=_("External document no."))
    amount = NumberFilter(label=_("Amount"))
    item = TextFilter(label=_("Item"), method="filter_item")
    open = YesNoFilter(label=_("Open"), method="filter_open")
    to_handle = YesNoFilter(label=_("Something to receive or ship"), method="filter_to_handle")
    not_invoiced = YesNoFilter(label=_("Received or shipped, not invoiced"), method="filter_not_invoiced")

    def filter_item(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Orders with a line of the item; by a subquery, so that no order appears twice."""
        if not value:
            return queryset
        lines = DocumentLine.objects.filter(value.q("item__no"))
        return queryset.filter(pk__in=lines.values("document"))

    def filter_open(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        states = Q(status__in=(DocumentStatus.OPEN, DocumentStatus.RELEASED))
        return queryset if value is None else queryset.filter(states if value else ~states)

    def filter_to_handle(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        open_states = Q(status__in=(DocumentStatus.OPEN, DocumentStatus.RELEASED))
        return _with_lines(
            queryset, value, Q(type=LineType.ITEM, quantity_handled__lt=F("quantity")), among=open_states
        )

    def filter_not_invoiced(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        return _with_lines(queryset, value, Q(type=LineType.ITEM, quantity_invoiced__lt=F("quantity_handled")))


def _with_lines(queryset: QuerySet[Any], value: bool | None, condition: Q, *, among: Q | None = None) -> QuerySet[Any]:
    if value is None:
        return queryset
    lines = Q(pk__in=DocumentLine.objects.filter(condition).values("document"))
    if among is not None:
        lines &= among
    return queryset.filter(lines) if value else queryset.exclude(lines)


class PurchaseFilter(OrderFilter):
    vendor = TextFilter("vendor__no", label=_("Vendor"))
    vendor_name = TextFilter("vendor__name", label=_("Vendor name"), lookup="icontains")

    search_fields = ("no", "vendor__no", "vendor__name", "external_document_no")

    class Meta:
        model = Document
        fields: ClassVar[list[str]] = []


class SaleFilter(OrderFilter):
    customer = TextFilter("customer__no", label=_("Customer"))
    customer_name = TextFilter("customer__name", label=_("Customer name"), lookup="icontains")

    search_fields = ("no", "customer__no", "customer__name", "external_document_no")

    class Meta:
        model = Document
        fields: ClassVar[list[str]] = []


class OrderLineFilter(FilterSet):
    kind = ChoiceFilter("document__kind", choices=DocumentKind.choices, label=_("Kind"))
    document_no = TextFilter("document__no", label=_("Document no."))
    item = TextFilter("item__no", label=_("Item"))
    description = TextFilter(label=_("Description"), lookup="icontains")
    location = TextFilter("location__code", label=_("Location"))
    vendor = TextFilter("document__vendor__no", label=_("Vendor"))
    customer = TextFilter("document__customer__no", label=_("Customer"))
    status = ChoiceFilter("document__status", choices=DocumentStatus.choices, label=_("Status"))
    outstanding = NumberFilter(label=_("Outstanding"))
    not_invoiced = NumberFilter(label=_("Not invoiced"))

    search_fields = ("document__no", "item__no", "item__description")

    class Meta:
        model = DocumentLine
        fields: ClassVar[list[str]] = []


class PostedDocumentFilter(FilterSet):
    no = TextFilter(label=_("No."))
    posting_date = DateFilter(label=_("Posting date"))
    document_date = DateFilter(label=_("Document date"))
    order_no = TextFilter(label=_("Order no."), method="filter_order")
    location = TextFilter("location__code", label=_("Location"))
    vendor = TextFilter("vendor__no", label=_("Vendor"))
    customer = TextFilter("customer__no", label=_("Customer"))
    external_document_no = TextFilter(label=_("External document no."))
    amount = NumberFilter(label=_("Amount"))
    item = TextFilter(label=_("Item"), method="filter_item")

    search_fields = ("no", "order_no", "external_document_no", "vendor__name", "customer__name")

    def filter_item(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Documents with a line of the item, each once."""
        if not value:
            return queryset
        lines = PostedDocumentLine.objects.filter(value.q("item__no"))
        return queryset.filter(pk__in=lines.values("posted_document"))

    def filter_order(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Documents of the order, those of several orders too."""
        if not value:
            return queryset
        together = PostedDocumentLine.objects.filter(
            value.q("source_line__posted_document__order_no"), posted_document__order_no=""
        )
        own = PostedDocument.objects.filter(value.q("order_no"))
        return queryset.filter(pk__in=own.values("pk").union(together.values("posted_document_id")))

    class Meta:
        model = PostedDocument
        fields: ClassVar[list[str]] = []


class PostedLineFilter(FilterSet):
    type = ChoiceFilter("posted_document__type", choices=DocumentType.choices, label=_("Document type"))
    document_no = TextFilter("posted_document__no", label=_("Document no."))
    posting_date = DateFilter("posted_document__posting_date", label=_("Posting date"))
    order_no = TextFilter(label=_("Order no."), method="filter_order")
    order_line_no = NumberFilter(label=_("Order line no."))
    line_type = ChoiceFilter("type", choices=LineType.choices, label=_("Line type"))
    item = TextFilter("item__no", label=_("Item"))
    item_charge = TextFilter("item_charge__code", label=_("Item charge"))
    location = TextFilter("location__code", label=_("Location"))
    vendor = TextFilter("posted_document__vendor__no", label=_("Vendor"))
    customer = TextFilter("posted_document__customer__no", label=_("Customer"))
    quantity = NumberFilter(label=_("Quantity"))
    amount = NumberFilter(label=_("Amount"))

    search_fields = ("posted_document__no", "item__no", "item__description")

    def filter_order(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Lines of the order; an invoice of several orders names none, its lines' receipts or shipments do."""
        if not value:
            return queryset
        lines = PostedDocumentLine.objects.all()
        own = lines.filter(value.q("posted_document__order_no"))
        together = lines.filter(value.q("source_line__posted_document__order_no"), posted_document__order_no="")
        # A union, not OR: each part is found by its own index.
        return queryset.filter(pk__in=own.values("pk").union(together.values("pk")))

    class Meta:
        model = PostedDocumentLine
        fields: ClassVar[list[str]] = []


class ItemLedgerEntryFilter(FilterSet):
    entry = NumberFilter("id", label=_("Entry no."))
    posting_date = DateFilter(label=_("Posting date"))
    entry_type = ChoiceFilter(choices=ItemLedgerEntryType.choices, label=_("Entry type"))
    document_type = ChoiceFilter(choices=DocumentType.choices, label=_("Document type"))
    document_no = TextFilter(label=_("Document no."))
    document_line_no = NumberFilter(label=_("Document line no."))
    external_document_no = TextFilter(label=_("External document no."))
    order_no = TextFilter(label=_("Order no."))
    order_line_no = NumberFilter(label=_("Order line no."))
    item = TextFilter("item__no", label=_("Item"))
    category = TextFilter("item__category__code", label=_("Category"))
    variant = TextFilter("variant__code", label=_("Variant"))
    location = TextFilter("location__code", label=_("Location"))
    source_no = TextFilter(label=_("Source no."))
    count_books = NumberFilter(label=_("In the books of count line"), method="filter_count")
    count_moved = NumberFilter(label=_("Moved before count line was counted"), method="filter_count")
    lot_no = TextFilter(label=_("Lot no."))
    serial_no = TextFilter(label=_("Serial no."))
    quantity = NumberFilter(label=_("Quantity"))
    remaining_quantity = NumberFilter(label=_("Remaining quantity"))
    open = YesNoFilter(label=_("Open"))
    positive = YesNoFilter(label=_("Positive"))
    completely_invoiced = YesNoFilter(label=_("Completely invoiced"))
    register = NumberFilter("register_id", label=_("Register no."))

    search_fields = ("^document_no", "item__no", "item__description")

    def filter_count(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """What a figure of a count was read from."""
        if not value:
            return queryset
        line = CountLine.objects.select_related("count").filter(value.q("pk")).order_by("pk").first()
        if line is None:
            return queryset.none()
        find = count_figures.entries_in_books if name == "count_books" else count_figures.entries_moved
        return queryset.filter(pk__in=find(line).values("pk"))

    class Meta:
        model = ItemLedgerEntry
        fields: ClassVar[list[str]] = []


class ApplicationEntryFilter(FilterSet):
    entry = NumberFilter(label=_("Item ledger entry"), method="filter_entry")
    document_no = TextFilter("item_ledger_entry__document_no", label=_("Document no."))
    lot_no = TextFilter("item_ledger_entry__lot_no", label=_("Lot no."))
    serial_no = TextFilter("item_ledger_entry__serial_no", label=_("Serial no."))
    inbound_entry = NumberFilter("inbound_item_entry_id", label=_("Inbound entry"))
    outbound_entry = NumberFilter("outbound_item_entry_id", label=_("Outbound entry"))
    posting_date = DateFilter(label=_("Posting date"))
    item = TextFilter("item_ledger_entry__item__no", label=_("Item"))
    quantity = NumberFilter(label=_("Quantity"))
    cost_application = YesNoFilter(label=_("Cost application"))
    active = YesNoFilter(label=_("Active"), method="filter_active")

    search_fields = ("item_ledger_entry__item__no", "^item_ledger_entry__document_no")

    def filter_entry(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Applications that an entry takes part in, on either side."""
        if not value:
            return queryset
        sides = ("item_ledger_entry_id", "inbound_item_entry_id", "outbound_item_entry_id")
        return queryset.filter(value.q(sides[0]) | value.q(sides[1]) | value.q(sides[2]))

    def filter_active(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        return queryset if value is None else queryset.filter(cancelled_by__isnull=value)

    class Meta:
        model = ItemApplicationEntry
        fields: ClassVar[list[str]] = []


class TransferFilter(FilterSet):
    no = TextFilter(label=_("No."))
    status = ChoiceFilter(choices=DocumentStatus.choices, label=_("Status"))
    from_location = TextFilter("from_location__code", label=_("From location"))
    to_location = TextFilter("to_location__code", label=_("To location"))
    order_date = DateFilter(label=_("Order date"))
    expected_date = DateFilter(label=_("Expected date"))

    search_fields = ("no", "from_location__code", "to_location__code")

    class Meta:
        model = TransferOrder
        fields: ClassVar[list[str]] = []


class CountFilter(FilterSet):
    no = TextFilter(label=_("No."))
    status = ChoiceFilter(choices=CountStatus.choices, label=_("Status"))
    posting_date = DateFilter(label=_("Posting date"))
    location = TextFilter("location__code", label=_("Location"))

    search_fields = ("no", "location__code")

    class Meta:
        model = Count
        fields: ClassVar[list[str]] = []
