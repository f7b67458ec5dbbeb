"""The standard cost worksheet: suggested, rolled up, changed in place, implemented into the revaluation journal."""

from decimal import Decimal

import pytest

from costing.models import RevaluationJournalLine, StandardCostWorksheetLine
from inventory.models import Item
from tests import factories
from tests.web.costing_books import post, sign_in

pytestmark = pytest.mark.django_db

WORKSHEET = "/costing/standard/"
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def pump():
    """4 pumps bought at standard 10.00; a STATION is built of two of them."""
    factories.company()
    pump = factories.item("PUMP", method="standard", standard_cost=Decimal(10))
    station = factories.item("STATION", method="standard", indirect_cost_percent=Decimal(5))
    factories.bom_line(parent=station, component=pump, quantity_per=Decimal(2))
    post(factories.purchase_order(pump, quantity="4", unit_cost="10.00"))
    return pump


def act(client, action, **data):
    return client.post(f"{WORKSHEET}{action}/", {"_request_key": action, **data})


def line(item_no):
    return StandardCostWorksheetLine.objects.get(item__no=item_no)


def test_goes_from_suggestion_to_revaluation(client, pump):
    user = sign_in(client, "controller")

    suggested = act(client, "suggest", item="PUMP", factor="1.2", overhead_factor="1")
    rolled = act(client, "roll-up", all_levels="on")
    implemented = act(client, "implement", posting_date="2026-03-31")
    revaluation = RevaluationJournalLine.objects.get()

    assert (suggested.status_code, rolled.status_code) == (302, 302)
    assert (line("PUMP").new_standard_cost, line("STATION").new_standard_cost) == (12, Decimal("25.2"))
    assert implemented.url == "/journals/revaluation/"
    assert (revaluation.owner, revaluation.value_calculated, revaluation.value_revalued) == (user, 40, 48)
    assert Item.objects.get(no="STATION").standard_cost == Decimal("25.2")


def test_a_line_is_changed_in_place(client, pump):
    sign_in(client, "controller")
    act(client, "suggest", factor="1", overhead_factor="1")
    row = {"new_standard_cost": "15", "new_indirect_cost_percent": "0", "new_overhead_rate": "0"}

    answer = client.post(f"{WORKSHEET}lines/{line('PUMP').pk}/", row, **FRAGMENT)

    assert answer.status_code == 200
    assert (line("PUMP").new_standard_cost, line("PUMP").new_material_share) == (15, 15)
    assert "PUMP" in client.get(WORKSHEET).content.decode()


def test_what_cannot_be_implemented_is_said(client, pump):
    sign_in(client, "controller")
    post(factories.sales_order(pump, quantity="9"))
    act(client, "suggest", factor="2", overhead_factor="1")

    answer = act(client, "implement", posting_date="2026-03-31")

    assert answer.status_code == 422
    assert "Item PUMP has issues up to 2026-03-31" in answer.content.decode()
    assert Item.objects.get(no="PUMP").standard_cost == 10


@pytest.mark.parametrize("username", ["clerk", "accountant", "auditor"])
def test_is_for_those_who_implement(client, pump, username):
    sign_in(client, username)

    assert client.get(WORKSHEET).status_code == 403
