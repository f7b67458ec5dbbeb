"""Low-level codes: the longest path down, circles and depth refused, raised by what orders used."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db import transaction
from django.forms import inlineformset_factory

from config.base.errors import ErrorCode
from costing.posting.documents import post_document
from costing.posting.making import Goods
from costing.posting.production import post_production
from inventory import low_level_codes
from inventory.admin import BomLineFormSet
from inventory.boms import save_bom_line
from inventory.enums import OrderType
from inventory.models import BomLine, Item, OrderHeader
from inventory.orders import create_order
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 10)


def made_of(parent, *components):
    for component in components:
        factories.bom_line(parent=parent, component=component, quantity_per=Decimal(1))


def codes():
    return dict(Item.objects.order_by("no").values_list("no", "low_level_code"))


def use(product, component, no):
    order = create_order(OrderHeader(type=OrderType.PRODUCTION, no=no, item=product, quantity=1, order_date=DAY))
    used = [Goods(component.pk, Decimal(1))]
    post_production(order_id=order.pk, posting_date=DAY, used=used, user_id=None)


@pytest.fixture
def items():
    """Bicycle of a wheel and a rim; wheel of a rim: the rim is at 2, the longest path. A bell is part of nothing."""
    factories.company()
    bicycle, wheel, rim, bell = (factories.item(no) for no in ("BICYCLE", "WHEEL", "RIM", "BELL"))
    made_of(bicycle, wheel, rim)
    made_of(wheel, rim)
    for item in (wheel, rim, bell):
        order = factories.purchase_order(item, quantity="9", unit_cost="1.00")
        post_document(document_id=order.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)
    return {"bicycle": bicycle, "wheel": wheel, "rim": rim, "bell": bell}


class TestRecalculation:
    def test_code_is_the_longest_path_from_a_product(self, items):
        with transaction.atomic():
            found = low_level_codes.recalculate()

        assert codes() == {"BELL": 0, "BICYCLE": 0, "RIM": 2, "WHEEL": 1}
        assert (found.items, found.changed) == (2, 2)

    def test_what_is_in_no_structure_goes_back_to_zero(self, items):
        Item.objects.filter(no="BELL").update(low_level_code=7)

        call_command("recalculate_low_level_codes")

        assert codes()["BELL"] == 0

    def test_posted_orders_count(self, items):
        use(items["rim"], items["bell"], "PO1")
        Item.objects.update(low_level_code=0)

        call_command("recalculate_low_level_codes")

        assert codes() == {"BELL": 3, "BICYCLE": 0, "RIM": 2, "WHEEL": 1}

    def test_circle_is_refused_with_its_items(self, items):
        made_of(items["rim"], items["bicycle"])

        with pytest.raises(low_level_codes.CircularStructure) as refused, transaction.atomic():
            low_level_codes.recalculate()

        assert refused.value.code == ErrorCode.INVALID_INPUT
        assert "BICYCLE" in str(refused.value)
        assert "RIM" in str(refused.value)

    def test_more_than_fifty_levels_are_refused(self, items):
        chain = [factories.item(f"PART{number:02}") for number in range(52)]
        for parent, component in pairwise(chain):
            made_of(parent, component)

        with pytest.raises(low_level_codes.TooManyLevels, match="PART51"), transaction.atomic():
            low_level_codes.recalculate()

    def test_component_that_would_close_a_circle_is_refused_beforehand(self, items):
        with pytest.raises(low_level_codes.CircularStructure):
            low_level_codes.check_component(product_id=items["rim"].pk, component_id=items["bicycle"].pk)

        low_level_codes.check_component(product_id=items["rim"].pk, component_id=items["bell"].pk)


class TestRaisedByConsumption:
    def test_component_stands_below_its_product_with_all_that_it_is_made_of(self, items):
        gate = factories.item("GATE")

        use(gate, items["wheel"], "PO1")

        assert codes() == {"BELL": 0, "BICYCLE": 0, "GATE": 0, "RIM": 2, "WHEEL": 1}

    def test_codes_are_never_lowered(self, items):
        Item.objects.filter(no="BELL").update(low_level_code=5)

        use(items["bicycle"], items["bell"], "PO1")

        assert codes()["BELL"] == 5

    def test_products_of_posted_orders_climb_down_too(self, items):
        use(items["wheel"], items["bell"], "PO1")
        assert codes()["BELL"] == 1

        use(items["bicycle"], items["wheel"], "PO2")

        assert (codes()["WHEEL"], codes()["BELL"]) == (1, 2)

    def test_goods_that_rework_each_other_raise_nothing(self, items):
        use(items["bicycle"], items["bell"], "PO1")

        use(items["bell"], items["bell"], "PO2")
        use(items["rim"], items["wheel"], "PO3")

        assert codes() == {"BELL": 1, "BICYCLE": 0, "RIM": 0, "WHEEL": 0}


class TestBillsOfMaterial:
    def test_component_stands_below_its_product_at_once(self, items):
        save_bom_line(BomLine(parent=items["rim"], component=items["bell"], quantity_per=Decimal(1)))

        assert codes()["BELL"] == 1

    def test_circle_is_not_stored(self, items):
        with pytest.raises(low_level_codes.CircularStructure):
            save_bom_line(BomLine(parent=items["rim"], component=items["bicycle"], quantity_per=Decimal(1)))

        assert not BomLine.objects.filter(parent=items["rim"]).exists()

    def test_admin_refuses_a_circle_beside_the_component(self, items):
        formset_class = inlineformset_factory(
            Item, BomLine, formset=BomLineFormSet, fk_name="parent", fields=["component", "quantity_per"]
        )
        data = {"bom_lines-TOTAL_FORMS": "1", "bom_lines-INITIAL_FORMS": "0", "bom_lines-0-quantity_per": "1"}

        circle = formset_class({**data, "bom_lines-0-component": items["bicycle"].pk}, instance=items["rim"])
        lawful = formset_class({**data, "bom_lines-0-component": items["bell"].pk}, instance=items["rim"])

        assert not circle.is_valid()
        assert "round in a circle" in str(circle.forms[0].errors["component"])
        assert lawful.is_valid()
        lawful.save()
        assert codes()["BELL"] == 1
