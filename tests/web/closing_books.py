"""A month of items settled at close, closed through the code, and what its pages show."""

from datetime import date
from decimal import Decimal

from django.urls import reverse

from costing import closing
from costing.closing import Options
from costing.enums import CloseKind
from costing.models import InventoryClose, InventoryPeriod
from inventory.models import ItemLedgerEntry
from tests import factories
from tests.web.costing_books import post

END = date(2026, 1, 31)


def day(number):
    return date(2026, 1, number)


def january():
    """January of two FIFO items settled at close.

    LAMP: 2 bought at 10.00 and 2 at 20.00, 2 sold at the average 15.00: the close makes them 10.00 each, +10.00.
    DESK: 3 received at 7.00 and not invoiced, 3 sold at 8.00 of the card: nothing to settle them with.
    """
    books = factories.company(locations=["OSLO"], automatic_cost_posting=True)
    oslo = books.locations["OSLO"]
    books.lamp = factories.item("LAMP", settle_at="close")
    books.desk = factories.item("DESK", settle_at="close", unit_cost=Decimal(8))
    for number, price in ((2, "10"), (3, "20")):
        post(factories.purchase_order(books.lamp, quantity="2", unit_cost=price, location=oslo), on=day(number))
    books.lamp_sale = post(factories.sales_order(books.lamp, quantity="2", location=oslo), on=day(4))
    books.receipt = factories.purchase_order(books.desk, quantity="3", unit_cost="7", location=oslo)
    post(books.receipt, on=day(5), invoice=False)
    post(factories.sales_order(books.desk, quantity="3", location=oslo), on=day(6))
    books.january = InventoryPeriod.objects.create(ending_date=END, name="January")
    return books


def close(kind=CloseKind.CLOSE, on=END, **options):
    result = closing.close_inventory(Options(on=on, kind=kind, **options))
    return InventoryClose.objects.get(pk=result.close_id)


def url(name, *args):
    return reverse(f"costing:{name}", args=args)


def shown(page):
    return {str(figure.label): figure.value for figure in page.context["figures"]}


def totals(client, address):
    return client.get(address).context["view"].totals_found


def labels(page):
    return {str(action.label): action for action in [*page.context["actions"], *page.context["more_actions"]]}


def sale_of(item):
    return ItemLedgerEntry.objects.get(item=item, entry_type="sale")
