"""A change of how averages are taken reaches back to the first open fiscal year, and no further."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from costing import check_books, setup_changes
from costing.adjustment import adjust_cost
from costing.models import ValueEntry
from costing.posting.documents import post_document
from inventory.models import ItemLedgerEntry
from ledger.models import AccountingPeriod
from tests import factories

pytestmark = pytest.mark.django_db

DECEMBER, NEW_YEAR = date(2025, 12, 10), date(2026, 1, 1)


def post(order, on, *, handle=True, invoice=True):
    post_document(document_id=order.pk, posting_date=on, handle=handle, invoice=invoice, user_id=None)
    return ItemLedgerEntry.objects.latest("pk")


def invoice(order, unit_cost, on):
    order.lines.update(unit_amount=Decimal(unit_cost))
    post(order, on, handle=False)


def cost(entry):
    return ValueEntry.objects.filter(item_ledger_entry=entry).aggregate(total=Sum("cost_amount_actual"))["total"]


@pytest.fixture
def books():
    """2025, closed, not invoiced: 10 at 5.00 in BLUE, 10 at 10.00 in RED; 4 of BLUE sold at the average of 7.50."""
    books = factories.company(locations=["BLUE", "RED"])
    books.item = factories.item("A", method="average")
    books.first = books.receive("BLUE", "10", "5.00", DECEMBER)
    books.receive("RED", "10", "10.00", DECEMBER)
    books.december = books.sell("BLUE", "4", date(2025, 12, 31))
    adjust_cost()
    assert cost(books.december) == -30
    AccountingPeriod.objects.filter(starting_date__lt=NEW_YEAR).update(closed=True)
    change = {"average_cost_calculation": "item_location_variant"}
    setup_changes.change_setup(changes=change, user=None)
    return books


@pytest.fixture(autouse=True)
def trade(monkeypatch):
    def receive(self, place, quantity, unit_cost, on):
        location = self.locations[place]
        order = factories.purchase_order(self.item, quantity=quantity, unit_cost=unit_cost, location=location)
        post(order, on, invoice=False)
        return order

    def sell(self, place, quantity, on):
        return post(factories.sales_order(self.item, quantity=quantity, location=self.locations[place]), on)

    monkeypatch.setattr(factories.Books, "receive", receive, raising=False)
    monkeypatch.setattr(factories.Books, "sell", sell, raising=False)


class TestAveragePerPlaceFromAYearOn:
    def test_each_place_begins_with_its_share_of_the_item(self, books):
        """16 of 120.00 are left: BLUE begins with 6 of 45.00, RED with 10 of 75.00."""
        books.receive("BLUE", "4", "10.00", date(2026, 1, 9))
        blue = books.sell("BLUE", "2", date(2026, 1, 10))
        red = books.sell("RED", "5", date(2026, 1, 10))

        assert (cost(blue), cost(red)) == (Decimal("-17.00"), Decimal("-37.50"))
        adjust_cost()
        assert (cost(blue), cost(red)) == (Decimal("-17.00"), Decimal("-37.50"))
        assert check_books.breaches() == []

    def test_the_closed_year_keeps_its_figures(self, books):
        adjust_cost()

        assert cost(books.december) == -30

    def test_a_later_cost_of_the_old_year_reaches_both_places(self, books):
        """16.00 more: 166.00 for 20, 8.30 each; BLUE begins with 49.80, RED with 83.00."""
        books.receive("BLUE", "4", "10.00", date(2026, 1, 9))
        blue = books.sell("BLUE", "2", date(2026, 1, 10))
        red = books.sell("RED", "5", date(2026, 1, 10))
        adjust_cost()
        invoice(books.first, "6.60", date(2026, 1, 15))

        adjust_cost()

        assert cost(books.december) == Decimal("-33.20")
        assert (cost(blue), cost(red)) == (Decimal("-17.96"), Decimal("-41.50"))

    def test_a_later_cost_of_the_new_year_stays_in_its_place(self, books):
        """8.00 more on 4 of BLUE: 45.00 + 48.00 for 10."""
        receipt = books.receive("BLUE", "4", "10.00", date(2026, 1, 9))
        blue = books.sell("BLUE", "2", date(2026, 1, 10))
        red = books.sell("RED", "5", date(2026, 1, 10))
        adjust_cost()
        invoice(receipt, "12.00", date(2026, 1, 15))

        adjust_cost()

        assert (cost(blue), cost(red)) == (Decimal("-18.60"), Decimal("-37.50"))

    def test_back_to_one_average_the_places_are_put_together(self, books):
        setup_changes.change_setup(changes={"average_cost_calculation": "item"}, user=None)

        issue = books.sell("BLUE", "2", date(2026, 1, 10))

        adjust_cost()
        assert cost(issue) == Decimal("-15.00")
