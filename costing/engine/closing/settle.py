"""Settle one pool: marks first, then the method.

    FIFO        issues by date, each from the earliest receipt
    LIFO        issues by date, each from the latest receipt of the whole open range
    LIFO date   day by day, the last issue of a day first, each from the latest receipt on or before it, else the
                nearest one after
    averages    all issues at once, or day by day, at what the open receipts cost on average (see `averages`)

With physical value counted, what has no invoice takes part by its date: it is matched and adjusted, not settled.
Source: inventory-close; the pages of the methods.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import date

from costing.engine.closing import averages
from costing.engine.closing.pools import Closing, Layer, Match, Method, Pool, Reason, Unsettled

AVERAGES = (Method.WEIGHTED_AVERAGE, Method.WEIGHTED_AVERAGE_DATE)


def settle(pool: Pool, method: Method, *, include_physical: bool, precision_e5: int) -> Closing:
    """Match the issues of a pool with its receipts. The layers of the pool are used up in the course of it.

    Averages look at financial transactions alone, whatever `include_physical` says.
    """
    closing = Closing()
    only_financial = method in AVERAGES or not include_physical
    receipts = [layer for layer in pool.receipts if layer.is_financial or not only_financial]
    issues = [layer for layer in pool.issues if layer.is_financial or not only_financial]
    waiting = _settle_marks(closing, pool, issues, precision_e5)
    free = [issue for issue in issues if issue.quantity_e5]
    if method in AVERAGES:
        averages.settle(
            closing, receipts, free, by_day=method == Method.WEIGHTED_AVERAGE_DATE, precision_e5=precision_e5
        )
    else:
        _settle_in_turn(closing, free, receipts, method, precision_e5)
    closing.unsettled += waiting
    closing.unsettled += [
        Unsettled(issue.key, issue.quantity_e5, Reason.NOT_SETTLED)
        for issue in issues
        if issue.quantity_e5 and issue.is_financial
    ]
    return closing


def _settle_marks(closing: Closing, pool: Pool, issues: Sequence[Layer], precision_e5: int) -> list[Unsettled]:
    """Settle marked pairs; an issue marked to a receipt that is later, or not invoiced, settles with nothing else.

    What of a receipt is marked by an issue that cannot be settled yet is not offered to others.
    """
    receipt_by_key = {layer.key: layer for layer in pool.receipts}
    issue_by_key = {layer.key: layer for layer in issues}
    waiting = []
    for mark in pool.marks:
        receipts = [receipt_by_key[key] for key in mark.receipt_keys if key in receipt_by_key]
        left_e5 = mark.quantity_e5
        for issue in [issue_by_key[key] for key in mark.issue_keys if key in issue_by_key]:
            for receipt in [layer for layer in receipts if layer.is_financial]:
                quantity_e5 = min(left_e5, issue.quantity_e5, receipt.quantity_e5)
                if quantity_e5:
                    closing.matches.append(match(issue, receipt, quantity_e5, precision_e5, is_mark=True))
                    left_e5 -= quantity_e5
            wanted_e5 = min(left_e5, issue.quantity_e5)
            waits_e5 = _hold(receipts, wanted_e5, precision_e5) if receipts else wanted_e5
            if waits_e5:
                issue.take(waits_e5, precision_e5)
                left_e5 -= waits_e5
                if issue.is_financial:
                    waiting.append(Unsettled(issue.key, waits_e5, Reason.MARKED_RECEIPT_LATER))
        _hold(receipts, left_e5, precision_e5)
    return waiting


def _hold(receipts: Iterable[Layer], quantity_e5: int, precision_e5: int) -> int:
    """Take a quantity of receipts out of what is offered; returns how much of it was there."""
    left_e5 = quantity_e5
    for receipt in receipts:
        part_e5 = min(left_e5, receipt.quantity_e5)
        if part_e5:
            receipt.take(part_e5, precision_e5)
            left_e5 -= part_e5
    return quantity_e5 - left_e5


def match(issue: Layer, receipt: Layer, quantity_e5: int, precision_e5: int, *, is_mark: bool = False) -> Match:
    """Take a quantity from both sides."""
    return Match(
        issue_key=issue.key,
        receipt_key=receipt.key,
        quantity_e5=quantity_e5,
        amount_e5=receipt.take(quantity_e5, precision_e5),
        before_e5=issue.take(quantity_e5, precision_e5),
        settles=issue.is_financial and receipt.is_financial,
        is_mark=is_mark,
    )


def _settle_in_turn(
    closing: Closing, issues: Sequence[Layer], receipts: Sequence[Layer], method: Method, precision_e5: int
) -> None:
    """Settle issue by issue. Receipts wait sorted, and go when they are used up: each is looked at once."""
    earliest_first = sorted((layer for layer in receipts if layer.quantity_e5), key=_by_date)
    if method == Method.LIFO_DATE:
        _settle_by_days(closing, issues, deque(earliest_first), precision_e5)
        return
    waiting = deque(reversed(earliest_first) if method == Method.LIFO else earliest_first)
    for issue in sorted(issues, key=_by_date):
        while issue.quantity_e5 and waiting:
            _take_from(closing, issue, waiting[0], precision_e5)
            if not waiting[0].quantity_e5:
                waiting.popleft()


def _settle_by_days(closing: Closing, issues: Iterable[Layer], later: deque[Layer], precision_e5: int) -> None:
    """LIFO date. `here` holds what came in up to the day of the issue, the latest last; `later` what comes after it."""
    here: list[Layer] = []
    for issue in sorted(issues, key=lambda issue: (issue.on, -issue.key)):
        while later and later[0].on <= issue.on:
            here.append(later.popleft())
        while issue.quantity_e5 and (here or later):
            receipt = here[-1] if here else later[0]
            _take_from(closing, issue, receipt, precision_e5)
            if not receipt.quantity_e5:
                if here:
                    here.pop()
                else:
                    later.popleft()


def _take_from(closing: Closing, issue: Layer, receipt: Layer, precision_e5: int) -> None:
    quantity_e5 = min(issue.quantity_e5, receipt.quantity_e5)
    closing.matches.append(match(issue, receipt, quantity_e5, precision_e5))


def _by_date(layer: Layer) -> tuple[date, int]:
    return (layer.on, layer.key)
