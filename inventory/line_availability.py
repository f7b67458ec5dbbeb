"""What is available for the lines of a sales order on the day they are due, and how much of them is short.

Available for a line = on hand at its location + what comes until that day - what goes until that day, without the line
itself. Tiny example: 6 on hand, a line for 20 due on 1 December, 30 to come on 10 December: 6 are available, 14 short;
due on 10 December: 36 are available.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from inventory import availability
from inventory.availability import ZERO, Event
from inventory.enums import ItemType
from inventory.models import DocumentLine

_Place = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class LineAvailability:
    """What is available for a line on its day, and what of the line is missing then (0: nothing)."""

    on: date
    available: Decimal
    short: Decimal


def of_lines(lines: Iterable[DocumentLine], *, today: date) -> dict[int, LineAvailability]:
    """The lines of open sales orders of which something is to be shipped, by key; two queries for all of them."""
    waiting = [line for line in lines if _is_waiting(line)]
    items = {line.item_id for line in waiting if line.item_id is not None}
    if not items:
        return {}
    stock: dict[_Place, Decimal] = defaultdict(lambda: ZERO)
    for row in availability.stock_of(items):
        stock[row.item_id, row.location_id] += row.quantity
    events: dict[_Place, list[Event]] = defaultdict(list)
    for event in availability.events_of(items):
        events[event.item_id, event.location_id].append(event)
    return {line.pk: _of_line(line, stock, events, today) for line in waiting}


def _is_waiting(line: DocumentLine) -> bool:
    is_goods = line.item is not None and line.item.type == ItemType.INVENTORY
    return is_goods and line.outstanding_quantity > 0 and line.document.status in availability.OPEN_STATES


def _of_line(
    line: DocumentLine, stock: dict[_Place, Decimal], events: dict[_Place, list[Event]], today: date
) -> LineAvailability:
    assert line.item_id is not None
    place = line.item_id, line.location_id
    on = max(line.expected_date or line.document.expected_date or line.document.order_date, today)
    due = [event.quantity for event in events[place] if max(event.due, today) <= on]
    # The line itself is among what goes until its day.
    available = stock[place] + sum(due, ZERO) + line.outstanding_quantity
    return LineAvailability(on, available, max(line.outstanding_quantity - available, ZERO))
