"""Tables of orders and posted documents."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from config.base.tables import (
    AmountColumn,
    Column,
    DateColumn,
    DateTimeColumn,
    IntegerColumn,
    LinkColumn,
    QuantityColumn,
    StateColumn,
    Table,
    UnitCostColumn,
)
from inventory import links
from inventory.enums import DocumentType
from inventory.models import (
    Count,
    Document,
    DocumentLine,
    PostedDocument,
    PostedDocumentLine,
)
from inventory.selectors import entries_url, list_url
from inventory.tables.words import ProgressColumn, item_url


def _order_link(record: Any) -> str | None:
    """The page of an order, return or credit memo."""
    return links.order_url(record.kind, record.no) or None


def _posted(label: Any, document_type: DocumentType) -> QuantityColumn:
    """A quantity of orders, with the posted lines of that type behind it."""

    def lines(record: Any) -> str:
        url = list_url("inventory:postedline_list", order_no=record.no)
        return f"{url}&type={document_type.value}&line_type=item"

    return QuantityColumn(verbose_name=label, linkify=lines)


class PurchaseTable(Table):
    no = Column(verbose_name=_("No."), linkify=_order_link)
    vendor = LinkColumn("inventory:vendor_detail", args=["vendor__no"], accessor="vendor__no", verbose_name=_("Vendor"))
    vendor_name = Column(accessor="vendor__name", order_by=("vendor__sort_key",), verbose_name=_("Vendor name"))
    progress = ProgressColumn(verbose_name=_("Status"))
    order_date = DateColumn(verbose_name=_("Order date"))
    expected_date = DateColumn(verbose_name=_("Expected date"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    ordered = QuantityColumn(
        verbose_name=_("Ordered"),
        linkify=lambda record: list_url("inventory:orderline_list", document_no=record.no),
    )
    handled = _posted(_("Received"), DocumentType.PURCHASE_RECEIPT)
    invoiced = _posted(_("Invoiced"), DocumentType.PURCHASE_INVOICE)
    amount = AmountColumn(
        verbose_name=_("Amount"),
        linkify=lambda record: list_url("inventory:orderline_list", document_no=record.no),
    )
    external_document_no = Column(verbose_name=_("External document no."))

    hidden_columns = ("external_document_no",)
    main_columns = ("no", "vendor_name", "progress")

    class Meta:
        model = Document
        fields = (
            "no",
            "vendor",
            "vendor_name",
            "progress",
            "order_date",
            "expected_date",
            "location",
            "ordered",
            "handled",
            "invoiced",
            "amount",
            "external_document_no",
        )


class SaleTable(Table):
    no = Column(verbose_name=_("No."), linkify=_order_link)
    customer = LinkColumn(
        "inventory:customer_detail", args=["customer__no"], accessor="customer__no", verbose_name=_("Customer")
    )
    customer_name = Column(accessor="customer__name", order_by=("customer__sort_key",), verbose_name=_("Customer name"))
    progress = ProgressColumn(verbose_name=_("Status"))
    order_date = DateColumn(verbose_name=_("Order date"))
    expected_date = DateColumn(verbose_name=_("Expected date"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    ordered = QuantityColumn(
        verbose_name=_("Ordered"),
        linkify=lambda record: list_url("inventory:orderline_list", document_no=record.no),
    )
    handled = _posted(_("Shipped"), DocumentType.SALES_SHIPMENT)
    invoiced = _posted(_("Invoiced"), DocumentType.SALES_INVOICE)
    amount = AmountColumn(
        verbose_name=_("Amount"),
        linkify=lambda record: list_url("inventory:orderline_list", document_no=record.no),
    )
    external_document_no = Column(verbose_name=_("External document no."))

    hidden_columns = ("external_document_no",)
    main_columns = ("no", "customer_name", "progress")

    class Meta:
        model = Document
        fields = (
            "no",
            "customer",
            "customer_name",
            "progress",
            "order_date",
            "expected_date",
            "location",
            "ordered",
            "handled",
            "invoiced",
            "amount",
            "external_document_no",
        )


class PurchaseReturnTable(PurchaseTable):
    """Goods that go back to vendors."""

    handled = _posted(_("Shipped"), DocumentType.PURCHASE_RETURN_SHIPMENT)
    invoiced = _posted(_("Credited"), DocumentType.PURCHASE_CREDIT_MEMO)


class SalesReturnTable(SaleTable):
    """Goods that customers give back."""

    handled = _posted(_("Received"), DocumentType.SALES_RETURN_RECEIPT)
    invoiced = _posted(_("Credited"), DocumentType.SALES_CREDIT_MEMO)


class OrderLineTable(Table):
    document_no = Column(
        accessor="document__no",
        verbose_name=_("Document no."),
        linkify=lambda record: links.order_url(record.document.kind, record.document.no) or None,
    )
    line_no = Column(verbose_name=_("Line no."))
    kind = Column(accessor="document__get_kind_display", order_by=("document__kind",), verbose_name=_("Kind"))
    partner = Column(accessor="partner", orderable=False, verbose_name=_("Partner"))
    item = Column(
        accessor="item__no",
        verbose_name=_("Item"),
        linkify=lambda record: item_url(record.item.no) if record.item else None,
    )
    description = Column(verbose_name=_("Description"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    expected_date = DateColumn(accessor="document__expected_date", verbose_name=_("Expected date"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    quantity_handled = QuantityColumn(verbose_name=_("Received or shipped"))
    outstanding = QuantityColumn(verbose_name=_("Outstanding"))
    quantity_invoiced = QuantityColumn(verbose_name=_("Invoiced"))
    not_invoiced = QuantityColumn(verbose_name=_("Not invoiced"))
    unit_amount = UnitCostColumn(verbose_name=_("Unit amount"))
    amount = AmountColumn(verbose_name=_("Amount"))

    hidden_columns = ("line_no", "not_invoiced")
    main_columns = ("document_no", "item", "outstanding")

    def render_partner(self, record: Any) -> str:
        partner = record.document.vendor or record.document.customer
        return partner.name if partner else ""

    def value_partner(self, record: Any) -> str:
        return self.render_partner(record)

    class Meta:
        model = DocumentLine
        fields = (
            "document_no",
            "line_no",
            "kind",
            "partner",
            "item",
            "description",
            "location",
            "expected_date",
            "quantity",
            "quantity_handled",
            "outstanding",
            "quantity_invoiced",
            "not_invoiced",
            "unit_amount",
            "amount",
        )


class PostedDocumentTable(Table):
    no = Column(verbose_name=_("No."), linkify=lambda record: links.document_url(record.type, record.no) or None)
    posting_date = DateColumn(verbose_name=_("Posting date"))
    order_no = Column(verbose_name=_("Order no."))
    vendor = Column(accessor="vendor__no", verbose_name=_("Vendor"))
    vendor_name = Column(accessor="vendor__name", verbose_name=_("Vendor name"))
    customer = Column(accessor="customer__no", verbose_name=_("Customer"))
    customer_name = Column(accessor="customer__name", verbose_name=_("Customer name"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    external_document_no = Column(verbose_name=_("External document no."))
    quantity = QuantityColumn(
        verbose_name=_("Quantity"),
        linkify=lambda record: (
            f"{list_url('inventory:postedline_list', document_no=record.no)}&type={record.type}&line_type=item"
        ),
    )
    amount = AmountColumn(
        verbose_name=_("Amount"),
        linkify=lambda record: f"{list_url('inventory:postedline_list', document_no=record.no)}&type={record.type}",
    )
    created_at = DateTimeColumn(verbose_name=_("Posted at"))

    hidden_columns = ("created_at",)
    main_columns = ("no", "posting_date")

    class Meta:
        model = PostedDocument
        fields = (
            "no",
            "posting_date",
            "order_no",
            "vendor",
            "vendor_name",
            "customer",
            "customer_name",
            "location",
            "external_document_no",
            "quantity",
            "amount",
            "created_at",
        )


class PostedLineTable(Table):
    document_no = Column(
        accessor="posted_document__no",
        verbose_name=_("Document no."),
        linkify=lambda record: links.document_url(record.posted_document.type, record.posted_document.no) or None,
    )
    type = Column(
        accessor="posted_document__get_type_display", order_by=("posted_document__type",), verbose_name=_("Document")
    )
    posting_date = DateColumn(accessor="posted_document__posting_date", verbose_name=_("Posting date"))
    order_no = Column(accessor="posted_document__order_no", verbose_name=_("Order no."))
    line_no = Column(verbose_name=_("Line no."))
    item = Column(
        accessor="item__no",
        verbose_name=_("Item"),
        linkify=lambda record: item_url(record.item.no) if record.item else None,
    )
    item_charge = Column(accessor="item_charge__code", verbose_name=_("Item charge"))
    description = Column(verbose_name=_("Description"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    quantity = QuantityColumn(
        verbose_name=_("Quantity"),
        linkify=lambda record: (
            f"{entries_url(document_no=record.posted_document.no)}&document_line_no={record.line_no}"
        ),
    )
    unit_amount = UnitCostColumn(verbose_name=_("Unit amount"))
    discount_amount = AmountColumn(verbose_name=_("Discount"))
    amount = AmountColumn(verbose_name=_("Amount"))

    hidden_columns = ("line_no", "item_charge", "discount_amount")
    main_columns = ("document_no", "item", "quantity")

    class Meta:
        model = PostedDocumentLine
        fields = (
            "document_no",
            "type",
            "posting_date",
            "order_no",
            "line_no",
            "item",
            "item_charge",
            "description",
            "location",
            "quantity",
            "unit_amount",
            "discount_amount",
            "amount",
        )


class CountTable(Table):
    no = LinkColumn("inventory:count_detail", args=["no"], verbose_name=_("No."))
    status = StateColumn(tones={"open": "info", "finished": "warn", "posted": "ok"}, verbose_name=_("Status"))
    posting_date = DateColumn(verbose_name=_("Posting date"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    counted = IntegerColumn(verbose_name=_("Lines counted"))
    line_count = IntegerColumn(verbose_name=_("Lines"))

    main_columns = ("no", "status")

    class Meta:
        model = Count
        fields = ("no", "status", "posting_date", "location", "counted", "line_count")
