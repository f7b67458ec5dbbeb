"""G/L entries on inventory accounts that the relation does not account for, by who made them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from config.base.fields import AmountField
from costing.models import GLItemLedgerRelation
from ledger.enums import SourceCode
from reconciliation import selectors
from reconciliation.enums import Cause
from reconciliation.legs import SIDES, Posted
from reconciliation.selectors import ZERO, Matrix

SYSTEM_SOURCES = (SourceCode.INVENTORY_POSTING, SourceCode.INVENTORY_CLOSE)
NOTHING = Value(Decimal(0), output_field=AmountField())


def by_cause(matrix: Matrix) -> dict[Cause, dict[int, Decimal]]:
    """The amount of each cause on each account, of the entries that belong to no value entry."""
    account_ids = frozenset().union(*matrix.accounts.values())
    found: dict[Cause, dict[int, Decimal]] = {}
    for account_id, cause, amount in (
        with_cause(selectors.untied_in(matrix.scope, account_ids))
        .order_by()
        .values_list("gl_account", "cause")
        .annotate(Sum("amount"))
    ):
        found.setdefault(Cause(cause), {})[account_id] = amount
    return found


def with_cause(entries: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate `cause`: why an entry that no value entry stands behind is there."""
    cause = Case(
        When(transaction__reverses__source_code__in=SYSTEM_SOURCES, then=Value(Cause.REVERSED_BY_HAND.value)),
        When(source_code__in=SYSTEM_SOURCES, then=Value(Cause.POSTED_TWICE.value)),
        When(source_code=SourceCode.YEAR_END, then=Value(Cause.CLOSED_FISCAL_YEAR.value)),
        default=Value(Cause.DIRECT_POSTING.value),
    )
    return entries.annotate(cause=cause)


def changed(
    by_account: Mapping[int, Decimal], untied: Iterable[Mapping[int, Decimal]], posted: Iterable[Posted]
) -> dict[int, Decimal]:
    """By account, what tied G/L entries hold more (or less) than the relations that tie them."""
    whole = dict(by_account)
    for each in untied:
        for account_id, amount in each.items():
            whole[account_id] = whole.get(account_id, ZERO) - amount
    for group in posted:
        for side, sign in SIDES:
            account_id, counts = group.account_of(side)
            if counts:
                whole[account_id] = whole.get(account_id, ZERO) - sign * group.amount
    return {account_id: amount for account_id, amount in whole.items() if amount}


def with_change(entries: QuerySet[Any]) -> QuerySet[Any]:
    """Keep the tied G/L entries whose amount is not the sum of their relations; annotate `effect`: what is too much."""
    as_first = GLItemLedgerRelation.objects.filter(gl_entry=OuterRef("pk")).order_by().values("gl_entry")
    as_second = GLItemLedgerRelation.objects.filter(balancing_gl_entry=OuterRef("pk")).order_by()
    first = Subquery(as_first.annotate(total=Sum("amount")).values("total"))
    second = Subquery(as_second.values("balancing_gl_entry").annotate(total=Sum("amount")).values("total"))
    tied = entries.annotate(first=first, second=second).exclude(first=None, second=None)
    effect = F("amount") - Coalesce(F("first"), NOTHING) + Coalesce(F("second"), NOTHING)
    return tied.annotate(effect=effect).exclude(effect=0)
