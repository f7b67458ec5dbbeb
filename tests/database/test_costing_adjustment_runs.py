"""Two runs of cost adjustment at once, and a run that is taken up again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from costing import adjustment, check_books
from costing.enums import RunState
from costing.models import AdjustmentRun, AvgCostAdjmtEntryPoint, ValueEntry
from costing.posting import documents
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 1)


def post(order, *, on=DAY, handle=True, invoice=True):
    documents.post_document(document_id=order.pk, posting_date=on, handle=handle, invoice=invoice, user_id=None)


@pytest.fixture
def dearer_chairs():
    """5 received at 5.00, 2 of them sold, then invoiced at 6.00: the sale lacks 2.00."""
    factories.company()
    chair = factories.item("CHAIR")
    purchase = factories.purchase_order(chair, quantity="5", unit_cost="5.00")
    post(purchase, invoice=False)
    post(factories.sales_order(chair, quantity="2"), on=DAY + timedelta(1))
    purchase.lines.update(unit_amount=Decimal("6.00"))
    post(purchase, on=DAY + timedelta(2), handle=False)
    return chair


def corrections():
    return list(ValueEntry.objects.filter(adjustment=True).values_list("cost_amount_actual", flat=True))


class TestTwoRunsAtOnce:
    def test_correct_an_entry_once(self, dearer_chairs):
        def another_run_comes_between(done, total):
            if done == 0 and not corrections():
                adjustment.adjust_cost(today=DAY)

        adjustment.adjust_cost(today=DAY, report=another_run_comes_between)

        assert corrections() == [Decimal("-2.00")]
        assert check_books.breaches() == []


class TestSecondRun:
    def test_makes_no_entry(self, dearer_chairs):
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
