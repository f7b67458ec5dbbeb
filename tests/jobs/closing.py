"""A worker of a close in a process of its own, that is killed, or loses its database, at a statement told beforehand.

Which statement is counted, not timed: the same number ends the same close at the same place.
"""

import multiprocessing
import os
import signal

from django.db import connection, connections

from config.base import jobs
from config.base.models import Job
from config.base.tasks import run_job


class Counter:
    """Counts the statements of the work's own connection, and does something at one of them."""

    def __init__(self, at=0, then=None, *, before=True):
        self.count, self.at, self.then, self.before = 0, at, then, before

    def __call__(self, execute, sql, parameters, many, context):
        self.count += 1
        is_it = self.count == self.at
        if is_it and self.before:
            self.then()
        found = execute(sql, parameters, many, context)
        if is_it and not self.before:
            self.then()
        return found


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def in_a_process(work):
    """Do work in a forked process with connections of its own; returns its exit code."""
    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(120)
    return process.exitcode


def killed_at(job, statement, *, before=True):
    """Let a worker take the job, and kill it at a statement; returns its exit code."""

    def work():
        with connection.execute_wrapper(Counter(statement, die, before=before)):
            run_job(job_id=job.pk)

    return in_a_process(work)


def lose_heartbeat(job):
    """As after some minutes without a worker: the sweep hands the job on."""
    Job.objects.filter(pk=job.pk, state="running").update(heartbeat_at="2026-01-01T00:00Z")
    return jobs.sweep()
