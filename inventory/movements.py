"""What a posting moves: lines as they come in, entries as they are planned, keys of what was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from inventory.application import Link, Place, Stock, StockEntry
from inventory.stock import ItemFacts


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a line stems from: copied to every entry that it makes. Document numbers are drawn last."""

    document_type: str
    line_no: int
    posting_date: date
    document_key: str = ""
    external_document_no: str = ""
    source_type: str = ""
    source_no: str = ""
    order_type: str = ""
    order_no: str = ""
    order_line_no: int = 0
    description: str = ""
    dimension_set_id: int | None = None
    reason_code_id: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is new about goods where a transfer takes them; without a new expiration date they keep theirs."""

    lot_no: str
    serial_no: str
    expiration_date: date | None
    dimension_set_id: int | None


@dataclass(frozen=True, slots=True)
class Movement:
    """One line that moves a quantity of an item into or out of a place.

    `quantity_e5`: signed, 1e-5 base units. `to_location_id` makes it a transfer: the goods arrive there, unchanged
    unless `arrival` says what is new. `from_order` and `to_order`: the goods leave, or arrive, on their way: only the
    same transfer order may touch them. `correction`: it takes another posting back. `restores_key`: the outbound that
    may be returned again, where a return of it is taken back. `assemble_to_order`: it is made for one sales line.
    """

    origin: Origin
    item: ItemFacts
    entry_type: str
    quantity_e5: int
    location_id: int | None
    variant_id: int | None = None
    invoiced: bool = True
    applies_to_key: int | None = None
    applies_from_key: int | None = None
    lot_no: str = ""
    serial_no: str = ""
    expiration_date: date | None = None
    is_transfer: bool = False
    to_location_id: int | None = None
    arrival: Arrival | None = None
    from_order: bool = False
    to_order: bool = False
    correction: bool = False
    restores_key: int | None = None
    drop_shipment: bool = False
    assemble_to_order: bool = False

    @property
    def place(self) -> Place:
        return (self.item.id, self.variant_id, self.location_id)


@dataclass(slots=True)
class PlannedEntry:
    """An item ledger entry to be written, with the links that its posting makes.

    `covers`: open outbounds that it covers. `moved_from`: the transfer outbound that it arrived from.
    """

    movement: Movement
    stock: StockEntry
    origin: Origin
    links: list[Link] = field(default_factory=list)
    covers: list[Link] = field(default_factory=list)
    moved_from: PlannedEntry | None = None

    @property
    def key(self) -> int:
        return self.stock.key

    @property
    def quantity_e5(self) -> int:
        return self.stock.quantity_e5


@dataclass(slots=True)
class Displaced:
    """A posted outbound that lost a layer to a fixed application, and what it was applied to again."""

    stock: StockEntry
    item: ItemFacts
    links: list[Link] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """All entries of one posting, in the order of their numbers, and the stock as it will stand.

    `named`: the entries that lines apply to or from. `cancelled`: keys of applications that are undone;
    `displaced`: the outbounds that they belonged to, by key.
    """

    entries: list[PlannedEntry]
    stock: Stock
    named: dict[int, StockEntry]
    cancelled: list[int] = field(default_factory=list)
    displaced: dict[int, Displaced] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """Keys of what was written: `entry_ids` turns the planned (negative) key into the entry number."""

    register_id: int
    entry_ids: dict[int, int]

    def entry_id(self, key: int) -> int:
        return key if key > 0 else self.entry_ids[key]
