"""Returns, undone lines, goods in transit: clean books break no rule, and each planted breach is named."""

from decimal import Decimal

import pytest
from django.db import connection

from costing import check_books
from costing.posting.transfers import receive_transfer_order, ship_transfer_order
from inventory.enums import DocumentKind
from inventory.models import ItemLedgerEntry, Location, PostedDocumentLine, TransferLine, TransferOrder
from inventory.transfers import create_transfer_order, save_transfer_line
from tests import factories
from tests.trade import DAY, buy, order, post, sell, undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def books():
    """A sale with a return and one that was undone, an undone receipt, and 3 of 4 received of a transfer."""
    factories.company(locations=["EAST", "WEST"])
    crate = factories.item("CRATE")
    east, west = Location.objects.get(code="EAST"), Location.objects.get(code="WEST")
    buy(crate, "20", "2.00", location=east)
    undo(buy(crate, "4", "2.00", location=east, invoice=False))
    sale = sell(crate, "5", location=east)
    back = {"applies_from_entry": sale, "location": east}
    post(order(DocumentKind.SALES_RETURN, crate, "2", **back))
    undo(post(order(DocumentKind.SALES_RETURN, crate, "1", **back), invoice=False)[0])
    way = create_transfer_order(
        TransferOrder(
            from_location=east,
            to_location=west,
            in_transit_location=factories.location("ROAD", in_transit=True),
            order_date=DAY,
        ),
        user_id=None,
    )
    line = save_transfer_line(TransferLine(order=way, item=crate, quantity=Decimal(4)))
    terms = {"transfer_order_id": way.pk, "posting_date": DAY, "user_id": None}
    ship_transfer_order(**terms)
    receive_transfer_order(**terms, quantities={line.line_no: Decimal(3)})
    return sale


@pytest.fixture
def unguarded():
    """The ledgers without their triggers, until the transaction of the test ends."""

    def switch_off(table):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    return switch_off


def found(code):
    return [list(breach.entries) for breach in check_books.breaches() if breach.code == code]


def test_clean_books_break_no_rule(books):
    books.refresh_from_db()
    assert books.shipped_quantity_not_returned == -3
    assert check_books.breaches() == []


@pytest.mark.parametrize("said", [-4, -2, 0])
def test_a_sale_that_counts_its_returns_wrongly(books, said):
    ItemLedgerEntry.objects.filter(pk=books.pk).update(shipped_quantity_not_returned=said)

    assert found("returned") == [[books.pk]]


@pytest.mark.parametrize("planted", [{"quantity": -3}, {"source_line": None}])
def test_a_line_that_takes_back_something_else(books, unguarded, planted):
    unguarded("inventory_posteddocumentline")
    taken_back = PostedDocumentLine.objects.get(quantity=-4)
    PostedDocumentLine.objects.filter(pk=taken_back.pk).update(**planted)

    assert found("undone") == [[taken_back.pk]]


def test_goods_of_another_order_in_transit(books, unguarded):
    unguarded("inventory_itemledgerentry")
    leaving = ItemLedgerEntry.objects.get(location__code="ROAD", quantity__lt=0)
    ItemLedgerEntry.objects.filter(pk=leaving.pk).update(order_no="OTHER")
    arrived = ItemLedgerEntry.objects.get(location__code="ROAD", quantity__gt=0)

    assert found("in_transit") == [[arrived.pk, leaving.pk]]


@pytest.mark.parametrize("planted", [{"quantity_shipped": 3}, {"quantity_received": 2}])
def test_a_transfer_line_that_says_something_else(books, planted):
    line = TransferLine.objects.get()
    TransferLine.objects.filter(pk=line.pk).update(**planted)

    assert found("transfer_lines") == [[line.pk]]
