"""Closing a fiscal year empties the income accounts, once, and closes its periods."""

from datetime import date
from decimal import Decimal

import pytest

from config.base.errors import DomainError
from ledger import selectors, year_end
from ledger.enums import IncomeBalance
from ledger.journals import post_general_journal
from ledger.models import AccountingPeriod, GeneralJournalLine, GLAccount, GLTransaction
from tests import factories

pytestmark = pytest.mark.django_db

YEAR_END = date(2026, 12, 31)


@pytest.fixture
def books():
    """COGS 320.00 and adjustment -20.00 against inventory in 2026."""
    books = factories.company(years=range(2026, 2029))
    post(books, "cogs", "320")
    post(books, "inventory_adjustment", "-20")
    GLAccount.objects.create(no="2050", name="Retained earnings", income_balance=IncomeBalance.BALANCE_SHEET)
    return books


def post(books, role, amount, *, on=date(2026, 5, 5)):
    owner = factories.user("controller")
    common = {"owner": owner, "posting_date": on}
    lines = [
        GeneralJournalLine(line_no=1, gl_account=books.account(role), amount=Decimal(amount), **common),
        GeneralJournalLine(line_no=2, gl_account=books.account("inventory"), amount=-Decimal(amount), **common),
    ]
    post_general_journal(lines=lines, user_id=owner.pk)


def close(end=YEAR_END, account="2050", **options):
    return year_end.close_year(end=end, retained_earnings_no=account, user_id=None, **options)


def balances(books):
    return [selectors.balance(books.account(role).no) for role in ("cogs", "inventory_adjustment", "inventory")]


def test_income_accounts_are_emptied_into_retained_earnings(books):
    result = close()

    assert result.amount == Decimal(300)
    assert balances(books) == [0, 0, Decimal(-300)]
    assert selectors.balance("2050") == Decimal(300)
    voucher = GLTransaction.objects.get(pk=result.transaction_id)
    assert (voucher.source_code, voucher.posting_date) == ("CLSINCOME", YEAR_END)
    closed = AccountingPeriod.objects.filter(closed=True)
    assert [period.starting_date.year for period in closed] == [2026] * 12


def test_a_second_closing_moves_only_what_came_since(books):
    close()
    AccountingPeriod.objects.update(closed=False)
    post(books, "cogs", "7")

    assert close().amount == Decimal(7)
    assert selectors.balance("2050") == Decimal(307)


def test_an_empty_year_is_closed_without_voucher(books):
    close()

    result = close(date(2027, 12, 31))

    assert (result.transaction_id, result.amount) == (None, 0)


def test_a_preview_changes_nothing(books):
    assert close(preview=True).amount == Decimal(300)
    assert selectors.balance("2050") == 0
    assert not AccountingPeriod.objects.filter(closed=True).exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"end": date(2026, 12, 30)}, "No fiscal year ends on 2026-12-30"),
        ({"end": date(2027, 12, 31)}, "The fiscal year to 2026-12-31 is still open"),
        ({"account": "9999"}, "9999 is no balance sheet account"),
    ],
)
def test_refusals_leave_everything_as_it_was(books, options, words):
    with pytest.raises(DomainError, match=words):
        close(**options)

    assert not AccountingPeriod.objects.filter(closed=True).exists()
    assert not GLTransaction.objects.filter(source_code="CLSINCOME").exists()
