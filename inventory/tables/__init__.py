"""Tables of the inventory lists."""

from inventory.tables.documents import (
    CountTable,
    OrderLineTable,
    PostedDocumentTable,
    PostedLineTable,
    PurchaseTable,
    SaleTable,
    TransferTable,
)
from inventory.tables.entries import ApplicationEntryTable, ItemLedgerEntryTable
from inventory.tables.master import (
    CustomerTable,
    ItemCategoryTable,
    ItemChargeTable,
    ItemTable,
    LocationTable,
    StockTable,
    UnitOfMeasureTable,
    VendorTable,
)
from inventory.tables.words import PROGRESS_TONES, PURCHASE_PROGRESS, SALES_PROGRESS

__all__ = [
    "PROGRESS_TONES",
    "PURCHASE_PROGRESS",
    "SALES_PROGRESS",
    "ApplicationEntryTable",
    "CountTable",
    "CustomerTable",
    "ItemCategoryTable",
    "ItemChargeTable",
    "ItemLedgerEntryTable",
    "ItemTable",
    "LocationTable",
    "OrderLineTable",
    "PostedDocumentTable",
    "PostedLineTable",
    "PurchaseTable",
    "SaleTable",
    "StockTable",
    "TransferTable",
    "UnitOfMeasureTable",
    "VendorTable",
]
