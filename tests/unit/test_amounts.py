from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.base import amounts

numbers = st.integers(-(10**20), 10**20)
five_places = st.decimals(-(10**12), 10**12, places=5)


class TestRoundDiv:
    @pytest.mark.parametrize(
        ("numerator", "denominator", "rounded"),
        [(5, 2, 3), (-5, 2, -3), (5, -2, -3), (-5, -2, 3), (4, 3, 1), (5, 3, 2), (0, 7, 0), (1, 2, 1), (-1, 2, -1)],
    )
    def test_rounds_half_away_from_zero(self, numerator, denominator, rounded):
        assert amounts.round_div(numerator, denominator) == rounded

    def test_refuses_to_divide_by_zero(self):
        with pytest.raises(ZeroDivisionError):
            amounts.round_div(1, 0)

    @given(numbers, st.integers(1, 10**12))
    def test_is_never_further_off_than_half(self, numerator, denominator):
        quotient = amounts.round_div(numerator, denominator)

        assert 2 * abs(numerator - quotient * denominator) <= denominator

    @given(numbers, st.integers(1, 10**12))
    def test_is_symmetric(self, numerator, denominator):
        assert amounts.round_div(-numerator, denominator) == -amounts.round_div(numerator, denominator)


class TestShare:
    def test_takes_a_third(self):
        assert amounts.share(10_000_000, 1, 3) == 3_333_333

    def test_takes_everything_exactly(self):
        assert amounts.share(10_000_001, 7, 7) == 10_000_001

    def test_splits_an_amount_over_nothing_only_as_a_whole(self):
        assert amounts.share(500, 0, 0) == 500

    @given(numbers, st.lists(st.integers(1, 10**9), min_size=1, max_size=20))
    def test_conserves_the_total_when_split_by_what_remains(self, total, parts):
        left, quantity, taken = total, sum(parts), []
        for part in parts:
            taken.append(amounts.share(left, part, quantity))
            left, quantity = left - taken[-1], quantity - part

        assert sum(taken) == total
        assert left == 0


class TestScale:
    @pytest.mark.parametrize(
        ("value", "scaled"),
        [("1", 100_000), ("-0.00001", -1), ("0.000005", 1), ("-0.000005", -1), ("0.000004", 0), ("1E+3", 100_000_000)],
    )
    def test_goes_to_units_of_a_hundred_thousandth(self, value, scaled):
        assert amounts.to_e5(Decimal(value)) == scaled

    def test_comes_back_with_five_places(self):
        assert str(amounts.from_e5(-123)) == "-0.00123"
        assert str(amounts.from_e5(0)) == "0.00000"

    @given(five_places)
    def test_there_and_back_is_the_same(self, value):
        assert amounts.from_e5(amounts.to_e5(value)) == value

    def test_is_exact_beyond_the_digits_of_the_decimal_context(self):
        huge = 10**40 + 1

        assert amounts.to_e5(amounts.from_e5(huge)) == huge


class TestProducts:
    def test_quantity_times_unit_cost(self):
        assert amounts.multiply_e5(amounts.to_e5(Decimal("3")), amounts.to_e5(Decimal("33.33333"))) == 9_999_999

    def test_amount_by_quantity(self):
        assert amounts.divide_e5(amounts.to_e5(Decimal("100")), amounts.to_e5(Decimal("3"))) == 3_333_333


class TestRoundAmount:
    @pytest.mark.parametrize(
        ("value", "precision", "rounded"),
        [
            ("1.005", "0.01", "1.01"),
            ("-1.005", "0.01", "-1.01"),
            ("1.004999", "0.01", "1.00"),
            ("7.5", "1", "8"),
            ("7.12", "0.05", "7.10"),
            ("7.125", "0.05", "7.15"),
            ("2.000005", "0.00001", "2.00001"),
        ],
    )
    def test_rounds_to_the_precision(self, value, precision, rounded):
        assert amounts.round_amount(Decimal(value), Decimal(precision)) == Decimal(rounded)

    @given(five_places, st.sampled_from(["0.01", "0.05", "1", "0.00001", "0.001"]))
    def test_agrees_with_the_integer_version(self, value, precision):
        by_integers = amounts.round_amount_e5(amounts.to_e5(value), amounts.to_e5(Decimal(precision)))

        assert amounts.from_e5(by_integers) == amounts.round_amount(value, Decimal(precision))
