"""History, notes and files on every card: a change stands there however it was made."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import reverse

from config.base import changelog, record_kinds
from config.base.models import Attachment, ChangeLog, Note
from config.base.record_kinds import kinds
from config.base.views.actions import KEY_NAME
from costing.models import GeneralPostingSetup, InventoryPostingSetup
from inventory.models import CatalogueItem, CountingPeriod, ItemCharge, PostedDocument, PriceListLine
from ledger.models import GLAccount
from tests import factories
from tests.web.one_of_each import one_of_each

pytestmark = pytest.mark.django_db

# Each record, the field of its form that is changed, and to what.
ON_PAGES = {
    "inventory.item": (lambda world: world.chair, "description", "Chair of pine"),
    "inventory.itemcategory": (lambda world: world.category, "name", "Things to sit on"),
    "inventory.itemattribute": (lambda world: world.attribute, "name", "Hue"),
    "inventory.itemtemplate": (lambda world: world.template, "name", "Goods to sell"),
    "inventory.unitofmeasure": (lambda world: world.box, "name", "Carton"),
    "inventory.catalogueitem": (lambda world: world.article, "description", "Stool, high"),
    "inventory.stockkeepingunit": (lambda world: world.sku, "reorder_point", "7.5"),
    "inventory.location": (lambda world: world.locations["OSLO"], "name", "Oslo harbour"),
    "inventory.responsibilitycentre": (lambda world: world.centre, "name", "The north"),
    "inventory.itemcharge": (lambda world: ItemCharge.objects.get(code="FREIGHT"), "name", "Freight by sea"),
    "inventory.vendor": (lambda world: world.vendor, "name", "Vendor & Sons"),
    "inventory.customer": (lambda world: world.customer, "name", "Customer & Sons"),
    "inventory.document": (lambda world: world.sale, "external_document_no", "THEIRS-7"),
    "inventory.transferorder": (lambda world: world.transfer, "expected_date", "2026-04-01"),
    "inventory.pricelistline": (lambda world: PriceListLine.objects.first(), "minimum_quantity", "7.5"),
    "inventory.countingperiod": (lambda world: CountingPeriod.objects.get(), "name", "Once a year"),
}
# What has a card, and no form of its own.
NO_FORM = {
    "inventory.posteddocument": lambda world: world.posted("purchase_receipt"),
    "inventory.count": lambda world: world.count,
    "ledger.glaccount": lambda world: world.rent,
}


@pytest.fixture
def world(shop, settings, tmp_path, no_broker):
    settings.MEDIA_ROOT = tmp_path
    return one_of_each(shop)


@pytest.fixture
def boss(client, world):
    """Somebody who may everything."""
    user = factories.user("lead")
    User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    client.force_login(User.objects.get(pk=user.pk))
    return client


def edit_url(record):
    if record._meta.model_name == "document":
        return reverse("inventory:sale_update", args=[record.no])
    kind = kinds()[record._meta.label_lower]
    name = kind.url_name.replace("_detail", "_update")
    return reverse(name, args=[getattr(record, kind.key)])


def change(client, record, field, value):
    """Send the form of a record as its page gives it, with one value changed."""
    url = edit_url(record)
    shown = client.get(url).context
    form = shown["form"]
    data = {name: form[name].value() for name in form.fields}
    sent = {name: text for name, text in data.items() if text not in (None, False)} | {field: value}
    sent[shown["lock_name"]] = shown["lock_value"]
    return client.post(url, sent)


def test_every_kind_is_tried_here():
    assert set(kinds()) == {*ON_PAGES, *NO_FORM}


@pytest.mark.parametrize("label", ON_PAGES)
def test_shows_what_was_changed_on_its_page(boss, world, label):
    find, field, value = ON_PAGES[label]
    record = find(world)

    answer = change(boss, record, field, value)

    assert answer.status_code == 302, answer.context["form"].errors
    html = boss.get(history_url(record)).content.decode()
    assert factories.user("lead").username in html
    assert value.replace("&", "&amp;") in html


def history_url(record):
    if record._meta.label_lower == "inventory.item":
        return reverse("inventory:item_history", args=[record.no])
    return record_kinds.page_of(record, "history")


@pytest.mark.parametrize("label", [*ON_PAGES, *NO_FORM])
def test_shows_what_was_changed_in_django_admin(boss, world, label):
    record = ON_PAGES[label][0](world) if label in ON_PAGES else NO_FORM[label](world)
    shown = admin.site._registry.get(type(record))
    if shown is None or not shown.has_change_permission(_request(boss)):
        pytest.skip("Django admin changes none of these")
    _find, field, value = ON_PAGES.get(label, (None, "name", "By admin"))
    setattr(record, field, value)

    shown.save_model(_request(boss), record, None, change=True)

    html = boss.get(history_url(record)).content.decode()
    assert ChangeLog.objects.latest("pk").origin == "admin"
    assert value.replace("&", "&amp;") in html


def _request(client):
    request = RequestFactory().post("/admin/")
    request.user = User.objects.get(pk=client.session["_auth_user_id"])
    return request


@pytest.mark.parametrize("label", [*ON_PAGES, *NO_FORM])
def test_takes_notes_and_files_and_its_card_leads_there(boss, world, label):
    record = ON_PAGES[label][0](world) if label in ON_PAGES else NO_FORM[label](world)
    if kinds()[label].own_pages:
        files = reverse("inventory:item_files", args=[record.no])
    else:
        files = record_kinds.page_of(record, "files")

    boss.post(files, {"note": "Look at this"})
    boss.post(files, {"file": SimpleUploadedFile("paper.txt", b"text")})

    about = {"model_label": label, "record_no": changelog.record_no(record)}
    assert Note.objects.filter(**about, text="Look at this").count() == 1
    kept = Attachment.objects.get(**about, name="paper.txt")
    html = boss.get(files).content.decode()
    assert "Look at this" in html
    assert boss.get(f"{files}{kept.pk}/").getvalue() == b"text"
    card = boss.get(kinds()[label].url(record)).content.decode()
    assert "History" in card
    assert "Notes and files" in card


class TestLines:
    def test_of_an_order_stand_in_its_history(self, boss, world):
        line = world.sale.lines.order_by("line_no").first()
        url = f"/sales/{world.sale.no}/lines/{line.pk}/"
        row = boss.get(url, headers={"HX-Request": "true"})
        grid = row.context["grid"] if row.context and "grid" in row.context else None
        form = next(each.form for each in grid.rows if each.line.pk == line.pk)
        sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}

        answer = boss.post(url, sent | {"quantity": "7"}, headers={"HX-Request": "true"})

        assert answer.status_code == 200
        html = boss.get(history_url(world.sale)).content.decode()
        assert f"Line {line.line_no}, quantity" in html
        assert "7" in ChangeLog.objects.latest("pk").changes[f"line {line.line_no} quantity"]

    def test_that_are_deleted_stand_there_too(self, boss, world):
        line = factories.document_line(world.sale, item=world.chair, quantity="2", location=world.locations["OSLO"])

        boss.post(f"/sales/{world.sale.no}/lines/{line.pk}/delete/", headers={"HX-Request": "true"})

        assert ChangeLog.objects.latest("pk").changes[f"line {line.line_no} quantity"] == ["2", None]

    def test_prices_of_purchases_are_left_out_for_who_may_not_see_cost(self, boss, world, client):
        ChangeLog.objects.create(
            model_label="inventory.document",
            record_no=world.purchase.no,
            action="change",
            changes={"line 10000 unit_amount": ["77.5", "88.5"], "line 10000 quantity": ["1", "2"]},
        )
        url = history_url(world.purchase)

        assert "88.5" in boss.get(url).content.decode()
        client.force_login(factories.user("clerk"))
        html = client.get(url).content.decode()
        assert "quantity" in html
        assert "88.5" not in html


def test_an_order_that_is_deleted_stays_in_the_audit_trail(boss, world):
    order = factories.sales_order(world.chair, quantity="1", location=world.locations["OSLO"])

    boss.post(f"/sales/{order.no}/delete/", {KEY_NAME: "x"})

    assert ChangeLog.objects.filter(model_label="inventory.document", record_no=order.no, action="delete").exists()


def test_an_imported_catalogue_is_logged_row_by_row(boss, world):
    text = "vendor item no.\tdescription\tunit price\nA-1\tStool\t12\nA-2\tBench\t30\n"
    boss.post("/catalogue-items/import/", {"vendor": world.vendor.no, "text": text, KEY_NAME: "x"})

    new = CatalogueItem.objects.get(vendor_item_no="A-2")
    assert ChangeLog.objects.filter(record_no=str(new.pk), action="add", origin="import").exists()
    changed = ChangeLog.objects.get(
        model_label="inventory.catalogueitem", record_no=str(world.article.pk), action="change", origin="import"
    )
    assert changed.changes["sales_price"][1] == "12"


@pytest.mark.parametrize("model", [GeneralPostingSetup, InventoryPostingSetup, GLAccount, User])
def test_what_is_kept_in_django_admin_has_its_history_in_the_audit_trail(boss, world, model):
    record = model.objects.order_by("pk").first()
    ChangeLog.objects.create(
        model_label=model._meta.label_lower,
        record_no=changelog.record_no(record),
        action="change",
        changes={"blocked": [False, True]},
        reason="Tried here",
    )
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_history", args=[record.pk])

    html = boss.get(url, follow=True).content.decode()

    assert "Tried here" in html


def test_somebody_who_sees_no_record_sees_no_history_of_it(client, world):
    client.force_login(factories.user("clerk"))

    assert client.get(record_kinds.page_of(world.centre, "history")).status_code == 403
    assert client.get("/records/inventory.vendor/NOBODY/history/").status_code == 404
    assert client.get("/records/auth.user/1/history/").status_code == 404
    assert client.post(record_kinds.page_of(world.vendor, "files"), {"note": "x"}).status_code == 403


def test_a_posted_document_is_not_mixed_up_with_another_of_its_number(boss, world):
    receipt = world.posted("purchase_receipt")
    twin = PostedDocument.objects.exclude(type=receipt.type).first()
    assert changelog.record_no(receipt) == f"purchase_receipt {receipt.no}" != changelog.record_no(twin)
