"""May anything be posted on this date?

Inventory knows items, quantities and tracking; the dates belong to costing: what general ledger setup allows, inventory
periods, closes. Source: design-details-inventory-periods.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Max
from django.utils.translation import gettext as _

from config.base import statements
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from costing.close_liveness import IS_ALIVE
from costing.enums import CloseKind, RunState
from costing.models import CostingSetup, InventoryPeriod
from inventory import movement_checks
from inventory.application import StockEntry
from inventory.movements import Movement
from inventory.stock import ItemFacts


class PeriodClosed(DomainError):
    code = ErrorCode.PERIOD_CLOSED


class BeforeCloseDate(DomainError):
    code = ErrorCode.BEFORE_CLOSE_DATE


class SettledAtClose(DomainError):
    code = ErrorCode.INVALID_INPUT


# A running close counts from its first step on, while somebody works on it.
_LAST_CLOSE = f"""
SELECT max(closing_date) FROM costing_inventoryclose c
WHERE kind = %s AND NOT rehearsal
  AND (c.state = '{RunState.DONE}' OR c.state = '{RunState.RUNNING}' AND {IS_ALIVE})
"""  # noqa: S608 our own text
_LIMITS = f"""
SELECT ({_LAST_CLOSE}),
       (SELECT max(ending_date) FROM costing_inventoryperiod WHERE closed),
       (SELECT max(earliest_allowed_valuation_date) FROM costing_costingsetup WHERE starting_date >= %s::date),
       (SELECT allow_posting_to FROM ledger_ledgersetup)
"""  # noqa: S608 our own text


def check_dates(dates: Iterable[date], *, setup: CostingSetup) -> None:
    """Refuse posting dates on or before an active close, in a closed inventory period, or too early to be valued.

    Raises: BeforeCloseDate (also where a period is closed as well), PeriodClosed.
    """
    earliest = min(dates)
    limits = statements.rows(_LIMITS, [CloseKind.CLOSE.value, setup.starting_date])
    closed_on, period, floor, allowed_to = limits[0]
    if closed_on and earliest <= closed_on:
        raise BeforeCloseDate(
            _(
                "Posting date %(date)s is on or before the inventory close of %(close)s. "
                "Use a later date, or reverse the close."
            )
            % {"date": earliest, "close": closed_on}
        )
    if period and earliest <= period:
        raise PeriodClosed(
            _("Posting date %(date)s is in the inventory period closed up to %(end)s. Use a later date, or reopen it.")
            % {"date": earliest, "end": period}
        )
    if floor and earliest < floor:
        raise PeriodClosed(
            _("Posting date %(date)s is before the earliest allowed valuation date %(floor)s. Use a later date.")
            % {"date": earliest, "floor": floor}
        )
    latest = max(dates)
    if allowed_to and latest > allowed_to:
        raise PeriodClosed(
            _("Posting date %(date)s is after %(to)s, the last date that general ledger setup allows.")
            % {"date": latest, "to": allowed_to}
        )


def check_valuation_dates(values: Iterable[tuple[str, date]], *, setup: CostingSetup) -> None:
    """Refuse values (item number, valuation date) that would count from before the earliest allowed valuation date.

    A charge on an old receipt is one; so is whatever is applied to, taken back from or undone of an older entry: give
    the date of that entry. Invoices of older receipts are not: they are valued on their own date instead.
    Raises: DomainError period_closed naming every item.
    """
    found = sorted(set(values))
    floor = valuation_floor(setup) if found else None
    if floor is None:
        return
    message = _(
        "Item %(item)s would be valued on %(date)s, before the earliest allowed valuation date %(floor)s. "
        "Choose an entry of that date or later."
    )
    raise_problems(
        Problem(message % {"item": item_no, "date": on, "floor": floor}, ErrorCode.PERIOD_CLOSED, item_no=item_no)
        for item_no, on in found
        if on < floor
    )


def valuation_floor(setup: CostingSetup) -> date | None:
    """The earliest allowed valuation date: the latest that the version in force, or one after it, names.

    Versions after it count too: what they shut must not be reached by a posting dated before they begin.
    """
    named = CostingSetup.objects.filter(starting_date__gte=setup.starting_date)
    floor: date | None = named.aggregate(floor=Max("earliest_allowed_valuation_date"))["floor"]
    return floor


def check_named(movements: Sequence[Movement], named: dict[int, StockEntry], *, setup: CostingSetup) -> None:
    """Refuse lines that apply to or from an entry from before the earliest allowed valuation date.

    Raises: DomainError naming each of them.
    """
    floor = valuation_floor(setup) if named else None
    if floor is not None:
        found = (movement_checks.posted_before(named, movement, floor) for movement in movements)
        raise_problems(problem for problem in found if problem is not None)


def check_settled_at_posting(items: Iterable[ItemFacts]) -> None:
    """Refuse items that the inventory close settles, where values are given to what layers have left.

    Raises: SettledAtClose naming the items.
    """
    refused = sorted({item.no for item in items if item.is_settled_at_close})
    if refused:
        raise SettledAtClose(
            _(
                "%(items)s: what is on hand of items settled at the inventory close is revalued from their last close. "
                "Adjust it there."
            )
            % {"items": ", ".join(refused)}
        )


def last_close_date() -> date | None:
    """The date of the latest close that stands; a running one counts from its first step on."""
    rows = statements.rows(_LAST_CLOSE, [CloseKind.CLOSE.value])
    found: date | None = rows[0][0]
    return found


def books_closed_through() -> date | None:
    """The last date that a close or a closed inventory period keeps as it is."""
    return max((day for day in (last_close_date(), last_closed_period()) if day), default=None)


def last_closed_period() -> date | None:
    """The end of the latest closed inventory period."""
    closed = InventoryPeriod.objects.filter(closed=True)
    return closed.order_by("-ending_date").values_list("ending_date", flat=True).first()
