"""The sweep: what a dead worker or a lost message left behind is queued again. Runs every few seconds, anywhere."""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base.errors import ErrorCode
from config.base.jobs import notices
from config.base.jobs.queue import send
from config.base.jobs.schedules import run_due
from config.base.models import Job, JobLog, JobState, Notification, UserPreference
from config.base.models.jobs import STALLED_AFTER

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
RESEND_AFTER_SECONDS = 60.0

# FOR UPDATE waits for nobody and skips a worker that is just committing a unit (it holds FOR KEY SHARE).
_STALE = """
SELECT id FROM base_job WHERE state = 'running' AND heartbeat_at < clock_timestamp() - make_interval(secs => %s)
ORDER BY id FOR UPDATE SKIP LOCKED
"""
_UNSENT = """
SELECT id FROM base_job WHERE state = 'queued'
    AND coalesce(sent_at, created_at) < clock_timestamp() - make_interval(secs => %s)
ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """Ids of the jobs that were queued again, given up, and sent again."""

    requeued: list[int]
    ended: list[int]
    resent: list[int]


def sweep() -> Swept:
    """Queue running jobs without a heartbeat again, end those that must not run again, re-send forgotten ones.

    Starts the schedules that are due as well. To be called every few seconds; safe at any time and from several
    hosts: the claim lets one worker through, however many messages there are.
    """
    with transaction.atomic():
        requeued, ended = _release_stale()
    resent = _unsent(excluding=requeued)
    for job_id in requeued + resent:
        send(job_id)
    run_due(timezone.now())
    return Swept(requeued=requeued, ended=ended, resent=resent)


def _release_stale() -> tuple[list[int], list[int]]:
    stale_after = float(getattr(settings, "JOB_STALE_SECONDS", STALLED_AFTER.total_seconds()))
    with connection.cursor() as cursor:
        cursor.execute(_STALE, [stale_after])
        ids = [row[0] for row in cursor.fetchall()]
    requeued: list[int] = []
    ended: list[int] = []
    for job in Job.objects.filter(pk__in=ids).order_by("pk"):
        logger.warning("Job %s (%s) attempt %s lost its worker %s", job.pk, job.kind, job.attempt, job.worker)
        (requeued if _release(job) else ended).append(job.pk)
    return requeued, ended


def _release(job: Job) -> bool:
    """Queue the job again, or end it where it was to stop or has lost too many workers. Says whether it is queued."""
    JobLog.objects.create(
        job=job, attempt=job.attempt, level=JobLog.Level.WARNING, message=_("The worker stopped answering.")
    )
    if job.cancel_requested_at:
        _end(job, JobState.CANCELLED, code="", message=job.message)
        return False
    if job.attempt >= int(getattr(settings, "JOB_MAX_ATTEMPTS", MAX_ATTEMPTS)):
        message = _("The job lost its worker %(count)s times and was given up. Look at the log, then retry.")
        _end(job, JobState.FAILED, code=ErrorCode.WORKER_LOST.value, message=message % {"count": job.attempt})
        return False
    job.state = JobState.QUEUED
    job.heartbeat_at = None
    job.sent_at = None
    job.save(update_fields=["state", "heartbeat_at", "sent_at"])
    return True


def _end(job: Job, state: JobState, *, code: str, message: str) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, finished_at=Now(), error_code=code, message=message)
    if job.requested_by_id is not None:
        language = UserPreference.objects.filter(user=job.requested_by_id).values_list("language", flat=True).first()
        Notification.objects.create(
            user_id=job.requested_by_id,
            level=notices.level(state, job.warnings),
            text=notices.text(job.title, state, job.warnings, language or ""),
            url=notices.url(job.pk),
            model_label=job._meta.label_lower,
            record_no=str(job.pk),
        )


def _unsent(*, excluding: list[int]) -> list[int]:
    """Return queued jobs whose message was never taken up."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSENT, [float(getattr(settings, "JOB_RESEND_SECONDS", RESEND_AFTER_SECONDS))])
        return [row[0] for row in cursor.fetchall() if row[0] not in excluding]
