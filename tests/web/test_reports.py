"""The reports: their figures, their tie to the matrix, their files, who may see them."""

from datetime import date
from decimal import Decimal
from html import unescape
from json import loads

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from costing.adjustment import adjust_cost
from costing.models import CostingSetup
from costing.posting.documents import post_document
from reconciliation.reports.ageing import bucket_labels, bucket_of
from reconciliation.reports.catalogue import REPORTS
from reconciliation.reports.layout import Options
from reconciliation.scopes import Scope
from tests import factories

pytestmark = pytest.mark.django_db


def buy(item, quantity, unit_cost, *, on, invoice=True, **line):
    order = factories.purchase_order(item, quantity=quantity, unit_cost=unit_cost, **line)
    post_document(document_id=order.pk, posting_date=on, handle=True, invoice=invoice, user_id=None)


def sell(item, quantity, *, on, invoice=True, **line):
    order = factories.sales_order(item, quantity=quantity, unit_price="50", **line)
    post_document(document_id=order.pk, posting_date=on, handle=True, invoice=invoice, user_id=None)


@pytest.fixture
def books(client):
    """10 chairs at 20.00 in January, 4 sold in March; 5 tables at 7.00 received and not invoiced, 1 shipped so."""
    company = factories.company(locations=["EAST", "WEST"], automatic_cost_posting=True, expected_cost_posting=True)
    company.chair, company.table = factories.item("CHAIR"), factories.item("TABLE")
    east, west = company.locations["EAST"], company.locations["WEST"]
    buy(company.chair, "10", "20", on=date(2026, 1, 1), location=east)
    sell(company.chair, "4", on=date(2026, 3, 1), location=east)
    buy(company.table, "5", "7", on=date(2026, 2, 1), invoice=False, location=west)
    sell(company.table, "1", on=date(2026, 3, 2), invoice=False, location=west)
    client.force_login(factories.user("controller"))
    return company


def build(name, *, group_by="item", **scope):
    return REPORTS[name].build(Options(Scope(**scope), group_by=group_by, today=date(2026, 3, 31)))


def rows(result, *names):
    return [tuple(row.values[name] for name in names) for row in result.rows]


def amounts(*texts):
    return tuple(Decimal(text) for text in texts)


class TestFigures:
    def test_valuation_by_item(self, books):
        result = build("inventory-valuation")

        assert rows(result, "code", "quantity", "actual", "expected", "value", "not_posted") == [
            ("CHAIR", *amounts("6", "120", "0", "120", "0")),
            ("TABLE", *amounts("4", "0", "28", "28", "0")),
        ]

    def test_valuation_by_location_and_group(self, books):
        assert rows(build("inventory-valuation", group_by="location"), "code", "value") == [
            ("EAST", Decimal(120)),
            ("WEST", Decimal(28)),
        ]
        assert [row.values["value"] for row in build("inventory-valuation", group_by="group").rows] == [Decimal(148)]

    def test_valuation_as_of_a_date_with_what_happened_since_another(self, books):
        found = build("inventory-valuation", date_from=date(2026, 2, 15), date_to=date(2026, 3, 1))

        assert rows(found, "code", "opening", "increases", "decreases", "value") == [
            ("CHAIR", *amounts("200", "0", "-80", "120")),
            ("TABLE", *amounts("35", "0", "0", "35")),
        ]

    def test_what_the_ledger_does_not_hold(self, books):
        CostingSetup.objects.update(automatic_cost_posting=False)
        sell(books.chair, "1", on=date(2026, 3, 3), location=books.locations["EAST"])

        assert rows(build("inventory-valuation"), "code", "posted", "not_posted")[0] == (
            "CHAIR",
            *amounts("120", "-20"),
        )

    def test_cost_specification(self, books):
        result = build("cost-specification")

        assert rows(result, "code", "direct_cost", "revaluation", "unit_cost", "value")[0] == (
            "CHAIR",
            *amounts("120", "0", "20", "120"),
        )

    def test_ageing_by_what_is_left_of_receipts(self, books):
        buy(books.chair, "1", "30", on=date(2026, 3, 20), location=books.locations["EAST"])

        result = build("ageing", date_to=date(2026, 3, 31))

        assert rows(result, "item", "b0", "b1", "b2", "b3", "rest", "value") == [
            ("CHAIR", *amounts("30", "0", "120", "0", "0", "150")),
            ("TABLE", *amounts("0", "28", "0", "0", "0", "28")),
        ]

    def test_ageing_of_stock_below_zero_stands_without_receipt(self, books):
        lamp = factories.item("LAMP", unit_cost=Decimal(3))
        sell(lamp, "2", on=date(2026, 3, 5))

        assert rows(build("ageing"), "item", "rest", "value")[1] == ("LAMP", *amounts("-6", "-6"))

    def test_received_and_shipped_not_invoiced(self, books):
        received = build("received-not-invoiced", date_to=date(2026, 3, 31))
        shipped = build("shipped-not-invoiced", date_to=date(2026, 3, 31))

        assert rows(received, "item", "location", "quantity", "days", "amount") == [
            ("TABLE", "WEST", Decimal(5), 58, Decimal(-35))
        ]
        assert rows(shipped, "item", "quantity", "days", "amount") == [("TABLE", Decimal(-1), 29, Decimal(7))]

    def test_item_register_of_a_month(self, books):
        result = build("item-register", date_from=date(2026, 3, 1), date_to=date(2026, 3, 31))

        assert rows(result, "posting_date", "actual", "expected") == [
            (date(2026, 3, 1), *amounts("-80", "0")),
            (date(2026, 3, 2), *amounts("0", "-7")),
        ]

    def test_tie_out_leads_from_one_side_to_the_other(self, books):
        CostingSetup.objects.update(automatic_cost_posting=False)
        sell(books.chair, "1", on=date(2026, 3, 3), location=books.locations["EAST"])

        cogs = next(row for row in build("tie-out").rows if str(row.values["account"]) == "COGS")

        assert [cogs.values[name] for name in ("total", "missing", "unexplained", "gl_total")] == [100, -20, 0, 80]

    def test_buckets(self):
        assert [bucket_of(days, [30, 60]) for days in (0, 30, 31, 60, 61)] == ["b0", "b0", "b1", "b1", "b2"]
        assert [label for _name, label in bucket_labels([30, 60])] == ["0 to 30 days", "31 to 60 days", "over 60 days"]


@pytest.mark.parametrize("name", REPORTS)
class TestEveryReport:
    def test_ties_to_the_matrix(self, books, name):
        buy(books.chair, "5", "31", on=date(2026, 3, 5), invoice=False)
        adjust_cost()

        for scope in (
            {},
            {"date_to": date(2026, 2, 15)},
            {"date_from": date(2026, 2, 15), "date_to": date(2026, 3, 1)},
            {"item_ids": [books.chair.pk]},
            {"location_ids": [books.locations["WEST"].pk]},
        ):
            result = build(name, **scope)
            assert result.ties
            assert [(tie.label, tie.difference) for tie in result.ties if not tie.holds] == [], scope

    def test_page_and_its_links(self, client, books, name):
        page = client.get(reverse("reconciliation:report", args=[name])).content.decode()

        assert "Tie to the reconciliation" in page
        for url in {part.split('"')[0] for part in page.split('href="/reconciliation/values/')[1:]}:
            answer = client.get("/reconciliation/values.json" + unescape(url))
            assert loads(answer.getvalue())["ignored"] == []

    @pytest.mark.parametrize("file_format", ["csv", "xlsx", "json"])
    def test_files(self, client, books, name, file_format):
        answer = client.get(reverse("reconciliation:report_export", args=[name, file_format]))

        assert answer.status_code == 200
        if file_format == "json":
            assert "rows" in loads(answer.getvalue())

    def test_queries_do_not_grow_with_the_books(self, client, books, name):
        counts = []
        for _round in range(2):
            for _each in range(2):
                buy(factories.item(f"I{_round}{_each}"), "1", "2", on=date(2026, 3, 5), invoice=False)
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("reconciliation:report", args=[name]))
            counts.append(len(queries))

        assert counts[0] == counts[1]

    def test_who_may(self, client, books, name):
        for username, status in (("clerk", 403), ("admin", 403), ("accountant", 200), ("auditor", 200)):
            client.force_login(factories.user(username))
            assert client.get(reverse("reconciliation:report", args=[name])).status_code == status

    def test_wrong_options_are_refused(self, client, books, name):
        assert client.get(reverse("reconciliation:report", args=[name]) + "?item=A%7C").status_code == 422


class TestPages:
    def test_index_names_them_all(self, client, books):
        page = client.get(reverse("reconciliation:report_list")).content.decode()

        assert all(str(report.title) in page for report in REPORTS.values())

    def test_unknown_report(self, client, books):
        assert client.get("/reports/nothing/").status_code == 404

    def test_row_leads_to_its_entries(self, client, books):
        page = client.get(reverse("reconciliation:report", args=["inventory-valuation"])).content.decode()

        url = next(
            unescape(part.split('"')[0])
            for part in page.split('href="')[1:]
            if "figure=total.inventory" in part and "item=CHAIR" in part
        )
        path, _mark, query = url.partition("?")
        assert loads(client.get(f"{path.rstrip('/')}.json?{query}").getvalue())["totals"]["effect"] == "120.00"


class TestPaging:
    @pytest.fixture
    def many(self, books):
        """103 items at 1.00 beside the two of the books: 120.00 and 28.00."""
        for number in range(103):
            buy(factories.item(f"PART-{number:03}"), "1", "1", on=date(2026, 1, 1))

    def shown(self, client, **query):
        page = client.get(reverse("reconciliation:report", args=["inventory-valuation"]), query)
        context = page.context
        totals = {column.name: value for column, value in context["totals"]}
        return len(context["shown"]), totals["value"], [tie.difference for tie in context["result"].ties], page

    def test_pages_keep_the_totals_and_the_ties_of_all_rows(self, client, many):
        assert self.shown(client)[:3] == (100, Decimal(251), [0, 0])
        assert self.shown(client, page=2)[:3] == (5, Decimal(251), [0, 0])
        assert self.shown(client, page=2, per_page=50)[:3] == (50, Decimal(251), [0, 0])

    def test_pages_lead_on_and_keep_the_options(self, client, many):
        content = self.shown(client, date_to="2026-03-31", group_by="item")[3].content.decode()

        assert 'href="?date_to=2026-03-31&amp;group_by=item&amp;page=2"' in content
        assert "Total of all" in content

    def test_all_rows_to_print(self, client, many):
        count, total, _ties, page = self.shown(client, rows="all")

        assert (count, total) == (105, Decimal(251))
        assert "Next page" not in page.content.decode()

    def test_files_are_whole(self, client, many):
        url = reverse("reconciliation:report_export", args=["inventory-valuation", "json"])

        answer = loads(client.get(url, {"page": 2, "per_page": 25}).getvalue())

        assert (len(answer["rows"]), answer["totals"]["value"]) == (105, "251.00")

    def test_a_page_without_options_is_as_of_today_like_the_first(self, client, books):
        url = reverse("reconciliation:report", args=["ageing"])

        assert client.get(url, {"page": 1}).context["form"].data["date_to"]
        assert "date_to" not in client.get(url, {"show": 1}).context["form"].data
