"""Where the amounts of waiting value entries go: the account of each role, or why it cannot be posted to.

Entries with the same frozen accounts and the same posting groups share their accounts, so there are few routes whatever
the number of entries. A role that is blank in the frozen set is looked up in today's setup. Whoever blocks a line of
the general posting setup wants nothing posted with it, so a blocked line is a fault also where the account is frozen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from costing import accounts as account_lookup
from costing.accounts import FrozenAccounts, PostingKey
from costing.enums import INVENTORY_POSTING_ROLES, AccountRole
from costing.models import GeneralPostingSetup, InventoryPostingSetup
from costing.post_to_gl import causes
from costing.post_to_gl.causes import Fault
from ledger.enums import AccountType
from ledger.models import GLAccount


class Group(NamedTuple):
    """What decides the accounts of a value entry; 0 where blank. `wip_posting_group_id`: as in `PostingKey`."""

    account_set_id: int
    location_id: int
    inventory_posting_group_id: int
    gen_bus_posting_group_id: int
    gen_prod_posting_group_id: int
    wip_posting_group_id: int

    @property
    def posting_key(self) -> PostingKey:
        return PostingKey(*(part or None for part in self[1:]))


@dataclass(frozen=True, slots=True)
class Route:
    """The account that a role stands for; None with the fault where there is none to post to."""

    group: Group
    role: AccountRole
    account_id: int | None
    fault: Fault | None = None


def find_routes(wanted: Collection[tuple[Group, AccountRole]]) -> list[Route]:
    """Return the route of each role that a group of entries needs. A bounded number of queries."""
    accounts = _accounts({group for group, _role in wanted})
    used = {pk for found in accounts.values() for pk in found.account_ids.values()}
    unusable = GLAccount.objects.filter(pk__in=used).exclude(account_type=AccountType.POSTING, blocked=False)
    finder = _Finder(accounts, {account.pk: account for account in unusable})
    return [finder.route(group, role) for group, role in sorted(wanted)]


def blocked_combinations() -> set[tuple[int | None, int]]:
    """The general posting setup lines that are blocked: business and product posting group."""
    blocked = GeneralPostingSetup.objects.filter(blocked=True)
    return set(blocked.values_list("gen_bus_posting_group_id", "gen_prod_posting_group_id"))


def _accounts(groups: Iterable[Group]) -> dict[Group, FrozenAccounts]:
    found = set(groups)
    sets = account_lookup.accounts_of_sets({group.account_set_id for group in found if group.account_set_id})
    today = account_lookup.accounts_in_setup({group.posting_key for group in found})
    frozen = {group: sets[group.account_set_id].account_ids if group.account_set_id in sets else {} for group in found}
    return {group: FrozenAccounts(group.account_set_id, today[group.posting_key] | frozen[group]) for group in found}


@dataclass
class _Finder:
    """The accounts of each group, and those among them that take no postings."""

    accounts: dict[Group, FrozenAccounts]
    unusable: dict[int, GLAccount]

    def route(self, group: Group, role: AccountRole) -> Route:
        key = group.posting_key
        in_inventory = role in INVENTORY_POSTING_ROLES
        line = _inventory_line(key, role) if in_inventory else _general_line(key)
        if not in_inventory and line in self.blocked:
            return Route(group, role, None, causes.blocked_setup(account_lookup.combination(key, role), line))
        account_id = self.accounts[group].account_ids.get(role.value)
        if account_id is not None:
            faulty = self.unusable.get(account_id)
            if faulty is None:
                return Route(group, role, account_id)
            return Route(group, role, None, causes.unusable_account(faulty, role))
        known = self.inventory_lines if in_inventory else self.general_lines
        words = account_lookup.combination(key, role)
        if line in known:
            return Route(group, role, None, causes.blank_account(words, role, line))
        return Route(group, role, None, causes.missing_line(words, role, line))

    @cached_property
    def blocked(self) -> set[tuple[int | None, int]]:
        return blocked_combinations()

    @cached_property
    def inventory_lines(self) -> set[tuple[int | None, int]]:
        return set(InventoryPostingSetup.objects.values_list("location_id", "inventory_posting_group_id"))

    @cached_property
    def general_lines(self) -> set[tuple[int | None, int]]:
        found = GeneralPostingSetup.objects.values_list("gen_bus_posting_group_id", "gen_prod_posting_group_id")
        return set(found)


def _inventory_line(key: PostingKey, role: AccountRole) -> tuple[int | None, int | None]:
    of_wip = key.wip_posting_group_id if role == AccountRole.WIP else None
    return key.location_id, of_wip or key.inventory_posting_group_id


def _general_line(key: PostingKey) -> tuple[int | None, int | None]:
    return key.gen_bus_posting_group_id, key.gen_prod_posting_group_id
