"""The pages of the general ledger."""

from ledger.views.accounts import GLAccountCardView, GLAccountListView
from ledger.views.entries import GLEntryListView, GLRegisterListView, VoucherListView, VoucherView
from ledger.views.journal import JournalLinesView, JournalView, PostJournalView, ReverseVoucherView

__all__ = [
    "GLAccountCardView",
    "GLAccountListView",
    "GLEntryListView",
    "GLRegisterListView",
    "JournalLinesView",
    "JournalView",
    "PostJournalView",
    "ReverseVoucherView",
    "VoucherListView",
    "VoucherView",
]
