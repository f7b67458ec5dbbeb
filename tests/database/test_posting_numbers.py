"""Which number series a posted document takes: that of its place, or the company's."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.models import NumberSeries, NumberSeriesLine
from costing.posting.documents import post_document
from costing.posting.journals import post_item_journal
from costing.posting.transfers import receive_transfer_order, ship_transfer_order
from inventory.enums import DocumentKind, JournalLineKind, PostedNumbers
from inventory.models import ItemJournalLine, Location, LocationNumberSeries, TransferLine, TransferOrder
from inventory.transfers import create_transfer_order, save_transfer_line
from tests import factories
from tests.trade import DAY, partner

pytestmark = pytest.mark.django_db

SHORT = {
    PostedNumbers.PURCHASE_RECEIPT: "PR",
    PostedNumbers.PURCHASE_INVOICE: "PI",
    PostedNumbers.TRANSFER_SHIPMENT: "TS",
    PostedNumbers.TRANSFER_RECEIPT: "TR",
    PostedNumbers.ITEM_JOURNAL: "IJ",
}


@pytest.fixture
def crate():
    factories.company(locations=["EAST", "WEST"])
    factories.location("ROAD", in_transit=True)
    return factories.item("CRATE")


def place(code):
    return Location.objects.get(code=code)


def own_series(location, *purposes):
    """Give a location a series of its own for each purpose."""
    for purpose in purposes:
        code = f"{location}-{SHORT[purpose]}"
        series = NumberSeries.objects.create(code=code)
        NumberSeriesLine.objects.create(series=series, starting_no=f"{code}-01")
        LocationNumberSeries.objects.create(location=place(location), numbers=purpose, series=series)


def purchase(*lines):
    """Post an order; a line is (item, location). Returns the numbers of its documents."""
    order = factories.document(kind=DocumentKind.PURCHASE_ORDER, **partner(DocumentKind.PURCHASE_ORDER))
    for item, location in lines:
        factories.document_line(order, item=item, location=place(location), quantity="1", unit_amount=Decimal("5.00"))
    made = post_document(document_id=order.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)
    return [no for _type, no in made.documents]


class TestPurchase:
    def test_at_a_place_with_numbers_of_its_own_takes_them(self, crate):
        own_series("EAST", PostedNumbers.PURCHASE_RECEIPT)

        assert purchase((crate, "EAST")) == ["EAST-PR-01", "PI-00001"]
        assert purchase((crate, "WEST")) == ["PR-00001", "PI-00002"]

    def test_at_several_places_takes_the_companys(self, crate):
        own_series("EAST", PostedNumbers.PURCHASE_RECEIPT, PostedNumbers.PURCHASE_INVOICE)

        assert purchase((crate, "EAST"), (crate, "WEST")) == ["PR-00001", "PI-00001"]

    def test_takes_no_statement_more(self, crate):
        own_series("EAST", PostedNumbers.PURCHASE_RECEIPT, PostedNumbers.PURCHASE_INVOICE)
        purchase((crate, "WEST"))
        purchase((crate, "EAST"))

        counts = []
        for location in ("WEST", "EAST"):
            with CaptureQueriesContext(connection) as queries:
                purchase((crate, location))
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestTransfer:
    def test_is_shipped_with_the_numbers_of_one_end_and_received_with_those_of_the_other(self, crate):
        own_series("EAST", PostedNumbers.TRANSFER_SHIPMENT, PostedNumbers.TRANSFER_RECEIPT)
        purchase((crate, "EAST"))
        order = create_transfer_order(
            TransferOrder(
                from_location=place("EAST"),
                to_location=place("WEST"),
                in_transit_location=place("ROAD"),
                order_date=DAY,
            ),
            user_id=None,
        )
        save_transfer_line(TransferLine(order=order, item=crate, quantity=Decimal(1)))

        shipped = ship_transfer_order(transfer_order_id=order.pk, posting_date=DAY, user_id=None)
        received = receive_transfer_order(transfer_order_id=order.pk, posting_date=DAY, user_id=None)

        assert [no for _type, no in shipped.documents] == ["EAST-TS-01"]
        assert [no for _type, no in received.documents] == ["TR-00001"]


class TestJournal:
    def test_of_one_place_takes_its_numbers(self, crate):
        own_series("WEST", PostedNumbers.ITEM_JOURNAL)
        line = ItemJournalLine(
            owner=factories.user(),
            line_no=10000,
            kind=JournalLineKind.POSITIVE,
            posting_date=date(2026, 1, 10),
            item=crate,
            location=place("WEST"),
            quantity=Decimal(3),
        )

        made = post_item_journal(lines=[line], user_id=None)

        assert [no for _type, no in made.documents] == ["WEST-IJ-01"]
