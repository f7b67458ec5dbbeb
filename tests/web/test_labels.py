"""Pages of labels: what stands on them, and that the station reads their codes."""

import html
import re
from datetime import date

import pytest

from inventory.enums import DocumentType
from inventory.models import Barcode, Bin, PostedDocument
from inventory.scanning import codes
from tests import factories, trade

TODAY = date(2026, 3, 2)


@pytest.fixture
def stock(db):
    """5 chairs, and paint in two lots, one with a GTIN, at OSLO with two bins."""
    stock = factories.company(locations=["OSLO"])
    stock.oslo = stock.locations["OSLO"]
    stock.chair = factories.item("CHAIR", shelf_no="S-1")
    stock.paint = factories.item("PAINT", lot_tracked=True)
    stock.lacquer = factories.item("LACQUER", lot_tracked=True, gtin="4006381333931")
    trade.buy(stock.chair, "5", "20.00", location=stock.oslo)
    trade.buy(stock.paint, "6", "3.00", location=stock.oslo, lot_no="L1")
    trade.buy(stock.lacquer, "4", "3.00", location=stock.oslo, lot_no="L2", expiration_date=date(2027, 12, 31))
    for code in ("A-01", "A-02"):
        Bin.objects.create(location=stock.oslo, code=code)
    return stock


@pytest.fixture
def clerk(client, stock, sign_in):
    return sign_in("clerk")


def printed(answer):
    """The codes on the labels of a page."""
    assert answer.status_code == 200
    return [html.unescape(code) for code in re.findall(r'data-code="([^"]+)"', answer.content.decode())]


class TestContents:
    def test_an_item_has_its_barcode_its_gtin_or_its_number(self, clerk, stock):
        Barcode.objects.create(item=stock.chair, code="96385074", symbology="ean8")
        keys = f"{stock.chair.pk},{stock.paint.pk},{stock.lacquer.pk}"

        assert printed(clerk.get(f"/labels/items/?items={keys}")) == ["96385074", "4006381333931", "PAINT"]

    def test_lots_say_item_expiry_and_lot_and_the_station_reads_them(self, clerk, stock):
        found = [printed(clerk.get(f"/labels/lots/?item={no}"))[0] for no in ("PAINT", "LACQUER")]

        assert found == ["(91)PAINT(10)L1", "(01)04006381333931(17)271231(10)L2"]
        read = [codes.goods_of(code, today=TODAY) for code in found]
        assert [(goods.item.no, goods.lot_no, goods.expiration_date) for goods in read] == [
            ("PAINT", "L1", None),
            ("LACQUER", "L2", date(2027, 12, 31)),
        ]

    def test_bins_say_their_location_and_the_station_reads_them(self, clerk, stock):
        found = printed(clerk.get("/labels/bins/OSLO/"))

        assert found == ["(92)OSLO/A-01", "(92)OSLO/A-02"]
        assert codes.place_of(found[1], at=None, today=TODAY).code == "OSLO/A-02"
        assert printed(clerk.get("/labels/bins/OSLO/?bin=A-02&kind=qr")) == found[1:]

    def test_a_receipt_has_a_label_for_each_line(self, clerk, stock):
        receipts = PostedDocument.objects.filter(type=DocumentType.PURCHASE_RECEIPT).order_by("pk")

        found = [printed(clerk.get(f"/labels/receipts/{receipt.no}/"))[0] for receipt in receipts]

        assert found == ["CHAIR", "(91)PAINT(10)L1", "(01)04006381333931(17)271231(10)L2"]

    def test_what_code_128_has_no_signs_for_is_a_qr(self, clerk, stock):
        odd = factories.item("STÅL")

        page = clerk.get(f"/labels/items/?items={odd.pk}")

        assert printed(page) == ["STÅL"]
        assert "label-square" in page.content.decode()


class TestSheets:
    def test_copies_and_labels_used_before_fill_the_sheets(self, clerk, stock):
        page = clerk.get(f"/labels/items/?items={stock.chair.pk}&layout=a4-3x8&copies=24&skip=2").content.decode()

        assert page.count('class="label-sheet label-a4-3x8"') == 2
        assert page.count("<article") == 24
        assert page.count("label-used") == 2

    @pytest.mark.parametrize(
        "query", ["copies=x", "copies=-1", "skip=99999999", "layout=none", "items=a,,9e9", "kind=?"]
    )
    def test_odd_choices_do_no_harm(self, clerk, stock, query):
        assert clerk.get(f"/labels/items/?items={stock.chair.pk}&{query}").status_code == 200

    def test_nothing_to_print_is_said(self, clerk, stock):
        assert "There is nothing to print a label for" in clerk.get("/labels/items/").content.decode()

    def test_too_many_are_refused_with_the_figure(self, clerk, stock):
        for number in range(11):
            factories.item(f"I{number:02d}")
        keys = ",".join(str(pk) for pk in type(stock.chair).objects.values_list("pk", flat=True))

        page = clerk.get(f"/labels/items/?items={keys}&copies=100").content.decode()

        assert "1400 labels are too many" in page
        assert "<article" not in page


class TestWhereFrom:
    def test_chosen_rows_of_the_list_lead_to_their_labels(self, clerk, stock):
        answer = clerk.post(
            "/labels/items/chosen/", {"_select": "1", "pk": [stock.chair.pk, stock.paint.pk], "query": ""}
        )

        assert answer.status_code == 302
        assert printed(clerk.get(answer.url)) == ["CHAIR", "PAINT"]

    def test_no_choice_is_said_on_the_list(self, clerk, stock):
        answer = clerk.post("/labels/items/chosen/", {"_select": "1", "query": ""}, follow=True)

        assert "No row is chosen" in answer.content.decode()

    def test_card_bins_and_receipt_link_to_their_labels(self, clerk, client, stock, sign_in):
        receipt = PostedDocument.objects.filter(type=DocumentType.PURCHASE_RECEIPT).first()
        sign_in("lead")
        pages = {
            "/items/PAINT/": ["/labels/items/?items=", "/labels/lots/?item=PAINT"],
            "/locations/OSLO/bins/": ["/labels/bins/OSLO/"],
            f"/purchase-receipts/{receipt.no}/": [f"/labels/receipts/{receipt.no}/"],
            "/items/": ["/labels/items/chosen/"],
        }
        for path, links in pages.items():
            page = client.get(path).content.decode()
            assert [link in page for link in links] == [True] * len(links), path


@pytest.mark.parametrize("path", ["/labels/items/", "/labels/bins/OSLO/", "/labels/lots/?item=PAINT"])
def test_who_may_not_see_stock_prints_no_labels(client, stock, sign_in, path):
    sign_in("admin")

    assert client.get(path).status_code == 403
