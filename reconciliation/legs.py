"""What the relation says of posted amounts: where each one should stand, and where it does.

A relation row posts one amount to two accounts. Each of these is a leg: the role that the rules give it, the account
that was frozen for that role, the account and the dates at which it really stands. Legs are summed by all of that, so
there are few of them whatever the number of entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Sum
from django.db.models.expressions import Combinable

from costing import accounts as account_lookup
from costing.accounts import FrozenAccounts
from costing.enums import AccountRole, PostingPair
from costing.models import GLItemLedgerRelation
from costing.rules import RULES
from reconciliation import rows
from reconciliation.scopes import Scope
from reconciliation.selectors import KIND

SIDES = (("gl_entry", 1), ("balancing_gl_entry", -1))


@dataclass(frozen=True, slots=True)
class Leg:
    """An amount on one account, signed as on that account.

    `role` is None where the rules refuse the kind. `own_account_id`: the account frozen for the role, None if none is.
    `value_counts`, `ledger_counts`: whether the value entry, and the G/L entry, are in the dates of the scope.
    `side` and `group` name the relation rows that it sums: `rows_of` is the condition on them.
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
        return Q(**dict(zip(_group_by(self.side), self.group, strict=True)))


def posted_legs(scope: Scope) -> list[Leg]:
    """Every posted amount whose value entry or G/L entry is in the scope. One query a side, and one for the sets."""
    groups = [(side, sign, row) for side, sign in SIDES for row in _grouped(scope, side)]
    sets = account_lookup.accounts_of_sets({row[5] for _side, _sign, row in groups if row[5] is not None})
    return [leg for side, sign, row in groups for leg in _leg(side, sign, row, sets)]


def _grouped(scope: Scope, side: str) -> QuerySet[Any, tuple[Any, ...]]:
    value_counts, ledger_counts = scope.dated("value_entry__"), scope.dated(f"{side}__")
    relations = with_dates(GLItemLedgerRelation.objects.all(), scope)
    if value_counts or ledger_counts:
        relations = relations.filter(value_counts | ledger_counts)
    if scope.known_at is not None:
        relations = relations.filter(**{f"{side}__created_at__lte": scope.known_at})
    return relations.order_by().values_list(*_group_by(side)).annotate(Sum("amount"))


def with_dates(relations: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """Keep the items of a scope; annotate whether the value entry, and each G/L entry, is in its dates."""
    flags = {f"{side}_counts": _flag(scope.dated(f"{side}__")) for side, _sign in SIDES}
    return relations.filter(scope.items("value_entry__")).annotate(
        value_counts=_flag(scope.dated("value_entry__")), **flags
    )


def _group_by(side: str) -> tuple[str, ...]:
    kind = [f"value_entry__{name}" for name in KIND]
    return (*kind, "pair", "value_entry__account_set", f"{side}__gl_account", "value_counts", f"{side}_counts")


def _flag(condition: Q) -> Combinable:
    """Whether a row meets a condition; an empty condition is met by all."""
    return ExpressionWrapper(condition or Q(pk__isnull=False), output_field=BooleanField())


def _leg(side: str, sign: int, row: tuple[Any, ...], sets: dict[int, FrozenAccounts]) -> Iterator[Leg]:
    *group, amount = row
    *kind, pair, set_id, account_id, value_counts, ledger_counts = group
    rule = RULES[PostingPair(pair)].get(rows.rule_key(*kind))
    role = None if rule is None else rule.account if side == "gl_entry" else rule.balancing
    frozen = sets.get(set_id)
    own = frozen.account_ids.get(role.value) if frozen and role else None
    yield Leg(role, sign * amount, account_id, own, value_counts, ledger_counts, side, tuple(group))
