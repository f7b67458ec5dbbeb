"""Running a job: claim, beat, report, and one outcome."""

import json
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.jobs import notices
from config.base.jobs.side import Heartbeat, SideConnection
from config.base.locks import lock_timeout_as_busy, require_transaction
from config.base.models import JobLog, JobState

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0

_CLAIM = """
UPDATE base_job SET state = 'running', attempt = attempt + 1, worker = %s, started_at = clock_timestamp(),
    heartbeat_at = clock_timestamp(), done = 0, total = 0, message = '', error_code = '', warnings = 0
WHERE id = %s AND state = 'queued' RETURNING attempt, kind, parameters::text, requested_by_id,
    (SELECT language FROM base_userpreference WHERE user_id = requested_by_id)
"""
_MINE = " WHERE id = %s AND attempt = %s AND state = 'running'"
_BEAT = "UPDATE base_job SET heartbeat_at = clock_timestamp()" + _MINE + " RETURNING id"
_REPORT = (
    "UPDATE base_job SET heartbeat_at = clock_timestamp(), done = %s, total = %s,"
    " message = CASE WHEN %s = '' THEN message ELSE %s END" + _MINE + " RETURNING id"
)
_LOG = (
    "INSERT INTO base_joblog (job_id, attempt, level, message, url, created_at)"
    " VALUES (%s, %s, %s, %s, %s, clock_timestamp())"
)
_WARN = "UPDATE base_job SET warnings = warnings + 1" + _MINE
_IS_CANCELLED = "SELECT cancel_requested_at IS NOT NULL FROM base_job" + _MINE
_FINISH = (
    "UPDATE base_job SET state = %s, finished_at = clock_timestamp(), error_code = %s, result = %s,"
    " message = CASE WHEN %s = '' THEN message ELSE %s END" + _MINE + " RETURNING title, warnings"
)
_NOTIFY = (
    "INSERT INTO base_notification (user_id, level, text, url, model_label, record_no, created_at)"
    " VALUES (%s, %s, %s, %s, 'base.job', %s, clock_timestamp())"
)


class NotClaimed(Exception):
    """The job is not waiting: delivered twice, cancelled, or claimed by another worker. Nothing to do."""


class AttemptLost(Exception):
    """The sweep gave the job to another worker, or it was ended: this one must write nothing any more."""


class JobCancelled(Exception):
    """Somebody asked the job to stop, and this is a point where it can."""


class RunningJob:
    """What a handler sees of its job. Reports and log lines are visible at once, also from an open transaction."""

    def __init__(self, job_id: int, side: SideConnection) -> None:
        rows = side.execute(_CLAIM, [f"{socket.gethostname()}:{os.getpid()}", job_id])
        if not rows:
            raise NotClaimed(f"Job {job_id} is not waiting")
        self.id = job_id
        self.attempt, self.kind, parameters, self.requested_by_id, language = rows[0]
        self.language: str = language or settings.LANGUAGE_CODE
        self.parameters: dict[str, Any] = json.loads(parameters)
        self.result: dict[str, Any] = {}
        # What the bell says beside the outcome, and where it leads; blank for the page of the job.
        self.notice = ""
        self.notice_url = ""
        self._side = side
        self._mine = [job_id, self.attempt]

    def report(self, done: int, total: int, message: str | Promise = "") -> None:
        """Show progress. Blank keeps the last message. Raises: AttemptLost."""
        text = str(message)
        if not self._side.execute(_REPORT, [done, total, text, text, *self._mine]):
            raise AttemptLost(f"Job {self.id}, attempt {self.attempt}")

    def log(self, level: str, message: str | Promise, *, url: str = "") -> None:
        """Write a line to the job's log. A warning makes it "done with warnings"."""
        self._side.execute(_LOG, [self.id, self.attempt, level, str(message), url])
        if level == JobLog.Level.WARNING:
            self._side.execute(_WARN, self._mine)

    def check_cancelled(self) -> None:
        """Stop here if somebody asked for it: between two units of work, nothing half done. Raises: JobCancelled."""
        rows = self._side.execute(_IS_CANCELLED, self._mine)
        if not rows:
            raise AttemptLost(f"Job {self.id}, attempt {self.attempt}")
        if rows[0][0]:
            raise JobCancelled(f"Job {self.id}")

    def check_attempt(self) -> None:
        """Make sure, inside the work's transaction and as its last step, that the job is still ours until the commit.

        The lock lets heartbeats and progress through, but neither the sweep nor a new claim. Raises: AttemptLost.
        """
        require_transaction()
        with connection.cursor() as cursor, lock_timeout_as_busy():
            cursor.execute("SELECT 1 FROM base_job" + _MINE + " FOR KEY SHARE", self._mine)
            if cursor.fetchone() is None:
                raise AttemptLost(f"Job {self.id}, attempt {self.attempt}")

    def beat(self) -> bool:
        """Say that the worker lives; False when the attempt is no longer ours."""
        return bool(self._side.execute(_BEAT, self._mine))

    def finish(self, state: JobState, *, code: str = "", message: str = "") -> None:
        """Record the outcome and ring the bell, unless the attempt is no longer ours."""
        result = DjangoJSONEncoder().encode(self.result)
        rows = self._side.execute(_FINISH, [state.value, code, result, message, message, *self._mine])
        if not rows:
            logger.warning("Job %s attempt %s ended as %s, but is no longer ours", self.id, self.attempt, state)
        elif self.requested_by_id is not None:
            title, warnings = rows[0]
            text = notices.text(title, state, warnings, self.language, self.notice)
            url = self.notice_url or notices.url(self.id)
            notice = [self.requested_by_id, notices.level(state, warnings), text, url, str(self.id)]
            self._side.execute(_NOTIFY, notice)


@contextmanager
def running(job_id: int) -> Iterator[RunningJob]:
    """Claim a job, beat while the body runs, and record its outcome.

    The body speaks the language of whoever asked. A DomainError in it is an outcome (failed, with its code and
    message) and ends here; a stop asked for makes it cancelled; a lost attempt is only logged, for the row belongs to
    somebody else. Any other exception is a crash: failed, logged with its traceback, raised on. Not for use inside a
    transaction.

    Raises: NotClaimed when the job is not waiting.
    """
    side = SideConnection()
    try:
        job = RunningJob(job_id, side)
        heartbeat = Heartbeat(job.beat, every=float(getattr(settings, "JOB_HEARTBEAT_SECONDS", HEARTBEAT_SECONDS)))
        heartbeat.start()
        try:
            with translation.override(job.language), _outcome(job):
                yield job
        finally:
            heartbeat.stop()
    finally:
        side.close()


@contextmanager
def _outcome(job: RunningJob) -> Iterator[None]:
    try:
        yield
    except JobCancelled:
        job.finish(JobState.CANCELLED)
    except AttemptLost:
        logger.warning("Job %s attempt %s was taken over; this worker stops", job.id, job.attempt)
    except DomainError as error:
        for line in error.messages:
            job.log(JobLog.Level.ERROR, line)
        job.finish(JobState.FAILED, code=str(error.code), message=str(error))
    except Exception:
        logger.exception("Job %s (%s) attempt %s crashed", job.id, job.kind, job.attempt)
        text = _("The job stopped because of an error in the program. The administrator finds the details in the log.")
        job.log(JobLog.Level.ERROR, text)
        job.finish(JobState.FAILED, code=ErrorCode.INTERNAL_ERROR.value, message=text)
        raise
    else:
        job.finish(JobState.DONE)
