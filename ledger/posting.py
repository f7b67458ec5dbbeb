"""Write balanced vouchers to the general ledger: checks first, then three inserts whatever the number of vouchers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice

from django.utils.translation import gettext as _

from config.base import bulk
from config.base.errors import DomainError, ErrorCode, Problem
from config.base.locks import require_transaction
from config.base.transactions import PostingContext
from ledger import checks
from ledger.enums import SourceCode
from ledger.models import GLAccount, GLEntry, GLRegister, GLTransaction

ZERO = Decimal(0)


class NotBalanced(DomainError):
    """The lines of a voucher do not sum to zero."""

    code = ErrorCode.NOT_BALANCED


@dataclass(frozen=True, slots=True)
class LineToPost:
    """One line of a voucher. `amount` in local currency, debit positive, never zero."""

    gl_account_id: int
    amount: Decimal
    description: str = ""
    external_document_no: str = ""
    dimension_set_id: int | None = None


@dataclass(frozen=True, slots=True)
class TransactionToPost:
    """A voucher to be written: lines of one document on one date, summing to zero."""

    posting_date: date
    document_no: str
    description: str
    lines: Sequence[LineToPost]
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class PostedTransaction:
    """A voucher as written; `entry_ids` in the order of its lines."""

    transaction_id: int
    entry_ids: list[int]
    register_id: int


def post_transactions(
    transactions: Sequence[TransactionToPost],
    *,
    context: PostingContext,
    user_id: int | None,
    source_code: SourceCode,
    system_created: bool,
    register_id: int | None = None,
    checked_accounts: Collection[int] = frozenset(),
) -> list[PostedTransaction]:
    """Write vouchers in one G/L register; return them in the order given. Nothing given writes nothing.

    Requires a transaction. The dates are the caller's business (`ledger.checks.check_dates`). `register_id` continues
    a register; `checked_accounts` are those that the caller has already checked in this transaction.
    Raises: NotBalanced; DomainError with code blocked_account, not_found or invalid_input, naming every account.
    """
    require_transaction()
    if not transactions:
        return []
    _check_balance(transactions)
    account_ids = {line.gl_account_id for voucher in transactions for line in voucher.lines}
    unchecked = account_ids.difference(checked_accounts)
    if unchecked:
        checks.check_accounts(unchecked)
    if register_id is None:
        register = {"source_code": str(source_code), "user_id": user_id, "created_at": context.created_at}
        register_id = bulk.insert(GLRegister, [register])[0]
    transaction_ids = _insert_transactions(transactions, register_id, str(source_code), context)
    entry_ids = iter(_insert_entries(transactions, transaction_ids, str(source_code), system_created, context))
    return [
        PostedTransaction(transaction_id, list(islice(entry_ids, len(voucher.lines))), register_id)
        for transaction_id, voucher in zip(transaction_ids, transactions, strict=True)
    ]


def _check_balance(transactions: Sequence[TransactionToPost]) -> None:
    unbalanced = []
    for voucher in transactions:
        assert voucher.lines, f"voucher {voucher.document_no} has no lines"
        assert all(line.amount for line in voucher.lines), f"voucher {voucher.document_no} has a line of zero"
        total = sum((line.amount for line in voucher.lines), ZERO)
        if total:
            unbalanced.append((voucher, total))
    if unbalanced:
        raise NotBalanced(problems=_balance_problems(unbalanced))


def _balance_problems(unbalanced: Sequence[tuple[TransactionToPost, Decimal]]) -> list[Problem]:
    accounts = GLAccount.objects.in_bulk(
        {line.gl_account_id for voucher, _total in unbalanced for line in voucher.lines}
    )
    problems = []
    for voucher, total in unbalanced:
        named = sorted({accounts[line.gl_account_id].no for line in voucher.lines if line.gl_account_id in accounts})
        text = _("Document %(no)s on %(date)s does not balance: its lines to %(accounts)s sum to %(total)s, not 0.")
        values = {
            "no": voucher.document_no,
            "date": voucher.posting_date.isoformat(),
            "accounts": ", ".join(named),
            "total": f"{total.normalize():f}",
        }
        problems.append(Problem(text % values, ErrorCode.NOT_BALANCED, document_no=voucher.document_no))
    return problems


def _insert_transactions(
    transactions: Sequence[TransactionToPost], register_id: int, source_code: str, context: PostingContext
) -> list[int]:
    return bulk.insert(
        GLTransaction,
        [
            {
                "register_id": register_id,
                "posting_date": voucher.posting_date,
                "document_no": voucher.document_no,
                "source_code": source_code,
                "description": voucher.description,
                "reverses_id": voucher.reverses_id,
                "line_count": len(voucher.lines),
                "created_at": context.created_at,
            }
            for voucher in transactions
        ],
    )


def _insert_entries(
    transactions: Sequence[TransactionToPost],
    transaction_ids: Sequence[int],
    source_code: str,
    system_created: bool,
    context: PostingContext,
) -> list[int]:
    return bulk.insert(
        GLEntry,
        [
            {
                "transaction_id": transaction_id,
                "gl_account_id": line.gl_account_id,
                "posting_date": voucher.posting_date,
                "document_no": voucher.document_no,
                "external_document_no": line.external_document_no,
                "description": line.description or voucher.description,
                "amount": line.amount,
                "dimension_set_id": line.dimension_set_id,
                "source_code": source_code,
                "system_created": system_created,
                "created_at": context.created_at,
            }
            for transaction_id, voucher in zip(transaction_ids, transactions, strict=True)
            for line in voucher.lines
        ],
    )
