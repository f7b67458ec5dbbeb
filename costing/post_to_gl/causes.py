"""Why a value entry cannot be posted, in words, with the record that has to be mended.

A cure is written down as text, so that a run keeps it: the kind of record and what identifies it.

    inventory_setup:3:1    the inventory posting setup line of location 3 and posting group 1 (blank: no location)
    general_setup:2:1      the general posting setup line of a business and a product posting group
    account:6100           a G/L account
    ledger_setup           general ledger setup
    periods                the accounting periods
    costing_setup          costing setup
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from config.base.errors import ErrorCode
from costing.enums import INVENTORY_POSTING_ROLES, AccountRole
from ledger.enums import AccountType
from ledger.models import GLAccount

NOTHING_TO_POST = "nothing_to_post"
EXPECTED_COST_SETUP = "expected_cost_setup"
NOT_ALLOWED = "not_allowed"
BLOCKED_SETUP = "blocked_posting_setup"
NOT_POSTING_ACCOUNT = "not_posting_account"
MISSING_LINE = "missing_posting_setup_line"
NO_ERRORS = (NOTHING_TO_POST, EXPECTED_COST_SETUP)
"""What is left in the queue for good reason: a test report does not count it among the errors."""

Line = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` is an ErrorCode or a word of this module; `cure` as in the module's docstring."""

    code: str
    reason: str
    cure: str = ""


def missing_line(combination: str, role: AccountRole, line: Line) -> Fault:
    """There is no posting setup line."""
    text = _("There is no %(setup)s for %(combination)s. Create it with its %(role)s account.")
    words = {"setup": _setup_name(role), "combination": combination, "role": role.label}
    return Fault(MISSING_LINE, text % words, _setup_cure(role, line))


def blank_account(combination: str, role: AccountRole, line: Line) -> Fault:
    """The line has no account of the role."""
    text = _("No %(role)s account for %(combination)s. Fill it in the posting setup.")
    words = {"role": role.label, "combination": combination}
    return Fault(ErrorCode.MISSING_POSTING_SETUP.value, text % words, _setup_cure(role, line))


def blocked_setup(combination: str, line: Line) -> Fault:
    """The line is blocked."""
    text = _("General posting setup %(combination)s is blocked. Unblock it, then post again.")
    cure = f"general_setup:{line[0] or ''}:{line[1] or ''}"
    return Fault(BLOCKED_SETUP, text % {"combination": combination}, cure)


def unusable_account(account: GLAccount, role: AccountRole) -> Fault:
    """The account is blocked, or a heading or total."""
    words = {"no": account.no, "name": account.name, "role": role.label}
    cure = f"account:{account.no}"
    if account.account_type != AccountType.POSTING:
        text = _("Account %(no)s %(name)s (%(role)s) is no posting account. Make it one, then post again.")
        return Fault(NOT_POSTING_ACCOUNT, text % words, cure)
    text = _("Account %(no)s %(name)s (%(role)s) is blocked. Unblock it, then post again.")
    return Fault(ErrorCode.BLOCKED_ACCOUNT.value, text % words, cure)


def not_to_post(code: str) -> Fault:
    """Nothing of the entry goes to the general ledger as things stand."""
    reasons = {
        NOTHING_TO_POST: _("Nothing of it is left to post."),
        EXPECTED_COST_SETUP: _("It holds expected cost only, and expected cost posting is off."),
        NOT_ALLOWED: _("No account is meant for a value of this kind on such an entry."),
    }
    return Fault(code, reasons[code], "costing_setup" if code == EXPECTED_COST_SETUP else "")


def label(code: str) -> str:
    """The cause in a few words, as the heading of its entries."""
    own = {
        NOTHING_TO_POST: _("Nothing to post"),
        EXPECTED_COST_SETUP: _("Expected cost posting is off"),
        NOT_ALLOWED: _("Combination not allowed"),
        BLOCKED_SETUP: _("Blocked general posting setup"),
        NOT_POSTING_ACCOUNT: _("No posting account"),
        MISSING_LINE: _("Missing posting setup line"),
        ErrorCode.MISSING_POSTING_SETUP.value: _("Account missing in the posting setup"),
        ErrorCode.PERIOD_CLOSED.value: _("Posting date not allowed"),
    }
    if code in own:
        return own[code]
    return str(ErrorCode(code).label) if code in ErrorCode.values else code


def _setup_name(role: AccountRole) -> str:
    return _("inventory posting setup") if role in INVENTORY_POSTING_ROLES else _("general posting setup")


def _setup_cure(role: AccountRole, line: Line) -> str:
    kind = "inventory_setup" if role in INVENTORY_POSTING_ROLES else "general_setup"
    return f"{kind}:{line[0] or ''}:{line[1] or ''}"
