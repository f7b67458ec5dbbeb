"""Random books: behind every entry and before it, the lineage adds up to the cent, adjusted or not."""

from decimal import Decimal

import pytest

from config.base.errors import DomainError
from costing import check_books
from costing.lineage.backward import backward
from costing.lineage.forward import forward
from costing.lineage.loading import load
from costing.lineage.records import Direction, NodeKind, Part
from costing.models import ValueEntry
from costing.posting.assembly import post_assembly
from costing.posting.capacity import Work
from costing.posting.making import Goods
from costing.posting.production import finish_production, post_production
from costing.posting.undo import undo_posted_lines
from inventory.enums import OrderType
from inventory.models import ItemLedgerEntry, OrderHeader, PostedDocumentLine
from inventory.orders import create_order
from tests import factories
from tests.properties.test_books_stay_whole import STEPS, Trader

pytestmark = pytest.mark.django_db


class Maker(Trader):
    """A trader who also makes goods of what he has, and takes back what he posted."""

    def __init__(self, seed):
        super().__init__(seed)
        self.product = factories.item("PRODUCT", indirect_cost_percent=Decimal(10))
        self.averaged_product = factories.item("AVERAGED", method="average")

    def make(self):
        try:
            self.random.choice([self.assemble, self.produce, self.undo])()
        except DomainError:
            return

    def _order(self, kind):
        item = self.random.choice([self.product, self.averaged_product])
        header = OrderHeader(
            type=kind,
            item=item,
            quantity=Decimal(2),
            order_date=self.day(),
            location=self.books.locations["EAST"],
        )
        return create_order(header)

    def _used(self):
        east = self.books.locations["EAST"].pk
        return [Goods(self.random.choice(self.items).pk, Decimal(self.quantity()), location_id=east)]

    def _works(self):
        return [Work(amount=Decimal(self.cost()).quantize(Decimal("0.01")))]

    def assemble(self):
        order = self._order(OrderType.ASSEMBLY)
        post_assembly(order_id=order.pk, posting_date=self.day(), used=self._used(), works=self._works(), user_id=None)

    def produce(self):
        order, day = self._order(OrderType.PRODUCTION), self.day()
        made = [Goods(order.item_id, Decimal(1)), Goods(order.item_id, Decimal(1))]
        post_production(
            order_id=order.pk, posting_date=day, used=self._used(), works=self._works(), made=made, user_id=None
        )
        if self.random.random() < 0.7:
            finish_production(order_id=order.pk, posting_date=day, user_id=None)

    def undo(self):
        lines = list(PostedDocumentLine.objects.order_by("pk").values_list("pk", flat=True))
        undo_posted_lines(posted_line_ids=[self.random.choice(lines)], user_id=None)


def graphs():
    for key in ItemLedgerEntry.objects.order_by("pk").values_list("pk", flat=True):
        yield key, backward(*load(key, Direction.BACK))
        yield key, forward(*load(key, Direction.FORTH))


def cost(key):
    values = ValueEntry.objects.filter(item_ledger_entry_id=key, inventoriable=True)
    return sum(
        actual + expected for actual, expected in values.values_list("cost_amount_actual", "cost_amount_expected")
    )


def unexplained(graph):
    gaps = [node for node in graph.nodes.values() if node.kind == NodeKind.GAP]
    return [node for node in gaps if node.part != Part.ROUNDING or not node.waits]


@pytest.mark.parametrize("seed", range(6))
def test_every_node_is_the_sum_of_its_edges(seed):
    trader = Maker(seed)
    for step in range(STEPS):
        trader.make() if step % 3 == 2 else trader.do()

    for _key, graph in graphs():
        assert graph.differences() == {}

    trader.adjust()
    assert check_books.breaches() == []
    for key, graph in graphs():
        assert graph.differences() == {}
        assert unexplained(graph) == []
        assert graph.nodes[graph.root].amount_e5 == abs(cost(key)) * 100_000
