"""Returns and credit memos: posted lines taken back at the cost they had; receipts and shipments undone."""

from decimal import Decimal

import pytest

from costing.check_books import breaches
from costing.models import ValueEntry
from inventory.enums import DocumentKind, DocumentStatus
from inventory.models import Document, DocumentLine, ItemLedgerEntry, PostedDocument
from tests import factories
from tests.web.shop import post


def posted_no(document_type, order):
    return PostedDocument.objects.filter(type=document_type, order_no=order.no).latest("pk").no


def press(client, url, *, key="k", **data):
    return client.post(url, {"posting_date": "2026-03-04", "order_date": "2026-03-04", "_request_key": key} | data)


@pytest.fixture
def sold(shop):
    """Chairs bought at 20.00 (10) and 30.00 (4); 12 sold at 45.00 by one shipment: cost 10 x 20 + 2 x 30 = 260.00."""
    oslo = shop.locations["OSLO"]
    stool = factories.item("STOOL", unit_price=Decimal("45.00"))
    shop.stool = stool
    for quantity, cost in (("10", "20.00"), ("4", "30.00")):
        shop.bought = factories.purchase_order(stool, quantity=quantity, unit_cost=cost, location=oslo)
        post(shop.bought)
    shop.sold = factories.sales_order(
        stool, quantity="12", unit_price="45.00", location=oslo, line_discount_amount=Decimal("24.00")
    )
    post(shop.sold)
    return shop


class TestSalesReturn:
    def test_a_return_made_from_the_shipment_comes_back_at_the_exact_cost(self, client, sold, sign_in):
        sign_in("purchaser")
        shipment = posted_no("sales_shipment", sold.sold)

        answer = press(client, f"/sales-shipments/{shipment}/return/")

        made = Document.objects.get(kind=DocumentKind.SALES_RETURN)
        line = made.lines.get()
        assert answer.url == f"/sales-returns/{made.no}/"
        assert (made.customer.no, line.quantity, line.unit_amount) == ("C1", 12, 45)
        assert line.applies_from_entry.document_no == shipment

        line.quantity = line.quantity_to_handle = line.quantity_to_invoice = Decimal(3)
        line.save()
        sign_in("lead")
        received = press(client, f"/sales-returns/{made.no}/receive/")
        entry = ItemLedgerEntry.objects.latest("pk")
        assert received.status_code == 302, received.content.decode()
        assert (entry.document_type, entry.quantity) == ("sales_return_receipt", 3)
        # 3 of 12 that cost 260.00 together.
        assert sum(value.cost_amount_expected for value in entry.value_entries.all()) == Decimal("65.00")

        sign_in("accountant")
        press(client, f"/sales-returns/{made.no}/credit/", key="c")
        made.refresh_from_db()
        memo = PostedDocument.objects.get(type="sales_credit_memo")
        assert made.status == DocumentStatus.COMPLETED
        assert memo.lines.get().amount == Decimal("135.00")
        assert sum(value.cost_amount_actual for value in entry.value_entries.all()) == Decimal("65.00")
        for url in (f"/sales-credit-memos/{memo.no}/", f"/sales-return-receipts/{entry.document_no}/"):
            assert client.get(url).status_code == 200, url
        assert breaches() == []

    def test_what_is_returned_or_stands_on_another_return_is_not_taken_twice(self, client, sold, sign_in):
        sign_in("purchaser")
        shipment = posted_no("sales_shipment", sold.sold)
        press(client, f"/sales-shipments/{shipment}/return/")
        line = DocumentLine.objects.get(document__kind=DocumentKind.SALES_RETURN)
        line.quantity = line.quantity_to_handle = line.quantity_to_invoice = Decimal(5)
        line.save()

        press(client, f"/sales-shipments/{shipment}/return/", key="b")
        third = press(client, f"/sales-shipments/{shipment}/return/", key="c")

        quantities = DocumentLine.objects.filter(document__kind=DocumentKind.SALES_RETURN).order_by("pk")
        assert list(quantities.values_list("quantity", flat=True)) == [5, 7]
        assert third.status_code == 422
        assert f"Nothing of {shipment} is left to return" in third.content.decode()
        assert Document.objects.filter(kind=DocumentKind.SALES_RETURN).count() == 2

    def test_posted_lines_are_taken_onto_a_return_of_the_same_customer_only(self, client, sold, sign_in):
        sign_in("purchaser")
        client.post("/sales-returns/new/", {"no": "", "order_date": "2026-03-04", "customer": "C1", "location": "OSLO"})
        made = Document.objects.get(kind=DocumentKind.SALES_RETURN)
        invoice = posted_no("sales_invoice", sold.sold)
        receipt = posted_no("purchase_receipt", sold.bought)

        refused = client.post(f"/sales-returns/{made.no}/take/", {"document": receipt, "_request_key": "a"})
        taken = client.post(f"/sales-returns/{made.no}/take/", {"document": invoice, "_request_key": "b"})
        offered = client.get(f"/sales-returns/{made.no}/take/", {"lookup": "document", "document": ""}).content.decode()

        assert (refused.status_code, taken.status_code) == (422, 302)
        line = made.lines.get()
        assert (line.quantity, line.line_discount_amount) == (12, Decimal("24.00"))
        assert invoice in offered
        assert receipt not in offered

    def test_an_accountant_posts_no_goods_of_a_return_and_a_clerk_no_credit(self, client, sold, sign_in):
        sign_in("purchaser")
        press(client, f"/sales-shipments/{posted_no('sales_shipment', sold.sold)}/return/")
        no = Document.objects.get(kind=DocumentKind.SALES_RETURN).no

        refused = [
            press(sign_in(username), f"/sales-returns/{no}/{step}/").status_code
            for username, step in (("accountant", "receive"), ("clerk", "credit"), ("auditor", "receive"))
        ]

        assert refused == [403, 403, 403]


class TestTheLineOfAReturn:
    def test_a_sales_return_names_the_sale_and_a_purchase_return_the_receipt(self, client, sold, sign_in):
        sign_in("purchaser")
        press(client, f"/sales-shipments/{posted_no('sales_shipment', sold.sold)}/return/")
        press(client, f"/purchase-receipts/{posted_no('purchase_receipt', sold.bought)}/return/", key="b")

        names = {}
        for kind, route in (("sales_return", "sales-returns"), ("purchase_return", "purchase-returns")):
            line = DocumentLine.objects.get(document__kind=kind)
            page = client.get(f"/{route}/{line.document.no}/lines/{line.pk}/more/")
            names[kind] = {name for name in page.context["form"].fields if "applies" in name or "cost" in name}

        assert names == {"sales_return": {"applies_from_entry"}, "purchase_return": {"applies_to_entry"}}

    def test_what_was_sold_at_no_location_comes_back_there(self, client, shop, sign_in):
        stool = factories.item("STOOL")
        post(factories.purchase_order(stool, quantity="2", unit_cost="20.00"))
        sale = factories.sales_order(stool, quantity="2", unit_price="45.00")
        post(sale)
        shop.customer.location = shop.locations["BERGEN"]
        shop.customer.save()
        sign_in("purchaser")

        press(client, f"/sales-shipments/{posted_no('sales_shipment', sale)}/return/")
        made = Document.objects.get(kind=DocumentKind.SALES_RETURN)
        post(made)

        assert (made.location.code, made.lines.get().location) == ("BERGEN", None)
        assert ItemLedgerEntry.objects.latest("pk").location is None

    def test_a_sale_that_is_named_by_hand_gives_its_cost_back(self, client, sold, sign_in):
        sign_in("purchaser")
        made = factories.document(kind=DocumentKind.SALES_RETURN, customer=sold.customer)
        line = factories.document_line(
            made, item=sold.stool, quantity="3", unit_amount=Decimal(45), location=sold.locations["OSLO"]
        )
        sale = ItemLedgerEntry.objects.get(item=sold.stool, entry_type="sale")
        receipt = ItemLedgerEntry.objects.filter(item=sold.stool, entry_type="purchase").first()
        url = f"/sales-returns/{made.no}/lines/{line.pk}/more/"

        refused = client.post(url, {"description": "Stool", "applies_from_entry": receipt.pk})
        answer = client.post(url, {"description": "Stool", "applies_from_entry": sale.pk})
        post(made)

        assert (refused.status_code, answer.status_code) == (422, 302)
        back = ItemLedgerEntry.objects.latest("pk")
        assert sum(value.cost_amount_actual for value in back.value_entries.all()) == Decimal("65.00")
        assert breaches() == []


class TestCreditMemo:
    def test_an_invoice_is_credited_in_one_step_with_its_goods_at_their_cost(self, client, sold, sign_in):
        sign_in("purchaser")
        invoice = posted_no("sales_invoice", sold.sold)
        press(client, f"/sales-invoices/{invoice}/return/")
        made = Document.objects.get(kind=DocumentKind.SALES_CREDIT)
        page = sign_in("accountant").get(f"/sales-credits/{made.no}/")

        answer = press(client, f"/sales-credits/{made.no}/post/", key="p")

        assert "To receive" not in page.content.decode()
        assert answer.status_code == 302, answer.content.decode()
        memo = PostedDocument.objects.get(type="sales_credit_memo")
        assert memo.lines.get().amount == Decimal("516.00")  # 12 x 45.00 - 24.00
        values = ValueEntry.objects.filter(document_no=memo.no, document_type="sales_credit_memo")
        assert sum(value.cost_amount_actual for value in values) == Decimal("260.00")
        assert sum(value.sales_amount_actual for value in values) == Decimal("-516.00")
        assert breaches() == []

    def test_goods_go_back_to_the_vendor_out_of_their_own_receipt(self, client, sold, sign_in):
        """4 were bought at 30.00, 2 of them are sold: 2 can go back, at 30.00, whatever FIFO would take."""
        sign_in("purchaser")
        press(client, f"/purchase-invoices/{posted_no('purchase_invoice', sold.bought)}/return/")
        made = Document.objects.get(kind=DocumentKind.PURCHASE_CREDIT)
        assert made.lines.get().quantity == 2
        sign_in("accountant")

        answer = press(client, f"/purchase-credits/{made.no}/post/", key="p")

        assert answer.status_code == 302, answer.content.decode()
        memo = PostedDocument.objects.get(type="purchase_credit_memo")
        values = ValueEntry.objects.filter(document_no=memo.no, document_type="purchase_credit_memo")
        assert sum(value.cost_amount_actual for value in values) == Decimal("-60.00")
        assert breaches() == []

    def test_the_preview_writes_nothing(self, client, sold, sign_in):
        sign_in("purchaser")
        press(client, f"/sales-invoices/{posted_no('sales_invoice', sold.sold)}/return/")
        no = Document.objects.get(kind=DocumentKind.SALES_CREDIT).no
        sign_in("accountant")
        before = ItemLedgerEntry.objects.count()

        page = press(client, f"/sales-credits/{no}/post/", _preview="1")

        assert page.context["preview"].tables[0].rows[0]["quantity"] == 12
        assert ItemLedgerEntry.objects.count() == before

    def test_a_freight_bill_is_credited_on_the_receipt_that_carried_it(self, client, sold, sign_in):
        """A charge of 8.00 comes off 4 stools at 30.00 of which 2 are left."""
        sign_in("purchaser")
        client.post("/purchase-credits/new/", {"no": "", "order_date": "2026-03-04", "vendor": "V1"})
        made = Document.objects.get(kind=DocumentKind.PURCHASE_CREDIT)
        client.post(
            f"/purchases/{made.no}/charges/new/", {"item_charge": "FREIGHT", "quantity": "1", "unit_amount": "8"}
        )
        line = made.lines.get()
        receipt = posted_no("purchase_receipt", sold.bought)
        client.post(f"/purchases/{made.no}/charges/{line.pk}/assign/", {"document": receipt, "split": "quantity"})
        sign_in("accountant")

        answer = press(client, f"/purchase-credits/{made.no}/post/", key="p")

        assert answer.status_code == 302, answer.content.decode()
        entry = ItemLedgerEntry.objects.get(document_no=receipt)
        assert sum(value.cost_amount_actual for value in entry.value_entries.all()) == Decimal("112.00")


class TestUndo:
    @pytest.fixture
    def received(self, shop):
        """6 chairs received at 21.00 and not invoiced."""
        shop.order = factories.purchase_order(
            shop.chair, quantity="6", unit_cost="21.00", location=shop.locations["OSLO"]
        )
        post(shop.order, invoice=False)
        shop.receipt = PostedDocument.objects.get(type="purchase_receipt", order_no=shop.order.no)
        return shop

    def url(self, received):
        return f"/purchase-receipts/{received.receipt.no}/undo/"

    def test_a_receipt_is_taken_back_by_an_opposite_entry_and_is_outstanding_again(self, client, received, sign_in):
        sign_in("clerk")
        lines = [line.pk for line in client.get(self.url(received)).context["form"]["lines"].field.queryset]

        answer = press(client, self.url(received), lines=lines, posting_date="2026-03-02")

        assert answer.status_code == 302, answer.content.decode()
        line = received.order.lines.get()
        assert (line.quantity_handled, line.quantity_to_handle) == (0, 6)
        entries = ItemLedgerEntry.objects.filter(document_no=received.receipt.no).order_by("pk")
        assert [entry.quantity for entry in entries] == [6, -6]
        values = ValueEntry.objects.filter(item_ledger_entry__in=entries)
        assert sum(value.cost_amount_actual + value.cost_amount_expected for value in values) == 0
        page = client.get(f"/purchase-receipts/{received.receipt.no}/")
        assert [badge.state for badge in page.context["badges"]] == ["undone"]
        assert "It is undone already." in page.content.decode()
        assert breaches() == []

    def test_an_invoiced_receipt_is_refused_and_the_card_says_why(self, client, received, sign_in):
        post(received.order, handle=False)
        sign_in("lead")
        line = received.receipt.lines.get()

        answer = press(client, self.url(received), lines=[line.pk], posting_date="2026-03-02")

        assert answer.status_code == 422
        assert "is invoiced. Use a return and a credit memo instead." in answer.content.decode()
        page = client.get(f"/purchase-receipts/{received.receipt.no}/")
        assert "It is invoiced: make a return instead." in page.content.decode()
        assert [badge.state for badge in page.context["badges"]] == ["invoiced"]

    def test_no_line_chosen_is_refused(self, client, received, sign_in):
        sign_in("clerk")

        assert press(client, self.url(received), posting_date="2026-03-02").status_code == 422

    def test_a_shipment_is_undone_at_the_cost_it_went_out_at(self, client, shop, sign_in):
        sale = factories.sales_order(shop.chair, quantity="2", unit_price="45", location=shop.locations["OSLO"])
        post(sale, invoice=False)
        shipment = PostedDocument.objects.get(type="sales_shipment", order_no=sale.no)
        sign_in("clerk")
        before = ItemLedgerEntry.objects.count()
        lines = [shipment.lines.get().pk]

        shown = press(client, f"/sales-shipments/{shipment.no}/undo/", lines=lines, _preview="1")
        assert ItemLedgerEntry.objects.count() == before
        press(client, f"/sales-shipments/{shipment.no}/undo/", lines=lines, posting_date="2026-03-02")

        back = ItemLedgerEntry.objects.latest("pk")
        assert [row["quantity"] for row in shown.context["preview"].tables[0].rows] == [2]
        assert (back.quantity, sum(value.cost_amount_actual for value in back.value_entries.all())) == (2, 40)
        assert breaches() == []

    @pytest.mark.parametrize("username", ["purchaser", "accountant", "auditor"])
    def test_who_does_not_receive_does_not_undo(self, client, received, sign_in, username):
        sign_in(username)

        assert client.get(self.url(received)).status_code == 403


class TestLists:
    @pytest.mark.parametrize(
        "path",
        [
            "/purchase-returns/",
            "/sales-returns/",
            "/purchase-credits/",
            "/sales-credits/",
            "/purchase-return-shipments/",
            "/purchase-credit-memos/",
            "/sales-return-receipts/",
            "/sales-credit-memos/",
        ],
    )
    def test_each_opens_and_answers_as_a_file(self, client, sold, sign_in, path):
        sign_in("auditor")

        assert client.get(path).status_code == 200
        assert client.get(f"{path.rstrip('/')}.csv").status_code == 200

    def test_the_list_of_returns_counts_in_the_words_of_its_kind(self, client, sold, sign_in):
        sign_in("purchaser")
        press(client, f"/sales-shipments/{posted_no('sales_shipment', sold.sold)}/return/")
        made = Document.objects.get(kind=DocumentKind.SALES_RETURN)
        made.lines.update(quantity_to_handle=Decimal(4))
        post(made, invoice=False)

        page = client.get("/sales-returns/", {"progress": "part_handled"})

        assert "Part received" in page.content.decode()
        (row,) = page.context["page_obj"].object_list
        assert (row.ordered, row.handled, row.invoiced) == (12, 4, 0)
