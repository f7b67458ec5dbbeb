"""What earlier closes settled, where the cost of a receipt has changed since it was used up.

    FIFO: 2 at 14.00 are settled with 2 issued; freight of 10.00 comes later: the issues are to cost 38.00

A receipt that is closed has no open part that could carry more cost on. So its settlements are opened again: the same
pairs, with the new amounts. Where it went into a closing transfer, all that came out of the transfer follows, and what
is left of it. Goods that moved inside a pool are settled with each other, and carry nothing on.
Source: inventory-closing-issues (closed transactions that are reopened and settled again).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from costing.engine.shares import share_amount_e5
from costing.enums import CloseKind, RunState


@dataclass(frozen=True, slots=True)
class Settled:
    """An active settlement of an earlier close, of which one side is an entry or a closing transfer each."""

    id: int
    issue_id: int | None
    issue_transfer_id: int | None
    receipt_id: int | None
    receipt_transfer_id: int | None
    quantity_e5: int
    amount_e5: int
    marked: bool


@dataclass(slots=True)
class Earlier:
    """The settlements that changed receipts of an item reach.

    `unsettled`: by closed receipt, what it costs beyond what it was settled for; `transfers`: quantity of each.
    """

    settlements: list[Settled] = field(default_factory=list)
    unsettled: dict[int, int] = field(default_factory=dict)
    transfers: dict[int, int] = field(default_factory=dict)

    @property
    def issue_ids(self) -> set[int]:
        return {each.issue_id for each in self.settlements if each.issue_id is not None}


@dataclass(slots=True)
class Resettled:
    """What is to be added: `issues` by entry (0 where nothing is), `rests` to what is left of transfers."""

    issues: dict[int, int] = field(default_factory=dict)
    rests: dict[int, int] = field(default_factory=dict)
    settlements: list[tuple[Settled, int]] = field(default_factory=list)
    """Each with its new amount."""


def resettle(earlier: Earlier, more: Mapping[int, int], precision_e5: int) -> Resettled:
    """Spread what changed over the settlements by quantity. `more`: what this run adds to receipts."""
    found = Resettled(issues=dict.fromkeys(earlier.issue_ids, 0))
    taken: dict[tuple[str, int], list[Settled]] = defaultdict(list)
    for each in earlier.settlements:
        if each.receipt_id is not None:
            taken["entry", each.receipt_id].append(each)
        elif each.receipt_transfer_id is not None:
            taken["transfer", each.receipt_transfer_id].append(each)
    into: dict[int, int] = dict.fromkeys(earlier.transfers, 0)

    def spread(settlements: Iterable[Settled], change_e5: int, quantity_e5: int) -> int:
        for each in settlements:
            part_e5 = share_amount_e5(change_e5, each.quantity_e5, quantity_e5, precision_e5)
            change_e5, quantity_e5 = change_e5 - part_e5, quantity_e5 - each.quantity_e5
            if not part_e5:
                continue
            found.settlements.append((each, each.amount_e5 + part_e5))
            if each.issue_id is not None:
                found.issues[each.issue_id] += part_e5
            elif each.issue_transfer_id is not None:
                into[each.issue_transfer_id] += part_e5
        return change_e5

    for receipt_id, base_e5 in sorted(earlier.unsettled.items()):
        settlements = taken["entry", receipt_id]
        quantity_e5 = sum(each.quantity_e5 for each in settlements)
        spread(settlements, base_e5 + more.get(receipt_id, 0), quantity_e5)
    # What is left of a transfer can only have gone into a later one.
    for transfer_id in sorted(into):
        rest_e5 = spread(taken["transfer", transfer_id], into[transfer_id], earlier.transfers[transfer_id])
        if rest_e5:
            found.rests[transfer_id] = rest_e5
    return found


_CHANGED = """
SELECT DISTINCT e.item_id, e.id
FROM costing_valueentry v JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
JOIN inventory_item i ON i.id = e.item_id
JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id AND g.settle_at = 'close'
WHERE v.posting_date > (SELECT coalesce(max(closing_date), '-infinity') FROM costing_inventoryclose
                        WHERE kind = %(close)s AND state = %(done)s AND NOT rehearsal AND item_ids IS NULL)
  AND v.posting_date <= %(on)s AND v.inventoriable AND NOT e.open AND e.quantity > 0
  AND (%(ids)s::bigint[] IS NULL OR v.item_id = ANY(%(ids)s))
"""
_SETTLED = """
SELECT s.item_id, s.id, s.issue_id, s.issue_transfer_id, s.receipt_id, s.receipt_transfer_id,
       (s.quantity * 100000)::bigint, (s.amount * 100000)::bigint, s.marked
FROM costing_settlement s
WHERE s.cancelled_by_id IS NULL AND (s.receipt_id = ANY(%(receipts)s) OR s.receipt_transfer_id = ANY(%(transfers)s))
  AND NOT EXISTS (SELECT 1 FROM inventory_itemapplicationentry a
                  WHERE a.item_ledger_entry_id = s.receipt_id AND a.inbound_item_entry_id = s.receipt_id
                    AND a.outbound_item_entry_id = s.issue_id AND a.cancelled_by_id IS NULL)
ORDER BY s.id
"""
_CLOSED_ARRIVALS = """
SELECT e.id FROM inventory_itemapplicationentry a
JOIN inventory_itemledgerentry e ON e.id = a.item_ledger_entry_id AND NOT e.open AND e.entry_type = 'transfer'
WHERE a.outbound_item_entry_id = ANY(%s) AND a.inbound_item_entry_id = a.item_ledger_entry_id
  AND a.cancelled_by_id IS NULL
"""
_CLOSED = "SELECT id FROM inventory_itemledgerentry WHERE id = ANY(%s) AND NOT open"
_UNSETTLED = """
SELECT e.item_id, e.id, ((v.cost - s.amount) * 100000)::bigint
FROM inventory_itemledgerentry e
CROSS JOIN LATERAL (SELECT sum(x.cost_amount_actual) AS cost FROM costing_valueentry x
                    WHERE x.item_ledger_entry_id = e.id AND x.posting_date <= %(on)s AND x.inventoriable) v
CROSS JOIN LATERAL (SELECT sum(t.amount) AS amount FROM costing_settlement t
                    WHERE t.receipt_id = e.id AND t.cancelled_by_id IS NULL) s
WHERE e.id = ANY(%(receipts)s) AND s.amount IS NOT NULL
"""
_TRANSFERS = """
SELECT t.item_id, t.id, (t.quantity * 100000)::bigint FROM costing_closingtransfer t WHERE t.id = ANY(%s)
"""
_CARRIED = """
SELECT l.receipt_id, (sum(l.amount) * 100000)::bigint
FROM costing_closeplanline l JOIN costing_inventoryclose c ON c.id = l.close_id
WHERE c.kind = %s AND c.state = %s AND l.item_id = ANY(%s) AND l.details ? 'transfer' GROUP BY 1
"""


def changed_receipts(*, on: date, item_ids: Collection[int] | None) -> dict[int, set[int]]:
    """The closed receipts that got another cost after the last close of all items, up to a date, by item."""
    ids = None if item_ids is None else list(item_ids)
    parameters = {"on": on, "ids": ids, "close": CloseKind.CLOSE, "done": RunState.DONE}
    found: dict[int, set[int]] = defaultdict(set)
    for item_id, entry_id in _rows(_CHANGED, parameters):
        found[item_id].add(entry_id)
    return found


def carried_for_transfers(item_ids: Collection[int]) -> dict[int, int]:
    """By receipt: what it shows of adjustments on hand that belong to what is left of a closing transfer."""
    return dict(_rows(_CARRIED, [CloseKind.MANUAL_ADJUSTMENT, RunState.DONE, list(item_ids)]))


def read(
    receipts: Collection[int], *, moved: Collection[int], on: date, carried: Mapping[int, int]
) -> dict[int, Earlier]:
    """Follow closed receipts, and the closed arrivals of `moved` issues, through their settlements; by item."""
    found: dict[int, Earlier] = defaultdict(Earlier)
    waiting = {pk for (pk,) in _rows(_CLOSED, [list(receipts)])} | _closed_arrivals(moved)
    seen_receipts: set[int] = set()
    seen_transfers: set[int] = set()
    transfers: set[int] = set()
    while waiting or transfers:
        seen_receipts |= waiting
        seen_transfers |= transfers
        issues: set[int] = set()
        into: set[int] = set()
        for item_id, *columns in _rows(_SETTLED, {"receipts": list(waiting), "transfers": list(transfers)}):
            settled = Settled(*columns)
            found[item_id].settlements.append(settled)
            if settled.issue_id is not None:
                issues.add(settled.issue_id)
            elif settled.issue_transfer_id is not None:
                into.add(settled.issue_transfer_id)
        waiting, transfers = _closed_arrivals(issues) - seen_receipts, into - seen_transfers
    for item_id, pk, amount_e5 in _rows(_UNSETTLED, {"receipts": list(seen_receipts), "on": on}):
        found[item_id].unsettled[pk] = amount_e5 - carried.get(pk, 0)
    for item_id, pk, quantity_e5 in _rows(_TRANSFERS, [list(seen_transfers)]):
        found[item_id].transfers[pk] = quantity_e5
    return found


def _closed_arrivals(out_ids: Collection[int]) -> set[int]:
    return {pk for (pk,) in _rows(_CLOSED_ARRIVALS, [list(out_ids)])} if out_ids else set()


def _rows(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
