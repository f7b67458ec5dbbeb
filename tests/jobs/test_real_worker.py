import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings

from config.base import jobs
from config.base.models import Job
from tests.jobs.processes import database_url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start_worker():
    """Start real Celery workers; they are killed at the end."""
    workers = []

    def start():
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--include", "tests.jobs.handlers"]
        options = ["--concurrency", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.CELERY_BROKER_URL,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
        }
        workers.append(subprocess.Popen(command + options, env=environment, start_new_session=True))
        return workers[-1]

    yield start
    for worker in workers:
        kill(worker)


def kill(worker):
    """Kill a worker with its children, as a lost host is lost."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)


def wait_for(job, *states, seconds=60):
    for _attempt in range(seconds * 20):
        job.refresh_from_db()
        if job.state in states:
            return job
        time.sleep(0.05)
    raise AssertionError(f"The job is still {job.state}")


class TestRealWorker:
    def test_runs_a_job_once_though_it_is_sent_twice(self, start_worker):
        start_worker()
        job = jobs.enqueue("test.work", parameters={}, requested_by=None, title="Work")
        jobs.send(job.pk)

        assert wait_for(job, "done").attempt == 1
        last = jobs.enqueue("test.work", parameters={}, requested_by=None, title="Behind both messages")
        wait_for(last, "done")
        job.refresh_from_db()
        assert (job.state, job.attempt) == ("done", 1)

    def test_a_killed_worker_is_succeeded_by_another(self, start_worker):
        worker = start_worker()
        job = jobs.enqueue("test.sleep", parameters={"seconds": 600}, requested_by=None, title="Sleep")
        wait_for(job, "running")
        kill(worker)

        Job.objects.filter(pk=job.pk).update(parameters={"seconds": 0}, heartbeat_at="2026-01-01T00:00Z")
        start_worker()
        assert jobs.sweep().requeued == [job.pk]

        assert wait_for(job, "done").attempt == 2
