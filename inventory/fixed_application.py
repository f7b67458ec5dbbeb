"""Making room for a fixed application: what took an entry without naming it gives it back, and is applied anew.

    receipt 10, sale of 6 from it, a second receipt of 10; a return of 8 that names the first receipt
    -> the sale lets go, the return takes 8, and the sale takes the 2 that are left and 4 of the second receipt

Applications are undone one by one, oldest outbound first, until enough is free; never those that are fixed themselves,
those of transfers and corrections, nor those of a closed inventory period. An undone application stays on record,
cancelled by the register of the posting. Source: design-details-item-application.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from inventory import stock as stock_reader
from inventory.application import Link, StockEntry, take_layers
from inventory.cost_flow import CostFlow
from inventory.movements import Displaced, Plan
from inventory.stock import ItemFacts


@dataclass(frozen=True, slots=True)
class Applied:
    """A posted, active application of an outbound to a layer; positive quantity. `stays`: it may not be undone."""

    id: int
    inbound_key: int
    outbound_key: int
    quantity_e5: int
    posting_date: date
    stays: bool


_APPLIED = """
SELECT a.id, a.inbound_item_entry_id, a.outbound_item_entry_id, (-a.quantity * 100000)::bigint, a.posting_date,
       coalesce(taker.applies_to_entry_id = layer.id, false) OR coalesce(layer.applies_to_entry_id = taker.id, false)
       OR taker.correction OR layer.correction OR taker.entry_type = 'transfer'
       OR taker.drop_shipment AND layer.drop_shipment
FROM inventory_itemapplicationentry a
JOIN inventory_itemledgerentry layer ON layer.id = a.inbound_item_entry_id
JOIN inventory_itemledgerentry taker ON taker.id = a.outbound_item_entry_id
WHERE a.cancelled_by_id IS NULL AND a.item_ledger_entry_id = a.outbound_item_entry_id
  AND (a.inbound_item_entry_id = ANY(%s) OR a.outbound_item_entry_id = ANY(%s))
ORDER BY a.outbound_item_entry_id, a.id
"""


def make_room(
    planned: Plan, named: StockEntry, needed_e5: int, *, item: ItemFacts, closed_through: date | None
) -> bool:
    """Free a positive quantity of a named entry; returns False, and changes nothing, where it cannot be had."""
    missing_e5 = needed_e5 - abs(named.remaining_e5)
    if missing_e5 <= 0:
        return True
    movable = [
        each
        for each in _applied([named.key], planned)
        if not each.stays and (closed_through is None or each.posting_date > closed_through)
    ]
    if sum(each.quantity_e5 for each in movable) < missing_e5:
        return False
    for each in movable:
        if missing_e5 > 0:
            _undo(each, planned, item)
            missing_e5 -= each.quantity_e5
    return True


def _undo(applied: Applied, planned: Plan, item: ItemFacts) -> None:
    outbound = _entry(applied.outbound_key, planned, item)
    planned.cancelled.append(applied.id)
    planned.stock.reopen(_entry(applied.inbound_key, planned, item), applied.quantity_e5)
    planned.stock.reopen(outbound, applied.quantity_e5)
    planned.displaced.setdefault(outbound.key, Displaced(outbound, item))


def _entry(key: int, planned: Plan, item: ItemFacts) -> StockEntry:
    """One object for one entry, so that all lines of a posting see what happens to it."""
    found = planned.named.get(key) or planned.stock.find(key)
    if found is None:
        found = stock_reader.stock_entries([key], {item.id: item})[key]
    planned.named.setdefault(key, found)
    return found


def reapply(planned: Plan, flow: CostFlow) -> None:
    """Apply the displaced outbounds again, by the ordinary rules, as the last thing of a posting."""
    waiting = [each for each in planned.displaced.values() if each.stock.remaining_e5]
    for displaced in sorted(waiting, key=lambda each: each.stock.order):
        displaced.links = take_layers(planned.stock, displaced.stock, closes_cycle=flow.closes_cycle)
    if any(displaced.links for displaced in waiting):
        _merge(planned, waiting)


def _merge(planned: Plan, waiting: list[Displaced]) -> None:
    """An outbound that takes more of a layer it has already is linked to it once, with the whole quantity."""
    keys = [displaced.stock.key for displaced in waiting]
    standing = {(each.outbound_key, each.inbound_key): each for each in _applied(keys, planned)}
    for displaced in waiting:
        displaced.links = [_merged(link, standing, planned) for link in displaced.links]


def _merged(link: Link, standing: dict[tuple[int, int], Applied], planned: Plan) -> Link:
    before = standing.get((link.receiver_key, link.inbound_key))
    if before is None:
        return link
    planned.cancelled.append(before.id)
    return Link(
        receiver_key=link.receiver_key,
        inbound_key=link.inbound_key,
        outbound_key=link.outbound_key,
        quantity_e5=link.quantity_e5 - before.quantity_e5,
        posting_date=max(link.posting_date, before.posting_date),
        cost_application=link.cost_application,
    )


def _applied(keys: list[int], planned: Plan) -> list[Applied]:
    parameters: list[Any] = [keys, keys]
    with connection.cursor() as cursor:
        cursor.execute(_APPLIED, parameters)
        found = [Applied(*row) for row in cursor.fetchall()]
    return [each for each in found if each.id not in planned.cancelled]
