"""Write what a close planned: value entries on the original accounts, settlements, what is left open, one voucher.

An adjustment is copied from the first value of its entry inside the database: document, groups, dimensions, frozen
accounts. It is dated to the run, invoices nothing, and its document number is that of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from django.db import connection

from config.base import bulk
from config.base.amounts import from_e5
from config.base.bulk import array_literal
from config.base.transactions import PostingContext
from costing.closing.planning import Change, PlannedSettlement, PlannedTransfer, Side
from costing.models import ClosingTransfer, InventoryClose, Settlement, ValueEntry

Row = TypeVar("Row")
ROWS_OF_A_STATEMENT = 50_000
_INSERT = """
WITH n AS ({source}), made AS (
INSERT INTO costing_valueentry (
    id, item_ledger_entry_id, item_id, variant_id, location_id, item_ledger_entry_type, entry_type, variance_type,
    posting_date, valuation_date, document_type, document_no, document_line_no, external_document_no, order_type,
    order_no, order_line_no, source_type, source_no, description, item_ledger_entry_quantity, valued_quantity,
    invoiced_quantity, cost_amount_actual, cost_amount_expected, cost_amount_non_inventory, cost_per_unit,
    expected_cost, inventoriable, valued_by_average_cost, partial_revaluation, adjustment, applies_to_entry_id,
    inventory_posting_group_id, gen_bus_posting_group_id, gen_prod_posting_group_id, account_set_id,
    dimension_set_id, reason_code_id, user_id, register_id, created_at)
SELECT n.id, o.item_ledger_entry_id, o.item_id, o.variant_id, o.location_id, o.item_ledger_entry_type,
    %(entry_type)s, '', %(on)s, greatest(%(on)s::date, o.valuation_date), '', %(no)s, 0, '', o.order_type,
    o.order_no, o.order_line_no, o.source_type, o.source_no, o.description, 0,
    CASE WHEN %(whole)s THEN o.valued_quantity WHEN e.remaining_quantity = 0 THEN e.quantity
         ELSE e.remaining_quantity END,
    0, n.actual, n.expected, 0, 0,
    n.expected <> 0, true, false, %(partial)s, %(adjustment)s, o.id,
    o.inventory_posting_group_id, o.gen_bus_posting_group_id, o.gen_prod_posting_group_id, o.account_set_id,
    o.dimension_set_id, o.reason_code_id, %(user_id)s, %(register_id)s, %(created_at)s
FROM n JOIN costing_valueentry o ON o.id = n.original JOIN inventory_itemledgerentry e ON e.id = o.item_ledger_entry_id
ORDER BY n.id
RETURNING id, item_id, variant_id, location_id, cost_amount_actual + cost_amount_expected AS amount
), balances AS (
    INSERT INTO costing_itembalance AS b (item_id, variant_id, location_id, cost)
    SELECT item_id, variant_id, location_id, sum(amount) FROM made GROUP BY item_id, variant_id, location_id
    ON CONFLICT (item_id, variant_id, location_id) DO UPDATE SET cost = b.cost + excluded.cost
)
INSERT INTO costing_itemcoststate (item_id, change_no) SELECT DISTINCT item_id, 1 FROM made
ON CONFLICT (item_id) DO UPDATE SET change_no = costing_itemcoststate.change_no + 1
"""
_GIVEN = """
    SELECT id, original, actual_e5 / 100000.0 AS actual, expected_e5 / 100000.0 AS expected
    FROM unnest(%(ids)s::bigint[], %(values)s::bigint[], %(actuals)s::bigint[], %(expecteds)s::bigint[])
         AS c(id, original, actual_e5, expected_e5)
"""
# An invoice since then has taken all that was expected, the adjustment with it.
_TAKEN_BACK = """
    SELECT nextval((SELECT pg_get_serial_sequence('costing_valueentry', 'id')::regclass)) AS id, t.* FROM (
        SELECT v.id AS original, -v.cost_amount_actual AS actual,
               CASE WHEN e.completely_invoiced THEN 0 ELSE -v.cost_amount_expected END AS expected
        FROM costing_valueentry v JOIN inventory_itemledgerentry e ON e.id = v.item_ledger_entry_id
        WHERE v.register_id = %(of_register)s ORDER BY v.id
    ) t WHERE t.actual <> 0 OR t.expected <> 0
"""


def document_no(close: InventoryClose, *, reversal: bool = False) -> str:
    """The number of the voucher of a run."""
    return f"CLOSE-{close.pk}" + ("-R" if reversal else "")


def write_changes(
    changes: Sequence[Change],
    *,
    on: date,
    document_no: str,
    register_id: int,
    context: PostingContext,
    user_id: int | None,
    revaluation: bool = False,
) -> None:
    """Insert a value entry for each change. The items must be locked.

    `revaluation`: not adjustments, but revaluations of what is open.
    """
    for some in in_parts(changes):
        given = {
            "ids": array_literal(bulk.draw_ids(ValueEntry, len(some))),
            "values": array_literal(each.value_id for each in some),
            "actuals": array_literal(each.actual_e5 for each in some),
            "expecteds": array_literal(each.expected_e5 for each in some),
            "entry_type": "revaluation" if revaluation else "direct_cost",
            "adjustment": not revaluation,
            "partial": revaluation,
            "whole": not revaluation,
        }
        _insert_values(_GIVEN, given, on, document_no, register_id, context, user_id)


def take_back_changes(
    of_register_id: int,
    *,
    on: date,
    document_no: str,
    register_id: int,
    context: PostingContext,
    user_id: int | None,
    revaluation: bool = False,
) -> None:
    """Insert the opposite of each value entry of a register. The items must be locked."""
    given = {
        "of_register": of_register_id,
        "entry_type": "revaluation" if revaluation else "direct_cost",
        "adjustment": True,
        "partial": revaluation,
        "whole": True,
    }
    _insert_values(_TAKEN_BACK, given, on, document_no, register_id, context, user_id)


def _insert_values(
    source: str,
    given: Mapping[str, Any],
    on: date,
    document_no: str,
    register_id: int,
    context: PostingContext,
    user_id: int | None,
) -> None:
    shared: dict[str, Any] = {
        "on": on,
        "no": document_no,
        "register_id": register_id,
        "user_id": user_id,
        "created_at": context.created_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(source=source), {**given, **shared})


def in_parts(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    """Rows as many at a time as one statement takes."""
    waiting = iter(rows)
    while part := list(islice(waiting, ROWS_OF_A_STATEMENT)):
        yield part


def write_transfers(
    planned: Iterable[tuple[int, PlannedTransfer]], *, close: InventoryClose, context: PostingContext
) -> list[int]:
    """Insert closing transfers (with their items); returns their numbers in the order given."""
    rows = [
        {
            "close_id": close.pk,
            "item_id": item_id,
            "variant_id": each.place[1],
            "location_id": each.place[2],
            "posting_date": each.on,
            "quantity": from_e5(each.quantity_e5),
            "amount": from_e5(each.amount_e5),
            "created_at": context.created_at,
        }
        for item_id, each in planned
    ]
    return bulk.insert(ClosingTransfer, rows)


_SETTLEMENTS = """
INSERT INTO costing_settlement (close_id, item_id, issue_id, receipt_id, issue_transfer_id, receipt_transfer_id,
                                quantity, amount, marked, created_at)
SELECT %(close_id)s, item_id, issue_id, receipt_id, issue_transfer_id, receipt_transfer_id,
       quantity_e5 / 100000.0, amount_e5 / 100000.0, marked, %(created_at)s
FROM unnest(%(items)s::bigint[], %(issues)s::bigint[], %(receipts)s::bigint[], %(issue_transfers)s::bigint[],
            %(receipt_transfers)s::bigint[], %(quantities)s::bigint[], %(amounts)s::bigint[], %(marked)s::boolean[])
     AS n(item_id, issue_id, receipt_id, issue_transfer_id, receipt_transfer_id, quantity_e5, amount_e5, marked)
"""


def write_settlements(
    settlements: Iterable[tuple[PlannedSettlement, Sequence[int]]], *, close: InventoryClose, context: PostingContext
) -> None:
    """Insert settlements, each with the numbers of its item's new transfers, and take them from what is open.

    Those of earlier closes that they replace are flagged; the closing transfers that these went into are worth more.
    """
    planned = list(settlements)
    replaced = [pk for each, _made in planned for pk in each.replaces]
    Settlement.objects.filter(pk__in=replaced).update(cancelled_by=close)
    for some in in_parts(planned):
        with connection.cursor() as cursor:
            cursor.execute(
                _SETTLEMENTS,
                {
                    "close_id": close.pk,
                    "created_at": context.created_at,
                    "items": array_literal(each.item_id for each, _made in some),
                    "issues": array_literal(each.issue.entry_id or "NULL" for each, _made in some),
                    "receipts": array_literal(each.receipt.entry_id or "NULL" for each, _made in some),
                    "issue_transfers": array_literal(_transfer_id(each.issue, made) or "NULL" for each, made in some),
                    "receipt_transfers": array_literal(
                        _transfer_id(each.receipt, made) or "NULL" for each, made in some
                    ),
                    "quantities": array_literal(each.quantity_e5 for each, _made in some),
                    "amounts": array_literal(each.amount_e5 for each, _made in some),
                    "marked": array_literal("t" if each.marked else "f" for each, _made in some),
                },
            )
    _move_remaining(close, 1)


def _transfer_id(side: Side, made: Sequence[int]) -> int | None:
    return made[side.new_transfer] if side.new_transfer is not None else side.transfer_id


# What a close settled, less what it replaced.
_NET = """
    SELECT issue_id, receipt_id, issue_transfer_id, quantity, amount
    FROM costing_settlement WHERE close_id = %(close)s AND cancelled_by_id IS NULL
    UNION ALL
    SELECT issue_id, receipt_id, issue_transfer_id, -quantity, -amount
    FROM costing_settlement WHERE cancelled_by_id = %(close)s AND close_id <> %(close)s
"""
# An issue that is settled comes up to zero, a receipt down; cancelled, both go back.
_MOVE = f"""
WITH net AS ({_NET}), moved AS (
    SELECT id, sum(quantity) AS quantity FROM (
        SELECT issue_id AS id, quantity FROM net UNION ALL SELECT receipt_id, -quantity FROM net
    ) sides WHERE id IS NOT NULL GROUP BY id HAVING sum(quantity) <> 0
)
UPDATE inventory_itemledgerentry e
SET remaining_quantity = e.remaining_quantity + %(sign)s * n.quantity,
    open = e.remaining_quantity + %(sign)s * n.quantity <> 0
FROM moved n WHERE e.id = n.id
"""  # noqa: S608 our own text
_MOVE_TRANSFERS = f"""
UPDATE costing_closingtransfer t SET amount = t.amount + %(sign)s * n.amount
FROM (SELECT issue_transfer_id AS id, sum(amount) AS amount FROM ({_NET}) net GROUP BY 1) n
WHERE t.id = n.id AND t.close_id <> %(close)s
"""  # noqa: S608 our own text


def cancel_settlements(close: InventoryClose) -> None:
    """Open again what a close settled, flag its settlements and transfers, and let stand again what they replaced."""
    _move_remaining(close, -1)
    Settlement.objects.filter(close=close, cancelled_by__isnull=True).update(cancelled_by=close)
    ClosingTransfer.objects.filter(close=close, cancelled_by__isnull=True).update(cancelled_by=close)
    Settlement.objects.filter(cancelled_by=close).exclude(close=close).update(cancelled_by=None)


def _move_remaining(close: InventoryClose, sign: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, {"close": close.pk, "sign": sign})
        cursor.execute(_MOVE_TRANSFERS, {"close": close.pk, "sign": sign})
