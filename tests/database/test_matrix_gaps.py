"""What the original leaves out of its matrix stands in ours: the gaps (a) to (f) of the notes on the reconciliation.

Source: the notes on finance-how-to-post-inventory-costs-to-the-general-ledger .
"""

from decimal import Decimal

import pytest
from django.db.models import Sum

from costing.adjustment import adjust_cost
from costing.models import CostingSetup, GeneralPostingSetup, InventoryPostingSetup, ValueEntry, ValueEntryToPost
from costing.post_to_gl import post_inventory_cost
from costing.posting.capacity import Work
from costing.posting.making import Goods
from costing.posting.production import finish_production, post_production
from costing.standard_cost import set_standard_cost
from inventory.enums import OrderType
from inventory.models import OrderHeader
from inventory.orders import create_order
from reconciliation import drilldown, rows
from reconciliation.enums import Cause
from reconciliation.explanations import explain
from reconciliation.rows import COLUMNS, TOTAL
from reconciliation.selectors import matrix
from tests import factories
from tests.trade import DAY, buy

pytestmark = pytest.mark.django_db


@pytest.fixture
def books():
    return factories.company(automatic_cost_posting=True, expected_cost_posting=True)


def production(item):
    return create_order(OrderHeader(type=OrderType.PRODUCTION, item=item, quantity=1, order_date=DAY))


def produce(order, **lines):
    return post_production(order_id=order.pk, posting_date=DAY, user_id=None, **lines)


def finish(order):
    finish_production(order_id=order.pk, posting_date=DAY, user_id=None)
    adjust_cost(today=DAY)


def cells(row):
    """The figures of a row that are not zero."""
    return {column: amount for column, amount in matrix().line(row).cells.items() if amount}


def drilled(row, column):
    """The sum of the entries behind a figure."""
    entries = drilldown.with_effect(ValueEntry.objects.filter(inventoriable=True), row, column)
    return entries.aggregate(total=Sum("effect"))["total"] or Decimal(0)


def assert_whole(found):
    """Every column adds up to nothing, and the ledger agrees."""
    for column in COLUMNS:
        assert sum(line.cells.get(column, 0) for line in found.lines) + found.foot[column].total == 0
    assert found.is_balanced


@pytest.mark.parametrize("kind", ["positive_adjmt", "negative_adjmt", "transfer"])
def test_gap_a_expected_cost_of_adjustments_and_transfers_has_a_row(books, kind):
    """This program gives these no expected cost; an import may. Posting and matrix take it from the same rules."""
    buy(factories.item("CHAIR"), "10", "20")
    CostingSetup.objects.update(automatic_cost_posting=False)
    bought = ValueEntry.objects.get()
    columns = {field.attname: getattr(bought, field.attname) for field in bought._meta.concrete_fields}
    columns |= {"id": None, "item_ledger_entry_type": kind, "cost_amount_actual": 0, "cost_amount_expected": 80}
    expected = ValueEntry.objects.create(**columns)
    ValueEntryToPost.objects.create(value_entry=expected, item_id=expected.item_id, posting_date=DAY)

    assert post_inventory_cost(through=None).skipped == 0

    assert cells("cogs_interim") == {"interim": Decimal(-80)}
    assert matrix().line("cogs_interim").gl_total == Decimal(-80)
    assert matrix().line("inventory_interim").total == Decimal(80)
    assert drilled("cogs_interim", "interim") == Decimal(-80)
    assert_whole(matrix())


def test_gap_b_direct_cost_of_what_is_no_stock_has_a_row_of_its_own(books):
    """A frame at 12.00 and glue for 6.00, which is no stock: a gate of 18.00."""
    CostingSetup.objects.update(include_non_inventory_cost=True)
    frame, gate = factories.item("FRAME"), factories.item("GATE")
    glue = factories.item("GLUE", type="non_inventory", unit_cost=Decimal(3))
    buy(frame, "10", "12")
    order = production(gate)
    produce(order, used=[Goods(frame.pk, Decimal(1)), Goods(glue.pk, Decimal(2))], made=[Goods(gate.pk, Decimal(1))])
    finish(order)

    assert cells("direct_cost_non_inventory_applied") == {"inventory": Decimal(-6)}
    assert matrix().line("direct_cost_non_inventory_applied").gl_total == Decimal(-6)
    assert drilled("direct_cost_non_inventory_applied", "inventory") == Decimal(-6)
    assert_whole(matrix())


class TestGapCOrdersFinishedWithoutOutput:
    """60.00 of material and 8.00 of work leave WIP for inventory adjustment: both stand in the column of WIP."""

    @pytest.fixture(autouse=True)
    def finished(self, books):
        CostingSetup.objects.update(finish_order_without_output=True)
        chair = factories.item("CHAIR")
        buy(chair, "10", "20")
        order = production(factories.item("TABLE"))
        produce(order, used=[Goods(chair.pk, Decimal(3))], works=[Work(amount=Decimal(8))])
        finish(order)

    def test_stand_in_the_columns_without_difference(self):
        assert cells("inventory_to_wip") == {"inventory": Decimal(60), "wip": Decimal(-60)}
        assert cells("inventory_adjustment") == {"wip": Decimal(68)}
        assert (matrix().line("wip").total, matrix().line("wip").gl_total) == (Decimal(0), Decimal(0))
        assert_whole(matrix())

    def test_drill_to_their_value_entries(self):
        assert drilled("inventory_adjustment", "wip") == Decimal(68)
        assert drilled(TOTAL, "wip") == 0

    def test_stay_there_when_the_setup_is_switched_off_later(self):
        CostingSetup.objects.update(finish_order_without_output=False)

        assert cells("inventory_adjustment") == {"wip": Decimal(68)}
        assert_whole(matrix())


def test_gap_d_the_accrual_drills_to_its_revaluations_too(books):
    """10 received at the standard of 20.00, not invoiced; the standard becomes 25.00: 50.00 of expected revaluation."""
    chair = factories.item("CHAIR", method="standard", standard_cost=Decimal(20), unit_cost=Decimal(20))
    buy(chair, "10", "20", invoice=False)
    set_standard_cost(item_id=chair.pk, on=DAY, standard_cost=Decimal(25), user_id=None)

    expected = ValueEntry.objects.filter(entry_type="revaluation").values_list("cost_amount_expected", flat=True)
    assert list(expected) == [50]
    assert cells("invt_accrual_interim") == {"interim": Decimal(-250)}
    assert drilled("invt_accrual_interim", "interim") == Decimal(-250)
    assert_whole(matrix())


def test_gap_e_material_non_inventory_variance_is_there_whether_its_feature_is_on_or_not(books):
    """A gate at its standard of 50.00, with 6.00 of glue that the standard does not know: a variance of 6.00."""
    assert matrix().line("material_non_inventory_variance").cells == {"inventory": Decimal(0)}

    CostingSetup.objects.update(include_non_inventory_cost=True)
    frame = factories.item("FRAME")
    glue = factories.item("GLUE", type="non_inventory", unit_cost=Decimal(3))
    gate = factories.item("GATE", method="standard", standard_cost=Decimal(12), unit_cost=Decimal(12))
    buy(frame, "10", "12")
    order = production(gate)
    produce(order, used=[Goods(frame.pk, Decimal(1)), Goods(glue.pk, Decimal(2))], made=[Goods(gate.pk, Decimal(1))])
    finish(order)

    assert cells("material_non_inventory_variance") == {"inventory": Decimal(6)}
    assert drilled("material_non_inventory_variance", "inventory") == Decimal(6)
    assert_whole(matrix())


class TestGapFAccountsOfTheSetup:
    """The warnings that the original names and never gives: accounts assigned anew, one account for two purposes."""

    def test_accounts_assigned_anew_leave_no_difference_and_both_count(self, books):
        chair = factories.item("CHAIR")
        buy(chair, "10", "20")
        InventoryPostingSetup.objects.update(inventory=factories.gl_account("2199"))
        buy(chair, "1", "7")

        found = matrix()

        assert (found.line("inventory").total, found.line("inventory").gl_total) == (Decimal(207), Decimal(207))
        assert_whole(found)

    def test_one_account_for_two_purposes_is_named_with_the_amount_of_the_other(self, books):
        GeneralPostingSetup.objects.update(overhead_applied=books.account("direct_cost_applied"))
        buy(factories.item("CHAIR", overhead_rate=Decimal("0.50")), "10", "20")

        found = {line.key: line for line in explain(matrix()).lines if line.causes}

        assert {key: [(part.cause, part.amount) for part in line.causes] for key, line in found.items()} == {
            "direct_cost_applied": [(Cause.SIMILAR_ACCOUNTS, Decimal(-5))],
            "overhead_applied": [(Cause.SIMILAR_ACCOUNTS, Decimal(-200))],
        }

    def test_both_are_causes(self):
        assert {Cause.ACCOUNT_CHANGED, Cause.SIMILAR_ACCOUNTS} <= set(Cause)


def test_rows_of_the_gaps_stand_in_the_layout():
    assert {"cogs_interim", "direct_cost_non_inventory_applied", "material_non_inventory_variance"} <= set(rows.ROWS)
