"""Invoice a purchase: receipts, actual prices, differences, preview, post; freight by amount (ux 2, finance 1)."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from costing import check_books
from costing.models import ValueEntry
from inventory.enums import DocumentKind
from inventory.models import Customer, Document, PostedDocument, Vendor
from tests.browser import depot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receipts(company):
    """8 desks at 30.00 and 5 chairs at 20.00 received of one vendor, a lamp at 7.00 of another; a bill of freight."""
    for no in ("DESK", "CHAIR", "LAMP"):
        depot.item(no)
    depot.stock("PO-1", price=30, DESK=8)
    depot.stock("PO-2", price=20, CHAIR=5)
    business = Customer.objects.get().gen_bus_posting_group
    carrier = Vendor.objects.create(no="V-2", name="Carrier", gen_bus_posting_group=business)
    depot.stock("PO-3", price=7, vendor="V-2", LAMP=1)
    Document.objects.create(kind=DocumentKind.PURCHASE_ORDER, no="PO-4", vendor=carrier, order_date=depot.DAY)


def row(page, text):
    return page.locator("tr").filter(has_text=text)


def test_two_receipts_are_invoiced_at_the_prices_of_the_bill(on_tablet, receipts, hand):
    """8 desks at 31.00 instead of 30.00, 5 chairs at 19.50 instead of 20.00: 345.50, 5.50 more than expected."""
    page = on_tablet("accountant")
    page.goto("/received-not-invoiced/")
    for code in ("DESK", "CHAIR"):
        hand.use(row(page, code).get_by_role("checkbox"))
    depot.looks_right(page)
    hand.use(page.get_by_role("button", name="Invoice", exact=True))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Invoice receipts")
    for code, expected in (("DESK", "240.00"), ("CHAIR", "100.00")):
        expect(row(page, code).locator("[id^=expected]")).to_have_text(expected)
        expect(row(page, code).locator("[id^=difference]")).to_have_text("0.00")

    hand.write(page.get_by_role("textbox", name="Posting date"), "2026-03-05")
    hand.write(page.get_by_role("textbox", name=re.compile("Unit amount of DESK")), "31")
    hand.write(page.get_by_role("textbox", name=re.compile("Unit amount of CHAIR")), "19.5")
    page.keyboard.press("Tab")
    expect(row(page, "DESK").locator("[id^=difference]")).to_have_text("8.00")
    expect(row(page, "CHAIR").locator("[id^=difference]")).to_have_text("−2.50")
    depot.looks_right(page)
    hand.use(page.get_by_role("button", name="Preview posting"))
    for name, figure in (("Lines", "345.50"), ("Value entries", "248.00"), ("G/L entries", "97.50")):
        expect(page.get_by_role("region", name=name).last).to_contain_text(figure)
    assert PostedDocument.objects.filter(type="purchase_invoice").count() == 0
    hand.use(page.get_by_role("button", name="Post invoice"))

    expect(page.locator("main")).to_contain_text("is posted.")
    invoice = PostedDocument.objects.get(type="purchase_invoice")
    expect(page.locator("main")).to_contain_text(invoice.no)
    assert sum(line.amount for line in invoice.lines.all()) == Decimal("345.50")
    invoiced = ValueEntry.objects.filter(document_no=invoice.no).order_by("item_ledger_entry")
    figures = invoiced.values_list("item__no", "cost_amount_actual", "cost_amount_expected")
    assert list(figures) == [("DESK", 248, -240), ("CHAIR", Decimal("97.50"), -100)]
    assert set(Document.objects.filter(no__in=("PO-1", "PO-2")).values_list("status", flat=True)) == {"completed"}
    expect(row(page, "LAMP")).to_have_count(1)
    expect(row(page, "DESK")).to_have_count(0)
    assert check_books.breaches() == []


def test_receipts_of_two_vendors_are_not_one_invoice(on_tablet, receipts, hand):
    page = on_tablet("accountant")
    page.goto("/received-not-invoiced/")
    for code in ("DESK", "LAMP"):
        hand.use(row(page, code).get_by_role("checkbox"))
    hand.use(page.get_by_role("button", name="Invoice", exact=True))
    expect(page.locator("main")).to_contain_text("One invoice is of one partner: choose rows of one.")


def test_freight_is_assigned_by_amount(on_tablet, receipts, hand):
    """34.00 of freight on 240.00 of desks and 100.00 of chairs: 24.00 and 10.00."""
    page = on_tablet("accountant")
    page.goto("/purchases/PO-4/")
    hand.use(page.get_by_role("link", name="Add item charge"))
    hand.write(page.get_by_role("combobox", name="Item charge"), "FREIGHT")
    hand.write(page.get_by_role("textbox", name="Unit amount"), "34")
    hand.use(page.get_by_role("button", name="Save", exact=True))
    for receipt in PostedDocument.objects.filter(order_no__in=("PO-1", "PO-2")).order_by("no"):
        hand.use(page.get_by_role("link", name="Assign", exact=True))
        hand.write(page.get_by_role("combobox", name="Receipt or shipment"), receipt.no)
        hand.choose(page.get_by_role("combobox", name="Split"), "By amount")
        hand.use(page.get_by_role("button", name="Assign", exact=True))
        expect(page.locator("main")).to_contain_text(f"of {receipt.no} are assigned.")
    hand.use(page.get_by_role("link", name="Suggest split"))
    hand.choose(page.get_by_role("combobox", name="Split"), "By amount")
    hand.use(page.get_by_role("button", name="Split", exact=True))
    expect(row(page, "DESK").get_by_role("textbox", name="Amount")).to_have_value("24")
    expect(row(page, "CHAIR").get_by_role("textbox", name="Amount")).to_have_value("10")
    depot.looks_right(page)

    page.goto("/purchases/PO-4/")
    hand.use(page.get_by_role("link", name="Invoice", exact=True))
    hand.write(page.get_by_role("textbox", name="Posting date"), "2026-03-06")
    hand.use(page.get_by_role("button", name="Preview posting"))
    preview = page.get_by_role("region", name="Value entries")
    for figure in ("24.00", "10.00"):
        expect(preview).to_contain_text(figure)
    expect(page.get_by_role("region", name="G/L entries")).to_contain_text("24.00")
    depot.looks_right(page)
    hand.use(page.locator("button.primary"))
    expect(page.locator("main")).to_contain_text("is posted.")
    charged = ValueEntry.objects.filter(item_charge__code="FREIGHT").order_by("item_ledger_entry")
    assert list(charged.values_list("item__no", "cost_amount_actual")) == [("DESK", 24), ("CHAIR", 10)]
    assert check_books.breaches() == []
