"""Over which period and scope an average is taken, as set up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from costing.engine.periods import period_end
from costing.enums import AverageCostCalculation, AverageCostPeriod
from costing.models import CostingSetup
from inventory.application import Place
from ledger.models import AccountingPeriod


@dataclass(frozen=True, slots=True)
class AveragePeriods:
    """Average cost period and calculation type in force, with the starts of accounting periods."""

    kind: str
    by_place: bool
    period_starts: tuple[date, ...] = ()
    fiscal_year_starts: tuple[date, ...] = ()

    @classmethod
    def load(cls, setup: CostingSetup) -> AveragePeriods:
        by_place = setup.average_cost_calculation == AverageCostCalculation.ITEM_LOCATION_VARIANT
        if setup.average_cost_period == AverageCostPeriod.DAY:
            return cls(setup.average_cost_period, by_place)
        starts = list(
            AccountingPeriod.objects.order_by("starting_date").values_list("starting_date", "new_fiscal_year")
        )
        return cls(
            setup.average_cost_period,
            by_place,
            tuple(start for start, _new_year in starts),
            tuple(start for start, new_year in starts if new_year),
        )

    def end(self, on: date) -> date:
        """Return the last day of the average period of a date."""
        return period_end(
            on, kind=self.kind, period_starts=self.period_starts, fiscal_year_starts=self.fiscal_year_starts
        )

    def place(self, place: Place, *, average: bool) -> Place:
        """Return the scope that the cost of a place is adjusted in."""
        return (place[0], None, None) if average and not self.by_place else place
