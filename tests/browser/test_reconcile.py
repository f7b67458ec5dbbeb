"""Reconciling in a browser, by keyboard alone: post, see the difference and its cause, sign, see what changed since."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from costing.models import CostingSetup
from costing.post_to_gl import post_inventory_cost
from costing.posting.documents import post_document
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company(transactional_db):
    """Nothing is posted to the ledger by itself."""
    from costing.demo import users

    found = factories.company(locations=["EAST"], automatic_cost_posting=False, expected_cost_posting=True)
    users.create_users()
    return found


def buy(item, quantity):
    order = factories.purchase_order(item, quantity=quantity, unit_cost="20")
    post_document(document_id=order.pk, posting_date=date(2026, 3, 1), handle=True, invoice=True, user_id=None)


def press_on(locator, key="Enter"):
    """Use something by keyboard alone."""
    locator.focus()
    locator.press(key)


def assert_accessible(page):
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_difference_to_signature_to_change(sign_in, company, theme):
    chair = factories.item("CHAIR")
    buy(chair, "10")
    page = sign_in("controller", color_scheme=theme)

    page.goto("/reconciliation/")
    press_on(page.get_by_role("button", name="Show matrix"))
    page.wait_for_load_state("networkidle")
    press_on(page.locator("td[data-account=difference][data-col=inventory] a"))
    panel = page.locator("section.panel")
    expect(panel.locator("[data-panel-total]")).to_contain_text("200.00")
    expect(panel.get_by_role("link", name="Post these to G/L")).to_be_visible()
    assert_accessible(page)

    post_inventory_cost(through=None)
    page.goto("/reconciliation/?show=1&warning=1")
    expect(page.locator("td[data-account=difference][data-col=inventory]")).to_contain_text("0.00")
    press_on(page.get_by_role("link", name="Sign off"))
    page.wait_for_url("**/reconciliation/sign/**")
    assert_accessible(page)
    page.get_by_label("Note").focus()
    page.keyboard.type("Seen")
    press_on(page.get_by_role("button", name="Sign", exact=True))
    page.wait_for_url("**/reconciliation/snapshots/*/")
    expect(page.locator("[data-state=unchanged]")).to_be_visible()
    signed = page.url

    CostingSetup.objects.update(automatic_cost_posting=True)
    buy(chair, "1")
    page.goto(signed)
    expect(page.locator("[data-state=changed]")).to_contain_text("changed since signed")
    assert_accessible(page)
    press_on(page.locator("tr[data-account=inventory]").get_by_role("link", name="Value entries"))
    page.wait_for_url("**/reconciliation/values/**")
    expect(page.locator("tfoot")).to_contain_text("20.00")
    assert_accessible(page)
    page.goto("/reconciliation/snapshots/")
    assert_accessible(page)
