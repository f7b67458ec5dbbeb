"""Kill -9 of workers at random points of one cost adjustment: the books end as those of an undisturbed run.

Two sets of items are posted by the same documents: bought goods, and products assembled of them. One set is adjusted
undisturbed, the other by several workers that are killed again and again.
"""

import random
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from config.base import jobs
from config.base.models import Job
from costing import adjustment, check_books
from costing.models import AdjustmentRunItem, AvgCostAdjmtEntryPoint, InventoryAdjmtEntryOrder
from costing.posting.documents import post_document
from tests import factories
from tests.dearer import assemble
from tests.jobs.processes import kill, wait_for, worker_environment

pytestmark = pytest.mark.django_db(transaction=True)

GOODS = 100
PRODUCTS = 20
KILLS = 20
WORKERS = 3
METHODS = ("fifo", "average", "lifo")

BOOKS_OF = """
SELECT substr(i.no, 2), v.item_ledger_entry_type, v.entry_type, v.variance_type, v.posting_date, v.valuation_date,
       v.valued_quantity, v.invoiced_quantity, v.cost_amount_actual, v.cost_amount_expected, v.adjustment,
       (SELECT array_agg((r.pair, r.amount, a.no, b.no)::text ORDER BY r.pair)
        FROM costing_glitemledgerrelation r
        JOIN ledger_glentry g ON g.id = r.gl_entry_id JOIN ledger_glaccount a ON a.id = g.gl_account_id
        JOIN ledger_glentry h ON h.id = r.balancing_gl_entry_id JOIN ledger_glaccount b ON b.id = h.gl_account_id
        WHERE r.value_entry_id = v.id),
       (SELECT array_agg((c.quantity, c.amount, c.average_period_end)::text ORDER BY c.amount)
        FROM costing_costchange c WHERE c.value_entry_id = v.id),
       i.unit_cost
FROM costing_valueentry v JOIN inventory_item i ON i.id = v.item_id
WHERE i.no LIKE %s
ORDER BY i.no, v.item_ledger_entry_id, v.id
"""
BALANCES_OF = """
SELECT substr(i.no, 2), b.quantity, b.cost FROM costing_itembalance b JOIN inventory_item i ON i.id = b.item_id
WHERE i.no LIKE %s ORDER BY i.no
"""


def books_of(letter):
    """Everything costing holds about the items of a set, without numbers and times."""
    with connection.cursor() as cursor:
        cursor.execute(BOOKS_OF, [f"{letter}%"])
        values = cursor.fetchall()
        cursor.execute(BALANCES_OF, [f"{letter}%"])
        return values, cursor.fetchall()


def order(books, items, kind, *, quantity="10", **partner):
    document = factories.document(kind=kind, **partner)
    for item in items:
        factories.document_line(document, item=item, quantity=quantity, unit_amount=Decimal("5.55"))
    return document


def post(document, posting_date, *, handle=False, invoice=False):
    post_document(document_id=document.pk, posting_date=posting_date, handle=handle, invoice=invoice, user_id=None)


@pytest.fixture
def two_sets():
    """Received at 5.55, some assembled, some sold, and then the receipt invoiced at 7.77."""
    books = factories.company(expected_cost_posting=True)
    goods = [
        factories.item(f"{letter}G{number:03d}", method=METHODS[number % 3])
        for letter in "AB"
        for number in range(GOODS)
    ]
    products = [
        factories.item(f"{letter}P{number:03d}", method=METHODS[number % 2])
        for letter in "AB"
        for number in range(PRODUCTS)
    ]
    purchase = order(books, goods, "purchase_order", vendor=books.vendor)
    post(purchase, date(2026, 1, 5), handle=True)
    by_no = {item.no: item for item in goods}
    for product in products:
        component = by_no[product.no.replace("P", "G")]
        factories.bom_line(parent=product, component=component, quantity_per=Decimal(1))
        assemble(product, quantity="4", on=date(2026, 1, 6))
    sale = order(books, goods + products, "sales_order", customer=books.customer, quantity="3")
    post(sale, date(2026, 1, 7), handle=True, invoice=True)
    purchase.lines.update(unit_amount=Decimal("7.77"))
    post(purchase, date(2026, 1, 9), invoice=True)
    return goods + products


@pytest.fixture
def worker_processes():
    """Start worker processes that are killed at the end."""
    started = []

    def start():
        command = [sys.executable, "-m", "tests.jobs.adjusting"]
        environment = worker_environment() | {"ADJUSTMENT_WORKERS": str(WORKERS)}
        process = subprocess.Popen(command, env=environment, start_new_session=True, stdout=subprocess.PIPE)
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)
        process.stdout.close()


def disturb(processes, start, job, *, open_at_most):
    """Kill a worker that is adjusting, at a random moment; tell the sweep at once, and start another worker.

    `open_at_most`: not before the run has come so far.
    """
    wait_for_items(job, open_at_most)
    victim, job = busy_worker(processes)
    time.sleep(random.uniform(0, 0.1))
    kill(victim)
    processes.remove(victim)
    Job.objects.filter(pk=job.pk, state="running", worker=job.worker).update(heartbeat_at="2026-01-01T00:00Z")
    jobs.sweep()
    processes.append(start())


def busy_worker(processes, *, seconds=60):
    """Return a worker process that has claimed items now, with its job."""
    by_pid = {process.pid: process for process in processes}
    for _attempt in range(seconds * 100):
        claims = AdjustmentRunItem.objects.filter(state="running", job__state="running").select_related("job")
        found = [(by_pid.get(int(claim.job.worker.rpartition(":")[2])), claim.job) for claim in claims]
        busy = [(process, job) for process, job in found if process is not None]
        if busy:
            return random.choice(busy)
        time.sleep(0.01)
    raise AssertionError("No worker adjusts anything")


def open_items(job):
    return AdjustmentRunItem.objects.filter(run__job=job).exclude(state="done").count()


def wait_for_items(job, open_at_most, *, seconds=60):
    for _attempt in range(seconds * 100):
        if open_items(job) <= open_at_most:
            return
        time.sleep(0.01)
    raise AssertionError("The workers adjust nothing")


@pytest.fixture
def _many_attempts(settings):
    settings.JOB_MAX_ATTEMPTS = 1000


@pytest.mark.usefixtures("_many_attempts")
def test_a_run_whose_workers_are_killed_ends_with_the_same_books(two_sets, worker_processes):
    undisturbed = [item.pk for item in two_sets if item.no.startswith("A")]
    disturbed = [item.pk for item in two_sets if item.no.startswith("B")]
    adjustment.adjust_cost(item_ids=undisturbed)

    job = jobs.enqueue("adjust_cost", parameters={"item_ids": disturbed}, requested_by=None, title="Adjust cost")
    processes = [worker_processes() for _number in range(WORKERS)]
    left = []
    for kills in range(KILLS):
        disturb(processes, worker_processes, job, open_at_most=GOODS + PRODUCTS - 4 * kills)
        left.append(open_items(job))
    wait_for(job, "done")

    assert left[-1] > 0, "the last kill must fall into the run"
    assert AdjustmentRunItem.objects.filter(run__job=job, state="done").count() == GOODS + PRODUCTS
    assert books_of("A") == books_of("B")
    assert any(row[10] for row in books_of("B")[0]), "the adjustment must have had something to do"
    assert not AvgCostAdjmtEntryPoint.objects.exists()
    assert not InventoryAdjmtEntryOrder.objects.filter(cost_is_adjusted=False).exists()
    assert check_books.breaches() == []
