"""The reconciliation page: matrix, panels, lists behind the figures, files, and the command."""

import json
from datetime import date
from decimal import Decimal
from html import unescape
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from costing.models import CostingSetup
from costing.posting.documents import post_document
from ledger.journals import post_general_journal
from ledger.models import GeneralJournalLine
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(client):
    books = factories.company(locations=["EAST"], expected_cost_posting=True)
    client.force_login(factories.user("controller"))
    return books


@pytest.fixture
def chair(books):
    return factories.item("CHAIR")


def buy(item, quantity="10", unit_cost="20", *, on=date(2026, 3, 1), invoice=True):
    order = factories.purchase_order(item, quantity=quantity, unit_cost=unit_cost)
    post_document(document_id=order.pk, posting_date=on, handle=True, invoice=invoice, user_id=None)


def sell(item, quantity="1", *, on=date(2026, 3, 3)):
    order = factories.sales_order(item, quantity=quantity, unit_price="50")
    post_document(document_id=order.pk, posting_date=on, handle=True, invoice=True, user_id=None)


def stop_posting_to_gl():
    CostingSetup.objects.update(automatic_cost_posting=False)


def post_by_hand(account, against, amount):
    owner = factories.user("controller")
    common = {"owner": owner, "posting_date": date(2026, 3, 15), "description": "By hand"}
    lines = [
        GeneralJournalLine(line_no=1, gl_account=account, amount=Decimal(amount), **common),
        GeneralJournalLine(line_no=2, gl_account=against, amount=-Decimal(amount), **common),
    ]
    post_general_journal(lines=lines, user_id=owner.pk)


def matrix_url(**query):
    return (
        reverse("reconciliation:matrix")
        + "?"
        + "&".join(f"{key}={value}" for key, value in {"show": 1, **query}.items())
    )


def cell(page, account, column):
    """The exact value of a cell, by its hooks."""
    tag = next(part for part in page.split("<td")[1:] if f'data-account="{account}" data-col="{column}"' in part)
    head = tag.split(">")[0]
    return head.split('data-value="')[1].split('"')[0] if "data-value" in head else None


def links(page, part):
    return [unescape(piece.split('"')[0]) for piece in page.split('href="')[1:] if part in piece.split('"')[0]]


class TestMatrix:
    def test_nothing_is_calculated_until_asked(self, client, chair):
        page = client.get(reverse("reconciliation:matrix")).content.decode()

        assert "data-matrix" not in page
        assert "Show matrix" in page

    def test_figures_stand_at_their_hooks(self, client, chair):
        buy(chair)
        sell(chair)

        page = client.get(matrix_url(warning=1)).content.decode()

        assert Decimal(cell(page, "cogs", "inventory")) == 20
        assert Decimal(cell(page, "cogs", "gl_total")) == 20
        assert Decimal(cell(page, "cogs", "difference")) == 0
        assert Decimal(cell(page, "total", "inventory")) == 180
        assert Decimal(cell(page, "gl_total", "inventory")) == 180
        assert cell(page, "cogs", "wip") is None

    def test_difference_names_its_cause_with_amount(self, client, chair):
        stop_posting_to_gl()
        buy(chair)

        page = client.get(matrix_url(warning=1)).content.decode()

        assert Decimal(cell(page, "direct_cost_applied", "difference")) == 200
        assert "Post cost to G/L 200.00" in page
        assert "Post cost to G/L" not in client.get(matrix_url()).content.decode()

    def test_item_filter_keeps_the_ledger_side(self, client, books, chair):
        buy(chair)
        buy(factories.item("TABLE"), "1", "7")
        post_by_hand(books.account("inventory"), books.account("price_difference"), "75")

        page = client.get(matrix_url(item="CH*")).content.decode()

        assert Decimal(cell(page, "gl_total", "inventory")) == 200
        assert Decimal(cell(page, "not_tied", "inventory")) == 75
        assert Decimal(cell(page, "difference", "inventory")) == 0

    @pytest.mark.parametrize(
        "query", [{"date_from": "2026-04-01", "date_to": "2026-03-01"}, {"category": "NONE"}, {"item": "A|"}]
    )
    def test_wrong_options_are_refused(self, client, books, query):
        assert client.get(matrix_url(**query)).status_code == 422

    def test_queries_do_not_grow_with_the_books(self, client, chair):
        counts = []
        for _round in range(2):
            for _each in range(3):
                buy(chair, "1")
            with CaptureQueriesContext(connection) as queries:
                client.get(matrix_url(warning=1))
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestPanel:
    def panel(self, client, key, **query):
        response = client.get(matrix_url(panel=key, **query), headers={"HX-Request": "true", "HX-Target": "panel"})
        assert response.status_code == 200
        return response.content.decode()

    def total_of(self, panel):
        return Decimal(panel.split("data-panel-total")[1].split('data-value="')[1].split('"')[0])

    def test_value_entries_with_amount_and_effect(self, client, chair):
        buy(chair)
        sell(chair)

        panel = self.panel(client, "cogs.inventory")

        assert self.total_of(panel) == 20
        assert 'data-value="-20.00"' in panel
        assert links(panel, "/ledger/values/")
        assert "<html" not in panel

    def test_total_of_every_panel_is_its_cell(self, client, books, chair):
        buy(chair, invoice=False)
        stop_posting_to_gl()
        sell(chair)
        post_by_hand(books.account("inventory"), books.account("cogs"), "75")
        page = client.get(matrix_url(warning=1)).content.decode()
        keys = {key.split("panel=")[1].split("&")[0] for key in links(page, "panel=") if "warning=" in key}

        checked = 0
        for key in keys:
            row, column = key.split(".")
            value = cell(page, row, column)
            if value is not None:
                assert self.total_of(self.panel(client, key, warning=1)) == Decimal(value), key
                checked += 1
        assert checked > 40

    def test_lists_behind_the_panels_sum_to_the_figure(self, client, books, chair):
        buy(chair, invoice=False)
        stop_posting_to_gl()
        sell(chair)
        post_by_hand(books.account("inventory"), books.account("cogs"), "75")

        for key, column, expected in (
            ("cogs.inventory", "effect", "20.00"),
            ("cogs_interim.interim", "effect", "0.00"),
            ("invt_accrual_interim.total", "effect", "-200.00"),
            ("total.inventory", "effect", "-20.00"),
        ):
            url = links(self.panel(client, key), "/reconciliation/values/")
            if url:
                assert self.list_total(client, url[-1], column) == expected, key
        gl_list = links(self.panel(client, "gl_total.inventory"), "/reconciliation/ledger/")[-1]
        assert self.list_total(client, gl_list, "amount") == "75.00"

    def test_causes_of_a_difference_lead_to_their_entries(self, client, books, chair):
        stop_posting_to_gl()
        buy(chair)
        post_by_hand(books.account("inventory"), books.account("cogs"), "75")

        panel = self.panel(client, "difference.inventory")

        assert self.total_of(panel) == Decimal(-125)
        waiting = links(panel, "cause=not_posted")[0]
        assert self.list_total(client, waiting, "effect") == "-200.00"
        by_hand = links(panel, "cause=direct_posting")[0]
        assert self.list_total(client, by_hand, "effect") == "75.00"
        assert "Run Post inventory cost to G/L" in panel
        assert "Unexplained" in panel
        assert reverse("costing:gl_post") in panel

    def test_item_side_lists_the_links(self, client, chair):
        buy(chair)
        sell(chair)

        panel = self.panel(client, "cogs.gl_total", item="CHAIR")

        assert self.total_of(panel) == 20
        assert self.list_total(client, links(panel, "/reconciliation/posted/")[-1], "effect") == "20.00"

    def test_long_figures_are_cut_and_still_add_up(self, client, chair):
        for _each in range(45):
            buy(chair, "1", "2")

        panel = self.panel(client, "direct_cost_applied.inventory")

        assert "5 more entries" in panel
        assert self.total_of(panel) == -90

    def test_unknown_figure(self, client, chair):
        assert "not part of the matrix" in self.panel(client, "cogs.nothing")
        assert "not part of the matrix" in self.panel(client, "cogs.wip")

    def list_total(self, client, url, column):
        path, _mark, query = url.partition("?")
        answer = json.loads(client.get(f"{path.rstrip('/')}.json?{query}").getvalue())
        assert answer["ignored"] == []
        return answer["totals"][column]


class TestLists:
    @pytest.mark.parametrize(
        "url", ["/reconciliation/values/?figure=cogs.inventory", "/reconciliation/posted/?figure=cogs.gl_total"]
    )
    def test_queries_do_not_grow_with_the_rows(self, client, chair, url):
        buy(chair, "100")
        counts = []
        for number in (2, 6):
            for _each in range(number):
                sell(chair)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url + "&per_page=250").status_code == 200
            counts.append(len(queries))

        assert counts[0] == counts[1]

    def test_voucher_shows_the_value_entries_behind_it(self, client, chair):
        buy(chair)
        page = client.get(reverse("ledger:voucher_list")).content.decode()
        voucher = links(page, "/gl/vouchers/")[-1]

        tab = client.get(f"{voucher}?tab=values").content.decode()

        assert "/reconciliation/posted/?voucher=" in tab

    def test_account_card_tells_what_stock_uses_it_for(self, client, books):
        account = books.account("cogs")

        assert f"/gl/accounts/{account.no}/roles/" in client.get(f"/gl/accounts/{account.no}/").content.decode()
        assert "COGS" in client.get(f"/gl/accounts/{account.no}/roles/").content.decode()


class TestFiles:
    def test_json_has_rows_and_foot(self, client, chair):
        buy(chair)

        answer = client.get(reverse("reconciliation:matrix_export", args=["json"]))

        rows = {row["account"]: row for row in json.loads(answer.getvalue())["rows"]}
        assert rows["direct_cost_applied"]["inventory"] == "-200.00"
        assert rows["direct_cost_applied"]["difference"] == "0.00"
        assert rows["gl_total"]["inventory"] == "200.00"

    @pytest.mark.parametrize("file_format", ["csv", "xlsx"])
    def test_files(self, client, chair, file_format):
        buy(chair)

        answer = client.get(reverse("reconciliation:matrix_export", args=[file_format]))

        assert answer.status_code == 200
        assert "reconciliation." in answer["Content-Disposition"]


class TestWhoMay:
    @pytest.mark.parametrize("name", ["matrix", "valueentry_list", "relation_list", "untied_list"])
    def test_clerk_and_administrator_are_refused(self, client, books, name):
        for username in ("clerk", "purchaser", "admin"):
            client.force_login(factories.user(username))
            assert client.get(reverse(f"reconciliation:{name}")).status_code == 403

    def test_auditor_sees_it_but_no_cure(self, client, chair):
        stop_posting_to_gl()
        buy(chair)
        client.force_login(factories.user("auditor"))

        page = client.get(matrix_url(panel="difference.inventory", warning=1)).content.decode()

        assert "Unexplained" in page
        assert reverse("costing:gl_post") not in page


class TestCommand:
    def run(self, *arguments):
        out = StringIO()
        code = 0
        try:
            call_command("reconcile", *arguments, stdout=out)
        except SystemExit as exit_:
            code = exit_.code
        return code, out.getvalue()

    def test_no_difference(self, chair):
        buy(chair)

        code, text = self.run("--json")

        found = json.loads(text)
        assert (code, found["balanced"]) == (0, True)
        assert {row["account"]: row["difference"] for row in found["columns"]} == {
            "inventory": "0.00",
            "interim": "0.00",
            "wip": "0.00",
        }

    def test_difference_is_exit_code_1_with_its_cause(self, chair):
        stop_posting_to_gl()
        buy(chair)

        code, text = self.run("--json", "--from", "2026-03-01", "--to", "2026-03-31", "--item", "CHAIR")
        shown_code, shown = self.run()

        assert (code, shown_code) == (1, 1)
        rows = {row["account"]: row for row in json.loads(text)["rows"]}
        assert rows["direct_cost_applied"]["causes"] == [{"cause": "not_posted", "amount": "200.00"}]
        assert "Inventory and the general ledger differ." in shown

    @pytest.mark.parametrize(
        "arguments", [["--item", "NONE"], ["--from", "2026-02-01", "--to", "2026-01-01"], ["--item", "A|"]]
    )
    def test_bad_usage_is_exit_code_2(self, chair, arguments):
        with pytest.raises(CommandError) as refusal:
            self.run(*arguments)

        assert refusal.value.returncode == 2
