"""The run of posting to G/L: batch after batch, each a transaction of its own, with what was skipped and why.

A batch takes waiting entries that nobody else has taken; what cannot be posted stays in the queue. Posting per posting
group is one batch, so that there is one line for each group.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from costing.post_to_gl import batches, blocked_setup
from costing.post_to_gl.batches import BatchResult, Manner
from costing.post_to_gl.notes import DimensionNote
from inventory.models import Item
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
    retry_of: int | None = None

    def waiting(self) -> QuerySet[ValueEntryToPost]:
        found = ValueEntryToPost.objects.all()
        if self.through is not None:
            found = found.filter(posting_date__lte=self.through)
        if self.item_ids is not None:
            found = found.filter(item_id__in=self.item_ids)
        if self.retry_of is not None:
            skipped = SkippedEntry.objects.filter(run_id=self.retry_of)
            found = found.filter(pk__in=skipped.values("value_entry_id"))
        return found


def post_inventory_cost(
    *,
    through: date | None,
    item_ids: Sequence[int] | None = None,
    per_posting_group: bool = False,
    document_no: str = "",
    post: bool = True,
    is_test: bool = False,
    retry_of: int | None = None,
    user_id: int | None = None,
    report: Report | None = None,
    job_id: int | None = None,
    today: date | None = None,
    guard: Guard = _always_ours,
) -> PostToGLResult:
    """Post waiting value entries dated up to `through`; what cannot be posted is skipped and listed.

    Per entry: a pair of G/L entries each, under the entry's own document number. Per posting group: one pair for each
    date, pair of accounts, location, posting groups, dimension set and sign, under the document number given.

    With `post` off the same is done and nothing is kept but the run's own report; `is_test` does not post either, and
    lists every error of every entry. `retry_of`: only what that run skipped and still waits. With a `job_id` a run that
    a lost worker left goes on: what it posted no longer waits. `report` is called between batches and may raise to
    stop; `guard` before each batch is committed: it raises when the run belongs to another worker by now.
    Raises: DomainError when a document number is given for posting per entry, or missing for posting per group; code
    missing_posting_setup when entries of a blocked general posting setup would be posted. Then nothing is posted.
    """
    check_request(per_posting_group=per_posting_group, document_no=document_no)
    wanted = Wanted(through, item_ids, retry_of)
    post = post and not is_test
    if post:
        blocked_setup.check(wanted.waiting())
    setup = CostingSetup.at(today or timezone.localdate())
    manner = Manner(setup.expected_cost_posting, per_posting_group, document_no, every_error=is_test)
    run = _start_run(
        job_id,
        through=through,
        post=post,
        is_test=is_test,
        retry_of_id=retry_of,
        item_nos=_numbers(item_ids),
        per_posting_group=per_posting_group,
        document_no=document_no,
        user_id=user_id,
    )
    _work(run, wanted, manner, report=report, guard=guard)
    PostToGLRun.objects.filter(pk=run.pk).update(state=RunState.DONE)
    run.refresh_from_db()
    return PostToGLResult(run.pk, run.posted_count, run.posted_amount, run.skipped_count)


def check_request(*, per_posting_group: bool, document_no: str) -> None:
    """Refuse a document number that is missing or not wanted."""
    if per_posting_group and not document_no:
        raise DomainError(
            _("Posting per posting group needs a document number. Enter one."), code=ErrorCode.INVALID_INPUT
        )
    if document_no and not per_posting_group:
        raise DomainError(
            _("Posting per entry uses the numbers of the entries. Leave the document number blank."),
            code=ErrorCode.INVALID_INPUT,
        )


def _work(run: PostToGLRun, wanted: Wanted, manner: Manner, *, report: Report | None, guard: Guard) -> None:
    total, done, last = wanted.waiting().count(), 0, 0
    while True:
        if report:
            report(done, total)
        count, reached = _post_batch(run, wanted, manner, after=last, guard=guard)
        if reached is None:
            return
        done, last = done + count, reached


def _numbers(item_ids: Sequence[int] | None) -> str:
    if item_ids is None:
        return ""
    return ", ".join(Item.objects.filter(pk__in=item_ids).order_by("no").values_list("no", flat=True))


def _start_run(job_id: int | None, **fields: Any) -> PostToGLRun:
    begun = PostToGLRun.objects.filter(job_id=job_id).first() if job_id is not None else None
    if begun is None:
        return PostToGLRun.objects.create(job_id=job_id, state=RunState.RUNNING, created_at=timezone.now(), **fields)
    # Skipped entries still wait: they are looked at again, and listed again where nothing changed. A report that was
    # broken off posted nothing: it begins anew.
    begun.skipped.all().delete()
    anew = {} if begun.post else {"posted_count": 0, "posted_amount": 0, "account_totals": {}, "dimension_notes": {}}
    PostToGLRun.objects.filter(pk=begun.pk).update(skipped_count=0, state=RunState.RUNNING, **anew)
    return begun


def _post_batch(
    run: PostToGLRun, wanted: Wanted, manner: Manner, *, after: int, guard: Guard
) -> tuple[int, int | None]:
    """Post the next entries in number order; return how many were taken, and the last number; None at the end."""
    with posting(preview=not run.post) as context:
        waiting = wanted.waiting().filter(pk__gt=after).order_by("pk")
        locked = waiting.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
        count, last = batches.take(locked if manner.per_posting_group else locked[:BATCH_SIZE])
        if last is None:
            return 0, None
        register_id = run.gl_register_id or _new_register(run, context.created_at)
        result = batches.post(manner, register_id=register_id, context=context)
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
    return count, last


def _new_register(run: PostToGLRun, created_at: Any) -> int:
    row = {"source_code": SourceCode.INVENTORY_POSTING.value, "user_id": run.user_id, "created_at": created_at}
    return bulk.insert(GLRegister, [row])[0]


def _log(run: PostToGLRun, result: BatchResult) -> None:
    SkippedEntry.objects.bulk_create(
        SkippedEntry(
            run=run,
            value_entry_id=skip.value_entry_id,
            code=skip.code,
            reason=skip.reason[:300],
            cure=skip.cure[:100],
        )
        for skip in result.skipped
    )
    kept = PostToGLRun.objects.get(pk=run.pk)
    PostToGLRun.objects.filter(pk=run.pk).update(
        posted_count=F("posted_count") + result.posted,
        posted_amount=F("posted_amount") + result.amount,
        skipped_count=F("skipped_count") + len({skip.value_entry_id for skip in result.skipped}),
        account_totals=_added_totals(kept.account_totals, result.totals),
        dimension_notes=_added_notes(kept.dimension_notes, result.notes),
    )


def _added_totals(totals: dict[str, str], more: Mapping[str, Decimal]) -> dict[str, str]:
    return totals | {no: str(Decimal(totals.get(no, "0")) + amount) for no, amount in more.items()}


def _added_notes(notes: dict[str, Any], more: Sequence[DimensionNote]) -> dict[str, Any]:
    added = dict(notes)
    for note in more:
        before = added.get(note.values, {"count": 0})["count"]
        added[note.values] = {"reason": note.reason, "count": before + note.count}
    return added
