"""Invoicing, returning and undoing on a tablet, by keyboard alone."""

import re
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from costing import check_books
from costing.posting.documents import post_document
from inventory.enums import DocumentKind
from inventory.models import Customer, Document, DocumentLine, Item, ItemModelGroup, Location, PostedDocument, Vendor
from tests.browser.axe import violations
from tests.browser.hands import Keyboard

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 3, 2)
TABLET = {"width": 800, "height": 1000}


def make_item(no):
    like = {"gen_prod_posting_group": "RETAIL", "inventory_posting_group": "RESALE", "base_unit_of_measure": "PCS"}
    keys = {name: Item._meta.get_field(name).related_model.objects.get(code=code) for name, code in like.items()}
    return Item.objects.create(
        no=no, description=no.capitalize(), item_model_group=ItemModelGroup.objects.get(code="FIFO"), **keys
    )


def trade(kind, item, quantity, price, *, invoice):
    """An order of one line, received or shipped, and invoiced where it says so; returns its number."""
    partner = {"vendor": Vendor.objects.get()} if kind.is_purchase else {"customer": Customer.objects.get()}
    number = f"T{Document.objects.count() + 1}"
    order = Document.objects.create(kind=kind, no=number, order_date=DAY, **partner)
    amounts = dict.fromkeys(("quantity", "quantity_to_handle", "quantity_to_invoice"), Decimal(quantity))
    DocumentLine.objects.create(
        document=order,
        line_no=10000,
        item=item,
        location=Location.objects.get(code="OSLO"),
        description=item.description,
        unit_amount=Decimal(price),
        **amounts,
    )
    post_document(document_id=order.pk, posting_date=DAY, handle=True, invoice=invoice, user_id=None)
    return number


@pytest.fixture
def goods(company):
    """8 desks at 30.00 and 5 chairs at 20.00 received, not invoiced; 2 chairs sold and invoiced at 45.00."""
    desk, chair = make_item("DESK"), make_item("CHAIR")
    orders = [
        trade(DocumentKind.PURCHASE_ORDER, item, quantity, price, invoice=False)
        for item, quantity, price in ((desk, "8", "30"), (chair, "5", "20"))
    ]
    return [*orders, trade(DocumentKind.SALES_ORDER, chair, "2", "45", invoice=True)]


def test_two_receipts_are_invoiced_together_by_keyboard(goods, sign_in):
    page = sign_in("accountant")
    page.set_viewport_size(TABLET)
    hand = Keyboard()
    page.goto("/received-not-invoiced/")
    expect(page.locator("main")).to_contain_text("340.00")
    hand.use(page.get_by_role("checkbox", name="All 2 that match"))
    hand.use(page.get_by_role("button", name="Invoice", exact=True))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Invoice receipts")

    hand.write(page.get_by_role("textbox", name="Posting date"), "2026-03-03")
    hand.write(page.get_by_role("textbox", name=re.compile("Unit amount of DESK")), "31")
    hand.use(page.get_by_role("button", name="Preview posting"))
    preview = page.get_by_role("region", name="Lines").last
    expect(preview).to_contain_text("348.00")
    expect(preview).to_contain_text("8.00")
    hand.use(page.get_by_role("button", name="Post invoice"))

    expect(page.locator("main")).to_contain_text("is posted.")
    expect(page.locator("main")).to_contain_text("Everything that was received is invoiced.")
    assert sum(line.amount for line in PostedDocument.objects.get(type="purchase_invoice").lines.all()) == 348
    assert set(Document.objects.filter(no__in=goods[:2]).values_list("status", flat=True)) == {"completed"}
    assert check_books.breaches() == []


def test_an_invoice_is_credited_from_its_page(goods, sign_in):
    page = sign_in("purchaser")
    page.set_viewport_size(TABLET)
    hand = Keyboard()
    invoice = PostedDocument.objects.get(type="sales_invoice")
    page.goto(f"/sales-invoices/{invoice.no}/")
    hand.use(page.get_by_role("link", name="Make credit memo"))
    hand.use(page.get_by_role("button", name="Make credit memo"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("SCD")
    credit = page.url

    page = sign_in("accountant")
    hand = Keyboard()
    page.goto(credit)
    hand.use(page.get_by_role("link", name="Post credit memo"))
    hand.write(page.get_by_role("textbox", name="Posting date"), "2026-03-04")
    hand.use(page.get_by_role("button", name="Post credit memo"))

    expect(page.locator("main")).to_contain_text("are posted.")
    assert PostedDocument.objects.get(type="sales_credit_memo").lines.get().amount == 90
    assert check_books.breaches() == []


def test_axe_finds_nothing_on_an_invoice_of_chosen_receipts(goods, sign_in):
    page = sign_in("accountant")
    page.goto("/received-not-invoiced/")
    page.get_by_role("checkbox", name="Select all rows of this page").check()
    page.get_by_role("button", name="Invoice", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Invoice receipts")
    assert violations(page) == []
