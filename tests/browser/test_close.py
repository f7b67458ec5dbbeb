"""Closing a month in a browser: check, rehearse, close, read the log and the voucher, reverse, close again."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from costing import check_books
from costing.demo import users as demo_users
from costing.models import InventoryClose, InventoryPeriod
from costing.posting.documents import post_document
from inventory.models import Location
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

# LAMP: 2 bought at 10.00, 2 at 20.00, 2 sold at the average 15.00; FIFO makes the sale cost 20.00: stock gains 10.00.
# DESK: 3 received at 7.00 and not invoiced, 3 sold at the card's 8.00: nothing to settle them with.


def post(order, on, *, invoice=True):
    post_document(document_id=order.pk, posting_date=on, handle=True, invoice=invoice, user_id=None)


@pytest.fixture
def company(transactional_db):
    factories.company(locations=["OSLO"], automatic_cost_posting=True)
    demo_users.create_users()
    oslo = Location.objects.get(code="OSLO")
    lamp = factories.item("LAMP", settle_at="close")
    desk = factories.item("DESK", settle_at="close", unit_cost="8")
    for day, price in ((2, "10"), (3, "20")):
        post(factories.purchase_order(lamp, quantity="2", unit_cost=price, location=oslo), date(2026, 1, day))
    post(factories.sales_order(lamp, quantity="2", location=oslo), date(2026, 1, 4))
    post(factories.purchase_order(desk, quantity="3", unit_cost="7", location=oslo), date(2026, 1, 5), invoice=False)
    post(factories.sales_order(desk, quantity="3", location=oslo), date(2026, 1, 6))
    InventoryPeriod.objects.create(ending_date=date(2026, 1, 31), name="January")


def press_on(locator, key="Enter"):
    """Use something by keyboard alone."""
    locator.focus()
    locator.press(key)


def figure(page, label):
    """The value of a key figure."""
    return page.locator(".key-figure", has=page.get_by_text(label, exact=True)).locator("dd").inner_text().strip()


def figures(page):
    return [figure(page, label) for label in ("Entries adjusted", "Adjusted", "Settlements", "Warnings")]


def run_is_over(page):
    """The page with the progress leads to that of the run by itself."""
    page.wait_for_url(re.compile(r"/close/\d+/$"), timeout=60_000)
    page.wait_for_load_state("networkidle")


def check(page):
    page.goto("/close/")
    assert figure(page, "Next close").startswith("2026-01-31")
    press_on(page.get_by_role("link", name="Check", exact=True))
    page.wait_for_url("**/close/readiness/**")
    row = page.locator("tr[data-check=receipt_not_invoiced]")
    expect(row.locator("[data-state=warns]")).to_be_visible()
    press_on(row.get_by_role("link", name="1", exact=True))
    page.wait_for_url("**/close/readiness/issues/**")
    expect(page.locator("tbody")).to_contain_text("DESK")
    page.go_back()
    page.wait_for_url("**/close/readiness/?**")


def rehearse(page):
    press_on(page.get_by_role("link", name="Rehearse", exact=True))
    page.wait_for_url("**/close/rehearse/**")
    expect(page.get_by_label("Closing date")).to_have_value("2026-01-31")
    press_on(page.get_by_role("button", name="Rehearse", exact=True))
    run_is_over(page)
    expect(page.locator("[data-state=rehearsal]")).to_be_visible()
    assert figures(page) == ["1", "10.00", "1", "1"]
    assert not InventoryClose.objects.filter(rehearsal=False).exists()


def close(page):
    page.goto("/close/start/?on=2026-01-31")
    expect(page.locator("main")).to_contain_text("It closes the inventory period 2026-01-31.")
    press_on(page.get_by_role("button", name="Close inventory"))
    run_is_over(page)
    assert figures(page) == ["1", "10.00", "1", "1"]
    expect(page.locator("[data-comparison]")).to_contain_text("the same on 1 item")


def read_the_log(page):
    press_on(page.get_by_role("link", name="Log", exact=True).last)
    page.wait_for_url(re.compile(r"/close/\d+/log/$"))
    expect(page.locator("tr[data-state=receipt_not_invoiced]")).to_contain_text("Update the receipts financially")
    expect(page.locator("#list-results tbody")).to_contain_text("DESK")
    page.go_back()
    page.wait_for_url(re.compile(r"/close/\d+/$"))


def open_the_voucher(page):
    press_on(page.locator("summary", has_text="Details"))
    press_on(page.get_by_role("link", name="Voucher", exact=True))
    page.wait_for_url("**/gl/vouchers/**")
    assert figure(page, "Debit") == "10.00"
    expect(page.locator("tbody").first).to_contain_text("10.00")


def reverse(page, run):
    page.goto(f"/close/{run.pk}/")
    press_on(page.get_by_role("link", name="Reverse", exact=True))
    page.wait_for_url("**/reverse/")
    effects = page.locator(".effects")
    expect(effects).to_contain_text("1 settlement is cancelled.")
    expect(effects).to_contain_text("Inventory period 2026-01-31 is reopened.")
    page.get_by_label("Type 2026-01-31 to confirm").focus()
    page.keyboard.type("2026-01-31")
    page.keyboard.press("Enter")
    run_is_over(page)
    expect(page.locator(".badge[data-state=reversed]")).to_be_visible()
    assert not InventoryPeriod.objects.get().closed


def test_check_rehearse_close_log_voucher_reverse_close(sign_in, worker, company):
    page = sign_in("controller")

    check(page)
    rehearse(page)
    close(page)
    first = InventoryClose.objects.get(rehearsal=False)
    read_the_log(page)
    open_the_voucher(page)
    reverse(page, first)
    close(page)

    page.goto("/notifications/")
    expect(page.locator(".notification-list")).to_contain_text("Done with warnings. DESK")
    states = InventoryClose.objects.filter(rehearsal=False).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["reversed", "done"]
    assert InventoryPeriod.objects.get().closed
    assert check_books.breaches() == []
