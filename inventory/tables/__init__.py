"""Tables of the inventory lists."""

from inventory.tables.documents import (
    CountTable,
    OrderLineTable,
    PostedDocumentTable,
    PostedLineTable,
    PurchaseReturnTable,
    PurchaseTable,
    SalesReturnTable,
    SaleTable,
)
from inventory.tables.entries import ApplicationEntryTable, ItemLedgerEntryTable
from inventory.tables.items import (
    BarcodeTable,
    BinContentTable,
    CatalogueItemTable,
    ItemAttributeTable,
    ItemCategoryTable,
    ItemReferenceTable,
    ItemTemplateTable,
    StockkeepingUnitTable,
    VariantTable,
)
from inventory.tables.master import (
    CustomerTable,
    ItemChargeTable,
    ItemTable,
    LocationTable,
    StockTable,
    UnitOfMeasureTable,
    VendorTable,
)
from inventory.tables.transfers import GoodsInTransitTable, TransferTable
from inventory.tables.words import PROGRESS_TONES, progress_words

__all__ = [
    "PROGRESS_TONES",
    "ApplicationEntryTable",
    "BarcodeTable",
    "BinContentTable",
    "CatalogueItemTable",
    "CountTable",
    "CustomerTable",
    "GoodsInTransitTable",
    "ItemAttributeTable",
    "ItemCategoryTable",
    "ItemChargeTable",
    "ItemLedgerEntryTable",
    "ItemReferenceTable",
    "ItemTable",
    "ItemTemplateTable",
    "LocationTable",
    "OrderLineTable",
    "PostedDocumentTable",
    "PostedLineTable",
    "PurchaseReturnTable",
    "PurchaseTable",
    "SaleTable",
    "SalesReturnTable",
    "StockTable",
    "StockkeepingUnitTable",
    "TransferTable",
    "UnitOfMeasureTable",
    "VariantTable",
    "VendorTable",
    "progress_words",
]
