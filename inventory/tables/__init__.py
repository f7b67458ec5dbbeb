"""Tables of the inventory lists."""

from inventory.tables.documents import (
    CountTable,
    OrderLineTable,
    PostedDocumentTable,
    PostedLineTable,
    PurchaseTable,
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
from inventory.tables.words import PROGRESS_TONES, PURCHASE_PROGRESS, SALES_PROGRESS

__all__ = [
    "PROGRESS_TONES",
    "PURCHASE_PROGRESS",
    "SALES_PROGRESS",
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
    "PurchaseTable",
    "SaleTable",
    "StockTable",
    "StockkeepingUnitTable",
    "TransferTable",
    "UnitOfMeasureTable",
    "VariantTable",
    "VendorTable",
]
