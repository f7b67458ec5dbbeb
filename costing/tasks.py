"""The jobs of costing: read the parameters, make one call, say what came of it. A stop takes hold between units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base import jobs
from config.base.models import JobLog
from costing import adjustment, close_log, closing, post_to_gl
from costing.enums import CloseKind, RunState
from costing.imports import runs as imports
from costing.models import AdjustmentRun, AdjustmentRunItem, CloseLogLine, ImportRun, InventoryClose, PostToGLRun


@jobs.handler("adjust_cost")
def adjust_cost(job: jobs.RunningJob) -> None:
    """Adjust cost. Parameters: `item_ids` (none: all), `through`, `preview`. Taken up again, it goes on.

    The run is shared with further jobs, as many as `ADJUSTMENT_WORKERS` says; it is done when no item is open.
    """
    try:
        result = adjustment.adjust_cost(
            item_ids=job.parameters.get("item_ids"),
            through=_day(job.parameters.get("through")),
            preview=job.parameters.get("preview", False),
            user_id=job.requested_by_id,
            report=_between_units(job),
            job_id=job.id,
            attempt=job.attempt,
            today=timezone.localdate(),
            guard=job.check_attempt,
            workers=settings.ADJUSTMENT_WORKERS,
            on_start=partial(_start_further_workers, job),
        )
    except jobs.JobCancelled:
        AdjustmentRun.objects.filter(job_id=job.id).update(state=RunState.CANCELLED, finished_at=timezone.now())
        raise
    _report_adjustment(job, result)


def _start_further_workers(job: jobs.RunningJob, run_id: int) -> None:
    """Start equal workers beside this job; they have nothing to do where the run has few items."""
    items = AdjustmentRunItem.objects.filter(run_id=run_id, state=RunState.WAITING).count()
    for number in range(2, min(settings.ADJUSTMENT_WORKERS, items) + 1):
        jobs.enqueue(
            "adjust_cost_worker",
            parameters={"run_id": run_id, "user_id": job.requested_by_id},
            requested_by=None,
            title=_("Adjust cost: worker %(number)s of run %(run)s") % {"number": number, "run": run_id},
            key=f"adjust_cost_worker:{run_id}:{number}",
        )


@jobs.handler("adjust_cost_worker")
def adjust_cost_worker(job: jobs.RunningJob) -> None:
    """Take part in a run of cost adjustment. Parameters: `run_id`, `user_id`. Nothing to do once the run is over."""
    run = AdjustmentRun.objects.get(pk=job.parameters["run_id"])
    adjustment.work(
        run,
        adjustment.make_worker(job_id=job.id, attempt=job.attempt, guard=job.check_attempt),
        user_id=job.parameters.get("user_id"),
        today=timezone.localdate(),
        workers=settings.ADJUSTMENT_WORKERS,
        report=_between_units(job),
    )


def _report_adjustment(job: jobs.RunningJob, result: adjustment.AdjustmentResult) -> None:
    url = reverse("costing:run_detail", args=[result.run_id])
    for failed in AdjustmentRunItem.objects.filter(run_id=result.run_id, state=RunState.FAILED).select_related("item"):
        text = _("%(item)s could not be adjusted: %(reason)s") % {"item": failed.item.no, "reason": failed.failure}
        job.log(JobLog.Level.WARNING, text, url=url)
    job.result = {"url": url, "items": result.items, "entries": result.entries, "amount": str(result.amount)}
    text = (
        _("%(items)s items planned, %(entries)s entries would be made.")
        if job.parameters.get("preview", False)
        else _("%(items)s items adjusted, %(entries)s entries made.")
    )
    job.log(JobLog.Level.INFO, text % {"items": result.items, "entries": result.entries}, url=url)


@jobs.handler("post_inventory_cost")
def post_inventory_cost(job: jobs.RunningJob) -> None:
    """Post inventory cost to the general ledger.

    Parameters: `item_ids` (none: all), `through`, `per_posting_group`, `document_no`, `post`, `is_test`, `retry_of`.
    """
    is_test = job.parameters.get("is_test", False)
    posts = job.parameters.get("post", True) and not is_test
    try:
        result = post_to_gl.post_inventory_cost(
            through=_day(job.parameters.get("through")),
            item_ids=job.parameters.get("item_ids"),
            per_posting_group=job.parameters.get("per_posting_group", False),
            document_no=job.parameters.get("document_no", ""),
            post=posts,
            is_test=is_test,
            retry_of=job.parameters.get("retry_of"),
            user_id=job.requested_by_id,
            report=_between_units(job),
            job_id=job.id,
            today=timezone.localdate(),
            guard=job.check_attempt,
        )
    except jobs.JobCancelled:
        PostToGLRun.objects.filter(job_id=job.id).update(state=RunState.CANCELLED)
        raise
    url = reverse("costing:gl_run", args=[result.run_id])
    # A report has nothing posted to show: its figures stand on its own page.
    job.result = {"url": url, "skipped": result.skipped} | ({"posted": result.posted} if posts else {})
    text = (
        _("%(posted)s value entries posted, %(skipped)s skipped.")
        if posts
        else _("%(posted)s value entries would be posted, %(skipped)s skipped.")
    )
    level = JobLog.Level.WARNING if result.skipped else JobLog.Level.INFO
    job.log(level, text % {"posted": result.posted, "skipped": result.skipped}, url=url)


@jobs.handler("close_inventory")
def close_inventory(job: jobs.RunningJob) -> None:
    """Close, rehearse or recalculate. Parameters: `on`, `kind`, `item_ids`, `update_ledger`, `max_iterations`,
    `min_adjustment`, `rehearsal`. Taken up again, it goes on; cancelled, it leaves the books as before.
    """
    given = job.parameters
    options = closing.Options(
        on=date.fromisoformat(given["on"]),
        kind=CloseKind(given.get("kind", CloseKind.CLOSE)),
        item_ids=given.get("item_ids"),
        update_ledger=given.get("update_ledger", True),
        max_iterations=given.get("max_iterations", 100),
        min_adjustment=Decimal(given.get("min_adjustment", "0.01")),
        rehearsal=given.get("rehearsal", False),
    )
    result = closing.close_inventory(
        options, user_id=job.requested_by_id, job_id=job.id, report=_between_units(job), guard=job.check_attempt
    )
    log = reverse("costing:close_log", args=[result.close_id])
    for line in CloseLogLine.objects.filter(close_id=result.close_id).order_by("pk"):
        job.log(JobLog.Level.WARNING, line.message, url=log)
    if result.warnings:
        job.notice, job.notice_url = close_log.summary(result.close_id), log
    job.result = {
        "url": reverse("costing:close_detail", args=[result.close_id]),
        "close": result.close_id,
        "entries": result.entries,
        "amount": str(result.adjusted),
    }
    text = (
        _("%(entries)s entries would be adjusted by %(adjusted)s, %(settlements)s settlements.")
        if options.rehearsal
        else _("%(entries)s entries adjusted by %(adjusted)s, %(settlements)s settlements.")
    )
    job.log(JobLog.Level.INFO, text % (asdict(result) | {"adjusted": f"{result.adjusted:.2f}"}))


@jobs.handler("reverse_close")
def reverse_close(job: jobs.RunningJob) -> None:
    """Reverse the latest close. Parameters: `close`. Delivered twice, it does nothing the second time."""
    close_id = job.parameters["close"]
    job.result = {"url": reverse("costing:close_detail", args=[close_id]), "close": close_id}
    if InventoryClose.objects.filter(pk=close_id, state=RunState.REVERSED).exists():
        return
    closing.reverse_close(close_id=close_id, user_id=job.requested_by_id)
    job.log(JobLog.Level.INFO, _("Inventory close %(no)s is reversed.") % {"no": close_id})


@jobs.handler("import_file")
def import_file(job: jobs.RunningJob) -> None:
    """Import, or rehearse, a long file. Parameters: `run`. All or nothing; stopped, it leaves the books as before."""
    run = ImportRun.objects.select_related("user").get(pk=job.parameters["run"])
    job.result["url"] = job.notice_url = reverse("costing:import_run", args=[run.pk])
    result = imports.carry_out(run, user=run.user, report=_between_units(job), guard=job.check_attempt)
    if result is not None:
        job.result["rows"] = result.rows
        job.report(result.rows, result.rows)


def _between_units(job: jobs.RunningJob) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        job.check_cancelled()
        job.report(done, total)

    return report


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
