"""What of the value entries the ledger does not hold, and why: it waits, it cannot be posted, or it was lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from costing import accounts as account_lookup
from costing.accounts import PostingKey
from costing.enums import AccountRole, PostingPair
from costing.models import CostingSetup, GLItemLedgerRelation, ValueEntry
from costing.rules import RULES, RuleKey
from ledger.enums import AccountType
from ledger.models import GLAccount
from reconciliation import rows, selectors
from reconciliation.enums import Cause
from reconciliation.legs import Posted
from reconciliation.scopes import Scope
from reconciliation.selectors import KIND, ZERO

PLACE = ("location", "inventory_posting_group", "gen_bus_posting_group", "gen_prod_posting_group")
GROUP = (*KIND, "account_set", *PLACE)

Key = tuple[RuleKey, PostingPair]
Found = tuple[AccountRole, Cause, Decimal]


def not_posted(scope: Scope, amounts: selectors.Amounts, posted: Iterable[Posted]) -> Iterator[Found]:
    """What is missing on the accounts of each role, by cause; amounts signed as on the account.

    `amounts`, `posted`: what the value entries of the scope say, and what is posted of them.
    """
    missing = _missing(amounts, posted)
    by_setup = pairs_kept_back(scope)
    for group in waiting_groups(scope):
        for key, amount in group.amounts.items():
            if amount and key[1] not in by_setup:
                missing[key] = missing.get(key, ZERO) - amount
                yield from _legs(key, amount, group.cause_of(key[1]))
    for key, amount in _posted_since(scope).items():
        if key[1] not in by_setup:
            missing[key] = missing.get(key, ZERO) - amount
            yield from _legs(key, amount, Cause.NOT_POSTED)
    for key, amount in missing.items():
        yield from _legs(key, amount, Cause.EXPECTED_COST_SETUP if key[1] in by_setup else Cause.NOT_QUEUED)


def pairs_kept_back(scope: Scope) -> frozenset[PostingPair]:
    """The amounts that the costing setup keeps out of the ledger: expected cost, where it is not posted."""
    posts_expected = CostingSetup.at(scope.date_to or date.max).expected_cost_posting
    return frozenset() if posts_expected else frozenset({PostingPair.EXPECTED})


def _posted_since(scope: Scope) -> Mapping[Key, Decimal]:
    """What was posted after the moment that is asked about, of entries that wait no longer."""
    if scope.known_at is None:
        return {}
    return selectors.sum_relations(
        GLItemLedgerRelation.objects.filter(
            scope.value_entries("value_entry__"),
            value_entry__to_post__isnull=True,
            gl_entry__created_at__gt=scope.known_at,
        )
    )


def _missing(amounts: selectors.Amounts, posted: Iterable[Posted]) -> dict[Key, Decimal]:
    missing = dict(amounts)
    for group in posted:
        if group.value_counts:
            missing[group.key] = missing.get(group.key, ZERO) - group.amount
    return missing


def _legs(key: Key, amount: Decimal, cause: Cause) -> Iterable[Found]:
    pair = RULES[key[1]].get(key[0])
    if not amount:
        return []
    if pair is None:
        return [(AccountRole.INVENTORY, Cause.NOT_ALLOWED, amount)]
    return [(role, cause, sign * amount) for role, sign in rows.role_legs(pair)]


@dataclass(slots=True)
class WaitingGroup:
    """Value entries in the queue that share kind, frozen accounts and posting groups: what is left to post of them."""

    kind: RuleKey
    account_ids: Mapping[str, int]
    unusable: frozenset[int]
    facts: tuple[Any, ...]
    amounts: dict[Key, Decimal] = field(default_factory=dict)

    def add(self, pair: PostingPair, amount: Decimal) -> None:
        self.amounts[self.kind, pair] = self.amounts.get((self.kind, pair), ZERO) + amount

    @property
    def condition(self) -> Q:
        """The condition that a value entry is one of these."""
        return Q(to_post__isnull=False, **dict(zip(GROUP, self.facts, strict=True)))

    def cause_of(self, part: PostingPair) -> Cause:
        """Why these entries still wait: nobody posted them, or they cannot be posted as things stand."""
        pair = RULES[part].get(self.kind)
        roles = (pair.account, pair.balancing) if pair else ()
        account_ids = [self.account_ids.get(role.value) for role in roles]
        if None in account_ids:
            return Cause.MISSING_ACCOUNT
        return Cause.BLOCKED_ACCOUNT if self.unusable.intersection(account_ids) else Cause.NOT_POSTED


def waiting_groups(scope: Scope) -> list[WaitingGroup]:
    """What waits in the queue, summed by all that decides whether it can be posted."""
    in_queue = Q(to_post__isnull=False)
    values = list(
        ValueEntry.objects.filter(scope.value_entries(), in_queue)
        .order_by()
        .values_list(*GROUP)
        .annotate(Sum("cost_amount_actual"), Sum("cost_amount_expected"))
    )
    if not values:
        return []
    usable = _accounts_of({row[4:9] for row in values})
    unusable = frozenset(
        GLAccount.objects.exclude(account_type=AccountType.POSTING, blocked=False).values_list("pk", flat=True)
    )
    groups: dict[tuple[Any, ...], WaitingGroup] = {}
    for *facts, actual, expected in values:
        key = tuple(facts)
        group = groups[key] = WaitingGroup(rows.rule_key(*facts[:4]), usable[key[4:]], unusable, key)
        group.add(PostingPair.ACTUAL, actual)
        group.add(PostingPair.EXPECTED, expected)
    for *facts, pair, amount in _posted_of_waiting(scope):
        groups[tuple(facts)].add(PostingPair(pair), -amount)
    return list(groups.values())


def _posted_of_waiting(scope: Scope) -> Iterable[tuple[Any, ...]]:
    """What is posted already of entries that wait with a further amount."""
    relations = GLItemLedgerRelation.objects.filter(
        scope.value_entries("value_entry__"), value_entry__to_post__isnull=False
    )
    if scope.known_at is not None:
        relations = relations.filter(gl_entry__created_at__lte=scope.known_at)
    names = [f"value_entry__{name}" for name in GROUP]
    found: Iterable[tuple[Any, ...]] = relations.order_by().values_list(*names, "pair").annotate(Sum("amount"))
    return found


def _accounts_of(groups: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], Mapping[str, int]]:
    """The accounts that a batch job would post each group to: those frozen; where blank, those of today's setup."""
    found = list(groups)
    sets = account_lookup.accounts_of_sets({group[0] for group in found if group[0] is not None})
    today = account_lookup.accounts_in_setup({PostingKey(*group[1:]) for group in found})
    frozen = {group: sets[group[0]].account_ids if group[0] in sets else {} for group in found}
    return {group: today[PostingKey(*group[1:])] | frozen[group] for group in found}
