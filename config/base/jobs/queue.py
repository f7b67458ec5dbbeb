"""Asking for a job, asking it to stop, asking again."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from celery import current_app
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerError

from config.base import locks
from config.base.errors import DomainError, ErrorCode
from config.base.jobs import registry
from config.base.models import ACTIVE_STATES, Job, JobState

logger = logging.getLogger(__name__)

RUN_TASK = "base.run_job"


def enqueue(
    kind: str,
    *,
    parameters: Mapping[str, Any],
    requested_by: AbstractBaseUser | AnonymousUser | None,
    title: str | Promise,
    key: str | None = None,
) -> Job:
    """Write a job and send it on commit. With a key that a waiting or running job has: return that job instead.

    Parameters are JSON: ids, dates and decimals as strings. Whether the job is new shows in ``requested_by`` and
    ``state``; nobody's parameters but the first one's are used.
    """
    registry.handler_of(kind)
    with transaction.atomic():
        if key:
            # Two users at once: the second waits here and then finds the first one's job.
            locks.lock_key(locks.JOB_KEY_SPACE, key)
            active = Job.objects.filter(key=key, state__in=ACTIVE_STATES).first()
            if active is not None:
                return active
        job = Job.objects.create(
            kind=kind,
            title=str(title),
            key=key or "",
            parameters=dict(parameters),
            requested_by_id=requested_by.pk if requested_by else None,
        )
        transaction.on_commit(partial(send, job.pk))
    return job


def send(job_id: int) -> None:
    """Wake a worker for a queued job. Where the broker is away, the row stays queued and the sweep sends it again."""
    try:
        current_app.send_task(RUN_TASK, kwargs={"job_id": job_id}, retry_policy={"max_retries": 1, "interval_start": 0})
    except BrokerError as error:
        logger.warning("Job %s is queued, but the broker took no message: %s", job_id, error)
    else:
        Job.objects.filter(pk=job_id).update(sent_at=Now())


def cancel(job_id: int) -> Job:
    """Stop a job: at once while it waits, at its next stopping point while it runs. Else nothing changes."""
    waiting = Job.objects.filter(pk=job_id, state=JobState.QUEUED)
    if not waiting.update(state=JobState.CANCELLED, finished_at=Now(), cancel_requested_at=Now()):
        Job.objects.filter(pk=job_id, state=JobState.RUNNING, cancel_requested_at=None).update(
            cancel_requested_at=Now()
        )
    return Job.objects.get(pk=job_id)


def retry(job_id: int) -> Job:
    """Queue a failed or cancelled job again: the same row, a new attempt.

    Raises: DomainError (already_running) when it is active, done, or its key is taken by another job.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",)).get(pk=job_id)
        if job.key:
            locks.lock_key(locks.JOB_KEY_SPACE, job.key)
        taken = job.key and Job.objects.filter(key=job.key, state__in=ACTIVE_STATES).exists()
        if taken or job.state not in (JobState.FAILED, JobState.CANCELLED):
            raise DomainError(
                _("This job runs, waits or is done. It cannot be started again."), code=ErrorCode.ALREADY_RUNNING
            )
        job.state = JobState.QUEUED
        job.finished_at = job.cancel_requested_at = job.heartbeat_at = job.sent_at = None
        job.message = job.error_code = ""
        job.save()
        transaction.on_commit(partial(send, job.pk))
    return job
