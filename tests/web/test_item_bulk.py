"""Many items at once: choosing rows, previewing, changing with a log; stockkeeping units in bulk."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.models import ChangeLog
from inventory.models import Item, ItemAttributeValue, StockkeepingUnit, Variant
from tests import factories
from tests.web import item_shop

pytestmark = pytest.mark.django_db
BULK = "/items/bulk/"


@pytest.fixture
def shop(db):
    return item_shop.make()


@pytest.fixture
def purchaser(client):
    client.force_login(factories.user("purchaser"))
    return client


def chosen(*items):
    return {"chosen": ",".join(str(item.pk) for item in items)}


def shown(answer):
    return [[cell["value"] for cell in row] for row in answer.context["preview_tables"][0]["rows"]]


class TestChoosing:
    def test_the_list_offers_boxes_to_whoever_may_edit(self, shop, purchaser, client):
        html = purchaser.get("/items/").content.decode()
        assert f'form="bulk-form" name="pk" value="{shop.chair.pk}"' in html
        assert "Select CHAIR" in html
        assert BULK in html

        client.force_login(factories.user("clerk"))
        html = client.get("/items/").content.decode()
        assert BULK not in html

    def test_chosen_rows_are_carried_to_the_form(self, shop, purchaser):
        page = purchaser.post(BULK, {"_select": "1", "pk": [shop.chair.pk, shop.lamp.pk], "query": "sort=no"})

        assert page.context["selection"]["chosen"] == f"{shop.chair.pk},{shop.lamp.pk}"
        assert "2 items are chosen." in str(page.context["question"])
        assert page.context["back_url"] == "/items/?sort=no"

    def test_all_that_match_are_those_of_the_filter(self, shop, purchaser):
        page = purchaser.post(BULK, {"_select": "1", "all": "1", "query": "category=SEATS"})

        assert "2 items are chosen." in str(page.context["question"])

    def test_no_choice_leads_back_to_the_list(self, shop, purchaser):
        answer = purchaser.post(BULK, {"_select": "1", "query": "category=SEATS"})

        assert (answer.status_code, answer.url) == (302, "/items/?category=SEATS")

    def test_a_clerk_may_not(self, shop, client):
        client.force_login(factories.user("clerk"))

        answer = client.post(BULK, {**chosen(shop.chair), "unit_price": "1"})

        assert answer.status_code == 403
        assert Item.objects.get(pk=shop.chair.pk).unit_price == 45


class TestChanging:
    def test_the_preview_shows_old_and_new_and_changes_nothing(self, shop, purchaser):
        data = {**chosen(shop.chair, shop.stool, shop.table), "unit_price": "45", "category": "TABLES", "_preview": "1"}

        answer = purchaser.post(BULK, data)

        assert shown(answer) == [
            ["CHAIR", "Chair", "Category", shop.seats, shop.tables],
            ["STOOL", "Stool", "Category", shop.seats, shop.tables],
            ["STOOL", "Stool", "Unit price", Decimal(30), Decimal(45)],
            ["TABLE", "Table", "Unit price", Decimal(90), Decimal(45)],
        ]
        assert "3 items change." in answer.content.decode()
        assert Item.objects.get(pk=shop.table.pk).unit_price == 90
        assert not ChangeLog.objects.exists()

    def test_changes_all_and_logs_each_with_the_reason(self, shop, purchaser):
        data = {**chosen(shop.chair, shop.stool), "sales_blocked": "yes", "unit_price": "30", "reason": "Spring prices"}

        answer = purchaser.post(BULK, data)

        assert answer.status_code == 302
        assert set(Item.objects.filter(sales_blocked=True).values_list("no", "unit_price")) == {
            ("CHAIR", Decimal(30)),
            ("STOOL", Decimal(30)),
        }
        logged = {row.record_no: (row.changes, row.reason, row.origin) for row in ChangeLog.objects.all()}
        assert logged == {
            "CHAIR": ({"unit_price": ["45", "30"], "sales_blocked": [False, True]}, "Spring prices", "bulk edit"),
            "STOOL": ({"sales_blocked": [False, True]}, "Spring prices", "bulk edit"),
        }

    def test_items_that_have_the_values_already_are_counted_and_left_alone(self, shop, purchaser):
        before = Item.objects.get(pk=shop.chair.pk).updated_at

        answer = purchaser.post(BULK, {**chosen(shop.chair, shop.stool), "unit_price": "45"}, follow=True)

        assert "1 item is changed. 1 item has these values already." in answer.content.decode()
        assert Item.objects.get(pk=shop.chair.pk).updated_at == before
        assert ChangeLog.objects.count() == 1

    def test_an_attribute_is_given_and_taken_away(self, shop, purchaser):
        purchaser.post(BULK, {**chosen(shop.chair, shop.stool), "attribute": "COLOUR", "value": "Oak"})
        values = dict(ItemAttributeValue.objects.filter(attribute=shop.colour).values_list("item__no", "value"))
        assert values == {"CHAIR": "Oak", "STOOL": "Oak"}
        assert ChangeLog.objects.get(record_no="STOOL").changes == {"attribute COLOUR": ["", "Oak"]}

        purchaser.post(BULK, {**chosen(shop.chair, shop.stool), "attribute": "COLOUR", "value": ""})
        assert not ItemAttributeValue.objects.filter(attribute=shop.colour).exists()

    def test_a_category_is_made_blank(self, shop, purchaser):
        purchaser.post(BULK, {**chosen(shop.chair), "clear": "category"})

        assert Item.objects.get(pk=shop.chair.pk).category is None

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({}, "Nothing is to change."),
            ({"unit_price": "-1"}, "greater than or equal to 0"),
            ({"category": "NONE"}, "“NONE” is not known here."),
            ({"category": "SEATS", "clear": "category"}, "Give a value, or make it blank; not both."),
            ({"attribute": "COLOUR", "value": "Pink"}, "“Pink” is no value of COLOUR."),
            ({"value": "Oak"}, "Choose the attribute that the value belongs to."),
        ],
    )
    def test_a_faulty_wish_changes_nothing(self, shop, purchaser, data, message):
        answer = purchaser.post(BULK, {**chosen(shop.chair, shop.lamp), **data})

        assert answer.status_code == 422
        assert message in answer.content.decode()
        assert not ChangeLog.objects.exists()

    def test_sent_twice_it_is_done_once(self, shop, purchaser):
        data = {**chosen(shop.stool), "unit_price": "31", "_request_key": "same"}

        purchaser.post(BULK, data)
        purchaser.post(BULK, data)

        assert ChangeLog.objects.count() == 1

    def test_takes_as_many_queries_for_many_items_as_for_few(self, shop, purchaser):
        columns = {
            field.attname: getattr(shop.lamp, field.attname)
            for field in Item._meta.concrete_fields
            if field.attname not in ("id", "no")
        }
        Item.objects.bulk_create(Item(no=f"MANY{index:03d}", **columns) for index in range(200))
        many = list(Item.objects.filter(no__startswith="MANY"))

        def count(items, price):
            with CaptureQueriesContext(connection) as captured:
                purchaser.post(BULK, {**chosen(*items), "unit_price": price, "attribute": "WEIGHT", "value": price})
            return len(captured)

        count(many[:1], "1")
        assert count(many, "3") == count(many[:2], "2")


class TestStockkeepingUnits:
    def test_are_made_once_for_each_item_or_variant(self, shop, purchaser):
        red = Variant.objects.create(item=shop.chair, code="RED")
        Item.objects.filter(pk=shop.lamp.pk).update(unit_cost=12, reorder_point=3)
        data = {**chosen(shop.chair, shop.lamp), "location": "OSLO", "with_variants": "on"}

        preview = purchaser.post("/stockkeeping-units/make/", {**data, "_preview": "1"})
        assert "2 stockkeeping units are new." in preview.content.decode()
        assert not StockkeepingUnit.objects.exists()
        purchaser.post("/stockkeeping-units/make/", data)
        purchaser.post("/stockkeeping-units/make/", data)

        units = StockkeepingUnit.objects.order_by("item__no").values_list("item__no", "variant", "unit_cost")
        assert list(units) == [("CHAIR", red.pk, 0), ("LAMP", None, 12)]
        assert StockkeepingUnit.objects.get(item=shop.lamp).reorder_point == 3
        assert ChangeLog.objects.filter(origin="bulk edit").count() == 2

    def test_the_list_shows_what_is_on_hand_at_its_place(self, client, shop, request):
        client.force_login(factories.user("clerk"))
        StockkeepingUnit.objects.create(item=shop.chair, location=shop.books.locations["OSLO"])

        rows = client.get("/stockkeeping-units/").context["table"].rows

        assert [(row.record.item.no, row.record.on_hand) for row in rows] == [("CHAIR", 0)]
        assert "unit_cost" not in client.get("/stockkeeping-units/").context["view"].columns
