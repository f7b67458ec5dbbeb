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

from collections.abc import Iterable, Sequence

from costing.engine.closing import averages
from costing.engine.closing.pools import Closing, Layer, Mark, Match, Method, Pool, Reason, Unsettled

AVERAGES = (Method.WEIGHTED_AVERAGE, Method.WEIGHTED_AVERAGE_DATE)


def settle(pool: Pool, method: Method, *, include_physical: bool, precision_e5: int) -> Closing:
    """Match the issues of a pool with its receipts. The layers of the pool are used up in the course of it.

    Averages look at financial transactions alone, whatever `include_physical` says.
    """
    closing = Closing()
    only_financial = method in AVERAGES or not include_physical
    receipts = [layer for layer in pool.receipts if layer.is_financial or not only_financial]
    issues = [layer for layer in pool.issues if layer.is_financial or not only_financial]
    waiting = _settle_marks(closing, pool.marks, receipts, issues, precision_e5)
    free = [issue for issue in issues if issue.quantity_e5]
    if method in AVERAGES:
        averages.settle(
            closing, receipts, free, by_day=method == Method.WEIGHTED_AVERAGE_DATE, precision_e5=precision_e5
        )
    else:
        for issue in _issue_order(free, method):
            _settle_issue(closing, issue, receipts, method, precision_e5)
    closing.unsettled += waiting
    closing.unsettled += [
        Unsettled(issue.key, issue.quantity_e5, Reason.NOT_SETTLED)
        for issue in issues
        if issue.quantity_e5 and issue.is_financial
    ]
    return closing


def _settle_marks(
    closing: Closing, marks: Iterable[Mark], receipts: Sequence[Layer], issues: Sequence[Layer], precision_e5: int
) -> list[Unsettled]:
    """Settle marked pairs; what is marked to a receipt that is not there yet is settled with nothing else."""
    by_key = {layer.key: layer for layer in receipts}
    issue_by_key = {layer.key: layer for layer in issues}
    waiting = []
    for mark in marks:
        issue = issue_by_key.get(mark.issue_key)
        if issue is None or not issue.quantity_e5:
            continue
        receipt = by_key.get(mark.receipt_key)
        quantity_e5 = min(mark.quantity_e5, issue.quantity_e5)
        if receipt is not None and receipt.is_financial:
            quantity_e5 = min(quantity_e5, receipt.quantity_e5)
            if quantity_e5:
                closing.matches.append(match(issue, receipt, quantity_e5, precision_e5, is_mark=True))
        else:
            issue.take(quantity_e5, precision_e5)
            if issue.is_financial:
                waiting.append(Unsettled(issue.key, quantity_e5, Reason.MARKED_RECEIPT_LATER))
    return waiting


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


def _issue_order(issues: Sequence[Layer], method: Method) -> list[Layer]:
    if method == Method.LIFO_DATE:
        return sorted(issues, key=lambda issue: (issue.on, -issue.key))
    return sorted(issues, key=lambda issue: (issue.on, issue.key))


def _settle_issue(closing: Closing, issue: Layer, receipts: Sequence[Layer], method: Method, precision_e5: int) -> None:
    for receipt in _receipt_order(issue, receipts, method):
        if not issue.quantity_e5:
            return
        quantity_e5 = min(issue.quantity_e5, receipt.quantity_e5)
        if quantity_e5:
            closing.matches.append(match(issue, receipt, quantity_e5, precision_e5))


def _receipt_order(issue: Layer, receipts: Sequence[Layer], method: Method) -> list[Layer]:
    if method == Method.FIFO:
        return sorted(receipts, key=lambda layer: (layer.on, layer.key))
    latest_first = sorted(receipts, key=lambda layer: (layer.on, layer.key), reverse=True)
    if method == Method.LIFO:
        return latest_first
    before = [layer for layer in latest_first if layer.on <= issue.on]
    return before + [layer for layer in reversed(latest_first) if layer.on > issue.on]
