"""G/L entries on inventory accounts that the relation does not account for, by who made them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from config.base.fields import AmountField
from costing.enums import AccountRole
from costing.models import GLItemLedgerRelation
from ledger.enums import SourceCode
from ledger.models import GLEntry
from reconciliation import selectors
from reconciliation.enums import Cause
from reconciliation.scopes import Scope
from reconciliation.selectors import ZERO

SYSTEM_SOURCES = (SourceCode.INVENTORY_POSTING, SourceCode.INVENTORY_CLOSE)
NOTHING = Value(Decimal(0), output_field=AmountField())


def by_cause(scope: Scope, accounts: Mapping[AccountRole, frozenset[int]]) -> dict[Cause, dict[int, Decimal]]:
    """The amount of each cause on each account: entries that belong to no value entry, and entries that changed."""
    account_ids = frozenset().union(*accounts.values())
    entries = GLEntry.objects.filter(scope.dated())
    found: dict[Cause, dict[int, Decimal]] = {}
    for account_id, cause, amount in (
        with_cause(selectors.untied(entries, account_ids))
        .order_by()
        .values_list("gl_account", "cause")
        .annotate(Sum("amount"))
    ):
        found.setdefault(Cause(cause), {})[account_id] = amount
    found[Cause.ENTRY_CHANGED] = _changed(scope, account_ids, found.values())
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


def _changed(scope: Scope, account_ids: frozenset[int], untied: Iterable[Mapping[int, Decimal]]) -> dict[int, Decimal]:
    """By account, what tied G/L entries hold more (or less) than the relations that tie them."""
    entries = GLEntry.objects.filter(scope.dated(), gl_account_id__in=account_ids).order_by()
    whole: dict[int, Decimal] = dict(entries.values_list("gl_account").annotate(Sum("amount")))
    for by_account in untied:
        for account_id, amount in by_account.items():
            whole[account_id] -= amount
    for side, sign in (("gl_entry", 1), ("balancing_gl_entry", -1)):
        relations = GLItemLedgerRelation.objects.filter(
            scope.dated(f"{side}__"), **{f"{side}__gl_account__in": account_ids}
        ).order_by()
        for account_id, amount in relations.values_list(f"{side}__gl_account").annotate(Sum("amount")):
            whole[account_id] = whole.get(account_id, ZERO) - sign * amount
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
