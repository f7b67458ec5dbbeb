"""The page that tells why an entry costs what it costs, and where its cost went."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from costing import adjustment
from costing.lineage.records import NodeKind
from costing.posting.assembly import post_assembly
from costing.posting.capacity import Work
from costing.posting.making import Goods
from inventory.enums import OrderType
from inventory.models import ItemLedgerEntry, OrderHeader
from inventory.orders import create_order
from tests import factories
from tests.web.costing_books import DAY, dearer_chairs, post, sign_in

pytestmark = pytest.mark.django_db


def sale():
    return ItemLedgerEntry.objects.get(entry_type="sale")


def receipt():
    return ItemLedgerEntry.objects.get(entry_type="purchase")


def lineage(client, entry, **query):
    return client.get(reverse("costing:lineage", args=[entry.pk]), query)


def amounts(page):
    """What the table says: title of each line, and the amount that it brings to the line above it."""
    return [(row.label.title, row.amount) for row in page.context["rows"]]


class TestWhyAShipmentCostsWhatItCosts:
    def test_adds_up_from_the_invoice(self, client):
        dearer_chairs()
        adjustment.adjust_cost(today=DAY)
        sign_in(client)

        page = lineage(client, sale())

        invoice = receipt().value_entries.get(entry_type="direct_cost", cost_amount_actual__gt=0).document_no
        assert amounts(page) == [
            (f"Sales shipment {sale().document_no}", Decimal("12.00")),
            (f"Purchase receipt {receipt().document_no}", Decimal("12.00")),
            (f"Invoiced {invoice}", Decimal("30.00")),
        ]
        assert [badge.state for badge in page.context["badges"]] == ["adds-up"]
        assert page.context["sentences"] == [
            f"2 CHAIR cost 12.00: 2 × 6.00 from Purchase receipt {receipt().document_no}.",
            f"6.00 = 30.00 Invoiced {invoice}, over 5.",
            f"First booked 10.00; +2.00 after {invoice}.",
        ]

    def test_says_what_is_not_adjusted_yet(self, client):
        dearer_chairs()
        sign_in(client)

        page = lineage(client, sale())

        assert ("Not adjusted yet", Decimal("-2.00")) in amounts(page)
        assert [badge.state for badge in page.context["badges"]] == ["not-adjusted"]
        assert "Adjust cost" in page.content.decode()

    def test_tells_what_caused_a_correction(self, client):
        dearer_chairs()
        adjustment.adjust_cost(today=DAY)
        sign_in(client)

        corrected = [each for each in lineage(client, sale()).context["values"] if each.value.adjustment]

        assert [each.value.cost_amount_actual for each in corrected] == [Decimal("-2.00")]
        assert [label for label, _url in corrected[0].sources] == [f"Purchase receipt {receipt().document_no}"]

    def test_an_average_is_one_node_with_its_members(self, client):
        factories.company(average_cost_period="month")
        lamp = factories.item("LAMP", method="average")
        post(factories.purchase_order(lamp, quantity="1", unit_cost="20.00"))
        post(factories.purchase_order(lamp, quantity="1", unit_cost="40.00"))
        post(factories.sales_order(lamp, quantity="1", unit_price="90.00"))
        adjustment.adjust_cost(today=DAY)
        sign_in(client)

        page = lineage(client, sale())

        told = amounts(page)
        assert [amount for _title, amount in told] == [
            Decimal("30.00"),
            Decimal("30.00"),
            Decimal("20.00"),
            Decimal("20.00"),
            Decimal("40.00"),
            Decimal("40.00"),
        ]
        assert told[1][0] == "Average of LAMP"
        assert page.context["sentences"][0] == "1 LAMP cost 30.00: 1 × 30.00 from Average of LAMP."

    def test_a_later_period_opens_with_what_was_left(self, client):
        factories.company(average_cost_period="month")
        lamp = factories.item("LAMP", method="average")
        post(factories.purchase_order(lamp, quantity="4", unit_cost="10.00"), on=date(2026, 1, 5))
        post(factories.purchase_order(lamp, quantity="4", unit_cost="20.00"), on=date(2026, 2, 5))
        post(factories.sales_order(lamp, quantity="2", unit_price="90.00"), on=date(2026, 2, 7))
        adjustment.adjust_cost(today=DAY)
        sign_in(client)

        told = amounts(lineage(client, sale()))

        assert told[1:3] == [("Average of LAMP", Decimal("30.00")), ("Opening balance", Decimal("40.00"))]


class TestWhereTheCostOfAReceiptWent:
    def test_sold_and_left_in_stock(self, client):
        dearer_chairs()
        adjustment.adjust_cost(today=DAY)
        sign_in(client)

        assert amounts(lineage(client, receipt(), direction="forth")) == [
            (f"Purchase receipt {receipt().document_no}", Decimal("30.00")),
            (f"Sales shipment {sale().document_no}", Decimal("12.00")),
            ("Sold", Decimal("12.00")),
            ("Left in stock", Decimal("18.00")),
        ]

    def test_what_takers_do_not_hold_yet_is_told(self, client):
        dearer_chairs()
        sign_in(client)

        told = dict(amounts(lineage(client, receipt(), direction="forth")))

        assert told["Not adjusted yet"] == Decimal("2.00")
        assert told["Left in stock"] == Decimal("18.00")

    def test_into_the_pool_of_an_average(self, client):
        factories.company(average_cost_period="month")
        lamp = factories.item("LAMP", method="average")
        post(factories.purchase_order(lamp, quantity="1", unit_cost="20.00"))
        post(factories.purchase_order(lamp, quantity="1", unit_cost="40.00"))
        post(factories.sales_order(lamp, quantity="1", unit_price="90.00"))
        adjustment.adjust_cost(today=DAY)
        sign_in(client)
        first = ItemLedgerEntry.objects.filter(entry_type="purchase").earliest("pk")

        page = lineage(client, first, direction="forth")

        told = amounts(page)
        assert [amount for _title, amount in told] == [Decimal("20.00")] * 2 + [Decimal("30.00")] * 2
        assert told[3][0] == "Left at the end of the period"
        assert page.context["view"].graph.differences() == {}


class TestThePage:
    def test_draws_boxes_that_are_links(self, client):
        dearer_chairs()
        adjustment.adjust_cost(today=DAY)
        sign_in(client)

        text = lineage(client, sale()).content.decode()

        assert '<svg class="lineage"' in text
        assert f'href="{reverse("costing:lineage", args=[receipt().pk])}?direction=back"' in text
        assert "style=" not in text

    def test_many_nodes_are_a_table_until_they_are_asked_for(self, client):
        books = dearer_chairs()
        many = factories.sales_order(books.chair, quantity="3", unit_price="9.00", location=books.locations["OSLO"])
        for number in range(40):
            order = factories.purchase_order(
                books.chair, quantity="1", unit_cost=f"{number + 1}.00", location=books.locations["OSLO"]
            )
            post(order, on=DAY + timedelta(5))
        many.lines.update(quantity=40, quantity_to_handle=40, quantity_to_invoice=40)
        post(many, on=DAY + timedelta(6))
        adjustment.adjust_cost(today=DAY)
        sign_in(client)
        entry = ItemLedgerEntry.objects.filter(entry_type="sale").latest("pk")

        page = lineage(client, entry)

        more = [row for row in page.context["rows"] if row.node.kind == NodeKind.MORE]
        assert len(more) == 1
        assert page.context["view"].graph.differences() == {}
        assert page.context["truncated"]

    def test_a_value_entry_leads_to_the_lineage_of_its_entry(self, client):
        dearer_chairs()
        sign_in(client)
        value = sale().value_entries.first()

        answer = client.get(reverse("costing:valueentry_lineage", args=[value.pk]))

        assert answer.url == reverse("costing:lineage", args=[sale().pk])

    def test_unknown_entries_are_not_found(self, client):
        factories.company()
        sign_in(client)

        assert client.get(reverse("costing:lineage", args=[999])).status_code == 404

    @pytest.mark.parametrize("username", ["clerk", "lead", "purchaser", "admin"])
    def test_nobody_sees_cost_who_may_not(self, client, username):
        dearer_chairs()
        sign_in(client, username)
        entry = sale()

        for name in ("lineage", "lineage_svg"):
            assert client.get(reverse(f"costing:{name}", args=[entry.pk])).status_code == 403
        assert client.get(reverse("costing:lineage_export", args=[entry.pk, "json"])).status_code == 403
        card = client.get(reverse("inventory:itemledgerentry_detail", args=[entry.pk]))
        entries = client.get(reverse("inventory:itemledgerentry_list"))
        assert b"/costing/lineage/" not in card.content + entries.content
        assert b"Cost lineage" not in card.content + entries.content

    def test_an_average_with_many_members_takes_no_more_queries(self, client):
        factories.company(average_cost_period="month")
        lamp = factories.item("LAMP", method="average")
        post(factories.purchase_order(lamp, quantity="9", unit_cost="20.00"))
        post(factories.sales_order(lamp, quantity="1", unit_price="90.00"))
        post(factories.purchase_order(lamp, quantity="1", unit_cost="7.00"))
        sign_in(client)
        entry = sale()
        lineage(client, entry)

        def count():
            with CaptureQueriesContext(connection) as queries:
                assert lineage(client, entry).status_code == 200
            return len(queries)

        few = count()
        for _number in range(4):
            post(factories.purchase_order(lamp, quantity="1", unit_cost="7.00"))
        assert count() == few < 40

    def test_the_queries_do_not_grow_with_the_entries(self, client):
        books = dearer_chairs()
        adjustment.adjust_cost(today=DAY)
        sign_in(client)
        entry = sale()
        lineage(client, entry)

        def count():
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert lineage(client, receipt_of_first, direction="forth").status_code == 200
            return len(queries)

        receipt_of_first = receipt()
        few = count()
        for _number in range(3):
            post(
                factories.sales_order(books.chair, quantity="1", unit_price="9.00", location=books.locations["OSLO"]),
                on=DAY + timedelta(4),
            )
        assert count() == few


class TestOrders:
    def test_an_assembled_kit_is_its_components_and_the_work(self, client):
        factories.company()
        frame, kit = factories.item("FRAME"), factories.item("KIT")
        post(factories.purchase_order(frame, quantity="10", unit_cost="12.00"))
        header = OrderHeader(type=OrderType.ASSEMBLY, item=kit, quantity=Decimal(3), order_date=DAY)
        order = create_order(header)
        used = [Goods(frame.pk, Decimal(6))]
        post_assembly(order_id=order.pk, posting_date=DAY, used=used, works=[Work(amount=Decimal(9))], user_id=None)
        post(factories.sales_order(kit, quantity="1", unit_price="90.00"))
        adjustment.adjust_cost(today=DAY)
        sign_in(client)

        back = amounts(lineage(client, sale()))
        forth = amounts(lineage(client, receipt(), direction="forth"))

        # 6 frames at 12.00 and work of 9.00 make 3 kits of 27.00.
        assert [amount for _title, amount in back] == [Decimal(n) for n in (27, 27, 81, 72, 72, 120, 9)]
        assert back[2][0] == f"Assembly order {order.no}"
        assert [amount for _title, amount in forth] == [Decimal(n) for n in (120, 72, 72, 81, 27, 27, 54, 48)]


class TestFiles:
    def test_json_has_the_lines_of_the_table(self, client):
        dearer_chairs()
        adjustment.adjust_cost(today=DAY)
        sign_in(client)

        answer = client.get(reverse("costing:lineage_export", args=[sale().pk, "json"]))

        rows = json.loads(answer.getvalue())["rows"]
        assert [(row["level"], row["kind"], row["amount"]) for row in rows] == [
            (0, "entry", "12.00"),
            (1, "entry", "12.00"),
            (2, "value", "30.00"),
        ]

    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_spreadsheets(self, client, ending):
        dearer_chairs()
        sign_in(client)

        assert client.get(reverse("costing:lineage_export", args=[sale().pk, ending])).status_code == 200

    def test_the_drawing_stands_by_itself(self, client):
        dearer_chairs()
        sign_in(client)

        answer = client.get(reverse("costing:lineage_svg", args=[sale().pk]))

        assert answer["Content-Type"] == "image/svg+xml"
        assert answer.content.startswith(b"<svg")
        assert b'href="http://testserver/' in answer.content
