import logging
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone, translation

from config.base import jobs
from config.base.errors import DomainError, ErrorCode
from config.base.models import Job, JobLog, Notification, ReasonCode, UserPreference
from config.base.tasks import run_job
from tests import threads
from tests.jobs import handlers

pytestmark = pytest.mark.django_db(transaction=True)


def requeue(job_id):
    """What a sweep does to a job whose worker is silent."""
    Job.objects.filter(pk=job_id).update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    return jobs.sweep()


class TestOutcome:
    def test_done(self, make_job):
        job = make_job()

        run_job(job_id=job.pk)

        job.refresh_from_db()
        assert handlers.calls == [(job.pk, 1)]
        assert (job.state, job.attempt, job.error_code) == ("done", 1, "")
        assert job.started_at <= job.heartbeat_at <= job.finished_at
        assert job.worker

    def test_keeps_the_result_and_gives_the_parameters(self, make_job):
        job = make_job(items=[1, 2])

        with jobs.running(job.pk) as running:
            running.result["entries"] = len(running.parameters["items"])

        job.refresh_from_db()
        assert job.result == {"entries": 2}

    def test_a_refusal_is_an_outcome_and_no_alarm(self, make_job, caplog):
        def refuse(_job):
            raise DomainError("March is closed.", code=ErrorCode.PERIOD_CLOSED)

        handlers.actions["work"] = refuse
        job = make_job()

        run_job(job_id=job.pk)

        job.refresh_from_db()
        assert (job.state, job.error_code, job.message) == ("failed", "period_closed", "March is closed.")
        assert list(job.log.values_list("level", "message")) == [("error", "March is closed.")]
        assert caplog.text == ""

    def test_a_crash_is_logged_with_its_traceback_and_raised(self, make_job, caplog):
        def crash(_job):
            raise ZeroDivisionError("our bug")

        handlers.actions["work"] = crash
        job = make_job()

        with pytest.raises(ZeroDivisionError), caplog.at_level(logging.ERROR):
            run_job(job_id=job.pk)

        job.refresh_from_db()
        assert (job.state, job.error_code) == ("failed", "internal_error")
        assert "our bug" not in job.message
        assert "ZeroDivisionError: our bug" in caplog.text

    def test_a_warning_makes_it_done_with_warnings(self, make_job):
        handlers.actions["work"] = lambda job: job.log("warning", "STOOL was skipped.", url="/items/STOOL/")
        job = make_job()

        run_job(job_id=job.pk)

        job.refresh_from_db()
        assert job.shown_state(timezone.now()) == "done_with_warnings"
        assert job.log.get().url == "/items/STOOL/"


class TestBell:
    def test_tells_the_requester_how_it_ended(self, nina, sent):
        UserPreference.objects.create(user=nina, language="nb")
        spoken = []
        handlers.actions["work"] = lambda job: spoken.append(translation.get_language())
        job = jobs.enqueue("test.work", parameters={}, requested_by=nina, title="Adjust cost")

        run_job(job_id=job.pk)

        notice = nina.notifications.get()
        assert notice.text.startswith("Adjust cost: ")
        assert (notice.level, notice.url, notice.read_at) == ("ok", f"/jobs/{job.pk}/", None)
        assert (spoken, translation.get_language()) == (["nb"], "en")

    def test_stays_silent_where_nobody_asked(self, make_job):
        run_job(job_id=make_job().pk)

        assert not Notification.objects.exists()


class TestDeliveredTwice:
    def test_it_runs_once(self, make_job):
        job = make_job()

        run_job(job_id=job.pk)
        run_job(job_id=job.pk)

        assert handlers.calls == [(job.pk, 1)]

    def test_it_runs_once_while_the_first_still_runs(self, make_job):
        handlers.actions["work"] = lambda job: run_job(job_id=job.id)
        job = make_job()

        run_job(job_id=job.pk)

        assert handlers.calls == [(job.pk, 1)]

    def test_two_workers_at_the_same_moment_claim_it_once(self, make_job):
        job = make_job()
        barrier = threading.Barrier(4)

        def worker():
            barrier.wait(10)
            run_job(job_id=job.pk)

        for future in [threads.start(worker) for _each in range(4)]:
            future.result(20)

        assert handlers.calls == [(job.pk, 1)]

    def test_a_cancelled_job_is_not_run(self, make_job):
        job = make_job()
        jobs.cancel(job.pk)

        run_job(job_id=job.pk)

        assert handlers.calls == []


class TestProgress:
    def test_is_seen_while_the_work_has_a_transaction_open(self, make_job):
        job = make_job()
        with jobs.running(job.pk) as running, transaction.atomic():
            ReasonCode.objects.create(code="DAMAGED")
            running.report(3, 10, "Item CHAIR")
            running.log("info", "CHAIR adjusted")
            seen = threads.start(
                lambda: (
                    Job.objects.values_list("done", "total", "message").get(pk=job.pk),
                    JobLog.objects.count(),
                    ReasonCode.objects.count(),
                )
            ).result(10)

        assert seen == ((3, 10, "Item CHAIR"), 1, 0)

    def test_a_blank_message_keeps_the_last(self, make_job):
        job = make_job()
        with jobs.running(job.pk) as running:
            running.report(1, 2, "Item CHAIR")
            running.report(2, 2)

        job.refresh_from_db()
        assert (job.done, job.total, job.message) == (2, 2, "Item CHAIR")

    def test_the_heart_beats_from_a_thread_while_the_work_is_silent(self, make_job, settings):
        settings.JOB_HEARTBEAT_SECONDS = 0.02
        job = make_job()
        with jobs.running(job.pk), transaction.atomic():
            first = Job.objects.get(pk=job.pk).heartbeat_at
            for _attempt in range(200):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.02)")
                if Job.objects.get(pk=job.pk).heartbeat_at > first:
                    break

        assert Job.objects.get(pk=job.pk).heartbeat_at > first

    def test_no_thread_and_no_connection_is_left_behind(self, make_job):
        def connections_open():
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
                return cursor.fetchone()[0]

        before = (connections_open(), threading.active_count())
        for _each in range(5):
            run_job(job_id=make_job().pk)

        for _attempt in range(200):  # the server takes a moment to forget a connection
            if connections_open() == before[0]:
                break
            time.sleep(0.01)
        assert (connections_open(), threading.active_count()) == before


class TestCancel:
    def test_stops_at_the_next_stopping_point_and_keeps_what_is_done(self, make_job):
        def work(job):
            for number in range(10):
                job.check_cancelled()
                ReasonCode.objects.create(code=f"R{number}")
                if number == 2:
                    jobs.cancel(job.id)
                    assert Job.objects.get(pk=job.id).shown_state(timezone.now()) == "stopping"

        handlers.actions["work"] = work
        job = make_job()

        run_job(job_id=job.pk)

        job.refresh_from_db()
        assert job.state == "cancelled"
        assert ReasonCode.objects.count() == 3


class TestLostAttempt:
    def test_a_worker_that_wakes_up_late_writes_nothing(self, make_job, caplog):
        job = make_job()

        def sleep_too_long(running):
            requeue(job.pk)
            with transaction.atomic():
                ReasonCode.objects.create(code="LATE")
                running.check_attempt()

        handlers.actions["work"] = sleep_too_long
        run_job(job_id=job.pk)
        handlers.actions.clear()
        run_job(job_id=job.pk)

        job.refresh_from_db()
        assert (job.state, job.attempt) == ("done", 2)
        assert not ReasonCode.objects.exists()
        assert "was taken over" in caplog.text

    @pytest.mark.parametrize("sign", [lambda job: job.report(1, 2), lambda job: job.check_cancelled()])
    def test_it_notices_between_units_too(self, make_job, sign):
        job = make_job()
        with jobs.running(job.pk) as running:
            requeue(job.pk)
            with pytest.raises(jobs.AttemptLost):
                sign(running)

    def test_its_outcome_does_not_overwrite_the_new_attempt(self, make_job, caplog):
        job = make_job()
        with jobs.running(job.pk):
            requeue(job.pk)

        job.refresh_from_db()
        assert job.state == "queued"
        assert "no longer ours" in caplog.text

    def test_the_sweep_skips_a_worker_that_is_just_committing(self, make_job):
        job = make_job()
        with jobs.running(job.pk) as running, transaction.atomic():
            running.check_attempt()
            swept = threads.start(lambda: requeue(job.pk)).result(10)
            running.report(1, 1)

        job.refresh_from_db()
        assert swept.requeued == []
        assert (job.state, job.done) == ("done", 1)

    def test_the_attempt_is_checked_inside_a_transaction_only(self, make_job):
        job = make_job()
        with pytest.raises(transaction.TransactionManagementError), jobs.running(job.pk) as running:
            running.check_attempt()
