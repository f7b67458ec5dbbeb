"""Cost adjustment beside postings and beside itself: nobody waits for a computation, and nothing is lost."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from costing import adjustment, check_books
from costing.adjustment import orders, steps
from costing.models import AvgCostAdjmtEntryPoint, ValueEntry
from tests import factories, threads
from tests.dearer import DAY, dearer, dearer_product, post
from tests.jobs.test_adjustment_killed import books_of

pytestmark = pytest.mark.django_db(transaction=True)

LATER = DAY + timedelta(20)


@pytest.fixture
def held_computation(monkeypatch):
    """Hold every computation up until told to go on; returns (it has begun, let it go on)."""
    begun, go_on = threading.Event(), threading.Event()
    real = steps.compute

    def compute(loaded, terms):
        begun.set()
        assert go_on.wait(30)
        return real(loaded, terms)

    monkeypatch.setattr(steps, "compute", compute)
    return begun, go_on


class TestAPosting:
    def test_of_an_item_under_adjustment_does_not_wait_for_its_computation(self, held_computation, settings):
        settings.LOCK_TIMEOUT_MS = 1
        begun, go_on = held_computation
        factories.company()
        chair = dearer(factories.item("CHAIR"))
        run = threads.start(lambda: adjustment.adjust_cost(today=DAY))
        assert begun.wait(10)

        post(factories.sales_order(chair, quantity="1"), on=LATER)

        assert not run.done(), "the computation is still held up"
        settings.LOCK_TIMEOUT_MS = 10_000
        go_on.set()
        assert run.result(30).items == 1
        adjustment.adjust_cost(today=DAY)
        assert check_books.breaches() == []

    def test_of_a_product_does_not_wait_for_its_components(self, held_computation, settings):
        settings.LOCK_TIMEOUT_MS = 1
        begun, go_on = held_computation
        factories.company()
        _seat, chair = dearer_product(factories.item("SEAT"), factories.item("CHAIR"))
        run = threads.start(lambda: adjustment.adjust_cost(today=DAY))
        assert begun.wait(10)

        post(factories.sales_order(chair, quantity="1"), on=LATER)

        settings.LOCK_TIMEOUT_MS = 10_000
        go_on.set()
        assert run.result(30).failed == 0


class TestPostingsWhileARunWorks:
    def test_end_with_one_more_run_as_the_same_postings_alone(self, monkeypatch):
        """Set A is posted, then adjusted. Set B is posted further while each of its items is computed."""
        factories.company()
        sets = {letter: make_set(letter) for letter in "AB"}
        for item in sets["A"]:
            sell_more(item)
        adjustment.adjust_cost(today=DAY, item_ids=[item.pk for item in sets["A"]])

        sold = set()
        real = steps.compute

        def compute(loaded, terms):
            computed = real(loaded, terms)
            if loaded.item_id not in sold:
                sold.add(loaded.item_id)
                threads.start(lambda: sell_more(next(i for i in sets["B"] if i.pk == loaded.item_id))).result(30)
            return computed

        monkeypatch.setattr(steps, "compute", compute)
        adjustment.adjust_cost(today=DAY, item_ids=[item.pk for item in sets["B"]])
        monkeypatch.undo()
        adjustment.adjust_cost(today=DAY)

        assert sold == {item.pk for item in sets["B"]}
        assert same_totals("A") == same_totals("B")
        assert not AvgCostAdjmtEntryPoint.objects.exists()
        assert check_books.breaches() == []


class TestTwoRunsAtOnce:
    def test_make_the_books_of_one(self):
        factories.company()
        sets = {letter: make_set(letter) for letter in "AB"}
        adjustment.adjust_cost(today=DAY, item_ids=[item.pk for item in sets["A"]])

        ids = [item.pk for item in sets["B"]]
        two = [threads.start(lambda: adjustment.adjust_cost(today=DAY, item_ids=ids)) for _run in range(2)]
        results = [run.result(60) for run in two]

        assert [result.failed for result in results] == [0, 0]
        assert books_of("A") == books_of("B")
        assert check_books.breaches() == []

    def test_that_read_the_same_order_settle_it_once(self, monkeypatch):
        factories.company()
        _seat, chair = dearer_product(factories.item("SEAT"), factories.item("CHAIR"))
        both_have_read, waited = threading.Barrier(2, timeout=30), threading.local()
        real = orders.compute

        def compute(item_ids, terms, **options):
            planned = real(item_ids, terms, **options)
            if not hasattr(waited, "once"):
                waited.once = True
                both_have_read.wait()
            return planned

        monkeypatch.setattr(orders, "compute", compute)
        two = [threads.start(lambda: adjustment.adjust_cost(today=DAY)) for _run in range(2)]

        assert [run.result(60).failed for run in two] == [0, 0]
        assert corrections_of_output(chair) == [Decimal("2.00")]
        assert check_books.breaches() == []


def corrections_of_output(product):
    made = ValueEntry.objects.filter(item=product, item_ledger_entry_type="assembly_output", adjustment=True)
    return list(made.values_list("cost_amount_actual", flat=True))


def make_set(letter):
    """Items of each method that lack something, and a product of a component that does."""
    items = [dearer(factories.item(f"{letter}{method}", method=method)) for method in ("fifo", "lifo", "average")]
    component, product = factories.item(f"{letter}SEAT"), factories.item(f"{letter}CHAIR", method="average")
    return [*items, *dearer_product(component, product)]


def sell_more(item):
    post(factories.sales_order(item, quantity="1"), on=LATER)


def same_totals(letter):
    """Cost of each movement, whatever number of corrections made it; quantities, and what the cards say."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT substr(i.no, 2), e.posting_date, e.entry_type, e.quantity, sum(v.cost_amount_actual),
                   sum(v.cost_amount_expected), i.unit_cost
            FROM costing_valueentry v JOIN inventory_item i ON i.id = v.item_id
            JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
            WHERE i.no LIKE %s GROUP BY i.no, e.id, i.unit_cost ORDER BY i.no, e.id
            """,
            [f"{letter}%"],
        )
        return cursor.fetchall()
