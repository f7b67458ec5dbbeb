"""What a close reads of an item: its open entries as they stood on the closing date, transfers between them, marks.

Everything is as of the date: what was invoiced, charged or revalued later does not count. Two values are read of each
entry: what it costs now, and what it cost before recalculations that no close has followed; the second is what an
issue keeps for the part that finds no receipt, so that recalculating first changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from costing.closing import earlier
from costing.closing.earlier import Earlier
from costing.engine.closing.pools import Method
from costing.enums import CloseKind, RunState
from costing.models import InventoryClose
from inventory.application import Place


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An open entry on the closing date, or an issue that is settled and is to cost more; positive, 1e-5.

    `settled_*`: by earlier closes, the cost with what belongs to a closing transfer. `is_frozen`: invoiced after the
    date, so its expected cost is gone by now.
    """

    id: int
    place: Place
    entry_type: str
    order: tuple[str, str, int]
    is_issue: bool
    posting_date: date
    financial_date: date | None
    quantity_e5: int
    open_e5: int
    invoiced_e5: int
    actual_e5: int
    expected_e5: int
    base_actual_e5: int
    base_expected_e5: int
    settled_e5: int
    settled_cost_e5: int
    value_id: int
    is_frozen: bool
    moved_from_id: int | None

    @property
    def financial_open_e5(self) -> int:
        return max(self.invoiced_e5 - self.settled_e5, 0)

    @property
    def physical_open_e5(self) -> int:
        return self.quantity_e5 - self.invoiced_e5


@dataclass(frozen=True, slots=True)
class OpenTransfer:
    """What is left on the receipt side of an earlier closing transfer."""

    id: int
    place: Place
    on: date
    quantity_e5: int
    cost_e5: int


@dataclass(frozen=True, slots=True)
class MarkRow:
    issue_id: int
    receipt_id: int
    left_e5: int


@dataclass(slots=True)
class ItemBooks:
    """One item, as a close sees it.

    `size`: how many entries it has open; `changed`: closed receipts with another cost than at the last close.
    """

    item_id: int
    item_no: str
    method: Method
    include_physical: bool
    level: int
    size: int = 0
    changed: Collection[int] = ()
    entries: list[OpenEntry] = field(default_factory=list)
    transfers: list[OpenTransfer] = field(default_factory=list)
    marks: list[MarkRow] = field(default_factory=list)
    closed_receipts: set[int] = field(default_factory=set)
    earlier: Earlier = field(default_factory=Earlier)

    def forget(self) -> None:
        """Let go of what was read: a plan needs it no longer."""
        self.entries, self.transfers, self.marks, self.closed_receipts = [], [], [], set()
        self.earlier = Earlier()


_ITEMS = """
SELECT i.id, i.no, g.costing_method, g.include_physical_value, i.low_level_code, coalesce(o.size, 0)
FROM inventory_item i JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
LEFT JOIN (SELECT e.item_id, count(*) AS size FROM inventory_itemledgerentry e
           WHERE e.open AND e.posting_date <= %(on)s
             AND (%(ids)s::bigint[] IS NULL OR e.item_id = ANY(%(ids)s)) GROUP BY 1) o ON o.item_id = i.id
WHERE g.settle_at = 'close' AND g.costing_method = ANY(%(methods)s)
  AND (%(ids)s::bigint[] IS NULL OR i.id = ANY(%(ids)s))
  AND (o.item_id IS NOT NULL
       OR EXISTS (SELECT 1 FROM costing_settlement s WHERE s.item_id = i.id AND s.cancelled_by_id IS NULL))
ORDER BY i.low_level_code DESC, i.id
"""

_ENTRIES = """
SELECT e.id, e.item_id, e.variant_id, e.location_id, e.entry_type, e.order_type, e.order_no, e.order_line_no,
       e.posting_date, v.financial_date, abs(e.quantity * 100000)::bigint, abs(e.remaining_quantity * 100000)::bigint,
       abs(v.invoiced * 100000)::bigint, (v.actual * 100000)::bigint, (v.expected * 100000)::bigint,
       ((v.actual - v.run_actual) * 100000)::bigint, ((v.expected - v.run_expected) * 100000)::bigint,
       coalesce((s.amount * 100000)::bigint, 0), v.value_id, v.invoiced <> e.invoiced_quantity,
       CASE WHEN e.entry_type = 'transfer' AND e.quantity > 0 THEN
            (SELECT a.outbound_item_entry_id FROM inventory_itemapplicationentry a
             WHERE a.item_ledger_entry_id = e.id AND a.inbound_item_entry_id = e.id AND a.cancelled_by_id IS NULL)
       END, e.quantity < 0
FROM inventory_itemledgerentry e
CROSS JOIN LATERAL (
    SELECT coalesce(sum(x.invoiced_quantity), 0) AS invoiced, sum(x.cost_amount_actual) AS actual,
           sum(x.cost_amount_expected) AS expected,
           coalesce(sum(x.cost_amount_actual) FILTER (WHERE x.register_id = ANY(%(runs)s)), 0) AS run_actual,
           coalesce(sum(x.cost_amount_expected) FILTER (WHERE x.register_id = ANY(%(runs)s)), 0) AS run_expected,
           max(x.posting_date) FILTER (WHERE x.invoiced_quantity <> 0) AS financial_date,
           min(x.id) FILTER (WHERE x.entry_type = 'direct_cost') AS value_id
    FROM costing_valueentry x WHERE x.item_ledger_entry_id = e.id AND x.posting_date <= %(on)s AND x.inventoriable
) v
LEFT JOIN LATERAL (
    SELECT sum(t.amount) AS amount FROM costing_settlement t
    WHERE (t.issue_id = e.id OR t.receipt_id = e.id) AND t.cancelled_by_id IS NULL
) s ON true
WHERE {which} AND v.value_id IS NOT NULL
ORDER BY e.id
"""
_OPEN = "e.item_id = ANY(%(ids)s) AND e.open AND e.posting_date <= %(on)s"
_NAMED = "e.id = ANY(%(entries)s)"

_TRANSFERS = """
SELECT t.id, t.item_id, t.variant_id, t.location_id, t.posting_date,
       ((t.quantity - coalesce(o.quantity, 0)) * 100000)::bigint, ((t.amount - coalesce(o.amount, 0)) * 100000)::bigint
FROM costing_closingtransfer t
LEFT JOIN LATERAL (
    SELECT sum(s.quantity) AS quantity, sum(s.amount) AS amount FROM costing_settlement s
    WHERE s.receipt_transfer_id = t.id AND s.cancelled_by_id IS NULL
) o ON true
WHERE t.item_id = ANY(%(ids)s) AND t.cancelled_by_id IS NULL AND t.quantity > coalesce(o.quantity, 0)
ORDER BY t.id
"""

_MARKS = """
SELECT e.item_id, m.issue_id, m.receipt_id,
       ((m.quantity - coalesce((SELECT sum(s.quantity) FROM costing_settlement s
                                WHERE s.issue_id = m.issue_id AND s.receipt_id = m.receipt_id AND s.marked
                                  AND s.cancelled_by_id IS NULL), 0)) * 100000)::bigint, r.open
FROM costing_mark m JOIN inventory_itemledgerentry e ON e.id = m.issue_id AND e.open
JOIN inventory_itemledgerentry r ON r.id = m.receipt_id
WHERE e.item_id = ANY(%(ids)s) ORDER BY m.id
"""


def load(*, on: date, item_ids: Sequence[int] | None, by_place: bool) -> list[ItemBooks]:
    """Return the items that have something open on the date, components first."""
    found = items(on=on, item_ids=item_ids)
    fill(found, on=on, by_place=by_place)
    return found


def items(*, on: date, item_ids: Sequence[int] | None) -> list[ItemBooks]:
    """Return the items that may have something to settle on the date, components first; `fill` reads what it is."""
    ids = None if item_ids is None else list(item_ids)
    changed = earlier.changed_receipts(on=on, item_ids=ids)
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, {"methods": [each.value for each in Method], "ids": ids, "on": on})
        return [
            ItemBooks(item_id, no, Method(method), physical, level, size, changed.get(item_id, ()))
            for item_id, no, method, physical, level, size in cursor.fetchall()
        ]


def fill(
    found: Collection[ItemBooks], *, on: date, by_place: bool, changing: Mapping[int, Collection[int]] | None = None
) -> None:
    """Read what is open of items into their books, and what was settled from receipts that changed.

    `changing`: receipts that this run gives another cost, by item.
    """
    books = {each.item_id: each for each in found}
    carried = earlier.carried_for_transfers(list(books))
    parameters: dict[str, Any] = {"ids": list(books), "on": on, "runs": recalculations_not_followed()}
    _read_entries(_OPEN, parameters, books, carried, by_place=by_place)
    with connection.cursor() as cursor:
        cursor.execute(_TRANSFERS, parameters)
        for pk, item_id, variant_id, location_id, day, quantity_e5, cost_e5 in cursor.fetchall():
            place = (item_id, variant_id, location_id)
            books[item_id].transfers.append(OpenTransfer(pk, place, day, quantity_e5, cost_e5))
        cursor.execute(_MARKS, parameters)
        for item_id, issue_id, receipt_id, left_e5, receipt_open in cursor.fetchall():
            if left_e5 > 0:
                books[item_id].marks.append(MarkRow(issue_id, receipt_id, left_e5))
            if not receipt_open:
                books[item_id].closed_receipts.add(receipt_id)
    _read_earlier(books, parameters, carried, changing or {}, by_place=by_place)


def _read_earlier(
    books: Mapping[int, ItemBooks],
    parameters: dict[str, Any],
    carried: Mapping[int, int],
    changing: Mapping[int, Collection[int]],
    *,
    by_place: bool,
) -> None:
    """Earlier settlements that are to be opened again, and the issues that they reach."""
    receipts = {pk for book in books.values() for pk in (*book.changed, *changing.get(book.item_id, ()))}
    known = {each.id for book in books.values() for each in book.entries}
    moved = [
        each.id for book in books.values() for each in book.entries if each.is_issue and each.entry_type == "transfer"
    ]
    if not receipts and not moved:
        return
    reached: set[int] = set()
    for item_id, found in earlier.read(receipts, moved=moved, on=parameters["on"], carried=carried).items():
        books[item_id].earlier = found
        reached |= found.issue_ids
    if reached - known:
        _read_entries(_NAMED, parameters | {"entries": sorted(reached - known)}, books, carried, by_place=by_place)


def _read_entries(
    which: str,
    parameters: dict[str, Any],
    books: Mapping[int, ItemBooks],
    carried: Mapping[int, int],
    *,
    by_place: bool,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES.format(which=which), parameters)
        for row in cursor.fetchall():
            books[row[1]].entries.append(_entry(row, carried.get(row[0], 0), by_place=by_place))


def _entry(row: tuple[Any, ...], carried_e5: int, *, by_place: bool) -> OpenEntry:
    (pk, item_id, variant_id, location_id, entry_type, order_type, order_no, order_line_no, posting_date, financial,
     quantity_e5, open_e5, invoiced_e5, actual_e5, expected_e5, base_actual_e5, base_expected_e5, settled_cost_e5,
     value_id, is_frozen, moved_from_id, is_issue) = row  # fmt: skip
    sign = -1 if is_issue else 1
    return OpenEntry(
        id=pk,
        place=(item_id, variant_id, location_id) if by_place else (item_id, None, None),
        entry_type=entry_type,
        order=(order_type, order_no, order_line_no),
        is_issue=is_issue,
        posting_date=posting_date,
        financial_date=financial,
        quantity_e5=quantity_e5,
        open_e5=open_e5,
        invoiced_e5=invoiced_e5,
        actual_e5=sign * actual_e5,
        expected_e5=sign * expected_e5,
        base_actual_e5=sign * base_actual_e5,
        base_expected_e5=sign * base_expected_e5,
        settled_e5=quantity_e5 - open_e5,
        settled_cost_e5=settled_cost_e5 + carried_e5,
        value_id=value_id,
        is_frozen=is_frozen,
        moved_from_id=moved_from_id,
    )


def recalculations_not_followed() -> list[int]:
    """The registers of recalculations that no close has followed: what they adjusted is computed anew."""
    runs = InventoryClose.objects.filter(rehearsal=False, state=RunState.DONE)
    last = runs.filter(kind=CloseKind.CLOSE).order_by("-pk").values_list("pk", flat=True).first()
    found = runs.filter(kind=CloseKind.RECALCULATION, pk__gt=last or 0, register__isnull=False)
    return list(found.values_list("register_id", flat=True))


_ARRIVALS = """
SELECT a.outbound_item_entry_id, e.id, min(v.id),
       (sum(v.cost_amount_actual) * 100000)::bigint
FROM inventory_itemapplicationentry a JOIN inventory_itemledgerentry e ON e.id = a.item_ledger_entry_id
JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id AND v.posting_date <= %s
     AND v.entry_type = 'direct_cost' AND v.item_charge_id IS NULL
WHERE a.outbound_item_entry_id = ANY(%s) AND a.inbound_item_entry_id = a.item_ledger_entry_id
  AND a.cancelled_by_id IS NULL AND e.entry_type = 'transfer' GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where the goods of a transfer went: the entry, the value to correct, what it cost without charges on the date."""

    entry_id: int
    value_id: int
    cost_e5: int


def arrivals(out_ids: Collection[int], *, on: date) -> dict[int, Arrival]:
    """Return the arrivals of transfers, open or not, by the entry that left."""
    if not out_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVALS, [on, sorted(out_ids)])
        return {out_id: Arrival(pk, value_id, cost_e5) for out_id, pk, value_id, cost_e5 in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Output:
    """What an order made of an item settled at close; the share of a change that it takes goes by quantity."""

    order: tuple[str, str, int]
    item_id: int
    entry_id: int
    value_id: int
    quantity_e5: int


_OUTPUTS = """
SELECT e.order_type, e.order_no, e.order_line_no, e.item_id, e.id, min(v.id), (e.quantity * 100000)::bigint
FROM inventory_itemledgerentry e JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
JOIN inventory_item i ON i.id = e.item_id JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
WHERE (e.order_type, e.order_no, e.order_line_no) IN (SELECT * FROM unnest(%s::text[], %s::text[], %s::int[]))
  AND e.entry_type IN ('output', 'assembly_output') AND e.quantity > 0 AND e.posting_date <= %s
  AND g.settle_at = 'close'
  AND g.costing_method = ANY(%s) AND v.entry_type = 'direct_cost' AND e.completely_invoiced
GROUP BY e.id ORDER BY e.id
"""


def outputs(orders: Collection[tuple[str, str, int]], *, on: date) -> dict[tuple[str, str, int], list[Output]]:
    """Return what orders made and finished, by order: what their components cost is what these cost."""
    found: dict[tuple[str, str, int], list[Output]] = {}
    if not orders:
        return found
    columns = [list(column) for column in zip(*sorted(orders), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_OUTPUTS, [*columns, on, [each.value for each in Method]])
        for *order, item_id, pk, value_id, quantity_e5 in cursor.fetchall():
            key = (order[0], order[1], order[2])
            found.setdefault(key, []).append(Output(key, item_id, pk, value_id, quantity_e5))
    return found
