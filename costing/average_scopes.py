"""What places bring along when averages are taken per place from a fiscal year on, and were taken per item before.

What an item has by then is shared out over its places by quantity, so each place begins with the same average:

    BLUE 6 of 20.00, RED 10 of 100.00 by their entries    item: 16 of 120.00, 7.50 each
    from the change on                                    BLUE 6 of 45.00 (+25.00), RED 10 of 75.00 (-25.00)

The entries stay as they are. What a place has by its entries differs from its pool by that shift, for as long as
averages are taken per place; over all places the shifts add up to nothing.
Source: design-details-average-cost; domain text "sums over fiscal years".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from config.base import statements
from costing.average_periods import AveragePeriods
from costing.engine.books import Scope, ScopeChange, Sums
from costing.engine.shares import spread_amount_e5

# Of a place: what is valued before a day, without the issues that are open.
_BEFORE = """
SELECT v.item_id, v.location_id, v.variant_id, (sum(v.item_ledger_entry_quantity) * 100000)::bigint,
       (sum(v.cost_amount_actual + v.cost_amount_expected) * 100000)::bigint
FROM costing_valueentry v JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
WHERE v.item_id = ANY(%s::bigint[]) AND v.valuation_date < %s::date AND v.inventoriable
  AND NOT (e.open AND e.quantity < 0)
GROUP BY v.item_id, v.location_id, v.variant_id
"""


def changes_after(starts: Mapping[int, date], *, periods: AveragePeriods) -> dict[int, list[ScopeChange]]:
    """Return the changes of scope after the first day that is computed of each item (`starts`), as the engine asks."""
    found: dict[int, list[ScopeChange]] = {item_id: [] for item_id in starts}
    for first_day, by_place in periods.scope_changes:
        item_ids = [item_id for item_id, start in starts.items() if start < first_day]
        before = _before(item_ids, first_day) if by_place and item_ids else {}
        for item_id in item_ids:
            quantities = {place: sums.quantity_e5 for place, sums in before.get(item_id, {}).items()}
            found[item_id].append(ScopeChange(first_day, by_place, quantities))
    return found


def shifts(
    item_ids: Collection[int], *, on: date, periods: AveragePeriods, precision_e5: int
) -> dict[int, dict[Scope, int]]:
    """Return, by item and place, what the pool of a place holds on a date beyond its entries; nothing per item."""
    begun = [(first_day, by_place) for first_day, by_place in periods.scope_changes if first_day <= on]
    if not begun or not begun[-1][1] or not item_ids:
        return {}
    found: dict[int, dict[Scope, int]] = {}
    for item_id, places in _before(item_ids, begun[-1][0]).items():
        whole_e5 = sum(sums.cost_e5 for sums in places.values())
        quantities = {place: sums.quantity_e5 for place, sums in places.items()}
        shares = spread_amount_e5(whole_e5, quantities, precision_e5)
        found[item_id] = {place: shares[place] - sums.cost_e5 for place, sums in places.items()}
    return found


def _before(item_ids: Collection[int], day: date) -> dict[int, dict[Scope, Sums]]:
    found: dict[int, dict[Scope, Sums]] = {}
    for item_id, location_id, variant_id, quantity_e5, cost_e5 in statements.rows(_BEFORE, [list(item_ids), day]):
        found.setdefault(item_id, {})[location_id, variant_id] = Sums(quantity_e5, cost_e5)
    return found
