"""What the relation says of posted amounts: where each one should stand, and where it does.

A relation row posts one amount to two accounts. Each of these is a leg: the role that the rules give it, the account
that was frozen for that role, the account and the dates at which it really stands. Legs are summed by all of that, so
there are few of them whatever the number of entries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Sum
from django.db.models.expressions import Combinable

from costing import accounts as account_lookup
from costing.accounts import FrozenAccounts
from costing.enums import AccountRole, PostingPair
from costing.models import GLItemLedgerRelation
from costing.rules import RULES, RuleKey
from reconciliation import rows
from reconciliation.scopes import Scope
from reconciliation.selectors import KIND

SIDES = (("gl_entry", 1), ("balancing_gl_entry", -1))
FACTS = (
    *(f"value_entry__{name}" for name in KIND),
    "pair",
    "value_entry__account_set",
    *(f"{side}__gl_account" for side, _sign in SIDES),
    "value_counts",
    *(f"{side}_counts" for side, _sign in SIDES),
)


@dataclass(frozen=True, slots=True)
class Leg:
    """An amount on one account, signed as on that account.

    `role` is None for the balancing side of a kind that the rules refuse. `own_account_id`: the account frozen for the
    role, None if none is. `value_counts`, `ledger_counts`: whether the value entry, and the G/L entry, are in the dates
    of the scope. `side` and `group` name the relation rows that it sums: `rows_of` is the condition on them.
    """

    role: AccountRole | None
    amount: Decimal
    account_id: int
    own_account_id: int | None
    value_counts: bool
    ledger_counts: bool
    side: str = SIDES[0][0]
    group: tuple[Any, ...] = ()

    def rows_of(self) -> Q:
        """The condition that a row of `with_dates` is among those summed here."""
        return Q(**dict(zip(FACTS, self.group, strict=True)))


@dataclass(frozen=True, slots=True)
class Posted:
    """Posted amounts summed by all that decides where they should stand and where they do; signed as the value entry.

    `facts` are the values of `FACTS`: kind, pair, account set, both accounts, what of it is in the dates.
    """

    facts: tuple[Any, ...]
    amount: Decimal

    @property
    def key(self) -> tuple[RuleKey, PostingPair]:
        return rows.rule_key(*self.facts[:4]), PostingPair(self.facts[4])

    @property
    def value_counts(self) -> bool:
        return bool(self.facts[8])

    def account_of(self, side: str) -> tuple[int, bool]:
        """The account of the G/L entry on a side, and whether that entry is in the dates."""
        first = side == SIDES[0][0]
        return (self.facts[6], self.facts[9]) if first else (self.facts[7], self.facts[10])


def posted(scope: Scope) -> list[Posted]:
    """Every posted amount of which the value entry or a G/L entry is in the scope; one query, few rows."""
    found = with_dates(GLItemLedgerRelation.objects.all(), scope)
    in_dates = [scope.dated(f"{each}__") for each in ("value_entry", *(side for side, _sign in SIDES))]
    if in_dates[0]:
        found = found.filter(in_dates[0] | in_dates[1] | in_dates[2])
    if scope.known_at is not None:
        found = found.filter(gl_entry__created_at__lte=scope.known_at)
    sums = found.order_by().values_list(*FACTS).annotate(Sum("amount"))
    return [Posted(tuple(facts), amount) for *facts, amount in sums]


def as_frozen(scope: Scope) -> list[Posted] | None:
    """What is posted of the value entries in the dates, as if every amount stood where it belongs.

    That is on the account frozen for its role, on the date of its value entry: no G/L entry is read. One query, and one
    for the account sets. None where that account is not known: the role is blank in the set, or no rule names the kind.
    """
    relations = GLItemLedgerRelation.objects.filter(scope.value_entries("value_entry__")).order_by()
    sums = list(relations.values_list(*FACTS[:6]).annotate(Sum("amount")))
    sets = _sets({set_id for *_kind, set_id, _amount in sums})
    found = []
    for *facts, amount in sums:
        kind, pair = rows.rule_key(*facts[:4]), PostingPair(facts[4])
        own = [_own_account(_role(kind, pair, side), sets.get(facts[5])) for side, _sign in SIDES]
        if None in own:
            return None
        found.append(Posted((*facts, *own, True, True, True), amount))
    return found


def legs_of(groups: Iterable[Posted]) -> list[Leg]:
    """The two legs of each posted amount, where something of it is in the dates. One query, for the account sets."""
    groups = list(groups)
    sets = _sets({group.facts[5] for group in groups})
    legs = [_leg(group, side, sign, sets) for group in groups for side, sign in SIDES]
    return [leg for leg in legs if leg.value_counts or leg.ledger_counts]


def with_dates(relations: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """Keep the items of a scope; annotate whether the value entry, and each G/L entry, is in its dates."""
    flags = {f"{side}_counts": _flag(scope.dated(f"{side}__")) for side, _sign in SIDES}
    return relations.filter(scope.items("value_entry__")).annotate(
        value_counts=_flag(scope.dated("value_entry__")), **flags
    )


def _flag(condition: Q) -> Combinable:
    """Whether a row meets a condition; an empty condition is met by all."""
    return ExpressionWrapper(condition or Q(pk__isnull=False), output_field=BooleanField())


def _sets(set_ids: Iterable[int | None]) -> dict[int, FrozenAccounts]:
    return account_lookup.accounts_of_sets({set_id for set_id in set_ids if set_id is not None})


def _leg(group: Posted, side: str, sign: int, sets: dict[int, FrozenAccounts]) -> Leg:
    role = _role(*group.key, side)
    own = _own_account(role, sets.get(group.facts[5]))
    account_id, ledger_counts = group.account_of(side)
    return Leg(role, sign * group.amount, account_id, own, group.value_counts, ledger_counts, side, group.facts)


def _role(kind: RuleKey, pair: PostingPair, side: str) -> AccountRole | None:
    """The role whose account an amount belongs on; None for the balancing side of a kind that the rules refuse."""
    rule = RULES[pair].get(kind)
    # What the rules refuse counts in the Total of inventory (rows.cell_legs), and on no other account.
    own_roles = (AccountRole.INVENTORY, None) if rule is None else (rule.account, rule.balancing)
    return own_roles[side != SIDES[0][0]]


def _own_account(role: AccountRole | None, frozen: FrozenAccounts | None) -> int | None:
    return frozen.account_ids.get(role.value) if frozen and role else None
