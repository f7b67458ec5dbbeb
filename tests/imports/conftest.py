"""A small standard company with two items, and files to import into it."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from costing.company import CompanyOptions, complete_posting_setup, create_standard_company
from costing.imports import ImportOptions, import_file
from inventory.models import Customer, Item, Location, Vendor


@pytest.fixture
def company(db):
    made = create_standard_company(CompanyOptions(starting_date=date(2026, 1, 1), expected_cost_posting=True))
    Location.objects.create(code="OSLO")
    Location.objects.create(code="BERGEN")
    complete_posting_setup()
    domestic = made.gen_bus_posting_groups["DOMESTIC"]
    Vendor.objects.create(no="V1", name="Vendor", gen_bus_posting_group=domestic)
    Customer.objects.create(no="C1", name="Customer", gen_bus_posting_group=domestic)
    for no, method in (("CHAIR", "FIFO"), ("TABLE", "AVERAGE")):
        Item.objects.create(
            no=no,
            description=no.title(),
            item_model_group=made.item_model_groups[method],
            inventory_posting_group=made.inventory_posting_groups["RESALE"],
            gen_prod_posting_group=made.gen_prod_posting_groups["RETAIL"],
            base_unit_of_measure=made.units["PCS"],
        )
    return made


@pytest.fixture
def write_csv(tmp_path):
    def write(text: str, name: str = "data.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def write_xlsx(tmp_path):
    def write(rows: list[list[object]], name: str = "data.xlsx") -> Path:
        workbook = openpyxl.Workbook()
        for row in rows:
            workbook.active.append(row)
        path = tmp_path / name
        workbook.save(path)
        return path

    return write


@pytest.fixture
def run(write_csv):
    """Import a CSV text: run("sales", text, dry_run=True)."""

    def run_import(kind: str, text: str, **options):
        return import_file(kind, write_csv(text), ImportOptions(**options))

    return run_import
