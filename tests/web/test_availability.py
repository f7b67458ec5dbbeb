"""Availability: what is there, what comes and goes, what is left when, what can be promised, and where it is from."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from costing.posting import journals
from inventory import transfers
from inventory.availability import Event, can_promise, days_of, project
from inventory.availability_periods import periods_of
from inventory.models import (
    ItemJournalLine,
    ItemUnitOfMeasure,
    OrderComponent,
    OrderHeader,
    TransferLine,
    TransferOrder,
    UnitOfMeasure,
)
from tests import factories

MONDAY = date(2026, 3, 2)


def day(days):
    return MONDAY + timedelta(days=days)


@pytest.fixture
def books(db):
    """CHAIR: 10 at OSLO, 4 at BERGEN. Wednesday 12 go from OSLO, next Tuesday 20 come to OSLO, 3 of them already came;
    Friday 2 go from OSLO to BERGEN; 5 to OSLO are overdue since February.
    """
    shop = factories.company(locations=["OSLO", "BERGEN"])
    shop.oslo, shop.bergen = shop.locations["OSLO"], shop.locations["BERGEN"]
    shop.chair = factories.item("CHAIR", reorder_point=Decimal(8))
    receive(shop.chair, "10", shop.oslo)
    receive(shop.chair, "4", shop.bergen)
    factories.sales_order(shop.chair, quantity="12", location=shop.oslo, expected_date=day(2))
    factories.purchase_order(
        shop.chair, quantity="20", location=shop.oslo, expected_date=day(8), quantity_handled=Decimal(3)
    )
    factories.purchase_order(shop.chair, quantity="5", location=shop.oslo, expected_date=date(2026, 2, 20))
    order = TransferOrder(from_location=shop.oslo, to_location=shop.bergen, order_date=day(4), expected_date=day(4))
    transfers.create_transfer_order(order, user_id=None)
    transfers.save_transfer_line(TransferLine(order=order, item=shop.chair, quantity=Decimal(2)))
    shop.transfer = order
    return shop


@pytest.fixture
def show(client, books, monkeypatch):
    """The page of an item: `show(by="period")`. Today is Monday, 2 March 2026."""
    monkeypatch.setattr("inventory.views.availability.today_of", lambda request: MONDAY)
    client.force_login(factories.user("purchaser"))

    def get(no="CHAIR", **options):
        return client.get(f"/items/{no}/availability/", options)

    return get


def receive(item, quantity, location, **fields):
    line = ItemJournalLine(
        line_no=10000,
        kind="positive_adjmt",
        posting_date=date(2026, 2, 1),
        item=item,
        location=location,
        quantity=Decimal(quantity),
        unit_cost=Decimal(1),
        **fields,
    )
    journals.post_item_journal(lines=[line], user_id=None)


def figures(answer):
    return {str(figure.label): figure.value for figure in answer.context["figures"]}


def rows(answer):
    """The rows of the table: heading, and the values of the cells that hold figures."""
    table = answer.context["table"]
    return [(str(row.label), [cell.value for cell in row.cells if cell.value is not None]) for row in table.rows]


def total(answer):
    return [cell.value for cell in answer.context["table"].total.cells if cell.value is not None]


class TestByEvent:
    def test_the_figures_add_up(self, show):
        found = figures(show())

        # Receipts: 17 + 5 ordered, 2 by transfer. Demands: 12 sold, 2 by transfer.
        assert found == {
            "On hand": 14,
            "Reserved": 0,
            "Scheduled receipts": 24,
            "Gross requirement": 14,
            "Projected available": 24,
        }

    def test_each_change_has_its_running_quantity_and_what_is_overdue_counts_today(self, show):
        assert rows(show()) == [
            ("2026-03-02", [14]),
            ("2026-02-20 (overdue)", [5, 19]),
            ("2026-03-04", [-12, 7]),
            ("2026-03-06", [2, 9]),
            ("2026-03-06", [-2, 7]),
            ("2026-03-10", [17, 24]),
        ]

    def test_a_location_has_its_own(self, show):
        oslo = show(location="OSLO")

        assert figures(oslo)["On hand"] == 10
        assert rows(oslo)[-1] == ("2026-03-10", [17, 18])
        assert [row[1] for row in rows(show(location="BERGEN"))] == [[4], [2, 6]]

    def test_a_line_leads_to_its_order(self, show, client):
        answer = show()
        url = answer.context["table"].rows[1].cells[1].url

        order = client.get(url)

        assert [row.record.outstanding for row in order.context["table"].rows] == [5]

    def test_the_chart_says_in_words_what_it_shows(self, show):
        chart = show().context["chart"]

        assert str(chart.summary) == "From 19 today to 24 on 2026-03-10; lowest 7 on 2026-03-04."
        assert [label for label, _cells in chart.rows] == ["2026-03-02", "2026-03-04", "2026-03-06", "2026-03-10"]
        assert [str(series.name) for series in chart.series] == ["Projected available", "Reorder point"]


class TestEveryFigureLeadsToWhatMakesIt:
    @pytest.mark.parametrize("by", ["event", "period", "location", "unit"])
    def test_what_is_clicked_is_the_total_of_what_opens(self, show, client, by):
        answer = show(by=by, period="week")
        clicked = 0
        cells = [cell for row in answer.context["table"].rows for cell in row.cells]
        for figure in [*answer.context["figures"], *cells]:
            if figure.url and "what=" in figure.url and figure.value:
                opened = client.get(figure.url)
                assert abs(total(opened)[0]) == figure.value, figure.url
                clicked += 1
        assert clicked >= 2

    def test_a_projected_quantity_is_what_is_on_hand_and_what_changes_until_its_day(self, show, client):
        answer = show(by="period", period="week")
        first = answer.context["table"].rows[0]
        opened = client.get(first.cells[3].url)

        # 14 on hand, 5 overdue, 12 sold, a transfer of 2 from here to there: 7 at the end of the week.
        assert first.cells[3].value == total(opened)[0] == 7
        assert [values[0] for _label, values in rows(opened)] == [14, 5, -12, 2, -2]
        lowest = client.get(first.cells[4].url)
        assert first.cells[4].value == total(lowest)[0] == 7

    def test_stock_leads_to_its_entries(self, show, client):
        answer = show(by="location")
        for row in answer.context["table"].rows:
            opened = client.get(row.cells[0].url)
            assert opened.context["view"].totals_found.sums["quantity"] == row.cells[0].value


class TestByPeriod:
    def test_weeks(self, show):
        # Opening, receipts, demands, closing, lowest.
        assert rows(show(by="period", period="week"))[:2] == [
            ("2026-03-02 – 2026-03-08", [14, 7, 14, 7, 7]),
            ("2026-03-09 – 2026-03-15", [7, 17, 0, 24, 7]),
        ]

    def test_days_and_what_comes_later(self, show, books):
        factories.purchase_order(books.chair, quantity="1", expected_date=date(2026, 6, 1))

        found = rows(show(by="period", period="day"))

        assert found[2] == ("2026-03-04", [19, 0, 12, 7, 7])
        assert found[-1] == ("from 2026-03-14", [24, 1, 0, 25, 24])

    def test_months(self, show):
        assert rows(show(by="period", period="month"))[0] == ("2026-03-02 – 2026-03-31", [14, 24, 14, 24, 7])


class TestByPlaceAndUnit:
    def test_by_location_until_a_day(self, show):
        answer = show(by="location", until="2026-03-06")

        assert rows(answer) == [("BERGEN", [4, 2, 0, 6]), ("OSLO", [10, 5, 14, 1])]
        assert total(answer) == [14, 7, 14, 7]

    def test_by_variant(self, show, books):
        red = factories.variant(books.chair, "RED")
        receive(books.chair, "6", books.oslo, variant=red)
        factories.sales_order(books.chair, quantity="1", location=books.oslo, variant=red)

        assert rows(show(by="variant")) == [("(blank)", [14, 24, 14, 24]), ("RED", [6, 0, 1, 5])]
        assert figures(show(variant="RED"))["Projected available"] == 5

    def test_by_unit(self, show, books):
        box = UnitOfMeasure.objects.create(code="BOX")
        ItemUnitOfMeasure.objects.create(item=books.chair, unit_of_measure=box, quantity_per=Decimal(4))

        assert rows(show(by="unit")) == [("PCS", [14, 24, 14, 24]), ("BOX", [Decimal("3.5"), 6, Decimal("3.5"), 6])]
        assert figures(show(unit="BOX"))["On hand"] == Decimal("3.5")

    def test_by_lot(self, show, books):
        paint = factories.item("PAINT", lot_tracked=True)
        receive(paint, "3", books.oslo, lot_no="L1")
        receive(paint, "2", books.bergen, lot_no="L1")
        receive(paint, "1", books.oslo, lot_no="L2")

        assert rows(show("PAINT", by="lot")) == [("L1", [5]), ("L2", [1])]

    def test_goods_in_transit_come_by_their_transfer(self, show, books):
        road = factories.location("ROAD", in_transit=True)
        receive(books.chair, "2", road)
        line = books.transfer.lines.get()
        TransferLine.objects.filter(pk=line.pk).update(quantity_shipped=Decimal(2))

        answer = show()
        found = figures(answer)

        assert (found["On hand"], found["Scheduled receipts"], found["Gross requirement"]) == (14, 24, 12)
        assert answer.context["figures"][0].hint == "without 2 on the road"
        assert show(location="OSLO").context["figures"][0].hint == ""


class TestMaking:
    def test_orders_bring_their_output_and_need_their_components(self, show, books):
        table = factories.item("TABLE")
        order = OrderHeader.objects.create(
            type="production",
            no="M1",
            item=table,
            location=books.oslo,
            quantity=Decimal(3),
            quantity_finished=Decimal(1),
            order_date=day(0),
            due_date=day(5),
        )
        OrderComponent.objects.create(
            order=order, line_no=1, item=books.chair, quantity_per=Decimal(2), quantity_consumed=Decimal(1)
        )

        assert rows(show("TABLE"))[1] == ("2026-03-07", [2, 2])
        assert ("2026-03-07", [-5, 2]) in rows(show())
        assert [row.cells[0].text for row in show("TABLE").context["table"].rows][1] == "Production output"

    def test_what_is_enough_for_how_many(self, show, books):
        """A set is 2 tables and 1 lamp; a table is 4 legs and 1 top. 1 table, 9 legs, 7 tops, 5 lamps are there."""
        names = ("SET", "TABLE", "LEG", "TOP", "LAMP")
        made = {name: factories.item(name) for name in names}
        for name, quantity in (("TABLE", "1"), ("LEG", "9"), ("TOP", "7"), ("LAMP", "5")):
            receive(made[name], quantity, books.oslo)
        for parent, component, quantity in (
            ("SET", "TABLE", 2),
            ("TABLE", "LEG", 4),
            ("TABLE", "TOP", 1),
            ("SET", "LAMP", 1),
        ):
            factories.bom_line(parent=made[parent], component=made[component], quantity_per=Decimal(quantity))

        answer = show("SET", by="bom")

        # Of 9 legs 2 tables, of 7 tops 7: 1 + 2 tables are enough for 1 set; legs alone for 1, tops alone for 4.
        found = [
            (row.label.split()[0], row.level, [cell.value for cell in row.cells][-3:-1], row.cells[-1].text)
            for row in answer.context["table"].rows
        ]
        assert found == [
            ("TABLE", 1, [1, 1], "Bottleneck"),
            ("LEG", 2, [2, 1], "Bottleneck"),
            ("TOP", 2, [7, 4], ""),
            ("LAMP", 1, [5, 5], ""),
        ]
        assert answer.context["table"].note == "1 SET can be made of what is available."

    def test_a_component_is_needed_by_the_first_day_that_takes_it(self, show, books):
        table, leg, lamp = factories.item("TABLE"), factories.item("LEG"), factories.item("LAMP")
        for component in (leg, lamp):
            factories.bom_line(parent=table, component=component, quantity_per=Decimal(1))
        factories.sales_order(leg, quantity="2", location=books.oslo, expected_date=day(9))
        factories.sales_order(leg, quantity="2", location=books.bergen, expected_date=day(5))

        def needed(**options):
            found = show("TABLE", by="bom", **options).context["table"]
            column = [str(label) for label, _kind in found.heads].index("Needed by") - 1
            return [row.cells[column].text for row in found.rows]

        assert needed() == ["2026-03-07", ""]
        assert needed(location="OSLO") == ["2026-03-11", ""]
        assert needed(quantity="1", promised_on="2026-03-05") == ["2026-03-05", "2026-03-05"]


class TestWhatIf:
    def test_it_can_be_promised_when_nothing_is_missing_on_that_day_or_later(self, show):
        answer = show(quantity="7", promised_on="2026-03-03")

        assert answer.context["promise"] == "7 on 2026-03-03 can be promised; the earliest day is 2026-03-02."
        assert figures(answer)["Projected available"] == 17

    def test_too_much_for_the_day_is_refused_with_the_first_day_that_is_enough(self, show):
        answer = show(quantity="9", promised_on="2026-03-03")

        assert (
            answer.context["promise"]
            == "9 on 2026-03-03 cannot be promised: 2 are missing then. The earliest day is 2026-03-10."
        )
        assert ("2026-03-03", [-9, 10]) in rows(answer)

    def test_too_much_for_ever(self, show):
        answer = show(quantity="25", promised_on="2026-03-03")

        assert (
            answer.context["promise"]
            == "25 on 2026-03-03 cannot be promised: 18 are missing then. No later day is enough."
        )

    def test_in_another_unit(self, show, books):
        box = UnitOfMeasure.objects.create(code="BOX")
        ItemUnitOfMeasure.objects.create(item=books.chair, unit_of_measure=box, quantity_per=Decimal(4))

        assert show(quantity="2", unit="BOX", promised_on="2026-03-03").context["promise"].startswith("2 on 2026-03-03")
        assert ("2026-03-03", [-2, Decimal("2.75")]) in rows(show(quantity="2", unit="BOX", promised_on="2026-03-03"))

    @pytest.mark.parametrize("options", [{"quantity": "much"}, {"promised_on": "soon"}, {"location": "NOWHERE"}])
    def test_what_cannot_be_read_is_refused(self, show, options):
        assert show(**options).status_code == 422

    def test_what_is_short_is_shaded_for_as_long_as_it_is(self, show):
        assert 'class="shortage"' not in str(show().context["chart"].svg)

        # 19 today, 20 are promised on Tuesday: 1 short until the 12 of Wednesday, 13 short until the 17 come.
        svg = str(show(quantity="20", promised_on="2026-03-03").context["chart"].svg)

        assert svg.count('class="shortage"') == 3


class TestRules:
    """The sums themselves, without a page."""

    def test_receipts_of_a_day_come_first(self):
        steps = project(Decimal(0), [event(1, -4), event(1, 4)], today=MONDAY)

        assert [(step.event.quantity, step.left) for step in steps] == [(4, 4), (-4, 0)]

    def test_a_later_demand_keeps_what_is_there_now(self):
        days = days_of(Decimal(10), project(Decimal(10), [event(5, -8)], today=MONDAY), today=MONDAY)

        assert can_promise(days, quantity=Decimal(3), on=MONDAY).short == 1
        assert can_promise(days, quantity=Decimal(2), on=MONDAY).earliest == MONDAY
        assert can_promise(days, quantity=Decimal(3), on=MONDAY).earliest is None

    def test_a_period_knows_what_is_missing_inside_it(self):
        steps = project(Decimal(1), [event(1, -3), event(3, 6)], today=MONDAY)

        [week] = periods_of(Decimal(1), steps, length="week", today=MONDAY, count=1)

        assert (week.opening, week.receipts, week.demands, week.closing, week.lowest) == (1, 6, 3, 4, -2)


def event(days, quantity):
    return Event(1, "sales_order", day(days), "S", None, None, Decimal(quantity))


class TestList:
    @pytest.fixture
    def listed(self, client, books):
        lamp = factories.item("LAMP", reorder_point=Decimal(5))
        receive(lamp, "3", books.oslo)
        desk = factories.item("DESK")
        factories.sales_order(desk, quantity="2", location=books.bergen, expected_date=day(20))
        client.force_login(factories.user("clerk"))

        def get(**options):
            table = client.get("/projected-availability/", options).context["table"]
            names = ("on_hand", "receipts", "demands", "projected")
            return {row.record.no: [getattr(row.record, name) for name in names] for row in table.rows}

        return get

    def test_all_items(self, listed):
        assert listed() == {"CHAIR": [14, 24, 14, 24], "DESK": [0, 0, 2, -2], "LAMP": [3, 0, 0, 3]}

    def test_what_is_missing_and_what_is_low(self, listed):
        assert list(listed(below_zero="yes")) == ["DESK"]
        assert list(listed(below_reorder_point="yes")) == ["LAMP"]

    def test_at_a_location_until_a_day(self, listed):
        found = listed(location="OSLO", until="2026-03-06")

        assert found == {"CHAIR": [10, 5, 14, 1], "DESK": [0, 0, 0, 0], "LAMP": [3, 0, 0, 3]}

    def test_a_figure_leads_to_its_lines(self, listed, client, monkeypatch):
        monkeypatch.setattr("inventory.views.availability.today_of", lambda request: MONDAY)
        body = client.get("/projected-availability/", {"no": "CHAIR"}).content.decode()

        opened = client.get("/items/CHAIR/availability/", {"by": "event", "what": "demand"})

        assert "/items/CHAIR/availability/?by=event&amp;what=demand" in body
        assert total(opened) == [-14]

    def test_it_is_a_file_too(self, listed, client):
        answer = client.get("/projected-availability.json", {"no": "CHAIR"})

        [row] = json.loads(answer.getvalue())["rows"]
        assert Decimal(row["projected"]) == 24


class TestQueries:
    @pytest.mark.parametrize("by", ["event", "period", "location", "variant", "lot", "unit", "bom"])
    def test_their_number_does_not_depend_on_the_number_of_orders(self, show, books, by):
        factories.bom_line(parent=books.chair, component=factories.item("SEAT"), quantity_per=Decimal(1))
        show(by=by)
        with CaptureQueriesContext(connection) as few:
            show(by=by)
        for index in range(30):
            factories.sales_order(books.chair, quantity="1", location=books.oslo, expected_date=day(index))
            factories.bom_line(parent=books.chair, component=factories.item(f"P{index}"), quantity_per=Decimal(1))
        with CaptureQueriesContext(connection) as many:
            show(by=by)

        assert len(few) == len(many)
        assert len(few) <= 20
