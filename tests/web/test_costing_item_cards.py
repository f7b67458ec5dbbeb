"""Cost on the card of an item: overhead waits for made goods to be adjusted, a standard entered by hand is material."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.auth.models import User

from costing.adjustment import adjust_cost
from costing.imports import ImportOptions, import_file
from costing.posting.making import Goods
from costing.posting.production import finish_production, post_production
from inventory.enums import OrderType
from inventory.models import Item, OrderHeader
from inventory.orders import create_order
from tests import factories
from tests.web.costing_books import post

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
REFUSAL = "is finished and its cost is not adjusted. Adjust the cost of the item before its overhead changes."


@pytest.fixture
def gate(db):
    """Made of wood in a finished order that is not adjusted; 10 % overhead."""
    factories.company()
    wood = factories.item("WOOD")
    gate = factories.item(
        "GATE", method="standard", standard_cost=Decimal(30), unit_cost=Decimal(30), capacity_share=Decimal(4),
        indirect_cost_percent=Decimal(10),
    )  # fmt: skip
    post(factories.purchase_order(wood, quantity="1", unit_cost="20"))
    order = create_order(OrderHeader(type=OrderType.PRODUCTION, item=gate, quantity=1, order_date=DAY))
    facts = {"order_id": order.pk, "posting_date": DAY, "user_id": None}
    post_production(**facts, used=[Goods(wood.pk, Decimal(1))])
    post_production(**facts, made=[Goods(gate.pk, Decimal(1))])
    finish_production(**facts)
    gate.order_no = order.no
    return gate


@pytest.fixture
def client(client):
    """Signed in as somebody who may change items and see cost."""
    client.force_login(User.objects.create_superuser("root"))
    return client


def send(client, **changes):
    """Send the card's form with changes."""
    form = client.get("/items/GATE/edit/").context["form"]
    fields = {name: form[name].value() for name in form.fields}
    version = client.get("/items/GATE/edit/").context["lock_value"]
    known = {name: "" if value is None else value for name, value in fields.items() if value is not False}
    return client.post("/items/GATE/edit/", known | {"_version": version} | changes)


class TestOverhead:
    @pytest.mark.parametrize("field", ["indirect_cost_percent", "overhead_rate"])
    def test_does_not_change_while_an_order_waits(self, client, gate, field):

        answer = send(client, **{field: "12"})

        gate.refresh_from_db()
        assert answer.status_code == 422
        assert answer.context["form"].errors[field] == [f"Order {gate.order_no} of item GATE {REFUSAL}"]
        assert (gate.indirect_cost_percent, gate.overhead_rate) == (10, 0)

    def test_changes_once_the_item_is_adjusted(self, client, gate):
        adjust_cost(today=DAY)

        answer = send(client, overhead_rate="2")

        gate.refresh_from_db()
        assert (answer.status_code, gate.overhead_rate) == (302, 2)

    def test_other_fields_change_meanwhile(self, client, gate):

        answer = send(client, description="Garden gate", indirect_cost_percent="10.00")

        gate.refresh_from_db()
        assert (answer.status_code, gate.description) == (302, "Garden gate")

    def test_django_admin_refuses_it_too(self, rf, gate):
        card = admin.site.get_model_admin(Item)
        request = rf.get("/")
        request.user = User.objects.create_superuser("root")
        form_class = card.get_form(request, gate, change=True)
        fields = form_class(instance=gate).initial

        form = form_class({**fields, "overhead_rate": "2"}, instance=gate)

        assert form.errors["overhead_rate"] == [f"Order {gate.order_no} of item GATE {REFUSAL}"]

    def test_an_import_never_changes_a_card(self, gate, tmp_path):
        file = tmp_path / "items.csv"
        known = {
            "no": "GATE", "description": "Gate", "gen_prod_posting_group": "DEFAULT", "base_unit_of_measure": "PCS",
            "inventory_posting_group": "DEFAULT", "item_model_group": gate.item_model_group.code, "overhead_rate": "2",
        }  # fmt: skip
        file.write_text(f"{','.join(known)}\n{','.join(known.values())}\n")

        result = import_file("items", file, ImportOptions())

        gate.refresh_from_db()
        assert [problem.message for problem in result.problems] == ["GATE exists already."]
        assert gate.overhead_rate == 0


class TestStandardCost:
    def test_entered_by_hand_is_all_material_and_the_unit_cost_follows(self, client, gate):

        send(client, standard_cost="35")

        gate.refresh_from_db()
        assert (gate.standard_cost, gate.unit_cost) == (35, 35)
        assert (gate.material_share, gate.capacity_share, gate.rolled_up_material_share) == (35, 0, 35)
