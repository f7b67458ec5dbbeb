"""Forward cost along applications: each receiver costs what its sources cost, in proportion to the quantity.

    receipt 10 for 100.00, later invoiced at 120.00; a sale of 4 costs -40.00 and becomes -48.00

An outbound takes from the inbound entries that it is applied to; a return takes back the cost of its outbound; an
arriving transfer takes the cost of the layer that left. Costs are settled by depth first search, sources before
receivers; a receiver never feeds its own source, so this ends. Values of outbounds that follow an average are not
computed here, but asked for when they are a source (a return, a transfer).
Source: design-details-cost-adjustment.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from costing.engine.books import Entry, ItemBooks, Link, Part
from costing.engine.shares import PartialRevaluation, SourceCost, carried_cost_e5, share_amount_e5


@dataclass(slots=True)
class Costs:
    """The forwarded cost of each entry as it should be; entries absent keep what is posted."""

    books: ItemBooks
    forwarded_e5: dict[int, int] = field(default_factory=dict)

    def forwarded(self, entry: Entry) -> int:
        return self.forwarded_e5.get(entry.key, entry.posted_cost_e5)

    def total(self, entry: Entry) -> int:
        """The whole cost as a source for everybody: partial revaluations and rounding are left out."""
        return self.forwarded(entry) + entry.own_cost_e5

    def carried(self, link: Link, receiver: Entry) -> int:
        """The cost that a link brings its receiver, in the receiver's sign."""
        source_key = link.source_key
        assert source_key is not None
        source = self.books.entries[source_key]
        visible = [
            PartialRevaluation(value.actual_e5 + value.expected_e5, value.valued_quantity_e5)
            for value in source.values
            if value.partial and _is_later(receiver, value.key, value.valuation_date.toordinal())
        ]
        carried_e5 = carried_cost_e5(
            SourceCost(source.quantity_e5, self.total(source), visible), abs(link.quantity_e5), self.books.precision_e5
        )
        same_direction = (source.quantity_e5 > 0) == (receiver.quantity_e5 > 0)
        return carried_e5 if same_direction else -carried_e5


def _is_later(receiver: Entry, revaluation_key: int, valuation_ordinal: int) -> bool:
    """A partial revaluation reaches what was posted after it, or is dated after it."""
    first_value = min((value.key for value in receiver.values), default=0)
    latest = max(receiver.posting_date, receiver.valuation_date).toordinal()
    return first_value > revaluation_key or latest > valuation_ordinal


def settle(costs: Costs, keys: list[int]) -> None:
    """Compute the forwarded cost of entries and of everything they take from, sources first."""
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
    """The links that cost flows to an entry over; none for one that has its own cost or follows an average."""
    if entry.averaged:
        return []
    return [link for link in books.sources.get(entry.key, ()) if link.cost_application]


def settle_one(costs: Costs, entry: Entry) -> None:
    """Compute one entry's forwarded cost from sources that are settled."""
    links = cost_links(costs.books, entry)
    if links:
        carried_e5 = sum(costs.carried(link, entry) for link in links)
        costs.forwarded_e5[entry.key] = carried_e5 + _not_linked(entry, links, costs.books.precision_e5)


def _not_linked(entry: Entry, links: list[Link], precision_e5: int) -> int:
    """What is not covered yet keeps the unit cost that it was posted at."""
    linked_e5 = sum(abs(link.quantity_e5) for link in links)
    open_e5 = abs(entry.quantity_e5) - linked_e5
    if not open_e5:
        return 0
    posted_e5 = sum(v.cost_e5 for v in entry.values if v.is_forwarded and not v.adjustment)
    return share_amount_e5(posted_e5, open_e5, abs(entry.quantity_e5), precision_e5)


def parts_of(books: ItemBooks, entry: Entry) -> list[Part]:
    """Tell which sources an entry's forwarded cost comes from, with the quantity of each."""
    return [Part(link.source_key, abs(link.quantity_e5)) for link in cost_links(books, entry)]
