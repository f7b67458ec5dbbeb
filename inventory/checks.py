"""May a line of a document, order, journal or count stand as it is? What posting needs besides is checked there."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode, Problem
from inventory.enums import DocumentKind, DocumentStatus, LineType
from inventory.models import Document, DocumentLine, Item, Variant

CLOSED_STATES = (DocumentStatus.COMPLETED, DocumentStatus.CLOSED_SHORT)


class DocumentClosed(DomainError):
    """The document is finished: nothing on it may change."""

    code = ErrorCode.INVALID_INPUT


def closed_words(document: Document) -> str:
    """Why nothing can be done with a document any more; blank for an open one."""
    if document.status == DocumentStatus.CLOSED_SHORT:
        return _("The order is closed short.")
    return _("The order is completed.") if document.status in CLOSED_STATES else ""


def check_open(document: Document) -> None:
    """Refuse to change a document that is completed or closed short. Raises: DocumentClosed."""
    if document.status in CLOSED_STATES:
        raise DocumentClosed(
            _("%(no)s is %(status)s. Make a new document instead.")
            % {"no": document.no, "status": document.get_status_display()}
        )


def line_problems(line: DocumentLine, document: Document, *, location_mandatory: bool) -> Iterator[Problem]:
    """What is wrong with a document line, each with what to do. The line's item must be at hand."""
    words = {"no": document.no, "line": line.line_no}
    if line.type == LineType.ITEM and line.item is not None:
        yield from item_problems(line.item, document, line.line_no)
        if location_mandatory and line.location_id is None and line.item.is_inventory:
            yield _problem(document, line, _("Line %(line)s of %(no)s needs a location.") % words)
        yield from variant_problems(line.item, line.variant, document.no, line.line_no)
    if line.serial_no and line.quantity != 1:
        message = _("A serial number stands for one piece: the quantity must be 1, not %(quantity)s.")
        yield _problem(document, line, message % {"quantity": text_of(line.quantity)})
    if line.line_discount_amount < 0:
        yield _problem(document, line, _("The discount is negative. Enter it as a positive amount."))
    yield from _quantity_problems(line, document)


def item_problems(item: Item, document: Document, line_no: int | None) -> Iterator[Problem]:
    """An item that may not be bought, sold, or moved at all. What is blocked for one side may still come back."""
    side_blocked = {
        DocumentKind.PURCHASE_ORDER: item.purchasing_blocked,
        DocumentKind.SALES_ORDER: item.sales_blocked,
    }.get(DocumentKind(document.kind), False)
    if item.blocked or side_blocked:
        yield Problem(
            _("Item %(item)s is blocked. Unblock it on its card, or choose another item.") % {"item": item.no},
            ErrorCode.BLOCKED_ITEM,
            document_no=document.no,
            line_no=line_no,
            item_no=item.no,
        )


def variant_problems(item: Item, variant: Variant | None, document_no: str, line_no: int | None) -> Iterator[Problem]:
    """A variant that belongs to another item."""
    if variant is not None and variant.item_id != item.pk:
        yield Problem(
            _("%(variant)s is no variant of item %(item)s.") % {"variant": variant.code, "item": item.no},
            ErrorCode.INVALID_INPUT,
            document_no=document_no,
            line_no=line_no,
            item_no=item.no,
        )


def _quantity_problems(line: DocumentLine, document: Document) -> Iterator[Problem]:
    """Quantities that contradict each other or what is posted already."""
    words = {"handled": text_of(line.quantity_handled), "outstanding": text_of(line.outstanding_quantity)}
    if line.quantity <= 0:
        yield _problem(document, line, _("The quantity must be more than 0. Use a return for goods that go back."))
    elif line.quantity < line.quantity_handled:
        message = (
            _("%(handled)s are received already: the quantity cannot be less.")
            if document.is_purchase
            else _("%(handled)s are shipped already: the quantity cannot be less.")
        )
        yield _problem(document, line, message % words, ErrorCode.QUANTITY_EXCEEDS_SOURCE)
    elif not 0 <= line.quantity_to_handle <= line.outstanding_quantity:
        message = (
            _("Quantity to receive must be between 0 and %(outstanding)s, what is outstanding.")
            if document.is_purchase
            else _("Quantity to ship must be between 0 and %(outstanding)s, what is outstanding.")
        )
        yield _problem(document, line, message % words, ErrorCode.QUANTITY_EXCEEDS_SOURCE)
    most = line.quantity - line.quantity_invoiced
    if not 0 <= line.quantity_to_invoice <= max(most, Decimal(0)):
        message = _("Quantity to invoice must be between 0 and %(most)s, what is not invoiced.")
        yield _problem(document, line, message % {"most": text_of(most)}, ErrorCode.QUANTITY_EXCEEDS_SOURCE)


def _problem(
    document: Document, line: DocumentLine, message: str, code: ErrorCode = ErrorCode.INVALID_INPUT
) -> Problem:
    item_no = line.item.no if line.item else ""
    return Problem(message, code, document_no=document.no, line_no=line.line_no, item_no=item_no)


def text_of(quantity: Decimal) -> str:
    """A quantity in a message: without zeros behind the point."""
    return f"{quantity.normalize():f}"
