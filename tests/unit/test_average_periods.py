"""Which average period and scope a date has, when the choices were changed with a fiscal year."""

from datetime import date

from costing.average_periods import AverageChoice, AveragePeriods

PLACE = (1, 2, 3)
PERIODS = AveragePeriods(
    choices=[
        AverageChoice(date(2024, 6, 1), "month", by_place=False),
        AverageChoice(date(2026, 1, 1), "day", by_place=True),
    ],
    fiscal_year_starts=[date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)],
)


def test_a_date_has_the_choice_of_its_fiscal_year():
    assert PERIODS.end(date(2025, 12, 5)) == date(2025, 12, 31)
    assert PERIODS.end(date(2026, 1, 5)) == date(2026, 1, 5)
    assert PERIODS.place(PLACE, average=True, on=date(2025, 12, 31)) == (1, None, None)
    assert PERIODS.place(PLACE, average=True, on=date(2026, 1, 1)) == PLACE


def test_before_the_first_choice_that_one_holds():
    assert PERIODS.end(date(2024, 2, 3)) == date(2024, 2, 29)


def test_a_choice_made_within_a_year_begins_with_the_next():
    periods = AveragePeriods(
        choices=[AverageChoice(date(2024, 1, 1), "day", False), AverageChoice(date(2025, 3, 1), "month", False)],
        fiscal_year_starts=[date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)],
    )

    assert periods.end(date(2025, 4, 2)) == date(2025, 4, 2)
    assert periods.end(date(2026, 1, 2)) == date(2026, 1, 31)


def test_items_without_an_average_keep_their_place():
    assert PERIODS.place(PLACE, average=False, on=date(2024, 7, 1)) == PLACE
