"""Over which period and scope an average is taken on each date, as set up.

The choices have versions. A date follows the version in force where its fiscal year begins, so one year has one kind of
period and one scope; before the first version its own choices hold.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from costing.engine.periods import period_end
from costing.enums import AverageCostCalculation, AverageCostPeriod
from costing.models import CostingSetup
from inventory.application import Place
from ledger.models import AccountingPeriod


@dataclass(frozen=True, slots=True)
class AverageChoice:
    """What holds from a day on: the kind of period, and whether each place has an average of its own."""

    starting_date: date
    kind: str
    by_place: bool


@dataclass(frozen=True, slots=True)
class AveragePeriods:
    """The choices in the order of their dates (at least one), with the starts of accounting periods."""

    choices: Sequence[AverageChoice]
    period_starts: Sequence[date] = ()
    fiscal_year_starts: Sequence[date] = ()

    @classmethod
    def load(cls) -> AveragePeriods:
        """Read the versions of the setup; and the accounting periods, unless each day is a period throughout."""
        rows = CostingSetup.objects.order_by("starting_date")
        choices = [
            AverageChoice(starting_date, kind, calculation == AverageCostCalculation.ITEM_LOCATION_VARIANT)
            for starting_date, kind, calculation in rows.values_list(
                "starting_date", "average_cost_period", "average_cost_calculation"
            )
        ]
        choices = _where_they_change(choices or [AverageChoice(date.min, AverageCostPeriod.DAY, by_place=False)])
        if len(choices) == 1 and choices[0].kind == AverageCostPeriod.DAY:
            return cls(choices)
        starts = list(
            AccountingPeriod.objects.order_by("starting_date").values_list("starting_date", "new_fiscal_year")
        )
        return cls(choices, [start for start, _new in starts], [start for start, new_year in starts if new_year])

    def at(self, on: date) -> AverageChoice:
        """Return the choice that holds for a date."""
        if len(self.choices) == 1:
            return self.choices[0]
        year = bisect_right(self.fiscal_year_starts, on)
        decides = self.fiscal_year_starts[year - 1] if year else on
        later = bisect_right(self.choices, decides, key=lambda choice: choice.starting_date)
        return self.choices[max(later - 1, 0)]

    @property
    def by_place(self) -> bool:
        """Whether each place has an average of its own under the latest choice."""
        return self.choices[-1].by_place

    def is_by_place(self, on: date) -> bool:
        """Tell whether each place has an average of its own on a date."""
        return self.at(on).by_place

    @property
    def scope_changes(self) -> list[tuple[date, bool]]:
        """The first days of fiscal years from which averages are taken per place (True), or per item (False)."""
        if len(self.choices) == 1:
            return []
        changes, by_place = [], self.choices[0].by_place
        for first_day in self.fiscal_year_starts:
            if self.is_by_place(first_day) != by_place:
                by_place = not by_place
                changes.append((first_day, by_place))
        return changes

    def end(self, on: date) -> date:
        """Return the last day of the average period of a date."""
        return period_end(
            on, kind=self.at(on).kind, period_starts=self.period_starts, fiscal_year_starts=self.fiscal_year_starts
        )

    def place(self, place: Place, *, average: bool, on: date) -> Place:
        """Return the scope that the cost of a place is adjusted in on a date."""
        return (place[0], None, None) if average and not self.is_by_place(on) else place


def _where_they_change(choices: Sequence[AverageChoice]) -> list[AverageChoice]:
    """Leave out versions that change something else of the setup."""
    kept = [choices[0]]
    for choice in choices[1:]:
        if (choice.kind, choice.by_place) != (kept[-1].kind, kept[-1].by_place):
            kept.append(choice)
    return kept
