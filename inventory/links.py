"""Where the page of a document is, by its type and number: for every list that shows document numbers."""

from __future__ import annotations

from django.urls import reverse

from inventory.enums import DocumentKind, DocumentType

POSTED_PAGES: dict[str, str] = {
    DocumentType.PURCHASE_RECEIPT: "purchasereceipt",
    DocumentType.PURCHASE_INVOICE: "purchaseinvoice",
    DocumentType.SALES_SHIPMENT: "salesshipment",
    DocumentType.SALES_INVOICE: "salesinvoice",
    DocumentType.DIRECT_TRANSFER: "directtransfer",
    DocumentType.COUNT: "count",
}
"""The stem of the URL names (`<stem>_list`, `<stem>_detail`) of each posted document that has pages."""

ORDER_PAGES: dict[str, str] = {
    DocumentKind.PURCHASE_ORDER: "purchase",
    DocumentKind.SALES_ORDER: "sale",
}


def document_url(document_type: str, no: str) -> str:
    """The page of a posted document; blank where its type has none (journals have no document)."""
    stem = POSTED_PAGES.get(document_type)
    return reverse(f"inventory:{stem}_detail", args=[no]) if stem and no else ""


def order_url(kind: str, no: str) -> str:
    """The page of an open order; blank where its kind has none."""
    stem = ORDER_PAGES.get(kind)
    return reverse(f"inventory:{stem}_detail", args=[no]) if stem and no else ""
