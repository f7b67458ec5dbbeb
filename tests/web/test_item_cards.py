"""The item card and the pages below it: figures that drill, units, barcodes, references, variants, files, history."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.models import Attachment, ChangeLog, Note
from inventory import barcodes
from inventory.models import (
    Barcode,
    Item,
    ItemReference,
    ItemTemplate,
    ItemUnitOfMeasure,
    UnitOfMeasure,
    Variant,
)
from inventory.units import Conversion
from tests import factories
from tests.web import item_shop

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
def purchaser(client, db):
    factories.company()
    client.force_login(factories.user("purchaser"))
    return client


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def figures(page):
    return {str(figure.label): figure.value for figure in page.context["figures"]}


class TestCard:
    def test_shows_stock_cost_and_value_with_the_entries_behind_them(self, client, shop, sign_in):
        sign_in("auditor")

        card = client.get("/items/CHAIR/")

        # 10 received at 20.00, 4 of them sold; 1 still to ship.
        assert figures(card) == {
            "On hand": 6,
            "Available": 5,
            "On sales orders": 1,
            "On purchase orders": 0,
            "Unit cost": 20,
        }
        strip = client.get(card.context["figures_urls"][0].url)
        # The company posts each cost to the general ledger at once.
        assert figures(strip) == {"Value": Decimal(120), "Not posted to G/L": Decimal(0)}
        on_hand = next(figure for figure in card.context["figures"] if figure.label == "On hand")
        assert client.get(on_hand.url).context["view"].totals_found.sums["remaining_quantity"] == 6
        value = strip.context["figures"][0]
        sums = client.get(value.url).context["view"].totals_found.sums
        assert sums["cost_amount_actual"] + sums["cost_amount_expected"] == 120

    def test_every_fact_and_tab_opens(self, client, shop, sign_in):
        sign_in("auditor")
        card = client.get("/items/CHAIR/")

        for part in (*card.context["facts"], *card.context["related"], *card.context["figures_urls"]):
            assert client.get(part.url, headers=HTMX).status_code == 200, part.url

    def test_the_fact_of_open_orders_names_what_is_to_come_and_to_go(self, client, shop, sign_in):
        sign_in("clerk")

        fields = client.get("/items/CHAIR/orders/").context["fields"]

        assert [(field.label, field.value) for field in fields] == [(shop.sale.no, 1)]

    def test_a_clerk_sees_no_cost_anywhere_on_the_card(self, client, shop, sign_in):
        sign_in("clerk")

        card = client.get("/items/CHAIR/")

        assert "Unit cost" not in figures(card)
        assert card.context["figures_urls"] == []
        assert "Cost trend" not in [fact.title for fact in card.context["facts"]]
        assert client.get("/costing/items/CHAIR/figures/").status_code == 403
        assert client.get("/costing/items/CHAIR/trend/").status_code == 403

    def test_takes_a_bounded_number_of_queries(self, client, shop, sign_in):
        sign_in("auditor")
        client.get("/items/CHAIR/")
        item = shop.chair
        Variant.objects.bulk_create(Variant(item=item, code=f"V{index}") for index in range(40))
        Barcode.objects.bulk_create(Barcode(item=item, code=f"B{index}") for index in range(40))

        with CaptureQueriesContext(connection) as captured:
            client.get("/items/CHAIR/")

        assert len(captured) <= 20

    def test_attributes_link_to_the_items_with_the_same_value(self, purchaser):
        shop = item_shop.make()

        sections = {section.key: section for section in purchaser.get("/items/STOOL/").context["sections"]}

        colour = next(field for field in sections["attributes"].fields if field.label == "Colour")
        assert (colour.value, colour.hint) == ("Black", "from SEATS")
        assert item_shop.numbers(purchaser.get(colour.url)) == [shop.stool.no]
        assert str(sections["attributes"].title) == "Attributes (2)"


class TestUnits:
    @pytest.fixture
    def chair(self, purchaser):
        UnitOfMeasure.objects.create(code="BOX")
        return factories.item("CHAIR")

    def test_a_unit_is_added_in_the_grid_and_logged(self, purchaser, chair):
        data = {"unit_of_measure": "BOX", "quantity_per": "12", "rounding_precision": "1"}

        answer = purchaser.post("/items/CHAIR/units/lines/", data, headers=HTMX)

        assert answer.status_code == 200
        unit = ItemUnitOfMeasure.objects.get()
        assert (unit.quantity_per, unit.rounding_precision, unit.in_words) == (12, 1, "1 BOX = 12 PCS")
        change = ChangeLog.objects.get(record_no="CHAIR")
        assert change.changes == {f"unit {unit.pk}": [None, "BOX; 12; 1"]}

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({"unit_of_measure": "PCS", "quantity_per": "1"}, "PCS is the base unit of the item: it holds 1."),
            ({"unit_of_measure": "BOX", "quantity_per": "0"}, "A unit holds more than 0 base units."),
            ({"unit_of_measure": "CRATE", "quantity_per": "4"}, "“CRATE” is not known here."),
        ],
    )
    def test_what_is_no_unit_is_refused(self, purchaser, chair, data, message):
        answer = purchaser.post("/items/CHAIR/units/lines/", data, headers=HTMX)

        assert answer.status_code == 422
        assert message in answer.content.decode()
        assert not ItemUnitOfMeasure.objects.exists()

    def test_quantities_convert_and_round_as_the_unit_says(self):
        box = Conversion(Decimal(12), Decimal(1))

        assert box.from_base(Decimal(30)) == 3  # 2.5 boxes
        assert box.to_base(Decimal(3)) == 36
        assert Conversion(Decimal(12)).from_base(Decimal(30)) == Decimal("2.5")
        assert Conversion(Decimal(3)).from_base(Decimal(1)) == Decimal("0.33333")


class TestBarcodes:
    def test_the_check_digit_is_checked(self, purchaser):
        factories.item("CHAIR")

        wrong = purchaser.post(
            "/items/CHAIR/barcodes/lines/", {"code": "4006381333930", "symbology": "ean13"}, headers=HTMX
        )
        assert wrong.status_code == 422
        assert "The last digit of 4006381333930 is a check digit and would be 1." in wrong.content.decode()

        right = purchaser.post(
            "/items/CHAIR/barcodes/lines/", {"code": "4006381333931", "symbology": "ean13"}, headers=HTMX
        )
        assert right.status_code == 200
        assert Barcode.objects.get().symbology == "ean13"
        assert item_shop.numbers(purchaser.get("/items/?code=4006381333931")) == ["CHAIR"]

    def test_a_code_is_that_of_one_item(self, purchaser):
        factories.item("CHAIR")
        Barcode.objects.create(item=factories.item("TABLE"), code="T-1")

        answer = purchaser.post("/items/CHAIR/barcodes/lines/", {"code": "T-1", "symbology": "code128"}, headers=HTMX)

        assert answer.status_code == 422
        assert "T-1 is the barcode of TABLE already." in answer.content.decode()

    @pytest.mark.parametrize(
        ("code", "symbology"),
        [("4006381333931", "ean13"), ("73513537", "ean8"), ("036000291452", "upca"), ("4006381333930", "code128")],
    )
    def test_a_code_is_recognised(self, code, symbology):
        assert barcodes.symbology_of(code) == symbology


class TestReferencesAndVariants:
    def test_a_reference_belongs_to_a_vendor_or_a_customer_and_finds_the_item(self, purchaser):
        factories.item("CHAIR")
        both = {"reference_no": "X-1", "vendor": "V1", "customer": "C1"}
        assert purchaser.post("/items/CHAIR/references/lines/", both, headers=HTMX).status_code == 422

        one = {"reference_no": "X-1", "vendor": "V1"}
        assert purchaser.post("/items/CHAIR/references/lines/", one, headers=HTMX).status_code == 200

        assert ItemReference.objects.get().vendor.no == "V1"
        assert item_shop.numbers(purchaser.get("/items/?code=X-1")) == ["CHAIR"]

    def test_a_variant_in_use_is_blocked_and_not_deleted(self, client, shop, sign_in):
        sign_in("purchaser")
        red = Variant.objects.create(item=shop.chair, code="RED")
        shop.sale.lines.update(variant=red)

        refused = client.post(f"/items/CHAIR/variants/lines/{red.pk}/delete/", headers=HTMX)

        assert refused.status_code == 422
        assert "RED is used by other records." in refused.content.decode()
        assert Variant.objects.filter(pk=red.pk).exists()


class TestFiles:
    @pytest.fixture(autouse=True)
    def chair(self, media, purchaser):
        return factories.item("CHAIR")

    def upload(self, client, name, content):
        return client.post("/items/CHAIR/files/", {"file": SimpleUploadedFile(name, content)})

    def test_a_picture_is_added_chosen_and_shown(self, purchaser):
        self.upload(purchaser, "chair.png", PNG)
        picture = Attachment.objects.get()

        purchaser.post("/items/CHAIR/files/", {"pick": picture.pk})

        assert Item.objects.get(no="CHAIR").picture_id == picture.pk
        answer = purchaser.get(f"/items/CHAIR/files/{picture.pk}/")
        assert b"".join(answer.streaming_content) == PNG
        assert answer.headers["Content-Type"] == "image/png"
        assert "Picture" in [fact.title for fact in purchaser.get("/items/CHAIR/").context["facts"]]

    def test_a_page_disguised_as_a_picture_is_only_handed_out(self, purchaser):
        self.upload(purchaser, "chair.png", b"<script>alert(1)</script>")
        disguised = Attachment.objects.get()

        answer = purchaser.get(f"/items/CHAIR/files/{disguised.pk}/")
        assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

        purchaser.post("/items/CHAIR/files/", {"pick": disguised.pk})
        assert Item.objects.get(no="CHAIR").picture_id is None

    def test_a_file_of_another_item_is_not_found_here(self, purchaser):
        factories.item("TABLE")
        self.upload(purchaser, "chair.png", PNG)

        assert purchaser.get(f"/items/TABLE/files/{Attachment.objects.get().pk}/").status_code == 404

    def test_an_empty_file_and_a_blank_note_are_refused(self, purchaser):
        self.upload(purchaser, "empty.txt", b"")
        purchaser.post("/items/CHAIR/files/", {"note": "  "})

        assert not Attachment.objects.exists()
        assert not Note.objects.exists()

    def test_a_note_stands_on_the_tab_and_a_clerk_adds_none(self, purchaser):
        purchaser.post("/items/CHAIR/files/", {"note": "Legs come apart"})
        assert "Legs come apart" in purchaser.get("/items/CHAIR/files/", headers=HTMX).content.decode()

        purchaser.force_login(factories.user("clerk"))
        assert purchaser.post("/items/CHAIR/files/", {"note": "No"}).status_code == 403
        assert Note.objects.count() == 1


class TestHistory:
    def test_says_what_changed_in_words_and_hides_cost_from_a_clerk(self, client, db):
        factories.company()
        factories.item("CHAIR")
        client.force_login(factories.user("purchaser"))
        ChangeLog.objects.create(
            model_label="inventory.item",
            record_no="CHAIR",
            action="change",
            changes={"standard_cost": ["11", "12.5"], "blocked": [False, True]},
            reason="Broken legs",
        )

        client.force_login(factories.user("auditor"))
        seen = client.get("/items/CHAIR/history/").content.decode()
        client.force_login(factories.user("clerk"))
        hidden = client.get("/items/CHAIR/history/").content.decode()
        client.force_login(factories.user("lead"))
        exported = b"".join(client.get("/items/CHAIR/history.csv").streaming_content).decode()

        assert "12.5" in seen
        assert "Broken legs" in hidden
        assert "12.5" not in hidden + exported
        assert "Blocked: No &gt; Yes" in exported or "Blocked: No > Yes" in exported


class TestCopyBlockTemplate:
    def test_a_copy_takes_along_what_is_asked_for(self, purchaser):
        shop = item_shop.make()
        box = UnitOfMeasure.objects.create(code="BOX")
        ItemUnitOfMeasure.objects.create(item=shop.chair, unit_of_measure=box, quantity_per=12)
        Variant.objects.create(item=shop.chair, code="RED")
        Barcode.objects.create(item=shop.chair, code="123")
        Item.objects.filter(pk=shop.chair.pk).update(unit_cost=20, last_direct_cost=20, standard_cost=18)

        data = {"no": "CHAIR2", "description": "Oak chair two", "units": "on", "attribute_values": "on"}
        answer = purchaser.post("/items/CHAIR/copy/", data)

        assert answer.status_code == 302
        copy = Item.objects.get(no="CHAIR2")
        assert (copy.description, copy.category, copy.unit_price) == ("Oak chair two", shop.seats, 45)
        assert (copy.unit_cost, copy.last_direct_cost, copy.standard_cost) == (0, 0, 0)
        assert [unit.quantity_per for unit in copy.units.all()] == [12]
        assert sorted(copy.attribute_values.values_list("value", flat=True)) == ["7.5", "White"]
        assert (copy.variants.count(), copy.barcodes.count()) == (0, 0)
        assert (shop.chair.units.count(), shop.chair.attribute_values.count()) == (1, 2)
        assert ChangeLog.objects.get(record_no="CHAIR2").reason == "Copy of CHAIR"

    def test_a_copy_under_a_number_that_exists_is_refused(self, purchaser):
        factories.item("CHAIR")

        answer = purchaser.post("/items/CHAIR/copy/", {"no": "CHAIR", "description": "Again"})

        assert answer.status_code == 422
        assert Item.objects.count() == 1

    def test_blocking_says_why_and_opens_again(self, purchaser):
        factories.item("CHAIR")

        purchaser.post("/items/CHAIR/block/", {"reason": "Broken legs"})
        assert Item.objects.get().blocked is True
        purchaser.post("/items/CHAIR/block/", {"reason": "Mended"})

        assert Item.objects.get().blocked is False
        logged = ChangeLog.objects.filter(record_no="CHAIR").order_by("pk")
        assert [(row.changes["blocked"], row.reason) for row in logged] == [
            ([False, True], "Broken legs"),
            ([True, False], "Mended"),
        ]

    def test_a_template_fills_in_the_form_and_names_the_series(self, purchaser):
        shop = item_shop.make()
        template = ItemTemplate.objects.create(
            code="CHAIRS",
            category=shop.seats,
            vendor=shop.books.vendor,
            item_model_group=shop.chair.item_model_group,
            gen_prod_posting_group=shop.chair.gen_prod_posting_group,
            inventory_posting_group=shop.chair.inventory_posting_group,
            base_unit_of_measure=shop.chair.base_unit_of_measure,
            lot_tracked=True,
        )

        chosen = purchaser.post("/items/from-template/", {"template": template.pk})
        assert chosen.url == "/items/new/?template=CHAIRS"
        form = purchaser.get(chosen.url).context["form"]

        assert form.fields["vendor"].prepare_value(form.initial["vendor"]) == "V1"
        assert form.initial["category"] == shop.seats
        assert form.initial["lot_tracked"] is True
