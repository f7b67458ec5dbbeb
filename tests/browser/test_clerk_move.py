"""Put to stock and move: place, goods one after another, place, one posting (ux 2, clerk 2)."""

import pytest
from playwright.sync_api import expect

from costing import check_books
from inventory.models import Bin, ItemLedgerEntry, Location, Scan
from tests.browser import depot
from tests.browser.hands import Finger

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def goods(company):
    """5 chairs in bin A-01 and 3 desks outside the bins of OSLO."""
    depot.item("CHAIR")
    depot.item("DESK")
    depot.stock("PO-1", CHAIR=5, DESK=3)
    depot.bins(**{"A-01": {"CHAIR": 5}, "B-01": {}})


def test_goods_are_moved_to_another_bin(on_tablet, goods, hand):
    """2 chairs at once and one while the network is away; a code that nobody knows changes nothing."""
    page = on_tablet("clerk")
    depot.begin(page, hand, "Move")
    depot.scanned(page, "OSLO/A-01", "From OSLO/A-01. Scan the goods.")
    depot.scanned(page, "CHAIR", "1 × CHAIR picked up.")
    depot.scanned(page, "CHAIR", "1 × CHAIR picked up.")
    expect(page.get_by_role("button", name="Post move")).to_be_enabled()
    depot.offline(page, "CHAIR")
    expect(page.locator(".scan-total")).to_have_text("3")

    depot.scan(page, "NOBODY")
    expect(depot.tone(page, "bad")).to_contain_text("NOBODY is not known here.")
    expect(page.locator(".scan-total")).to_have_text("3")
    expect(page.locator(".scan-last li").first).to_contain_text("CHAIR")
    expect(page.locator(".scan-last li").first).to_be_in_viewport()
    hand.use(page.get_by_role("button", name="to see to"))
    hand.use(page.get_by_role("button", name="Drop: NOBODY"))
    hand.use(page.get_by_role("button", name="Undo 1 CHAIR").first)
    expect(page.locator(".scan-total")).to_have_text("2")

    depot.scanned(page, "OSLO/B-01", "To OSLO/B-01. Post the move.")
    depot.looks_right(page)
    hand.use(page.get_by_role("button", name="Post move"))
    expect(page.locator(".scan-done")).to_contain_text("Moved from OSLO/A-01 to OSLO/B-01.")
    depot.looks_right(page)
    assert depot.held() == [("A-01", "CHAIR", 3), ("B-01", "CHAIR", 2)]
    assert ItemLedgerEntry.objects.count() == 2
    assert Scan.objects.filter(state="applied").count() == 4
    assert Scan.objects.filter(state="undone").count() == 1
    assert check_books.breaches() == []


def test_goods_are_put_to_stock(on_tablet, goods, hand):
    """What was received stands outside the bins: it goes into a bin, on the page of the bins as well."""
    page = on_tablet("clerk")
    depot.begin(page, hand, "Move")
    depot.scanned(page, "OSLO", "From OSLO.")
    hand.use(page.get_by_role("button", name="2", exact=True))
    depot.scanned(page, "DESK", "2 × DESK picked up.")
    depot.scan(page, "CHAIR")
    expect(depot.tone(page, "bad")).to_contain_text("0 CHAIR stand at OSLO, 1 would be picked up.")
    depot.scanned(page, "OSLO/B-01", "To OSLO/B-01.")
    hand.use(page.get_by_role("button", name="Post move"))
    expect(page.locator(".scan-done")).to_be_visible()
    assert depot.held() == [("A-01", "CHAIR", 5), ("B-01", "DESK", 2)]

    page.goto("/locations/OSLO/bins/")
    hand.use(page.get_by_role("link", name="Move between bins"))
    hand.write(page.get_by_role("combobox", name="Item"), "DESK")
    hand.write(page.get_by_role("textbox", name="Quantity"), "1")
    hand.choose(page.get_by_role("combobox", name="To bin"), "A-01")
    hand.use(page.get_by_role("button", name="Move", exact=True))
    expect(page.locator("main")).to_contain_text("Moved. 0 DESK stand outside the bins.")
    assert depot.held() == [("A-01", "CHAIR", 5), ("A-01", "DESK", 1), ("B-01", "DESK", 2)]
    depot.looks_right(page)


def test_goods_go_to_another_location_only_by_whom_may_reclassify(on_tablet, goods):
    hand = Finger()
    depot.place("BERGEN")
    Bin.objects.create(location=Location.objects.get(code="BERGEN"), code="C-01")
    for user, words in (("clerk", "but not to another location"), ("lead", "Moved from OSLO/A-01 to BERGEN/C-01.")):
        page = on_tablet(user)
        depot.begin(page, hand, "Move")
        depot.scanned(page, "OSLO/A-01", "From OSLO/A-01.")
        depot.scanned(page, "CHAIR", "1 × CHAIR picked up.")
        depot.scanned(page, "BERGEN/C-01", "To BERGEN/C-01.")
        hand.use(page.get_by_role("button", name="Post move"))
        expect(page.locator("main")).to_contain_text(words)

    assert [depot.on_hand("CHAIR", code) for code in ("OSLO", "BERGEN")] == [4, 1]
    assert depot.held() == [("A-01", "CHAIR", 4), ("C-01", "CHAIR", 1)]
    assert check_books.breaches() == []
