"""A count beside people who post: what left the shelf before it was counted is taken off once."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum

from config.base import locks
from config.base.errors import DomainError, ErrorCode
from config.base.transactions import posting
from costing import check_books
from costing.posting import journals
from inventory import counts
from inventory.models import Count, CountLine, Item, ItemJournalLine, ItemLedgerEntry
from tests import factories, threads

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 3, 2)


def move(quantity, *items, unit_cost=None):
    lines = [
        ItemJournalLine(
            line_no=10_000 * number,
            kind="positive_adjmt" if quantity > 0 else "negative_adjmt",
            posting_date=TODAY,
            item=item,
            location=factories.location("OSLO"),
            quantity=abs(Decimal(quantity)),
            unit_cost=unit_cost,
        )
        for number, item in enumerate(items, start=1)
    ]
    return journals.post_item_journal(lines=lines, user_id=None)


@pytest.fixture
def goods():
    """10 apples and 10 chairs; a count of the chairs is under way."""
    factories.company(locations=["OSLO"])
    apple, chair = factories.item("APPLE"), factories.item("CHAIR")
    move(10, apple, chair, unit_cost=Decimal(5))
    items = Item.objects.filter(no="CHAIR")
    count = counts.create_count(
        Count(posting_date=TODAY, location=factories.location("OSLO")), items=items, user_id=None
    )
    return apple, chair, count


def test_of_goods_that_somebody_else_is_just_posting(goods):
    apple, chair, count = goods
    with transaction.atomic():
        locks.lock_items([apple.pk])
        leaving = threads.start(lambda: move(-3, apple, chair))
        threads.wait_until_blocked(1)  # its time is taken, its entries are not written
        threads.start(lambda: counts.record(CountLine.objects.get(), quantity=Decimal(7), user_id=None)).result(30)
        counted = threads.start(lambda: journals.post_count(count_id=count.pk, user_id=None))
        threads.wait_until_blocked(2)
    leaving.result(30)
    counted.result(30)

    line = CountLine.objects.get()
    assert (line.quantity_calculated, line.quantity_moved, line.quantity_counted) == (10, -3, 7)
    assert ItemLedgerEntry.objects.filter(item=chair).aggregate(total=Sum("quantity"))["total"] == 7
    assert check_books.breaches() == []


def test_that_is_opened_again_just_then_is_not_posted(goods):
    _apple, _chair, count = goods
    counts.record(CountLine.objects.get(), quantity=Decimal(9), user_id=None)

    with pytest.raises(DomainError) as refused, posting() as context:
        journals.post_count_within(context, count_id=count.pk, user_id=None)

    assert refused.value.code == ErrorCode.CHANGED_MEANWHILE
    assert Count.objects.get().status == "open"
