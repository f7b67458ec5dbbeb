"""Counting by scanner: every scan adds to what is counted of the goods; the sheet of the counter comes first."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from inventory import count_sheets, counts, scopes
from inventory.enums import CountSheetStatus
from inventory.locks import lock_count
from inventory.models import Count, CountLine, CountSheet, CountSheetLine, Location, Scan, ScanSession
from inventory.scanning.codes import Goods
from inventory.scanning.effects import Effect, ScanInput, named, require_tracking, text_of

ZERO = Decimal(0)


def scan(session: ScanSession, scanned: ScanInput) -> Effect:
    """Add goods to what is counted. What the books expect is not said: counts are blind. Raises: DomainError."""
    count = _count_of(session)
    goods = scanned.goods()
    require_tracking(goods)
    lines = _lines_of(count, goods)
    if len(lines) > 1:
        place = scopes.scope_of(scanned.user).default_location
        lines = [line for line in lines if place is not None and line.location_id == place.pk]
        if len(lines) != 1:
            raise DomainError(
                _("%(goods)s is on %(no)s at several places. Enter it on the page of the count.")
                % {"goods": named(goods), "no": count.no},
                code=ErrorCode.INVALID_INPUT,
            )
    line = lines[0] if lines else None
    if goods.serial_no and line is not None and line.quantity_counted:
        raise DomainError(
            _("%(goods)s is scanned already. Take the next piece.") % {"goods": named(goods)},
            code=ErrorCode.DUPLICATE_SERIAL,
        )
    by = counter_of(scanned.user)
    line = _add_line(count, goods, by, scanned.user) if line is None else _record(line, goods.quantity, by)
    text = _("%(quantity)s × %(goods)s. Counted: %(counted)s.") % {
        "quantity": text_of(goods.quantity),
        "goods": named(goods),
        "counted": text_of(line.quantity_counted or ZERO),
    }
    return Effect(text, goods, [(line.line_no, goods.quantity)])


def counter_of(user: object) -> count_sheets.Counter:
    """Who counts, and whether he may enter figures on the sheets of others."""
    return count_sheets.Counter(user.pk, supervises=user.has_perm("base.count_post"))  # type: ignore[attr-defined]


def _count_of(session: ScanSession) -> Count:
    count = lock_count(Count.objects.values_list("pk", flat=True).get(no=session.document_no))
    counts.check_open(count)
    return count


def _lines_of(count: Count, goods: Goods) -> list[CountLine]:
    rows = CountLine.objects.filter(
        count=count, item=goods.item, lot_no=goods.lot_no, serial_no=goods.serial_no, variant=goods.variant
    )
    return list(rows.order_by("line_no"))


def _record(line: CountLine, quantity: Decimal, by: count_sheets.Counter) -> CountLine:
    """Add to a line: on its latest sheet where it stands on one."""
    rows = CountSheetLine.objects.select_related("count_line", "sheet").filter(count_line=line)
    row = rows.order_by("-sheet__no").first()
    if row is None:
        return counts.record(line, quantity=(line.quantity_counted or ZERO) + quantity, user_id=by.user_id)
    count_sheets.record(row, quantity=(row.quantity_counted or ZERO) + quantity, by=by)
    return row.count_line


def _add_line(count: Count, goods: Goods, by: count_sheets.Counter, user: object) -> CountLine:
    """Something that the books do not know there: found, and counted."""
    line = CountLine(
        count=count,
        item=goods.item,
        variant=goods.variant,
        location=count.location or _default_location(user),
        lot_no=goods.lot_no,
        serial_no=goods.serial_no,
        quantity_counted=goods.quantity,
    )
    own = CountSheet.objects.filter(count=count, person=by.user_id, status=CountSheetStatus.OPEN, is_recount=False)
    sheet = own.order_by("no").first()
    if sheet is not None:
        return count_sheets.add_line(sheet, line, by=by).count_line
    return counts.add_line(line, user_id=by.user_id)


def _default_location(user: object) -> Location | None:
    return scopes.scope_of(user).default_location


def undo(session: ScanSession, scan: Scan) -> None:
    """Take the goods of a scan off what is counted. Raises: DomainError."""
    count = _count_of(session)
    for line_no, quantity in scan.parts:
        line = CountLine.objects.filter(count=count, line_no=line_no).first()
        if line is None or (line.quantity_counted or ZERO) < Decimal(quantity):
            raise DomainError(
                _("Line %(line)s of %(no)s was changed since. Correct its quantity there.")
                % {"line": line_no, "no": count.no},
                code=ErrorCode.INVALID_INPUT,
            )
        _record(line, -Decimal(quantity), counter_of(scan.user))
