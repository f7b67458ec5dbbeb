"""Returns, credit memos, charges and undo: what they write, and what they refuse without writing anything."""

from datetime import date
from decimal import Decimal

import pytest

from config.base.errors import DomainError, ErrorCode
from costing import check_books
from costing.models import CostingSetup, InventoryPeriod, ValueEntry
from inventory.enums import ChargeSplit, DocumentKind
from inventory.models import ItemApplicationEntry, Reservation
from tests import factories
from tests.scenarios import ledgers
from tests.trade import DAY, buy, charge, costs, line_of, order, post, sell, undo

pytestmark = pytest.mark.django_db

LATER = date(2026, 1, 20)


@pytest.fixture(autouse=True)
def _company():
    factories.company(locations=["EAST", "WEST"])
    yield
    assert [str(breach) for breach in check_books.breaches()] == []


@pytest.fixture
def bolt():
    """Kept at standard 10.00, with an overhead of 1.00 a piece."""
    return factories.item("BOLT", method="standard", standard_cost="10.00", unit_cost="10.00", overhead_rate="1.00")


@pytest.fixture
def nut():
    return factories.item("NUT")


def refused(act, code, *words):
    """Run an act that must be refused with a code and words, and must not write anything."""
    before = ledgers.fingerprint()

    with pytest.raises(DomainError) as refusal:
        act()

    assert refusal.value.code == code
    assert [word for word in words if word not in str(refusal.value)] == []
    assert ledgers.changed(before, ledgers.fingerprint()) == []


class TestPurchaseReturn:
    def test_shipped_and_credited_later_in_parts(self, bolt):
        receipt = buy(bolt, "10", "8.00")
        back = order(DocumentKind.PURCHASE_RETURN, bolt, "4", unit_amount=Decimal("8.00"), applies_to_entry=receipt)
        returned = post(back, invoice=False)[0]
        shipped = costs(returned)
        back.lines.update(quantity_to_invoice=1)
        post(back, handle=False)
        credited_in_part = costs(returned)
        post(back, handle=False)
        returned.refresh_from_db()

        assert shipped == {"direct_cost expected": "-40.00"}
        assert credited_in_part == {
            "direct_cost expected": "-30.00",
            "direct_cost": "-8.00",
            "indirect_cost": "-1.00",
            "variance": "-1.00",
        }
        assert costs(returned) == {"direct_cost": "-32.00", "indirect_cost": "-4.00", "variance": "-4.00"}
        assert returned.completely_invoiced

    def test_does_not_touch_the_last_direct_cost(self, nut):
        receipt = buy(nut, "10", "8.00")

        post(order(DocumentKind.PURCHASE_RETURN, nut, "1", unit_amount=Decimal("99"), applies_to_entry=receipt))
        nut.refresh_from_db()

        assert (nut.last_direct_cost, nut.unit_cost) == (8, 8)

    def test_of_what_is_blocked_for_purchasing_is_possible(self, nut):
        receipt = buy(nut, "10", "8.00")
        type(nut).objects.update(purchasing_blocked=True)

        returned = post(order(DocumentKind.PURCHASE_RETURN, nut, "1", applies_to_entry=receipt))[0]

        assert costs(returned) == {"direct_cost": "-8.00"}


class TestSalesReturn:
    def test_waits_for_its_credit_memo_as_expected_cost(self, nut):
        buy(nut, "10", "8.00")
        sale = sell(nut, "4")
        back = order(DocumentKind.SALES_RETURN, nut, "3", applies_from_entry=sale)
        returned = post(back, invoice=False)[0]
        received = costs(returned)
        post(back, handle=False)
        sale.refresh_from_db()

        assert received == {"direct_cost expected": "24.00"}
        assert costs(returned) == {"direct_cost": "24.00"}
        assert sale.shipped_quantity_not_returned == -1
        assert sale.applied_entry_to_adjust

    def test_undone_may_come_back_again(self, nut):
        buy(nut, "10", "8.00")
        sale = sell(nut, "4")
        back = order(DocumentKind.SALES_RETURN, nut, "4", applies_from_entry=sale)
        returned = post(back, invoice=False)[0]
        correction = undo(returned)[0]
        sale.refresh_from_db()
        left = sale.shipped_quantity_not_returned
        again = post(back, invoice=False)[0]

        assert (correction.quantity, correction.correction, correction.applies_to_entry_id) == (-4, True, returned.pk)
        assert left == -4
        assert again.quantity == 4

    def test_of_more_than_was_sold_is_refused(self, nut):
        buy(nut, "10", "8.00")
        sale = sell(nut, "4")
        back = order(DocumentKind.SALES_RETURN, nut, "5", applies_from_entry=sale)

        refused(lambda: post(back), ErrorCode.QUANTITY_EXCEEDS_SOURCE, "5 of NUT on line 10000", "4 of entry", "less")


class TestUndo:
    def test_writes_a_line_that_takes_back_and_opens_the_order(self, nut):
        purchase = order(DocumentKind.PURCHASE_ORDER, nut, "4", unit_amount=Decimal("5.00"))
        receipt = post(purchase, invoice=False)[0]
        correction = undo(receipt)[0]
        line = purchase.lines.get()
        again = post(purchase, invoice=False)[0]

        taken_back = line_of(correction)
        assert (taken_back.quantity, taken_back.source_line, taken_back.line_no) == (-4, line_of(receipt), 20000)
        assert (line.quantity_handled, line.quantity_to_handle) == (0, 4)
        assert costs(receipt) == {"direct_cost": "20.00"}
        assert costs(correction) == {"direct_cost": "-20.00"}
        assert [v.cost_amount_actual for v in correction.value_entries.order_by("pk")] == [0, -20]
        assert again.quantity == 4

    def test_does_not_touch_the_cards_costs(self, nut):
        type(nut).objects.update(last_direct_cost=3, unit_cost=3)
        receipt = buy(nut, "4", "5.00", invoice=False)

        undo(receipt)
        nut.refresh_from_db()

        assert (nut.last_direct_cost, nut.unit_cost) == (3, 3)

    def test_of_a_return_shipment_brings_the_goods_back_at_their_cost(self, nut):
        receipt = buy(nut, "4", "5.00")
        back = order(DocumentKind.PURCHASE_RETURN, nut, "3", applies_to_entry=receipt)
        returned = post(back, invoice=False)[0]

        correction = undo(returned)[0]

        assert (correction.quantity, correction.remaining_quantity, correction.completely_invoiced) == (3, 3, True)
        assert costs(correction) == {"direct_cost": "15.00"}

    def test_keeps_the_applications_that_it_cancels_on_record(self, nut):
        first = buy(nut, "4", "5.00", invoice=False)
        second = buy(nut, "4", "7.00", invoice=False)
        sale = sell(nut, "3")

        correction = undo(first)[0]

        cancelled = ItemApplicationEntry.objects.get(cancelled_by__isnull=False)
        assert (cancelled.inbound_item_entry, cancelled.outbound_item_entry) == (first, sale)
        assert cancelled.cancelled_by == correction.register
        assert sale.inbound_applications.get(cancelled_by=None).inbound_item_entry == second

    def test_of_what_was_applied_in_a_closed_period_is_refused(self, nut):
        receipt = buy(nut, "4", "5.00", invoice=False)
        sell(nut, "3")
        InventoryPeriod.objects.create(ending_date=date(2026, 1, 15), closed=True)

        refused(lambda: undo(receipt, on=LATER), ErrorCode.INSUFFICIENT_QUANTITY, "application worksheet")

    def test_dated_before_the_posting_is_refused(self, nut):
        receipt = buy(nut, "4", "5.00", invoice=False)

        refused(lambda: undo(receipt, on=date(2026, 1, 9)), ErrorCode.INVALID_INPUT, "cannot be undone before")

    def test_of_what_is_invoiced_names_document_line_item_and_cure(self, nut):
        receipt = buy(nut, "4", "5.00")

        words = (receipt.document_no, "Line 10000", "NUT", "return and a credit memo")
        refused(lambda: undo(receipt), ErrorCode.INVALID_INPUT, *words)

    def test_of_what_is_charged_is_refused(self, nut):
        receipt = buy(nut, "4", "5.00", invoice=False)
        charge("3.00", receipt)

        refused(lambda: undo(receipt), ErrorCode.INVALID_INPUT, "charge", receipt.document_no, "NUT")

    def test_of_what_is_reserved_is_refused(self, nut):
        receipt = buy(nut, "4", "5.00", invoice=False)
        wanted = order(DocumentKind.SALES_ORDER, nut, "1")
        Reservation.objects.create(item_ledger_entry=receipt, document_line=wanted.lines.get(), quantity=1)

        refused(lambda: undo(receipt), ErrorCode.INVALID_INPUT, "reserved", receipt.document_no)

    def test_without_room_for_a_line_number_is_refused(self, nut):
        purchase = order(DocumentKind.PURCHASE_ORDER, nut, "4", unit_amount=Decimal("5.00"))
        factories.document_line(purchase, item=nut, quantity="1", line_no=10001)
        receipt = post(purchase, invoice=False)[0]

        refused(lambda: undo(receipt), ErrorCode.INVALID_INPUT, "no line number")

    def test_of_a_blocked_variant_is_refused(self, nut):
        red = factories.variant(nut, "RED")
        receipt = buy(nut, "4", "5.00", invoice=False, variant=red)
        type(red).objects.update(blocked=True)

        refused(lambda: undo(receipt), ErrorCode.BLOCKED_ITEM, "NUT", "Unblock")


class TestCharge:
    def test_is_split_over_receipts_of_several_documents_to_the_cent(self, nut):
        receipts = [buy(nut, "1", "5.00"), buy(nut, "1", "5.00"), buy(nut, "1", "5.00", invoice=False)]

        charge("10.00", *receipts)

        assert [costs(receipt)["direct_cost"] for receipt in receipts] == ["8.33", "8.34", "3.33"]

    @pytest.mark.parametrize(
        ("split", "shares"),
        [
            (ChargeSplit.EQUALLY, ["6.00", "6.00"]),
            (ChargeSplit.QUANTITY, ["3.00", "9.00"]),
            (ChargeSplit.AMOUNT, ["8.00", "4.00"]),
            (ChargeSplit.WEIGHT, ["2.00", "10.00"]),
        ],
    )
    def test_is_split_as_chosen(self, split, shares):
        light = factories.item("LIGHT", net_weight="3")
        heavy = factories.item("HEAVY", net_weight="5")
        receipts = [buy(light, "1", "30.00", invoice=False), buy(heavy, "3", "5.00", invoice=False)]

        charge("12.00", *receipts, split=split)

        assert [costs(receipt)["direct_cost"] for receipt in receipts] == shares

    def test_on_what_went_out_never_reaches_stock(self, nut):
        receipt = buy(nut, "4", "5.00")
        sale = sell(nut, "1")
        back = post(order(DocumentKind.PURCHASE_RETURN, nut, "1", applies_to_entry=receipt))[0]

        charge("10.00", sale, back)

        charged = ValueEntry.objects.filter(item_charge__isnull=False).order_by("pk")
        assert [(v.inventoriable, v.cost_amount_actual, v.cost_amount_non_inventory) for v in charged] == [
            (False, 0, 5),
            (False, 0, 5),
        ]

    def test_on_a_customers_return_is_cost_of_stock(self, nut):
        buy(nut, "4", "5.00")
        sale = sell(nut, "1")
        returned = post(order(DocumentKind.SALES_RETURN, nut, "1", applies_from_entry=sale))[0]

        charge("2.00", returned)

        assert costs(returned) == {"direct_cost": "7.00"}

    def test_of_a_sale_is_income_without_cost(self, nut):
        buy(nut, "4", "5.00")
        sale = sell(nut, "1")

        charge("2.00", sale, kind=DocumentKind.SALES_ORDER)

        value = ValueEntry.objects.get(item_charge__isnull=False)
        assert (value.sales_amount_actual, value.cost_amount_actual, value.cost_amount_non_inventory) == (2, 0, 0)

    def test_flags_a_receipt_that_is_partly_used(self, nut):
        used, whole = buy(nut, "4", "5.00"), buy(nut, "4", "5.00")
        sell(nut, "1")
        type(used).objects.update(applied_entry_to_adjust=False)

        charge("8.00", used, whole)
        used.refresh_from_db()
        whole.refresh_from_db()

        assert (used.applied_entry_to_adjust, whole.applied_entry_to_adjust) == (True, False)


class TestInvoice:
    def test_of_a_sale_flags_the_layers_that_it_took(self, nut):
        receipt = buy(nut, "3", "5.00")
        shipped = order(DocumentKind.SALES_ORDER, nut, "3")
        post(shipped, invoice=False)
        type(receipt).objects.update(applied_entry_to_adjust=False)

        post(shipped, handle=False)
        receipt.refresh_from_db()

        assert receipt.applied_entry_to_adjust

    def test_of_a_service_counts_its_cost_once(self):
        help_desk = factories.item("HELP", type="service")
        bought = order(DocumentKind.PURCHASE_ORDER, help_desk, "2", unit_amount=Decimal("30.00"))
        entry = post(bought, invoice=False)[0]
        post(bought, handle=False)

        values = entry.value_entries.order_by("pk")
        assert [(v.cost_amount_non_inventory, v.inventoriable) for v in values] == [(0, False), (60, False)]
        assert not ValueEntry.objects.filter(gl_relations__isnull=False).exists()


class TestEarliestAllowedValuationDate:
    @pytest.fixture
    def january_is_shut(self):
        """Called once the old entries are there."""
        return lambda: CostingSetup.objects.update(earliest_allowed_valuation_date=date(2026, 2, 1))

    def test_is_not_reached_by_applying_to_an_older_entry(self, nut, january_is_shut):
        receipt = buy(nut, "4", "5.00")
        january_is_shut()
        back = order(DocumentKind.PURCHASE_RETURN, nut, "1", applies_to_entry=receipt)

        words = (str(receipt.pk), "line 10000", "NUT", "Name a later entry")
        refused(lambda: post(back, on=date(2026, 2, 5)), ErrorCode.PERIOD_CLOSED, *words)

    def test_leaves_ordinary_issues_of_older_receipts_alone(self, nut, january_is_shut):
        buy(nut, "4", "5.00")
        january_is_shut()

        assert costs(sell(nut, "1", on=date(2026, 2, 5))) == {"direct_cost": "-5.00"}

    def test_lets_an_invoice_of_an_older_receipt_count_from_its_own_date(self, nut, january_is_shut):
        bought = order(DocumentKind.PURCHASE_ORDER, nut, "4", unit_amount=Decimal("5.00"))
        receipt = post(bought, invoice=False)[0]
        january_is_shut()
        post(bought, on=date(2026, 2, 5), handle=False)

        dates = receipt.value_entries.order_by("pk").values_list("valuation_date", flat=True)
        assert list(dates) == [DAY, date(2026, 2, 5)]
