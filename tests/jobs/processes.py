"""Processes beside the tests."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from urllib.parse import quote

from django.conf import settings
from django.db import connection


def start_worker_process():
    """Start a real Celery worker on the test database, in a process group of its own."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--include", "tests.jobs.handlers"]
    options = ["--concurrency", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    return subprocess.Popen(command + options, env=worker_environment(), start_new_session=True)


def worker_environment():
    """What a process must know to work on the test database."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.CELERY_BROKER_URL,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }


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


def database_url():
    """The test database as an address: the environment of the worker names no other."""
    configured = connection.settings_dict
    parts = {name: configured[name.upper()] for name in ("user", "password", "port")}
    query = "&".join(f"{name}={quote(str(value))}" for name, value in parts.items() if value)
    return f"postgresql:///{configured['NAME']}?host={quote(configured['HOST'])}&{query}"
