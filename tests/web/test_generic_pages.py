"""Cards, forms, actions, lines, matrix: what they show, what they refuse, what they keep out of sight."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.models import ChangeLog, RequestKey, UserPreference
from inventory.models import DocumentLine, Item
from tests import factories
from tests.web.generic_site import ThingActionView

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.generic_site")]


@pytest.fixture
def chair():
    factories.company()
    return factories.item("CHAIR", reorder_point=10, unit_cost=Decimal("22.5"))


def sign_in(client, username):
    client.force_login(factories.user(username))
    return client


@pytest.fixture
def purchaser(client):
    return sign_in(client, "purchaser")


class TestTheCard:
    def test_shows_figures_sections_tabs_and_where_it_stands(self, client, chair):
        html = sign_in(client, "accountant").get("/things/CHAIR/").content.decode()

        assert "<title>CHAIR Chair - Lagerbok</title>" in html
        assert (
            '<a class="figure-link" href="/behind/"><data class="num" value="10" data-value="10">10</data></a>' in html
        )
        assert '<a href="/things/">Things</a>' in html
        assert '<span class="badge badge-ok" data-state="active">Active</span>' in html
        assert 'data-value="22.50"' in html

    def test_leaves_cost_out_for_a_clerk(self, client, chair):
        html = sign_in(client, "clerk").get("/things/CHAIR/").content.decode()

        assert "22.5" not in html
        assert "Unit cost" not in html
        assert "Costing" not in html

    def test_shows_no_action_that_the_role_never_has(self, client, chair):
        html = sign_in(client, "clerk").get("/things/CHAIR/").content.decode()

        assert "/things/CHAIR/edit/" not in html

    def test_says_why_an_action_is_blocked(self, client, chair):
        html = sign_in(client, "clerk").get("/things/CHAIR/").content.decode()

        assert "disabled" in html
        assert "There is nowhere to move it." in html

    def test_loads_a_tab_as_an_ordinary_list(self, client, chair):
        html = sign_in(client, "clerk").get("/things/CHAIR/?tab=things").content.decode()

        assert 'hx-get="/things/?blocked=no"' in html

    def test_is_remembered_as_recent(self, client, chair):
        sign_in(client, "clerk").get("/things/CHAIR/")

        recent = UserPreference.objects.get(user__username="clerk").recent
        assert recent == [{"label": "CHAIR Chair", "url": "/things/CHAIR/", "kind": "Item"}]


class TestTheForm:
    def data(self, **changes):
        item = Item.objects.get(no="CHAIR")
        fields = {
            "no": item.no,
            "description": item.description,
            "reorder_point": "10",
            "item_model_group": item.item_model_group_id,
            "gen_prod_posting_group": item.gen_prod_posting_group_id,
            "inventory_posting_group": item.inventory_posting_group_id,
            "base_unit_of_measure": item.base_unit_of_measure_id,
            "_version": item.updated_at.isoformat(),
        }
        return fields | changes

    def test_saves_and_writes_the_change_log(self, purchaser, chair):
        response = purchaser.post("/things/CHAIR/edit/", self.data(description="Oak chair"))

        assert response.url == "/things/CHAIR/"
        change = ChangeLog.objects.get()
        assert change.changes["description"] == ["Chair", "Oak chair"]
        assert (change.record_no, change.action, change.user.username) == ("CHAIR", "change", "purchaser")

    def test_makes_a_record(self, purchaser, chair):
        response = purchaser.post("/things/new/", self.data(no="STOOL", description="Stool"))

        assert response.url == "/things/STOOL/"
        assert ChangeLog.objects.get().action == "add"

    def test_keeps_the_input_and_says_what_is_wrong(self, purchaser, chair):
        response = purchaser.post("/things/CHAIR/edit/", self.data(description="", reorder_point="ten"))

        html = response.content.decode()
        assert response.status_code == 422
        assert "“ten” is not a number." in html
        assert 'value="ten"' in html
        assert Item.objects.get(pk=chair.pk).description == "Chair"

    def test_shows_both_values_when_somebody_else_was_faster(self, purchaser, chair):
        sent = self.data(description="Oak chair")
        Item.objects.get(pk=chair.pk).save()
        Item.objects.filter(pk=chair.pk).update(description="Ash chair")

        response = purchaser.post("/things/CHAIR/edit/", sent)

        assert response.status_code == 422
        assert [(item["stored"], item["typed"]) for item in response.context["conflicts"]] == [
            ("Ash chair", "Oak chair")
        ]
        assert Item.objects.get(pk=chair.pk).description == "Ash chair"

    def test_has_no_cost_for_who_may_not_see_it(self, purchaser, chair):
        html = purchaser.get("/things/CHAIR/edit/").content.decode()
        purchaser.post("/things/CHAIR/edit/", self.data(unit_cost="1"))

        assert "unit_cost" not in html
        assert Item.objects.get(pk=chair.pk).unit_cost == Decimal("22.5")

    @pytest.mark.parametrize(
        ("region", "typed", "stored"),
        [
            ("nb", "1 234,5", "1234.5"),
            ("da", "1.234,5", "1234.5"),
            ("en", "1,234.5", "1234.5"),
            ("nb", "=3*12+4", "40"),
            ("en", "=(1+2)/4", "0.75"),
        ],
    )
    def test_reads_numbers_as_the_region_writes_them(self, purchaser, chair, region, typed, stored):
        UserPreference.objects.create(user=factories.user("purchaser"), region=region)

        purchaser.post("/things/CHAIR/edit/", self.data(reorder_point=typed))

        assert Item.objects.get(pk=chair.pk).reorder_point == Decimal(stored)

    def test_refuses_a_number_that_can_be_read_two_ways(self, purchaser, chair):
        UserPreference.objects.create(user=factories.user("purchaser"), region="nb")

        response = purchaser.post("/things/CHAIR/edit/", self.data(reorder_point="1.234"))

        assert "can be read as 1,234 or as 1\u00a0234" in response.content.decode()


class TestTheAction:
    def data(self, **changes):
        return {"amount": "5", "day": "2026-01-31", "item": "CHAIR", "_request_key": "k1"} | changes

    @pytest.fixture(autouse=True)
    def calls(self):
        ThingActionView.calls.clear()
        return ThingActionView.calls

    def test_makes_one_call_and_goes_on(self, purchaser, chair, calls):
        response = purchaser.post("/things/block/", self.data(), follow=True)

        assert response.redirect_chain == [("/things/", 302)]
        assert "Blocked." in response.content.decode()
        assert [call["item"] for call in calls] == [chair]

    def test_sent_twice_is_done_once(self, purchaser, chair, calls):
        purchaser.post("/things/block/", self.data())
        response = purchaser.post("/things/block/", self.data())

        assert response.url == "/things/"
        assert len(calls) == 1

    def test_names_every_problem_and_leads_to_the_cure(self, purchaser, chair):
        response = purchaser.post("/things/block/", self.data(amount="500"))

        html = response.content.decode()
        assert response.status_code == 422
        assert "CHAIR is too dear." in html
        assert "TABLE is too dear." in html
        assert '<a href="/things/CHAIR/">Open</a>' in html
        assert '<small class="code">invalid_input</small>' in html
        assert 'value="500"' in html

    def test_may_be_sent_again_after_a_refusal(self, purchaser, chair, calls):
        purchaser.post("/things/block/", self.data(amount="500"))

        assert purchaser.post("/things/block/", self.data(amount="50")).status_code == 302
        assert len(calls) == 2
        assert RequestKey.objects.count() == 1

    def test_previews_without_the_cost_that_the_user_may_not_see(self, purchaser, chair, calls):
        response = purchaser.post("/things/block/", self.data(_preview="1"))

        html = response.content.decode()
        assert "Preview (not posted)" in html
        assert "Nothing is stored." in html
        assert 'data-col="cost"' not in html
        assert calls == []

    def test_names_a_record_that_it_does_not_know(self, purchaser, chair):
        response = purchaser.post("/things/block/", self.data(item="SOFA"))

        assert "“SOFA” is not known here." in response.content.decode()

    def test_suggests_records(self, purchaser, chair):
        response = purchaser.get("/things/block/?lookup=item&item=ch", headers={"HX-Request": "true"})

        assert '<option value="CHAIR">Chair</option>' in response.content.decode()

    def test_asks_to_type_what_is_removed(self, purchaser, chair):
        assert purchaser.post("/things/remove/", {"_confirm": "TABLE"}).status_code == 422
        assert purchaser.post("/things/remove/", {"_confirm": "CHAIR"}).url == "/things/"

    def test_is_refused_without_the_right(self, client, chair, calls):
        assert sign_in(client, "clerk").post("/things/block/", self.data()).status_code == 403
        assert calls == []


class TestLines:
    @pytest.fixture
    def order(self, chair):
        return factories.purchase_order(chair, quantity="10", unit_cost="5.25")

    def post(self, client, order, path="", **data):
        return client.post(f"/orders/{order.no}/lines/{path}", data, headers={"HX-Request": "true"})

    def test_stand_in_the_document_as_forms(self, purchaser, order):
        line = order.lines.get()

        html = purchaser.get(f"/orders/{order.no}/").content.decode()

        assert f'<form id="line-form-{line.pk}" method="post" action="/orders/{order.no}/lines/{line.pk}/"' in html
        assert 'value="CHAIR"' in html
        assert 'id="line-form-new"' in html
        assert "5.25" not in html

    def test_are_read_only_without_the_right_to_change(self, client, order):
        html = sign_in(client, "accountant").get(f"/orders/{order.no}/").content.decode()

        assert "line-form" not in html
        assert "CHAIR" in html
        assert "5.25" in html

    def test_save_a_row_and_answer_with_it_and_the_totals(self, purchaser, order):
        line = order.lines.get()

        response = self.post(purchaser, order, f"{line.pk}/", item="CHAIR", quantity="12")

        html = response.content.decode()
        line.refresh_from_db()
        assert (line.quantity, line.unit_amount) == (Decimal(12), Decimal("5.25"))
        assert html.lstrip().startswith(f'<tr id="line-{line.pk}"')
        assert '<data class="num" value="12" data-value="12">12</data>' in html

    def test_add_a_row_and_offer_the_next(self, purchaser, order):
        response = self.post(purchaser, order, item="CHAIR", quantity="3", unit_amount="1")

        assert order.lines.count() == 2
        assert 'id="line-form-new"' in response.content.decode()

    def test_keep_a_wrong_row_with_its_errors(self, purchaser, order):
        line = order.lines.get()

        response = self.post(purchaser, order, f"{line.pk}/", item="SOFA", quantity="2000")

        html = response.content.decode()
        assert response.status_code == 422
        assert "“SOFA” is not known here." in html
        assert 'aria-invalid="true"' in html
        assert DocumentLine.objects.get(pk=line.pk).quantity == Decimal(10)

    def test_show_the_refusal_of_the_domain_in_the_row(self, purchaser, order):
        response = self.post(purchaser, order, f"{order.lines.get().pk}/", item="CHAIR", quantity="2000")

        assert response.status_code == 422
        assert "That is too many." in response.content.decode()

    def test_delete_a_row(self, purchaser, order):
        response = self.post(purchaser, order, f"{order.lines.get().pk}/delete/")

        assert order.lines.count() == 0
        assert "<tr" not in response.content.decode()

    def test_are_not_changed_without_the_right(self, client, order):
        response = self.post(sign_in(client, "accountant"), order, f"{order.lines.get().pk}/delete/")

        assert response.status_code == 403
        assert order.lines.count() == 1

    def test_take_as_many_queries_for_many_as_for_few(self, purchaser, order, chair):
        purchaser.get(f"/orders/{order.no}/")
        with CaptureQueriesContext(connection) as few:
            purchaser.get(f"/orders/{order.no}/")
        for _ in range(30):
            factories.document_line(order, item=chair, quantity="1")

        with CaptureQueriesContext(connection) as many:
            purchaser.get(f"/orders/{order.no}/")

        assert len(many) == len(few)


class TestTheMatrix:
    def test_asks_for_the_options_first(self, client, chair):
        html = sign_in(client, "accountant").get("/figures/").content.decode()

        assert "Choose the options, then show the matrix." in html

    def test_names_rows_columns_and_exact_values(self, client, chair):
        html = sign_in(client, "accountant").get("/figures/?show=1").content.decode()

        assert 'data-account="cogs" data-col="inventory"' in html
        assert 'data-value="-180.00"' in html
        assert "\u2212180.00" in html
        assert "not applicable" in html

    def test_opens_the_panel_from_the_link_alone(self, client, chair):
        html = sign_in(client, "accountant").get("/figures/?show=1&panel=cogs.inventory").content.decode()

        assert "What is not posted." in html
        assert 'class="tone-danger is-open"' in html

    def test_answers_with_the_panel_for_a_clicked_figure(self, client, chair):
        headers = {"HX-Request": "true", "HX-Target": "panel"}
        response = sign_in(client, "accountant").get("/figures/?show=1&panel=cogs.inventory", headers=headers)

        html = response.content.decode()
        assert "<html" not in html
        assert 'data-panel-open="cogs.inventory"' in html
        assert 'href="/figures/?show=1"' in html
