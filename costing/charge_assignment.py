"""Sharing an item charge among receipt or shipment lines: by quantity, amount, weight, or equally.

Freight of 10.00 by quantity on lines of 1, 1 and 1: 3.33, 3.34, 3.33, in sum 10.00. Each line takes its share of
what is left, so the last one takes the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.base.amounts import from_e5, to_e5
from costing.engine.shares import share_amount_e5
from inventory.enums import ChargeSplit
from inventory.models import ChargeAssignment, DocumentLine, PostedDocumentLine


def assignments(
    charge_line: DocumentLine,
    posted_lines: Sequence[PostedDocumentLine],
    *,
    amount_e5: int,
    split: str,
    precision_e5: int,
) -> list[ChargeAssignment]:
    """Return unsaved assignments of the whole amount. `posted_lines` come with their items; lines get no zero share.

    Where the lines have no weight of that kind at all (no net weights, all free of charge), they share equally.
    """
    weights = [_weight_e5(line, split) for line in posted_lines]
    if not any(weights):
        weights = [1] * len(posted_lines)
    left_e5, weight_left = amount_e5, sum(weights)
    made = []
    for line, weight in zip(posted_lines, weights, strict=True):
        if not weight:
            continue
        part_e5 = share_amount_e5(left_e5, weight, weight_left, precision_e5)
        left_e5, weight_left = left_e5 - part_e5, weight_left - weight
        if part_e5:
            made.append(
                ChargeAssignment(document_line=charge_line, posted_line=line, split=split, amount=from_e5(part_e5))
            )
    return made


def _weight_e5(line: PostedDocumentLine, split: str) -> int:
    if split == ChargeSplit.EQUALLY:
        return 1
    if split == ChargeSplit.AMOUNT:
        return to_e5(line.quantity) * to_e5(line.unit_amount)
    if split == ChargeSplit.WEIGHT:
        return to_e5(line.quantity) * to_e5(line.item.net_weight if line.item else 0)
    return to_e5(line.quantity)
