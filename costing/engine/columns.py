"""The books of many items as columns: what the database hands over, and what the array path computes with.

One row an entry, a value, a link; whole numbers only, quantities and amounts in 1e-5, days as ordinals. Entries are
sorted by item and number, values by entry and number, links stay in the order of their posting.

`ItemBooks` of one item are made from them for the plain reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from costing.engine.books import Entry, ItemBooks, Kind, Link, OwnUse, Scope, ScopeChange, Sums, Value

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

to_day: Callable[[int], date] = lru_cache(maxsize=20_000)(date.fromordinal)


@dataclass(frozen=True, slots=True)
class EntryColumns:
    """Item ledger entries. `item`: position in `BookColumns.items`; `location`, `variant`: 0 is blank."""

    key: Ints
    item: Ints
    location: Ints
    variant: Ints
    quantity: Ints
    remaining: Ints
    posting_day: Ints
    valuation_day: Ints
    completely_invoiced: Flags
    averaged: Flags
    mirrors: Flags
    affected: Flags


@dataclass(frozen=True, slots=True)
class ValueColumns:
    """Value entries. `entry`: position in the entries."""

    key: Ints
    entry: Ints
    original: Ints
    kind: Ints
    is_charge: Flags
    partial: Flags
    adjustment: Flags
    actual: Ints
    expected: Ints
    valued_quantity: Ints
    invoiced_quantity: Ints
    posting_day: Ints
    valuation_day: Ints


@dataclass(frozen=True, slots=True)
class LinkColumns:
    """Applications by the numbers of their entries; 0 is blank. `item`: position in `BookColumns.items`."""

    item: Ints
    receiver: Ints
    inbound: Ints
    outbound: Ints
    transferred_from: Ints
    quantity: Ints
    cost_application: Flags

    @property
    def source(self) -> Ints:
        """The number of the entry that the receiver takes its cost from; 0 on an inbound's own record."""
        takes = self.receiver == self.outbound
        return np.where(self.transferred_from != 0, self.transferred_from, np.where(takes, self.inbound, self.outbound))


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What holds for one item. `scoped`: averaged by location and variant, as far as no scope change says otherwise.

    `first_day` and all that follows: as in `ItemBooks`.
    """

    is_average: bool
    scoped: bool
    whole: bool = True
    first_day: date | None = None
    opening: Mapping[Scope, Sums] = field(default_factory=dict)
    scope_changes: Sequence[ScopeChange] = ()
    own_use: OwnUse = field(default_factory=dict)
    round_use: OwnUse = field(default_factory=dict)

    @property
    def is_for_reference_only(self) -> bool:
        """Whether the array path cannot know what the averages of the item are taken of."""
        return bool(self.scope_changes or self.own_use or self.round_use)


@dataclass(frozen=True, slots=True)
class BookColumns:
    """The books of a batch of items."""

    items: Sequence[ItemFacts]
    entries: EntryColumns
    values: ValueColumns
    links: LinkColumns
    precision_e5: int

    def books_of(self, item: int) -> ItemBooks:
        """Return the books of one item as the reference reads them."""
        facts = self.items[item]
        entries = self._entries_of(item, scoped=facts.scoped or not facts.is_average)
        affected = (
            None
            if facts.whole
            else frozenset(self.entries.key[(self.entries.item == item) & self.entries.affected].tolist())
        )
        return ItemBooks.of(
            entries,
            self._links_of(item),
            precision_e5=self.precision_e5,
            affected=affected,
            first_day=facts.first_day,
            opening=facts.opening,
            scope_changes=facts.scope_changes,
            own_use=facts.own_use,
            round_use=facts.round_use,
        )

    def _entries_of(self, item: int, *, scoped: bool) -> list[Entry]:
        table, first = self.entries, int(np.searchsorted(self.entries.item, item))
        last = int(np.searchsorted(table.item, item, side="right"))
        values = self._values_of(first, last)
        part = slice(first, last)
        columns = (
            table.key, table.location, table.variant, table.quantity, table.remaining, table.posting_day,
            table.valuation_day, table.completely_invoiced, table.averaged, table.mirrors,
        )  # fmt: skip
        return [
            Entry(
                key=key,
                scope=(location or None, variant or None) if scoped else (None, None),
                quantity_e5=quantity,
                remaining_e5=remaining,
                posting_date=to_day(posted),
                valuation_date=to_day(valued),
                completely_invoiced=complete,
                averaged=averaged,
                mirrors=mirrors,
                values=values.get(key, []),
                place=(location or None, variant or None),
            )
            for key, location, variant, quantity, remaining, posted, valued, complete, averaged, mirrors in zip(
                *(column[part].tolist() for column in columns), strict=True
            )
        ]

    def _values_of(self, first: int, last: int) -> dict[int, list[Value]]:
        table = self.values
        part = slice(int(np.searchsorted(table.entry, first)), int(np.searchsorted(table.entry, last)))
        entry_keys = self.entries.key[table.entry[part]].tolist()
        columns = (
            table.key, table.original, table.kind, table.is_charge, table.partial, table.adjustment, table.actual,
            table.expected, table.valued_quantity, table.invoiced_quantity, table.posting_day, table.valuation_day,
        )  # fmt: skip
        found: dict[int, list[Value]] = {}
        for (
            entry_key,
            key,
            original,
            kind,
            charge,
            partial,
            adjustment,
            actual,
            expected,
            whole,
            invoiced,
            *days,
        ) in zip(entry_keys, *(column[part].tolist() for column in columns), strict=True):
            value = Value(
                key=key,
                entry_key=entry_key,
                original_key=original,
                kind=Kind(kind),
                is_charge=charge,
                partial=partial,
                adjustment=adjustment,
                actual_e5=actual,
                expected_e5=expected,
                valued_quantity_e5=whole,
                invoiced_quantity_e5=invoiced,
                posting_date=to_day(days[0]),
                valuation_date=to_day(days[1]),
            )
            found.setdefault(entry_key, []).append(value)
        return found

    def _links_of(self, item: int) -> list[Link]:
        table = self.links
        part = np.flatnonzero(table.item == item)
        columns = (
            table.receiver, table.inbound, table.outbound, table.quantity, table.cost_application,
            table.transferred_from,
        )  # fmt: skip
        return [
            Link(receiver, inbound, outbound or None, quantity, applies, layer or None)
            for receiver, inbound, outbound, quantity, applies, layer in zip(
                *(column[part].tolist() for column in columns), strict=True
            )
        ]
