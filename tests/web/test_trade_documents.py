"""Copies, prints, discounts, item charges with figures, and the first line of a catalogue item."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from costing.check_books import breaches
from inventory import copying
from inventory.enums import DocumentKind
from inventory.models import (
    ChargeAssignment,
    Document,
    DocumentLine,
    ItemCharge,
    ItemLedgerEntry,
    PostedDocument,
)
from tests import factories
from tests.web.shop import post


@pytest.fixture
def wide(shop):
    """An order of 8 desks at 30.00 less 24.00 (10 %), and freight of 12.00."""
    shop.desk = factories.item("DESK", last_direct_cost=Decimal("33.00"), net_weight=Decimal("12.5"))
    shop.order = factories.purchase_order(
        shop.desk,
        quantity="8",
        unit_cost="30.00",
        location=shop.locations["OSLO"],
        line_discount_amount=Decimal("24.00"),
        description="Desk",
        lot_no="LOT1",
    )
    factories.document_line(
        shop.order,
        item_charge=ItemCharge.objects.get(code="FREIGHT"),
        quantity="1",
        unit_amount=Decimal("12.00"),
        description="Freight",
    )
    return shop


def more(client, order, **fields):
    """Save the page of the first line."""
    line = order.lines.first()
    page = client.get(f"/purchases/{order.no}/lines/{line.pk}/more/")
    data = {
        name: field.value() or ""
        for name, field in ((name, page.context["form"][name]) for name in page.context["form"].fields)
    }
    return client.post(f"/purchases/{order.no}/lines/{line.pk}/more/", data | fields)


class TestCopy:
    def test_a_copy_has_the_lines_and_nothing_of_what_was_posted(self, client, wide, sign_in):
        wide.order.lines.filter(item=wide.desk).update(quantity_to_handle=Decimal(5), quantity_to_invoice=Decimal(5))
        wide.order.lines.exclude(item=wide.desk).update(quantity_to_invoice=Decimal(0))
        post(wide.order)
        sign_in("purchaser")

        answer = client.post(f"/purchases/{wide.order.no}/copy/", {"order_date": "2026-04-01", "_request_key": "a"})

        made = Document.objects.get(kind="purchase_order", order_date=date(2026, 4, 1))
        assert answer.url == f"/purchases/{made.no}/"
        assert (made.vendor.no, made.created_by.username, made.status) == ("V1", "purchaser", "open")
        desk, freight = made.lines.order_by("line_no")
        assert (desk.quantity, desk.quantity_handled, desk.quantity_to_handle, desk.lot_no) == (8, 0, 8, "")
        assert (desk.unit_amount, desk.line_discount_amount) == (30, 24)
        assert (freight.item_charge.code, freight.quantity_to_invoice) == ("FREIGHT", 1)

    def test_at_the_prices_of_today_without_the_old_discount(self, client, wide, sign_in):
        sign_in("purchaser")

        client.post(
            f"/purchases/{wide.order.no}/copy/", {"order_date": "2026-04-01", "new_prices": "on", "_request_key": "a"}
        )

        desk = Document.objects.get(order_date=date(2026, 4, 1)).lines.get(item=wide.desk)
        assert (desk.unit_amount, desk.line_discount_amount) == (33, 0)

    def test_a_blocked_item_is_left_out_by_name(self, client, wide, sign_in):
        wide.desk.blocked = True
        wide.desk.save()
        sign_in("purchaser")

        answer = client.post(
            f"/purchases/{wide.order.no}/copy/", {"order_date": "2026-04-01", "_request_key": "a"}, follow=True
        )

        assert "without DESK, which are blocked." in answer.content.decode()
        assert [line.item for line in Document.objects.get(order_date=date(2026, 4, 1)).lines.all()] == [None]

    def test_a_blocked_vendor_is_refused_and_no_number_is_lost(self, client, wide, sign_in):
        wide.vendor.blocked = True
        wide.vendor.save()
        sign_in("purchaser")

        answer = client.post(f"/purchases/{wide.order.no}/copy/", {"order_date": "2026-04-01", "_request_key": "a"})

        assert answer.status_code == 422
        assert not Document.objects.filter(no__startswith="PO-").exists()

    def test_every_kind_is_copied(self, shop):
        back = factories.document(kind=DocumentKind.SALES_RETURN, customer=shop.customer)
        factories.document_line(back, item=shop.chair, quantity="2", unit_amount=Decimal(45), unit_cost=Decimal(19))

        made = copying.copy_document(back, on=date(2026, 4, 1), new_prices=False, user_id=None).document

        assert (made.kind, made.no, made.lines.get().unit_cost) == ("sales_return", "SRR-00001", 19)


class TestPrint:
    def test_an_order_on_paper_shows_lines_discount_and_total(self, client, wide, sign_in):
        sign_in("purchaser")

        page = client.get(f"/purchases/{wide.order.no}/print/")

        context = page.context
        assert [(line.code, line.quantity, line.discount, line.amount) for line in context["lines"]] == [
            ("DESK", 8, 24, 216),
            ("FREIGHT", 1, 0, 12),
        ]
        assert (context["total"], context["currency"]) == (228, "EUR")
        assert "data-print" in page.content.decode()

    def test_a_clerk_prints_a_purchase_without_prices(self, client, wide, sign_in):
        sign_in("clerk")

        words = client.get(f"/purchases/{wide.order.no}/print/").content.decode()

        assert "DESK" in words
        for amount in ("30.00", "216.00", "228.00", "24.00"):
            assert amount not in words

    def test_each_posted_document_has_a_sheet(self, client, shop, sign_in):
        sign_in("accountant")

        seen = {}
        for posted in PostedDocument.objects.all():
            route = posted.type.replace("_", "-") + "s"
            page = client.get(f"/{route}/{posted.no}/print/")
            seen[posted.type] = (page.status_code, page.context["total"])

        assert seen == {
            "purchase_receipt": (200, 0),
            "purchase_invoice": (200, 120),
            "sales_shipment": (200, 0),
            "sales_invoice": (200, 180),
        }

    def test_a_sheet_takes_few_queries_whatever_its_lines(self, client, shop, sign_in):
        sign_in("accountant")
        order = factories.purchase_order(shop.chair, quantity="1", unit_cost="20")

        def queries():
            with CaptureQueriesContext(connection) as captured:
                client.get(f"/purchases/{order.no}/print/")
            return len(captured)

        queries()
        few = queries()
        for _each in range(30):
            factories.document_line(order, item=shop.chair, quantity="1", unit_amount=Decimal(1))
        assert queries() == few


class TestDiscount:
    def test_a_percentage_makes_the_amount_of_what_is_not_invoiced(self, client, wide, sign_in):
        sign_in("purchaser")

        answer = more(client, wide.order, line_discount_percent="12.5")

        assert answer.status_code == 302, answer.content.decode()
        assert wide.order.lines.first().line_discount_amount == Decimal("30.00")  # 12.5 % of 8 x 30.00
        grid = client.get(f"/purchases/{wide.order.no}/").context["grid"]
        assert "line_discount_percent" in {column.name for column in grid.shown_columns}
        assert next(line.discount_percent for line in grid.get_lines()) == Decimal("12.5")
        assert {figure.label: figure.value for figure in grid.totals}["Discount"] == Decimal("30.00")

    def test_the_page_shows_the_percentage_of_the_amount(self, client, wide, sign_in):
        sign_in("purchaser")

        page = client.get(f"/purchases/{wide.order.no}/lines/{wide.order.lines.first().pk}/more/")

        assert page.context["form"]["line_discount_percent"].value() == "10"

    def test_an_amount_alone_stays_an_amount(self, client, wide, sign_in):
        sign_in("purchaser")

        more(client, wide.order, line_discount_amount="7.77")

        assert wide.order.lines.first().line_discount_amount == Decimal("7.77")

    def test_a_blank_percentage_takes_the_discount_off(self, client, wide, sign_in):
        sign_in("purchaser")

        more(client, wide.order, line_discount_percent="")

        assert wide.order.lines.first().line_discount_amount == 0

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"line_discount_percent": "20", "line_discount_amount": "3"}, "not both"),
            ({"line_discount_percent": "101"}, "100"),
            ({"line_discount_percent": "-1"}, "0"),
        ],
    )
    def test_what_cannot_be_is_refused(self, client, wide, sign_in, fields, words):
        sign_in("purchaser")

        answer = more(client, wide.order, **fields)

        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert wide.order.lines.first().line_discount_amount == 24

    def test_cost_is_net_of_the_discount(self, client, wide, sign_in):
        sign_in("purchaser")
        more(client, wide.order, line_discount_percent="5")
        wide.order.lines.exclude(item=wide.desk).update(quantity_to_invoice=Decimal(0))
        post(wide.order)

        entry = ItemLedgerEntry.objects.get(item=wide.desk)
        assert sum(value.cost_amount_actual for value in entry.value_entries.all()) == Decimal("228.00")


class TestItemCharge:
    """Freight of 100.00 over a receipt of 10 chairs at 20.00 (2 kg each) and one of 6 desks at 50.00 (12.5 kg)."""

    @pytest.fixture
    def freight(self, client, shop, sign_in):
        shop.chair.net_weight = Decimal(2)
        shop.chair.save()
        shop.desk = factories.item("DESK", net_weight=Decimal("12.5"))
        shop.desks = factories.purchase_order(shop.desk, quantity="6", unit_cost="50", location=shop.locations["OSLO"])
        post(shop.desks)
        shop.bill = factories.document(kind=DocumentKind.PURCHASE_ORDER, vendor=shop.vendor)
        shop.line = factories.document_line(
            shop.bill, item_charge=ItemCharge.objects.get(code="FREIGHT"), quantity="1", unit_amount=Decimal(100)
        )
        sign_in("accountant")
        return shop

    def page(self, shop, step=""):
        return f"/purchases/{shop.bill.no}/charges/{shop.line.pk}/{step}"

    def assign(self, client, shop, split):
        for receipt in PostedDocument.objects.filter(type="purchase_receipt").order_by("pk"):
            answer = client.post(self.page(shop, "assign/"), {"document": receipt.no, "split": split})
            assert answer.status_code == 302, answer.content.decode()

    @pytest.mark.parametrize(
        ("split", "chairs", "desks"),
        [
            ("quantity", "62.50", "37.50"),  # 10 : 6
            ("amount", "40.00", "60.00"),  # 200 : 300
            ("weight", "21.05", "78.95"),  # 20 : 75
            ("equally", "50.00", "50.00"),
        ],
    )
    def test_it_is_split_in_each_way_and_goes_onto_the_receipts(self, client, freight, split, chairs, desks):
        self.assign(client, freight, "quantity")
        client.post(self.page(freight, "split/"), {"split": split})
        amounts = ChargeAssignment.objects.order_by("posted_line_id").values_list("amount", flat=True)
        assert list(amounts) == [Decimal(chairs), Decimal(desks)]
        figures = {str(figure.label): figure.value for figure in client.get(self.page(freight)).context["figures"]}
        assert figures == {"Charge": 100, "Assigned": 100, "To assign": 0}

        client.post(f"/purchases/{freight.bill.no}/invoice/", {"posting_date": "2026-03-04", "_request_key": split})

        charged = {}
        for entry in ItemLedgerEntry.objects.filter(document_type="purchase_receipt").select_related("item"):
            for value in entry.value_entries.filter(item_charge__isnull=False):
                charged[entry.item.no] = charged.get(entry.item.no, Decimal(0)) + value.cost_amount_actual
        assert charged == {"CHAIR": Decimal(chairs), "DESK": Decimal(desks)}
        assert breaches() == []

    def test_a_rest_that_is_not_assigned_refuses_the_invoice(self, client, freight):
        self.assign(client, freight, "quantity")
        ChargeAssignment.objects.filter(amount=Decimal("37.50")).update(amount=Decimal("30.00"))

        page = client.get(self.page(freight))
        answer = client.post(f"/purchases/{freight.bill.no}/invoice/", {"posting_date": "2026-03-04"})

        assert [badge.state for badge in page.context["badges"]] == ["to-assign"]
        assert answer.status_code == 422
        freight.line.refresh_from_db()
        assert freight.line.quantity_invoiced == 0

    def test_a_weight_that_nobody_knows_refuses_the_split(self, client, freight):
        self.assign(client, freight, "quantity")
        for item in (freight.chair, freight.desk):
            item.net_weight = Decimal(0)
            item.save()

        answer = client.post(self.page(freight, "split/"), {"split": "weight"})

        assert answer.status_code == 422
        assert "cannot be split by weight" in answer.content.decode()
        assert set(ChargeAssignment.objects.values_list("amount", flat=True)) == {Decimal("62.50"), Decimal("37.50")}

    def test_an_invoice_is_no_place_for_a_charge(self, client, freight):
        invoice = PostedDocument.objects.filter(type="purchase_invoice").first()

        answer = client.post(self.page(freight, "assign/"), {"document": invoice.no, "split": "quantity"})

        assert answer.status_code == 422
        assert not ChargeAssignment.objects.exists()


def test_a_line_of_goods_only_has_a_page_of_more(client, wide, sign_in):
    sign_in("purchaser")
    charge = DocumentLine.objects.get(document=wide.order, item_charge__isnull=False)

    assert client.get(f"/purchases/{wide.order.no}/lines/{charge.pk}/more/").status_code == 404
