"""The plan of a run as rows, for the report of a rehearsal and what is compared with it; warnings for the log."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from config.base.amounts import from_e5
from config.base.bulk import array_literal
from costing.closing import storing, words
from costing.closing.calculation import Plan
from costing.enums import CloseKind
from costing.models import CloseLogLine, InventoryClose

_CHANGES = """
INSERT INTO costing_closeplanline (close_id, item_id, issue_id, quantity, amount, details)
SELECT %(close_id)s, item_id, issue_id, 0, (actual_e5 + expected_e5) / 100000.0,
       jsonb_build_object('actual', (actual_e5 / 100000.0)::numeric(20, 5)::text,
                          'expected', (expected_e5 / 100000.0)::numeric(20, 5)::text)
FROM unnest(%(items)s::bigint[], %(issues)s::bigint[], %(actuals)s::bigint[], %(expecteds)s::bigint[])
     AS n(item_id, issue_id, actual_e5, expected_e5)
"""
_SETTLEMENTS = """
INSERT INTO costing_closeplanline (close_id, item_id, issue_id, receipt_id, quantity, amount, details)
SELECT %(close_id)s, item_id, issue_id, receipt_id, quantity_e5 / 100000.0, amount_e5 / 100000.0,
       jsonb_build_object('settlement', true, 'marked', marked)
FROM unnest(%(items)s::bigint[], %(issues)s::bigint[], %(receipts)s::bigint[], %(quantities)s::bigint[],
            %(amounts)s::bigint[], %(marked)s::boolean[])
     AS n(item_id, issue_id, receipt_id, quantity_e5, amount_e5, marked)
"""


def keep(close: InventoryClose, plan: Plan) -> None:
    """Keep the changes, the settlements of a close, and the warnings."""
    with connection.cursor() as cursor:
        for changes in storing.in_parts(plan.changes):
            cursor.execute(
                _CHANGES,
                {
                    "close_id": close.pk,
                    "items": array_literal(each.item_id for each in changes),
                    "issues": array_literal(each.entry_id for each in changes),
                    "actuals": array_literal(each.actual_e5 for each in changes),
                    "expecteds": array_literal(each.expected_e5 for each in changes),
                },
            )
        for settled in storing.in_parts(plan.settlements if close.kind == CloseKind.CLOSE else ()):
            cursor.execute(
                _SETTLEMENTS,
                {
                    "close_id": close.pk,
                    "items": array_literal(each.item_id for each in settled),
                    "issues": array_literal(each.issue.entry_id or "NULL" for each in settled),
                    "receipts": array_literal(each.receipt.entry_id or "NULL" for each in settled),
                    "quantities": array_literal(each.quantity_e5 for each in settled),
                    "amounts": array_literal(each.amount_e5 for each in settled),
                    "marked": array_literal("t" if each.marked else "f" for each in settled),
                },
            )
    _keep_warnings(close, plan)


def _keep_warnings(close: InventoryClose, plan: Plan) -> None:
    now = timezone.now()
    CloseLogLine.objects.bulk_create(
        [
            CloseLogLine(
                close=close,
                item_id=each.item_id,
                issue_id=each.issue_id,
                code=each.code,
                cause=each.cause,
                quantity=from_e5(each.quantity_e5),
                message=words.warning(each),
                created_at=now,
            )
            for each in plan.warnings
        ],
        batch_size=1000,
    )
