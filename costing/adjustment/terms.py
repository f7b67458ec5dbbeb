"""What holds for a whole run of cost adjustment, and for each worker of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from config.base.amounts import to_e5
from config.base.models import Company
from costing.average_periods import AveragePeriods
from costing.models import CostingSetup

Guard = Callable[[], None]


def always_ours() -> None:
    """The guard of an adjustment that no job stands behind."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Who claims items. `token` names this process and attempt and no other, ever; `job_id` the job that runs it.

    `guard` is called as the last step of each transaction, and raises when the job belongs to somebody else by now.
    """

    token: str
    job_id: int | None = None
    attempt: int = 0
    guard: Guard = always_ours


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a whole run. Without a run (`run_id` None) it is part of a posting."""

    setup: CostingSetup
    periods: AveragePeriods
    precision_e5: int
    run_id: int | None
    user_id: int | None
    through: date | None = None
    preview: bool = False

    @classmethod
    def load(
        cls,
        *,
        setup: CostingSetup,
        run_id: int | None,
        user_id: int | None,
        through: date | None = None,
        preview: bool = False,
    ) -> Terms:
        precision = Company.objects.values_list("amount_rounding_precision", flat=True).get()
        return cls(setup, AveragePeriods.load(), to_e5(precision), run_id, user_id, through, preview)
