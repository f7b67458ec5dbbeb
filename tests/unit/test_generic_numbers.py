"""Numbers and dates as regions write and read them; the little language of filters; charts."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db.models import Q

from config.base import charts, expressions, formatting, parsing

NB, DA, EN = (formatting.REGIONS[code] for code in ("nb", "da", "en"))
TODAY = date(2026, 3, 18)


class TestWriting:
    @pytest.mark.parametrize(
        ("value", "kind", "nb", "da", "en"),
        [
            ("1234.5", "amount", "1\u00a0234,50", "1.234,50", "1,234.50"),
            ("-1234.5", "amount", "\u22121\u00a0234,50", "\u22121.234,50", "\u22121,234.50"),
            ("0", "amount", "0,00", "0,00", "0.00"),
            ("-0.001", "amount", "0,00", "0,00", "0.00"),
            ("0.005", "amount", "0,01", "0,01", "0.01"),
            ("22.5", "unit_cost", "22,50", "22,50", "22.50"),
            ("22.12345", "unit_cost", "22,12345", "22,12345", "22.12345"),
            ("12.50000", "quantity", "12,5", "12,5", "12.5"),
            ("1000000", "integer", "1\u00a0000\u00a0000", "1.000.000", "1,000,000"),
        ],
    )
    def test_a_number_is_written_as_the_region_does(self, value, kind, nb, da, en):
        written = [formatting.format_number(Decimal(value), kind, region) for region in (NB, DA, EN)]

        assert written == [nb, da, en]

    def test_html_carries_the_exact_value_and_marks_the_sign(self):
        assert formatting.number_html(Decimal("-1234.50000"), "amount") == (
            '<data class="num neg" value="-1234.50" data-value="-1234.50">\u22121,234.50</data>'
        )
        assert formatting.number_html(None, "amount") == ""
        assert 'class="num zero"' in formatting.number_html(Decimal(0), "amount")

    def test_dates_follow_the_region(self):
        assert [formatting.format_date(date(2026, 1, 31), region) for region in (NB, EN)] == [
            "31.01.2026",
            "2026-01-31",
        ]
        assert formatting.format_datetime(datetime(2026, 1, 31, 9, 5), NB) == "31.01.2026 09:05"


class TestReadingNumbers:
    @pytest.mark.parametrize(
        ("text", "region", "value"),
        [
            ("1 234,5", NB, "1234.5"),
            ("1\u00a0234,5", NB, "1234.5"),
            ("1.234,5", DA, "1234.5"),
            ("1.234", DA, "1234"),
            ("1,234.5", EN, "1234.5"),
            ("1.234", EN, "1.234"),
            ("\u22125", EN, "-5"),
            ("1,5", EN, "1.5"),
            ("1.5", NB, "1.5"),
            (",5", NB, "0.5"),
            ("=3*12+4", NB, "40"),
            ("=10-2-3", NB, "5"),
            ("=-(1,5+2)*2", NB, "-7"),
            ("=7/4", EN, "1.75"),
        ],
    )
    def test_what_people_type(self, text, region, value):
        assert parsing.parse_number(text, region) == Decimal(value)

    @pytest.mark.parametrize("text", ["ten", "1..2", "1,2,3", "", "--5", "=3*", "=3)4", "=(3", "=1/0", "12a", "1e5"])
    def test_what_is_no_number_is_refused(self, text):
        with pytest.raises(parsing.NotReadable):
            parsing.parse_number(text, EN)

    def test_what_can_be_read_two_ways_is_refused_with_both(self):
        with pytest.raises(parsing.NotReadable, match="1,234 or as 1\u00a0234"):
            parsing.parse_number("1.234", NB)


class TestReadingDates:
    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("t", "2026-03-18"),
            ("2026-01-31", "2026-01-31"),
            ("31.01.2026", "2026-01-31"),
            ("31.1.", "2026-01-31"),
            ("31", "2026-03-31"),
            ("3101", "2026-01-31"),
            ("310125", "2025-01-31"),
            ("+7d", "2026-03-25"),
            ("-1m", "2026-02-18"),
            ("+1y", "2027-03-18"),
            ("em", "2026-03-31"),
            ("mon25", "2026-06-15"),
        ],
    )
    def test_what_people_type(self, text, day):
        assert parsing.parse_date(text, today=TODAY) == date.fromisoformat(day)

    @pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-30", "3113", "32", "+9999y"])
    def test_what_is_no_date_is_refused(self, text):
        with pytest.raises(parsing.NotReadable):
            parsing.parse_date(text, today=TODAY)

    def test_a_month_added_to_the_last_day_is_the_last_day(self):
        assert parsing.add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)


def expression(text, reader=expressions.read_text, **options):
    return expressions.read_expression(text, reader, **options)


class TestExpressions:
    def test_alternatives_and_terms_become_one_condition(self):
        assert expression("A|B").q("no") == Q(no__exact="A") | Q(no__exact="B")
        assert expression("<>A&<>B").q("no") == ~Q(no__exact="A") & ~Q(no__exact="B")

    def test_ranges_may_be_open(self):
        number = expressions.read_number
        assert expression("1..2", number).q("n") == Q(n__gte=Decimal(1)) & Q(n__lte=Decimal(2))
        assert expression("..2", number).q("n") == Q(n__lte=Decimal(2))
        assert expression(">=-1.5", number).q("n") == Q(n__gte=Decimal("-1.5"))

    def test_a_month_is_all_its_days(self):
        found = expression("2026-02", lambda text: expressions.read_day(text, today=TODAY)).q("day")
        assert found == Q(day__gte=date(2026, 2, 1), day__lte=date(2026, 2, 28))

    def test_a_range_of_months_ends_with_the_last_day(self):
        found = expression("p1..p2", lambda text: expressions.read_day(text, today=TODAY)).q("day")
        assert found == Q(day__gte=date(2026, 1, 1)) & Q(day__lte=date(2026, 2, 28))

    @pytest.mark.parametrize("value", ["A|B", "A*", "1..2", "<>X", "O'Neill", "", "PLAIN"])
    def test_an_exact_value_survives_the_link(self, value):
        found = expression(expressions.exact_value(value), wildcards=True).alternatives

        assert found in (((expressions.Term("eq", value, value),),), ((expressions.Term("blank"),),))

    @pytest.mark.parametrize("text", ["..", "A|", "|", "&A"])
    def test_what_lacks_a_value_is_refused_with_an_example(self, text):
        with pytest.raises(parsing.NotReadable, match="Write for example"):
            expression(text)


class TestCharts:
    def test_draw_without_scripts_or_styles_and_keep_the_figures(self):
        series = [charts.Series("Cost", [Decimal(18), None, Decimal("22.5")], ["/a/", "", "/c/"])]

        chart = charts.step_chart("Unit cost", "It rose to 22.50.", [date(2026, 1, 1), "Feb", "Mar"], series)

        assert 'role="group" aria-label="Unit cost. It rose to 22.50."><g aria-hidden="true">' in chart.svg
        assert "style=" not in chart.svg
        assert '<a href="/a/" tabindex="-1">' in chart.svg
        assert chart.rows == [
            ("2026-01-01", [("/a/", Decimal(18))]),
            ("Feb", [("", None)]),
            ("Mar", [("/c/", Decimal("22.5"))]),
        ]

    def test_bars_below_zero_hang_from_the_axis(self):
        chart = charts.bar_chart(
            "Net", "One up, one down.", ["A", "B"], [charts.Series("Net", [Decimal(5), Decimal(-5)])]
        )

        assert chart.svg.count('<rect class="bar"') == 2

    def test_an_empty_chart_is_drawn_too(self):
        assert "<svg" in charts.line_chart("Empty", "Nothing yet.", [], [charts.Series("A", [])]).svg
