"""The import of a vendor's catalogue from a file or from pasted rows.

It is read row by row; every faulty row is named at once and nothing is stored. A row of a number that is there already
changes it, so the new price list of next year is imported like the first one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.base import changelog
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from config.base.formatting import current_region
from config.base.parsing import NotReadable, parse_number
from config.base.sheets import Cell
from inventory.models import CatalogueItem, ItemTemplate, UnitOfMeasure, Vendor

COLUMNS: dict[str, tuple[str, ...]] = {
    "vendor_item_no": ("vendor item no", "vendor item no.", "no", "no.", "varenr", "varenr.", "varenummer", "number"),
    "description": ("description", "name", "beskrivelse", "navn", "tekst"),
    "unit_price": ("published cost", "cost", "price", "pris", "kost", "kostpris", "enhetskost"),
    "sales_price": ("unit price", "sales price", "salgspris", "utsalgspris"),
    "unit_of_measure": ("unit", "unit of measure", "uom", "enhet", "enhed"),
    "gtin": ("gtin", "ean", "barcode", "strekkode", "stregkode"),
}
"""Heads of columns by which they are known, in English, Norwegian and Danish."""

MAX_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a vendor's list, read."""

    line_no: int
    vendor_item_no: str
    description: str
    unit_price: Decimal
    sales_price: Decimal
    unit_of_measure: UnitOfMeasure | None
    gtin: str
    is_new: bool = True


def read_rows(cells: Sequence[Sequence[Cell]], *, vendor: Vendor) -> list[Row]:
    """Read a vendor's list with a row of heads. Raises: DomainError with a problem for every faulty row."""
    table = [[str(cell) for cell in row] for row in cells]
    lines = [(place, row) for place, row in enumerate(table, start=1) if any(cell.strip() for cell in row)]
    if not lines:
        raise DomainError(_("There are no rows. Paste the list with its heads, or choose a file."))
    if len(lines) > MAX_ROWS:
        raise DomainError(_("There are more than %(limit)s rows. Import the list in parts.") % {"limit": MAX_ROWS})
    places = _places(lines[0][1])
    units = {unit.code.casefold(): unit for unit in UnitOfMeasure.objects.all()}
    known = set(CatalogueItem.objects.filter(vendor=vendor).values_list("vendor_item_no", flat=True))
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for line_no, row_cells in lines[1:]:
        given = {name: row_cells[place].strip() if place < len(row_cells) else "" for name, place in places.items()}
        try:
            row = _read_row(line_no, given, units, seen, known)
        except DomainError as error:
            message = _("Row %(row)s: %(problem)s.") % {"row": line_no, "problem": error}
            problems.append(Problem(message, ErrorCode.INVALID_INPUT, line_no=line_no))
        else:
            seen[row.vendor_item_no] = line_no
            rows.append(row)
    raise_problems(problems)
    return rows


def _places(heads: Sequence[str]) -> dict[str, int]:
    """Where each known column stands. Raises: DomainError where number or description is missing."""
    words = [head.strip().casefold() for head in heads]
    places = {
        name: next(place for place, word in enumerate(words) if word in known)
        for name, known in COLUMNS.items()
        if any(word in known for word in words)
    }
    lacking = [COLUMNS[name][0] for name in ("vendor_item_no", "description") if name not in places]
    if lacking:
        raise DomainError(_("The first row must name the columns; missing: %(names)s.") % {"names": ", ".join(lacking)})
    return places


def _read_row(
    line_no: int, given: dict[str, str], units: dict[str, UnitOfMeasure], seen: dict[str, int], known: set[str]
) -> Row:
    number, description = given["vendor_item_no"], given["description"]
    wrong = []
    if not number or len(number) > 50:
        wrong.append(_("the vendor item no. has 1 to 50 signs"))
    if number in seen:
        wrong.append(_("%(no)s stands in row %(row)s already") % {"no": number, "row": seen[number]})
    if not description or len(description) > 100:
        wrong.append(_("the description has 1 to 100 signs"))
    if len(given.get("gtin", "")) > 14:
        wrong.append(_("the GTIN has at most 14 digits"))
    unit = units.get(given.get("unit_of_measure", "").casefold())
    if given.get("unit_of_measure") and unit is None:
        wrong.append(_("unit %(code)s does not exist") % {"code": given["unit_of_measure"]})
    prices = {}
    for name in ("unit_price", "sales_price"):
        try:
            prices[name] = _price(given.get(name, ""))
        except NotReadable as error:
            wrong.append(str(error))
    if wrong:
        raise DomainError("; ".join(wrong))
    return Row(
        line_no,
        number,
        description,
        prices["unit_price"],
        prices["sales_price"],
        unit,
        given.get("gtin", ""),
        number not in known,
    )


def _price(text: str) -> Decimal:
    number = parse_number(text, current_region()) if text else Decimal(0)
    if not 0 <= number < Decimal(10) ** 13:
        raise NotReadable(_("%(number)s is no price") % {"number": text})
    return number.quantize(Decimal("0.00001"))


@dataclass(frozen=True, slots=True)
class Imported:
    """How many catalogue items are new, and how many were changed."""

    created: int
    changed: int


def store_rows(rows: Sequence[Row], *, vendor: Vendor, template: ItemTemplate | None, user: Any) -> Imported:
    """Store an imported list: one statement, new rows made and known ones changed; items made of them stay."""
    stored = CatalogueItem.objects.filter(vendor=vendor, vendor_item_no__in=[row.vendor_item_no for row in rows])
    with transaction.atomic():
        before = {item.pk: changelog.snapshot(item) for item in stored.all()}
        CatalogueItem.objects.bulk_create(
            [
                CatalogueItem(
                    vendor=vendor,
                    vendor_item_no=row.vendor_item_no,
                    description=row.description,
                    unit_price=row.unit_price,
                    sales_price=row.sales_price,
                    unit_of_measure=row.unit_of_measure,
                    gtin=row.gtin,
                    template=template,
                )
                for row in rows
            ],
            update_conflicts=True,
            unique_fields=["vendor", "vendor_item_no"],
            update_fields=["description", "unit_price", "sales_price", "unit_of_measure", "gtin"],
            batch_size=1000,
        )
        changes = [(before.get(item.pk), changelog.snapshot(item)) for item in stored.order_by("pk")]
        changelog.record_many(user, changes, origin="import")
    new = sum(row.is_new for row in rows)
    return Imported(new, len(rows) - new)
