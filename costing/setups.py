"""What is set up for a posting on a day, read in one statement."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
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
SELECT company.amount_rounding_precision,
    (SELECT jsonb_object_agg(l.location_id || l.numbers, s.code)::text
     FROM inventory_locationnumberseries l JOIN base_numberseries s ON s.id = l.series_id),
    {", ".join([*_COSTING, *_INVENTORY])}
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
    places_series: Mapping[str, str] = field(default_factory=dict)
    """Codes of the number series of places, by location key and purpose written together."""

    @classmethod
    def at(cls, on: date) -> Setups:
        """Read what holds on a day."""
        found = statements.rows(_SETUPS, [on])
        assert found, "The company record is missing."
        precision, places_series, *row = found[0]
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
            places_series=json.loads(places_series) if places_series else {},
        )

    def series(self, numbers: str, location_ids: Collection[int | None]) -> str:
        """Return the number series of a posted document: the place's own where all lines are at one, or the company's.

        Args:
            numbers: the column of the inventory setup that names the series (`inventory.enums.PostedNumbers`).
        """
        places = set(location_ids)
        own = self.places_series.get(f"{places.pop()}{numbers}") if len(places) == 1 else None
        return own or str(getattr(self.inventory, numbers))

    def is_by_place(self) -> bool:
        """Whether averages are taken of each place on the day, rather than of the item."""
        return self.periods.is_by_place(self.on)

    @cached_property
    def periods(self) -> AveragePeriods:
        """The average periods: read where they are asked for, since only average items need them."""
        return AveragePeriods.load()
