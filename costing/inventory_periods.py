"""Inventory periods: up to the ending date of a closed one everything posted stays as it is.

Closing closes what is before it, reopening reopens what is after it, and each is logged.
Source: design-details-inventory-periods; docs/algorithms/inventory-periods.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode, raise_problems
from config.base.transactions import PostingContext, posting
from costing import period_blockers
from costing.models import InventoryPeriod, InventoryPeriodEntry
from inventory.models import ItemRegister
from ledger.models import AccountingPeriod


class PeriodRefused(DomainError):
    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class PeriodsMoved:
    """The ending dates of the periods that were closed or reopened together, oldest first."""

    ending_dates: tuple[date, ...]


def create_period(*, ending_date: date | None, name: str) -> InventoryPeriod:
    """Make an open period. Raises: PeriodRefused: no date, one that is taken, or not after all closed periods."""
    with posting(alone=True):
        return InventoryPeriod.objects.create(ending_date=_checked(ending_date), name=name)


def change_period(*, period_id: int, ending_date: date | None, name: str) -> InventoryPeriod:
    """Give an open period another name, or another ending date while it was never closed. Raises: PeriodRefused."""
    with posting(alone=True):
        period = _get(period_id)
        _check_open(period)
        if ending_date != period.ending_date:
            if period.entries.exists():
                raise PeriodRefused(
                    _("The period that ends on %(date)s was closed before, and its log says so: keep its ending date.")
                    % {"date": period.ending_date}
                )
            period.ending_date = _checked(ending_date)
        period.name = name
        period.save(update_fields=["ending_date", "name"])
        return period


def delete_period(*, period_id: int) -> None:
    """Delete an open period that was never closed. Raises: PeriodRefused."""
    with posting(alone=True):
        period = _get(period_id)
        _check_open(period)
        if period.entries.exists():
            raise PeriodRefused(
                _("The period that ends on %(date)s was closed before, and its log says so: it cannot be deleted.")
                % {"date": period.ending_date}
            )
        period.delete()


def close_period(*, period_id: int, user_id: int | None, reason: str) -> PeriodsMoved:
    """Close a period and all earlier open ones.

    Raises: PeriodRefused where it is closed; DomainError not_adjusted, then open_entries, naming every item.
    """
    with posting(alone=True) as context:
        period = _get(period_id)
        if period.closed:
            raise PeriodRefused(_("The period that ends on %(date)s is closed.") % {"date": period.ending_date})
        raise_problems(period_blockers.problems(period_blockers.blockers(period.ending_date)))
        earlier = InventoryPeriod.objects.filter(closed=False, ending_date__lte=period.ending_date)
        return _move(earlier, closed=True, context=context, user_id=user_id, reason=reason)


def close_with(on: date, *, context: PostingContext, user_id: int | None, reason: str) -> list[InventoryPeriod]:
    """Close the open periods that an inventory close covers, inside its transaction; returns them.

    The close has checked that nothing keeps them open.
    """
    covered = list(InventoryPeriod.objects.filter(closed=False, ending_date__lte=on))
    _move(_these(covered), closed=True, context=context, user_id=user_id, reason=reason)
    return covered


def reopen_with(
    periods: Iterable[InventoryPeriod], *, context: PostingContext, user_id: int | None, reason: str
) -> None:
    """Reopen exactly these periods, those that a close closed, inside the transaction of its reversal."""
    closed = _these([period for period in periods if period.closed])
    _move(closed, closed=False, context=context, user_id=user_id, reason=reason)


def _these(periods: Sequence[InventoryPeriod]) -> QuerySet[InventoryPeriod]:
    return InventoryPeriod.objects.filter(pk__in=[period.pk for period in periods])


def reopen_period(*, period_id: int, user_id: int | None, reason: str) -> PeriodsMoved:
    """Reopen a period and all later closed ones. Raises: PeriodRefused where it is open, or without a reason."""
    with posting(alone=True) as context:
        period = _get(period_id)
        if not period.closed:
            raise PeriodRefused(_("The period that ends on %(date)s is open.") % {"date": period.ending_date})
        if not reason.strip():
            raise PeriodRefused(
                _("Say why the period that ends on %(date)s is reopened.") % {"date": period.ending_date}
            )
        return _move(later_closed(period), closed=False, context=context, user_id=user_id, reason=reason)


def later_closed(period: InventoryPeriod) -> QuerySet[InventoryPeriod]:
    """The closed periods that reopening one reopens: itself and all later ones."""
    return InventoryPeriod.objects.filter(closed=True, ending_date__gte=period.ending_date)


def closed_accounting_periods(period: InventoryPeriod) -> Sequence[date]:
    """Starting dates of closed accounting periods from the ending date on: whoever reopens should know."""
    found = AccountingPeriod.objects.filter(closed=True, starting_date__gte=period.ending_date)
    return list(found.order_by("starting_date").values_list("starting_date", flat=True))


def _move(
    periods: QuerySet[InventoryPeriod], *, closed: bool, context: PostingContext, user_id: int | None, reason: str
) -> PeriodsMoved:
    moved = list(periods.order_by("ending_date"))
    last_register = ItemRegister.objects.order_by("-pk").first()
    InventoryPeriod.objects.filter(pk__in=[period.pk for period in moved]).update(closed=closed)
    InventoryPeriodEntry.objects.bulk_create(
        InventoryPeriodEntry(
            period=period,
            closed=closed,
            user_id=user_id,
            reason=reason,
            last_register=last_register if closed else None,
            created_at=context.created_at,
        )
        for period in moved
    )
    return PeriodsMoved(tuple(period.ending_date for period in moved))


def _get(period_id: int) -> InventoryPeriod:
    period = InventoryPeriod.objects.filter(pk=period_id).first()
    if period is None:
        raise PeriodRefused(_("There is no such inventory period."), code=ErrorCode.NOT_FOUND)
    return period


def _check_open(period: InventoryPeriod) -> None:
    if period.closed:
        raise PeriodRefused(
            _("The period that ends on %(date)s is closed. Reopen it first.") % {"date": period.ending_date}
        )


def _checked(ending_date: date | None) -> date:
    """The ending date of a period that may be. Raises: PeriodRefused."""
    if ending_date is None:
        raise PeriodRefused(_("An inventory period needs an ending date."))
    if InventoryPeriod.objects.filter(ending_date=ending_date).exists():
        raise PeriodRefused(_("There is a period that ends on %(date)s.") % {"date": ending_date})
    later = InventoryPeriod.objects.filter(closed=True, ending_date__gte=ending_date).order_by("-ending_date").first()
    if later:
        raise PeriodRefused(
            _("Everything up to %(closed)s is closed already: a period cannot end on %(date)s. Use a later date.")
            % {"closed": later.ending_date, "date": ending_date}
        )
    return ending_date
