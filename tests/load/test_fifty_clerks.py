"""Clerks at work on one server at the same time. Short here; `make load` lets fifty of them work for a minute."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

from tests.house.running import Run
from tests.jobs.processes import database_url
from tests.load import running, tally

pytestmark = [pytest.mark.house, pytest.mark.django_db(transaction=True)]

CLERKS = int(os.environ.get("LOAD_CLERKS") or 8)
SECONDS = float(os.environ.get("LOAD_SECONDS") or 8)


@pytest.fixture
def server(transactional_db):
    """What `make run` starts, on the database of the tests."""
    folder = Path(tempfile.mkdtemp(prefix="lb-", dir="/tmp"))
    folder.chmod(0o755)
    run = Run(folder / "data", DATABASE_URL=database_url(), REDIS_URL=settings.CELERY_BROKER_URL)
    try:
        yield run.wait_ready()
    finally:
        run.end()
        shutil.rmtree(folder, ignore_errors=True)


def test_clerks_lose_nothing_double_nothing_and_hear_clearly_why_not(server):
    load = running.run(server.port, clerks=CLERKS, seconds=SECONDS)

    print(tally.report(load.tally, clerks=CLERKS, seconds=load.seconds))
    assert load.wrong == []
    assert running.wrong_in_log(server.output) == []
    assert load.tally.has_seen_all, "too slow a machine: not everything was posted"
