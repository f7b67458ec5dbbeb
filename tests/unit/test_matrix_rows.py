"""The layout of the matrix against the specification and against the table of account rules."""

import pytest

from costing.enums import PostingPair
from costing.rules import RULES, RuleKey
from reconciliation import rows
from reconciliation.rows import COLUMNS, TOTAL, Share

# Rows and columns of the specification (costing.md 6.1), with every cell that applies.
SPECIFIED = {
    "inventory_to_wip": {"inventory", "wip"},
    "wip_to_interim": {"interim", "wip"},
    "cogs_interim": {"interim"},
    "direct_cost_applied": {"inventory", "wip"},
    "overhead_applied": {"inventory", "wip"},
    # WIP: what moves out of it when an order is finished without output, which the original leaves out.
    "inventory_adjustment": {"inventory", "wip"},
    "invt_accrual_interim": {"interim"},
    "cogs": {"inventory"},
    "purchase_variance": {"inventory"},
    "material_variance": {"inventory"},
    "material_non_inventory_variance": {"inventory"},
    "capacity_variance": {"inventory"},
    "subcontracted_variance": {"inventory"},
    "capacity_overhead_variance": {"inventory"},
    "manufacturing_overhead_variance": {"inventory"},
}
ALL_PAIRS = [(part, key) for part, table in RULES.items() for key in table]
ACTUAL, EXPECTED = PostingPair.ACTUAL, PostingPair.EXPECTED


def cells_of(row):
    return {column for cell_row, column in rows.CELLS if cell_row == row}


class TestLayout:
    @pytest.mark.parametrize("row", SPECIFIED)
    def test_row_has_the_columns_of_the_specification(self, row):
        assert cells_of(row) == SPECIFIED[row]

    def test_order_of_the_specification_comes_first(self):
        assert list(rows.ROWS)[: len(SPECIFIED)] == list(SPECIFIED)

    def test_direct_cost_non_inventory_has_a_row_of_its_own(self):
        assert cells_of("direct_cost_non_inventory_applied") == {"inventory"}

    def test_every_role_of_a_rule_is_a_row_or_a_column(self):
        used = {role for part, key in ALL_PAIRS for role in (RULES[part][key].account, RULES[part][key].balancing)}

        assert all(role.value in rows.ROWS or role in COLUMNS.values() for role in used)

    @pytest.mark.parametrize(("part", "key"), ALL_PAIRS, ids=str)
    def test_rows_and_total_of_a_column_sum_to_zero(self, part, key):
        legs = rows.cell_legs(RULES[part][key])

        for column in COLUMNS:
            assert sum(leg.sign for leg in legs if leg.column == column) == 0

    def test_refused_combination_counts_in_the_total(self):
        legs = rows.cell_legs(RULES[ACTUAL].get(RuleKey("sale", "variance", "purchase")))

        assert {(leg.row, leg.column, leg.sign) for leg in legs} == {
            ("not_allowed", "inventory", -1),
            ("total", "inventory", 1),
        }


class TestShares:
    def test_cogs_takes_direct_cost_of_sales_with_the_opposite_sign(self):
        assert rows.shares_of("cogs", "inventory") == (Share(RuleKey("sale", "direct_cost"), {ACTUAL: -1}),)

    def test_cogs_interim_takes_expected_cost_of_adjustments_and_transfers_too(self):
        kinds = {share.key.item_ledger_entry_type for share in rows.shares_of("cogs_interim", "interim")}

        assert kinds == {"sale", "positive_adjmt", "negative_adjmt", "transfer"}

    def test_accrual_takes_revaluations(self):
        keys = {
            (share.key.item_ledger_entry_type, share.key.entry_type)
            for share in rows.shares_of("invt_accrual_interim", "interim")
        }

        assert keys == {("purchase", "direct_cost"), ("purchase", "revaluation")}

    def test_wip_total_takes_actual_and_expected_output(self):
        shares = {
            (share.key.item_ledger_entry_type, share.key.entry_type): share for share in rows.shares_of(TOTAL, "wip")
        }

        output = shares["output", "direct_cost"]
        assert output.signs == {ACTUAL: -1, EXPECTED: -1}
        assert shares["consumption", "direct_cost"].signs == {ACTUAL: -1, PostingPair.CLOSING_OUT: 1}
        assert shares["capacity", "direct_cost"].signs == {ACTUAL: 1, PostingPair.CLOSING_OUT: -1}

    def test_total_of_a_row_is_all_its_columns(self):
        keys = [share.key.item_ledger_entry_type for share in rows.shares_of("direct_cost_applied", TOTAL)]

        assert keys == ["purchase", "capacity", "capacity"]

    def test_cell_that_does_not_apply_has_none(self):
        assert rows.shares_of("cogs", "wip") == ()

    def test_kinds_without_a_rule_stand_in_their_row(self):
        assert rows.shares_of("not_allowed", "inventory")[-1] == Share(None, {ACTUAL: -1, EXPECTED: -1})
