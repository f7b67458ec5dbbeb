"""Every page of reconciliation, general ledger and costing, on books with something in each: axe finds nothing."""

from datetime import date
from decimal import Decimal

import pytest

from costing.adjustment import adjust_cost
from costing.models import CostingSetup
from costing.post_to_gl import post_inventory_cost
from costing.posting.capacity import Work
from costing.posting.documents import post_document
from costing.posting.making import Goods
from costing.posting.production import post_production
from inventory.enums import OrderType
from inventory.models import OrderHeader
from inventory.orders import create_order
from ledger.journals import post_general_journal
from ledger.models import GeneralJournalLine, GLAccount
from reconciliation import sign_off
from reconciliation.reports.catalogue import REPORTS
from reconciliation.scopes import Scope
from tests import factories
from tests.browser.walking import THEMES, violations, walk

pytestmark = pytest.mark.django_db(transaction=True)

DETAILS = {
    "costing": {"costing:gl_run", "costing:item_cost", "costing:lineage", "costing:run_detail"},
    "ledger": {"ledger:glaccount_detail", "ledger:voucher_detail", "ledger:voucher_reverse"},
    "reconciliation": {"reconciliation:report", "reconciliation:snapshot"},
}
"""Pages about one record that the walk must have found."""
ALSO = {
    "reconciliation": [
        "/reconciliation/?show=1&warning=1&panel=difference.inventory",
        "/reconciliation/?show=1&warning=1&item=CHAIR&panel=cogs.gl_total",
        *(f"/reports/{name}/" for name in REPORTS),
    ],
}


@pytest.fixture
def company(transactional_db):
    from costing.demo import users

    books = factories.company(locations=["EAST"], automatic_cost_posting=True, expected_cost_posting=True)
    users.create_users()
    return books


@pytest.fixture
def busy(company):
    """Something in every ledger, differences, two signatures, entries that wait and entries that were skipped."""
    chair = factories.item("CHAIR")
    buy(chair, "10", "20")
    sell(chair, "4")
    buy(chair, "5", "7", invoice=False)
    make(factories.item("TABLE"), chair)
    adjust_cost()
    sign_off.sign(Scope(date_to=date(2026, 3, 31)), filters={}, note="Seen", user_id=factories.user("controller").pk)
    CostingSetup.objects.update(automatic_cost_posting=False)
    sell(chair, "1")
    GLAccount.objects.filter(pk=company.account("cogs").pk).update(blocked=True)
    post_inventory_cost(through=None)
    post_inventory_cost(through=None, is_test=True)
    by_hand(company)
    sign_off.sign(Scope(), filters={}, note="Seen again", user_id=factories.user("controller").pk)


def buy(item, quantity, unit_cost, *, invoice=True):
    order = factories.purchase_order(item, quantity=quantity, unit_cost=unit_cost)
    post_document(document_id=order.pk, posting_date=date(2026, 3, 1), handle=True, invoice=invoice, user_id=None)


def sell(item, quantity):
    order = factories.sales_order(item, quantity=quantity, unit_price="50")
    post_document(document_id=order.pk, posting_date=date(2026, 3, 3), handle=True, invoice=True, user_id=None)


def make(table, chair):
    """A table of two chairs and an hour of work."""
    header = OrderHeader(type=OrderType.PRODUCTION, item=table, quantity=1, order_date=date(2026, 3, 4))
    post_production(
        order_id=create_order(header).pk,
        posting_date=date(2026, 3, 4),
        used=[Goods(chair.pk, Decimal(2))],
        works=[Work(amount=Decimal(8))],
        made=[Goods(table.pk, Decimal(1))],
        user_id=None,
    )


def by_hand(books):
    """75.00 posted to inventory, and as much still waiting in the journal."""
    common = {"owner": factories.user("controller"), "posting_date": date(2026, 3, 15), "description": "By hand"}
    lines = [
        GeneralJournalLine(line_no=1, gl_account=books.account("inventory"), amount=Decimal(75), **common),
        GeneralJournalLine(line_no=2, gl_account=books.account("price_difference"), amount=Decimal(-75), **common),
    ]
    post_general_journal(lines=lines, user_id=common["owner"].pk)
    GeneralJournalLine.objects.create(line_no=1, gl_account=books.account("inventory"), amount=Decimal(75), **common)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("app", DETAILS)
def test_axe_finds_nothing(sign_in, busy, app):
    seen = walk(sign_in("controller"), app, also=ALSO.get(app, []))

    assert seen.violations == []
    assert seen.names >= DETAILS[app], DETAILS[app] - seen.names


def test_what_is_wrong_would_be_found_in_each_theme(sign_in, company):
    page = sign_in("controller")
    page.goto("/reports/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=/static/icon.svg>')")
    assert [found[:2] for found in violations(page)] == [("light", "image-alt"), ("dark", "image-alt")]

    colours = set()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2
