"""The pages of costing walked with figures: preview, run, lineage, history, worksheet, revaluation, periods."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from costing import check_books
from costing.demo import users as demo_users
from costing.models import ValueEntry
from costing.posting.documents import post_document
from inventory.models import Item, ItemLedgerEntry, Location
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

# 10 received at 5.00 and sold 4; then invoiced at 6.00: the sale of 20.00 is to cost 24.00.


def post(order, on, *, handle=True, invoice=True):
    post_document(document_id=order.pk, posting_date=on, handle=handle, invoice=invoice, user_id=None)


@pytest.fixture
def company(transactional_db):
    factories.company(locations=["OSLO"], expected_cost_posting=True)
    demo_users.create_users()


@pytest.fixture
def rope(company):
    """A FIFO item of the company with two layers; the first became dearer after a sale."""
    oslo = Location.objects.get(code="OSLO")
    item = factories.item("ROPE")
    first = factories.purchase_order(item, quantity="10", unit_cost="5", location=oslo)
    post(first, date(2026, 3, 2), invoice=False)
    post(factories.purchase_order(item, quantity="10", unit_cost="8", location=oslo), date(2026, 3, 3))
    post(factories.sales_order(item, quantity="4", unit_price="9", location=oslo), date(2026, 3, 4))
    first.lines.update(unit_amount="6", quantity_to_invoice="10")
    post(first, date(2026, 3, 5), handle=False)
    return item


def sale():
    return ItemLedgerEntry.objects.get(entry_type="sale")


def job_done(page):
    page.wait_for_url(re.compile("/jobs/"))
    expect(page.locator("[data-state=done]").first).to_be_visible(timeout=60_000)


def submit(page):
    page.locator("button.primary").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".message-error")).to_have_count(0)


def figure(page, label):
    """The value of a key figure at the top of a page."""
    return page.locator(".figure", has_text=label).first.inner_text().split("\n")[-1]


def preview_shows_what_would_change(page):
    page.goto("/costing/adjust/?preview=yes")
    submit(page)
    job_done(page)
    page.locator("a[href*='/costing/runs/']").first.click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("main")).to_contain_text("4.00")
    assert not ValueEntry.objects.filter(adjustment=True).exists()


def run_adjusts(page):
    page.goto("/costing/")
    expect(page.locator("main")).to_contain_text("ROPE")
    page.get_by_role("link", name="Adjust cost", exact=True).first.click()
    submit(page)
    job_done(page)
    assert ValueEntry.objects.get(adjustment=True).cost_amount_actual == -4


def lineage_names_the_receipt(page):
    page.goto(f"/costing/lineage/{sale().pk}/")
    expect(page.locator("main")).to_contain_text("24.00")
    expect(page.locator("main")).to_contain_text("Adds up")
    expect(page.locator("main svg").first).to_contain_text("Purchase receipt")
    page.get_by_role("link", name="Cost history").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cost history of ROPE")


def worksheet_applies_the_sale_to_the_other_layer(page):
    second = ItemLedgerEntry.objects.filter(quantity=10).latest("pk")
    page.goto(f"/ledger/worksheet/entries/{sale().pk}/")
    page.get_by_role("tab", name="Applied to").or_(page.get_by_role("link", name="Applied to")).first.click()
    page.locator("a[href*='/unapply/']").first.click()
    page.wait_for_load_state("networkidle")
    submit(page)
    page.goto(f"/ledger/worksheet/entries/{sale().pk}/apply/{second.pk}/")
    submit(page)
    page.goto("/ledger/worksheet/items/ROPE/close/")
    submit(page)
    page.goto("/costing/adjust/")
    submit(page)
    job_done(page)
    assert sum(ValueEntry.objects.filter(item_ledger_entry=sale()).values_list("cost_amount_actual", flat=True)) == -32


def revaluation_of_what_is_left(page):
    page.goto("/journals/revaluation/calculate/")
    page.get_by_label("Posting date").fill("2026-03-31")
    submit(page)
    page.wait_for_url(re.compile("/journals/revaluation/$"))
    box = page.locator("input[name$=unit_cost_revalued]").first
    box.fill("7")
    with page.expect_response(lambda response: "/lines/" in response.url and response.request.method == "POST"):
        box.blur()
    page.goto("/journals/revaluation/post/")
    submit(page)
    # 10 at 6.00 and 6 at 8.00 are 108.00; 16 at 7.00 are 112.00.
    assert sum(ValueEntry.objects.filter(entry_type="revaluation").values_list("cost_amount_actual", flat=True)) == 4


def period_is_tested_closed_and_reopened(page):
    page.goto("/costing/adjust/")
    submit(page)
    job_done(page)
    page.goto("/periods/new/")
    page.get_by_label("Ending date").fill("2026-03-31")
    submit(page)
    page.goto("/periods/")
    page.locator("main").get_by_role("link", name=re.compile("2026-03-31|31")).first.click()
    page.get_by_role("link", name="Test report").click()
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Close period").first.click()
    submit(page)
    expect(page.locator("main")).to_contain_text("Closed")
    page.get_by_role("link", name="Reopen period").click()
    page.get_by_label("Reason").fill("A late invoice")
    page.locator("input[name=_confirm]").fill("2026-03-31")
    page.locator("main").get_by_role("button", name="Reopen period").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("main")).to_contain_text("Open")


def test_costing_pages(sign_in, worker, rope):
    controller = sign_in("controller")

    preview_shows_what_would_change(controller)
    run_adjusts(controller)
    lineage_names_the_receipt(controller)
    worksheet_applies_the_sale_to_the_other_layer(controller)
    revaluation_of_what_is_left(controller)
    period_is_tested_closed_and_reopened(controller)

    assert Item.objects.get(no="ROPE").unit_cost == 7
    assert check_books.breaches() == []
