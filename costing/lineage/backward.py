"""Why an entry costs what it costs: from the entry back to everything that its cost came from.

    receipt 20 for 400.00 + freight 50.00 = 450.00; a sale of 8 takes 450.00 x 8 / 20 = 180.00

Each node is the sum of the edges that lead to it. What is posted and what the sources carry may differ until the cost
is adjusted: the difference is a node of its own. Edges carry what the engine would carry today.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from costing.engine.books import Entry, Link
from costing.engine.forward import Costs, cost_links
from costing.engine.shares import share_amount_e5
from costing.lineage.parts import own_parts
from costing.lineage.pools import Issue, Pool, Pools
from costing.lineage.records import Direction, Graph, Node, NodeKind, OrderKey, PoolKey, Trail

MAX_NODES = 400
MAX_BRANCHES = 25


@dataclass(frozen=True, slots=True)
class Branch:
    """A source about to be drawn: its amount and quantity, and how to draw it (returns the key of its node)."""

    amount_e5: int
    quantity_e5: int
    draw: Callable[[], str]


@dataclass(slots=True)
class Backward:
    """Draws one graph. `path`: what is being drawn, so that goods that come back do not lead round in a circle."""

    trail: Trail
    pools: Pools
    graph: Graph
    costs: Costs
    path: set[str] = field(default_factory=set)

    def entry(self, key: int) -> str:
        """Draw an entry and what is behind it; return its node's key."""
        name = f"entry-{key}"
        if name in self.graph.nodes:
            return name
        entry = self.trail.entry(key)
        sign = _sign(entry)
        amount_e5 = sign * sum(value.cost_e5 for value in entry.values)
        self.graph.add(Node(name, NodeKind.ENTRY, amount_e5, abs(entry.quantity_e5), entry_key=key))
        self.path.add(name)
        has_sources = self._forwarded(name, entry)
        for number, group in enumerate(own_parts(entry, self.trail.value_facts, forwarded=not has_sources)):
            node = Node(
                f"{name}-value-{number}",
                NodeKind.VALUE,
                sign * group.amount_e5,
                entry_key=key,
                part=group.part,
                title=group.title,
                value_keys=group.value_keys,
            )
            self._attach(name, node)
        self.path.discard(name)
        return name

    def _forwarded(self, name: str, entry: Entry) -> bool:
        """Draw what brought the entry its forwarded cost; tell whether anything did."""
        facts = self.trail.facts[entry.key]
        if facts.at_close:
            return False
        if entry.averaged:
            self._average(name, entry)
            return True
        links = cost_links(self.trail.books, entry)
        if facts.is_output and facts.order is not None and not links:
            self._output(name, entry, facts.order)
            return True
        if not links and entry.key not in self.trail.boundary:
            return False
        self._sources(name, entry, links)
        return bool(links) or entry.key in self.trail.boundary

    def _sources(self, name: str, entry: Entry, links: Sequence[Link]) -> None:
        sign = _sign(entry)
        posted_e5 = sign * entry.posted_cost_e5
        if entry.key in self.trail.boundary or len(self.graph.nodes) >= MAX_NODES:
            self.graph.truncated = True
            self._attach(name, Node(f"{name}-more", NodeKind.MORE, posted_e5, entry_key=entry.key))
            return
        branches = [
            Branch(sign * self.costs.carried(link, entry), abs(link.quantity_e5), _drawer(self._source, link))
            for link in links
        ]
        self._branches(name, branches, entry.key)
        uncovered_e5 = abs(entry.quantity_e5) - sum(branch.quantity_e5 for branch in branches)
        carried_e5 = sum(branch.amount_e5 for branch in branches)
        if uncovered_e5 > 0:
            booked_e5 = sum(v.cost_e5 for v in entry.values if entry.is_forwarded(v) and not v.adjustment)
            share_e5 = sign * share_amount_e5(
                booked_e5, uncovered_e5, abs(entry.quantity_e5), self.trail.books.precision_e5
            )
            node = Node(f"{name}-uncovered", NodeKind.UNCOVERED, share_e5, uncovered_e5, entry_key=entry.key)
            self._attach(name, node)
            carried_e5 += share_e5
        self._gap(name, posted_e5 - carried_e5, entry.key)

    def _source(self, link: Link) -> str:
        assert link.source_key is not None
        return self._or_again(f"entry-{link.source_key}", link.source_key)

    def _or_again(self, name: str, key: int) -> str:
        """Draw an entry; where it is being drawn already, a node that points back to it."""
        if name not in self.path:
            return self.entry(key)
        again = Node(f"{name}-again", NodeKind.AGAIN, self.graph.nodes[name].amount_e5, entry_key=key)
        return self.graph.add(again).key

    def _average(self, name: str, entry: Entry) -> None:
        posted_e5 = -entry.posted_cost_e5
        keys = self.trail.pools.get(entry.key, ())
        pool = self.pools.get(keys[0]) if keys else None
        if pool is None or len(self.graph.nodes) >= MAX_NODES:
            self.graph.truncated = True
            self._attach(name, Node(f"{name}-more", NodeKind.MORE, posted_e5, entry_key=entry.key))
            return
        share_e5 = _share_of(pool, entry.key, posted_e5)
        self.graph.connect(name, self._pool(pool), share_e5, -entry.quantity_e5)
        self._gap(name, posted_e5 - share_e5, entry.key)

    def _pool(self, pool: Pool) -> str:
        name = pool_name(pool.key)
        if name in self.path:
            again = Node(f"{name}-again", NodeKind.AGAIN, 0, pool=pool.key)
            return self.graph.add(again).key
        if name in self.graph.nodes:
            return name
        self.graph.add(Node(name, NodeKind.POOL, pool.amount_e5, pool.quantity_e5, pool=pool.key))
        self.path.add(name)
        if pool.opening.quantity_e5 or pool.opening.cost_e5:
            opening = Node(
                f"{name}-opening", NodeKind.OPENING, pool.opening.cost_e5, pool.opening.quantity_e5, pool=pool.key
            )
            self._attach(name, opening)
        members = [
            Branch(member.amount_e5, member.quantity_e5, _drawer(self._member, member.entry_key))
            for member in pool.members
        ]
        self._branches(name, members, None, pool.key)
        if pool.rest.quantity_e5 or pool.rest.cost_e5:
            rest = Node(f"{name}-rest", NodeKind.MORE, pool.rest.cost_e5, pool.rest.quantity_e5, pool=pool.key)
            self._attach(name, rest)
        self.path.discard(name)
        return name

    def _member(self, key: int) -> str:
        return self._or_again(f"entry-{key}", key)

    def _output(self, name: str, entry: Entry, key: OrderKey) -> None:
        direct_e5 = _sign(entry) * _direct_e5(entry)
        if key not in self.trail.orders or len(self.graph.nodes) >= MAX_NODES:
            self.graph.truncated = True
            self._attach(name, Node(f"{name}-more", NodeKind.MORE, direct_e5, entry_key=entry.key))
            return
        self.graph.connect(name, self._order(key), direct_e5, abs(entry.quantity_e5))

    def _order(self, key: OrderKey) -> str:
        """Draw an order: all that went into it. Once it is finished, its outputs hold all of that."""
        name = order_name(key)
        if name in self.path:
            again = Node(f"{name}-again", NodeKind.AGAIN, 0, order=key)
            return self.graph.add(again).key
        if name in self.graph.nodes:
            return name
        order = self.trail.orders[key]
        inputs = [self.trail.entry(entry_key) for entry_key in order.inputs]
        used_e5 = -sum(value.cost_e5 for entry in inputs for value in entry.values)
        used_e5 += sum(capacity.amount_e5 for capacity in order.capacities)
        outputs = [self.trail.entry(entry_key) for entry_key in order.outputs if entry_key in self.trail.books.entries]
        held_e5 = sum(_direct_e5(entry) for entry in outputs)
        made_e5 = sum(entry.quantity_e5 for entry in outputs)
        self.graph.add(Node(name, NodeKind.ORDER, held_e5 if order.finished else used_e5, made_e5, order=key))
        self.path.add(name)
        self._inputs(name, key, inputs)
        if order.finished and held_e5 != used_e5:
            gap = Node(f"{name}-gap", NodeKind.GAP, held_e5 - used_e5, order=key, waits=not order.adjusted)
            self._attach(name, gap)
        self.path.discard(name)
        return name

    def _inputs(self, name: str, key: OrderKey, inputs: Sequence[Entry]) -> None:
        """Draw the components that an order used, and the work."""
        branches = [
            Branch(-sum(v.cost_e5 for v in entry.values), -entry.quantity_e5, _drawer(self._member, entry.key))
            for entry in inputs
        ]
        self._branches(name, branches, None, order=key)
        for number, capacity in enumerate(self.trail.orders[key].capacities):
            node = Node(
                f"{name}-capacity-{number}",
                NodeKind.CAPACITY,
                capacity.amount_e5,
                capacity.quantity_e5,
                title=capacity.name,
                order=key,
            )
            self._attach(name, node)

    def _branches(
        self,
        name: str,
        branches: Sequence[Branch],
        entry_key: int | None,
        pool: PoolKey | None = None,
        order: OrderKey | None = None,
    ) -> None:
        """Draw the biggest sources; the others are one node together, where there are too many of them."""
        shown = list(branches)
        if len(shown) > MAX_BRANCHES:
            biggest = sorted(branches, key=lambda branch: -abs(branch.amount_e5))[: MAX_BRANCHES - 1]
            shown = [branch for branch in branches if branch in biggest]
            self.graph.truncated = True
        for branch in shown:
            self.graph.connect(name, branch.draw(), branch.amount_e5, branch.quantity_e5)
        hidden = [branch for branch in branches if branch not in shown]
        if hidden:
            more = Node(
                f"{name}-others",
                NodeKind.MORE,
                sum(branch.amount_e5 for branch in hidden),
                sum(branch.quantity_e5 for branch in hidden),
                entry_key=entry_key,
                pool=pool,
                order=order,
                count=len(hidden),
            )
            self._attach(name, more)

    def _gap(self, name: str, amount_e5: int, entry_key: int) -> None:
        if amount_e5:
            waits = self.trail.facts[entry_key].unadjusted
            self._attach(name, Node(f"{name}-gap", NodeKind.GAP, amount_e5, entry_key=entry_key, waits=waits))

    def _attach(self, name: str, node: Node) -> None:
        self.graph.add(node)
        self.graph.connect(name, node.key, node.amount_e5, node.quantity_e5)


def backward(trail: Trail, pools: Pools) -> Graph:
    """Return the graph of everything that the cost of the trail's root came from."""
    graph = Graph(f"entry-{trail.root}", Direction.BACK, truncated=trail.truncated)
    Backward(trail, pools, graph, Costs(trail.books)).entry(trail.root)
    return graph


def pool_name(key: PoolKey) -> str:
    location, variant = key.scope
    return f"pool-{key.item_id}-{location or 0}-{variant or 0}-{key.end.isoformat()}"


def order_name(key: OrderKey) -> str:
    return f"order-{key.order_type}-{key.order_no}-{key.line_no}"


def _share_of(pool: Pool, entry_key: int, posted_e5: int) -> int:
    """What the engine gives an issue; what it holds where the period was too big to be computed."""
    issues: list[Issue] = [issue for issue in pool.issues if issue.entry_key == entry_key]
    return issues[0].share_e5 if issues else posted_e5


def _sign(entry: Entry) -> int:
    return 1 if entry.quantity_e5 > 0 else -1


def _direct_e5(entry: Entry) -> int:
    return sum(value.cost_e5 for value in entry.values if value.is_direct)


def _drawer(draw: Callable[..., str], subject: object) -> Callable[[], str]:
    return lambda: draw(subject)
