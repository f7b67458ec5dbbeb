"""Cost adjustment as part of a posting: the window, and items that got something from before it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from costing import adjustment, check_books
from costing.adjustment.automatic import window_start
from costing.enums import AdjustmentTrigger
from costing.models import AvgCostAdjmtEntryPoint, CostingSetup, ItemCostState, ValueEntry
from tests import factories
from tests.dearer import assemble, dearer, invoiced_at, post, received

pytestmark = pytest.mark.django_db


def company(trigger):
    return factories.company(automatic_cost_adjustment=trigger)


def days_ago(number):
    return timezone.localdate() - timedelta(number)


def corrections():
    rows = ValueEntry.objects.filter(adjustment=True).order_by("item__no", "pk")
    return list(rows.values_list("item__no", "cost_amount_actual"))


def may_be_adjusted_online(item):
    return ItemCostState.objects.get(item=item).allow_online_adjustment


class TestTheWindow:
    @pytest.mark.parametrize(
        ("trigger", "work_date", "first_day"),
        [
            ("day", "2026-03-15", "2026-03-14"),
            ("week", "2026-03-15", "2026-03-08"),
            ("month", "2026-03-15", "2026-02-15"),
            ("month", "2026-03-31", "2026-02-28"),
            ("month", "2026-01-31", "2025-12-31"),
            ("quarter", "2026-02-28", "2025-11-28"),
            ("year", "2024-02-29", "2023-02-28"),
        ],
    )
    def test_begins_one_interval_before_the_work_date(self, trigger, work_date, first_day):
        found = window_start(AdjustmentTrigger(trigger), date.fromisoformat(work_date))

        assert found == date.fromisoformat(first_day)


class TestAutomaticAdjustment:
    def test_always_adjusts_with_the_posting_that_brings_the_cost(self):
        company("always")

        dearer(factories.item("CHAIR"), on=date(2020, 1, 1))

        assert corrections() == [("CHAIR", Decimal(-2))]
        assert adjustment.unadjusted_item_ids() == []
        assert check_books.breaches() == []

    def test_never_leaves_it_to_a_run(self):
        company("never")

        chair = dearer(factories.item("CHAIR"), on=days_ago(3))

        assert corrections() == []
        assert adjustment.unadjusted_item_ids() == [chair.pk]

    def test_within_the_window_is_adjusted_at_once(self):
        company("week")

        dearer(factories.item("CHAIR"), on=days_ago(5))

        assert corrections() == [("CHAIR", Decimal(-2))]

    def test_an_invoice_of_today_for_an_old_receipt_is_within_it(self):
        company("week")
        chair = factories.item("CHAIR")
        purchase = received(chair, on=days_ago(6))
        post(factories.sales_order(chair, quantity="2"), on=days_ago(5))

        invoiced_at(purchase, "6.00", on=days_ago(0))

        assert corrections() == [("CHAIR", Decimal(-2))]

    def test_an_item_that_got_something_from_before_it_waits_until_a_run_has_adjusted_it(self):
        company("week")
        chair = factories.item("CHAIR")
        purchase = received(chair, on=days_ago(8))
        post(factories.sales_order(chair, quantity="2"), on=days_ago(5))
        invoiced_at(purchase, "6.00", on=days_ago(4))
        assert corrections() == [], "the receipt of before the window has taken it out"
        assert not may_be_adjusted_online(chair)

        adjustment.adjust_cost()

        assert corrections() == [("CHAIR", Decimal(-2))]
        assert may_be_adjusted_online(chair)
        dearer(chair, on=days_ago(3))
        assert not AvgCostAdjmtEntryPoint.objects.exists(), "it is adjusted with its postings again"

    def test_average_items_go_by_valuation_date(self):
        """The sale of today is valued on its own day; the invoice values the receipt of before the window."""
        company("week")
        rope = factories.item("ROPE", method="average")
        CostingSetup.objects.update(automatic_cost_adjustment="never")
        purchase = received(rope, on=days_ago(8))
        CostingSetup.objects.update(automatic_cost_adjustment="week")

        invoiced_at(purchase, "6.00", on=days_ago(0))

        assert not may_be_adjusted_online(rope)
        assert adjustment.unadjusted_item_ids() == [rope.pk]

    def test_an_excluded_item_is_left(self):
        company("always")
        chair = factories.item("CHAIR")
        ItemCostState.objects.create(item=chair, excluded=True)

        dearer(chair)

        assert corrections() == []

    def test_a_product_follows_its_component(self):
        company("always")
        seat, chair = factories.item("SEAT"), factories.item("CHAIR")
        factories.bom_line(parent=chair, component=seat, quantity_per=Decimal(1))
        purchase = received(seat)
        assemble(chair, quantity="2", on=date(2026, 1, 2))
        post(factories.sales_order(chair, quantity="1"), on=date(2026, 1, 3))

        invoiced_at(purchase, "6.00", on=date(2026, 1, 4))

        assert corrections() == [("CHAIR", Decimal(2)), ("CHAIR", Decimal(-1)), ("SEAT", Decimal(-2))]
        assert adjustment.unadjusted_item_ids() == []
        assert check_books.breaches() == []
