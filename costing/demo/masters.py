"""Setup and master data of the demo company, and the rows that import_data reads."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from config.base.models import Company
from config.base.sheets import Cell
from costing.company import CompanyOptions, create_standard_company
from costing.demo.plan import MAIN, OPENING_DATE, PORT
from costing.demo.source import (
    CATEGORIES,
    EU_COUNTRIES,
    HOME_COUNTRY,
    SERVICE_CATEGORY,
    VENDORS,
    SaleLine,
    Source,
)
from inventory.models import InventorySetup, ItemCategory

COMPANY_NAME = "Retrospot Gifts"
CURRENCY = "GBP"

Row = dict[str, Cell]


def create_setup() -> None:
    """Make the standard company with the choices of the demo: cost is posted at once, expected cost too."""
    create_standard_company(
        CompanyOptions(starting_date=OPENING_DATE, automatic_cost_posting=True, expected_cost_posting=True)
    )
    Company.objects.filter(pk=1).update(name=COMPANY_NAME, currency_code=CURRENCY, time_zone="Europe/London")
    InventorySetup.objects.update(prevent_negative_inventory=True, location_mandatory=True)
    root = ItemCategory.objects.get_or_create(code="GIFTS", defaults={"name": _("Gifts")})[0]
    for code, (name, _words) in CATEGORIES.items():
        ItemCategory.objects.get_or_create(code=code, defaults={"name": name, "parent": root})
    ItemCategory.objects.get_or_create(code=SERVICE_CATEGORY, defaults={"name": _("Postage and vouchers")})


def location_rows() -> list[Row]:
    return [
        {"code": MAIN, "name": "London warehouse", "address": "1 Wharf Road\nLondon"},
        {"code": PORT, "name": "Harwich port warehouse", "address": "Quay 4\nHarwich"},
    ]


def vendor_rows() -> list[Row]:
    return [
        {
            "no": vendor.no,
            "name": vendor.name,
            "country": vendor.country,
            "gen_bus_posting_group": vendor.gen_bus_posting_group,
            "location": MAIN,
        }
        for vendor in VENDORS
    ]


def customer_rows(lines: Sequence[SaleLine]) -> list[Row]:
    """One row for each customer; the first country that the sample gives is the customer's."""
    countries: dict[str, str] = {}
    for line in lines:
        countries.setdefault(line.customer_no, line.country)
    return [
        {
            "no": no,
            "name": f"Cash customers, {country}" if no.startswith("CASH") else f"Customer {no[1:]}",
            "country": country,
            "gen_bus_posting_group": _business_group(country),
            "location": MAIN if country == HOME_COUNTRY else PORT,
        }
        for no, country in sorted(countries.items())
    ]


def _business_group(country: str) -> str:
    if country == HOME_COUNTRY:
        return "DOMESTIC"
    return "EU" if country in EU_COUNTRIES else "EXPORT"


def item_rows(source: Source) -> list[Row]:
    return [
        {
            "no": item.no,
            "description": item.description,
            "type": "service" if item.is_service else "inventory",
            "item_model_group": item.item_model_group,
            "inventory_posting_group": "" if item.is_service else "RESALE",
            "gen_prod_posting_group": "SERVICES" if item.is_service else "RETAIL",
            "category": item.category,
            "base_unit_of_measure": "PCS",
            "vendor_no": "" if item.is_service else item.vendor_no,
            "unit_cost": "" if item.is_service else item.cost,
            "unit_price": item.unit_price,
        }
        for item in source.items.values()
    ]
