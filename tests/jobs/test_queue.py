import logging

import pytest
from django.db import IntegrityError, transaction
from kombu.exceptions import OperationalError

from config.base import jobs
from config.base.errors import DomainError
from config.base.jobs import queue
from config.base.models import Job
from config.base.tasks import run_job
from tests import threads

pytestmark = pytest.mark.django_db(transaction=True)


class TestEnqueue:
    def test_writes_the_row_and_wakes_a_worker_on_commit(self, sent, nina):
        with transaction.atomic():
            job = jobs.enqueue("test.work", parameters={"item": 1}, requested_by=nina, title="Work")
            assert sent == []

        job.refresh_from_db()
        assert sent == [("base.run_job", job.pk)]
        assert (job.state, job.parameters, job.requested_by, job.attempt) == ("queued", {"item": 1}, nina, 0)
        assert job.sent_at is not None

    def test_a_rollback_leaves_no_job_and_no_message(self, sent, make_job):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            make_job()
            raise ZeroDivisionError

        assert sent == []
        assert not Job.objects.exists()

    def test_an_unknown_kind_is_a_bug(self):
        with pytest.raises(LookupError):
            jobs.enqueue("nonsense", parameters={}, requested_by=None, title="x")

    def test_two_handlers_for_a_kind_are_a_bug(self):
        with pytest.raises(ValueError, match="Two handlers"):
            jobs.handler("test.work")(lambda _job: None)

    def test_without_a_broker_the_job_waits_for_the_sweep(self, monkeypatch, caplog):
        def refuse(*_args, **_kwargs):
            raise OperationalError("broker away")

        monkeypatch.setattr(queue.current_app, "send_task", refuse)
        with caplog.at_level(logging.WARNING):
            job = jobs.enqueue("test.work", parameters={}, requested_by=None, title="Work")

        job.refresh_from_db()
        assert (job.state, job.sent_at) == ("queued", None)
        assert "took no message" in caplog.text


class TestKey:
    def test_the_same_key_while_active_is_the_same_job(self, make_job, sent):
        first, second = make_job(key="adjust"), make_job(key="adjust")

        assert first.pk == second.pk
        assert len(sent) == 1

    def test_another_key_is_another_job(self, make_job):
        assert make_job(key="adjust").pk != make_job(key="close").pk

    def test_no_key_is_always_another_job(self, make_job):
        assert make_job().pk != make_job().pk

    def test_after_the_end_the_key_is_free(self, make_job):
        first = make_job(key="adjust")
        run_job(job_id=first.pk)

        assert make_job(key="adjust").pk != first.pk

    def test_two_users_at_once_get_one_job(self, make_job):
        with transaction.atomic():
            first = make_job(key="adjust")
            second = threads.start(lambda: make_job(key="adjust").pk)
            threads.wait_until_blocked()

        assert second.result(10) == first.pk

    def test_the_database_refuses_a_second_active_row(self, make_job):
        make_job(key="adjust")

        with pytest.raises(IntegrityError):
            Job.objects.create(kind="test.work", title="x", key="adjust")


class TestCancelAndRetry:
    def test_a_waiting_job_is_cancelled_at_once(self, make_job):
        job = jobs.cancel(make_job().pk)

        assert job.state == "cancelled"
        assert job.finished_at is not None

    def test_a_finished_job_stays_as_it_is(self, make_job):
        job = make_job()
        run_job(job_id=job.pk)

        assert jobs.cancel(job.pk).state == "done"

    def test_a_cancelled_job_can_run_again(self, make_job, sent):
        job = make_job(key="adjust")
        jobs.cancel(job.pk)
        jobs.retry(job.pk)
        run_job(job_id=job.pk)

        job.refresh_from_db()
        assert (job.state, job.attempt, len(sent)) == ("done", 1, 2)

    def test_a_waiting_or_done_job_cannot_be_started_again(self, make_job):
        job = make_job()
        with pytest.raises(DomainError) as caught:
            jobs.retry(job.pk)
        assert caught.value.code == "already_running"
        run_job(job_id=job.pk)
        with pytest.raises(DomainError):
            jobs.retry(job.pk)

    def test_no_retry_while_another_job_has_the_key(self, make_job):
        job = make_job(key="adjust")
        jobs.cancel(job.pk)
        make_job(key="adjust")

        with pytest.raises(DomainError):
            jobs.retry(job.pk)
