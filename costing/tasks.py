"""The jobs of costing: read the parameters, make one call, say what came of it. A stop takes hold between units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base import jobs
from config.base.models import JobLog
from costing import adjustment, post_to_gl
from costing.enums import RunState
from costing.models import AdjustmentRun, AdjustmentRunItem, PostToGLRun


@jobs.handler("adjust_cost")
def adjust_cost(job: jobs.RunningJob) -> None:
    """Adjust cost. Parameters: `item_ids` (none: all), `through`. Taken up again, it goes on where it stopped."""
    try:
        result = adjustment.adjust_cost(
            item_ids=job.parameters.get("item_ids"),
            through=_day(job.parameters.get("through")),
            user_id=job.requested_by_id,
            report=_between_units(job),
            job_id=job.id,
            attempt=job.attempt,
            today=timezone.localdate(),
            guard=job.check_attempt,
        )
    except jobs.JobCancelled:
        AdjustmentRun.objects.filter(job_id=job.id).update(state=RunState.CANCELLED, finished_at=timezone.now())
        raise
    url = reverse("costing:run_detail", args=[result.run_id])
    for failed in AdjustmentRunItem.objects.filter(run_id=result.run_id, state=RunState.FAILED).select_related("item"):
        text = _("%(item)s could not be adjusted: %(reason)s") % {"item": failed.item.no, "reason": failed.failure}
        job.log(JobLog.Level.WARNING, text, url=url)
    job.result = {"url": url, "items": result.items, "entries": result.entries, "amount": str(result.amount)}
    text = _("%(items)s items adjusted, %(entries)s entries made.")
    job.log(JobLog.Level.INFO, text % {"items": result.items, "entries": result.entries}, url=url)


@jobs.handler("post_inventory_cost")
def post_inventory_cost(job: jobs.RunningJob) -> None:
    """Post inventory cost to the general ledger. Parameters: `item_ids` (none: all), `through`, `post`."""
    try:
        result = post_to_gl.post_inventory_cost(
            through=_day(job.parameters.get("through")),
            item_ids=job.parameters.get("item_ids"),
            post=job.parameters.get("post", True),
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
    posts = job.parameters.get("post", True)
    # A report has nothing posted to show: its figures stand on its own page.
    job.result = {"url": url, "skipped": result.skipped} | ({"posted": result.posted} if posts else {})
    text = (
        _("%(posted)s value entries posted, %(skipped)s skipped.")
        if posts
        else _("%(posted)s value entries would be posted, %(skipped)s skipped.")
    )
    level = JobLog.Level.WARNING if result.skipped else JobLog.Level.INFO
    job.log(level, text % {"posted": result.posted, "skipped": result.skipped}, url=url)


def _between_units(job: jobs.RunningJob) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        job.check_cancelled()
        job.report(done, total)

    return report


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
