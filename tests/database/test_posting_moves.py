"""Transfers and reclassifications: where the goods lie, what they cost there, and which documents say so."""

from datetime import date
from decimal import Decimal

import pytest

from config.base.errors import DomainError, ErrorCode
from config.base.models import DimensionSet
from costing import check_books
from costing.posting.journals import post_item_journal
from costing.posting.transfers import post_direct_transfer, receive_transfer_order, ship_transfer_order
from inventory.enums import DirectTransferPosting, DocumentStatus, JournalLineKind
from inventory.models import (
    InventorySetup,
    ItemJournalLine,
    ItemLedgerEntry,
    Location,
    PostedDocument,
    TransferLine,
    TransferOrder,
)
from inventory.transfers import create_transfer_order, save_transfer_line
from tests import factories
from tests.scenarios import ledgers
from tests.trade import DAY, buy, charge, costs, sell, undo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _company():
    factories.company(locations=["EAST", "WEST"])
    factories.location("ROAD", in_transit=True)
    yield
    assert [str(breach) for breach in check_books.breaches()] == []


@pytest.fixture
def crate():
    return factories.item("CRATE")


def place(code):
    return Location.objects.get(code=code)


def transfer(*lines, via=None):
    """Make a transfer order from EAST to WEST; a line is (item, quantity)."""
    order = create_transfer_order(
        TransferOrder(
            from_location=place("EAST"),
            to_location=place("WEST"),
            in_transit_location=via and place(via),
            order_date=DAY,
        ),
        user_id=None,
    )
    for item, quantity in lines:
        save_transfer_line(TransferLine(order=order, item=item, quantity=Decimal(quantity)))
    return order


def entries(result):
    """Location and quantity of what was made, in order."""
    made = ItemLedgerEntry.objects.filter(pk__in=result.item_ledger_entry_ids).order_by("pk")
    return [(entry.location.code if entry.location else "", int(entry.quantity)) for entry in made]


def reclassify(item, quantity, **fields):
    line = ItemJournalLine(
        owner=factories.user(),
        line_no=10000,
        kind=JournalLineKind.TRANSFER,
        posting_date=DAY,
        item=item,
        quantity=Decimal(quantity),
        **fields,
    )
    made = post_item_journal(lines=[line], user_id=None)
    return list(ItemLedgerEntry.objects.filter(pk__in=made.item_ledger_entry_ids).order_by("pk"))


class TestDirectTransfer:
    def test_is_one_document_with_two_entries(self, crate):
        buy(crate, "5", "2.00", location=place("EAST"))
        order = transfer((crate, "3"))

        made = post_direct_transfer(transfer_order_id=order.pk, posting_date=DAY, user_id=None)

        assert entries(made) == [("EAST", -3), ("WEST", 3)]
        assert [type_ for type_, _no in made.documents] == ["direct_transfer"]

    def test_may_be_shipment_and_receipt_through_the_blank_location(self, crate):
        InventorySetup.load()
        InventorySetup.objects.update(direct_transfer_posting=DirectTransferPosting.SHIPMENT_AND_RECEIPT)
        buy(crate, "5", "9.00", on=date(2026, 1, 2))
        buy(crate, "5", "2.00", location=place("EAST"))
        order = transfer((crate, "3"), (crate, "1"))

        made = post_direct_transfer(transfer_order_id=order.pk, posting_date=DAY, user_id=None)
        order.refresh_from_db()

        # The older goods at the blank location stay where they are.
        assert entries(made) == [
            ("EAST", -3),
            ("", 3),
            ("EAST", -1),
            ("", 1),
            ("", -3),
            ("WEST", 3),
            ("", -1),
            ("WEST", 1),
        ]
        arrived = ItemLedgerEntry.objects.filter(location=place("WEST")).order_by("pk")
        assert [costs(entry) for entry in arrived] == [{"direct_cost": "6.00"}, {"direct_cost": "2.00"}]
        assert [type_ for type_, _no in made.documents] == ["transfer_shipment", "transfer_receipt"]
        assert order.status == DocumentStatus.COMPLETED

    def test_of_an_open_issue_at_the_blank_location_covers_nothing_there(self, crate):
        InventorySetup.load()
        InventorySetup.objects.update(direct_transfer_posting=DirectTransferPosting.SHIPMENT_AND_RECEIPT)
        sale = sell(crate, "1")
        buy(crate, "5", "2.00", location=place("EAST"))

        post_direct_transfer(transfer_order_id=transfer((crate, "3")).pk, posting_date=DAY, user_id=None)
        sale.refresh_from_db()

        assert sale.remaining_quantity == -1


class TestTransferOrder:
    def test_is_shipped_and_received_in_parts(self, crate):
        buy(crate, "5", "2.00", location=place("EAST"))
        order = transfer((crate, "4"), via="ROAD")
        line = order.lines.get()
        ship = {"transfer_order_id": order.pk, "posting_date": DAY, "user_id": None}

        shipped = ship_transfer_order(**ship, quantities={line.line_no: Decimal(3)})
        received = receive_transfer_order(**ship, quantities={line.line_no: Decimal(2)})
        line.refresh_from_db()
        in_between = (line.quantity_shipped, line.quantity_received)
        ship_transfer_order(**ship)
        receive_transfer_order(**ship)
        order.refresh_from_db()

        assert entries(shipped) == [("EAST", -3), ("ROAD", 3)]
        assert entries(received) == [("ROAD", -2), ("WEST", 2)]
        assert in_between == (3, 2)
        assert order.status == DocumentStatus.COMPLETED

    def test_takes_a_charge_on_its_receipt_to_the_cent(self, crate):
        buy(crate, "1", "2.00", location=place("EAST"))
        buy(crate, "2", "3.00", location=place("EAST"))
        order = transfer((crate, "3"), via="ROAD")
        ship_transfer_order(transfer_order_id=order.pk, posting_date=DAY, user_id=None)
        received = receive_transfer_order(transfer_order_id=order.pk, posting_date=DAY, user_id=None)
        arrived = list(ItemLedgerEntry.objects.filter(pk__in=received.item_ledger_entry_ids, quantity__gt=0))

        charge("10.00", arrived[0])

        assert sorted(costs(entry)["direct_cost"] for entry in arrived) == ["12.67", "5.33"]

    def test_undone_is_shipped_again(self, crate):
        buy(crate, "5", "2.00", location=place("EAST"))
        order = transfer((crate, "4"), via="ROAD")
        shipped = ship_transfer_order(transfer_order_id=order.pk, posting_date=DAY, user_id=None)
        out = ItemLedgerEntry.objects.get(pk=shipped.item_ledger_entry_ids[0])

        corrections = undo(out)
        line = order.lines.get()
        again = ship_transfer_order(transfer_order_id=order.pk, posting_date=DAY, user_id=None)

        assert {(entry.location.code, int(entry.quantity), entry.correction) for entry in corrections} == {
            ("EAST", 4, True),
            ("ROAD", -4, True),
        }
        assert line.quantity_shipped == 0
        # The oldest first: the 1 that never left, and 3 of those that came back.
        assert entries(again) == [("EAST", -4), ("ROAD", 1), ("ROAD", 3)]

    def test_without_a_place_in_transit_is_refused(self, crate):
        order = transfer((crate, "4"))

        with pytest.raises(DomainError, match="no in-transit location"):
            ship_transfer_order(transfer_order_id=order.pk, posting_date=DAY, user_id=None)

    def test_of_more_than_there_is_writes_nothing(self, crate):
        buy(crate, "3", "2.00", location=place("EAST"))
        order = transfer((crate, "4"), via="ROAD")
        before = ledgers.fingerprint()

        with pytest.raises(DomainError) as refusal:
            ship_transfer_order(transfer_order_id=order.pk, posting_date=DAY, user_id=None)

        assert refusal.value.code == ErrorCode.INSUFFICIENT_QUANTITY
        assert "CRATE" in str(refusal.value)
        assert refusal.value.problems[0].document_no == order.no
        assert ledgers.changed(before, ledgers.fingerprint()) == []
        assert not PostedDocument.objects.filter(type="transfer_shipment").exists()


class TestReclassification:
    def test_gives_goods_a_new_lot_where_they_lie(self):
        paint = factories.item("PAINT", lot_tracked=True)
        bought = {"location": place("EAST"), "lot_no": "OLD", "expiration_date": date(2026, 6, 1)}
        buy(paint, "4", "2.00", **bought)
        buy(paint, "4", "3.00", **bought)

        made = reclassify(
            paint, "6", location=place("EAST"), new_location=place("EAST"), lot_no="OLD", new_lot_no="NEW"
        )

        assert [(int(entry.quantity), entry.lot_no, entry.expiration_date) for entry in made] == [
            (-6, "OLD", None),
            (4, "NEW", date(2026, 6, 1)),
            (2, "NEW", date(2026, 6, 1)),
        ]
        assert [costs(entry) for entry in made] == [
            {"direct_cost": "-14.00"},
            {"direct_cost": "8.00"},
            {"direct_cost": "6.00"},
        ]

    def test_gives_goods_a_new_date_and_new_dimensions(self):
        paint = factories.item("PAINT", lot_tracked=True)
        buy(paint, "4", "2.00", location=place("EAST"), lot_no="A", expiration_date=date(2026, 6, 1))
        sales = DimensionSet.objects.get_or_make({"DEPARTMENT": "SALES"})

        out, arrived = reclassify(
            paint,
            "4",
            location=place("EAST"),
            new_location=place("EAST"),
            lot_no="A",
            new_expiration_date=date(2026, 9, 1),
            new_dimension_set=sales,
        )

        assert (out.dimension_set, arrived.dimension_set) == (None, sales)
        assert (arrived.lot_no, arrived.expiration_date) == ("A", date(2026, 9, 1))
        assert list(arrived.value_entries.values_list("dimension_set", flat=True)) == [sales.pk]

    def test_to_a_serial_number_on_stock_is_refused(self):
        van = factories.item("VAN", serial_tracked=True)
        for serial_no in ("A", "B"):
            buy(van, "1", "2.00", location=place("EAST"), serial_no=serial_no)

        with pytest.raises(DomainError) as refusal:
            reclassify(van, "1", location=place("EAST"), new_location=place("EAST"), serial_no="A", new_serial_no="B")

        assert refusal.value.code == ErrorCode.DUPLICATE_SERIAL

    def test_of_nothing_new_is_refused(self, crate):
        buy(crate, "3", "2.00", location=place("EAST"))

        with pytest.raises(DomainError, match="what is new"):
            reclassify(crate, "1", location=place("EAST"), new_location=place("EAST"))
