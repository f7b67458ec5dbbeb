"""From a difference to a signature in a browser, by mouse and by keyboard alone.

An account is blocked: the test report says so and leads to it, an administrator unblocks it, the cost is posted, the
books are reconciled and signed; what is posted afterwards shows as changed since signed.
"""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from costing.models import CostingSetup
from costing.posting.documents import post_document
from ledger.models import GLAccount
from tests import factories
from tests.browser.axe import violations
from tests.browser.hands import Keyboard, Mouse

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

NEEDED = 60_000


@pytest.fixture
def company(transactional_db):
    """Nothing is posted to the ledger by itself, and the account of purchases is blocked."""
    from costing.demo import users

    books = factories.company(locations=["EAST"], automatic_cost_posting=False, expected_cost_posting=True)
    users.create_users()
    return books


@pytest.fixture
def chair(company):
    """10 bought at 20.00."""
    item = factories.item("CHAIR")
    buy(item, "10")
    GLAccount.objects.filter(pk=company.account("direct_cost_applied").pk).update(blocked=True)
    return item


def buy(item, quantity):
    order = factories.purchase_order(item, quantity=quantity, unit_cost="20")
    post_document(document_id=order.pk, posting_date=date(2026, 3, 1), handle=True, invoice=True, user_id=None)


def cell(page, account, column):
    return page.locator(f"td[data-account={account}][data-col={column}]")


def see_the_difference(page, hand):
    page.goto("/reconciliation/")
    hand.use(page.get_by_role("button", name="Show matrix"))
    hand.use(cell(page, "difference", "inventory").get_by_role("link"))
    panel = page.locator("section.panel")
    expect(panel.locator("[data-panel-total]")).to_contain_text("200.00")
    expect(panel).to_contain_text("Blocked account")
    assert violations(page) == []


def ask_for_every_error(page, hand):
    """Ask for every error; the way to the cure is there, for whoever may mend the setup."""
    page.goto("/gl/post-inventory/")
    hand.use(page.locator("main").get_by_role("link", name="Post to G/L", exact=True).first)
    hand.use(page.get_by_role("button", name="Test report"))
    hand.use(open_result(page))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Test report (not posted)")
    expect(page.locator("tr[data-state=blocked_account]")).to_contain_text("200.00")
    assert violations(page) == []
    return page.url


def open_result(page):
    page.wait_for_url(re.compile("/jobs/"))
    result = page.get_by_role("link", name="Open the result")
    result.wait_for(timeout=NEEDED)
    return result


def unblock(page, hand, report):
    page.goto(report)
    hand.use(page.locator("tr[data-state=blocked_account]").get_by_role("link").last)
    page.wait_for_url("**/admin/ledger/glaccount/**")
    hand.use(page.get_by_role("checkbox", name="Blocked"))
    hand.use(page.get_by_role("button", name="Save", exact=True))
    page.wait_for_url("**/admin/ledger/glaccount/")
    assert not GLAccount.objects.filter(blocked=True).exists()


def post(page, hand, report):
    page.goto(report)
    hand.use(page.locator("main").get_by_role("link", name="Post to G/L", exact=True))
    hand.use(page.get_by_role("button", name="Post to G/L", exact=True))
    hand.use(open_result(page))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Posting to G/L")
    expect(page.locator("main")).to_contain_text("200.00")


def reconcile_and_sign(page, hand):
    page.goto("/reconciliation/?show=1&warning=1")
    for column in ("inventory", "interim", "wip"):
        expect(cell(page, "difference", column)).to_contain_text("0.00")
    hand.use(page.get_by_role("link", name="Sign off"))
    hand.write(page.get_by_label("Note"), "Seen")
    hand.use(page.get_by_role("button", name="Sign", exact=True))
    page.wait_for_url("**/reconciliation/snapshots/*/")
    expect(page.locator("[data-state=unchanged]")).to_be_visible()
    return page.url


def see_what_changed_since(page, hand, signed):
    page.goto(signed)
    expect(page.locator("[data-state=changed]")).to_contain_text("changed since signed")
    assert violations(page) == []
    hand.use(page.locator("tr[data-account=inventory]").get_by_role("link", name="Value entries"))
    page.wait_for_url("**/reconciliation/values/**")
    expect(page.locator("tfoot")).to_contain_text("20.00")


@pytest.mark.parametrize("hand", [Mouse(), Keyboard()], ids=["mouse", "keyboard"])
def test_difference_to_signature_to_change(sign_in, worker, chair, hand):
    controller = sign_in("controller")

    see_the_difference(controller, hand)
    report = ask_for_every_error(controller, hand)
    unblock(sign_in("admin"), hand, report)
    post(controller, hand, report)
    signed = reconcile_and_sign(controller, hand)
    CostingSetup.objects.update(automatic_cost_posting=True)
    buy(chair, "1")

    see_what_changed_since(controller, hand, signed)


def test_the_matrix_by_arrows_and_the_panel_by_escape(sign_in, chair):
    page, keyboard = sign_in("controller"), Keyboard()
    page.goto("/reconciliation/?show=1&warning=1")
    keyboard.reach(cell(page, "direct_cost_applied", "inventory").get_by_role("link"))

    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp", "Enter"):
        page.keyboard.press(key)

    panel = page.locator("section.panel")
    expect(panel.locator("[data-panel-total]")).to_contain_text("200.00")
    expect(panel).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(cell(page, "direct_cost_applied", "total").get_by_role("link")).to_be_focused()
