"""Categories as a tree with what it hands down; attributes; finding items by category and by attribute value."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from config.base.models import ChangeLog
from inventory import attributes
from inventory.categories import Tree
from inventory.models import (
    CategoryAttribute,
    Item,
    ItemAttribute,
    ItemAttributeOption,
    ItemAttributeValue,
    ItemCategory,
)
from tests import factories
from tests.web import item_shop
from tests.web.item_shop import numbers

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db):
    return item_shop.make()


@pytest.fixture
def purchaser(client):
    client.force_login(factories.user("purchaser"))
    return client


def values_of(item):
    found = attributes.attributes_of_item(Item.objects.get(pk=item.pk))
    return {each.attribute.code: (each.row.value if each.row else "", each.inherited_from) for each in found}


class TestInheritance:
    def test_an_own_value_wins_then_the_nearest_default(self, shop):
        assert values_of(shop.chair) == {"COLOUR": ("White", ""), "WEIGHT": ("7.5", "")}
        assert values_of(shop.stool) == {"COLOUR": ("Black", "SEATS"), "WEIGHT": ("", "FURNITURE")}
        assert values_of(shop.table) == {"COLOUR": ("Oak", "FURNITURE"), "WEIGHT": ("", "FURNITURE")}
        assert values_of(shop.lamp) == {}

    def test_a_nearer_category_without_a_default_does_not_hide_the_one_above(self, shop):
        item_shop.hand_down(shop.tables, shop.colour, "")

        assert values_of(shop.table)["COLOUR"] == ("Oak", "FURNITURE")

    def test_moving_a_category_changes_what_its_items_inherit(self, shop, purchaser):
        answer = purchaser.post("/categories/TABLES/move/", {"parent": "SEATS"})

        assert answer.status_code == 302
        assert values_of(shop.table)["COLOUR"] == ("Black", "SEATS")
        change = ChangeLog.objects.get(model_label="inventory.itemcategory", record_no="TABLES")
        assert change.changes == {"parent_id": [shop.furniture.pk, shop.seats.pk]}

    def test_a_category_cannot_move_below_itself(self, shop, purchaser):
        answer = purchaser.post("/categories/FURNITURE/move/", {"parent": "SEATS"})

        assert answer.status_code == 422
        assert "SEATS stands below FURNITURE. Choose another parent." in answer.content.decode()
        assert ItemCategory.objects.get(code="FURNITURE").parent is None


class TestFindingItems:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("category=FURNITURE", ["CHAIR", "STOOL", "TABLE"]),
            ("category=SEATS", ["CHAIR", "STOOL"]),
            ("category=<>SEATS", ["LAMP", "TABLE"]),
            ("category=SEATS|TABLES", ["CHAIR", "STOOL", "TABLE"]),
            ("category=''", ["LAMP"]),
            ("category=<>''", ["CHAIR", "STOOL", "TABLE"]),
            ("own_category=FURNITURE", []),
            ("attr.COLOUR=White", ["CHAIR"]),
            ("attr.COLOUR=Black", ["STOOL"]),
            ("attr.COLOUR=Oak", ["TABLE"]),
            ("attr.COLOUR=Oak|White", ["CHAIR", "TABLE"]),
            ("attr.WEIGHT=>7", ["CHAIR"]),
            ("attr.WEIGHT=7.5", ["CHAIR"]),
            ("attr.WEIGHT=..7", []),
            ("attr.WEIGHT=''", ["LAMP", "STOOL", "TABLE"]),
            ("attr.WEIGHT=<>''", ["CHAIR"]),
            ("attr.COLOUR=Black&category=TABLES", []),
        ],
    )
    def test_by_category_and_by_value(self, shop, purchaser, query, expected):
        answer = purchaser.get(f"/items/?{query.replace('>', '%3E').replace('<', '%3C')}")

        assert (numbers(answer), answer.context["ignored"]) == (expected, [])

    def test_dates_and_texts(self, shop, purchaser):
        best = ItemAttribute.objects.create(code="BEST BEFORE", value_type="date")
        maker = ItemAttribute.objects.create(code="MAKER", value_type="text")
        item_shop.give(shop.lamp, best, "2026-05-31")
        item_shop.give(shop.lamp, maker, "Nordic Light")

        assert numbers(purchaser.get("/items/", {"attr.BEST BEFORE": "..2026-05"})) == ["LAMP"]
        assert numbers(purchaser.get("/items/", {"attr.BEST BEFORE": "2026-06.."})) == []
        assert numbers(purchaser.get("/items/", {"attr.MAKER": "nordic light"})) == ["LAMP"]
        assert numbers(purchaser.get("/items/", {"attr.MAKER": "Nord*"})) == ["LAMP"]

    def test_a_number_that_cannot_be_read_finds_nothing_and_says_why(self, shop, purchaser):
        answer = purchaser.get("/items/", {"attr.WEIGHT": "heavy"})

        assert numbers(answer) == []
        assert "“heavy” is not a number" in answer.content.decode()

    def test_takes_as_many_queries_for_many_categories_as_for_few(self, shop, purchaser):
        def count():
            with CaptureQueriesContext(connection) as captured:
                purchaser.get("/items/", {"category": "FURNITURE", "attr.COLOUR": "Oak"})
            return len(captured)

        purchaser.get("/items/")
        few = count()
        ItemCategory.objects.bulk_create(ItemCategory(code=f"C{index:03d}", parent=shop.tables) for index in range(100))

        assert count() == few
        assert few <= 20

    def test_names_are_those_of_the_language(self, shop, purchaser):
        answer = purchaser.get("/items/", headers={"Accept-Language": "nb"})

        html = answer.content.decode()
        assert "Farge" in html
        assert "Svart" in html
        with translation.override("da"):
            assert shop.colour.display_name == "Colour"


class TestValues:
    @pytest.mark.parametrize(
        ("kind", "text", "message"),
        [
            ("option", "Green", "“Green” is no value of THING. Choose one of: -."),
            ("integer", "2.5", "THING is a whole number: write for example 2."),
            ("number", "1.234567", "THING has at most five decimals."),
            ("number", "heavy", "heavy"),
            ("number", "10000000000000", "THING has at most 13 digits."),
            ("date", "yesterday-ish", "THING"),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_the_cure(self, db, kind, text, message):
        thing = ItemAttribute.objects.create(code="THING", value_type=kind)

        with pytest.raises(attributes.ValidationError) as refused:
            attributes.read_value(thing, text)

        assert message in str(refused.value.messages)

    def test_an_option_is_found_by_its_name_in_any_language(self, shop):
        assert attributes.read_value(shop.colour, "svart").value == "Black"
        assert attributes.read_value(shop.colour, "BLACK").value == "Black"

    def test_the_form_of_an_item_gives_changes_and_takes_values(self, shop, purchaser):
        page = purchaser.get("/items/CHAIR/attributes/")
        colour, weight = f"value_{shop.colour.pk}", f"value_{shop.weight.pk}"
        assert page.context["form"][colour].value() == "White"

        answer = purchaser.post("/items/CHAIR/attributes/", {colour: "", weight: "8"})

        assert answer.status_code == 302
        assert values_of(shop.chair) == {"COLOUR": ("Black", "SEATS"), "WEIGHT": ("8", "")}
        change = ChangeLog.objects.get(model_label="inventory.item", record_no="CHAIR")
        assert change.changes == {"attribute COLOUR": ["White", ""], "attribute WEIGHT": ["7.5", "8"]}

    def test_another_attribute_can_be_added(self, shop, purchaser):
        purchaser.post("/items/LAMP/attributes/", {"attribute": str(shop.weight.pk), "value": "2"})

        assert values_of(shop.lamp) == {"WEIGHT": ("2", "")}

    def test_a_faulty_value_stores_nothing(self, shop, purchaser):
        data = {f"value_{shop.colour.pk}": "Black", f"value_{shop.weight.pk}": "much"}

        answer = purchaser.post("/items/CHAIR/attributes/", data)

        assert answer.status_code == 422
        assert values_of(shop.chair) == {"COLOUR": ("White", ""), "WEIGHT": ("7.5", "")}


class TestTree:
    def test_the_list_stands_in_the_order_of_the_tree_with_items(self, shop, purchaser):
        answer = purchaser.get("/categories/")

        rows = [
            (row.record.code, row.record.depth, row.record.item_count, row.record.items_below)
            for row in answer.context["table"].rows
        ]
        assert rows == [("FURNITURE", 0, 0, 3), ("SEATS", 1, 2, 2), ("TABLES", 1, 1, 1)]

    def test_each_figure_leads_to_as_many_items(self, shop, purchaser):
        card = purchaser.get("/categories/FURNITURE/")

        for figure in card.context["figures"][:2]:
            assert purchaser.get(figure.url).context["count"] == figure.value
        assert [figure.value for figure in card.context["figures"]] == [0, 3, 2]

    def test_the_card_shows_what_it_inherits(self, shop, purchaser):
        html = purchaser.get("/categories/SEATS/").content.decode()

        assert "from FURNITURE" in html
        assert "Oak" in html

    def test_merging_previews_and_moves_everything(self, shop, purchaser):
        preview = purchaser.post("/categories/SEATS/merge/", {"into": "TABLES", "_preview": "1"})
        assert preview.status_code == 200
        assert ItemCategory.objects.filter(code="SEATS").exists()

        answer = purchaser.post("/categories/SEATS/merge/", {"into": "TABLES"})

        assert answer.status_code == 302
        assert not ItemCategory.objects.filter(code="SEATS").exists()
        in_tables = Item.objects.filter(category=shop.tables).order_by("no").values_list("no", flat=True)
        assert list(in_tables) == ["CHAIR", "STOOL", "TABLE"]
        assert values_of(shop.stool)["COLOUR"] == ("Black", "TABLES")
        logged = ChangeLog.objects.filter(model_label="inventory.item").order_by("record_no")
        assert [row.record_no for row in logged] == ["CHAIR", "STOOL"]
        assert logged[0].reason == "SEATS was merged into TABLES"

    def test_merging_into_what_stands_below_is_refused(self, shop, purchaser):
        answer = purchaser.post("/categories/FURNITURE/merge/", {"into": "SEATS"})

        assert answer.status_code == 422
        assert ItemCategory.objects.count() == 3
        assert Item.objects.filter(category=shop.seats).count() == 2

    def test_a_default_is_set_in_the_grid_by_the_type_of_the_attribute(self, shop, purchaser):
        wrong = purchaser.post(
            "/categories/TABLES/attributes/", {"attribute": "COLOUR", "value": "Pink"}, headers={"HX-Request": "true"}
        )
        assert wrong.status_code == 422
        assert "“Pink” is no value of COLOUR. Choose one of: Oak, Black, White." in wrong.content.decode()

        right = purchaser.post(
            "/categories/TABLES/attributes/", {"attribute": "COLOUR", "value": "white"}, headers={"HX-Request": "true"}
        )

        assert right.status_code == 200
        row = CategoryAttribute.objects.get(category=shop.tables)
        assert (row.value, row.option.name) == ("White", "White")
        assert values_of(shop.table)["COLOUR"] == ("White", "TABLES")

    def test_a_path_in_words(self, shop):
        assert Tree.load().words(shop.seats.pk) == "Furniture > Seats"


class TestOptions:
    def test_a_renamed_option_keeps_its_items(self, shop, purchaser):
        white = ItemAttributeOption.objects.get(name="White")
        data = {"name": "Snow", "name_nb": "Snø", "name_da": "", "position": "2"}

        answer = purchaser.post(f"/attributes/COLOUR/options/{white.pk}/", data, headers={"HX-Request": "true"})

        assert answer.status_code == 200
        assert ItemAttributeValue.objects.get(item=shop.chair, attribute=shop.colour).value == "Snow"
        assert numbers(purchaser.get("/items/", {"attr.COLOUR": "Snow"})) == ["CHAIR"]

    def test_an_option_in_use_is_blocked_and_not_deleted(self, shop, purchaser):
        white = ItemAttributeOption.objects.get(name="White")

        answer = purchaser.post(f"/attributes/COLOUR/options/{white.pk}/delete/", headers={"HX-Request": "true"})

        assert answer.status_code == 422
        assert "White is the value of some items. Block it instead." in answer.content.decode()
        assert ItemAttributeOption.objects.filter(pk=white.pk).exists()

    def test_the_type_cannot_change_once_there_are_values(self, shop, purchaser):
        data = {"code": "WEIGHT", "name": "Weight", "value_type": "text", "unit": "kg"}

        answer = purchaser.post("/attributes/WEIGHT/edit/", data)

        assert answer.status_code == 422
        assert ItemAttribute.objects.get(code="WEIGHT").value_type == "number"


class TestRights:
    @pytest.mark.parametrize(
        "path",
        [
            "/categories/new/",
            "/categories/SEATS/edit/",
            "/categories/SEATS/move/",
            "/categories/SEATS/merge/",
            "/attributes/new/",
            "/attributes/COLOUR/edit/",
            "/items/CHAIR/attributes/",
        ],
    )
    def test_a_clerk_changes_nothing(self, shop, client, path):
        client.force_login(factories.user("clerk"))

        assert client.get(path).status_code == 403
        assert client.post(path, {}).status_code == 403

    def test_a_clerk_sees_the_tree_and_no_form(self, shop, client):
        client.force_login(factories.user("clerk"))

        html = client.get("/categories/SEATS/").content.decode()

        assert "COLOUR" in html
        assert "Add line" not in html
