"""What is read of the ledgers, as expressions and as queries."""

from costing.loading.blocks import Layout
from costing.loading.kinds import VARIANCE_POSITIONS

_DAY = "({column} - date '0001-12-31 BC')"
"""The ordinal of a date, as Python counts them: 22 bits."""

DAY_BITS = 22
KIND_BITS = 6

# Flags of entries.
COMPLETELY_INVOICED, MIRRORS, OPEN, HAS_VARIANT, OF_ORDER = range(5)

ENTRIES = Layout(
    packed=_DAY.format(column="e.posting_date"),
    flags={
        COMPLETELY_INVOICED: "e.completely_invoiced",
        # An exact reversal that mirrors its source.
        MIRRORS: "e.applies_to_entry_id IS NOT NULL AND e.quantity < 0"
        " AND e.entry_type IN ('purchase', 'output', 'assembly_output')",
        OPEN: "e.open",
        HAS_VARIANT: "e.variant_id IS NOT NULL",
        # Made or used by an order.
        OF_ORDER: "e.order_type IN ('assembly', 'production')",
    },
    columns={
        "key": "e.id",
        "item": "e.item_id",
        "location": "coalesce(e.location_id, 0)",
        "quantity": "(e.quantity * 100000)::bigint",
    },
    some={
        "remaining": (OPEN, "(e.remaining_quantity * 100000)::bigint", ""),
        "variant": (HAS_VARIANT, "e.variant_id", ""),
    },
)

# Flags of values.
CHARGE, PARTIAL, ADJUSTMENT, AVERAGED, EXPECTED, CORRECTS, NO_INVENTORY = range(7)

# Variances have a number for each type, see the engine's kinds.
_KIND = f"""CASE v.entry_type WHEN 'direct_cost' THEN 0 WHEN 'indirect_cost' THEN 1
    WHEN 'variance' THEN 2 + 8 * (array_position({VARIANCE_POSITIONS}, v.variance_type) - 1)
    WHEN 'revaluation' THEN 3 WHEN 'rounding' THEN 4 ELSE 5 END"""

VALUES = Layout(
    # The posting day, the valuation day, the kind.
    packed=f"({_DAY.format(column='v.posting_date')}::bigint << {DAY_BITS} | {_DAY.format(column='v.valuation_date')})"
    f" << {KIND_BITS} | {_KIND}",
    flags={
        CHARGE: "v.item_charge_id IS NOT NULL",
        PARTIAL: "v.partial_revaluation",
        ADJUSTMENT: "v.adjustment",
        AVERAGED: "v.valued_by_average_cost",
        EXPECTED: "v.cost_amount_expected <> 0",
        # A revaluation that takes expected cost back names the one that it takes back, and reaches what that one does.
        CORRECTS: "v.applies_to_entry_id IS NOT NULL AND (v.adjustment OR v.entry_type = 'revaluation')",
        # Left out by the loader, since few are: as a condition it would be looked for in each row of other items too.
        NO_INVENTORY: "NOT v.inventoriable",
    },
    columns={
        "key": "v.id",
        "entry": "v.item_ledger_entry_id",
        "actual": "(v.cost_amount_actual * 100000)::bigint",
        "invoiced_quantity": "(v.invoiced_quantity * 100000)::bigint",
    },
    some={
        "original": (CORRECTS, "v.applies_to_entry_id", "key"),
        "expected": (EXPECTED, "(v.cost_amount_expected * 100000)::bigint", ""),
        # Asked for only where it counts.
        "valued_quantity": (PARTIAL, "(v.valued_quantity * 100000)::bigint", ""),
    },
)

# Flags of links. One that has no outbound, an inbound's own record, is not read: it takes its cost from nobody.
COST_APPLICATION, TAKES, TRANSFERRED = range(3)

LINKS = Layout(
    # In the order of posting.
    packed="a.id",
    flags={
        COST_APPLICATION: "a.cost_application",
        TAKES: "a.item_ledger_entry_id = a.outbound_item_entry_id",
        TRANSFERRED: "a.transferred_from_entry_id IS NOT NULL",
    },
    columns={
        "receiver": "a.item_ledger_entry_id",
        # The receiver is one of the two.
        "other": "a.inbound_item_entry_id + a.outbound_item_entry_id - a.item_ledger_entry_id",
        "quantity": "(a.quantity * 100000)::bigint",
    },
    some={"transferred_from": (TRANSFERRED, "a.transferred_from_entry_id", "")},
)

# The number of marks, and whether there are fewer entries than reading all of them is worth. That is looked up for a
# few marks only: to count the entries of an item with many costs nearly as much as to read them.
STATES = """
WITH asked AS MATERIALIZED (
    SELECT i.id, g.costing_method FROM inventory_item i JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
    WHERE i.id = ANY(%(items)s::bigint[])
), points AS (
    SELECT p.item_id, max(p.id) AS last, count(*) AS count, min(p.valuation_date) AS first
    FROM costing_avgcostadjmtentrypoint p WHERE p.item_id = ANY(%(items)s::bigint[]) GROUP BY p.item_id
), flags AS (
    SELECT e.item_id, count(*) AS count FROM inventory_itemledgerentry e
    WHERE e.item_id = ANY(%(items)s::bigint[]) AND e.applied_entry_to_adjust GROUP BY e.item_id
), marked AS (
    SELECT i.id, i.costing_method, coalesce(s.change_no, 0) AS change_no, coalesce(p.last, 0) AS last, p.first,
           coalesce(p.count, 0) + coalesce(f.count, 0) AS marks
    FROM asked i LEFT JOIN points p ON p.item_id = i.id LEFT JOIN flags f ON f.item_id = i.id
    LEFT JOIN costing_itemcoststate s ON s.item_id = i.id
)
SELECT m.id, m.costing_method, m.change_no, m.last, m.first,
       CASE WHEN m.costing_method = 'average'
            THEN (SELECT min(v.valuation_date) FROM costing_valueentry v WHERE v.item_id = m.id) END,
       m.marks,
       m.costing_method <> 'average' AND m.marks < %(many)s AND NOT EXISTS (
           SELECT FROM inventory_itemledgerentry e WHERE e.item_id = m.id
           OFFSET greatest(m.marks * %(worth)s - 1, 0))
FROM marked m ORDER BY m.id
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
