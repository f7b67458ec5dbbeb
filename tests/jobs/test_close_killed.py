"""A close whose worker is killed, whose database restarts, whose broker is lost: complete or absent, never half."""

import random
import signal

import pytest
from django.db import OperationalError, connection, connections
from kombu.exceptions import OperationalError as BrokerLost

from config.base import jobs
from config.base.jobs import queue
from config.base.tasks import run_job
from costing import check_books, closing
from costing.closing import Options
from costing.enums import RunState
from costing.models import ClosePlanLine, InventoryClose, InventoryPeriod, Settlement
from tests import plugin
from tests.database.test_inventory_close import END, make_world, picture, random_month
from tests.jobs.closing import Counter, killed_at, lose_heartbeat

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 20


@pytest.fixture
def month(sent, settings):
    """A month with everything in it, and its close undisturbed: (books before, books after, statements that it took).

    The close is taken back, and is to be run again.
    """
    settings.JOB_MAX_ATTEMPTS = 1000
    random_month(make_world(), random.Random(11), count=60)
    InventoryPeriod.objects.create(ending_date=END)
    before = picture()
    counter = Counter()
    job = enqueue()
    with connection.execute_wrapper(counter):
        run_job(job_id=job.pk)
    after = picture()
    closing.reverse_close(close_id=InventoryClose.objects.get(job=job).pk)
    assert picture() == before != after
    return before, after, counter.count


def enqueue():
    return jobs.enqueue("close_inventory", parameters={"on": END.isoformat()}, requested_by=None, title="Close")


def assert_all_or_nothing(job, before, after):
    """The books are as before the close or as after it, and the run says which."""
    run = InventoryClose.objects.filter(job=job).first()
    if run is not None and run.state == RunState.DONE:
        assert picture() == after
        assert InventoryPeriod.objects.get().closed
    else:
        assert picture() == before
        assert not InventoryPeriod.objects.get().closed
        assert not Settlement.objects.filter(close=run, cancelled_by=None).exists()
        assert not ClosePlanLine.objects.filter(close=run).exists()
    assert check_books.breaches() == []


def assert_completed(job, after):
    job.refresh_from_db()
    assert job.state == "done"
    assert InventoryClose.objects.get(job=job).state == RunState.DONE
    assert picture() == after
    assert check_books.breaches() == []


class TestKilledWorker:
    def test_at_twenty_random_points(self, month):
        """Each close is killed once or twice, taken up by the next worker, and reversed for the next kill."""
        before, after, statements = month
        source = random.Random(20)
        kills = 0

        for point in source.sample(range(1, statements + 1), KILLS):
            job = enqueue()
            assert killed_at(job, point, before=source.random() < 0.5) == -9
            kills += 1
            assert_all_or_nothing(job, before, after)
            assert lose_heartbeat(job).requeued == [job.pk]
            if source.random() < 0.3 and killed_at(job, source.randint(1, statements // 2)) == -9:
                assert_all_or_nothing(job, before, after)
                assert lose_heartbeat(job).requeued == [job.pk]
            run_job(job_id=job.pk)
            assert_completed(job, after)
            closing.reverse_close(close_id=InventoryClose.objects.get(job=job).pk)
            assert picture() == before

        assert kills == KILLS

    @pytest.mark.parametrize("from_end", range(1, 6))
    def test_at_the_very_end(self, month, from_end):
        """About the commit: what was stored is not stored again."""
        before, after, statements = month
        job = enqueue()

        assert killed_at(job, statements - from_end + 1) == -9
        assert_all_or_nothing(job, before, after)
        lose_heartbeat(job)
        run_job(job_id=job.pk)

        assert_completed(job, after)

    def test_that_is_given_up_leaves_the_date_open(self, month, settings):
        settings.JOB_MAX_ATTEMPTS = 1
        before, after, statements = month
        job = enqueue()

        killed_at(job, statements // 2)
        assert lose_heartbeat(job).ended == [job.pk]

        assert picture() == before
        assert closing.close_inventory(Options(on=END)).entries
        assert picture() == after
        assert InventoryClose.objects.filter(state=RunState.FAILED, job=None).count() == 1


class TestDatabaseRestarted:
    @pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
    def test_in_the_middle(self, month, share):
        before, after, statements = month
        servers = plugin._servers
        if servers is None or "DATABASE_URL" not in servers.names:
            pytest.skip("The database is not ours to restart.")
        job = enqueue()

        with (
            pytest.raises(OperationalError),
            connection.execute_wrapper(Counter(int(statements * share), lambda: restart(servers))),
        ):
            run_job(job_id=job.pk)
        connections.close_all()

        assert_all_or_nothing(job, before, after)
        job.refresh_from_db()
        if job.state == "running":
            assert lose_heartbeat(job).requeued == [job.pk]
            run_job(job_id=job.pk)
            assert_completed(job, after)
        else:
            closing.close_inventory(Options(on=END))
            assert picture() == after


def restart(servers):
    """Stop the database without waiting for anybody, and start it again; a crash might lose what is not durable."""
    servers.processes["postgres"].send_signal(signal.SIGINT)
    servers.processes["postgres"].wait(30)
    servers.start()


class TestBrokerLost:
    def test_when_the_close_is_started_and_while_it_runs(self, month, monkeypatch):
        """The job's row is the truth: a later sweep sends it again, and the run itself needs no broker."""
        _before, after, _statements = month

        def lost(*_arguments, **_options):
            raise BrokerLost("no broker")

        monkeypatch.setattr(queue.current_app, "send_task", lost)
        job = enqueue()
        run_job(job_id=job.pk)

        assert_completed(job, after)
