"""What differs between the kinds of documents: direction, entry type, posted documents, number series."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.enums import DocumentKind, DocumentType, ItemLedgerEntryType, SourceType


@dataclass(frozen=True, slots=True)
class Side:
    """`sign`: +1 where goods come in. The series are fields of the inventory setup."""

    entry_type: ItemLedgerEntryType
    source_type: SourceType
    sign: int
    handled_type: DocumentType
    handled_series: str
    invoiced_type: DocumentType
    invoiced_series: str

    @property
    def is_purchase(self) -> bool:
        return self.source_type == SourceType.VENDOR


SIDES = {
    DocumentKind.PURCHASE_ORDER: Side(
        ItemLedgerEntryType.PURCHASE,
        SourceType.VENDOR,
        1,
        DocumentType.PURCHASE_RECEIPT,
        "purchase_receipt_series",
        DocumentType.PURCHASE_INVOICE,
        "purchase_invoice_series",
    ),
    DocumentKind.PURCHASE_RETURN: Side(
        ItemLedgerEntryType.PURCHASE,
        SourceType.VENDOR,
        -1,
        DocumentType.PURCHASE_RETURN_SHIPMENT,
        "purchase_return_shipment_series",
        DocumentType.PURCHASE_CREDIT_MEMO,
        "purchase_credit_series",
    ),
    DocumentKind.SALES_ORDER: Side(
        ItemLedgerEntryType.SALE,
        SourceType.CUSTOMER,
        -1,
        DocumentType.SALES_SHIPMENT,
        "sales_shipment_series",
        DocumentType.SALES_INVOICE,
        "sales_invoice_series",
    ),
    DocumentKind.SALES_RETURN: Side(
        ItemLedgerEntryType.SALE,
        SourceType.CUSTOMER,
        1,
        DocumentType.SALES_RETURN_RECEIPT,
        "sales_return_receipt_series",
        DocumentType.SALES_CREDIT_MEMO,
        "sales_credit_series",
    ),
}
# A credit memo takes goods back and credits them at once; without goods it credits charges and prices.
SIDES[DocumentKind.PURCHASE_CREDIT] = SIDES[DocumentKind.PURCHASE_RETURN]
SIDES[DocumentKind.SALES_CREDIT] = SIDES[DocumentKind.SALES_RETURN]
