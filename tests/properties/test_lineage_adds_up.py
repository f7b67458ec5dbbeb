"""Random books: behind every entry and before it, the lineage adds up to the cent, adjusted or not."""

import random

import pytest

from costing import check_books
from costing.lineage.backward import backward
from costing.lineage.forward import forward
from costing.lineage.loading import load
from costing.lineage.records import Direction, NodeKind, Part
from inventory.models import ItemLedgerEntry
from tests.properties.test_books_stay_whole import STEPS, Trader

pytestmark = pytest.mark.django_db


def graphs():
    for key in ItemLedgerEntry.objects.order_by("pk").values_list("pk", flat=True):
        yield backward(*load(key, Direction.BACK))
        yield forward(*load(key, Direction.FORTH))


def gaps(graph):
    return [node for node in graph.nodes.values() if node.kind == NodeKind.GAP]


@pytest.mark.parametrize("seed", range(6))
def test_every_node_is_the_sum_of_its_edges(seed):
    trader = Trader(seed)
    for _step in range(STEPS):
        trader.do()
    sample = random.Random(seed)

    before = [graph for graph in graphs() if sample.random() < 0.5]
    assert [graph.differences() for graph in before if graph.differences()] == []

    trader.adjust()
    assert check_books.breaches() == []
    for graph in graphs():
        assert graph.differences() == {}
        assert [node for node in gaps(graph) if node.part != Part.ROUNDING or not node.waits] == []
