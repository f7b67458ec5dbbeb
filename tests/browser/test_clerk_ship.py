"""Pick and ship: the list by bin and lot, scans, short lines as back-order, one posting (ux 2, clerk 4)."""

from datetime import date

import pytest
from playwright.sync_api import expect

from costing import check_books
from inventory.enums import DocumentKind
from inventory.models import InventorySetup, ItemLedgerEntry, PostedDocument
from tests.browser import depot
from tests.browser.hands import Keyboard

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sale(company):
    """5 chairs and 4 tins of paint are sold. 3 chairs stand in two bins; of two lots of paint one expires first."""
    depot.item("CHAIR")
    depot.item("PAINT", lot_tracked=True)
    depot.stock("PO-1", CHAIR=3, PAINT=6, fields={"PAINT": {"lot_no": "LATE", "expiration_date": date(2027, 12, 31)}})
    depot.stock("PO-2", PAINT=4, fields={"PAINT": {"lot_no": "SOON", "expiration_date": date(2027, 6, 30)}})
    depot.bins(**{"A-01": {"CHAIR": 2}, "B-01": {"CHAIR": 1}})
    return depot.order(DocumentKind.SALES_ORDER, "SO-1", price=9, PAINT=4, CHAIR=5)


def test_a_sale_is_picked_and_its_short_line_stays_as_back_order(on_tablet, sale, hand):
    page = on_tablet("clerk")
    depot.begin(page, hand, "Ship")
    depot.scan(page, "CHAIR")
    expect(page.get_by_role("heading", name="Pick list")).to_be_visible()
    depot.listens(page)
    lines = page.locator(".scan-line")
    expect(lines.nth(0)).to_contain_text("CHAIR Chair A-01: 2, B-01: 1")
    expect(lines.nth(1)).to_contain_text("lot SOON (2027-06-30), lot LATE (2027-12-31)")

    depot.scanned(page, "OSLO/A-01", "From OSLO/A-01.")
    hand.use(page.get_by_role("button", name="2", exact=True))
    depot.scanned(page, "CHAIR", "2 × CHAIR. 2 of 5.")
    depot.offline(page, "OSLO/B-01", "CHAIR")
    expect(depot.line(page, "CHAIR")).to_contain_text("3 / 5")
    hand.use(page.get_by_role("button", name="4", exact=True))
    depot.scan(page, "PAINT")
    expect(depot.tone(page, "ask")).to_contain_text("PAINT is kept by lot")
    depot.scanned(page, "SOON", "4 × PAINT, lot SOON. 4 of 4.")
    expect(page.locator(".scan-rest")).to_have_text(
        "Short: 2 CHAIR. What you do not scan stays on SO-1 as a back-order."
    )
    depot.looks_right(page)
    hand.use(page.get_by_role("button", name="Post, the rest as back-order"))

    done = page.locator(".scan-done")
    expect(done).to_contain_text("Back-order: 2 CHAIR. It stays on SO-1 until it is shipped.")
    shipment = PostedDocument.objects.get(type="sales_shipment")
    expect(done).to_contain_text(shipment.no)
    expect(page.get_by_role("link", name="Undo shipment")).to_be_visible()
    depot.looks_right(page)
    shipped = ItemLedgerEntry.objects.filter(document_no=shipment.no, entry_type="sale").order_by("item__no")
    assert list(shipped.values_list("item__no", "lot_no", "quantity")) == [("CHAIR", "", -3), ("PAINT", "SOON", -4)]
    assert depot.held() == []
    assert [int(depot.on_hand(no, "OSLO")) for no in ("CHAIR", "PAINT")] == [0, 6]

    hand.use(done.get_by_role("link", name="SO-1"))
    expect(page.locator("main")).to_contain_text("Shipped 7 of 9")
    depot.begin(page, hand, "Ship")
    hand.use(page.get_by_role("link", name="SO-1"))
    expect(depot.line(page, "CHAIR")).to_contain_text("0 / 2")
    assert check_books.breaches() == []


def test_more_than_stands_there_is_refused_when_it_is_posted(on_tablet, sale):
    """The scans stay: the clerk takes one back and posts."""
    InventorySetup.objects.update(prevent_negative_inventory=True)
    hand = Keyboard()
    page = on_tablet("clerk")
    page.goto("/scan/ship/SO-1/")
    depot.listens(page)
    hand.write(page.get_by_role("textbox", name="Quantity of the next scan"), "3")
    depot.scanned(page, "CHAIR", "3 × CHAIR. 3 of 5.")
    depot.scanned(page, "CHAIR", "1 × CHAIR. 4 of 5.")
    hand.use(page.get_by_role("button", name="Post, the rest as back-order"))
    expect(page.get_by_role("alert")).to_contain_text("CHAIR")
    assert PostedDocument.objects.filter(type="sales_shipment").count() == 0
    hand.use(page.get_by_role("link", name="Cancel"))
    expect(depot.line(page, "CHAIR")).to_contain_text("4 / 5")
    depot.listens(page)
    hand.use(page.get_by_role("button", name="Undo 1 CHAIR"))
    expect(depot.line(page, "CHAIR")).to_contain_text("3 / 5")
    hand.use(page.get_by_role("button", name="Post, the rest as back-order"))
    expect(page.locator(".scan-done")).to_be_visible()
    assert depot.on_hand("CHAIR", "OSLO") == 0
    assert depot.held() == []
