"""The entries behind a figure of the matrix, each with its effect on it. The effects add up to the figure.

The functions take a queryset and add to it, so that a list page may filter further and still sum correctly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Case, Expression, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from config.base.fields import AmountField
from costing.enums import PostingPair
from costing.models import GLItemLedgerRelation
from costing.rules import RuleKey
from inventory.enums import ItemLedgerEntryType
from ledger.querysets import GLEntryQuerySet
from reconciliation import rows, selectors
from reconciliation.rows import Share

ZERO = Value(Decimal(0), output_field=AmountField())
AMOUNTS: dict[PostingPair, str] = {
    PostingPair.ACTUAL: "cost_amount_actual",
    PostingPair.EXPECTED: "cost_amount_expected",
}


def with_effect(entries: QuerySet[Any], row: str, column: str) -> QuerySet[Any]:
    """Keep the value entries that a figure counts; annotate `amount` (own) and `effect` (on the figure, never 0)."""
    shares = rows.shares_of(row, column)
    if not shares:
        return entries.none().annotate(amount=ZERO, effect=ZERO)
    return with_parts(entries, shares, _whole)


def with_parts(entries: QuerySet[Any], shares: tuple[Share, ...], part: Callable[[PostingPair], Any]) -> QuerySet[Any]:
    """Keep the value entries of some kinds; annotate `amount` and `effect`, made of a part of each of their amounts."""
    effect = _by_kind([(share.key, _counted(share.signs, part)) for share in shares])
    own = [(share.key, {each: abs(sign) for each, sign in share.signs.items()}) for share in shares]
    amount = _by_kind([(key, _counted(signs, part)) for key, signs in own])
    counted: QuerySet[Any] = entries.filter(kinds(shares)).annotate(amount=amount, effect=effect).exclude(effect=0)
    return counted


def kinds(shares: tuple[Share, ...]) -> Q:
    """The condition that a value entry is of one of the kinds of a figure."""
    condition = Q(pk__in=[])
    for share in shares:
        condition |= kind(share.key)
    return condition


def kind(key: RuleKey | None) -> Q:
    """The condition that a value entry is of this kind; None: of one that no rule names."""
    if key is None:
        known = Q(pk__in=[])
        for each in rows.KINDS:
            known |= kind(each)
        return ~known
    condition = Q(
        item_ledger_entry_type=key.item_ledger_entry_type, entry_type=key.entry_type, variance_type=key.variance_type
    )
    if key.item_ledger_entry_type == ItemLedgerEntryType.CAPACITY:
        condition &= Q(order_type=key.order_type)
    return condition


def _by_kind(amounts: list[tuple[RuleKey | None, Any]]) -> Expression:
    whens = [When(kind(key), then=amount) for key, amount in amounts]
    return Case(*whens, default=ZERO, output_field=AmountField())


def _counted(signs: Mapping[PostingPair, int], part: Callable[[PostingPair], Any]) -> Any:
    """Signed amounts; what has no sign is not read at all."""
    signed = [part(pair) if sign > 0 else -part(pair) for pair, sign in signs.items()]
    return sum(signed[1:], signed[0])


def _whole(pair: PostingPair) -> Any:
    return _posted(pair) if pair == PostingPair.CLOSING_OUT else F(AMOUNTS[pair])


def _posted(pair: PostingPair) -> Coalesce:
    posted = GLItemLedgerRelation.objects.filter(value_entry=OuterRef("pk"), pair=pair).values("amount")[:1]
    return Coalesce(Subquery(posted), ZERO)


def with_gl_effect(relations: QuerySet[Any], row: str, column: str) -> QuerySet[Any]:
    """Keep the links that a G/L figure counts; annotate `effect`: the amount on the accounts of the figure's role."""
    role = rows.role_of(row, column)
    account_ids = selectors.accounts_by_role()[role] if role else frozenset()
    first, second = Q(gl_entry__gl_account__in=account_ids), Q(balancing_gl_entry__gl_account__in=account_ids)
    effect = _where(first) - _where(second)
    counted: QuerySet[Any] = relations.filter(first | second).annotate(effect=effect).exclude(effect=0)
    return counted


def _where(condition: Q) -> Expression:
    return Case(When(condition, then=F("amount")), default=ZERO, output_field=AmountField())


def untied(entries: GLEntryQuerySet, row: str, column: str) -> GLEntryQuerySet:
    """Keep the G/L entries on the accounts of a figure that belong to no item; their amounts are their effects."""
    role = rows.role_of(row, column)
    return selectors.untied(entries, selectors.accounts_by_role()[role] if role else frozenset())
