"""The one table of account rules: which accounts a value entry moves.

An amount goes to `account` with its own sign and to `balancing` with the opposite one (debit positive). Posting to G/L
and the reconciliation matrix both read this table, so they cannot drift apart.
Source: design-details-accounts-in-the-general-ledger.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from costing.enums import AccountRole, PostingPair, ValueEntryType, VarianceType
from inventory.enums import ItemLedgerEntryType, OrderType

Entry = ItemLedgerEntryType
Value = ValueEntryType
Role = AccountRole


class CombinationNotAllowed(DomainError):
    """A value entry of a type that its item ledger entry type cannot have: a bug, or data from elsewhere."""

    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class AccountPair:
    account: AccountRole
    balancing: AccountRole


@dataclass(frozen=True, slots=True)
class RuleKey:
    """What decides the accounts. `variance_type` is blank unless the value is a variance."""

    item_ledger_entry_type: str
    entry_type: str
    variance_type: str = ""
    order_type: str = ""


_ADJUSTMENT_TYPES = (Entry.POSITIVE_ADJMT, Entry.NEGATIVE_ADJMT, Entry.TRANSFER)
_MADE_TYPES = (Entry.OUTPUT, Entry.ASSEMBLY_OUTPUT)
_ITEM_TYPES = tuple(kind for kind in Entry if kind != Entry.CAPACITY)
_MANUFACTURING_VARIANCES = {
    VarianceType.MATERIAL: Role.MATERIAL_VARIANCE,
    VarianceType.CAPACITY: Role.CAPACITY_VARIANCE,
    VarianceType.SUBCONTRACTED: Role.SUBCONTRACTED_VARIANCE,
    VarianceType.CAPACITY_OVERHEAD: Role.CAPACITY_OVERHEAD_VARIANCE,
    VarianceType.MANUFACTURING_OVERHEAD: Role.MANUFACTURING_OVERHEAD_VARIANCE,
    VarianceType.MATERIAL_NON_INVENTORY: Role.MATERIAL_NON_INVENTORY_VARIANCE,
}


def _actual_rules() -> dict[RuleKey, AccountPair]:
    rules: dict[RuleKey, AccountPair] = {}

    def rule(entry: str, value: str, balancing: AccountRole, *, variance: str = "", order: str = "") -> None:
        rules[RuleKey(entry, value, variance, order)] = AccountPair(Role.INVENTORY, balancing)

    rule(Entry.PURCHASE, Value.DIRECT_COST, Role.DIRECT_COST_APPLIED)
    rule(Entry.PURCHASE, Value.INDIRECT_COST, Role.OVERHEAD_APPLIED)
    rule(Entry.PURCHASE, Value.VARIANCE, Role.PURCHASE_VARIANCE, variance=VarianceType.PURCHASE)
    rule(Entry.SALE, Value.DIRECT_COST, Role.COGS)
    for kind in _ADJUSTMENT_TYPES:
        rule(kind, Value.DIRECT_COST, Role.INVENTORY_ADJUSTMENT)
    rule(Entry.CONSUMPTION, Value.DIRECT_COST, Role.WIP)
    rule(Entry.OUTPUT, Value.DIRECT_COST, Role.WIP)
    rule(Entry.OUTPUT, Value.INDIRECT_COST, Role.OVERHEAD_APPLIED)
    rule(Entry.OUTPUT, Value.DIRECT_COST_NON_INVENTORY, Role.DIRECT_COST_NON_INVENTORY_APPLIED)
    rule(Entry.ASSEMBLY_OUTPUT, Value.DIRECT_COST, Role.INVENTORY_ADJUSTMENT)
    rule(Entry.ASSEMBLY_OUTPUT, Value.INDIRECT_COST, Role.OVERHEAD_APPLIED)
    rule(Entry.ASSEMBLY_CONSUMPTION, Value.DIRECT_COST, Role.INVENTORY_ADJUSTMENT)
    for kind in _MADE_TYPES:
        for variance, role in _MANUFACTURING_VARIANCES.items():
            rule(kind, Value.VARIANCE, role, variance=variance)
    for kind in _ITEM_TYPES:
        rule(kind, Value.VARIANCE, Role.PRICE_DIFFERENCE, variance=VarianceType.PRICE_DIFFERENCE)
        rule(kind, Value.REVALUATION, Role.INVENTORY_ADJUSTMENT)
        rule(kind, Value.ROUNDING, Role.INVENTORY_ADJUSTMENT)
    applied = {Value.DIRECT_COST: Role.DIRECT_COST_APPLIED, Value.INDIRECT_COST: Role.OVERHEAD_APPLIED}
    for value, balancing in applied.items():
        for order, account in (
            (OrderType.ASSEMBLY, Role.INVENTORY_ADJUSTMENT),
            (OrderType.PRODUCTION, Role.WIP),
        ):
            rules[RuleKey(Entry.CAPACITY, value, "", order)] = AccountPair(account, balancing)
    return rules


def _expected_rules() -> dict[RuleKey, AccountPair]:
    balancing = {
        Entry.PURCHASE: Role.INVT_ACCRUAL_INTERIM,
        Entry.SALE: Role.COGS_INTERIM,
        Entry.OUTPUT: Role.WIP,
    }
    rules = {
        RuleKey(entry, value): AccountPair(Role.INVENTORY_INTERIM, role)
        for entry, role in balancing.items()
        for value in (Value.DIRECT_COST, Value.REVALUATION)
    }
    for kind in _ADJUSTMENT_TYPES:
        rules[RuleKey(kind, Value.DIRECT_COST)] = AccountPair(Role.INVENTORY_INTERIM, Role.COGS_INTERIM)
    return rules


ACTUAL_RULES = _actual_rules()
EXPECTED_RULES = _expected_rules()
# A production order finished without output: what its components and capacity put on WIP moves on to adjustments.
CLOSING_OUT_RULES = {
    RuleKey(Entry.CONSUMPTION, Value.DIRECT_COST): AccountPair(Role.WIP, Role.INVENTORY_ADJUSTMENT),
    **{
        RuleKey(Entry.CAPACITY, value, order_type=OrderType.PRODUCTION): AccountPair(
            Role.INVENTORY_ADJUSTMENT, Role.WIP
        )
        for value in (Value.DIRECT_COST, Value.INDIRECT_COST)
    },
}
RULES: dict[PostingPair, dict[RuleKey, AccountPair]] = {
    PostingPair.ACTUAL: ACTUAL_RULES,
    PostingPair.EXPECTED: EXPECTED_RULES,
    PostingPair.CLOSING_OUT: CLOSING_OUT_RULES,
}


def account_pair(
    *,
    item_ledger_entry_type: str,
    entry_type: str,
    variance_type: str,
    order_type: str,
    kind: PostingPair = PostingPair.ACTUAL,
) -> AccountPair:
    """Return the two roles that an amount of a value entry moves.

    Only capacity depends on the type of its order.

    Raises: CombinationNotAllowed.
    """
    is_capacity = item_ledger_entry_type == Entry.CAPACITY
    key = RuleKey(item_ledger_entry_type, entry_type, variance_type, order_type if is_capacity else "")
    pair = RULES[kind].get(key)
    if pair is None:
        raise CombinationNotAllowed(
            _("A %(value)s value of a %(entry)s entry cannot be posted to the general ledger.")
            % {"value": f"{entry_type} {variance_type}".strip(), "entry": item_ledger_entry_type}
        )
    return pair
