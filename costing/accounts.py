"""The accounts of a value entry: looked up in the posting setup once, then frozen in an account set."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from config.base import statements
from config.base.errors import DomainError, ErrorCode
from costing import rules
from costing.enums import GENERAL_POSTING_ROLES, INVENTORY_POSTING_ROLES, AccountRole
from costing.models import AccountSet
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
    found = _in_setup(keys)
    new = {_key_text(accounts): accounts for set_id, accounts in found.values() if set_id is None}
    made = _make_sets(new) if new else {}
    return {
        key: FrozenAccounts(made[_key_text(accounts)] if set_id is None else set_id, accounts)
        for key, (set_id, accounts) in found.items()
    }


def accounts_of_sets(set_ids: Collection[int]) -> dict[int, FrozenAccounts]:
    """Return account sets by id."""
    return {
        row[0]: FrozenAccounts(row[0], _by_role(row[1:]))
        for row in (statements.rows(_SETS, [sorted(set(set_ids))]) if set_ids else ())
    }


def accounts_in_setup(keys: Collection[PostingKey]) -> dict[PostingKey, dict[str, int]]:
    """Return the account of each role that has one, as the posting setup stands now."""
    return {key: accounts for key, (_set_id, accounts) in _in_setup(keys).items()}


def _account_column(role: AccountRole) -> str:
    """Where the account of a role stands: WIP in the line of what an order makes, where the value is of an order."""
    if role == AccountRole.WIP:
        return "CASE WHEN k.wip_group_id IS NULL THEN i.wip_id ELSE w.wip_id END"
    return f"{'i' if role in INVENTORY_POSTING_ROLES else 'g'}.{role.value}_id"


_COLUMNS = [_account_column(role) for role in ROLES]
_SETS = f"""
SELECT id, {", ".join(f"{role.value}_id" for role in ROLES)} FROM costing_accountset WHERE id = ANY(%s::bigint[])
"""  # noqa: S608 our own names
# The set with the same accounts is found by its key: the accounts in the order of the roles, blank ones as nothing.
_IN_SETUP = f"""
SELECT k.position, s.id, {", ".join(_COLUMNS)}
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) WITH ORDINALITY
     AS k(location_id, group_id, business_id, product_id, wip_group_id, position)
LEFT JOIN costing_inventorypostingsetup i
  ON i.location_id IS NOT DISTINCT FROM k.location_id AND i.inventory_posting_group_id = k.group_id
LEFT JOIN costing_inventorypostingsetup w
  ON w.location_id IS NOT DISTINCT FROM k.location_id AND w.inventory_posting_group_id = k.wip_group_id
LEFT JOIN costing_generalpostingsetup g
  ON g.gen_bus_posting_group_id IS NOT DISTINCT FROM k.business_id AND g.gen_prod_posting_group_id = k.product_id
     AND NOT g.blocked
LEFT JOIN costing_accountset s ON s.key = concat({", ',', ".join(_COLUMNS)})
"""  # noqa: S608 our own names


def _in_setup(keys: Collection[PostingKey]) -> dict[PostingKey, tuple[int | None, dict[str, int]]]:
    """The accounts of each key as the setup stands now, and the set that holds just these, if there is one."""
    ordered = list(keys)
    if not ordered:
        return {}
    rows = statements.rows(_IN_SETUP, [list(column) for column in zip(*ordered, strict=True)])
    return {ordered[position - 1]: (set_id, _by_role(ids)) for position, set_id, *ids in rows}


def _by_role(account_ids: Sequence[int | None]) -> dict[str, int]:
    return {role.value: found for role, found in zip(ROLES, account_ids, strict=True) if found is not None}


def _key_text(accounts: dict[str, int]) -> str:
    return ",".join(str(accounts.get(role.value, "")) for role in ROLES)


def _make_sets(wanted: dict[str, dict[str, int]]) -> dict[str, int]:
    """Make sets that are not there yet, by key; a set that somebody else makes meanwhile is taken."""
    AccountSet.objects.bulk_create(
        [
            AccountSet(key=text, **{f"{role}_id": account for role, account in accounts.items()})
            for text, accounts in wanted.items()
        ],
        ignore_conflicts=True,
    )
    return dict(AccountSet.objects.filter(key__in=wanted).values_list("key", "id"))


def check_roles(key: PostingKey, accounts: FrozenAccounts, pairs: Iterable[rules.AccountPair]) -> None:
    """Refuse a posting whose value could not be posted to the general ledger.

    Raises: MissingPostingSetup naming the combination and the role.
    """
    for role in {role for pair in pairs for role in (pair.account, pair.balancing)}:
        if role.value not in accounts.account_ids:
            raise MissingPostingSetup(
                _("No %(role)s account for %(combination)s. Fill it in the posting setup.")
                % {"role": role.label, "combination": combination(key, role)}
            )


def combination(key: PostingKey, role: AccountRole) -> str:
    """The codes of the posting setup line that a role stands in."""
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
