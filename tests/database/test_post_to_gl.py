"""Posting inventory cost to the general ledger, per entry and per posting group, and what it skips."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.errors import DomainError
from costing import check_books
from costing.adjustment import adjust_cost
from costing.models import CostingSetup, GLItemLedgerRelation, InventoryPostingSetup, SkippedEntry, ValueEntryToPost
from costing.post_to_gl import post_inventory_cost
from costing.posting.documents import post_document
from costing.posting.making import Goods
from costing.posting.production import post_production
from inventory.enums import OrderType
from inventory.models import OrderHeader
from inventory.orders import create_order
from ledger.models import AccountingPeriod, GLAccount, GLEntry, GLTransaction, LedgerSetup
from reconciliation.selectors import matrix
from tests import factories

pytestmark = pytest.mark.django_db

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


def post(order, on, *, invoice=True):
    post_document(document_id=order.pk, posting_date=on, handle=True, invoice=invoice, user_id=None)


@pytest.fixture
def books():
    return factories.company(locations=["EAST"], automatic_cost_posting=False, expected_cost_posting=False)


@pytest.fixture
def chair(books):
    """Bought twice on the first day at 100.00 and 50.00, sold for 20.00 on each day; nothing is posted."""
    item = factories.item("CHAIR")
    for quantity in ("10", "5"):
        post(factories.purchase_order(item, quantity=quantity, unit_cost="10"), FIRST)
    for on in (FIRST, SECOND):
        post(factories.sales_order(item, quantity="2"), on)
    return item


def entries():
    found = GLEntry.objects.order_by("posting_date", "gl_account__no", "amount")
    return [(each.posting_date.day, each.gl_account.name, each.amount) for each in found.select_related("gl_account")]


def reasons():
    return dict(SkippedEntry.objects.order_by("pk").values_list("code", "reason"))


def without_frozen_account(role):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE costing_accountset DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE costing_accountset SET {role}_id = NULL")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


class TestPerEntry:
    def test_each_value_entry_has_its_pair_under_its_own_number(self, chair):
        result = post_inventory_cost(through=None)

        assert (result.posted, result.amount, result.skipped) == (4, Decimal(110), 0)
        assert GLTransaction.objects.count() == 4
        assert GLEntry.objects.count() == 8
        assert not ValueEntryToPost.objects.exists()
        assert matrix().is_balanced
        assert check_books.breaches() == []

    def test_a_document_number_is_refused(self, chair):
        with pytest.raises(DomainError, match="Leave the document number blank"):
            post_inventory_cost(through=None, document_no="IPG-1")

    def test_through_a_date(self, chair):
        assert post_inventory_cost(through=FIRST).posted == 3
        assert ValueEntryToPost.objects.count() == 1

    def test_a_report_keeps_nothing_but_itself(self, chair):
        result = post_inventory_cost(through=None, post=False)

        assert (result.posted, result.amount) == (4, Decimal(110))
        assert not GLEntry.objects.exists()
        assert ValueEntryToPost.objects.count() == 4

    def test_statements_do_not_grow_with_the_entries(self, books):
        counts = []
        for number in (2, 20):
            item = factories.item(f"TABLE{number}")
            for _each in range(number):
                post(factories.purchase_order(item, quantity="1", unit_cost="10"), FIRST)
            with CaptureQueriesContext(connection) as queries:
                post_inventory_cost(through=None)
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestPerPostingGroup:
    def test_one_pair_for_each_date_accounts_and_sign(self, chair):
        result = post_inventory_cost(through=None, per_posting_group=True, document_no="IPG-1")

        assert (result.posted, result.amount) == (4, Decimal(110))
        assert [(each.document_no, each.posting_date) for each in GLTransaction.objects.order_by("posting_date")] == [
            ("IPG-1", FIRST),
            ("IPG-1", SECOND),
        ]
        assert sorted(amount for _day, _name, amount in entries()) == [-150, -20, -20, 20, 20, 150]
        assert GLItemLedgerRelation.objects.count() == 4
        assert matrix().is_balanced
        assert check_books.breaches() == []

    def test_needs_a_document_number(self, chair):
        with pytest.raises(DomainError, match="needs a document number"):
            post_inventory_cost(through=None, per_posting_group=True)

        assert not GLEntry.objects.exists()


class TestSkipped:
    def test_a_blocked_account(self, books, chair):
        GLAccount.objects.filter(pk=books.account("cogs").pk).update(blocked=True)

        result = post_inventory_cost(through=None)

        assert (result.posted, result.skipped) == (2, 2)
        assert list(reasons()) == ["blocked_account"]
        assert ValueEntryToPost.objects.count() == 2

    def test_a_blank_account_is_looked_up_in_todays_setup(self, books, chair):
        without_frozen_account("inventory")

        assert post_inventory_cost(through=None).posted == 4

    def test_a_blank_wip_account_is_looked_up_for_what_the_order_makes(self, books, chair):
        """One chair of 10.00 goes into a bench: the posting group of the bench says where that stands."""
        own = factories.gl_account("2190")
        bench = factories.item("BENCH", inventory_group="FINISHED")
        finished = InventoryPostingSetup.objects.filter(inventory_posting_group__code="FINISHED")
        order = create_order(OrderHeader(type=OrderType.PRODUCTION, item=bench, quantity=1, order_date=FIRST))
        post_production(order_id=order.pk, posting_date=FIRST, user_id=None, used=[Goods(chair.pk, Decimal(1))])
        without_frozen_account("wip")
        finished.update(wip=None)

        assert post_inventory_cost(through=None).skipped == 1
        assert "No WIP inventory account for blank location + FINISHED" in reasons()["missing_posting_setup"]

        finished.update(wip=own)

        assert post_inventory_cost(through=None).posted == 1
        assert GLAccount.objects.with_balance().get(pk=own.pk).balance == Decimal(10)

    def test_an_account_that_is_blank_everywhere(self, books, chair):
        without_frozen_account("inventory")
        InventoryPostingSetup.objects.update(inventory=None)

        assert post_inventory_cost(through=None).skipped == 4
        assert "No Inventory account for" in reasons()["missing_posting_setup"]

    def test_a_date_that_the_ledger_does_not_allow(self, chair):
        LedgerSetup.load()
        LedgerSetup.objects.update(allow_posting_from=SECOND)

        result = post_inventory_cost(through=None)

        assert (result.posted, result.skipped) == (1, 3)
        assert "before 2026-03-02" in reasons()["period_closed"]

    def test_a_closed_accounting_period(self, chair):
        AccountingPeriod.objects.filter(starting_date__lte=SECOND).update(closed=True)

        assert post_inventory_cost(through=None).skipped == 4

    def test_expected_cost_while_it_is_not_posted(self, books):
        CostingSetup.objects.update(expected_cost_posting=True)
        post(factories.purchase_order(factories.item("DESK"), quantity="1", unit_cost="10"), FIRST, invoice=False)
        CostingSetup.objects.update(expected_cost_posting=False)

        assert post_inventory_cost(through=None).skipped == 1
        assert list(reasons()) == ["expected_cost_setup"]


def trade(item):
    """Receive, invoice dearer, ship, invoice, adjust: actual and expected amounts of several kinds."""
    purchase = factories.purchase_order(item, quantity="10", unit_cost="10")
    post(purchase, FIRST, invoice=False)
    sale = factories.sales_order(item, quantity="4")
    post(sale, FIRST, invoice=False)
    purchase.lines.update(unit_amount=Decimal("12.34"))
    post_document(document_id=purchase.pk, posting_date=SECOND, handle=False, invoice=True, user_id=None)
    post_document(document_id=sale.pk, posting_date=SECOND, handle=False, invoice=True, user_id=None)
    adjust_cost()


def ledger_of(item):
    """What the ledger holds of an item's value entries, in their order."""
    relations = GLItemLedgerRelation.objects.filter(value_entry__item=item).order_by("value_entry", "pair")
    rows = []
    for relation in relations.select_related("gl_entry", "balancing_gl_entry", "value_entry"):
        sides = [
            (entry.gl_account_id, entry.amount, entry.posting_date, entry.source_code, entry.system_created)
            for entry in (relation.gl_entry, relation.balancing_gl_entry)
        ]
        same_document = {relation.gl_entry.document_no} == {relation.value_entry.document_no}
        rows.append((relation.pair, relation.amount, sides, same_document, relation.gl_entry.external_document_no))
    return rows


@pytest.mark.parametrize("method", ["fifo", "average", "standard"])
def test_the_batch_job_writes_what_a_posting_writes(books, method):
    at_once, later = (factories.item(no, method=method, standard_cost=Decimal(11)) for no in ("ATONCE", "LATER"))
    CostingSetup.objects.update(automatic_cost_posting=True, expected_cost_posting=True)
    trade(at_once)
    CostingSetup.objects.update(automatic_cost_posting=False)
    trade(later)
    assert ledger_of(later) == []

    post_inventory_cost(through=None)

    assert len(ledger_of(later)) > 6
    assert ledger_of(later) == ledger_of(at_once)
