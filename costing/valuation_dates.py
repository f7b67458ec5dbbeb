"""From which date the values of entries count, after their applications changed: by a posting, or by hand.

An outbound is valued on its posting date, or where it takes from something that is valued later, on that date; one that
is fixed to a receipt, on the receipt's date, even an earlier one. A return is not valued before the sale that it
reverses, a transfer arrives as it left. So a changed date moves all that take their cost from the entry, in turn.

    R1 5 Jan, R2 20 Jan; a sale of 10 Jan moved from R1 to R2:   valued 20 Jan, and a return of it from 20 Jan on too

Source: design-details-inventory-posting (valuation date); domain text "valuation date".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from costing import value_storing
from costing.average_periods import AveragePeriods
from inventory.application import Place
from inventory.enums import ItemLedgerEntryType
from inventory.models import ItemLedgerEntry

MAX_STEPS = 100_000

_MADE = (ItemLedgerEntryType.OUTPUT, ItemLedgerEntryType.ASSEMBLY_OUTPUT)
"""Valued by what the order used, which no application says."""


@dataclass(frozen=True, slots=True)
class Moved:
    """An entry whose values count from another date now."""

    entry_id: int
    place: Place
    before: date
    now: date


@dataclass(slots=True)
class _Node:
    """An entry: since when it is valued, and since when it is as a source (by its last revaluation, if any)."""

    place: Place
    entry_type: str
    is_inbound: bool
    fixed: bool
    posting_date: date
    valued: date
    as_source: date
    sources: list[int] = field(default_factory=list)
    receivers: list[int] = field(default_factory=list)


_REACHED = """
WITH RECURSIVE reached(id) AS (
    SELECT unnest(%s::bigint[])
    UNION
    SELECT a.item_ledger_entry_id FROM reached r JOIN inventory_itemapplicationentry a
      ON a.inbound_item_entry_id = r.id AND a.item_ledger_entry_id = a.outbound_item_entry_id
      OR a.outbound_item_entry_id = r.id AND a.item_ledger_entry_id = a.inbound_item_entry_id
    WHERE a.cancelled_by_id IS NULL
)
SELECT id FROM reached
"""

_LINKS = """
SELECT a.item_ledger_entry_id,
       CASE WHEN a.item_ledger_entry_id = a.outbound_item_entry_id
            THEN a.inbound_item_entry_id ELSE a.outbound_item_entry_id END
FROM inventory_itemapplicationentry a
WHERE a.item_ledger_entry_id = ANY(%s) AND a.outbound_item_entry_id IS NOT NULL AND a.cancelled_by_id IS NULL
"""

_NODES = """
SELECT e.id, e.item_id, e.variant_id, e.location_id, e.entry_type, e.quantity > 0,
       e.applies_to_entry_id IS NOT NULL, e.posting_date,
       min(v.valuation_date) FILTER (WHERE v.item_ledger_entry_quantity <> 0),
       (array_agg(v.valuation_date ORDER BY (v.entry_type = 'revaluation') DESC, v.id DESC))[1]
FROM inventory_itemledgerentry e JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
WHERE e.id = ANY(%s) GROUP BY e.id
"""

_WRITE = """
UPDATE costing_valueentry v
SET valuation_date = CASE WHEN v.entry_type = 'revaluation' THEN greatest(v.posting_date, n.valued) ELSE n.valued END
FROM unnest(%s::bigint[], %s::date[]) AS n(entry_id, valued)
WHERE v.item_ledger_entry_id = n.entry_id
  AND v.valuation_date <> CASE WHEN v.entry_type = 'revaluation' THEN greatest(v.posting_date, n.valued)
                               ELSE n.valued END
"""


def refresh(entry_ids: Collection[int]) -> list[Moved]:
    """Compute the dates of entries and of all that take their cost from them, and write those that differ.

    The item must be locked. Returns what moved, earlier or later.
    """
    nodes = _load(entry_ids)
    before = {key: node.valued for key, node in nodes.items()}
    waiting = sorted(set(entry_ids) & nodes.keys())
    for _step in range(MAX_STEPS):
        if not waiting:
            break
        node = nodes[waiting.pop(0)]
        valued = _valued(node, [nodes[key].as_source for key in node.sources])
        if valued != node.valued:
            node.as_source = valued if node.as_source == node.valued else max(node.as_source, valued)
            node.valued = valued
            waiting += node.receivers
    moved = [
        Moved(key, node.place, before[key], node.valued)
        for key, node in sorted(nodes.items())
        if node.valued != before[key]
    ]
    _write(moved)
    return moved


def refresh_and_mark(entry_ids: Collection[int], *, averaged: Collection[int], periods: AveragePeriods) -> None:
    """As `refresh`; the items are unadjusted from the old and the new dates on, and from those of the entries.

    Args:
        entry_ids: entries whose applications changed.
        averaged: those of their items that are kept at average cost.
    """
    moved = refresh(entry_ids)
    dates = {(each.place, on) for each in moved for on in (each.before, each.now)} | _dates_of(entry_ids)
    value_storing.mark_points(
        (*periods.place(place, average=True, on=on), periods.end(on)) if place[0] in averaged else (*place, on)
        for place, on in dates
    )
    entries = ItemLedgerEntry.objects.filter(pk__in=[each.entry_id for each in moved])
    entries.update(applied_entry_to_adjust=True)


def _dates_of(entry_ids: Collection[int]) -> set[tuple[Place, date]]:
    """Place and valuation date of entries."""
    values = ItemLedgerEntry.objects.filter(pk__in=entry_ids, value_entries__inventoriable=True)
    rows = values.values_list("item_id", "variant_id", "location_id", "value_entries__valuation_date").distinct()
    return {((item_id, variant_id, location_id), on) for item_id, variant_id, location_id, on in rows}


def _valued(node: _Node, sources: list[date]) -> date:
    if node.is_inbound:
        if node.entry_type == ItemLedgerEntryType.TRANSFER and sources:
            return max(sources)
        own = node.valued if node.entry_type in _MADE else node.posting_date
        return max([own, *sources])
    if node.fixed and sources:
        return max(sources)
    return max([node.posting_date, *sources])


def _load(entry_ids: Collection[int]) -> dict[int, _Node]:
    """The entries, all that take their cost from them however far, and the direct sources of those."""
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, [list(entry_ids)])
        reached = [row[0] for row in cursor.fetchall()]
        cursor.execute(_LINKS, [reached])
        links: list[tuple[int, int]] = cursor.fetchall()
        cursor.execute(_NODES, [sorted({*reached, *(source for _receiver, source in links)})])
        nodes = {row[0]: _Node(tuple(row[1:4]), *row[4:]) for row in cursor.fetchall()}
    for receiver, source in links:
        if receiver in nodes and source in nodes:
            nodes[receiver].sources.append(source)
            nodes[source].receivers.append(receiver)
    return nodes


def _write(moved: Iterable[Moved]) -> None:
    rows = [(each.entry_id, each.now) for each in moved]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [[entry_id for entry_id, _date in rows], [valued for _id, valued in rows]])
