"""Receive: order, goods, lot, bin, one posting, labels, undo (ux 2, clerk 1)."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from costing import check_books
from inventory.enums import DocumentKind
from inventory.models import (
    Barcode,
    Document,
    Item,
    ItemLedgerEntry,
    ItemUnitOfMeasure,
    PostedDocument,
    Scan,
    UnitOfMeasure,
)
from tests.browser import depot

pytestmark = pytest.mark.django_db(transaction=True)

EAN = "4006381333931"
SIX_OF_L1 = "]C1010400638133393117271231" + "10L1\x1d376"


@pytest.fixture
def purchase(company):
    """10 chairs, also in cartons of 4, and 10 tins of paint by lot, at 5.00 each; OSLO has the bins A and B."""
    chair, paint = depot.item("CHAIR"), depot.item("PAINT", lot_tracked=True)
    box = UnitOfMeasure.objects.create(code="CARTON")
    ItemUnitOfMeasure.objects.create(item=chair, unit_of_measure=box, quantity_per=Decimal(4))
    Barcode.objects.create(item=chair, code="CHAIR-BOX", unit_of_measure=box)
    Barcode.objects.create(item=paint, code=EAN, symbology="ean13")
    depot.bins(A={}, B={})
    return depot.order(DocumentKind.PURCHASE_ORDER, "PO-1", CHAIR=10, PAINT=10)


def receive(page, hand):
    """8 chairs at once, 2 chairs and 6 tins while the network is away, one tin whose lot is asked for."""
    expect(depot.line(page, "CHAIR")).to_contain_text("0 / 10")
    depot.scanned(page, "CHAIR", "1 × CHAIR. 1 of 10.")
    depot.scanned(page, "CHAIR-BOX", "4 × CHAIR. 5 of 10.")
    hand.use(page.get_by_role("button", name="3", exact=True))
    depot.scanned(page, "CHAIR", "3 × CHAIR. 8 of 10.")
    depot.scan(page, EAN)
    expect(depot.tone(page, "ask")).to_contain_text("PAINT is kept by lot")
    depot.scanned(page, "LOT-2", "1 × PAINT, lot LOT-2. 1 of 10.")
    depot.offline(page, "CHAIR", "CHAIR", SIX_OF_L1)
    expect(depot.line(page, "CHAIR")).to_contain_text("10 / 10")
    expect(page.locator(".scan-total")).to_have_text("17 / 20")


def test_goods_are_received_into_a_bin_and_taken_back(on_tablet, purchase, hand):
    page = on_tablet("clerk")
    depot.begin(page, hand, "Receive")
    depot.looks_right(page)
    depot.scan(page, "V-1")
    page.wait_for_url("**/scan/receive/PO-1/")
    receive(page, hand)
    depot.scanned(page, "OSLO/A", "17 put to OSLO/A.")
    expect(page.locator("[data-take=CHAIR]")).to_contain_text("→ OSLO/A")
    depot.looks_right(page)
    hand.use(page.get_by_role("button", name="Post receipt"))

    expect(page.locator(".scan-done")).to_be_visible()
    receipt = PostedDocument.objects.get(type="purchase_receipt")
    expect(page.locator(".scan-done")).to_contain_text(f"{receipt.no}Purchase receipt")
    depot.looks_right(page)
    entries = ItemLedgerEntry.objects.order_by("pk").values_list("item__no", "lot_no", "quantity", "document_no")
    assert list(entries) == [
        ("CHAIR", "", 10, receipt.no),
        ("PAINT", "LOT-2", 1, receipt.no),
        ("PAINT", "L1", 6, receipt.no),
    ]
    assert depot.held() == [("A", "CHAIR", 10), ("A", "PAINT", 7)]
    assert Scan.objects.filter(state="applied", item__isnull=False).count() == 7
    assert not re.search(r"\b(5|50|85)\.00", page.locator("main").inner_text())

    hand.use(page.get_by_role("link", name="Print labels"))
    expect(page.locator("main")).to_contain_text("CHAIR")
    page.go_back()
    hand.use(page.get_by_role("link", name="Undo receipt"))
    hand.use(page.get_by_role("button", name="Undo receipt"))
    expect(page.locator("main")).to_contain_text("Undone")
    assert [depot.on_hand(no, "OSLO") for no in ("CHAIR", "PAINT")] == [0, 0]
    assert depot.held() == []
    assert sorted(purchase.lines.values_list("quantity_handled", flat=True)) == [0] * purchase.lines.count()
    assert check_books.breaches() == []


def test_an_invoiced_receipt_is_not_taken_back(on_tablet, company):
    """Whoever comes too late is told what to do instead; there is no button to press."""
    depot.item("CHAIR")
    depot.stock("PO-1", CHAIR=10)
    receipt = PostedDocument.objects.get()
    page = on_tablet("clerk")
    page.goto(f"/purchase-receipts/{receipt.no}/")
    expect(page.get_by_role("link", name="Undo receipt")).to_be_visible()

    invoice(Document.objects.get())
    page.reload()

    expect(page.get_by_role("link", name="Undo receipt")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("It is invoiced: make a return instead.")
    assert Item.objects.get().no == "CHAIR"


def invoice(bought):
    from costing.posting.documents import post_document

    post_document(document_id=bought.pk, posting_date=depot.DAY, handle=False, invoice=True, user_id=None)
