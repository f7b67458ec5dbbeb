"""Splits an item charge over the posted lines that it belongs to.

    100.00 of freight over 10, 10 and 10 pieces at a precision of 0.01: 33.33, 33.34, 33.33

Shares are rounded against their running total: a line takes the rounded share of itself and all lines before it, less
what those lines have. So the parts always add up to the charge, the last takes the rest, and none is more than one
rounding step off its exact share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from config.base.amounts import from_e5, multiply_e5, round_div, to_e5
from config.base.errors import DomainError, ErrorCode
from inventory.enums import ChargeSplit


class CannotSplit(DomainError):
    """No line carries what the charge is to be split by, or a line carries less than nothing of it."""

    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class ChargeableLine:
    """What of a posted line a charge may be split by: its quantity, its amount, the net weight of one unit."""

    quantity: Decimal
    amount: Decimal = Decimal(0)
    net_weight: Decimal = Decimal(0)

    def basis_e5(self, split: str) -> int:
        """The part that the line has in a split, positive."""
        if split == ChargeSplit.EQUALLY:
            return to_e5(Decimal(1))
        if split == ChargeSplit.AMOUNT:
            return to_e5(self.amount)
        if split == ChargeSplit.WEIGHT:
            return multiply_e5(to_e5(self.quantity), to_e5(self.net_weight))
        return to_e5(self.quantity)


def split_charge(amount: Decimal, lines: Sequence[ChargeableLine], *, split: str, precision: Decimal) -> list[Decimal]:
    """Return the part of each line, in the order of the lines; the parts add up to the amount exactly.

    The amount may be negative (a charge taken back).

    Raises: CannotSplit when there is no line, the lines carry nothing to split by, or one carries less than nothing.
    """
    bases_e5 = [line.basis_e5(split) for line in lines]
    if any(basis_e5 < 0 for basis_e5 in bases_e5) or not any(bases_e5):
        raise CannotSplit(
            _("The charge cannot be split %(way)s: the lines have none. Split it another way.")
            % {"way": ChargeSplit(split).label.lower()}
        )
    total_e5, whole_e5, precision_e5 = to_e5(amount), sum(bases_e5), to_e5(precision)
    parts, running_e5, taken_e5 = [], 0, 0
    for basis_e5 in bases_e5:
        running_e5 += basis_e5
        # The amount may be finer than the precision: the line that completes it takes it whole.
        due_e5 = total_e5 if running_e5 == whole_e5 else _share_rounded(total_e5, running_e5, whole_e5, precision_e5)
        parts.append(from_e5(due_e5 - taken_e5))
        taken_e5 = due_e5
    return parts


def _share_rounded(total_e5: int, part: int, whole: int, precision_e5: int) -> int:
    """Round the share once, from its exact value."""
    return round_div(total_e5 * part, whole * precision_e5) * precision_e5
