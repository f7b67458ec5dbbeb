"""What is set up for a posting on a day, read in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from config.base import statements
from config.base.amounts import to_e5
from costing.average_periods import AveragePeriods
from costing.models import CostingSetup
from inventory.models import InventorySetup

_COSTING = statements.columns(CostingSetup, "c")
_INVENTORY = statements.columns(InventorySetup, "i")
_SETUPS = f"""
SELECT company.amount_rounding_precision, {", ".join([*_COSTING, *_INVENTORY])}
FROM base_company company
LEFT JOIN LATERAL (
    SELECT * FROM costing_costingsetup WHERE starting_date <= %s::date ORDER BY starting_date DESC LIMIT 1) c ON true
LEFT JOIN inventory_inventorysetup i ON i.id = 1
ORDER BY company.id LIMIT 1
"""  # noqa: S608 our own names


@dataclass(frozen=True)
class Setups:
    """The setup in force for one posting; the defaults where none began yet."""

    on: date
    costing: CostingSetup
    inventory: InventorySetup
    precision_e5: int

    @classmethod
    def at(cls, on: date) -> Setups:
        """Read what holds on a day."""
        found = statements.rows(_SETUPS, [on])
        assert found, "The company record is missing."
        precision, row = found[0][0], found[0][1:]
        costing, inventory = row[: len(_COSTING)], row[len(_COSTING) :]
        return cls(
            on=on,
            costing=(
                CostingSetup(starting_date=date.min)
                if costing[0] is None
                else statements.instance(CostingSetup, costing)
            ),
            inventory=InventorySetup.load() if inventory[0] is None else statements.instance(InventorySetup, inventory),
            precision_e5=to_e5(precision),
        )

    def is_by_place(self) -> bool:
        """Whether averages are taken of each place on the day, rather than of the item."""
        return self.periods.is_by_place(self.on)

    @cached_property
    def periods(self) -> AveragePeriods:
        """The average periods: read where they are asked for, since only average items need them."""
        return AveragePeriods.load()
