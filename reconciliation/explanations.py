"""Why the two sides differ: each difference split over its causes, adding up exactly.

For an account role, with V what the value entries say and G what the ledger holds in the same dates:

    G - V  =  - (V - P)      not posted: P is what the relation says is posted of those value entries
              + D            direct postings: G/L entries behind which no value entry stands
              + (G - D - P)  the rest: posted on another date, or on another account (unexplained so far)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from costing.enums import AccountRole, PostingPair
from costing.models import CostingSetup, GLItemLedgerRelation
from costing.rules import RuleKey
from reconciliation import rows, selectors
from reconciliation.enums import Cause
from reconciliation.scopes import Scope
from reconciliation.selectors import ZERO, Amounts, Line, Matrix, Part, sum_of

_EXPECTED_OF_PAIR = {PostingPair.ACTUAL: False, PostingPair.EXPECTED: True}


def explain(matrix: Matrix) -> Matrix:
    """The same matrix with the causes of every difference. Costs nothing where there is none."""
    if matrix.is_balanced:
        return matrix
    causes = causes_by_role(matrix.scope, matrix.accounts)
    lines = tuple(_explained(line, rows.ROW_ROLES.get(line.key), causes) for line in matrix.lines)
    foot = {column: _explained(line, rows.COLUMNS[column], causes) for column, line in matrix.foot.items()}
    return replace(matrix, lines=lines, foot=foot)


def _explained(line: Line, role: AccountRole | None, causes: Mapping[AccountRole, Mapping[Cause, Decimal]]) -> Line:
    if role is None or not line.difference:
        return line
    known = {cause: amount for cause, amount in causes[role].items() if amount}
    rest = line.difference - sum(known.values(), ZERO)
    if rest:
        known[Cause.UNEXPLAINED] = rest
    return replace(line, causes=tuple(Part(cause, amount) for cause, amount in known.items()))


def causes_by_role(
    scope: Scope, accounts: Mapping[AccountRole, frozenset[int]]
) -> dict[AccountRole, dict[Cause, Decimal]]:
    """The amount of each known cause in the difference of each role. Four queries."""
    missing = _missing(selectors.value_amounts(scope), posted_amounts(scope))
    not_posted = selectors.role_amounts({key: amount for key, amount in missing.items() if not key[1]})
    expected = selectors.role_amounts({key: amount for key, amount in missing.items() if key[1]})
    untied = {} if scope.by_item else selectors.untied_by_account(scope, accounts)
    is_expected_posted = CostingSetup.at(scope.date_to or date.max).expected_cost_posting
    cause_of_expected = Cause.NOT_POSTED if is_expected_posted else Cause.EXPECTED_COST_SETUP
    found: dict[AccountRole, dict[Cause, Decimal]] = {}
    for role in AccountRole:
        parts = {Cause.EXPECTED_COST_SETUP: ZERO, Cause.NOT_POSTED: -not_posted[role]}
        parts[cause_of_expected] -= expected[role]
        parts[Cause.DIRECT_POSTING] = sum_of(accounts[role], untied)
        found[role] = parts
    return found


def posted_amounts(scope: Scope) -> Amounts:
    """What the relation says is posted of the value entries of a scope, by kind; whatever the date of posting."""
    relations = GLItemLedgerRelation.objects.filter(scope.value_entries("value_entry__"), pair__in=_EXPECTED_OF_PAIR)
    if scope.known_at is not None:
        relations = relations.filter(gl_entry__created_at__lte=scope.known_at)
    kind = ("item_ledger_entry_type", "entry_type", "variance_type", "order_type")
    groups = (
        relations.order_by().values_list(*(f"value_entry__{name}" for name in kind), "pair").annotate(Sum("amount"))
    )
    amounts: dict[tuple[RuleKey, bool], Decimal] = {}
    for entry, value, variance, order, pair, amount in groups:
        key = (rows.rule_key(entry, value, variance, order), _EXPECTED_OF_PAIR[PostingPair(pair)])
        amounts[key] = amounts.get(key, ZERO) + amount
    return amounts


def _missing(amounts: Amounts, posted: Amounts) -> dict[tuple[RuleKey, bool], Decimal]:
    keys = {*amounts, *posted}
    return {key: amounts.get(key, ZERO) - posted.get(key, ZERO) for key in keys}
