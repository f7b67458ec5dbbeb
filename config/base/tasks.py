"""Celery's entry points to jobs: load and delegate."""

import logging
from typing import Any

from celery import shared_task

from config.base import jobs

logger = logging.getLogger(__name__)


@shared_task(name="base.run_job")  # type: ignore[untyped-decorator] # Celery has no types
def run_job(*, job_id: int, **_newer_arguments: Any) -> None:
    """Run a queued job. Delivered twice, it does nothing the second time."""
    try:
        with jobs.running(job_id) as job:
            jobs.handler_of(job.kind)(job)
    except jobs.NotClaimed as reason:
        logger.info("%s", reason)
