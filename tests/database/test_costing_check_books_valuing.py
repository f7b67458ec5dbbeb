"""Revaluations and closed periods: clean books break no rule, and each planted breach is named."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from costing import check_books, inventory_periods
from costing.adjustment import adjust_cost
from costing.models import ValueEntry
from costing.standard_cost import set_standard_cost
from tests import factories
from tests.web.costing_books import post

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
MONTH_END = date(2026, 3, 31)


@pytest.fixture
def pumps():
    """10 pumps received at standard 5.00, 4 sold, revalued to 6.00, then 5 of the 10 invoiced; March is closed."""
    factories.company(expected_cost_posting=True)
    pump = factories.item("PUMP", method="standard", standard_cost=Decimal(5))
    purchase = factories.purchase_order(pump, quantity="10", unit_cost="5.00")
    post(purchase, on=DAY, invoice=False)
    post(factories.sales_order(pump, quantity="4"), on=DAY)
    set_standard_cost(item_id=pump.pk, on=date(2026, 3, 20), standard_cost=Decimal(6), user_id=None)
    purchase.lines.update(quantity_to_invoice=5)
    post(purchase, on=date(2026, 3, 25), handle=False)
    adjust_cost()
    march = inventory_periods.create_period(ending_date=MONTH_END, name="March")
    inventory_periods.close_period(period_id=march.pk, user_id=None, reason="done")
    return pump


@pytest.fixture
def values():
    """Value entries without their triggers, until the transaction of the test ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE costing_valueentry DISABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return ValueEntry.objects


def found(code):
    return [breach.entries for breach in check_books.breaches() if breach.code == code]


def revaluation():
    return ValueEntry.objects.filter(entry_type="revaluation").order_by("pk")[0]


def taking_back():
    return ValueEntry.objects.filter(entry_type="revaluation").order_by("pk")[1]


def test_clean_books_break_no_rule(pumps):
    assert (revaluation().cost_amount_expected, taking_back().cost_amount_expected) == (6, -3)
    assert check_books.breaches() == []


@pytest.mark.parametrize(
    "planted", [{"valued_quantity": 11}, {"partial_revaluation": False}, {"valuation_date": date(2026, 3, 1)}]
)
def test_a_revaluation_beyond_its_entry(pumps, values, planted):
    values.filter(pk=revaluation().pk).update(**planted)

    assert (revaluation().pk,) in found("revaluation")


def test_more_taken_back_than_was_expected(pumps, values):
    values.filter(pk=taking_back().pk).update(cost_amount_expected=-7)

    assert (revaluation().pk,) in found("revaluation")


def test_a_value_in_a_closed_period(pumps, values):
    post(factories.sales_order(pumps, quantity="1"), on=date(2026, 4, 1))
    late = ValueEntry.objects.order_by("-pk")[0]
    values.filter(pk=late.pk).update(posting_date=MONTH_END)

    assert found("closed_period") == [(late.pk,)]
