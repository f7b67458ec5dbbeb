"""The entries behind a figure of the matrix, each with its effect on it. The effects add up to the figure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Case, Expression, F, Q, QuerySet, Value, When

from config.base.fields import AmountField
from costing.models import GLItemLedgerRelation, ValueEntry
from costing.rules import ACTUAL_RULES, EXPECTED_RULES, RuleKey
from inventory.enums import ItemLedgerEntryType
from ledger.querysets import GLEntryQuerySet
from reconciliation import rows, selectors
from reconciliation.rows import Share
from reconciliation.scopes import Scope

ZERO = Value(Decimal(0), output_field=AmountField())


def value_entries(scope: Scope, row: str, column: str) -> QuerySet[Any]:
    """The value entries behind a figure, with `amount` (their own) and `effect` (on the figure, never 0)."""
    return with_effect(ValueEntry.objects.filter(scope.value_entries()), row, column)


def with_effect(entries: QuerySet[Any], row: str, column: str) -> QuerySet[Any]:
    """Keep the entries that a figure counts; annotate `amount` and `effect`."""
    shares = rows.shares_of(row, column)
    if not shares:
        return entries.none().annotate(amount=ZERO, effect=ZERO)
    amount = _by_kind([(share.key, _counted(abs(share.actual), abs(share.expected))) for share in shares])
    effect = _by_kind([(share.key, _counted(share.actual, share.expected)) for share in shares])
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
        for each in (*ACTUAL_RULES, *EXPECTED_RULES):
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


def _counted(actual: int, expected: int) -> Any:
    return Value(actual) * F("cost_amount_actual") + Value(expected) * F("cost_amount_expected")


def tied_amounts(scope: Scope, row: str, column: str) -> QuerySet[Any]:
    """The links behind a G/L figure under a filter by item or place, with `effect` on the figure."""
    role = rows.role_of(row, column)
    if role is None:
        return GLItemLedgerRelation.objects.none()
    account_ids = selectors.accounts_by_role()[role]
    first, second = Q(gl_entry__gl_account__in=account_ids), Q(balancing_gl_entry__gl_account__in=account_ids)
    condition = scope.items("value_entry__") & scope.dated("gl_entry__")
    effect = Case(When(first, then=F("amount")), default=ZERO, output_field=AmountField()) - Case(
        When(second, then=F("amount")), default=ZERO, output_field=AmountField()
    )
    return GLItemLedgerRelation.objects.filter(condition, first | second).annotate(effect=effect).exclude(effect=0)


def untied_entries(scope: Scope, row: str, column: str) -> GLEntryQuerySet:
    """The G/L entries on the accounts of a figure that belong to no item; their amounts are their effects."""
    role = rows.role_of(row, column)
    accounts = selectors.accounts_by_role()
    return selectors.untied_entries(scope, accounts[role] if role else frozenset())
