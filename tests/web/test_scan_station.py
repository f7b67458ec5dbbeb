"""The scan station: what scans do to documents, once each, and what one button posts."""

import re
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from costing import check_books
from inventory import counts, transfers
from inventory.enums import DocumentKind
from inventory.models import (
    Barcode,
    Bin,
    BinContent,
    Count,
    Document,
    ItemLedgerEntry,
    ItemUnitOfMeasure,
    PostedDocument,
    ResponsibilityCentre,
    Scan,
    ScanSession,
    TransferLine,
    TransferOrder,
    UnitOfMeasure,
    UserScope,
)
from tests import factories, trade
from tests.web.scanning import Station

EAN = "4006381333931"
GTIN = f"0{EAN}"
GS = "\x1d"


@pytest.fixture
def depot(db):
    """OSLO with bins A and B: 5 chairs ordered at 20.00, 10 tins of PAINT (by lot), 3 saws (by serial number)."""
    depot = factories.company(locations=["OSLO", "BERGEN"])
    depot.oslo, depot.bergen = depot.locations["OSLO"], depot.locations["BERGEN"]
    depot.transit = factories.location("ROAD", in_transit=True)
    depot.chair = factories.item("CHAIR")
    depot.paint = factories.item("PAINT", lot_tracked=True)
    depot.saw = factories.item("SAW", serial_tracked=True)
    Barcode.objects.create(item=depot.paint, code=EAN, symbology="ean13")
    box = UnitOfMeasure.objects.create(code="BOX")
    ItemUnitOfMeasure.objects.create(item=depot.chair, unit_of_measure=box, quantity_per=Decimal(4))
    Barcode.objects.create(item=depot.chair, code="CHAIR-BOX", unit_of_measure=box)
    depot.order = factories.document(kind=DocumentKind.PURCHASE_ORDER, no="PO-1", vendor=depot.vendor)
    lines = ((depot.chair, "5", "20"), (depot.paint, "10", "3"), (depot.saw, "3", "50"))
    for item, quantity, price in lines:
        factories.document_line(
            depot.order, item=item, quantity=quantity, unit_amount=Decimal(price), location=depot.oslo
        )
    return depot


@pytest.fixture
def clerk(client, depot, sign_in):
    return Station(sign_in("clerk"))


def to_handle(order):
    """(item, lot or serial no., quantity, to handle) of each line of an order."""
    return [
        (line.item.no, line.lot_no or line.serial_no, int(line.quantity), int(line.quantity_to_handle))
        for line in order.lines.order_by("line_no")
    ]


class TestReceiving:
    def test_a_task_begins_with_nothing_to_receive(self, clerk, depot):
        page = clerk.open("receive", "PO-1")

        assert page.status_code == 200
        assert [done for *_line, done in to_handle(depot.order)] == [0, 0, 0]
        assert "0 / 18" in re.sub(r"<[^>]+>", "", page.content.decode())

    def test_scans_add_up_and_a_carton_counts_for_what_is_in_it(self, clerk, depot):
        clerk.open("receive", "PO-1")

        answers = [clerk.scan("chair")["text"], clerk.scan("CHAIR-BOX")["text"]]

        assert answers == ["1 × CHAIR. 1 of 5.", "4 × CHAIR. 5 of 5."]
        assert to_handle(depot.order)[0] == ("CHAIR", "", 5, 5)

    def test_one_gs1_code_says_item_lot_expiry_and_count(self, clerk, depot):
        clerk.open("receive", "PO-1")

        clerk.scan(f"]C101{GTIN}17271231{'10L1'}{GS}376")
        answer = clerk.scan(f"(01){GTIN}(10)L2", quantity="4")

        assert answer["text"] == "4 × PAINT, lot L2. 10 of 10."
        assert to_handle(depot.order)[1] == ("PAINT", "L1", 6, 6)
        assert to_handle(depot.order)[-1] == ("PAINT", "L2", 4, 4)
        assert depot.order.lines.get(lot_no="L1").expiration_date == date(2027, 12, 31)

    def test_a_discount_goes_along_with_the_part_that_is_split_off(self, clerk, depot):
        depot.order.lines.filter(item=depot.paint).update(line_discount_amount=Decimal("1.00"))
        clerk.open("receive", "PO-1")

        clerk.scan("PAINT", quantity="7", lot="L1")
        clerk.scan("PAINT", quantity="3", lot="L2")

        discounts = depot.order.lines.filter(item=depot.paint).order_by("lot_no")
        assert [line.line_discount_amount for line in discounts] == [Decimal("0.70"), Decimal("0.30")]

    def test_tracked_goods_ask_for_their_lot_or_serial_number(self, clerk, depot):
        clerk.open("receive", "PO-1")

        asked = [clerk.scan(code)["ask"] for code in (EAN, "SAW")]
        clerk.scan("SAW", serial="S1")
        clerk.scan("SAW", serial="S2")
        again = clerk.scan("SAW", serial="S1")

        assert asked == ["lot", "serial"]
        assert again["state"] == "refused"
        assert "serial no. S1 is scanned already" in again["text"]
        assert [line for line in to_handle(depot.order) if line[0] == "SAW"] == [
            ("SAW", "", 1, 0),
            ("SAW", "S1", 1, 1),
            ("SAW", "S2", 1, 1),
        ]

    @pytest.mark.parametrize(
        ("code", "quantity", "words"),
        [
            ("NOBODY", "1", "NOBODY is not known here"),
            ("4006381333932", "1", "its last digit would be 1"),
            ("(01)04006381333930(10)L1", "1", "check digit and would be 1"),
            ("CHAIR", "6", "6 CHAIR are more than the 5 that are left on PO-1"),
            ("CHAIR", "0", "quantity must be more than 0"),
            ("CHAIR", "a few", "is no quantity"),
            ("DESK", "1", "DESK is not on PO-1"),
            ("", "1", "empty or too long"),
            ("X" * 201, "1", "empty or too long"),
            ("A\x00B", "1", "empty or too long"),
        ],
    )
    def test_a_refused_scan_says_why_and_changes_nothing(self, clerk, depot, code, quantity, words):
        factories.item("DESK")
        clerk.open("receive", "PO-1")
        before = to_handle(depot.order)

        answer = clerk.scan(code, quantity=quantity)

        assert (answer["state"], words in answer["text"]) == ("refused", True), answer
        assert to_handle(depot.order) == before

    def test_posting_receives_what_was_scanned_and_no_more(self, clerk, depot):
        clerk.open("receive", "PO-1")
        clerk.scan("CHAIR", quantity="3")
        clerk.scan(f"(01){GTIN}(10)L1(37)6")

        answer = clerk.post()

        entries = ItemLedgerEntry.objects.order_by("pk").values_list("item__no", "lot_no", "quantity")
        assert list(entries) == [("CHAIR", "", 3), ("PAINT", "L1", 6)]
        assert answer.status_code == 302
        done = clerk.client.get(answer.url).content.decode()
        assert PostedDocument.objects.get().no in done
        assert "/labels/receipts/" in done
        undo = re.search(r'href="([^"]+/undo/)"', done)[1]
        assert clerk.client.get(undo).status_code == 200
        assert check_books.breaches() == []

    def test_posting_again_is_refused_and_posts_nothing(self, clerk, depot):
        clerk.open("receive", "PO-1")
        clerk.scan("CHAIR")
        clerk.post()

        answer = clerk.post()

        assert answer.status_code == 422
        assert ItemLedgerEntry.objects.count() == 1

    def test_a_refused_posting_leaves_the_task_open(self, clerk, depot):
        clerk.open("receive", "PO-1")

        answer = clerk.post()

        assert answer.status_code == 422
        assert clerk.scan("CHAIR")["state"] == "applied"

    def test_a_scan_that_arrives_after_posting_is_refused(self, clerk, depot):
        clerk.open("receive", "PO-1")
        clerk.scan("CHAIR")
        clerk.post()

        answer = clerk.scan("CHAIR")

        assert "PO-1 was posted or given up before this scan arrived" in answer["text"]
        assert ItemLedgerEntry.objects.get().quantity == 1

    def test_who_posts_elsewhere_ends_the_scanning(self, clerk, depot):
        clerk.open("receive", "PO-1")
        depot.order.lines.filter(item=depot.chair).update(quantity_to_handle=2, quantity_to_invoice=0)
        trade.post(depot.order, invoice=False)

        answer = clerk.scan("CHAIR")

        assert "posted elsewhere" in answer["text"]

    def test_giving_up_proposes_all_again(self, clerk, depot):
        clerk.open("receive", "PO-1")
        clerk.scan("CHAIR")

        clerk.client.post(f"/scan/{clerk.session.pk}/give-up/")

        assert to_handle(depot.order)[0] == ("CHAIR", "", 5, 5)
        assert not ScanSession.objects.filter(ended_at__isnull=True).exists()


class TestOnce:
    def test_the_same_scan_again_is_answered_with_the_first_answer(self, clerk, depot):
        clerk.open("receive", "PO-1")
        key = uuid4()

        first, second = clerk.scan("CHAIR", key=key), clerk.scan("CHAIR", key=key)

        assert (first["text"], first["repeated"]) == ("1 × CHAIR. 1 of 5.", False)
        assert (second["text"], second["repeated"]) == ("1 × CHAIR. 1 of 5.", True)
        assert to_handle(depot.order)[0] == ("CHAIR", "", 5, 1)
        assert Scan.objects.count() == 1

    def test_a_refusal_is_an_answer_too(self, clerk, depot):
        clerk.open("receive", "PO-1")
        key = uuid4()
        clerk.scan("NEW", key=key)
        factories.item("NEW")

        assert clerk.scan("NEW", key=key)["state"] == "refused"

    def test_a_key_is_no_way_to_read_the_scan_of_somebody_else(self, clerk, depot, sign_in):
        clerk.open("receive", "PO-1")
        key = uuid4()
        clerk.scan("CHAIR", key=key)
        sign_in("lead")

        answer = clerk.scan("CHAIR", key=key)

        assert "sent by somebody else" in answer["text"]

    def test_an_undone_scan_is_taken_off_once(self, clerk, depot):
        clerk.open("receive", "PO-1")
        keys = [uuid4(), uuid4()]
        for key in keys:
            clerk.scan("PAINT", key=key, lot="L1", quantity="2")

        answers = [clerk.undo(keys[1])["state"], clerk.undo(keys[1])["state"]]

        assert answers == ["undone", "undone"]
        assert to_handle(depot.order)[1] == ("PAINT", "L1", 10, 2)
        clerk.undo(keys[0])
        assert to_handle(depot.order)[1] == ("PAINT", "", 10, 0)


class TestShipping:
    @pytest.fixture
    def sale(self, depot):
        trade.buy(depot.chair, "5", "20.00", location=depot.oslo)
        for lot in ("L1", "L2"):
            trade.buy(depot.paint, "6", "3.00", location=depot.oslo, lot_no=lot)
        sale = factories.document(kind=DocumentKind.SALES_ORDER, no="SO-1", customer=depot.customer)
        factories.document_line(sale, item=depot.chair, quantity="4", location=depot.oslo)
        factories.document_line(sale, item=depot.paint, quantity="8", location=depot.oslo)
        return sale

    def test_what_is_scanned_is_shipped_from_its_lots(self, clerk, depot, sale):
        clerk.open("ship", "SO-1")
        clerk.scan("CHAIR", quantity="4")
        clerk.scan("PAINT", lot="L2", quantity="6")
        clerk.scan("PAINT", lot="L1", quantity="2")

        clerk.post()

        shipped = ItemLedgerEntry.objects.filter(quantity__lt=0).order_by("item__no", "lot_no")
        assert [(e.item.no, e.lot_no, int(e.quantity)) for e in shipped] == [
            ("CHAIR", "", -4),
            ("PAINT", "L1", -2),
            ("PAINT", "L2", -6),
        ]
        assert check_books.breaches() == []

    def test_a_lot_that_the_order_asks_for_is_not_exchanged(self, clerk, depot, sale):
        sale.lines.filter(item=depot.paint).update(lot_no="L1")
        clerk.open("ship", "SO-1")

        refused = clerk.scan("PAINT", lot="L2")
        planned = clerk.scan("PAINT")

        assert "asks for another lot" in refused["text"]
        assert planned["text"] == "1 × PAINT, lot L1. 1 of 8."


class TestTransfer:
    def test_each_end_posts_what_it_scanned(self, clerk, depot):
        trade.buy(depot.chair, "5", "20.00", location=depot.oslo)
        order = TransferOrder(
            no="TO-1",
            from_location=depot.oslo,
            to_location=depot.bergen,
            in_transit_location=depot.transit,
            order_date=date(2026, 1, 11),
        )
        transfers.create_transfer_order(order, user_id=None)
        transfers.save_transfer_line(TransferLine(order=order, item=depot.chair, quantity=Decimal(5)))

        clerk.open("transfer-ship", "TO-1")
        answers = [clerk.scan("CHAIR-BOX"), clerk.scan("CHAIR", quantity="2")]
        clerk.post()
        clerk.open("transfer-receive", "TO-1")
        clerk.scan("CHAIR", quantity="3")
        clerk.post()

        line = order.lines.get()
        assert [answer["state"] for answer in answers] == ["applied", "refused"]
        assert "4 of 5 on TO-1 are scanned" in answers[1]["text"]
        assert (line.quantity_shipped, line.quantity_received) == (4, 3)
        assert check_books.breaches() == []


class TestMoving:
    @pytest.fixture
    def bins(self, depot):
        trade.buy(depot.chair, "5", "20.00", location=depot.oslo)
        made = [Bin.objects.create(location=depot.oslo, code=code) for code in ("A", "B")]
        BinContent.objects.create(bin=made[0], item=depot.chair, quantity=Decimal(5))
        return made

    def test_from_bin_to_bin_the_ledger_stays_as_it_is(self, clerk, depot, bins):
        clerk.open("move")
        answers = [clerk.scan(code)["text"] for code in ("OSLO/A", "CHAIR", "CHAIR", "(92)OSLO/B")]

        clerk.post()

        assert answers == [
            "From OSLO/A. Scan the goods.",
            "1 × CHAIR picked up.",
            "1 × CHAIR picked up.",
            "To OSLO/B. Post the move.",
        ]
        assert list(BinContent.objects.order_by("bin__code").values_list("bin__code", "quantity")) == [
            ("A", 3),
            ("B", 2),
        ]
        assert ItemLedgerEntry.objects.count() == 1

    def test_nobody_picks_up_more_than_there_is(self, clerk, depot, bins):
        clerk.open("move")
        clerk.scan("OSLO/A")
        clerk.scan("CHAIR", quantity="4")

        answer = clerk.scan("CHAIR", quantity="2")

        assert "5 CHAIR stand at OSLO/A, 6 would be picked up" in answer["text"]

    def test_to_another_location_goods_are_reclassified_by_who_may(self, client, depot, bins, sign_in):
        clerk = Station(sign_in("clerk"))
        clerk.open("move")
        for code in ("OSLO/A", "CHAIR", "BERGEN"):
            clerk.scan(code)
        refused = clerk.post()
        lead = Station(sign_in("lead"))
        lead.open("move")
        for code in ("OSLO/A", "CHAIR", "BERGEN"):
            lead.scan(code)
        lead.post()

        moved = ItemLedgerEntry.objects.filter(entry_type="transfer").order_by("quantity")
        assert refused.status_code == 422
        assert [(e.location.code, int(e.quantity)) for e in moved] == [("OSLO", -1), ("BERGEN", 1)]
        assert BinContent.objects.get().quantity == 4
        assert check_books.breaches() == []


class TestCounting:
    def test_every_scan_adds_and_the_books_are_not_shown(self, clerk, depot):
        trade.buy(depot.chair, "37", "20.00", location=depot.oslo)
        count = counts.create_count(
            Count(no="CNT-1", posting_date=date(2026, 1, 11), location=depot.oslo), user_id=None
        )
        page = clerk.open("count", "CNT-1")

        texts = [
            clerk.scan("CHAIR")["text"],
            clerk.scan("CHAIR", quantity="12*2+5")["text"],
            clerk.scan("PAINT", lot="L9")["text"],
        ]

        assert texts == [
            "1 × CHAIR. Counted: 1.",
            "29 × CHAIR. Counted: 30.",
            "1 × PAINT, lot L9. Counted: 1.",
        ]
        assert "37" not in re.sub(r"<svg.*?</svg>|<[^>]+>", "", page.content.decode().split("scan-panes")[1])
        found = count.lines.order_by("line_no").values_list("item__no", "quantity_calculated", "quantity_counted")
        assert list(found) == [("CHAIR", 37, 30), ("PAINT", 0, 1)]


class TestWhoMay:
    def test_nobody_scans_a_task_without_its_permission(self, client, depot, sign_in):
        for username, status in (("clerk", 200), ("purchaser", 403), ("controller", 403), ("auditor", 403)):
            assert sign_in(username).get("/scan/receive/PO-1/").status_code == status, username

    def test_a_document_of_another_centre_is_not_there(self, clerk, depot):
        user = factories.user("clerk")
        own, other = (ResponsibilityCentre.objects.create(code=code) for code in ("NORTH", "SOUTH"))
        UserScope.objects.create(user=user).responsibility_centres.add(own)
        Document.objects.update(responsibility_centre=other)

        page = clerk.client.get("/scan/receive/PO-1/")
        listed = clerk.client.get("/scan/receive/").content.decode()

        assert page.status_code == 409
        assert "PO-1 is not there, or not for you" in page.content.decode()
        assert "PO-1" not in listed
        assert [done for *_line, done in to_handle(depot.order)] == [5, 10, 3]

    def test_a_scan_of_who_is_signed_out_is_answered_so(self, clerk, depot):
        clerk.open("receive", "PO-1")
        clerk.client.logout()

        answer = clerk.send("CHAIR")

        assert (answer.status_code, answer.json()) == (401, {"signed_out": True})
        assert Scan.objects.count() == 0

    @pytest.mark.parametrize("body", ["", "[]", "{}", "{", '{"key": 1}', "[" * 4000, '{"key": "x", "session": "y"}'])
    def test_what_is_no_scan_is_refused(self, clerk, body):
        answer = clerk.client.post("/scan/apply/", body, content_type="application/json")

        assert answer.status_code == 400


class TestFinding:
    @pytest.mark.parametrize("code", ["PO-1", "V1", "CHAIR-BOX", EAN])
    def test_order_vendor_and_goods_lead_to_the_order(self, clerk, code):
        answer = clerk.client.get("/scan/receive/", {"code": code})

        assert (answer.status_code, answer.url) == (302, "/scan/receive/PO-1/")

    def test_look_up_says_where_goods_stand_and_what_is_to_come(self, clerk, depot):
        trade.buy(depot.chair, "7", "20.00", location=depot.oslo)

        page = clerk.client.get("/scan/lookup/", {"code": "CHAIR-BOX"}).content.decode()

        words = " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", page.split('<section class="scan-found"')[1]).split())
        assert "On hand 7 Available 7 Unit PCS" in words
        assert "PO-1 Partner 5" in words
        assert "20.00" not in words

    def test_a_scanned_order_opens_its_task(self, clerk):
        assert clerk.client.get("/scan/lookup/", {"code": "po-1"}).url == "/scan/receive/PO-1/"


class TestPlacesOfAnOrder:
    """Bins that goods are put into as they are received, or taken out of as they are shipped."""

    def contents(self):
        rows = BinContent.objects.filter(quantity__gt=0).order_by("bin__code", "item__no")
        return [(row.bin.code, row.item.no, int(row.quantity)) for row in rows]

    @pytest.fixture
    def bins(self, depot):
        return {code: Bin.objects.create(location=depot.oslo, code=code) for code in ("A", "B")}

    def test_a_place_takes_what_was_scanned_since_the_place_before(self, clerk, bins):
        clerk.open("receive", "PO-1")
        for code, words in (
            ("CHAIR", "1 × CHAIR. 1 of 5."),
            ("CHAIR", "1 × CHAIR. 2 of 5."),
            ("OSLO/A", "2 put to OSLO/A."),
            ("CHAIR", "1 × CHAIR. 3 of 5."),
            ("OSLO/B", "1 put to OSLO/B."),
            ("CHAIR", "1 × CHAIR. 4 of 5."),
        ):
            assert clerk.scan(code)["text"] == words
        clerk.post()

        assert self.contents() == [("A", "CHAIR", 2), ("B", "CHAIR", 1)]

    def test_a_place_that_is_scanned_first_takes_what_follows(self, clerk, bins):
        clerk.open("receive", "PO-1")
        assert clerk.scan("OSLO/B")["text"] == "To OSLO/B. Scan the goods."
        clerk.scan("CHAIR-BOX")
        clerk.post()

        assert self.contents() == [("B", "CHAIR", 4)]

    def test_a_place_of_another_location_is_refused(self, clerk, bins):
        clerk.open("receive", "PO-1")
        clerk.scan("CHAIR")
        answer = clerk.scan("BERGEN")

        assert answer["state"] == "refused"
        assert "CHAIR of PO-1 belongs to OSLO, not to BERGEN. Scan a bin of OSLO." in answer["text"]

    def test_a_line_without_location_is_received_where_its_goods_are_put(self, clerk, depot):
        depot.order.lines.update(location=None)
        depot.order.lines.exclude(item=depot.chair).delete()
        clerk.open("receive", "PO-1")
        clerk.scan("CHAIR")
        clerk.scan("BERGEN")
        clerk.post()

        assert ItemLedgerEntry.objects.get().location == depot.bergen

    def test_what_is_shipped_comes_out_of_the_bin_that_was_scanned_or_the_first_that_names_it(self, clerk, depot, bins):
        trade.buy(depot.chair, "6", "20", location=depot.oslo)
        for code, quantity in (("A", 4), ("B", 2)):
            BinContent.objects.create(bin=bins[code], item=depot.chair, quantity=Decimal(quantity))
        sold = factories.document(kind=DocumentKind.SALES_ORDER, no="SO-1", customer=depot.customer)
        factories.document_line(sold, item=depot.chair, quantity="5", location=depot.oslo)
        clerk.open("ship", "SO-1")
        clerk.scan("CHAIR", quantity="2")
        clerk.scan("OSLO/B")
        clerk.scan("CHAIR")
        clerk.post()

        assert self.contents() == [("A", "CHAIR", 2), ("B", "CHAIR", 1)]
        assert "Back-order: 2 CHAIR" in ScanSession.objects.get(task="ship").result["text"]
