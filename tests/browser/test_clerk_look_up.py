"""Look up: two taps from Home, or a scan anywhere; also by the camera (ux 2, clerk 6)."""

from datetime import date

import pytest
from playwright.sync_api import expect

from costing import check_books
from inventory.enums import DocumentKind
from inventory.models import Barcode, Item, Location, Scan, TransferLine, TransferOrder
from tests.browser import depot
from tests.browser.hands import Finger

pytestmark = pytest.mark.django_db(transaction=True)

EAN = "4006381333931"

# A camera that sees what the test puts before it, and a detector that reads it: what a browser with both would have.
CAMERA = """
window.inSight = [];
window.BarcodeDetector = class {
    static getSupportedFormats() { return Promise.resolve(["ean_13", "qr_code"]); }
    constructor(options) { window.detectorOptions = options; }
    detect() { return Promise.resolve(window.inSight.map((rawValue) => ({rawValue}))); }
};
const track = {stop() { window.cameraStopped = true; }};
const devices = {getUserMedia: () => window.refuseCamera
    ? Promise.reject(new DOMException("no", "NotAllowedError")) : Promise.resolve(new MediaStream())};
Object.defineProperty(navigator, "mediaDevices", {value: devices});
MediaStream.prototype.getTracks = () => [track];
HTMLMediaElement.prototype.play = () => Promise.resolve();
"""


@pytest.fixture
def goods(company):
    """6 tins of paint at OSLO and 4 at BERGEN, of two lots; 10 more are bought, 3 sold, 2 chairs under way."""
    paint, chair = depot.item("PAINT", lot_tracked=True), depot.item("CHAIR")
    Barcode.objects.create(item=paint, code=EAN, symbology="ean13")
    bergen = depot.place("BERGEN")
    depot.stock("PO-1", PAINT=6, fields={"PAINT": {"lot_no": "LOT-1", "expiration_date": date(2027, 6, 30)}})
    depot.stock("PO-2", PAINT=4, fields={"PAINT": {"lot_no": "LOT-2", "location": bergen}})
    depot.order(DocumentKind.PURCHASE_ORDER, "PO-3", PAINT=10, fields={"PAINT": {"expected_date": date(2027, 1, 15)}})
    depot.order(DocumentKind.SALES_ORDER, "SO-1", PAINT=3)
    depot.bins(**{"A-01": {"PAINT": 6}})
    order = TransferOrder.objects.create(
        no="TO-1", from_location=Location.objects.get(code="OSLO"), to_location=bergen, order_date=depot.DAY
    )
    TransferLine.objects.create(order=order, line_no=10_000, item=chair, quantity=2)


def test_goods_are_looked_up_two_taps_from_home(on_tablet, goods, hand):
    page = on_tablet("clerk")
    depot.begin(page, hand, "Look up")
    depot.scan(page, EAN)
    expect(page.get_by_role("heading", level=2)).to_contain_text("PAINT Paint")
    depot.listens(page)
    depot.looks_right(page)
    found = page.locator(".scan-found")
    figures = dict(zip(found.locator("dt").all_inner_texts(), found.locator("dd").all_inner_texts(), strict=True))
    assert figures["On hand"] == "10"
    assert figures["Available"] == "7"
    rows = [" ".join(text.split()) for text in found.locator("li").all_inner_texts()]
    assert rows == [
        "BERGEN Bergen 4",
        "OSLO Oslo 6",
        "OSLO/A-01 6",
        "LOT-1 · OSLO · 2027-06-30 6",
        "LOT-2 · BERGEN 4",
        "PO-3 Nordic Oak · 2027-01-15 10",
        "SO-1 Cafe Sol 3",
    ]
    assert "5.00" not in page.content()

    hand.write(page.get_by_role("textbox", name="Code"), "paint")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_contain_text("PAINT Paint")
    depot.listens(page)
    depot.scan(page, "OSLO/A-01")
    expect(found).to_contain_text("A-01 · PAINT Paint")
    depot.listens(page)
    depot.scan(page, "NOBODY")
    expect(page.get_by_role("alert")).to_contain_text("NOBODY is not known here.")
    depot.listens(page)
    depot.scan(page, "SO-1")
    page.wait_for_url("**/scan/ship/SO-1/")
    assert Scan.objects.count() == 0


def test_a_scan_on_home_is_looked_up(on_tablet, goods):
    page = on_tablet("clerk")
    page.goto("/")
    depot.scan(page, EAN)
    page.wait_for_url("**/scan/lookup/?code=4006381333931")
    expect(page.locator(".scan-found")).to_contain_text("LOT-1")


def test_the_camera_reads_a_code_once_while_it_is_in_sight(on_tablet, goods):
    hand = Finger()
    Item.objects.filter(no="CHAIR").update(gtin="4006381333948")
    depot.order(DocumentKind.PURCHASE_ORDER, "PO-4", CHAIR=5)
    page = on_tablet("clerk")
    page.goto("/scan/receive/PO-4/")
    depot.listens(page)
    expect(page.get_by_role("button", name="Camera")).to_be_hidden()

    page.add_init_script(CAMERA)
    page.goto("/scan/receive/PO-4/")
    depot.listens(page)
    camera = page.get_by_role("button", name="Camera")
    hand.use(camera)
    expect(camera).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#scan-video")).to_be_visible()
    assert page.evaluate("window.detectorOptions.formats") == ["ean_13", "qr_code"]
    page.evaluate("window.inSight = ['4006381333948']")
    expect(depot.tone(page, "ok")).to_contain_text("1 × CHAIR. 1 of 5.")
    page.evaluate("window.inSight = ['4006381333948', 'OSLO/A-01']")
    expect(depot.tone(page, "ok")).to_contain_text("1 put to OSLO/A-01.")
    expect(depot.line(page, "CHAIR")).to_contain_text("1 / 5")
    depot.looks_right(page)
    hand.use(camera)
    expect(page.locator("#scan-video")).to_be_hidden()
    assert page.evaluate("window.cameraStopped")
    assert Scan.objects.filter(state="applied").count() == 2

    page.evaluate("window.refuseCamera = true")
    hand.use(camera)
    expect(depot.tone(page, "bad")).to_contain_text("The camera is not to be had.")
    expect(page.locator("#scan-video")).to_be_hidden()
    assert check_books.breaches() == []
