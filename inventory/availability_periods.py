"""Availability by day, week or month: what comes, what goes and what is left, period by period."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from inventory.availability import ZERO, Step

DAY, WEEK, MONTH = "day", "week", "month"
COUNT = 12


@dataclass(frozen=True, slots=True)
class Period:
    """One period from its first to its last day; `last` None: everything later. Demands are positive.

    `lowest_on`: the day at whose end the least is left; the day before the first where that is what it began with.
    """

    first: date
    last: date | None
    opening: Decimal
    receipts: Decimal
    demands: Decimal
    lowest: Decimal
    lowest_on: date

    @property
    def closing(self) -> Decimal:
        return self.opening + self.receipts - self.demands


def periods_of(
    on_hand: Decimal, steps: Sequence[Step], *, length: str, today: date, count: int = COUNT
) -> list[Period]:
    """The period of today, those that follow it, and one for what comes later, where something does.

    Weeks begin on Monday (ISO). The first period begins today: what is overdue counts from then.
    """
    found: list[Period] = []
    first, opening, rest = today, on_hand, list(steps)
    for _index in range(count):
        last = _end_of(first, length)
        inside = [step for step in rest if step.on <= last]
        rest = rest[len(inside) :]
        period = _period(first, last, opening, inside)
        found.append(period)
        first, opening = last + timedelta(days=1), period.closing
    if rest:
        found.append(_period(first, None, opening, rest))
    return found


def _period(first: date, last: date | None, opening: Decimal, steps: Sequence[Step]) -> Period:
    changes = [step.event.quantity for step in steps]
    ends: dict[date, Decimal] = {first - timedelta(days=1): opening}
    ends |= {step.on: step.left for step in steps}
    lowest_on = min(ends, key=lambda day: (ends[day], day))
    return Period(
        first=first,
        last=last,
        opening=opening,
        receipts=sum((change for change in changes if change > 0), ZERO),
        demands=-sum((change for change in changes if change < 0), ZERO),
        lowest=ends[lowest_on],
        lowest_on=lowest_on,
    )


def _end_of(day: date, length: str) -> date:
    if length == DAY:
        return day
    if length == WEEK:
        return day + timedelta(days=6 - day.weekday())
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
