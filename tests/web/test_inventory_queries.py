"""Pages and postings take as many queries for many rows as for few."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from costing.posting import documents as document_posting
from costing.posting import journals as journal_posting
from inventory.enums import DocumentKind, JournalLineKind
from inventory.models import Document, DocumentLine, Item, ItemJournalLine, Location, Vendor
from inventory.sorting import sort_key
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
FEW, MANY = 25, 250


def queries(act, *args, **kwargs):
    """How many queries a call takes."""
    with CaptureQueriesContext(connection) as captured:
        act(*args, **kwargs)
    return len(captured)


def read(client, url):
    return b"".join(client.get(url).streaming_content)


def make_items(count, start=0):
    like = factories.item(f"LIKE{start}")
    numbers = [f"I{start + index:05d}" for index in range(count)]
    columns = {
        field.attname: getattr(like, field.attname)
        for field in Item._meta.concrete_fields
        if field.attname not in ("id", "no", "description", "sort_key", "created_at", "updated_at")
    }
    Item.objects.bulk_create([Item(no=no, description=no, sort_key=sort_key(no), **columns) for no in numbers])
    return list(Item.objects.filter(no__in=numbers).order_by("no"))


def make_order(items, *, kind=DocumentKind.PURCHASE_ORDER, location=None, **partner):
    order = factories.document(kind=kind, location=location, **partner)
    DocumentLine.objects.bulk_create(
        DocumentLine(
            document=order,
            line_no=10_000 * index,
            item=item,
            location=location,
            unit_of_measure_id=item.base_unit_of_measure_id,
            description=item.description,
            quantity=Decimal(5),
            unit_amount=Decimal("2.50"),
            quantity_to_handle=Decimal(5),
            quantity_to_invoice=Decimal(5),
        )
        for index, item in enumerate(items, start=1)
    )
    return order


def post(order):
    return document_posting.post_document(
        document_id=order.pk, posting_date=TODAY, handle=True, invoice=True, user_id=None
    )


class TestLists:
    """A list of 250 rows takes as many queries as one of 25."""

    NAMES = (
        "item_list",
        "itemledgerentry_list",
        "itemapplicationentry_list",
        "orderline_list",
        "postedline_list",
        "availability",
        "purchase_list",
        "purchasereceipt_list",
        "purchaseinvoice_list",
        "vendor_list",
        "location_list",
        "itemcategory_list",
        "transfer_list",
        "count_list",
        "countsheet_list",
        "countplan",
        "countingperiod_list",
        "availability_list",
    )

    @pytest.fixture
    def many(self):
        """260 items in stock, 260 orders, 260 partners."""
        books = factories.company(locations=["OSLO"])
        items = make_items(MANY + 10)
        posted = make_order(items, vendor=books.vendor, location=books.locations["OSLO"])
        post(posted)
        Document.objects.bulk_create(
            Document(kind="purchase_order", no=f"P{index:04d}", vendor=books.vendor, order_date=TODAY)
            for index in range(MANY + 10)
        )
        make_order(items, vendor=books.vendor, location=books.locations["OSLO"])
        Vendor.objects.bulk_create(
            Vendor(no=f"X{index:04d}", name="Partner", gen_bus_posting_group_id=books.vendor.gen_bus_posting_group_id)
            for index in range(MANY + 10)
        )
        Location.objects.bulk_create(Location(code=f"L{index:04d}") for index in range(MANY + 10))
        return books

    def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(self, client, many):
        client.force_login(factories.user("auditor"))

        for name in self.NAMES:
            url = reverse(f"inventory:{name}")
            client.get(url, {"per_page": FEW})
            every_column = ",".join(client.get(url).context["view"].columns)
            few = queries(client.get, url, {"per_page": FEW, "columns": every_column})
            many_rows = queries(client.get, url, {"per_page": MANY, "columns": every_column})
            assert few == many_rows, name
            assert few <= 16, (name, few)

    def test_an_export_reads_the_rows_at_once(self, client, many):
        client.force_login(factories.user("auditor"))

        for name in ("item_list", "itemledgerentry_list", "orderline_list"):
            url = f"{reverse(f'inventory:{name}').rstrip('/')}.csv"
            assert queries(read, client, url) <= 16, name


class TestDocumentPage:
    """The page of an order of 200 lines takes as many queries as one of 20."""

    @pytest.mark.parametrize("username", ["purchaser", "clerk", "auditor"])
    def test_purchase_order(self, client, username):
        books = factories.company(locations=["OSLO"])
        items = make_items(200)
        oslo = books.locations["OSLO"]
        short = make_order(items[:20], vendor=books.vendor, location=oslo)
        long = make_order(items, vendor=books.vendor, location=oslo)
        client.force_login(factories.user(username))
        for order in (short, long):  # Both are among the recent pages now: each visit moves one to the top.
            client.get(f"/purchases/{order.no}/")

        few = queries(client.get, f"/purchases/{short.no}/")
        many = queries(client.get, f"/purchases/{long.no}/")

        assert few == many
        assert few <= 30


class TestPosting:
    """A document of 200 lines is posted in as many queries as one of 20."""

    @pytest.mark.parametrize("method", ["fifo", "average"])
    def test_purchase_and_sale(self, method):
        books = factories.company(locations=["OSLO"], expected_cost_posting=True)
        oslo = books.locations["OSLO"]
        items = make_items(220)
        group = factories.item_model_group(method=method)
        Item.objects.filter(pk__in=[item.pk for item in items]).update(item_model_group=group)
        bought = [
            make_order(chosen, vendor=books.vendor, location=oslo)
            for chosen in (items[:20], items[20:], items[:20], items[20:])
        ]
        sold = [
            make_order(chosen, kind=DocumentKind.SALES_ORDER, customer=books.customer, location=oslo)
            for chosen in (items[:20], items[20:])
        ]
        post(bought[0])
        post(bought[1])

        purchases = [queries(post, order) for order in bought[2:]]
        sales = [queries(post, order) for order in sold]

        assert purchases[0] == purchases[1]
        assert sales[0] == sales[1]
        assert DocumentLine.objects.filter(quantity_invoiced=5).count() == 3 * 220

    def test_receipt_and_later_invoice(self):
        books = factories.company(locations=["OSLO"], expected_cost_posting=True)
        items = make_items(220)
        orders = [make_order(chosen, vendor=books.vendor) for chosen in (items[:20], items[20:])]
        warm_up = make_order(items[:1], vendor=books.vendor)

        def step(order, **what):
            return document_posting.post_document(
                document_id=order.pk, posting_date=TODAY, user_id=None, **{"handle": False, "invoice": False, **what}
            )

        step(warm_up, handle=True)
        step(warm_up, invoice=True)
        receipts = [queries(step, order, handle=True) for order in orders]
        invoices = [queries(step, order, invoice=True) for order in orders]

        assert receipts[0] == receipts[1]
        assert invoices[0] == invoices[1]

    def test_adjustment_journal(self):
        factories.company()
        items = make_items(220)
        user = factories.user("lead")

        def lines(chosen):
            return [
                ItemJournalLine(
                    owner=user,
                    line_no=index,
                    kind=JournalLineKind.POSITIVE,
                    posting_date=TODAY,
                    item=item,
                    quantity=Decimal(1),
                    unit_cost=Decimal(3),
                )
                for index, item in enumerate(chosen, start=1)
            ]

        journal_posting.post_item_journal(lines=lines(items[:1]), user_id=user.pk)
        few, many = lines(items[:20]), lines(items[20:])

        taken = [queries(journal_posting.post_item_journal, lines=chosen, user_id=user.pk) for chosen in (few, many)]

        assert taken[0] == taken[1]
