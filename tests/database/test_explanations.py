"""Each cause of a difference, planted in posted books: the matrix names it with its amount and leaves nothing over."""

import random
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F, Sum

from config.base.transactions import posting
from costing.adjustment import adjust_cost
from costing.models import AccountSet, CostingSetup, GeneralPostingSetup, GLItemLedgerRelation, ValueEntryToPost
from costing.post_to_gl import post_inventory_cost
from costing.posting.documents import post_document
from ledger.enums import SourceCode
from ledger.journals import post_general_journal
from ledger.models import GeneralJournalLine, GLAccount, GLEntry, GLTransaction
from ledger.posting import LineToPost, TransactionToPost, post_transactions
from reconciliation import causes as cause_entries
from reconciliation import legs
from reconciliation.enums import MEANINGS, Cause
from reconciliation.explanations import explain
from reconciliation.rows import COLUMNS
from reconciliation.selectors import matrix
from tests import factories

pytestmark = pytest.mark.django_db

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


def test_every_cause_has_its_words():
    assert set(MEANINGS) == set(Cause)


class Tamperer:
    """Does to posted books whatever somebody with a database client could do."""

    def __init__(self, seed, books):
        self.random, self.books = random.Random(seed), books

    def account(self):
        role = self.random.choice(["inventory", "cogs", "direct_cost_applied", "inventory_interim", "wip"])
        return self.books.account(role)

    def some(self, model):
        keys = list(model.objects.order_by("pk").values_list("pk", flat=True))
        return model.objects.filter(pk=self.random.choice(keys)) if keys else model.objects.none()

    def through_the_program(self):
        self.random.choice(
            [
                lambda: by_hand(self.books, "inventory", "price_difference", str(self.random.randint(1, 99))),
                lambda: voucher(self.books, "cogs", "wip", "5", source=SourceCode.INVENTORY_POSTING),
                lambda: CostingSetup.objects.update(expected_cost_posting=self.random.random() < 0.5),
            ]
        )()

    def in_the_database(self):
        self.random.choice(
            [
                lambda: self.some(GLEntry).update(gl_account=self.account()),
                lambda: self.some(GLEntry).update(posting_date=date(2026, self.random.choice([1, 2]), 20)),
                lambda: self.some(GLEntry).update(amount=F("amount") + self.random.randint(1, 9)),
                lambda: self.some(GLItemLedgerRelation).delete(),
                lambda: self.some(GLItemLedgerRelation).update(amount=F("amount") + self.random.randint(1, 9)),
                lambda: self.some(ValueEntryToPost).delete(),
                lambda: self.some(GLAccount).update(blocked=True),
            ]
        )()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_was_done_to_the_books_nothing_is_unexplained(books, tampering, seed, monkeypatch):
    tamperer = Tamperer(seed, books)
    item = factories.item("CHAIR", method=tamperer.random.choice(["fifo", "average", "standard"]))
    for _round in range(4):
        buy(item, "5", str(tamperer.random.randint(5, 30)), invoice=tamperer.random.random() < 0.7)
        sell(item, "2", invoice=tamperer.random.random() < 0.7, on=date(2026, tamperer.random.choice([1, 2]), 12))
        CostingSetup.objects.update(automatic_cost_posting=tamperer.random.random() < 0.5)
    adjust_cost()
    for _step in range(2):
        tamperer.through_the_program()
    tampering(GLEntry)
    tampering(GLItemLedgerRelation)
    for _step in range(6):
        tamperer.in_the_database()

    scopes = ({}, JANUARY, {"date_to": date(2026, 1, 15)}, {"item_ids": [item.pk]})
    found = [causes(**scope) for scope in scopes]
    for line, parts in (each for lines in found for each in lines.items()):
        assert Cause.UNEXPLAINED not in parts, (line, parts)
    monkeypatch.setattr(legs, "as_frozen", lambda _scope: None)
    assert [causes(**scope) for scope in scopes] == found  # with a look at every G/L entry
