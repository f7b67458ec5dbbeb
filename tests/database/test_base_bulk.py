from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from config.base import bulk
from config.base.models import Company, DimensionSet, Job, JobState, NumberSeries, NumberSeriesLine
from config.base.transactions import posting

pytestmark = pytest.mark.django_db


def series_row(code, **fields):
    defaults = {"description": "", "default_allowed": True, "manual_allowed": False, "date_order": False}
    return {"code": code, **defaults, **fields}


class TestInsert:
    def test_returns_the_keys_in_the_order_of_the_rows(self):
        ids = bulk.insert(NumberSeries, [series_row(f"S{number:04}") for number in range(3000)])

        stored = dict(NumberSeries.objects.values_list("pk", "code"))
        assert [stored[pk] for pk in ids] == [f"S{number:04}" for number in range(3000)]

    def test_is_one_query_for_any_number_of_rows(self):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            bulk.insert(NumberSeries, [series_row(f"S{number}") for number in range(200)])

        assert len(queries) == 1

    def test_inserts_nothing_for_no_rows(self):
        assert bulk.insert(NumberSeries, []) == []

    @pytest.mark.parametrize(
        "text", ["", "NULL", 'say "no"', "a\\b", "{1,2}", "a,b", " x ", "æøå €", "line\nline", "%s"]
    )
    def test_keeps_text_as_it_is(self, text):
        ids = bulk.insert(NumberSeries, [series_row("S", description=text)])
        ids += bulk.insert(NumberSeries, [series_row(code, description=text) for code in ("A", "B")])

        assert list(NumberSeries.objects.filter(pk__in=ids).values_list("description", flat=True)) == [text] * 3

    def test_refuses_text_that_is_too_long_instead_of_cutting_it(self):
        with pytest.raises(DataError):
            bulk.insert(NumberSeries, [series_row("X" * 21)])

    def test_stores_dates_numbers_and_blanks(self):
        (series,) = bulk.insert(NumberSeries, [series_row("S")])
        row = {"series_id": series, "starting_no": "1", "ending_no": "", "warning_no": "", "last_no_used": ""}
        first, second = bulk.insert(
            NumberSeriesLine,
            [
                {**row, "starting_date": date(2026, 1, 31), "last_date_used": None, "increment": 10, "open": True},
                {**row, "starting_date": None, "last_date_used": date(2026, 2, 1), "increment": 1, "open": False},
            ],
        )

        stored = NumberSeriesLine.objects.in_bulk()
        assert stored[first].starting_date == date(2026, 1, 31)
        assert stored[first].last_date_used is None
        assert (stored[first].increment, stored[first].open) == (10, True)
        assert (stored[second].starting_date, stored[second].open) == (None, False)

    def test_stores_decimals_exactly(self):
        Company.objects.all().delete()
        row = {"id": 1, "name": "A", "currency_code": "NOK", "time_zone": "UTC"}
        bulk.insert(
            Company,
            [
                {
                    **row,
                    "amount_rounding_precision": Decimal("1234567890123.12345"),
                    "unit_amount_rounding_precision": Decimal("1E-5"),
                }
            ],
        )

        company = Company.objects.get()
        assert company.amount_rounding_precision == Decimal("1234567890123.12345")
        assert company.unit_amount_rounding_precision == Decimal("0.00001")

    @pytest.mark.parametrize("count", [1, 3])
    def test_stores_json_times_and_members_of_enums(self, count):
        at = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
        row = {
            "kind": "test",
            "title": "Test",
            "key": "",
            "parameters": {"text": 'a "b" {c}', "list": [1, None]},
            "result": {},
            "state": JobState.DONE,
            "attempt": 1,
            "done": 0,
            "total": 0,
            "message": "",
            "error_code": "",
            "warnings": 0,
            "worker": "",
            "finished_at": at,
        }
        ids = bulk.insert(Job, [row] * count)

        assert len(ids) == count
        for job in Job.objects.filter(pk__in=ids):
            assert job.parameters == {"text": 'a "b" {c}', "list": [1, None]}
            assert (job.state, job.finished_at) == (JobState.DONE, at)
            assert job.created_at is not None

    @pytest.mark.parametrize("count", [1, 2])
    def test_refuses_floats(self, count):
        with pytest.raises(TypeError, match="float"):
            bulk.insert(NumberSeries, [series_row(1.5)] * count)

    def test_refuses_unknown_columns(self):
        with pytest.raises(KeyError, match="colour"):
            bulk.insert(NumberSeries, [series_row("S", colour="red")])

    def test_constraints_hold(self):
        with pytest.raises(IntegrityError):
            bulk.insert(NumberSeries, [series_row("S"), series_row("S")])


class TestDrawIds:
    def test_draws_ascending_numbers_nobody_else_gets(self):
        first = bulk.draw_ids(NumberSeries, 3)
        second = bulk.draw_ids(NumberSeries, 2)

        assert first == sorted(first)
        assert second == [first[-1] + 1, first[-1] + 2]
        assert bulk.draw_ids(NumberSeries, 0) == []


class TestCopyIn:
    def test_writes_rows_with_the_keys_that_were_drawn(self):
        with posting():
            ids = bulk.draw_ids(DimensionSet, 2)
            rows = [(ids[0], "a", {"DEPT": "SALES"}), (ids[1], "b", {})]

            assert bulk.copy_in(DimensionSet, ["id", "hash", "values"], rows) == 2

        assert list(DimensionSet.objects.order_by("pk").values_list("pk", "hash", "values")) == rows

    def test_may_be_called_again_in_the_same_transaction(self):
        with posting():
            bulk.copy_in(DimensionSet, ["hash", "values"], [("a", {})])
            bulk.copy_in(DimensionSet, ["hash", "values"], [("b", {})])

        assert DimensionSet.objects.count() == 2

    def test_columns_left_out_take_the_default_of_the_database(self):
        columns = ["series_id", "starting_no", "ending_no", "warning_no", "last_no_used", "increment", "open"]
        (series,) = bulk.insert(NumberSeries, [series_row("S")])
        with posting():
            bulk.copy_in(NumberSeriesLine, columns, [(series, "1", "", "", "", 1, True)])

        assert NumberSeriesLine.objects.get().starting_date is None
