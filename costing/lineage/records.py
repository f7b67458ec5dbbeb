"""What a cost lineage is made of: what was read of the books, and the graph drawn from it. Plain records.

Quantities and amounts in units of 1e-5. Amounts of nodes and edges are cost as it flows: positive where cost goes from
a source to a receiver, whatever the sign of the ledger; quantities are positive likewise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from costing.engine.books import Entry, ItemBooks, Scope, Sums


class Direction(StrEnum):
    """Back to the sources, or forth to the receivers."""

    BACK = "back"
    FORTH = "forth"


class NodeKind(StrEnum):
    ENTRY = "entry"
    VALUE = "value"
    POOL = "pool"
    OPENING = "opening"
    ORDER = "order"
    CAPACITY = "capacity"
    UNCOVERED = "uncovered"
    GAP = "gap"
    LEFT = "left"
    END = "end"
    MORE = "more"
    AGAIN = "again"


class Part(StrEnum):
    """What a group of value entries says about its entry."""

    INVOICED = "invoiced"
    EXPECTED = "expected"
    CHARGE = "charge"
    OVERHEAD = "overhead"
    VARIANCE = "variance"
    REVALUATION = "revaluation"
    ROUNDING = "rounding"
    NON_INVENTORY = "non_inventory"


class OrderKey(NamedTuple):
    """What collects cost: one posting of an assembly order, or a line of a production order."""

    order_type: str
    order_no: str
    line_no: int


class PoolKey(NamedTuple):
    """What an average is taken over: an item, its scope and the last day of the period."""

    item_id: int
    scope: Scope
    end: date


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What is told about an entry beside its cost.

    `averages`: the item follows period averages. `at_close`: it is settled at the inventory close. `unadjusted`: its
    cost waits to be adjusted.
    """

    item_id: int
    item_no: str
    description: str
    entry_type: str
    document_type: str
    document_no: str
    posting_date: date
    location: str
    order: OrderKey | None = None
    averages: bool = False
    at_close: bool = False
    unadjusted: bool = False

    @property
    def is_output(self) -> bool:
        """Whether it was made by an order; what takes an output back is told apart by its source."""
        return self.order is not None and self.entry_type in ("output", "assembly_output")

    @property
    def is_consumption(self) -> bool:
        return self.order is not None and self.entry_type in ("consumption", "assembly_consumption")


@dataclass(frozen=True, slots=True)
class ValueFacts:
    """What is told about a value entry: its document, and the charge that it stems from."""

    document_type: str
    document_no: str
    charge: str = ""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Time or work that an order used, from one work centre; `entry_keys` are capacity ledger entries."""

    name: str
    quantity_e5: int
    amount_e5: int
    entry_keys: tuple[int, ...] = ()


@dataclass(slots=True)
class OrderBooks:
    """What went into an order and came out of it, as keys of entries. `finished`: all of its cost is carried over."""

    inputs: list[int] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    capacities: list[Capacity] = field(default_factory=list)
    finished: bool = True
    adjusted: bool = True


@dataclass(slots=True)
class PeriodBooks:
    """The books of an average item for one period, all scopes; None where the period is too big to be read.

    `sums`: by scope what its members bring (`received`) and what its issues take, for a period that was not read.
    """

    first_day: date
    end: date
    books: ItemBooks | None
    opening: Mapping[Scope, Sums] = field(default_factory=dict)
    received: Mapping[Scope, Sums] = field(default_factory=dict)
    issued: Mapping[Scope, Sums] = field(default_factory=dict)


@dataclass(slots=True)
class Trail:
    """Everything that was read for one lineage.

    `boundary`: entries that were read for their cost alone, not for what they took from or gave to. `truncated`: more
    could have been read.
    """

    root: int
    books: ItemBooks
    facts: Mapping[int, EntryFacts]
    value_facts: Mapping[int, ValueFacts] = field(default_factory=dict)
    boundary: frozenset[int] = frozenset()
    orders: Mapping[OrderKey, OrderBooks] = field(default_factory=dict)
    periods: Mapping[tuple[int, date], PeriodBooks] = field(default_factory=dict)
    pools: Mapping[int, Sequence[PoolKey]] = field(default_factory=dict)
    truncated: bool = False

    def entry(self, key: int) -> Entry:
        return self.books.entries[key]


@dataclass(slots=True)
class Node:
    """A box of the graph.

    `part`, `title`: of a value group, its kind and document or charge. `waits`: a gap that adjustment closes in time.
    `count`: how many are grouped in it.
    """

    key: str
    kind: NodeKind
    amount_e5: int
    quantity_e5: int = 0
    entry_key: int | None = None
    part: Part | None = None
    title: str = ""
    value_keys: tuple[int, ...] = ()
    pool: PoolKey | None = None
    order: OrderKey | None = None
    waits: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Edge:
    """Cost that flows from a source to a receiver, and the quantity that carries it."""

    source: str
    target: str
    amount_e5: int
    quantity_e5: int = 0


@dataclass(slots=True)
class Graph:
    """Nodes and edges that were reached from the root in one direction."""

    root: str
    direction: Direction
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    outward: dict[str, list[tuple[Edge, str]]] = field(default_factory=dict)
    truncated: bool = False

    def add(self, node: Node) -> Node:
        return self.nodes.setdefault(node.key, node)

    def connect(self, near: str, far: str, amount_e5: int, quantity_e5: int = 0) -> None:
        """Add an edge between a node and one farther from the root; cost flows in its own direction."""
        source, target = (far, near) if self.direction == Direction.BACK else (near, far)
        edge = Edge(source, target, amount_e5, quantity_e5)
        self.edges.append(edge)
        self.outward.setdefault(near, []).append((edge, far))

    def beyond(self, key: str) -> list[tuple[Edge, Node]]:
        """The edges that lead away from the root, each with the node at its other end, in the order they were added."""
        return [(edge, self.nodes[far]) for edge, far in self.outward.get(key, ())]

    def differences(self) -> dict[str, int]:
        """Nodes whose edges do not add up to their amount, with the difference. Empty for every lineage."""
        sums = {key: sum(edge.amount_e5 for edge, _far in edges) for key, edges in self.outward.items()}
        differences = {key: self.nodes[key].amount_e5 - sum_e5 for key, sum_e5 in sums.items()}
        return {key: difference_e5 for key, difference_e5 in differences.items() if difference_e5}
