"""Runs of cost adjustment: claims and levels, batches that are split, rounds, previews, dates, exclusion."""

import itertools
import logging
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from config.base import jobs
from config.base.models import Job
from costing import adjustment, check_books
from costing.adjustment import batches, claims, orders, runs, steps
from costing.adjustment.terms import Terms, Worker
from costing.engine.adjust import Adjustment
from costing.engine.books import Correction, SourceChange
from costing.enums import RunState
from costing.models import (
    AdjustmentPlanLine,
    AdjustmentRun,
    AdjustmentRunItem,
    AvgCostAdjmtEntryPoint,
    CostChange,
    CostingSetup,
    InventoryAdjmtEntryOrder,
    ItemCostState,
    ValueEntry,
)
from inventory.enums import DocumentKind
from inventory.models import Item, ItemRegister
from ledger.models import GLEntry, LedgerSetup
from tests import factories, trade
from tests.dearer import DAY, dearer, dearer_product, post

pytestmark = pytest.mark.django_db

ONE, TWO = Worker("one"), Worker("two")
E5 = 100_000


@pytest.fixture
def dearer_chairs():
    factories.company()
    return dearer(factories.item("CHAIR"))


@pytest.fixture
def dearer_items():
    """Three items that each lack 2.00; TABLE is an average item."""
    factories.company()
    return {no: dearer(factories.item(no, method=method)) for no, method in ITEMS.items()}


ITEMS = {"CHAIR": "fifo", "SOFA": "lifo", "TABLE": "average"}


def corrections():
    return list(
        ValueEntry.objects.filter(adjustment=True)
        .order_by("item__no", "pk")
        .values_list("item__no", "cost_amount_actual")
    )


def states(run_id):
    rows = AdjustmentRunItem.objects.filter(run_id=run_id).order_by("item__no").values_list("item__no", "state")
    return dict(rows)


def set_levels(**levels):
    for no, level in levels.items():
        Item.objects.filter(no=no).update(low_level_code=level)


def claimed_items(run, worker, *, limit=10):
    ids = [claimed.item_id for claimed in claims.claim(run.pk, worker, limit=limit)]
    return sorted(Item.objects.filter(pk__in=ids).values_list("no", flat=True))


def start(**options):
    return adjustment.start_run(**{"item_ids": None, "through": None, "job_id": None} | options)


class TestClaims:
    def test_each_worker_gets_other_items(self, dearer_items):
        run = start()

        assert claimed_items(run, ONE, limit=2) == ["CHAIR", "SOFA"]
        assert claimed_items(run, TWO, limit=2) == ["TABLE"]
        assert claimed_items(run, ONE) == []

    def test_a_level_starts_when_no_deeper_item_is_open(self, dearer_items):
        set_levels(CHAIR=2, SOFA=1, TABLE=1)
        run = start()

        assert claimed_items(run, ONE) == ["CHAIR"]
        assert claimed_items(run, TWO) == [], "the deeper level is running"
        run.items.filter(item__no="CHAIR").update(state=RunState.FAILED)
        assert claimed_items(run, TWO) == ["SOFA", "TABLE"]

    def test_the_items_of_a_lost_attempt_are_claimed_again(self, dearer_items):
        job = Job.objects.create(
            kind="adjust_cost", title="Run", state="running", attempt=1, heartbeat_at="2999-01-01T00:00Z"
        )
        run = start(job_id=job.pk)
        claims.claim(run.pk, Worker("first", job.pk, 1), limit=10)
        assert claimed_items(run, TWO) == []

        Job.objects.filter(pk=job.pk).update(attempt=2)

        assert claimed_items(run, TWO) == ["CHAIR", "SOFA", "TABLE"]

    def test_the_items_of_a_worker_without_heartbeat_are_claimed_again(self, dearer_items):
        job = Job.objects.create(
            kind="adjust_cost", title="Run", state="running", attempt=1, heartbeat_at="2026-01-01T00:00Z"
        )
        run = start(job_id=job.pk)
        claims.claim(run.pk, Worker("first", job.pk, 1), limit=10)

        assert claimed_items(run, TWO) == ["CHAIR", "SOFA", "TABLE"]

    def test_a_late_worker_writes_nothing(self, dearer_items):
        run = start()
        claimed = claims.claim(run.pk, ONE, limit=10)
        claims.release(run.pk, tokens=["one"])
        claims.claim(run.pk, TWO, limit=10)

        with pytest.raises(claims.ClaimLost):
            batches.Batch(claimed, terms_of(run), ONE).adjust()

        assert corrections() == []

    def test_a_stopped_run_gives_nothing_out(self, dearer_items):
        run = start()
        AdjustmentRun.objects.filter(pk=run.pk).update(state=RunState.CANCELLED)

        assert claimed_items(run, ONE) == []
        assert claims.progress(run.pk).is_finished

    def test_the_items_of_a_run_that_is_taken_up_again_are_not_done_twice(self, dearer_items):
        job = Job.objects.create(
            kind="adjust_cost", title="Run", state="running", attempt=1, heartbeat_at="2999-01-01T00:00Z"
        )
        first = adjustment.adjust_cost(today=DAY, job_id=job.pk, attempt=1)

        again = adjustment.adjust_cost(today=DAY, job_id=job.pk, attempt=2)

        assert (again.run_id, again.items, again.entries) == (first.run_id, 3, 3)
        assert len(corrections()) == 3


def terms_of(run, **options):
    return Terms.load(setup=CostingSetup.at(DAY), run_id=run.pk, user_id=None, **options)


class TestBatch:
    def test_takes_as_many_statements_for_many_items_as_for_few(self):
        factories.company(automatic_cost_posting=False)

        def statements(count):
            for number in range(count):
                dearer(factories.item(f"ITEM{Item.objects.count():03d}", method="fifo" if number % 2 else "average"))
            with CaptureQueriesContext(connection) as made:
                assert adjustment.adjust_cost(today=DAY).entries == count
            return len(made)

        statements(2)
        assert statements(12) == statements(2)

    def test_writes_one_register(self, dearer_items):
        before = ItemRegister.objects.count()

        adjustment.adjust_cost(today=DAY)

        assert corrections() == [("CHAIR", Decimal(-2)), ("SOFA", Decimal(-2)), ("TABLE", Decimal(-2))]
        assert ItemRegister.objects.count() == before + 1

    def test_a_refused_item_stops_nobody(self, dearer_items):
        dearer(factories.item("LAMP"), on=date(2026, 2, 10))
        allow_posting(to=date(2026, 1, 31))

        result = adjustment.adjust_cost(today=DAY)

        assert states(result.run_id) == {"CHAIR": "done", "LAMP": "failed", "SOFA": "done", "TABLE": "done"}
        lamp = AdjustmentRunItem.objects.get(run_id=result.run_id, item__no="LAMP")
        assert lamp.error_code == "period_closed"
        assert "LAMP" in lamp.failure
        assert [no for no, _amount in corrections()] == ["CHAIR", "SOFA", "TABLE"]
        assert check_books.breaches() == []

    def test_an_error_of_the_program_is_recorded_on_its_item(self, dearer_items, monkeypatch, caplog):
        break_compute_of(dearer_items["SOFA"], monkeypatch)

        with caplog.at_level(logging.ERROR):
            result = adjustment.adjust_cost(today=DAY)

        assert (result.items, result.failed) == (2, 1)
        sofa = AdjustmentRunItem.objects.get(run_id=result.run_id, item=dearer_items["SOFA"])
        assert (sofa.state, sofa.error_code) == (RunState.FAILED, "internal_error")
        assert "ZeroDivisionError" in sofa.failure
        assert [record.levelname for record in caplog.records] == ["ERROR"]
        assert AvgCostAdjmtEntryPoint.objects.filter(item=dearer_items["SOFA"]).exists(), "it is still unadjusted"

    def test_what_cannot_be_stored_is_found_among_the_others(self, dearer_items, monkeypatch):
        real = batches.adjustment_storing.store

        def refuse_sofa(batch, **options):
            if dearer_items["SOFA"].pk in {computed.item_id for computed in batch}:
                raise AssertionError("not so")
            return real(batch, **options)

        monkeypatch.setattr(batches.adjustment_storing, "store", refuse_sofa)
        result = adjustment.adjust_cost(today=DAY)

        assert states(result.run_id) == {"CHAIR": "done", "SOFA": "failed", "TABLE": "done"}
        assert [no for no, _amount in corrections()] == ["CHAIR", "TABLE"]
        assert check_books.breaches() == []

    def test_ends_with_the_item_that_reaches_the_limit(self, dearer_items, monkeypatch):
        monkeypatch.setattr(batches, "VALUES_PER_COMMIT", 1)
        before = ItemRegister.objects.count()

        adjustment.adjust_cost(today=DAY)

        assert ItemRegister.objects.count() == before + 3

    def test_logs_the_amount_of_each_month(self, dearer_chairs):
        dearer(factories.item("STOOL"), on=date(2026, 1, 30))

        result = adjustment.adjust_cost(today=DAY)

        log = AdjustmentRunItem.objects.filter(run_id=result.run_id)
        assert log.get(item__no="CHAIR").amounts == {"2026-01": "-2.00000"}
        assert log.get(item__no="STOOL").amounts == {"2026-01": "-2.00000"}
        assert log.get(item__no="STOOL").entries_read > 0


def allow_posting(*, to):
    LedgerSetup.load()
    LedgerSetup.objects.update(allow_posting_to=to)


def break_compute_of(item, monkeypatch):
    real = steps.compute

    def compute(loaded, terms):
        if loaded.item_id == item.pk:
            raise ZeroDivisionError
        return real(loaded, terms)

    monkeypatch.setattr(steps, "compute", compute)


class TestItemsThatArePostedMeanwhile:
    @pytest.fixture
    def post_while_computing(self, monkeypatch):
        """Sell one more of an item each time that it is computed, as often as is said."""

        def arrange(item, *, times):
            real, left = steps.compute, [times]

            def compute(loaded, terms):
                computed = real(loaded, terms)
                if left[0]:
                    left[0] -= 1
                    ItemCostState.objects.filter(item=item).update(change_no=loaded.change_no + 1)
                return computed

            monkeypatch.setattr(steps, "compute", compute)
            return left

        return arrange

    @pytest.mark.parametrize("times", [1, 2, 5])
    def test_are_computed_again_the_third_time_with_the_lock_first(self, dearer_chairs, post_while_computing, times):
        left = post_while_computing(dearer_chairs, times=times)

        result = adjustment.adjust_cost(today=DAY)

        assert (result.items, result.entries) == (1, 1)
        assert corrections() == [("CHAIR", Decimal(-2))]
        assert left[0] == max(0, times - 3)

    def test_two_runs_at_once_correct_an_entry_once(self, dearer_chairs, monkeypatch):
        real, nested = steps.compute, []

        def another_run_comes_between(loaded, terms):
            computed = real(loaded, terms)
            if not nested:
                nested.append(True)
                adjustment.adjust_cost(today=DAY)
            return computed

        monkeypatch.setattr(steps, "compute", another_run_comes_between)
        adjustment.adjust_cost(today=DAY)

        assert corrections() == [("CHAIR", Decimal(-2))]
        assert check_books.breaches() == []

    def test_an_item_that_is_opened_for_ever_is_put_aside(self, dearer_chairs, monkeypatch):
        real = claims.finish

        def open_again(run_id, worker, lines, **options):
            real(run_id, worker, lines, **options)
            claims.open_items(run_id, [line.item_id for line in lines])

        monkeypatch.setattr(claims, "finish", open_again)
        result = adjustment.adjust_cost(today=DAY)

        (chair,) = AdjustmentRunItem.objects.filter(run_id=result.run_id)
        assert (chair.state, chair.rounds) == (RunState.FAILED, claims.MAX_ROUNDS + 1)
        assert "circle" in chair.failure

    def test_a_cent_that_goes_up_and_down_is_left_after_twenty_turns(self, dearer_chairs, monkeypatch):
        """As where two products are made of each other, each round opening the other again."""
        sale = ValueEntry.objects.get(item_ledger_entry_type="sale")
        real = claims.finish
        cents = itertools.cycle([1_000, -1_000])

        def up_and_down(loaded, terms):
            source = SourceChange(None, 2 * E5, cent := next(cents))
            return Adjustment([Correction(sale.item_ledger_entry_id, sale.pk, cent, 0, [source], DAY)], [])

        def open_again(run_id, worker, lines, **options):
            real(run_id, worker, lines, **options)
            claims.open_items(run_id, [line.item_id for line in lines if line.entries_made])

        monkeypatch.setattr(steps, "compute", up_and_down)
        monkeypatch.setattr(claims, "finish", open_again)
        result = adjustment.adjust_cost(today=DAY)

        (chair,) = AdjustmentRunItem.objects.filter(run_id=result.run_id)
        assert (chair.state, chair.rounds) == (RunState.DONE, 22)
        assert [amount for _no, amount in corrections()] == [Decimal("0.01"), Decimal("-0.01")] * 10 + [Decimal("0.01")]


class TestSecondRun:
    def test_makes_no_entry(self, dearer_items):
        adjustment.adjust_cost(today=DAY)

        result = adjustment.adjust_cost(today=DAY)

        assert (result.items, result.entries, result.failed) == (0, 0, 0)
        assert not AvgCostAdjmtEntryPoint.objects.exists()


class TestStoppedRun:
    def test_leaves_its_items_unadjusted(self, dearer_chairs):
        def stop(done, total):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            adjustment.adjust_cost(today=DAY, report=stop)

        assert corrections() == []
        assert AdjustmentRun.objects.get().items.get().state == RunState.WAITING

    def test_a_lost_attempt_is_no_fault_of_the_item(self, dearer_chairs):
        def lost():
            raise jobs.AttemptLost

        with pytest.raises(jobs.AttemptLost):
            adjustment.adjust_cost(today=DAY, guard=lost)

        assert corrections() == []
        assert AdjustmentRun.objects.get().items.get().state == RunState.RUNNING


def planned(run_id):
    lines = AdjustmentPlanLine.objects.filter(run_id=run_id)
    return sorted(
        lines.values_list(
            "item__no",
            "item_ledger_entry",
            "entry_type",
            "variance_type",
            "posting_date",
            "valuation_date",
            "document_no",
            "cost_amount_actual",
            "cost_amount_expected",
        )
    )


def made(run_id):
    """What a run made, in the words of a plan."""
    entries = ValueEntry.objects.filter(cost_changes__run=run_id).distinct()
    return sorted(
        entries.values_list(
            "item__no",
            "item_ledger_entry",
            "entry_type",
            "variance_type",
            "posting_date",
            "valuation_date",
            "document_no",
            "cost_amount_actual",
            "cost_amount_expected",
        )
    )


class TestPreview:
    def test_plans_what_the_run_makes_line_by_line(self, dearer_items):
        preview = adjustment.adjust_cost(today=DAY, preview=True)
        plan = planned(preview.run_id)

        run = adjustment.adjust_cost(today=DAY)

        assert len(plan) == 3
        assert plan == made(run.run_id)
        assert (preview.items, preview.entries, preview.amount) == (run.items, run.entries, run.amount)
        log = AdjustmentRunItem.objects.order_by("item")
        assert list(log.filter(run_id=preview.run_id).values_list("item", "amounts")) == list(
            log.filter(run_id=run.run_id).values_list("item", "amounts")
        )

    def test_a_variance_that_goes_back_is_planned_and_posted_as_one(self):
        """10 at standard 12.00 bought for 120.00, 4 returned for -48.00; freight of 5.00, at once taken to variance:

        of the return -2.00 of direct cost and +2.00 of variance, of which it has no value yet.
        """
        factories.company()
        nut = factories.item("NUT", method="standard", standard_cost=Decimal(12))
        receipt = trade.buy(nut, "10", "12", on=DAY)
        back = trade.post(trade.order(DocumentKind.PURCHASE_RETURN, nut, "4", applies_to_entry=receipt), on=DAY)[0]
        trade.charge("5", receipt, on=DAY)

        plan = planned(adjustment.adjust_cost(today=DAY, preview=True).run_id)
        run = adjustment.adjust_cost(today=DAY)

        assert [(line[2], line[3], line[-2]) for line in plan] == [
            ("direct_cost", "", Decimal(-2)),
            ("variance", "purchase", Decimal(2)),
        ]
        assert plan == made(run.run_id)
        assert trade.costs(back) == {"direct_cost": "-50.00", "variance": "2.00"}

    def test_writes_nothing_else(self, dearer_items):
        def books():
            return (
                list(ValueEntry.objects.order_by("pk").values_list("pk", flat=True)),
                CostChange.objects.count(),
                GLEntry.objects.count(),
                ItemRegister.objects.count(),
                list(ItemCostState.objects.order_by("pk").values()),
                list(Item.objects.order_by("pk").values_list("unit_cost", flat=True)),
                list(AvgCostAdjmtEntryPoint.objects.order_by("pk").values()),
            )

        before = books()
        adjustment.adjust_cost(today=DAY, preview=True)

        assert books() == before

    def test_is_planned_again_where_an_item_was_posted_meanwhile(self, dearer_chairs, monkeypatch):
        real, moved = steps.compute, []

        def compute(loaded, terms):
            if not moved:
                moved.append(True)
                ItemCostState.objects.update(change_no=loaded.change_no + 1)
            return real(loaded, terms)

        monkeypatch.setattr(steps, "compute", compute)
        preview = adjustment.adjust_cost(today=DAY, preview=True)

        assert (preview.items, preview.entries, preview.failed) == (1, 1, 0)
        assert len(planned(preview.run_id)) == 1


class TestTwoLevels:
    """2 chairs of 1 seat each are assembled, 1 is sold; the seats are invoiced 1.00 dearer."""

    @pytest.fixture
    def chair_of_seats(self):
        factories.company()
        return dearer_product(factories.item("SEAT"), factories.item("CHAIR"))

    def test_a_product_is_opened_by_its_component_and_adjusted_after_it(self, chair_of_seats):
        result = adjustment.adjust_cost(today=DAY)

        assert states(result.run_id) == {"CHAIR": "done", "SEAT": "done"}
        assert corrections() == [("CHAIR", Decimal(2)), ("CHAIR", Decimal(-1)), ("SEAT", Decimal(-2))]
        log = AdjustmentRunItem.objects.get(run_id=result.run_id, item__no="CHAIR")
        assert (log.entries_made, log.amount, log.amounts) == (2, Decimal(1), {"2026-01": "1.00000"})
        assert check_books.breaches() == []

    def test_a_preview_plans_the_product_by_the_plan_of_its_component(self, chair_of_seats):
        preview = adjustment.adjust_cost(today=DAY, preview=True)
        plan = planned(preview.run_id)
        assert corrections() == []

        run = adjustment.adjust_cost(today=DAY)

        assert plan == made(run.run_id)
        assert len(plan) == 3
        assert (preview.entries, preview.amount) == (run.entries, run.amount)

    def test_a_run_for_the_component_leaves_the_product_unadjusted(self, chair_of_seats):
        seat, _chair = chair_of_seats

        adjustment.adjust_cost(today=DAY, item_ids=[seat.pk])

        assert corrections() == [("SEAT", Decimal(-2))]
        assert adjustment.unadjusted_item_ids() == [chair_of_seats[1].pk]

    def test_an_order_that_is_posted_meanwhile_is_read_again(self, chair_of_seats, monkeypatch):
        real, moved = orders.compute, []

        def compute(item_ids, terms, **options):
            computed = real(item_ids, terms, **options)
            if not moved and computed.settled:
                moved.append(True)
                InventoryAdjmtEntryOrder.objects.update(change_no=F("change_no") + 1)
            return computed

        monkeypatch.setattr(orders, "compute", compute)
        adjustment.adjust_cost(today=DAY)

        assert moved
        assert corrections() == [("CHAIR", Decimal(2)), ("CHAIR", Decimal(-1)), ("SEAT", Decimal(-2))]

    def test_an_excluded_product_keeps_its_cost(self, chair_of_seats):
        ItemCostState.objects.filter(item__no="CHAIR").update(excluded=True)

        result = adjustment.adjust_cost(today=DAY)

        assert states(result.run_id) == {"SEAT": "done"}
        assert corrections() == [("SEAT", Decimal(-2))]


class TestThroughADate:
    @pytest.fixture
    def two_periods(self):
        """Average per day: 10 at 1.00 on 1 Jan, 2 sold on 2 Jan and 2 on 10 Jan; the receipt is invoiced at 2.00."""
        factories.company()
        rope = factories.item("ROPE", method="average")
        purchase = factories.purchase_order(rope, quantity="10", unit_cost="1.00")
        post(purchase, invoice=False)
        for day in (2, 10):
            post(factories.sales_order(rope, quantity="2"), on=date(2026, 1, day))
        purchase.lines.update(unit_amount=Decimal("2.00"))
        post(purchase, on=date(2026, 1, 12), handle=False)
        return rope

    def test_later_periods_of_an_average_stay_as_they_are_and_stay_marked(self, two_periods):
        adjustment.adjust_cost(today=DAY, through=date(2026, 1, 5))

        assert corrections() == [("ROPE", Decimal("-2.00"))]
        (point,) = AvgCostAdjmtEntryPoint.objects.values_list("valuation_date", flat=True)
        assert point == date(2026, 1, 10)

        adjustment.adjust_cost(today=DAY)

        assert corrections() == [("ROPE", Decimal("-2.00")), ("ROPE", Decimal("-2.00"))]
        assert not AvgCostAdjmtEntryPoint.objects.exists()
        assert check_books.breaches() == []

    def test_items_that_are_unadjusted_from_a_later_date_are_left_alone(self, dearer_chairs):
        result = adjustment.adjust_cost(today=DAY, through=DAY - timedelta(1))

        assert (result.items, corrections()) == (0, [])


class TestExcludedItems:
    def test_are_left_out_of_runs(self, dearer_items):
        ItemCostState.objects.filter(item__no="SOFA").update(excluded=True)

        result = adjustment.adjust_cost(today=DAY)

        assert states(result.run_id) == {"CHAIR": "done", "TABLE": "done"}

    def test_are_not_opened_by_a_component(self, dearer_chairs):
        lamp = factories.item("LAMP")
        ItemCostState.objects.create(item=lamp, excluded=True)
        run = start()

        claims.open_items(run.pk, [lamp.pk])

        assert states(run.pk) == {"CHAIR": "waiting"}


class TestOpeningAgain:
    def test_a_finished_item_waits_again_and_a_new_one_is_added(self, dearer_items):
        result = adjustment.adjust_cost(today=DAY)
        lamp = factories.item("LAMP")

        claims.open_items(result.run_id, [lamp.pk, dearer_items["SOFA"].pk])

        assert states(result.run_id) == {"CHAIR": "done", "LAMP": "waiting", "SOFA": "waiting", "TABLE": "done"}

    def test_a_run_for_some_items_takes_no_others(self, dearer_items):
        run = start(item_ids=[dearer_items["SOFA"].pk])

        claims.open_items(run.pk, [dearer_items["CHAIR"].pk])

        assert states(run.pk) == {"SOFA": "waiting"}

    def test_an_item_that_failed_stays_aside(self, dearer_chairs):
        run = start()
        run.items.update(state=RunState.FAILED)

        claims.open_items(run.pk, [dearer_chairs.pk])

        assert states(run.pk) == {"CHAIR": "failed"}


def test_work_is_shared_in_several_batches():
    progress = claims.Progress(done=0, total=500, waiting=500)

    assert runs._limit(progress, 1) == runs.BATCH_ITEMS
    assert runs._limit(progress, 5) == 100
    assert runs._limit(claims.Progress(400, 500, 60), 5) == runs.LEAST_ITEMS
    assert runs._limit(claims.Progress(0, 100_000, 100_000), 5) == runs.BATCH_ITEMS
