"""Loading the demo company into real books. A part of the sample is enough; `make run` and `make bench` load all."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from django.db.models import Sum
from django.test import TestCase

from config.base.errors import DomainError
from costing import adjustment, check_books, demo
from costing.company import CompanyOptions, create_standard_company
from costing.demo import orders
from costing.models import CostingSetup, ValueEntry, ValueEntryToPost
from inventory.models import Document, Item, ItemLedgerEntry, PostedDocument
from ledger.models import GLEntry

TODAY = date(2011, 3, 31)
LINES = 200


class TheLoadedCompanyTests(TestCase):
    """Loaded once for all that only look."""

    @classmethod
    def setUpTestData(cls):
        cls.loaded = demo.load(today=TODAY, limit=LINES)

    def test_has_every_sale_shipped_and_invoiced(self):
        sold = ItemLedgerEntry.objects.filter(entry_type="sale")

        assert (self.loaded.items, sold.count(), sold.filter(completely_invoiced=False).count()) == (181, LINES, 0)
        assert Document.objects.exclude(status="completed").count() == 0

    def test_has_books_in_order(self):
        assert check_books.breaches() == []
        assert ValueEntryToPost.objects.count() == 0
        assert GLEntry.objects.aggregate(total=Sum("amount"))["total"] == 0

    def test_has_the_inventory_account_equal_to_its_value_entries(self):
        account = GLEntry.objects.filter(gl_account__no="1410").aggregate(total=Sum("amount"))["total"]
        value = ValueEntry.objects.filter(inventoriable=True).aggregate(total=Sum("cost_amount_actual"))["total"]
        interim = GLEntry.objects.filter(gl_account__no="1411").aggregate(total=Sum("amount"))["total"]

        assert (account, interim) == (value, 0)

    def test_never_had_negative_stock(self):
        stock: dict[tuple[int, int], Decimal] = {}
        for item, location, quantity in (
            ItemLedgerEntry.objects.filter(item__type="inventory")
            .order_by("pk")
            .values_list("item_id", "location_id", "quantity")
        ):
            stock[item, location] = stock.get((item, location), Decimal(0)) + quantity
            assert stock[item, location] >= 0

    def test_is_adjusted_for_good(self):
        assert self.loaded.adjustment_entries > 0
        assert adjustment.adjust_cost(today=TODAY).entries == 0

    def test_has_the_setup_of_the_demo(self):
        setup = CostingSetup.at(TODAY)

        assert (setup.automatic_cost_posting, setup.expected_cost_posting, setup.average_cost_period) == (
            True,
            True,
            "day",
        )

    def test_has_its_people(self):
        users = {user.username: user for user in get_user_model().objects.all()}

        assert sorted(users) == ["accountant", "admin", "auditor", "clerk", "controller", "lead", "purchaser"]
        assert [group.name for group in users["purchaser"].groups.all()] == ["Purchaser / Sales"]
        assert (users["admin"].is_staff, users["admin"].is_superuser, users["clerk"].is_staff) == (True, False, False)
        assert users["clerk"].check_password("lagerbok")
        assert users["accountant"].has_perm("base.cost_view")
        assert not users["clerk"].has_perm("base.cost_view")
        assert authenticate(username="clerk", password="wrong") is None

    def test_is_not_loaded_twice(self):
        with pytest.raises(demo.NotEmpty):
            demo.load(today=TODAY, limit=LINES)
        out = StringIO()
        call_command("load_demo", "--if-empty", "--json", stdout=out)
        assert out.getvalue() == '{"loaded": false}\n'


@pytest.mark.django_db
class TestALoad:
    def test_goes_on_where_it_was_broken_off(self, monkeypatch):
        posted = []

        def lost(*arguments, **options):
            if len(posted) == 2:
                raise DomainError("the power is gone")
            posted.append(arguments)
            return invoice(*arguments, **options)

        invoice = orders.invoice_purchase
        with monkeypatch.context() as patch:
            patch.setattr(orders, "invoice_purchase", lost)
            with pytest.raises(DomainError):
                demo.load(today=TODAY, limit=60)
        before = PostedDocument.objects.count()

        demo.load(today=TODAY, limit=60)

        assert demo.is_loaded()
        assert PostedDocument.objects.count() > before > 0
        assert ItemLedgerEntry.objects.filter(entry_type="sale").count() == 60
        assert check_books.breaches() == []

    def test_keeps_out_of_other_books(self):
        own = make_item()

        with pytest.raises(demo.NotEmpty):
            demo.load(today=TODAY, limit=5)

        assert list(Item.objects.all()) == [own]


def make_item():
    made = create_standard_company(CompanyOptions(starting_date=date(2026, 1, 1)))
    return Item.objects.create(
        no="OWN",
        description="Own",
        item_model_group=made.item_model_groups["FIFO"],
        inventory_posting_group=made.inventory_posting_groups["RESALE"],
        gen_prod_posting_group=made.gen_prod_posting_groups["RETAIL"],
        base_unit_of_measure=made.units["PCS"],
    )
