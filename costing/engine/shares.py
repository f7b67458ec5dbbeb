"""What part of a source's cost a quantity carries along.

A source has costs that belong to its whole quantity, and partial revaluations that belong to what was left of it on
their date, and so reach only later takers.

    4 bought for 40.00, 1 sold, the 3 left revalued by -6.00: the next one carries 10.00 - 2.00 = 8.00

The sum of both is rounded once, to the precision of amounts; nothing is carried from taker to taker, and what is left
over when a layer is exhausted becomes a rounding value entry of the layer.
Source: design-details-cost-adjustment; design-details-rounding.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import TypeVar

from config.base.amounts import round_div

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class PartialRevaluation:
    """A revaluation of what was left of an entry: amount and the quantity it was spread over, both in 1e-5."""

    amount_e5: int
    valued_quantity_e5: int


@dataclass(slots=True)
class SourceCost:
    """The cost of one entry as a source: actual and expected together, rounding left out; sign of the ledger."""

    quantity_e5: int
    cost_e5: int
    partial: Sequence[PartialRevaluation] = field(default=())


def share_amount_e5(total_e5: int, part_e5: int, whole_e5: int, precision_e5: int) -> int:
    """Return the part of a total, rounded once to the precision of amounts, half away from zero."""
    if part_e5 == whole_e5:
        return total_e5
    return round_div(total_e5 * part_e5, whole_e5 * precision_e5) * precision_e5


def carried_cost_e5(source: SourceCost, quantity_e5: int, precision_e5: int) -> int:
    """Return the cost that a (positive) quantity carries from a source, with the sign of the source's cost.

    All partial revaluations given are counted: the caller leaves out those that this taker must not see.
    """
    assert 0 < quantity_e5 <= abs(source.quantity_e5)
    whole_e5 = abs(source.quantity_e5)
    if not source.partial:
        return share_amount_e5(source.cost_e5, quantity_e5, whole_e5, precision_e5)
    # An exact fraction, so that the parts are not rounded each by itself.
    numerator, denominator = source.cost_e5, whole_e5
    for revaluation in source.partial:
        valued_e5 = abs(revaluation.valued_quantity_e5)
        numerator, denominator = numerator * valued_e5 + revaluation.amount_e5 * denominator, denominator * valued_e5
        shortened = gcd(numerator, denominator)
        numerator, denominator = numerator // shortened, denominator // shortened
    return round_div(numerator * quantity_e5, denominator * precision_e5) * precision_e5


def spread_amount_e5(total_e5: int, quantities_e5: Mapping[Key, int], precision_e5: int) -> dict[Key, int]:
    """Spread a total in proportion to quantities; the shares are rounded and add up to the total.

    Where the quantities sum to zero nothing can be said, and every share is zero.
    """
    whole_e5 = sum(quantities_e5.values())
    shares, quantity_e5, given_e5 = {}, 0, 0
    for key in sorted(quantities_e5, key=str):
        quantity_e5 += quantities_e5[key]
        until_e5 = share_amount_e5(total_e5, quantity_e5, whole_e5, precision_e5) if whole_e5 else 0
        shares[key] = until_e5 - given_e5
        given_e5 = until_e5
    return shares
