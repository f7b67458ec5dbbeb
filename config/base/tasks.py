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


@jobs.handler("export")
def export(job: jobs.RunningJob) -> None:
    """Make a long file. Parameters: the `path` and `query` of the list, the `host` it was asked at, `name` of the file.

    The address is asked again as the user who wants it: the same rows, columns and rights as on the page.
    """
    from config.base.views import export_files  # pages stand above jobs

    export_files.make(job)
