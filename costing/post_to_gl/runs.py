"""The run of posting to G/L: batch after batch, each a transaction of its own, with what was skipped and why.

A batch takes waiting entries that nobody else has taken; what cannot be posted stays in the queue. Posting per posting
group is one batch, so that there is one line for each group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base import bulk
from config.base.errors import DomainError, ErrorCode
from config.base.transactions import posting
from costing.enums import RunState
from costing.models import CostingSetup, PostToGLRun, SkippedEntry, ValueEntryToPost
from costing.post_to_gl import batches
from costing.post_to_gl.batches import BatchResult, Manner
from ledger.enums import SourceCode
from ledger.models import GLRegister

BATCH_SIZE = 20_000

Report = Callable[[int, int], None]
Guard = Callable[[], None]


def _always_ours() -> None:
    """The guard of a run that no job stands behind."""


@dataclass(frozen=True, slots=True)
class PostToGLResult:
    """What a run did: counts of value entries, and the sum of the amounts posted (inbound positive)."""

    run_id: int
    posted: int
    amount: Decimal
    skipped: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which waiting entries a run takes."""

    through: date | None
    item_ids: Sequence[int] | None

    def waiting(self) -> QuerySet[ValueEntryToPost]:
        found = ValueEntryToPost.objects.all()
        if self.through is not None:
            found = found.filter(posting_date__lte=self.through)
        if self.item_ids is not None:
            found = found.filter(item_id__in=self.item_ids)
        return found


def post_inventory_cost(
    *,
    through: date | None,
    item_ids: Sequence[int] | None = None,
    per_posting_group: bool = False,
    document_no: str = "",
    post: bool = True,
    user_id: int | None = None,
    report: Report | None = None,
    job_id: int | None = None,
    today: date | None = None,
    guard: Guard = _always_ours,
) -> PostToGLResult:
    """Post waiting value entries dated up to `through`; what cannot be posted is skipped and listed.

    Per entry: a pair of G/L entries each, under the entry's own document number. Per posting group: one pair for each
    date, pair of accounts, location, posting groups, dimension set and sign, under the document number given.

    With `post` off the same is done and nothing is kept but the run's own report. With a `job_id` a run that a lost
    worker left goes on: what it posted no longer waits. `report` is called between batches and may raise to stop;
    `guard` before each batch is committed: it raises when the run belongs to another worker by now.
    Raises: DomainError when a document number is given for posting per entry, or missing for posting per group.
    """
    _check_request(per_posting_group=per_posting_group, document_no=document_no)
    setup = CostingSetup.at(today or timezone.localdate())
    manner = Manner(setup.expected_cost_posting, per_posting_group, document_no)
    fields = {"through": through, "post": post, "user_id": user_id}
    run = _start_run(job_id, per_posting_group=per_posting_group, document_no=document_no, **fields)
    wanted = Wanted(through, item_ids)
    total, done, last_key = wanted.waiting().count(), 0, 0
    while True:
        if report:
            report(done, total)
        keys = _post_batch(run, wanted, manner, after=last_key, guard=guard)
        if not keys:
            break
        done, last_key = done + len(keys), keys[-1]
    PostToGLRun.objects.filter(pk=run.pk).update(state=RunState.DONE)
    run.refresh_from_db()
    return PostToGLResult(run.pk, run.posted_count, run.posted_amount, run.skipped_count)


def _start_run(job_id: int | None, **fields: Any) -> PostToGLRun:
    begun = PostToGLRun.objects.filter(job_id=job_id).first() if job_id is not None else None
    if begun is not None:
        # Skipped entries still wait: they are looked at again, and listed again where nothing changed.
        begun.skipped.all().delete()
        PostToGLRun.objects.filter(pk=begun.pk).update(skipped_count=0, state=RunState.RUNNING)
        return begun
    return PostToGLRun.objects.create(job_id=job_id, state=RunState.RUNNING, created_at=timezone.now(), **fields)


def _check_request(*, per_posting_group: bool, document_no: str) -> None:
    if per_posting_group and not document_no:
        raise DomainError(
            _("Posting per posting group needs a document number. Enter one."), code=ErrorCode.INVALID_INPUT
        )
    if document_no and not per_posting_group:
        raise DomainError(
            _("Posting per entry uses the numbers of the entries. Leave the document number blank."),
            code=ErrorCode.INVALID_INPUT,
        )


def _post_batch(run: PostToGLRun, wanted: Wanted, manner: Manner, *, after: int, guard: Guard) -> list[int]:
    """Post the next entries in number order; return the keys that were taken."""
    with posting(preview=not run.post) as context:
        waiting = wanted.waiting().filter(pk__gt=after).order_by("pk")
        locked = waiting.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
        keys = list(locked if manner.per_posting_group else locked[:BATCH_SIZE])
        if not keys:
            return []
        register_id = run.gl_register_id or _new_register(run, context.created_at)
        result = batches.post(keys, manner, register_id=register_id, context=context)
        if run.post and result.posted and run.gl_register_id is None:
            # The batches of a run share the register of the first one that posts.
            run.gl_register_id = register_id
            run.save(update_fields=["gl_register"])
        guard()
        if run.post:
            _log(run, result)
    if not run.post:
        # What was rolled back leaves its report.
        _log(run, result)
    return keys


def _new_register(run: PostToGLRun, created_at: Any) -> int:
    row = {"source_code": SourceCode.INVENTORY_POSTING.value, "user_id": run.user_id, "created_at": created_at}
    return bulk.insert(GLRegister, [row])[0]


def _log(run: PostToGLRun, result: BatchResult) -> None:
    SkippedEntry.objects.bulk_create(
        SkippedEntry(run=run, value_entry_id=skip.value_entry_id, code=skip.code, reason=skip.reason[:300])
        for skip in result.skipped
    )
    PostToGLRun.objects.filter(pk=run.pk).update(
        posted_count=F("posted_count") + result.posted,
        posted_amount=F("posted_amount") + result.amount,
        skipped_count=F("skipped_count") + len(result.skipped),
    )
