"""Value entries: the lists, the card, the drill-downs to and from the general ledger, the facts on other cards."""

import json
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from costing import adjustment, selectors
from costing.models import CostChange, GLItemLedgerRelation, ValueEntry
from ledger.models import GLEntry
from tests import factories
from tests.web.costing_books import DAY, dearer_chairs, post, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def books():
    books = dearer_chairs()
    adjustment.adjust_cost(today=DAY)
    return books


def rows(client, url):
    return json.loads(client.get(url).getvalue())["rows"]


def as_json(name, *args, **query):
    return f"{reverse(f'costing:{name}_export', args=[*args, 'json'])}?{urlencode(query)}"


class TestValueEntryList:
    def test_shows_entries_with_totals(self, client, books):
        sign_in(client)

        page = client.get(reverse("costing:valueentry_list"))

        assert page.status_code == 200
        assert page.context["count"] == ValueEntry.objects.count() == 4
        sums = page.context["view"].totals_found.sums
        assert sums["cost_amount_actual"] == Decimal("18.00")
        assert sums["cost_amount_expected"] == 0

    def test_a_fragment_is_the_table_alone(self, client, books):
        sign_in(client)

        page = client.get(reverse("costing:valueentry_list"), headers={"HX-Request": "true"})

        assert b"<html" not in page.content
        assert b"CHAIR" in page.content

    def test_is_refused_without_the_right_to_see_cost(self, client, books):
        sign_in(client, "clerk")

        assert client.get(reverse("costing:valueentry_list")).status_code == 403
        assert client.get(reverse("costing:valueentry_detail", args=[1])).status_code == 403

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ({"item": "CHAIR"}, 4),
            ({"item": "TABLE"}, 0),
            ({"adjustment": "yes"}, 1),
            ({"item_ledger_entry_type": "sale"}, 2),
            ({"item_ledger_entry_type": "sale|purchase", "posting_date": "..2026-03-02"}, 1),
            ({"waiting": "yes"}, 0),
            ({"location": "''"}, 0),
            ({"cost_amount_actual": "<0"}, 2),
        ],
    )
    def test_filters(self, client, books, query, count):
        sign_in(client)

        assert len(rows(client, as_json("valueentry_list", **query))) == count

    def test_finds_the_entries_behind_a_gl_entry(self, client, books):
        sign_in(client)
        relation = GLItemLedgerRelation.objects.order_by("pk").first()

        found = rows(client, as_json("valueentry_list", gl_entry=relation.balancing_gl_entry_id))

        assert [row["id"] for row in found] == [relation.value_entry_id]

    def test_of_an_item(self, client, books):
        post(factories.purchase_order(factories.item("TABLE"), quantity="1", unit_cost="1.00"))
        sign_in(client)

        assert len(rows(client, as_json("item_values", "CHAIR"))) == 4
        assert client.get(reverse("costing:item_values", args=["CHAIR"])).status_code == 200
        assert client.get(reverse("costing:item_values", args=["SOFA"])).status_code == 404

    def test_takes_as_many_queries_for_many_rows(self, client, books):
        sign_in(client)
        url = reverse("costing:valueentry_list")
        client.get(url)
        with CaptureQueriesContext(connection) as few:
            client.get(url)
        for number in range(5):
            post(factories.purchase_order(factories.item(f"ITEM{number}"), quantity="1", unit_cost="1.00"))

        with CaptureQueriesContext(connection) as many:
            client.get(url)

        assert len(many) == len(few)


class TestValueEntryCard:
    def test_shows_amounts_and_what_it_corrects(self, client, books):
        correction = ValueEntry.objects.get(adjustment=True)
        sign_in(client)

        page = client.get(reverse("costing:valueentry_detail", args=[correction.pk]))

        content = page.content.decode()
        assert f'href="{reverse("costing:valueentry_detail", args=[correction.applies_to_entry_id])}"' in content
        assert 'data-state="adjustment"' in content
        assert 'data-value="-2' in content

    @pytest.mark.parametrize("tab", ["gl", "sources", "siblings"])
    def test_has_tabs(self, client, books, tab):
        value = ValueEntry.objects.order_by("pk").first()
        sign_in(client)

        url = reverse("costing:valueentry_detail", args=[value.pk])

        assert client.get(f"{url}?tab={tab}").status_code == 200

    def test_names_whose_cost_moved_it(self, client, books):
        change = CostChange.objects.get()
        sign_in(client)

        (row,) = rows(client, as_json("valueentry_sources", change.value_entry_id))

        assert row["source_entry"] == books.receipt.item_ledger_entry_ids[0]
        assert Decimal(row["amount"]) == Decimal("-2.00")

    def test_an_entry_that_is_not_there(self, client, books):
        sign_in(client)

        for name in ("valueentry_detail", "valueentry_glentries", "valueentry_sources", "glentry_values"):
            assert client.get(reverse(f"costing:{name}", args=[999_999])).status_code == 404


class TestDrillDown:
    def test_the_parts_of_a_value_entry_are_its_posted_amounts(self, client, books):
        sign_in(client)
        sale = ValueEntry.objects.get(item_ledger_entry_type="sale", adjustment=False)

        found = rows(client, as_json("valueentry_glentries", sale.pk))

        parts = {row["gl_account"]: Decimal(row["effect"]) for row in found}
        assert parts == {
            books.account("inventory").no: Decimal("-10.00"),
            books.account("cogs").no: Decimal("10.00"),
        }

    def test_the_effects_behind_a_gl_entry_add_up_to_it(self, client, books):
        sign_in(client)

        for entry in GLEntry.objects.all():
            page = client.get(reverse("costing:glentry_values", args=[entry.pk]))
            assert page.context["view"].totals_found.sums["effect"] == entry.amount

    def test_the_values_behind_a_gl_entry_come_as_a_fragment(self, client, books):
        sign_in(client)
        entry = GLEntry.objects.order_by("pk").first()

        page = client.get(reverse("costing:glentry_values", args=[entry.pk]), headers={"HX-Request": "true"})

        assert page.status_code == 200
        assert b"<html" not in page.content


class TestFacts:
    def test_of_an_item(self, client, books):
        sign_in(client)

        page = client.get(reverse("costing:item_value", args=["CHAIR"]), headers={"HX-Request": "true"})

        shown = {str(field.label): field.value for field in page.context["fields"]}
        assert shown["Unit cost"] == Decimal("6.00")
        assert shown["Value"] == Decimal("18.00")
        assert shown["Not posted to G/L"] == 0
        assert shown["Cost is adjusted"] is True
        assert b"<html" not in page.content

    def test_of_an_item_that_is_not_adjusted(self, client):
        dearer_chairs(automatic_cost_posting=False)
        sign_in(client)

        page = client.get(reverse("costing:item_value", args=["CHAIR"]))

        shown = {str(field.label): field.value for field in page.context["fields"]}
        assert shown["Not posted to G/L"] == Decimal("20.00")
        assert shown["Not adjusted from"] == DAY

    def test_of_a_service(self, client, books):
        factories.item("HOUR", type="service", inventory_posting_group=None, unit_cost=Decimal("50"))
        sign_in(client)

        page = client.get(reverse("costing:item_value", args=["HOUR"]))

        assert [str(field.label) for field in page.context["fields"]] == ["Unit cost"]

    def test_of_an_order_has_its_margin(self, client, books):
        sign_in(client)

        page = client.get(reverse("costing:document_cost", args=[books.sale.no]))

        shown = {str(field.label): field.value for field in page.context["fields"]}
        assert shown == {
            "Cost (actual)": Decimal("-12.00"),
            "Cost (expected)": 0,
            "Sales": Decimal("18.00"),
            "Margin": Decimal("6.00"),
        }

    def test_are_refused_without_the_right_to_see_cost(self, client, books):
        sign_in(client, "clerk")

        assert client.get(reverse("costing:item_value", args=["CHAIR"])).status_code == 403
        assert client.get(reverse("costing:document_cost", args=[books.sale.no])).status_code == 403

    def test_each_figure_leads_to_entries_that_sum_to_it(self, client, books):
        sign_in(client)
        fields = client.get(reverse("costing:item_value", args=["CHAIR"])).context["fields"]
        value = next(field for field in fields if str(field.label) == "Value")

        page = client.get(value.url)

        assert page.context["view"].totals_found.sums["cost_amount_actual"] == value.value


class TestItemValue:
    def test_as_of_a_day_counts_what_was_posted_by_then(self, books):
        value = selectors.item_value(books.chair.pk, as_of=DAY + timedelta(1))

        assert (value.quantity, value.actual, value.expected) == (3, Decimal("-12.00"), Decimal("25.00"))

    def test_of_an_item_without_entries_is_nothing(self, books):
        table = factories.item("TABLE")

        assert selectors.item_value(table.pk).value == 0
