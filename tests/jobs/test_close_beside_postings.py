"""Two closes at once, and postings beside one: one close; what is posted stands before it or is refused, never lost."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from config.base import jobs, locks
from config.base.errors import DomainError
from config.base.tasks import run_job
from costing import check_books, close_liveness, closing
from costing.checks import BeforeCloseDate
from costing.closing import Options, calculation
from costing.closing.runs import RunUnfinished
from costing.enums import RunState
from costing.models import InventoryClose, Settlement
from inventory.models import Item, ItemLedgerEntry
from tests import threads
from tests.database.test_inventory_close import END, do, make_world

pytestmark = pytest.mark.django_db(transaction=True)

FEBRUARY = date(2026, 2, 1)


@pytest.fixture
def world():
    """5 at 10.00 and 5 at 20.00, 2 issued at 15.00."""
    world = make_world()
    day = {"item": "FI-0", "quantity": Decimal(5)}
    do(world, "purchase", day | {"date": date(2026, 1, 2), "unit_cost": Decimal(10)})
    do(world, "purchase", day | {"date": date(2026, 1, 3), "unit_cost": Decimal(20)})
    sell(world, 2, date(2026, 1, 4))
    return world


def sell(world, quantity, on):
    do(world, "sale", {"item": "FI-0", "quantity": Decimal(quantity), "date": on})


def close():
    return closing.close_inventory(Options(on=END))


@pytest.fixture
def held_plan(monkeypatch):
    """Hold every plan up until told to go on; returns (it has begun, let it go on)."""
    begun, go_on = threading.Event(), threading.Event()
    real = calculation.plan

    def plan(*arguments, **options):
        begun.set()
        assert go_on.wait(60)
        return real(*arguments, **options)

    monkeypatch.setattr(calculation, "plan", plan)
    return begun, go_on


class TestTwoAtOnce:
    def test_the_second_is_refused_at_once_while_the_first_is_planned(self, world, held_plan, settings):
        settings.LOCK_TIMEOUT_MS = 1
        begun, go_on = held_plan
        first = threads.start(close)
        assert begun.wait(30)

        with pytest.raises(RunUnfinished):
            close()
        with pytest.raises(RunUnfinished):
            closing.close_inventory(Options(on=date(2026, 2, 28)))

        settings.LOCK_TIMEOUT_MS = 10_000
        go_on.set()
        assert first.result(60).settlements == 1
        assert InventoryClose.objects.get().state == RunState.DONE

    def test_pressed_at_the_same_moment(self, world):
        together = threading.Barrier(2)

        def press():
            together.wait(30)
            return close()

        outcomes = [each.exception(60) for each in (threads.start(press), threads.start(press))]

        assert outcomes.count(None) == 1
        (refused,) = [each for each in outcomes if each]
        assert isinstance(refused, RunUnfinished | BeforeCloseDate)
        assert InventoryClose.objects.get().state == RunState.DONE
        assert Settlement.objects.count() == 1
        assert check_books.breaches() == []

    def test_one_right_after_the_other(self, world):
        """Whoever is done holds nothing any more, from the moment that it says so."""
        for _turn in range(30):
            with close_liveness.held():
                pass
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [locks.CLOSE_SPACE]
                )
                assert cursor.fetchone() == (0,)

    def test_as_jobs(self, world, sent, held_plan):
        begun, go_on = held_plan
        one, two = [
            jobs.enqueue("close_inventory", parameters={"on": END.isoformat()}, requested_by=None, title="Close")
            for _number in range(2)
        ]
        first = threads.start(lambda: run_job(job_id=one.pk))
        assert begun.wait(30)

        run_job(job_id=two.pk)

        go_on.set()
        first.result(60)
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.state, two.state, two.error_code) == ("done", "failed", "already_running")
        assert InventoryClose.objects.get().job_id == one.pk


class TestPostings:
    def test_while_it_is_planned_are_refused_up_to_the_date_and_go_on_after_it(self, world, held_plan, settings):
        settings.LOCK_TIMEOUT_MS = 1
        begun, go_on = held_plan
        run = threads.start(close)
        assert begun.wait(30)
        before = ItemLedgerEntry.objects.count()

        with pytest.raises(DomainError) as refused:
            sell(world, 1, END)
        sell(world, 1, FEBRUARY)

        assert refused.value.code == "before_close_date"
        assert "inventory close of 2026-01-31" in str(refused.value)
        assert ItemLedgerEntry.objects.count() == before + 1
        settings.LOCK_TIMEOUT_MS = 10_000
        go_on.set()
        assert run.result(60).entries == 1
        later = ItemLedgerEntry.objects.get(posting_date=FEBRUARY)
        assert (later.open, later.settlements_as_issue.count()) == (True, 0)
        assert check_books.breaches() == []

    def test_that_was_under_way_stands_before_it(self, world):
        """It holds the books: the close waits for it at its first step, and settles it."""
        item = Item.objects.get(no="FI-0")
        with transaction.atomic():
            locks.lock_items([item.pk])
            posting = threads.start(lambda: sell(world, 4, END))
            threads.wait_until_blocked(1)
            run = threads.start(close)
            threads.wait_until_blocked(2)
            assert not InventoryClose.objects.exists()

        posting.result(60)
        assert run.result(60).settlements == 3
        late = ItemLedgerEntry.objects.get(posting_date=END)
        assert not late.open
        assert check_books.breaches() == []
