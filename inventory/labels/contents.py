"""What stands on a label: words for people, a code for scanners that the scan station reads back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from config.base.errors import DomainError
from config.base.formatting import format_date
from inventory.barcodes import check_digit
from inventory.labels import symbols
from inventory.labels.symbols import Symbol
from inventory.models import Barcode, Bin, Item, ItemLedgerEntry, PostedDocument
from inventory.scanning import gs1

GTIN_LENGTHS = (8, 12, 13, 14)
KINDS = ("code128", "qr")


@dataclass(frozen=True, slots=True)
class Label:
    """One label. `readable` is the line under the symbol; `symbol` None where nothing can be encoded."""

    title: str
    text: str
    readable: str
    symbol: Symbol
    notes: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot or serial number of an item."""

    item: Item
    lot_no: str = ""
    serial_no: str = ""
    expires: date | None = None


def of_items(items: Iterable[Item], *, kind: str) -> list[Label]:
    """A label for each item: its own barcode, its GTIN, or its number."""
    chosen = list(items)
    printed = _codes_of(chosen)
    return [_item_label(item, printed, kind) for item in chosen]


def of_lots(lots: Iterable[Lot], *, kind: str) -> list[Label]:
    """A label for each lot or serial number: item, lot and expiry in one GS1 code."""
    chosen = list(lots)
    printed = _codes_of([lot.item for lot in chosen])
    return [_lot_label(lot, printed.get(lot.item.pk, ""), kind) for lot in chosen]


def of_bins(bins: Iterable[Bin], *, kind: str) -> list[Label]:
    """A label for each bin, with its location, so that it is known anywhere."""
    found = []
    for each in bins:
        elements = {gs1.OWN_PLACE: f"{each.location.code}/{each.code}"}
        found.append(_gs1_label(each.code, each.name or each.location.name, elements, kind, [each.location.code]))
    return found


def of_receipt(document: PostedDocument, *, kind: str) -> list[Label]:
    """A label for what each line brought: its lot or serial number, else its item."""
    entries = ItemLedgerEntry.objects.filter(register_id=document.register_id, quantity__gt=0)
    rows = list(entries.filter(document_no=document.no).select_related("item").order_by("document_line_no", "pk"))
    printed = _codes_of([entry.item for entry in rows])
    labels: list[Label] = []
    for entry in rows:
        if entry.lot_no or entry.serial_no:
            lot = Lot(entry.item, entry.lot_no, entry.serial_no, entry.expiration_date)
            labels.append(_lot_label(lot, printed.get(entry.item_id, ""), kind))
        else:
            labels.append(_item_label(entry.item, printed, kind))
    return labels


def _item_label(item: Item, printed: Mapping[int, str], kind: str) -> Label:
    return _label(item.no, item.description, printed.get(item.pk, item.no), kind, [item.shelf_no])


def _codes_of(items: Sequence[Item]) -> dict[int, str]:
    """What is printed for items: the first barcode of the base unit without variant, else the GTIN of the card."""
    found = {item.pk: item.gtin for item in items if item.gtin}
    rows = Barcode.objects.filter(item__in=[item.pk for item in items], variant__isnull=True)
    for barcode in rows.select_related("item").order_by("-pk"):
        if barcode.unit_of_measure_id in (None, barcode.item.base_unit_of_measure_id):
            found[barcode.item_id] = barcode.code
    return found


def _lot_label(lot: Lot, printed: str, kind: str) -> Label:
    item = lot.item
    elements = {"01": printed.zfill(14)} if _is_gtin(printed) else {gs1.OWN_ITEM: item.no}
    if lot.expires is not None:
        elements["17"] = f"{lot.expires:%y%m%d}"
    if lot.lot_no:
        elements["10"] = lot.lot_no
    if lot.serial_no:
        elements["21"] = lot.serial_no
    notes = [
        _("Lot %(no)s") % {"no": lot.lot_no} if lot.lot_no else "",
        _("Serial no. %(no)s") % {"no": lot.serial_no} if lot.serial_no else "",
        _("Expires %(day)s") % {"day": format_date(lot.expires)} if lot.expires else "",
    ]
    return _gs1_label(item.no, item.description, elements, kind, notes)


def _gs1_label(title: str, text: str, elements: dict[str, str], kind: str, notes: Sequence[str]) -> Label:
    """A GS1 code; in a QR the form in brackets, which needs no separators. What GS1 has no signs for is a QR."""
    readable = gs1.in_brackets(elements)
    kept = [note for note in notes if note]
    if kind == "qr":
        return Label(title, text, readable, symbols.qr(readable), kept)
    try:
        return Label(title, text, readable, symbols.gs1_128(elements), kept)
    except DomainError:
        return Label(title, text, readable, symbols.qr(readable), kept)


def _label(title: str, text: str, code: str, kind: str, notes: Sequence[str]) -> Label:
    """A plain code; what Code 128 has no signs for is a QR."""
    kept = [note for note in notes if note]
    symbol = symbols.code128(code) if kind == "code128" and code.isascii() else symbols.qr(code)
    return Label(title, text, code, symbol, kept)


def _is_gtin(code: str) -> bool:
    is_number = code.isascii() and code.isdecimal() and len(code) in GTIN_LENGTHS
    return is_number and code[-1] == check_digit(code[:-1])
