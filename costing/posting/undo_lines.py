"""Posted lines that are to be undone: what they made, and whether it may be taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from config.base.errors import ErrorCode, Problem
from inventory.enums import DocumentType, LineType
from inventory.models import ChargeAssignment, PostedDocument, PostedDocumentLine, Reservation
from inventory.stock import ItemFacts

UNDOABLE = (
    DocumentType.PURCHASE_RECEIPT,
    DocumentType.PURCHASE_RETURN_SHIPMENT,
    DocumentType.SALES_SHIPMENT,
    DocumentType.SALES_RETURN_RECEIPT,
    DocumentType.TRANSFER_SHIPMENT,
)
LINE_STEP = 10_000


@dataclass(frozen=True, slots=True)
class MovedEntry:
    """An item ledger entry behind a posted line; quantities and amounts in 1e-5, signs of the ledger."""

    line_no: int
    id: int
    item_id: int
    variant_id: int | None
    location_id: int | None
    entry_type: str
    posting_date: date
    quantity_e5: int
    remaining_e5: int
    invoiced_e5: int
    lot_no: str
    serial_no: str
    expiration_date: date | None
    dimension_set_id: int | None
    returned_key: int | None
    variant_blocked: bool
    is_arrival: bool
    expected_e5: int
    sales_expected_e5: int
    purchase_expected_e5: int
    valuation_date: date
    valued_by_average: bool
    account_set_id: int | None
    gen_bus_posting_group_id: int | None
    is_charged: bool
    is_revalued: bool


@dataclass(frozen=True, slots=True)
class UndoneLine:
    """A line to be undone, the entries that it made, and the number of the line that takes it back."""

    line: PostedDocumentLine
    entries: Sequence[MovedEntry]
    correction_line_no: int


_ENTRIES = """
SELECT e.document_line_no, e.id, e.item_id, e.variant_id, e.location_id, e.entry_type, e.posting_date,
       (e.quantity * 100000)::bigint, (e.remaining_quantity * 100000)::bigint, (e.invoiced_quantity * 100000)::bigint,
       e.lot_no, e.serial_no, e.expiration_date, e.dimension_set_id, own.outbound_item_entry_id,
       coalesce(variant.blocked, false), e.entry_type = 'transfer' AND e.quantity > 0,
       (v.expected * 100000)::bigint, (v.sales_expected * 100000)::bigint, (v.purchase_expected * 100000)::bigint,
       v.valuation_date, v.valued_by_average, v.account_set_id, v.gen_bus_posting_group_id, v.charged, v.revalued
FROM inventory_itemledgerentry e
LEFT JOIN inventory_variant variant ON variant.id = e.variant_id
LEFT JOIN inventory_itemapplicationentry own
  ON own.item_ledger_entry_id = e.id AND own.inbound_item_entry_id = e.id AND own.cancelled_by_id IS NULL
CROSS JOIN LATERAL (
    SELECT sum(x.cost_amount_expected) AS expected, sum(x.sales_amount_expected) AS sales_expected,
           sum(x.purchase_amount_expected) AS purchase_expected, max(x.valuation_date) AS valuation_date,
           bool_or(x.valued_by_average_cost) AS valued_by_average,
           (array_agg(x.account_set_id ORDER BY x.id))[1] AS account_set_id,
           (array_agg(x.gen_bus_posting_group_id ORDER BY x.id))[1] AS gen_bus_posting_group_id,
           bool_or(x.item_charge_id IS NOT NULL) AS charged, bool_or(x.entry_type = 'revaluation') AS revalued
    FROM costing_valueentry x WHERE x.item_ledger_entry_id = e.id) v
WHERE e.document_no = %s AND e.document_type = %s AND e.document_line_no = ANY(%s) AND NOT e.correction
ORDER BY e.id
"""


def undone_lines(document: PostedDocument, lines: Sequence[PostedDocumentLine]) -> list[UndoneLine]:
    """Read what the lines made. The items must be locked. A line without room behind it has correction number 0."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [document.no, document.type, [line.line_no for line in lines]])
        entries = [MovedEntry(*row) for row in cursor.fetchall()]
    numbers = sorted(document.lines.values_list("line_no", flat=True))
    return [
        UndoneLine(
            line, [entry for entry in entries if entry.line_no == line.line_no], _number_behind(line.line_no, numbers)
        )
        for line in lines
    ]


def _number_behind(line_no: int, numbers: Sequence[int]) -> int:
    """A number halfway to the next line, so that the correction stands under what it takes back."""
    following = next((number for number in numbers if number > line_no), line_no + 2 * LINE_STEP)
    middle = line_no + (following - line_no) // 2
    return middle if middle > line_no else 0


def problems(document: PostedDocument, undone: UndoneLine, facts: dict[int, ItemFacts]) -> Iterator[Problem]:
    """Why a line cannot be undone, each with what to do instead."""
    line = undone.line
    item = facts.get(line.item_id or 0)
    words = {"line": line.line_no, "no": document.no, "item": item.no if item else ""}
    for message, code in _reasons(document, undone, item):
        yield Problem(
            message % words,
            code,
            document_no=document.no,
            line_no=line.line_no,
            item_no=item.no if item else "",
        )


def _reasons(document: PostedDocument, undone: UndoneLine, item: ItemFacts | None) -> Iterator[tuple[str, ErrorCode]]:
    line, entries = undone.line, undone.entries
    wrong = ErrorCode.INVALID_INPUT
    if document.type not in UNDOABLE or line.type != LineType.ITEM:
        yield _("Line %(line)s of %(no)s cannot be undone: only receipts and shipments that are not invoiced."), wrong
        return
    if line.quantity <= 0 or PostedDocumentLine.objects.filter(source_line=line, quantity__lt=0).exists():
        yield _("Line %(line)s of %(no)s with %(item)s is undone already. There is nothing left to take back."), wrong
        return
    if not entries or item is None:
        yield _("Line %(line)s of %(no)s has no item ledger entries. Post a correction by journal instead."), wrong
        return
    if item.blocked or any(entry.variant_blocked for entry in entries):
        message = _("Item %(item)s or its variant on line %(line)s of %(no)s is blocked. Unblock it on its card first.")
        yield message, ErrorCode.BLOCKED_ITEM
    if not undone.correction_line_no:
        yield _("There is no line number left behind line %(line)s of %(no)s for the correction. Use a return."), wrong
    if document.type != DocumentType.TRANSFER_SHIPMENT and any(entry.invoiced_e5 for entry in entries):
        yield _("Line %(line)s of %(no)s with %(item)s is invoiced. Use a return and a credit memo instead."), wrong
    if any(entry.is_arrival and entry.remaining_e5 != entry.quantity_e5 for entry in entries):
        yield _("Line %(line)s of %(no)s with %(item)s is received already. Transfer the goods back instead."), wrong
    if any(entry.is_charged for entry in entries) or ChargeAssignment.objects.filter(posted_line=line).exists():
        yield (
            _("A charge is assigned to line %(line)s of %(no)s with %(item)s. Take the charge off first."),
            wrong,
        )
    if any(entry.is_revalued for entry in entries):
        yield _("Line %(line)s of %(no)s with %(item)s is revalued. Use a return instead."), wrong
    if Reservation.objects.filter(item_ledger_entry__in=[entry.id for entry in entries]).exists():
        yield _("Goods of line %(line)s of %(no)s with %(item)s are reserved. Cancel the reservation first."), wrong
