"""A stockkeeping unit's own standard cost, or unit cost, is what goods are worth in its place."""

from datetime import date
from decimal import Decimal

import pytest

from costing import adjustment, check_books
from costing.models import CostingSetup, ValueEntry
from costing.posting.assembly import post_assembly
from costing.posting.documents import post_document
from costing.posting.journals import post_item_journal
from costing.posting.making import Goods
from costing.posting.production import finish_production, post_production
from inventory.enums import JournalLineKind, OrderType
from inventory.models import ItemJournalLine, ItemLedgerEntry, OrderHeader, StockkeepingUnit
from inventory.orders import create_order
from tests import factories

pytestmark = pytest.mark.django_db

DAY, LATER, NEXT_YEAR = date(2026, 3, 2), date(2026, 3, 9), date(2027, 1, 1)


@pytest.fixture
def oslo():
    return factories.company(locations=["OSLO", "BERGEN"]).locations["OSLO"]


@pytest.fixture
def lamp(oslo):
    """Standard 10.00 on the card, 12.00 in OSLO; what BERGEN's stockkeeping unit leaves blank is the card's."""
    lamp = factories.item("LAMP", method="standard", standard_cost=Decimal(10), unit_cost=Decimal(10))
    StockkeepingUnit.objects.create(item=lamp, location=oslo, standard_cost=Decimal(12), unit_cost=Decimal(12))
    StockkeepingUnit.objects.create(item=lamp, location=factories.location("BERGEN"))
    return lamp


def post(order, *, on=DAY, handle=True, invoice=True):
    found = post_document(document_id=order.pk, posting_date=on, handle=handle, invoice=invoice, user_id=None)
    return found.item_ledger_entry_ids


def buy(item, **line):
    return post(factories.purchase_order(item, quantity="10", unit_cost="11", **line))[0]


def journal(item, quantity, *, kind=JournalLineKind.POSITIVE, **fields):
    line = ItemJournalLine(
        owner=factories.user("lead"), line_no=1, kind=kind, posting_date=DAY, document_no="J1", item=item,
        quantity=Decimal(quantity), **fields,
    )  # fmt: skip
    return post_item_journal(lines=[line], user_id=None).item_ledger_entry_ids


def values(entry_id):
    found = ValueEntry.objects.filter(item_ledger_entry_id=entry_id).order_by("pk")
    return [(each.entry_type, each.cost_amount_actual) for each in found]


def cost(entry_id):
    return sum((amount for _type, amount in values(entry_id)), Decimal(0))


class TestPurchases:
    def test_enter_stock_at_the_standard_of_their_place(self, lamp, oslo):
        assert values(buy(lamp, location=oslo)) == [("direct_cost", Decimal(110)), ("variance", Decimal(10))]
        assert values(buy(lamp)) == [("direct_cost", Decimal(110)), ("variance", Decimal(-10))]
        assert values(buy(lamp, location=factories.location("BERGEN")))[1:] == [("variance", Decimal(-10))]
        assert check_books.breaches() == []

    def test_are_expected_and_invoiced_at_it(self, lamp, oslo):
        order = factories.purchase_order(lamp, quantity="10", unit_cost="11", location=oslo)
        receipt = post(order, invoice=False)[0]

        assert ValueEntry.objects.get(item_ledger_entry_id=receipt).cost_amount_expected == Decimal(120)

        post(order, on=LATER, handle=False)

        assert values(receipt)[1:] == [("direct_cost", Decimal(110)), ("variance", Decimal(10))]

    def test_a_unit_of_another_variant_is_another(self, lamp, oslo):
        red = factories.variant(lamp, "RED")

        assert values(buy(lamp, location=oslo, variant=red))[1:] == [("variance", Decimal(-10))]


class TestOtherMovements:
    def test_sales_cost_the_standard_of_their_place(self, lamp, oslo):
        buy(lamp, location=oslo)

        sale = post(factories.sales_order(lamp, quantity="2", location=oslo))[0]

        assert cost(sale) == Decimal(-24)

    def test_found_goods_enter_at_it(self, lamp, oslo):
        assert cost(journal(lamp, 3, location=oslo)[0]) == Decimal(36)

    def test_moved_goods_keep_the_cost_of_their_layer(self, lamp, oslo):
        """Moved at 12.00 to a place where the standard is 10.00; what is sold there costs 12.00 once adjusted."""
        bergen = factories.location("BERGEN")
        buy(lamp, location=oslo)

        gone, come = journal(lamp, 4, kind=JournalLineKind.TRANSFER, location=oslo, new_location=bergen)
        sale = post(factories.sales_order(lamp, quantity="1", location=bergen))[0]

        assert (cost(gone), cost(come), cost(sale)) == (Decimal(-48), Decimal(48), Decimal(-10))

        adjustment.adjust_cost(today=DAY)

        assert cost(sale) == Decimal(-12)
        assert check_books.breaches() == []

    def test_cards_follow_their_standard(self, lamp, oslo):
        StockkeepingUnit.objects.update(unit_cost=1)
        buy(lamp, location=oslo)
        buy(lamp, location=factories.location("BERGEN"))

        adjustment.adjust_cost(today=DAY)

        units = StockkeepingUnit.objects.order_by("location__code").values_list("location__code", "unit_cost")
        assert list(units) == [("BERGEN", Decimal(10)), ("OSLO", Decimal(12))]


class TestUnitCosts:
    """Of an average item, per item in 2026 and per place from 2027 on: 10 at 5.00 in OSLO and 10 at 10.00 elsewhere.

    Both places begin 2027 at 7.50, so OSLO holds 10 for 75.00, 25.00 more than by its entries; it buys 10 at 12.50.
    """

    @pytest.fixture
    def rug(self, oslo):
        CostingSetup.objects.create(starting_date=NEXT_YEAR, average_cost_calculation="item_location_variant")
        rug = factories.item("RUG", method="average")
        StockkeepingUnit.objects.create(item=rug, location=oslo)
        post(factories.purchase_order(rug, quantity="10", unit_cost="5", location=oslo))
        post(factories.purchase_order(rug, quantity="10", unit_cost="10"))
        return rug

    def unit_cost(self):
        adjustment.adjust_cost(today=DAY)
        return StockkeepingUnit.objects.get().unit_cost

    def test_are_those_of_the_item_until_places_have_their_own(self, rug):
        assert self.unit_cost() == Decimal("7.5")

    def test_are_those_of_the_place_from_then_on(self, rug, oslo):
        post(factories.purchase_order(rug, quantity="10", unit_cost="12.50", location=oslo), on=NEXT_YEAR)

        assert self.unit_cost() == Decimal(10)


class TestMaking:
    @pytest.fixture
    def glass(self, oslo):
        """10 at 11.00 in OSLO."""
        glass = factories.item("GLASS")
        buy(glass, location=oslo)
        return glass

    def produced(self, item, used, oslo):
        order = create_order(OrderHeader(type=OrderType.PRODUCTION, item=item, quantity=1, order_date=DAY))
        facts = {"order_id": order.pk, "posting_date": DAY, "user_id": None}
        post_production(**facts, used=[Goods(used.pk, Decimal(1), location_id=oslo.pk)])
        post_production(**facts, made=[Goods(item.pk, Decimal(1), location_id=oslo.pk)])
        output = ItemLedgerEntry.objects.get(entry_type="output")
        expected = ValueEntry.objects.get(item_ledger_entry=output).cost_amount_expected
        finish_production(**facts)
        adjustment.adjust_cost(today=DAY)
        return expected, values(output.pk)[1:]

    def test_output_is_expected_at_the_unit_cost_of_its_place(self, glass, oslo):
        vase = factories.item("VASE", unit_cost=Decimal(9))
        StockkeepingUnit.objects.create(item=vase, location=oslo, unit_cost=Decimal(8))

        assert self.produced(vase, glass, oslo) == (Decimal(8), [("direct_cost", Decimal(11))])

    def test_variances_are_those_of_the_unit_where_averages_are_by_place(self, lamp, glass, oslo):
        CostingSetup.objects.update(average_cost_calculation="item_location_variant")

        found = self.produced(lamp, glass, oslo)

        assert found == (Decimal(12), [("direct_cost", Decimal(11)), ("variance", Decimal(1))])

    def test_variances_are_those_of_the_card_where_they_are_not(self, lamp, glass, oslo):
        found = self.produced(lamp, glass, oslo)

        assert found == (Decimal(12), [("direct_cost", Decimal(11)), ("variance", Decimal(-1))])

    @pytest.mark.parametrize(
        ("calculation", "variance"), [("item", Decimal(-1)), ("item_location_variant", Decimal(1))]
    )
    def test_the_same_holds_of_assembly(self, calculation, variance, lamp, glass, oslo):
        CostingSetup.objects.update(average_cost_calculation=calculation)
        order = create_order(OrderHeader(type=OrderType.ASSEMBLY, item=lamp, quantity=1, order_date=DAY, location=oslo))

        used = [Goods(glass.pk, Decimal(1), location_id=oslo.pk)]
        *_used, made = post_assembly(order_id=order.pk, posting_date=DAY, user_id=None, used=used).item_ledger_entry_ids
        adjustment.adjust_cost(today=DAY)

        assert values(made) == [("direct_cost", Decimal(11)), ("variance", variance)]
