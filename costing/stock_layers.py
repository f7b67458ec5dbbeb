"""What is left of inbound entries on a date, and what it is worth.

    6 bought at 10.00 on 1 Jan, 2 sold by 1 Mar: on 1 Mar 4 are left, worth 4/6 x 60.00 = 40.00

What is left is summed from applications up to the date: the remaining quantity of today would forget what left later.
Source: design-details-revaluation; docs/algorithms/revaluation.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db import connection

from config.base.amounts import round_div
from inventory.stock import ItemFacts


@dataclass(frozen=True, slots=True)
class Layer:
    """What is left of one inbound entry on a date; quantities and costs positive, in 1e-5.

    `revaluations`: amount and the quantity it was spread over. `invoiced`: completely, by the date.
    """

    entry_id: int
    item_id: int
    variant_id: int | None
    location_id: int | None
    entry_type: str
    valuation_date: date
    quantity_e5: int
    invoiced_e5: int
    left_e5: int
    actual_e5: int
    expected_e5: int
    revaluations: Sequence[tuple[int, int]]
    invoiced: bool
    account_set_id: int | None
    gen_bus_posting_group_id: int | None
    dimension_set_id: int | None

    def value_e5(self, precision_e5: int) -> int:
        """What is left is worth: its share of the cost, and of each revaluation."""
        value = Fraction((self.actual_e5 + self.expected_e5) * self.left_e5, self.quantity_e5)
        for amount_e5, valued_e5 in self.revaluations:
            value += Fraction(amount_e5 * self.left_e5, valued_e5)
        return round_div(value.numerator, value.denominator * precision_e5) * precision_e5


# Outputs count from their posting date: their valuation date follows what was consumed.
_LAYERS = """
SELECT e.id, e.item_id, e.variant_id, e.location_id, e.entry_type, v.valuation_date,
       (e.quantity * 100000)::bigint, (e.invoiced_quantity * 100000)::bigint, (r.quantity * 100000)::bigint,
       (v.actual * 100000)::bigint, (v.expected * 100000)::bigint, v.amounts, v.quantities,
       e.completely_invoiced AND coalesce(e.last_invoice_date, e.posting_date) <= %(on)s,
       v.account_set_id, v.gen_bus_posting_group_id, e.dimension_set_id
FROM inventory_itemledgerentry e
CROSS JOIN LATERAL (
    SELECT coalesce(sum(a.quantity), 0) AS quantity FROM inventory_itemapplicationentry a
    WHERE a.inbound_item_entry_id = e.id AND a.cancelled_by_id IS NULL AND a.posting_date <= %(on)s) r
CROSS JOIN LATERAL (
    SELECT max(x.valuation_date) FILTER (WHERE x.entry_type = 'direct_cost') AS valuation_date,
           coalesce(sum(x.cost_amount_actual) FILTER (WHERE x.counts AND x.is_cost), 0) AS actual,
           coalesce(sum(x.cost_amount_expected) FILTER (WHERE x.counts AND x.is_cost), 0) AS expected,
           array_agg(((x.cost_amount_actual + x.cost_amount_expected) * 100000)::bigint ORDER BY x.id)
               FILTER (WHERE x.counts AND x.entry_type = 'revaluation') AS amounts,
           array_agg((x.valued_quantity * 100000)::bigint ORDER BY x.id)
               FILTER (WHERE x.counts AND x.entry_type = 'revaluation') AS quantities,
           (array_agg(x.account_set_id ORDER BY x.id))[1] AS account_set_id,
           (array_agg(x.gen_bus_posting_group_id ORDER BY x.id))[1] AS gen_bus_posting_group_id
    FROM (SELECT y.*, y.entry_type NOT IN ('revaluation', 'rounding') AS is_cost,
                 CASE WHEN e.entry_type = 'output' THEN y.posting_date ELSE y.valuation_date END <= %(on)s AS counts
          FROM costing_valueentry y WHERE y.item_ledger_entry_id = e.id AND y.inventoriable) x) v
WHERE e.item_id = ANY(%(item_ids)s) AND e.quantity > 0 AND e.posting_date <= %(on)s AND r.quantity > 0
ORDER BY e.posting_date, e.id
"""


def layers(item_ids: Collection[int], *, on: date) -> list[Layer]:
    """Return what is left of every inbound entry of the items on a date, oldest first, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_LAYERS, {"item_ids": sorted(item_ids), "on": on})
        return [_layer(row) for row in cursor.fetchall()]


def _layer(row: tuple[Any, ...]) -> Layer:
    amounts, quantities = row[11] or (), row[12] or ()
    facts = (*row[:11], tuple(zip(amounts, quantities, strict=True)), *row[13:])
    return Layer(*facts)


_WHOLE = """
SELECT e.id, e.item_id, e.variant_id, e.location_id, e.entry_type, v.valuation_date,
       (e.quantity * 100000)::bigint, (e.invoiced_quantity * 100000)::bigint, (e.quantity * 100000)::bigint,
       (v.actual * 100000)::bigint, (v.expected * 100000)::bigint, NULL::bigint[], NULL::bigint[],
       e.completely_invoiced, v.account_set_id, v.gen_bus_posting_group_id, e.dimension_set_id
FROM inventory_itemledgerentry e
CROSS JOIN LATERAL (
    SELECT max(x.valuation_date) FILTER (WHERE x.entry_type = 'direct_cost') AS valuation_date,
           coalesce(sum(x.cost_amount_actual), 0) AS actual, coalesce(sum(x.cost_amount_expected), 0) AS expected,
           (array_agg(x.account_set_id ORDER BY x.id))[1] AS account_set_id,
           (array_agg(x.gen_bus_posting_group_id ORDER BY x.id))[1] AS gen_bus_posting_group_id
    FROM costing_valueentry x WHERE x.item_ledger_entry_id = e.id AND x.inventoriable) v
WHERE e.id = ANY(%s)
"""


def whole_entries(entry_ids: Collection[int]) -> dict[int, Layer]:
    """Return entries as layers of which all is left, with all their cost of today; outbound ones as they are."""
    if not entry_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE, [sorted(entry_ids)])
        return {row[0]: _layer(row) for row in cursor.fetchall()}


def counting_layers(
    found: Sequence[Layer],
    item: ItemFacts,
    *,
    per_entry: bool,
    places: tuple[Collection[int | None] | None, Collection[int | None] | None] = (None, None),
) -> list[Layer]:
    """Return the layers of an item that a calculation counts, at the (location, variant) ids given; None for all.

    What is not invoiced counts for standard items calculated per item only.
    """
    locations, variants = places
    return [
        layer
        for layer in found
        if layer.item_id == item.id
        and (layer.invoiced or (item.is_standard and not per_entry))
        and (locations is None or layer.location_id in locations)
        and (variants is None or layer.variant_id in variants)
    ]


_AVERAGE_VALUES = """
SELECT v.item_id, {place}, (sum(v.cost_amount_actual) * 100000)::bigint, (sum(v.invoiced_quantity) * 100000)::bigint
FROM costing_valueentry v JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
WHERE v.item_id = ANY(%s) AND v.inventoriable AND v.valuation_date <= %s AND v.posting_date <= %s
  AND (e.entry_type <> 'transfer' OR e.completely_invoiced)
GROUP BY 1, 2, 3
"""

Scope = tuple[int, int | None, int | None]


class AverageValues:
    """Cost and invoiced quantity of average items up to a date, by (item, variant, location) or by item."""

    def __init__(self, item_ids: Collection[int], *, on: date, by_place: bool) -> None:
        self.by_place = by_place
        self.sums: dict[Scope, tuple[int, int]] = {}
        if item_ids:
            place = "v.variant_id, v.location_id" if by_place else "NULL::bigint, NULL::bigint"
            with connection.cursor() as cursor:
                cursor.execute(_AVERAGE_VALUES.format(place=place), [sorted(item_ids), on, on])
                self.sums = {(row[0], row[1], row[2]): (row[3], row[4]) for row in cursor.fetchall()}

    def value_e5(self, place: Scope, quantity_e5: int, precision_e5: int) -> int:
        """What a quantity is worth at the average; nothing where nothing is invoiced."""
        cost_e5, invoiced_e5 = self.sums.get(place if self.by_place else (place[0], None, None), (0, 0))
        if not invoiced_e5:
            return 0
        return round_div(quantity_e5 * cost_e5, invoiced_e5 * precision_e5) * precision_e5


def value_of_layers_e5(found: Sequence[Layer], item: ItemFacts, averages: AverageValues, precision_e5: int) -> int:
    """What layers of one item and (average per place) one place are worth together."""
    if item.has_average and found:
        place = (item.id, found[0].variant_id, found[0].location_id)
        return averages.value_e5(place, sum(layer.left_e5 for layer in found), precision_e5)
    return sum(layer.value_e5(precision_e5) for layer in found)
