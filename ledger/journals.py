"""The general journal: balanced lines typed by a person, and the reversal of what it posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from config.base import dimensions, numbering
from config.base.amounts import round_amount
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from config.base.models import Company
from config.base.transactions import PostingContext, posting
from ledger import checks, locks
from ledger.enums import SourceCode
from ledger.models import GeneralJournalLine, GLAccount, GLEntry, GLTransaction, LedgerSetup
from ledger.posting import LineToPost, PostedTransaction, TransactionToPost, post_transactions


class NotReversible(DomainError):
    """A voucher that the general journal did not make, or that is reversed already."""

    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class JournalResult:
    """What a general journal posted; plain data, complete also after a preview. `gl_lines` for the preview page."""

    register_id: int
    transaction_ids: tuple[int, ...]
    document_nos: tuple[str, ...]
    gl_entry_ids: tuple[int, ...]
    gl_lines: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class _Voucher:
    """Lines of one document number and date, before the blank number is drawn."""

    document_no: str
    posting_date: date
    lines: Sequence[GeneralJournalLine]


def post_general_journal(
    *, lines: Sequence[GeneralJournalLine], user_id: int | None, preview: bool = False
) -> JournalResult:
    """Post lines as vouchers: one for each document number and date; lines without number of a date share one.

    Saved lines are read again under a lock, and deleted when posted. Blank document numbers are drawn from the general
    journal's series, last.
    Raises: DomainError naming every faulty line; then nothing is written. A preview is rolled back.
    """
    with posting(preview=preview) as context:
        lines = _lock_saved(lines)
        setup = LedgerSetup.load()
        vouchers = _group(lines)
        _check(lines, vouchers, series=setup.general_journal_series)
        saved_ids = [line.pk for line in lines if line.pk]
        GeneralJournalLine.objects.filter(pk__in=saved_ids).delete()
        transactions = _number(vouchers, series=setup.general_journal_series)
        posted = _post(transactions, context=context, user_id=user_id, source_code=SourceCode.GENERAL_JOURNAL)
        return _result(transactions, posted)


def reverse_transaction(*, transaction_id: int, user_id: int | None, preview: bool = False) -> JournalResult:
    """Reverse a voucher of the general journal: the opposite entries, same date and number, linked to it.

    Raises: NotReversible; DomainError where an account is blocked or the date is closed.
    """
    with posting(preview=preview) as context:
        voucher = locks.lock_transaction(transaction_id)
        if voucher is None:
            raise DomainError(
                _("There is no G/L transaction %(id)s.") % {"id": transaction_id}, code=ErrorCode.NOT_FOUND
            )
        check_reversible(voucher)
        checks.check_dates([voucher.posting_date])
        reversal = TransactionToPost(
            posting_date=voucher.posting_date,
            document_no=voucher.document_no,
            description=_("Reversal of voucher %(id)s") % {"id": voucher.pk},
            lines=[_opposite(entry) for entry in GLEntry.objects.filter(transaction=voucher).order_by("pk")],
            reverses_id=voucher.pk,
        )
        posted = _post([reversal], context=context, user_id=user_id, source_code=SourceCode.REVERSAL)
        return _result([reversal], posted)


def check_reversible(voucher: GLTransaction) -> None:
    """Refuse vouchers that stock made (they are corrected by new costs) and those that are reversed already.

    Raises: NotReversible.
    """
    if voucher.source_code != SourceCode.GENERAL_JOURNAL:
        text = _("Voucher %(id)s comes from %(source)s. Only vouchers of the general journal can be reversed by hand.")
        raise NotReversible(text % {"id": voucher.pk, "source": voucher.get_source_code_display()})
    if GLTransaction.objects.filter(reverses=voucher).exists():
        raise NotReversible(
            _("Voucher %(id)s is reversed already.") % {"id": voucher.pk}, code=ErrorCode.ALREADY_POSTED
        )


def _opposite(entry: GLEntry) -> LineToPost:
    return LineToPost(
        gl_account_id=entry.gl_account_id,
        amount=-entry.amount,
        description=entry.description,
        external_document_no=entry.external_document_no,
        dimension_set_id=entry.dimension_set_id,
    )


def _lock_saved(lines: Sequence[GeneralJournalLine]) -> list[GeneralJournalLine]:
    """Read saved lines again, locked: somebody may have posted or changed them since the page was shown."""
    if not lines:
        raise DomainError(_("The journal has no lines. Add at least two that sum to zero."))
    saved = {line.pk: line for line in locks.lock_journal_lines([line.pk for line in lines if line.pk])}
    if any(line.pk and line.pk not in saved for line in lines):
        raise DomainError(
            _("Some of the lines are posted or deleted already. Look at the journal again, then post what is left."),
            code=ErrorCode.CHANGED_MEANWHILE,
        )
    return [saved[line.pk] if line.pk else line for line in lines]


def _group(lines: Sequence[GeneralJournalLine]) -> list[_Voucher]:
    groups: dict[tuple[str, date], list[GeneralJournalLine]] = {}
    for line in lines:
        groups.setdefault((line.document_no, line.posting_date), []).append(line)
    return [_Voucher(no, on, members) for (no, on), members in groups.items()]


def _check(lines: Sequence[GeneralJournalLine], vouchers: Sequence[_Voucher], *, series: str) -> None:
    precision = Company.current().amount_rounding_precision
    problems = [problem for line in lines for problem in _line_problems(line, precision)]
    problems += checks.date_problems(line.posting_date for line in lines)
    problems += [problem for voucher in vouchers if (problem := _balance_problem(voucher))]
    raise_problems(problems)
    for number in sorted({voucher.document_no for voucher in vouchers if voucher.document_no}):
        numbering.check_manual(series, number)
    for dimension_set in {line.dimension_set for line in lines if line.dimension_set_id}:
        if dimension_set is not None:
            dimensions.check(dimension_set.values)


def _line_problems(line: GeneralJournalLine, precision: Decimal) -> list[Problem]:
    problems = []
    if faulty := checks.account_problem(line.gl_account, account_id=line.gl_account_id):
        problems.append(_at_line(line, str(faulty), faulty.code, faulty.url))
    elif not line.gl_account.direct_posting:
        problems.append(_no_direct_posting(line, line.gl_account))
    if not line.amount:
        problems.append(
            _at_line(line, _("the amount is 0. Enter an amount, or delete the line."), ErrorCode.INVALID_INPUT)
        )
    elif round_amount(line.amount, precision) != line.amount:
        text = _("%(amount)s is finer than the currency's precision of %(precision)s.")
        values = {"amount": f"{line.amount.normalize():f}", "precision": f"{precision.normalize():f}"}
        problems.append(_at_line(line, text % values, ErrorCode.INVALID_INPUT))
    return problems


def _no_direct_posting(line: GeneralJournalLine, account: GLAccount) -> Problem:
    text = _("G/L account %(no)s %(name)s takes no direct posting. Choose another account, or allow it on the account.")
    values = {"no": account.no, "name": account.name}
    return _at_line(line, text % values, ErrorCode.BLOCKED_ACCOUNT, checks.account_url(account))


def _at_line(line: GeneralJournalLine, text: str, code: ErrorCode, url: str = "") -> Problem:
    message = _("Line %(line)s: %(text)s") % {"line": line.line_no, "text": text}
    return Problem(message, code, document_no=line.document_no, line_no=line.line_no, url=url)


def _balance_problem(voucher: _Voucher) -> Problem | None:
    total = sum((line.amount for line in voucher.lines), Decimal(0))
    if not total:
        return None
    text = _("Document %(no)s on %(date)s does not balance: its lines sum to %(total)s. They must sum to 0.")
    values = {
        "no": voucher.document_no or _("without number"),
        "date": voucher.posting_date.isoformat(),
        "total": f"{total.normalize():f}",
    }
    return Problem(text % values, ErrorCode.NOT_BALANCED, document_no=voucher.document_no)


def _number(vouchers: Sequence[_Voucher], *, series: str) -> list[TransactionToPost]:
    """Draw the missing numbers, last of all locks."""
    transactions = []
    for voucher in vouchers:
        number = voucher.document_no or numbering.draw(series, on=voucher.posting_date)[0]
        lines = [
            LineToPost(line.gl_account_id, line.amount, line.description, dimension_set_id=line.dimension_set_id)
            for line in voucher.lines
        ]
        description = voucher.lines[0].description
        transactions.append(TransactionToPost(voucher.posting_date, number, description, lines))
    return transactions


def _post(
    transactions: Sequence[TransactionToPost], *, context: PostingContext, user_id: int | None, source_code: SourceCode
) -> list[PostedTransaction]:
    return post_transactions(
        transactions, context=context, user_id=user_id, source_code=source_code, system_created=False
    )


def _result(transactions: Sequence[TransactionToPost], posted: Sequence[PostedTransaction]) -> JournalResult:
    entry_ids = tuple(entry_id for voucher in posted for entry_id in voucher.entry_ids)
    entries = GLEntry.objects.filter(pk__in=entry_ids).order_by("pk")
    columns = ("posting_date", "document_no", "description", "amount")
    gl_lines = entries.values(*columns, account_no=F("gl_account__no"), account_name=F("gl_account__name"))
    return JournalResult(
        register_id=posted[0].register_id,
        transaction_ids=tuple(voucher.transaction_id for voucher in posted),
        document_nos=tuple(voucher.document_no for voucher in transactions),
        gl_entry_ids=entry_ids,
        gl_lines=tuple(dict(line) for line in gl_lines),
    )
