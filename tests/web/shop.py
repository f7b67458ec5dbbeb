"""The small shop that page tests open: a chair bought and sold, a transfer order and a count."""

from datetime import date
from decimal import Decimal

from costing.posting import documents as document_posting
from inventory import counts, transfers
from inventory.models import Count, TransferLine, TransferOrder
from tests import factories

TODAY = date(2026, 3, 2)


def open_shop():
    """A chair bought at 20.00 (10 received, 6 of them invoiced), 4 of 5 sold at 45.00; a transfer order and a count."""
    shop = factories.company(locations=["OSLO", "BERGEN"])
    oslo, bergen = shop.locations["OSLO"], shop.locations["BERGEN"]
    shop.chair = factories.item("CHAIR", unit_price=Decimal("45.00"))
    shop.purchase = factories.purchase_order(shop.chair, quantity="10", unit_cost="20.00", location=oslo)
    shop.purchase.lines.update(quantity_to_invoice=Decimal(6))
    post(shop.purchase)
    shop.sale = factories.sales_order(shop.chair, quantity="5", unit_price="45.00", location=oslo)
    shop.sale.lines.update(quantity_to_handle=Decimal(4), quantity_to_invoice=Decimal(4))
    post(shop.sale)
    order = TransferOrder(from_location=oslo, to_location=bergen, order_date=TODAY)
    shop.transfer = transfers.create_transfer_order(order, user_id=None)
    transfers.save_transfer_line(TransferLine(order=shop.transfer, item=shop.chair, quantity=Decimal(2)))
    shop.count = counts.create_count(Count(posting_date=TODAY, location=oslo), user_id=None)
    return shop


def post(document, *, handle=True, invoice=True):
    return document_posting.post_document(
        document_id=document.pk, posting_date=TODAY, handle=handle, invoice=invoice, user_id=None
    )
