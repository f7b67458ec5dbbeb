"""Making and changing transfer orders before they are posted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from config.base import numbering
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from inventory import checks
from inventory.documents import NumberTaken, next_line_no
from inventory.enums import DocumentStatus, DocumentType
from inventory.locks import lock_transfer_order
from inventory.models import InventorySetup, ItemLedgerEntry, PostedDocument, TransferLine, TransferOrder

PLACES = ("from_location_id", "to_location_id", "in_transit_location_id")
EDITED_FIELDS = ("line_no", "item", "variant", "quantity", "lot_no", "serial_no")


def create_transfer_order(order: TransferOrder, *, user_id: int | None) -> TransferOrder:
    """Store a new transfer order; a blank number is drawn from the series. Raises: DomainError."""
    order.created_by_id = user_id
    check_locations(order)
    series = InventorySetup.load().transfer_order_series
    try:
        with transaction.atomic():
            if order.no:
                numbering.check_manual(series, order.no)
            else:
                order.no = numbering.draw(series, on=order.order_date)[0]
            order.save(force_insert=True)
    except IntegrityError as error:
        if TransferOrder.objects.filter(no=order.no).exists():
            raise NumberTaken(_("%(no)s exists already. Choose another number.") % {"no": order.no}) from error
        raise
    return order


def change_transfer_order(order: TransferOrder, fields: Sequence[str]) -> TransferOrder:
    """Store a changed order. Raises: DomainError; its places stay once something of it was shipped."""
    check_locations(order)
    with transaction.atomic():
        before = lock_transfer_order(order.pk)
        check_open(before)
        is_moved = any(getattr(before, name) != getattr(order, name) for name in PLACES)
        if is_moved and TransferLine.objects.filter(order=order, quantity_shipped__gt=0).exists():
            raise DomainError(
                _("Goods of %(no)s were shipped: its locations stay. Make a new transfer order for another way.")
                % {"no": order.no},
                code=ErrorCode.ALREADY_POSTED,
            )
        order.save(update_fields=[*fields, "updated_at"])
    return order


def check_locations(order: TransferOrder) -> None:
    """Goods move between two different places in use, perhaps through one that is the road. Raises: DomainError."""
    road = order.in_transit_location
    if road is not None and (not road.in_transit or road.blocked):
        raise DomainError(_("%(code)s is not for goods in transit, or blocked. Choose another one.") % {"code": road})
    if order.from_location_id == order.to_location_id:
        raise DomainError(_("Both locations are %(code)s. Choose two different ones.") % {"code": order.from_location})
    for location in (order.from_location, order.to_location):
        if location.blocked:
            raise DomainError(_("Location %(code)s is blocked. Choose another one.") % {"code": location.code})
        if location.in_transit:
            raise DomainError(
                _("%(code)s is for goods in transit. Choose a location where goods stand.") % {"code": location.code}
            )


def save_transfer_line(line: TransferLine) -> TransferLine:
    """Store a new or changed line. Raises: DomainError with every problem of the line."""
    with transaction.atomic():
        order = lock_transfer_order(line.order_id)
        check_open(order)
        if line.pk is None:
            line.line_no = line.line_no or next_line_no(TransferLine.objects.filter(order=order))
        raise_problems(_line_problems(line, order))
        if line.pk is None:
            line.save(force_insert=True)
        else:
            line.save(update_fields=EDITED_FIELDS)
    return line


def check_open(order: TransferOrder) -> None:
    """Refuse to change a finished order. Raises: DomainError."""
    if order.status in (DocumentStatus.COMPLETED, DocumentStatus.CLOSED_SHORT):
        raise checks.DocumentClosed(
            _("%(no)s is %(status)s. Make a new transfer order instead.")
            % {"no": order.no, "status": order.get_status_display()}
        )


def _line_problems(line: TransferLine, order: TransferOrder) -> Iterator[Problem]:
    problem = partial(Problem, document_no=order.no, line_no=line.line_no, item_no=line.item.no)
    if line.item.blocked:
        message = _("Item %(item)s is blocked. Unblock it on its card, or choose another item.")
        yield problem(message % {"item": line.item.no}, ErrorCode.BLOCKED_ITEM)
    if not line.item.is_inventory:
        message = _("Item %(item)s is not kept in stock: there is nothing to move.")
        yield problem(message % {"item": line.item.no}, ErrorCode.INVALID_INPUT)
    if line.quantity <= 0:
        yield problem(_("The quantity must be more than 0."), ErrorCode.INVALID_INPUT)
    shipped = line.quantity_shipped
    if line.pk is not None and line.quantity < shipped:
        message = _("%(shipped)s of line %(line)s is shipped: order at least that much.")
        words = {"shipped": f"{shipped.normalize():f}", "line": line.line_no}
        yield problem(message % words, ErrorCode.ALREADY_POSTED)
    yield from checks.variant_problems(line.item, line.variant, order.no, line.line_no)


def delete_transfer_line(line: TransferLine) -> None:
    """Take a line away, unless something of it is posted. Raises: DomainError."""
    with transaction.atomic():
        check_open(lock_transfer_order(line.order_id))
        if line.quantity_shipped:
            raise DomainError(
                _("Line %(line)s is shipped in part and stays.") % {"line": line.line_no},
                code=ErrorCode.ALREADY_POSTED,
            )
        line.delete()


def delete_transfer_order(order_id: int) -> None:
    """Delete an order of which nothing is posted. Raises: DomainError."""
    with transaction.atomic():
        order = lock_transfer_order(order_id)
        if TransferLine.objects.filter(order=order, quantity_shipped__gt=0).exists():
            raise DomainError(
                _("%(no)s is posted in part and stays.") % {"no": order.no}, code=ErrorCode.ALREADY_POSTED
            )
        order.delete()


def lines_to_take_back(shipment: PostedDocument) -> QuerySet[Any]:
    """The lines of a shipment that can be undone: not taken back yet, and nothing of them received."""
    lines = shipment.lines.filter(quantity__gt=0, invoice_lines__isnull=True)
    received = ItemLedgerEntry.objects.filter(
        document_type=DocumentType.TRANSFER_SHIPMENT,
        document_no=shipment.no,
        document_line_no=OuterRef("line_no"),
        quantity__gt=0,
        remaining_quantity__lt=F("quantity"),
    )
    return lines.filter(~Exists(received))
