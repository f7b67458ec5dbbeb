"""Where the page of a document is, by its type and number: for every list that shows document numbers."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from config.base.expressions import exact_value
from inventory.enums import DocumentKind, DocumentType

POSTED_PAGES: dict[str, str] = {
    DocumentType.PURCHASE_RECEIPT: "purchasereceipt",
    DocumentType.PURCHASE_INVOICE: "purchaseinvoice",
    DocumentType.PURCHASE_RETURN_SHIPMENT: "purchasereturnshipment",
    DocumentType.PURCHASE_CREDIT_MEMO: "purchasecreditmemo",
    DocumentType.SALES_SHIPMENT: "salesshipment",
    DocumentType.SALES_INVOICE: "salesinvoice",
    DocumentType.SALES_RETURN_RECEIPT: "salesreturnreceipt",
    DocumentType.SALES_CREDIT_MEMO: "salescreditmemo",
    DocumentType.DIRECT_TRANSFER: "directtransfer",
    DocumentType.TRANSFER_SHIPMENT: "transfershipment",
    DocumentType.TRANSFER_RECEIPT: "transferreceipt",
    DocumentType.COUNT: "count",
}
"""The stem of the URL names (`<stem>_list`, `<stem>_detail`) of each posted document that has pages."""

ORDER_PAGES: dict[str, str] = {
    DocumentKind.PURCHASE_ORDER: "purchase",
    DocumentKind.PURCHASE_RETURN: "purchasereturn",
    DocumentKind.PURCHASE_CREDIT: "purchasecredit",
    DocumentKind.SALES_ORDER: "sale",
    DocumentKind.SALES_RETURN: "salereturn",
    DocumentKind.SALES_CREDIT: "salecredit",
}


def document_url(document_type: str, no: str) -> str:
    """The page of a posted document; blank where its type has none (journals have no document)."""
    stem = POSTED_PAGES.get(document_type)
    return reverse(f"inventory:{stem}_detail", args=[no]) if stem and no else ""


def find_entries_url(document_no: str, posting_date: date | None = None) -> str:
    """All documents and entries of a document number, on a date where one is given."""
    query = {"document_no": exact_value(document_no)}
    if posting_date is not None:
        query["posting_date"] = posting_date.isoformat()
    return f"{reverse('costing:find_entries')}?{urlencode(query)}"


def order_url(kind: str, no: str) -> str:
    """The page of an open order; blank where its kind has none."""
    stem = ORDER_PAGES.get(kind)
    return reverse(f"inventory:{stem}_detail", args=[no]) if stem and no else ""
