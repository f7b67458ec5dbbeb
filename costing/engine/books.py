"""The ledgers of one item as the engine sees them: entries with their values, and the links between them.

Plain records of integers; quantities and amounts in units of 1e-5 with the sign of the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

Scope = tuple[int | None, int | None]
"""Location and variant; both blank when an average is taken per item."""

OwnUse = Mapping[int, Collection[int]]
"""Output -> consumption of the same item that it was made of."""


class Kind(IntEnum):
    """What a value says about its entry. Variances have a number for each type: 2 + 8 x its position."""

    DIRECT = 0
    INDIRECT = 1
    PURCHASE_VARIANCE = 2
    REVALUATION = 3
    ROUNDING = 4
    NON_INVENTORY = 5
    MATERIAL_VARIANCE = 10
    CAPACITY_VARIANCE = 18
    SUBCONTRACTED_VARIANCE = 26
    CAPACITY_OVERHEAD_VARIANCE = 34
    MANUFACTURING_OVERHEAD_VARIANCE = 42
    NON_INVENTORY_VARIANCE = 50
    PRICE_DIFFERENCE = 58


VARIANCES = tuple(kind for kind in Kind if kind % 8 == Kind.PURCHASE_VARIANCE)
MIRRORED = frozenset({Kind.INDIRECT, Kind.NON_INVENTORY, *VARIANCES})
"""Kinds that an exact reversal of a purchase or an output takes back each by itself, apart from its direct cost."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value entry. `original_key`: itself, or the value that this adjustment corrects."""

    key: int
    entry_key: int
    original_key: int
    kind: Kind
    is_charge: bool
    partial: bool
    adjustment: bool
    actual_e5: int
    expected_e5: int
    valued_quantity_e5: int
    invoiced_quantity_e5: int
    posting_date: date
    valuation_date: date

    @property
    def cost_e5(self) -> int:
        return self.actual_e5 + self.expected_e5

    @property
    def is_direct(self) -> bool:
        """Direct cost without charge: the part of a receiver's cost that comes from its sources."""
        return self.kind == Kind.DIRECT and not self.is_charge


@dataclass(slots=True)
class Entry:
    """One item ledger entry.

    `scope`: where it is averaged, `place`: where it lies; the same where each place has an average of its own.
    `averaged`: an outbound that follows the average of its period. `mirrors`: an exact reversal of a purchase or an
    output, which takes back direct cost, overhead and each variance by itself.
    """

    key: int
    scope: Scope
    quantity_e5: int
    remaining_e5: int
    posting_date: date
    valuation_date: date
    completely_invoiced: bool
    averaged: bool
    mirrors: bool = False
    values: list[Value] = field(default_factory=list)
    place: Scope = (None, None)

    def is_forwarded(self, value: Value) -> bool:
        """Tell whether a value is (part of) what the entry's sources brought it."""
        return value.is_direct or (self.mirrors and value.kind in MIRRORED)

    @property
    def posted_cost_e5(self) -> int:
        """The cost that was forwarded to the entry so far, adjustments included."""
        return sum(value.cost_e5 for value in self.values if self.is_forwarded(value))

    @property
    def own_cost_e5(self) -> int:
        """Cost that does not come from sources: charges, revaluations of the whole, overhead, variance."""
        return sum(
            value.cost_e5
            for value in self.values
            if not self.is_forwarded(value) and value.kind != Kind.ROUNDING and not value.partial
        )

    @property
    def apart_e5(self) -> dict[Kind, int]:
        """The cost of each kind that an exact reversal mirrors by itself; kinds without a value are left out."""
        found: dict[Kind, int] = {}
        for value in self.values:
            if value.kind in MIRRORED:
                found[value.kind] = found.get(value.kind, 0) + value.cost_e5
        return found

    @property
    def first_value_key(self) -> int:
        return min((value.key for value in self.values), default=0)

    @property
    def last_value_key(self) -> int:
        return max((value.key for value in self.values), default=0)


@dataclass(frozen=True, slots=True)
class Link:
    """An application. `transferred_from_key`: the layer that an arriving transfer took its goods from."""

    receiver_key: int
    inbound_key: int
    outbound_key: int | None
    quantity_e5: int
    cost_application: bool
    transferred_from_key: int | None = None

    @property
    def source_key(self) -> int | None:
        """The entry that the receiver takes its cost from; None on an inbound's own record."""
        if self.transferred_from_key is not None:
            return self.transferred_from_key
        return self.inbound_key if self.receiver_key == self.outbound_key else self.outbound_key


@dataclass(slots=True)
class Sums:
    """Quantity and cost of a pool."""

    quantity_e5: int = 0
    cost_e5: int = 0

    def add(self, quantity_e5: int, cost_e5: int) -> None:
        self.quantity_e5 += quantity_e5
        self.cost_e5 += cost_e5


@dataclass(frozen=True, slots=True)
class ScopeChange:
    """From a day on an average is taken per place, or per item. `quantities_e5`: what each place held before it.

    Issues that are open are left out of the quantities, as they are of an opening.
    """

    first_day: date
    by_place: bool
    quantities_e5: Mapping[Scope, int] = field(default_factory=dict)


@dataclass(slots=True)
class ItemBooks:
    """The books of one item, or as much of them as an adjustment needs; links sorted by receiver and by source.

    `affected`: the entries to be computed; the others are sources whose cost stands. None: all entries.
    `first_day`, `opening` (averages): what is valued before the first day stands in the opening sums of its scope,
    issues that are open left out; entries from before are there as sources, or with a later revaluation.
    `scope_changes` (averages): days, in their order, after which the scopes of the entries do not hold any more.
    `own_use` (averages): what order lines made of the item while using the item itself. `round_use`: likewise, by way
    of orders for other items. `made_of`: both, from consumption to output.
    """

    entries: dict[int, Entry]
    links: Sequence[Link]
    precision_e5: int
    affected: frozenset[int] | None = None
    first_day: date | None = None
    opening: Mapping[Scope, Sums] = field(default_factory=dict)
    scope_changes: Sequence[ScopeChange] = ()
    own_use: OwnUse = field(default_factory=dict)
    round_use: OwnUse = field(default_factory=dict)
    sources: dict[int, list[Link]] = field(default_factory=dict)
    receivers: dict[int, list[Link]] = field(default_factory=dict)
    made_of: dict[int, list[int]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        entries: Iterable[Entry],
        links: Sequence[Link],
        *,
        precision_e5: int,
        affected: frozenset[int] | None = None,
        first_day: date | None = None,
        opening: Mapping[Scope, Sums] | None = None,
        scope_changes: Sequence[ScopeChange] = (),
        own_use: OwnUse | None = None,
        round_use: OwnUse | None = None,
    ) -> ItemBooks:
        found = {entry.key: entry for entry in entries}
        books = cls(found, links, precision_e5, affected, first_day, opening or {}, scope_changes)
        books.own_use, books.round_use = own_use or {}, round_use or {}
        for link in links:
            if link.source_key is not None:
                books.sources.setdefault(link.receiver_key, []).append(link)
                books.receivers.setdefault(link.source_key, []).append(link)
        for output_key, used in (*books.own_use.items(), *books.round_use.items()):
            for key in used:
                books.made_of.setdefault(key, []).append(output_key)
        return books

    def scope_of(self, entry: Entry, on: date) -> Scope:
        """Return where an entry, or a value of it, is averaged on a date."""
        scope = entry.scope
        for change in self.scope_changes:
            if on >= change.first_day:
                scope = entry.place if change.by_place else (None, None)
        return scope

    def is_affected(self, entry: Entry) -> bool:
        return self.affected is None or entry.key in self.affected

    @property
    def affected_entries(self) -> list[Entry]:
        """The entries to be computed, in the order of their numbers."""
        return [self.entries[key] for key in sorted(self.entries) if self.is_affected(self.entries[key])]


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What one source, or (None) the average of the period, brought to a correction."""

    source_key: int | None
    quantity_e5: int
    amount_e5: int


@dataclass(frozen=True, slots=True)
class Correction:
    """An adjustment to be posted: a value of a kind that corrects an original one.

    `sources`: whose cost moved; their amounts add up to the correction. A rounding has none.
    """

    entry_key: int
    original_key: int
    actual_e5: int
    expected_e5: int
    sources: Sequence[SourceChange] = ()
    average_period_end: date | None = None
    kind: Kind = Kind.DIRECT

    @property
    def is_rounding(self) -> bool:
        return self.kind == Kind.ROUNDING
