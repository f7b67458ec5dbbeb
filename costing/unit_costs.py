"""The unit costs on item cards and stockkeeping units after adjustment.

Standard items keep their standard. Others: value over quantity of the item's balances, open issues left out; with no
stock left, the cost of the last issue; never negative, and a zero result keeps what stood there. A value of one cent is
mostly rounding: then the open entries tell, unrounded. A stockkeeping unit has the item's cost where the average is
taken per item, else the cost of its own place by the same formula. Which of the two says the setup that holds on the
latest date the item is valued on.
Source: finance-about-calculating-unit-cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Max

from config.base.amounts import to_e5
from config.base.models import Company
from costing import average_scopes
from costing.average_periods import AveragePeriods
from costing.models import ValueEntry
from inventory.enums import CostingMethod
from inventory.models import Item, StockkeepingUnit

# Open issues are few: their values are looked up one by one, or the planner may scan all values for them.
# `last_issue`: the latest outbound that is not a drop shipment; asked for only where nothing is left.
_UPDATE_ITEMS = """
WITH sums AS (
    SELECT item_id, coalesce(sum(quantity), 0) AS quantity, coalesce(sum(cost), 0) AS value
    FROM (
        SELECT item_id, quantity, cost FROM costing_itembalance WHERE item_id = ANY(%(ids)s)
        UNION ALL
        SELECT e.item_id, -v.quantity, -v.cost
        FROM inventory_itemledgerentry e CROSS JOIN LATERAL (
            SELECT sum(v.item_ledger_entry_quantity) AS quantity,
                   sum(v.cost_amount_actual + v.cost_amount_expected) AS cost
            FROM costing_valueentry v WHERE v.item_ledger_entry_id = e.id AND v.inventoriable) v
        WHERE e.item_id = ANY(%(ids)s) AND e.open AND e.quantity < 0
    ) parts GROUP BY item_id
), found AS (
    SELECT i.id, CASE WHEN g.costing_method = 'standard' THEN i.standard_cost
                      WHEN s.quantity > 0 AND r.cost IS NOT NULL THEN round(greatest(r.cost, 0), 5)
                      WHEN s.quantity > 0 THEN round(greatest(s.value / s.quantity, 0), 5)
                      ELSE round(greatest(l.cost, 0), 5) END AS cost
    FROM sums s JOIN inventory_item i ON i.id = s.item_id
    JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
    LEFT JOIN LATERAL (
        SELECT sum(v.cost_amount_actual + v.cost_amount_expected) / e.quantity AS cost
        FROM (SELECT x.id, x.quantity FROM inventory_itemledgerentry x
              WHERE x.item_id = s.item_id AND x.quantity < 0 AND NOT x.drop_shipment
              ORDER BY x.correction, x.posting_date DESC, x.id DESC LIMIT 1) e
        JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
        WHERE s.quantity <= 0
          AND NOT EXISTS (SELECT 1 FROM inventory_itemledgerentry o WHERE o.item_id = s.item_id AND o.open)
        GROUP BY e.quantity) l ON s.quantity <= 0
    LEFT JOIN LATERAL (
        SELECT sum(c.cost * o.remaining_quantity / o.quantity) / sum(o.remaining_quantity) AS cost
        FROM inventory_itemledgerentry o
        CROSS JOIN LATERAL (SELECT sum(v.cost_amount_actual + v.cost_amount_expected) AS cost
                            FROM costing_valueentry v WHERE v.item_ledger_entry_id = o.id) c
        WHERE o.item_id = s.item_id AND o.open AND o.quantity > 0 AND s.value = %(least)s
        ) r ON s.value = %(least)s
    WHERE g.costing_method = 'standard' OR s.quantity > 0 OR l.cost IS NOT NULL
)
UPDATE inventory_item i SET unit_cost = f.cost
FROM found f, inventory_itemmodelgroup g
WHERE i.id = f.id AND g.id = i.item_model_group_id
  AND (f.cost > 0 OR g.costing_method = 'standard') AND i.unit_cost IS DISTINCT FROM f.cost
"""

_UPDATE_STOCKKEEPING_UNITS = """
WITH sums AS (
    SELECT u.id, sum(p.quantity) AS quantity, sum(p.value) AS value
    FROM inventory_stockkeepingunit u CROSS JOIN LATERAL (
        SELECT quantity, cost AS value FROM costing_itembalance b
        WHERE b.item_id = u.item_id AND b.variant_id IS NOT DISTINCT FROM u.variant_id
          AND b.location_id IS NOT DISTINCT FROM u.location_id
        UNION ALL
        SELECT -v.item_ledger_entry_quantity, -v.cost_amount_actual - v.cost_amount_expected
        FROM inventory_itemledgerentry e JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
        WHERE e.item_id = u.item_id AND e.open AND e.quantity < 0 AND v.inventoriable
          AND e.variant_id IS NOT DISTINCT FROM u.variant_id AND e.location_id IS NOT DISTINCT FROM u.location_id
        UNION ALL
        SELECT 0, n.cost_e5 / 100000.0
        FROM unnest(%(items)s::bigint[], %(locations)s::bigint[], %(variants)s::bigint[], %(shifts)s::bigint[])
             AS n(item_id, location_id, variant_id, cost_e5)
        WHERE n.item_id = u.item_id AND n.variant_id IS NOT DISTINCT FROM u.variant_id
          AND n.location_id IS NOT DISTINCT FROM u.location_id
    ) p WHERE u.item_id = ANY(%(ids)s) GROUP BY u.id
)
UPDATE inventory_stockkeepingunit u
SET unit_cost = CASE WHEN g.costing_method = 'standard' THEN coalesce(nullif(u.standard_cost, 0), i.standard_cost)
                     WHEN i.id = ANY(%(by_place)s) THEN round(greatest(s.value / nullif(s.quantity, 0), 0), 5)
                     ELSE i.unit_cost END
FROM inventory_item i JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id, sums s
WHERE u.item_id = ANY(%(ids)s) AND i.id = u.item_id AND s.id = u.id
  AND (g.costing_method = 'standard' OR i.id <> ALL(%(by_place)s) OR s.quantity > 0 AND s.value > 0)
"""


def update(item_ids: Iterable[int], *, periods: AveragePeriods) -> None:
    """Bring the unit costs of items, and of their stockkeeping units, up to date. The items must be locked."""
    ids = sorted(item_ids)
    least = Company.objects.values_list("amount_rounding_precision", flat=True).get()
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE_ITEMS, {"ids": ids, "least": least})
    of_units = StockkeepingUnit.objects.filter(item__in=ids)
    if with_units := list(of_units.order_by("item_id").values_list("item_id", flat=True).distinct()):
        _update_stockkeeping_units(with_units, periods=periods, precision_e5=to_e5(least))


def _update_stockkeeping_units(item_ids: Sequence[int], *, periods: AveragePeriods, precision_e5: int) -> None:
    since = _by_place_since(item_ids, periods)
    averaged = Item.objects.filter(pk__in=since, item_model_group__costing_method=CostingMethod.AVERAGE)
    shifted: dict[date, list[int]] = {}
    for item_id in averaged.values_list("pk", flat=True):
        if first_day := since[item_id]:
            shifted.setdefault(first_day, []).append(item_id)
    shifts = [
        (item_id, *place, shift_e5)
        for first_day, ids in shifted.items()
        for item_id, places in average_scopes.shifts(
            ids, on=first_day, periods=periods, precision_e5=precision_e5
        ).items()
        for place, shift_e5 in places.items()
    ]
    columns = list(zip(*shifts, strict=True)) or [()] * 4
    names = ("items", "locations", "variants", "shifts")
    parameters: dict[str, Any] = {name: list(column) for name, column in zip(names, columns, strict=True)}
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE_STOCKKEEPING_UNITS, parameters | {"ids": item_ids, "by_place": list(since)})


def _by_place_since(item_ids: Sequence[int], periods: AveragePeriods) -> dict[int, date | None]:
    """Return the items whose places have costs of their own, with the day of the change from which on they have."""
    if len(periods.choices) == 1:
        return dict.fromkeys(item_ids) if periods.by_place else {}
    values = ValueEntry.objects.filter(item__in=item_ids).order_by().values_list("item_id")
    changes = [first_day for first_day, _by_place in periods.scope_changes]
    return {
        item_id: max((first_day for first_day in changes if first_day <= on), default=None)
        for item_id, on in values.annotate(Max("valuation_date"))
        if periods.is_by_place(on)
    }
