"""Write what an adjustment computed, for a batch of items at once: the number of statements does not depend on theirs.

A correction is copied from the value that it corrects, inside the database: item ledger entry, document, groups,
dimensions and frozen accounts. It takes that value's posting date unless the books are closed for it, and invoices
nothing. The queue of what is to be posted to G/L, the cost changes and the balances follow in the same statement.
Source: design-details-cost-adjustment (posting adjustments).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext as _

from config.base import bulk
from config.base.bulk import array_literal
from config.base.errors import ErrorCode, Problem, raise_problems
from config.base.transactions import PostingContext
from costing import accounts as account_lookup
from costing import adjustment_marks, checks, gl_posting, order_states, unit_costs
from costing.average_periods import AveragePeriods
from costing.engine.adjust import Adjustment
from costing.engine.columns import to_day
from costing.engine.corrections import Corrections
from costing.engine.orders import OutputValue
from costing.gl_posting import ValueToPost
from costing.loading import LoadedItem
from costing.loading.kinds import VALUE_WORDS
from costing.models import CostingSetup, ValueEntry
from inventory import posting as item_posting
from inventory.models import Item
from ledger.models import LedgerSetup

SOURCE_CODE = "INVTADJMT"


@dataclass(frozen=True, slots=True)
class Computed:
    """An item's books as read, and what they lack. `seconds` is the time that it took.

    `order_values` (previews only): what its orders would give its outputs before that.
    """

    loaded: LoadedItem
    adjustment: Adjustment
    seconds: float = 0
    order_values: Sequence[OutputValue] = ()

    @property
    def item_id(self) -> int:
        return self.loaded.item_id


@dataclass(slots=True)
class StoredItem:
    """What was written for one item; `amounts` is the net change of its value by posting month (2026-01)."""

    entries: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)

    @property
    def amount(self) -> Decimal:
        return sum(self.amounts.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class StoringTerms:
    """What the corrections of a batch have in common."""

    setup: CostingSetup
    periods: AveragePeriods
    run_id: int | None
    user_id: int | None
    through: date | None = None


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """What was written for each item, and the items whose orders have used what was corrected."""

    items: dict[int, StoredItem]
    products: set[int]


def store(batch: Sequence[Computed], *, terms: StoringTerms, context: PostingContext) -> StoredBatch:
    """Write the corrections of items and mark them adjusted as far as they were read. The items must be locked.

    Raises: DomainError where a date or an account refuses a correction; then the transaction must be rolled back.
    """
    stored = {computed.item_id: StoredItem() for computed in batch}
    corrections = Corrections.joined(computed.adjustment.corrections for computed in batch)
    used: list[int] = []
    if len(corrections):
        used = _store_corrections(corrections, stored, terms=terms, context=context)
    adjustment_marks.settle(
        [computed.loaded for computed in batch],
        became_invoiced=[key for computed in batch for key in computed.adjustment.became_invoiced],
        periods=terms.periods,
        through=terms.through,
        adjusted_at=context.created_at,
    )
    unit_costs.update(stored, periods=terms.periods)
    return StoredBatch(stored, order_states.mark_from_corrections(used))


def _store_corrections(
    corrections: Corrections,
    stored: dict[int, StoredItem],
    *,
    terms: StoringTerms,
    context: PostingContext,
) -> list[int]:
    """Insert the corrections, and add them up in `stored`. Returns the consumption entries among what they correct."""
    register_id = item_posting.write_register(
        source_code=SOURCE_CODE, document_no="", user_id=terms.user_id, created_at=context.created_at
    )
    ids = bulk.draw_ids(ValueEntry, len(corrections))
    parameters = {
        "user_id": terms.user_id,
        "register_id": register_id,
        "run_id": terms.run_id,
        "created_at": context.created_at,
        "queue": not terms.setup.automatic_cost_posting,
        "queue_expected": terms.setup.expected_cost_posting,
        **dates_allowed(),
        **_value_columns(ids, corrections),
        **_change_columns(ids, corrections),
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, parameters)
        rows = cursor.fetchall()
    assert sum(row[2] for row in rows) == len(corrections)
    _check_latest(rows)
    for item_id, month, entries, amount, _latest, _used in rows:
        stored[item_id].entries += entries
        stored[item_id].amounts[f"{month:%Y-%m}"] = amount
    if terms.setup.automatic_cost_posting:
        _post_to_gl(ids, terms=terms, context=context)
    return [entry_id for row in rows for entry_id in row[-1] or ()]


def dates_allowed() -> dict[str, date | None]:
    """Return the parameters of `POSTING_DATE`: up to when the books are closed, and from when they are open."""
    return {"closed_to": checks.last_closed_period(), "allowed_from": LedgerSetup.load().allow_posting_from}


def _check_latest(rows: Iterable[tuple[Any, ...]]) -> None:
    """Refuse a date after the last one that may be posted on. Source: -adjustment-value-entry-posting-date."""
    allowed_to = LedgerSetup.load().allow_posting_to
    if allowed_to is None:
        return
    refused = {item_id: latest for item_id, _month, _count, _amount, latest, _used in rows if latest > allowed_to}
    numbers = dict(Item.objects.filter(pk__in=refused).values_list("pk", "no"))
    text = _(
        "The cost adjustment of item %(item)s would be posted on %(date)s, after %(to)s, the last date that general "
        "ledger setup allows. Allow a later date, or adjust later."
    )
    raise_problems(
        Problem(
            text % {"item": numbers[item_id], "date": latest, "to": allowed_to},
            ErrorCode.PERIOD_CLOSED,
            item_no=numbers[item_id],
        )
        for item_id, latest in refused.items()
    )


# --- The statement ---------------------------------------------------------------------------------------------------

POSTING_DATE = """
CASE WHEN %(closed_to)s::date >= greatest(o.posting_date, %(allowed_from)s::date) THEN %(closed_to)s::date + 1
     ELSE greatest(o.posting_date, %(allowed_from)s::date) END
"""

# `n`: the corrections. One scan of an index for each original, no join for what only a rounding needs.
_INSERT = f"""
WITH n AS (
    SELECT id, original_id, actual_e5 / 100000.0 AS actual, expected_e5 / 100000.0 AS expected, entry_type,
           coalesce(variance_type, '') AS variance_type
    FROM unnest(%(ids)s::bigint[], %(originals)s::bigint[], %(actuals)s::bigint[], %(expecteds)s::bigint[],
                %(entry_types)s::text[], %(variance_types)s::text[])
         AS c(id, original_id, actual_e5, expected_e5, entry_type, variance_type)
), made AS (
INSERT INTO costing_valueentry (
    id, item_ledger_entry_id, item_id, variant_id, location_id, item_ledger_entry_type, entry_type, variance_type,
    posting_date, valuation_date, document_type, document_no, document_line_no, external_document_no, order_type,
    order_no, order_line_no, source_type, source_no, description, item_ledger_entry_quantity, valued_quantity,
    invoiced_quantity, cost_amount_actual, cost_amount_expected, cost_amount_non_inventory, cost_per_unit,
    expected_cost, inventoriable, valued_by_average_cost, partial_revaluation, adjustment, applies_to_entry_id,
    inventory_posting_group_id, gen_bus_posting_group_id, gen_prod_posting_group_id, account_set_id,
    dimension_set_id, reason_code_id, user_id, register_id, created_at)
SELECT n.id, o.item_ledger_entry_id, o.item_id, o.variant_id, o.location_id, o.item_ledger_entry_type,
    n.entry_type, n.variance_type, {POSTING_DATE},
    o.valuation_date, o.document_type, o.document_no, o.document_line_no, o.external_document_no, o.order_type,
    o.order_no, o.order_line_no, o.source_type, o.source_no, o.description, 0,
    CASE WHEN n.entry_type = 'rounding'
         THEN (SELECT e.quantity FROM inventory_itemledgerentry e WHERE e.id = o.item_ledger_entry_id)
         ELSE o.valued_quantity END,
    0, n.actual, n.expected, 0,
    CASE WHEN n.entry_type = 'direct_cost' THEN round((n.actual + n.expected) / o.valued_quantity, 5) ELSE 0 END,
    n.expected <> 0, true, o.valued_by_average_cost, false, true, o.id,
    o.inventory_posting_group_id, o.gen_bus_posting_group_id, o.gen_prod_posting_group_id, o.account_set_id,
    o.dimension_set_id, o.reason_code_id, %(user_id)s, %(register_id)s, %(created_at)s
FROM n JOIN costing_valueentry o ON o.id = n.original_id ORDER BY n.id
RETURNING id, item_id, variant_id, location_id, posting_date, cost_amount_actual, cost_amount_expected,
    cost_amount_actual + cost_amount_expected AS amount, item_ledger_entry_id, item_ledger_entry_type
), balances AS (
    INSERT INTO costing_itembalance AS b (item_id, variant_id, location_id, cost)
    SELECT item_id, variant_id, location_id, sum(amount) FROM made GROUP BY item_id, variant_id, location_id
    ON CONFLICT (item_id, variant_id, location_id) DO UPDATE SET cost = b.cost + excluded.cost
), queued AS (
    INSERT INTO costing_valueentrytopost (value_entry_id, item_id, posting_date)
    SELECT id, item_id, posting_date FROM made
    WHERE %(queue)s AND (cost_amount_actual <> 0 OR %(queue_expected)s AND cost_amount_expected <> 0) ORDER BY id
), changes AS (
    INSERT INTO costing_costchange (value_entry_id, item_ledger_entry_id, source_entry_id, average_period_end,
                                    quantity, amount, register_id, run_id)
    SELECT value_id, entry_id, source_id, period_end, quantity_e5 / 100000.0, amount_e5 / 100000.0,
           %(register_id)s, %(run_id)s
    FROM unnest(%(changed_values)s::bigint[], %(changed_entries)s::bigint[], %(sources)s::bigint[],
                %(period_ends)s::date[], %(quantities)s::bigint[], %(amounts)s::bigint[])
         AS c(value_id, entry_id, source_id, period_end, quantity_e5, amount_e5)
)
SELECT item_id, date_trunc('month', posting_date)::date, count(*), sum(amount), max(posting_date),
    array_agg(item_ledger_entry_id) FILTER (WHERE item_ledger_entry_type IN ('consumption', 'assembly_consumption'))
FROM made GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608 our own text


def _value_columns(ids: Sequence[int], corrections: Corrections) -> dict[str, str]:
    return {"ids": array_literal(ids)} | correction_columns(corrections)


def correction_columns(corrections: Corrections) -> dict[str, str]:
    """Return the corrections as array literals: `originals`, `actuals`, `expecteds` (1e-5), `entry_types` and
    `variance_types`, which is empty where none of them is a variance.
    """
    kinds = corrections.kinds.tolist()
    words = {int(kind): entry_type for kind, (entry_type, _variance) in VALUE_WORDS.items()}
    variances = {int(kind): variance for kind, (_entry_type, variance) in VALUE_WORDS.items() if variance}
    return {
        "originals": array_literal(corrections.original_keys.tolist()),
        "actuals": array_literal(corrections.actual_e5.tolist()),
        "expecteds": array_literal(corrections.expected_e5.tolist()),
        "entry_types": array_literal(words[kind] for kind in kinds),
        "variance_types": array_literal(variances.get(kind, "NULL") for kind in kinds)
        if variances.keys() & set(kinds)
        else "{}",
    }


def _change_columns(ids: Sequence[int], corrections: Corrections) -> dict[str, str]:
    """Return whose cost moved whose: one element for each source of each correction."""
    of = corrections.change_of
    return {
        "changed_values": array_literal(np.array(ids, np.int64)[of].tolist()),
        "changed_entries": array_literal(corrections.entry_keys[of].tolist()),
        "sources": array_literal(key or "NULL" for key in corrections.source_keys.tolist()),
        "period_ends": array_literal(to_day(end) if end else "NULL" for end in corrections.period_ends.tolist()),
        "quantities": array_literal(corrections.quantity_e5.tolist()),
        "amounts": array_literal(corrections.amount_e5.tolist()),
    }


# --- General ledger --------------------------------------------------------------------------------------------------

_TO_POST = """
SELECT id, item_id, item_ledger_entry_type, entry_type, variance_type, order_type, posting_date, document_no,
    external_document_no, description, cost_amount_actual, cost_amount_expected, inventoriable, dimension_set_id,
    account_set_id
FROM costing_valueentry WHERE id = ANY(%s::bigint[]) ORDER BY id
"""


def _post_to_gl(ids: Sequence[int], *, terms: StoringTerms, context: PostingContext) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TO_POST, [array_literal(ids)])
        rows = cursor.fetchall()
    sets = account_lookup.accounts_of_sets({row[-1] for row in rows})
    values = [ValueToPost(*(*row[:-1], sets[row[-1]])) for row in rows]
    include_expected = terms.setup.expected_cost_posting
    check_accounts(values, include_expected=include_expected)
    gl_posting.post_value_entries(values, include_expected=include_expected, context=context, user_id=terms.user_id)


def check_accounts(values: Sequence[ValueToPost], *, include_expected: bool) -> None:
    """Refuse values whose frozen accounts lack a role: the entry that they correct did not need it."""
    problems: dict[str, Problem] = {}
    text = _(
        "Document %(no)s was posted without a %(role)s account. Turn automatic cost posting off, and adjust again."
    )
    for value in values:
        for pair in gl_posting.pairs_of(value, include_expected=include_expected):
            for role in (pair.roles.account, pair.roles.balancing):
                if role.value not in value.accounts.account_ids:
                    message = text % {"no": value.document_no, "role": role.label}
                    code = ErrorCode.MISSING_POSTING_SETUP
                    problems.setdefault(message, Problem(message, code, document_no=value.document_no))
    raise_problems(problems.values())
