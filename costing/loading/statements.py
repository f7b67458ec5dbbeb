"""What is read of the ledgers, as expressions and as queries."""

_DAY = "({column} - date '0001-01-01' + 1)::bigint"

ENTRIES = {
    "key": "e.id",
    "item": "e.item_id",
    "location": "coalesce(e.location_id, 0)",
    "variant": "coalesce(e.variant_id, 0)",
    "quantity": "(e.quantity * 100000)::bigint",
    "remaining": "(e.remaining_quantity * 100000)::bigint",
    # The posting day x 256, and 1: completely invoiced, 2: an exact reversal that mirrors its source.
    "packed": f"({_DAY.format(column='e.posting_date')} << 8)"
    " + (e.completely_invoiced::int + 2 * (e.quantity < 0 AND e.applies_to_entry_id IS NOT NULL"
    " AND e.entry_type IN ('purchase', 'output', 'assembly_output'))::int)::bigint",
}

VALUES = {
    "key": "v.id",
    "entry": "v.item_ledger_entry_id",
    # A revaluation that takes expected cost back names the one that it takes back, and reaches what that one reaches.
    "original": "CASE WHEN v.adjustment OR v.entry_type = 'revaluation' THEN coalesce(v.applies_to_entry_id, v.id)"
    " ELSE v.id END",
    "actual": "(v.cost_amount_actual * 100000)::bigint",
    "expected": "(v.cost_amount_expected * 100000)::bigint",
    # Asked for only where it counts: of partial revaluations.
    "valued_quantity": "CASE WHEN v.partial_revaluation THEN (v.valued_quantity * 100000)::bigint ELSE 0 END",
    "invoiced_quantity": "(v.invoiced_quantity * 100000)::bigint",
    # The posting day x 2^40, the valuation day x 2^16, the kind, and then 8: charge, 16: partial revaluation,
    # 32: adjustment, 64: valued by average.
    "packed": f"({_DAY.format(column='v.posting_date')} << 40) + ({_DAY.format(column='v.valuation_date')} << 16)"
    " + (CASE v.entry_type WHEN 'direct_cost' THEN 0 WHEN 'indirect_cost' THEN 1 WHEN 'variance' THEN 2"
    " WHEN 'revaluation' THEN 3 WHEN 'rounding' THEN 4 ELSE 5 END"
    " + 8 * (v.item_charge_id IS NOT NULL)::int + 16 * v.partial_revaluation::int + 32 * v.adjustment::int"
    " + 64 * v.valued_by_average_cost::int)::bigint",
}

LINKS = {
    # In the order of posting; and 1: cost application.
    "packed": "a.id * 2 + a.cost_application::int",
    "receiver": "a.item_ledger_entry_id",
    "inbound": "a.inbound_item_entry_id",
    "outbound": "coalesce(a.outbound_item_entry_id, 0)",
    "transferred_from": "coalesce(a.transferred_from_entry_id, 0)",
    "quantity": "(a.quantity * 100000)::bigint",
}

# The number of marks and of entries tells whether following the marks is worth it.
STATES = """
SELECT i.id, g.costing_method, coalesce(s.change_no, 0), p.last, p.first,
       (SELECT min(v.valuation_date) FROM costing_valueentry v WHERE v.item_id = i.id),
       p.points
       + (SELECT count(*) FROM inventory_itemledgerentry e WHERE e.item_id = i.id AND e.applied_entry_to_adjust),
       (SELECT count(*) FROM inventory_itemledgerentry e WHERE e.item_id = i.id)
FROM inventory_item i
JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
LEFT JOIN costing_itemcoststate s ON s.item_id = i.id
CROSS JOIN LATERAL (SELECT coalesce(max(p.id), 0) AS last, count(*) AS points, min(p.valuation_date) AS first
                    FROM costing_avgcostadjmtentrypoint p WHERE p.item_id = i.id) p
WHERE i.id = ANY(%s::bigint[]) ORDER BY i.id
"""

# What is marked, and whatever takes its cost from it, however far. Marked are flagged entries, and those valued on the
# day and at the place of an unadjusted point; and the used-up layers of a marked issue, which it may be the last to be
# invoiced of. Goods moved or consumed that are not invoiced yet bring their layers along: once the last of the layers
# is invoiced, the others are exhausted for good.
REACHED = """
WITH RECURSIVE marked(id) AS (
    SELECT e.id FROM inventory_itemledgerentry e
    WHERE e.item_id = ANY(%(items)s::bigint[]) AND e.applied_entry_to_adjust
    UNION
    SELECT v.item_ledger_entry_id
    FROM costing_avgcostadjmtentrypoint p
    JOIN costing_valueentry v ON v.item_id = p.item_id AND v.valuation_date = p.valuation_date
    WHERE p.item_id = ANY(%(items)s::bigint[]) AND v.inventoriable AND v.item_ledger_entry_id IS NOT NULL
      AND v.location_id IS NOT DISTINCT FROM p.location_id AND v.variant_id IS NOT DISTINCT FROM p.variant_id
), reached(id) AS (
    SELECT id FROM marked
    UNION
    SELECT next.id FROM (
        SELECT m.id, a.inbound_item_entry_id AS layer
        FROM marked m JOIN inventory_itemapplicationentry a ON a.item_ledger_entry_id = m.id
        WHERE a.outbound_item_entry_id = m.id AND a.cancelled_by_id IS NULL
    ) taken JOIN inventory_itemledgerentry next ON next.id = taken.layer AND NOT next.open
    UNION
    SELECT next.id FROM reached r CROSS JOIN LATERAL (
        SELECT a.item_ledger_entry_id FROM inventory_itemapplicationentry a
        WHERE a.inbound_item_entry_id = r.id AND a.item_ledger_entry_id <> r.id AND a.cancelled_by_id IS NULL
        UNION ALL
        SELECT a.item_ledger_entry_id FROM inventory_itemapplicationentry a
        WHERE a.outbound_item_entry_id = r.id AND a.item_ledger_entry_id <> r.id AND a.cancelled_by_id IS NULL
        UNION ALL
        SELECT a.item_ledger_entry_id FROM inventory_itemapplicationentry a
        WHERE a.transferred_from_entry_id = r.id AND a.cancelled_by_id IS NULL
        UNION ALL
        SELECT a.inbound_item_entry_id
        FROM inventory_itemledgerentry e JOIN inventory_itemapplicationentry a ON a.item_ledger_entry_id = e.id
        WHERE e.id = r.id AND e.quantity < 0 AND NOT e.completely_invoiced AND e.invoiced_quantity = e.quantity
          AND a.cancelled_by_id IS NULL
    ) next(id)
)
SELECT coalesce(string_agg(int8send(id), ''), '') FROM reached
"""

# Everything valued from a day of its own in each item on.
VALUED_FROM = """
SELECT coalesce(string_agg(int8send(found.id), ''), '') FROM (
    SELECT DISTINCT v.item_ledger_entry_id AS id
    FROM unnest(%s::bigint[], %s::date[]) AS n(item_id, first_day)
    JOIN costing_valueentry v ON v.item_id = n.item_id AND v.valuation_date >= n.first_day
    WHERE v.inventoriable AND v.item_ledger_entry_id IS NOT NULL
) found
"""

# What the pool of a place held when its first day began: the balance now, less what open issues from before took.
# What is valued since is taken off by the loader, which has read it.
OPENINGS = """
SELECT b.item_id, coalesce(b.location_id, 0), coalesce(b.variant_id, 0),
       (b.quantity * 100000)::bigint - coalesce(o.quantity, 0), (b.cost * 100000)::bigint - coalesce(o.cost, 0)
FROM unnest(%s::bigint[], %s::date[]) AS n(item_id, first_day)
JOIN costing_itembalance b ON b.item_id = n.item_id
LEFT JOIN LATERAL (
    SELECT (sum(v.item_ledger_entry_quantity) * 100000)::bigint AS quantity,
           (sum(v.cost_amount_actual + v.cost_amount_expected) * 100000)::bigint AS cost
    FROM inventory_itemledgerentry e JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
    WHERE e.item_id = b.item_id AND e.open AND e.quantity < 0
      AND e.location_id IS NOT DISTINCT FROM b.location_id AND e.variant_id IS NOT DISTINCT FROM b.variant_id
      AND v.valuation_date < n.first_day AND v.inventoriable
) o ON true
"""

# What orders made of an item, with what they used of the item itself. Few items have orders of their own.
OWN_USE = """
SELECT s.item_id, made.id, used.id
FROM costing_inventoryadjmtentryorder s
JOIN inventory_itemledgerentry used ON used.order_no = s.order_no AND used.order_type = s.order_type
     AND used.order_line_no = s.order_line_no AND used.item_id = s.item_id
JOIN inventory_itemledgerentry made ON made.order_no = s.order_no AND made.order_type = s.order_type
     AND made.order_line_no = s.order_line_no AND made.item_id = s.item_id
WHERE s.item_id = ANY(%s::bigint[]) AND used.entry_type IN ('consumption', 'assembly_consumption')
  AND used.order_type IN ('assembly', 'production') AND made.entry_type IN ('output', 'assembly_output')
  AND made.order_type IN ('assembly', 'production')
"""
