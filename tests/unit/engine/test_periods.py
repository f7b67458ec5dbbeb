from datetime import date

import pytest

from costing.engine.periods import period_end

WEDNESDAY = date(2026, 2, 11)


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        ("day", date(2026, 2, 11)),
        ("week", date(2026, 2, 15)),
        ("month", date(2026, 2, 28)),
        ("quarter", date(2026, 3, 31)),
        ("year", date(2026, 12, 31)),
    ],
)
def test_the_period_ends_on(kind, end):
    assert period_end(WEDNESDAY, kind=kind) == end


def test_december_ends_with_the_year():
    assert period_end(date(2026, 12, 5), kind="month") == date(2026, 12, 31)


def test_an_accounting_period_lasts_until_the_next_one_starts():
    starts = (date(2026, 1, 1), date(2026, 2, 10), date(2026, 3, 10))

    assert period_end(WEDNESDAY, kind="accounting_period", period_starts=starts) == date(2026, 3, 9)


def test_after_the_last_accounting_period_months_go_on():
    assert period_end(WEDNESDAY, kind="accounting_period", period_starts=(date(2026, 1, 1),)) == date(2026, 2, 28)


def test_a_period_is_cut_at_a_fiscal_years_start():
    cut = period_end(date(2026, 6, 29), kind="week", fiscal_year_starts=(date(2026, 7, 1),))

    assert cut == date(2026, 6, 30)


def test_a_period_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="fortnight"):
        period_end(WEDNESDAY, kind="fortnight")
