"""Random makers: parts become assemblies become products, dearer and cheaper afterwards; all cost arrives."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from config.base.errors import DomainError
from costing import adjustment, check_books
from costing.models import AdjustmentRunItem, InventoryAdjmtEntryOrder, ValueEntry
from costing.posting import documents
from costing.posting.assembly import post_assembly
from costing.posting.capacity import Work
from costing.posting.making import Goods
from costing.posting.production import finish_production, post_production
from costing.posting.unassembly import undo_assembly
from inventory.enums import OrderStatus, OrderType
from inventory.models import Document, ItemLedgerEntry, OrderHeader
from inventory.orders import create_order
from ledger.models import GLAccount
from tests import factories

pytestmark = pytest.mark.django_db

FIRST = date(2026, 1, 1)
STEPS = 45
METHODS = ("fifo", "average", "standard", "lifo")


class Maker:
    """Buys parts, makes sub-assemblies of them and products of those; what is refused leaves nothing."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.books = factories.company(
            expected_cost_posting=self.random.random() < 0.5,
            average_cost_period=self.random.choice(["day", "month"]),
        )
        card = {"unit_cost": Decimal("5"), "standard_cost": Decimal("7.77"), "material_share": Decimal("7.77")}
        self.levels = [
            [
                factories.item(f"{name}{method.upper()}", method=method, **card, **overhead)
                for method in self.random.sample(METHODS, 2)
            ]
            for name, overhead in (
                ("PART-", {}),
                ("SUB-", {"indirect_cost_percent": Decimal("12.5")}),
                ("TOP-", {"overhead_rate": Decimal("0.333")}),
            )
        ]

    def day(self):
        return FIRST + timedelta(self.random.randrange(60))

    def quantity(self):
        return Decimal(self.random.choice([1, 2, 3, 5, 7]))

    def amount(self):
        return Decimal(self.random.randrange(1, 9_999)) / 100

    def do(self):
        steps = [self.buy, self.receive, self.invoice, self.use, self.work, self.make, self.finish, self.assemble]
        seldom = [self.take_back, self.put_back, self.unassemble, self.sell, self.adjust]
        try:
            self.random.choice([*steps * 2, *seldom])()
        except DomainError:
            return

    def _post(self, order, *, handle=True, invoice=True):
        documents.post_document(
            document_id=order.pk, posting_date=self.day(), handle=handle, invoice=invoice, user_id=None
        )

    def _purchase(self):
        part = self.random.choice(self.levels[0])
        return factories.purchase_order(part, quantity=self.random.choice(["7", "11"]), unit_cost=self.amount() / 7)

    def buy(self):
        self._post(self._purchase())

    def receive(self):
        self._post(self._purchase(), invoice=False)

    def invoice(self):
        waiting = [order for order in Document.objects.order_by("pk") if order.lines.get().quantity_not_invoiced]
        if waiting:
            order = self.random.choice(waiting)
            order.lines.update(unit_amount=self.amount() / 7)
            self._post(order, handle=False)

    def sell(self):
        item = self.random.choice([item for level in self.levels for item in level])
        self._post(factories.sales_order(item, quantity=str(self.quantity())))

    def _order(self):
        """An order that is open, or a new one."""
        released = list(
            OrderHeader.objects.filter(type=OrderType.PRODUCTION, status=OrderStatus.RELEASED).order_by("pk")
        )
        if released and self.random.random() < 0.8:
            return self.random.choice(released)
        product = self.random.choice([*self.levels[1], *self.levels[2]])
        return create_order(OrderHeader(type=OrderType.PRODUCTION, item=product, quantity=Decimal(1), order_date=FIRST))

    def _component(self, product):
        level = 0 if product in self.levels[1] else self.random.choice([0, 1, 1])
        return self.random.choice(self.levels[level])

    def _produce(self, order, **lines):
        post_production(order_id=order.pk, posting_date=self.day(), user_id=None, **lines)

    def use(self):
        order = self._order()
        self._produce(order, used=[Goods(self._component(order.item).pk, self.quantity())])

    def work(self):
        work = Work(amount=self.amount(), overhead_amount=self.amount() / 10, subcontracted=self.random.random() < 0.3)
        self._produce(self._order(), works=[work])

    def make(self):
        order = self._order()
        self._produce(order, made=[Goods(order.item_id, self.quantity())])

    def _one(self, **facts):
        entries = list(ItemLedgerEntry.objects.filter(**facts).order_by("pk"))
        return self.random.choice(entries) if entries else None

    def take_back(self):
        output = self._one(entry_type="output", quantity__gt=0)
        if output:
            order = OrderHeader.objects.get(no=output.order_no)
            self._produce(order, made=[Goods(output.item_id, Decimal(-1), applies_to_id=output.pk)])

    def put_back(self):
        used = self._one(entry_type="consumption", quantity__lt=0)
        if used:
            order = OrderHeader.objects.get(no=used.order_no)
            self._produce(order, used=[Goods(used.item_id, Decimal(-1), applies_from_id=used.pk)])

    def finish(self, order=None):
        order = order or self._order()
        finish_production(order_id=order.pk, posting_date=self.day(), user_id=None)

    def assemble(self):
        product = self.random.choice([*self.levels[1], *self.levels[2]])
        order = create_order(
            OrderHeader(type=OrderType.ASSEMBLY, item=product, quantity=self.quantity(), order_date=FIRST)
        )
        post_assembly(
            order_id=order.pk,
            posting_date=self.day(),
            used=[Goods(self._component(product).pk, self.quantity()) for _line in range(2)],
            works=[Work(amount=self.amount())],
            user_id=None,
        )

    def unassemble(self):
        output = self._one(entry_type="assembly_output", quantity__gt=0)
        if output:
            undo_assembly(output_entry_id=output.pk, posting_date=self.day(), user_id=None)

    def adjust(self):
        result = adjustment.adjust_cost(today=FIRST)
        assert not result.failed, list(self.failures(result.run_id))

    @staticmethod
    def failures(run_id):
        return AdjustmentRunItem.objects.filter(run_id=run_id).exclude(failure="").values_list("item__no", "failure")


@pytest.mark.parametrize("seed", range(8))
def test_what_was_used_stands_on_what_was_made(seed):
    maker = Maker(seed)
    for _step in range(STEPS):
        maker.do()
    for order in OrderHeader.objects.filter(type=OrderType.PRODUCTION, status=OrderStatus.RELEASED).order_by("pk"):
        maker.finish(order)
    maker.adjust()

    assert [str(breach) for breach in check_books.breaches()] == []
    assert not InventoryAdjmtEntryOrder.objects.filter(cost_is_adjusted=False).exists()
    _assert_wip_holds_orders_without_output(maker)
    values = ValueEntry.objects.count()
    maker.adjust()
    assert ValueEntry.objects.count() == values


def _assert_wip_holds_orders_without_output(maker):
    """Nothing is in WIP but what orders used that made nothing in the end."""
    made = {}
    for entry in ItemLedgerEntry.objects.filter(entry_type="output"):
        made[entry.order_no] = made.get(entry.order_no, Decimal(0)) + entry.quantity
    values = ValueEntry.objects.filter(order_type="production")
    left = sum(
        (
            value.cost_amount_actual if value.item_ledger_entry_type == "capacity" else -value.cost_amount_actual
            for value in values.filter(entry_type__in=("direct_cost", "indirect_cost"))
            if not made.get(value.order_no)
            and (value.item_ledger_entry_type == "capacity" or value.entry_type == "direct_cost")
        ),
        Decimal(0),
    )
    balance = GLAccount.objects.with_balance().get(pk=maker.books.account("wip").pk).balance
    assert balance == left
