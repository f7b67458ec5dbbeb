"""Counting periods: what is due, and the count of it."""

from datetime import date
from decimal import Decimal

import pytest

from costing.posting import journals
from inventory import counting_periods, counts
from inventory.models import Count, CountingPeriod, Item, ItemJournalLine
from tests import factories

pytestmark = pytest.mark.django_db
PLAN = "/count-plan/"


@pytest.fixture
def books():
    """Four times a year: CHAIR, counted on 2 January, and LAMP, never. Once a year: DESK, counted on 2 January."""
    shop = factories.company(locations=["OSLO"])
    shop.oslo = shop.locations["OSLO"]
    quarter = CountingPeriod.objects.create(code="QUARTER", times_per_year=4)
    year = CountingPeriod.objects.create(code="YEAR", times_per_year=1)
    for no, period in (("CHAIR", quarter), ("LAMP", quarter), ("DESK", year), ("SOFA", None)):
        receive(factories.item(no, counting_period=period), "5", shop.oslo)
    counted = Item.objects.filter(no__in=["CHAIR", "DESK"])
    count = counts.create_count(
        Count(posting_date=date(2026, 1, 2)),
        user_id=None,
        scope=counts.CountScope(items=counted, prefilled=True),
    )
    journals.post_count(count_id=count.pk, user_id=None)
    return shop


def receive(item, quantity, location):
    line = ItemJournalLine(
        line_no=10000,
        kind="positive_adjmt",
        posting_date=date(2026, 1, 1),
        item=item,
        location=location,
        quantity=Decimal(quantity),
        unit_cost=Decimal(1),
    )
    journals.post_item_journal(lines=[line], user_id=None)


class TestWhatIsDue:
    def test_the_next_count_follows_from_the_last_one(self, books):
        found = {item.no: (item.last_counted, item.next_count) for item in counting_periods.planned_items()}

        counted = date(2026, 1, 2)
        assert found == {
            "CHAIR": (counted, date(2026, 4, 3)),
            "DESK": (counted, date(2027, 1, 2)),
            "LAMP": (None, None),
        }

    @pytest.mark.parametrize(("on", "due"), [(date(2026, 4, 2), {"LAMP"}), (date(2026, 4, 3), {"LAMP", "CHAIR"})])
    def test_an_item_is_due_on_its_day_and_one_never_counted_at_once(self, books, on, due):
        assert set(counting_periods.due_items(on).values_list("no", flat=True)) == due

    def test_blocked_items_are_not_planned(self, books):
        Item.objects.filter(no="LAMP").update(blocked=True)

        assert not counting_periods.due_items(date(2026, 1, 3)).exists()

    def test_the_list_filters_what_is_due(self, books, client, monkeypatch):
        monkeypatch.setattr("inventory.count_filters.today_of", lambda request: date(2026, 4, 3))
        client.force_login(factories.user("clerk"))

        numbers = {
            due: [row.record.no for row in client.get(PLAN, {"due": due}).context["table"].rows]
            for due in ("yes", "no")
        }

        assert numbers == {"yes": ["LAMP", "CHAIR"], "no": ["DESK"]}

    def test_a_count_at_one_location_leaves_what_stands_at_another_due(self, books, client, monkeypatch):
        monkeypatch.setattr("inventory.count_filters.today_of", lambda request: date(2026, 1, 3))
        client.force_login(factories.user("clerk"))
        receive(Item.objects.get(no="CHAIR"), "3", factories.location("BERGEN"))

        def due(**options):
            rows = client.get(PLAN, {"due": "yes", **options}).context["table"].rows
            return sorted(row.record.no for row in rows)

        assert due() == due(counted_at="OSLO") == ["LAMP"]
        assert due(counted_at="BERGEN") == ["CHAIR", "DESK", "LAMP"]


class TestCountOfWhatIsDue:
    def test_at_a_location_it_holds_what_was_not_counted_there(self, books, client):
        receive(Item.objects.get(no="CHAIR"), "3", factories.location("BERGEN"))
        client.force_login(factories.user("lead"))
        fields = {"due_on": "2026-01-03", "posting_date": "2026-01-03", "location": "BERGEN", "_request_key": "a"}

        client.post(f"{PLAN}make/", fields)

        count = Count.objects.get(status="open")
        assert list(count.lines.values_list("item__no", "location__code", "quantity_calculated")) == [
            ("CHAIR", "BERGEN", 3)
        ]

    def test_it_holds_what_is_due_and_nothing_else(self, books, client):
        client.force_login(factories.user("lead"))
        fields = {"due_on": "2026-04-03", "posting_date": "2026-04-03", "location": "OSLO", "_request_key": "a"}

        answer = client.post(f"{PLAN}make/", fields)

        count = Count.objects.get(status="open")
        assert answer.url == f"/counts/{count.no}/"
        assert sorted(count.lines.values_list("item__no", "quantity_calculated")) == [("CHAIR", 5), ("LAMP", 5)]

    def test_nothing_due_is_refused(self, books, client):
        Item.objects.filter(no="LAMP").update(counting_period=None)
        client.force_login(factories.user("lead"))
        fields = {"due_on": "2026-04-02", "posting_date": "2026-04-02", "_request_key": "a"}

        answer = client.post(f"{PLAN}make/", fields)

        assert answer.status_code == 422
        assert "Nothing is due by" in answer.content.decode()
        assert not Count.objects.filter(status="open").exists()

    def test_a_clerk_may_not(self, books, client):
        client.force_login(factories.user("clerk"))

        assert client.post(f"{PLAN}make/", {"_request_key": "a"}).status_code == 403


class TestPeriods:
    def test_they_are_kept_by_the_lead(self, books, client):
        client.force_login(factories.user("lead"))

        made = client.post("/counting-periods/new/", {"code": "MONTH", "name": "Each month", "times_per_year": "12"})
        wrong = client.post("/counting-periods/new/", {"code": "HOUR", "name": "", "times_per_year": "8760"})
        listed = client.get("/counting-periods/").context["table"].rows

        assert (made.status_code, wrong.status_code) == (302, 422)
        assert [(row.record.code, row.record.item_count) for row in listed] == [
            ("MONTH", 0),
            ("QUARTER", 2),
            ("YEAR", 1),
        ]

    def test_many_items_get_one_by_bulk_edit(self, books, client):
        year = CountingPeriod.objects.get(code="YEAR")
        client.force_login(factories.user("purchaser"))
        pks = [Item.objects.get(no=no).pk for no in ("SOFA", "LAMP")]

        client.post(
            "/items/bulk/",
            {"chosen": ",".join(map(str, pks)), "counting_period": year.pk, "apply": "1", "_request_key": "a"},
        )

        assert set(year.items.values_list("no", flat=True)) == {"SOFA", "LAMP", "DESK"}

    def test_the_card_shows_it(self, books, client):
        client.force_login(factories.user("clerk"))

        assert "QUARTER" in client.get("/items/CHAIR/").content.decode()
