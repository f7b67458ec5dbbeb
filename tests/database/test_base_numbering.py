from datetime import date

import pytest
from django.db import IntegrityError, connection
from django.db.transaction import TransactionManagementError

from config.base import numbering
from config.base.models import NumberSeries, NumberSeriesLine
from config.base.transactions import posting
from tests import threads

JANUARY = date(2026, 1, 15)
MARCH = date(2026, 3, 15)


def make_series(code="PO", **fields):
    return NumberSeries.objects.create(code=code, **fields)


def make_line(series, starting_no="PO-0001", **fields):
    return NumberSeriesLine.objects.create(series=series, starting_no=starting_no, **fields)


def draw(code="PO", *, on=JANUARY, count=1):
    with posting():
        return numbering.draw(code, on=on, count=count)


@pytest.mark.django_db
class TestDraw:
    def test_starts_with_the_starting_number_and_counts_on(self):
        make_line(make_series())

        assert [draw(), draw(count=2)] == [["PO-0001"], ["PO-0002", "PO-0003"]]

    def test_counts_by_the_increment_in_the_last_group_of_digits(self):
        make_line(make_series(), "A1-0090-X", increment=10)

        assert draw(count=3) == ["A1-0090-X", "A1-0100-X", "A1-0110-X"]

    def test_an_increment_of_nothing_means_one(self):
        make_line(make_series(), increment=0)

        assert draw(count=2) == ["PO-0001", "PO-0002"]

    def test_remembers_the_last_number_and_date(self):
        line = make_line(make_series())

        draw(on=MARCH)
        draw(on=JANUARY)

        line.refresh_from_db()
        assert (line.last_no_used, line.last_date_used, line.open) == ("PO-0002", MARCH, True)

    def test_uses_the_line_with_the_latest_starting_date(self):
        series = make_series()
        make_line(series, "OLD-1")
        make_line(series, "JAN-1", starting_date=date(2026, 1, 1))
        make_line(series, "MAR-1", starting_date=date(2026, 3, 1))

        assert [draw(on=date(2025, 12, 31)), draw(on=JANUARY), draw(on=MARCH)] == [["OLD-1"], ["JAN-1"], ["MAR-1"]]

    def test_uses_the_next_open_line_of_the_same_date_when_one_is_used_up(self):
        series = make_series()
        make_line(series, "A-8", ending_no="A-9")
        make_line(series, "B-1")

        assert [draw(count=2), draw()] == [["A-8", "A-9"], ["B-1"]]

    def test_gives_nothing_above_the_ending_number(self):
        line = make_line(make_series(), "A-8", ending_no="A-9")

        with pytest.raises(numbering.NumberSeriesError, match="used up") as caught:
            draw(count=3)

        line.refresh_from_db()
        assert caught.value.code == "number_series"
        assert line.last_no_used == ""

    def test_never_grows_longer_than_the_starting_number(self):
        make_line(make_series(), "A-9")
        draw()

        with pytest.raises(numbering.NumberSeriesError, match="used up"):
            draw()

    def test_an_exhausted_line_is_closed(self):
        make_line(make_series(), "A-9", ending_no="A-9")
        draw()

        with pytest.raises(numbering.NumberSeriesError, match="no open line for 2026-01-15, only for other dates"):
            draw()

    def test_says_when_lines_exist_for_other_dates(self):
        make_line(make_series(), starting_date=date(2026, 2, 1))

        with pytest.raises(numbering.NumberSeriesError, match="no open line for 2026-01-15, only for other dates"):
            draw()

    def test_says_when_there_are_no_lines(self):
        make_series()

        with pytest.raises(numbering.NumberSeriesError, match="PO has no lines"):
            draw()

    def test_says_when_there_is_no_such_series(self):
        with pytest.raises(numbering.NumberSeriesError, match="PO does not exist"):
            draw()

    def test_refuses_a_series_without_default_numbers(self):
        make_line(make_series(default_allowed=False))

        with pytest.raises(numbering.NumberSeriesError, match="by itself"):
            draw()

    def test_keeps_the_order_of_dates_where_it_must(self):
        make_line(make_series(date_order=True))
        draw(on=MARCH)

        with pytest.raises(numbering.NumberSeriesError, match="2026-01-15 is before 2026-03-15"):
            draw(on=JANUARY)
        assert draw(on=MARCH) == ["PO-0002"]

    def test_refuses_a_starting_number_without_digits(self):
        make_line(make_series(), "ABC")
        draw()

        with pytest.raises(numbering.NumberSeriesError, match="no digits"):
            draw()

    def test_drawing_none_changes_nothing(self):
        line = make_line(make_series())

        assert draw(count=0) == []
        line.refresh_from_db()
        assert (line.open, line.last_date_used) == (True, None)

    def test_takes_two_queries(self, django_assert_num_queries):
        make_line(make_series())

        with posting(), django_assert_num_queries(2):
            numbering.draw("PO", on=JANUARY, count=5)

    def test_draws_from_several_series_in_one_order(self, django_assert_num_queries):
        make_line(make_series("B"), "B-1")
        make_line(make_series("A"), "A-1")

        with posting(), django_assert_num_queries(2):
            assert numbering.draw_many({"B": 2, "A": 1}, on=JANUARY) == {"A": ["A-1"], "B": ["B-1", "B-2"]}

    def test_a_preview_uses_up_no_number(self):
        make_line(make_series())
        with posting(preview=True):
            assert numbering.draw("PO", on=JANUARY) == ["PO-0001"]

        assert draw() == ["PO-0001"]


@pytest.mark.django_db
class TestManualNumbers:
    def test_are_refused_where_the_series_forbids_them(self):
        make_series(manual_allowed=False)

        with pytest.raises(numbering.NumberSeriesError, match="X-1 was entered by hand"):
            numbering.check_manual("PO", "X-1")

    def test_are_let_through_where_it_allows_them(self):
        make_series(manual_allowed=True)

        numbering.check_manual("PO", "X-1")


@pytest.mark.django_db
class TestWarning:
    def test_comes_at_the_warning_number(self):
        make_line(make_series(), "A-1", warning_no="A-2", ending_no="A-9")
        draw()
        before = numbering.warning("PO", on=JANUARY)
        draw()

        assert before == ""
        assert "reached A-2. Its last number is A-9" in numbering.warning("PO", on=JANUARY)


@pytest.mark.django_db
class TestConstraints:
    def test_the_database_refuses_a_number_above_the_end(self):
        line = make_line(make_series(), "A-1", ending_no="A-5")

        with pytest.raises(IntegrityError):
            NumberSeriesLine.objects.filter(pk=line.pk).update(last_no_used="A-6")


@pytest.mark.django_db(transaction=True)
class TestTwoUsers:
    def test_outside_a_transaction_it_is_a_bug(self):
        with pytest.raises(TransactionManagementError):
            numbering.draw("PO", on=JANUARY)

    def test_the_second_waits_and_a_rollback_leaves_no_gap(self):
        make_line(make_series())

        with posting(preview=True):
            assert numbering.draw("PO", on=JANUARY) == ["PO-0001"]
            second = threads.start(draw)
            threads.wait_until_blocked()

        assert second.result(10) == ["PO-0001"]

    def test_many_draw_each_number_once_without_gaps(self):
        make_line(make_series())

        futures = [threads.start(lambda: [draw()[0] for _each in range(10)]) for _user in range(4)]

        drawn = sorted(number for future in futures for number in future.result(30))
        assert drawn == [f"PO-{number:04}" for number in range(1, 41)]

    def test_who_waited_for_the_last_number_goes_on_with_the_next_line(self):
        series = make_series()
        make_line(series, "A-9", ending_no="A-9")
        make_line(series, "B-1")

        with posting():
            assert numbering.draw("PO", on=JANUARY) == ["A-9"]
            second = threads.start(draw)
            threads.wait_until_blocked()

        assert second.result(10) == ["B-1"]

    def test_a_drawn_number_does_not_block_rows_that_refer_to_the_series(self):
        series = make_series()
        make_line(series)

        with posting():
            numbering.draw("PO", on=JANUARY)
            made = threads.start(lambda: make_line(series, "X-1", starting_date=MARCH).pk)
            assert made.result(10)
        connection.close()
