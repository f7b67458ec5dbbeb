"""The voucher of a run: what its values move, summed by account, or left in the queue of posting to G/L.

The values of a run stand in a register of their own and are alike in few ways: type, frozen accounts, dimensions, sign.
So the accounts are looked up once for each way, and the database ties the values to the lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from config.base.transactions import PostingContext
from costing import accounts as account_lookup
from costing import adjustment_storing, gl_posting
from costing.enums import PostingPair
from costing.gl_posting import Pair, SummedLine, ValueToPost
from costing.setups import Setups

_KIND = "item_ledger_entry_type, entry_type, variance_type, order_type, account_set_id, dimension_set_id"
# Increases and decreases apart: no line may come to zero.
_WAYS = f"""
SELECT p.pair, p.amount > 0, {_KIND}, min(v.posting_date), min(v.document_no), sum(p.amount), min(v.id)
FROM costing_valueentry v
CROSS JOIN LATERAL (VALUES ('actual', v.cost_amount_actual), ('expected', v.cost_amount_expected)) AS p(pair, amount)
WHERE v.register_id = %(register)s AND v.inventoriable AND p.amount <> 0 AND (p.pair = 'actual' OR %(expected)s)
GROUP BY 1, 2, {_KIND} ORDER BY min(v.id), 1
"""  # noqa: S608 our own text
_RELATIONS = """
INSERT INTO costing_glitemledgerrelation (value_entry_id, pair, amount, gl_entry_id, balancing_gl_entry_id)
SELECT v.id, w.pair, p.amount, w.entry_id, w.balancing_id
FROM costing_valueentry v
CROSS JOIN LATERAL (VALUES ('actual', v.cost_amount_actual), ('expected', v.cost_amount_expected)) AS p(pair, amount)
JOIN unnest(%(pairs)s::text[], %(increases)s::boolean[], %(entry_kinds)s::text[], %(value_kinds)s::text[],
            %(variance_kinds)s::text[], %(order_kinds)s::text[], %(account_sets)s::bigint[],
            %(dimension_sets)s::bigint[], %(entries)s::bigint[], %(balancings)s::bigint[])
     AS w(pair, increase, entry_kind, value_kind, variance_kind, order_kind, account_set, dimension_set, entry_id,
          balancing_id)
  ON w.pair = p.pair AND w.increase = (p.amount > 0) AND w.entry_kind = v.item_ledger_entry_type
     AND w.value_kind = v.entry_type AND w.variance_kind = v.variance_type AND w.order_kind = v.order_type
     AND w.account_set IS NOT DISTINCT FROM v.account_set_id
     AND w.dimension_set IS NOT DISTINCT FROM v.dimension_set_id
WHERE v.register_id = %(register)s AND v.inventoriable AND p.amount <> 0
ORDER BY v.id
"""
_QUEUE = """
INSERT INTO costing_valueentrytopost (value_entry_id, item_id, posting_date)
SELECT id, item_id, posting_date FROM costing_valueentry
WHERE register_id = %(register)s AND inventoriable
  AND (cost_amount_actual <> 0 OR %(expected)s AND cost_amount_expected <> 0) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class _Way:
    """Values that move the same accounts in the same direction: the columns they share, and the pair of all."""

    shared: tuple[Any, ...]
    pair: Pair


def post(
    register_id: int, *, setups: Setups, update_ledger: bool, context: PostingContext, user_id: int | None
) -> int | None:
    """Post the values of a register as one voucher, summed by account, or queue them; returns the voucher's number.

    Raises: DomainError missing_posting_setup where accounts that were frozen lack a role.
    """
    expected = setups.costing.expected_cost_posting
    if not update_ledger:
        with connection.cursor() as cursor:
            cursor.execute(_QUEUE, {"register": register_id, "expected": expected})
        return None
    ways = _ways(register_id, expected=expected)
    if not ways:
        return None
    adjustment_storing.check_accounts([way.pair.value for way in ways], include_expected=expected)
    amounts: dict[SummedLine, Decimal] = {}
    for way in ways:
        amounts[_line(way)] = amounts.get(_line(way), Decimal(0)) + way.pair.amount
    first = ways[0].pair.value
    transaction_id, entries = gl_posting.post_voucher(
        amounts, posting_date=first.posting_date, document_no=first.document_no, context=context, user_id=user_id
    )
    _relate(register_id, ways, [entries[_line(way)] for way in ways])
    return transaction_id


def _ways(register_id: int, *, expected: bool) -> list[_Way]:
    with connection.cursor() as cursor:
        cursor.execute(_WAYS, {"register": register_id, "expected": expected})
        rows = cursor.fetchall()
    sets = account_lookup.accounts_of_sets({row[6] for row in rows})
    found = []
    for *shared, posting_date, document_no, amount, value_id in rows:
        kind, _increase, entry_type, value_type, variance_type, order_type, account_set_id, dimension_set_id = shared
        is_actual = kind == PostingPair.ACTUAL
        value = ValueToPost(
            id=value_id,
            item_id=None,
            item_ledger_entry_type=entry_type,
            entry_type=value_type,
            variance_type=variance_type,
            order_type=order_type,
            posting_date=posting_date,
            document_no=document_no,
            external_document_no="",
            description="",
            actual=amount if is_actual else Decimal(0),
            expected=Decimal(0) if is_actual else amount,
            inventoriable=True,
            dimension_set_id=dimension_set_id,
            accounts=sets[account_set_id],
        )
        pair = PostingPair(kind)
        found.append(_Way(tuple(shared), Pair(value, pair, amount, gl_posting.roles_of(value, pair))))
    return found


def _line(way: _Way) -> SummedLine:
    ids, roles = way.pair.value.accounts.account_ids, way.pair.roles
    accounts = ids[roles.account.value], ids[roles.balancing.value]
    return (*accounts, way.pair.value.dimension_set_id, way.pair.amount > 0)


def _relate(register_id: int, ways: Sequence[_Way], entries: Sequence[Sequence[int]]) -> None:
    """Tie the values to the G/L entries that hold them."""
    columns = list(zip(*(way.shared for way in ways), strict=True))
    names = ("pairs", "increases", "entry_kinds", "value_kinds", "variance_kinds", "order_kinds", "account_sets",
             "dimension_sets")  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            _RELATIONS,
            {
                "register": register_id,
                **{name: list(column) for name, column in zip(names, columns, strict=True)},
                "entries": [own for own, _balancing in entries],
                "balancings": [balancing for _own, balancing in entries],
            },
        )
