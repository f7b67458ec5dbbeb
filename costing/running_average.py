"""The running average cost price: what an issue costs until an inventory close settles it.

    2 received at 10.00, 3 invoiced at 12.00; physical value counted: (20 + 36) / 5 = 11.20; not counted: 36 / 3 = 12.00

All that is posted counts, whatever its date. The price is not rounded, the amount is, once. Where quantity or amount
is not positive, the price on the item card takes over. Moving average items have the same pool, with all in it.
Source: running-average-cost-price; include-physical-value; moving-average.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from config.base import statements
from config.base.amounts import from_e5, round_div
from config.base.errors import ErrorCode, Problem
from costing.engine.shares import share_amount_e5
from inventory.application import Place
from inventory.stock import ItemFacts


@dataclass(slots=True)
class RunningPool:
    """Quantity and cost of a pool, invoiced (financial) and not (physical), issues deducted; 1e-5."""

    financial_e5: int = 0
    financial_cost_e5: int = 0
    physical_e5: int = 0
    physical_cost_e5: int = 0
    last_date: date | None = None

    def base(self, item: ItemFacts) -> tuple[int, int]:
        """The quantity and the cost that an average of the item is taken of."""
        if item.is_moving_average or item.include_physical_value:
            return self.financial_e5 + self.physical_e5, self.financial_cost_e5 + self.physical_cost_e5
        return self.financial_e5, self.financial_cost_e5


@dataclass(slots=True)
class RunningAverages:
    """The pools of the items of a posting, kept up to date in memory as its values are drafted."""

    precision_e5: int
    is_by_place: Callable[[], bool] = bool
    by_place: bool = False
    pools: dict[Place, RunningPool] = field(default_factory=dict)
    on_hand_e5: dict[Place, int] = field(default_factory=dict)
    loaded: set[int] = field(default_factory=set)

    def pool(self, place: Place) -> RunningPool:
        return self.pools.setdefault(place if self.by_place else (place[0], None, None), RunningPool())

    def price_e5(self, item: ItemFacts, place: Place, quantity_e5: int) -> int:
        """What a positive quantity costs at this moment, positive."""
        stock_e5, cost_e5 = self.pool(place).base(item)
        if stock_e5 > 0 and cost_e5 > 0:
            return share_amount_e5(cost_e5, quantity_e5, stock_e5, self.precision_e5)
        return round_div(quantity_e5 * item.unit_cost_e5, 100_000 * self.precision_e5) * self.precision_e5

    def received_e5(self, item: ItemFacts, place: Place, quantity_e5: int, cost_e5: int, on: date) -> int:
        """What of its own cost a receipt of a moving average item brings into stock; the rest is price difference.

        What only fills up negative stock comes in at the present average, and so does what is dated back.
        """
        pool = self.pool(place)
        stock_e5, value_e5 = pool.base(item)
        if stock_e5 < 0:
            filling_e5 = min(quantity_e5, -stock_e5)
            filled_e5 = share_amount_e5(-value_e5, filling_e5, -stock_e5, self.precision_e5)
            return filled_e5 + share_amount_e5(cost_e5, quantity_e5 - filling_e5, quantity_e5, self.precision_e5)
        if stock_e5 > 0 and pool.last_date is not None and on < pool.last_date:
            return share_amount_e5(value_e5, quantity_e5, stock_e5, self.precision_e5)
        return cost_e5

    def kept_e5(self, item: ItemFacts, place: Place, quantity_e5: int, change_e5: int) -> int:
        """What of a later change of the cost of a receipt belongs to stock: the share of it that is still there."""
        there_e5 = min(max(self.pool(place).base(item)[0], 0), quantity_e5)
        return share_amount_e5(change_e5, there_e5, quantity_e5, self.precision_e5)

    def add(self, place: Place, *, quantity_e5: int, invoiced_e5: int, actual_e5: int, expected_e5: int) -> None:
        """Take a value into account; signs of the ledger."""
        pool = self.pool(place)
        pool.financial_e5 += invoiced_e5
        pool.financial_cost_e5 += actual_e5
        pool.physical_e5 += quantity_e5 - invoiced_e5
        pool.physical_cost_e5 += expected_e5
        self.on_hand_e5[place] = self.on_hand_e5.get(place, 0) + quantity_e5

    def load(self, items: Iterable[ItemFacts]) -> None:
        """Read the pools of those items that run at an average and are not read yet. The items must be locked."""
        wanted = sorted({item.id for item in items if item.is_running} - self.loaded)
        if not wanted:
            return
        # Asked for only where there is such an item: it takes a query.
        self.by_place = self.is_by_place()
        self.loaded.update(wanted)
        for item_id, variant_id, location_id, *amounts, last_date in statements.rows(_POOLS, [wanted] * 3):
            place = (item_id, variant_id, location_id)
            quantity_e5, invoiced_e5, cost_e5, expected_e5 = amounts
            self.add(
                place,
                quantity_e5=quantity_e5,
                invoiced_e5=invoiced_e5,
                actual_e5=cost_e5 - expected_e5,
                expected_e5=expected_e5,
            )
            pool = self.pool(place)
            dates = [each for each in (pool.last_date, last_date) if each is not None]
            pool.last_date = max(dates, default=None)

    def negative_problems(self, items: Iterable[ItemFacts], places: Iterable[Place]) -> Iterator[Problem]:
        """Stock that would go below zero at a place, or invoiced stock in a pool, where the model group forbids it."""
        facts = {item.id: item for item in items if item.is_settled_at_close}
        for place in sorted(set(places), key=str):
            item = facts.get(place[0])
            if item is None:
                continue
            if not item.physical_negative and self.on_hand_e5.get(place, 0) < 0:
                yield _negative(item, self.on_hand_e5[place], _("on hand; its item model group forbids that"))
            elif not item.financial_negative and self.pool(place).financial_e5 < 0:
                left_e5 = self.pool(place).financial_e5
                yield _negative(item, left_e5, _("invoiced stock; its item model group forbids that"))


def _negative(item: ItemFacts, left_e5: int, what: str) -> Problem:
    message = _("Item %(item)s would be left with %(left)s %(what)s. Post less, or receive and invoice more first.")
    words = {"item": item.no, "left": f"{from_e5(left_e5).normalize():f}", "what": what}
    return Problem(message % words, ErrorCode.INSUFFICIENT_QUANTITY, item_no=item.no)


# Expected cost is left only on what is not invoiced in full, and that stays open until it is.
_POOLS = """
SELECT b.item_id, b.variant_id, b.location_id, (b.quantity * 100000)::bigint, (b.invoiced_quantity * 100000)::bigint,
       (b.cost * 100000)::bigint, coalesce((x.expected * 100000)::bigint, 0), d.last_date
FROM costing_itembalance b
LEFT JOIN (
    SELECT e.item_id, e.variant_id, e.location_id, sum(v.cost_amount_expected) AS expected
    FROM inventory_itemledgerentry e JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
    WHERE e.item_id = ANY(%s::bigint[]) AND e.open AND NOT e.completely_invoiced
    GROUP BY e.item_id, e.variant_id, e.location_id
) x ON x.item_id = b.item_id AND x.variant_id IS NOT DISTINCT FROM b.variant_id
   AND x.location_id IS NOT DISTINCT FROM b.location_id
LEFT JOIN (
    SELECT e.item_id, max(e.posting_date) AS last_date FROM inventory_itemledgerentry e
    WHERE e.item_id = ANY(%s::bigint[]) GROUP BY e.item_id
) d ON d.item_id = b.item_id
WHERE b.item_id = ANY(%s::bigint[])
"""
