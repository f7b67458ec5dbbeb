"""Revaluations stay within what they revalue, and closed periods stay as they were."""

from __future__ import annotations

from django.utils.translation import gettext as _

from costing.check_books.finding import Breach, find


def revaluations_stay_within_their_entry() -> list[Breach]:
    """A revaluation is one of a receipt: of all of it, or of a part when it was calculated, dated no earlier."""
    return find(
        "revaluation",
        _(
            "Value entry %(entries)s revalues %(valued)s of entry %(entry)s of %(quantity)s, valued on %(date)s; the "
            "entry is valued on %(from)s."
        ),
        """
        SELECT ARRAY[v.id] AS entries, v.valued_quantity AS valued, e.id AS entry, e.quantity,
               v.valuation_date AS date, first.day AS "from"
        FROM costing_valueentry v
        JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
        CROSS JOIN LATERAL (
            SELECT max(d.valuation_date) AS day FROM costing_valueentry d
            WHERE d.item_ledger_entry_id = e.id AND d.entry_type = 'direct_cost' AND d.id < v.id) first
        WHERE v.entry_type = 'revaluation' AND NOT v.adjustment
          AND (e.quantity < 0 OR v.valued_quantity <= 0 OR v.valued_quantity > e.quantity
               OR NOT v.partial_revaluation AND v.valued_quantity <> e.quantity
               OR v.applies_to_entry_id IS NULL AND v.valuation_date < v.posting_date
               OR v.valuation_date < first.day)
        """,
    )


def expected_revaluations_are_taken_back_once() -> list[Breach]:
    """Invoices take back no more than a revaluation expected, and nothing else than expected cost."""
    return find(
        "revaluation",
        _("Revaluation %(entries)s expected %(expected)s; invoices took back %(taken)s of it."),
        """
        SELECT ARRAY[r.id] AS entries, r.cost_amount_expected AS expected, -sum(t.cost_amount_expected) AS taken
        FROM costing_valueentry r JOIN costing_valueentry t
          ON t.applies_to_entry_id = r.id AND t.entry_type = 'revaluation' AND NOT t.adjustment
        WHERE r.entry_type = 'revaluation'
        GROUP BY r.id, r.cost_amount_expected
        HAVING abs(sum(t.cost_amount_expected)) > abs(r.cost_amount_expected)
            OR sum(t.cost_amount_expected) * r.cost_amount_expected > 0 OR bool_or(t.cost_amount_actual <> 0)
        """,
    )


def closed_periods_stay_as_they_were() -> list[Breach]:
    """Since a period was closed for the last time, no value was posted with a date in it."""
    return find(
        "closed_period",
        _("Value entry %(entries)s of %(date)s was posted after the period to %(ending)s was closed."),
        """
        SELECT ARRAY[v.id] AS entries, v.posting_date AS date, p.ending_date AS ending
        FROM (SELECT max(p.ending_date) AS ending_date FROM costing_inventoryperiod p WHERE p.closed) p
        JOIN costing_inventoryperiod last ON last.ending_date = p.ending_date
        JOIN LATERAL (SELECT max(l.created_at) AS closed_at FROM costing_inventoryperiodentry l
                      WHERE l.period_id = last.id AND l.closed) l ON true
        JOIN costing_valueentry v ON v.posting_date <= p.ending_date AND v.created_at > l.closed_at
        """,
    )
