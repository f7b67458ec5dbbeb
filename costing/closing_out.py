"""Orders that were finished without output: what their components and their work put on WIP is moved out again.

Each value of such an order has a second pair, from WIP to inventory adjustment: those that are in the general ledger
when the order is finished at once, later ones as they are posted.
Source: finance-about-finished-production-order-costs.
"""

from __future__ import annotations

from django.db import connection

from config.base.transactions import PostingContext
from costing import accounts as account_lookup
from costing import gl_posting
from costing.accounts import PostingKey
from costing.gl_posting import ValueToPost
from costing.models import CostingSetup, InventoryAdjmtEntryOrder

_POSTED = """
SELECT v.id, v.item_id, v.item_ledger_entry_type, v.entry_type, v.variance_type, v.order_type, v.posting_date,
    v.document_no, v.external_document_no, v.description, v.inventoriable, v.dimension_set_id, v.cost_amount_actual,
    v.account_set_id, v.location_id, v.inventory_posting_group_id, v.gen_bus_posting_group_id,
    v.gen_prod_posting_group_id
FROM costing_inventoryadjmtentryorder o
JOIN costing_valueentry v ON v.order_type = o.order_type AND v.order_no = o.order_no
     AND v.order_line_no = o.order_line_no
JOIN costing_glitemledgerrelation r ON r.value_entry_id = v.id AND r.pair = 'actual'
WHERE o.id = %s AND v.item_ledger_entry_type IN ('consumption', 'capacity')
  AND v.entry_type IN ('direct_cost', 'indirect_cost') AND v.cost_amount_actual <> 0
ORDER BY v.id
"""


def close_out(state_id: int, *, setup: CostingSetup, context: PostingContext, user_id: int | None) -> list[int]:
    """Move what an order left in WIP to inventory adjustment; returns the numbers of the G/L entries made.

    Values that still wait for the general ledger move as they are posted.
    Raises: MissingPostingSetup where an account is missing.
    """
    InventoryAdjmtEntryOrder.objects.filter(pk=state_id).update(closed_out=True)
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, [state_id])
        rows = cursor.fetchall()
    sets = account_lookup.accounts_of_sets({row[13] for row in rows})
    values = []
    for row in rows:
        value = ValueToPost(
            *row[:10],
            actual=row[12] * 0,
            expected=row[12] * 0,
            inventoriable=row[10],
            dimension_set_id=row[11],
            accounts=sets[row[13]],
            closing_out=row[12],
        )
        pairs = [pair.roles for pair in gl_posting.pairs_of(value, include_expected=False)]
        account_lookup.check_roles(PostingKey(*row[14:18]), value.accounts, pairs)
        values.append(value)
    return gl_posting.post_value_entries(
        values, include_expected=setup.expected_cost_posting, context=context, user_id=user_id
    )
