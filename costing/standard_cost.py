"""A new standard cost for one item: the card, its stockkeeping units, and what is on hand, in one posting.

    100 on hand at 150.00, new standard 140.00: revaluation -1,000.00, standard cost and unit cost 140.00

Source: finance-about-calculating-standard-cost; docs/algorithms/revaluation.md.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from config.base import locks
from config.base.amounts import from_e5
from config.base.errors import DomainError, ErrorCode
from config.base.transactions import posting
from costing import card_costs, checks
from costing.card_costs import Shares
from costing.inventory_value import Calculation, calculate_inventory_value, set_unit_cost
from costing.models import InventoryAdjmtEntryOrder, RevaluationJournalLine
from costing.posting import revaluation
from costing.posting.results import PostingResult
from costing.setups import Setups
from inventory import stock as stock_reader
from inventory.models import Item

NOTHING_POSTED = PostingResult(0, (), (), (), ())


class WrongStandardCost(DomainError):
    code = ErrorCode.INVALID_INPUT


def set_standard_cost(
    *,
    item_id: int,
    on: date,
    standard_cost: Decimal,
    user_id: int | None,
    shares: Shares | None = None,
    preview: bool = False,
) -> PostingResult:
    """Implement a standard cost from a date on, and revalue what is on hand on it.

    `shares`: how the standard is made up, adding up to it; without them it is all material.
    Raises: DomainError period_closed, open_entries, blocked_item or invalid_input; then nothing is written.
    """
    made_of = shares or Shares(material=standard_cost)
    with posting(preview=preview) as context:
        locks.lock_items([item_id])
        item = stock_reader.item_facts([item_id])[item_id]
        if standard_cost < 0 or made_of.total != standard_cost:
            raise WrongStandardCost(
                _("The standard cost of item %(item)s must be 0 or more, and the sum of its shares.")
                % {"item": item.no}
            )
        setups = Setups.at(on)
        checks.check_dates([on], setup=setups.costing)
        lines = revaluations_to(standard_cost, item_id=item_id, on=on, setups=setups) if item.is_standard else []
        result = revaluation.post_within(context, lines, user_id=user_id) if lines else NOTHING_POSTED
        card_costs.write_standard_cost(item_id, made_of, on=on, user_id=user_id)
        return result


def revaluations_to(standard_cost: Decimal, *, item_id: int, on: date, setups: Setups) -> list[RevaluationJournalLine]:
    """Return the unsaved lines that bring what is on hand on a date to a standard cost; none where it is there."""
    lines = calculate_inventory_value(Calculation(on, item_ids=[item_id]), setups=setups)
    for line in lines:
        set_unit_cost(line, standard_cost, precision=from_e5(setups.precision_e5))
    return [line for line in lines if line.amount]


def check_overhead_change(item: Item) -> None:
    """Refuse another indirect cost % or overhead rate while orders of the item wait to be adjusted.

    They would take the new overhead for what was made at the old one.
    Raises: DomainError not_adjusted naming the orders.
    """
    waiting = InventoryAdjmtEntryOrder.objects.filter(item=item, is_finished=True, cost_is_adjusted=False)
    numbers = sorted(set(waiting.values_list("order_no", flat=True)))
    if numbers:
        raise DomainError(
            _(
                "Order %(orders)s of item %(item)s is finished and its cost is not adjusted. "
                "Adjust the cost of the item before its overhead changes."
            )
            % {"orders": ", ".join(numbers), "item": item.no},
            code=ErrorCode.NOT_ADJUSTED,
        )
