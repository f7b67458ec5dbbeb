"""Scanning a purchase or sales order: what is scanned is what its lines are to receive or ship.

A line has one lot or serial number. Goods of another lot than its first take their part of the line along into a line
of their own: of 10 PAINT ordered, 6 of lot A and then 4 of lot B make a line of 6 and a line of 4, at the same price.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.models import Company
from inventory import documents, line_prices, locks
from inventory.enums import LineType
from inventory.models import Document, DocumentLine, Scan, ScanSession
from inventory.scanning import codes, places, sessions
from inventory.scanning.codes import Goods
from inventory.scanning.effects import Effect, ScanInput, named, require_tracking, text_of

ZERO = Decimal(0)
CHANGED = frozenset({"quantity_to_handle"})
COPIED = (
    "item_id",
    "variant_id",
    "location_id",
    "description",
    "unit_of_measure_id",
    "unit_amount",
    "unit_cost",
    *line_prices.SOURCE_COLUMNS,
    "expected_date",
    "dimension_set_id",
)


def scan(session: ScanSession, scanned: ScanInput) -> Effect:
    """Count goods on the lines of the session's order, or note their place. Raises: DomainError; nothing changes."""
    document = sessions.document_of(session)
    try:
        goods = scanned.goods(vendor_id=document.vendor_id, customer_id=document.customer_id)
    except codes.UnknownCode:
        place = codes.place_of(scanned.code, at=places.location_of(document), today=scanned.today)
        if place is None:
            raise
        return places.scan(session, document, place)
    lines = _lines_of(document, goods)
    if not goods.lot_no and not goods.serial_no:
        goods = _with_planned_tracking(goods, lines)
    require_tracking(goods)
    _check_serial(goods, lines)
    rooms = list(_rooms(document, goods, lines))
    total = sum((room for _line, room in rooms), ZERO)
    if total < goods.quantity:
        raise _too_much(document, goods, lines, total)
    parts, left = [], goods.quantity
    for line, room in rooms:
        part = min(left, room)
        if part:
            parts.append((_take(line, part, goods).line_no, part))
            left -= part
    outstanding = sum((line.outstanding_quantity for line in _lines_of(document, goods)), ZERO)
    done = sum((line.quantity_to_handle for line in _lines_of(document, goods)), ZERO)
    text = _("%(quantity)s × %(goods)s. %(done)s of %(all)s.") % {
        "quantity": text_of(goods.quantity),
        "goods": named(goods),
        "done": text_of(done),
        "all": text_of(outstanding),
    }
    return Effect(text, goods, parts)


def _lines_of(document: Document, goods: Goods) -> list[DocumentLine]:
    lines = [line for line in locks.lines_of(document) if line.type == LineType.ITEM and line.item_id == goods.item.pk]
    if goods.variant is not None:
        lines = [line for line in lines if line.variant_id == goods.variant.pk]
    elif len({line.variant_id for line in lines}) > 1:
        raise DomainError(
            _("%(no)s has %(item)s in several variants. Scan the code of the variant.")
            % {"no": document.no, "item": goods.item.no},
            code=ErrorCode.INVALID_INPUT,
        )
    if not lines:
        raise DomainError(
            _("%(goods)s is not on %(no)s. Put it aside, or have a line added.")
            % {"goods": named(goods), "no": document.no},
            code=ErrorCode.NOT_FOUND,
        )
    return lines


def _with_planned_tracking(goods: Goods, lines: list[DocumentLine]) -> Goods:
    """Goods scanned without lot or serial number are those of the order's line, where it has one line with one."""
    planned = [line for line in lines if (line.lot_no or line.serial_no) and _room(line) > 0]
    if len(planned) != 1 or len(lines) != 1 or not (goods.item.lot_tracked or goods.item.serial_tracked):
        return goods
    line = planned[0]
    return Goods(goods.item, goods.variant, goods.quantity, line.lot_no, line.serial_no, line.expiration_date)


def _check_serial(goods: Goods, lines: list[DocumentLine]) -> None:
    if goods.serial_no and any(line.serial_no == goods.serial_no and line.quantity_to_handle for line in lines):
        raise DomainError(
            _("%(goods)s is scanned already. Take the next piece.") % {"goods": named(goods)},
            code=ErrorCode.DUPLICATE_SERIAL,
        )


def _room(line: DocumentLine) -> Decimal:
    return line.outstanding_quantity - line.quantity_to_handle


def _rooms(document: Document, goods: Goods, lines: list[DocumentLine]) -> Iterator[tuple[DocumentLine, Decimal]]:
    """The lines that can take the goods, best first: those of the same lot, those without one, parts of the others.

    A lot or serial number that a sales line asks for is not exchanged for another.
    """
    key = (goods.lot_no, goods.serial_no)
    same = [line for line in lines if (line.lot_no, line.serial_no) == key]
    blank = [line for line in lines if line not in same and not (line.lot_no or line.serial_no)]
    others = [line for line in lines if line not in same and line not in blank]
    if not document.is_purchase:
        others = [line for line in others if line.quantity_to_handle or line.quantity_handled]
    for line in (*same, *blank, *others):
        if (room := _room(line)) > 0:
            yield line, room


def _take(line: DocumentLine, part: Decimal, goods: Goods) -> DocumentLine:
    """Count a part of the goods on a line, or on a line of their own beside it."""
    key = (goods.lot_no, goods.serial_no)
    is_fresh = not line.quantity_to_handle and not line.quantity_handled
    is_whole = not goods.serial_no or line.quantity == 1
    if (line.lot_no, line.serial_no) == key or (is_fresh and is_whole):
        line.lot_no, line.serial_no = key
        line.expiration_date = goods.expiration_date or line.expiration_date
        line.quantity_to_handle += part
        return documents.save_line(line, changed=CHANGED)
    return _split(line, part, goods)


def _split(line: DocumentLine, part: Decimal, goods: Goods) -> DocumentLine:
    discount = _share(line.line_discount_amount, part, line.quantity)
    beside = DocumentLine(
        document_id=line.document_id,
        quantity=part,
        quantity_to_handle=part,
        lot_no=goods.lot_no,
        serial_no=goods.serial_no,
        expiration_date=goods.expiration_date,
        line_discount_amount=discount,
        **{name: getattr(line, name) for name in COPIED},
    )
    line.quantity -= part
    line.line_discount_amount -= discount
    line.quantity_to_invoice = line.quantity_not_invoiced + line.quantity_to_handle
    moved = frozenset({"quantity", "quantity_to_handle", "quantity_to_invoice"})
    documents.save_line(line, changed=moved, keep_prices=True)
    return documents.save_line(beside, changed=CHANGED, keep_prices=True)


def _share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    precision = Company.current().amount_rounding_precision
    return (amount * part / whole / precision).quantize(Decimal(1), ROUND_HALF_UP) * precision


def _too_much(document: Document, goods: Goods, lines: list[DocumentLine], room: Decimal) -> DomainError:
    words = {
        "no": document.no,
        "goods": named(goods),
        "quantity": text_of(goods.quantity),
        "room": text_of(room),
        "done": text_of(sum((line.quantity_to_handle for line in lines), ZERO)),
    }
    if not document.is_purchase and not room and any(_room(line) > 0 for line in lines):
        message = _("%(no)s asks for another lot or serial number than %(goods)s. Pick that one.")
    elif not room:
        message = _("All of %(goods)s is scanned: %(done)s. Put this one aside, or have %(no)s changed.")
    else:
        message = _("%(quantity)s %(goods)s are more than the %(room)s that are left on %(no)s. Enter fewer.")
    return DomainError(message % words, code=ErrorCode.QUANTITY_EXCEEDS_SOURCE)


def undo(session: ScanSession, scan: Scan) -> None:
    """Take the goods of a scan off the lines again. Raises: DomainError."""
    document = sessions.document_of(session)
    by_no = {line.line_no: line for line in locks.lines_of(document)}
    for line_no, quantity in scan.parts:
        line = by_no.get(line_no)
        if line is None or line.quantity_to_handle < Decimal(quantity):
            raise DomainError(
                _("Line %(line)s of %(no)s was changed since. Correct its quantity there.")
                % {"line": line_no, "no": document.no},
                code=ErrorCode.INVALID_INPUT,
            )
        line.quantity_to_handle -= Decimal(quantity)
        if not line.quantity_to_handle and not line.quantity_handled and (scan.lot_no or scan.serial_no):
            line.lot_no = line.serial_no = ""
            line.expiration_date = None
        documents.save_line(line, changed=CHANGED)
