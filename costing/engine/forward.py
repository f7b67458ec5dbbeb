"""Forward cost along applications: each receiver costs what its sources cost, in proportion to the quantity.

    receipt 10 for 100.00, later invoiced at 120.00; a sale of 4 costs -40.00 and becomes -48.00

An outbound takes from the inbound entries that it is applied to; a return takes back the cost of its outbound; an
arriving transfer takes the cost of the layer that left. Costs are settled by depth first search, sources before
receivers; a receiver never feeds its own source, so this ends. Values of outbounds that follow an average are not
computed here, but asked for when they are a source (a return, a transfer).

An exact reversal of a purchase or an output mirrors it: overhead and the variances of each type go back by themselves.
Source: design-details-cost-adjustment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from costing.engine.books import Entry, ItemBooks, Kind, Link, SourceChange, Value
from costing.engine.shares import PartialRevaluation, SourceCost, carried_cost_e5, share_amount_e5


@dataclass(slots=True)
class Costs:
    """The forwarded cost of each entry as it should be; entries absent keep what is posted.

    `mirrored_e5`: of that, what belongs to another kind than direct cost, for entries that mirror their source.
    """

    books: ItemBooks
    forwarded_e5: dict[int, int] = field(default_factory=dict)
    mirrored_e5: dict[int, dict[Kind, int]] = field(default_factory=dict)

    def forwarded(self, entry: Entry) -> int:
        return self.forwarded_e5.get(entry.key, entry.posted_cost_e5)

    def total(self, entry: Entry) -> int:
        """The whole cost as a source for everybody: partial revaluations and rounding are left out."""
        return self.forwarded(entry) + entry.own_cost_e5

    def carried(self, link: Link, receiver: Entry) -> int:
        """The cost that a link brings its receiver, in the receiver's sign."""
        return sum(self.carried_by_kind(link, receiver).values())

    def carried_by_kind(self, link: Link, receiver: Entry) -> dict[Kind, int]:
        """As `carried`, with overhead and each variance apart where the receiver mirrors its source."""
        source = self._source(link)
        apart_e5 = source.apart_e5 if receiver.mirrors else {}
        direct_e5 = self.total(source) - sum(apart_e5.values())
        brought = {Kind.DIRECT: self._carry(link, receiver, direct_e5, source.values)}
        for kind, cost_e5 in apart_e5.items():
            brought[kind] = self._carry(link, receiver, cost_e5, ())
        return brought

    def carried_before(self, link: Link, receiver: Entry) -> int:
        """What the link brought when the receiver was last valued: the source without what was posted since."""
        source, limit = self._source(link), receiver.last_value_key
        known = [value for value in source.values if value.key < limit]
        whole_e5 = sum(value.cost_e5 for value in known if value.kind != Kind.ROUNDING and not value.partial)
        return self._carry(link, receiver, whole_e5, known)

    def _source(self, link: Link) -> Entry:
        assert link.source_key is not None
        return self.books.entries[link.source_key]

    def _carry(self, link: Link, receiver: Entry, cost_e5: int, values: Iterable[Value]) -> int:
        source = self._source(link)
        visible = [
            PartialRevaluation(value.cost_e5, value.valued_quantity_e5)
            for value in values
            if value.partial and reaches(value, receiver)
        ]
        carried_e5 = carried_cost_e5(
            SourceCost(source.quantity_e5, cost_e5, visible), abs(link.quantity_e5), self.books.precision_e5
        )
        same_direction = (source.quantity_e5 > 0) == (receiver.quantity_e5 > 0)
        return carried_e5 if same_direction else -carried_e5


def reaches(revaluation: Value, receiver: Entry) -> bool:
    """A partial revaluation reaches what was posted after it, or is dated after it.

    One that takes expected cost back reaches what its original reaches, whenever it was posted.
    """
    latest = max(receiver.posting_date, receiver.valuation_date)
    return receiver.first_value_key > revaluation.original_key or latest > revaluation.valuation_date


def settle(costs: Costs, keys: list[int]) -> None:
    """Compute the forwarded cost of affected entries and of everything they take from, sources first."""
    done: set[int] = set()
    for start in keys:
        stack = [start]
        while stack:
            key = stack[-1]
            waiting = [
                link.source_key
                for link in cost_links(costs.books, costs.books.entries[key])
                if link.source_key is not None and link.source_key not in done
            ]
            if waiting and key not in done:
                stack.extend(waiting)
                continue
            stack.pop()
            if key not in done:
                done.add(key)
                settle_one(costs, costs.books.entries[key])


def cost_links(books: ItemBooks, entry: Entry) -> list[Link]:
    """The links that cost flows to an entry over.

    None for one that has its own cost, follows an average, or is a source whose cost stands.
    """
    if entry.averaged or not books.is_affected(entry):
        return []
    return [link for link in books.sources.get(entry.key, ()) if link.cost_application]


def settle_one(costs: Costs, entry: Entry) -> None:
    """Compute one entry's forwarded cost from sources that are settled."""
    links = cost_links(costs.books, entry)
    if not links:
        return
    brought = [costs.carried_by_kind(link, entry) for link in links]
    carried_e5 = sum(sum(each.values()) for each in brought)
    costs.forwarded_e5[entry.key] = carried_e5 + _not_linked(entry, links, costs.books.precision_e5)
    if entry.mirrors:
        kinds = set(entry.apart_e5).union(*brought) - {Kind.DIRECT}
        costs.mirrored_e5[entry.key] = {kind: sum(each.get(kind, 0) for each in brought) for kind in sorted(kinds)}


def _not_linked(entry: Entry, links: list[Link], precision_e5: int) -> int:
    """What is not covered yet keeps the unit cost that it was posted at."""
    linked_e5 = sum(abs(link.quantity_e5) for link in links)
    open_e5 = abs(entry.quantity_e5) - linked_e5
    if not open_e5:
        return 0
    posted_e5 = sum(v.cost_e5 for v in entry.values if entry.is_forwarded(v) and not v.adjustment)
    return share_amount_e5(posted_e5, open_e5, abs(entry.quantity_e5), precision_e5)


def source_changes(costs: Costs, entry: Entry, amounts_e5: Sequence[int]) -> list[list[SourceChange]]:
    """Tell whose cost moved an entry, for each of the amounts that it is corrected by.

    A source moved it by what it brings now less what it brought when the entry was last valued. What no source moved
    (the entry was posted before its cost was known) goes to all sources by quantity.
    """
    links, precision_e5 = cost_links(costs.books, entry), costs.books.precision_e5
    quantities_e5 = [abs(link.quantity_e5) for link in links]
    total_e5 = sum(amounts_e5)
    moved = [costs.carried(link, entry) - costs.carried_before(link, entry) for link in links]
    rest = _spread(total_e5 - sum(moved), quantities_e5, precision_e5)
    left = [moved_e5 + rest_e5 for moved_e5, rest_e5 in zip(moved, rest, strict=True)]
    changes = []
    for amount_e5 in amounts_e5:
        parts = _spread(amount_e5, left if total_e5 else quantities_e5, precision_e5)
        total_e5 -= amount_e5
        left = [whole_e5 - part_e5 for whole_e5, part_e5 in zip(left, parts, strict=True)]
        changes.append(
            [
                SourceChange(link.source_key, abs(link.quantity_e5), part_e5)
                for link, part_e5 in zip(links, parts, strict=True)
                if part_e5
            ]
        )
    return changes


def _spread(amount_e5: int, weights: Sequence[int], precision_e5: int) -> list[int]:
    """Divide an amount by weights, whose sum is not zero; the last part takes the rest."""
    parts, left_e5, whole = [], amount_e5, sum(weights)
    for weight in weights[:-1]:
        parts.append(share_amount_e5(amount_e5, weight, whole, precision_e5) if whole else 0)
        left_e5 -= parts[-1]
    return [*parts, left_e5] if weights else []
