"""The plan of the demo company: pure functions of the sample."""

from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest

from costing.demo.plan import COUNT_DATE, MAIN, PORT, TRANSFER_DATE, make_plan
from costing.demo.source import read_source


@pytest.fixture(scope="module")
def source():
    return read_source()


@pytest.fixture(scope="module")
def plan(source):
    return make_plan(source)


class TestTheSample:
    def test_is_read_whole(self, source):
        assert (len(source.lines), len(source.items), source.left_out) == (5000, 1682, [])

    def test_gives_half_of_the_items_each_method(self, source):
        assert Counter(item.item_model_group for item in source.items.values()) == {"FIFO": 841, "AVERAGE": 841}

    def test_takes_postage_and_vouchers_for_services(self, source):
        assert sorted(no for no, item in source.items.items() if item.is_service) == ["DOT", "POST", "gift_0001_30"]

    def test_costs_about_55_percent_of_the_price(self, source):
        goods = [item for item in source.items.values() if not item.is_service]
        share = sum(item.cost for item in goods) / sum(item.unit_price for item in goods)
        assert Decimal("0.54") < share < Decimal("0.56")

    def test_is_the_same_each_time(self, source, plan):
        assert make_plan(read_source()) == plan


class TestThePlan:
    def test_leaves_no_shelf_empty(self, source, plan):
        """Walk through the days in the order in which they are posted; no stock may go below zero."""
        stock = defaultdict(Decimal)
        for each in plan.opening:
            stock[each.item_no, MAIN] += each.quantity
        goods = {no for no, item in source.items.items() if not item.is_service}
        sales = defaultdict(list)
        for line in source.lines:
            if line.item_no in goods:
                sales[line.day].append(line)
        first, last = min(sales), max(sales)
        for day in (first - timedelta(days=7) + timedelta(days=n) for n in range((last - first).days + 8)):
            for order in plan.orders:
                if order.received_on == day:
                    for line in order.lines:
                        stock[line.item_no, line.location] += line.quantity
            for line in sales[day]:
                stock[line.item_no, line.location] -= line.quantity
                assert stock[line.item_no, line.location] >= 0, (day, line)
            for each in plan.transfer if day == TRANSFER_DATE else ():
                stock[each.item_no, MAIN] -= each.quantity
                stock[each.item_no, PORT] += each.quantity
                assert stock[each.item_no, MAIN] >= 0
            for each in plan.count if day == COUNT_DATE else ():
                assert abs(stock[each.item_no, MAIN] - each.quantity) <= 1
                stock[each.item_no, MAIN] = each.quantity

    def test_invoices_a_fifth_of_the_orders_dearer(self, plan):
        dearer = [order for order in plan.orders if order.invoice_factor != 1]
        assert (len(plan.orders), len(dearer)) == (72, 14)
        line = dearer[0].lines[0]
        assert dearer[0].invoice_unit_cost(line) == line.unit_cost * Decimal("1.03")

    def test_has_freight_a_transfer_and_a_count(self, plan):
        assert sum(order.freight > 0 for order in plan.orders) == 24
        assert len(plan.transfer) > 10
        assert len(plan.count) == 60
