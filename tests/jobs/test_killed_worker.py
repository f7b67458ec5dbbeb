import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from config.base import jobs
from config.base.models import Job, ReasonCode
from config.base.tasks import run_job
from tests.jobs import handlers
from tests.jobs.processes import database_url

WORKER = """
import django, sys, time
django.setup()
from django.db import transaction
from config.base import jobs
from config.base.models import ReasonCode

with jobs.running(int(sys.argv[1])) as job:
    with transaction.atomic():
        ReasonCode.objects.create(code="FIRST")
        job.check_attempt()
    job.report(1, 2)
    with transaction.atomic():
        ReasonCode.objects.create(code="SECOND")
        print("ready", flush=True)
        time.sleep(60)
"""


@pytest.mark.django_db(transaction=True)
class TestKilledWorker:
    def test_another_one_finishes_what_it_left(self, make_job):
        job = make_job()
        environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(job.pk)], env=environment, stdout=subprocess.PIPE, text=True
        )
        with worker:
            assert worker.stdout.readline() == "ready\n"
            os.kill(worker.pid, signal.SIGKILL)
        job.refresh_from_db()
        assert (job.state, job.done, job.attempt) == ("running", 1, 1)

        def go_on(running):
            ReasonCode.objects.get_or_create(code="FIRST")
            ReasonCode.objects.create(code="SECOND")

        handlers.actions["work"] = go_on
        Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5))
        swept = jobs.sweep()
        run_job(job_id=job.pk)

        job.refresh_from_db()
        assert swept.requeued == [job.pk]
        assert (job.state, job.attempt) == ("done", 2)
        assert sorted(ReasonCode.objects.values_list("code", flat=True)) == ["FIRST", "SECOND"]
