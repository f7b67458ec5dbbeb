"""Which inbound entries an outbound takes, and which open outbounds an inbound covers. Plain records in, links out.

A layer is an inbound entry with something left. FIFO, average and standard take the earliest layer first, by posting
date and then entry number; LIFO the latest. An outbound that finds too little stays open, and the next inbound at its
place covers the oldest open outbound first (LIFO: the latest).

    layers 10 (1 Jan), 5 (2 Jan); outbound 12  ->  links 10 and 2; 3 left of the second layer

Source: design-details-item-application.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from config.base.errors import DomainError, ErrorCode
from inventory.enums import ItemLedgerEntryType

Place = tuple[int, int | None, int | None]
"""Item, variant, location: goods are applied inside one place only."""

ClosesCycle = Callable[[int, int], bool]
"""Asks whether a receiver (first) may not take cost from a source (second), because the source has it from there."""


def no_cycle(_receiver_key: int, _source_key: int) -> bool:
    """An outbound that is being posted feeds nobody yet: whatever it takes from, no circle can close."""
    return False


class InsufficientQuantity(DomainError):
    code = ErrorCode.INSUFFICIENT_QUANTITY


@dataclass(slots=True, eq=False)
class StockEntry:
    """An item ledger entry, posted or being posted, as far as application needs it.

    `key` is the entry number; a negative number stands for an entry that is being posted, until it is written.
    Quantities carry the sign of the ledger, in 1e-5 base units. `within_order`: goods on their way, which only the
    same transfer order may touch. `not_returned_e5`: of an outbound, what no return has brought back, negative.
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
    expiration_date: date | None = None
    entry_type: str = ""
    order_type: str = ""
    order_no: str = ""
    order_line_no: int = 0
    within_order: bool = False
    correction: bool = False
    drop_shipment: bool = False
    not_returned_e5: int = 0
    applies_to_key: int | None = None
    applies_from_key: int | None = None
    to_adjust: bool = False

    @property
    def order(self) -> tuple[date, int, int]:
        """Posting date, then entry number; entries being posted come after posted ones, in their own order."""
        return (self.posting_date, 0, self.key) if self.key > 0 else (self.posting_date, 1, -self.key)

    @property
    def order_line(self) -> tuple[str, str, int]:
        return (self.order_type, self.order_no, self.order_line_no)


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
            if other.remaining_e5 * entry.quantity_e5 < 0 and may_meet(entry, other)
        ]
        return sorted(found, key=lambda other: other.order, reverse=entry.last_in_first_out)

    def find(self, key: int) -> StockEntry | None:
        """An open entry by its key, wherever it lies."""
        return next((each for entries in self.open_entries.values() for each in entries if each.key == key), None)

    def reopen(self, entry: StockEntry, quantity_e5: int) -> None:
        """Give a positive quantity back to what remains of an entry, and look at its cost again."""
        self.touch(entry)
        entry.remaining_e5 += quantity_e5 if entry.quantity_e5 > 0 else -quantity_e5
        if not any(each is entry for each in self.open_entries.get(entry.place, ())):
            self.add(entry)

    def touch(self, entry: StockEntry) -> None:
        """Note that an entry changes, and that those who take its cost must look at it again."""
        entry.to_adjust = True
        self.changed[entry.key] = entry

    def consume(self, entry: StockEntry, quantity_e5: int) -> None:
        """Take a positive quantity from what remains of an entry."""
        assert 0 < quantity_e5 <= abs(entry.remaining_e5)
        entry.remaining_e5 -= quantity_e5 if entry.remaining_e5 > 0 else -quantity_e5
        self.changed[entry.key] = entry


def take_layers(stock: Stock, outbound: StockEntry, *, closes_cycle: ClosesCycle = no_cycle) -> list[Link]:
    """Apply an outbound to inbound layers: the one it names, else in the order of its method.

    Returns the links; what no layer could cover stays in `outbound.remaining_e5`.
    Raises: InsufficientQuantity when the named layer has too little left.
    """
    layers = stock.candidates(outbound)
    fixed = outbound.applies_to_key is not None
    if fixed:
        layers = [layer for layer in layers if layer.key == outbound.applies_to_key]
        if not layers or layers[0].remaining_e5 < -outbound.remaining_e5:
            raise InsufficientQuantity
    elif outbound.drop_shipment or (outbound.specific and not outbound.serial_no):
        layers = []
    links = []
    for layer in layers:
        if not outbound.remaining_e5:
            break
        if closes_cycle(outbound.key, layer.key):
            continue
        links.append(_apply(stock, layer, outbound, cost_application=not outbound.average or fixed))
        # No flag: priced by its layers, an outbound needs no adjustment, and a layer that it used up, which may have a
        # cent left over, is found from the outbound (costing/loading).
    return links


def cover_outbounds(stock: Stock, inbound: StockEntry, *, closes_cycle: ClosesCycle = no_cycle) -> list[Link]:
    """Let a new inbound cover open outbounds at its place: the one it names, else the oldest first; returns the links.

    An inbound that takes its own cost from an outbound (a return, an undo) must not feed it: `closes_cycle`.
    Raises: InsufficientQuantity when the named outbound has too little open.
    """
    outbounds = stock.candidates(inbound)
    fixed = inbound.applies_to_key is not None
    if fixed:
        outbounds = [outbound for outbound in outbounds if outbound.key == inbound.applies_to_key]
        if not outbounds or -outbounds[0].remaining_e5 < inbound.remaining_e5:
            raise InsufficientQuantity
    elif inbound.drop_shipment or inbound.specific:
        outbounds = []
    links = []
    for outbound in outbounds:
        if not inbound.remaining_e5:
            break
        if closes_cycle(outbound.key, inbound.key):
            continue
        links.append(_apply(stock, inbound, outbound, cost_application=not inbound.average or fixed))
        inbound.to_adjust = True
    return links


def _apply(stock: Stock, inbound: StockEntry, outbound: StockEntry, *, cost_application: bool) -> Link:
    """Take as much from the inbound as the outbound needs; one of both is used up."""
    part_e5 = min(inbound.remaining_e5, -outbound.remaining_e5)
    stock.consume(inbound, part_e5)
    stock.consume(outbound, part_e5)
    return Link(
        receiver_key=outbound.key,
        inbound_key=inbound.key,
        outbound_key=outbound.key,
        quantity_e5=-part_e5,
        posting_date=max(outbound.posting_date, inbound.posting_date),
        cost_application=cost_application,
    )


def may_meet(entry: StockEntry, other: StockEntry) -> bool:
    """Whether two entries of one place may be applied to each other.

    Lots and serial numbers are equal. Goods on their way belong to their transfer order. What an order line makes is
    not what it uses.
    """
    if entry.lot_no != other.lot_no or entry.serial_no != other.serial_no:
        return False
    if entry.within_order or other.within_order:
        return (entry.order_type, entry.order_no) == (other.order_type, other.order_no)
    return not _use_their_own_output(entry, other)


_MADE_AND_USED: Collection[frozenset[str]] = (
    frozenset({ItemLedgerEntryType.OUTPUT.value, ItemLedgerEntryType.CONSUMPTION.value}),
    frozenset({ItemLedgerEntryType.ASSEMBLY_OUTPUT.value, ItemLedgerEntryType.ASSEMBLY_CONSUMPTION.value}),
)


def _use_their_own_output(entry: StockEntry, other: StockEntry) -> bool:
    made_and_used = frozenset({str(entry.entry_type), str(other.entry_type)}) in _MADE_AND_USED
    return made_and_used and bool(entry.order_no) and entry.order_line == other.order_line
