"""Kill -9 of the worker in the middle of a cost adjustment: the books end as those of an undisturbed run.

Two sets of items are posted by the same documents. One is adjusted undisturbed, the other by workers that are killed.
"""

import time
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from config.base import jobs
from config.base.models import Job
from costing import check_books
from costing.adjustment import adjust_cost
from costing.models import AdjustmentRunItem, AvgCostAdjmtEntryPoint
from costing.posting.documents import post_document
from tests import factories
from tests.jobs.processes import kill, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

ITEMS = 60
KILLS = 3

BOOKS_OF = """
SELECT substr(i.no, 2), v.item_ledger_entry_type, v.entry_type, v.posting_date, v.valuation_date, v.document_no,
       v.valued_quantity, v.cost_amount_actual, v.cost_amount_expected, v.adjustment,
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


def books_of(letter):
    """Everything costing holds about the items of a set, without numbers and times."""
    with connection.cursor() as cursor:
        cursor.execute(BOOKS_OF, [f"{letter}%"])
        return cursor.fetchall()


@pytest.fixture
def two_sets():
    """Both sets, FIFO and average: received at 5.55, some sold, and then the receipt invoiced at 7.77."""
    books = factories.company(expected_cost_posting=True)
    items = [
        factories.item(f"{letter}{number:03d}", method="fifo" if number % 2 else "average")
        for letter in "AB"
        for number in range(ITEMS)
    ]
    purchase = order(books, items, "purchase_order", vendor=books.vendor)
    post(purchase, date(2026, 1, 5), handle=True)
    sale = order(books, items, "sales_order", customer=books.customer, quantity="3")
    post(sale, date(2026, 1, 6), handle=True, invoice=True)
    purchase.lines.update(unit_amount=Decimal("7.77"))
    post(purchase, date(2026, 1, 9), invoice=True)
    return items


def order(books, items, kind, *, quantity="10", **partner):
    document = factories.document(kind=kind, **partner)
    for item in items:
        factories.document_line(document, item=item, quantity=quantity, unit_amount=Decimal("5.55"))
    return document


def post(document, posting_date, *, handle=False, invoice=False):
    post_document(document_id=document.pk, posting_date=posting_date, handle=handle, invoice=invoice, user_id=None)


def test_a_killed_adjustment_ends_with_the_same_books(two_sets, start_worker):
    undisturbed = [item.pk for item in two_sets if item.no.startswith("A")]
    disturbed = [item.pk for item in two_sets if item.no.startswith("B")]
    adjust_cost(item_ids=undisturbed)

    job = jobs.enqueue("adjust_cost", parameters={"item_ids": disturbed}, requested_by=None, title="Adjust cost")
    killed_at = []
    for _kill in range(KILLS):
        worker = start_worker()
        killed_at.append(wait_for_items(more_than=killed_at[-1] if killed_at else 0))
        kill(worker)
        Job.objects.filter(pk=job.pk, state="running").update(heartbeat_at="2026-01-01T00:00Z")
        jobs.sweep()
    start_worker()
    wait_for(job, "done")

    assert 0 < killed_at[0] < ITEMS, "the first kill must fall into the run"
    assert books_of("A") == books_of("B")
    assert any(row[9] for row in books_of("B")), "the adjustment must have had something to do"
    assert not AvgCostAdjmtEntryPoint.objects.exists()
    assert check_books.breaches() == []


def wait_for_items(*, more_than, seconds=60):
    """Wait until the run has finished more items than before, or all of them; return how many."""
    for _attempt in range(seconds * 200):
        finished = AdjustmentRunItem.objects.filter(run__job__isnull=False, state="done").count()
        if finished > more_than or finished == ITEMS:
            return finished
        time.sleep(0.005)
    raise AssertionError("The worker adjusts nothing")
