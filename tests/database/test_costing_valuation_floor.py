"""The earliest allowed valuation date: what it refuses, what it lets through, and when it can be set."""

from datetime import date
from decimal import Decimal

import pytest
from django.forms.models import model_to_dict

from config.base.errors import DomainError, ErrorCode
from costing import period_blockers
from costing.adjustment import adjust_cost
from costing.forms import CostingSetupForm
from costing.models import CostingSetup, InventoryAdjmtEntryOrder, ValueEntry
from inventory.charge_assignments import assign_document
from inventory.enums import ChargeSplit
from inventory.models import ItemCharge, ItemLedgerEntry, PostedDocument
from tests import factories
from tests.web.costing_books import post

pytestmark = pytest.mark.django_db

FLOOR = date(2026, 3, 1)
OLD, NEW = date(2026, 2, 10), date(2026, 3, 10)


@pytest.fixture
def rope():
    """10 ropes received on 10 February at 5.00, not invoiced; adjusted."""
    factories.company()
    rope = factories.item("ROPE")
    rope.purchase = factories.purchase_order(rope, quantity="10", unit_cost="5.00")
    rope.receipt = post(rope.purchase, on=OLD, invoice=False)
    adjust_cost()
    return rope


def set_floor(day=FLOOR):
    CostingSetup.objects.update(earliest_allowed_valuation_date=day)


def refused(code, work):
    before = ValueEntry.objects.count()
    with pytest.raises(DomainError) as refusal:
        work()
    assert (refusal.value.code, ValueEntry.objects.count()) == (code, before)
    return str(refusal.value)


class TestPosting:
    def test_before_it_is_refused(self, rope):
        set_floor()

        message = refused(ErrorCode.PERIOD_CLOSED, lambda: post(factories.sales_order(rope, quantity="1"), on=OLD))

        assert "before the earliest allowed valuation date 2026-03-01" in message

    def test_takes_from_older_layers_by_itself(self, rope):
        set_floor()

        post(factories.sales_order(rope, quantity="1"), on=NEW)

        assert ValueEntry.objects.last().valuation_date == NEW

    def test_is_not_applied_to_an_older_entry_by_name(self, rope):
        set_floor()
        receipt = ItemLedgerEntry.objects.get()
        order = factories.sales_order(rope, quantity="1", applies_to_entry=receipt)

        message = refused(ErrorCode.PERIOD_CLOSED, lambda: post(order, on=NEW))

        assert "ROPE" in message

    def test_an_older_receipt_is_invoiced_and_valued_on_the_invoice(self, rope):
        set_floor()

        post(rope.purchase, on=NEW, handle=False)

        invoice = ValueEntry.objects.order_by("pk").last()
        assert (invoice.cost_amount_actual, invoice.valuation_date) == (50, NEW)

    def test_a_charge_on_an_older_receipt_is_refused(self, rope):
        set_floor()
        order = factories.document(kind="purchase_order", vendor=rope.purchase.vendor)
        freight = ItemCharge.objects.get(code="FREIGHT")
        line = factories.document_line(order, item_charge=freight, quantity="1", unit_amount=Decimal(10))
        assign_document(line, PostedDocument.objects.get(type="purchase_receipt"), split=ChargeSplit.EQUALLY)

        message = refused(ErrorCode.PERIOD_CLOSED, lambda: post(order, on=NEW))

        assert "Item ROPE would be valued on 2026-02-10" in message

    def test_a_version_that_begins_later_counts_and_may_clear_it(self, rope):
        set_floor()
        later = CostingSetup.objects.create(starting_date=NEW)

        post(factories.sales_order(rope, quantity="1"), on=NEW)
        refused(ErrorCode.PERIOD_CLOSED, lambda: post(factories.sales_order(rope, quantity="1"), on=OLD))
        CostingSetup.objects.filter(pk=later.pk).update(earliest_allowed_valuation_date=date(2026, 3, 15))

        refused(ErrorCode.PERIOD_CLOSED, lambda: post(factories.sales_order(rope, quantity="1"), on=NEW))


class TestSetting:
    def form(self, day):
        setup = CostingSetup.objects.get()
        return CostingSetupForm(
            {**model_to_dict(setup), "earliest_allowed_valuation_date": day}, instance=CostingSetup.objects.get()
        )

    def test_is_allowed_where_nothing_before_it_is_unfinished(self, rope):
        assert self.form(FLOOR).is_valid()

    def test_is_refused_while_an_item_is_not_adjusted(self, rope):
        post(factories.sales_order(rope, quantity="1"), on=OLD)

        form = self.form(FLOOR)

        assert "The cost of item ROPE is not adjusted" in form.errors["earliest_allowed_valuation_date"][0]
        assert self.form(date(2026, 2, 1)).is_valid()
        assert self.form("").is_valid()

    def test_is_refused_while_an_order_with_older_values_is_open(self, rope):
        order = {"order_type": "production", "order_no": "P1", "order_line_no": 0}
        InventoryAdjmtEntryOrder.objects.create(item=rope, **order)
        value = ValueEntry.objects.first()
        value.pk = None
        for name, found in order.items():
            setattr(value, name, found)
        ValueEntry.objects.bulk_create([value])

        with pytest.raises(DomainError, match="Order P1 of item ROPE is not finished"):
            period_blockers.check_valuation_floor(FLOOR)

    def test_finished_orders_that_are_not_adjusted_keep_a_period_open(self, rope):
        order = {"order_type": "production", "order_no": "P1", "order_line_no": 0}
        InventoryAdjmtEntryOrder.objects.create(item=rope, is_finished=True, **order)
        value = ValueEntry.objects.first()
        value.pk, value.item_ledger_entry_type = None, "output"
        for name, found in order.items():
            setattr(value, name, found)
        ValueEntry.objects.bulk_create([value])

        orders = period_blockers.blockers(FLOOR).orders

        assert [(each.order_no, each.item_no) for each in orders] == [("P1", "ROPE")]
        assert period_blockers.blockers(date(2026, 2, 9)).orders == []
