"""Making and changing purchase and sales documents before they are posted.

The document row is locked for each change, as posting locks it: a line that is being edited and posted at once is
changed by one after the other, and quantities already posted are never written from here.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from config.base import numbering
from config.base.errors import DomainError, ErrorCode, raise_problems
from inventory import checks, line_prices
from inventory.enums import DocumentKind, LineType
from inventory.locks import lock_document
from inventory.models import Document, DocumentLine, InventorySetup

LINE_STEP = 10_000
"""Room between line numbers, so that a line can be put between two others."""

ORDER_SERIES = {
    DocumentKind.PURCHASE_ORDER: "purchase_order_series",
    DocumentKind.PURCHASE_RETURN: "purchase_return_series",
    DocumentKind.PURCHASE_CREDIT: "purchase_credit_draft_series",
    DocumentKind.SALES_ORDER: "sales_order_series",
    DocumentKind.SALES_RETURN: "sales_return_series",
    DocumentKind.SALES_CREDIT: "sales_credit_draft_series",
}

EDITED_FIELDS = (
    "line_no",
    "type",
    "item",
    "item_charge",
    "variant",
    "location",
    "description",
    "unit_of_measure",
    "quantity",
    "unit_amount",
    "unit_cost",
    *line_prices.PRICE_COLUMNS[1:],
    "quantity_to_handle",
    "quantity_to_invoice",
    "applies_to_entry",
    "applies_from_entry",
    "lot_no",
    "serial_no",
    "expiration_date",
    "expected_date",
    "dimension_set",
)
"""What editing may write; what posting writes (received, shipped, invoiced) is not among it."""


class NumberTaken(DomainError):
    code = ErrorCode.INVALID_INPUT


def create_document(document: Document, *, user_id: int | None) -> Document:
    """Store a new document. A blank number is drawn from the series of its kind, without gaps.

    Raises: DomainError where the partner is blocked, the number is taken or may not be entered by hand.
    """
    kind = DocumentKind(document.kind)
    check_partner(document)
    document.created_by_id = user_id
    if document.location_id is None:
        document.location_id = document.partner.location_id
    series = str(getattr(InventorySetup.load(), ORDER_SERIES[kind]))
    try:
        with transaction.atomic():
            if document.no:
                numbering.check_manual(series, document.no)
            else:
                document.no = numbering.draw(series, on=document.order_date)[0]
            document.save(force_insert=True)
    except IntegrityError as error:
        if Document.objects.filter(no=document.no).exists():
            raise NumberTaken(_("%(no)s exists already. Choose another number.") % {"no": document.no}) from error
        raise
    return document


def check_partner(document: Document) -> None:
    """Refuse a blocked vendor or customer. Raises: DomainError."""
    if document.partner.blocked:
        raise DomainError(
            _("%(partner)s %(name)s is blocked. Unblock it on its card, or choose another.")
            % {"partner": document.partner.no, "name": document.partner.name}
        )


def save_line(line: DocumentLine, *, changed: frozenset[str] = frozenset(), keep_prices: bool = False) -> DocumentLine:
    """Store a new or changed line.

    `changed`: the fields that the user typed; quantities to receive, ship and invoice that he did not type follow the
    quantity. A new line takes description, unit and location from its item and document where left blank. A price of
    None, and a discount that nobody named, are taken from the price lists or the item (`line_prices`); with
    `keep_prices` all of price and discount is stored as it stands on the line.

    Raises: DomainError with every problem of the line; then nothing is written.
    """
    with transaction.atomic():
        document = lock_document(line.document_id)
        checks.check_open(document)
        line.document = document
        stored = None
        if line.pk is None:
            _complete_new_line(line, document)
        else:
            stored = _take_posted_quantities(line, changed)
            _follow_item(line, changed)
        _follow_quantity(line, changed)
        if not keep_prices:
            line_prices.price_line(line, stored, changed)
        setup = InventorySetup.load()
        raise_problems(checks.line_problems(line, document, location_mandatory=setup.location_mandatory))
        if line.pk is None:
            line.save(force_insert=True)
        else:
            line.save(update_fields=EDITED_FIELDS)
    return line


def _complete_new_line(line: DocumentLine, document: Document) -> None:
    line.line_no = line.line_no or next_line_no(DocumentLine.objects.filter(document=document))
    if line.location_id is None:
        line.location_id = document.location_id
    if line.type == LineType.ITEM_CHARGE:
        line.description = line.description or (line.item_charge.name if line.item_charge else "")
        line.location_id = None
    elif line.item is not None:
        line.description = line.description or line.item.description
        line.unit_of_measure_id = line.unit_of_measure_id or line.item.base_unit_of_measure_id


def _take_posted_quantities(line: DocumentLine, changed: frozenset[str]) -> DocumentLine:
    """Return the line as it is stored.

    Somebody may have posted since the line was read: what is posted counts, and the item is settled then.
    """
    stored = DocumentLine.objects.get(pk=line.pk)
    line.quantity_handled, line.quantity_invoiced = stored.quantity_handled, stored.quantity_invoiced
    for name in {"quantity_to_handle", "quantity_to_invoice"} - changed:
        setattr(line, name, getattr(stored, name))
    if stored.quantity_handled and stored.item_id != line.item_id:
        raise DomainError(
            _("Line %(line)s is received or shipped in part: its item cannot change. Add a new line instead.")
            % {"line": stored.line_no},
            code=ErrorCode.ALREADY_POSTED,
        )
    return stored


def _follow_item(line: DocumentLine, changed: frozenset[str]) -> None:
    """Another item brings its own words and unit, except for what the user typed along with it."""
    if "item" not in changed or line.item is None:
        return
    if "unit_of_measure" not in changed:
        line.unit_of_measure_id = line.item.base_unit_of_measure_id
    line.variant = None
    if "description" not in changed:
        line.description = line.item.description


def _follow_quantity(line: DocumentLine, changed: frozenset[str]) -> None:
    if line.type == LineType.ITEM_CHARGE:
        line.quantity_to_handle = Decimal(0)
        if line.pk is None or ("quantity" in changed and "quantity_to_invoice" not in changed):
            line.quantity_to_invoice = line.quantity - line.quantity_invoiced
        return
    is_new = line.pk is None
    if "quantity_to_handle" not in changed and (is_new or "quantity" in changed):
        line.quantity_to_handle = line.outstanding_quantity
    if "quantity_to_invoice" not in changed and (is_new or changed & {"quantity", "quantity_to_handle"}):
        line.quantity_to_invoice = line.quantity_not_invoiced + line.quantity_to_handle


def follow_partner_and_date(document_id: int) -> int:
    """Take prices anew after partner or order date of a document changed. Returns how many lines changed."""
    with transaction.atomic():
        document = lock_document(document_id)
        checks.check_open(document)
        return line_prices.follow_document(document)


def propose_to_invoice(document_id: int) -> None:
    """Let each line propose what is received or shipped and not invoiced, and no more. Raises: DomainError."""
    with transaction.atomic():
        checks.check_open(lock_document(document_id))
        lines = DocumentLine.objects.filter(document=document_id, type=LineType.ITEM)
        lines.update(quantity_to_invoice=F("quantity_handled") - F("quantity_invoiced"))


def delete_line(line: DocumentLine) -> None:
    """Take a line away, unless something of it is posted. Raises: DomainError."""
    with transaction.atomic():
        document = lock_document(line.document_id)
        checks.check_open(document)
        stored = DocumentLine.objects.filter(pk=line.pk).first()
        if stored is None:
            return
        if stored.quantity_handled or stored.quantity_invoiced:
            raise DomainError(
                _("Line %(line)s of %(no)s is posted in part and stays. Reduce its quantity to what is posted.")
                % {"line": stored.line_no, "no": document.no},
                code=ErrorCode.ALREADY_POSTED,
            )
        stored.delete()


def delete_document(document_id: int) -> None:
    """Delete a document of which nothing is posted. Its number stays used. Raises: DomainError."""
    with transaction.atomic():
        document = lock_document(document_id)
        if DocumentLine.objects.filter(document=document, quantity_handled__gt=0).exists():
            raise DomainError(
                _("%(no)s is posted in part and stays. Close it short instead.") % {"no": document.no},
                code=ErrorCode.ALREADY_POSTED,
            )
        document.delete()


def next_line_no(lines: Any) -> int:
    """The number of a line that is added at the end."""
    return (lines.aggregate(last=Max("line_no"))["last"] or 0) + LINE_STEP
