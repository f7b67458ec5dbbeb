"""Rows by their numbers, looked up or searched for, and in order."""

import numpy as np
import pytest

from costing.engine.positions import Positions, order_of


@pytest.mark.parametrize("step", [1, 3, 1_000_000], ids=["dense", "with gaps", "searched for"])
def test_numbers_have_the_position_that_they_stand_at(step):
    numbers = np.array([7, 2, 9, 4]) * step

    found = Positions(numbers).of(np.array([2, 9, 3, 0, 10**12, -5, 7]) * step)

    assert found.tolist() == [1, 2, -1, -1, -1, -1, 0]


def test_nothing_is_found_among_no_numbers():
    assert Positions(np.zeros(0, np.int64)).of(np.array([0, 5])).tolist() == [-1, -1]


@pytest.mark.parametrize("factor", [1, 100_000, 2**40, -1], ids=["small", "two digits", "compared", "negative"])
def test_rows_are_sorted_by_several_keys_and_stay_in_order_where_those_are_equal(factor):
    random = np.random.default_rng(1)
    first, second = random.integers(0, 30, 500) * factor, random.integers(0, 3, 500)

    order = order_of(first, second)

    rows = list(zip(first.tolist(), second.tolist(), range(500), strict=True))
    assert order.tolist() == [place for _first, _second, place in sorted(rows)]


def test_what_is_in_order_stays():
    assert order_of(np.array([1, 1, 2])).tolist() == [0, 1, 2]
    assert order_of(np.zeros(0, np.int64)).tolist() == []
