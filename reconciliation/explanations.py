"""Why the two sides differ: each difference split over its causes, adding up exactly.

For an account role, with V what the value entries say and G what the ledger holds in the same dates:

    V - P    value entries that are not posted (P: what the relation says is posted of them)
    T - P    posted, and the G/L entry is on another date, or on another account than the value entry's own
    D        G/L entries on these accounts behind which no value entry stands
    X        G/L entries whose amount is not the sum of their relations

    G - V  =  D + X + (T - P) - (V - P)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from costing.enums import AccountRole
from reconciliation import legs, rows, selectors, untied, waiting
from reconciliation.enums import Cause
from reconciliation.legs import Leg, Posted
from reconciliation.reading import one_moment
from reconciliation.scopes import Scope
from reconciliation.selectors import ZERO, Line, Matrix, Part, sum_of

Accounts = Mapping[AccountRole, frozenset[int]]
Causes = dict[AccountRole, dict[Cause, Decimal]]


def explained(scope: Scope) -> Matrix:
    """The matrix of a scope with the causes of every difference, both as the books stand at one moment."""
    with one_moment():
        return explain(selectors.reconcile(scope))


def explain(matrix: Matrix) -> Matrix:
    """The same matrix with the causes of every difference. Costs nothing where there is none."""
    if matrix.is_balanced:
        return matrix
    with one_moment():
        causes = causes_by_role(matrix)
    lines = tuple(_explained(line, rows.ROW_ROLES.get(line.key), causes) for line in matrix.lines)
    foot = {column: _explained(line, rows.COLUMNS[column], causes) for column, line in matrix.foot.items()}
    return replace(matrix, lines=lines, foot=foot)


def _explained(line: Line, role: AccountRole | None, causes: Causes) -> Line:
    if role is None or not line.difference:
        return line
    known = {cause: causes[role][cause] for cause in Cause if causes[role].get(cause)}
    rest = line.difference - sum(known.values(), ZERO)
    if rest:
        known[Cause.UNEXPLAINED] = rest
    return replace(line, causes=tuple(Part(cause, amount) for cause, amount in known.items()))


def causes_by_role(matrix: Matrix) -> Causes:
    """The amount of each known cause in the difference of each role. A bounded number of queries.

    What is posted is read once, and gives what waits, what is misplaced and what changed; the sums of the two ledgers
    are those of the matrix.
    """
    scope, accounts = matrix.scope, matrix.accounts
    by_hand = {} if scope.by_item else untied.by_cause(matrix)
    posted = _posted(matrix, by_hand)
    found: Causes = {role: {} for role in AccountRole}
    for role, cause, amount in waiting.not_posted(scope, matrix.amounts, posted):
        _add(found, role, cause, -amount)
    for leg in legs.legs_of(posted):
        for role, cause, sign in misplaced(leg, accounts):
            _add(found, role, cause, sign * leg.amount)
    if scope.by_item:
        return found
    changed = untied.changed(matrix.by_account, by_hand.values(), posted)
    for cause, by_account in (*by_hand.items(), (Cause.ENTRY_CHANGED, changed)):
        for role in AccountRole:
            _add(found, role, cause, sum_of(accounts[role], by_account))
    return found


def _posted(matrix: Matrix, by_hand: Mapping[Cause, Mapping[int, Decimal]]) -> list[Posted]:
    """What is posted, and where it stands.

    Where every account holds what it would hold if all stood where it belongs, it is taken to stand there: then T - P
    and X are nothing on any account. Only otherwise each G/L entry is looked at, which takes as long again.
    """
    if matrix.scope.only_dates:
        posted = legs.as_frozen(matrix.scope)
        if posted is not None and not untied.changed(matrix.by_account, by_hand.values(), posted):
            return posted
    return legs.posted(matrix.scope)


def _add(found: Causes, role: AccountRole, cause: Cause, amount: Decimal) -> None:
    found[role][cause] = found[role].get(cause, ZERO) + amount


def misplaced(leg: Leg, accounts: Accounts) -> Iterable[tuple[AccountRole, Cause, int]]:
    """What a posted amount does to the difference of its own role, and of roles on whose account it stands: a sign."""
    at_home = leg.role is not None and leg.account_id in accounts[leg.role]
    if leg.role is not None and leg.value_counts != (at_home and leg.ledger_counts):
        if at_home:
            yield leg.role, Cause.POSTING_DATE, 1 if leg.ledger_counts else -1
        else:
            yield leg.role, Cause.ACCOUNT_CHANGED, -1
    if not leg.ledger_counts:
        return
    is_own = leg.account_id == leg.own_account_id or (at_home and leg.own_account_id is None)
    cause = Cause.SIMILAR_ACCOUNTS if is_own else Cause.ACCOUNT_CHANGED
    for role in AccountRole:
        if role != leg.role and leg.account_id in accounts[role]:
            yield role, cause, 1
