"""Lines take quantities in any unit of the item, and lines of sales orders say what is short."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from inventory.forms.in_units import split_unit
from inventory.models import DocumentLine, ItemUnitOfMeasure, UnitOfMeasure
from tests import factories
from tests.web.shop import post


@pytest.fixture
def cartons(shop):
    """CHAIR in cartons of 12 and an order of nothing yet."""
    carton = UnitOfMeasure.objects.create(code="CTN", name="Carton")
    shop.chair = factories.item("CARTONED", last_direct_cost=Decimal("2.00"))
    ItemUnitOfMeasure.objects.create(item=shop.chair, unit_of_measure=carton, quantity_per=Decimal(12))
    return shop


def send(client, order, line=None, **fields):
    side = "purchases" if order.is_purchase else "sales"
    path = f"/{side}/{order.no}/lines/" + (f"{line.pk}/" if line else "")
    return client.post(path, fields, headers={"HX-Request": "true"})


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("5 CTN", "5", "CTN"),
        ("5ctn", "5", "CTN"),
        ("1 234,5 box", "1 234,5", "BOX"),
        ("=3*4 CTN", "=3*4", "CTN"),
        ("12", "12", ""),
        ("CTN", "CTN", ""),
        ("", "", ""),
        ("1 CTN 2", "1 CTN 2", ""),
    ],
)
def test_number_and_unit(text, number, unit):
    assert split_unit(text) == (number, unit)


class TestOrderLines:
    def test_cartons_are_stored_as_pieces_and_shown_as_cartons(self, client, cartons, sign_in):
        order = factories.purchase_order(cartons.chair, quantity="1", location=cartons.locations["OSLO"])
        order.lines.all().delete()
        sign_in("purchaser")

        answer = send(client, order, item="CARTONED", quantity="5 ctn")

        line = DocumentLine.objects.get(document=order)
        assert (line.quantity, line.quantity_to_handle, line.unit_of_measure.code) == (60, 60, "CTN")
        assert line.unit_amount == 2
        assert "5 CTN" in answer.content.decode()
        printed = client.get(f"/purchases/{order.no}/print/").content.decode()
        assert [word for word in ("CTN", "24.00", "120.00") if word not in strip_tags(printed)] == []

    def test_the_unit_counts_for_the_quantity_to_receive_too(self, client, cartons, sign_in):
        order = factories.purchase_order(cartons.chair, quantity="60", location=cartons.locations["OSLO"])
        line = order.lines.get()
        sign_in("lead")

        send(client, order, line, quantity_to_handle="2 CTN")

        line.refresh_from_db()
        assert (line.quantity, line.quantity_to_handle) == (60, 24)

    def test_a_unit_that_the_item_does_not_have_is_refused_with_those_it_has(self, client, cartons, sign_in):
        order = factories.purchase_order(cartons.chair, quantity="60", location=cartons.locations["OSLO"])
        line = order.lines.get()
        sign_in("purchaser")

        answer = send(client, order, line, item="CARTONED", quantity="5 BOX", unit_amount="2", quantity_to_handle="60")

        assert answer.status_code == 422
        assert "CARTONED is not kept in BOX. Its units: PCS, CTN." in answer.content.decode()
        assert 'value="5 BOX"' in answer.content.decode()
        line.refresh_from_db()
        assert line.quantity == 60

    def test_a_number_alone_is_in_base_units_and_keeps_the_unit_of_the_line(self, client, cartons, sign_in):
        order = factories.purchase_order(cartons.chair, quantity="1", location=cartons.locations["OSLO"])
        order.lines.all().delete()
        sign_in("purchaser")
        send(client, order, item="CARTONED", quantity="5 CTN")
        line = order.lines.get()

        answer = send(
            client,
            order,
            line,
            item="CARTONED",
            quantity="72",
            unit_amount="2",
            quantity_to_handle="72",
            quantity_to_invoice="72",
        )

        line.refresh_from_db()
        assert (line.quantity, line.unit_of_measure.code) == (72, "CTN")
        assert "6 CTN" in answer.content.decode()

    def test_more_than_a_column_holds_is_refused_in_words(self, client, cartons, sign_in):
        order = factories.purchase_order(cartons.chair, quantity="60", location=cartons.locations["OSLO"])
        sign_in("purchaser")

        answer = send(client, order, item="CARTONED", quantity="9999999999999 CTN")

        assert answer.status_code == 422
        assert order.lines.count() == 1


def test_a_journal_takes_units_as_well(client, cartons, sign_in):
    sign_in("lead")

    line = {"posting_date": "2026-03-01", "kind": "positive_adjmt", "item": "CARTONED", "location": "OSLO"}
    client.post("/journals/adjustment/lines/", line | {"quantity": "2 CTN"}, headers={"HX-Request": "true"})

    assert cartons.chair.itemjournalline_set.get().quantity == 24


class TestShortage:
    def test_a_line_says_what_is_short_on_its_day_and_what_comes_later(self, client, shop, sign_in):
        desk, oslo = factories.item("DESK"), shop.locations["OSLO"]
        post(factories.purchase_order(desk, quantity="6", unit_cost="1", location=oslo))
        factories.purchase_order(desk, quantity="30", unit_cost="1", location=oslo, expected_date=date(2030, 12, 10))
        early = factories.sales_order(desk, quantity="20", location=oslo, expected_date=date(2030, 12, 1))
        late = factories.sales_order(desk, quantity="9", location=oslo, expected_date=date(2030, 12, 10))
        sign_in("purchaser")

        # 1 December: 6 - 20 = 14 short. 10 December: 6 + 30 - 20 = 16 for 9.
        assert "14 short<" in client.get(f"/sales/{early.no}/").content.decode()
        page = client.get(f"/sales/{late.no}/").content.decode()
        assert " short<" not in page
        assert "16 on 2030-12-10" in page
