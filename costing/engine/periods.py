"""The period over which an average is taken, named by its last day.

Cut at a fiscal year's start that falls inside. Source: design-details-average-cost.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def period_end(
    on: date, *, kind: str, period_starts: Sequence[date] = (), fiscal_year_starts: Sequence[date] = ()
) -> date:
    """Return the last day of the average period that a date falls in.

    Args:
        kind: day, week, month, quarter, year or accounting_period.
        period_starts: starting dates of the accounting periods, ascending; after the last one months go on.
        fiscal_year_starts: ascending; a period never reaches over one.
    """
    end = _accounting_period_end(on, period_starts) if kind == "accounting_period" else _calendar_end(on, kind)
    next_year = bisect_right(fiscal_year_starts, on)
    if next_year < len(fiscal_year_starts):
        end = min(end, fiscal_year_starts[next_year] - ONE_DAY)
    return end


def _calendar_end(on: date, kind: str) -> date:
    match kind:
        case "day":
            return on
        case "week":
            return on + timedelta(days=6 - on.weekday())
        case "month":
            return _month_end(on)
        case "quarter":
            return _first_of_month(on.year, on.month + 3 - (on.month - 1) % 3) - ONE_DAY
        case "year":
            return date(on.year, 12, 31)
    raise ValueError(f"There is no average period {kind!r}")


def _month_end(on: date) -> date:
    return _first_of_month(on.year, on.month + 1) - ONE_DAY


def _first_of_month(year: int, month: int) -> date:
    """Return the first of a month; month 13 is the next January."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _accounting_period_end(on: date, period_starts: Sequence[date]) -> date:
    following = bisect_right(period_starts, on)
    if 0 < following < len(period_starts):
        return period_starts[following] - ONE_DAY
    return _month_end(on)
