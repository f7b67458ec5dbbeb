"""Where the cost of an entry went: from the entry on to everything that took from it, and what is left of it.

    receipt 20 for 450.00: 8 sold for 180.00, 12 left in stock for 270.00

The edges that leave a node add up to it. What the takers do not hold yet, because the cost is not adjusted, is a node
of its own; an average pool is one node, which its members share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from costing.engine.books import Entry, Link
from costing.engine.forward import Costs, cost_links, source_changes
from costing.engine.shares import share_amount_e5
from costing.lineage.backward import MAX_BRANCHES, MAX_NODES, order_name, pool_name
from costing.lineage.pools import Pool, Pools
from costing.lineage.records import Direction, Graph, Node, NodeKind, OrderKey, Part, PoolKey, Trail


@dataclass(slots=True)
class Forward:
    """Draws one graph. `path`: what is being drawn, so that goods that come back do not lead round in a circle."""

    trail: Trail
    pools: Pools
    graph: Graph
    costs: Costs
    taken_by: dict[int, list[Link]] = field(default_factory=dict)
    path: set[str] = field(default_factory=set)

    def entry(self, key: int) -> str:
        """Draw an entry and where its cost went; return its node's key."""
        name = f"entry-{key}"
        if name in self.path:
            again = Node(f"{name}-again", NodeKind.AGAIN, self.graph.nodes[name].amount_e5, entry_key=key)
            return self.graph.add(again).key
        if name in self.graph.nodes:
            return name
        entry = self.trail.entry(key)
        node = Node(name, NodeKind.ENTRY, _flow(entry), abs(entry.quantity_e5), entry_key=key)
        self.graph.add(node)
        if key in self.trail.boundary or len(self.graph.nodes) >= MAX_NODES:
            # A taker whose own takers were not read: the link to its own lineage leads on.
            self.graph.truncated = True
            return name
        self.path.add(name)
        if entry.quantity_e5 < 0:
            self._outbound(node, entry)
        elif self.trail.facts[key].at_close:
            self._at_close(node, entry)
        elif self.trail.facts[key].averages:
            self._into_pools(node, entry)
        else:
            self._layer(node, entry)
        self.path.discard(name)
        return name

    def _layer(self, node: Node, entry: Entry) -> None:
        """An inbound whose cost follows its applications; settled at the close, it is told as far as it is applied."""
        links = [
            link for link in self.trail.books.receivers.get(entry.key, ()) if link.receiver_key == link.outbound_key
        ]
        carried_e5, waiting_e5 = self._takers(node, links)
        left_e5 = node.amount_e5 - carried_e5
        unread = entry.quantity_e5 - entry.remaining_e5 - sum(abs(link.quantity_e5) for link in links)
        if unread > 0:
            share_e5 = share_amount_e5(left_e5, unread, unread + entry.remaining_e5, self.trail.books.precision_e5)
            self._attach(node, Node(f"{node.key}-more", NodeKind.MORE, share_e5, unread, entry_key=entry.key))
            left_e5 -= share_e5
            self.graph.truncated = True
        if entry.remaining_e5:
            self._attach(
                node, Node(f"{node.key}-left", NodeKind.LEFT, left_e5, entry.remaining_e5, entry_key=entry.key)
            )
            left_e5 = 0
        self._gap(node, waiting_e5, entry.key)
        takers = [self.trail.entry(link.receiver_key) for link in links]
        self._residual(node, left_e5, entry, final=all(each.completely_invoiced for each in (entry, *takers)))

    def _at_close(self, node: Node, entry: Entry) -> None:
        """An item settled at the inventory close: issues run at a running average, which no receipt is behind."""
        end = Node(
            f"{node.key}-end", NodeKind.END, node.amount_e5, entry.quantity_e5, entry_key=entry.key, title="at_close"
        )
        self._attach(node, end)

    def _residual(self, node: Node, amount_e5: int, entry: Entry, *, final: bool) -> None:
        """What the rounding of shares leaves of an exhausted layer; it is posted once all is invoiced."""
        if amount_e5:
            waits = not final or self.trail.facts[entry.key].unadjusted
            gap = Node(
                f"{node.key}-residual", NodeKind.GAP, amount_e5, entry_key=entry.key, part=Part.ROUNDING, waits=waits
            )
            self._attach(node, gap)

    def _takers(self, node: Node, links: Sequence[Link]) -> tuple[int, int]:
        """Draw who took over links; return what the links carry, and how much of that the takers do not hold yet."""
        carried = [(link, _positive(self.costs, link, self.trail.entry(link.receiver_key))) for link in links]
        waiting = {id(link): self._waiting(link) for link in links}
        shown = sorted(carried, key=lambda each: -abs(each[1]))[: _most(len(carried))]
        for link, carried_e5 in carried:
            if (link, carried_e5) in shown:
                held_e5 = carried_e5 - waiting[id(link)]
                self.graph.connect(node.key, self.entry(link.receiver_key), held_e5, abs(link.quantity_e5))
        hidden = [(link, carried_e5) for link, carried_e5 in carried if (link, carried_e5) not in shown]
        if hidden:
            amount_e5 = sum(carried_e5 - waiting[id(link)] for link, carried_e5 in hidden)
            quantity_e5 = sum(abs(link.quantity_e5) for link, _carried in hidden)
            others = Node(
                f"{node.key}-others",
                NodeKind.MORE,
                amount_e5,
                quantity_e5,
                entry_key=node.entry_key,
                count=len(hidden),
            )
            self._attach(node, others)
            self.graph.truncated = True
        return sum(carried_e5 for _link, carried_e5 in carried), sum(waiting.values())

    def _waiting(self, link: Link) -> int:
        """What of a link's cost its taker does not hold yet: what an adjustment would say that this source moved."""
        taker = self.trail.entry(link.receiver_key)
        links = cost_links(self.trail.books, taker)
        carried_e5 = sum(self.costs.carried(each, taker) for each in links)
        open_e5 = abs(taker.quantity_e5) - sum(abs(each.quantity_e5) for each in links)
        if open_e5:
            booked_e5 = sum(v.cost_e5 for v in taker.values if taker.is_forwarded(v) and not v.adjustment)
            carried_e5 += share_amount_e5(booked_e5, open_e5, abs(taker.quantity_e5), self.trail.books.precision_e5)
        missing_e5 = carried_e5 - taker.posted_cost_e5
        if not missing_e5 or link not in links:
            return 0
        changes = source_changes(self.costs, taker, [missing_e5])[0]
        same = [each for each in links if each.source_key == link.source_key]
        moved_e5 = sum(change.amount_e5 for change in changes if change.source_key == link.source_key)
        # Two links from one source are told together, at the first of them.
        return (1 if taker.quantity_e5 > 0 else -1) * moved_e5 if same[0] is link else 0

    def _outbound(self, node: Node, entry: Entry) -> None:
        """What left stock: what of it came back or arrived elsewhere, went into an order, or is spent."""
        facts = self.trail.facts[entry.key]
        links = self.taken_by.get(entry.key, [])
        carried_e5, waiting_e5 = self._takers(node, links)
        rest_e5 = node.amount_e5 - carried_e5
        rest_quantity = abs(entry.quantity_e5) - sum(abs(link.quantity_e5) for link in links)
        self._gap(node, waiting_e5 if rest_quantity > 0 else waiting_e5 + rest_e5, entry.key)
        if rest_quantity <= 0:
            return
        if facts.is_consumption and facts.order in self.trail.orders:
            assert facts.order is not None
            self.graph.connect(node.key, self._order(facts.order), rest_e5, rest_quantity)
        else:
            end = Node(
                f"{node.key}-end", NodeKind.END, rest_e5, rest_quantity, entry_key=entry.key, title=facts.entry_type
            )
            self._attach(node, end)

    def _order(self, key: OrderKey) -> str:
        name = order_name(key)
        if name in self.graph.nodes:
            return name
        order = self.trail.orders[key]
        outputs = [self.trail.entry(entry_key) for entry_key in order.outputs if entry_key in self.trail.books.entries]
        used_e5 = -sum(v.cost_e5 for each in order.inputs for v in self.trail.entry(each).values)
        used_e5 += sum(capacity.amount_e5 for capacity in order.capacities)
        held = [(entry, sum(v.cost_e5 for v in entry.values if v.is_direct)) for entry in outputs]
        made_e5 = sum(entry.quantity_e5 for entry in outputs)
        node = self.graph.add(Node(name, NodeKind.ORDER, used_e5, made_e5, order=key))
        for entry, direct_e5 in held:
            self.graph.connect(name, self.entry(entry.key), direct_e5, entry.quantity_e5)
        rest_e5 = used_e5 - sum(direct_e5 for _entry, direct_e5 in held)
        if rest_e5 and order.finished:
            self._attach(node, Node(f"{name}-gap", NodeKind.GAP, rest_e5, order=key, waits=not order.adjusted))
        elif rest_e5:
            self._attach(node, Node(f"{name}-left", NodeKind.LEFT, rest_e5, order=key))
        return name

    def _into_pools(self, node: Node, entry: Entry) -> None:
        """An inbound of an average item: fixed applications take their part of it, the rest goes into the pool."""
        links = [
            link
            for link in self.trail.books.receivers.get(entry.key, ())
            if link.receiver_key == link.outbound_key
            and link.cost_application
            and not self.trail.entry(link.receiver_key).averaged
        ]
        carried_e5, waiting_e5 = self._takers(node, links)
        rest_e5 = node.amount_e5 - carried_e5
        rest_quantity = entry.quantity_e5 - sum(abs(link.quantity_e5) for link in links)
        keys = self.trail.pools.get(entry.key, ())
        for place, key in enumerate(keys):
            pool = self.pools.get(key)
            if pool is None:
                continue
            late = [member.amount_e5 for member in pool.members if member.entry_key == entry.key and member.late]
            amount_e5, quantity_e5 = (sum(late), 0) if place else (rest_e5, rest_quantity)
            if not place:
                amount_e5 -= self._late(entry, keys[1:])
            self.graph.connect(node.key, self._pool(pool), amount_e5, quantity_e5)
            rest_e5 -= amount_e5
        self._gap(node, waiting_e5, entry.key)
        if rest_e5:
            self._attach(node, Node(f"{node.key}-more", NodeKind.MORE, rest_e5, rest_quantity, entry_key=entry.key))

    def _late(self, entry: Entry, keys: Sequence[PoolKey]) -> int:
        """What of an entry's cost counts in the pools of later periods."""
        found = [pool for key in keys if (pool := self.pools.get(key)) is not None]
        return sum(m.amount_e5 for pool in found for m in pool.members if m.entry_key == entry.key and m.late)

    def _pool(self, pool: Pool) -> str:
        """Draw a pool with all that it holds: its issues, and what is left at the end of the period."""
        name = pool_name(pool.key)
        if name in self.graph.nodes:
            return name
        node = self.graph.add(Node(name, NodeKind.POOL, pool.amount_e5, pool.quantity_e5, pool=pool.key))
        shown = sorted(pool.issues, key=lambda issue: -abs(issue.posted_e5))[: MAX_BRANCHES - 1]
        for issue in pool.issues:
            if issue in shown:
                taker = self.trail.entry(issue.entry_key)
                leaf = Node(f"entry-{taker.key}", NodeKind.ENTRY, _flow(taker), issue.quantity_e5, entry_key=taker.key)
                self.graph.add(leaf)
                self.graph.connect(name, leaf.key, issue.posted_e5, issue.quantity_e5)
        hidden = [issue for issue in pool.issues if issue not in shown]
        others_e5 = sum(issue.posted_e5 for issue in hidden) + pool.issued_rest.cost_e5
        others_quantity = sum(issue.quantity_e5 for issue in hidden) + pool.issued_rest.quantity_e5
        if hidden or others_e5 or others_quantity:
            others = Node(f"{name}-others", NodeKind.MORE, others_e5, others_quantity, pool=pool.key, count=len(hidden))
            self._attach(node, others)
        self._left_of_pool(node, pool)
        return name

    def _left_of_pool(self, node: Node, pool: Pool) -> None:
        """What the issues do not hold yet, and what nobody took."""
        waiting_e5 = sum(issue.share_e5 - issue.posted_e5 for issue in pool.issues)
        if waiting_e5:
            gap = Node(f"{node.key}-gap", NodeKind.GAP, waiting_e5, pool=pool.key, waits=True)
            self._attach(node, gap)
        taken_e5 = sum(issue.posted_e5 for issue in pool.issues) + pool.issued_rest.cost_e5
        taken = sum(issue.quantity_e5 for issue in pool.issues) + pool.issued_rest.quantity_e5
        left_e5, left = pool.amount_e5 - taken_e5 - waiting_e5, pool.quantity_e5 - taken
        if left_e5 or left:
            self._attach(node, Node(f"{node.key}-left", NodeKind.LEFT, left_e5, left, pool=pool.key))

    def _gap(self, node: Node, amount_e5: int, entry_key: int) -> None:
        if amount_e5:
            waits = self.trail.facts[entry_key].unadjusted
            self._attach(node, Node(f"{node.key}-gap", NodeKind.GAP, amount_e5, entry_key=entry_key, waits=waits))

    def _attach(self, near: Node, node: Node) -> None:
        self.graph.add(node)
        self.graph.connect(near.key, node.key, node.amount_e5, node.quantity_e5)


def forward(trail: Trail, pools: Pools) -> Graph:
    """Return the graph of everything that the cost of the trail's root went into."""
    graph = Graph(f"entry-{trail.root}", Direction.FORTH, truncated=trail.truncated)
    drawing = Forward(trail, pools, graph, Costs(trail.books), _by_outbound(trail))
    drawing.entry(trail.root)
    return graph


def _by_outbound(trail: Trail) -> dict[int, list[Link]]:
    """The links by which goods that left come in again, by the outbound: a return of it, or the arrival of a transfer.

    An arrival takes the cost of the layer; in the graph it hangs on the shipment that it came by.
    """
    found: dict[int, list[Link]] = {}
    for link in trail.books.links:
        is_arrival = link.outbound_key is not None and link.receiver_key == link.inbound_key and link.cost_application
        if is_arrival and link.outbound_key is not None:
            found.setdefault(link.outbound_key, []).append(link)
    return found


def _most(count: int) -> int:
    """How many branches are drawn; one place is kept for the others together."""
    return MAX_BRANCHES if count <= MAX_BRANCHES else MAX_BRANCHES - 1


def _flow(entry: Entry) -> int:
    amount_e5 = sum(value.cost_e5 for value in entry.values)
    return amount_e5 if entry.quantity_e5 > 0 else -amount_e5


def _positive(costs: Costs, link: Link, receiver: Entry) -> int:
    carried_e5 = costs.carried(link, receiver)
    return carried_e5 if receiver.quantity_e5 > 0 else -carried_e5
