"""Accounting periods: the months of a fiscal year are made at once, and a period is closed or opened by itself."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.parsing import add_months
from config.base.transactions import posting
from ledger.models import AccountingPeriod

MOST_PERIODS = 24


def create_year(*, start: date, periods: int = 12) -> list[AccountingPeriod]:
    """Make the monthly periods of a fiscal year that begins on a date, which is the first of its month.

    The first period of the next year is made as well, so that the year has an end.
    Raises: DomainError where there are periods in those months already.
    """
    if start.day != 1 or not 1 <= periods <= MOST_PERIODS:
        text = _("A fiscal year begins on the first of a month and has 1 to %(most)s periods.")
        raise DomainError(text % {"most": MOST_PERIODS}, code=ErrorCode.INVALID_INPUT)
    end = add_months(start, periods)
    with posting(alone=True):
        existing = list(AccountingPeriod.objects.filter(starting_date__gte=start, starting_date__lt=end))
        # The year before may have made the first one, to have an end.
        others = [period for period in existing if period.starting_date != start]
        if others:
            text = _("There are accounting periods from %(first)s on already. Choose another first day.")
            first = min(each.starting_date for each in others)
            raise DomainError(text % {"first": first}, code=ErrorCode.INVALID_INPUT)
        wanted = [(add_months(start, place), place == 0) for place in range(periods)] + [(end, True)]
        AccountingPeriod.objects.bulk_create(
            [AccountingPeriod(starting_date=on, name=f"{on:%Y-%m}", new_fiscal_year=first) for on, first in wanted],
            ignore_conflicts=True,
        )
        AccountingPeriod.objects.filter(starting_date=start).update(new_fiscal_year=True)
        return list(
            AccountingPeriod.objects.filter(starting_date__gte=start, starting_date__lt=end).order_by("starting_date")
        )


def set_closed(*, period_id: int, closed: bool) -> AccountingPeriod:
    """Close a period for postings to the general ledger, or open it again. What is posted stays as it is."""
    with posting(alone=True):
        period = AccountingPeriod.objects.filter(pk=period_id).first()
        if period is None:
            raise DomainError(_("The accounting period does not exist any more."), code=ErrorCode.NOT_FOUND)
        period.closed = closed
        period.save(update_fields=["closed"])
        return period
