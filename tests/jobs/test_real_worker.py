import pytest

from config.base import jobs
from config.base.models import Job
from tests.jobs.processes import kill, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


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
