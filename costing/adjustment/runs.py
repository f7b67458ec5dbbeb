"""A run of cost adjustment: its items are rows that any number of equal workers claim, compute and store.

    start: a row for each unadjusted item -> workers: claim, load, compute, store, until no row is open -> finish

Each worker needs nothing but the number of the run. One that is lost loses nothing: its items are claimed again.
Source: design-details-cost-adjustment.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum
from django.utils import timezone

from costing.adjustment import claims
from costing.adjustment.batches import Batch
from costing.adjustment.claims import ClaimLost, Progress
from costing.adjustment.terms import Guard, Terms, Worker, always_ours
from costing.enums import RunState
from costing.models import (
    AdjustmentRun,
    AvgCostAdjmtEntryPoint,
    CostingSetup,
    InventoryAdjmtEntryOrder,
)
from inventory.enums import CostingMethod, SettleAt
from inventory.models import Item

BATCH_ITEMS = 2_500
"""How many items a worker claims at most: a large company's are read in few scans of its ledgers, and fit in memory."""

LEAST_ITEMS = 20
"""A fair share of what waits, but no fewer: a batch has costs of its own."""

PAUSE_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 0.005
"""Between two looks whether the next level may start, while others work at this one; each twice the one before."""

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class AdjustmentResult:
    """What a run did; `amount`: net change of inventory value, `failed`: number of items that could not be adjusted."""

    run_id: int
    items: int
    entries: int
    amount: Decimal
    failed: int


def unadjusted_item_ids(*, through: date | None = None) -> list[int]:
    """Return the items whose cost is not adjusted (up to a valuation date), deepest components first.

    Excluded items are left out.
    """
    # EXISTS, not IN: the points of a large company are too many for the database to hash, and it would read all of them
    # for every item.
    points = AvgCostAdjmtEntryPoint.objects.filter(item=OuterRef("pk"))
    if through is not None:
        points = points.filter(valuation_date__lte=through)
    orders = InventoryAdjmtEntryOrder.objects.filter(item=OuterRef("pk"), cost_is_adjusted=False, is_finished=True)
    # A moving average is right when it is posted; what its orders cost may come later.
    moving = Q(item_model_group__costing_method=CostingMethod.MOVING_AVERAGE)
    found = Item.objects.filter((Exists(points) & ~moving) | Exists(orders))
    found = found.filter(Q(item_model_group__settle_at=SettleAt.POSTING) | moving).exclude(cost_state__excluded=True)
    return list(found.order_by("-low_level_code", "pk").values_list("pk", flat=True))


def start_run(
    *, item_ids: Sequence[int] | None, through: date | None, job_id: int | None, preview: bool = False
) -> AdjustmentRun:
    """Make the rows of a run: one for each item that is to be adjusted, waiting to be claimed.

    A job that is taken up again goes on with the run that it has.
    """
    if job_id is not None:
        existing = AdjustmentRun.objects.filter(job_id=job_id).first()
        if existing is not None:
            AdjustmentRun.objects.filter(pk=existing.pk).update(state=RunState.RUNNING, finished_at=None)
            return existing
    wanted = unadjusted_item_ids(through=through)
    if item_ids is not None:
        chosen = set(item_ids)
        wanted = [item_id for item_id in wanted if item_id in chosen]
    with transaction.atomic():
        run = AdjustmentRun.objects.create(
            job_id=job_id,
            through=through,
            preview=preview,
            item_ids=None if item_ids is None else sorted(item_ids),
            state=RunState.RUNNING,
            created_at=timezone.now(),
        )
        claims.open_items(run.pk, wanted)
    return run


def adjust_cost(
    *,
    item_ids: Sequence[int] | None = None,
    through: date | None = None,
    user_id: int | None = None,
    report: Report | None = None,
    job_id: int | None = None,
    attempt: int = 0,
    today: date | None = None,
    guard: Guard = always_ours,
    preview: bool = False,
    workers: int = 1,
    on_start: Callable[[int], None] | None = None,
) -> AdjustmentResult:
    """Adjust all unadjusted items (or those given); or, as a preview, plan it and write nothing else.

    With a `job_id` a run that a lost worker left is taken up where it stopped: finished items are not done again.
    `report(done, total)` is called between batches and may raise to stop the run there; `guard` before each batch is
    committed: it raises when the run belongs to another worker by now. `on_start(run)` starts the further ones, where
    there are to be several `workers`.
    """
    run = start_run(item_ids=item_ids, through=through, job_id=job_id, preview=preview)
    if on_start:
        on_start(run.pk)
    worker = make_worker(job_id=job_id, attempt=attempt, guard=guard)
    today = today or timezone.localdate()
    work(run, worker, user_id=user_id, today=today, workers=workers, report=report)
    return finish(run)


def make_worker(*, job_id: int | None = None, attempt: int = 0, guard: Guard = always_ours) -> Worker:
    """Return a worker with a name that nobody else has."""
    token = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:12]}"
    return Worker(token, job_id, attempt, guard)


def work(
    run: AdjustmentRun,
    worker: Worker,
    *,
    user_id: int | None,
    today: date,
    workers: int = 1,
    report: Report | None = None,
) -> None:
    """Claim, compute and store until no item of the run is open; wait while others finish a level.

    `workers`: how many share the run, for a fair share of what waits.
    """
    terms = Terms.load(
        setup=CostingSetup.at(today), run_id=run.pk, user_id=user_id, through=run.through, preview=run.preview
    )
    pause = FIRST_PAUSE_SECONDS
    while True:
        progress = claims.progress(run.pk)
        if report:
            report(progress.done, progress.total)
        if progress.is_finished:
            return
        claimed = claims.claim(run.pk, worker, limit=_limit(progress, workers))
        if not claimed:
            time.sleep(pause)
            pause = min(2 * pause, PAUSE_SECONDS)
            continue
        pause = FIRST_PAUSE_SECONDS
        try:
            Batch(claimed, terms, worker).adjust()
        except ClaimLost:
            # Somebody took this worker for lost and has done, or is doing, these items; the rest goes on.
            continue


def _limit(progress: Progress, workers: int) -> int:
    """Share what waits among the workers. The last ones are small, so that nobody waits long for anybody."""
    if workers <= 1:
        return BATCH_ITEMS
    return min(BATCH_ITEMS, max(LEAST_ITEMS, progress.waiting // workers))


def finish(run: AdjustmentRun) -> AdjustmentResult:
    """Close a run that has no open item, and say what it did."""
    AdjustmentRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
        state=RunState.DONE, finished_at=timezone.now()
    )
    sums = run.items.aggregate(entries=Sum("entries_made"), amount=Sum("amount"))
    return AdjustmentResult(
        run_id=run.pk,
        items=run.items.filter(state=RunState.DONE).count(),
        entries=sums["entries"] or 0,
        amount=sums["amount"] or Decimal(0),
        failed=run.items.filter(state=RunState.FAILED).count(),
    )
