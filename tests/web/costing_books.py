"""The books that the tests of costing pages look at."""

from datetime import date, timedelta
from decimal import Decimal

from costing.posting import documents
from tests import factories

DAY = date(2026, 3, 2)


def post(order, *, on=DAY, handle=True, invoice=True):
    return documents.post_document(document_id=order.pk, posting_date=on, handle=handle, invoice=invoice, user_id=None)


def dearer_chairs(**setup):
    """5 chairs received at 5.00, 2 of them sold for 9.00 each, then invoiced at 6.00. Not adjusted."""
    books = factories.company(locations=["OSLO"], **setup)
    chair = factories.item("CHAIR")
    oslo = books.locations["OSLO"]
    purchase = factories.purchase_order(chair, quantity="5", unit_cost="5.00", location=oslo)
    receipt = post(purchase, invoice=False)
    sale = factories.sales_order(chair, quantity="2", unit_price="9.00", location=oslo)
    shipment = post(sale, on=DAY + timedelta(1))
    purchase.lines.update(unit_amount=Decimal("6.00"))
    post(purchase, on=DAY + timedelta(2), handle=False)
    books.chair, books.purchase, books.sale = chair, purchase, sale
    books.receipt, books.shipment = receipt, shipment
    return books


def sign_in(client, username="accountant"):
    user = factories.user(username)
    client.force_login(user)
    return user
