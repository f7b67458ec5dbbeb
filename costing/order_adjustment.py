"""Bring what orders made to the cost of what they used: the first step in adjusting a produced item.

    load -> compute -> store, inside the caller's transaction, with the produced items locked

An order is settled once it is finished (an assembly: once it is posted) and again whenever the cost of its components
or its capacity changes. Storing compares the order's change number: one that moved since it was read is left for
another round. Source: finance-about-finished-production-order-costs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from config.base.transactions import PostingContext
from costing import order_loading, order_storing
from costing.average_periods import AveragePeriods
from costing.engine import orders as engine
from costing.engine.orders import Settlement
from costing.enums import AverageCostCalculation
from costing.models import CostingSetup, InventoryAdjmtEntryOrder
from costing.order_loading import OrderBooks
from costing.order_states import mark_from_corrections
from costing.order_storing import StoredOrders
from costing.setups import Setups

__all__ = [
    "OrderBooks",
    "OrderPlan",
    "StoredOrders",
    "compute",
    "load",
    "mark_from_corrections",
    "store",
    "unadjusted_items",
    "unadjusted_orders",
]


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """Orders with what their outputs lack; None for an order that made nothing."""

    settled: list[tuple[OrderBooks, Settlement | None]]

    @property
    def output_keys(self) -> set[int]:
        """The output entries whose cost would change."""
        return {value.output_key for _books, found in self.settled if found for value in found.values}


def unadjusted_orders(item_id: int) -> int:
    """Return how many finished orders of an item are not adjusted."""
    return _unadjusted().filter(item_id=item_id).count()


def unadjusted_items(item_ids: Collection[int] | None = None) -> set[int]:
    """Return the items that have a finished order whose cost is not adjusted."""
    found = _unadjusted()
    if item_ids is not None:
        found = found.filter(item_id__in=item_ids)
    return set(found.values_list("item_id", flat=True))


def _unadjusted() -> QuerySet[InventoryAdjmtEntryOrder]:
    return InventoryAdjmtEntryOrder.objects.filter(is_finished=True, cost_is_adjusted=False)


def load(
    item_ids: Collection[int], *, setup: CostingSetup, planned: Mapping[int, int] | None = None
) -> dict[int, list[OrderBooks]]:
    """Read the finished, unadjusted orders of produced items; items without any are left out.

    Args:
        planned: what a preview would add to the cost of consumption entries (1e-5); their orders are read as well.
    """
    found: dict[int, list[OrderBooks]] = {}
    for books in order_loading.load(
        item_ids,
        planned=planned or {},
        with_non_inventory=setup.include_non_inventory_cost,
        by_place=setup.average_cost_calculation == AverageCostCalculation.ITEM_LOCATION_VARIANT,
    ):
        found.setdefault(books.item_id, []).append(books)
    return found


def compute(orders: Sequence[OrderBooks], *, precision_e5: int) -> OrderPlan:
    """Compute what the outputs of orders lack; nothing is read or written."""
    return OrderPlan([(books, engine.settle(books.order, precision_e5=precision_e5)) for books in orders])


def store(
    plan: OrderPlan,
    *,
    setup: CostingSetup,
    periods: AveragePeriods,
    run_id: int | None,
    user_id: int | None,
    context: PostingContext,
) -> StoredOrders:
    """Write what outputs lack, and mark their items as unadjusted from there on. The produced items must be locked.

    Orders that changed since they were read are left as they are: `StoredOrders.stale` names their items.
    Raises: DomainError where an account is missing.
    """
    terms = order_storing.Terms(setup, periods, run_id, user_id)
    return order_storing.store(plan.settled, terms=terms, context=context)


def settle(
    item_ids: Collection[int],
    *,
    setup: CostingSetup,
    periods: AveragePeriods,
    precision_e5: int,
    run_id: int | None,
    user_id: int | None,
    context: PostingContext,
) -> StoredOrders:
    """Load, compute and store in one go, for the caller that holds the items' locks already."""
    orders = [books for found in load(item_ids, setup=setup).values() for books in found]
    plan = compute(orders, precision_e5=precision_e5)
    return store(plan, setup=setup, periods=periods, run_id=run_id, user_id=user_id, context=context)


def settle_finished(
    state_id: int, *, item_id: int, setups: Setups, on: date, user_id: int | None, context: PostingContext
) -> None:
    """Cost one order as it is finished, dated to that day: for a product that goes out at its running average.

    Its item must be locked. Source: physical-financial-updates (production that is ended has its final cost).
    """
    orders = [books for books in load([item_id], setup=setups.costing).get(item_id, ()) if books.state_id == state_id]
    plan = compute(orders, precision_e5=setups.precision_e5)
    terms = order_storing.Terms(setups.costing, setups.periods, None, user_id, not_before=on)
    order_storing.store(plan.settled, terms=terms, context=context)
