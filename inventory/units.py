"""Quantities in the units of an item.

Tiny example: a box of 12 pieces, in whole boxes. 30 pieces are 2.5 boxes, rounded 3; 3 boxes are 36 pieces.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import F, OuterRef, Subquery

from inventory.models import Item, ItemUnitOfMeasure, UnitOfMeasure

PLACES = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class Conversion:
    """A unit of an item: how many base units it holds, and what quantities in it are rounded to (0: five decimals)."""

    quantity_per: Decimal
    rounding_precision: Decimal = Decimal(0)

    @classmethod
    def of(cls, unit: ItemUnitOfMeasure) -> Conversion:
        return cls(unit.quantity_per, unit.rounding_precision)

    def to_base(self, quantity: Decimal) -> Decimal:
        """Base units of a quantity in this unit."""
        return (quantity * self.quantity_per).quantize(PLACES, ROUND_HALF_UP)

    def from_base(self, quantity: Decimal) -> Decimal:
        """The quantity in this unit that base units make, rounded as the unit says."""
        exact = quantity / self.quantity_per
        if self.rounding_precision:
            steps = (exact / self.rounding_precision).quantize(Decimal(1), ROUND_HALF_UP)
            exact = steps * self.rounding_precision
        return exact.quantize(PLACES, ROUND_HALF_UP)


def units_of(item: Item) -> dict[str, tuple[UnitOfMeasure, Conversion]]:
    """The units that an item is counted in, by their code in capitals: its base unit first, then the others."""
    base = item.base_unit_of_measure
    found = {base.code.upper(): (base, Conversion(Decimal(1)))}
    for unit in item.units.select_related("unit_of_measure").order_by("quantity_per", "pk"):
        found.setdefault(unit.unit_of_measure.code.upper(), (unit.unit_of_measure, Conversion.of(unit)))
    return found


def quantity_per_of_line() -> Any:
    """Base units in the unit of a document line, as an expression over lines; empty where it is the base unit."""
    units = ItemUnitOfMeasure.objects.filter(item=OuterRef("item"), unit_of_measure=OuterRef("unit_of_measure"))
    other = units.exclude(unit_of_measure=F("item__base_unit_of_measure"))
    return Subquery(other.values("quantity_per")[:1])
