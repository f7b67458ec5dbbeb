"""Received and shipped, not invoiced: the worklists, and one invoice for goods of several orders."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from costing.check_books import breaches
from costing.models import ValueEntry
from inventory.enums import DocumentStatus
from inventory.models import Customer, ItemLedgerEntry, PostedDocument, PostedDocumentLine, Vendor
from tests import factories
from tests.web.shop import post

RECEIVED, SHIPPED = "/received-not-invoiced/", "/shipped-not-invoiced/"


def entry_of(order):
    """The newest entry of an order that is not invoiced."""
    return ItemLedgerEntry.objects.filter(order_no=order.no, completely_invoiced=False).latest("pk")


def choose(client, url, *entries, **data):
    chosen = {"pk": [entry.pk for entry in entries], "query": "", "_select": "1"}
    return client.post(f"{url}invoice/", chosen | data)


def invoice(client, url, rows, *, key="k1", **data):
    """`rows`: (entry, quantity, price, discount)."""
    fields = {
        name: value
        for entry, quantity, price, discount in rows
        for name, value in (
            (f"quantity_{entry.pk}", quantity),
            (f"price_{entry.pk}", price),
            (f"discount_{entry.pk}", discount),
        )
    }
    form = {"chosen": ",".join(str(entry.pk) for entry, *_rest in rows), "query": "", "posting_date": "2026-03-05"}
    return client.post(f"{url}invoice/", form | {"_request_key": key} | fields | data)


@pytest.fixture
def two(shop):
    """Two more orders received: 8 desks at 30.00 with a discount of 24.00, 5 chairs at 21.00; nothing invoiced."""
    shop.desk = factories.item("DESK")
    oslo = shop.locations["OSLO"]
    shop.first = factories.purchase_order(
        shop.desk, quantity="8", unit_cost="30.00", location=oslo, line_discount_amount=Decimal("24.00")
    )
    shop.second = factories.purchase_order(shop.chair, quantity="5", unit_cost="21.00", location=oslo)
    post(shop.first, invoice=False)
    post(shop.second, invoice=False)
    return shop


class TestTheWorklist:
    def test_it_shows_what_is_left_of_each_receipt_and_what_it_is_expected_to_cost(self, client, two, sign_in):
        sign_in("accountant")

        page = client.get(RECEIVED)

        rows = {(row.order_no, row.item.no): row for row in page.context["page_obj"].object_list}
        assert {key: (row.not_invoiced, row.expected) for key, row in rows.items()} == {
            (two.purchase.no, "CHAIR"): (Decimal(4), Decimal("80.00")),
            (two.first.no, "DESK"): (Decimal(8), Decimal("216.00")),
            (two.second.no, "CHAIR"): (Decimal(5), Decimal("105.00")),
        }
        assert page.context["view"].totals_found.sums["expected"] == Decimal("401.00")
        assert rows[two.first.no, "DESK"].days == (date.today() - date(2026, 3, 2)).days

    def test_filters_narrow_it(self, client, two, sign_in):
        sign_in("accountant")

        page = client.get(RECEIVED, {"item": "DESK", "partner": "V1", "not_invoiced": ">=8"})

        assert (page.context["count"], page.context["ignored"]) == (1, [])

    def test_what_is_invoiced_is_gone(self, client, two, sign_in):
        sign_in("accountant")
        post(two.first, handle=False)

        assert client.get(RECEIVED, {"item": "DESK"}).context["count"] == 0

    def test_a_purchaser_does_not_see_it_and_a_file_has_the_same_rows(self, client, two, sign_in):
        sign_in("purchaser")
        refused = client.get(RECEIVED)
        sign_in("accountant")
        rows = json.loads(b"".join(client.get(f"{RECEIVED.rstrip('/')}.json").streaming_content))["rows"]

        assert refused.status_code == 403
        assert sorted(row["expected"] for row in rows) == ["105.00", "216.00", "80.00"]

    def test_what_was_shipped_shows_the_price_it_is_expected_to_bring(self, client, shop, sign_in):
        sale = factories.sales_order(shop.chair, quantity="2", unit_price="45.00", location=shop.locations["OSLO"])
        post(sale, invoice=False)
        sign_in("accountant")

        (row,) = client.get(SHIPPED).context["page_obj"].object_list

        assert (row.order_no, row.not_invoiced, row.sales, row.expected) == (sale.no, 2, 90, 40)

    def test_it_takes_as_many_queries_for_many_rows(self, client, two, sign_in):
        sign_in("accountant")

        def queries():
            with CaptureQueriesContext(connection) as captured:
                client.get(RECEIVED)
            return len(captured)

        queries()
        few = queries()
        for _each in range(12):
            post(factories.purchase_order(two.chair, quantity="1", unit_cost="20.00"), invoice=False)
        assert queries() == few


class TestOneInvoiceOfSeveralOrders:
    def test_the_page_proposes_all_that_is_left_at_the_price_of_the_order(self, client, two, sign_in):
        sign_in("accountant")

        page = choose(client, RECEIVED, entry_of(two.first), entry_of(two.second))

        proposed = [[field.value() for field in row.fields] for row in page.context["form"].rows]
        assert proposed == [
            ["8", "30", "24"],
            ["5", "21", "0"],
        ]

    def test_both_orders_are_completed_by_one_document_and_each_cost_is_its_own(self, client, two, sign_in):
        sign_in("accountant")
        desk, chair = entry_of(two.first), entry_of(two.second)

        answer = invoice(
            client, RECEIVED, [(desk, "8", "31.00", "24.00"), (chair, "5", "20.00", "")], external_document_no="V-77"
        )

        assert answer.status_code == 302, answer.content.decode()
        made = PostedDocument.objects.filter(type="purchase_invoice").latest("pk")
        assert (made.order_no, made.external_document_no, made.vendor.no) == ("", "V-77", "V1")
        assert list(made.lines.order_by("line_no").values_list("item__no", "quantity", "amount")) == [
            ("DESK", 8, Decimal("224.00")),
            ("CHAIR", 5, Decimal("100.00")),
        ]
        for order in (two.first, two.second):
            order.refresh_from_db()
            assert order.status == DocumentStatus.COMPLETED
        values = ValueEntry.objects.filter(document_no=made.no).order_by("pk")
        assert [
            (value.order_no, value.document_line_no, value.cost_amount_actual, value.cost_amount_expected)
            for value in values
        ] == [
            (two.first.no, 10000, Decimal("224.00"), Decimal("-216.00")),
            (two.second.no, 20000, Decimal("100.00"), Decimal("-105.00")),
        ]
        assert breaches() == []

    def test_a_part_is_invoiced_and_the_rest_keeps_its_share_of_the_discount(self, client, two, sign_in):
        sign_in("accountant")
        desk = entry_of(two.first)

        invoice(client, RECEIVED, [(desk, "6", "30.00", "18.00")])

        line = two.first.lines.get()
        desk.refresh_from_db()
        assert (line.quantity_invoiced, line.line_discount_amount) == (6, Decimal("6.00"))
        assert (desk.invoiced_quantity, desk.completely_invoiced) == (6, False)
        page = choose(client, RECEIVED, desk)
        assert [field.value() for field in page.context["form"].rows[0].fields] == ["2", "30", "6"]
        assert breaches() == []

    def test_the_preview_shows_the_difference_by_line_and_writes_nothing(self, client, two, sign_in):
        sign_in("accountant")
        desk, chair = entry_of(two.first), entry_of(two.second)
        before = ValueEntry.objects.count()

        page = invoice(client, RECEIVED, [(desk, "8", "31.00", "24.00"), (chair, "5", "20.00", "0")], _preview="1")

        lines = page.context["preview"].tables[0].rows
        assert [(row["expected"], row["amount"], row["difference"]) for row in lines] == [
            (Decimal("216.00"), Decimal("224.00"), Decimal("8.00")),
            (Decimal("105.00"), Decimal("100.00"), Decimal("-5.00")),
        ]
        assert ValueEntry.objects.count() == before

    def test_more_than_is_left_is_refused_by_name_and_nothing_is_written(self, client, two, sign_in):
        sign_in("accountant")
        desk, chair = entry_of(two.first), entry_of(two.second)

        answer = invoice(client, RECEIVED, [(desk, "9", "30", ""), (chair, "5", "21", "")])

        words = answer.content.decode()
        assert answer.status_code == 422
        assert "9 of item DESK" in words
        assert "only 8 is not invoiced" in words
        assert not ValueEntry.objects.filter(cost_amount_actual__gt=0, item=two.desk).exists()
        assert two.second.lines.get().quantity_invoiced == 0

    def test_pressing_twice_posts_once(self, client, two, sign_in):
        sign_in("accountant")
        desk = entry_of(two.first)

        for _each in range(2):
            invoice(client, RECEIVED, [(desk, "4", "30", "12")], key="same")

        assert two.first.lines.get().quantity_invoiced == 4

    def test_rows_of_two_partners_do_not_go_on_one_invoice(self, client, two, sign_in):
        other = Vendor.objects.create(no="V2", name="Other", gen_bus_posting_group=two.vendor.gen_bus_posting_group)
        order = factories.document(kind="purchase_order", vendor=other)
        factories.document_line(order, item=two.chair, quantity="1", unit_amount=Decimal(20))
        post(order, invoice=False)
        sign_in("accountant")

        answer = choose(client, RECEIVED, entry_of(two.first), entry_of(order))

        assert answer.status_code == 302
        assert "The chosen rows are of V1, V2" in client.get(answer.url).content.decode()

    def test_a_purchaser_may_not_invoice(self, client, two, sign_in):
        sign_in("purchaser")

        assert choose(client, RECEIVED, entry_of(two.first)).status_code == 403

    def test_shipments_of_two_orders_go_on_one_sales_invoice(self, client, shop, sign_in):
        oslo = shop.locations["OSLO"]
        orders = [
            factories.sales_order(shop.chair, quantity=quantity, unit_price="45.00", location=oslo)
            for quantity in ("2", "3")
        ]
        for order in orders:
            post(order, invoice=False)
        sign_in("accountant")

        answer = invoice(
            client, SHIPPED, [(entry_of(orders[0]), "2", "45", ""), (entry_of(orders[1]), "3", "44", "2.00")]
        )

        assert answer.status_code == 302, answer.content.decode()
        made = PostedDocument.objects.filter(type="sales_invoice").latest("pk")
        assert (made.customer, sum(line.amount for line in made.lines.all())) == (Customer.objects.get(), 220)
        sold = ValueEntry.objects.filter(document_no=made.no, document_type="sales_invoice")
        assert [(value.sales_amount_actual, value.cost_amount_actual) for value in sold.order_by("pk")] == [
            (90, -40),
            (130, -60),
        ]
        assert breaches() == []

    def test_the_order_counts_and_drills_to_what_was_invoiced_together_with_another(self, client, two, sign_in):
        sign_in("accountant")
        invoice(client, RECEIVED, [(entry_of(two.first), "8", "30", "24"), (entry_of(two.second), "5", "21", "")])

        url = client.get(f"/purchases/{two.first.no}/").context["figures"][2].url
        lines = client.get(url).context["page_obj"].object_list

        assert [(line.item.no, line.quantity) for line in lines] == [("DESK", 8)]
        made = PostedDocumentLine.objects.get(item=two.desk, posted_document__type="purchase_invoice").posted_document
        invoices = client.get("/purchase-invoices/", {"order_no": two.first.no}).context["page_obj"].object_list
        assert [document.no for document in invoices] == [made.no]
