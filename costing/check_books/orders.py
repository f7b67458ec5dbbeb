"""Orders: work adds up, every order has its cost state, and what was used stands on what was made."""

from __future__ import annotations

from django.utils.translation import gettext as _

from costing.check_books.finding import Breach, find

# What each production order took from WIP and what it put there; `made` is the net quantity of its outputs.
_ORDERS = """
    SELECT o.id, o.order_type, o.order_no, o.order_line_no, o.is_finished, o.cost_is_adjusted, o.closed_out,
           o.completely_invoiced, i.inventory_value_zero,
           coalesce(goods.made, 0) AS made, coalesce(goods.all_invoiced, true) AS all_invoiced,
           coalesce(goods.used, 0) + coalesce(work.used, 0) AS used, coalesce(goods.carried, 0) AS carried,
           coalesce(goods.waiting, 0) AS waiting
    FROM costing_inventoryadjmtentryorder o
    JOIN inventory_item i ON i.id = o.item_id
    LEFT JOIN (
        SELECT e.order_type, e.order_no, e.order_line_no,
               sum(v.item_ledger_entry_quantity) FILTER (WHERE made) AS made,
               bool_and(e.completely_invoiced) FILTER (WHERE made) AS all_invoiced,
               -sum(v.cost_amount_actual) FILTER (WHERE NOT made AND v.entry_type = 'direct_cost') AS used,
               sum(v.cost_amount_actual) FILTER (WHERE made AND v.entry_type = 'direct_cost') AS carried,
               sum(v.cost_amount_expected) FILTER (WHERE made) AS waiting
        FROM inventory_itemledgerentry e
        JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
        CROSS JOIN LATERAL (SELECT e.entry_type IN ('output', 'assembly_output') AS made) kind
        WHERE e.order_type IN ('assembly', 'production')
          AND e.entry_type IN ('output', 'assembly_output', 'consumption', 'assembly_consumption')
        GROUP BY e.order_type, e.order_no, e.order_line_no
    ) goods USING (order_type, order_no, order_line_no)
    LEFT JOIN (
        SELECT c.order_type, c.order_no, c.order_line_no, sum(v.cost_amount_actual) AS used
        FROM inventory_capacityledgerentry c JOIN costing_valueentry v ON v.capacity_ledger_entry_id = c.id
        GROUP BY c.order_type, c.order_no, c.order_line_no
    ) work USING (order_type, order_no, order_line_no)
"""


def capacity_values_add_up() -> list[Breach]:
    """Each capacity ledger entry has its direct value; quantities are those of the entry."""
    return find(
        "capacity",
        _(
            "Capacity ledger entry %(entries)s of %(quantity)s: %(invoiced)s invoiced, its values say %(found)s; "
            "%(direct)s direct values."
        ),
        """
        SELECT ARRAY[c.id] AS entries, c.quantity, c.invoiced_quantity AS invoiced,
               coalesce(sum(v.invoiced_quantity), 0) AS found,
               count(v.id) FILTER (WHERE v.entry_type = 'direct_cost') AS direct
        FROM inventory_capacityledgerentry c LEFT JOIN costing_valueentry v ON v.capacity_ledger_entry_id = c.id
        GROUP BY c.id
        HAVING c.invoiced_quantity <> coalesce(sum(v.invoiced_quantity), 0)
            OR count(v.id) FILTER (WHERE v.entry_type = 'direct_cost') = 0
            OR bool_or(v.item_ledger_entry_type <> 'capacity' OR v.entry_type NOT IN ('direct_cost', 'indirect_cost'))
        """,
    )


def orders_have_their_state() -> list[Breach]:
    """Goods and work of an order belong to one cost state, which says that outputs are invoiced when they are."""
    return find(
        "order_state",
        _("Order %(order)s: %(wrong)s. Entries %(entries)s."),
        f"""
        SELECT array_agg(used.id ORDER BY used.id) AS entries, used.order_no AS order, 'no cost state' AS wrong
        FROM (SELECT id, order_type, order_no, order_line_no FROM inventory_itemledgerentry
              WHERE order_type IN ('assembly', 'production')
                AND entry_type IN ('output', 'assembly_output', 'consumption', 'assembly_consumption')
              UNION ALL
              SELECT id, order_type, order_no, order_line_no FROM inventory_capacityledgerentry) used
        LEFT JOIN costing_inventoryadjmtentryorder o USING (order_type, order_no, order_line_no)
        WHERE o.id IS NULL GROUP BY used.order_no
        UNION ALL
        SELECT ARRAY[id]::bigint[], order_no, 'settled, but outputs are not invoiced'
        FROM ({_ORDERS}) o WHERE completely_invoiced AND made <> 0 AND is_finished AND NOT all_invoiced
        """,
    )


def settled_orders_have_carried_their_cost() -> list[Breach]:
    """A finished and adjusted order has nothing left: what it used is the direct cost of what it made, WIP is zero.

    One that made nothing keeps its cost in WIP, or was closed out. Items without value carry nothing.
    """
    return find(
        "order_cost",
        _("Order %(order)s is adjusted: it used %(used)s, its outputs carry %(carried)s, %(waiting)s still expected."),
        f"""
        SELECT ARRAY[id]::bigint[] AS entries, order_no AS order, used, carried, waiting
        FROM ({_ORDERS}) o
        WHERE is_finished AND cost_is_adjusted AND made > 0 AND NOT inventory_value_zero
          AND (used <> carried OR waiting <> 0)
        """,
    )


def standard_orders_stand_at_standard() -> list[Breach]:
    """What a settled order of a standard item made, less what was taken back, stands at the standard of the order.

    Outputs that were revalued are left out: what is taken back of them takes its part of that along.
    """
    return find(
        "order_standard",
        _("Order %(order)s is adjusted: its outputs stand at %(found)s, at standard they are %(wanted)s."),
        """
        SELECT * FROM (
            SELECT ARRAY[o.id]::bigint[] AS entries, o.order_no AS order, sum(v.cost_amount_actual) AS found,
                   round((o.material_share + o.capacity_share + o.subcontracted_share + o.capacity_overhead_share
                          + o.manufacturing_overhead_share + o.non_inventory_share)
                         * sum(v.item_ledger_entry_quantity) / c.amount_rounding_precision)
                       * c.amount_rounding_precision AS wanted
            FROM costing_inventoryadjmtentryorder o
            JOIN inventory_item i ON i.id = o.item_id AND NOT i.inventory_value_zero
            JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id AND g.costing_method = 'standard'
            JOIN inventory_itemledgerentry e USING (order_type, order_no, order_line_no)
            JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
            CROSS JOIN base_company c
            WHERE o.is_finished AND o.cost_is_adjusted AND o.completely_invoiced
              AND e.entry_type IN ('output', 'assembly_output') AND v.entry_type <> 'rounding'
            GROUP BY o.id, c.amount_rounding_precision
            HAVING sum(v.item_ledger_entry_quantity) > 0 AND NOT bool_or(v.entry_type = 'revaluation')
        ) settled WHERE found <> wanted
        """,
    )
