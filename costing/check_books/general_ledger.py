"""I11: what of the value entries stands in the general ledger, on which accounts, and what waits."""

from __future__ import annotations

from django.utils.translation import gettext as _

from costing import rules
from costing.accounts import ROLES
from costing.check_books.finding import Breach, find
from costing.enums import PostingPair

# An amount that the general ledger must hold or that must wait. About expected cost the setup decides: it must have
# been posted from the entry's date on without a break. An entry that was invoiced in full before it was switched on is
# left as it was then. Of items settled at close the item model group says what is posted.
_DUE = """
    SELECT v.id,
           v.cost_amount_actual <> 0 AND (g.id IS NULL OR g.settle_at = 'posting' OR g.post_financial_inventory)
           AND NOT coalesce(posted.actual, false) AS actual,
           v.cost_amount_expected <> 0 AND (g.id IS NULL OR g.settle_at = 'posting' OR g.post_physical_inventory)
           AND NOT coalesce(posted.expected, false) AS expected,
           (NOT e.completely_invoiced
            OR CASE WHEN since.at IS NULL THEN begun.id IS NOT NULL ELSE invoiced.at >= since.at END)
           AND coalesce((SELECT s.expected_cost_posting FROM costing_costingsetup s
                         WHERE s.starting_date <= v.posting_date ORDER BY s.starting_date DESC LIMIT 1), false)
           AND NOT EXISTS (SELECT 1 FROM costing_costingsetup s
                           WHERE s.starting_date > v.posting_date AND NOT s.expected_cost_posting) AS expected_posting
    FROM costing_valueentry v
    LEFT JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
    LEFT JOIN (
        SELECT value_entry_id, bool_or(pair = 'actual') AS actual, bool_or(pair = 'expected') AS expected
        FROM costing_glitemledgerrelation GROUP BY value_entry_id
    ) posted ON posted.value_entry_id = v.id
    LEFT JOIN (
        SELECT DISTINCT x.item_ledger_entry_id AS id
        FROM costing_glitemledgerrelation r JOIN costing_valueentry x ON x.id = r.value_entry_id
        WHERE r.pair = 'expected'
    ) begun ON begun.id = v.item_ledger_entry_id
    LEFT JOIN (
        SELECT item_ledger_entry_id AS id, max(created_at) AS at
        FROM costing_valueentry WHERE invoiced_quantity <> 0 GROUP BY item_ledger_entry_id
    ) invoiced ON invoiced.id = v.item_ledger_entry_id
    CROSS JOIN (SELECT max(expected_cost_posted_since) AS at FROM costing_costingsetup) since
    LEFT JOIN inventory_item i ON i.id = v.item_id
    LEFT JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
    WHERE v.inventoriable AND (v.cost_amount_actual <> 0 OR v.cost_amount_expected <> 0)
"""


def transactions_balance() -> list[Breach]:
    return find(
        "gl_balance",
        _("G/L transaction %(no)s sums to %(found)s, not 0. G/L entries %(entries)s."),
        """
        SELECT array_agg(id ORDER BY id) AS entries, transaction_id AS no, sum(amount) AS found
        FROM ledger_glentry GROUP BY transaction_id HAVING sum(amount) <> 0
        """,
    )


def transactions_are_complete() -> list[Breach]:
    return find(
        "gl_lines",
        _("G/L transaction %(no)s has %(found)s entries, its header says %(wanted)s. G/L entries %(entries)s."),
        """
        SELECT array_remove(array_agg(e.id ORDER BY e.id), NULL) AS entries, t.id AS no, count(e.id) AS found,
               t.line_count AS wanted
        FROM ledger_gltransaction t LEFT JOIN ledger_glentry e ON e.transaction_id = t.id
        GROUP BY t.id HAVING count(e.id) <> t.line_count OR count(e.id) = 0
        """,
    )


def entries_are_the_sum_of_their_relations() -> list[Breach]:
    """Holds for every entry that costing made, and for any other that a relation row names."""
    return find(
        "I11",
        _("G/L entry %(entries)s is %(amount)s, the value entries behind it sum to %(found)s."),
        """
        SELECT ARRAY[e.id] AS entries, e.amount, coalesce(r.found, 0) AS found
        FROM ledger_glentry e
        JOIN ledger_gltransaction t ON t.id = e.transaction_id
        LEFT JOIN (
            SELECT gl_entry_id, sum(amount) AS found FROM (
                SELECT gl_entry_id, amount FROM costing_glitemledgerrelation
                UNION ALL
                SELECT balancing_gl_entry_id, -amount FROM costing_glitemledgerrelation
            ) sides GROUP BY gl_entry_id
        ) r ON r.gl_entry_id = e.id
        WHERE (t.source_code = 'INVTPCOST' OR r.gl_entry_id IS NOT NULL) AND e.amount <> coalesce(r.found, 0)
        """,
    )


def relations_hold_the_whole_amount() -> list[Breach]:
    return find(
        "I11",
        _("Value entry %(entries)s: %(posted)s is posted as its %(pair)s amount, which is %(amount)s."),
        """
        SELECT ARRAY[v.id] AS entries, r.pair, r.amount AS posted,
               CASE r.pair WHEN 'expected' THEN v.cost_amount_expected ELSE v.cost_amount_actual END AS amount
        FROM costing_glitemledgerrelation r JOIN costing_valueentry v ON v.id = r.value_entry_id
        WHERE CASE r.pair WHEN 'expected' THEN r.amount <> v.cost_amount_expected
                          WHEN 'actual' THEN r.amount <> v.cost_amount_actual
                          ELSE abs(r.amount) <> abs(v.cost_amount_actual) END
        """,
    )


def relations_have_the_date_of_the_value() -> list[Breach]:
    return find(
        "I11",
        _("Value entry %(value)s of %(date)s is posted with %(posted)s in G/L entries %(entries)s."),
        """
        SELECT ARRAY[a.id, b.id] AS entries, v.id AS value, v.posting_date AS date,
               CASE WHEN a.posting_date <> v.posting_date THEN a.posting_date ELSE b.posting_date END AS posted
        FROM costing_glitemledgerrelation r
        JOIN costing_valueentry v ON v.id = r.value_entry_id
        JOIN ledger_glentry a ON a.id = r.gl_entry_id
        JOIN ledger_glentry b ON b.id = r.balancing_gl_entry_id
        WHERE a.posting_date <> v.posting_date OR b.transaction_id <> a.transaction_id
        """,
    )


def accounts_are_the_frozen_ones() -> list[Breach]:
    """A role that is blank in the account set is looked up in the setup of the day of posting: not checked here."""
    keys, parameters = _rule_rows()
    return find(
        "frozen_account",
        _("G/L entry %(entries)s of value entry %(value)s is on account %(found)s; frozen for %(role)s is %(wanted)s."),
        f"""
        WITH rule(item_ledger_entry_type, entry_type, variance_type, order_type, pair, account, balancing) AS (
            VALUES {keys}
        ),
        side AS (
            SELECT r.value_entry_id, r.gl_entry_id, rule.account AS role, v.account_set_id
            FROM costing_glitemledgerrelation r
            JOIN costing_valueentry v ON v.id = r.value_entry_id
            LEFT JOIN rule ON {_RULE_MATCHES}
            WHERE r.pair <> 'closing_out'
            UNION ALL
            SELECT r.value_entry_id, r.balancing_gl_entry_id, rule.balancing, v.account_set_id
            FROM costing_glitemledgerrelation r
            JOIN costing_valueentry v ON v.id = r.value_entry_id
            LEFT JOIN rule ON {_RULE_MATCHES}
            WHERE r.pair <> 'closing_out'
        )
        SELECT ARRAY[e.id] AS entries, side.value_entry_id AS value, found.no AS found, side.role, wanted.no AS wanted
        FROM side
        JOIN ledger_glentry e ON e.id = side.gl_entry_id
        JOIN ledger_glaccount found ON found.id = e.gl_account_id
        LEFT JOIN costing_accountset s ON s.id = side.account_set_id
        LEFT JOIN ledger_glaccount wanted ON wanted.id = {_account_of_role()}
        WHERE side.role IS NULL OR wanted.id <> e.gl_account_id
        """,
        parameters,
    )


_RULE_MATCHES = """
    rule.item_ledger_entry_type = v.item_ledger_entry_type AND rule.entry_type = v.entry_type
    AND rule.variance_type = v.variance_type AND rule.pair = r.pair
    AND rule.order_type = CASE WHEN v.item_ledger_entry_type = 'capacity' THEN v.order_type ELSE '' END
"""


def _rule_rows() -> tuple[str, list[str]]:
    """The table of account rules as rows of SQL: their placeholders and their values."""
    rows = [
        (
            key.item_ledger_entry_type,
            key.entry_type,
            key.variance_type,
            key.order_type,
            kind.value,
            pair.account.value,
            pair.balancing.value,
        )
        for kind, table in ((PostingPair.ACTUAL, rules.ACTUAL_RULES), (PostingPair.EXPECTED, rules.EXPECTED_RULES))
        for key, pair in table.items()
    ]
    return ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(rows)), [str(value) for row in rows for value in row]


def _account_of_role() -> str:
    return "CASE side.role " + " ".join(f"WHEN '{role.value}' THEN s.{role.value}_id" for role in ROLES) + " END"


def unposted_values_wait() -> list[Breach]:
    return find(
        "queue",
        _("Value entry %(entries)s has an amount that is neither posted to the general ledger nor waiting."),
        f"""
        SELECT ARRAY[due.id] AS entries FROM ({_DUE}) due
        WHERE (due.actual OR due.expected AND coalesce(due.expected_posting, false))
          AND NOT EXISTS (SELECT 1 FROM costing_valueentrytopost q WHERE q.value_entry_id = due.id)
        """,
    )


def waiting_values_are_unposted() -> list[Breach]:
    return find(
        "queue",
        _("Value entry %(entries)s waits to be posted to the general ledger, but nothing of it is left to post."),
        f"""
        SELECT ARRAY[q.value_entry_id] AS entries
        FROM costing_valueentrytopost q LEFT JOIN ({_DUE}) due ON due.id = q.value_entry_id
        WHERE NOT coalesce(due.actual OR due.expected, false)
        """,
    )
