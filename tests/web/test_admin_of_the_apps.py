"""Django admin of inventory, ledger and costing: setup can be edited by an administrator, ledgers only be read."""

from datetime import date

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import TestCase
from django.urls import reverse

from config.base import capabilities
from config.base.models import ChangeLog
from costing.company import CompanyOptions, create_standard_company
from inventory.models import InventorySetup, Item, ItemCategory, Vendor
from ledger.models import GLAccount

APPS = ("inventory", "ledger", "costing")
MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label in APPS), key=lambda m: m._meta.label_lower
)
READ_ONLY = [model for model in MODELS if getattr(admin.site._registry[model], "read_only", False)]
EDITABLE = [model for model in MODELS if model not in READ_ONLY]


def label(model):
    return model._meta.label_lower


def url(model, page, *arguments):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


@pytest.fixture
def company(db):
    return create_standard_company(CompanyOptions(starting_date=date(2026, 1, 1)))


@pytest.fixture
def administrator(db, client):
    capabilities.seed()
    user = User.objects.create_user("boss", is_staff=True)
    user.groups.add(Group.objects.get(name=capabilities.ADMINISTRATOR))
    client.force_login(user)
    return user


class EveryPageTests(TestCase):
    """One company for all pages: whoever may see everything opens each of them once."""

    @classmethod
    def setUpTestData(cls):
        create_standard_company(CompanyOptions(starting_date=date(2026, 1, 1)))
        cls.root = User.objects.create_superuser("root")

    def setUp(self):
        self.client.force_login(self.root)

    def test_every_list_opens_and_is_searched(self):
        for model in MODELS:
            with self.subTest(model=label(model)):
                assert self.client.get(url(model, "changelist"), {"q": "1"}).status_code == 200

    def test_every_list_but_those_of_one_row_can_be_searched(self):
        for model in MODELS:
            model_admin = admin.site._registry[model]
            with self.subTest(model=label(model)):
                assert bool(model_admin.search_fields) != getattr(model_admin, "single_row", False)

    def test_every_setup_can_be_added_and_changed(self):
        for model in EDITABLE:
            row = model._default_manager.first()
            single = getattr(admin.site._registry[model], "single_row", False)
            with self.subTest(model=label(model)):
                assert self.client.get(url(model, "add")).status_code == (403 if single and row else 200)
                if row is not None:
                    assert self.client.get(url(model, "change", row.pk)).status_code == 200

    def test_no_ledger_can_be_added_to(self):
        for model in READ_ONLY:
            with self.subTest(model=label(model)):
                assert self.client.get(url(model, "add")).status_code == 403


class TestAnAdministrator:
    def test_edits_setup_but_sees_no_value(self, company, administrator, client):
        assert client.get(url(GLAccount, "changelist")).status_code == 200
        for name in ("valueentry", "itemcoststate"):
            assert client.get(reverse(f"admin:costing_{name}_changelist")).status_code == 403

    def test_sees_no_cost_on_an_item(self, company, administrator, client):
        item = make_item(company)

        page = client.get(url(Item, "change", item.pk))

        assert page.status_code == 200
        assert b"unit_cost" not in page.content
        assert b"987.65" not in page.content
        assert b"987.65" not in client.get(url(Item, "changelist")).content

    def test_leaves_a_trace_of_each_change(self, company, administrator, client):
        category = ItemCategory.objects.create(code="TOYS", name="Toys")

        answer = client.post(url(ItemCategory, "change", category.pk), {"code": "TOYS", "name": "Games", "parent": ""})

        assert answer.status_code == 302
        logged = ChangeLog.objects.get(model_label="inventory.itemcategory", record_no="TOYS")
        assert (logged.user, logged.changes) == (administrator, {"name": ["Toys", "Games"]})

    def test_keeps_the_sort_key_in_step(self, company, administrator, client):
        group = company.gen_bus_posting_groups["DOMESTIC"]
        fields = {"no": "V9", "name": "Ærlig AS", "gen_bus_posting_group": group.pk, "country": "", "address": ""}

        answer = client.post(url(Vendor, "add"), fields | {"location": ""})

        assert answer.status_code == 302
        assert Vendor.objects.get(no="V9").sort_key == "zzzarlig as"

    def test_changes_the_setup_with_the_books_to_itself(self, company, administrator, client):
        setup = InventorySetup.load()
        fields = {
            field.name: getattr(setup, field.attname) or ""
            for field in setup._meta.concrete_fields
            if field.name not in ("id", "location_mandatory", "prevent_negative_inventory")
        }

        answer = client.post(url(InventorySetup, "change", 1), fields | {"location_mandatory": "on"})

        assert answer.status_code == 302
        assert InventorySetup.load().location_mandatory
        assert ChangeLog.objects.get(model_label="inventory.inventorysetup").changes == {
            "location_mandatory": [False, True]
        }


def make_item(company):
    return Item.objects.create(
        no="CHAIR",
        description="Chair",
        item_model_group=company.item_model_groups["FIFO"],
        inventory_posting_group=company.inventory_posting_groups["RESALE"],
        gen_prod_posting_group=company.gen_prod_posting_groups["RETAIL"],
        base_unit_of_measure=company.units["PCS"],
        unit_cost="987.65",
    )
