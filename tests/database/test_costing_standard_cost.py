"""Standard costs: the worksheet suggests, rolls up and implements; a line of the journal may update the card."""

from datetime import date
from decimal import Decimal

import pytest

from config.base.errors import DomainError, ErrorCode
from config.base.models import ChangeLog
from costing import standard_cost_worksheet as worksheets
from costing.card_costs import Shares, shares_of
from costing.inventory_value import Calculation, calculate_inventory_value, set_unit_cost
from costing.models import InventoryAdjmtEntryOrder, RevaluationJournalLine, StandardCostWorksheetLine, ValueEntry
from costing.posting.revaluation import post_revaluation_journal
from costing.setups import Setups
from costing.standard_cost import set_standard_cost
from costing.standard_cost_worksheet import Factors
from inventory.models import Item, StockkeepingUnit
from tests import factories
from tests.web.costing_books import post

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 31)
SHEET = "NEXT"
CENT = Decimal("0.01")


@pytest.fixture
def bike():
    """BIKE of 1 FRAME (standard 80.00, of it 10.00 overhead) and 2 WHEEL (unit cost 15.00); FRAME of 1 TUBE (70.00)."""
    factories.company(locations=["OSLO"])
    tube = factories.item("TUBE", unit_cost=Decimal(70))
    frame = factories.item("FRAME", method="standard", standard_cost=Decimal(80), overhead_rate=Decimal(10))
    wheel = factories.item("WHEEL", unit_cost=Decimal(15))
    bike = factories.item("BIKE", method="standard", indirect_cost_percent=Decimal(10), overhead_rate=Decimal(1))
    factories.bom_line(parent=frame, component=tube, quantity_per=Decimal(1))
    factories.bom_line(parent=bike, component=frame, quantity_per=Decimal(1))
    factories.bom_line(parent=bike, component=wheel, quantity_per=Decimal(2))
    return bike


def line_of(item_no):
    return StandardCostWorksheetLine.objects.get(worksheet=SHEET, item__no=item_no)


class TestRollUp:
    def test_adds_components_and_overhead(self, bike):
        worksheets.roll_up(SHEET)

        assert shares_of(line_of("FRAME"), "new_") == Shares(material=Decimal(70), manufacturing_overhead=Decimal(10))
        assert shares_of(line_of("BIKE"), "new_") == Shares(material=Decimal(110), manufacturing_overhead=Decimal(12))
        assert line_of("BIKE").new_standard_cost == 122

    def test_takes_what_the_worksheet_has_in_mind(self, bike):
        frame = Item.objects.get(no="FRAME")
        worksheets.suggest(SHEET, item_ids=[frame.pk], factors=Factors(standard_cost=Decimal("1.25")))

        worksheets.roll_up(SHEET, item_ids=[bike.pk])

        assert line_of("FRAME").new_standard_cost == 100
        # 100 + 30 material, 13 + 1 overhead.
        assert line_of("BIKE").new_standard_cost == 144

    def test_of_the_top_level_takes_the_present_standard_of_what_is_built(self, bike):
        Item.objects.filter(no="TUBE").update(unit_cost=Decimal(60))

        worksheets.roll_up(SHEET, item_ids=[bike.pk], all_levels=False)
        top = line_of("BIKE").new_standard_cost
        worksheets.roll_up(SHEET, item_ids=[bike.pk])

        assert (top, line_of("BIKE").new_standard_cost) == (122, 111)

    def test_refuses_a_circle(self, bike):
        tube = Item.objects.get(no="TUBE")
        factories.bom_line(parent=tube, component=bike, quantity_per=Decimal(1))

        with pytest.raises(DomainError, match="contains the item itself"):
            worksheets.roll_up(SHEET)

        assert not StandardCostWorksheetLine.objects.exists()


class TestSuggesting:
    def test_multiplies_and_rounds(self, bike):
        factors = Factors(standard_cost=Decimal("1.033"), overhead_rate=Decimal(2), rounding=Decimal("0.5"))

        count = worksheets.suggest(SHEET, factors=factors)
        line = line_of("FRAME")

        # 80 x 1.033 = 82.64, to halves 82.50.
        assert (count, line.standard_cost, line.new_standard_cost) == (2, 80, Decimal("82.5"))
        assert (line.overhead_rate, line.new_overhead_rate) == (10, 20)

    def test_another_standard_scales_the_shares(self, bike):
        Item.objects.filter(no="FRAME").update(material_share=Decimal(70), manufacturing_overhead_share=Decimal(10))
        worksheets.suggest(SHEET)

        worksheets.change_standard(line_of("FRAME"), Decimal(40))

        assert shares_of(line_of("FRAME"), "new_") == Shares(material=Decimal(35), manufacturing_overhead=Decimal(5))

    def test_a_copy_waits_to_be_implemented(self, bike):
        worksheets.suggest("FIRST")
        StandardCostWorksheetLine.objects.update(implemented=True)

        assert worksheets.copy("FIRST", SHEET) == 2
        assert not line_of("FRAME").implemented


class TestImplementing:
    @pytest.fixture
    def stocked(self, bike):
        """4 frames bought at 80.00 in OSLO, where the frame has a stockkeeping unit."""
        oslo = factories.location("OSLO")
        frame = Item.objects.get(no="FRAME")
        Item.objects.filter(pk=frame.pk).update(overhead_rate=0)
        frame.refresh_from_db()
        StockkeepingUnit.objects.create(item=frame, location=oslo, standard_cost=Decimal(80))
        post(factories.purchase_order(frame, quantity="4", unit_cost="80.00", location=oslo))
        return frame

    def test_writes_cards_and_makes_lines_to_post(self, stocked):
        user = factories.user("controller")
        worksheets.suggest(SHEET, factors=Factors(standard_cost=Decimal("0.9")))

        made = worksheets.implement(SHEET, on=DAY, user_id=user.pk)
        line = RevaluationJournalLine.objects.get()
        stocked.refresh_from_db()

        assert (made.items, made.revaluation_lines) == (2, 1)
        assert (line.owner, line.quantity, line.value_calculated, line.value_revalued) == (user, 4, 320, 288)
        assert (stocked.standard_cost, stocked.unit_cost, stocked.material_share) == (72, 72, 72)
        assert stocked.rolled_up_material_share == 72
        assert stocked.standard_cost_calculated_on == DAY
        assert StockkeepingUnit.objects.get().standard_cost == 72
        assert line_of("FRAME").implemented

        post_revaluation_journal([line], user_id=user.pk)

        assert ValueEntry.objects.get(entry_type="revaluation").cost_amount_actual == -32

    def test_writes_the_rolled_up_shares_of_what_is_built(self, bike):
        user = factories.user("controller")
        worksheets.roll_up(SHEET)

        worksheets.implement(SHEET, on=DAY, user_id=user.pk)
        bike.refresh_from_db()

        assert shares_of(bike) == Shares(material=Decimal(110), manufacturing_overhead=Decimal(12))
        assert shares_of(bike, "rolled_up_") == Shares(material=Decimal(100), manufacturing_overhead=Decimal(22))

    def test_is_refused_while_orders_wait_for_the_old_overhead(self, bike):
        user = factories.user("controller")
        InventoryAdjmtEntryOrder.objects.create(order_type="assembly", order_no="A1", item=bike, is_finished=True)
        worksheets.suggest(SHEET, factors=Factors(overhead_rate=Decimal(2)))

        with pytest.raises(DomainError, match="Order A1 of item BIKE") as refusal:
            worksheets.implement(SHEET, on=DAY, user_id=user.pk)

        assert refusal.value.code == ErrorCode.NOT_ADJUSTED
        assert Item.objects.get(no="BIKE").overhead_rate == 1
        assert not line_of("BIKE").implemented

    def test_an_empty_worksheet_is_refused(self, bike):
        with pytest.raises(DomainError, match="no line to implement"):
            worksheets.implement(SHEET, on=DAY, user_id=factories.user("controller").pk)

    def test_a_preview_leaves_nothing(self, stocked):
        worksheets.suggest(SHEET, factors=Factors(standard_cost=Decimal("0.9")))

        made = worksheets.implement(SHEET, on=DAY, user_id=factories.user("controller").pk, preview=True)

        assert made.revaluation_lines == 1
        assert not RevaluationJournalLine.objects.exists()


class TestOneItem:
    def test_takes_given_shares_and_refuses_those_that_do_not_add_up(self, bike):
        shares = Shares(material=Decimal(100), capacity=Decimal(15))

        set_standard_cost(item_id=bike.pk, on=DAY, standard_cost=Decimal(115), user_id=None, shares=shares)
        with pytest.raises(DomainError, match="the sum of its shares"):
            set_standard_cost(item_id=bike.pk, on=DAY, standard_cost=Decimal(120), user_id=None, shares=shares)

        bike.refresh_from_db()
        assert (bike.standard_cost, bike.unit_cost, shares_of(bike)) == (115, 115, shares)

    def test_an_item_of_another_method_keeps_its_value(self):
        factories.company()
        rope = factories.item("ROPE")
        post(factories.purchase_order(rope, quantity="4", unit_cost="5.00"))

        user = factories.user("controller")
        result = set_standard_cost(item_id=rope.pk, on=DAY, standard_cost=Decimal(9), user_id=user.pk)

        rope.refresh_from_db()
        assert (result.value_entry_ids, rope.standard_cost, rope.unit_cost) == ((), 9, 5)
        logged = ChangeLog.objects.get(model_label="inventory.item", record_no="ROPE")
        assert (logged.user_id, logged.changes["standard_cost"]) == (user.pk, ["0", "9"])

    def test_a_journal_line_may_update_the_card(self):
        factories.company()
        pump = factories.item("PUMP", method="standard", standard_cost=Decimal(10))
        post(factories.purchase_order(pump, quantity="3", unit_cost="10.00"))
        calculation = Calculation(DAY, item_ids=[pump.pk], update_standard_cost=True)
        (line,) = calculate_inventory_value(calculation, setups=Setups.at(DAY))
        set_unit_cost(line, Decimal("12.50"), precision=CENT)

        post_revaluation_journal([line], user_id=None)

        pump.refresh_from_db()
        assert (pump.standard_cost, pump.unit_cost, pump.material_share) == (Decimal("12.5"),) * 3
