"""Value entries become balanced G/L entries, by the table of account rules and each entry's frozen accounts.

Actual amounts move the actual pair, expected amounts the interim pair (only when expected posting is on). One
transaction for each document and date; two G/L entries for each pair; a relation row ties them to the value entry.
What is not posted now, and has an amount, waits in the queue of value entries to post.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import connection

from config.base import bulk
from config.base.transactions import PostingContext
from costing import rules
from costing.accounts import FrozenAccounts
from costing.enums import AccountRole, PostingPair
from costing.models import GLItemLedgerRelation, ValueEntryToPost
from ledger import posting as ledger_posting
from ledger.enums import SourceCode
from ledger.posting import LineToPost, TransactionToPost


@dataclass(frozen=True, slots=True)
class ValueToPost:
    """A written value entry, as far as the general ledger needs it; amounts in currency, inbound positive.

    `closing_out`: what of it is to be moved out of WIP again, because its order was finished without output.
    """

    id: int
    item_id: int | None
    item_ledger_entry_type: str
    entry_type: str
    variance_type: str
    order_type: str
    posting_date: date
    document_no: str
    external_document_no: str
    description: str
    actual: Decimal
    expected: Decimal
    inventoriable: bool
    dimension_set_id: int | None
    accounts: FrozenAccounts
    closing_out: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Pair:
    """One amount of one value entry and the two roles that it moves."""

    value: ValueToPost
    kind: PostingPair
    amount: Decimal
    roles: rules.AccountPair


def pairs_of(value: ValueToPost, *, include_expected: bool) -> list[Pair]:
    """Return what of a value entry the general ledger is to hold; nothing when it never reaches stock."""
    if not value.inventoriable:
        return []
    amounts = [(PostingPair.ACTUAL, value.actual)]
    if include_expected:
        amounts.append((PostingPair.EXPECTED, value.expected))
    amounts.append((PostingPair.CLOSING_OUT, value.closing_out))
    return [Pair(value, kind, amount, roles_of(value, kind)) for kind, amount in amounts if amount]


def roles_of(value: ValueToPost, kind: PostingPair) -> rules.AccountPair:
    return rules.account_pair(
        item_ledger_entry_type=value.item_ledger_entry_type,
        entry_type=value.entry_type,
        variance_type=value.variance_type,
        order_type=value.order_type,
        kind=kind,
    )


_CLOSED_OUT = """
SELECT v.id, v.cost_amount_actual
FROM costing_valueentry v JOIN costing_inventoryadjmtentryorder o
  ON o.order_type = v.order_type AND o.order_no = v.order_no AND o.order_line_no = v.order_line_no AND o.closed_out
WHERE v.id = ANY(%s) AND NOT EXISTS (
    SELECT 1 FROM costing_glitemledgerrelation r WHERE r.value_entry_id = v.id AND r.pair = 'closing_out')
"""


def with_closing_out(values: Sequence[ValueToPost]) -> list[ValueToPost]:
    """Let values of orders that were finished without output leave WIP again; most postings have none to look up."""
    kinds = {(str(key.item_ledger_entry_type), str(key.entry_type)) for key in rules.CLOSING_OUT_RULES}
    keys = [value.id for value in values if (str(value.item_ledger_entry_type), str(value.entry_type)) in kinds]
    if not keys:
        return list(values)
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED_OUT, [keys])
        amounts: dict[int, Decimal] = dict(cursor.fetchall())
    return [replace(value, closing_out=amounts.get(value.id, value.closing_out)) for value in values]


def post_value_entries(
    values: Sequence[ValueToPost],
    *,
    include_expected: bool,
    context: PostingContext,
    user_id: int | None,
    register_id: int | None = None,
) -> list[int]:
    """Post value entries to the general ledger, one by one; returns the numbers of the G/L entries made.

    The caller has checked that every role has an account. `register_id` continues a G/L register.
    """
    complete = with_closing_out(values)
    pairs = [pair for value in complete for pair in pairs_of(value, include_expected=include_expected)]
    groups: dict[tuple[str, date], list[Pair]] = {}
    for pair in pairs:
        groups.setdefault((pair.value.document_no, pair.value.posting_date), []).append(pair)
    transactions = [
        TransactionToPost(
            posting_date=posting_date,
            document_no=document_no,
            description=members[0].value.description,
            lines=[line for pair in members for line in _lines(pair)],
        )
        for (document_no, posting_date), members in groups.items()
    ]
    posted = ledger_posting.post_transactions(
        transactions,
        context=context,
        user_id=user_id,
        source_code=SourceCode.INVENTORY_POSTING,
        system_created=True,
        register_id=register_id,
    )
    entry_ids = [entry_id for transaction in posted for entry_id in transaction.entry_ids]
    ordered = [pair for members in groups.values() for pair in members]
    bulk.insert(
        GLItemLedgerRelation,
        [
            {
                "value_entry_id": pair.value.id,
                "pair": pair.kind.value,
                "amount": pair.amount,
                "gl_entry_id": entry_ids[2 * index],
                "balancing_gl_entry_id": entry_ids[2 * index + 1],
            }
            for index, pair in enumerate(ordered)
        ],
    )
    return entry_ids


def _lines(pair: Pair) -> list[LineToPost]:
    return [_line(pair, pair.roles.account, pair.amount), _line(pair, pair.roles.balancing, -pair.amount)]


def _line(pair: Pair, role: AccountRole, amount: Decimal) -> LineToPost:
    value = pair.value
    return LineToPost(
        gl_account_id=value.accounts.account_ids[role.value],
        amount=amount,
        description=value.description,
        external_document_no=value.external_document_no,
        dimension_set_id=value.dimension_set_id,
    )


SummedLine = tuple[int, int, int | None, bool]
"""Account, balancing account, dimension set, and whether it is an increase."""


def post_voucher(
    amounts: Mapping[SummedLine, Decimal],
    *,
    posting_date: date,
    document_no: str,
    context: PostingContext,
    user_id: int | None,
) -> tuple[int, dict[SummedLine, tuple[int, int]]]:
    """Post summed amounts as one voucher; returns its number, and for each line its entry and the balancing one.

    Increases and decreases apart: no line may come to zero.
    """
    lines = [
        LineToPost(account_id, signed, dimension_set_id=dimension_set_id)
        for (own, balancing, dimension_set_id, _increase), amount in amounts.items()
        for account_id, signed in ((own, amount), (balancing, -amount))
    ]
    posted = ledger_posting.post_transactions(
        [TransactionToPost(posting_date, document_no, document_no, lines)],
        context=context,
        user_id=user_id,
        source_code=SourceCode.INVENTORY_POSTING,
        system_created=True,
    )[0]
    pairs = zip(posted.entry_ids[::2], posted.entry_ids[1::2], strict=True)
    return posted.transaction_id, dict(zip(amounts, pairs, strict=True))


def queue(values: Sequence[ValueToPost], *, include_expected: bool) -> None:
    """Let value entries with an amount wait for the batch job."""
    bulk.insert(
        ValueEntryToPost,
        [
            {"value_entry_id": value.id, "item_id": value.item_id, "posting_date": value.posting_date}
            for value in values
            if pairs_of(value, include_expected=include_expected)
        ],
    )
