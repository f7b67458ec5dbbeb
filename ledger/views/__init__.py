"""The pages of the general ledger."""

from ledger.views.accounts import GLAccountCardView, GLAccountListView
from ledger.views.entries import GLEntryListView, GLRegisterListView, VoucherListView, VoucherView
from ledger.views.journal import JournalLinesView, JournalView, PostJournalView, ReverseVoucherView
from ledger.views.periods import AccountingPeriodListView, ChangePeriodView, CloseYearView, CreateYearView
from ledger.views.trial_balance import TrialBalanceFileView, TrialBalanceView

__all__ = [
    "AccountingPeriodListView",
    "ChangePeriodView",
    "CloseYearView",
    "CreateYearView",
    "GLAccountCardView",
    "GLAccountListView",
    "GLEntryListView",
    "GLRegisterListView",
    "JournalLinesView",
    "JournalView",
    "PostJournalView",
    "ReverseVoucherView",
    "TrialBalanceFileView",
    "TrialBalanceView",
    "VoucherListView",
    "VoucherView",
]
