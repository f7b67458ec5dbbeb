"""Where the amounts of waiting value entries go: the account of each role, or why it cannot be posted to.

Entries with the same frozen accounts and the same posting groups share their accounts, so there are few routes whatever
the number of entries. A role that is blank in the frozen set is looked up in today's setup.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from config.base.errors import ErrorCode
from costing import accounts as account_lookup
from costing.accounts import FrozenAccounts, MissingPostingSetup, PostingKey
from costing.enums import AccountRole
from costing.rules import AccountPair
from ledger.enums import AccountType
from ledger.models import GLAccount


class Group(NamedTuple):
    """What decides the accounts of a value entry; 0 where blank."""

    account_set_id: int
    location_id: int
    inventory_posting_group_id: int
    gen_bus_posting_group_id: int
    gen_prod_posting_group_id: int

    @property
    def posting_key(self) -> PostingKey:
        return PostingKey(*(part or None for part in self[1:]))


@dataclass(frozen=True, slots=True)
class Route:
    """The account that a role stands for; None with a code and a reason where there is none to post to."""

    group: Group
    role: AccountRole
    account_id: int | None
    code: str = ""
    reason: str = ""


def find_routes(wanted: Collection[tuple[Group, AccountRole]]) -> list[Route]:
    """Return the route of each role that a group of entries needs. A bounded number of queries."""
    groups = {group for group, _role in wanted}
    accounts = _accounts(groups)
    used = {pk for found in accounts.values() for pk in found.account_ids.values()}
    unusable = dict(
        GLAccount.objects.filter(pk__in=used)
        .exclude(account_type=AccountType.POSTING, blocked=False)
        .values_list("pk", "no")
    )
    return [_route(group, role, accounts[group], unusable) for group, role in sorted(wanted)]


def _accounts(groups: Iterable[Group]) -> dict[Group, FrozenAccounts]:
    found = set(groups)
    sets = account_lookup.accounts_of_sets({group.account_set_id for group in found if group.account_set_id})
    today = account_lookup.accounts_in_setup({group.posting_key for group in found})
    frozen = {group: sets[group.account_set_id].account_ids if group.account_set_id in sets else {} for group in found}
    return {group: FrozenAccounts(group.account_set_id, today[group.posting_key] | frozen[group]) for group in found}


def _route(group: Group, role: AccountRole, accounts: FrozenAccounts, unusable: dict[int, str]) -> Route:
    try:
        account_lookup.check_roles(group.posting_key, accounts, [AccountPair(role, role)])
    except MissingPostingSetup as error:
        return Route(group, role, None, error.code, str(error))
    account_id = accounts.account_ids[role.value]
    if account_id in unusable:
        reason = _("Account %(no)s (%(role)s) is blocked or no posting account. Open it, then post again.")
        words = {"no": unusable[account_id], "role": role.label}
        return Route(group, role, None, ErrorCode.BLOCKED_ACCOUNT, reason % words)
    return Route(group, role, account_id)
