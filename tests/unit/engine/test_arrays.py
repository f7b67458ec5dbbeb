"""Single steps of the array path: exact shares, and the container of corrections."""

from datetime import date

import numpy as np
import pytest

from costing.engine.array_workings import Workings, ranges, sum_by
from costing.engine.arrays import in_arrays
from costing.engine.books import Correction, Kind, SourceChange
from costing.engine.corrections import Corrections
from tests.unit.engine.books import CENT, E5, BooksBuilder
from tests.unit.engine.columns import columns_of


def by_day(on):
    return on


def workings(*items):
    return Workings(columns_of([(books, False) for books in items]))


@pytest.mark.parametrize(
    ("total", "part", "whole", "share"),
    [(10, 1, 4, 3), (-10, 1, 4, -3), (10, 1, -4, -3), (10, 1, 3, 3), (7, 3, 3, 7), (0, 1, 3, 0)],
)
def test_shares_are_rounded_half_away_from_zero(total, part, whole, share):
    work = workings(BooksBuilder().receipt(1, 10, 100).build())

    found = work.share(np.array([total]), np.array([part]), np.array([whole]), np.array([0]))

    assert found.tolist() == [share]
    assert not work.refused.any()


def test_a_product_of_more_than_64_bits_is_left_to_the_reference():
    work = workings(BooksBuilder().receipt(1, 10, 100).build())

    work.share(np.array([2**40]), np.array([2**30]), np.array([3]), np.array([0]))

    assert work.refused.tolist() == [True]


def test_amounts_finer_than_the_precision_are_left_to_the_reference():
    fine = BooksBuilder().receipt(1, 10, 100.005).build()
    plain = BooksBuilder().receipt(1, 10, 100).build()

    assert workings(fine).refused.tolist() == [True]
    assert workings(plain).refused.tolist() == [False]


def test_a_late_invoice_is_forwarded_to_the_sale():
    builder = BooksBuilder().receipt(1, 10, 120, remaining=6).entry(2, -4).take(2, 1, 4)
    sale = builder.value(2, -40)

    (adjustment,) = in_arrays(columns_of([(builder.build(), False)]), period_of=by_day)

    (correction,) = adjustment.corrections
    assert (correction.entry_key, correction.original_key, correction.actual_e5) == (2, sale, -8 * E5)
    assert [(source.source_key, source.amount_e5) for source in correction.sources] == [(1, -8 * E5)]


def test_corrections_are_the_same_as_columns():
    sources = [SourceChange(7, 2 * E5, 3 * CENT), SourceChange(8, E5, -CENT)]
    pooled = [SourceChange(None, E5, 5 * CENT)]
    made = [
        Correction(1, 11, 2 * CENT, 0, sources),
        Correction(2, 12, 0, 5 * CENT, pooled, date(2026, 1, 31)),
        Correction(3, 13, CENT, 0, kind=Kind.ROUNDING),
    ]

    columns = Corrections.joined([made[:1], [], Corrections.of(made[1:])])

    assert list(columns) == made
    assert list(columns.part(1, 3)) == made[1:]
    assert len(Corrections.joined([])) == 0


def test_ranges_and_sums_of_groups():
    assert ranges(np.array([5, 9]), np.array([2, 3])).tolist() == [5, 6, 9, 10, 11]
    assert sum_by(np.array([0, 2, 0]), np.array([1, 5, 3]), 3).tolist() == [4, 0, 5]
