"""A worker of a close in a process of its own, that is killed, or loses its database, at a statement told beforehand.

Which statement is counted, not timed: the same number ends the same close at the same place.
"""

import os
import signal
import subprocess
import sys

from config.base import jobs
from config.base.models import Job
from tests.jobs.processes import worker_environment


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


def killed_at(job, statement, *, before=True):
    """Let a process of its own take the job, and kill it at a statement; returns its exit code."""
    arguments = [str(job.pk), str(statement), "before" if before else "after"]
    command = [sys.executable, "-m", "tests.jobs.dying", *arguments]
    return subprocess.run(command, env=worker_environment(), timeout=120, check=False).returncode


def lose_heartbeat(job):
    """As after some minutes without a worker: the sweep hands the job on."""
    Job.objects.filter(pk=job.pk, state="running").update(heartbeat_at="2026-01-01T00:00Z")
    return jobs.sweep()
