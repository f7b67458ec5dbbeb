"""Write what an adjustment computed: a correcting value entry for each original, copied from it by the database.

A correction has the item ledger entry, document, groups, dimensions and frozen accounts of the value that it
corrects, takes that value's posting date unless the books are closed for it, and invoices nothing.
Source: design-details-cost-adjustment (posting adjustments).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F

from config.base import bulk
from config.base.amounts import from_e5
from config.base.transactions import PostingContext
from costing import accounts as account_lookup
from costing import checks, gl_posting, unit_costs
from costing.engine.adjust import Adjustment
from costing.engine.books import Correction
from costing.gl_posting import ValueToPost
from costing.loading import KINDS, LoadedItem
from costing.models import AvgCostAdjmtEntryPoint, CostChange, CostingSetup, ItemCostState
from inventory import posting as item_posting
from inventory.models import ItemLedgerEntry
from ledger.models import LedgerSetup

SOURCE_CODE = "INVTADJMT"
ENTRY_TYPES = {kind: entry_type for entry_type, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class StoredAdjustment:
    """What one item's adjustment wrote; `amount` is the net change of its value."""

    value_entry_ids: list[int]
    amount: Decimal


def store(
    loaded: LoadedItem,
    planned: Adjustment,
    *,
    setup: CostingSetup,
    run_id: int | None,
    user_id: int | None,
    context: PostingContext,
) -> StoredAdjustment:
    """Write an item's corrections, and mark it adjusted as far as it was read. The item must be locked."""
    stored = StoredAdjustment([], Decimal(0))
    if planned.corrections:
        stored = _store_corrections(planned.corrections, setup=setup, run_id=run_id, user_id=user_id, context=context)
    if planned.became_invoiced:
        ItemLedgerEntry.objects.filter(pk__in=planned.became_invoiced).update(completely_invoiced=True)
    ItemLedgerEntry.objects.filter(item_id=loaded.item_id, applied_entry_to_adjust=True).update(
        applied_entry_to_adjust=False
    )
    AvgCostAdjmtEntryPoint.objects.filter(pk__in=loaded.point_ids).delete()
    # A second run that read the same books must notice that they changed, as it does after a posting.
    ItemCostState.objects.filter(pk=loaded.item_id).update(adjusted_at=context.created_at, change_no=F("change_no") + 1)
    unit_costs.update(loaded.item_id)
    return stored


def _store_corrections(
    corrections: Sequence[Correction],
    *,
    setup: CostingSetup,
    run_id: int | None,
    user_id: int | None,
    context: PostingContext,
) -> StoredAdjustment:
    register_id = item_posting.write_register(
        source_code=SOURCE_CODE, document_no="", user_id=user_id, created_at=context.created_at
    )
    values = _insert_values(corrections, register_id=register_id, user_id=user_id, context=context)
    _insert_changes(corrections, values, register_id=register_id, run_id=run_id)
    if setup.automatic_cost_posting:
        gl_posting.post_value_entries(
            values, include_expected=setup.expected_cost_posting, context=context, user_id=user_id
        )
    else:
        gl_posting.queue(values, include_expected=setup.expected_cost_posting)
    amount = sum((value.actual + value.expected for value in values), Decimal(0))
    return StoredAdjustment([value.id for value in values], amount)


# One correction for each (original, kind): the order of the numbers is that of the corrections. The balances follow in
# the same statement.
_INSERT = """
WITH inserted AS (
INSERT INTO costing_valueentry (
    item_ledger_entry_id, item_id, variant_id, location_id, item_ledger_entry_type, entry_type, variance_type,
    posting_date, valuation_date, document_type, document_no, document_line_no, external_document_no, order_type,
    order_no, order_line_no, source_type, source_no, description, item_ledger_entry_quantity, valued_quantity,
    invoiced_quantity, cost_amount_actual, cost_amount_expected, cost_amount_non_inventory, cost_per_unit,
    expected_cost, inventoriable, valued_by_average_cost, partial_revaluation, adjustment, applies_to_entry_id,
    inventory_posting_group_id, gen_bus_posting_group_id, gen_prod_posting_group_id, account_set_id,
    dimension_set_id, reason_code_id, user_id, register_id, created_at)
SELECT o.item_ledger_entry_id, o.item_id, o.variant_id, o.location_id, o.item_ledger_entry_type,
    n.entry_type, CASE WHEN n.entry_type <> 'variance' THEN '' WHEN o.variance_type = '' THEN 'purchase'
                       ELSE o.variance_type END,
    CASE WHEN %(closed_to)s::date >= greatest(o.posting_date, %(allowed_from)s::date) THEN %(closed_to)s::date + 1
         ELSE greatest(o.posting_date, %(allowed_from)s::date) END,
    o.valuation_date, o.document_type, o.document_no, o.document_line_no, o.external_document_no, o.order_type,
    o.order_no, o.order_line_no, o.source_type, o.source_no, o.description, 0,
    CASE WHEN n.entry_type = 'rounding' THEN e.quantity ELSE o.valued_quantity END, 0, n.actual, n.expected, 0,
    CASE WHEN n.entry_type = 'direct_cost' THEN round((n.actual + n.expected) / o.valued_quantity, 5) ELSE 0 END,
    n.expected <> 0, true, o.valued_by_average_cost, false, true, o.id,
    o.inventory_posting_group_id, o.gen_bus_posting_group_id, o.gen_prod_posting_group_id, o.account_set_id,
    o.dimension_set_id, o.reason_code_id, %(user_id)s, %(register_id)s, %(created_at)s
FROM unnest(%(originals)s::bigint[], %(actuals)s::numeric[], %(expecteds)s::numeric[], %(entry_types)s::text[])
     WITH ORDINALITY AS n(original_id, actual, expected, entry_type, position)
JOIN costing_valueentry o ON o.id = n.original_id
JOIN inventory_itemledgerentry e ON e.id = o.item_ledger_entry_id
ORDER BY n.position
RETURNING *
), balances AS (
    INSERT INTO costing_itembalance AS b (item_id, variant_id, location_id, cost)
    SELECT item_id, variant_id, location_id, sum(cost_amount_actual + cost_amount_expected)
    FROM inserted GROUP BY item_id, variant_id, location_id
    ON CONFLICT (item_id, variant_id, location_id) DO UPDATE SET cost = b.cost + excluded.cost
)
SELECT id, item_id, item_ledger_entry_type, entry_type, variance_type, order_type, posting_date, document_no,
    external_document_no, description, cost_amount_actual, cost_amount_expected, inventoriable, dimension_set_id,
    account_set_id
FROM inserted ORDER BY id
"""


def _insert_values(
    corrections: Sequence[Correction], *, register_id: int, user_id: int | None, context: PostingContext
) -> list[ValueToPost]:
    parameters: dict[str, Any] = {
        "closed_to": checks.last_closed_period(),
        "allowed_from": LedgerSetup.load().allow_posting_from,
        "user_id": user_id,
        "register_id": register_id,
        "created_at": context.created_at,
        "originals": [correction.original_key for correction in corrections],
        "actuals": [from_e5(correction.actual_e5) for correction in corrections],
        "expecteds": [from_e5(correction.expected_e5) for correction in corrections],
        "entry_types": [ENTRY_TYPES[correction.kind].value for correction in corrections],
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, parameters)
        rows = cursor.fetchall()
    assert len(rows) == len(corrections)
    sets = account_lookup.accounts_of_sets({row[14] for row in rows})
    return [ValueToPost(*(*row[:14], sets[row[14]])) for row in rows]


def _insert_changes(
    corrections: Sequence[Correction], values: Sequence[ValueToPost], *, register_id: int, run_id: int | None
) -> None:
    """Record whose cost moved whose: one row for each source of each correction."""
    rows = [
        {
            "item_ledger_entry_id": correction.entry_key,
            "source_entry_id": source.source_key,
            "average_period_end": correction.average_period_end if source.source_key is None else None,
            "value_entry_id": value.id,
            "quantity": from_e5(source.quantity_e5),
            "amount": from_e5(source.amount_e5),
            "register_id": register_id,
            "run_id": run_id,
        }
        for correction, value in zip(corrections, values, strict=True)
        for source in correction.sources
    ]
    bulk.insert(CostChange, rows)
