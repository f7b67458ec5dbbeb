"""What the array path works with: sums per entry, links by position, and the exact share of whole columns.

Amounts are in units of the amount precision, quantities of an item in the greatest unit that all of them are multiples
of, so that products of the two stay small. A product that would leave 64 bits, and anything else that the array path
does not know, makes the item `refused`: the plain reference takes it, whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from costing.engine.books import Kind
from costing.engine.columns import BookColumns, Flags, Ints
from costing.engine.positions import Positions, order_of

_SAFE = float(2**61)


@dataclass(slots=True)
class LinkTable:
    """Links that have a source, by positions of entries, sorted by receiver and then as posted.

    `takes`: an outbound takes from a layer. `carries`: cost flows over it (`forward.cost_links`). `same_sign`: source
    and receiver have the same direction. `first` (n_entries + 1,): where the links of each receiver begin.
    """

    receiver: Ints
    source: Ints
    quantity: Ints
    takes: Flags
    carries: Flags
    same_sign: Flags
    first: Ints


class Workings:
    """The columns of a batch, and what was made of them so far; `forwarded` and `total` change as costs are settled."""

    def __init__(self, batch: BookColumns) -> None:
        self.batch = batch
        entries, values = batch.entries, batch.values
        self.item = entries.item
        self.refused = np.zeros(len(batch.items), bool)
        self.is_average = np.array([facts.is_average for facts in batch.items], bool)
        self.first_value = np.searchsorted(values.entry, np.arange(len(entries.key) + 1))
        self.unit = self._quantity_units()
        self.quantity = entries.quantity // self.unit[self.item]
        self.actual = self._amounts(values.actual, self.item[values.entry])
        self.expected = self._amounts(values.expected, self.item[values.entry])
        self.cost = self.actual + self.expected
        self.is_direct = (values.kind == Kind.DIRECT) & ~values.is_charge
        self.is_rounding = values.kind == Kind.ROUNDING
        self.posted = self.sum_of(self.cost, self.is_direct)
        self.posted_first = self.sum_of(self.cost, self.is_direct & ~values.adjustment)
        self.own = self.sum_of(self.cost, ~self.is_direct & ~self.is_rounding)
        self.rounding = self.sum_of(self.cost, self.is_rounding)
        self.links = self._links()
        self.forwarded = self.posted.copy()
        self.total = self.posted + self.own
        self.computed = np.zeros(len(entries.key), bool)
        self._refuse_what_is_not_known()

    def refuse(self, entries: Ints | Flags) -> None:
        """Leave the items of these entries to the reference."""
        self.refused[self.item[entries]] = True

    def sum_of(self, amounts: Ints, chosen: Flags) -> Ints:
        """Return the sum of the chosen values of each entry."""
        running = np.concatenate(([0], np.cumsum(np.where(chosen, amounts, 0))))
        sums: Ints = running[self.first_value[1:]] - running[self.first_value[:-1]]
        return sums

    def share(self, total: Ints, part: Ints, whole: Ints, entries: Ints) -> Ints:
        """Return total x part / whole, half away from zero; entries name the items in case it cannot be exact."""
        too_big = np.abs(total.astype(float)) * np.abs(part) >= _SAFE
        impossible = too_big | (whole == 0)
        if impossible.any():
            self.refuse(entries[impossible])
            total, whole = np.where(impossible, 0, total), np.where(whole == 0, 1, whole)
        product, divisor = total * part, np.abs(whole)
        quotient, rest = np.divmod(np.abs(product), divisor)
        quotient += 2 * rest >= divisor
        rounded: Ints = np.where((product < 0) != (whole < 0), -quotient, quotient)
        return rounded

    def carried(self, links: Ints, cost: Ints) -> Ints:
        """Return what links bring their receivers, in the receivers' sign, of the cost of each link's source."""
        table = self.links
        source = table.source[links]
        brought = self.share(cost, table.quantity[links], np.abs(self.quantity[source]), source)
        return np.where(table.same_sign[links], brought, -brought)

    def links_of(self, receivers: Ints) -> tuple[Ints, Ints]:
        """Return the links of receivers, one after the other, and how many each has."""
        first, last = self.links.first[receivers], self.links.first[receivers + 1]
        return ranges(first, last - first), last - first

    def _quantity_units(self) -> Ints:
        entries, links = self.batch.entries, self.batch.links
        unit = np.zeros(len(self.batch.items), np.int64)
        np.gcd.at(unit, self.item, entries.quantity)
        np.gcd.at(unit, links.item, links.quantity)
        np.gcd.at(unit, self.item[self.batch.values.entry], self.batch.values.invoiced_quantity)
        for position, facts in enumerate(self.batch.items):
            for sums in facts.opening.values():
                unit[position] = np.gcd(unit[position], sums.quantity_e5)
        return np.maximum(unit, 1)

    def _amounts(self, amounts_e5: Ints, item: Ints) -> Ints:
        units, rest = np.divmod(amounts_e5, self.batch.precision_e5)
        self.refused[item[rest != 0]] = True
        return units

    def _links(self) -> LinkTable:
        entries, links = self.batch.entries, self.batch.links
        position = Positions(entries.key)
        chosen = np.flatnonzero(links.source != 0)
        receiver, source = position.of(links.receiver[chosen]), position.of(links.source[chosen])
        order = order_of(receiver)
        chosen, receiver, source = chosen[order], receiver[order], source[order]
        carries = links.cost_application[chosen] & ~entries.averaged[receiver] & entries.affected[receiver]
        self.refuse(receiver[carries & (source < 0)])
        return LinkTable(
            receiver=receiver,
            source=source,
            quantity=np.abs(links.quantity[chosen]) // self.unit[self.item[receiver]],
            takes=links.receiver[chosen] == links.outbound[chosen],
            carries=carries & (source >= 0),
            same_sign=(self.quantity[source] > 0) == (self.quantity[receiver] > 0),
            first=np.searchsorted(receiver, np.arange(len(entries.key) + 1)),
        )

    def _refuse_what_is_not_known(self) -> None:
        entries, values = self.batch.entries, self.batch.values
        self.refuse(entries.mirrors & entries.affected)
        self.refuse(values.entry[values.partial])
        self.refuse(entries.quantity == 0)
        self.refused |= np.array([facts.is_for_reference_only for facts in self.batch.items], bool)
        # A running sum of so much could leave 64 bits.
        if np.abs(self.cost.astype(float)).sum() >= _SAFE:
            self.refused[:] = True


def ranges(first: Ints, counts: Ints) -> Ints:
    """Return first, first + 1, ... for each range, one range after the other."""
    if not len(counts):
        return np.zeros(0, np.int64)
    starts = np.cumsum(counts) - counts
    numbers: Ints = np.arange(counts.sum()) - np.repeat(starts, counts) + np.repeat(first, counts)
    return numbers


def sum_by(groups: Ints, amounts: Ints, count: int) -> Ints:
    """Return the exact sum of the amounts of each group, 0 to count."""
    sums = np.zeros(count, np.int64)
    np.add.at(sums, groups, amounts)
    return sums
