"""Vocabularies of the reconciliation."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cause(models.TextChoices):
    """Why the general ledger and the value entries differ. The causes of a difference add up to it."""

    EXPECTED_COST_SETUP = "expected_cost_setup", _("Expected cost setup")
    NOT_POSTED = "not_posted", _("Post cost to G/L")
    MISSING_ACCOUNT = "missing_account", _("No account in the posting setup")
    BLOCKED_ACCOUNT = "blocked_account", _("Blocked account")
    NOT_QUEUED = "not_queued", _("Neither posted nor waiting")
    POSTING_DATE = "posting_date", _("Posting date")
    ACCOUNT_CHANGED = "account_changed", _("Posted to another account")
    SIMILAR_ACCOUNTS = "similar_accounts", _("One account for two purposes")
    ENTRY_CHANGED = "entry_changed", _("G/L entry changed")
    POSTED_TWICE = "posted_twice", _("Posted twice")
    REVERSED_BY_HAND = "reversed_by_hand", _("Reversed by hand")
    CLOSED_FISCAL_YEAR = "closed_fiscal_year", _("Closed fiscal year")
    DIRECT_POSTING = "direct_posting", _("Direct posting")
    NOT_ALLOWED = "not_allowed", _("Combination not allowed")
    UNEXPLAINED = "unexplained", _("Unexplained")


MEANINGS: dict[Cause, Any] = {
    Cause.EXPECTED_COST_SETUP: _(
        "Goods that are received or shipped and not invoiced have an expected cost. Expected cost posting is off, so "
        "the interim accounts stay empty by setup. Switch it on, or accept that interim figures stand in stock only."
    ),
    Cause.NOT_POSTED: _(
        "These value entries wait in the queue. Run Post inventory cost to G/L, and the difference is gone."
    ),
    Cause.MISSING_ACCOUNT: _(
        "These value entries wait because their posting setup names no account for the purpose. Fill in the account, "
        "then run Post inventory cost to G/L."
    ),
    Cause.BLOCKED_ACCOUNT: _(
        "These value entries wait because an account of theirs is blocked or is no posting account. Unblock it, then "
        "run Post inventory cost to G/L."
    ),
    Cause.NOT_QUEUED: _(
        "These value entries are not posted in full, and do not wait to be posted either: somebody took them out of "
        "the queue in the database. Run check_books, which names them, have them put back, then post inventory cost."
    ),
    Cause.POSTING_DATE: _(
        "These amounts are in both ledgers, on different posting dates: one of the two lies outside the dates of this "
        "matrix. Over all dates the difference disappears."
    ),
    Cause.ACCOUNT_CHANGED: _(
        "The value entries belong to another account than the one their G/L entries stand on. Move the amount back "
        "with a general journal, or find out who changed the G/L entry."
    ),
    Cause.SIMILAR_ACCOUNTS: _(
        "The posting setup uses one account for several purposes, so that the account holds more than this row. Give "
        "each purpose an account of its own."
    ),
    Cause.ENTRY_CHANGED: _(
        "The amount of these G/L entries is no longer the sum of the value entries behind them. Posted entries never "
        "change in this program: look for somebody who wrote to the database."
    ),
    Cause.POSTED_TWICE: _(
        "These G/L entries come from inventory posting, but no value entry stands behind them. Reverse them with a "
        "general journal."
    ),
    Cause.REVERSED_BY_HAND: _(
        "A G/L transaction of inventory posting was reversed by hand. The value entries still count as posted. Post "
        "the opposite with a general journal, or reverse the reversal."
    ),
    Cause.CLOSED_FISCAL_YEAR: _(
        "The year end closing emptied the income accounts. The value entries keep their amounts; nothing is to be done."
    ),
    Cause.DIRECT_POSTING: _(
        "Somebody posted to these accounts without an inventory document. Move the amount to another account with a "
        "general journal, and switch off direct posting for accounts that belong to inventory."
    ),
    Cause.NOT_ALLOWED: _(
        "These value entries are of a kind that their item ledger entry cannot have; no account is meant for them. "
        "They come from elsewhere or from an error in the program: run check_books."
    ),
    Cause.UNEXPLAINED: _(
        "What none of the known causes accounts for. Run check_books: an invariant of the books fails."
    ),
}
"""What each cause means and what cures it, for an accountant."""
