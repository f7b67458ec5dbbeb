"""Goods that are made of themselves, at once or by way of others: all cost arrives, whatever was adjusted before."""

from datetime import timedelta
from decimal import Decimal

import pytest

from config.base.errors import DomainError
from costing import check_books
from costing.loading import own_use
from costing.models import ValueEntry
from inventory.models import InventorySetup, ItemLedgerEntry
from tests import factories
from tests.properties.test_books_stay_whole import corrections_of_whole_books
from tests.properties.test_lineage_adds_up import cost, graphs, unexplained
from tests.properties.test_makers import FIRST, Maker
from tests.properties.test_reading_matches_all import computed

pytestmark = pytest.mark.django_db


class Reworker(Maker):
    """Buys and sells boats and kits, often dated back, and makes either of itself or of the other as time goes on.

    Nothing is made of what is received later only: its cost would come from the day after, and hang on itself.
    """

    def __init__(self, seed):
        super().__init__(seed)
        boat, kit = (factories.item(no, method="average", unit_cost=Decimal(5)) for no in ("BOAT", "KIT"))
        self.levels = [[boat, kit], [boat], [kit]]
        self.now, self.making = 0, False
        InventorySetup.objects.update(prevent_negative_inventory=True)

    def day(self):
        return FIRST + timedelta(self.now if self.making else max(0, self.now - self.random.randrange(12)))

    def assemble(self):
        self.making = True
        super().assemble()

    def _component(self, product):
        return self.random.choice(self.levels[0])

    def do(self):
        self.now, self.making = self.now + self.random.randrange(4), False
        try:
            self.random.choice([self.buy, self.buy, self.receive, self.invoice, self.sell, self.assemble])()
        except DomainError:
            return


@pytest.mark.parametrize("seed", range(4))
def test_all_cost_arrives_and_stays(seed):
    maker = Reworker(seed)

    for _round in range(4):
        for _step in range(9):
            maker.do()
        assert computed(full=False)[0] == computed(full=True)[0]
        maker.adjust()

    entries = ItemLedgerEntry.objects.values_list("pk", flat=True)
    assert own_use.read(list(entries), [item.pk for item in maker.levels[0]]).line
    assert check_books.breaches() == []
    assert corrections_of_whole_books(maker.levels[0]) == []
    values = ValueEntry.objects.count()
    maker.adjust()
    assert ValueEntry.objects.count() == values
    for key, graph in graphs():
        assert graph.differences() == {}
        assert unexplained(graph) == []
        assert graph.nodes[graph.root].amount_e5 == abs(cost(key)) * 100_000
