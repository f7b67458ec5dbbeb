"""Transfer orders on their pages: shipped, received in parts, seen from both ends, taken back."""

from datetime import date
from decimal import Decimal

import pytest

from config.base.errors import DomainError
from costing.models import ValueEntry
from inventory import transfers
from inventory.models import ItemLedgerEntry, PostedDocument, TransferLine, TransferOrder
from tests import factories


@pytest.fixture
def order(shop):
    """4 chairs on their way from Oslo to Bergen by ROAD, not shipped yet; Oslo has 6."""
    road = factories.location("ROAD", in_transit=True)
    places = {"from_location": shop.locations["OSLO"], "to_location": shop.locations["BERGEN"]}
    made = TransferOrder(in_transit_location=road, order_date=date(2026, 3, 2), **places)
    transfers.create_transfer_order(made, user_id=None)
    transfers.save_transfer_line(TransferLine(order=made, item=shop.chair, quantity=Decimal(4)))
    return made


@pytest.fixture
def clerk(client, order, sign_in):
    sign_in("clerk")
    return client


def move(client, order, action, quantity, **extra):
    data = {"posting_date": "2026-03-03", "line_10000": quantity, "_request_key": f"{action} {quantity}", **extra}
    return client.post(f"/transfers/{order.no}/{action}/", data)


def undo(client, shipment, **extra):
    line = shipment.lines.order_by("line_no").first()
    data = {f"undo_{line.pk}": "on", "posting_date": "", "_request_key": "undo", **extra}
    return client.post(f"/transfer-shipments/{shipment.no}/undo/", data)


def stock():
    places = {}
    for entry in ItemLedgerEntry.objects.select_related("location"):
        places[entry.location.code] = places.get(entry.location.code, 0) + entry.quantity
    return {code: quantity for code, quantity in places.items() if quantity}


def progress(order):
    line = order.lines.get()
    return (line.quantity, line.quantity_shipped, line.quantity_received)


def text_of(answer):
    return " ".join(answer.content.decode().split())


class TestShippingAndReceiving:
    def test_in_parts_through_the_place_in_transit(self, clerk, order):
        shipped = move(clerk, order, "ship", "3")
        on_road = stock()
        part = move(clerk, order, "receive", "2")
        in_part = (stock(), progress(order))
        move(clerk, order, "ship", "1")
        rest = move(clerk, order, "receive", "2.0")
        order.refresh_from_db()

        assert (shipped.status_code, part.status_code, rest.status_code) == (302, 302, 302)
        assert on_road == {"OSLO": 3, "ROAD": 3}
        assert in_part == ({"OSLO": 3, "ROAD": 1, "BERGEN": 2}, (4, 3, 2))
        assert (stock(), order.status) == ({"OSLO": 2, "BERGEN": 4}, "completed")

    def test_the_cost_goes_along(self, clerk, order):
        move(clerk, order, "ship", "4")
        move(clerk, order, "receive", "4")

        moved = ValueEntry.objects.filter(item_ledger_entry__location__code="BERGEN")
        assert sum(entry.cost_amount_actual + entry.cost_amount_expected for entry in moved) == 80

    def test_a_preview_writes_nothing(self, clerk, order):
        shown = move(clerk, order, "ship", "3", _preview="1")

        assert shown.status_code == 200
        # What left is one entry; what arrived is two: 2 of the 3 are invoiced.
        assert [len(table["rows"]) for table in shown.context["preview_tables"]] == [3]
        assert (stock(), progress(order)) == ({"OSLO": 6}, (4, 0, 0))

    def test_what_is_left_is_proposed(self, clerk, order):
        move(clerk, order, "ship", "3")

        to_ship = clerk.get(f"/transfers/{order.no}/ship/").context["form"]
        to_receive = clerk.get(f"/transfers/{order.no}/receive/").context["form"]

        assert to_ship["line_10000"].value() == "1"
        assert to_receive["line_10000"].value() == "3"

    @pytest.mark.parametrize(
        ("action", "quantity", "reason"),
        [
            ("ship", "5", "only 4 is left to ship"),
            ("ship", "-1", "greater than or equal to 0"),
            ("ship", "0", "has nothing left to ship"),
            ("ship", "many", "is not a number"),
            ("receive", "1", "is in transit. Ship it first."),
        ],
    )
    def test_what_cannot_be_is_refused(self, clerk, order, action, quantity, reason):
        answer = move(clerk, order, action, quantity)

        assert answer.status_code == 422
        assert reason in text_of(answer)
        assert (stock(), progress(order)) == ({"OSLO": 6}, (4, 0, 0))

    def test_more_than_oslo_has_cannot_be_shipped(self, clerk, order):
        order.lines.update(quantity=Decimal(7))

        answer = move(clerk, order, "ship", "7")

        assert answer.status_code == 422
        assert "of CHAIR is missing" in text_of(answer)
        assert stock() == {"OSLO": 6}

    def test_sent_twice_it_is_shipped_once(self, clerk, order):
        move(clerk, order, "ship", "2")
        move(clerk, order, "ship", "2")

        assert progress(order) == (4, 2, 0)

    def test_who_may_not_post_transfers_is_refused(self, client, order, sign_in):
        sign_in("purchaser")

        answers = [move(client, order, action, "1") for action in ("ship", "receive")]

        assert [answer.status_code for answer in answers] == [403, 403]
        assert stock() == {"OSLO": 6}


class TestOrderPage:
    def test_the_next_step_comes_first(self, clerk, order):
        before = clerk.get(f"/transfers/{order.no}/").context["actions"]
        move(clerk, order, "ship", "4")
        after = clerk.get(f"/transfers/{order.no}/")

        assert [str(action.label) for action in before if action.primary] == ["Ship"]
        assert [str(action.label) for action in after.context["actions"] if action.primary] == ["Receive"]
        assert [(str(figure.label), figure.value) for figure in after.context["figures"]] == [
            ("Ordered", 4),
            ("Shipped", 4),
            ("On the way", 4),
            ("Received", 0),
        ]

    @pytest.mark.parametrize(
        ("ship", "receive", "words"),
        [("3", "", "Shipped 3 of 4"), ("4", "", "Shipped"), ("4", "1", "Received 1 of 4"), ("4", "4", "Completed")],
    )
    def test_its_state_is_said_with_figures(self, clerk, order, ship, receive, words):
        move(clerk, order, "ship", ship)
        if receive:
            move(clerk, order, "receive", receive)

        badge = clerk.get(f"/transfers/{order.no}/").context["badges"][0]

        assert str(badge.label) == words

    def test_its_places_stay_once_goods_left(self, client, order, sign_in):
        sign_in("lead")
        move(client, order, "ship", "1")
        version = client.get(f"/transfers/{order.no}/edit/").context["lock_value"]
        fields = {"from_location": "OSLO", "to_location": "BERGEN", "order_date": "2026-03-02", "_version": version}

        refused = client.post(f"/transfers/{order.no}/edit/", {**fields, "in_transit_location": ""})
        kept = client.post(
            f"/transfers/{order.no}/edit/",
            {**fields, "in_transit_location": "ROAD", "expected_date": "2026-03-09"},
        )

        order.refresh_from_db()
        assert (refused.status_code, kept.status_code) == (422, 302)
        assert (order.in_transit_location.code, order.expected_date) == ("ROAD", date(2026, 3, 9))

    def test_goods_in_transit_are_no_destination(self, order):
        order.in_transit_location, order.to_location = order.to_location, order.in_transit_location

        with pytest.raises(DomainError):
            transfers.check_locations(order)

    def test_a_line_keeps_what_is_shipped(self, client, order, sign_in):
        sign_in("lead")
        move(client, order, "ship", "3")
        line = order.lines.get()

        less = client.post(
            f"/transfers/{order.no}/lines/{line.pk}/", {"item": "CHAIR", "quantity": "2"}, HTTP_HX_REQUEST="true"
        )

        assert less.status_code == 422
        assert "3 of line 10000 is shipped" in text_of(less)
        assert progress(order) == (4, 3, 0)


class TestGoodsInTransit:
    def shown(self, client, query=""):
        page = client.get(f"/goods-in-transit/{query}")
        assert page.status_code == 200
        return page.context["count"], page.context["foot"][-1]["value"] if page.context["foot"] else ""

    def test_they_are_seen_from_both_ends(self, clerk, order):
        move(clerk, order, "ship", "3")
        move(clerk, order, "receive", "1")

        leaving, leaving_total = self.shown(clerk, "?from_location=OSLO")
        arriving, arriving_total = self.shown(clerk, "?to_location=BERGEN")

        assert (leaving, arriving) == (1, 1)
        assert 'data-value="2"' in leaving_total
        assert 'data-value="2"' in arriving_total
        assert self.shown(clerk, "?to_location=OSLO")[0] == 0

    def test_the_figure_is_the_sum_of_its_entries(self, clerk, order):
        move(clerk, order, "ship", "3")
        move(clerk, order, "receive", "1")
        page = clerk.get("/goods-in-transit/")
        link = next(part for part in page.content.decode().split('"') if part.startswith("/ledger/items/?order"))

        entries = clerk.get(link.replace("&amp;", "&"))

        assert entries.context["ignored"] == []
        assert sum(row.quantity for row in entries.context["table"].data.data) == 2

    def test_what_has_arrived_is_gone(self, clerk, order):
        move(clerk, order, "ship", "4")
        move(clerk, order, "receive", "4")

        assert self.shown(clerk)[0] == 0

    def test_the_card_of_a_place_has_both_ends(self, client, order, sign_in):
        sign_in("lead")
        move(client, order, "ship", "3")

        arriving = client.get("/locations/BERGEN/?tab=arriving")
        leaving = client.get("/locations/OSLO/?tab=leaving")

        assert "to_location=BERGEN" in arriving.content.decode()
        assert "from_location=OSLO" in leaving.content.decode()


class TestUndoingAShipment:
    def test_it_comes_back_with_its_cost_and_can_be_shipped_again(self, clerk, order):
        move(clerk, order, "ship", "3")
        shipment = PostedDocument.objects.get(type="transfer_shipment")

        undone = undo(clerk, shipment)

        cost = sum(entry.cost_amount_actual + entry.cost_amount_expected for entry in ValueEntry.objects.all())
        assert (undone.status_code, undone.url) == (302, f"/transfer-shipments/{shipment.no}/")
        assert (stock(), progress(order)) == ({"OSLO": 6}, (4, 0, 0))
        assert cost == 120
        assert list(shipment.lines.order_by("line_no").values_list("quantity", flat=True)) == [3, -3]

    def test_once_only(self, clerk, order):
        move(clerk, order, "ship", "3")
        shipment = PostedDocument.objects.get(type="transfer_shipment")
        undo(clerk, shipment)

        again = undo(clerk, shipment, _request_key="again")

        assert again.status_code == 422
        assert stock() == {"OSLO": 6}

    def test_not_what_has_been_received(self, clerk, order):
        move(clerk, order, "ship", "3")
        move(clerk, order, "receive", "1")

        answer = undo(clerk, PostedDocument.objects.get(type="transfer_shipment"))

        assert answer.status_code == 422
        assert (stock(), progress(order)) == ({"OSLO": 3, "ROAD": 2, "BERGEN": 1}, (4, 3, 1))

    def test_what_has_been_received_is_said_before(self, clerk, order):
        move(clerk, order, "ship", "3")
        shipment = PostedDocument.objects.get(type="transfer_shipment")
        page = f"/transfer-shipments/{shipment.no}/"
        assert "Something of it is received" not in text_of(clerk.get(page))

        move(clerk, order, "receive", "1")

        assert "Something of it is received. Transfer the goods back." in text_of(clerk.get(page))
        form = clerk.get(f"{page}undo/").context["form"]
        assert [form[name].initial for name in form.fields if name.startswith("undo_")] == [False]

    def test_nothing_ticked_is_nothing_undone(self, clerk, order):
        move(clerk, order, "ship", "3")
        shipment = PostedDocument.objects.get(type="transfer_shipment")

        answer = clerk.post(f"/transfer-shipments/{shipment.no}/undo/", {"posting_date": "", "_request_key": "n"})

        assert answer.status_code == 422
        assert progress(order) == (4, 3, 0)

    def test_a_receipt_is_no_shipment(self, clerk, order):
        move(clerk, order, "ship", "3")
        move(clerk, order, "receive", "3")
        receipt = PostedDocument.objects.get(type="transfer_receipt")

        assert clerk.get(f"/transfer-shipments/{receipt.no}/undo/").status_code == 404
        assert clerk.get(f"/transfer-receipts/{receipt.no}/").status_code == 200
        assert clerk.get("/transfer-receipts/").context["count"] == 1
        assert clerk.get("/transfer-shipments/").context["count"] == 1
