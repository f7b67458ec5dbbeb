"""Row locks of the ledger: ordered by key, on the own table only, never blocking inserts that refer to the row."""

from __future__ import annotations

from collections.abc import Collection

from config.base.locks import require_transaction
from ledger.models import GeneralJournalLine, GLTransaction


def lock_journal_lines(line_ids: Collection[int]) -> list[GeneralJournalLine]:
    """Lock saved lines of general journals and return those that still exist."""
    require_transaction()
    lines = GeneralJournalLine.objects.filter(pk__in=line_ids).select_related("gl_account").order_by("pk")
    return list(lines.select_for_update(no_key=True, of=("self",)))


def lock_transaction(transaction_id: int) -> GLTransaction | None:
    """Lock a voucher, so that two reversals of it wait for each other."""
    require_transaction()
    voucher = GLTransaction.objects.filter(pk=transaction_id).order_by("pk")
    return voucher.select_for_update(no_key=True, of=("self",)).first()
