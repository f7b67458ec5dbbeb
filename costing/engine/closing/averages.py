"""Weighted average, for the whole period or day by day.

One open receipt: the issues are settled against it directly. Several: all of them go into a *closing transfer* of
quantity Q and value V, and the issues come out of it at V / Q; what is left is the opening stock of the next close.

    2 at 14.00, 1 at 16.00, 1 at 16.00: transfer of 4 for 60.00; an issue of 1 costs 15.00, and 3 for 45.00 are left

Where the receipts are fewer than the issues need, what is missing stays open on the individual issues.
Source: weighted-average-physical-value-marking; weighted-average-date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from costing.engine.closing.pools import Closing, Layer, Match, Transfer


def settle(
    closing: Closing, receipts: Sequence[Layer], issues: Sequence[Layer], *, by_day: bool, precision_e5: int
) -> None:
    """Settle issues against what is there on average: all at once, or day by day with what a day could not cover."""
    if not by_day:
        _settle_together(closing, list(receipts), list(issues), precision_e5)
        return
    stock: list[Layer] = []
    waiting: list[Layer] = []
    received, issued = _by_day(receipts), _by_day(issues)
    for on in sorted({*received, *issued}):
        stock += received.get(on, ())
        waiting += issued.get(on, ())
        left = _settle_together(closing, stock, waiting, precision_e5)
        stock = [layer for layer in (*stock, *left) if layer.quantity_e5]
        waiting = [issue for issue in waiting if issue.quantity_e5]


def _by_day(layers: Iterable[Layer]) -> dict[date, list[Layer]]:
    found: dict[date, list[Layer]] = defaultdict(list)
    for layer in layers:
        found[layer.on].append(layer)
    return found


def _settle_together(closing: Closing, receipts: list[Layer], issues: list[Layer], precision_e5: int) -> list[Layer]:
    """Settle issues against the average of the open receipts; returns what is left of a transfer that it made."""
    stock = [layer for layer in receipts if layer.quantity_e5]
    if not stock or not issues:
        return []
    if len(stock) == 1:
        _take(closing, stock[0], issues, None, precision_e5)
        return []
    transfer = Transfer(on=max(layer.on for layer in (*stock, *issues)))
    for layer in stock:
        quantity_e5 = layer.quantity_e5
        value_e5 = layer.take(quantity_e5, precision_e5)
        transfer.inputs.append((layer.key, quantity_e5, value_e5))
        transfer.quantity_e5 += quantity_e5
        transfer.value_e5 += value_e5
    closing.transfers.append(transfer)
    number = len(closing.transfers) - 1
    side = Layer(-number - 1, transfer.on, transfer.quantity_e5, transfer.value_e5, is_transfer=True)
    _take(closing, side, issues, number, precision_e5)
    return [side]


def _take(closing: Closing, layer: Layer, issues: Sequence[Layer], transfer: int | None, precision_e5: int) -> None:
    """Take the issues, in order, out of one layer; each divides what is left, so the last takes the rest."""
    for issue in sorted(issues, key=_order):
        quantity_e5 = min(issue.quantity_e5, layer.quantity_e5)
        if not quantity_e5:
            continue
        # A layer made by an earlier day's transfer of this very close has a number below zero.
        of_this_close = layer.is_transfer and layer.key < 0
        number = transfer if transfer is not None else (-layer.key - 1 if of_this_close else None)
        closing.matches.append(
            Match(
                issue_key=issue.key,
                receipt_key=None if of_this_close else layer.key,
                quantity_e5=quantity_e5,
                amount_e5=layer.take(quantity_e5, precision_e5),
                before_e5=issue.take(quantity_e5, precision_e5),
                transfer=number,
            )
        )


def _order(layer: Layer) -> tuple[date, int]:
    return (layer.on, layer.key)
