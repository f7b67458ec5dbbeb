"""The whole chain in a browser, each step by the role that may, from the item card to the reconciled books."""

import re

import pytest
from playwright.sync_api import expect

from costing import check_books

pytestmark = pytest.mark.django_db(transaction=True)

# Unit costs and values of the goods in this test; its sales price is 9.00.
COST = re.compile(r"(?<![\d.,])(5|6|20|24|50|60)\.00")


NOTHING = {"0", "0.00", "0.00000"}


def save(page):
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state("networkidle")


def create_item(page):
    page.goto("/items/new/")
    page.get_by_role("textbox", name="No.", exact=True).fill("CHAIR")
    page.get_by_role("textbox", name="Description").fill("Oak chair")
    page.get_by_label("Base unit of measure").select_option(label="PCS")
    page.get_by_label("Item model group").select_option(label="FIFO")
    page.get_by_label("General product posting group").select_option(label="RETAIL")
    page.get_by_label("Inventory posting group").select_option(label="RESALE")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("CHAIR")


def create_order(page, side, partner, *, quantity, amount):
    """Make an order of one line; returns its address."""
    page.goto(f"/{side}/new/")
    label, no = partner
    page.get_by_role("combobox", name=label).fill(no)
    page.get_by_role("combobox", name="Location").fill("OSLO")
    page.get_by_label("Order date").fill("2026-03-02")
    save(page)
    add_line(page, quantity, amount)
    return page.url


def add_line(page, quantity, amount):
    row = page.get_by_role("row").filter(has=page.get_by_role("button", name="Add line"))
    row.get_by_role("combobox", name="Item").fill("CHAIR")
    row.get_by_role("textbox", name="Quantity", exact=True).fill(quantity)
    row.get_by_role("textbox", name="Unit amount").fill(amount)
    row.get_by_role("button", name="Add line").click()
    expect(page.get_by_role("row").filter(has_text="Oak chair")).to_have_count(1)


def post(page, url, action, on):
    """Post an order from its page: preview first, then for good."""
    page.goto(url)
    page.get_by_role("link", name=action, exact=True).click()
    page.get_by_label("Posting date").fill(on)
    page.get_by_role("button", name="Preview posting").click()
    expect(page.get_by_role("heading", name=re.compile("preview", re.IGNORECASE))).to_be_visible()
    page.locator("button.primary").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".message-error")).to_have_count(0)


def assert_no_cost(page, *addresses):
    """Whoever may not see cost finds none: on no page that shows the goods, and in no file."""
    for address in (*addresses, "/items/CHAIR/", "/items/", "/ledger/items/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert not COST.search(page.locator("main").inner_text()), address
    exported = page.request.get("/items.json").text() + page.request.get("/ledger/items.csv").text()
    assert not re.search("unit.cost|standard.cost|last.direct|cost.amount", exported, re.IGNORECASE)
    assert page.request.get("/ledger/values/").status == 403


def change_price(page, url, amount):
    """Write another unit cost into the order's line, before the invoice."""
    page.goto(url)
    box = page.get_by_role("textbox", name="Unit amount").first
    box.fill(amount)
    with page.expect_response(lambda response: "/lines/" in response.url and response.request.method == "POST"):
        box.blur()


def adjust_cost(page):
    page.goto("/costing/adjust/")
    page.locator("button.primary").click()
    page.wait_for_url(re.compile("/jobs/"))
    expect(page.locator("[data-state=done]").first).to_be_visible(timeout=60_000)


def figure(page, row, column):
    """The exact value of a cell of the matrix."""
    return cell(page, row, column).get_attribute("data-value")


def cell(page, row, column):
    return page.locator(f"td[data-account={row}][data-col={column}]")


def show_matrix(page):
    page.goto("/reconciliation/?show=1")
    page.wait_for_load_state("networkidle")


def test_from_item_card_to_reconciled_books(sign_in, worker):
    purchaser = sign_in("purchaser")
    create_item(purchaser)
    purchase = create_order(purchaser, "purchases", ("Vendor", "V-1"), quantity="10", amount="5")
    sale = create_order(purchaser, "sales", ("Customer", "C-1"), quantity="4", amount="9")

    clerk = sign_in("clerk")
    post(clerk, purchase, "Receive", "2026-03-02")
    post(clerk, sale, "Ship", "2026-03-03")
    assert_no_cost(clerk, purchase, sale)

    accountant = sign_in("accountant")
    post(accountant, sale, "Invoice", "2026-03-03")
    show_matrix(accountant)
    assert figure(accountant, "cogs", "total") == "20.00000"
    change_price(accountant, purchase, "6")
    post(accountant, purchase, "Invoice", "2026-03-05")
    adjust_cost(accountant)

    show_matrix(accountant)
    assert figure(accountant, "cogs", "total") == "24.00000"
    assert figure(accountant, "total", "inventory") == "36.00000"
    assert {figure(accountant, "difference", column) for column in ("inventory", "interim", "wip")} <= NOTHING
    cell(accountant, "cogs", "total").get_by_role("link").click()
    panel = accountant.locator("section.panel")
    expect(panel.locator("[data-panel-total]")).to_contain_text("24.00")
    assert check_books.breaches() == []
