"""The accounts of a value entry: looked up in the posting setup once, then frozen in an account set."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from costing import rules
from costing.enums import GENERAL_POSTING_ROLES, INVENTORY_POSTING_ROLES, AccountRole
from costing.models import AccountSet, GeneralPostingSetup, InventoryPostingSetup
from inventory.models import GenBusPostingGroup, GenProdPostingGroup, InventoryPostingGroup, Location
from inventory.models.master import CodedModel

ROLES = (*INVENTORY_POSTING_ROLES, *GENERAL_POSTING_ROLES)


class MissingPostingSetup(DomainError):
    """A role that a value needs has no account."""

    code = ErrorCode.MISSING_POSTING_SETUP


class PostingKey(NamedTuple):
    """What the posting setup is looked up by; ids, None where blank.

    `wip_posting_group_id`: the inventory posting group of what an order makes, where WIP is looked up for a component.
    """

    location_id: int | None
    inventory_posting_group_id: int | None
    gen_bus_posting_group_id: int | None
    gen_prod_posting_group_id: int | None
    wip_posting_group_id: int | None = None


@dataclass(frozen=True, slots=True)
class FrozenAccounts:
    """An account set in memory: the G/L account of each role that has one."""

    id: int
    account_ids: dict[str, int]


def frozen_accounts(keys: Collection[PostingKey]) -> dict[PostingKey, FrozenAccounts]:
    """Return the account set of each key as the posting setup stands now, making sets that do not exist yet.

    A missing setup line leaves its roles blank; `check_roles` refuses when a role is needed.
    """
    if not keys:
        return {}
    accounts = dict(accounts_in_setup(keys).items())
    texts = {key: _key_text(found) for key, found in accounts.items()}
    ids = _set_ids({texts[key]: accounts[key] for key in keys})
    return {key: FrozenAccounts(ids[texts[key]], accounts[key]) for key in keys}


def accounts_of_sets(set_ids: Collection[int]) -> dict[int, FrozenAccounts]:
    """Return account sets by id."""
    return {
        found.pk: FrozenAccounts(found.pk, _accounts_of(found, ROLES))
        for found in AccountSet.objects.filter(pk__in=set(set_ids))
    }


def accounts_in_setup(keys: Collection[PostingKey]) -> dict[PostingKey, dict[str, int]]:
    """Return the account of each role that has one, as the posting setup stands now."""
    inventory_lines: dict[tuple[int | None, int | None], InventoryPostingSetup] = {
        (line.location_id, line.inventory_posting_group_id): line
        for line in InventoryPostingSetup.objects.filter(
            inventory_posting_group__in={group for key in keys for group in (key[1], key.wip_posting_group_id)}
        )
    }
    general_lines: dict[tuple[int | None, int | None], GeneralPostingSetup] = {
        (line.gen_bus_posting_group_id, line.gen_prod_posting_group_id): line
        for line in GeneralPostingSetup.objects.filter(
            gen_prod_posting_group__in={key.gen_prod_posting_group_id for key in keys}, blocked=False
        )
    }
    return {
        key: _accounts_of(
            inventory_lines.get((key.location_id, key.inventory_posting_group_id)), INVENTORY_POSTING_ROLES
        )
        | _accounts_of(
            general_lines.get((key.gen_bus_posting_group_id, key.gen_prod_posting_group_id)), GENERAL_POSTING_ROLES
        )
        | _accounts_of(inventory_lines.get((key.location_id, key.wip_posting_group_id)), [AccountRole.WIP])
        for key in keys
    }


def _accounts_of(
    line: InventoryPostingSetup | GeneralPostingSetup | AccountSet | None, roles: Iterable[AccountRole]
) -> dict[str, int]:
    if line is None:
        return {}
    ids = {role.value: getattr(line, f"{role.value}_id") for role in roles}
    return {role: account_id for role, account_id in ids.items() if account_id is not None}


def _key_text(accounts: dict[str, int]) -> str:
    return ",".join(str(accounts.get(role.value, "")) for role in ROLES)


def _set_ids(wanted: dict[str, dict[str, int]]) -> dict[str, int]:
    found = dict(AccountSet.objects.filter(key__in=wanted).values_list("key", "id"))
    missing = [text for text in wanted if text not in found]
    if missing:
        AccountSet.objects.bulk_create(
            [
                AccountSet(key=text, **{f"{role}_id": account for role, account in wanted[text].items()})
                for text in missing
            ],
            ignore_conflicts=True,
        )
        found |= dict(AccountSet.objects.filter(key__in=missing).values_list("key", "id"))
    return found


def check_roles(key: PostingKey, accounts: FrozenAccounts, pairs: Iterable[rules.AccountPair]) -> None:
    """Refuse a posting whose value could not be posted to the general ledger.

    Raises: MissingPostingSetup naming the combination and the role.
    """
    for role in {role for pair in pairs for role in (pair.account, pair.balancing)}:
        if role.value not in accounts.account_ids:
            raise MissingPostingSetup(
                _("No %(role)s account for %(combination)s. Fill it in the posting setup.")
                % {"role": role.label, "combination": _combination(key, role)}
            )


def _combination(key: PostingKey, role: AccountRole) -> str:
    if role in INVENTORY_POSTING_ROLES:
        location = _code(Location, key.location_id) or _("blank location")
        group_id = key.inventory_posting_group_id
        if role == AccountRole.WIP:
            group_id = key.wip_posting_group_id or group_id
        return f"{location} + {_code(InventoryPostingGroup, group_id)}"
    business = _code(GenBusPostingGroup, key.gen_bus_posting_group_id) or _("blank")
    return f"{business} + {_code(GenProdPostingGroup, key.gen_prod_posting_group_id)}"


def _code(model: type[CodedModel], pk: int | None) -> str:
    return model._default_manager.filter(pk__in=[pk]).values_list("code", flat=True).first() or ""
