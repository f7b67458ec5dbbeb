"""Quantities: item ledger entries against their value entries, applications and settlements."""

from __future__ import annotations

from django.utils.translation import gettext as _

from costing.check_books.finding import Breach, find

# Applications are made at posting for these; the inventory close settles the others.
_SETTLED_AT_POSTING = """
JOIN inventory_item i ON i.id = e.item_id AND i.type = 'inventory'
JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id AND g.settle_at = 'posting'
"""


def value_entries_carry_the_quantity() -> list[Breach]:
    return find(
        "I1",
        _("Item ledger entry %(entries)s moves %(quantity)s; its value entries say %(found)s, %(carriers)s of them."),
        """
        SELECT ARRAY[e.id] AS entries, e.quantity, coalesce(v.found, 0) AS found, coalesce(v.carriers, 0) AS carriers
        FROM inventory_itemledgerentry e
        LEFT JOIN (
            SELECT item_ledger_entry_id, sum(item_ledger_entry_quantity) AS found,
                   count(*) FILTER (WHERE item_ledger_entry_quantity <> 0) AS carriers
            FROM costing_valueentry GROUP BY item_ledger_entry_id
        ) v ON v.item_ledger_entry_id = e.id
        WHERE v.found IS DISTINCT FROM e.quantity OR v.carriers <> 1
        """,
    )


def value_entries_carry_the_invoiced_quantity() -> list[Breach]:
    return find(
        "I2",
        _("Item ledger entry %(entries)s is invoiced with %(invoiced)s, its value entries say %(found)s."),
        """
        SELECT ARRAY[e.id] AS entries, e.invoiced_quantity AS invoiced, sum(v.invoiced_quantity) AS found
        FROM inventory_itemledgerentry e JOIN costing_valueentry v ON v.item_ledger_entry_id = e.id
        GROUP BY e.id
        HAVING sum(v.invoiced_quantity) <> e.invoiced_quantity
        """,
    )


def inbounds_are_applied_as_they_remain() -> list[Breach]:
    return find(
        "I3",
        _("Inbound entry %(entries)s of %(quantity)s has %(remaining)s left; its links say %(found)s, own %(own)s."),
        f"""
        SELECT ARRAY[e.id] AS entries, e.quantity, e.remaining_quantity AS remaining,
               coalesce(a.found, 0) AS found, coalesce(a.own, 0) AS own
        FROM inventory_itemledgerentry e {_SETTLED_AT_POSTING}
        LEFT JOIN (
            SELECT inbound_item_entry_id, sum(quantity) AS found,
                   sum(quantity) FILTER (WHERE item_ledger_entry_id = inbound_item_entry_id) AS own
            FROM inventory_itemapplicationentry WHERE cancelled_by_id IS NULL GROUP BY inbound_item_entry_id
        ) a ON a.inbound_item_entry_id = e.id
        WHERE e.quantity > 0
          AND (a.found IS DISTINCT FROM e.remaining_quantity OR a.own IS DISTINCT FROM e.quantity)
        """,
    )


def outbounds_are_applied_as_they_remain() -> list[Breach]:
    return find(
        "I4",
        _("Outbound entry %(entries)s of %(quantity)s has %(remaining)s left, its applications take %(found)s."),
        f"""
        SELECT ARRAY[e.id] AS entries, e.quantity, e.remaining_quantity AS remaining, coalesce(a.found, 0) AS found
        FROM inventory_itemledgerentry e {_SETTLED_AT_POSTING}
        LEFT JOIN (
            SELECT outbound_item_entry_id, sum(quantity) AS found FROM inventory_itemapplicationentry
            WHERE cancelled_by_id IS NULL AND item_ledger_entry_id = outbound_item_entry_id
            GROUP BY outbound_item_entry_id
        ) a ON a.outbound_item_entry_id = e.id
        WHERE e.quantity < 0 AND coalesce(a.found, 0) <> e.quantity - e.remaining_quantity
        """,
    )


def applications_are_active_once() -> list[Breach]:
    return find(
        "I5",
        _("Application entries %(entries)s link the same pair of item ledger entries."),
        """
        SELECT array_agg(id ORDER BY id) AS entries FROM inventory_itemapplicationentry
        WHERE cancelled_by_id IS NULL
        GROUP BY item_ledger_entry_id, inbound_item_entry_id, outbound_item_entry_id
        HAVING count(*) > 1
        """,
    )


def progress_stays_within_the_quantity() -> list[Breach]:
    return find(
        "I6",
        _("Item ledger entry %(entries)s of %(quantity)s: %(remaining)s left, open %(open)s, %(invoiced)s invoiced."),
        """
        SELECT ARRAY[id] AS entries, quantity, remaining_quantity AS remaining, open, invoiced_quantity AS invoiced
        FROM inventory_itemledgerentry
        WHERE abs(remaining_quantity) > abs(quantity) OR remaining_quantity * quantity < 0
           OR abs(invoiced_quantity) > abs(quantity) OR invoiced_quantity * quantity < 0
           OR open <> (remaining_quantity <> 0)
        """,
    )


def outbounds_are_valued_after_their_sources() -> list[Breach]:
    return find(
        "I9",
        _("Outbound entry %(outbound)s is valued on %(date)s, its source, inbound entry %(inbound)s, on %(source)s."),
        f"""
        WITH valued AS (
            SELECT v.item_ledger_entry_id AS id, min(v.valuation_date) AS valuation_date
            FROM costing_valueentry v WHERE v.item_ledger_entry_quantity <> 0 GROUP BY v.item_ledger_entry_id
        )
        SELECT ARRAY[e.id, a.inbound_item_entry_id] AS entries, e.id AS outbound, taker.valuation_date AS date,
               a.inbound_item_entry_id AS inbound, source.valuation_date AS source
        FROM inventory_itemapplicationentry a
        JOIN inventory_itemledgerentry e ON e.id = a.outbound_item_entry_id AND a.item_ledger_entry_id = e.id
        {_SETTLED_AT_POSTING}
        JOIN valued taker ON taker.id = e.id
        JOIN valued source ON source.id = a.inbound_item_entry_id
        WHERE a.cancelled_by_id IS NULL AND taker.valuation_date < source.valuation_date
        """,
    )


def cost_never_flows_in_a_circle() -> list[Breach]:
    """Follow cost from its receivers on. A circle needs a link back to an older entry, so only from those we start."""
    return find(
        "I12",
        _("Cost flows in a circle: item ledger entry %(source)s feeds %(receiver)s, and gets its own cost back."),
        """
        WITH RECURSIVE flow AS (
            SELECT CASE WHEN item_ledger_entry_id = outbound_item_entry_id
                        THEN inbound_item_entry_id ELSE outbound_item_entry_id END AS source,
                   item_ledger_entry_id AS receiver
            FROM inventory_itemapplicationentry
            WHERE cancelled_by_id IS NULL AND cost_application AND outbound_item_entry_id IS NOT NULL
        ),
        reached AS (
            SELECT source, receiver, receiver AS entry FROM flow WHERE receiver < source
            UNION
            SELECT reached.source, reached.receiver, flow.receiver
            FROM reached JOIN flow ON flow.source = reached.entry
            WHERE reached.entry <> reached.source
        )
        SELECT ARRAY[source, receiver] AS entries, source, receiver FROM reached WHERE entry = source
        """,
    )
