"""Write what a close planned: value entries on the original accounts, settlements, what is left open, one voucher.

An adjustment is copied from the first value of its entry inside the database: document, groups, dimensions, frozen
accounts. It is dated to the run, invoices nothing, and its document number is that of the run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection

from config.base import bulk
from config.base.amounts import from_e5
from config.base.bulk import array_literal
from config.base.transactions import PostingContext
from costing import accounts as account_lookup
from costing import adjustment_storing, gl_posting
from costing.closing.planning import Change, PlannedSettlement, PlannedTransfer, Side
from costing.gl_posting import ValueToPost
from costing.models import ClosingTransfer, InventoryClose, Settlement, ValueEntry
from costing.setups import Setups

_INSERT = """
WITH made AS (
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
    0, n.actual / 100000.0, n.expected / 100000.0, 0, 0,
    n.expected <> 0, true, false, %(partial)s, %(adjustment)s, o.id,
    o.inventory_posting_group_id, o.gen_bus_posting_group_id, o.gen_prod_posting_group_id, o.account_set_id,
    o.dimension_set_id, o.reason_code_id, %(user_id)s, %(register_id)s, %(created_at)s
FROM unnest(%(ids)s::bigint[], %(values)s::bigint[], %(actuals)s::bigint[], %(expecteds)s::bigint[])
     AS n(id, original, actual, expected)
JOIN costing_valueentry o ON o.id = n.original JOIN inventory_itemledgerentry e ON e.id = o.item_ledger_entry_id
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
    takes_back: bool = False,
) -> list[int]:
    """Insert a value entry for each change; returns their numbers. The items must be locked.

    `revaluation`: not adjustments, but revaluations of what is open. `takes_back`: the opposite of the value entries
    that the changes name.
    """
    if not changes:
        return []
    ids = bulk.draw_ids(ValueEntry, len(changes))
    parameters = {
        "ids": array_literal(ids),
        "values": array_literal(each.value_id for each in changes),
        "actuals": array_literal(each.actual_e5 for each in changes),
        "expecteds": array_literal(each.expected_e5 for each in changes),
        "entry_type": "revaluation" if revaluation else "direct_cost",
        "adjustment": takes_back or not revaluation,
        "partial": revaluation,
        "whole": takes_back or not revaluation,
        "on": on,
        "no": document_no,
        "register_id": register_id,
        "user_id": user_id,
        "created_at": context.created_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, parameters)
    return ids


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


def write_settlements(
    settlements: Sequence[tuple[PlannedSettlement, Sequence[int]]], *, close: InventoryClose, context: PostingContext
) -> None:
    """Insert settlements, each with the numbers of its item's new transfers, and take them from what is open."""
    rows = [_settlement_row(each, made, close, context) for each, made in _joined(settlements)]
    bulk.insert(Settlement, rows)
    taken: dict[int, int] = defaultdict(int)
    for each, _made in settlements:
        if each.issue.entry_id is not None:
            taken[each.issue.entry_id] += each.quantity_e5
        if each.receipt.entry_id is not None:
            taken[each.receipt.entry_id] -= each.quantity_e5
    move_remaining(taken)


def _joined(
    settlements: Sequence[tuple[PlannedSettlement, Sequence[int]]],
) -> list[tuple[PlannedSettlement, Sequence[int]]]:
    """One row for each pair: days that settle the same pair twice are added up."""
    joined: dict[tuple[object, ...], tuple[PlannedSettlement, Sequence[int]]] = {}
    for each, made in settlements:
        key = (each.item_id, each.issue, each.receipt, each.marked)
        if key in joined:
            before = joined[key][0]
            each = PlannedSettlement(
                each.item_id,
                each.issue,
                each.receipt,
                before.quantity_e5 + each.quantity_e5,
                before.amount_e5 + each.amount_e5,
                each.marked,
            )
        joined[key] = (each, made)
    return list(joined.values())


def _settlement_row(
    each: PlannedSettlement, made: Sequence[int], close: InventoryClose, context: PostingContext
) -> dict[str, object]:
    return {
        "close_id": close.pk,
        "item_id": each.item_id,
        "issue_id": each.issue.entry_id,
        "receipt_id": each.receipt.entry_id,
        "issue_transfer_id": _transfer_id(each.issue, made),
        "receipt_transfer_id": _transfer_id(each.receipt, made),
        "quantity": from_e5(each.quantity_e5),
        "amount": from_e5(each.amount_e5),
        "marked": each.marked,
        "created_at": context.created_at,
    }


def _transfer_id(side: Side, made: Sequence[int]) -> int | None:
    return made[side.new_transfer] if side.new_transfer is not None else side.transfer_id


def move_remaining(moved: dict[int, int]) -> None:
    """Add to what remains of entries, in the sign of the ledger: an issue that is settled comes up to zero."""
    if not moved:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE inventory_itemledgerentry e
            SET remaining_quantity = e.remaining_quantity + n.moved, open = e.remaining_quantity + n.moved <> 0
            FROM unnest(%s::bigint[], %s::numeric[]) AS n(id, moved) WHERE e.id = n.id
            """,
            [list(moved), [from_e5(value) for value in moved.values()]],
        )


_TO_POST = """
SELECT id, item_id, item_ledger_entry_type, entry_type, variance_type, order_type, posting_date, document_no,
    external_document_no, description, cost_amount_actual, cost_amount_expected, inventoriable, dimension_set_id,
    account_set_id
FROM costing_valueentry WHERE id = ANY(%s::bigint[]) ORDER BY id
"""


def post_voucher(
    value_ids: Sequence[int], *, setups: Setups, update_ledger: bool, context: PostingContext, user_id: int | None
) -> int | None:
    """Post the values of a run as one voucher, summed by account, or queue them; returns the voucher's number."""
    if not value_ids:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_TO_POST, [array_literal(value_ids)])
        rows = cursor.fetchall()
    sets = account_lookup.accounts_of_sets({row[-1] for row in rows})
    values = [ValueToPost(*(*row[:-1], sets[row[-1]])) for row in rows]
    expected = setups.costing.expected_cost_posting
    if not update_ledger:
        gl_posting.queue(values, include_expected=expected)
        return None
    adjustment_storing.check_accounts(values, include_expected=expected)
    pairs = [pair for value in values for pair in gl_posting.pairs_of(value, include_expected=expected)]
    return gl_posting.post_summed(pairs, context=context, user_id=user_id)
