"""The list: page, fragment, filter, sort, paging, totals, columns, files, rights, and how many queries it takes."""

import csv
import io
import json
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.models import SavedView, UserPreference
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.generic_site")]


@pytest.fixture
def items():
    factories.company()
    chair = factories.item("CHAIR", reorder_point=10, unit_cost=Decimal("22.5"))
    table = factories.item("TABLE", reorder_point=3, unit_cost=Decimal("40.12345"))
    lamp = factories.item("LAMP", description="=Oak lamp", reorder_point=0, blocked=True)
    return chair, table, lamp


def page(client, query="", **headers):
    return client.get(f"/things/{query}", headers=headers)


def numbers(response):
    return [row.record.no for row in response.context["table"].rows]


@pytest.fixture
def accountant(client):
    client.force_login(factories.user("accountant"))
    return client


@pytest.fixture
def clerk(client):
    client.force_login(factories.user("clerk"))
    return client


class TestThePage:
    def test_shows_rows_count_and_totals_of_the_whole_set(self, accountant, items):
        response = page(accountant)

        html = response.content.decode()
        assert numbers(response) == ["CHAIR", "LAMP", "TABLE"]
        assert "<title>" in html and "Things" in html
        assert response.context["count"] == 3
        assert {cell["name"]: str(cell["value"]) for cell in response.context["foot"] if cell["value"]} == {
            "reorder_point": '<data class="num" value="13" data-value="13">13</data>',
            "unit_cost": '<data class="num" value="62.62345" data-value="62.62345">62.62345</data>',
        }

    def test_links_a_figure_to_what_is_behind_it(self, accountant, items):
        html = page(accountant).content.decode()

        assert '<a href="/behind/CHAIR/"><data class="num" value="10" data-value="10">10</data></a>' in html

    def test_has_no_inline_style_or_script(self, accountant, items):
        html = page(accountant).content.decode()

        assert " style=" not in html
        assert "<script>" not in html

    def test_refuses_who_may_not_see_items_and_names_the_right(self, client, items):
        client.force_login(factories.user("admin"))

        response = page(client)

        assert response.status_code == 403
        assert "View items (item.view)" in response.content.decode()

    def test_sends_who_is_not_signed_in_to_the_sign_in(self, client):
        assert page(client).url == "/accounts/login/?next=/things/"

    def test_moves_the_whole_page_of_a_signed_out_fragment_request(self, client):
        response = page(client, **{"HX-Request": "true", "HX-Current-URL": "http://testserver/things/?no=CH*"})

        assert response.headers["HX-Redirect"].startswith("/accounts/login/?next=/things/")


class TestTheFragment:
    def test_is_the_table_alone_with_count_and_announcement(self, accountant, items):
        response = page(accountant, "?no=CH*", **{"HX-Request": "true", "HX-Target": "list-results"})

        html = response.content.decode()
        assert "<html" not in html
        assert html.lstrip().startswith('<div id="list-results"')
        assert 'id="list-count" hx-swap-oob="true"' in html
        assert "HX-Request" in response.headers["Vary"]
        assert response.headers["Cache-Control"] == "no-store"

    def test_is_the_whole_page_when_the_browser_goes_back(self, accountant, items):
        response = page(accountant, **{"HX-Request": "true", "HX-History-Restore-Request": "true"})

        assert "<html" in response.content.decode()

    def test_inside_a_card_keeps_its_place_and_pushes_no_address(self, accountant, items):
        html = page(accountant, **{"HX-Request": "true", "HX-Target": "related-entries"}).content.decode()

        assert html.lstrip().startswith('<div id="related-entries"')
        assert 'hx-push-url="true"' not in html
        assert "hx-swap-oob" not in html


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?no=CHAIR", ["CHAIR"]),
            ("?no=CH*", ["CHAIR"]),
            ("?no=*A*", ["CHAIR", "LAMP", "TABLE"]),
            ("?no=CHAIR|LAMP", ["CHAIR", "LAMP"]),
            ("?no=<>CHAIR", ["LAMP", "TABLE"]),
            ("?no=<>CHAIR%26<>LAMP", ["TABLE"]),
            ("?no=D..", ["LAMP", "TABLE"]),
            ("?no='CH*'", []),
            ("?description=oak", ["LAMP"]),
            ("?reorder_point=>=3", ["CHAIR", "TABLE"]),
            ("?reorder_point=1..5", ["TABLE"]),
            ("?reorder_point=<>0", ["CHAIR", "TABLE"]),
            ("?unit_cost=40.12345", ["TABLE"]),
            ("?blocked=yes", ["LAMP"]),
            ("?type=inventory|service", ["CHAIR", "LAMP", "TABLE"]),
            ("?type=service", []),
            ("?created=t", ["CHAIR", "LAMP", "TABLE"]),
            ("?created=..-1d", []),
            ("?q=lamp oak", ["LAMP"]),
            ('?q="oak lamp"', ["LAMP"]),
            ('?q="lamp oak"', []),
        ],
    )
    def test_read_the_little_language(self, accountant, items, query, found):
        assert numbers(page(accountant, query)) == found

    def test_keep_a_text_that_cannot_be_read_and_say_what_is_wrong(self, accountant, items):
        response = page(accountant, "?reorder_point=1..x")

        html = response.content.decode()
        assert numbers(response) == []
        assert 'value="1..x"' in html
        assert "“x” is not a number. Write for example" in html

    def test_show_active_ones_as_chips_with_their_removal(self, accountant, items):
        response = page(accountant, "?no=CH*&type=inventory&sort=-no")

        chips = [(str(chip.label), chip.value, chip.remove_url) for chip in response.context["chips"]]
        assert chips == [
            ("No.", "CH*", "?type=inventory&sort=-no"),
            ("Type", "Inventory", "?no=CH*&sort=-no"),
        ]

    def test_show_unknown_parameters_as_ignored(self, accountant, items):
        response = page(accountant, "?colour=red&sort=-price&columns=no,weight")

        assert response.context["ignored"] == ["colour", "-price", "weight"]
        assert numbers(response) == ["CHAIR", "LAMP", "TABLE"]


class TestSortingAndPaging:
    def test_sorts_by_columns_and_says_so(self, accountant, items):
        response = page(accountant, "?sort=-reorder_point")

        assert numbers(response) == ["CHAIR", "TABLE", "LAMP"]
        assert 'aria-sort="descending"' in response.content.decode()
        assert response.content.decode().count("aria-sort=") == 1

    def test_sorts_by_a_column_of_another_table(self, accountant, items):
        assert numbers(page(accountant, "?sort=group,-no")) == ["TABLE", "LAMP", "CHAIR"]

    def test_pages_and_takes_the_last_page_for_one_too_many(self, accountant):
        factories.company()
        for number in range(30):
            factories.item(f"ITEM{number:02}")

        response = page(accountant, "?per_page=25&page=9")

        assert numbers(response) == ["ITEM25", "ITEM26", "ITEM27", "ITEM28", "ITEM29"]
        assert response.context["count"] == 30

    def test_takes_as_many_queries_for_many_rows_as_for_few(self, accountant):
        factories.company()
        for number in range(10):
            factories.item(f"A{number:02}", reorder_point=1)
        page(accountant)
        with CaptureQueriesContext(connection) as few:
            page(accountant, "?per_page=250")
        for number in range(60):
            factories.item(f"B{number:02}", reorder_point=1)

        with CaptureQueriesContext(connection) as many:
            response = page(accountant, "?per_page=250")

        assert len(numbers(response)) == 70
        assert len(many) == len(few)


class TestColumns:
    def test_come_in_the_order_of_the_link(self, accountant, items):
        response = page(accountant, "?columns=description,no,created_at")

        assert [head["name"] for head in response.context["heads"]] == ["description", "no", "created_at"]

    def test_are_kept_for_the_user(self, accountant, items):
        accountant.post(
            "/preferences/columns/", {"list": "thing_list", "column": ["no", "unit_cost"], "next": "/things/"}
        )

        assert UserPreference.objects.get(user__username="accountant").tables == {"thing_list": ["no", "unit_cost"]}
        assert [head["name"] for head in page(accountant).context["heads"]] == ["no", "unit_cost"]

    def test_never_drop_the_filter(self, accountant, items):
        sent = {"list": "thing_list", "column": ["no"], "next": "/things/?no=CH*"}

        response = accountant.post("/preferences/columns/", sent)

        assert response.url == "/things/?no=CH*&columns=no"


class TestCost:
    @pytest.mark.parametrize("query", ["", "?columns=no,unit_cost", "?sort=unit_cost", "?unit_cost=22.5"])
    def test_is_nowhere_on_the_page_of_a_clerk(self, clerk, items, query):
        html = page(clerk, query).content.decode()

        assert "22.5" not in html.replace("?unit_cost=22.5", "").replace("unit_cost=22.5", "")
        assert "Unit cost" not in html
        assert "62.6" not in html

    def test_neither_sorts_nor_filters_for_a_clerk(self, clerk, items):
        response = page(clerk, "?sort=unit_cost&unit_cost=22.5")

        assert response.context["ignored"] == ["unit_cost", "unit_cost"]
        assert numbers(response) == ["CHAIR", "LAMP", "TABLE"]

    @pytest.mark.parametrize("suffix", ["csv", "json"])
    def test_is_not_in_the_file_of_a_lead(self, client, items, suffix):
        client.force_login(factories.user("lead"))
        response = client.get(f"/things.{suffix}?columns=no,unit_cost")

        text = response.getvalue().decode()
        assert "22.5" not in text
        assert "62.6" not in text
        assert "CHAIR" in text


class TestFiles:
    def test_csv_has_the_same_query_exact_numbers_and_guarded_texts(self, accountant, items):
        response = accountant.get("/things.csv?sort=-no&columns=no,description,reorder_point,unit_cost")

        content = response.getvalue()
        text = content.decode("utf-8-sig")
        assert list(csv.reader(io.StringIO(text))) == [
            ["No.", "Description", "Reorder point", "Unit cost"],
            ["TABLE", "Table", "3", "40.12345"],
            ["LAMP", "'=Oak lamp", "0", "0.00"],
            ["CHAIR", "Chair", "10", "22.50"],
        ]
        assert content.startswith(b"\xef\xbb\xbf")
        assert 'filename="things.csv"' in response.headers["Content-Disposition"]

    def test_csv_for_a_spreadsheet_is_written_as_the_region_does(self, accountant, items):
        preference = {"region": "nb"}
        UserPreference.objects.update_or_create(user=factories.user("accountant"), defaults=preference)

        response = accountant.get("/things.csv?no=TABLE&columns=no,unit_cost&dialect=region")

        assert response.getvalue().decode("utf-8-sig").splitlines() == ["No.;Unit cost", "TABLE;40,12345"]

    def test_json_has_rows_totals_and_what_was_ignored(self, accountant, items):
        found = json.loads(accountant.get("/things.json?no=CHAIR&colour=red&columns=no,type,unit_cost").getvalue())

        assert found["rows"] == [{"no": "CHAIR", "type": "Inventory", "unit_cost": "22.50"}]
        assert found["totals"] == {"reorder_point": "10", "unit_cost": "22.50"}
        assert found["count"] == 1
        assert found["ignored"] == ["colour"]

    def test_xlsx_has_real_numbers_a_frozen_head_and_says_what_it_is(self, accountant, items):
        response = accountant.get("/things.xlsx?no=CH*&columns=no,unit_cost")

        book = openpyxl.load_workbook(io.BytesIO(response.content))
        sheet = book.worksheets[0]
        assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["No.", "Unit cost"], ["CHAIR", 22.5]]
        assert sheet.freeze_panes == "A2"
        about = {row[0].value: row[1].value for row in book.worksheets[1].iter_rows()}
        assert about["No."] == "CH*"
        assert about["Rows"] == "1"

    def test_a_filter_that_cannot_be_read_is_refused(self, accountant, items):
        response = accountant.get("/things.json?reorder_point=x")

        assert response.status_code == 400
        assert "reorder_point" in response.json()["errors"]

    def test_needs_the_right_of_the_list(self, client, items):
        client.force_login(factories.user("admin"))

        assert client.get("/things.csv").status_code == 403


class TestSavedViews:
    def test_are_tabs_with_filter_sort_and_columns(self, accountant, items):
        sent = {
            "list": "thing_list",
            "name": "Chairs",
            "query": "no=CH*&sort=-no&columns=no",
            "next": "/things/?no=CH*",
        }

        accountant.post("/preferences/views/", sent)

        response = page(accountant, "?no=CH*&sort=-no&columns=no")
        assert [(tab.label, tab.current) for tab in response.context["view_tabs"]] == [("All", False), ("Chairs", True)]

    def test_the_default_one_opens_the_list(self, accountant, items):
        user = factories.user("accountant")
        SavedView.objects.create(owner=user, list_name="thing_list", name="C", query="no=CH*", is_default=True)

        assert page(accountant).url == "/things/?no=CH*"
        assert numbers(page(accountant, "?view=all")) == ["CHAIR", "LAMP", "TABLE"]

    def test_of_others_are_not_shown_and_not_deleted(self, accountant, items):
        other = factories.user("controller")
        view = SavedView.objects.create(owner=other, list_name="thing_list", name="Mine", query="no=CH*")

        assert len(page(accountant).context["view_tabs"]) == 1
        assert accountant.post(f"/preferences/views/{view.pk}/delete/").status_code == 404


class TestEmptyLists:
    def test_without_any_row_say_so(self, accountant):
        assert "There is nothing here yet." in page(accountant).content.decode()

    def test_without_a_match_offer_to_clear_the_filters(self, accountant, items):
        html = page(accountant, "?no=SOFA").content.decode()

        assert "Nothing matches these filters." in html
        assert "Clear filters" in html
