"""Cost adjustment as part of a posting, where costing setup says so and the posting is not too far back.

    setup "month", work date 15 March -> a posting of 15 February or later is adjusted at once
    one of 14 February                -> the item waits for a run, and so does what is posted of it until then

Source: design-details-cost-adjustment (automatic cost adjustment).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from config.base import locks
from config.base.transactions import PostingContext
from costing import adjustment_storing, order_adjustment
from costing.adjustment import steps
from costing.adjustment.terms import Terms
from costing.adjustment_storing import Computed
from costing.enums import AdjustmentTrigger
from costing.models import CostingSetup

MAX_LEVELS = 100
MONTHS_BACK = {AdjustmentTrigger.MONTH: 1, AdjustmentTrigger.QUARTER: 3, AdjustmentTrigger.YEAR: 12}
DAYS_BACK = {AdjustmentTrigger.DAY: 1, AdjustmentTrigger.WEEK: 7}


def adjust_after_posting(
    item_ids: Collection[int], *, setup: CostingSetup, context: PostingContext, user_id: int | None
) -> None:
    """Adjust the items of a posting as part of it, where automatic cost adjustment says so. The items are locked.

    An item that got something from before the window is left, and stays left until a run has adjusted all of it.
    Raises: DomainError where a correction is refused; the posting is refused with it.
    """
    trigger = AdjustmentTrigger(setup.automatic_cost_adjustment)
    if trigger == AdjustmentTrigger.NEVER or not item_ids:
        return
    if trigger != AdjustmentTrigger.ALWAYS:
        first_day = window_start(trigger, timezone.localdate(context.created_at))
        _leave_to_a_run(item_ids, first_day, context)
    terms = Terms.load(setup=setup, run_id=None, user_id=user_id)
    held = set(item_ids)
    for _level in range(MAX_LEVELS):
        allowed = _deepest_allowed(held)
        if not allowed:
            return
        products = _adjust(allowed, terms, context)
        # Products that somebody else holds stay marked, for a run: to wait here could close a circle of waiting.
        held |= locks.try_lock_items(products - held)


def _adjust(item_ids: Sequence[int], terms: Terms, context: PostingContext) -> set[int]:
    """Adjust items of one level; returns the products of finished orders that used what changed."""
    order_adjustment.settle(
        item_ids,
        setup=terms.setup,
        periods=terms.periods,
        precision_e5=terms.precision_e5,
        run_id=None,
        user_id=terms.user_id,
        context=context,
    )
    batch = [Computed(loaded, steps.compute(loaded, terms)) for loaded in steps.load(item_ids, terms)]
    return adjustment_storing.store(batch, terms=steps.storing_terms(terms), context=context).products


def window_start(trigger: AdjustmentTrigger, work_date: date) -> date:
    """Return the first date whose postings are adjusted at once."""
    if trigger in DAYS_BACK:
        return work_date - timedelta(days=DAYS_BACK[trigger])
    month = work_date.year * 12 + work_date.month - 1 - MONTHS_BACK[trigger]
    first = date(month // 12, month % 12 + 1, 1)
    return first.replace(day=min(work_date.day, monthrange(first.year, first.month)[1]))


# Average items by valuation date, others by posting date. The posting's values carry its time, and their register is
# among the newest.
_LEAVE = """
UPDATE costing_itemcoststate s SET allow_online_adjustment = false
FROM inventory_item i JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
WHERE s.item_id = ANY(%(ids)s) AND i.id = s.item_id AND s.allow_online_adjustment AND EXISTS (
    SELECT 1 FROM costing_valueentry v
    WHERE v.register_id IN (SELECT r.id FROM (SELECT id, created_at FROM inventory_itemregister
                                              ORDER BY id DESC LIMIT 100) r WHERE r.created_at = %(created_at)s)
      AND v.item_id = s.item_id AND v.inventoriable
      AND CASE WHEN g.costing_method = 'average' THEN v.valuation_date ELSE v.posting_date END < %(first_day)s)
"""

_ALLOWED = """
SELECT i.low_level_code, i.id FROM inventory_item i
JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
    AND (g.settle_at = 'posting' OR g.costing_method = 'moving_average')
LEFT JOIN costing_itemcoststate s ON s.item_id = i.id
WHERE i.id = ANY(%s) AND NOT coalesce(s.excluded, false) AND coalesce(s.allow_online_adjustment, true)
  AND (g.costing_method <> 'moving_average'
       AND EXISTS (SELECT 1 FROM costing_avgcostadjmtentrypoint p WHERE p.item_id = i.id)
       OR EXISTS (SELECT 1 FROM costing_inventoryadjmtentryorder o
                  WHERE o.item_id = i.id AND o.is_finished AND NOT o.cost_is_adjusted))
ORDER BY i.id
"""


def _leave_to_a_run(item_ids: Collection[int], first_day: date, context: PostingContext) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, {"ids": sorted(item_ids), "first_day": first_day, "created_at": context.created_at})


def _deepest_allowed(item_ids: Collection[int]) -> list[int]:
    """Return those of the items that are unadjusted and may be adjusted at once, of the deepest level among them."""
    with connection.cursor() as cursor:
        cursor.execute(_ALLOWED, [sorted(item_ids)])
        rows = cursor.fetchall()
    deepest = max((level for level, _item_id in rows), default=0)
    return [item_id for level, item_id in rows if level == deepest]
