"""Puts the standard company together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from config.base.models import Company, NumberSeries, NumberSeriesLine, ReasonCode
from costing.company import chart, groups
from costing.enums import AdjustmentTrigger, AverageCostCalculation, AverageCostPeriod
from costing.models import CostingSetup, GeneralPostingSetup, InventoryPostingSetup
from inventory.models import (
    GenBusPostingGroup,
    GenProdPostingGroup,
    InventoryPostingGroup,
    InventorySetup,
    ItemCharge,
    ItemModelGroup,
    Location,
    UnitOfMeasure,
)
from ledger.models import AccountingPeriod, GLAccount, LedgerSetup

# Orders and journals may carry numbers from elsewhere; numbers of posted documents come from their series alone.
_MANUAL_SERIES = {
    "purchase_order_series",
    "purchase_return_series",
    "purchase_credit_draft_series",
    "sales_order_series",
    "sales_return_series",
    "sales_credit_draft_series",
    "transfer_order_series",
    "item_journal_series",
    "count_series",
    "assembly_series",
    "production_series",
    "item_series",
    "general_journal_series",
}


@dataclass(frozen=True, slots=True)
class CompanyOptions:
    """What a company may choose. `fiscal_years`: how many years of accounting periods from the starting year."""

    starting_date: date
    name: str = "Lagerbok"
    currency_code: str = "EUR"
    fiscal_years: int = 3
    automatic_cost_posting: bool = True
    expected_cost_posting: bool = False
    automatic_cost_adjustment: str = AdjustmentTrigger.NEVER
    average_cost_period: str = AverageCostPeriod.DAY
    average_cost_calculation: str = AverageCostCalculation.ITEM


@dataclass(frozen=True, slots=True)
class StandardCompany:
    """The records of the company by code or number."""

    accounts: dict[str, GLAccount] = field(default_factory=dict)
    units: dict[str, UnitOfMeasure] = field(default_factory=dict)
    item_model_groups: dict[str, ItemModelGroup] = field(default_factory=dict)
    inventory_posting_groups: dict[str, InventoryPostingGroup] = field(default_factory=dict)
    gen_prod_posting_groups: dict[str, GenProdPostingGroup] = field(default_factory=dict)
    gen_bus_posting_groups: dict[str, GenBusPostingGroup] = field(default_factory=dict)
    item_charges: dict[str, ItemCharge] = field(default_factory=dict)


def create_standard_company(options: CompanyOptions) -> StandardCompany:
    """Make what is missing of a standard company; what is there stays as it is. May run again at any time."""
    Company.objects.get_or_create(pk=1, defaults={"name": options.name, "currency_code": options.currency_code})
    company = StandardCompany(
        accounts=chart.create_chart(),
        units=groups.create_units(),
        item_model_groups=groups.create_item_model_groups(),
        inventory_posting_groups=groups.create_inventory_posting_groups(),
        gen_prod_posting_groups=groups.create_gen_prod_posting_groups(),
        gen_bus_posting_groups=groups.create_gen_bus_posting_groups(),
        item_charges=groups.create_item_charges(),
    )
    complete_posting_setup()
    create_number_series()
    create_periods(first_year=options.starting_date.year, years=options.fiscal_years)
    _create_setup(options, company)
    for code, description in groups.REASONS.items():
        ReasonCode.objects.get_or_create(code=code, defaults={"description": _(description)})
    return company


def complete_posting_setup() -> int:
    """Make a posting setup line for each combination of groups (and locations) that has none; return how many.

    A new location or group is thereby ready to post. Lines that are there keep their accounts.
    """
    accounts = chart.create_chart()
    made = 0
    for group in InventoryPostingGroup.objects.order_by("pk"):
        numbers = chart.inventory_accounts(group.code)
        roles = {role.value: accounts[no] for role, no in numbers.items()}
        for location in (None, *Location.objects.order_by("pk")):
            made += InventoryPostingSetup.objects.get_or_create(
                location=location, inventory_posting_group=group, defaults=roles
            )[1]
    roles = {role.value: accounts[no] for role, no in chart.GENERAL_ROLES.items()}
    for product in GenProdPostingGroup.objects.order_by("pk"):
        for business in (None, *GenBusPostingGroup.objects.order_by("pk")):
            made += GeneralPostingSetup.objects.get_or_create(
                gen_bus_posting_group=business, gen_prod_posting_group=product, defaults=roles
            )[1]
    return made


def create_number_series() -> None:
    """Make a number series for every series that the inventory and ledger setup name."""
    for setup in (InventorySetup.load(), LedgerSetup.load()):
        for column in setup._meta.concrete_fields:
            code = getattr(setup, column.attname)
            if not column.name.endswith("_series") or not code:
                continue
            series, is_new = NumberSeries.objects.get_or_create(
                code=code,
                defaults={
                    "description": str(column.verbose_name).capitalize(),
                    "manual_allowed": column.name in _MANUAL_SERIES,
                },
            )
            if is_new:
                NumberSeriesLine.objects.create(series=series, starting_no=f"{code[:13]}-000001")


def create_periods(*, first_year: int, years: int) -> None:
    """Make the months of fiscal years that are calendar years."""
    for year in range(first_year, first_year + years):
        for month in range(1, 13):
            start = date(year, month, 1)
            AccountingPeriod.objects.get_or_create(
                starting_date=start, defaults={"name": f"{start:%Y-%m}", "new_fiscal_year": month == 1}
            )


def _create_setup(options: CompanyOptions, company: StandardCompany) -> None:
    setup = InventorySetup.load()
    if setup.default_item_model_group is None:
        setup.default_item_model_group = company.item_model_groups["FIFO"]
        setup.save(update_fields=["default_item_model_group"])
    if not CostingSetup.objects.exists():
        CostingSetup.objects.create(
            starting_date=date(options.starting_date.year, 1, 1),
            automatic_cost_posting=options.automatic_cost_posting,
            expected_cost_posting=options.expected_cost_posting,
            automatic_cost_adjustment=options.automatic_cost_adjustment,
            average_cost_period=options.average_cost_period,
            average_cost_calculation=options.average_cost_calculation,
        )
