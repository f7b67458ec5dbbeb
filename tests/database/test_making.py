"""Assembly and production orders: what is posted, what is refused with nothing written, how the rows look."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.errors import DomainError, ErrorCode
from config.base.transactions import posting
from costing import adjustment, check_books, order_adjustment
from costing.average_periods import AveragePeriods
from costing.models import CostChange, CostingSetup, InventoryAdjmtEntryOrder, InventoryPostingSetup, ValueEntry
from costing.posting.assembly import post_assembly
from costing.posting.capacity import Work
from costing.posting.documents import post_document
from costing.posting.making import Goods
from costing.posting.production import finish_production, post_production
from costing.posting.unassembly import undo_assembly
from inventory.enums import OrderStatus, OrderType
from inventory.models import (
    CapacityLedgerEntry,
    Item,
    ItemLedgerEntry,
    OrderComponent,
    OrderHeader,
    WorkCentre,
)
from inventory.orders import create_order, delete_order, save_component
from ledger.models import GLAccount
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2026, 1, 10)


@pytest.fixture
def company():
    return factories.company(locations=["EAST"])


@pytest.fixture
def frame(company):
    """10 on hand at 12.00."""
    frame = factories.item("FRAME")
    receive(frame, quantity="10", unit_cost="12.00")
    return frame


@pytest.fixture
def kit(frame):
    kit = factories.item("KIT")
    factories.bom_line(parent=kit, component=frame, quantity_per=Decimal(2))
    return kit


def receive(item, **line):
    order = factories.purchase_order(item, **line)
    return post_document(document_id=order.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)


def assembly(item, quantity="3", **fields):
    header = OrderHeader(type=OrderType.ASSEMBLY, item=item, quantity=Decimal(quantity), order_date=DAY, **fields)
    return create_order(header)


def production(item, **fields):
    return create_order(OrderHeader(type=OrderType.PRODUCTION, item=item, quantity=1, order_date=DAY, **fields))


def assemble(order, **options):
    return post_assembly(order_id=order.pk, posting_date=DAY, user_id=None, **options)


def produce(order, **lines):
    return post_production(order_id=order.pk, posting_date=DAY, user_id=None, **lines)


def finish(order):
    return finish_production(order_id=order.pk, posting_date=DAY, user_id=None)


def cost(entry_id):
    values = ValueEntry.objects.filter(item_ledger_entry_id=entry_id)
    return sum(values.values_list("cost_amount_actual", flat=True), Decimal(0))


def balance(company, role):
    return GLAccount.objects.with_balance().get(pk=company.account(role).pk).balance


class TestAssembly:
    def test_components_and_work_are_those_of_the_order(self, company, kit):
        bench = WorkCentre.objects.create(code="BENCH", name="Bench", direct_unit_cost=10, indirect_cost_percent=10)
        order = assembly(kit)
        save_component(OrderComponent(order=order, work_centre=bench, quantity_per=Decimal("0.5")))

        *_consumed, made = assemble(order).item_ledger_entry_ids

        work = CapacityLedgerEntry.objects.get()
        assert (work.quantity, work.run_time, work.invoiced_quantity) == (
            Decimal("1.5"),
            Decimal("1.5"),
            Decimal("1.5"),
        )
        # 6 frames at 12 = 72; 1.5 hours at 11 = 16.50, of which 15.00 is direct.
        assert cost(made) == Decimal("88.50")
        assert list(work.value_entries.order_by("pk").values_list("entry_type", "cost_amount_actual")) == [
            ("direct_cost", Decimal(15)),
            ("indirect_cost", Decimal("1.5")),
        ]
        assert balance(company, "overhead_applied") == Decimal("-1.50")
        assert OrderHeader.objects.get(pk=order.pk).status == OrderStatus.FINISHED

    def test_parts_of_an_order_are_settled_each_by_itself(self, frame, kit):
        order = assembly(kit)

        first = assemble(order, quantity=Decimal(1)).item_ledger_entry_ids[-1]
        Item.objects.filter(pk=kit.pk).update(overhead_rate=5)
        second = assemble(order).item_ledger_entry_ids[-1]

        assert (cost(first), cost(second)) == (Decimal(24), Decimal(58))
        states = InventoryAdjmtEntryOrder.objects.order_by("order_line_no")
        assert [(state.order_line_no, state.overhead_rate) for state in states] == [(1, Decimal(0)), (2, Decimal(5))]

    def test_more_than_is_left_is_refused(self, kit):
        with pytest.raises(DomainError, match="only 3 is left") as refused:
            assemble(assembly(kit), quantity=Decimal(4))

        assert refused.value.code == ErrorCode.QUANTITY_EXCEEDS_SOURCE
        assert not CapacityLedgerEntry.objects.exists()

    def test_missing_components_are_refused_and_nothing_is_written(self, kit):
        entries = ItemLedgerEntry.objects.count()

        with pytest.raises(DomainError, match="2 of FRAME is missing") as refused:
            assemble(assembly(kit, quantity="6"))

        assert refused.value.code == ErrorCode.INSUFFICIENT_QUANTITY
        assert ItemLedgerEntry.objects.count() == entries
        assert not InventoryAdjmtEntryOrder.objects.exists()

    def test_output_tells_whose_cost_it_carries(self, kit):
        order = assembly(kit)

        consumed, made = assemble(order, works=[Work(amount=Decimal(9))]).item_ledger_entry_ids

        work = CapacityLedgerEntry.objects.get()
        assert list(
            CostChange.objects.order_by("pk").values_list("source_entry", "source_capacity_entry", "amount")
        ) == [
            (consumed, None, Decimal(72)),
            (None, work.pk, Decimal(9)),
        ]
        assert set(CostChange.objects.values_list("item_ledger_entry", flat=True)) == {made}

    def test_items_not_kept_in_stock_are_used_but_not_carried(self, company, kit):
        glue = factories.item("GLUE", type="non_inventory", unit_cost=Decimal(3))

        made = assemble(
            assembly(kit, "1"), used=[Goods(glue.pk, Decimal(2)), Goods(Item.objects.get(no="FRAME").pk, Decimal(1))]
        ).item_ledger_entry_ids[-1]

        assert cost(made) == Decimal(12)
        assert balance(company, "inventory_adjustment") == 0

    def test_preview_writes_nothing(self, kit):
        order = assembly(kit)

        result = assemble(order, preview=True)

        assert [line["quantity"] for line in result.item_lines] == [Decimal(-6), Decimal(3)]
        assert not ItemLedgerEntry.objects.filter(order_no=order.no).exists()
        assert OrderHeader.objects.get(pk=order.pk).quantity_finished == 0

    def test_goods_assembled_to_order_are_sold_from_their_output(self, kit):
        earlier = factories.sales_order(kit, quantity="1")
        assemble(assembly(kit, "1"))
        line = earlier.lines.get()

        made = assemble(assembly(kit, "1", sales_line=line), works=[Work(amount=Decimal(5))]).item_ledger_entry_ids[-1]
        sold = post_document(document_id=earlier.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)

        output = ItemLedgerEntry.objects.get(pk=made)
        assert (output.assemble_to_order, output.remaining_quantity) == (True, 0)
        assert cost(sold.item_ledger_entry_ids[0]) == Decimal(-29)

    def test_undone_order_can_be_assembled_again(self, kit):
        order = assembly(kit)
        made = assemble(order, works=[Work(amount=Decimal(9))]).item_ledger_entry_ids[-1]

        undo_assembly(output_entry_id=made, posting_date=DAY, user_id=None)
        again = assemble(order).item_ledger_entry_ids[-1]
        adjustment.adjust_cost(today=DAY)

        assert [work.quantity for work in CapacityLedgerEntry.objects.order_by("pk")] == [1, -1]
        assert cost(again) == Decimal(72)
        assert check_books.breaches() == []

    def test_a_long_order_takes_no_more_queries_than_a_short_one(self, company):
        parts = [factories.item(f"PART{number}") for number in range(12)]
        for part in parts:
            receive(part, quantity="4", unit_cost="1.00")
        gate = factories.item("GATE")
        counts = []
        for used in (parts[:2], parts):
            order = assembly(gate, "1")
            # Codes are raised once; what is measured is a posting as they mostly are.
            assemble(assembly(gate, "1"), used=[Goods(part.pk, Decimal(1)) for part in used])
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assemble(order, used=[Goods(part.pk, Decimal(1)) for part in used])
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestProduction:
    def test_time_of_a_work_centre_is_costed_by_its_card(self, company, kit):
        lathe = WorkCentre.objects.create(
            code="LATHE", name="Lathe", direct_unit_cost=10, indirect_cost_percent=10, overhead_rate=Decimal("0.5")
        )
        order = production(kit)

        # 11.50 an hour: 10 hours cost 115, (115 - 5) / 1.1 = 100 of it direct.
        produce(order, works=[Work(work_centre_id=lathe.pk, setup_time=Decimal(2), run_time=Decimal(8))])
        CostingSetup.objects.update(cost_includes_setup=False)
        produce(order, works=[Work(work_centre_id=lathe.pk, setup_time=Decimal(2), run_time=Decimal(8))])

        assert balance(company, "wip") == Decimal("207.00")
        assert balance(company, "direct_cost_applied") == Decimal(-120) - Decimal(180)
        assert balance(company, "overhead_applied") == Decimal(-27)

    def test_work_centre_costed_by_units_counts_scrap(self, company, kit):
        paint = WorkCentre.objects.create(code="PAINT", name="Paint", direct_unit_cost=2, costed_by_units=True)

        works = [
            Work(work_centre_id=paint.pk, run_time=Decimal(7), output_quantity=Decimal(9), scrap_quantity=Decimal(1))
        ]
        produce(production(kit), works=works)

        assert CapacityLedgerEntry.objects.get().quantity == 10
        assert balance(company, "wip") == Decimal(20)

    def test_wip_is_the_account_of_what_is_made(self, company, frame):
        gate = factories.item("GATE", inventory_group="FINISHED")
        own = factories.gl_account("2190")
        InventoryPostingSetup.objects.filter(inventory_posting_group__code="FINISHED").update(wip=own)
        order = production(gate)

        produce(order, used=[Goods(frame.pk, Decimal(1))], works=[Work(amount=Decimal(8))])
        assert GLAccount.objects.with_balance().get(pk=own.pk).balance == Decimal(20)
        assert balance(company, "wip") == 0
        produce(order, made=[Goods(gate.pk, Decimal(1))])
        finish(order)
        adjustment.adjust_cost(today=DAY)

        assert GLAccount.objects.with_balance().get(pk=own.pk).balance == 0
        assert check_books.breaches() == []

    def test_what_is_made_needs_a_wip_account_of_its_own_group(self, frame):
        gate = factories.item("GATE", inventory_group="FINISHED")
        InventoryPostingSetup.objects.filter(inventory_posting_group__code="FINISHED").update(wip=None)

        with pytest.raises(DomainError, match="No WIP inventory account for blank location \\+ FINISHED") as refused:
            produce(production(gate), used=[Goods(frame.pk, Decimal(1))])

        assert refused.value.code == ErrorCode.MISSING_POSTING_SETUP
        assert not ItemLedgerEntry.objects.filter(order_type=OrderType.PRODUCTION).exists()

    def test_non_inventory_cost_goes_back_with_a_negative_output(self, company, frame):
        """12.00 of frames and 6.00 of glue made 3, of which 1 was taken back: 27.00 less a third leave 18.00."""
        CostingSetup.objects.update(include_non_inventory_cost=True)
        glue = factories.item("GLUE", type="non_inventory", unit_cost=Decimal(3))
        gate = factories.item("GATE")
        order = production(gate)

        produce(order, used=[Goods(frame.pk, Decimal(1)), Goods(glue.pk, Decimal(2))])
        made = produce(order, made=[Goods(gate.pk, Decimal(3))]).item_ledger_entry_ids[0]
        back = produce(order, made=[Goods(gate.pk, Decimal(-1), applies_to_id=made)]).item_ledger_entry_ids[0]
        finish(order)
        adjustment.adjust_cost(today=DAY)
        adjustment.adjust_cost(today=DAY)

        assert (cost(made), cost(back)) == (Decimal(27), Decimal(-9))
        assert balance(company, "wip") == 0
        assert check_books.breaches() == []

    def test_non_inventory_cost_is_carried_where_the_setup_says_so(self, company, frame):
        CostingSetup.objects.update(include_non_inventory_cost=True)
        glue = factories.item("GLUE", type="non_inventory", unit_cost=Decimal(3))
        gate = factories.item("GATE", indirect_cost_percent=Decimal(10))
        order = production(gate)

        produce(order, used=[Goods(frame.pk, Decimal(1)), Goods(glue.pk, Decimal(2))])
        made = produce(order, made=[Goods(gate.pk, Decimal(1))]).item_ledger_entry_ids[0]
        finish(order)
        adjustment.adjust_cost(today=DAY)

        values = ValueEntry.objects.filter(item_ledger_entry_id=made, cost_amount_actual__gt=0).order_by("pk")
        assert list(values.values_list("entry_type", "cost_amount_actual")) == [
            ("direct_cost", Decimal(12)),
            ("indirect_cost", Decimal("1.80")),
            ("direct_cost_non_inventory", Decimal(6)),
        ]
        assert balance(company, "direct_cost_non_inventory_applied") == Decimal(-6)
        assert balance(company, "wip") == 0

    def test_card_that_changes_later_does_not_reach_the_order(self, frame):
        gate = factories.item("GATE", indirect_cost_percent=Decimal(10))
        order = production(gate)
        produce(order, used=[Goods(frame.pk, Decimal(1))])

        Item.objects.filter(pk=gate.pk).update(indirect_cost_percent=50)
        made = produce(order, made=[Goods(gate.pk, Decimal(1))]).item_ledger_entry_ids[0]
        finish(order)
        adjustment.adjust_cost(today=DAY)

        assert cost(made) == Decimal("13.20")

    def test_every_faulty_line_is_named(self, frame):
        Item.objects.filter(pk=frame.pk).update(blocked=True)
        gate = factories.item("GATE")

        with pytest.raises(DomainError) as refused:
            produce(production(gate), used=[Goods(frame.pk, Decimal(1)), Goods(gate.pk, Decimal(0))])

        assert [(problem.line_no, problem.code) for problem in refused.value.problems] == [
            (1, ErrorCode.BLOCKED_ITEM),
            (2, ErrorCode.INVALID_INPUT),
        ]

    def test_work_without_cost_is_refused(self, frame):
        with pytest.raises(DomainError, match="neither a work centre nor an amount"):
            produce(production(factories.item("GATE")), works=[Work()])

    def test_nothing_to_post_is_refused(self, frame):
        with pytest.raises(DomainError, match="nothing to post"):
            produce(production(factories.item("GATE")))

    def test_posted_order_is_not_deleted(self, frame):
        order = production(factories.item("GATE"))
        produce(order, used=[Goods(frame.pk, Decimal(1))])

        with pytest.raises(DomainError) as refused:
            delete_order(order.pk)

        assert refused.value.code == ErrorCode.ALREADY_POSTED

    def test_order_that_moved_since_it_was_read_is_left_for_another_round(self, frame):
        gate = factories.item("GATE")
        order = production(gate)
        produce(order, used=[Goods(frame.pk, Decimal(1))], made=[Goods(gate.pk, Decimal(1))])
        finish(order)
        setup = CostingSetup.at(DAY)
        loaded = order_adjustment.load([gate.pk], setup=setup)[gate.pk]
        InventoryAdjmtEntryOrder.objects.update(change_no=99)

        with posting() as context:
            stored = order_adjustment.store(
                order_adjustment.compute(loaded, precision_e5=1_000),
                setup=setup,
                periods=AveragePeriods.load(),
                run_id=None,
                user_id=None,
                context=context,
            )

        assert (stored.stale, stored.value_entry_ids) == ({gate.pk}, [])
        assert not InventoryAdjmtEntryOrder.objects.get().cost_is_adjusted
