"""The matrix: what the value entries say, what the general ledger says, and the difference. One aggregate per side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet, Sum

from config.base import statements
from costing.enums import GENERAL_POSTING_ROLES, INVENTORY_POSTING_ROLES, AccountRole, PostingPair
from costing.models import GLItemLedgerRelation, ValueEntry
from costing.rules import RULES, RuleKey
from ledger.models import GLEntry
from ledger.querysets import GLEntryQuerySet
from reconciliation import rows
from reconciliation.enums import Cause
from reconciliation.reading import one_moment
from reconciliation.rows import COLUMNS, NOT_ALLOWED, ROW_LABELS, ROW_ROLES, ROWS
from reconciliation.scopes import Scope

ZERO = Decimal(0)

Amounts = Mapping[tuple[RuleKey, PostingPair], Decimal]
"""Sums of value entries: (kind, which of its amounts) -> amount."""

KIND = ("item_ledger_entry_type", "entry_type", "variance_type", "order_type")


@dataclass(frozen=True, slots=True)
class Part:
    """A cause of a difference, with its part of it."""

    cause: Cause
    amount: Decimal

    @property
    def label(self) -> str:
        return str(self.cause.label)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the matrix, or for a foot row a column of it.

    `cells` holds the columns that apply. `gl_total`, `difference` are None where the row is no account. `not_tied` is
    given under a filter by item or place: amounts of the account that belong to no item. `causes` are empty unless
    asked for, and then add up to the difference, which is G/L Total - Total.
    """

    key: str
    label: Any
    cells: Mapping[str, Decimal]
    total: Decimal
    gl_total: Decimal | None = None
    not_tied: Decimal | None = None
    causes: tuple[Part, ...] = ()

    @property
    def difference(self) -> Decimal | None:
        return None if self.gl_total is None else self.gl_total - self.total


@dataclass(frozen=True)
class Matrix:
    """`lines` are the rows from above; `foot` has one line for each column: the balance-sheet account itself."""

    scope: Scope
    lines: tuple[Line, ...]
    foot: Mapping[str, Line]
    accounts: Mapping[AccountRole, frozenset[int]] = field(default_factory=dict)
    amounts: Amounts = field(default_factory=dict)
    by_account: Mapping[int, Decimal] = field(default_factory=dict)

    @property
    def is_balanced(self) -> bool:
        """Whether every difference is zero."""
        return not any(line.difference for line in self.all_lines())

    def all_lines(self) -> Iterator[Line]:
        """Rows, then columns."""
        yield from self.lines
        yield from self.foot.values()

    def line(self, key: str) -> Line | None:
        """A row by its key, or a column by its account (`inventory`, `inventory_interim`, `wip`); None if unknown."""
        by_role = {role.value: column for column, role in COLUMNS.items()}
        if key in by_role:
            return self.foot[by_role[key]]
        return next((line for line in self.lines if line.key == key), None)


def matrix(
    *,
    date_from: date | None = None,
    date_to: date | None = None,
    item_ids: Collection[int] | None = None,
    category_id: int | None = None,
    location_ids: Collection[int | None] | None = None,
    known_at: datetime | None = None,
) -> Matrix:
    """Reconcile inventory with the general ledger. Amounts are debit positive, as on the row's own account.

    With items, a category or locations both sides are limited to them, the general ledger's by way of the relation.
    """
    return reconcile(Scope(date_from, date_to, item_ids, category_id, location_ids, known_at))


def reconcile(scope: Scope) -> Matrix:
    """The matrix of a scope."""
    with one_moment():
        return _reconciled(scope)


def _reconciled(scope: Scope) -> Matrix:
    amounts = value_amounts(scope)
    accounts = accounts_by_role()
    by_account = gl_by_account(scope, accounts)
    untied = untied_by_account(scope, accounts) if scope.by_item else None
    cells = cell_amounts(amounts)
    lines = tuple(_line(row, cells, accounts, by_account, untied) for row in ROWS if _is_shown(row, cells))
    foot = {column: _foot(column, cells, accounts, by_account, untied) for column in COLUMNS}
    return Matrix(scope, lines, foot, accounts, amounts, by_account)


def value_amounts(scope: Scope) -> Amounts:
    """Sum the value entries of a scope by kind; one query, a few rows whatever the number of entries."""
    amounts: dict[tuple[RuleKey, PostingPair], Decimal] = {}
    for *kind, actual, expected in _sums_by_kind(scope):
        key = rows.rule_key(*kind)
        for part, amount in ((PostingPair.ACTUAL, actual), (PostingPair.EXPECTED, expected)):
            if amount:
                amounts[key, part] = amounts.get((key, part), ZERO) + amount
    if statements.rows(_IS_CLOSED_OUT)[0][0]:
        amounts |= posted_amounts(scope, PostingPair.CLOSING_OUT)
    return amounts


_IS_CLOSED_OUT = "SELECT EXISTS (SELECT FROM costing_inventoryadjmtentryorder WHERE closed_out)"


def _sums_by_kind(scope: Scope) -> Iterable[tuple[Any, ...]]:
    if not scope.only_dates:
        groups = ValueEntry.objects.filter(scope.value_entries()).order_by().values_list(*KIND)
        return groups.annotate(Sum("cost_amount_actual"), Sum("cost_amount_expected"))
    dates, values = scope.dates_in_sql()
    return statements.rows(SUMS_BY_KIND.format(dates=dates), values)


# By day first, in the order of the index that holds all of this: then nothing is sorted or hashed but the days' sums.
SUMS_BY_KIND = f"""
SELECT {", ".join(KIND)}, sum(actual), sum(expected) FROM (
    SELECT posting_date, {", ".join(KIND)}, sum(cost_amount_actual) AS actual, sum(cost_amount_expected) AS expected
    FROM costing_valueentry WHERE inventoriable{{dates}} GROUP BY posting_date, {", ".join(KIND)}
) days GROUP BY {", ".join(KIND)}
"""  # noqa: S608 our own names


def posted_amounts(scope: Scope, *parts: PostingPair) -> dict[tuple[RuleKey, PostingPair], Decimal]:
    """What the relation says is posted of the value entries of a scope, by kind; whatever the date of posting.

    What closes out an order without output has no other record: its amount is what was posted.
    """
    relations = GLItemLedgerRelation.objects.filter(scope.value_entries("value_entry__"), pair__in=parts)
    if scope.known_at is not None:
        relations = relations.filter(gl_entry__created_at__lte=scope.known_at)
    return sum_relations(relations)


def sum_relations(relations: QuerySet[Any]) -> dict[tuple[RuleKey, PostingPair], Decimal]:
    """Sum links by the kind of their value entries, and which of its amounts they post."""
    groups = relations.order_by().values_list(*(f"value_entry__{name}" for name in KIND), "pair")
    amounts: dict[tuple[RuleKey, PostingPair], Decimal] = {}
    for *kind, pair, amount in groups.annotate(Sum("amount")):
        key = (rows.rule_key(*kind), PostingPair(pair))
        amounts[key] = amounts.get(key, ZERO) + amount
    return amounts


def cell_amounts(amounts: Amounts) -> dict[tuple[str, str], Decimal]:
    """Lay sums of value entries out in cells: (row, column) -> amount, the foot row Total included."""
    cells = dict.fromkeys(rows.CELLS, ZERO)
    for (key, part), amount in amounts.items():
        for leg in rows.cell_legs(RULES[part].get(key)):
            cells[leg.row, leg.column] = cells.get((leg.row, leg.column), ZERO) + leg.sign * amount
    return cells


def role_amounts(amounts: Amounts) -> dict[AccountRole, Decimal]:
    """What sums of value entries put on the accounts of each role."""
    found = dict.fromkeys(AccountRole, ZERO)
    for (key, part), amount in amounts.items():
        pair = RULES[part].get(key)
        if pair is not None:
            for role, sign in rows.role_legs(pair):
                found[role] += sign * amount
    return found


def accounts_by_role() -> dict[AccountRole, frozenset[int]]:
    """The distinct accounts of each role: those of today's posting setups, and those frozen on value entries."""
    found: dict[AccountRole, set[int]] = {role: set() for role in ROLES}
    for account_ids in statements.rows(_ACCOUNTS, []):
        for role, account_id in zip(ROLES, account_ids, strict=True):
            if account_id is not None:
                found[role].add(account_id)
    return {role: frozenset(found.get(role, ())) for role in AccountRole}


ROLES = (*INVENTORY_POSTING_ROLES, *GENERAL_POSTING_ROLES)


def _columns(roles: Collection[AccountRole]) -> str:
    """The accounts of some roles, blank ones for the others, in the order of `ROLES`."""
    return ", ".join(f"{role.value}_id" if role in roles else "NULL::bigint" for role in ROLES)


_ACCOUNTS = f"""
SELECT {_columns(INVENTORY_POSTING_ROLES)} FROM costing_inventorypostingsetup
UNION ALL SELECT {_columns(GENERAL_POSTING_ROLES)} FROM costing_generalpostingsetup
UNION ALL SELECT {_columns(ROLES)} FROM costing_accountset
"""  # noqa: S608 our own names


def gl_by_account(scope: Scope, accounts: Mapping[AccountRole, frozenset[int]]) -> dict[int, Decimal]:
    """What the general ledger holds on each account: its net change, or with items and places their part of it."""
    if scope.by_item:
        return tied_by_account(scope)
    account_ids = frozenset().union(*accounts.values())
    if scope.only_dates:
        dates, values = scope.dates_in_sql()
        return dict(statements.rows(SUMS_BY_ACCOUNT.format(dates=dates), [sorted(account_ids), *values]))
    found = GLEntry.objects.filter(scope.dated(), gl_account_id__in=account_ids).order_by()
    return dict(found.values_list("gl_account_id").annotate(Sum("amount")))


SUMS_BY_ACCOUNT = """
SELECT gl_account_id, sum(amount) FROM ledger_glentry WHERE gl_account_id = ANY(%s::bigint[]){dates} GROUP BY 1
"""


def tied_by_account(scope: Scope) -> dict[int, Decimal]:
    """The part of each account that belongs to the scope's items, by the posting date of the G/L entries."""
    totals: dict[int, Decimal] = {}
    for side, sign in (("gl_entry", 1), ("balancing_gl_entry", -1)):
        condition = scope.items("value_entry__") & scope.dated(f"{side}__")
        relations = GLItemLedgerRelation.objects.filter(condition).order_by()
        for account_id, amount in relations.values_list(f"{side}__gl_account_id").annotate(Sum("amount")):
            totals[account_id] = totals.get(account_id, ZERO) + sign * amount
    return totals


def untied(entries: GLEntryQuerySet, account_ids: Collection[int]) -> GLEntryQuerySet:
    """Of these entries, those on the accounts that no value entry stands behind: posted by hand or from elsewhere."""
    return without_relation(entries).filter(gl_account_id__in=account_ids)


def untied_in(scope: Scope, account_ids: Collection[int]) -> GLEntryQuerySet:
    """The same of all entries in the dates of a scope."""
    dated = scope.dated()
    if dated:
        return untied(GLEntry.objects.filter(dated), account_ids)
    # Of the whole ledger the numbers come first: three indexes are read side by side, and no rows.
    numbers = ArraySubquery(without_relation(GLEntry.objects.all()).order_by().values("pk"))
    is_one = Func(F("pk"), numbers, arg_joiner=" = ANY(", template="%(expressions)s)", output_field=BooleanField())
    return GLEntry.objects.filter(is_one, gl_account_id__in=account_ids)


def without_relation(entries: GLEntryQuerySet) -> GLEntryQuerySet:
    """Of these entries, those that the relation does not name on either side."""
    as_first = GLItemLedgerRelation.objects.filter(gl_entry=OuterRef("pk"))
    as_balancing = GLItemLedgerRelation.objects.filter(balancing_gl_entry=OuterRef("pk"))
    return entries.filter(~Exists(as_first), ~Exists(as_balancing))


def untied_by_account(scope: Scope, accounts: Mapping[AccountRole, frozenset[int]]) -> dict[int, Decimal]:
    """The amounts of each account that belong to no item."""
    found = untied_in(scope, frozenset().union(*accounts.values()))
    return dict(found.order_by().values_list("gl_account_id").annotate(Sum("amount")))


def sum_of(account_ids: Collection[int], by_account: Mapping[int, Decimal]) -> Decimal:
    """The sum over accounts, each once."""
    return sum((by_account.get(account_id, ZERO) for account_id in account_ids), ZERO)


def _is_shown(row: str, cells: Mapping[tuple[str, str], Decimal]) -> bool:
    return row != NOT_ALLOWED or any(amount for (cell_row, _column), amount in cells.items() if cell_row == row)


def _line(
    row: str,
    cells: Mapping[tuple[str, str], Decimal],
    accounts: Mapping[AccountRole, frozenset[int]],
    by_account: Mapping[int, Decimal],
    untied: Mapping[int, Decimal] | None,
) -> Line:
    shown = {column: cells[row, column] for column in COLUMNS if (row, column) in cells}
    role = ROW_ROLES.get(row)
    return Line(
        key=row,
        label=ROW_LABELS[row],
        cells=shown,
        total=sum(shown.values(), ZERO),
        gl_total=None if role is None else sum_of(accounts[role], by_account),
        not_tied=None if role is None or untied is None else sum_of(accounts[role], untied),
    )


def _foot(
    column: str,
    cells: Mapping[tuple[str, str], Decimal],
    accounts: Mapping[AccountRole, frozenset[int]],
    by_account: Mapping[int, Decimal],
    untied: Mapping[int, Decimal] | None,
) -> Line:
    role = COLUMNS[column]
    total = cells.get((rows.TOTAL, column), ZERO)
    return Line(
        key=column,
        label=rows.COLUMN_LABELS[column],
        cells={column: total},
        total=total,
        gl_total=sum_of(accounts[role], by_account),
        not_tied=None if untied is None else sum_of(accounts[role], untied),
    )
