"""The general journal: what it posts, what it refuses, and reversal."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from config.base.errors import DomainError
from config.base.models import NumberSeriesLine
from ledger import selectors
from ledger.journals import NotReversible, post_general_journal, reverse_transaction
from ledger.models import AccountingPeriod, GeneralJournalLine, GLAccount, GLEntry, GLTransaction, LedgerSetup
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 31)


@pytest.fixture
def user():
    return factories.user("controller")


@pytest.fixture(autouse=True)
def rent():
    factories.company()
    return factories.gl_account("6300", name="Rent")


@pytest.fixture(autouse=True)
def bank():
    return factories.gl_account("1920", name="Bank")


@pytest.fixture
def line(user):
    def line(account, amount, *, saved=False, **fields):
        number = 10000 * (GeneralJournalLine.objects.count() + 1)
        defaults = {"posting_date": DAY, "description": "Rent of March", "line_no": number}
        made = GeneralJournalLine(owner=user, gl_account=account, amount=Decimal(amount), **defaults | fields)
        if saved:
            made.save()
        return made

    return line


def entries():
    return list(GLEntry.objects.order_by("pk").values_list("document_no", "gl_account__no", "amount"))


class TestPosting:
    def test_rent_is_paid(self, line, rent, bank, user):
        result = post_general_journal(lines=[line(rent, "500"), line(bank, "-500")], user_id=user.pk)

        assert result.document_nos == ("GJ-00001",)
        assert entries() == [("GJ-00001", "6300", Decimal(500)), ("GJ-00001", "1920", Decimal(-500))]
        assert selectors.balance("6300") == Decimal(500)
        assert result.gl_lines[0]["account_name"] == "Rent"
        assert not GLEntry.objects.filter(system_created=True).exists()

    def test_one_voucher_for_each_number_and_date(self, line, rent, bank, user):
        lines = [
            line(rent, "1", document_no="A1"),
            line(rent, "2", document_no="A2"),
            line(bank, "-1", document_no="A1"),
            line(bank, "-2", document_no="A2"),
            line(rent, "4", document_no="A2", posting_date=date(2026, 4, 1)),
            line(bank, "-4", document_no="A2", posting_date=date(2026, 4, 1)),
        ]

        result = post_general_journal(lines=lines, user_id=user.pk)

        assert result.document_nos == ("A1", "A2", "A2")
        assert GLTransaction.objects.count() == 3

    def test_saved_lines_are_gone_once_posted(self, line, rent, bank, user):
        lines = [line(rent, "500", saved=True), line(bank, "-500", saved=True)]

        post_general_journal(lines=lines, user_id=user.pk)

        assert not GeneralJournalLine.objects.exists()
        with pytest.raises(DomainError) as refusal:
            post_general_journal(lines=lines, user_id=user.pk)
        assert refusal.value.code == "changed_meanwhile"
        assert GLTransaction.objects.count() == 1

    def test_preview_writes_nothing_and_uses_no_number(self, line, rent, bank, user):
        lines = [line(rent, "500", saved=True), line(bank, "-500", saved=True)]

        result = post_general_journal(lines=lines, user_id=user.pk, preview=True)

        assert [row["amount"] for row in result.gl_lines] == [Decimal(500), Decimal(-500)]
        assert not GLEntry.objects.exists()
        assert GeneralJournalLine.objects.count() == 2
        assert NumberSeriesLine.objects.get(series__code="GJ").last_no_used == ""


class TestRefused:
    def refusal(self, lines, user):
        with pytest.raises(DomainError) as refusal:
            post_general_journal(lines=lines, user_id=user.pk)
        assert not GLEntry.objects.exists()
        assert not GLTransaction.objects.exists()
        return refusal.value

    def test_every_faulty_line_is_named_at_once(self, line, rent, bank, user):
        GLAccount.objects.filter(pk=bank.pk).update(direct_posting=False)
        bank.refresh_from_db()
        blocked = factories.gl_account("6400")
        GLAccount.objects.filter(pk=blocked.pk).update(blocked=True)
        blocked.refresh_from_db()

        error = self.refusal(
            [line(rent, "1.005", line_no=1), line(bank, "-1", line_no=2), line(blocked, "0", line_no=3)], user
        )

        assert [(problem.line_no, problem.code) for problem in error.problems] == [
            (1, "invalid_input"),
            (2, "blocked_account"),
            (3, "blocked_account"),
            (3, "invalid_input"),
            (None, "not_balanced"),
        ]
        assert "Line 2: G/L account 1920 Bank takes no direct posting" in str(error)

    def test_documents_must_balance_each(self, line, rent, bank, user):
        error = self.refusal([line(rent, "5", document_no="A"), line(bank, "-5", document_no="B")], user)

        assert [problem.document_no for problem in error.problems] == ["A", "B"]
        assert error.code == "not_balanced"

    def test_date_outside_the_allowed_range(self, line, rent, bank, user):
        LedgerSetup.objects.update(allow_posting_from=date(2026, 4, 1))

        error = self.refusal([line(rent, "5"), line(bank, "-5")], user)

        assert error.code == "period_closed"
        assert "2026-03-31 is before 2026-04-01" in str(error)

    def test_date_in_a_closed_accounting_period(self, line, rent, bank, user):
        AccountingPeriod.objects.filter(starting_date=date(2026, 3, 1)).update(closed=True)

        assert self.refusal([line(rent, "5"), line(bank, "-5")], user).code == "period_closed"

    def test_no_lines(self, user):
        assert self.refusal([], user).code == "invalid_input"


class TestReversal:
    def test_opposite_entries_linked_to_the_voucher(self, line, rent, bank, user):
        posted = post_general_journal(lines=[line(rent, "500"), line(bank, "-500")], user_id=user.pk)

        result = reverse_transaction(transaction_id=posted.transaction_ids[0], user_id=user.pk)

        reversal = GLTransaction.objects.get(pk=result.transaction_ids[0])
        assert reversal.reverses_id == posted.transaction_ids[0]
        assert entries()[2:] == [("GJ-00001", "6300", Decimal(-500)), ("GJ-00001", "1920", Decimal(500))]
        assert selectors.balance("6300") == 0
        connection.check_constraints()

    def test_only_once(self, line, rent, bank, user):
        posted = post_general_journal(lines=[line(rent, "500"), line(bank, "-500")], user_id=user.pk)
        reverse_transaction(transaction_id=posted.transaction_ids[0], user_id=user.pk)

        with pytest.raises(NotReversible) as refusal:
            reverse_transaction(transaction_id=posted.transaction_ids[0], user_id=user.pk)

        assert refusal.value.code == "already_posted"
        assert GLTransaction.objects.count() == 2

    def test_a_reversal_is_not_reversed(self, line, rent, bank, user):
        posted = post_general_journal(lines=[line(rent, "500"), line(bank, "-500")], user_id=user.pk)
        reversal = reverse_transaction(transaction_id=posted.transaction_ids[0], user_id=user.pk)

        with pytest.raises(NotReversible, match="comes from Reversal"):
            reverse_transaction(transaction_id=reversal.transaction_ids[0], user_id=user.pk)


class TestSelectors:
    @pytest.fixture(autouse=True)
    def books(self, line, rent, bank, user):
        for on, amount in ((date(2026, 2, 28), "100"), (date(2026, 3, 31), "500"), (date(2026, 4, 30), "700")):
            lines = [line(rent, amount, posting_date=on), line(bank, f"-{amount}", posting_date=on)]
            post_general_journal(lines=lines, user_id=user.pk)

    def test_net_changes_of_the_dates(self, rent, bank):
        unused = factories.gl_account("6999")

        found = selectors.net_changes(
            [rent.pk, bank.pk, unused.pk], within=selectors.dated(date(2026, 3, 1), date(2026, 3, 31))
        )

        assert found == {rent.pk: Decimal(500), bank.pk: Decimal(-500), unused.pk: Decimal(0)}

    def test_trial_balance_sums_to_zero(self):
        rows = selectors.trial_balance(date_from=date(2026, 3, 1), date_to=date(2026, 3, 31))

        shown = [(row.account.no, row.opening, row.debit, row.credit, row.closing) for row in rows]
        assert shown == [
            ("1920", Decimal(-100), Decimal(0), Decimal(500), Decimal(-600)),
            ("6300", Decimal(100), Decimal(500), Decimal(0), Decimal(600)),
        ]
        assert sum(row.closing for row in rows) == 0

    def test_headings_show_what_stands_below(self, rent):
        costs = GLAccount.objects.create(no="6000", name="Costs", account_type="heading")
        GLAccount.objects.filter(pk=rent.pk).update(parent=costs)

        chart = selectors.chart(within=selectors.dated(None, date(2026, 3, 31)))

        nodes = {node.account.no: (node.level, node.balance, node.posting_nos) for node in chart}
        assert nodes["6000"] == (0, Decimal(600), ("6300",))
        assert nodes["6300"] == (1, Decimal(600), ("6300",))
