"""The scan station on a tablet: a wedge scanner without focus, and the network away for part of the time."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from costing import check_books
from inventory.enums import DocumentKind
from inventory.models import (
    Barcode,
    Bin,
    BinContent,
    Item,
    ItemLedgerEntry,
    Location,
    Scan,
)
from tests.browser.axe import violations
from tests.browser.depot import TOO_SMALL, item, kept, line, order, scan, tone

pytestmark = pytest.mark.django_db(transaction=True)

TABLET = {"width": 800, "height": 1280}
EAN = "4006381333931"
GS1 = "]C1010400638133393117271231" + "10L1\x1d376"


@pytest.fixture
def goods(company):
    item("CHAIR")
    paint = item("PAINT", lot_tracked=True)
    Barcode.objects.create(item=paint, code=EAN, symbology="ean13")


@pytest.fixture
def tablet(sign_in, goods):
    page = sign_in("clerk")
    page.set_viewport_size(TABLET)
    return page


def test_each_scan_is_applied_once_though_the_network_goes_away(tablet, live_server):
    """Receive 5 chairs and 10 tins of paint: 2 chairs online, 3 and 6 tins offline across a reload, one refused."""
    placed = order(DocumentKind.PURCHASE_ORDER, "PO-1", CHAIR=5, PAINT=10)
    context = tablet.context

    tablet.goto("/scan/")
    scan(tablet, "PO-1")
    tablet.wait_for_url("**/scan/receive/PO-1/")
    expect(line(tablet, "CHAIR")).to_contain_text("0 / 5")
    scan(tablet, "CHAIR")
    expect(tone(tablet, "ok")).to_contain_text("1 × CHAIR. 1 of 5.")
    scan(tablet, "CHAIR")
    expect(line(tablet, "CHAIR")).to_contain_text("2 / 5")
    tablet.wait_for_function("caches.match(location.href)")

    context.set_offline(True)
    for _chair in range(3):
        scan(tablet, "CHAIR")
    scan(tablet, "NOBODY")
    scan(tablet, GS1)
    expect(tone(tablet, "wait")).to_be_visible()
    expect(tablet.get_by_role("button", name="Post receipt")).to_be_disabled()
    assert [state for _code, state in kept(tablet)] == ["waiting"] * 5
    tablet.reload()
    expect(tablet.locator("#scan-count")).to_have_text("5")
    assert [line.quantity_to_handle for line in placed.lines.order_by("line_no")] == [2, 0]

    context.set_offline(False)
    expect(line(tablet, "CHAIR")).to_contain_text("5 / 5")
    expect(line(tablet, "PAINT")).to_contain_text("6 / 10")
    expect(tablet.locator("#scan-count")).to_have_text("1")
    assert kept(tablet) == [("NOBODY", "refused")]
    tablet.get_by_role("button", name="to see to").click()
    expect(tablet.locator("#scan-queue-list")).to_contain_text("NOBODY is not known here. Scan another code")
    assert tablet.evaluate(TOO_SMALL) == []
    assert violations(tablet) == []
    tablet.get_by_role("button", name="Drop: NOBODY").click()
    assert kept(tablet) == []

    tablet.get_by_role("button", name="Post receipt").click()
    expect(tablet.get_by_role("link", name="Print labels")).to_be_visible()
    assert violations(tablet) == []
    received = ItemLedgerEntry.objects.order_by("pk").values_list("item__no", "lot_no", "quantity")
    assert list(received) == [("CHAIR", "", 5), ("PAINT", "L1", 6)]
    assert Scan.objects.filter(state="applied").count() == 6
    assert check_books.breaches() == []


def test_an_answer_that_is_lost_does_not_apply_the_scan_twice(tablet):
    placed = order(DocumentKind.PURCHASE_ORDER, "PO-1", CHAIR=5)
    answers = []

    def lose_the_first(route):
        answers.append(route.fetch())
        route.abort() if len(answers) == 1 else route.fulfill(response=answers[-1])

    tablet.goto("/scan/receive/PO-1/")
    tablet.context.route("**/scan/apply/", lose_the_first)
    scan(tablet, "CHAIR")

    expect(tone(tablet, "ok")).to_contain_text("1 × CHAIR. 1 of 5.")
    assert [answer.json()["repeated"] for answer in answers] == [False, True]
    assert placed.lines.get().quantity_to_handle == 1
    assert Scan.objects.count() == 1


def test_a_scan_is_heard_while_a_field_has_the_focus_and_typing_is_not_taken_for_one(tablet):
    order(DocumentKind.PURCHASE_ORDER, "PO-1", CHAIR=5, PAINT=10)
    tablet.goto("/scan/receive/PO-1/")

    tablet.get_by_label("Code, where it cannot be scanned").press_sequentially("PAINT", delay=90)
    tablet.get_by_role("button", name="Add", exact=True).click()
    expect(tone(tablet, "ask")).to_contain_text("PAINT is kept by lot")
    tablet.get_by_label("Quantity of the next scan").focus()
    scan(tablet, "L7")
    expect(tone(tablet, "ask")).to_be_visible()
    scan(tablet, "LOT-7")
    expect(tone(tablet, "ok")).to_contain_text("1 × PAINT, lot LOT-7. 1 of 10.")
    tablet.get_by_role("button", name="4", exact=True).click()
    scan(tablet, "CHAIR")
    expect(tone(tablet, "ok")).to_contain_text("4 × CHAIR. 4 of 5.")
    tablet.get_by_role("button", name="Undo 4 CHAIR").click()
    expect(line(tablet, "CHAIR")).to_contain_text("0 / 5")


def test_goods_are_moved_from_bin_to_bin_and_counted_on_the_way(tablet):
    oslo = Location.objects.get(code="OSLO")
    placed = order(DocumentKind.PURCHASE_ORDER, "PO-1", CHAIR=5)
    tablet.goto("/scan/receive/PO-1/")
    scan(tablet, "CHAIR")
    expect(line(tablet, "CHAIR")).to_contain_text("1 / 5")
    tablet.get_by_role("button", name="Post receipt").click()
    expect(tablet.locator(".scan-done")).to_be_visible()
    for code in ("A", "B"):
        Bin.objects.create(location=oslo, code=code)
    BinContent.objects.create(bin=Bin.objects.get(code="A"), item=Item.objects.get(no="CHAIR"), quantity=Decimal(1))

    tablet.goto("/scan/move/")
    for code, words in (("(92)OSLO/A", "From OSLO/A"), ("CHAIR", "1 × CHAIR picked up"), ("OSLO/B", "To OSLO/B")):
        scan(tablet, code)
        expect(tone(tablet, "ok")).to_contain_text(words)
    tablet.get_by_role("button", name="Post move").click()
    expect(tablet.locator(".scan-done")).to_contain_text("Moved from OSLO/A to OSLO/B.")

    held = BinContent.objects.order_by("bin__code").values_list("bin__code", "quantity")
    assert list(held) == [("A", 0), ("B", 1)]
    assert placed.lines.get().quantity_handled == 1


def test_a_scan_on_any_page_is_looked_up_unless_a_field_has_the_focus(tablet):
    tablet.goto("/items/")
    tablet.evaluate("document.activeElement.blur()")
    scan(tablet, EAN)

    tablet.wait_for_url("**/scan/lookup/?code=4006381333931")
    expect(tablet.get_by_role("heading", level=2)).to_contain_text("PAINT Paint")
    tablet.goto("/items/")
    tablet.locator("#list-search").focus()
    scan(tablet, EAN)
    assert tablet.url.endswith("/items/")
