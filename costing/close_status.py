"""Where the inventory close stands: the next period, the runs with their figures, what bars a reversal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from config.base.fields import AmountField
from config.base.parsing import month_end
from costing.enums import CloseKind, RunState
from costing.models import CloseLogLine, ClosePlanLine, InventoryClose, InventoryPeriod
from inventory.models import Item, ItemLedgerEntry
from ledger.models import GLEntry

IS_SETTLEMENT = Q(details__has_key="settlement")
UNFINISHED = (RunState.WAITING, RunState.RUNNING)


@dataclass(frozen=True, slots=True)
class NextClose:
    """What is to be closed next; `period` is None where no inventory period ends there."""

    on: date
    period: InventoryPeriod | None
    last: InventoryClose | None
    running: InventoryClose | None

    @property
    def first_day(self) -> date | None:
        return self.last.closing_date + timedelta(days=1) if self.last else None


def next_close(today: date) -> NextClose:
    """Return the first open inventory period after the last close; without one, the month after it, or the oldest."""
    last = latest_close()
    periods = InventoryPeriod.objects.filter(closed=False)
    if last is not None:
        periods = periods.filter(ending_date__gt=last.closing_date)
    period = periods.order_by("ending_date").first()
    if period is not None:
        on = period.ending_date
    elif last is not None:
        on = month_end(last.closing_date + timedelta(days=1))
    else:
        first = ItemLedgerEntry.objects.aggregate(first=Min("posting_date"))["first"]
        on = month_end(first or today)
    running = InventoryClose.objects.filter(state__in=UNFINISHED, rehearsal=False).order_by("pk").first()
    return NextClose(on, period, last, running)


def latest_close() -> InventoryClose | None:
    """The latest close that stands."""
    standing = InventoryClose.objects.filter(kind=CloseKind.CLOSE, state=RunState.DONE, rehearsal=False)
    return standing.order_by("-closing_date", "-pk").first()


def runs_with_figures() -> QuerySet[Any]:
    """Runs with `entry_count`, net `adjusted`, `settlement_count` and `warning_count`."""
    lines = ClosePlanLine.objects.filter(close=OuterRef("pk")).order_by().values("close")
    changes, settlements = lines.exclude(IS_SETTLEMENT), lines.filter(IS_SETTLEMENT)
    log = CloseLogLine.objects.filter(close=OuterRef("pk")).order_by().values("close")
    found: QuerySet[Any] = InventoryClose.objects.annotate(
        entry_count=_number(changes.annotate(found=Count("pk"))),
        settlement_count=_number(settlements.annotate(found=Count("pk"))),
        warning_count=_number(log.annotate(found=Count("pk"))),
        adjusted=Coalesce(
            Subquery(changes.annotate(found=Sum("amount")).values("found"), output_field=AmountField()),
            Value(Decimal(0)),
            output_field=AmountField(),
        ),
    )
    return found


def touched_items(close_id: int) -> QuerySet[Item]:
    """The items that a run changed, settled or warns of."""
    lines = ClosePlanLine.objects.filter(close_id=close_id)
    log = CloseLogLine.objects.filter(close_id=close_id)
    return Item.objects.filter(Q(pk__in=lines.values("item")) | Q(pk__in=log.values("item")))


def _number(counted: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(counted.values("found"), output_field=IntegerField()), Value(0))


def voucher_totals(voucher_id: int) -> list[tuple[str, str, Decimal]]:
    """Number, name and net amount of each account of a voucher, debit positive."""
    entries = GLEntry.objects.filter(transaction_id=voucher_id)
    sums = entries.order_by("gl_account__no").values_list("gl_account__no", "gl_account__name").annotate(Sum("amount"))
    return list(sums)


def voucher_nos(close: InventoryClose) -> list[int]:
    """The vouchers of a run: its own and that of its reversal."""
    return [pk for pk in (close.voucher_id, close.reversal_voucher_id) if pk]
