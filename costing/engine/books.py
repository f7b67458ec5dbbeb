"""The ledgers of one item as the engine sees them: entries with their values, and the links between them.

Plain records of integers; quantities and amounts in units of 1e-5 with the sign of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

Scope = tuple[int | None, int | None]
"""Location and variant; both blank when an average is taken per item."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value entry. `original_key`: itself, or the value that this adjustment corrects."""

    key: int
    entry_key: int
    original_key: int
    is_direct: bool
    is_rounding: bool
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
    def is_forwarded(self) -> bool:
        """Direct cost without charge: the part of a receiver's cost that comes from its sources."""
        return self.is_direct and not self.is_charge


@dataclass(slots=True)
class Entry:
    """One item ledger entry. `averaged`: an outbound that follows the average of its period."""

    key: int
    scope: Scope
    quantity_e5: int
    remaining_e5: int
    posting_date: date
    valuation_date: date
    completely_invoiced: bool
    averaged: bool
    values: list[Value] = field(default_factory=list)

    @property
    def posted_cost_e5(self) -> int:
        """The cost that was forwarded to the entry so far, adjustments included."""
        return sum(value.cost_e5 for value in self.values if value.is_forwarded)

    @property
    def own_cost_e5(self) -> int:
        """Cost that does not come from sources: charges, revaluations of the whole, overhead, variance."""
        return sum(v.cost_e5 for v in self.values if not v.is_forwarded and not v.is_rounding and not v.partial)


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
class ItemBooks:
    """Everything about one item, with the links sorted by receiver and by source."""

    entries: dict[int, Entry]
    links: Sequence[Link]
    precision_e5: int
    sources: dict[int, list[Link]] = field(default_factory=dict)
    receivers: dict[int, list[Link]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry], links: Sequence[Link], *, precision_e5: int) -> ItemBooks:
        books = cls({entry.key: entry for entry in entries}, links, precision_e5)
        for link in links:
            if link.source_key is not None:
                books.sources.setdefault(link.receiver_key, []).append(link)
                books.receivers.setdefault(link.source_key, []).append(link)
        return books


@dataclass(frozen=True, slots=True)
class Part:
    """Where a part of an entry's cost comes from: a source entry, or (None) the average of the period."""

    source_key: int | None
    quantity_e5: int


@dataclass(frozen=True, slots=True)
class Correction:
    """An adjustment to be posted: a value that corrects an original one; rounding corrects none."""

    entry_key: int
    original_key: int
    actual_e5: int
    expected_e5: int
    parts: Sequence[Part] = ()
    average_period_end: date | None = None
    is_rounding: bool = False
