"""Scans that arrive at the same moment."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction

from config.base.locks import Busy
from costing import scan_posting
from inventory.enums import DocumentKind, ScanTask
from inventory.locks import lock_document
from inventory.models import Document, ItemLedgerEntry, Scan
from inventory.scanning import applying, sessions
from inventory.scanning.applying import Sent
from tests import factories, threads

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 3, 2)


@pytest.fixture
def clerk():
    return factories.user("clerk")


@pytest.fixture
def session(clerk):
    """Twenty chairs are to be received."""
    books = factories.company(locations=["OSLO"])
    order = factories.document(kind=DocumentKind.PURCHASE_ORDER, no="PO-1", vendor=books.vendor)
    factories.document_line(order, item=factories.item("CHAIR"), quantity="20", location=books.locations["OSLO"])
    return sessions.start(ScanTask.RECEIVE, document_no="PO-1", user=clerk)


def scan(session, clerk, key=None):
    """Start a scan of a chair in a thread of its own."""
    sent = Sent(key or uuid4(), session.pk, "CHAIR")
    return threads.start(lambda: applying.apply(sent, user=clerk, today=TODAY))


def received():
    return Document.objects.get(no="PO-1").lines.get().quantity_to_handle


def order_id():
    return Document.objects.get(no="PO-1").pk


def test_one_key_sent_twice_at_once_is_applied_once(session, clerk):
    key = uuid4()
    with transaction.atomic():
        lock_document(order_id())
        answers = [scan(session, clerk, key), scan(session, clerk, key)]
        threads.wait_until_blocked(2)

    found = sorted((answer.result(10).repeated, answer.result(10).text) for answer in answers)

    assert found == [(False, "1 × CHAIR. 1 of 20."), (True, "1 × CHAIR. 1 of 20.")]
    assert (received(), Scan.objects.count()) == (1, 1)


def test_scans_of_several_people_at_once_all_count(session, clerk):
    with transaction.atomic():
        lock_document(order_id())
        answers = [scan(session, clerk) for _person in range(5)]
        threads.wait_until_blocked(5)

    assert {answer.result(10).state for answer in answers} == {"applied"}
    assert received() == 5


def test_a_scan_that_waits_too_long_keeps_nothing_and_may_come_again(session, clerk):
    key = uuid4()
    with transaction.atomic():
        lock_document(order_id())
        waiting = scan(session, clerk, key)
        with pytest.raises(Busy):
            waiting.result(10)

    assert Scan.objects.count() == 0
    assert scan(session, clerk, key).result(10).repeated is False
    assert received() == 1


def test_a_scan_beside_the_posting_is_posted_or_refused_and_never_lost(session, clerk):
    scan(session, clerk).result(10)
    with transaction.atomic():
        lock_document(order_id())
        post = threads.start(lambda: scan_posting.post(session_id=session.pk, posting_date=TODAY, user=clerk))
        threads.wait_until_blocked()
        late = scan(session, clerk)
        threads.wait_until_blocked(2)

    post.result(10)

    assert late.result(10).state == "refused"
    assert ItemLedgerEntry.objects.get().quantity == 1
    assert received() == 19
