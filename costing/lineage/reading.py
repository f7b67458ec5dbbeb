"""Entries, values, links and orders from the database into plain records: one query for each, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection
from django.db.models import Q

from config.base.amounts import to_e5
from costing.average_periods import AveragePeriods
from costing.engine.books import Entry, Link, Value
from costing.lineage.records import Capacity, EntryFacts, OrderBooks, OrderKey, ValueFacts
from costing.loading.kinds import KINDS
from costing.models import InventoryAdjmtEntryOrder, ValueEntry
from inventory.enums import CostingMethod, OrderType, SettleAt
from inventory.models import ItemLedgerEntry

_ENTRIES = """
SELECT e.id, e.location_id, e.variant_id, e.quantity, e.remaining_quantity, e.posting_date, e.completely_invoiced,
       e.quantity < 0 AND e.applies_to_entry_id IS NOT NULL
       AND e.entry_type IN ('purchase', 'output', 'assembly_output'),
       e.item_id, i.no, i.description, e.entry_type, e.document_type, e.document_no, coalesce(l.code, ''),
       e.order_type, e.order_no, e.order_line_no, g.costing_method, g.settle_at,
       EXISTS (SELECT 1 FROM costing_avgcostadjmtentrypoint p WHERE p.item_id = e.item_id)
FROM inventory_itemledgerentry e
JOIN inventory_item i ON i.id = e.item_id
JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
LEFT JOIN inventory_location l ON l.id = e.location_id
WHERE e.id = ANY(%s) ORDER BY e.id
"""

_VALUES = """
SELECT v.item_ledger_entry_id, v.id, CASE WHEN v.adjustment THEN v.applies_to_entry_id END, v.entry_type,
       v.variance_type, v.item_charge_id IS NOT NULL, v.partial_revaluation, v.adjustment, v.cost_amount_actual,
       v.cost_amount_expected, v.valued_quantity, v.invoiced_quantity, v.posting_date, v.valuation_date,
       v.valued_by_average_cost, v.document_type, v.document_no, coalesce(c.code, '')
FROM costing_valueentry v LEFT JOIN inventory_itemcharge c ON c.id = v.item_charge_id
WHERE v.item_ledger_entry_id = ANY(%s) AND v.inventoriable ORDER BY v.id
"""

_LINKS = """
SELECT a.item_ledger_entry_id, a.inbound_item_entry_id, a.outbound_item_entry_id, a.quantity, a.cost_application,
       a.transferred_from_entry_id
FROM inventory_itemapplicationentry a
WHERE a.item_ledger_entry_id = ANY(%s) AND a.cancelled_by_id IS NULL ORDER BY a.id
"""


class Records:
    """What was read so far; each entry once."""

    def __init__(self, periods: AveragePeriods) -> None:
        self.periods = periods
        self.entries: dict[int, Entry] = {}
        self.facts: dict[int, EntryFacts] = {}
        self.value_facts: dict[int, ValueFacts] = {}
        self.places: dict[int, tuple[int | None, int | None]] = {}

    def read(self, keys: Iterable[int]) -> None:
        """Read entries with their values. Two queries; none where all are known."""
        wanted = sorted(set(keys) - self.entries.keys())
        if not wanted:
            return
        values, averaged = self._values(wanted)
        for row in _rows(_ENTRIES, wanted):
            self._entry(row, values[row[0]], row[0] in averaged)

    def _values(self, keys: list[int]) -> tuple[dict[int, list[Value]], set[int]]:
        values: dict[int, list[Value]] = defaultdict(list)
        averaged: set[int] = set()
        rows = _rows(_VALUES, keys)
        for entry_key, key, original, entry_type, variance, is_charge, partial, adjustment, *rest in rows:
            amounts, (posting, valuation, by_average, document_type, document_no, charge) = rest[:4], rest[4:]
            actual, expected, valued, invoiced = (to_e5(amount) for amount in amounts)
            value = Value(
                key=key,
                entry_key=entry_key,
                original_key=original or key,
                kind=KINDS[entry_type, variance],
                is_charge=is_charge,
                partial=partial,
                adjustment=adjustment,
                actual_e5=actual,
                expected_e5=expected,
                valued_quantity_e5=valued,
                invoiced_quantity_e5=invoiced,
                posting_date=posting,
                valuation_date=valuation,
            )
            values[entry_key].append(value)
            self.value_facts[key] = ValueFacts(document_type, document_no, charge)
            if by_average:
                averaged.add(entry_key)
        return values, averaged

    def _entry(self, row: tuple[Any, ...], values: list[Value], averaged: bool) -> None:
        key, location_id, variant_id, quantity, remaining, posting_date, invoiced, mirrors, *told = row
        item_id, no, description, entry_type, document_type, document_no, location, *order = told
        order_type, order_no, line_no, method, settle_at, unadjusted = order
        at_close = settle_at == SettleAt.CLOSE
        averages = method == CostingMethod.AVERAGE and not at_close
        valuation_date = values[0].valuation_date if values else posting_date
        by_place = not averages or self.periods.is_by_place(valuation_date)
        self.entries[key] = Entry(
            key=key,
            scope=(location_id, variant_id) if by_place else (None, None),
            quantity_e5=to_e5(quantity),
            remaining_e5=to_e5(remaining),
            posting_date=posting_date,
            valuation_date=valuation_date,
            completely_invoiced=invoiced,
            averaged=averaged and averages,
            mirrors=mirrors,
            values=values,
        )
        self.facts[key] = EntryFacts(
            item_id=item_id,
            item_no=no,
            description=description,
            entry_type=entry_type,
            document_type=document_type,
            document_no=document_no,
            posting_date=posting_date,
            location=location,
            order=order_key(order_type, order_no, line_no),
            averages=averages,
            at_close=at_close,
            unadjusted=unadjusted and not at_close,
        )


def order_key(order_type: str, order_no: str, line_no: int) -> OrderKey | None:
    """The cost object of an entry; None outside assembly and production."""
    makes = order_type in (OrderType.ASSEMBLY, OrderType.PRODUCTION)
    return OrderKey(order_type, order_no, line_no) if makes else None


def read_links(keys: Iterable[int]) -> list[Link]:
    """Read the active applications of receivers. One query."""
    rows = _rows(_LINKS, sorted(keys))
    return [
        Link(receiver, inbound, outbound, to_e5(quantity), cost, transferred_from)
        for receiver, inbound, outbound, quantity, cost, transferred_from in rows
    ]


def read_orders(keys: Collection[OrderKey]) -> dict[OrderKey, OrderBooks]:
    """Read what went into orders and came out of them. Three queries; none without orders."""
    if not keys:
        return {}
    orders = {key: OrderBooks(finished=key.order_type == OrderType.ASSEMBLY) for key in keys}
    named = Q(order_type__in={key.order_type for key in keys}, order_no__in={key.order_no for key in keys})
    columns = ("order_type", "order_no", "order_line_no")
    for state in InventoryAdjmtEntryOrder.objects.filter(named).order_by("pk"):
        found = orders.get(OrderKey(state.order_type, state.order_no, state.order_line_no))
        if found is not None:
            found.finished = state.is_finished or state.order_type == OrderType.ASSEMBLY
            found.adjusted = state.cost_is_adjusted
    rows = ItemLedgerEntry.objects.filter(named).order_by("pk").values_list("pk", "entry_type", *columns)
    for pk, entry_type, order_type, order_no, line_no in rows:
        key = order_key(order_type, order_no, line_no)
        if key in orders and entry_type in ("consumption", "assembly_consumption"):
            orders[key].inputs.append(pk)
        elif key in orders and entry_type in ("output", "assembly_output"):
            orders[key].outputs.append(pk)
    _read_capacities(orders, named)
    return orders


def _read_capacities(orders: dict[OrderKey, OrderBooks], named: Q) -> None:
    values = ValueEntry.objects.filter(named, capacity_ledger_entry__isnull=False).order_by("pk")
    used: dict[tuple[OrderKey, str], list[tuple[int, int, int]]] = defaultdict(list)
    for entry_id, name, code, quantity, actual, expected, order_type, order_no, line_no in values.values_list(
        "capacity_ledger_entry_id",
        "capacity_ledger_entry__work_centre__name",
        "capacity_ledger_entry__work_centre__code",
        "valued_quantity",
        "cost_amount_actual",
        "cost_amount_expected",
        "order_type",
        "order_no",
        "order_line_no",
    ):
        key = order_key(order_type, order_no, line_no)
        if key is not None and key in orders:
            used[key, name or code or ""].append((entry_id, to_e5(quantity), to_e5(actual + expected)))
    for (key, name), rows in used.items():
        quantities = {entry_id: quantity for entry_id, quantity, _amount in reversed(rows)}
        orders[key].capacities.append(
            Capacity(name, sum(quantities.values()), sum(row[2] for row in rows), tuple(sorted(quantities)))
        )


def _rows(sql: str, keys: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [keys])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
