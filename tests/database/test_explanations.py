"""Each cause of a difference, planted in posted books: the matrix names it with its amount and leaves nothing over."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum

from config.base.transactions import posting
from costing import setup_changes
from costing.adjustment import adjust_cost
from costing.models import AccountSet, CostingSetup, GeneralPostingSetup, ValueEntry, ValueEntryToPost
from costing.post_to_gl import post_inventory_cost
from costing.posting.capacity import Work
from costing.posting.documents import post_document
from costing.posting.production import post_production
from inventory.enums import OrderType
from inventory.models import OrderHeader
from inventory.orders import create_order
from ledger.enums import SourceCode
from ledger.journals import post_general_journal
from ledger.models import GeneralJournalLine, GLAccount, GLEntry, GLTransaction
from ledger.posting import LineToPost, TransactionToPost, post_transactions
from reconciliation import causes as cause_entries
from reconciliation.enums import MEANINGS, Cause
from reconciliation.explanations import explain
from reconciliation.rows import COLUMNS
from reconciliation.selectors import matrix
from tests import factories

pytestmark = pytest.mark.django_db

JANUARY_5 = date(2026, 1, 5)
JANUARY = {"date_from": date(2026, 1, 1), "date_to": date(2026, 1, 31)}


def post(order, *, on, handle=True, invoice=True):
    post_document(document_id=order.pk, posting_date=on, handle=handle, invoice=invoice, user_id=None)


def buy(item, quantity="10", unit_cost="20", *, on=date(2026, 1, 5), invoice=True):
    post(factories.purchase_order(item, quantity=quantity, unit_cost=unit_cost), on=on, invoice=invoice)


def sell(item, quantity="4", *, on=date(2026, 1, 10), invoice=True):
    post(factories.sales_order(item, quantity=quantity, unit_price="50"), on=on, invoice=invoice)


def by_hand(books, account, against, amount, *, on=date(2026, 1, 15)):
    owner = factories.user("controller")
    common = {"owner": owner, "posting_date": on, "description": "By hand"}
    lines = [
        GeneralJournalLine(line_no=1, gl_account=books.account(account), amount=Decimal(amount), **common),
        GeneralJournalLine(line_no=2, gl_account=books.account(against), amount=-Decimal(amount), **common),
    ]
    post_general_journal(lines=lines, user_id=owner.pk)


def voucher(books, account, against, amount, *, source, reverses=None, on=date(2026, 1, 20)):
    lines = [
        LineToPost(books.account(account).pk, Decimal(amount)),
        LineToPost(books.account(against).pk, -Decimal(amount)),
    ]
    with posting() as context:
        post_transactions(
            [TransactionToPost(on, "X-1", "", lines, reverses_id=reverses)],
            context=context,
            user_id=None,
            source_code=source,
            system_created=True,
        )


def causes(**scope):
    """The causes of every difference: line -> {cause: amount}.

    Each line's add up to its difference, and the entries behind each cause add up to its amount.
    """
    found = explain(matrix(**scope))
    for line in found.all_lines():
        assert sum((part.amount for part in line.causes), Decimal(0)) == (line.difference or 0), line.key
        for part in line.causes:
            if part.cause in cause_entries.SORTS:
                behind = cause_entries.entries_of(found.scope, figure_of(line), part.cause)
                total = behind.aggregate(total=Sum("effect"))["total"]
                assert total == part.amount, (line.key, part.cause, list(behind.values("pk", "effect")))
    rows = {line.key: line for line in found.lines} | {
        key: found.line(key) for key in ("inventory", "inventory_interim", "wip")
    }
    return {key: {part.cause: part.amount for part in line.causes} for key, line in rows.items() if line.causes}


def figure_of(line):
    return ("difference", line.key) if line.key in COLUMNS else (line.key, "difference")


@pytest.fixture
def books():
    return factories.company(locations=["EAST"], automatic_cost_posting=True, expected_cost_posting=True)


@pytest.fixture
def chair(books):
    """10 bought at 20.00, 4 sold: inventory 120.00, COGS 80.00, all of it posted."""
    item = factories.item("CHAIR")
    buy(item)
    sell(item)
    assert matrix().is_balanced
    return item


@pytest.fixture
def tampering(books):
    """Take the triggers of a table away until the transaction of the test ends."""

    def without(model):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")

    return without


class TestEachCause:
    def test_an_entry_that_waits(self, chair):
        CostingSetup.objects.update(automatic_cost_posting=False)
        sell(chair, "1")

        assert causes() == {"inventory": {Cause.NOT_POSTED: 20}, "cogs": {Cause.NOT_POSTED: -20}}

    def test_expected_posting_off(self, chair):
        CostingSetup.objects.update(expected_cost_posting=False)
        buy(chair, "1", "30", invoice=False)

        assert causes() == {
            "inventory_interim": {Cause.EXPECTED_COST_SETUP: -30},
            "invt_accrual_interim": {Cause.EXPECTED_COST_SETUP: 30},
        }

    def test_a_blocked_account(self, books, chair):
        CostingSetup.objects.update(automatic_cost_posting=False)
        sell(chair, "1")
        GLAccount.objects.filter(pk=books.account("cogs").pk).update(blocked=True)

        assert post_inventory_cost(through=None).skipped == 1
        assert causes() == {"inventory": {Cause.BLOCKED_ACCOUNT: 20}, "cogs": {Cause.BLOCKED_ACCOUNT: -20}}

    def test_an_account_that_the_setup_lost(self, chair, tampering):
        CostingSetup.objects.update(automatic_cost_posting=False)
        sell(chair, "1")
        tampering(AccountSet)
        AccountSet.objects.update(cogs=None)
        GeneralPostingSetup.objects.update(cogs=None)

        assert causes()["inventory"] == {Cause.MISSING_ACCOUNT: 20}

    def test_a_setup_line_deleted_after_posting_changes_nothing(self, chair):
        GeneralPostingSetup.objects.all().delete()

        assert matrix().is_balanced

    def test_an_account_changed_in_the_setup_changes_nothing(self, books, chair):
        GeneralPostingSetup.objects.update(cogs=factories.gl_account("7290"))
        sell(chair, "1")
        adjust_cost()

        assert matrix().is_balanced

    def test_an_entry_that_lost_its_place_in_the_queue(self, chair):
        CostingSetup.objects.update(automatic_cost_posting=False)
        sell(chair, "1")
        ValueEntryToPost.objects.all().delete()

        assert causes()["inventory"] == {Cause.NOT_QUEUED: 20}

    def test_another_posting_date(self, chair, tampering):
        tampering(GLEntry)
        sale = GLEntry.objects.order_by("pk")[2:4]
        GLEntry.objects.filter(pk__in=[entry.pk for entry in sale]).update(posting_date=date(2026, 2, 1))

        assert matrix().is_balanced
        assert causes(**JANUARY) == {"inventory": {Cause.POSTING_DATE: 80}, "cogs": {Cause.POSTING_DATE: -80}}
        assert causes(date_from=date(2026, 2, 1)) == {
            "inventory": {Cause.POSTING_DATE: -80},
            "cogs": {Cause.POSTING_DATE: 80},
        }

    def test_another_account(self, chair, tampering):
        tampering(GLEntry)
        cogs = GLEntry.objects.get(amount=80)
        GLEntry.objects.filter(pk=cogs.pk).update(gl_account=factories.gl_account("7290"))

        assert causes() == {"cogs": {Cause.ACCOUNT_CHANGED: -80}}

    def test_another_account_of_inventory(self, books, chair, tampering):
        tampering(GLEntry)
        GLEntry.objects.filter(amount=80).update(gl_account=books.account("inventory_adjustment"))

        assert causes() == {
            "cogs": {Cause.ACCOUNT_CHANGED: -80},
            "inventory_adjustment": {Cause.ACCOUNT_CHANGED: 80},
        }

    def test_one_account_for_two_purposes(self, books):
        GeneralPostingSetup.objects.update(cogs=books.account("inventory_adjustment"))
        item = factories.item("TABLE")
        buy(item)
        sell(item)

        assert causes() == {"inventory_adjustment": {Cause.SIMILAR_ACCOUNTS: 80}}

    def test_a_changed_amount(self, chair, tampering):
        tampering(GLEntry)
        GLEntry.objects.filter(amount=80).update(amount=81)

        assert causes() == {"cogs": {Cause.ENTRY_CHANGED: 1}}

    def test_a_posting_without_value_entry(self, books, chair):
        voucher(books, "cogs", "inventory", "80", source=SourceCode.INVENTORY_POSTING)

        assert causes() == {"cogs": {Cause.POSTED_TWICE: 80}, "inventory": {Cause.POSTED_TWICE: -80}}

    def test_a_voucher_reversed_by_hand(self, books, chair):
        sale = GLTransaction.objects.get(entries__amount=80)
        voucher(books, "inventory", "cogs", "80", source=SourceCode.REVERSAL, reverses=sale.pk)

        assert causes() == {"cogs": {Cause.REVERSED_BY_HAND: -80}, "inventory": {Cause.REVERSED_BY_HAND: 80}}

    def test_the_closing_of_the_year(self, books, chair):
        voucher(books, "price_difference", "cogs", "80", source=SourceCode.YEAR_END)

        assert causes()["cogs"] == {Cause.CLOSED_FISCAL_YEAR: -80}

    def test_a_direct_posting(self, books, chair):
        by_hand(books, "inventory", "direct_cost_applied", "75")

        assert causes() == {
            "inventory": {Cause.DIRECT_POSTING: 75},
            "direct_cost_applied": {Cause.DIRECT_POSTING: -75},
        }

    def test_a_combination_that_is_not_allowed(self, chair, tampering):
        CostingSetup.objects.update(automatic_cost_posting=False)
        sell(chair, "1")
        tampering(ValueEntry)
        ValueEntry.objects.filter(cost_amount_actual=-20).update(entry_type="variance", variance_type="purchase")

        assert causes() == {"inventory": {Cause.NOT_ALLOWED: 20}}
        assert matrix().line("not_allowed").cells == {"inventory": 20}
        assert post_inventory_cost(through=None).skipped == 1

    def test_a_posted_entry_whose_kind_became_one_that_is_not_allowed(self, chair, tampering):
        tampering(ValueEntry)
        ValueEntry.objects.filter(cost_amount_actual=-80).update(entry_type="variance", variance_type="purchase")

        assert causes() == {"cogs": {Cause.ACCOUNT_CHANGED: 80}}

    def test_posted_work_whose_kind_became_one_that_is_not_allowed(self, books, tampering):
        """8.00 on WIP and direct cost applied: refused, it counts in the Total of inventory instead."""
        header = OrderHeader(type=OrderType.PRODUCTION, item=factories.item("TABLE"), quantity=1, order_date=JANUARY_5)
        post_production(
            order_id=create_order(header).pk, posting_date=JANUARY_5, works=[Work(amount=Decimal(8))], user_id=None
        )
        tampering(ValueEntry)
        ValueEntry.objects.update(entry_type="variance", variance_type="purchase")

        assert causes() == {
            "inventory": {Cause.ACCOUNT_CHANGED: -8},
            "wip": {Cause.ACCOUNT_CHANGED: 8},
            "direct_cost_applied": {Cause.ACCOUNT_CHANGED: -8},
        }

    def test_a_setup_line_deleted_before_what_needs_it(self, books, tampering):
        item = factories.item("CHAIR")
        buy(item)
        CostingSetup.objects.update(automatic_cost_posting=False)
        sell(item, "1")
        tampering(AccountSet)
        AccountSet.objects.update(cogs=None)
        GeneralPostingSetup.objects.all().delete()

        assert post_inventory_cost(through=None).skipped == 1
        assert causes() == {"inventory": {Cause.MISSING_ACCOUNT: 20}, "cogs": {Cause.MISSING_ACCOUNT: -20}}

    def test_several_at_once(self, books, chair, tampering):
        by_hand(books, "inventory", "direct_cost_applied", "75")
        CostingSetup.objects.update(automatic_cost_posting=False, expected_cost_posting=False)
        sell(chair, "1")
        buy(chair, "1", "7", invoice=False)
        tampering(GLEntry)
        GLEntry.objects.filter(amount=80).update(gl_account=factories.gl_account("7290"))

        assert causes() == {
            "inventory": {Cause.NOT_POSTED: 20, Cause.DIRECT_POSTING: 75},
            "inventory_interim": {Cause.EXPECTED_COST_SETUP: -7},
            "invt_accrual_interim": {Cause.EXPECTED_COST_SETUP: 7},
            "direct_cost_applied": {Cause.DIRECT_POSTING: -75},
            "cogs": {Cause.NOT_POSTED: -20, Cause.ACCOUNT_CHANGED: -80},
        }


class TestExpectedPostingSwitched:
    """10 received at 20.00 and not invoiced: 200.00 of expected cost."""

    def switch(self, *, on):
        setup_changes.change_setup(changes={"expected_cost_posting": on}, user=None)

    def test_on_it_waits_until_it_is_posted(self, books):
        self.switch(on=False)
        buy(factories.item("CHAIR"), invoice=False)
        self.switch(on=True)

        assert causes() == {
            "inventory_interim": {Cause.NOT_POSTED: -200},
            "invt_accrual_interim": {Cause.NOT_POSTED: 200},
        }
        post_inventory_cost(through=None)
        assert matrix().is_balanced

    def test_off_the_interim_accounts_keep_what_the_invoice_does_not_take_out(self, books):
        order = factories.purchase_order(factories.item("CHAIR"), quantity="10", unit_cost="20")
        post(order, on=date(2026, 1, 5), invoice=False)
        self.switch(on=False)
        assert matrix().is_balanced

        order.lines.update(quantity_to_invoice=10)
        post(order, on=date(2026, 1, 6), handle=False)

        assert causes() == {
            "inventory_interim": {Cause.EXPECTED_COST_SETUP: 200},
            "invt_accrual_interim": {Cause.EXPECTED_COST_SETUP: -200},
        }


def test_every_cause_has_its_words():
    assert set(MEANINGS) == set(Cause)
