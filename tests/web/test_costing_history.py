"""The cost history of an item: figures by period, each with the entries behind it, and what adjustments brought."""

import json
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.base.models import ChangeLog
from costing import adjustment
from costing.models import AdjustmentRun, CostingSetup
from tests import factories
from tests.web.costing_books import DAY, dearer_chairs, post, sign_in

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY = date(2026, 1, 10), date(2026, 2, 10)


@pytest.fixture
def lamps():
    """10 at 10.00 and 4 out in January; 6 at 20.00 in, and 3 out, in February. Averages are taken by month."""
    books = factories.company(average_cost_period="month", locations=["OSLO", "BERGEN"])
    oslo = books.locations["OSLO"]
    lamp = factories.item("LAMP", method="average")
    post(factories.purchase_order(lamp, quantity="10", unit_cost="10.00", location=oslo), on=JANUARY)
    post(factories.sales_order(lamp, quantity="4", unit_price="90.00", location=oslo), on=JANUARY)
    post(factories.purchase_order(lamp, quantity="6", unit_cost="20.00", location=oslo), on=FEBRUARY)
    post(factories.sales_order(lamp, quantity="3", unit_price="90.00", location=oslo), on=FEBRUARY)
    adjustment.adjust_cost(today=DAY)
    return books


def history(client, no="LAMP", **query):
    return client.get(reverse("costing:item_cost", args=[no]), query)


def figures(page):
    return [[str(cell.value) for cell in row.figures] for row in page.context["rows"]]


def total_behind(client, cell):
    """What the list that a figure links to adds up to."""
    parts = urlsplit(cell.url)
    totals = json.loads(client.get(f"{parts.path.rstrip('/')}.json?{parts.query}").getvalue())["totals"]
    if cell.kind == "quantity":
        return Decimal(totals["item_ledger_entry_quantity"])
    return Decimal(totals["cost_amount_actual"]) + Decimal(totals["cost_amount_expected"])


class TestAverageThatChangesItsScope:
    """2026: per item. 2027: per place. January 2026: OSLO 10 at 5.00, BERGEN 10 at 10.00: 7.50 each; OSLO sells 4.

    OSLO is left with 20.00 by its entries and begins 2027 with 6 at 7.50 = 45.00; BERGEN has 100.00, begins with 75.00.
    """

    @pytest.fixture
    def lamp(self):
        books = factories.company(average_cost_period="month", locations=["OSLO", "BERGEN"])
        CostingSetup.objects.create(
            starting_date=date(2027, 1, 1),
            average_cost_period="month",
            average_cost_calculation="item_location_variant",
        )
        lamp = factories.item("LAMP", method="average")
        for code, cost in (("OSLO", "5"), ("BERGEN", "10")):
            post(
                factories.purchase_order(lamp, quantity="10", unit_cost=cost, location=books.locations[code]),
                on=JANUARY,
            )
        post(factories.sales_order(lamp, quantity="4", location=books.locations["OSLO"]), on=JANUARY)
        for code in ("OSLO", "BERGEN"):
            order = factories.sales_order(lamp, quantity="1", location=books.locations[code])
            post(order, on=date(2027, 1, 10))
        adjustment.adjust_cost(today=DAY)
        return lamp

    def test_each_period_has_the_places_of_its_year(self, client, lamp):
        sign_in(client)

        rows = history(client).context["rows"]

        found = [(row.period.end.year, row.period.location, Decimal(row.figures[5].value)) for row in rows]
        assert found == [(2027, "BERGEN", Decimal("7.5")), (2027, "OSLO", Decimal("7.5")), (2026, "", Decimal("7.5"))]

    def test_opening_and_closing_are_what_the_entries_hold(self, client, lamp):
        sign_in(client)

        page = history(client)

        held = [(Decimal(row[1]), Decimal(row[7]), Decimal(row[9])) for row in figures(page)]
        assert held == [
            (Decimal(100), Decimal("-7.5"), Decimal("92.5")),
            (Decimal(20), Decimal("-7.5"), Decimal("12.5")),
            (Decimal(0), Decimal(-30), Decimal(120)),
        ]
        assert "each place began with the same average" in page.content.decode()


class TestPeriodsOfAnAverage:
    def test_opening_receipts_issues_closing_and_the_average(self, client, lamps):
        sign_in(client)

        page = history(client)

        numbers = [[Decimal(figure) for figure in row] for row in figures(page)]
        assert numbers == [
            [Decimal(n) for n in ("6", "60", "6", "120", "0", "15", "-3", "-45", "9", "135")],
            [Decimal(n) for n in ("0", "0", "10", "100", "0", "10", "-4", "-40", "6", "60")],
        ]
        assert [row.period.end for row in page.context["rows"]] == [date(2026, 2, 28), date(2026, 1, 31)]

    def test_every_figure_is_the_total_of_the_list_it_links_to(self, client, lamps):
        sign_in(client)

        for row in history(client).context["rows"]:
            for cell in row.figures:
                if cell.kind != "unit_cost":
                    assert total_behind(client, cell) == cell.value, cell.url

    def test_filters_by_date_and_place(self, client, lamps):
        sign_in(client)

        assert len(figures(history(client, date_from="2026-02-01"))) == 1
        assert len(figures(history(client, date_to="2026-01-31"))) == 1
        assert figures(history(client, location="BERGEN")) == []
        assert len(figures(history(client, location="OSLO"))) == 2
        assert history(client, date_from="soon").status_code == 422

    def test_draws_the_trend(self, client, lamps):
        sign_in(client)

        (chart,) = history(client).context["charts"]

        assert list(chart.series[0].values) == [Decimal("10"), Decimal("15")]
        assert chart.summary == "From 10.00 to 15.00 over 2 periods."

    def test_places_have_averages_of_their_own(self, client):
        books = factories.company(
            average_cost_period="month",
            average_cost_calculation="item_location_variant",
            locations=["OSLO", "BERGEN"],
        )
        lamp = factories.item("LAMP", method="average")
        for code, cost in (("OSLO", "10.00"), ("BERGEN", "30.00")):
            order = factories.purchase_order(lamp, quantity="2", unit_cost=cost, location=books.locations[code])
            post(order, on=JANUARY)
        sign_in(client)

        page = history(client)

        found = {row.period.location: row.figures[5].value for row in page.context["rows"]}
        assert found == {"BERGEN": Decimal(30), "OSLO": Decimal(10)}
        for row in page.context["rows"]:
            assert total_behind(client, row.figures[9]) == row.figures[9].value


class TestOtherMethods:
    def test_months_with_what_is_left_per_unit(self, client):
        dearer_chairs()
        adjustment.adjust_cost(today=DAY)
        sign_in(client)

        page = history(client, "CHAIR")

        assert [[Decimal(figure) for figure in row] for row in figures(page)] == [
            [Decimal(n) for n in ("0", "0", "5", "30", "0", "6", "-2", "-12", "3", "18")]
        ]
        for cell in page.context["rows"][0].figures:
            if cell.kind != "unit_cost":
                assert total_behind(client, cell) == cell.value

    def test_changes_of_the_standard_cost(self, client):
        factories.company()
        chair = factories.item("CHAIR", method="standard", standard_cost=Decimal("9.50"))
        ChangeLog.objects.create(
            model_label="inventory.item",
            record_no=chair.no,
            action="change",
            changes={"standard_cost": ["9.50000", "10.00000"]},
        )
        sign_in(client)

        (change,) = history(client, "CHAIR").context["standard_costs"]

        assert (change["before"], change["after"]) == (Decimal("9.5"), Decimal("10"))


class TestAdjustments:
    def test_by_run_and_posting_month(self, client):
        dearer_chairs()
        adjustment.adjust_cost(today=DAY)
        sign_in(client)

        ((adjusted, url, run_url),) = history(client, "CHAIR").context["adjusted"]

        assert (adjusted.month, adjusted.values, adjusted.amount) == (date(2026, 3, 1), 1, Decimal("-2"))
        assert run_url == reverse("costing:run_detail", args=[AdjustmentRun.objects.get().pk])
        parts = urlsplit(url)
        totals = json.loads(client.get(f"{parts.path.rstrip('/')}.json?{parts.query}").getvalue())["totals"]
        assert Decimal(totals["cost_amount_actual"]) == -2


class TestThePage:
    @pytest.mark.parametrize("table", ["", "adjustments"])
    @pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
    def test_files(self, client, lamps, table, ending):
        sign_in(client)

        url = reverse("costing:item_cost_export", args=["LAMP", ending])

        assert client.get(url, {"table": table}).status_code == 200

    def test_a_file_has_the_figures_of_the_page(self, client, lamps):
        sign_in(client)

        rows = json.loads(client.get(reverse("costing:item_cost_export", args=["LAMP", "json"])).getvalue())["rows"]

        assert [(row["end"], row["average"], row["closing"]) for row in rows] == [
            ("2026-02-28", "15.00", "135.00"),
            ("2026-01-31", "10.00", "60.00"),
        ]

    @pytest.mark.parametrize("username", ["clerk", "lead", "purchaser"])
    def test_nobody_sees_cost_who_may_not(self, client, lamps, username):
        sign_in(client, username)

        assert history(client).status_code == 403
        assert client.get(reverse("costing:item_cost_export", args=["LAMP", "csv"])).status_code == 403
        assert b"Cost history" not in client.get(reverse("inventory:item_detail", args=["LAMP"])).content

    def test_an_item_without_entries(self, client):
        factories.company()
        factories.item("NEW")
        sign_in(client)

        assert figures(history(client, "NEW")) == []
        assert history(client, "NONE").status_code == 404

    def test_the_queries_do_not_grow_with_the_periods(self, client, lamps):
        sign_in(client)
        history(client)

        def count():
            with CaptureQueriesContext(connection) as queries:
                history(client)
            return len(queries)

        few = count()
        lamp = factories.Item.objects.get(no="LAMP")
        for month in (3, 4, 5):
            order = factories.purchase_order(lamp, quantity="1", unit_cost="7.00", location=lamps.locations["OSLO"])
            post(order, on=date(2026, month, 3))

        assert count() == few
