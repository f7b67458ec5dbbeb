"""Accounts, periods, the general journal, and the general ledger."""

from ledger.models.accounts import GLAccount, LedgerSetup
from ledger.models.entries import GLEntry, GLRegister, GLTransaction
from ledger.models.journals import GeneralJournalLine
from ledger.models.periods import AccountingPeriod

__all__ = [
    "AccountingPeriod",
    "GLAccount",
    "GLEntry",
    "GLRegister",
    "GLTransaction",
    "GeneralJournalLine",
    "LedgerSetup",
]
