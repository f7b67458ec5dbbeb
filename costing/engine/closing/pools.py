"""What a close sees of one pool, and what it finds: plain records of integers in 1e-5.

A pool is an item with the values of its financial dimensions: averages and matching never cross it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from costing.engine.shares import share_amount_e5


class Method(StrEnum):
    FIFO = "fifo"
    LIFO = "lifo"
    LIFO_DATE = "lifo_date"
    WEIGHTED_AVERAGE = "weighted_average"
    WEIGHTED_AVERAGE_DATE = "weighted_average_date"


class Reason(StrEnum):
    """Why (part of) an issue could not be settled."""

    NOT_SETTLED = "not_settled"
    MARKED_RECEIPT_LATER = "marked_receipt_later"


@dataclass(slots=True)
class Layer:
    """A receipt or an issue with an open part: quantity and value not settled yet, both positive.

    `on`: financial date, or the physical one where there is no other. `is_transfer`: what is left on the receipt side
    of an earlier closing transfer. Taking a part takes its share of the value; the last part takes the rest.
    """

    key: int
    on: date
    quantity_e5: int
    value_e5: int
    is_financial: bool = True
    is_transfer: bool = False

    def take(self, quantity_e5: int, precision_e5: int) -> int:
        """Take a part out and return its value."""
        assert 0 < quantity_e5 <= self.quantity_e5
        value_e5 = share_amount_e5(self.value_e5, quantity_e5, self.quantity_e5, precision_e5)
        self.quantity_e5 -= quantity_e5
        self.value_e5 -= value_e5
        return value_e5


@dataclass(frozen=True, slots=True)
class Mark:
    """A wish that a quantity of an issue be settled against one receipt; either may lie beyond the close.

    The layers of both, what is invoiced of them first; none where one is not there yet.
    """

    issue_keys: Sequence[int]
    receipt_keys: Sequence[int]
    quantity_e5: int


@dataclass(frozen=True, slots=True)
class Pool:
    """The open receipts and issues of a pool up to the closing date, in entry order, with the marks of its issues."""

    receipts: Sequence[Layer]
    issues: Sequence[Layer]
    marks: Sequence[Mark] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """Part of an issue costed from a receipt. `amount_e5`: what it costs now, `before_e5`: what it cost.

    `receipt_key` None: the receipt side of this close's transfer number `transfer`. `settles` is False where either
    side has no invoice yet: then the issue is adjusted, and both stay open.
    """

    issue_key: int
    receipt_key: int | None
    quantity_e5: int
    amount_e5: int
    before_e5: int
    settles: bool = True
    is_mark: bool = False
    transfer: int | None = None

    @property
    def adjustment_e5(self) -> int:
        """What is added to the (positive) cost of the issue."""
        return self.amount_e5 - self.before_e5


@dataclass(slots=True)
class Transfer:
    """A closing transfer: receipts go in, issues come out at the average; the rest is the next opening stock."""

    on: date
    inputs: list[tuple[int, int, int]] = field(default_factory=list)
    """Receipt, quantity, value of what went in."""
    quantity_e5: int = 0
    value_e5: int = 0


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A quantity of an issue that found no receipt: it keeps its cost, and waits for a later close."""

    issue_key: int
    quantity_e5: int
    reason: Reason


@dataclass(slots=True)
class Closing:
    """What a close finds in one pool."""

    matches: list[Match] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    unsettled: list[Unsettled] = field(default_factory=list)
