"""The closed vocabularies of the inventory sub-ledger (Business Central's words)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ItemType(models.TextChoices):
    INVENTORY = "inventory", pgettext_lazy("item type", "Inventory")
    SERVICE = "service", pgettext_lazy("item type", "Service")
    NON_INVENTORY = "non_inventory", pgettext_lazy("item type", "Non-inventory")


class CostingMethod(models.TextChoices):
    FIFO = "fifo", _("FIFO")
    LIFO = "lifo", _("LIFO")
    LIFO_DATE = "lifo_date", _("LIFO date")
    AVERAGE = "average", pgettext_lazy("costing method", "Average")
    WEIGHTED_AVERAGE = "weighted_average", _("Weighted average")
    WEIGHTED_AVERAGE_DATE = "weighted_average_date", _("Weighted average date")
    MOVING_AVERAGE = "moving_average", _("Moving average")
    STANDARD = "standard", pgettext_lazy("costing method", "Standard")
    SPECIFIC = "specific", pgettext_lazy("costing method", "Specific")


class SettleAt(models.TextChoices):
    POSTING = "posting", _("At posting")
    CLOSE = "close", _("At inventory close")


class NegativeStock(models.TextChoices):
    """Whether an item may go below zero; `default` asks the inventory setup."""

    DEFAULT = "default", pgettext_lazy("negative stock", "As set up")
    ALLOWED = "allowed", pgettext_lazy("negative stock", "Allowed")
    PREVENTED = "prevented", pgettext_lazy("negative stock", "Prevented")


class ItemLedgerEntryType(models.TextChoices):
    PURCHASE = "purchase", pgettext_lazy("entry type", "Purchase")
    SALE = "sale", pgettext_lazy("entry type", "Sale")
    POSITIVE_ADJMT = "positive_adjmt", pgettext_lazy("entry type", "Positive adjmt.")
    NEGATIVE_ADJMT = "negative_adjmt", pgettext_lazy("entry type", "Negative adjmt.")
    TRANSFER = "transfer", pgettext_lazy("entry type", "Transfer")
    CONSUMPTION = "consumption", pgettext_lazy("entry type", "Consumption")
    OUTPUT = "output", pgettext_lazy("entry type", "Output")
    ASSEMBLY_CONSUMPTION = "assembly_consumption", pgettext_lazy("entry type", "Assembly consumption")
    ASSEMBLY_OUTPUT = "assembly_output", pgettext_lazy("entry type", "Assembly output")
    CAPACITY = "capacity", pgettext_lazy("entry type", "Capacity")


class PriceSide(models.TextChoices):
    SALES = "sales", pgettext_lazy("price list", "Sales")
    PURCHASE = "purchase", pgettext_lazy("price list", "Purchase")


class PriceSource(models.TextChoices):
    """Where a document line has its price, or its discount, from. What was entered stays when the line changes."""

    ENTERED = "entered", pgettext_lazy("price source", "Entered")
    PRICE_LIST = "price_list", pgettext_lazy("price source", "Price list")
    ITEM_CARD = "item_card", pgettext_lazy("price source", "Item card")


class DocumentKind(models.TextChoices):
    """What an open document asks for; its side follows from the kind."""

    PURCHASE_ORDER = "purchase_order", _("Purchase order")
    PURCHASE_RETURN = "purchase_return", _("Purchase return order")
    PURCHASE_CREDIT = "purchase_credit", _("Purchase credit memo")
    SALES_ORDER = "sales_order", _("Sales order")
    SALES_RETURN = "sales_return", _("Sales return order")
    SALES_CREDIT = "sales_credit", _("Sales credit memo")

    @property
    def is_purchase(self) -> bool:
        return self.value.startswith("purchase")


class DocumentStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("document status", "Open")
    RELEASED = "released", pgettext_lazy("document status", "Released")
    COMPLETED = "completed", pgettext_lazy("document status", "Completed")
    CLOSED_SHORT = "closed_short", pgettext_lazy("document status", "Closed short")


class DocumentType(models.TextChoices):
    """The posted document that an entry stems from; blank for journals."""

    PURCHASE_RECEIPT = "purchase_receipt", _("Purchase receipt")
    PURCHASE_INVOICE = "purchase_invoice", _("Purchase invoice")
    PURCHASE_RETURN_SHIPMENT = "purchase_return_shipment", _("Purchase return shipment")
    PURCHASE_CREDIT_MEMO = "purchase_credit_memo", _("Purchase credit memo")
    SALES_SHIPMENT = "sales_shipment", _("Sales shipment")
    SALES_INVOICE = "sales_invoice", _("Sales invoice")
    SALES_RETURN_RECEIPT = "sales_return_receipt", _("Sales return receipt")
    SALES_CREDIT_MEMO = "sales_credit_memo", _("Sales credit memo")
    TRANSFER_SHIPMENT = "transfer_shipment", _("Transfer shipment")
    TRANSFER_RECEIPT = "transfer_receipt", _("Transfer receipt")
    DIRECT_TRANSFER = "direct_transfer", _("Direct transfer")
    ASSEMBLY = "assembly", _("Assembly")
    PRODUCTION = "production", _("Production")
    COUNT = "count", _("Physical inventory")


class DirectTransferPosting(models.TextChoices):
    """How a transfer without an in-transit location is posted: as one document, or shipped and received at once."""

    DIRECT_TRANSFER = "direct_transfer", _("Direct transfer")
    SHIPMENT_AND_RECEIPT = "shipment_and_receipt", _("Shipment and receipt")


class LineType(models.TextChoices):
    ITEM = "item", pgettext_lazy("line type", "Item")
    ITEM_CHARGE = "item_charge", pgettext_lazy("line type", "Item charge")


class OrderType(models.TextChoices):
    TRANSFER = "transfer", _("Transfer order")
    ASSEMBLY = "assembly", _("Assembly order")
    PRODUCTION = "production", _("Production order")


class OrderStatus(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("order status", "Planned")
    RELEASED = "released", pgettext_lazy("order status", "Released")
    FINISHED = "finished", pgettext_lazy("order status", "Finished")


class SourceType(models.TextChoices):
    VENDOR = "vendor", _("Vendor")
    CUSTOMER = "customer", _("Customer")
    ITEM = "item", _("Item")


class JournalLineKind(models.TextChoices):
    POSITIVE = "positive_adjmt", pgettext_lazy("entry type", "Positive adjmt.")
    NEGATIVE = "negative_adjmt", pgettext_lazy("entry type", "Negative adjmt.")
    TRANSFER = "transfer", pgettext_lazy("entry type", "Transfer")


class ChargeSplit(models.TextChoices):
    QUANTITY = "quantity", pgettext_lazy("charge split", "By quantity")
    AMOUNT = "amount", pgettext_lazy("charge split", "By amount")
    WEIGHT = "weight", pgettext_lazy("charge split", "By weight")
    EQUALLY = "equally", pgettext_lazy("charge split", "Equally")


class CountStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("count status", "Open")
    FINISHED = "finished", pgettext_lazy("count status", "Finished")
    POSTED = "posted", pgettext_lazy("count status", "Posted")


class CountSheetStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("count status", "Open")
    FINISHED = "finished", pgettext_lazy("count status", "Finished")


class PostedNumbers(models.TextChoices):
    """Numbers that a location may have of its own. The value is the column of the inventory setup that it replaces."""

    PURCHASE_RECEIPT = "purchase_receipt_series", pgettext_lazy("numbers", "Purchase receipts")
    PURCHASE_INVOICE = "purchase_invoice_series", pgettext_lazy("numbers", "Purchase invoices")
    PURCHASE_RETURN_SHIPMENT = "purchase_return_shipment_series", pgettext_lazy("numbers", "Purchase return shipments")
    PURCHASE_CREDIT = "purchase_credit_series", pgettext_lazy("numbers", "Purchase credit memos")
    SALES_SHIPMENT = "sales_shipment_series", pgettext_lazy("numbers", "Sales shipments")
    SALES_INVOICE = "sales_invoice_series", pgettext_lazy("numbers", "Sales invoices")
    SALES_RETURN_RECEIPT = "sales_return_receipt_series", pgettext_lazy("numbers", "Sales return receipts")
    SALES_CREDIT = "sales_credit_series", pgettext_lazy("numbers", "Sales credit memos")
    TRANSFER_SHIPMENT = "transfer_shipment_series", pgettext_lazy("numbers", "Transfer shipments")
    TRANSFER_RECEIPT = "transfer_receipt_series", pgettext_lazy("numbers", "Transfer receipts")
    DIRECT_TRANSFER = "direct_transfer_series", pgettext_lazy("numbers", "Direct transfers")
    ITEM_JOURNAL = "item_journal_series", pgettext_lazy("numbers", "Item journals")


class AttributeType(models.TextChoices):
    """What the values of an item attribute are."""

    TEXT = "text", pgettext_lazy("attribute type", "Text")
    OPTION = "option", pgettext_lazy("attribute type", "Option")
    INTEGER = "integer", pgettext_lazy("attribute type", "Whole number")
    DECIMAL = "number", pgettext_lazy("attribute type", "Number with decimals")
    DATE = "date", pgettext_lazy("attribute type", "Date")


class Symbology(models.TextChoices):
    """How a code is printed; EAN and UPC codes end with a check digit."""

    CODE_128 = "code128", _("Code 128")
    EAN_13 = "ean13", _("EAN-13")
    EAN_8 = "ean8", _("EAN-8")
    UPC_A = "upca", _("UPC-A")
    ITF_14 = "itf14", _("ITF-14")
    QR = "qr", _("QR")


class ScanTask(models.TextChoices):
    """What somebody does at the scan station."""

    RECEIVE = "receive", _("Receive")
    SHIP = "ship", _("Ship")
    TRANSFER_SHIP = "transfer-ship", _("Ship a transfer")
    TRANSFER_RECEIVE = "transfer-receive", _("Receive a transfer")
    MOVE = "move", _("Move")
    COUNT = "count", _("Count")


class ScanState(models.TextChoices):
    """What became of a scan. One that is under way is never seen: it is stored with its answer, or not at all."""

    APPLIED = "applied", _("Applied")
    REFUSED = "refused", _("Refused")
    UNDONE = "undone", _("Undone")


class CatalogueNumbering(models.TextChoices):
    """Where the number of an item comes from that is made from a catalogue item."""

    SERIES = "series", pgettext_lazy("catalogue numbering", "Number series")
    VENDOR_ITEM_NO = "vendor_item_no", pgettext_lazy("catalogue numbering", "The vendor's number")
    VENDOR_AND_ITEM_NO = "vendor_and_item_no", pgettext_lazy("catalogue numbering", "Vendor and its number")
