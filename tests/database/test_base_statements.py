"""Statements that the server binds and keeps: the same answers as Django's cursor, and prepared after a while."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from config.base import statements

pytestmark = pytest.mark.django_db


class TestRows:
    def test_binds_values_by_place_and_by_name(self):
        assert statements.rows("SELECT %s::text, %s::int + 1", ["a", 2]) == [("a", 3)]
        assert statements.rows("SELECT %(a)s::text || %(a)s::text", {"a": "x"}) == [("xx",)]

    def test_takes_lists_with_blanks_and_without_anything(self):
        sql = "SELECT * FROM unnest(%s::bigint[], %s::numeric[], %s::date[])"

        assert statements.rows(sql, [[1, None], [None, Decimal("2.50")], [date(2026, 1, 1), None]]) == [
            (1, None, date(2026, 1, 1)),
            (None, Decimal("2.50"), None),
        ]
        assert statements.rows(sql, [[], [], []]) == []

    def test_is_counted_with_other_queries(self):
        with CaptureQueriesContext(connection) as queries:
            statements.rows("SELECT 1")

        assert [query["sql"] for query in queries] == ["SELECT 1"]

    def test_keeps_the_text_of_prepared_ones_for_the_log(self):
        with CaptureQueriesContext(connection) as queries:
            for number in range(4):
                statements.rows("SELECT %s::int", [number])

        assert all("SELECT" in query["sql"] for query in queries)

    def test_raises_the_errors_of_django(self):
        with pytest.raises(DataError):
            statements.rows("SELECT 1 / %s::int", [0])


class TestRun:
    def test_tells_how_many_rows_it_changed(self):
        assert statements.run("UPDATE base_numberseries SET description = ''") == 0


class TestPreparing:
    def test_the_server_keeps_what_runs_often(self):
        sql = "SELECT %s::int AS kept_by_the_server"
        for number in range(3):
            statements.rows(sql, [number])

        assert statements.rows(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%kept_by%%'", []
        ) == [(1,)]
