"""Cost adjustment: bring the cost of items up to date with what happened to their sources.

Per item: read the change number and the books, compute, then lock and compare the number, and store. If somebody
posted meanwhile it starts again, the third time with the lock first, so a posting never waits for a computation. Each
item commits alone: a lost worker loses nothing, a failing item stops nobody.
Source: design-details-cost-adjustment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from time import perf_counter

from django.db import transaction
from django.db.models import F, Min, Sum
from django.utils import timezone

from config.base import locks
from config.base.amounts import to_e5
from config.base.errors import DomainError
from config.base.models import Company
from config.base.transactions import PostingContext, posting
from costing import adjustment_storing, loading
from costing.adjustment_storing import StoredAdjustment
from costing.average_periods import AveragePeriods
from costing.engine import adjust as engine
from costing.enums import AdjustmentTrigger, RunState
from costing.loading import LoadedItem
from costing.models import AdjustmentRun, AdjustmentRunItem, AvgCostAdjmtEntryPoint, CostingSetup, ItemCostState
from inventory.enums import SettleAt
from inventory.models import Item

logger = logging.getLogger(__name__)

OPTIMISTIC_ATTEMPTS = 2
BATCH_SIZE = 100

Report = Callable[[int, int], None]
Guard = Callable[[], None]


def _always_ours() -> None:
    """The guard of an adjustment that no job stands behind."""


@dataclass(frozen=True, slots=True)
class AdjustmentResult:
    """What a run did; `amount`: net change of inventory value, `failed`: number of items that could not be adjusted."""

    run_id: int
    items: int
    entries: int
    amount: Decimal
    failed: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a whole run."""

    setup: CostingSetup
    periods: AveragePeriods
    precision_e5: int
    run_id: int | None
    user_id: int | None
    guard: Guard

    @classmethod
    def load(
        cls, *, run_id: int | None, user_id: int | None, setup: CostingSetup, guard: Guard = _always_ours
    ) -> Terms:
        precision = Company.objects.values_list("amount_rounding_precision", flat=True).get()
        return cls(setup, AveragePeriods.load(setup), to_e5(precision), run_id, user_id, guard)


def unadjusted_item_ids(*, through: date | None = None) -> list[int]:
    """Return the items whose cost is not adjusted (up to a valuation date), deepest components first."""
    points = AvgCostAdjmtEntryPoint.objects.filter(
        item__item_model_group__settle_at=SettleAt.POSTING, item__cost_state__excluded=False
    )
    found = points.values("item_id", "item__low_level_code").annotate(first=Min("valuation_date"))
    if through is not None:
        found = found.filter(first__lte=through)
    return list(found.order_by("-item__low_level_code", "item_id").values_list("item_id", flat=True))


def start_run(*, item_ids: Sequence[int] | None, through: date | None, job_id: int | None) -> AdjustmentRun:
    """Make the rows of a run: one for each item that is to be adjusted, waiting to be claimed."""
    wanted = unadjusted_item_ids(through=through)
    if item_ids is not None:
        chosen = set(item_ids)
        wanted = [item_id for item_id in wanted if item_id in chosen]
    existing = AdjustmentRun.objects.filter(job_id=job_id).first() if job_id is not None else None
    if existing is not None:
        return existing
    with transaction.atomic():
        run = AdjustmentRun.objects.create(
            job_id=job_id, through=through, state=RunState.RUNNING, created_at=timezone.now()
        )
        levels = dict(Item.objects.filter(pk__in=wanted).values_list("pk", "low_level_code"))
        AdjustmentRunItem.objects.bulk_create(
            AdjustmentRunItem(run=run, item_id=item_id, level=levels[item_id]) for item_id in wanted
        )
    return run


def adjust_cost(
    *,
    item_ids: Sequence[int] | None = None,
    through: date | None = None,
    user_id: int | None = None,
    report: Report | None = None,
    job_id: int | None = None,
    today: date | None = None,
    guard: Guard = _always_ours,
) -> AdjustmentResult:
    """Adjust all unadjusted items (or those given), each in a transaction of its own.

    With a `job_id` a run that a lost worker left is taken up where it stopped: finished items are not done again.
    `report(done, total)` is called between items and may raise to stop the run there; `guard` before each item is
    committed: it raises when the run belongs to another worker by now.
    """
    run = start_run(item_ids=item_ids, through=through, job_id=job_id)
    setup = CostingSetup.at(today or timezone.localdate())
    terms = Terms.load(run_id=run.pk, user_id=user_id, setup=setup, guard=guard)
    waiting = list(
        run.items.filter(state=RunState.WAITING).order_by("-level", "item_id").values_list("item_id", flat=True)
    )
    total = run.items.count()
    done = total - len(waiting)
    for start in range(0, len(waiting), BATCH_SIZE):
        batch = waiting[start : start + BATCH_SIZE]
        loaded = {
            each.item_id: each
            for each in loading.load_items(batch, periods=terms.periods, precision_e5=terms.precision_e5)
        }
        for item_id in batch:
            if report:
                report(done, total)
            _adjust_logged(loaded[item_id], terms)
            done += 1
    if report:
        report(done, total)
    return _finish(run)


def _finish(run: AdjustmentRun) -> AdjustmentResult:
    AdjustmentRun.objects.filter(pk=run.pk).update(state=RunState.DONE, finished_at=timezone.now())
    sums = run.items.aggregate(entries=Sum("entries_made"), amount=Sum("amount"))
    return AdjustmentResult(
        run_id=run.pk,
        items=run.items.filter(state=RunState.DONE).count(),
        entries=sums["entries"] or 0,
        amount=sums["amount"] or Decimal(0),
        failed=run.items.filter(state=RunState.FAILED).count(),
    )


def _adjust_logged(loaded: LoadedItem, terms: Terms) -> None:
    """Adjust one item and write its line of the run's log; a refusal is logged with its reason."""
    started = perf_counter()
    try:
        _adjust_item(loaded, terms)
    except DomainError as error:
        AdjustmentRunItem.objects.filter(run_id=terms.run_id, item_id=loaded.item_id).update(
            state=RunState.FAILED, failure=str(error), seconds=perf_counter() - started
        )
        logger.warning("Cost of item %s could not be adjusted: %s", loaded.item_id, error)
    else:
        AdjustmentRunItem.objects.filter(run_id=terms.run_id, item_id=loaded.item_id).update(
            seconds=perf_counter() - started
        )


def _adjust_item(loaded: LoadedItem, terms: Terms) -> None:
    """Compute without the lock and store with it, while nobody posted in between; the last time lock first."""
    for attempt in range(OPTIMISTIC_ATTEMPTS):
        if attempt:
            loaded = _load_one(loaded.item_id, terms)
        planned = _compute(loaded, terms)
        with posting() as context:
            locks.lock_items([loaded.item_id])
            if _change_no(loaded.item_id) == loaded.change_no:
                _store(loaded, planned, terms, context)
                return
    with posting() as context:
        locks.lock_items([loaded.item_id])
        loaded = _load_one(loaded.item_id, terms)
        _store(loaded, _compute(loaded, terms), terms, context)


def _load_one(item_id: int, terms: Terms) -> LoadedItem:
    return loading.load_items([item_id], periods=terms.periods, precision_e5=terms.precision_e5)[0]


def _compute(loaded: LoadedItem, terms: Terms) -> engine.Adjustment:
    return engine.adjust(loaded.books, is_average=loaded.is_average, period_of=terms.periods.end)


def _change_no(item_id: int) -> int:
    return ItemCostState.objects.filter(item_id=item_id).values_list("change_no", flat=True).first() or 0


def _store(loaded: LoadedItem, planned: engine.Adjustment, terms: Terms, context: PostingContext) -> StoredAdjustment:
    stored = adjustment_storing.store(
        loaded, planned, setup=terms.setup, run_id=terms.run_id, user_id=terms.user_id, context=context
    )
    terms.guard()
    if terms.run_id is not None:
        # In the item's own transaction: an item is done exactly when its entries are there.
        AdjustmentRunItem.objects.filter(run_id=terms.run_id, item_id=loaded.item_id).update(
            state=RunState.DONE,
            entries_read=loaded.entries_read,
            entries_made=F("entries_made") + len(stored.value_entry_ids),
            amount=F("amount") + stored.amount,
        )
    return stored


def adjust_after_posting(
    item_ids: set[int], *, setup: CostingSetup, context: PostingContext, user_id: int | None
) -> None:
    """Adjust the items of a posting as part of it, where automatic cost adjustment says so. The items are locked."""
    if setup.automatic_cost_adjustment == AdjustmentTrigger.NEVER:
        return
    terms = Terms.load(run_id=None, user_id=user_id, setup=setup)
    unadjusted = set(unadjusted_item_ids()) & item_ids
    for item_id in sorted(unadjusted):
        loaded = _load_one(item_id, terms)
        _store(loaded, _compute(loaded, terms), terms, context)
