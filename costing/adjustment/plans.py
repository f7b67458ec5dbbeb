"""The plan of a preview: what a run would post, in rows of the run. No lock is held, and no ledger row is written.

The books are read as a run reads them; a plan whose item was posted meanwhile is computed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.db.models import Min

from config.base.bulk import array_literal
from costing import adjustment_storing
from costing.adjustment import claims, overlay, steps
from costing.adjustment.claims import Claimed
from costing.adjustment.terms import Terms, Worker
from costing.adjustment_storing import POSTING_DATE, Computed, StoredItem
from costing.engine.orders import OutputValue
from costing.loading.kinds import VALUE_WORDS
from costing.models import AdjustmentPlanLine, ValueEntry
from costing.order_loading import ELEMENTS

_INSERT = f"""
WITH n AS (
    SELECT * FROM unnest(%(originals)s::bigint[], %(actuals)s::bigint[], %(expecteds)s::bigint[],
                         %(entry_types)s::text[], %(variance_types)s::text[])
             WITH ORDINALITY AS c(original_id, actual_e5, expected_e5, entry_type, variance_type, position)
), planned AS (
    INSERT INTO costing_adjustmentplanline (run_id, item_id, item_ledger_entry_id, value_entry_id, entry_type,
        variance_type, posting_date, valuation_date, document_no, cost_amount_actual, cost_amount_expected)
    SELECT %(run_id)s, o.item_id, o.item_ledger_entry_id, o.id, n.entry_type, n.variance_type, {POSTING_DATE},
           o.valuation_date, o.document_no, n.actual_e5 / 100000.0, n.expected_e5 / 100000.0
    FROM n JOIN costing_valueentry o ON o.id = n.original_id ORDER BY n.position
    RETURNING item_id, posting_date, cost_amount_actual + cost_amount_expected AS amount
)
SELECT item_id, date_trunc('month', posting_date)::date, count(*), sum(amount) FROM planned GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608 our own text


def keep(chunk: Sequence[Computed], claimed: Mapping[int, Claimed], terms: Terms, worker: Worker) -> list[int]:
    """Keep the plan of items whose books are still what was read; return the others.

    An item that is planned again replaces its earlier plan.
    """
    assert terms.run_id is not None
    started = perf_counter()
    with transaction.atomic():
        same = steps.unchanged(chunk)
        ids = [computed.item_id for computed in same]
        before = overlay.used_by_orders(ids, terms.run_id)
        planned = _insert(same, terms)
        lines = [
            steps.log_line(
                computed,
                planned[computed.item_id],
                replace(claimed[computed.item_id], amounts={}),
                (perf_counter() - started) / len(chunk),
            )
            for computed in same
        ]
        claims.finish(terms.run_id, worker, lines, replacing=True)
        after = overlay.used_by_orders(ids, terms.run_id)
        # Where the plan is what it was, its products are planned already, and nothing goes round in a circle.
        moved = [key for key in before | after if before.get(key) != after.get(key)]
        claims.open_items(terms.run_id, overlay.products_of(moved))
        worker.guard()
    found = {computed.item_id for computed in same}
    return [computed.item_id for computed in chunk if computed.item_id not in found]


def _insert(chunk: Sequence[Computed], terms: Terms) -> dict[int, StoredItem]:
    """Write the plan lines of items: what their orders would give their outputs, then the corrections."""
    planned = {computed.item_id: StoredItem() for computed in chunk}
    AdjustmentPlanLine.objects.filter(run_id=terms.run_id, item_id__in=planned).delete()
    lines = [
        (values[value.output_key], value.amount_e5, value.expected_e5, *ELEMENTS[value.element])
        for computed in chunk
        for values in [_first_values(computed.order_values)]
        for value in computed.order_values
    ] + [
        (found.original_key, found.actual_e5, found.expected_e5, *VALUE_WORDS[found.kind])
        for computed in chunk
        for found in computed.adjustment.corrections
    ]
    columns = list(zip(*lines, strict=True)) or [()] * 5
    names = ("originals", "actuals", "expecteds", "entry_types", "variance_types")
    parameters: dict[str, Any] = {
        name: array_literal(_quoted(column)) for name, column in zip(names, columns, strict=True)
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, parameters | {"run_id": terms.run_id} | adjustment_storing.dates_allowed())
        for item_id, month, entries, amount in cursor.fetchall():
            planned[item_id].entries += entries
            planned[item_id].amounts[f"{month:%Y-%m}"] = amount
    return planned


def _first_values(values: Sequence[OutputValue]) -> dict[int, int]:
    """The first value entry of each output: what a value of its order is copied from."""
    if not values:
        return {}
    entries = ValueEntry.objects.filter(item_ledger_entry__in={value.output_key for value in values})
    return dict(entries.order_by().values_list("item_ledger_entry").annotate(Min("pk")))


def _quoted(column: Sequence[object]) -> list[object]:
    """A blank word is written as one, not as nothing."""
    return ['""' if value == "" else value for value in column]
