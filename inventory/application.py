"""Which inbound entries an outbound takes, and which open outbounds an inbound covers. Plain records in, links out.

A layer is an inbound entry with something left. FIFO, average and standard take the earliest layer first, by posting
date and then entry number; LIFO the latest. An outbound that finds too little stays open, and the next inbound at its
place covers the oldest open outbound first (LIFO: the latest).

    layers 10 (1 Jan), 5 (2 Jan); outbound 12  ->  links 10 and 2; 3 left of the second layer

Source: design-details-item-application.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from config.base.errors import DomainError, ErrorCode

Place = tuple[int, int | None, int | None]
"""Item, variant, location: goods are applied inside one place only."""


class ApplicationMismatch(DomainError):
    code = ErrorCode.APPLICATION_MISMATCH


class InsufficientQuantity(DomainError):
    code = ErrorCode.INSUFFICIENT_QUANTITY


@dataclass(slots=True, eq=False)
class StockEntry:
    """An item ledger entry, posted or being posted, as far as application needs it.

    `key` is the entry number; a negative number stands for an entry that is being posted, until it is written.
    Quantities carry the sign of the ledger, in 1e-5 base units.
    """

    key: int
    place: Place
    posting_date: date
    quantity_e5: int
    remaining_e5: int
    invoiced_e5: int
    completely_invoiced: bool
    last_in_first_out: bool = False
    specific: bool = False
    average: bool = False
    lot_no: str = ""
    serial_no: str = ""
    order_no: str = ""
    applies_to_key: int | None = None
    applies_from_key: int | None = None
    to_adjust: bool = False

    @property
    def order(self) -> tuple[date, int, int]:
        """Posting date, then entry number; entries being posted come after posted ones, in their own order."""
        return (self.posting_date, 0, self.key) if self.key > 0 else (self.posting_date, 1, -self.key)


@dataclass(frozen=True, slots=True)
class Link:
    """An application to be recorded: the receiver takes its cost from the other side.

    `quantity_e5` is negative where it consumes an inbound, positive where an inbound receives.
    """

    receiver_key: int
    inbound_key: int
    outbound_key: int | None
    quantity_e5: int
    posting_date: date
    cost_application: bool
    transferred_from_key: int | None = None


@dataclass(slots=True)
class Stock:
    """Open entries by place, changed in memory as lines are applied; `changed` holds what must be written back."""

    open_entries: dict[Place, list[StockEntry]] = field(default_factory=dict)
    changed: dict[int, StockEntry] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[StockEntry]) -> Stock:
        stock = cls()
        for entry in entries:
            stock.add(entry)
        return stock

    def add(self, entry: StockEntry) -> None:
        if entry.remaining_e5:
            self.open_entries.setdefault(entry.place, []).append(entry)

    def candidates(self, entry: StockEntry) -> list[StockEntry]:
        """Open entries that may be applied to this one, in the order of its costing method."""
        found = [
            other
            for other in self.open_entries.get(entry.place, ())
            if other.remaining_e5 * entry.quantity_e5 < 0 and _tracking_matches(entry, other)
        ]
        return sorted(found, key=lambda other: other.order, reverse=entry.last_in_first_out)

    def consume(self, entry: StockEntry, quantity_e5: int) -> None:
        """Take a positive quantity from what remains of an entry."""
        assert 0 < quantity_e5 <= abs(entry.remaining_e5)
        entry.remaining_e5 -= quantity_e5 if entry.remaining_e5 > 0 else -quantity_e5
        self.changed[entry.key] = entry


def take_layers(stock: Stock, outbound: StockEntry) -> list[Link]:
    """Apply an outbound to inbound layers: the one it names, else in the order of its method.

    Returns the links; what no layer could cover stays in `outbound.remaining_e5`.
    Raises: InsufficientQuantity when the named layer has too little left.
    """
    layers = stock.candidates(outbound)
    if outbound.applies_to_key is not None:
        layers = [layer for layer in layers if layer.key == outbound.applies_to_key]
        if not layers or layers[0].remaining_e5 < -outbound.remaining_e5:
            raise InsufficientQuantity
    elif outbound.specific and not outbound.serial_no:
        layers = []
    links = []
    for layer in layers:
        part_e5 = min(layer.remaining_e5, -outbound.remaining_e5)
        if not part_e5:
            break
        stock.consume(layer, part_e5)
        outbound.remaining_e5 += part_e5
        links.append(
            Link(
                receiver_key=outbound.key,
                inbound_key=layer.key,
                outbound_key=outbound.key,
                quantity_e5=-part_e5,
                posting_date=max(outbound.posting_date, layer.posting_date),
                cost_application=not outbound.average or outbound.applies_to_key is not None,
            )
        )
        layer.to_adjust = layer.to_adjust or links[-1].cost_application
    return links


def cover_outbounds(stock: Stock, inbound: StockEntry, *, not_these: frozenset[int] = frozenset()) -> list[Link]:
    """Let a new inbound cover open outbounds at its place; returns the links.

    An inbound that takes its own cost from an outbound (a return, an undo) must not feed it: `not_these`.
    """
    links = []
    for outbound in stock.candidates(inbound):
        if outbound.key in not_these or inbound.specific:
            continue
        part_e5 = min(inbound.remaining_e5, -outbound.remaining_e5)
        if not part_e5:
            break
        stock.consume(outbound, part_e5)
        inbound.remaining_e5 -= part_e5
        links.append(
            Link(
                receiver_key=outbound.key,
                inbound_key=inbound.key,
                outbound_key=outbound.key,
                quantity_e5=-part_e5,
                posting_date=max(outbound.posting_date, inbound.posting_date),
                cost_application=not inbound.average,
            )
        )
        inbound.to_adjust = True
    return links


def _tracking_matches(entry: StockEntry, other: StockEntry) -> bool:
    return entry.lot_no == other.lot_no and entry.serial_no == other.serial_no
