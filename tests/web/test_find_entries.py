"""Find entries: every count is what its list shows, and only what the user may see."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from costing.posting.capacity import Work
from costing.posting.journals import post_count
from costing.posting.production import post_production
from inventory.enums import OrderType
from inventory.models import (
    Count,
    CountLine,
    Item,
    ItemLedgerEntry,
    OrderHeader,
    PhysicalInventoryLedgerEntry,
    PostedDocument,
)
from inventory.orders import create_order
from ledger.models import GLTransaction
from tests import factories
from tests.web.costing_books import DAY, dearer_chairs, post, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def books():
    return dearer_chairs()


def find(client, **criteria):
    page = client.get(reverse("costing:find_entries"), criteria)
    assert page.status_code == 200
    return {str(row.label): row for _title, rows in page.context["groups"] for row in rows}


def counts(client, **criteria):
    return {label: row.count for label, row in find(client, **criteria).items()}


class TestWhatIsFound:
    def test_by_document_number(self, client, books):
        sign_in(client, "controller")

        shipment, invoice = (
            PostedDocument.objects.get(type=kind, order_no=books.sale.no).no
            for kind in ("sales_shipment", "sales_invoice")
        )
        assert counts(client, document_no=shipment) == {
            "Sales shipments": 1,
            "Item ledger entries": 1,
            "Application entries": 1,
        }
        assert counts(client, document_no=invoice) == {
            "Sales invoices": 1,
            "Value entries": 1,
            "Vouchers": 1,
            "G/L entries": 2,
        }

    def test_by_order_number(self, client, books):
        sign_in(client, "controller")

        found = counts(client, document_no=books.purchase.no)

        assert found["Purchase orders"] == 1
        assert found["Purchase receipts of the order"] == 1
        assert found["Purchase invoices of the order"] == 1
        assert found["Value entries of the order"] == 2

    def test_by_partner_and_date(self, client, books):
        sign_in(client, "controller")

        found = counts(client, partner="V1", posting_date="2026-03-02")

        assert (found["Purchase receipts"], found["Item ledger entries"], found["Value entries"]) == (1, 1, 1)
        assert "Sales shipments" not in found
        assert not [label for label in found if "of the order" in label]
        assert "G/L entries" not in found  # the ledger knows no partner

    def test_by_lot_and_serial_number(self, client, books):
        sign_in(client, "controller")

        assert counts(client, lot_no="LOT-1") == {}
        assert (
            "Nothing of that is found" in client.get(reverse("costing:find_entries"), {"lot_no": "X"}).content.decode()
        )

    def test_work_of_an_order_with_its_cost(self, client, books):
        sign_in(client, "controller")
        header = OrderHeader(type=OrderType.PRODUCTION, item=factories.item("TABLE"), quantity=1, order_date=DAY)
        order = create_order(header)
        post_production(order_id=order.pk, posting_date=DAY, works=[Work(amount=Decimal(8))], user_id=None)

        found = find(client, document_no=order.no)

        row = found["Capacity ledger entries of the order"]
        assert (row.count, found["Value entries of the order"].count) == (1, 1)
        page = client.get(row.url)
        assert [(entry.cost, entry.item.no) for entry in page.context["table"].data] == [(8, "TABLE")]
        assert "capacity_ledger_entry=" in page.content.decode()

    def test_what_was_counted_with_the_difference(self, client, books):
        sign_in(client, "controller")
        count = Count.objects.create(no="COUNT-1", posting_date=DAY)
        CountLine.objects.create(
            count=count,
            line_no=1,
            item=Item.objects.get(no="CHAIR"),
            quantity_calculated=Decimal(6),
            quantity_counted=Decimal(5),
        )
        post_count(count_id=count.pk, user_id=None)
        posted = PhysicalInventoryLedgerEntry.objects.get()

        row = find(client, document_no=posted.document_no)["Physical inventory ledger entries"]

        assert row.count == 1
        assert [entry.difference for entry in client.get(row.url).context["table"].data] == [-1]

    def test_nothing_asked_shows_what_to_enter(self, client, books):
        sign_in(client)

        assert "Enter a document number" in client.get(reverse("costing:find_entries")).content.decode()

    def test_a_date_that_cannot_be_read_is_said_so(self, client, books):
        sign_in(client)

        page = client.get(reverse("costing:find_entries"), {"posting_date": "soon"})

        assert page.context["form"].errors["posting_date"]
        assert page.context["groups"] == []


class TestLinks:
    @pytest.mark.parametrize("criteria", [{"partner": "V1"}, {"posting_date": "2026-03-02..2026-03-04"}])
    def test_lead_to_lists_that_show_exactly_what_was_counted(self, client, books, criteria):
        sign_in(client, "controller")
        found = find(client, **criteria)

        assert len(found) > 4
        for row in found.values():
            page = client.get(row.url)
            assert page.context["count"] == row.count
            assert not page.context["ignored"]

    def test_stand_on_documents_entries_and_vouchers(self, client, books):
        sign_in(client, "controller")
        shipment = PostedDocument.objects.get(type="sales_shipment")
        entry = ItemLedgerEntry.objects.get(document_no=shipment.no)
        pages = [
            reverse("inventory:salesshipment_detail", args=[shipment.no]),
            reverse("inventory:itemledgerentry_detail", args=[entry.pk]),
            reverse("costing:valueentry_detail", args=[entry.value_entries.first().pk]),
            reverse("ledger:voucher_detail", args=[GLTransaction.objects.first().pk]),
        ]

        for url in pages:
            assert "/find-entries/?document_no=" in client.get(url).content.decode()


class TestWhoSeesWhat:
    def test_clerk_sees_no_cost_and_no_ledger(self, client, books):
        sign_in(client, "clerk")

        found = find(client, posting_date="2026-03-02..2026-03-04")

        assert "Item ledger entries" in found
        assert not {"Value entries", "G/L entries", "Vouchers"} & set(found)

    def test_is_refused_without_any_of_the_rights(self, client, books):
        user = sign_in(client, "clerk")
        user.groups.clear()

        assert client.get(reverse("costing:find_entries")).status_code == 403


def test_queries_do_not_grow_with_what_is_found(client, books):
    sign_in(client, "controller")
    find(client, posting_date="..2026-12-31")
    numbers = []
    for more in (1, 5):
        for _each in range(more):
            post(factories.sales_order(books.chair, quantity="0.1", location=books.locations["OSLO"]))
        with CaptureQueriesContext(connection) as queries:
            find(client, posting_date="..2026-12-31")
        numbers.append(len(queries))

    assert numbers[0] == numbers[1]
    assert numbers[0] <= 30
