"""What a code means: goods, or a place. Printed codes come before numbers, and what is marked as GS1 before both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from inventory.barcodes import check_digit
from inventory.models import (
    Barcode,
    Bin,
    Item,
    ItemReference,
    ItemUnitOfMeasure,
    Location,
    Serial,
    UnitOfMeasure,
    Variant,
)
from inventory.scanning import gs1

KILOGRAMS = {"KG": Decimal(1), "KGM": Decimal(1), "G": Decimal(1000), "GRM": Decimal(1000)}
"""What a weight on a code is in the base units that are weights."""

GTIN_LENGTHS = (8, 12, 13, 14)


class UnknownCode(DomainError):
    code = ErrorCode.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Goods:
    """Goods that a code names. `quantity` in base units: what one scan stands for."""

    item: Item
    variant: Variant | None = None
    quantity: Decimal = Decimal(1)
    lot_no: str = ""
    serial_no: str = ""
    expiration_date: date | None = None

    @property
    def is_unit(self) -> bool:
        return self.item.serial_tracked


@dataclass(frozen=True, slots=True)
class Place:
    """A location, or a bin of it."""

    location: Location
    bin: Bin | None = None

    @property
    def code(self) -> str:
        return f"{self.location.code}/{self.bin.code}" if self.bin else str(self.location.code)


def goods_of(code: str, *, today: date, vendor_id: int | None = None, customer_id: int | None = None) -> Goods:
    """The goods that a code names. Of references, those of the partner count before others.

    Raises: UnknownCode, gs1.NotReadable, both with what to do.
    """
    text = code.strip()
    if gs1.is_marked(text):
        return _of_reading(gs1.read(text, today=today), code)
    found = _printed([text, *_gtins(text)]) or _numbered(text, vendor_id, customer_id)
    if found is not None:
        return found
    if gs1.looks_like(text):
        return _of_reading(gs1.read(text, today=today), code)
    raise UnknownCode(_unknown(text))


def place_of(code: str, *, at: Location | None, today: date) -> Place | None:
    """The bin or location that a code names, None for neither; a bin's bare code counts at the location at hand."""
    text = code.strip()
    if gs1.is_marked(text):
        text = gs1.read(text, today=today).place
    if not text:
        return None
    location_code, slash, bin_code = text.partition("/")
    if slash:
        held = Bin.objects.select_related("location").filter(location__code__iexact=location_code)
        found = held.filter(code__iexact=bin_code).first()
        if found is not None:
            return Place(found.location, found)
    if at is not None:
        found = Bin.objects.select_related("location").filter(location=at, code__iexact=text).first()
        if found is not None:
            return Place(found.location, found)
    location = Location.objects.filter(code__iexact=text, in_transit=False).first()
    return Place(location) if location is not None else None


def _of_reading(reading: gs1.Reading, code: str) -> Goods:
    found = None
    if reading.gtin:
        found = _printed(_gtins(reading.gtin))
    elif reading.item_no:
        found = _numbered(reading.item_no, None, None)
    elif reading.serial_no:
        found = _serial(reading.serial_no)
    if found is None:
        named = reading.gtin or reading.item_no
        if not named:
            raise UnknownCode(_("%(code)s names no item. Scan the code of the item.") % {"code": shown(code)})
        raise UnknownCode(_unknown(named))
    quantity = found.quantity if reading.count is None else found.quantity * reading.count
    per_kilogram = KILOGRAMS.get(found.item.base_unit_of_measure.code.upper())
    if reading.weight is not None and reading.count is None and per_kilogram is not None:
        quantity = reading.weight * per_kilogram
    return replace(
        found,
        quantity=quantity,
        lot_no=reading.lot_no,
        serial_no=reading.serial_no or found.serial_no,
        expiration_date=reading.expires,
    )


def _gtins(text: str) -> list[str]:
    """The ways in which a GTIN is written: with and without the zeros that fill it up to 14 digits."""
    if not (text.isascii() and text.isdecimal() and len(text) in GTIN_LENGTHS):
        return []
    full = text.zfill(14)
    return [full[14 - size :] for size in GTIN_LENGTHS if not full[: 14 - size].strip("0")]


def _printed(codes: list[str]) -> Goods | None:
    rows = Barcode.objects.select_related("item__base_unit_of_measure", "variant", "unit_of_measure")
    barcode = rows.filter(code__in=codes).order_by("pk").first()
    if barcode is not None:
        return Goods(barcode.item, barcode.variant, _per(barcode.item, barcode.unit_of_measure))
    item = Item.objects.select_related("base_unit_of_measure").filter(gtin__in=[each for each in codes if each])
    only = list(item.order_by("pk")[:2])
    return Goods(only[0]) if len(only) == 1 else None


def _numbered(text: str, vendor_id: int | None, customer_id: int | None) -> Goods | None:
    if not text:
        return None
    item = Item.objects.select_related("base_unit_of_measure").filter(no__iexact=text).first()
    if item is not None:
        return Goods(item)
    rows = ItemReference.objects.select_related("item__base_unit_of_measure", "variant", "unit_of_measure")
    references = list(rows.filter(reference_no__iexact=text).order_by("pk"))
    own = [each for each in references if _is_of(each, vendor_id, customer_id)]
    meant = own or references
    if meant and len({(each.item_id, each.variant_id) for each in meant}) == 1:
        return Goods(meant[0].item, meant[0].variant, _per(meant[0].item, meant[0].unit_of_measure))
    return _serial(text)


def _is_of(reference: ItemReference, vendor_id: int | None, customer_id: int | None) -> bool:
    by_vendor = vendor_id is not None and reference.vendor_id == vendor_id
    return by_vendor or (customer_id is not None and reference.customer_id == customer_id)


def _serial(serial_no: str) -> Goods | None:
    """A serial number that one item alone has."""
    rows = Serial.objects.select_related("item__base_unit_of_measure").filter(serial_no=serial_no)
    only = list(rows.order_by("pk")[:2])
    return Goods(only[0].item, serial_no=serial_no) if len(only) == 1 else None


def _per(item: Item, unit: UnitOfMeasure | None) -> Decimal:
    """The base units in one unit of an item."""
    if unit is None or unit.pk == item.base_unit_of_measure_id:
        return Decimal(1)
    row = ItemUnitOfMeasure.objects.filter(item=item, unit_of_measure=unit).first()
    return row.quantity_per if row is not None else Decimal(1)


def shown(code: str) -> str:
    """A code as people read it: separators as blanks, and not longer than a line."""
    return code.replace(gs1.GS, " ").strip()[:60]


def _unknown(text: str) -> str:
    if text.isascii() and text.isdecimal() and len(text) in GTIN_LENGTHS and text[-1] != check_digit(text[:-1]):
        return _("%(code)s was not read well: its last digit would be %(right)s. Scan it again.") % {
            "code": text,
            "right": check_digit(text[:-1]),
        }
    return _("%(code)s is not known here. Scan another code of the goods, or enter it on the item's card.") % {
        "code": shown(text)
    }
