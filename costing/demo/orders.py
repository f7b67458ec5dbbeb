"""The documents of the demo company: rows for import_data, and the steps that are taken on a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from config.base.sheets import Cell
from costing.demo.plan import (
    COUNT_DATE,
    MAIN,
    OPENING_DATE,
    PORT,
    TRANSFER_DATE,
    OrderLine,
    Plan,
    PurchaseOrder,
    Quantity,
)
from costing.demo.source import SaleLine
from costing.posting.documents import post_document
from costing.posting.transfers import post_direct_transfer
from inventory.charge_assignments import split_over
from inventory.enums import ChargeSplit, DocumentStatus, DocumentType, LineType
from inventory.models import (
    ChargeAssignment,
    Document,
    DocumentLine,
    Item,
    Location,
    PostedDocumentLine,
    TransferLine,
    TransferOrder,
)

TRANSFER_NO = "TO-JANUARY"
FREIGHT = "FREIGHT"
_ORDERED_BEFORE = timedelta(days=5)
_LINE_STEP = 10_000

Row = dict[str, Cell]


def opening_rows(plan: Plan) -> list[Row]:
    return [
        {
            "document_no": "OPENING",
            "posting_date": OPENING_DATE.isoformat(),
            "item_no": each.item_no,
            "location": MAIN,
            "quantity": each.quantity,
            "unit_cost": each.unit_cost,
        }
        for each in plan.opening
    ]


def purchase_rows(purchase_orders: Sequence[PurchaseOrder]) -> list[Row]:
    """Rows that order and receive; the invoice comes later. Freight is ordered with the goods."""
    rows: list[Row] = []
    for order in purchase_orders:
        header: Row = {
            "document_no": order.no,
            "vendor_no": order.vendor_no,
            "order_date": (order.received_on - _ORDERED_BEFORE).isoformat(),
        }
        rows += [header | _goods(line, order) for line in order.lines]
        if order.freight:
            charge: Row = {"item_no": "", "item_charge": FREIGHT, "location": "", "quantity": Decimal(1)}
            rows.append(header | charge | {"unit_cost": order.freight, "receive_date": ""})
    return rows


def _goods(line: OrderLine, order: PurchaseOrder) -> Row:
    return {
        "item_no": line.item_no,
        "item_charge": "",
        "location": line.location,
        "quantity": line.quantity,
        "unit_cost": line.unit_cost,
        "receive_date": order.received_on.isoformat(),
    }


def sale_rows(lines: Sequence[SaleLine]) -> list[Row]:
    """Rows that ship and invoice on the day of the sale."""
    return [
        {
            "document_no": f"SO-{line.invoice_no}",
            "customer_no": line.customer_no,
            "order_date": line.day.isoformat(),
            "external_document_no": line.invoice_no,
            "item_no": line.item_no,
            "location": line.location,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "ship_date": line.day.isoformat(),
            "invoice_date": line.day.isoformat(),
        }
        for line in lines
    ]


def count_rows(plan: Plan) -> list[Row]:
    return [
        {
            "document_no": "COUNT-JANUARY",
            "posting_date": COUNT_DATE.isoformat(),
            "item_no": each.item_no,
            "location": MAIN,
            "quantity_counted": each.quantity,
        }
        for each in plan.count
    ]


def invoice_purchase(order: PurchaseOrder, *, user_id: int | None) -> int:
    """Invoice a received order at its invoice prices, with its freight; return how many lines that took.

    An order that is invoiced already is passed over: a load that was broken off goes on.
    """
    document = Document.objects.get(no=order.no)
    if document.status == DocumentStatus.COMPLETED:
        return 0
    with transaction.atomic():
        lines = list(document.lines.order_by("line_no"))
        prices = [order.invoice_unit_cost(line) for line in order.lines]
        for line, price in zip(lines, prices, strict=False):
            line.unit_amount = price
        DocumentLine.objects.bulk_update(lines, ["unit_amount"], batch_size=500)
        _assign_freight(document, lines)
    post_document(document_id=document.pk, posting_date=order.invoiced_on, handle=False, invoice=True, user_id=user_id)
    return len(lines)


def _assign_freight(document: Document, lines: Sequence[DocumentLine]) -> None:
    charge = next((line for line in lines if line.type == LineType.ITEM_CHARGE), None)
    if charge is None:
        return
    ChargeAssignment.objects.filter(document_line=charge).delete()
    received = PostedDocumentLine.objects.filter(
        posted_document__type=DocumentType.PURCHASE_RECEIPT, posted_document__order_no=document.no
    )
    ChargeAssignment.objects.bulk_create(
        split_over(
            charge,
            list(received.select_related("item").order_by("pk")),
            amount=charge.unit_amount,
            split=ChargeSplit.AMOUNT,
        )
    )


def transfer(quantities: Sequence[Quantity], *, user_id: int | None) -> int:
    """Move goods to the port by one direct transfer order; return how many lines. Nothing if it is done already."""
    order = TransferOrder.objects.filter(no=TRANSFER_NO).first() or _create_transfer(quantities)
    if order is None or order.status == DocumentStatus.COMPLETED:
        return 0
    post_direct_transfer(transfer_order_id=order.pk, posting_date=TRANSFER_DATE, user_id=user_id)
    return len(quantities)


def _create_transfer(quantities: Sequence[Quantity]) -> TransferOrder | None:
    if not quantities:
        return None
    items = dict(Item.objects.filter(no__in=[each.item_no for each in quantities]).values_list("no", "pk"))
    locations = {location.code: location for location in Location.objects.filter(code__in=(MAIN, PORT))}
    with transaction.atomic():
        order = TransferOrder.objects.create(
            no=TRANSFER_NO,
            status=DocumentStatus.RELEASED,
            from_location=locations[MAIN],
            to_location=locations[PORT],
            order_date=TRANSFER_DATE,
        )
        TransferLine.objects.bulk_create(
            TransferLine(order=order, line_no=index * _LINE_STEP, item_id=items[each.item_no], quantity=each.quantity)
            for index, each in enumerate(quantities, start=1)
        )
    return order
