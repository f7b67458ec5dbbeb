"""One invoice for receipts or shipments of several orders of one partner.

    receipt PR-1 of order PO-1: 10 CHAIR expected at 20.00; receipt PR-2 of PO-2: 4 DESK expected at 50.00
    invoice: 10 CHAIR at 21.00, 4 DESK at 50.00 -> one document of 410.00, both orders completed

Each line settles the expected cost of the entry that it names, by the rules of an invoice of one order; the orders
count what is invoiced of their lines. Source: design-details-expected-cost-posting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from config.base import bulk, locks, numbering
from config.base.amounts import from_e5, round_div, to_e5
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from config.base.transactions import PostingContext, posting
from costing import adjustment, checks
from costing.posting import document_rows, invoicing, stock
from costing.posting.document_plan import INVOICED, DocumentPlan, LinePlan
from costing.posting.invoicing import InvoiceableEntry, InvoicePart
from costing.posting.results import PostingResult
from costing.posting.sides import SIDES, Side
from costing.setups import Setups
from inventory import locks as inventory_locks
from inventory import stock as stock_reader
from inventory.enums import LineType
from inventory.models import Document, DocumentLine, ItemLedgerEntry, PostedDocument, PostedDocumentLine
from inventory.posting import Origin

LINE_STEP = 10_000
_SIDES_BY_TYPE = {side.handled_type.value: side for side in SIDES.values()}


class CannotCombine(DomainError):
    """The chosen entries do not belong on one invoice."""

    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class InvoiceWish:
    """What to invoice of an item ledger entry: a positive quantity in base units, its price, and a line discount."""

    entry_id: int
    quantity: Decimal
    unit_amount: Decimal
    discount_amount: Decimal = Decimal(0)

    def amount_e5(self, precision_e5: int) -> int:
        """The line amount, net of discount."""
        gross_e5 = round_div(to_e5(self.quantity) * to_e5(self.unit_amount), 100_000 * precision_e5) * precision_e5
        return gross_e5 - to_e5(self.discount_amount)

    def amount(self, precision: Decimal) -> Decimal:
        """The line amount, net of discount, at the company's precision."""
        return from_e5(self.amount_e5(to_e5(precision)))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the invoice: what is wished of which posted line, and the order line behind it (imports have none)."""

    no: int
    wish: InvoiceWish
    entry: ItemLedgerEntry
    posted: PostedDocumentLine
    order: Document | None
    order_line: DocumentLine | None


def post_combined_invoice(
    *,
    wishes: Sequence[InvoiceWish],
    posting_date: date,
    user_id: int | None,
    external_document_no: str = "",
    preview: bool = False,
) -> PostingResult:
    """Invoice entries that were received or shipped, also in part, and by several orders; goods returned are credited.

    Raises: CannotCombine where they are not of one partner and one kind of document; DomainError naming every line
    that asks for more than is left to invoice. Then nothing is written.
    """
    with posting(preview=preview) as context:
        return _post(context, list(wishes), posting_date, user_id, external_document_no)


def _post(
    context: PostingContext,
    wishes: Sequence[InvoiceWish],
    posting_date: date,
    user_id: int | None,
    external_document_no: str,
) -> PostingResult:
    lines, side = _read(wishes)
    item_ids = {line.entry.item_id for line in lines}
    locks.lock_items(item_ids)
    setups = Setups.at(posting_date)
    checks.check_dates([posting_date], setup=setups.costing)
    entries = invoicing.invoiceable_by_id([line.entry.pk for line in lines])
    raise_problems(_problems(lines, entries, setups.precision_e5))

    parts = _parts(lines, entries, side, posting_date, external_document_no, setups.precision_e5)
    prepared = stock.prepare([], setups=setups)
    prepared.drafts += invoicing.draft_invoices(
        parts, prepared.book, valuation_floor=checks.valuation_floor(setups.costing)
    )
    stock.check_accounts(prepared)
    series = setups.series(side.invoiced_series, {line.entry.location_id for line in lines})
    numbers = {INVOICED: numbering.draw(series, on=posting_date)[0]}
    source_code = "PURCHASES" if side.is_purchase else "SALES"
    written, stored = stock.write(
        prepared, document_nos=numbers, source_code=source_code, context=context, user_id=user_id
    )
    invoicing.write_invoiced(parts, posting_date=posting_date)
    header = _header(lines, side, posting_date, external_document_no) | {
        "no": numbers[INVOICED],
        "register_id": written.register_id,
        "created_at": context.created_at,
    }
    invoice_id = bulk.insert(PostedDocument, [header])[0]
    bulk.insert(PostedDocumentLine, [_row(line, invoice_id, setups.precision_e5) for line in lines])
    _update_orders(lines, side, posting_date, setups.precision_e5)
    adjustment.adjust_after_posting(item_ids, setup=setups.costing, context=context, user_id=user_id)
    made = [(side.invoiced_type.value, numbers[INVOICED])]
    return stock.result(written, stored, entries=prepared.plan.entries, documents=made, preview=context.preview)


def _read(wishes: Sequence[InvoiceWish]) -> tuple[list[_Line], Side]:
    """Read what the wishes name, and lock the orders behind it. Raises: CannotCombine."""
    entries = ItemLedgerEntry.objects.select_related("item").in_bulk([wish.entry_id for wish in wishes])
    if not wishes or len(entries) != len(wishes):
        raise CannotCombine(_("Choose what is to be invoiced, each line once."))
    first = entries[wishes[0].entry_id]
    same = {(entry.document_type, entry.source_no) for entry in entries.values()}
    if first.document_type not in _SIDES_BY_TYPE:
        raise CannotCombine(_("%(no)s is no receipt or shipment: it is not invoiced.") % {"no": first.document_no})
    if len(same) > 1:
        raise CannotCombine(
            _("The chosen lines are of several partners, or both received and shipped. Choose lines of one partner.")
        )
    orders = _locked_orders({entry.order_no for entry in entries.values()})
    posted = _posted_lines(entries.values())
    found = []
    for position, wish in enumerate(wishes, 1):
        entry = entries[wish.entry_id]
        order, lines = orders.get(entry.order_no, (None, {}))
        posted_line = posted[entry.document_no, entry.document_line_no]
        found.append(_Line(LINE_STEP * position, wish, entry, posted_line, order, lines.get(entry.order_line_no)))
    return found, _SIDES_BY_TYPE[first.document_type]


def _locked_orders(numbers: set[str]) -> dict[str, tuple[Document, dict[int, DocumentLine]]]:
    """The orders with their lines by number; locked in the order of their keys, as everybody locks several."""
    found = {}
    for pk in Document.objects.filter(no__in=numbers).order_by("pk").values_list("pk", flat=True):
        order = inventory_locks.lock_document(pk)
        found[order.no] = (order, {line.line_no: line for line in inventory_locks.lines_of(order)})
    return found


def _posted_lines(entries: Any) -> dict[tuple[str, int], PostedDocumentLine]:
    entries = list(entries)
    lines = PostedDocumentLine.objects.filter(
        posted_document__type=entries[0].document_type, posted_document__no__in={each.document_no for each in entries}
    ).select_related("posted_document")
    return {(line.posted_document.no, line.line_no): line for line in lines}


def _problems(lines: Sequence[_Line], entries: dict[int, InvoiceableEntry], precision_e5: int) -> Iterator[Problem]:
    for line in lines:
        entry, wanted = entries.get(line.entry.pk), line.wish.quantity
        left = from_e5(abs(entry.not_invoiced_e5)) if entry else Decimal(0)
        words = {"no": line.entry.document_no, "item": line.entry.item.no, "wanted": _text(wanted), "left": _text(left)}
        if wanted <= 0:
            message = _("Line of %(no)s with %(item)s: the quantity to invoice must be more than 0.")
            yield _problem(line, ErrorCode.INVALID_INPUT, message % words)
        elif wanted > left:
            message = _(
                "%(wanted)s of item %(item)s of %(no)s are to be invoiced, but only %(left)s is not invoiced. "
                "Invoice less, or go back to the list."
            )
            yield _problem(line, ErrorCode.QUANTITY_EXCEEDS_SOURCE, message % words)
        elif line.wish.unit_amount < 0 or line.wish.discount_amount < 0 or line.wish.amount_e5(precision_e5) < 0:
            message = _("Line of %(no)s with %(item)s: price and discount cannot make it less than nothing.")
            yield _problem(line, ErrorCode.INVALID_INPUT, message % words)


def _problem(line: _Line, code: ErrorCode, message: str) -> Problem:
    return Problem(
        message, code, document_no=line.entry.document_no, line_no=line.posted.line_no, item_no=line.entry.item.no
    )


def _text(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


def _parts(
    lines: Sequence[_Line],
    entries: dict[int, InvoiceableEntry],
    side: Side,
    posting_date: date,
    external_document_no: str,
    precision_e5: int,
) -> list[InvoicePart]:
    facts = stock_reader.item_facts({line.entry.item_id for line in lines})
    return [
        InvoicePart(
            entry=entries[line.entry.pk],
            item=facts[line.entry.item_id],
            origin=_origin(line, side, posting_date, external_document_no),
            quantity_e5=to_e5(line.wish.quantity),
            amount_e5=line.wish.amount_e5(precision_e5),
            discount_e5=to_e5(line.wish.discount_amount),
        )
        for line in lines
    ]


def _origin(line: _Line, side: Side, posting_date: date, external_document_no: str) -> Origin:
    entry = line.entry
    return Origin(
        document_type=side.invoiced_type.value,
        line_no=line.no,
        posting_date=posting_date,
        document_key=INVOICED,
        external_document_no=external_document_no,
        source_type=side.source_type.value,
        source_no=entry.source_no,
        order_no=entry.order_no,
        order_line_no=entry.order_line_no,
        description=line.posted.description,
        dimension_set_id=entry.dimension_set_id,
        reason_code_id=line.order.reason_code_id if line.order else None,
    )


def _header(lines: Sequence[_Line], side: Side, posting_date: date, external_document_no: str) -> dict[str, Any]:
    """The invoice. It names an order or a location where all of its lines have the same."""
    orders, places = {line.entry.order_no for line in lines}, {line.entry.location_id for line in lines}
    received = lines[0].posted.posted_document
    return {
        "type": side.invoiced_type.value,
        "posting_date": posting_date,
        "document_date": posting_date,
        "vendor_id": received.vendor_id,
        "customer_id": received.customer_id,
        "order_no": orders.pop() if len(orders) == 1 else "",
        "location_id": places.pop() if len(places) == 1 else None,
        "external_document_no": external_document_no,
    }


def _row(line: _Line, invoice_id: int, precision_e5: int) -> dict[str, Any]:
    posted, wish = line.posted, line.wish
    return {
        "posted_document_id": invoice_id,
        "line_no": line.no,
        "type": LineType.ITEM.value,
        "item_id": posted.item_id,
        "item_charge_id": None,
        "variant_id": posted.variant_id,
        "location_id": posted.location_id,
        "description": posted.description,
        "quantity": wish.quantity,
        "unit_amount": wish.unit_amount,
        "discount_amount": wish.discount_amount,
        "amount": from_e5(wish.amount_e5(precision_e5)),
        "order_line_no": posted.order_line_no,
        "source_line_id": posted.pk,
    }


def _update_orders(lines: Sequence[_Line], side: Side, posting_date: date, precision_e5: int) -> None:
    """Count on each order line what is invoiced of it; an order that is invoiced in full is completed."""
    invoiced: dict[int, dict[int, int]] = {}
    orders = {line.order.pk: line.order for line in lines if line.order is not None}
    order_lines = {line.order_line.pk: line.order_line for line in lines if line.order_line is not None}
    for line in lines:
        if line.order_line is not None:
            of_order = invoiced.setdefault(line.order_line.document_id, {})
            of_order[line.order_line.pk] = of_order.get(line.order_line.pk, 0) + to_e5(line.wish.quantity)
    for order_id, quantities in invoiced.items():
        plans = [LinePlan(order_lines[pk], 0, quantity_e5) for pk, quantity_e5 in quantities.items()]
        document_rows.update_order(DocumentPlan(orders[order_id], side, posting_date, plans, []), precision_e5)
