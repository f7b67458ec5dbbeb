"""Lines that move goods become item ledger entries and applications, inside the caller's transaction.

Two steps, so that nothing is written before all is known: `plan` applies the movements in memory against the open
stock of the locked items, `write` inserts what was planned, a handful of statements whatever the number of lines.
Lines that name an entry are applied first: what they need is not given to the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from config.base.errors import Problem, raise_problems
from inventory import fixed_application, movement_checks
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
from inventory.cost_flow import CostFlow
from inventory.entry_writing import write, write_register
from inventory.enums import ItemLedgerEntryType
from inventory.movements import Arrival, Movement, Origin, Plan, PlannedEntry, Written
from inventory.stock import ItemFacts

__all__ = ["Arrival", "Movement", "Origin", "Plan", "PlannedEntry", "Written", "plan", "write", "write_register"]

_USED = (ItemLedgerEntryType.CONSUMPTION, ItemLedgerEntryType.ASSEMBLY_CONSUMPTION)


@dataclass(frozen=True, slots=True)
class Planning:
    """What planning works on: the plan so far, the flow of cost in it, and up to when periods are closed."""

    planned: Plan
    flow: CostFlow
    closed_through: date | None


def plan(movements: Sequence[Movement], *, prevent_negative: bool, closed_through: date | None = None) -> Plan:
    """Apply movements in order against the open stock of their items, in memory.

    The items must be locked. `closed_through`: the end of the last closed inventory period, whose applications stay.
    Raises: DomainError that names every line which cannot be applied.
    """
    problems = [problem for each in movements for problem in movement_checks.tracking_problems(each)]
    raise_problems([*problems, *movement_checks.blocked_variants(movements)])
    facts = {movement.item.id: movement.item for movement in movements}
    stock = stock_reader.open_stock(facts)
    planned = Plan(entries=[], stock=stock, named=_named_entries(movements, facts, stock))
    planning = Planning(planned, CostFlow(planned), closed_through)
    for movement in sorted(movements, key=lambda each: each.applies_to_key is None):
        problem = movement_checks.application_problem(movement, planned.named) or _apply(movement, planning)
        if problem is not None:
            problems.append(problem)
    raise_problems(problems)
    fixed_application.reapply(planned, planning.flow)
    raise_problems(movement_checks.negative_problems(planned, prevent_negative=prevent_negative))
    return planned


def _named_entries(movements: Sequence[Movement], facts: dict[int, ItemFacts], stock: Stock) -> dict[int, StockEntry]:
    keys = {m.applies_to_key for m in movements} | {m.applies_from_key for m in movements}
    keys |= {m.restores_key for m in movements}
    keys.discard(None)
    if not keys:
        return {}
    named = stock_reader.stock_entries([key for key in keys if key is not None], facts)
    for entries in stock.open_entries.values():
        # One object for one entry: what this posting takes from it must be seen by every line.
        named.update({entry.key: entry for entry in entries if entry.key in named})
    return named


def _apply(movement: Movement, planning: Planning) -> Problem | None:
    entry = _plan_entry(movement, planning.planned, place=movement.place, quantity_e5=movement.quantity_e5)
    if not movement.item.is_inventory:
        entry.stock.remaining_e5 = 0
        return None
    if movement.item.is_settled_at_close:
        return _plan_unapplied(entry, planning)
    if movement.quantity_e5 > 0:
        return _plan_inbound(entry, planning)
    return _plan_outbound(entry, planning)


def _plan_unapplied(entry: PlannedEntry, planning: Planning) -> Problem | None:
    """Nothing is applied before the inventory close: an inbound has its own record, an outbound stays open.

    An entry that an issue names is a mark, which costing keeps.
    """
    movement, planned, source_key = entry.movement, planning.planned, entry.stock.applies_from_key
    entry.stock.applies_to_key = None
    if movement.quantity_e5 > 0:
        problem = movement_checks.duplicate_serial(movement, movement.serial_no, planned)
        if problem is None and source_key is not None:
            problem = _give_back(entry, planned.named[source_key], planned)
        entry.links = [_own_link(entry, source_key)]
    else:
        problem = None
        _restore(movement, planned)
    if problem is None:
        planned.stock.add(entry.stock)
    if problem is None and movement.is_transfer:
        _plan_arrival(entry, None, -entry.quantity_e5, planning)
    return problem


def _plan_entry(movement: Movement, planned: Plan, *, place: Place, quantity_e5: int) -> PlannedEntry:
    origin = movement.origin
    returnable = quantity_e5 < 0 and not movement.is_transfer and not movement.correction
    stock = stock_reader.new_stock_entry(
        movement.item,
        key=-(len(planned.entries) + 1),
        place=place,
        posting_date=origin.posting_date,
        quantity_e5=quantity_e5,
        remaining_e5=quantity_e5,
        invoiced_e5=quantity_e5 if movement.invoiced else 0,
        completely_invoiced=movement.invoiced,
        lot_no=movement.lot_no,
        serial_no=movement.serial_no,
        expiration_date=movement.expiration_date,
        entry_type=str(movement.entry_type),
        order_type=str(origin.order_type),
        order_no=origin.order_no,
        order_line_no=origin.order_line_no,
        within_order=movement.from_order,
        correction=movement.correction,
        drop_shipment=movement.drop_shipment,
        not_returned_e5=quantity_e5 if returnable else 0,
        applies_to_key=movement.applies_to_key,
        applies_from_key=movement.applies_from_key,
        to_adjust=movement.entry_type in _USED or (movement.item.is_standard and quantity_e5 < 0),
    )
    entry = PlannedEntry(movement=movement, stock=stock, origin=origin)
    planned.entries.append(entry)
    return entry


def _plan_outbound(entry: PlannedEntry, planning: Planning) -> Problem | None:
    movement, planned = entry.movement, planning.planned
    if not _has_room(entry, planning):
        return movement_checks.not_enough_left(movement)
    try:
        closes_cycle = planning.flow.for_new_outbound(entry.stock)
        entry.links = take_layers(planned.stock, entry.stock, closes_cycle=closes_cycle)
    except InsufficientQuantity:
        return movement_checks.not_enough_left(movement)
    planned.stock.add(entry.stock)
    _restore(movement, planned)
    return _plan_arrivals(entry, planning) if movement.is_transfer else None


def _restore(movement: Movement, planned: Plan) -> None:
    """Where a return is taken back, its source may be returned again."""
    if movement.restores_key is not None:
        source = planned.named[movement.restores_key]
        source.not_returned_e5 += movement.quantity_e5
        planned.stock.touch(source)


def _has_room(entry: PlannedEntry, planning: Planning) -> bool:
    """Whether a named entry has enough left, or what took from it lets go."""
    movement = entry.movement
    if movement.applies_to_key is None:
        return True
    return fixed_application.make_room(
        planning.planned,
        planning.planned.named[movement.applies_to_key],
        abs(movement.quantity_e5),
        item=movement.item,
        closed_through=planning.closed_through,
    )


def _plan_inbound(entry: PlannedEntry, planning: Planning) -> Problem | None:
    """Record an inbound's own link (to the outbound that it returns, if any), and cover open outbounds."""
    movement, planned, source_key = entry.movement, planning.planned, entry.stock.applies_from_key
    problem = movement_checks.duplicate_serial(movement, movement.serial_no, planned)
    if problem is None and source_key is not None:
        problem = _give_back(entry, planned.named[source_key], planned)
    if problem is not None:
        return problem
    entry.links = [_own_link(entry, source_key)]
    if not _has_room(entry, planning):
        return movement_checks.not_enough_left(movement)
    try:
        entry.covers = cover_outbounds(
            planned.stock, entry.stock, closes_cycle=_cycle_test(source_key is not None, planning)
        )
    except InsufficientQuantity:
        return movement_checks.not_enough_left(movement)
    planned.stock.add(entry.stock)
    return None


def _give_back(entry: PlannedEntry, source: StockEntry, planned: Plan) -> Problem | None:
    problem = movement_checks.too_much_returned(entry.movement, source)
    if problem is not None:
        return problem
    planned.stock.touch(source)
    if source.entry_type == ItemLedgerEntryType.TRANSFER:
        entry.stock.completely_invoiced = source.completely_invoiced
    else:
        source.not_returned_e5 += entry.quantity_e5
    return None


def _own_link(entry: PlannedEntry, outbound_key: int | None, *, layer_key: int | None = None) -> Link:
    return Link(
        receiver_key=entry.key,
        inbound_key=entry.key,
        outbound_key=outbound_key,
        quantity_e5=entry.quantity_e5,
        posting_date=entry.origin.posting_date,
        cost_application=True,
        transferred_from_key=layer_key,
    )


def _cycle_test(has_source: bool, planning: Planning) -> Callable[[int, int], bool]:
    """Only what takes its cost from somebody can close a circle."""
    return planning.flow.closes_cycle if has_source else lambda _receiver_key, _source_key: False


def _plan_arrivals(out: PlannedEntry, planning: Planning) -> Problem | None:
    """A transfer arrives as one inbound for each layer taken; of an average item as one inbound in all."""
    movement, planned = out.movement, planning.planned
    average = (movement.item.is_average or movement.item.is_moving_average) and out.stock.applies_to_key is None
    parts: list[tuple[int | None, int]] = (
        [(None, -sum(link.quantity_e5 for link in out.links))]
        if average
        else [(link.inbound_key, -link.quantity_e5) for link in out.links]
    )
    if average:
        out.stock.to_adjust = True
    serial_no = movement.arrival.serial_no if movement.arrival else movement.serial_no
    problem = movement_checks.duplicate_serial(movement, serial_no, planned)
    if problem is not None:
        return problem
    arrivals = [_plan_arrival(out, layer_key, part_e5, planning) for layer_key, part_e5 in parts if part_e5]
    out.stock.completely_invoiced = all(arrival.stock.completely_invoiced for arrival in arrivals)
    return None


def _plan_arrival(out: PlannedEntry, layer_key: int | None, quantity_e5: int, planning: Planning) -> PlannedEntry:
    movement, planned = out.movement, planning.planned
    place = (movement.item.id, movement.variant_id, movement.to_location_id)
    arrival = _plan_entry(movement, planned, place=place, quantity_e5=quantity_e5)
    arrival.stock.applies_to_key = None
    arrival.stock.within_order = movement.to_order
    first_key = out.links[0].inbound_key if out.links else None
    layer = _entry_by_key(planned, first_key if layer_key is None else layer_key)
    if layer is not None:
        arrival.stock.expiration_date = arrival.stock.expiration_date or layer.expiration_date
    if movement.arrival is not None:
        arrival.stock.lot_no, arrival.stock.serial_no = movement.arrival.lot_no, movement.arrival.serial_no
        arrival.stock.expiration_date = movement.arrival.expiration_date or arrival.stock.expiration_date
        arrival.origin = replace(movement.origin, dimension_set_id=movement.arrival.dimension_set_id)
    arrival.moved_from = out
    arrival.links = [_own_link(arrival, out.key, layer_key=layer_key)]
    if layer_key is not None:
        arrival.stock.completely_invoiced = layer is None or layer.completely_invoiced
    if not movement.item.is_settled_at_close:
        arrival.covers = cover_outbounds(planned.stock, arrival.stock, closes_cycle=planning.flow.closes_cycle)
    planned.stock.add(arrival.stock)
    return arrival


def _entry_by_key(planned: Plan, key: int | None) -> StockEntry | None:
    if key is None:
        return None
    if key in planned.stock.changed:
        return planned.stock.changed[key]
    return next((entry.stock for entry in planned.entries if entry.key == key), planned.named.get(key))
