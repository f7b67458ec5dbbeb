"""Orders that were finished without output: what their components and their work put on WIP is moved out again.

Each value of such an order has a second pair, from WIP to inventory adjustment: those that are in the general ledger
when the order is finished at once, later ones as they are posted.
Source: finance-about-finished-production-order-costs.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from django.db import connection

from config.base.transactions import PostingContext
from costing import accounts as account_lookup
from costing import gl_posting
from costing.accounts import PostingKey
from costing.gl_posting import ValueToPost
from costing.models import CostingSetup, InventoryAdjmtEntryOrder

_ZERO = Decimal(0)
_POSTED = """
SELECT v.id, v.item_id, v.item_ledger_entry_type, v.entry_type, v.variance_type, v.order_type, v.posting_date,
    v.document_no, v.external_document_no, v.description, v.inventoriable, v.dimension_set_id, v.account_set_id,
    v.cost_amount_actual, v.location_id, v.inventory_posting_group_id, v.gen_bus_posting_group_id,
    v.gen_prod_posting_group_id
FROM (
    SELECT v.* FROM costing_inventoryadjmtentryorder o
    JOIN inventory_itemledgerentry e ON e.order_no = o.order_no AND e.order_type = o.order_type
         AND e.order_line_no = o.order_line_no AND e.order_type IN ('assembly', 'production')
    JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
    WHERE o.id = %(state)s AND e.entry_type = 'consumption' AND v.entry_type = 'direct_cost'
    UNION ALL
    SELECT v.* FROM costing_inventoryadjmtentryorder o
    JOIN inventory_capacityledgerentry c ON c.order_no = o.order_no AND c.order_type = o.order_type
         AND c.order_line_no = o.order_line_no
    JOIN costing_valueentry v ON v.capacity_ledger_entry_id = c.id
    WHERE o.id = %(state)s
) v
JOIN costing_glitemledgerrelation r ON r.value_entry_id = v.id AND r.pair = 'actual'
WHERE v.cost_amount_actual <> 0
ORDER BY v.id
"""


def close_out(state_id: int, *, setup: CostingSetup, context: PostingContext, user_id: int | None) -> list[int]:
    """Move what an order left in WIP to inventory adjustment; returns the numbers of the G/L entries made.

    Values that still wait for the general ledger move as they are posted.
    Raises: MissingPostingSetup where an account is missing.
    """
    InventoryAdjmtEntryOrder.objects.filter(pk=state_id).update(closed_out=True)
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, {"state": state_id})
        rows = cursor.fetchall()
    sets = account_lookup.accounts_of_sets({row[12] for row in rows})
    values = []
    for row in rows:
        amount, location, stock, business, product = row[13:]
        posted = replace(ValueToPost(*(*row[:10], _ZERO, _ZERO, *row[10:12], sets[row[12]])), closing_out=amount)
        roles = [pair.roles for pair in gl_posting.pairs_of(posted, include_expected=False)]
        account_lookup.check_roles(PostingKey(location, stock, business, product), posted.accounts, roles)
        values.append(posted)
    return gl_posting.post_value_entries(
        values, include_expected=setup.expected_cost_posting, context=context, user_id=user_id
    )
