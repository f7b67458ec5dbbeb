"""Closing a fiscal year: its income accounts are emptied into retained earnings, and its periods closed.

The closing has a journal of its own, so that a reconciliation over its date can name it.

    at the year's end   COGS 320.00, adjustment -20.00  ->  COGS -320.00, adjustment 20.00, retained earnings 300.00

Source: year-close-income-statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from config.base import numbering
from config.base.errors import DomainError, ErrorCode
from config.base.transactions import posting
from ledger import checks
from ledger.enums import AccountType, IncomeBalance, SourceCode
from ledger.models import AccountingPeriod, GLAccount, GLEntry, GLTransaction, LedgerSetup
from ledger.posting import LineToPost, TransactionToPost, post_transactions


class YearNotClosable(DomainError):
    """A fiscal year that cannot be closed as things stand."""

    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """A fiscal year: first and last day, and whether all its periods are closed."""

    start: date
    end: date
    closed: bool


@dataclass(frozen=True, slots=True)
class YearEndResult:
    """The closing voucher (None where the income accounts were empty), and what it put on retained earnings: profit
    negative. `gl_lines`: its lines, for the preview page.
    """

    transaction_id: int | None
    document_no: str
    amount: Decimal
    gl_lines: tuple[dict[str, Any], ...] = ()


def fiscal_years() -> list[FiscalYear]:
    """Return the fiscal years that are complete: those that another one follows; oldest first."""
    periods = list(AccountingPeriod.objects.order_by("starting_date"))
    starts = [period.starting_date for period in periods if period.new_fiscal_year]
    return [
        FiscalYear(
            start,
            following - timedelta(days=1),
            all(period.closed for period in periods if start <= period.starting_date < following),
        )
        for start, following in pairwise(starts)
    ]


def close_year(*, end: date, retained_earnings_no: str, user_id: int | None, preview: bool = False) -> YearEndResult:
    """Empty the income accounts on the last day of a fiscal year, and close its accounting periods.

    Years are closed in order. Entries posted into the year later are for a second closing of the same year, which moves
    only them.
    Raises: YearNotClosable; DomainError where the account of retained earnings takes no postings.
    """
    with posting(preview=preview, alone=True) as context:
        year = _year_to_close(end)
        account = _retained_earnings(retained_earnings_no)
        lines = _closing_lines(year, account)
        transaction_id, document_no = None, ""
        if lines:
            document_no = numbering.draw(LedgerSetup.load().general_journal_series, on=end)[0]
            voucher = TransactionToPost(end, document_no, _("Closing of the year %(end)s") % {"end": end}, lines)
            (posted,) = post_transactions(
                [voucher], context=context, user_id=user_id, source_code=SourceCode.YEAR_END, system_created=True
            )
            transaction_id = posted.transaction_id
        AccountingPeriod.objects.filter(starting_date__gte=year.start, starting_date__lte=year.end).update(closed=True)
        return YearEndResult(transaction_id, document_no, _result_of(lines, account), _shown(lines))


def _year_to_close(end: date) -> FiscalYear:
    years = fiscal_years()
    year = next((each for each in years if each.end == end), None)
    if year is None:
        known = ", ".join(each.end.isoformat() for each in years)
        raise YearNotClosable(
            _("No fiscal year ends on %(end)s. Choose the last day of one: %(known)s.")
            % {"end": end, "known": known or _("there is none")}
        )
    earlier = next((each for each in years if each.end < end and not each.closed), None)
    if earlier:
        raise YearNotClosable(
            _("The fiscal year to %(earlier)s is still open. Close it first.") % {"earlier": earlier.end}
        )
    return year


def _retained_earnings(no: str) -> GLAccount:
    account = GLAccount.objects.filter(no=no).first()
    if account is None or account.income_balance != IncomeBalance.BALANCE_SHEET:
        raise YearNotClosable(
            _("Account %(no)s is no balance sheet account. Choose the account of retained earnings.") % {"no": no}
        )
    checks.check_accounts([account.pk])
    return account


def _closing_lines(year: FiscalYear, retained_earnings: GLAccount) -> Sequence[LineToPost]:
    """The opposite of each income account's balance through the year, and their sum on retained earnings last."""
    income = GLEntry.objects.filter(
        posting_date__lte=year.end,
        gl_account__income_balance=IncomeBalance.INCOME_STATEMENT,
        gl_account__account_type=AccountType.POSTING,
    )
    balances = income.order_by("gl_account__no").values_list("gl_account").annotate(Sum("amount"))
    lines = [LineToPost(account_id, -balance) for account_id, balance in balances if balance]
    result = -sum((line.amount for line in lines), Decimal(0))
    return [*lines, LineToPost(retained_earnings.pk, result)] if result else lines


def _result_of(lines: Sequence[LineToPost], retained_earnings: GLAccount) -> Decimal:
    return sum((line.amount for line in lines if line.gl_account_id == retained_earnings.pk), Decimal(0))


def _shown(lines: Sequence[LineToPost]) -> tuple[dict[str, Any], ...]:
    accounts = GLAccount.objects.in_bulk([line.gl_account_id for line in lines])
    return tuple(
        {"account_no": account.no, "account_name": account.name, "amount": line.amount}
        for line in lines
        for account in [accounts[line.gl_account_id]]
    )


def closings() -> list[GLTransaction]:
    """The closing vouchers, latest first."""
    return list(GLTransaction.objects.filter(source_code=SourceCode.YEAR_END).order_by("-posting_date", "-pk"))
