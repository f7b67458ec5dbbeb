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

from costing.enums import AccountRole, PostingPair
from costing.models import CostingSetup
from costing.rules import RuleKey
from reconciliation import rows, selectors
from reconciliation.enums import Cause
from reconciliation.scopes import Scope
from reconciliation.selectors import ZERO, Amounts, Line, Matrix, Part, sum_of


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
    missing = _missing(selectors.value_amounts(scope), selectors.posted_amounts(scope, *PostingPair))
    is_expected = {key: key[1] == PostingPair.EXPECTED for key in missing}
    not_posted = selectors.role_amounts({key: amount for key, amount in missing.items() if not is_expected[key]})
    expected = selectors.role_amounts({key: amount for key, amount in missing.items() if is_expected[key]})
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


def _missing(amounts: Amounts, posted: Amounts) -> dict[tuple[RuleKey, PostingPair], Decimal]:
    keys = {*amounts, *posted}
    return {key: amounts.get(key, ZERO) - posted.get(key, ZERO) for key in keys}
