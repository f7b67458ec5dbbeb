"""Books whose cost is to be adjusted: goods that were used at one price and invoiced later at another.

One level: 5 are received at 5.00, 2 of them are sold, then the 5 are invoiced at 6.00: the sale lacks 2.00.
Two levels: what was bought goes into a product first, 1 into each, of which 1 is sold.
"""

from datetime import date, timedelta
from decimal import Decimal

from costing.posting import documents
from costing.posting.assembly import post_assembly
from inventory.enums import OrderType
from inventory.models import Item, OrderHeader
from inventory.orders import create_order
from tests import factories

DAY = date(2026, 1, 1)


def post(order, *, on=DAY, handle=True, invoice=True):
    """Post a purchase or sales order."""
    return documents.post_document(document_id=order.pk, posting_date=on, handle=handle, invoice=invoice, user_id=None)


def received(item, *, quantity="5", on=DAY):
    """Receive an item at 5.00, not invoiced; returns the order."""
    purchase = factories.purchase_order(item, quantity=quantity, unit_cost="5.00")
    post(purchase, on=on, invoice=False)
    return purchase


def invoiced_at(purchase, unit_cost, *, on):
    """Invoice what was received at another cost."""
    purchase.lines.update(unit_amount=Decimal(unit_cost))
    post(purchase, on=on, handle=False)


def dearer(item, *, on=DAY):
    """Receive 5, sell 2 and invoice: the sale lacks 2.00."""
    purchase = received(item, on=on)
    post(factories.sales_order(item, quantity="2"), on=on + timedelta(1))
    invoiced_at(purchase, "6.00", on=on + timedelta(2))
    return item


def assemble(item, *, quantity, on):
    """Assemble an item of what its bill of material says."""
    order = create_order(
        OrderHeader(type=OrderType.ASSEMBLY, item=item, quantity=Decimal(quantity), order_date=on), explode=True
    )
    return post_assembly(order_id=order.pk, posting_date=on, user_id=None)


def dearer_product(component, product, *, on=DAY):
    """Assemble 2 of a product of 1 component each and sell 1; then the component is invoiced 1.00 dearer."""
    factories.bom_line(parent=product, component=component, quantity_per=Decimal(1))
    purchase = received(component, on=on)
    assemble(product, quantity="2", on=on + timedelta(1))
    post(factories.sales_order(product, quantity="1"), on=on + timedelta(2))
    invoiced_at(purchase, "6.00", on=on + timedelta(3))
    product.refresh_from_db()
    return Item.objects.get(pk=component.pk), product
