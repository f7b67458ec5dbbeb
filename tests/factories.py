"""A small company for tests: master data and setup, made straight in the database with the fewest fields.

    books = company(locations=["EAST", "WEST"])
    bike = item("BIKE", method="average")
    order = purchase_order(bike, quantity="10", unit_cost="5.00")

One account stands for each role, whatever the posting groups, so that a test reads `books.account("cogs")`. Posted
entries never come from here: they come from posting.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from config.base.capabilities import GROUPS, seed
from config.base.models import Company, NumberSeries, NumberSeriesLine
from costing.enums import AccountRole
from costing.models import CostingSetup, GeneralPostingSetup, InventoryPostingSetup
from inventory.enums import DocumentKind, ItemType, LineType
from inventory.models import (
    BomLine,
    Customer,
    Document,
    DocumentLine,
    GenBusPostingGroup,
    GenProdPostingGroup,
    InventoryPostingGroup,
    InventorySetup,
    Item,
    ItemCharge,
    ItemModelGroup,
    Location,
    UnitOfMeasure,
    Variant,
    Vendor,
)
from ledger.enums import IncomeBalance
from ledger.models import AccountingPeriod, GLAccount, LedgerSetup

FIRST_DAY = date(1900, 1, 1)
_order_numbers = count(1)
DEFAULT_GROUP = "DEFAULT"
PARTNER_GROUP = "DOMESTIC"

ACCOUNT_NUMBERS = {role: str(11010 + 10 * place) for place, role in enumerate(AccountRole)}
BALANCE_SHEET = {
    AccountRole.INVENTORY,
    AccountRole.INVENTORY_INTERIM,
    AccountRole.WIP,
    AccountRole.INVT_ACCRUAL_INTERIM,
    AccountRole.COGS_INTERIM,
}

# The demo's sign-ins, each in its group.
USERNAMES = {
    "clerk": "Warehouse clerk",
    "lead": "Warehouse lead",
    "purchaser": "Purchaser / Sales",
    "accountant": "Accountant",
    "controller": "Controller",
    "auditor": "Auditor",
    "admin": "Administrator",
}
assert set(USERNAMES.values()) == set(GROUPS)


@dataclass
class Books:
    """What a test needs to name of its company."""

    accounts: dict[str, GLAccount]
    vendor: Vendor
    customer: Customer
    locations: dict[str, Location] = field(default_factory=dict)

    def account(self, role: str) -> GLAccount:
        return self.accounts[role]


def company(
    *,
    locations: Iterable[str] = (),
    amount_precision: str = "0.01",
    unit_cost_precision: str = "0.00001",
    years: Iterable[int] = range(2019, 2028),
    **costing_setup: object,
) -> Books:
    """Make a company that can post: accounts, groups, posting setups, number series, periods, two partners."""
    Company.objects.update_or_create(
        pk=1,
        defaults={
            "amount_rounding_precision": Decimal(amount_precision),
            "unit_amount_rounding_precision": Decimal(unit_cost_precision),
        },
    )
    LedgerSetup.load()
    number_series()
    accounting_periods(years)
    CostingSetup.objects.update_or_create(starting_date=FIRST_DAY, defaults=costing_setup)
    accounts = chart_of_accounts()
    business = GenBusPostingGroup.objects.get_or_create(code=PARTNER_GROUP)[0]
    partner = {"name": "Partner", "gen_bus_posting_group": business}
    vendor = Vendor.objects.get_or_create(no="V1", defaults=partner)[0]
    customer = Customer.objects.get_or_create(no="C1", defaults=partner)[0]
    places = {code: Location.objects.get_or_create(code=code)[0] for code in locations}
    inventory_posting_group(DEFAULT_GROUP)
    product = gen_prod_posting_group(DEFAULT_GROUP)
    ItemCharge.objects.get_or_create(code="FREIGHT", defaults={"gen_prod_posting_group": product})
    complete_posting_setup()
    return Books(accounts=accounts, vendor=vendor, customer=customer, locations=places)


def chart_of_accounts() -> dict[str, GLAccount]:
    """Make one account for each role, and return them by role."""
    return {role.value: gl_account(no, name=str(role.label), role=role) for role, no in ACCOUNT_NUMBERS.items()}


def gl_account(no: str, *, name: str = "", role: AccountRole | None = None) -> GLAccount:
    kind = IncomeBalance.BALANCE_SHEET if role in BALANCE_SHEET else IncomeBalance.INCOME_STATEMENT
    defaults = {"name": name or no, "income_balance": kind}
    return GLAccount.objects.get_or_create(no=no, defaults=defaults)[0]


def inventory_posting_group(code: str) -> InventoryPostingGroup:
    return InventoryPostingGroup.objects.get_or_create(code=code)[0]


def gen_prod_posting_group(code: str) -> GenProdPostingGroup:
    return GenProdPostingGroup.objects.get_or_create(code=code)[0]


def location(code: str, *, in_transit: bool = False) -> Location:
    """Make a location, with its posting setup."""
    place = Location.objects.get_or_create(code=code, defaults={"in_transit": in_transit})[0]
    complete_posting_setup()
    return place


def complete_posting_setup() -> None:
    """Map every role for every place (the blank one too) and pair of groups that has no line yet."""
    by_role = {account.no: account for account in GLAccount.objects.all()}

    def accounts(roles: Iterable[AccountRole]) -> dict[str, GLAccount]:
        return {role.value: by_role[ACCOUNT_NUMBERS[role]] for role in roles}

    for group in InventoryPostingGroup.objects.all():
        for place in [None, *Location.objects.all()]:
            InventoryPostingSetup.objects.get_or_create(
                location=place, inventory_posting_group=group, defaults=accounts(InventoryPostingSetup.ROLES)
            )
    for product in GenProdPostingGroup.objects.all():
        for business in [None, *GenBusPostingGroup.objects.all()]:
            GeneralPostingSetup.objects.get_or_create(
                gen_bus_posting_group=business,
                gen_prod_posting_group=product,
                defaults=accounts(GeneralPostingSetup.ROLES),
            )


def number_series() -> None:
    """Make every series that inventory setup and general ledger setup name."""
    for setup in (InventorySetup.load(), LedgerSetup.load()):
        for column in setup._meta.fields:
            if column.name.endswith("_series"):
                code = getattr(setup, column.name)
                series, _ = NumberSeries.objects.get_or_create(code=code, defaults={"manual_allowed": True})
                NumberSeriesLine.objects.get_or_create(series=series, defaults={"starting_no": f"{code}-00001"})


def accounting_periods(years: Iterable[int]) -> None:
    """Make the months of calendar years, each year a fiscal year."""
    AccountingPeriod.objects.bulk_create(
        [
            AccountingPeriod(starting_date=date(year, month, 1), new_fiscal_year=month == 1)
            for year in years
            for month in range(1, 13)
        ],
        ignore_conflicts=True,
    )


def item_model_group(*, method: str = "fifo", settle_at: str = "posting", **options: object) -> ItemModelGroup:
    """Return the group with this method and these options, made when there is none."""
    wanted = ItemModelGroup(costing_method=method, settle_at=settle_at, **options)
    columns = [column.attname for column in ItemModelGroup._meta.fields if column.name not in ("id", "code", "name")]
    same = {column: getattr(wanted, column) for column in columns}
    found = ItemModelGroup.objects.filter(**same).order_by("pk").first()
    return found or ItemModelGroup.objects.create(code=f"GROUP{ItemModelGroup.objects.count() + 1}", **same)


def item(
    no: str,
    *,
    method: str = "fifo",
    settle_at: str = "posting",
    options: dict[str, object] | None = None,
    inventory_group: str = DEFAULT_GROUP,
    product_group: str = DEFAULT_GROUP,
    **fields: object,
) -> Item:
    """Make an item; `options` are those of its item model group, `fields` those of the card."""
    is_stocked = settle_at == "close" or fields.get("type", ItemType.INVENTORY) == ItemType.INVENTORY
    defaults = {
        "description": no.capitalize(),
        "item_model_group": item_model_group(method=method, settle_at=settle_at, stocked=is_stocked, **(options or {})),
        "inventory_posting_group": inventory_posting_group(inventory_group),
        "gen_prod_posting_group": gen_prod_posting_group(product_group),
        "base_unit_of_measure": UnitOfMeasure.objects.get_or_create(code="PCS")[0],
    }
    made = Item.objects.create(no=no, **(defaults | fields))
    complete_posting_setup()
    made.refresh_from_db()
    return made


def purchase_order(item: Item, *, quantity: str | Decimal, unit_cost: str | Decimal = "0", **line: object) -> Document:
    """Make a purchase order of one line, all of it to receive and to invoice."""
    vendor = Vendor.objects.get(no="V1")
    return _order(item, kind=DocumentKind.PURCHASE_ORDER, vendor=vendor, quantity=quantity, amount=unit_cost, line=line)


def sales_order(item: Item, *, quantity: str | Decimal, unit_price: str | Decimal = "0", **line: object) -> Document:
    """Make a sales order of one line, all of it to ship and to invoice."""
    customer = Customer.objects.get(no="C1")
    return _order(
        item, kind=DocumentKind.SALES_ORDER, customer=customer, quantity=quantity, amount=unit_price, line=line
    )


def _order(
    item: Item,
    *,
    kind: DocumentKind,
    quantity: str | Decimal,
    amount: str | Decimal,
    line: dict[str, object],
    vendor: Vendor | None = None,
    customer: Customer | None = None,
) -> Document:
    order = document(kind=kind, vendor=vendor, customer=customer)
    document_line(order, item=item, quantity=quantity, unit_amount=Decimal(amount), **line)
    return order


def document(*, kind: str, **fields: object) -> Document:
    """Make an open document without lines."""
    defaults = {"no": f"ORDER{next(_order_numbers):04d}", "order_date": date(2026, 1, 1)}
    return Document.objects.create(kind=kind, **(defaults | fields))


def document_line(order: Document, *, quantity: str | Decimal, **fields: object) -> DocumentLine:
    """Add a line, all of it to handle and to invoice unless `fields` say otherwise."""
    defaults = {
        "line_no": 10000 * (order.lines.count() + 1),
        "type": LineType.ITEM_CHARGE if "item_charge" in fields else LineType.ITEM,
        "quantity_to_handle": Decimal(quantity),
        "quantity_to_invoice": Decimal(quantity),
    }
    return DocumentLine.objects.create(document=order, quantity=Decimal(quantity), **(defaults | fields))


def variant(item: Item, code: str) -> Variant:
    return Variant.objects.get_or_create(item=item, code=code)[0]


def bom_line(*, parent: Item, component: Item, quantity_per: Decimal) -> BomLine:
    return BomLine.objects.create(parent=parent, component=component, quantity_per=quantity_per)


def user(username: str = "accountant"):
    """Make one of the demo's users, in its group; password `lagerbok`."""
    found = get_user_model().objects.filter(username=username).first()
    if found:
        return found
    seed()
    made = get_user_model().objects.create_user(username=username, password="lagerbok", is_staff=username == "admin")
    made.groups.add(Group.objects.get(name=USERNAMES[username]))
    return made


def users() -> dict[str, object]:
    """Make one user for each group, by user name."""
    return {username: user(username) for username in USERNAMES}
