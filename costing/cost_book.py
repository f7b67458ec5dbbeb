"""What posting knows of cost: the cost of each source entry, and the average pools, read once and kept up to date.

Outbound entries are priced with the best cost known (ADR 0002): the layers they take, the present average, the
standard; the card's unit cost only where nothing is known.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from config.base import statements
from config.base.amounts import round_div
from costing.engine.shares import PartialRevaluation, SourceCost, carried_cost_e5, share_amount_e5
from costing.marking import OpenReceipt
from costing.running_average import RunningAverages
from inventory.application import Place, Stock
from inventory.posting import PlannedEntry
from inventory.stock import ItemFacts

Scope = tuple[int, int | None, int | None]


@dataclass(slots=True)
class EntryCost:
    """The cost of an entry as a source, and the date from which its value counts."""

    source: SourceCost
    valuation_date: date


@dataclass(slots=True)
class Pool:
    """Quantity and value that an average is taken of; open issues are left out."""

    quantity_e5: int = 0
    cost_e5: int = 0


@dataclass(slots=True)
class CostBook:
    """Costs by entry key, and pools by average scope, for the items of one posting."""

    precision_e5: int
    average_by_place: bool
    entries: dict[int, EntryCost] = field(default_factory=dict)
    pools: dict[Scope, Pool] = field(default_factory=dict)
    running: RunningAverages = field(default_factory=lambda: RunningAverages(1))
    marked: dict[int, OpenReceipt] = field(default_factory=dict)

    def scope(self, place: Place) -> Scope:
        return place if self.average_by_place else (place[0], None, None)

    def pool(self, place: Place) -> Pool:
        return self.pools.setdefault(self.scope(place), Pool())

    def add_inbound(self, entry: PlannedEntry, cost_e5: int, valuation_date: date) -> None:
        """Make a new inbound known as a source, and part of its pool."""
        self.entries[entry.key] = EntryCost(SourceCost(entry.quantity_e5, cost_e5), valuation_date)
        pool = self.pool(entry.stock.place)
        pool.quantity_e5 += entry.quantity_e5
        pool.cost_e5 += cost_e5

    def add_outbound(self, entry: PlannedEntry, cost_e5: int, valuation_date: date) -> None:
        self.entries[entry.key] = EntryCost(SourceCost(entry.quantity_e5, cost_e5), valuation_date)
        if entry.stock.remaining_e5 == 0:
            pool = self.pool(entry.stock.place)
            pool.quantity_e5 += entry.quantity_e5
            pool.cost_e5 += cost_e5

    def outbound_cost_e5(self, entry: PlannedEntry) -> int:
        """Price an outbound; negative."""
        item = entry.movement.item
        if item.inventory_value_zero:
            return 0
        if item.is_standard and not entry.movement.is_transfer:
            return self._at_unit_cost(entry.quantity_e5, item.standard_cost_at(entry.stock.place))
        if item.is_running:
            return -self._running_cost_e5(entry, item)
        if item.is_average and entry.stock.applies_to_key is None:
            return self._average_cost_e5(entry, item)
        carried = sum(self.carried_e5(link.inbound_key, -link.quantity_e5) for link in entry.links)
        return -carried + self._at_unit_cost(entry.stock.remaining_e5, item.unit_cost_e5)

    def _running_cost_e5(self, entry: PlannedEntry, item: ItemFacts) -> int:
        """Positive. A receipt that the line names is marked: it gives its cost instead of the average."""
        quantity_e5 = -entry.quantity_e5
        receipt = self.marked.get(entry.movement.applies_to_key or 0) if item.is_settled_at_close else None
        if receipt is None:
            return self.running.price_e5(item, entry.stock.place, quantity_e5)
        return receipt.part_e5(min(quantity_e5, receipt.quantity_e5), self.precision_e5)

    def carried_e5(self, key: int, quantity_e5: int) -> int:
        """The cost that a positive quantity carries from an entry, in the sign of that entry."""
        return carried_cost_e5(self.entries[key].source, quantity_e5, self.precision_e5)

    def _average_cost_e5(self, entry: PlannedEntry, item: ItemFacts) -> int:
        pool = self.pool(entry.stock.place)
        if pool.quantity_e5 <= 0 or pool.cost_e5 < 0:
            return self._at_unit_cost(entry.quantity_e5, item.unit_cost_e5)
        return share_amount_e5(pool.cost_e5, entry.quantity_e5, pool.quantity_e5, self.precision_e5)

    def _at_unit_cost(self, quantity_e5: int, unit_cost_e5: int) -> int:
        return round_div(quantity_e5 * unit_cost_e5, 100_000 * self.precision_e5) * self.precision_e5


_ENTRY_COSTS = """
SELECT v.item_ledger_entry_id, (e.quantity * 100000)::bigint,
       coalesce((sum(v.cost_amount_actual + v.cost_amount_expected)
                 FILTER (WHERE v.entry_type <> 'rounding' AND NOT v.partial_revaluation) * 100000)::bigint, 0),
       max(v.valuation_date),
       array_agg(((v.cost_amount_actual + v.cost_amount_expected) * 100000)::bigint ORDER BY v.id)
           FILTER (WHERE v.partial_revaluation),
       array_agg((v.valued_quantity * 100000)::bigint ORDER BY v.id) FILTER (WHERE v.partial_revaluation)
FROM costing_valueentry v JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
WHERE v.item_ledger_entry_id = ANY(%s::bigint[])
GROUP BY v.item_ledger_entry_id, e.quantity
"""

# What is there by all entries, less what is valued after the day, less the issues that are still open.
_POOLS = """
SELECT item_id, {place}, (sum(quantity) * 100000)::bigint, (sum(cost) * 100000)::bigint
FROM (
    SELECT item_id, variant_id, location_id, quantity, cost FROM costing_itembalance
    WHERE item_id = ANY(%(items)s::bigint[])
    UNION ALL
    SELECT item_id, variant_id, location_id, -item_ledger_entry_quantity, -cost_amount_actual - cost_amount_expected
    FROM costing_valueentry
    WHERE item_id = ANY(%(items)s::bigint[]) AND valuation_date > %(until)s::date
      AND inventoriable AND item_ledger_entry_id IS NOT NULL
    UNION ALL
    SELECT item_id, variant_id, location_id, -item_ledger_entry_quantity, -cost_amount_actual - cost_amount_expected
    FROM costing_valueentry
    WHERE item_ledger_entry_id = ANY(%(open_issues)s::bigint[]) AND valuation_date <= %(until)s::date AND inventoriable
) parts
GROUP BY 1, 2, 3
"""


def load(
    *,
    facts: dict[int, ItemFacts],
    stock: Stock,
    source_keys: Collection[int],
    average_until: date | None,
    average_by_place: bool,
    precision_e5: int,
    shifts: Mapping[int, Mapping[tuple[int | None, int | None], int]] | None = None,
) -> CostBook:
    """Read the costs of source entries and the pools of average items, in two queries.

    Args:
        source_keys: entries that lines take from: layers, returned outbounds.
        average_until: the end of the average period of the posting, later values do not count; None without average
            items.
        shifts: by item and (location, variant), what the pool of a place holds beyond its entries
            (`average_scopes.shifts`).
    """
    book = CostBook(precision_e5=precision_e5, average_by_place=average_by_place)
    book.entries = entry_costs([key for key in source_keys if key > 0])
    averaged = [item.id for item in facts.values() if item.is_average]
    if averaged and average_until is not None:
        open_issues = [
            entry.key
            for entries in stock.open_entries.values()
            for entry in entries
            if entry.quantity_e5 < 0 and entry.key > 0
        ]
        place = "variant_id, location_id" if average_by_place else "NULL::bigint, NULL::bigint"
        parameters = {"items": averaged, "until": average_until, "open_issues": open_issues}
        pools = statements.rows(_POOLS.format(place=place), parameters)
        for item_id, variant_id, location_id, quantity_e5, cost_e5 in pools:
            shift_e5 = shifts.get(item_id, {}).get((location_id, variant_id), 0) if shifts else 0
            book.pools[item_id, variant_id, location_id] = Pool(quantity_e5, cost_e5 + shift_e5)
    return book


def entry_costs(entry_ids: Collection[int]) -> dict[int, EntryCost]:
    """Return the cost of entries as sources; rounding values are left out, partial revaluations kept apart."""
    if not entry_ids:
        return {}
    found = statements.rows(_ENTRY_COSTS, [list(entry_ids)])
    return {
        key: EntryCost(
            SourceCost(
                quantity_e5,
                cost_e5,
                tuple(PartialRevaluation(*pair) for pair in zip(amounts or (), quantities or (), strict=True)),
            ),
            valuation_date,
        )
        for key, quantity_e5, cost_e5, valuation_date, amounts, quantities in found
    }
