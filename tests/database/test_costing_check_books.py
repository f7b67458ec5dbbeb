"""Clean books break no rule; each rule that is broken is named with its entries."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from costing import adjustment, check_books, setup_changes
from costing.models import (
    AccountSet,
    CostChange,
    CostingSetup,
    GLItemLedgerRelation,
    InventoryAdjmtEntryOrder,
    InventoryClose,
    ItemBalance,
    Settlement,
    ValueEntry,
    ValueEntryToPost,
)
from costing.posting import documents, journals, production
from costing.posting.capacity import Work
from costing.posting.making import Goods
from inventory.enums import JournalLineKind, OrderType
from inventory.models import (
    CapacityLedgerEntry,
    DocumentLine,
    ItemApplicationEntry,
    ItemJournalLine,
    ItemLedgerEntry,
    OrderHeader,
)
from inventory.orders import create_order
from ledger.models import GLEntry
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 1)


def post(order, *, on=DAY, handle=True, invoice=True):
    return documents.post_document(document_id=order.pk, posting_date=on, handle=handle, invoice=invoice, user_id=None)


def entry(number):
    return ItemLedgerEntry.objects.order_by("pk")[number]


@pytest.fixture
def company():
    return factories.company(locations=["EAST", "WEST"], expected_cost_posting=True)


@pytest.fixture
def chairs(company):
    """Two layers of 5, received at 5.00 and invoiced at 6.00; 4 shipped in between, 1 sold after; adjusted."""
    chair = factories.item("CHAIR")
    for _layer in range(2):
        purchase = factories.purchase_order(chair, quantity="5", unit_cost="5.00")
        post(purchase, invoice=False)
        purchase.lines.update(unit_amount=Decimal("6.00"))
        post(factories.sales_order(chair, quantity="2"), on=DAY + timedelta(1), invoice=False)
        post(purchase, on=DAY + timedelta(2), handle=False)
    post(factories.sales_order(chair, quantity="1"), on=DAY + timedelta(3))
    adjustment.adjust_cost(today=DAY)
    return chair


@pytest.fixture
def tampering():
    """Take the triggers of a table away, and one of its constraints, until the transaction of the test ends."""

    def without(model, constraint=""):
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            if constraint.endswith("_once"):
                cursor.execute(f"DROP INDEX {constraint}")
            elif constraint:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        return model.objects

    return without


def invoice_shipments():
    for line in DocumentLine.objects.filter(document__kind="sales_order", quantity_invoiced=0):
        post(line.document, on=DAY + timedelta(4), handle=False)


def found():
    return [(breach.code, breach.entries) for breach in check_books.breaches()]


def codes():
    return {breach.code for breach in check_books.breaches()}


class TestCleanBooks:
    def test_a_new_company_breaks_no_rule(self, company):
        assert check_books.breaches() == []

    def test_posted_and_adjusted_books_break_no_rule(self, chairs):
        assert ValueEntry.objects.filter(adjustment=True).exists()
        assert check_books.breaches() == []

    def test_average_transfers_and_sold_out_stock_break_no_rule(self, company):
        table = factories.item("TABLE", method="average")
        for unit_cost in ("20.00", "40.00"):
            post(factories.purchase_order(table, quantity="1", unit_cost=unit_cost, location=company.locations["EAST"]))
        line = ItemJournalLine(
            owner=factories.user(),
            kind=JournalLineKind.TRANSFER,
            line_no=1,
            posting_date=DAY,
            item=table,
            location=company.locations["EAST"],
            new_location=company.locations["WEST"],
            quantity=Decimal(1),
        )
        journals.post_item_journal(lines=[line], user_id=None)
        for place in ("EAST", "WEST"):
            post(factories.sales_order(table, quantity="1", location=company.locations[place]), on=DAY + timedelta(1))
        adjustment.adjust_cost(today=DAY)

        assert check_books.breaches() == []


class TestQuantities:
    def test_i1_a_quantity_that_no_value_entry_carries(self, chairs, tampering):
        receipt = entry(0)
        first = receipt.value_entries.order_by("pk").first()
        tampering(ValueEntry).filter(pk=first.pk).update(item_ledger_entry_quantity=4)

        assert found() == [("I1", (receipt.pk,))]

    def test_i1_a_quantity_that_two_value_entries_carry(self, chairs, tampering):
        receipt = entry(0)
        first, second = receipt.value_entries.order_by("pk")[:2]
        values = tampering(ValueEntry)
        values.filter(pk=first.pk).update(item_ledger_entry_quantity=4)
        values.filter(pk=second.pk).update(item_ledger_entry_quantity=1)

        assert found() == [("I1", (receipt.pk,))]

    def test_i2_an_invoiced_quantity_without_an_invoice(self, chairs, tampering):
        receipt = entry(0)
        tampering(ValueEntry).filter(item_ledger_entry=receipt, invoiced_quantity=5).update(invoiced_quantity=3)

        assert ("I2", (receipt.pk,)) in found()

    def test_i3_a_remaining_quantity_that_the_applications_deny(self, chairs):
        layer = ItemLedgerEntry.objects.get(quantity__gt=0, open=True)
        ItemLedgerEntry.objects.filter(pk=layer.pk).update(remaining_quantity=1)

        assert ("I3", (layer.pk,)) in found()

    def test_i4_an_issue_that_took_less_than_it_says(self, chairs):
        issue = entry(1)
        ItemLedgerEntry.objects.filter(pk=issue.pk).update(remaining_quantity=-1, open=True)

        assert ("I4", (issue.pk,)) in found()

    def test_i5_two_active_links_of_one_pair(self, chairs, tampering):
        link = ItemApplicationEntry.objects.filter(outbound_item_entry=entry(1)).get()
        links = tampering(ItemApplicationEntry, "item_application_entry_active_once")
        first = link.pk
        link.pk = None
        links.bulk_create([link])

        assert ("I5", (first, link.pk)) in found()

    def test_i6_more_left_than_there_ever_was(self, chairs, tampering):
        issue = entry(1)
        entries = tampering(ItemLedgerEntry, "item_ledger_entry_open_iff_remaining")
        entries.filter(pk=issue.pk).update(open=True)

        assert ("I6", (issue.pk,)) in found()

    def test_i9_an_issue_that_is_valued_before_its_source(self, chairs):
        issue = entry(1)
        issue.value_entries.update(valuation_date=DAY - timedelta(1))

        assert ("I9", (issue.pk, entry(0).pk)) in found()

    def test_i12_an_entry_that_gets_its_own_cost_back(self, chairs):
        receipt, issue = entry(0), entry(1)
        ItemApplicationEntry.objects.create(
            item_ledger_entry=receipt,
            inbound_item_entry=receipt,
            outbound_item_entry=issue,
            quantity=1,
            posting_date=DAY,
            cost_application=True,
            register=receipt.register,
            created_at=receipt.created_at,
        )

        assert ("I12", (issue.pk, receipt.pk)) in found()

    def test_a_settlement_of_more_than_the_issue_moved(self, chairs):
        receipt, issue = entry(0), entry(1)
        close = InventoryClose.objects.create(closing_date=DAY, created_at=receipt.created_at)
        Settlement.objects.create(
            close=close,
            item=chairs,
            issue=issue,
            receipt=receipt,
            quantity=3,
            amount=18,
            created_at=receipt.created_at,
        )

        assert found() == [("settlements", (issue.pk,))]


class TestValues:
    def test_i7_expected_cost_of_an_invoiced_entry(self, chairs, tampering):
        receipt = entry(0)
        tampering(ValueEntry).filter(item_ledger_entry=receipt, expected_cost=True).update(cost_amount_expected=24)

        assert ("I7", (receipt.pk,)) in found()

    def test_i7_an_invoiced_sale_that_does_not_say_so(self, chairs):
        receipt = entry(0)
        ItemLedgerEntry.objects.filter(pk=receipt.pk).update(completely_invoiced=False)

        assert ("I7", (receipt.pk,)) in found()

    @pytest.mark.parametrize("column", ["quantity", "invoiced_quantity", "cost"])
    def test_a_balance_that_its_entries_deny(self, chairs, column):
        ItemBalance.objects.filter(item=chairs).update(**{column: F(column) + 1})

        assert codes() == {"balance"}

    def test_a_balance_that_is_missing(self, chairs):
        ItemBalance.objects.filter(item=chairs).delete()

        assert codes() == {"balance"}

    def test_i8_an_issue_of_a_layer_that_is_flagged_average(self, chairs):
        issue = entry(1)
        issue.value_entries.update(valued_by_average_cost=True)
        keys = tuple(issue.value_entries.order_by("pk").values_list("pk", flat=True))

        assert found() == [("I8", keys)]

    def test_i10_a_used_up_layer_that_kept_a_cent(self, chairs, tampering):
        invoice_shipments()
        adjustment.adjust_cost(today=DAY)
        layer = ItemLedgerEntry.objects.get(quantity__gt=0, open=False)
        invoice = layer.value_entries.get(cost_amount_actual=30)
        tampering(ValueEntry).filter(pk=invoice.pk).update(cost_amount_actual=Decimal("30.01"))

        assert ("I10", (layer.pk,)) in found()

    def test_i10_an_issue_at_another_cost_than_its_layer(self, chairs, tampering):
        issue = ItemLedgerEntry.objects.get(quantity=-1)
        tampering(ValueEntry).filter(item_ledger_entry=issue, cost_amount_actual__lt=0).update(
            cost_amount_actual=Decimal("-6.01")
        )

        assert ("I10", (issue.pk,)) in found()

    def test_value_without_stock(self, chairs, tampering):
        post(factories.sales_order(chairs, quantity="5"), on=DAY + timedelta(4))
        invoice_shipments()
        adjustment.adjust_cost(today=DAY)
        assert check_books.breaches() == []
        rounding = ValueEntry.objects.order_by("-pk").first()
        tampering(ValueEntry).filter(pk=rounding.pk).update(cost_amount_actual=rounding.cost_amount_actual + 1)

        assert "no_stock_no_value" in codes()

    def test_cost_changes_that_do_not_add_up(self, chairs, tampering):
        change = CostChange.objects.order_by("pk").first()
        tampering(CostChange).filter(pk=change.pk).update(amount=change.amount - 1)

        assert found() == [("cost_changes", (change.value_entry_id,))]


class TestKeys:
    def test_a_value_entry_of_another_place(self, chairs, company, tampering):
        value = ValueEntry.objects.order_by("pk").first()
        tampering(ValueEntry).filter(pk=value.pk).update(location_id=company.locations["WEST"].pk)

        assert ("value_entry_keys", (value.pk,)) in found()

    def test_a_value_entry_of_a_register_that_is_not_there(self, chairs, tampering):
        value = ValueEntry.objects.order_by("pk").first()
        tampering(ValueEntry).filter(pk=value.pk).update(register_id=999_999)

        assert found() == [("dangling_key", (value.pk,))]

    def test_a_cost_change_of_an_entry_that_is_not_there(self, chairs, tampering):
        change = CostChange.objects.order_by("pk").first()
        tampering(CostChange).filter(pk=change.pk).update(source_entry_id=999_999)

        assert found() == [("dangling_key", (change.pk,))]


class TestGeneralLedger:
    def test_a_transaction_that_does_not_balance(self, chairs, tampering):
        line = GLEntry.objects.order_by("pk").first()
        tampering(GLEntry).filter(pk=line.pk).update(amount=line.amount + 1)

        assert "gl_balance" in codes()
        assert ("I11", (line.pk,)) in found()

    def test_a_transaction_that_lost_a_pair_of_lines(self, chairs, tampering):
        transaction = GLEntry.objects.order_by("pk").first().transaction
        model = type(transaction)
        tampering(model).filter(pk=transaction.pk).update(line_count=transaction.line_count + 2)

        assert codes() == {"gl_lines"}

    def test_i11_a_relation_of_another_amount(self, chairs, tampering):
        relation = GLItemLedgerRelation.objects.order_by("pk").first()
        tampering(GLItemLedgerRelation).filter(pk=relation.pk).update(amount=relation.amount + 1)

        assert ("I11", (relation.value_entry_id,)) in found()
        assert ("I11", (relation.gl_entry_id,)) in found()
        assert ("I11", (relation.balancing_gl_entry_id,)) in found()

    def test_i11_a_value_entry_posted_on_another_day(self, chairs, tampering):
        relation = GLItemLedgerRelation.objects.order_by("pk").first()
        tampering(GLEntry).filter(pk=relation.gl_entry_id).update(posting_date=DAY + timedelta(30))

        assert ("I11", (relation.gl_entry_id, relation.balancing_gl_entry_id)) in found()

    def test_an_account_that_is_not_the_frozen_one(self, chairs, company, tampering):
        relation = GLItemLedgerRelation.objects.filter(pair="actual").order_by("pk").first()
        tampering(GLEntry).filter(pk=relation.gl_entry_id).update(gl_account=company.account("wip"))

        assert found() == [("frozen_account", (relation.gl_entry_id,))]

    def test_a_role_that_is_blank_in_the_set_is_free(self, chairs, tampering):
        tampering(AccountSet).update(inventory=None)

        assert check_books.breaches() == []

    def test_an_amount_that_neither_is_posted_nor_waits(self, company):
        factories.company(automatic_cost_posting=False)
        post(factories.purchase_order(factories.item("CHAIR"), quantity="1", unit_cost="5.00"))
        value = ValueEntry.objects.get()
        assert check_books.breaches() == []
        ValueEntryToPost.objects.all().delete()

        assert found() == [("queue", (value.pk,))]

    def test_expected_cost_that_was_settled_before_it_is_posted_need_not_be(self, company):
        factories.company(expected_cost_posting=False)
        purchase = factories.purchase_order(factories.item("CHAIR"), quantity="1", unit_cost="5.00")
        post(purchase, invoice=False)
        post(purchase, handle=False)
        factories.company(expected_cost_posting=True)

        assert check_books.breaches() == []

    def test_expected_cost_invoiced_after_the_switch_that_neither_is_posted_nor_waits(self, company):
        factories.company(automatic_cost_posting=False, expected_cost_posting=False)
        purchase = factories.purchase_order(factories.item("CHAIR"), quantity="1", unit_cost="5.00")
        post(purchase, invoice=False)
        setup_changes.change_setup(changes={"expected_cost_posting": True}, user=None)
        post(purchase, handle=False)
        receipt, _invoice = ValueEntry.objects.order_by("pk")
        assert check_books.breaches() == []
        ValueEntryToPost.objects.filter(value_entry=receipt).delete()

        assert found() == [("queue", (receipt.pk,))]

    def test_expected_cost_of_a_time_when_it_was_not_posted_need_not_be(self, company):
        CostingSetup.objects.create(starting_date=DAY + timedelta(10), expected_cost_posting=True)
        factories.company(expected_cost_posting=False)
        post(factories.purchase_order(factories.item("CHAIR"), quantity="1", unit_cost="5.00"), invoice=False)

        assert check_books.breaches() == []

    def test_expected_cost_that_neither_is_posted_nor_waits(self, company):
        factories.company(automatic_cost_posting=False, expected_cost_posting=True)
        post(factories.purchase_order(factories.item("CHAIR"), quantity="1", unit_cost="5.00"), invoice=False)
        value = ValueEntry.objects.get()
        assert check_books.breaches() == []
        ValueEntryToPost.objects.all().delete()

        assert found() == [("queue", (value.pk,))]

    def test_a_posted_amount_that_still_waits(self, chairs):
        value = ValueEntry.objects.order_by("pk").first()
        ValueEntryToPost.objects.create(value_entry=value, item=chairs, posting_date=value.posting_date)

        assert found() == [("queue", (value.pk,))]


class TestDocuments:
    @pytest.mark.parametrize(
        ("column", "code"), [("quantity_handled", "order_handled"), ("quantity_invoiced", "order_invoiced")]
    )
    def test_an_order_that_says_more_than_was_posted(self, company, column, code):
        order = factories.purchase_order(factories.item("CHAIR"), quantity="5", unit_cost="5.00")
        order.lines.update(quantity_to_handle=3, quantity_to_invoice=2)
        post(order)
        line = order.lines.get()
        assert check_books.breaches() == []
        order.lines.update(**{column: getattr(line, column) + 1})

        assert found() == [(code, (line.pk,))]


class TestEveryCheck:
    def test_has_a_name_of_its_own(self):
        names = [check.__name__ for check in check_books.CHECKS]

        assert len(names) == len(set(names))


class TestCommand:
    def test_says_that_the_books_are_in_order(self, company, capsys):
        call_command("check_books")

        assert "the books are in order" in capsys.readouterr().out

    def test_prints_each_breach_and_ends_with_one(self, chairs, capsys):
        value = ValueEntry.objects.order_by("pk").first()
        ValueEntryToPost.objects.create(value_entry=value, item=chairs, posting_date=value.posting_date)

        with pytest.raises(SystemExit) as ended:
            call_command("check_books")

        assert ended.value.code == 1
        assert f"queue: Value entry {value.pk} waits" in capsys.readouterr().out

    def test_prints_json(self, chairs, capsys):
        value = ValueEntry.objects.order_by("pk").first()
        ValueEntryToPost.objects.create(value_entry=value, item=chairs, posting_date=value.posting_date)

        with pytest.raises(SystemExit):
            call_command("check_books", json=True)

        (breach,) = json.loads(capsys.readouterr().out)
        assert breach["code"] == "queue"
        assert breach["entries"] == [value.pk]


@pytest.fixture
def made(company):
    """2 gates of 1 bar at 10.00 and work of 5.00 with overhead 1.00; the order is finished and adjusted."""
    bar, gate = factories.item("BAR"), factories.item("GATE")
    post(factories.purchase_order(bar, quantity="1", unit_cost="10.00"))
    order = create_order(OrderHeader(type=OrderType.PRODUCTION, item=gate, quantity=Decimal(2), order_date=DAY))
    production.post_production(
        order_id=order.pk,
        posting_date=DAY,
        used=[Goods(bar.pk, Decimal(1))],
        works=[Work(amount=Decimal(5), overhead_amount=Decimal(1))],
        made=[Goods(gate.pk, Decimal(2))],
        user_id=None,
    )
    production.finish_production(order_id=order.pk, posting_date=DAY, user_id=None)
    adjustment.adjust_cost(today=DAY)
    return InventoryAdjmtEntryOrder.objects.get()


class TestOrders:
    def test_settled_order_breaks_no_rule(self, made):
        assert made.cost_is_adjusted
        assert check_books.breaches() == []

    def test_capacity_whose_values_say_another_quantity(self, made, tampering):
        work = CapacityLedgerEntry.objects.get()
        tampering(CapacityLedgerEntry).filter(pk=work.pk).update(invoiced_quantity=2)

        assert found() == [("capacity", (work.pk,))]

    def test_capacity_without_direct_value(self, made, tampering):
        work = CapacityLedgerEntry.objects.get()
        tampering(ValueEntry).filter(capacity_ledger_entry=work, entry_type="direct_cost").update(
            entry_type="indirect_cost"
        )

        assert ("capacity", (work.pk,)) in found()

    def test_order_without_cost_state(self, made):
        made.delete()

        assert codes() == {"order_state"}

    def test_settled_order_whose_output_is_not_invoiced(self, made, tampering):
        tampering(ItemLedgerEntry).filter(entry_type="output").update(completely_invoiced=False)

        assert ("order_state", (made.pk,)) in found()

    def test_settled_order_that_used_more_than_it_carries(self, made, tampering):
        tampering(ValueEntry).filter(capacity_ledger_entry__isnull=False, entry_type="indirect_cost").update(
            cost_amount_actual=2
        )

        assert ("order_cost", (made.pk,)) in found()

    def test_settled_order_of_a_standard_item_that_is_off_its_standard(self, company, tampering):
        """1 gate of a bar at 10.00, standard 12.00: direct cost 10.00, variance 2.00; it stands at 13.00 in the end."""
        bar = factories.item("BAR")
        gate = factories.item("GATE", method="standard", standard_cost=Decimal(12))
        post(factories.purchase_order(bar, quantity="1", unit_cost="10.00"))
        order = create_order(OrderHeader(type=OrderType.PRODUCTION, item=gate, quantity=Decimal(1), order_date=DAY))
        facts = {"order_id": order.pk, "posting_date": DAY, "user_id": None}
        production.post_production(**facts, used=[Goods(bar.pk, Decimal(1))], made=[Goods(gate.pk, Decimal(1))])
        production.finish_production(**facts)
        adjustment.adjust_cost(today=DAY)
        assert check_books.breaches() == []

        tampering(ValueEntry).filter(entry_type="variance").update(cost_amount_actual=3)

        assert ("order_standard", (InventoryAdjmtEntryOrder.objects.get().pk,)) in found()

    def test_order_that_is_not_adjusted_may_hold_cost_in_wip(self, made, tampering):
        InventoryAdjmtEntryOrder.objects.update(cost_is_adjusted=False)
        tampering(ValueEntry).filter(capacity_ledger_entry__isnull=False, entry_type="indirect_cost").update(
            cost_amount_actual=2
        )

        assert "order_cost" not in codes()
