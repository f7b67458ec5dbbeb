"""The standard chart of accounts, and which account plays which role."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from costing.enums import AccountRole as Role
from ledger.enums import AccountType, IncomeBalance
from ledger.models import GLAccount

BALANCE = IncomeBalance.BALANCE_SHEET
INCOME = IncomeBalance.INCOME_STATEMENT
HEADING = AccountType.HEADING


@dataclass(frozen=True, slots=True)
class StandardAccount:
    """One row of the chart. Accounts that the costing posts to take no direct posting if they hold stock."""

    no: str
    name: str
    income_balance: str
    parent_no: str = ""
    account_type: str = AccountType.POSTING
    category: str = ""
    direct_posting: bool = True


def _heading(no: str, name: str, income_balance: str, parent_no: str = "") -> StandardAccount:
    return StandardAccount(no, name, income_balance, parent_no, HEADING, direct_posting=False)


def _stock(no: str, name: str) -> StandardAccount:
    return StandardAccount(no, name, BALANCE, "1400", category=gettext_noop("Inventory"), direct_posting=False)


def _cost(no: str, name: str, parent_no: str, category: str) -> StandardAccount:
    return StandardAccount(no, name, INCOME, parent_no, category=category)


_COST_OF_GOODS = gettext_noop("Cost of goods sold")
_VARIANCES = gettext_noop("Variances")

ACCOUNTS: tuple[StandardAccount, ...] = (
    _heading("1000", gettext_noop("Assets"), BALANCE),
    _heading("1400", gettext_noop("Inventory"), BALANCE, "1000"),
    _stock("1410", gettext_noop("Inventory, resale items")),
    _stock("1411", gettext_noop("Inventory, resale items (interim)")),
    _stock("1420", gettext_noop("Inventory, raw materials")),
    _stock("1421", gettext_noop("Inventory, raw materials (interim)")),
    _stock("1430", gettext_noop("Inventory, finished goods")),
    _stock("1431", gettext_noop("Inventory, finished goods (interim)")),
    _stock("1440", gettext_noop("WIP inventory")),
    _stock("1450", gettext_noop("COGS (interim)")),
    StandardAccount("1900", gettext_noop("Bank"), BALANCE, "1000", category=gettext_noop("Cash")),
    _heading("2000", gettext_noop("Liabilities and equity"), BALANCE),
    StandardAccount(
        "2440",
        gettext_noop("Invt. accrual (interim)"),
        BALANCE,
        "2000",
        category=gettext_noop("Accruals"),
        direct_posting=False,
    ),
    StandardAccount("2900", gettext_noop("Retained earnings"), BALANCE, "2000", category=gettext_noop("Equity")),
    _heading("4000", gettext_noop("Cost of goods sold"), INCOME),
    _cost("4010", gettext_noop("COGS"), "4000", _COST_OF_GOODS),
    _cost("4020", gettext_noop("Inventory adjustment"), "4000", _COST_OF_GOODS),
    _cost("4030", gettext_noop("Direct cost applied"), "4000", _COST_OF_GOODS),
    _cost("4040", gettext_noop("Overhead applied"), "4000", _COST_OF_GOODS),
    _cost("4050", gettext_noop("Direct cost non-inventory applied"), "4000", _COST_OF_GOODS),
    _heading("4500", gettext_noop("Variances"), INCOME),
    _cost("4510", gettext_noop("Purchase variance"), "4500", _VARIANCES),
    _cost("4520", gettext_noop("Price difference"), "4500", _VARIANCES),
    _cost("4530", gettext_noop("Material variance"), "4500", _VARIANCES),
    _cost("4535", gettext_noop("Material non-inventory variance"), "4500", _VARIANCES),
    _cost("4540", gettext_noop("Capacity variance"), "4500", _VARIANCES),
    _cost("4550", gettext_noop("Subcontracted variance"), "4500", _VARIANCES),
    _cost("4560", gettext_noop("Capacity overhead variance"), "4500", _VARIANCES),
    _cost("4570", gettext_noop("Mfg. overhead variance"), "4500", _VARIANCES),
    _heading("6000", gettext_noop("Operating expenses"), INCOME),
    _cost("6900", gettext_noop("Other expenses"), "6000", gettext_noop("Expenses")),
)

# Inventory posting group -> the account of its stock; the interim account follows it by one.
STOCK_ACCOUNTS = {"RESALE": "1410", "RAW MAT": "1420", "FINISHED": "1430"}

INVENTORY_ROLES: dict[Role, str] = {
    Role.WIP: "1440",
    Role.MATERIAL_VARIANCE: "4530",
    Role.MATERIAL_NON_INVENTORY_VARIANCE: "4535",
    Role.CAPACITY_VARIANCE: "4540",
    Role.SUBCONTRACTED_VARIANCE: "4550",
    Role.CAPACITY_OVERHEAD_VARIANCE: "4560",
    Role.MANUFACTURING_OVERHEAD_VARIANCE: "4570",
}
GENERAL_ROLES: dict[Role, str] = {
    Role.COGS: "4010",
    Role.COGS_INTERIM: "1450",
    Role.INVENTORY_ADJUSTMENT: "4020",
    Role.INVT_ACCRUAL_INTERIM: "2440",
    Role.DIRECT_COST_APPLIED: "4030",
    Role.OVERHEAD_APPLIED: "4040",
    Role.PURCHASE_VARIANCE: "4510",
    Role.DIRECT_COST_NON_INVENTORY_APPLIED: "4050",
    Role.PRICE_DIFFERENCE: "4520",
}


def create_chart() -> dict[str, GLAccount]:
    """Make the accounts that are missing; return all of the chart by number."""
    accounts: dict[str, GLAccount] = {}
    for row in ACCOUNTS:
        accounts[row.no] = GLAccount.objects.get_or_create(
            no=row.no,
            defaults={
                "name": _(row.name),
                "account_type": row.account_type,
                "income_balance": row.income_balance,
                "category": _(row.category) if row.category else "",
                "parent": accounts.get(row.parent_no),
                "direct_posting": row.direct_posting,
            },
        )[0]
    return accounts


def inventory_accounts(posting_group_code: str) -> dict[Role, str]:
    """Return the account number of each role of an inventory posting group; unknown groups share the resale stock."""
    stock = STOCK_ACCOUNTS.get(posting_group_code, STOCK_ACCOUNTS["RESALE"])
    return {Role.INVENTORY: stock, Role.INVENTORY_INTERIM: str(int(stock) + 1), **INVENTORY_ROLES}
