"""May this account, may this date be posted?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from config.base import statements
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from ledger.enums import AccountType
from ledger.models import AccountingPeriod, GLAccount, LedgerSetup


class BlockedAccount(DomainError):
    """An account that takes no postings."""

    code = ErrorCode.BLOCKED_ACCOUNT


_USABLE = """
SELECT count(*) FROM ledger_glaccount WHERE id = ANY(%s::bigint[]) AND account_type = %s AND NOT blocked
"""


def check_accounts(account_ids: Collection[int]) -> None:
    """Refuse accounts that do not exist, are blocked, or are headings or totals; all of them at once. One query.

    Raises: DomainError, code blocked_account, not_found or invalid_input.
    """
    wanted = set(account_ids)
    if statements.rows(_USABLE, [sorted(wanted), AccountType.POSTING.value]) == [(len(wanted),)]:
        return
    found = {account.pk: account for account in GLAccount.objects.filter(pk__in=wanted)}
    raise_problems(
        problem
        for account_id in sorted(wanted)
        if (problem := account_problem(found.get(account_id), account_id=account_id))
    )


def account_problem(account: GLAccount | None, *, account_id: int | None = None) -> Problem | None:
    """Say why an account takes no postings; None when it does."""
    if account is None:
        text = _("G/L account number %(id)s of the ledger does not exist.") % {"id": account_id}
        return Problem(text, ErrorCode.NOT_FOUND)
    names = {"no": account.no, "name": account.name}
    if account.account_type != AccountType.POSTING:
        text = _("G/L account %(no)s %(name)s is a %(type)s. Choose a posting account.")
        return Problem(
            text % {**names, "type": account.get_account_type_display().lower()},
            ErrorCode.INVALID_INPUT,
            url=account_url(account),
        )
    if account.blocked:
        text = _("G/L account %(no)s %(name)s is blocked. Unblock it, or choose another account.")
        return Problem(text % names, ErrorCode.BLOCKED_ACCOUNT, url=account_url(account))
    return None


def account_url(account: GLAccount) -> str:
    """The account's card."""
    try:
        return reverse("ledger:glaccount_detail", args=[account.no])
    except NoReverseMatch:
        # A number with a slash has no page of its own; the message still names it.
        return ""


def check_dates(dates: Iterable[date]) -> None:
    """Refuse dates outside the range of the ledger's setup or in a closed accounting period.

    Raises: DomainError, code period_closed, naming every such date.
    """
    raise_problems(date_problems(dates))


def date_problems(dates: Iterable[date]) -> list[Problem]:
    """One problem for each date that general ledger setup or the accounting periods do not allow. Two queries."""
    return [Problem(text, ErrorCode.PERIOD_CLOSED) for _on, text in sorted(refused_dates(dates).items())]


def refused_dates(dates: Iterable[date]) -> dict[date, str]:
    """Return why each date is refused, of those that are. Two queries."""
    setup = LedgerSetup.load()
    periods = list(AccountingPeriod.objects.order_by("starting_date", "pk"))
    texts = {on: _date_text(on, setup, periods) for on in set(dates)}
    return {on: text for on, text in texts.items() if text}


def _date_text(on: date, setup: LedgerSetup, periods: list[AccountingPeriod]) -> str:
    if setup.allow_posting_from and on < setup.allow_posting_from:
        text = _("Posting date %(date)s is before %(from)s, the first date that general ledger setup allows.")
        return text % {"date": on.isoformat(), "from": setup.allow_posting_from.isoformat()}
    if setup.allow_posting_to and on > setup.allow_posting_to:
        text = _("Posting date %(date)s is after %(to)s, the last date that general ledger setup allows.")
        return text % {"date": on.isoformat(), "to": setup.allow_posting_to.isoformat()}
    period = next((period for period in reversed(periods) if period.starting_date <= on), None)
    if period is not None and period.closed:
        text = _("Posting date %(date)s is in the accounting period from %(start)s, which is closed. Use a later date.")
        return text % {"date": on.isoformat(), "start": period.starting_date.isoformat()}
    return ""
