"""Transfer: ship at one end, receive in parts at the other, what is under way seen from both (ux 2, clerk 3)."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from costing import check_books
from inventory.models import Location, PostedDocument, TransferLine, TransferOrder
from tests.browser import depot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def transfer(company):
    """5 chairs at OSLO, all of them to go to BERGEN by ROAD."""
    chair = depot.item("CHAIR")
    depot.stock("PO-1", CHAIR=5)
    order = TransferOrder.objects.create(
        no="TO-1",
        from_location=Location.objects.get(code="OSLO"),
        to_location=depot.place("BERGEN"),
        in_transit_location=depot.place("ROAD", in_transit=True),
        order_date=depot.DAY,
    )
    TransferLine.objects.create(order=order, line_no=10_000, item=chair, quantity=Decimal(5))
    return order


def places():
    return [int(depot.on_hand("CHAIR", code)) for code in ("OSLO", "ROAD", "BERGEN")]


def test_a_transfer_is_scanned_out_and_in(on_tablet, transfer, hand):
    """4 of 5 chairs leave, 3 of them arrive; one of each is scanned while the network is away."""
    page = on_tablet("clerk")
    depot.begin(page, hand, "Ship a transfer")
    depot.scan(page, "TO-1")
    expect(depot.line(page, "CHAIR")).to_contain_text("0 / 5")
    depot.listens(page)
    hand.use(page.get_by_role("button", name="3", exact=True))
    depot.scanned(page, "CHAIR", "3 × CHAIR. 3 of 5.")
    depot.offline(page, "CHAIR")
    expect(depot.line(page, "CHAIR")).to_contain_text("4 / 5")
    hand.use(page.get_by_role("button", name="Post transfer shipment"))
    expect(page.locator(".scan-done")).to_be_visible()
    assert PostedDocument.objects.get(type="transfer_shipment").no in page.locator(".scan-done").inner_text()
    depot.looks_right(page)
    assert places() == [1, 4, 0]
    under_way_is_seen_from_both_ends(page, hand)

    depot.begin(page, hand, "Receive a transfer")
    depot.scan(page, "CHAIR")
    expect(depot.line(page, "CHAIR")).to_contain_text("0 / 4")
    depot.listens(page)
    hand.use(page.get_by_role("button", name="2", exact=True))
    depot.scanned(page, "CHAIR", "2 × CHAIR. 2 of 4.")
    depot.offline(page, "CHAIR")
    expect(depot.line(page, "CHAIR")).to_contain_text("3 / 4")
    depot.scan(page, "CHAIR")
    expect(depot.line(page, "CHAIR")).to_contain_text("4 / 4")
    depot.scan(page, "CHAIR")
    expect(depot.tone(page, "bad")).to_contain_text("1 more CHAIR are too many: 4 of 4 on TO-1 are scanned.")
    hand.use(page.get_by_role("button", name="Undo 1 CHAIR").first)
    expect(depot.line(page, "CHAIR")).to_contain_text("3 / 4")
    hand.use(page.get_by_role("button", name="Post transfer receipt"))
    expect(page.locator(".scan-done")).to_be_visible()
    assert places() == [1, 1, 3]
    assert check_books.breaches() == []


def under_way_is_seen_from_both_ends(page, hand):
    """On the cards of both locations, and where the goods are looked up."""
    for code, words in (("OSLO", "On the way from here"), ("BERGEN", "On the way here")):
        page.goto(f"/locations/{code}/")
        hand.use(page.get_by_role("link", name=words))
        row = page.get_by_role("row").filter(has_text="TO-1")
        expect(row).to_contain_text("OSLO")
        expect(row).to_contain_text("BERGEN")
        expect(row).to_contain_text("4")
        depot.looks_right(page)
    page.goto("/scan/lookup/?code=CHAIR")
    expect(page.locator(".scan-found")).to_contain_text("TO-1 OSLO → BERGEN")


def test_a_transfer_is_posted_in_parts_from_its_page(on_tablet, transfer, hand):
    """4 shipped, 3 received, then the rest of both; the page says each time how far it is."""
    page = on_tablet("clerk")
    page.goto("/transfers/TO-1/")
    steps = (("Ship", "4", "Shipped 4 of 5"), ("Receive", "3", "Received 3 of 5"), ("Ship", "1", "Received 3 of 5"))
    for verb, quantity, state in steps:
        hand.use(page.get_by_role("link", name=verb, exact=True))
        hand.write(page.get_by_role("textbox", name="CHAIR"), quantity)
        hand.use(page.get_by_role("button", name="Preview posting"))
        expect(page.get_by_role("region", name="Item ledger entries")).to_contain_text("CHAIR")
        depot.looks_right(page)
        hand.use(page.get_by_role("button", name=verb, exact=True))
        expect(page.locator(".badge").first).to_have_text(state)
    assert places() == [0, 2, 3]
    hand.use(page.get_by_role("link", name="Receive", exact=True))
    hand.use(page.get_by_role("button", name="Receive", exact=True))
    expect(page.locator(".badge").first).to_have_text("Completed")
    depot.looks_right(page)

    assert places() == [0, 0, 5]
    documents = PostedDocument.objects.filter(type__startswith="transfer")
    assert len({document.no for document in documents}) == 4
    assert check_books.breaches() == []
