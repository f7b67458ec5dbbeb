from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from config.base import jobs
from config.base.models import Company, Job, Schedule
from config.base.tasks import run_job
from tests import threads
from tests.jobs import handlers

pytestmark = pytest.mark.django_db(transaction=True)


def abandon(job, **fields):
    """Leave a job as a killed worker does."""
    long_ago = timezone.now() - timedelta(minutes=5)
    changes = {"state": "running", "attempt": 1, "started_at": long_ago, "heartbeat_at": long_ago, **fields}
    Job.objects.filter(pk=job.pk).update(**changes)


class TestStaleJobs:
    def test_are_queued_again_and_run_by_another_worker(self, make_job, sent):
        job = make_job()
        abandon(job)

        swept = jobs.sweep()
        run_job(job_id=job.pk)

        job.refresh_from_db()
        assert swept.requeued == [job.pk]
        assert sent == [("base.run_job", job.pk)] * 2
        assert (job.state, handlers.calls) == ("done", [(job.pk, 2)])
        assert job.log.get().level == "warning"

    def test_are_left_alone_while_the_heart_beats(self, make_job):
        job = make_job()
        abandon(job, heartbeat_at=timezone.now() - timedelta(seconds=20))

        assert jobs.sweep().requeued == []

    def test_are_shown_as_stalled_until_then(self, make_job):
        job = make_job()
        abandon(job)
        job.refresh_from_db()

        assert job.shown_state(timezone.now()) == "stalled"

    def test_end_as_cancelled_where_somebody_had_asked_to_stop(self, make_job):
        job = make_job()
        abandon(job, cancel_requested_at=timezone.now())

        swept = jobs.sweep()

        job.refresh_from_db()
        assert (swept.ended, job.state) == ([job.pk], "cancelled")

    def test_are_given_up_after_too_many_workers(self, make_job, settings):
        settings.JOB_MAX_ATTEMPTS = 3
        job = make_job()
        abandon(job, attempt=3)

        swept = jobs.sweep()

        job.refresh_from_db()
        assert (swept.ended, job.state, job.error_code) == ([job.pk], "failed", "worker_lost")

    def test_ring_the_bell_when_they_are_given_up(self, make_job, nina, settings):
        settings.JOB_MAX_ATTEMPTS = 1
        job = make_job()
        abandon(job, requested_by=nina)

        jobs.sweep()

        assert (nina.notifications.get().level, nina.notifications.get().text) == ("error", "Work: Failed")

    def test_are_swept_once_by_two_sweeps_at_once(self, make_job):
        job = make_job()
        abandon(job)

        swept = [future.result(10) for future in [threads.start(jobs.sweep), threads.start(jobs.sweep)]]

        assert sorted(each.requeued for each in swept) == [[], [job.pk]]


class TestLostMessages:
    def test_are_sent_again(self, make_job, sent):
        job = make_job()
        Job.objects.update(sent_at=timezone.now() - timedelta(minutes=5))

        assert jobs.sweep().resent == [job.pk]
        assert jobs.sweep().resent == []
        assert len(sent) == 2

    def test_are_not_missed_where_none_was_ever_sent(self, make_job):
        job = make_job()
        Job.objects.update(sent_at=None, created_at=timezone.now() - timedelta(minutes=5))

        assert jobs.sweep().resent == [job.pk]


class TestSchedules:
    @pytest.fixture(autouse=True)
    def oslo(self):
        Company.objects.update(time_zone="Europe/Oslo")

    def test_start_when_due_and_once_for_many_missed_times(self, sent):
        schedule = Schedule.objects.create(
            kind="test.work", title="Nightly", every="day", next_run_at=datetime(2026, 1, 1, 1, tzinfo=UTC)
        )

        started = jobs.run_due(datetime(2026, 1, 4, 12, tzinfo=UTC))

        schedule.refresh_from_db()
        assert [job.title for job in started] == ["Nightly"]
        assert schedule.next_run_at == datetime(2026, 1, 5, 1, tzinfo=UTC)
        assert schedule.last_job_id == started[0].pk
        assert jobs.run_due(datetime(2026, 1, 4, 13, tzinfo=UTC)) == []

    def test_keep_the_hour_of_the_clock_in_summer(self, sent):
        schedule = Schedule.objects.create(
            kind="test.work", title="Nightly", every="day", next_run_at=datetime(2026, 3, 28, 20, tzinfo=UTC)
        )

        jobs.run_due(datetime(2026, 3, 28, 21, tzinfo=UTC))

        schedule.refresh_from_db()
        assert schedule.next_run_at == datetime(2026, 3, 29, 19, tzinfo=UTC)

    def test_monthly_on_the_last_day(self, sent):
        schedule = Schedule.objects.create(
            kind="test.work", title="Month end", every="month", month_day=31,
            next_run_at=datetime(2026, 1, 31, 20, tzinfo=UTC),
        )  # fmt: skip
        days = []
        for _month in range(3):
            jobs.run_due(schedule.next_run_at)
            Job.objects.update(state="done", finished_at=timezone.now())
            schedule.refresh_from_db()
            days.append(schedule.next_run_at.date().isoformat())

        assert days == ["2026-02-28", "2026-03-31", "2026-04-30"]

    def test_rest_while_switched_off_or_unknown(self, sent):
        due = {"title": "x", "next_run_at": datetime(2026, 1, 1, tzinfo=UTC)}
        Schedule.objects.create(kind="test.work", enabled=False, **due)
        Schedule.objects.create(kind="nonsense", **due)

        assert jobs.run_due(datetime(2026, 2, 1, tzinfo=UTC)) == []

    def test_are_started_by_the_sweep(self, sent):
        Schedule.objects.create(kind="test.work", title="x", next_run_at=timezone.now())

        jobs.sweep()

        assert Job.objects.count() == 1
