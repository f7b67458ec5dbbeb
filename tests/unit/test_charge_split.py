from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.base.errors import ErrorCode
from inventory.charges import CannotSplit, ChargeableLine, split_charge

CENT = Decimal("0.01")


def line(quantity="1", amount="0", net_weight="0"):
    return ChargeableLine(Decimal(quantity), Decimal(amount), Decimal(net_weight))


def split(amount, lines, by="quantity", precision=CENT):
    parts = split_charge(Decimal(amount), lines, split=by, precision=precision)
    return [str(part.quantize(precision)) for part in parts]


class TestACharge:
    def test_on_one_line_is_all_of_it(self):
        assert split("8.00", [line("2")]) == ["8.00"]

    def test_is_split_by_quantity(self):
        assert split("8.00", [line("1"), line("3")]) == ["2.00", "6.00"]

    def test_is_split_by_amount(self):
        assert split("10.00", [line("5", amount="30.00"), line("1", amount="70.00")], "amount") == ["3.00", "7.00"]

    def test_is_split_by_weight_of_all_units(self):
        assert split("10.00", [line("2", net_weight="1.5"), line("1", net_weight="7")], "weight") == ["3.00", "7.00"]

    def test_is_split_equally_whatever_the_quantities(self):
        assert split("9.00", [line("1"), line("100"), line("7")], "equally") == ["3.00", "3.00", "3.00"]

    def test_is_rounded_against_the_running_total_and_adds_up(self):
        assert split("100.00", [line("10"), line("10"), line("10")]) == ["33.33", "33.34", "33.33"]

    def test_rounds_halves_away_from_zero(self):
        assert split("0.05", [line("1"), line("1")]) == ["0.03", "0.02"]

    def test_taken_back_mirrors_the_charge(self):
        assert split("-0.05", [line("1"), line("1")]) == ["-0.03", "-0.02"]

    def test_follows_the_precision_of_the_currency(self):
        assert split("100", [line("1"), line("1"), line("1")], precision=Decimal("1")) == ["33", "34", "33"]

    def test_leaves_out_a_line_that_has_none(self):
        lines = [line("1", amount="50.00"), line("1", amount="0.00")]

        assert split("7.01", lines, "amount") == ["7.01", "0.00"]

    def test_keeps_an_amount_finer_than_the_precision_whole(self):
        parts = split_charge(Decimal("0.00500"), [line("1"), line("1")], split="quantity", precision=CENT)

        assert sum(parts) == Decimal("0.00500")

    @pytest.mark.parametrize(
        "lines",
        [[], [line("1", amount="0.00")], [line("1", amount="5.00"), line("1", amount="-1.00")]],
        ids=["no line", "nothing to split by", "less than nothing"],
    )
    def test_that_cannot_be_split_is_refused(self, lines):
        with pytest.raises(CannotSplit) as refusal:
            split_charge(Decimal("8.00"), lines, split="amount", precision=CENT)

        assert refusal.value.code == ErrorCode.INVALID_INPUT


@given(
    cents=st.integers(-(10**9), 10**9),
    quantities=st.lists(st.integers(1, 10**6), min_size=1, max_size=12),
)
def test_parts_add_up_and_are_within_a_step_of_their_exact_share(cents, quantities):
    amount = cents * CENT
    lines = [line(str(quantity)) for quantity in quantities]

    parts = split_charge(amount, lines, split="quantity", precision=CENT)

    assert sum(parts) == amount
    for quantity, part in zip(quantities, parts, strict=True):
        assert abs(part - amount * quantity / sum(quantities)) <= CENT
