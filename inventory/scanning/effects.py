"""What goes into the work of one scan, and what comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.formatting import format_number
from inventory.scanning import codes
from inventory.scanning.codes import Goods


class NeedsTracking(DomainError):
    """The goods are tracked: `ask` is "lot" or "serial"."""

    code = ErrorCode.TRACKING_REQUIRED

    def __init__(self, ask: str, item_no: str) -> None:
        message = (
            _("%(item)s is kept by lot. Scan or type the lot number.")
            if ask == "lot"
            else _("%(item)s is kept by serial number. Scan or type the serial number.")
        )
        super().__init__(message % {"item": item_no})
        self.ask = ask


@dataclass(frozen=True, slots=True)
class ScanInput:
    """A scan that was checked in form. `quantity` multiplies what the code stands for."""

    code: str
    quantity: Decimal | None
    lot_no: str
    serial_no: str
    user: Any
    today: date

    def goods(self, *, vendor_id: int | None = None, customer_id: int | None = None) -> Goods:
        """The goods with all that was scanned or typed about them. Raises: UnknownCode."""
        found = codes.goods_of(self.code, today=self.today, vendor_id=vendor_id, customer_id=customer_id)
        item = found.item
        if not item.is_inventory:
            raise DomainError(
                _("%(item)s is not kept in stock. Take it off the pile.") % {"item": item.no},
                code=ErrorCode.INVALID_INPUT,
            )
        lot_no = (self.lot_no or found.lot_no) if item.lot_tracked else ""
        serial_no = (self.serial_no or found.serial_no) if item.serial_tracked else ""
        quantity = found.quantity * (self.quantity or Decimal(1))
        if serial_no and quantity != 1:
            raise DomainError(
                _("A serial number stands for one piece: the quantity must be 1, not %(quantity)s.")
                % {"quantity": text_of(quantity)},
                code=ErrorCode.INVALID_INPUT,
            )
        return replace(found, quantity=quantity, lot_no=lot_no, serial_no=serial_no)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a scan did: the goods (None for a place), and how much of them went to which line."""

    text: str
    goods: Goods | None = None
    parts: Sequence[tuple[int, Decimal]] = field(default_factory=tuple)

    def as_columns(self) -> dict[str, Any]:
        """The columns of the stored scan."""
        columns: dict[str, Any] = {"parts": [[line_no, str(quantity)] for line_no, quantity in self.parts]}
        if self.goods is not None:
            columns |= {
                "item_id": self.goods.item.pk,
                "variant_id": self.goods.variant.pk if self.goods.variant else None,
                "quantity": self.goods.quantity,
                "lot_no": self.goods.lot_no,
                "serial_no": self.goods.serial_no,
            }
        return columns


def require_tracking(goods: Goods) -> None:
    """Refuse tracked goods without their lot or serial number. Raises: NeedsTracking."""
    if goods.item.serial_tracked and not goods.serial_no:
        raise NeedsTracking("serial", goods.item.no)
    if goods.item.lot_tracked and not goods.lot_no:
        raise NeedsTracking("lot", goods.item.no)


def text_of(quantity: Decimal) -> str:
    """A quantity as people read it."""
    return format_number(quantity, "quantity")


def named(goods: Goods) -> str:
    """Goods in words: `PAINT, lot L1`."""
    parts = [f"{goods.item.no} {goods.variant or ''}".strip()]
    if goods.lot_no:
        parts.append(_("lot %(no)s") % {"no": goods.lot_no})
    if goods.serial_no:
        parts.append(_("serial no. %(no)s") % {"no": goods.serial_no})
    return ", ".join(parts)
