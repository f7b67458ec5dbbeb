"""Unadjusted orders from the database into the engine's records: a few queries, however many orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from config.base.amounts import to_e5
from costing.engine.orders import Element, Order, Output, Shares, Source, SourceKey, Use
from costing.enums import ValueEntryType, VarianceType

ELEMENTS: dict[Element, tuple[ValueEntryType, str]] = {
    Element.DIRECT: (ValueEntryType.DIRECT_COST, ""),
    Element.INDIRECT: (ValueEntryType.INDIRECT_COST, ""),
    Element.NON_INVENTORY: (ValueEntryType.DIRECT_COST_NON_INVENTORY, ""),
    Element.MATERIAL_VARIANCE: (ValueEntryType.VARIANCE, VarianceType.MATERIAL),
    Element.CAPACITY_VARIANCE: (ValueEntryType.VARIANCE, VarianceType.CAPACITY),
    Element.SUBCONTRACTED_VARIANCE: (ValueEntryType.VARIANCE, VarianceType.SUBCONTRACTED),
    Element.CAPACITY_OVERHEAD_VARIANCE: (ValueEntryType.VARIANCE, VarianceType.CAPACITY_OVERHEAD),
    Element.MANUFACTURING_OVERHEAD_VARIANCE: (ValueEntryType.VARIANCE, VarianceType.MANUFACTURING_OVERHEAD),
    Element.NON_INVENTORY_VARIANCE: (ValueEntryType.VARIANCE, VarianceType.MATERIAL_NON_INVENTORY),
    Element.REVALUATION: (ValueEntryType.REVALUATION, ""),
    Element.PRICE_DIFFERENCE: (ValueEntryType.VARIANCE, VarianceType.PRICE_DIFFERENCE),
}
"""The type and the variance type of the value entries of each element."""

_ELEMENT_OF = {(str(entry_type), str(variance)): element for element, (entry_type, variance) in ELEMENTS.items()}


@dataclass(frozen=True, slots=True)
class OrderBooks:
    """An order as read, with what tells later whether it is still the same (`change_no` of its state)."""

    state_id: int
    item_id: int
    change_no: int
    completely_invoiced: bool
    order: Order


class _State(NamedTuple):
    """A row of `_STATES`."""

    id: int
    item_id: int
    change_no: int
    invoiced: bool
    order_type: str
    is_standard: bool
    value_zero: bool
    indirect_cost_percent_e5: int
    overhead_rate_e5: int
    stored_shares: list[Decimal]
    card_shares: list[Decimal]


# The standard shares: of the item until the order is settled, then as stored. What of the standard cost is in no share
# is material; so is the standard of a stockkeeping unit that differs from the card's, where averages are by place.
_STATES = """
SELECT o.id, o.item_id, o.change_no, o.completely_invoiced, o.order_type, g.costing_method = 'standard',
       i.inventory_value_zero, (o.indirect_cost_percent * 100000)::bigint, (o.overhead_rate * 100000)::bigint,
       ARRAY[o.material_share, o.capacity_share, o.subcontracted_share, o.capacity_overhead_share,
             o.manufacturing_overhead_share, o.non_inventory_share],
       CASE WHEN k.standard_cost <> i.standard_cost THEN ARRAY[k.standard_cost, 0, 0, 0, 0, 0]
       ELSE ARRAY[i.standard_cost - i.capacity_share - i.subcontracted_share - i.capacity_overhead_share
                      - i.manufacturing_overhead_share,
                  i.capacity_share, i.subcontracted_share, i.capacity_overhead_share, i.manufacturing_overhead_share, 0]
       END
FROM costing_inventoryadjmtentryorder o
JOIN inventory_item i ON i.id = o.item_id
JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
LEFT JOIN LATERAL (
    SELECT e.variant_id, e.location_id FROM inventory_itemledgerentry e
    WHERE e.order_type = o.order_type AND e.order_no = o.order_no AND e.order_line_no = o.order_line_no
      AND e.item_id = o.item_id AND e.entry_type IN ('output', 'assembly_output')
    ORDER BY e.id LIMIT 1) made ON g.costing_method = 'standard' AND %(by_place)s
LEFT JOIN inventory_stockkeepingunit k ON k.item_id = o.item_id AND k.standard_cost <> 0
    AND k.variant_id IS NOT DISTINCT FROM made.variant_id AND k.location_id IS NOT DISTINCT FROM made.location_id
    AND g.costing_method = 'standard' AND %(by_place)s
WHERE o.item_id = ANY(%(items)s) AND o.is_finished
  AND (NOT o.cost_is_adjusted OR EXISTS (
        SELECT 1 FROM inventory_itemledgerentry e
        WHERE e.id = ANY(%(planned)s) AND e.order_type = o.order_type AND e.order_no = o.order_no
          AND e.order_line_no = o.order_line_no))
ORDER BY o.id
"""

_VALUES = """
SELECT o.id, e.id, e.entry_type, (e.quantity * 100000)::bigint, e.invoiced_quantity = e.quantity,
       e.applies_to_entry_id, i.type = 'inventory', v.entry_type, v.variance_type,
       (sum(v.cost_amount_actual) * 100000)::bigint, (sum(v.cost_amount_expected) * 100000)::bigint,
       (sum(v.cost_amount_non_inventory) * 100000)::bigint
FROM costing_inventoryadjmtentryorder o
JOIN inventory_itemledgerentry e ON e.order_no = o.order_no AND e.order_type = o.order_type
     AND e.order_line_no = o.order_line_no AND e.order_type IN ('assembly', 'production')
JOIN inventory_item i ON i.id = e.item_id
JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
WHERE o.id = ANY(%(orders)s)
GROUP BY o.id, e.id, i.type, v.entry_type, v.variance_type ORDER BY e.id
"""

_CAPACITY = """
SELECT o.id, c.id, c.subcontracted, (c.quantity * 100000)::bigint,
       (coalesce(sum(v.cost_amount_actual) FILTER (WHERE v.entry_type = 'direct_cost'), 0) * 100000)::bigint,
       (coalesce(sum(v.cost_amount_actual) FILTER (WHERE v.entry_type = 'indirect_cost'), 0) * 100000)::bigint
FROM costing_inventoryadjmtentryorder o
JOIN inventory_capacityledgerentry c ON c.order_no = o.order_no AND c.order_type = o.order_type
     AND c.order_line_no = o.order_line_no
JOIN costing_valueentry v ON v.capacity_ledger_entry_id = c.id
WHERE o.id = ANY(%(orders)s)
GROUP BY o.id, c.id ORDER BY c.id
"""

_RECORDED = """
SELECT item_ledger_entry_id, source_capacity_entry_id IS NOT NULL, coalesce(source_capacity_entry_id, source_entry_id),
       (sum(amount) * 100000)::bigint
FROM costing_costchange
WHERE item_ledger_entry_id = ANY(%(outputs)s) AND average_period_end IS NULL
GROUP BY 1, 2, 3
"""


def load(
    item_ids: Collection[int], *, planned: Mapping[int, int], with_non_inventory: bool, by_place: bool
) -> list[OrderBooks]:
    """Read the orders of produced items that are finished and not adjusted, in the order of their keys.

    Args:
        planned: corrections of consumption entries that a preview keeps as a plan: entry number -> amount in 1e-5;
            their orders are read too.
        with_non_inventory: components that are not stocked count, in production orders.
        by_place: averages are taken by place, and the standards of stockkeeping units count.
    """
    states = _rows(_STATES, {"items": sorted(item_ids), "planned": list(planned), "by_place": by_place})
    if not states:
        return []
    orders = {"orders": [row[0] for row in states]}
    values, capacity = _by_order(_VALUES, orders), _by_order(_CAPACITY, orders)
    outputs = {
        state_id: _outputs(row for row in values[state_id] if row[1] in ("output", "assembly_output"))
        for state_id in orders["orders"]
    }
    recorded = _recorded([output.key for found in outputs.values() for output in found])
    books = []
    for state in map(_State._make, states):
        counts_all = with_non_inventory and state.order_type == "production"
        shares = state.stored_shares if state.invoiced else state.card_shares
        order = Order(
            sources=[
                *_materials(values[state.id], planned, with_non_inventory=counts_all),
                *(_work(*row) for row in capacity[state.id]),
            ],
            outputs=[replace(each, recorded=recorded.get(each.key, {})) for each in outputs[state.id]],
            indirect_cost_percent_e5=state.indirect_cost_percent_e5,
            overhead_rate_e5=state.overhead_rate_e5,
            standard=Shares(*map(to_e5, shares)) if state.is_standard else None,
            value_zero=state.value_zero,
        )
        books.append(OrderBooks(state.id, state.item_id, state.change_no, state.invoiced, order))
    return books


def _outputs(rows: Iterable[tuple[Any, ...]]) -> list[Output]:
    """The output entries of an order, each with what it holds."""
    found: dict[int, Output] = {}
    held: dict[int, dict[Element, int]] = defaultdict(dict)
    for key, _type, quantity_e5, invoiced, applies_to, _stocked, *kind, actual_e5, expected_e5, _other_e5 in rows:
        element = _ELEMENT_OF.get((kind[0], kind[1]))
        output = found.setdefault(
            key, Output(key, quantity_e5, applies_to if quantity_e5 < 0 else None, invoiced, held=held[key])
        )
        if element == Element.REVALUATION:
            found[key] = replace(output, expected_revaluation_e5=expected_e5)
        elif element is not None:
            held[key][element] = actual_e5
            found[key] = replace(output, expected_e5=output.expected_e5 + expected_e5)
    return list(found.values())


def _materials(
    rows: Iterable[tuple[Any, ...]], planned: Mapping[int, int], *, with_non_inventory: bool
) -> Iterable[Source]:
    """Direct cost of consumption: what roundings and revaluations added belongs to the stock."""
    for key, entry_type, quantity_e5, _inv, _to, stocked, value_type, _variance, actual_e5, _expected, other_e5 in rows:
        if entry_type not in ("consumption", "assembly_consumption") or value_type != "direct_cost":
            continue
        if stocked:
            yield Source((False, key), Use.MATERIAL, -quantity_e5, -(actual_e5 + planned.get(key, 0)))
        elif with_non_inventory:
            yield Source((False, key), Use.NON_INVENTORY, -quantity_e5, -other_e5)


def _work(key: int, subcontracted: bool, quantity_e5: int, direct_e5: int, overhead_e5: int) -> Source:
    use = Use.SUBCONTRACTED if subcontracted else Use.CAPACITY
    return Source((True, key), use, quantity_e5, direct_e5, overhead_e5)


def _recorded(output_keys: list[int]) -> dict[int, dict[SourceKey, int]]:
    found: dict[int, dict[SourceKey, int]] = defaultdict(dict)
    for output, is_capacity, key, amount_e5 in _rows(_RECORDED, {"outputs": output_keys}):
        found[output][is_capacity, key] = amount_e5
    return found


def _by_order(sql: str, parameters: dict[str, Any]) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in _rows(sql, parameters):
        found[row[0]].append(row[1:])
    return found


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
