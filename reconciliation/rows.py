"""The layout of the matrix, made from the table of account rules: posting and matrix cannot drift apart.

A rule posts an amount v: +v to its account, -v to its balancing account. Inventory, inventory (interim) and WIP are
columns; every other role is a row, and holds what stands on its own account. So a sale of -10.00 (inventory -10.00,
COGS +10.00) gives +10.00 in row COGS, column Inventory, and -10.00 in the column's Total; in each column all rows and
the Total sum to zero. Where both accounts are columns (consumption: inventory and WIP) a row of the two stands for the
move. Where neither is (capacity of an assembly order) both stand in the column Inventory and cancel.

What the rules refuse is posted by nobody, yet counts in the Total: it stands in the row "Combination not allowed".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from costing.enums import AccountRole, PostingPair
from costing.rules import RULES, AccountPair, RuleKey
from inventory.enums import ItemLedgerEntryType

Role = AccountRole

TOTAL = "total"
GL_TOTAL = "gl_total"
DIFFERENCE = "difference"
WARNING = "warning"
NOT_TIED = "not_tied"

COLUMNS: dict[str, AccountRole] = {
    "inventory": Role.INVENTORY,
    "interim": Role.INVENTORY_INTERIM,
    "wip": Role.WIP,
}
COLUMN_OF = {role: key for key, role in COLUMNS.items()}
COLUMN_LABELS: dict[str, Any] = {
    "inventory": _("Inventory"),
    "interim": _("Inventory (interim)"),
    "wip": _("WIP inventory"),
    TOTAL: _("Total"),
    GL_TOTAL: _("G/L Total"),
    NOT_TIED: _("Not tied to an item"),
    DIFFERENCE: _("Difference"),
    WARNING: _("Warning"),
}

INVENTORY_TO_WIP = "inventory_to_wip"
WIP_TO_INTERIM = "wip_to_interim"
NOT_ALLOWED = "not_allowed"
_MOVES = {
    frozenset({Role.INVENTORY, Role.WIP}): INVENTORY_TO_WIP,
    frozenset({Role.INVENTORY_INTERIM, Role.WIP}): WIP_TO_INTERIM,
}

ROW_LABELS: dict[str, Any] = {
    INVENTORY_TO_WIP: _("Inventory to WIP"),
    WIP_TO_INTERIM: _("WIP to interim"),
    Role.COGS_INTERIM: Role.COGS_INTERIM.label,
    Role.DIRECT_COST_APPLIED: Role.DIRECT_COST_APPLIED.label,
    Role.OVERHEAD_APPLIED: Role.OVERHEAD_APPLIED.label,
    Role.INVENTORY_ADJUSTMENT: Role.INVENTORY_ADJUSTMENT.label,
    Role.INVT_ACCRUAL_INTERIM: Role.INVT_ACCRUAL_INTERIM.label,
    Role.COGS: Role.COGS.label,
    Role.PURCHASE_VARIANCE: Role.PURCHASE_VARIANCE.label,
    Role.MATERIAL_VARIANCE: Role.MATERIAL_VARIANCE.label,
    Role.MATERIAL_NON_INVENTORY_VARIANCE: Role.MATERIAL_NON_INVENTORY_VARIANCE.label,
    Role.CAPACITY_VARIANCE: Role.CAPACITY_VARIANCE.label,
    Role.SUBCONTRACTED_VARIANCE: Role.SUBCONTRACTED_VARIANCE.label,
    Role.CAPACITY_OVERHEAD_VARIANCE: Role.CAPACITY_OVERHEAD_VARIANCE.label,
    Role.MANUFACTURING_OVERHEAD_VARIANCE: Role.MANUFACTURING_OVERHEAD_VARIANCE.label,
    Role.DIRECT_COST_NON_INVENTORY_APPLIED: Role.DIRECT_COST_NON_INVENTORY_APPLIED.label,
    Role.PRICE_DIFFERENCE: Role.PRICE_DIFFERENCE.label,
    NOT_ALLOWED: _("Combination not allowed"),
}
FOOT_LABELS: dict[str, Any] = {
    TOTAL: _("Total"),
    GL_TOTAL: _("G/L Total"),
    NOT_TIED: _("Not tied to an item"),
    DIFFERENCE: _("Difference"),
    WARNING: _("Warning"),
}


@dataclass(frozen=True, slots=True)
class Leg:
    """What an amount adds: to an account role, and to the cell of the matrix, with this sign."""

    row: str
    column: str
    sign: int


@dataclass(frozen=True, slots=True)
class Share:
    """What a figure takes of one kind of value entry: the sign of each of its amounts, of those that it takes.

    `key` None stands for every kind that no rule names.
    """

    key: RuleKey | None
    signs: Mapping[PostingPair, int]


def role_legs(pair: AccountPair) -> tuple[tuple[AccountRole, int], ...]:
    """What a pair does to the accounts of its roles."""
    return ((pair.account, 1), (pair.balancing, -1))


def cell_legs(pair: AccountPair | None) -> tuple[Leg, ...]:
    """What a pair does to the cells of the matrix, the foot row Total included. None: the rules refuse it."""
    if pair is None:
        return (Leg(NOT_ALLOWED, "inventory", -1), Leg(TOTAL, "inventory", 1))
    in_columns = [(COLUMN_OF[role], sign) for role, sign in role_legs(pair) if role in COLUMN_OF]
    in_rows = [(role.value, sign) for role, sign in role_legs(pair) if role not in COLUMN_OF]
    totals = [Leg(TOTAL, column, sign) for column, sign in in_columns]
    if len(in_columns) == 2:
        move = _MOVES[frozenset({pair.account, pair.balancing})]
        return (*[Leg(move, column, -sign) for column, sign in in_columns], *totals)
    column = in_columns[0][0] if in_columns else "inventory"
    return (*[Leg(row, column, sign) for row, sign in in_rows], *totals)


KINDS: tuple[RuleKey, ...] = tuple(dict.fromkeys(key for table in RULES.values() for key in table))
"""Every kind of value entry that some rule names."""


def rule_key(item_ledger_entry_type: str, entry_type: str, variance_type: str, order_type: str) -> RuleKey:
    """The kind of a value entry. Only capacity depends on the type of its order."""
    is_capacity = item_ledger_entry_type == ItemLedgerEntryType.CAPACITY
    return RuleKey(item_ledger_entry_type, entry_type, variance_type, order_type if is_capacity else "")


def _cells() -> frozenset[tuple[str, str]]:
    pairs = [pair for table in RULES.values() for pair in table.values()]
    return frozenset((leg.row, leg.column) for pair in pairs for leg in cell_legs(pair))


CELLS = _cells()
"""Every cell that some rule fills, as (row, column); the others do not apply."""

ROWS = tuple(row for row in ROW_LABELS if row == NOT_ALLOWED or any(name == row for name, _column in CELLS))
"""The rows of the matrix from above. A role that no rule uses has none."""

ROW_ROLES = {row: AccountRole(row) for row in ROWS if row in set(AccountRole)}
"""The rows that stand for an account role (the moves between two columns do not)."""


def shares_of(row: str, column: str) -> tuple[Share, ...]:
    """What a figure is made of; nothing where the cell does not apply. A row's Total is all its columns.

    A difference takes the Total with the opposite sign: what is missing in the ledger lowers it.
    """
    sign = 1
    if DIFFERENCE in (row, column):
        row, column, sign = (TOTAL, column, -1) if row == DIFFERENCE else (row, TOTAL, -1)
    columns = frozenset(COLUMNS) if column == TOTAL else frozenset({column})
    found = []
    for key in (*KINDS, None):
        signs = {part: sign * _sign(key, part, row, columns) for part in RULES}
        if any(signs.values()):
            found.append(Share(key, {part: each for part, each in signs.items() if each}))
    return tuple(found)


def _sign(key: RuleKey | None, part: PostingPair, row: str, columns: Collection[str]) -> int:
    pair = None if key is None else RULES[part].get(key)
    if pair is None and part == PostingPair.CLOSING_OUT:
        return 0  # most kinds are never closed out; that is no refusal
    return sum(leg.sign for leg in cell_legs(pair) if leg.row == row and leg.column in columns)


def role_of(row: str, column: str) -> AccountRole | None:
    """The account role whose G/L total or difference stands in a cell; the foot rows stand for the columns."""
    return COLUMNS.get(column) if row in FOOT_LABELS else ROW_ROLES.get(row)
