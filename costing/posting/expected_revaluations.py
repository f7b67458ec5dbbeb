"""An invoice takes back what revaluations had added to the expected cost of what it invoices.

    150 received at standard 2.00 and revalued to 3.00: +150.00 expected; an invoice of 50 of them takes -50.00 back,
    the last one all that is left. The variance then brings the invoice to the present standard.

The value that takes back names the revaluation, and has its quantity and date, so that it reaches the very same issues.
Source: design-details-revaluation (expected cost in revaluation).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection

from costing.engine.shares import share_amount_e5
from costing.enums import ValueEntryType
from costing.value_posting import ValueDraft


@dataclass(frozen=True, slots=True)
class ExpectedRevaluation:
    """A revaluation with expected cost that no invoice took back yet; signed, 1e-5."""

    id: int
    entry_id: int
    valued_quantity_e5: int
    valuation_date: date
    partial: bool
    open_e5: int


_OPEN = """
SELECT r.id, r.item_ledger_entry_id, (r.valued_quantity * 100000)::bigint, r.valuation_date, r.partial_revaluation,
       ((r.cost_amount_expected + coalesce(t.taken, 0)) * 100000)::bigint
FROM costing_valueentry r
CROSS JOIN LATERAL (
    SELECT sum(x.cost_amount_expected) AS taken FROM costing_valueentry x
    WHERE x.item_ledger_entry_id = r.item_ledger_entry_id AND x.entry_type = 'revaluation'
      AND x.applies_to_entry_id = r.id) t
WHERE r.item_ledger_entry_id = ANY(%s) AND r.entry_type = 'revaluation' AND r.applies_to_entry_id IS NULL
  AND r.cost_amount_expected + coalesce(t.taken, 0) <> 0
ORDER BY r.id
"""


def open_revaluations(entry_ids: Collection[int]) -> dict[int, list[ExpectedRevaluation]]:
    """Return what is still expected by revaluations, by item ledger entry, oldest first."""
    found: dict[int, list[ExpectedRevaluation]] = {}
    if not entry_ids:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [sorted(entry_ids)])
        for row in cursor.fetchall():
            revaluation = ExpectedRevaluation(*row)
            found.setdefault(revaluation.entry_id, []).append(revaluation)
    return found


def draft_taken_back(
    invoice: ValueDraft, revaluation: ExpectedRevaluation, *, not_invoiced_e5: int, precision_e5: int
) -> ValueDraft:
    """Draft the value that takes back the invoice's share of an expected revaluation.

    `not_invoiced_e5`: of the entry, before this invoice.
    """
    taken_e5 = share_amount_e5(revaluation.open_e5, invoice.invoiced_quantity_e5, not_invoiced_e5, precision_e5)
    return ValueDraft(
        entry_key=invoice.entry_key,
        item=invoice.item,
        place=invoice.place,
        origin=invoice.origin,
        item_ledger_entry_type=invoice.item_ledger_entry_type,
        valuation_date=revaluation.valuation_date,
        valued_quantity_e5=revaluation.valued_quantity_e5,
        entry_type=ValueEntryType.REVALUATION,
        expected_e5=-taken_e5,
        partial_revaluation=revaluation.partial,
        applies_to_id=revaluation.id,
        gen_bus_posting_group_id=invoice.gen_bus_posting_group_id,
        accounts=invoice.accounts,
    )
