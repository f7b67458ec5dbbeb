"""Signing a reconciliation: what is frozen, what later postings show, who may."""

from datetime import date
from decimal import Decimal
from html import unescape
from json import loads

import pytest
from django.urls import reverse

from costing.models import CostingSetup
from costing.post_to_gl import post_inventory_cost
from costing.posting.documents import post_document
from inventory.models import ItemCategory
from reconciliation import sign_off
from reconciliation.models import Finding, ReconciliationRun, SignOff
from reconciliation.scopes import Scope
from tests import factories

pytestmark = pytest.mark.django_db
MARCH = {"date_from": "2026-03-01", "date_to": "2026-03-31"}


@pytest.fixture
def controller(client):
    factories.company(locations=["EAST"], automatic_cost_posting=True, expected_cost_posting=True)
    user = factories.user("controller")
    client.force_login(user)
    return user


@pytest.fixture
def chair(controller):
    item = factories.item("CHAIR")
    buy(item)
    return item


def buy(item, quantity="10", unit_cost="20", *, on=date(2026, 3, 1)):
    order = factories.purchase_order(item, quantity=quantity, unit_cost=unit_cost)
    post_document(document_id=order.pk, posting_date=on, handle=True, invoice=True, user_id=None)


def sell(item, quantity="1", *, on=date(2026, 3, 3)):
    order = factories.sales_order(item, quantity=quantity, unit_price="50")
    post_document(document_id=order.pk, posting_date=on, handle=True, invoice=True, user_id=None)


def sign(client, **options):
    answer = client.post(reverse("reconciliation:sign"), options)
    assert answer.status_code == 302, answer.content.decode()
    return SignOff.objects.latest("pk")


def snapshot(client, signed):
    return client.get(reverse("reconciliation:snapshot", args=[signed.pk])).content.decode()


def links(page, part):
    return [unescape(piece.split('"')[0]) for piece in page.split('href="')[1:] if part in piece.split('"')[0]]


def list_total(client, url, column):
    path, _mark, query = url.partition("?")
    answer = loads(client.get(f"{path.rstrip('/')}.json?{query}").getvalue())
    assert answer["ignored"] == []
    return answer["totals"][column]


class TestSigning:
    def test_freezes_figures_causes_and_note(self, client, chair):
        CostingSetup.objects.update(automatic_cost_posting=False)
        sell(chair)

        signed = sign(client, **MARCH, note="Seen by the board")

        assert (signed.note, signed.run.date_from, signed.run.date_to) == (
            "Seen by the board",
            date(2026, 3, 1),
            date(2026, 3, 31),
        )
        rows = {row["account"]: row for row in signed.run.figures["rows"]}
        assert (rows["cogs"]["total"], rows["cogs"]["gl_total"]) == ("20.00", "0.00")
        assert list(Finding.objects.order_by("pk").values_list("row", "column", "cause", "amount")) == [
            ("cogs", "difference", "not_posted", Decimal(-20)),
            ("difference", "inventory", "not_posted", Decimal(20)),
        ]
        assert sign_off.is_intact(SignOff.objects.get())

    def test_an_untouched_one_is_unchanged(self, client, chair):
        page = snapshot(client, sign(client, **MARCH))

        assert 'data-state="unchanged"' in page
        assert "Changed since signed" not in page

    def test_later_entries_show_as_changed_and_lead_to_themselves(self, client, chair):
        signed = sign(client, **MARCH)
        sell(chair, "2")
        sell(chair, "1", on=date(2026, 4, 1))

        page = snapshot(client, signed)

        assert 'data-state="changed"' in page
        values = next(url for url in links(page, "/reconciliation/values/") if "figure=cogs.total" in url)
        ledger = next(url for url in links(page, "/reconciliation/ledger/") if "gl_total.inventory" in url)
        assert list_total(client, values, "effect") == "40.00"
        assert list_total(client, ledger, "amount") == "-40.00"

    def test_entries_of_other_dates_change_nothing(self, client, chair):
        signed = sign(client, **MARCH)
        sell(chair, "1", on=date(2026, 4, 1))

        assert 'data-state="unchanged"' in snapshot(client, signed)

    def test_a_filter_by_item_is_kept(self, client, chair):
        buy(factories.item("TABLE"), "1", "7")
        signed = sign(client, item="CHAIR")
        buy(factories.item("LAMP"), "1", "9")

        assert signed.run.filters == {"item": "CHAIR"}
        assert 'data-state="unchanged"' in snapshot(client, signed)
        sell(chair, "3")
        page = snapshot(client, signed)
        ledger = next(url for url in links(page, "/reconciliation/posted/") if "figure=cogs.gl_total" in url)
        assert list_total(client, ledger, "effect") == "60.00"

    def test_figures_that_somebody_changed_break_the_hash(self, client, chair):
        signed = sign(client, **MARCH)
        ReconciliationRun.objects.update(figures={**signed.run.figures, "balanced": False})

        assert "the hash does not match" in snapshot(client, signed)

    def test_a_past_that_was_rewritten_is_told_apart(self, client, chair):
        signed = sign(client, **MARCH)
        figures = signed.run.figures
        figures["columns"][0]["total"] = "999.00"
        ReconciliationRun.objects.update(figures=figures)

        assert [each.account for each in sign_off.rewritten_since(ReconciliationRun.objects.get())] == ["inventory"]
        assert "The past itself was rewritten" in snapshot(client, signed)

    def test_a_category_that_is_gone(self, client, chair):
        signed = sign(client, **MARCH)
        ReconciliationRun.objects.update(filters={"category": "GONE"})

        assert "Category GONE is there no longer." in snapshot(client, signed)

    def test_the_moment_is_that_of_the_books(self, controller, chair):
        signed = sign_off.sign(Scope(), filters={}, note="", user_id=controller.pk)
        sell(chair)

        assert sign_off.rewritten_since(signed.run) == []
        assert [each.account for each in sign_off.changes_since(signed.run)] == ["cogs", "inventory"]


class TestListOfSigned:
    def test_tells_which_changed(self, client, chair):
        sign(client, **MARCH, note="March")
        sell(chair)
        sign(client, **MARCH, note="March again")

        answer = loads(client.get(reverse("reconciliation:snapshot_list_export", args=["json"])).getvalue())

        assert [(row["note"], row["state"]) for row in answer["rows"]] == [
            ("March again", "unchanged"),
            ("March", "changed since signed"),
        ]

    def states(self, client):
        answer = loads(client.get(reverse("reconciliation:snapshot_list_export", args=["json"])).getvalue())
        return {row["note"]: row["state"] for row in answer["rows"]}

    def test_only_what_belongs_to_its_filters_changes_one(self, client, chair):
        table = factories.item("TABLE")
        sign(client, item="CHAIR", note="Chairs")
        sign(client, item="T*", note="Tables")
        sign(client, note="All")

        buy(table, "1", "7")

        assert self.states(client) == {
            "Chairs": "unchanged",
            "Tables": "changed since signed",
            "All": "changed since signed",
        }

    def test_the_ledger_side_alone_changes_one_too(self, client, chair):
        CostingSetup.objects.update(automatic_cost_posting=False)
        sell(chair)
        sign(client, **MARCH, item="CHAIR", note="Chairs")
        sign(client, **MARCH, item="TABLE", note="Tables")

        post_inventory_cost(through=None)

        assert self.states(client) == {"Chairs": "changed since signed", "Tables": "unchanged"}

    def test_a_filter_that_is_gone_is_said_so(self, client, chair):
        category = ItemCategory.objects.create(code="SEATS")
        sign(client, category="SEATS", note="Seats")
        category.delete()

        assert self.states(client) == {"Seats": "cannot be told: a filter is there no longer"}

    def test_chart_of_differences_by_cause(self, client, chair):
        CostingSetup.objects.update(automatic_cost_posting=False)
        sell(chair)
        sign(client, **MARCH)

        page = client.get(reverse("reconciliation:snapshot_list")).content.decode()

        assert "Differences by cause" in page
        assert "Post cost to G/L" in page

    def test_two_compared(self, client, chair):
        first = sign(client, **MARCH)
        sell(chair, "2")
        second = sign(client, **MARCH)

        page = client.get(
            reverse("reconciliation:snapshot_compare"), {"first": first.pk, "second": second.pk}
        ).content.decode()

        row = page.split('<tr data-account="cogs">')[1].split("</tr>")[0]
        assert 'data-value="40.00"' in row.split('data-col="change_total"')[1]

    def test_nothing_signed_yet(self, client, controller):
        page = client.get(reverse("reconciliation:snapshot_list")).content.decode()

        assert "No reconciliation is signed yet." in page


class TestWhoMay:
    def test_an_accountant_sees_and_does_not_sign(self, client, chair):
        signed = sign(client, **MARCH)
        client.force_login(factories.user("accountant"))

        assert client.get(reverse("reconciliation:snapshot", args=[signed.pk])).status_code == 200
        assert client.post(reverse("reconciliation:sign"), MARCH).status_code == 403
        page = client.get(reverse("reconciliation:matrix") + "?show=1").content.decode()
        assert reverse("reconciliation:sign") not in page
        assert SignOff.objects.count() == 1

    @pytest.mark.parametrize("name", ["sign", "snapshot_list", "snapshot_compare"])
    def test_clerk_and_administrator_are_refused(self, client, controller, name):
        for username in ("clerk", "admin"):
            client.force_login(factories.user(username))
            assert client.get(reverse(f"reconciliation:{name}")).status_code == 403

    def test_wrong_dates_are_refused_and_nothing_is_signed(self, client, chair):
        answer = client.post(reverse("reconciliation:sign"), {"date_from": "2026-04-01", "date_to": "2026-03-01"})

        assert answer.status_code == 422
        assert not ReconciliationRun.objects.exists()
