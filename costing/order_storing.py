"""Write the cost of orders to their outputs: invoicing values the first time, corrections later.

Each value is copied from the output's first value entry inside the database: document, groups, dimensions and frozen
accounts. Source: finance-about-finished-production-order-costs; design-details-cost-adjustment (posting adjustments).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from config.base import bulk
from config.base.amounts import from_e5
from config.base.transactions import PostingContext
from costing import accounts as account_lookup
from costing import gl_posting, value_storing
from costing.adjustment_storing import POSTING_DATE, SOURCE_CODE, check_accounts, dates_allowed
from costing.average_periods import AveragePeriods
from costing.engine.orders import OutputValue, Settlement, Shares
from costing.gl_posting import ValueToPost
from costing.models import CostChange, CostingSetup, InventoryAdjmtEntryOrder
from costing.order_loading import ELEMENTS, OrderBooks
from costing.order_price_differences import price_differences
from inventory import posting as item_posting


@dataclass(frozen=True, slots=True)
class Terms:
    """What the values of a batch of orders have in common; none is dated before `not_before`."""

    setup: CostingSetup
    periods: AveragePeriods
    run_id: int | None
    user_id: int | None
    not_before: date | None = None


@dataclass(slots=True)
class StoredOrders:
    """What was written: value entries, the net change of value of each produced item, and items to be read again."""

    value_entry_ids: list[int] = field(default_factory=list)
    amounts: dict[int, Decimal] = field(default_factory=dict)
    stale: set[int] = field(default_factory=set)


def store(
    settled: Sequence[tuple[OrderBooks, Settlement | None]], *, terms: Terms, context: PostingContext
) -> StoredOrders:
    """Write what the outputs of orders lack, as far as the orders are still what was read."""
    stored = StoredOrders()
    if not settled:
        return stored
    numbers = _locked_change_numbers([books.state_id for books, _found in settled])
    current = [(books, found) for books, found in settled if numbers[books.state_id] == books.change_no]
    stored.stale = {books.item_id for books, _found in settled} - {books.item_id for books, _found in current}
    values = [value for _books, found in current if found for value in found.values]
    if values:
        _store_values(values, stored, terms=terms, context=context)
    for books, found in current:
        _mark_adjusted(books, found)
    return stored


def _locked_change_numbers(state_ids: Sequence[int]) -> dict[int, int]:
    states = InventoryAdjmtEntryOrder.objects.filter(pk__in=state_ids).order_by("pk")
    return dict(states.select_for_update(no_key=True, of=("self",)).values_list("pk", "change_no"))


def _mark_adjusted(books: OrderBooks, found: Settlement | None) -> None:
    """Mark an order as settled; a second run that read it before must notice, as it does after a posting."""
    fields: dict[str, Any] = {"cost_is_adjusted": True, "change_no": F("change_no") + 1}
    if found is not None:
        fields |= {"completely_invoiced": True} | _share_columns(found.unit_shares)
    InventoryAdjmtEntryOrder.objects.filter(pk=books.state_id).update(**fields)


def _share_columns(shares: Shares) -> dict[str, Decimal]:
    return {
        "material_share": from_e5(shares.material_e5),
        "capacity_share": from_e5(shares.capacity_e5),
        "subcontracted_share": from_e5(shares.subcontracted_e5),
        "capacity_overhead_share": from_e5(shares.capacity_overhead_e5),
        "manufacturing_overhead_share": from_e5(shares.manufacturing_overhead_e5),
        "non_inventory_share": from_e5(shares.non_inventory_e5),
    }


def _store_values(
    values: Sequence[OutputValue], stored: StoredOrders, *, terms: Terms, context: PostingContext
) -> None:
    register_id = item_posting.write_register(
        source_code=SOURCE_CODE, document_no="", user_id=terms.user_id, created_at=context.created_at
    )
    today = timezone.localdate(context.created_at)
    values = [*values, *price_differences(values, periods=terms.periods, on=today)]
    to_post = _insert(values, register_id=register_id, terms=terms, context=context)
    stored.value_entry_ids = [value.id for value in to_post]
    for value in to_post:
        assert value.item_id is not None
        stored.amounts[value.item_id] = stored.amounts.get(value.item_id, Decimal(0)) + value.actual + value.expected
    record_sources(values, stored.value_entry_ids, register_id=register_id, run_id=terms.run_id)
    _settle_outputs(sorted({value.output_key for value in values}), terms.periods)
    _update_last_direct_cost(values)
    include_expected = terms.setup.expected_cost_posting
    if terms.setup.automatic_cost_posting:
        check_accounts(to_post, include_expected=include_expected)
        gl_posting.post_value_entries(
            to_post, include_expected=include_expected, context=context, user_id=terms.user_id
        )
    else:
        gl_posting.queue(to_post, include_expected=include_expected)


# `o`: the first value of the output. A correction names the value of its kind that it corrects, or the first one.
_INSERT = f"""
WITH made AS (
INSERT INTO costing_valueentry (
    item_ledger_entry_id, item_id, variant_id, location_id, item_ledger_entry_type, entry_type, variance_type,
    posting_date, valuation_date, document_type, document_no, document_line_no, external_document_no, order_type,
    order_no, order_line_no, source_type, source_no, description, item_ledger_entry_quantity, valued_quantity,
    invoiced_quantity, cost_amount_actual, cost_amount_expected, cost_amount_non_inventory, cost_per_unit,
    expected_cost, inventoriable, valued_by_average_cost, partial_revaluation, adjustment, applies_to_entry_id,
    inventory_posting_group_id, gen_bus_posting_group_id, gen_prod_posting_group_id, account_set_id,
    dimension_set_id, reason_code_id, user_id, register_id, created_at)
SELECT o.item_ledger_entry_id, o.item_id, o.variant_id, o.location_id, o.item_ledger_entry_type, n.entry_type,
    n.variance_type, {POSTING_DATE},
    o.valuation_date, o.document_type, o.document_no, o.document_line_no, o.external_document_no, o.order_type,
    o.order_no, o.order_line_no, o.source_type, o.source_no, o.description, 0, e.quantity,
    CASE WHEN n.invoices THEN e.quantity ELSE 0 END, n.actual, n.expected, 0,
    CASE WHEN n.entry_type = 'direct_cost' THEN round(n.actual / e.quantity, 5) ELSE 0 END,
    false, true, o.valued_by_average_cost, false, e.invoiced_quantity = e.quantity,
    CASE WHEN e.invoiced_quantity = e.quantity THEN (
        SELECT coalesce(min(v.id) FILTER (WHERE v.entry_type = n.entry_type AND v.variance_type = n.variance_type
                                            AND (n.entry_type <> 'direct_cost' OR v.invoiced_quantity <> 0)), min(v.id))
        FROM costing_valueentry v WHERE v.item_ledger_entry_id = e.id AND NOT v.adjustment) END,
    o.inventory_posting_group_id, o.gen_bus_posting_group_id, o.gen_prod_posting_group_id, o.account_set_id,
    o.dimension_set_id, o.reason_code_id, %(user_id)s, %(register_id)s, %(created_at)s
FROM unnest(%(outputs)s::bigint[], %(entry_types)s::text[], %(variance_types)s::text[], %(actuals)s::numeric[],
            %(expecteds)s::numeric[], %(invoices)s::boolean[])
     WITH ORDINALITY AS n(output_id, entry_type, variance_type, actual, expected, invoices, position)
JOIN inventory_itemledgerentry e ON e.id = n.output_id
JOIN costing_valueentry o ON o.id = (SELECT min(v.id) FROM costing_valueentry v WHERE v.item_ledger_entry_id = e.id)
ORDER BY n.position
RETURNING *
), balances AS (
    INSERT INTO costing_itembalance AS b (item_id, variant_id, location_id, invoiced_quantity, cost)
    SELECT item_id, variant_id, location_id, sum(invoiced_quantity), sum(cost_amount_actual + cost_amount_expected)
    FROM made GROUP BY item_id, variant_id, location_id
    ON CONFLICT (item_id, variant_id, location_id) DO UPDATE
    SET invoiced_quantity = b.invoiced_quantity + excluded.invoiced_quantity, cost = b.cost + excluded.cost
)
SELECT id, item_id, item_ledger_entry_type, entry_type, variance_type, order_type, posting_date, document_no,
    external_document_no, description, cost_amount_actual, cost_amount_expected, inventoriable, dimension_set_id,
    account_set_id
FROM made ORDER BY id
"""  # noqa: S608 our own text


def _insert(
    values: Sequence[OutputValue], *, register_id: int, terms: Terms, context: PostingContext
) -> list[ValueToPost]:
    parameters: dict[str, Any] = {
        "outputs": [value.output_key for value in values],
        "entry_types": [ELEMENTS[value.element][0].value for value in values],
        "variance_types": [str(ELEMENTS[value.element][1]) for value in values],
        "actuals": [from_e5(value.amount_e5) for value in values],
        "expecteds": [from_e5(value.expected_e5) for value in values],
        "invoices": [value.invoices for value in values],
        "user_id": terms.user_id,
        "register_id": register_id,
        "created_at": context.created_at,
        **_dates_allowed(terms.not_before),
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, parameters)
        rows = cursor.fetchall()
    assert len(rows) == len(values)
    sets = account_lookup.accounts_of_sets({row[-1] for row in rows})
    return [ValueToPost(*(*row[:-1], sets[row[-1]])) for row in rows]


def _dates_allowed(not_before: date | None) -> dict[str, date | None]:
    """As for corrections; what is costed by an event of its own day is not dated before it."""
    allowed = dates_allowed()
    firsts = [day for day in (allowed["allowed_from"], not_before) if day is not None]
    return allowed | {"allowed_from": max(firsts, default=None)}


def record_sources(
    values: Sequence[OutputValue], value_entry_ids: Sequence[int], *, register_id: int, run_id: int | None
) -> None:
    """Record whose cost made each value: one row for each source."""
    bulk.insert(
        CostChange,
        [
            {
                "item_ledger_entry_id": value.output_key,
                "source_entry_id": None if part.key[0] else part.key[1],
                "source_capacity_entry_id": part.key[1] if part.key[0] else None,
                "average_period_end": None,
                "value_entry_id": value_entry_id,
                "quantity": from_e5(part.quantity_e5),
                "amount": from_e5(part.amount_e5),
                "register_id": register_id,
                "run_id": run_id,
            }
            for value, value_entry_id in zip(values, value_entry_ids, strict=True)
            for part in value.sources
        ],
    )


# An output that something was taken from brings its new cost to those who took it.
_SETTLE_OUTPUTS = """
UPDATE inventory_itemledgerentry e
SET invoiced_quantity = e.quantity, completely_invoiced = true,
    last_invoice_date = coalesce(e.last_invoice_date, n.posting_date),
    applied_entry_to_adjust = e.applied_entry_to_adjust OR e.remaining_quantity <> e.quantity
FROM (SELECT v.item_ledger_entry_id AS id, max(v.posting_date) AS posting_date, min(v.valuation_date) AS valuation_date,
             bool_or(g.costing_method = 'average' AND g.settle_at = 'posting') AS is_average
      FROM costing_valueentry v JOIN inventory_item i ON i.id = v.item_id
      JOIN inventory_itemmodelgroup g ON g.id = i.item_model_group_id
      WHERE v.item_ledger_entry_id = ANY(%s) GROUP BY 1) n
WHERE e.id = n.id
RETURNING e.item_id, e.variant_id, e.location_id, n.valuation_date, n.is_average
"""

_RAISE_NUMBERS = """
INSERT INTO costing_itemcoststate AS s (item_id, change_no) SELECT unnest(%s::bigint[]), 1
ON CONFLICT (item_id) DO UPDATE SET change_no = s.change_no + 1
"""


def _settle_outputs(output_keys: Sequence[int], periods: AveragePeriods) -> None:
    """The outputs are invoiced; their items are unadjusted from the dates on which they are valued."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE_OUTPUTS, [list(output_keys)])
        rows = cursor.fetchall()
        cursor.execute(_RAISE_NUMBERS, [sorted({row[0] for row in rows})])
    value_storing.mark_points(
        (
            *periods.place((item_id, variant_id, location_id), average=is_average, on=on),
            periods.end(on) if is_average else on,
        )
        for item_id, variant_id, location_id, on, is_average in rows
    )


def _update_last_direct_cost(values: Sequence[OutputValue]) -> None:
    """The last direct cost of a card is that of its latest output. Source: finance-about-calculating-unit-cost."""
    invoiced = {value.output_key: value for value in values if value.invoices and value.amount_e5 > 0}
    if not invoiced:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE inventory_item i SET last_direct_cost = n.cost
            FROM (SELECT DISTINCT ON (e.item_id) e.item_id, round(a.amount / e.quantity, 5) AS cost
                  FROM unnest(%s::bigint[], %s::numeric[]) AS a(id, amount)
                  JOIN inventory_itemledgerentry e ON e.id = a.id
                  WHERE e.quantity > 0 ORDER BY e.item_id, e.id DESC) n
            WHERE i.id = n.item_id
            """,
            [list(invoiced), [from_e5(value.amount_e5) for value in invoiced.values()]],
        )
