"""Return orders and credit memos made from what was posted: each line names the entry that it takes back.

    shipment SS-1: 5 CHAIR that cost 22.50 each; 2 came back already
    its lines taken onto a return: 3 CHAIR from that very entry, so they enter stock at 22.50 again

Goods that a customer returns come back at the cost they went out at; goods that go back to a vendor leave out of the
receipt that brought them. Source: design-details-item-application (exact cost reversing).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from config.base.amounts import round_amount
from config.base.errors import DomainError, ErrorCode
from config.base.models import Company
from inventory import checks, documents
from inventory.enums import DocumentKind, DocumentType, LineType
from inventory.locks import lock_document
from inventory.models import (
    Document,
    DocumentLine,
    ItemLedgerEntry,
    PostedDocument,
    PostedDocumentLine,
    ResponsibilityCentre,
)

SOURCES = {
    DocumentKind.PURCHASE_RETURN: (DocumentType.PURCHASE_RECEIPT, DocumentType.PURCHASE_INVOICE),
    DocumentKind.PURCHASE_CREDIT: (DocumentType.PURCHASE_RECEIPT, DocumentType.PURCHASE_INVOICE),
    DocumentKind.SALES_RETURN: (DocumentType.SALES_SHIPMENT, DocumentType.SALES_INVOICE),
    DocumentKind.SALES_CREDIT: (DocumentType.SALES_SHIPMENT, DocumentType.SALES_INVOICE),
}
"""The posted documents that each kind takes lines from."""


class NothingToReturn(DomainError):
    """All of the posted document is returned already, sold on, or stands on another return."""

    code = ErrorCode.QUANTITY_EXCEEDS_SOURCE


@dataclass(frozen=True, slots=True)
class Returnable:
    """What of a posted line may go back to, or come back from, one entry; quantity positive."""

    line: PostedDocumentLine
    entry: ItemLedgerEntry
    quantity: Decimal

    def discount(self, precision: Decimal) -> Decimal:
        """The line's discount in proportion."""
        return round_amount(self.line.discount_amount * self.quantity / self.line.quantity, precision)


def create_return(posted: PostedDocument, *, kind: DocumentKind, on: date, user_id: int | None) -> Document:
    """Make a return order or credit memo of all that is left to return of a posted document.

    Raises: DomainError where nothing is left; then nothing is written.
    """
    with transaction.atomic():
        document = documents.create_document(
            Document(
                kind=kind,
                vendor=posted.vendor,
                customer=posted.customer,
                location=posted.location,
                order_date=on,
                external_document_no=posted.external_document_no,
                responsibility_centre=_centre(posted),
            ),
            user_id=user_id,
        )
        take_posted_lines(document.pk, posted)
    return document


def _centre(posted: PostedDocument) -> ResponsibilityCentre | None:
    order = Document.objects.filter(no=posted.order_no).select_related("responsibility_centre").first()
    return order.responsibility_centre if order else None


def take_posted_lines(document_id: int, posted: PostedDocument) -> int:
    """Add all that is left to return of a posted document to a return order or credit memo; returns how many lines.

    Raises: DomainError where the document is of another partner or kind, or nothing is left.
    """
    with transaction.atomic():
        document = lock_document(document_id)
        checks.check_open(document)
        _check_source(document, posted)
        found = list(_returnable(posted))
        if not found:
            raise NothingToReturn(
                _("Nothing of %(no)s is left to return: it is returned, sold on, or on another return.")
                % {"no": posted.no}
            )
        precision = Company.current().amount_rounding_precision
        for each in found:
            line = documents.save_line(_return_line(document, each, precision), keep_prices=True)
            if line.location_id != each.entry.location_id:
                # A new line takes a blank place from its document; an exact return stays where its entry was.
                DocumentLine.objects.filter(pk=line.pk).update(location=each.entry.location_id)
    return len(found)


def _check_source(document: Document, posted: PostedDocument) -> None:
    words = {"no": posted.no, "document": document.no, "partner": document.partner.no}
    if posted.type not in SOURCES.get(DocumentKind(document.kind), ()):
        raise DomainError(_("Lines of %(no)s cannot be taken onto %(document)s: it is of another kind.") % words)
    if (posted.vendor_id, posted.customer_id) != (document.vendor_id, document.customer_id):
        raise DomainError(_("%(no)s is not of %(partner)s. Choose a document of the partner of %(document)s.") % words)


def _returnable(posted: PostedDocument) -> Iterator[Returnable]:
    """What is left of each line, entry by entry; an invoice gives no more than it invoiced."""
    lines = list(
        posted.lines.filter(type=LineType.ITEM, quantity__gt=0)
        .select_related("item", "posted_document", "source_line__posted_document")
        .order_by("line_no")
    )
    moved = {line.pk: line.source_line or line for line in lines}
    entries = _entries_of(moved.values(), posted)
    left = _left(entries)
    for line in lines:
        of_line, wanted = moved[line.pk], line.quantity
        for entry in entries:
            if (entry.document_no, entry.document_line_no) != (of_line.posted_document.no, of_line.line_no):
                continue
            quantity = min(wanted, left[entry.pk])
            if quantity > 0:
                yield Returnable(line, entry, quantity)
                left[entry.pk] -= quantity
                wanted -= quantity


def _entries_of(moved: Iterable[PostedDocumentLine], posted: PostedDocument) -> list[ItemLedgerEntry]:
    """The entries behind receipt or shipment lines, oldest first."""
    lines = list(moved)
    found = ItemLedgerEntry.objects.filter(
        document_type=DocumentType.PURCHASE_RECEIPT if posted.vendor_id else DocumentType.SALES_SHIPMENT,
        document_no__in={line.posted_document.no for line in lines},
        document_line_no__in={line.line_no for line in lines},
        correction=False,
    )
    return list(found.select_related("item").order_by("pk"))


def _left(entries: Sequence[ItemLedgerEntry]) -> dict[int, Decimal]:
    """What of each entry may be returned, less what stands on returns that are not posted yet."""
    keys = [entry.pk for entry in entries]
    drafts = DocumentLine.objects.filter(
        Q(applies_to_entry__in=keys) | Q(applies_from_entry__in=keys), document__kind__in=SOURCES
    )
    drafted: dict[int, Decimal] = {}
    for line in drafts:
        key = line.applies_to_entry_id or line.applies_from_entry_id
        assert key is not None
        drafted[key] = drafted.get(key, Decimal(0)) + line.outstanding_quantity
    return {entry.pk: _whole(entry) - drafted.get(entry.pk, Decimal(0)) for entry in entries}


def _whole(entry: ItemLedgerEntry) -> Decimal:
    """Of a sale what is not returned; of a purchase what is still there."""
    if entry.quantity < 0:
        return Decimal(-entry.shipped_quantity_not_returned)
    return Decimal(entry.remaining_quantity if entry.item.is_inventory else entry.quantity)


def _return_line(document: Document, each: Returnable, precision: Decimal) -> DocumentLine:
    """An unsaved line that takes the entry back; what is not kept in stock has no cost to take back."""
    line, entry = each.line, each.entry
    named = entry if entry.item.is_inventory else None
    return DocumentLine(
        document=document,
        type=LineType.ITEM,
        item=entry.item,
        variant_id=entry.variant_id,
        location_id=entry.location_id,
        description=line.description,
        quantity=each.quantity,
        unit_amount=line.unit_amount,
        line_discount_amount=each.discount(precision),
        applies_to_entry=named if document.is_purchase else None,
        applies_from_entry=None if document.is_purchase else named,
        lot_no=entry.lot_no,
        serial_no=entry.serial_no,
        expiration_date=entry.expiration_date,
        dimension_set_id=entry.dimension_set_id,
    )
