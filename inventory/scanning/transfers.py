"""Scanning a transfer order at either end: the scans say how much of each line is shipped or received."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from inventory.enums import ScanTask
from inventory.models import ScanSession, TransferLine
from inventory.scanning import sessions
from inventory.scanning.codes import Goods
from inventory.scanning.effects import Effect, ScanInput, named, text_of

ZERO = Decimal(0)


def left_of(line: TransferLine, task: str) -> Decimal:
    """What of a line can still be shipped, or received."""
    if task == ScanTask.TRANSFER_SHIP:
        left: Decimal = line.quantity - line.quantity_shipped
    else:
        left = line.quantity_shipped - line.quantity_received
    return left


def scan(session: ScanSession, scanned: ScanInput) -> Effect:
    """Count goods for the lines of the session's transfer order. Raises: DomainError, then nothing changes."""
    order = sessions.transfer_of(session)
    goods = scanned.goods()
    lines = [line for line in order.lines.order_by("line_no") if _fits(line, goods)]
    if not lines:
        raise DomainError(
            _("%(goods)s is not on %(no)s. Put it aside, or have a line added.")
            % {"goods": named(goods), "no": order.no},
            code=ErrorCode.NOT_FOUND,
        )
    done = sessions.scanned_by_line(session)
    parts, left = [], goods.quantity
    for line in lines:
        part = min(left, left_of(line, session.task) - done.get(line.line_no, ZERO))
        if part > 0:
            parts.append((line.line_no, part))
            left -= part
    total = sum((left_of(line, session.task) for line in lines), ZERO)
    counted = sum((done.get(line.line_no, ZERO) for line in lines), ZERO)
    words = {
        "quantity": text_of(goods.quantity),
        "goods": named(goods),
        "done": text_of(counted + (ZERO if left else goods.quantity)),
        "all": text_of(total),
        "no": order.no,
    }
    if left:
        raise DomainError(
            _("%(quantity)s more %(goods)s are too many: %(done)s of %(all)s on %(no)s are scanned.") % words
            + " "
            + _("Put them aside, or have the order changed."),
            code=ErrorCode.QUANTITY_EXCEEDS_SOURCE,
        )
    return Effect(_("%(quantity)s × %(goods)s. %(done)s of %(all)s.") % words, goods, parts)


def _fits(line: TransferLine, goods: Goods) -> bool:
    """A line takes goods of its item, variant, lot and serial number; what was not scanned is taken for right."""
    return (
        line.item_id == goods.item.pk
        and (goods.variant is None or line.variant_id == goods.variant.pk)
        and (not goods.lot_no or line.lot_no == goods.lot_no)
        and (not goods.serial_no or line.serial_no == goods.serial_no)
    )
