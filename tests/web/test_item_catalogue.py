"""Catalogue items: a vendor's list imported whole or not at all, item cards made of it, also on a sales line."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config.base.models import ChangeLog
from inventory.enums import CatalogueNumbering
from inventory.models import (
    Barcode,
    CatalogueItem,
    DocumentLine,
    InventorySetup,
    Item,
    ItemReference,
    ItemTemplate,
    UnitOfMeasure,
    Vendor,
)
from tests import factories

pytestmark = pytest.mark.django_db
IMPORT = "/catalogue-items/import/"
HEAD = "Vendor item no.\tDescription\tPublished cost\tUnit price\tUnit\tGTIN\n"


@pytest.fixture
def books(db):
    return factories.company(locations=["OSLO"])


@pytest.fixture
def purchaser(client, books):
    client.force_login(factories.user("purchaser"))
    return client


@pytest.fixture
def template(books):
    like = factories.item("LIKE")
    return ItemTemplate.objects.create(
        code="GOODS",
        item_model_group=like.item_model_group,
        gen_prod_posting_group=like.gen_prod_posting_group,
        inventory_posting_group=like.inventory_posting_group,
        base_unit_of_measure=like.base_unit_of_measure,
    )


def article(books, number="A-1", **fields):
    values = {"description": "Oak stool", "unit_price": Decimal(20), "sales_price": Decimal(45)} | fields
    return CatalogueItem.objects.create(vendor=books.vendor, vendor_item_no=number, **values)


def stored():
    rows = CatalogueItem.objects.order_by("vendor_item_no")
    return list(rows.values_list("vendor_item_no", "description", "unit_price", "sales_price"))


class TestImport:
    def test_pasted_rows_are_previewed_then_stored(self, purchaser):
        UnitOfMeasure.objects.create(code="BOX")
        text = f"{HEAD}A-1\tOak stool\t20.50\t45\tbox\t4006381333931\nA-2\tOak table\t90\t\t\t\n"

        preview = purchaser.post(IMPORT, {"vendor": "V1", "text": text, "_preview": "1"})
        assert "2 catalogue items are new, 0 are there and get what the list says." in preview.content.decode()
        assert stored() == []

        answer = purchaser.post(IMPORT, {"vendor": "V1", "text": text})

        assert (answer.status_code, answer.url) == (302, "/catalogue-items/?vendor=V1")
        assert stored() == [("A-1", "Oak stool", Decimal("20.5"), 45), ("A-2", "Oak table", 90, 0)]
        first = CatalogueItem.objects.get(vendor_item_no="A-1")
        assert (first.unit_of_measure.code, first.gtin) == ("BOX", "4006381333931")

    def test_a_second_list_changes_what_is_there(self, purchaser, books):
        old = article(books, "A-1")

        purchaser.post(IMPORT, {"vendor": "V1", "text": f"{HEAD}A-1\tOak stool, new\t22\t48\t\t\n"})

        assert stored() == [("A-1", "Oak stool, new", 22, 48)]
        assert CatalogueItem.objects.get().pk == old.pk

    def test_every_faulty_row_is_named_and_nothing_stored(self, purchaser, books):
        article(books, "OLD")
        rows = ("A-1\tStool\tcheap", "A-2\t\t5", "A-3\tTable\t5\t\tCRATE", "A-4\tOk\t5", "A-4\tTwice\t5")
        text = HEAD + "\n".join(rows)

        answer = purchaser.post(IMPORT, {"vendor": "V1", "text": text})

        html = answer.content.decode()
        assert answer.status_code == 422
        for message in (
            "Row 2:",
            "Row 3: the description has 1 to 100 signs.",
            "Row 4: unit CRATE does not exist.",
            "Row 6: A-4 stands in row 5 already.",
        ):
            assert message in html, message
        assert [row[0] for row in stored()] == ["OLD"]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "There are no rows."),
            ("Colour;Size\nred;1\n", "missing: vendor item no, description."),
        ],
    )
    def test_what_is_no_list_is_refused(self, purchaser, text, message):
        answer = purchaser.post(IMPORT, {"vendor": "V1", "text": text})

        assert answer.status_code == 422
        assert message in answer.content.decode()

    def test_a_norwegian_list_with_semicolons_is_read(self, purchaser):
        content = "Varenr;Beskrivelse;Pris\nK-7;Kjøkkenbord;1 250\n".encode("cp1252")

        purchaser.post(IMPORT, {"vendor": "V1", "file": SimpleUploadedFile("liste.csv", content)})

        assert stored() == [("K-7", "Kjøkkenbord", 1250, 0)]

    def test_a_workbook_is_read_and_its_rows_stay_for_the_import(self, purchaser):
        book = openpyxl.Workbook()
        book.active.append(["No.", "Description", "Cost"])
        book.active.append(["X-1", "Lamp", 12.35])
        stream = io.BytesIO()
        book.save(stream)
        upload = SimpleUploadedFile("list.xlsx", stream.getvalue())

        preview = purchaser.post(IMPORT, {"vendor": "V1", "file": upload, "_preview": "1"})
        text = preview.context["form"]["text"].value()
        purchaser.post(IMPORT, {"vendor": "V1", "text": text})

        assert stored() == [("X-1", "Lamp", Decimal("12.35"), 0)]

    def test_a_broken_workbook_is_refused(self, purchaser):
        answer = purchaser.post(IMPORT, {"vendor": "V1", "file": SimpleUploadedFile("list.xlsx", b"PK no zip")})

        assert answer.status_code == 422
        assert "is not a workbook that can be read" in answer.content.decode()

    def test_a_clerk_may_not_import_and_sees_no_cost(self, client, books):
        article(books)
        client.force_login(factories.user("clerk"))

        assert client.get(IMPORT).status_code == 403
        page = client.get("/catalogue-items/")
        assert page.status_code == 200
        assert "unit_price" not in page.context["view"].columns
        assert client.get("/catalogue-items/?unit_price=20").context["ignored"] == ["unit_price"]


class TestMakingTheItem:
    def make(self, client, row, **data):
        return client.post(f"/catalogue-items/{row.pk}/make/", data)

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            (CatalogueNumbering.SERIES, "ITEM-00001"),
            (CatalogueNumbering.VENDOR_ITEM_NO, "A-1"),
            (CatalogueNumbering.VENDOR_AND_ITEM_NO, "V1-A-1"),
        ],
    )
    def test_the_number_follows_the_rule_of_the_setup(self, purchaser, books, template, rule, expected):
        InventorySetup.load()
        InventorySetup.objects.update(catalogue_numbering=rule)
        row = article(books, gtin="4006381333931")

        self.make(purchaser, row, template=template.pk)

        row.refresh_from_db()
        item = row.item
        assert (item.no, item.description, item.unit_price, item.unit_cost) == (expected, "Oak stool", 45, 20)
        assert (item.vendor, item.item_model_group) == (books.vendor, template.item_model_group)
        assert ItemReference.objects.get(item=item).reference_no == "A-1"
        assert Barcode.objects.get(item=item).symbology == "ean13"
        assert ChangeLog.objects.get(record_no=expected).reason == "From catalogue item A-1"

    def test_made_twice_it_is_one_item(self, purchaser, books, template):
        row = article(books)

        self.make(purchaser, row, template=template.pk)
        self.make(purchaser, row, template=template.pk)

        assert Item.objects.filter(description="Oak stool").count() == 1

    def test_without_a_template_what_is_missing_is_named(self, purchaser, books):
        row = article(books)

        answer = self.make(purchaser, row)

        assert answer.status_code == 422
        assert "The item needs: item model group" in answer.content.decode()
        assert not Item.objects.exists()
        assert CatalogueItem.objects.get().item is None

    def test_a_number_that_is_taken_is_refused(self, purchaser, books, template):
        InventorySetup.load()
        InventorySetup.objects.update(catalogue_numbering=CatalogueNumbering.VENDOR_ITEM_NO)
        factories.item("A-1")
        row = article(books)

        answer = self.make(purchaser, row, template=template.pk)

        assert answer.status_code == 422
        assert "Item A-1 exists already. Choose another number." in answer.content.decode()

    def test_on_a_sales_order_the_card_is_made_and_a_line_added(self, purchaser, books, template):
        order = factories.sales_order(factories.item("CHAIR"), quantity="1", location=books.locations["OSLO"])
        article(books)

        answer = purchaser.post(
            f"/sales/{order.no}/catalogue/", {"catalogue_item": "A-1", "quantity": "3", "template": template.pk}
        )

        assert answer.status_code == 302
        line = DocumentLine.objects.exclude(item__no="CHAIR").get()
        assert (line.document, line.item.description, line.quantity, line.unit_amount) == (order, "Oak stool", 3, 45)
        assert line.quantity_to_handle == 3
        assert "Sell a catalogue item" in purchaser.get(f"/sales/{order.no}/").content.decode()

    def test_a_number_that_two_vendors_use_is_asked_for_with_its_vendor(self, purchaser, books, template):
        order = factories.sales_order(factories.item("CHAIR"), quantity="1", location=books.locations["OSLO"])
        second = Vendor.objects.get(no="V1")
        second.pk, second.no = None, "V2"
        second.save()
        article(books)
        other = CatalogueItem.objects.create(vendor=second, vendor_item_no="A-1", description="Pine stool")
        path, more = f"/sales/{order.no}/catalogue/", {"quantity": "3", "template": template.pk}

        refused = purchaser.post(path, {"catalogue_item": "A-1", **more})
        taken = purchaser.post(path, {"catalogue_item": "v2 a-1", **more})

        assert "More than one vendor has A-1. Write V1 A-1, V2 A-1." in refused.content.decode()
        assert taken.status_code == 302
        other.refresh_from_db()
        assert DocumentLine.objects.get(item=other.item).quantity == 3

    def test_the_key_of_a_row_is_no_number(self, purchaser, books, template):
        order = factories.sales_order(factories.item("CHAIR"), quantity="1", location=books.locations["OSLO"])
        row = article(books)

        answer = purchaser.post(
            f"/sales/{order.no}/catalogue/", {"catalogue_item": row.pk, "quantity": "3", "template": template.pk}
        )

        assert answer.status_code == 422

    def test_whoever_makes_no_items_sells_none_from_the_catalogue(self, client, books):
        order = factories.sales_order(factories.item("CHAIR"), quantity="1")
        client.force_login(factories.user("clerk"))

        assert client.get(f"/sales/{order.no}/catalogue/").status_code == 403
