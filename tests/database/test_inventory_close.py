"""Closes of random months: reversed they are as before, run again the same, and recalculating first changes nothing."""

import json
import random
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Sum

from config.base import jobs
from config.base.errors import DomainError
from config.base.models import Job, JobState
from costing import closing
from costing.check_books import breaches
from costing.closing import Options
from costing.enums import CloseKind, RunState
from costing.models import InventoryClose, InventoryPeriod, Settlement, ValueEntry
from inventory.models import Item, ItemLedgerEntry
from ledger.models import GLAccount
from tests.scenarios.loading import Scenario, Step
from tests.scenarios.runner import perform
from tests.scenarios.world import set_up

pytestmark = pytest.mark.django_db

END = date(2026, 1, 31)
METHODS = {
    "FI": "fifo",
    "LI": "lifo",
    "LD": "lifo_date",
    "WA": "weighted_average",
    "WD": "weighted_average_date",
}


def items():
    settled = {"settle_at": "close"}
    return [
        settled | {"item": f"{short}-{int(physical)}", "method": method, "include_physical_value": physical}
        for short, method in METHODS.items()
        for physical in (False, True)
    ]


def make_world(steps=(), *, by_place=False):
    setup = {"average_cost_calculation": "item_location_variant" if by_place else "item"}
    scenario = Scenario("random", "random", setup, items(), ["BLUE", "RED"], list(steps))
    return set_up(scenario)


def random_month(world, source, *, first=date(2026, 1, 1), count=45):
    """Post a month: receipts and issues, some invoiced later or not at all, transfers, marks, more out than in."""
    for number in range(count):
        item = source.choice(items())["item"]
        day = {
            "date": first + timedelta(days=source.randint(0, 27)),
            "item": item,
            "quantity": Decimal(source.randint(1, 9)),
        }
        place = {"location": source.choice(["BLUE", "RED"])}
        price = {"unit_cost": Decimal(source.randint(300, 900)) / 100}
        kind = source.choice(["purchase", "purchase", "receive", "sale", "sale", "ship", "transfer"])
        ref = f"E{first}{number}"
        if kind == "transfer":
            do(world, kind, day | {"from": "BLUE", "to": "RED", "ref": ref})
            continue
        do(world, kind, day | place | {"ref": ref} | (price if kind in ("purchase", "receive") else {}))
        if kind in ("receive", "ship") and source.random() < 0.6:
            part = Decimal(source.randint(1, int(day["quantity"])))
            do(
                world,
                "invoice",
                {"of": ref, "date": day["date"], "quantity": part} | (price if kind == "receive" else {}),
            )


def do(world, name, body):
    perform(world, Step(1, name, body))


def picture():
    """All that a reversal must restore: costs, open quantities, settlements, card costs, account balances."""
    costs = ValueEntry.objects.values_list("item_ledger_entry").annotate(
        Sum("cost_amount_actual"), Sum("cost_amount_expected")
    )
    settlements = Settlement.objects.filter(cancelled_by__isnull=True)
    return {
        "costs": sorted(costs),
        "open": list(ItemLedgerEntry.objects.order_by("pk").values_list("pk", "remaining_quantity", "open")),
        "settlements": sorted(settlements.values_list("issue", "receipt", "quantity", "amount", "marked"), key=str),
        "cards": list(Item.objects.order_by("pk").values_list("pk", "unit_cost")),
        "accounts": [(account.no, account.balance) for account in GLAccount.objects.with_balance().order_by("no")],
    }


def run(kind=CloseKind.CLOSE, on=END, **options):
    return closing.close_inventory(Options(on=on, kind=kind, **options))


class TestRandomMonths:
    @pytest.mark.parametrize("seed", range(3))
    @pytest.mark.parametrize("by_place", [False, True], ids=["per item", "per place"])
    def test_reversed_run_again_and_recalculated_first(self, seed, by_place):
        world = make_world(by_place=by_place)
        source = random.Random(seed)
        random_month(world, source)
        before = picture()

        first = run()
        closed = picture()
        closing.reverse_close(close_id=first.close_id)
        reversed_ = picture()
        run(CloseKind.RECALCULATION)
        again = run()

        assert reversed_ == before
        assert picture() == closed
        assert again.settlements == first.settlements
        assert breaches() == []
        value = value_as_of(END)
        random_month(world, source, first=date(2026, 2, 1), count=20)
        run(on=date(2026, 2, 28))
        assert value_as_of(END) == value
        assert breaches() == []

    def test_value_is_only_shifted(self):
        """What the close adds to stock, it takes from what went out."""
        random_month(make_world(), random.Random(7))
        before = sum(balance for _no, balance in picture()["accounts"])

        run()

        assert sum(balance for _no, balance in picture()["accounts"]) == before == 0


def value_as_of(day):
    found = ValueEntry.objects.filter(posting_date__lte=day)
    return found.aggregate(actual=Sum("cost_amount_actual"), expected=Sum("cost_amount_expected"))


@pytest.fixture
def two_receipts():
    """2 at 10.00 and 2 at 20.00, 2 issued at 15.00: FIFO makes it 10.00 each."""
    world = make_world()
    day = {"item": "FI-0", "quantity": Decimal(2)}
    do(world, "purchase", day | {"date": date(2026, 1, 2), "unit_cost": Decimal(10)})
    do(world, "purchase", day | {"date": date(2026, 1, 3), "unit_cost": Decimal(20)})
    do(world, "sale", day | {"date": date(2026, 1, 4)})
    return world


class TestRuns:
    def test_a_rehearsal_is_the_run_that_is_not_stored(self, two_receipts):
        before = picture()

        rehearsed = run(rehearsal=True)
        stored = picture()
        closed = run()

        assert stored == before
        assert (rehearsed.adjusted, rehearsed.settlements) == (closed.adjusted, closed.settlements) == (10, 1)
        lines = [list(plan_of(each)) for each in (rehearsed, closed)]
        assert lines[0] == lines[1]

    def test_the_ledger_waits_where_it_is_not_updated(self, two_receipts):
        result = run(update_ledger=False)

        close = InventoryClose.objects.get(pk=result.close_id)
        waiting = ValueEntry.objects.filter(register=close.register, to_post__isnull=False)
        assert close.voucher_id is None
        assert [value.cost_amount_actual for value in waiting] == [10]
        assert breaches() == []

    def test_closes_the_period_and_reopens_exactly_it(self, two_receipts):
        january = InventoryPeriod.objects.create(ending_date=END)
        december = InventoryPeriod.objects.create(ending_date=date(2025, 12, 31), closed=True)

        result = run()
        january.refresh_from_db()
        was_closed = january.closed
        closing.reverse_close(close_id=result.close_id)

        january.refresh_from_db()
        december.refresh_from_db()
        assert (was_closed, january.closed, december.closed) == (True, False, True)

    def test_a_cancelled_run_leaves_the_books_as_before(self, two_receipts):
        before = picture()

        def stop(_done, _total):
            raise jobs.JobCancelled

        with pytest.raises(jobs.JobCancelled):
            closing.close_inventory(Options(on=END), report=stop)

        assert picture() == before
        assert InventoryClose.objects.get().state == RunState.CANCELLED
        assert run().adjusted == 10

    def test_is_refused_while_another_is_unfinished(self, two_receipts):
        job = Job.objects.create(kind="close_inventory", title="close", state=JobState.RUNNING)
        unfinished = left_running(job=job)

        with pytest.raises(DomainError) as refused:
            run()

        assert refused.value.code == "already_running"
        assert f"{unfinished.pk} of 2026-01-31 is not finished" in str(refused.value)

    @pytest.mark.parametrize("job_state", [None, JobState.FAILED, JobState.CANCELLED])
    def test_what_was_left_behind_bars_nothing_and_is_given_up(self, two_receipts, job_state):
        job = job_state and Job.objects.create(
            kind="close_inventory", title="close", state=job_state, finished_at="2026-02-01T00:00Z"
        )
        dead = left_running(job=job, on=date(2026, 2, 28))

        do(two_receipts, "sale", {"item": "FI-0", "quantity": Decimal(1), "date": date(2026, 2, 1)})
        closed = run()

        dead.refresh_from_db()
        assert (dead.state, dead.job_id) == (RunState.FAILED, None)
        closing.reverse_close(close_id=closed.close_id)

    def test_on_hand_is_not_adjusted_while_a_run_is_unfinished(self, two_receipts):
        run()
        job = Job.objects.create(kind="close_inventory", title="close", state=JobState.QUEUED)
        left_running(job=job, on=date(2026, 2, 28))

        with pytest.raises(DomainError) as refused:
            item = Item.objects.get(no="FI-0")
            closing.adjust_on_hand(item_id=item.pk, new=closing.NewValue(unit_cost=Decimal(30)))

        assert refused.value.code == "already_running"

    def test_the_voucher_is_summed_by_account(self, two_receipts):
        result = run()

        voucher = InventoryClose.objects.get(pk=result.close_id).voucher
        assert sorted(voucher.entries.values_list("amount", flat=True)) == [-10, 10]
        assert (voucher.posting_date, voucher.document_no) == (END, f"CLOSE-{result.close_id}")


def left_running(*, job, on=END):
    """A run that was begun and whose process is gone, unless its job says otherwise."""
    return InventoryClose.objects.create(
        closing_date=on, state=RunState.RUNNING, job=job, created_at="2026-02-01T00:00Z"
    )


def plan_of(result):
    lines = InventoryClose.objects.get(pk=result.close_id).plan_lines.order_by("pk")
    return lines.values_list("item", "issue", "receipt", "quantity", "amount")


class TestCommandsAndJobs:
    def test_close_and_reverse_by_command(self, two_receipts):
        out = StringIO()

        call_command("close_inventory", "2026-01-31", "--rehearse", "--json", stdout=out)
        rehearsed = json.loads(out.getvalue())
        call_command("recalculate_inventory", "2026-01-31", stdout=StringIO())
        call_command("close_inventory", "2026-01-31", stdout=StringIO())
        call_command("reverse_close", stdout=StringIO())

        assert rehearsed["adjusted"] == "10.00000"
        assert len(rehearsed["plan"]) == 2
        states = InventoryClose.objects.order_by("pk").values_list("kind", "state")
        assert list(states) == [("close", "done"), ("recalculation", "done"), ("close", "reversed")]

    @pytest.mark.django_db(transaction=True)
    def test_close_by_job_delivered_twice(self, two_receipts):
        job = jobs.enqueue("close_inventory", parameters={"on": "2026-01-31"}, requested_by=None, title="close")
        with jobs.running(job.pk) as claimed:
            handler = jobs.registry.handler_of("close_inventory")
            handler(claimed)
            handler(claimed)

        job.refresh_from_db()
        close = InventoryClose.objects.get()
        assert job.state == JobState.DONE
        assert (close.job_id, close.state) == (job.pk, RunState.DONE)
