"""Values: expected cost, averages, and cost that is conserved from layer to issue."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from config.base.models import Company
from costing.check_books.finding import Breach, find

# Items settled at posting that have no unadjusted entry point left: what the rules promise, holds for them.
_ADJUSTED = """
    SELECT i.id, g.costing_method FROM inventory_item i
    JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id AND g.settle_at = 'posting'
    WHERE i.type = 'inventory' AND g.costing_method <> 'moving_average'
      AND NOT EXISTS (SELECT 1 FROM costing_avgcostadjmtentrypoint p WHERE p.item_id = i.id)
"""

# What each link carries. Partly revalued layers are left out: what they carry depends on the taker's date. A return
# to the vendor that names its receipt mirrors it element by element, so its own cost is what the link carries.
_CARRIED = f"""
WITH adjusted AS ({_ADJUSTED} AND g.costing_method <> 'average'),
entry AS (
    SELECT e.id, e.entry_type, e.quantity, e.open, e.completely_invoiced, e.applies_to_entry_id,
           sum(v.cost_amount_actual + v.cost_amount_expected) AS cost,
           coalesce(sum(v.cost_amount_actual + v.cost_amount_expected)
                    FILTER (WHERE v.entry_type = 'rounding'), 0) AS rounding,
           bool_or(v.partial_revaluation) AS partly_revalued
    FROM inventory_itemledgerentry e
    JOIN adjusted ON adjusted.id = e.item_id
    JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id AND v.inventoriable
    GROUP BY e.id
),
carried AS (
    SELECT layer.id AS layer_id, taker.id AS taker_id, layer.completely_invoiced AND NOT layer.partly_revalued AS final,
           taker.completely_invoiced AND NOT taker.open AS taken_whole,
           CASE WHEN taker.entry_type IN ('purchase', 'output', 'assembly_output')
                     AND taker.applies_to_entry_id IS NOT NULL
                THEN -taker.cost
                ELSE round((layer.cost - layer.rounding) * -a.quantity / layer.quantity / %(precision)s) * %(precision)s
           END AS amount
    FROM inventory_itemapplicationentry a
    JOIN entry layer ON layer.id = a.inbound_item_entry_id
    JOIN entry taker ON taker.id = a.outbound_item_entry_id AND taker.id = a.item_ledger_entry_id
    WHERE a.cancelled_by_id IS NULL AND a.cost_application
)
"""


def invoiced_entries_expect_nothing() -> list[Breach]:
    """Completely invoiced is what is invoiced in full. Goods moved or made follow the entries that they draw on."""
    return find(
        "I7",
        _(
            "Item ledger entry %(entries)s of %(quantity)s is completely invoiced: %(complete)s; "
            "invoiced %(invoiced)s, expected cost left %(expected)s."
        ),
        """
        SELECT ARRAY[e.id] AS entries, e.quantity, e.completely_invoiced AS complete, e.invoiced_quantity AS invoiced,
               coalesce(sum(v.cost_amount_expected), 0) AS expected
        FROM inventory_itemledgerentry e LEFT JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
        GROUP BY e.id
        HAVING e.completely_invoiced
               AND (e.invoiced_quantity <> e.quantity OR coalesce(sum(v.cost_amount_expected), 0) <> 0)
            OR NOT e.completely_invoiced AND e.invoiced_quantity = e.quantity
               AND e.entry_type IN ('purchase', 'sale', 'positive_adjmt', 'negative_adjmt')
        """,
    )


def average_flags_agree() -> list[Breach]:
    return find(
        "I8",
        _("Value entries %(entries)s of item ledger entry %(entry)s: none or all may be valued by average cost."),
        """
        SELECT array_agg(v.id ORDER BY v.id) AS entries, v.item_ledger_entry_id AS entry
        FROM costing_valueentry v
        JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
        JOIN inventory_item i ON i.id = e.item_id
        JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
        WHERE v.inventoriable
        GROUP BY v.item_ledger_entry_id, g.costing_method, g.settle_at, e.quantity
        HAVING bool_or(v.valued_by_average_cost)
           AND (NOT bool_and(v.valued_by_average_cost) OR e.quantity > 0
                OR g.costing_method <> 'average' OR g.settle_at <> 'posting')
        """,
    )


def exhausted_layers_have_given_their_cost() -> list[Breach]:
    return find(
        "I10",
        _("Inbound entry %(entries)s is used up: its cost is %(cost)s, its issues took %(taken)s."),
        _CARRIED
        + """
        SELECT ARRAY[layer.id] AS entries, layer.cost, sum(carried.amount) AS taken
        FROM carried JOIN entry layer ON layer.id = carried.layer_id
        WHERE NOT layer.open
        GROUP BY layer.id, layer.cost
        HAVING bool_and(carried.final AND carried.taken_whole) AND sum(carried.amount) <> layer.cost
        """,
        _precision(),
    )


def issues_cost_what_their_layers_carry() -> list[Breach]:
    return find(
        "I10",
        _("Outbound entry %(entries)s costs %(cost)s, its layers carry %(carried)s."),
        _CARRIED
        + """
        SELECT ARRAY[taker.id] AS entries, taker.cost, -sum(carried.amount) AS carried
        FROM carried JOIN entry taker ON taker.id = carried.taker_id
        GROUP BY taker.id, taker.cost
        HAVING bool_and(carried.final AND carried.taken_whole) AND -sum(carried.amount) <> taker.cost
        """,
        _precision(),
    )


def _precision() -> dict[str, Decimal]:
    return {"precision": Company.current().amount_rounding_precision}


def no_stock_means_no_value() -> list[Breach]:
    """Of adjusted items, with nothing open and all invoiced.

    An average promises it only while the value never went below zero, and where no stock was revalued that was sold
    from by a later posting.
    """
    return find(
        "no_stock_no_value",
        _("Item %(item)s: nothing in stock, nothing open, and a value of %(value)s. Item ledger entries %(entries)s."),
        f"""
        WITH adjusted AS ({_ADJUSTED}),
        gone AS (
            SELECT e.item_id FROM inventory_itemledgerentry e JOIN adjusted ON adjusted.id = e.item_id
            GROUP BY e.item_id
            HAVING sum(e.quantity) = 0 AND NOT bool_or(e.open) AND bool_and(e.completely_invoiced)
        ),
        daily AS (
            SELECT v.item_id, v.valuation_date, bool_or(v.entry_type = 'revaluation') AS revalued,
                   sum(sum(v.cost_amount_actual + v.cost_amount_expected)) OVER days AS running,
                   lead(v.valuation_date) OVER days IS NULL AS is_last
            FROM costing_valueentry v JOIN gone ON gone.item_id = v.item_id
            WHERE v.inventoriable GROUP BY v.item_id, v.valuation_date
            WINDOW days AS (PARTITION BY v.item_id ORDER BY v.valuation_date)
        ),
        item AS (
            SELECT item_id, bool_or(revalued) AS revalued, sum(running) FILTER (WHERE is_last) AS value,
                   coalesce(bool_or(running < 0) FILTER (WHERE NOT is_last), false) AS was_negative
            FROM daily GROUP BY item_id
        )
        SELECT (SELECT array_agg(e.id ORDER BY e.id) FROM inventory_itemledgerentry e WHERE e.item_id = item.item_id)
                   AS entries, i.no AS item, item.value
        FROM item JOIN adjusted ON adjusted.id = item.item_id JOIN inventory_item i ON i.id = item.item_id
        WHERE item.value <> 0
          AND (adjusted.costing_method <> 'average' OR NOT item.revalued AND NOT item.was_negative)
        """,
    )


def balances_are_the_sum_of_their_entries() -> list[Breach]:
    """Quantities come from the item ledger, invoiced quantity and cost from the values."""
    return find(
        "balance",
        _(
            "Item %(item)s at %(location)s: the balance is %(quantity)s (%(invoiced)s invoiced) at %(cost)s, "
            "the entries sum to %(found_quantity)s (%(found_invoiced)s) at %(found_cost)s."
        ),
        """
        WITH moved AS (
            SELECT e.item_id, e.variant_id, e.location_id, sum(e.quantity) AS quantity
            FROM inventory_itemledgerentry e JOIN inventory_item i ON i.id = e.item_id
            JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
            WHERE i.type = 'inventory' OR i.type = 'service' AND g.stocked AND g.settle_at = 'close'
            GROUP BY e.item_id, e.variant_id, e.location_id
        ),
        valued AS (
            SELECT v.item_id, v.variant_id, v.location_id, sum(v.invoiced_quantity) AS invoiced,
                   sum(v.cost_amount_actual + v.cost_amount_expected) AS cost
            FROM costing_valueentry v WHERE v.inventoriable AND v.item_ledger_entry_id IS NOT NULL
            GROUP BY v.item_id, v.variant_id, v.location_id
        ),
        compared AS (
            SELECT item_id, location_id, sum(quantity) AS quantity, sum(invoiced) AS invoiced, sum(cost) AS cost,
                   sum(found_quantity) AS found_quantity, sum(found_invoiced) AS found_invoiced,
                   sum(found_cost) AS found_cost
            FROM (
                SELECT item_id, variant_id, location_id, quantity, invoiced_quantity AS invoiced, cost,
                       0 AS found_quantity, 0 AS found_invoiced, 0 AS found_cost
                FROM costing_itembalance
                UNION ALL
                SELECT item_id, variant_id, location_id, 0, 0, 0, quantity, 0, 0 FROM moved
                UNION ALL
                SELECT item_id, variant_id, location_id, 0, 0, 0, 0, invoiced, cost FROM valued
            ) sides
            GROUP BY item_id, variant_id, location_id
        )
        SELECT '{}'::bigint[] AS entries, i.no AS item, l.code AS location, c.quantity, c.invoiced, c.cost,
               c.found_quantity, c.found_invoiced, c.found_cost
        FROM compared c JOIN inventory_item i ON i.id = c.item_id LEFT JOIN inventory_location l ON l.id = c.location_id
        WHERE (c.quantity, c.invoiced, c.cost) <> (c.found_quantity, c.found_invoiced, c.found_cost)
        """,
    )


def cost_changes_add_up() -> list[Breach]:
    """What a run forwarded into an adjustment is what the adjustment says.

    The value that first invoices an output also takes its expected cost away, which came from no other entry.
    """
    return find(
        "cost_changes",
        _("Value entry %(entries)s is %(amount)s, the cost changes behind it are %(found)s."),
        """
        SELECT ARRAY[v.id] AS entries, v.amount, c.found
        FROM (SELECT value_entry_id, sum(amount) AS found FROM costing_costchange GROUP BY value_entry_id) c
        JOIN (SELECT id, cost_amount_actual + CASE WHEN adjustment THEN cost_amount_expected ELSE 0 END AS amount
              FROM costing_valueentry) v ON v.id = c.value_entry_id
        WHERE c.found <> v.amount
        """,
    )
