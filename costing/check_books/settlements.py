"""Settlements of the inventory close against the entries and closing transfers that they tie together."""

from __future__ import annotations

from django.utils.translation import gettext as _

from costing.check_books.finding import Breach, find

_SETTLED = """
    SELECT id, sum(quantity) AS found, sum(amount) AS amount FROM (
        SELECT issue_id AS id, quantity, amount FROM costing_settlement WHERE cancelled_by_id IS NULL
        UNION ALL
        SELECT receipt_id, quantity, amount FROM costing_settlement WHERE cancelled_by_id IS NULL
    ) sides GROUP BY id
"""
_SETTLED_AT_CLOSE = """
JOIN inventory_item i ON i.id = e.item_id
JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id AND g.settle_at = 'close'
     AND g.costing_method NOT IN ('standard', 'moving_average')
"""

# What a recalculation added to an issue that is settled, the next close adds to its settlements.
_NOT_FOLLOWED = """
    SELECT r.register_id FROM costing_inventoryclose r
    WHERE r.kind = 'recalculation' AND r.state = 'done' AND r.register_id IS NOT NULL
      AND r.id > (SELECT coalesce(max(c.id), 0) FROM costing_inventoryclose c
                  WHERE c.kind = 'close' AND c.state = 'done' AND NOT c.rehearsal)
"""
# An adjustment on hand of what is left of a closing transfer is shown on one of the receipts that went into it.
_ON_HAND = """
    SELECT l.receipt_id, (l.details ->> 'transfer')::bigint AS transfer_id, sum(l.amount) AS amount
    FROM costing_closeplanline l JOIN costing_inventoryclose c ON c.id = l.close_id
    WHERE c.kind = 'manual_adjustment' AND c.state = 'done' AND l.details ? 'transfer' GROUP BY 1, 2
"""


def settlements_stay_within_the_quantity() -> list[Breach]:
    return find(
        "settlements",
        _("Item ledger entry %(entries)s of %(quantity)s is settled with %(found)s."),
        f"""
        SELECT ARRAY[e.id] AS entries, e.quantity, s.found
        FROM ({_SETTLED}) s JOIN inventory_itemledgerentry e ON e.id = s.id
        WHERE s.found > abs(e.quantity)
        """,
    )


def settlements_are_what_is_not_open() -> list[Breach]:
    """Of items settled at close: what remains of an entry is what no active settlement took."""
    return find(
        "settlements",
        _("Item ledger entry %(entries)s of %(quantity)s has %(remaining)s left, and is settled with %(found)s."),
        f"""
        SELECT ARRAY[e.id] AS entries, e.quantity, e.remaining_quantity AS remaining, coalesce(s.found, 0) AS found
        FROM inventory_itemledgerentry e {_SETTLED_AT_CLOSE} LEFT JOIN ({_SETTLED}) s ON s.id = e.id
        WHERE abs(e.quantity) - abs(e.remaining_quantity) <> coalesce(s.found, 0)
          AND coalesce(s.found, 0) <= abs(e.quantity)
        """,
    )


def settled_issues_cost_their_settlements() -> list[Breach]:
    """An issue that is closed costs what it was settled for; moved goods arrive at what they left with."""
    return find(
        "settlements",
        _("Issue %(entries)s is settled for %(amount)s and costs %(cost)s."),
        f"""
        SELECT ARRAY[e.id] AS entries, s.amount, -v.cost AS cost
        FROM inventory_itemledgerentry e {_SETTLED_AT_CLOSE} JOIN ({_SETTLED}) s ON s.id = e.id
        JOIN LATERAL (SELECT sum(x.cost_amount_actual) AS cost FROM costing_valueentry x
                      WHERE x.item_ledger_entry_id = e.id AND x.inventoriable
                        AND x.register_id NOT IN ({_NOT_FOLLOWED})) v ON true
        WHERE e.quantity < 0 AND NOT e.open AND s.found = -e.quantity AND s.amount <> -v.cost
        """,
    )


def settled_receipts_have_given_their_cost() -> list[Breach]:
    """A receipt that is closed costs what it was settled for, as of the last close of its item.

    What is moved or made may keep what is too little to be passed on.
    """
    return find(
        "settlements",
        _("Receipt %(entries)s is settled for %(amount)s and cost %(cost)s at the last close."),
        f"""
        SELECT ARRAY[e.id] AS entries, s.amount, v.cost - coalesce(h.amount, 0) AS cost
        FROM inventory_itemledgerentry e {_SETTLED_AT_CLOSE} JOIN ({_SETTLED}) s ON s.id = e.id
        JOIN (SELECT n.id, max(c.closing_date) AS closed_on FROM inventory_item n
              JOIN costing_inventoryclose c ON c.item_ids IS NULL OR c.item_ids @> to_jsonb(n.id)
              WHERE c.kind = 'close' AND c.state = 'done' AND NOT c.rehearsal GROUP BY 1) l ON l.id = e.item_id
        JOIN LATERAL (SELECT sum(x.cost_amount_actual) AS cost FROM costing_valueentry x
                      WHERE x.item_ledger_entry_id = e.id AND x.inventoriable
                        AND x.posting_date <= l.closed_on) v ON true
        LEFT JOIN (SELECT receipt_id, sum(amount) AS amount FROM ({_ON_HAND}) x GROUP BY 1) h ON h.receipt_id = e.id
        WHERE e.quantity > 0 AND NOT e.open AND e.entry_type NOT IN ('transfer', 'output', 'assembly_output')
          AND s.found = e.quantity AND s.amount <> v.cost - coalesce(h.amount, 0)
        """,
    )


def closing_transfers_are_worth_what_went_in() -> list[Breach]:
    """And what was added on hand; once all of it is out, so is all of its value."""
    return find(
        "settlements",
        _("Closing transfer %(transfer)s is worth %(amount)s; %(into)s went in, %(out)s came out."),
        f"""
        SELECT '{{}}'::bigint[] AS entries, t.id AS transfer, t.amount,
               coalesce(i.amount, 0) + coalesce(h.amount, 0) AS "into", coalesce(o.amount, 0) AS out
        FROM costing_closingtransfer t
        LEFT JOIN (SELECT issue_transfer_id AS id, sum(amount) AS amount FROM costing_settlement
                   WHERE cancelled_by_id IS NULL GROUP BY 1) i ON i.id = t.id
        LEFT JOIN (SELECT receipt_transfer_id AS id, sum(quantity) AS quantity, sum(amount) AS amount
                   FROM costing_settlement WHERE cancelled_by_id IS NULL GROUP BY 1) o ON o.id = t.id
        LEFT JOIN (SELECT transfer_id AS id, sum(amount) AS amount FROM ({_ON_HAND}) x GROUP BY 1) h ON h.id = t.id
        WHERE t.cancelled_by_id IS NULL
          AND (t.amount <> coalesce(i.amount, 0) + coalesce(h.amount, 0)
               OR o.quantity = t.quantity AND o.amount <> t.amount)
        """,
    )


def closing_transfers_stay_within_what_went_in() -> list[Breach]:
    return find(
        "settlements",
        _("Closing transfer %(transfer)s holds %(quantity)s; %(into)s went in, %(out)s came out."),
        """
        SELECT '{}'::bigint[] AS entries, t.id AS transfer, t.quantity, coalesce(i.quantity, 0) AS "into",
               coalesce(o.quantity, 0) AS out
        FROM costing_closingtransfer t
        LEFT JOIN (SELECT issue_transfer_id AS id, sum(quantity) AS quantity FROM costing_settlement
                   WHERE cancelled_by_id IS NULL GROUP BY 1) i ON i.id = t.id
        LEFT JOIN (SELECT receipt_transfer_id AS id, sum(quantity) AS quantity FROM costing_settlement
                   WHERE cancelled_by_id IS NULL GROUP BY 1) o ON o.id = t.id
        WHERE t.cancelled_by_id IS NULL
          AND (i.quantity IS DISTINCT FROM t.quantity OR coalesce(o.quantity, 0) > t.quantity)
        """,
    )


def arrivals_cost_what_left() -> list[Breach]:
    """Of items settled at close, moved between pools or within one."""
    return find(
        "settlements",
        _("Item ledger entries %(entries)s are one transfer: %(left)s left, %(arrived)s arrived."),
        f"""
        SELECT ARRAY[o.id, e.id] AS entries, -l.cost AS "left", a.cost AS arrived
        FROM inventory_itemledgerentry e {_SETTLED_AT_CLOSE}
        JOIN inventory_itemapplicationentry x ON x.item_ledger_entry_id = e.id AND x.cancelled_by_id IS NULL
        JOIN inventory_itemledgerentry o ON o.id = x.outbound_item_entry_id AND o.entry_type = 'transfer'
        JOIN LATERAL (SELECT sum(v.cost_amount_actual) AS cost FROM costing_valueentry v
                      WHERE v.item_ledger_entry_id = o.id AND v.entry_type = 'direct_cost'
                        AND v.item_charge_id IS NULL) l ON true
        JOIN LATERAL (SELECT sum(v.cost_amount_actual) AS cost FROM costing_valueentry v
                      WHERE v.item_ledger_entry_id = e.id AND v.entry_type = 'direct_cost'
                        AND v.item_charge_id IS NULL) a ON true
        WHERE e.entry_type = 'transfer' AND e.quantity > 0 AND -l.cost <> a.cost
        """,
    )
