"""Lines that move goods become item ledger entries and applications, inside the caller's transaction.

Two steps, so that nothing is written before all is known: `plan` applies the movements in memory against the open
stock of the locked items, `write` inserts what was planned, a handful of statements whatever the number of lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from config.base import bulk
from config.base.amounts import from_e5
from config.base.errors import ErrorCode, Problem, raise_problems
from inventory import stock as stock_reader
from inventory.application import (
    InsufficientQuantity,
    Link,
    Place,
    Stock,
    StockEntry,
    cover_outbounds,
    take_layers,
)
from inventory.enums import ItemLedgerEntryType
from inventory.models import ItemApplicationEntry, ItemLedgerEntry, ItemRegister
from inventory.stock import ItemFacts

MAY_NEVER_BE_NEGATIVE = frozenset(
    {ItemLedgerEntryType.TRANSFER, ItemLedgerEntryType.CONSUMPTION, ItemLedgerEntryType.ASSEMBLY_CONSUMPTION}
)


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
class Movement:
    """One line that moves a quantity of an item into or out of a place.

    `quantity_e5`: signed, 1e-5 base units. `to_location_id` makes it a transfer: the goods arrive there.
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
class Plan:
    """All entries of one posting, in line order, and the stock as it will stand."""

    entries: list[PlannedEntry]
    stock: Stock
    named: dict[int, StockEntry]


def plan(movements: Sequence[Movement], *, prevent_negative: bool) -> Plan:
    """Apply movements in order against the open stock of their items, in memory.

    The items must be locked. Raises DomainError that names every line which cannot be applied.
    """
    facts = {movement.item.id: movement.item for movement in movements}
    stock = stock_reader.open_stock(facts)
    named = _named_entries(movements, facts, stock)
    planned = Plan(entries=[], stock=stock, named=named)
    problems: list[Problem] = []
    for movement in movements:
        problem = _check_application(movement, named) or _apply(movement, planned)
        if problem is not None:
            problems.append(problem)
    problems += _negative_problems(planned, prevent_negative=prevent_negative)
    raise_problems(problems)
    return planned


def _named_entries(movements: Sequence[Movement], facts: dict[int, ItemFacts], stock: Stock) -> dict[int, StockEntry]:
    keys = {m.applies_to_key for m in movements} | {m.applies_from_key for m in movements}
    keys.discard(None)
    if not keys:
        return {}
    named = stock_reader.stock_entries([key for key in keys if key is not None], facts)
    for entries in stock.open_entries.values():
        # One object for one entry: what this posting takes from it must be seen by every line.
        named.update({entry.key: entry for entry in entries if entry.key in named})
    return named


def _check_application(movement: Movement, named: dict[int, StockEntry]) -> Problem | None:
    """A named entry must be of the same item, variant and place, and of the other direction."""
    for key in (movement.applies_to_key, movement.applies_from_key):
        if key is None:
            continue
        entry = named.get(key)
        same_place = entry is not None and entry.place == movement.place
        if movement.applies_from_key == key and entry is not None:
            same_place = entry.place[:2] == movement.place[:2]
        if entry is None or not same_place or entry.quantity_e5 * movement.quantity_e5 > 0:
            return _problem(
                movement,
                ErrorCode.APPLICATION_MISMATCH,
                _(
                    "Entry %(entry)s is not of item %(item)s, its variant, location and the opposite direction. "
                    "Choose another entry."
                )
                % {"entry": key, "item": movement.item.no},
            )
    return None


def _apply(movement: Movement, planned: Plan) -> Problem | None:
    entry = _plan_entry(movement, planned, place=movement.place, quantity_e5=movement.quantity_e5)
    if not movement.item.is_inventory:
        entry.stock.remaining_e5 = 0
        return None
    if movement.quantity_e5 > 0:
        _plan_inbound(entry, planned)
        return None
    try:
        entry.links = take_layers(planned.stock, entry.stock)
    except InsufficientQuantity:
        return _problem(
            movement,
            ErrorCode.INSUFFICIENT_QUANTITY,
            _("Entry %(entry)s has less than %(quantity)s of %(item)s left. Apply to another entry, or unapply first.")
            % {
                "entry": movement.applies_to_key,
                "quantity": _text(-movement.quantity_e5),
                "item": movement.item.no,
            },
        )
    planned.stock.add(entry.stock)
    if movement.is_transfer:
        _plan_arrivals(entry, planned)
    return None


def _plan_entry(movement: Movement, planned: Plan, *, place: Place, quantity_e5: int) -> PlannedEntry:
    stock = stock_reader.new_stock_entry(
        movement.item,
        key=-(len(planned.entries) + 1),
        place=place,
        posting_date=movement.origin.posting_date,
        quantity_e5=quantity_e5,
        remaining_e5=quantity_e5,
        invoiced_e5=quantity_e5 if movement.invoiced else 0,
        completely_invoiced=movement.invoiced,
        lot_no=movement.lot_no,
        serial_no=movement.serial_no,
        order_no=movement.origin.order_no,
        applies_to_key=movement.applies_to_key,
        applies_from_key=movement.applies_from_key,
    )
    entry = PlannedEntry(movement=movement, stock=stock)
    planned.entries.append(entry)
    return entry


def _plan_inbound(entry: PlannedEntry, planned: Plan) -> None:
    """Record an inbound's own link (to the outbound that it returns, if any), and cover open outbounds."""
    source = entry.stock.applies_from_key
    entry.links = [
        Link(
            receiver_key=entry.key,
            inbound_key=entry.key,
            outbound_key=source,
            quantity_e5=entry.quantity_e5,
            posting_date=entry.movement.origin.posting_date,
            cost_application=True,
        )
    ]
    entry.covers = cover_outbounds(
        planned.stock, entry.stock, not_these=frozenset() if source is None else frozenset({source})
    )
    planned.stock.add(entry.stock)


def _plan_arrivals(out: PlannedEntry, planned: Plan) -> None:
    """A transfer arrives as one inbound for each layer taken; of an average item as one inbound in all."""
    movement = out.movement
    place = (movement.item.id, movement.variant_id, movement.to_location_id)
    average = movement.item.is_average and out.stock.applies_to_key is None
    parts: list[tuple[int | None, int]] = (
        [(None, -sum(link.quantity_e5 for link in out.links))]
        if average
        else [(link.inbound_key, -link.quantity_e5) for link in out.links]
    )
    for layer_key, quantity_e5 in parts:
        if not quantity_e5:
            continue
        arrival = _plan_entry(movement, planned, place=place, quantity_e5=quantity_e5)
        arrival.stock.applies_to_key = None
        arrival.moved_from = out
        arrival.links = [
            Link(
                receiver_key=arrival.key,
                inbound_key=arrival.key,
                outbound_key=out.key,
                quantity_e5=quantity_e5,
                posting_date=movement.origin.posting_date,
                cost_application=True,
                transferred_from_key=layer_key,
            )
        ]
        if layer_key is not None:
            layer = _entry_by_key(planned, layer_key)
            arrival.stock.completely_invoiced = layer is None or layer.completely_invoiced
        arrival.covers = cover_outbounds(planned.stock, arrival.stock, not_these=frozenset({out.key}))
        planned.stock.add(arrival.stock)
    out.stock.completely_invoiced = all(
        entry.stock.completely_invoiced for entry in planned.entries if entry.moved_from is out
    )


def _entry_by_key(planned: Plan, key: int) -> StockEntry | None:
    if key in planned.stock.changed:
        return planned.stock.changed[key]
    return next((entry.stock for entry in planned.entries if entry.key == key), planned.named.get(key))


def _negative_problems(planned: Plan, *, prevent_negative: bool) -> list[Problem]:
    problems = []
    for entry in planned.entries:
        movement = entry.movement
        if entry.stock.remaining_e5 >= 0 or not movement.item.is_inventory:
            continue
        never = movement.entry_type in MAY_NEVER_BE_NEGATIVE or movement.item.is_specific
        if never or movement.item.prevents_negative(by_setup=prevent_negative):
            problems.append(
                _problem(
                    movement,
                    ErrorCode.INSUFFICIENT_QUANTITY,
                    _(
                        "%(missing)s of %(item)s is missing: %(available)s on hand, %(wanted)s needed. "
                        "Post less, or choose another location."
                    )
                    % {
                        "missing": _text(-entry.stock.remaining_e5),
                        "item": movement.item.no,
                        "available": _text(entry.stock.remaining_e5 - entry.quantity_e5),
                        "wanted": _text(-entry.quantity_e5),
                    },
                )
            )
    return problems


def _problem(movement: Movement, code: ErrorCode, message: str) -> Problem:
    origin = movement.origin
    return Problem(
        message=message,
        code=code,
        document_no=origin.order_no or origin.document_key,
        line_no=origin.order_line_no or origin.line_no,
        item_no=movement.item.no,
    )


def _text(quantity_e5: int) -> str:
    return f"{from_e5(quantity_e5).normalize():f}"


@dataclass(frozen=True, slots=True)
class Written:
    """Keys of what was written: `entry_ids` turns the planned (negative) key into the entry number."""

    register_id: int
    entry_ids: dict[int, int]

    def entry_id(self, key: int) -> int:
        return key if key > 0 else self.entry_ids[key]


def write_register(*, source_code: str, document_no: str, user_id: int | None, created_at: datetime) -> int:
    """Write the register that ties one posting together; returns its key."""
    row = {"source_code": source_code, "document_no": document_no, "user_id": user_id, "created_at": created_at}
    return bulk.insert(ItemRegister, [row])[0]


def write(planned: Plan, *, document_nos: dict[str, str], register_id: int, created_at: datetime) -> Written:
    """Insert the planned entries and links, and write back what they took from others.

    `document_nos`: the number drawn for each `Origin.document_key`.
    """
    stamp = {"register_id": register_id, "created_at": created_at}
    rows = [_entry_row(entry, document_nos) | stamp for entry in planned.entries]
    ids = bulk.insert(ItemLedgerEntry, rows)
    written = Written(register_id, {entry.key: pk for entry, pk in zip(planned.entries, ids, strict=True)})
    links = [link for entry in planned.entries for link in (*entry.links, *entry.covers)]
    bulk.insert(ItemApplicationEntry, [_link_row(link, written) | stamp for link in links])
    _write_back(entry for entry in planned.stock.changed.values() if entry.key > 0)
    return written


def _entry_row(entry: PlannedEntry, document_nos: dict[str, str]) -> dict[str, Any]:
    movement, stock, origin = entry.movement, entry.stock, entry.movement.origin
    item_id, variant_id, location_id = stock.place
    returnable = stock.quantity_e5 < 0 and not movement.is_transfer
    return {
        "item_id": item_id,
        "variant_id": variant_id,
        "location_id": location_id,
        "entry_type": str(movement.entry_type),
        "posting_date": origin.posting_date,
        "document_type": str(origin.document_type),
        "document_no": document_nos[origin.document_key],
        "document_line_no": origin.line_no,
        "external_document_no": origin.external_document_no,
        "source_type": str(origin.source_type),
        "source_no": origin.source_no,
        "order_type": str(origin.order_type),
        "order_no": origin.order_no,
        "order_line_no": origin.order_line_no,
        "description": origin.description,
        "dimension_set_id": origin.dimension_set_id,
        "reason_code_id": origin.reason_code_id,
        "quantity": from_e5(stock.quantity_e5),
        "remaining_quantity": from_e5(stock.remaining_e5),
        "invoiced_quantity": from_e5(stock.invoiced_e5),
        "open": stock.remaining_e5 != 0,
        "completely_invoiced": stock.completely_invoiced,
        "last_invoice_date": origin.posting_date if stock.invoiced_e5 else None,
        "applies_to_entry_id": stock.applies_to_key,
        "applied_entry_to_adjust": stock.to_adjust,
        "shipped_quantity_not_returned": from_e5(stock.quantity_e5 if returnable else 0),
        "lot_no": stock.lot_no,
        "serial_no": stock.serial_no,
        "expiration_date": movement.expiration_date,
    }


def _link_row(link: Link, written: Written) -> dict[str, Any]:
    return {
        "item_ledger_entry_id": written.entry_id(link.receiver_key),
        "inbound_item_entry_id": written.entry_id(link.inbound_key),
        "outbound_item_entry_id": None if link.outbound_key is None else written.entry_id(link.outbound_key),
        "transferred_from_entry_id": (
            None if link.transferred_from_key is None else written.entry_id(link.transferred_from_key)
        ),
        "quantity": from_e5(link.quantity_e5),
        "posting_date": link.posting_date,
        "cost_application": link.cost_application,
    }


def _write_back(changed: Iterable[StockEntry]) -> None:
    """Write what remains of entries that others took from, in one statement."""
    entries = sorted(changed, key=lambda entry: entry.key)
    if not entries:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE inventory_itemledgerentry e
            SET remaining_quantity = n.remaining, open = n.remaining <> 0,
                applied_entry_to_adjust = e.applied_entry_to_adjust OR n.to_adjust
            FROM unnest(%s::bigint[], %s::numeric[], %s::boolean[]) AS n(id, remaining, to_adjust)
            WHERE e.id = n.id
            """,
            [
                [entry.key for entry in entries],
                [from_e5(entry.remaining_e5) for entry in entries],
                [entry.to_adjust for entry in entries],
            ],
        )
