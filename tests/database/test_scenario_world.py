"""The scenario runner's own parts: the company it makes, its refs, its checks, and what it calls unchanged books."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group

from costing.models import CostingSetup, GeneralPostingSetup, InventoryPostingSetup
from inventory.models import Item
from tests import factories
from tests.scenarios import ledgers, world
from tests.scenarios.checks import compare
from tests.scenarios.loading import ScenarioError, parse
from tests.scenarios.steps import STEPS

pytestmark = pytest.mark.django_db


def make_world(*steps, items=(), **parts):
    items = list(items) or [{"item": "CUP", "method": "fifo"}]
    return world.set_up(parse({"id": "x", "title": "x", "items": items, "steps": list(steps)} | parts))


class TestTheCompany:
    def test_maps_every_role_at_every_place_and_the_blank_one(self):
        raw = {"item": "A", "method": "fifo", "inventory_posting_group": "RAW"}
        make_world(locations=["EAST", "WEST"], items=[raw])

        lines = InventoryPostingSetup.objects.filter(inventory_posting_group__code="RAW")
        assert {line.location and line.location.code for line in lines} == {None, "EAST", "WEST"}
        assert all(getattr(line, role) for line in lines for role in line.ROLES)
        assert all(getattr(line, role) for line in GeneralPostingSetup.objects.all() for role in line.ROLES)

    def test_has_the_setup_of_the_scenario_from_the_first_day(self):
        make_world(setup={"average_cost_period": "month", "automatic_cost_posting": False})

        setup = CostingSetup.objects.get()
        assert (setup.average_cost_period, setup.automatic_cost_posting) == ("month", False)
        assert setup.starting_date == factories.FIRST_DAY

    def test_gives_items_of_the_same_options_one_group(self):
        make_world(
            items=[
                {"item": "A", "method": "fifo", "settle_at": "close", "physical_negative": False},
                {"item": "B", "method": "fifo", "settle_at": "close", "physical_negative": False},
                {"item": "C", "method": "fifo", "settle_at": "close"},
            ]
        )

        a, b, c = (Item.objects.get(no=no).item_model_group for no in "ABC")
        assert a == b != c
        assert (c.physical_negative, a.physical_negative, c.settle_at) == (True, False, "close")

    def test_takes_a_standard_cost_for_material_and_unit_cost(self):
        made = make_world(items=[{"item": "A", "method": "standard", "standard_cost": "15.00"}]).item("A")

        assert (made.unit_cost, made.material_share, made.capacity_share) == (Decimal(15), Decimal(15), Decimal(0))

    def test_has_a_user_in_every_group(self):
        factories.users()

        assert all(group.user_set.count() == 1 for group in Group.objects.all())


class TestSet:
    def test_maps_a_role_to_another_number_while_the_word_keeps_its_account(self):
        here = make_world()
        cogs = here.account("cogs")

        STEPS["set"](here, {"account": "cogs", "number": "7290"})

        assert set(GeneralPostingSetup.objects.values_list("cogs__no", flat=True)) == {"7290"}
        assert here.account("cogs") == cogs
        assert here.account("7290").no == "7290"

    def test_changes_a_card(self):
        here = make_world()

        STEPS["set"](here, {"item": "CUP", "blocked": True, "unit_cost": Decimal("3.00")})

        assert (here.item("CUP").blocked, here.item("CUP").unit_cost) == (True, Decimal(3))


class TestARef:
    def test_that_names_nothing_is_an_error(self):
        here = make_world()

        with pytest.raises(ScenarioError, match="P1 names no item ledger entry"):
            here.entry_ids("P1")

    def test_names_several_entries_together(self):
        here = make_world()

        here.name("T1", [4, 7])

        assert here.entry_ids("T1") == (4, 7)
        with pytest.raises(ScenarioError, match="a line is applied to one"):
            here.one_entry("T1")


class TestUnchangedBooks:
    def test_have_the_same_fingerprint(self):
        make_world()

        assert ledgers.changed(ledgers.fingerprint(), ledgers.fingerprint()) == []

    def test_are_not_those_whose_item_card_has_changed(self):
        make_world()
        before = ledgers.fingerprint()

        Item.objects.update(unit_cost=Decimal("1.00"))

        assert ledgers.changed(before, ledgers.fingerprint()) == ["inventory_item"]


def test_a_check_names_all_that_differs():
    with pytest.raises(AssertionError, match=r"cost_actual: expected -20, got -15; open: expected False, got True"):
        compare(
            {"cost_actual": Decimal("-20.00"), "open": False, "quantity": Decimal(1)},
            {"cost_actual": Decimal("-15.00"), "open": True, "quantity": Decimal("1.00000")},
        )
