"""Sharing an item charge among receipt or shipment lines: by quantity, amount, weight, or equally.

The rule of the split is that of `inventory.charges`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from config.base.amounts import from_e5
from inventory.charges import ChargeableLine, split_charge
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

    Where the lines have nothing of that kind to split by (no net weights, all free of charge), they share equally.
    """
    chargeable = [_chargeable(line) for line in posted_lines]
    if not any(line.basis_e5(split) for line in chargeable):
        split = ChargeSplit.EQUALLY
    parts = split_charge(from_e5(amount_e5), chargeable, split=split, precision=from_e5(precision_e5))
    return [
        ChargeAssignment(document_line=charge_line, posted_line=line, split=split, amount=part)
        for line, part in zip(posted_lines, parts, strict=True)
        if part
    ]


def _chargeable(line: PostedDocumentLine) -> ChargeableLine:
    weight = line.item.net_weight if line.item else Decimal(0)
    return ChargeableLine(line.quantity, line.quantity * line.unit_amount, weight)
