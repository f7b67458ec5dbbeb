"""The entries behind each cause of a difference, each with its effect; the effects add up to the cause's amount.

A cause is about entries of one of three sorts:

    value entries   that the ledger does not hold: they wait, cannot be posted, or were lost
    links           between value entries and G/L entries: posted, and not on the date or the account that counts
    G/L entries     that no link accounts for, or whose amount is not that of their links
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from config.base.fields import AmountField
from costing.enums import AccountRole, PostingPair
from costing.models import GLItemLedgerRelation, ValueEntry
from costing.rules import RULES
from ledger.models import GLEntry
from reconciliation import drilldown, explanations, legs, rows, selectors, untied, waiting
from reconciliation.drilldown import AMOUNTS, ZERO
from reconciliation.enums import Cause
from reconciliation.rows import Share
from reconciliation.scopes import Scope

Figure = tuple[str, str]
"""Row and column of a difference: ("cogs", "difference"), ("difference", "inventory")."""

NOTHING = Q(pk__in=[])


class Sort(StrEnum):
    """What the entries of a cause are."""

    VALUES = "values"
    LINKS = "links"
    ENTRIES = "entries"


SORTS: dict[Cause, Sort] = {
    Cause.EXPECTED_COST_SETUP: Sort.VALUES,
    Cause.NOT_POSTED: Sort.VALUES,
    Cause.MISSING_ACCOUNT: Sort.VALUES,
    Cause.BLOCKED_ACCOUNT: Sort.VALUES,
    Cause.NOT_QUEUED: Sort.VALUES,
    Cause.NOT_ALLOWED: Sort.VALUES,
    Cause.POSTING_DATE: Sort.LINKS,
    Cause.ACCOUNT_CHANGED: Sort.LINKS,
    Cause.SIMILAR_ACCOUNTS: Sort.LINKS,
    Cause.ENTRY_CHANGED: Sort.ENTRIES,
    Cause.POSTED_TWICE: Sort.ENTRIES,
    Cause.REVERSED_BY_HAND: Sort.ENTRIES,
    Cause.CLOSED_FISCAL_YEAR: Sort.ENTRIES,
    Cause.DIRECT_POSTING: Sort.ENTRIES,
}
"""What stands behind each cause. Nothing stands behind "Unexplained"."""


def entries_of(scope: Scope, figure: Figure, cause: Cause) -> QuerySet[Any]:
    """The entries of a cause, annotated with `effect` (never 0), in no order; their sort is `SORTS[cause]`."""
    sort = SORTS[cause]
    if sort == Sort.VALUES:
        return value_entries(scope, figure, cause)
    return links(scope, figure, cause) if sort == Sort.LINKS else gl_entries(scope, figure, cause)


def value_entries(scope: Scope, figure: Figure, cause: Cause) -> QuerySet[Any]:
    """Value entries of which the ledger does not hold something, for this reason; `amount`: what is missing."""
    entries = ValueEntry.objects.filter(scope.value_entries())
    shares = _shares(figure, refused=cause == Cause.NOT_ALLOWED)
    if not shares:
        return entries.none().annotate(amount=ZERO, effect=ZERO)
    amounts = _amounts_of(scope, cause)
    return drilldown.with_parts(entries, shares, lambda pair: amounts.get(pair, ZERO))


def _shares(figure: Figure, *, refused: bool) -> tuple[Share, ...]:
    """What the difference takes of each kind; only of what the rules refuse, or only of what they allow."""
    found = []
    for share in rows.shares_of(*figure):
        signs = {pair: sign for pair, sign in share.signs.items() if _is_refused(share, pair) == refused}
        if signs:
            found.append(Share(share.key, signs))
    return tuple(found)


def _is_refused(share: Share, pair: PostingPair) -> bool:
    return share.key is None or RULES[pair].get(share.key) is None


def _amounts_of(scope: Scope, cause: Cause) -> dict[PostingPair, Any]:
    """What counts as missing for this cause, by pair, as an expression on value entries."""
    missing = {pair: F(AMOUNTS[pair]) - _posted(pair, scope) for pair in AMOUNTS}
    if cause == Cause.NOT_ALLOWED:
        return missing
    kept_back = waiting.pairs_kept_back(scope)
    if cause == Cause.EXPECTED_COST_SETUP:
        return {pair: amount for pair, amount in missing.items() if pair in kept_back}
    counted = {pair: amount for pair, amount in missing.items() if pair not in kept_back}
    lost = Q(to_post__isnull=True)
    if cause == Cause.NOT_QUEUED:
        return {pair: _where(lost, amount - _posted_since(pair, scope)) for pair, amount in counted.items()}
    waits = {pair: _where(_queued(scope, pair, cause), amount) for pair, amount in counted.items()}
    if cause != Cause.NOT_POSTED or scope.known_at is None:
        return waits
    return {pair: amount + _where(lost, _posted_since(pair, scope)) for pair, amount in waits.items()}


def _queued(scope: Scope, pair: PostingPair, cause: Cause) -> Q:
    """The condition that an entry waits for this reason. Those that nobody posted are the others."""
    groups = waiting.waiting_groups(scope)
    if cause == Cause.NOT_POSTED:
        others = _any_of(group.condition for group in groups if group.cause_of(pair) != cause)
        return Q(to_post__isnull=False) if others == NOTHING else Q(to_post__isnull=False) & ~others
    return _any_of(group.condition for group in groups if group.cause_of(pair) == cause)


def _any_of(conditions: Any) -> Q:
    found = NOTHING
    for condition in conditions:
        found = condition if found == NOTHING else found | condition
    return found


def _where(condition: Q, amount: Any) -> Case:
    return Case(When(condition, then=amount), default=ZERO, output_field=AmountField())


def _posted(pair: PostingPair, scope: Scope) -> Any:
    known = {} if scope.known_at is None else {"gl_entry__created_at__lte": scope.known_at}
    return _relation_amount(pair, known)


def _posted_since(pair: PostingPair, scope: Scope) -> Any:
    return ZERO if scope.known_at is None else _relation_amount(pair, {"gl_entry__created_at__gt": scope.known_at})


def _relation_amount(pair: PostingPair, known: Mapping[str, Any]) -> Coalesce:
    posted = GLItemLedgerRelation.objects.filter(value_entry=OuterRef("pk"), pair=pair, **known).values("amount")[:1]
    return Coalesce(Subquery(posted), ZERO)


def links(scope: Scope, figure: Figure, cause: Cause) -> QuerySet[Any]:
    """What is posted, and counts in another date or account than its value entry."""
    accounts = selectors.accounts_by_role()
    role = rows.role_of(*figure)
    whens: dict[str, list[When]] = {side: [] for side, _sign in legs.SIDES}
    kept = NOTHING
    side_signs = dict(legs.SIDES)
    for leg in legs.legs_of(legs.posted(scope)):
        for found_role, found_cause, sign in explanations.misplaced(leg, accounts):
            if (found_role, found_cause) == (role, cause):
                effect = F("amount") * Value(Decimal(sign * side_signs[leg.side]))
                whens[leg.side].append(When(leg.rows_of(), then=effect))
                kept = leg.rows_of() if kept == NOTHING else kept | leg.rows_of()
    found = legs.with_dates(GLItemLedgerRelation.objects.all(), scope).filter(kept)
    if scope.known_at is not None:
        found = found.filter(gl_entry__created_at__lte=scope.known_at)
    sums = [Case(*each, default=ZERO, output_field=AmountField()) for each in whens.values() if each]
    return found.annotate(effect=sum(sums[1:], sums[0]) if sums else ZERO).exclude(effect=0)


def gl_entries(scope: Scope, figure: Figure, cause: Cause) -> QuerySet[Any]:
    """G/L entries that no value entry accounts for, or not in full."""
    role = rows.role_of(*figure)
    account_ids = selectors.accounts_by_role()[role] if role else frozenset[int]()
    entries = GLEntry.objects.filter(scope.dated())
    if cause == Cause.ENTRY_CHANGED:
        return untied.with_change(entries.filter(gl_account__in=account_ids))
    return untied.with_cause(selectors.untied(entries, account_ids)).filter(cause=cause).annotate(effect=F("amount"))


def role_figure(role: AccountRole) -> Figure:
    """The cell of the matrix in which the difference of a role stands."""
    column = rows.COLUMN_OF.get(role)
    return (rows.DIFFERENCE, column) if column else (role.value, rows.DIFFERENCE)
