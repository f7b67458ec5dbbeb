"""Undoing receipts, shipments, their returns, and transfer shipments that are not received yet.

The line stays, and a negative one beside it takes it back. Of goods not invoiced both entries end completely invoiced
with nothing expected left: the old one turns its expected cost into actual, the new one takes the same away.

    receipt of 4 at 5.00: expected 20.00                 -> undone: actual 20.00, expected -20.00
    correction of -4: expected -20.00                    -> actual -20.00, expected 20.00

What took from an undone receipt lets go and takes elsewhere; a correction of a shipment takes its cost from the
shipment. Source: design-details-item-application (undoing quantity postings).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from config.base import bulk, locks
from config.base.amounts import from_e5
from config.base.errors import DomainError, ErrorCode, raise_problems
from config.base.transactions import PostingContext, posting
from costing import accounts as account_lookup
from costing import adjustment, checks
from costing.accounts import FrozenAccounts
from costing.posting import stock, undo_lines
from costing.posting.results import PostingResult
from costing.posting.stock import StockPosting
from costing.posting.undo_lines import MovedEntry, UndoneLine
from costing.setups import Setups
from costing.value_posting import CostedLine, ValueDraft
from inventory import locks as inventory_locks
from inventory import stock as stock_reader
from inventory.enums import DocumentType, ItemLedgerEntryType, OrderType
from inventory.models import (
    Document,
    DocumentLine,
    PostedDocument,
    PostedDocumentLine,
    TransferLine,
    TransferOrder,
)
from inventory.posting import Movement, Origin, PlannedEntry
from inventory.stock import ItemFacts

UNDONE = "undone"


class NothingToUndo(DomainError):
    code = ErrorCode.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Correction:
    """An entry that is taken back, and the line that takes it back."""

    entry: MovedEntry
    line: CostedLine


def undo_posted_lines(
    *, posted_line_ids: Sequence[int], posting_date: date | None = None, user_id: int | None, preview: bool = False
) -> PostingResult:
    """Take back lines of one posted receipt or shipment; on its own posting date unless another is given.

    Raises: DomainError naming every line that cannot be undone; then nothing is written.
    """
    with posting(preview=preview) as context:
        lines = list(
            PostedDocumentLine.objects.filter(pk__in=posted_line_ids)
            .select_related("posted_document")
            .order_by("line_no")
        )
        if not lines or len({line.posted_document_id for line in lines}) > 1:
            raise NothingToUndo(_("Choose lines of one posted document to undo."))
        return _undo(lines[0].posted_document, lines, posting_date, context, user_id)


def _undo(
    document: PostedDocument,
    lines: Sequence[PostedDocumentLine],
    posting_date: date | None,
    context: PostingContext,
    user_id: int | None,
) -> PostingResult:
    _lock_order(document)
    item_ids = {line.item_id for line in lines if line.item_id is not None}
    locks.lock_items(item_ids)
    facts = stock_reader.item_facts(item_ids)
    on = posting_date or document.posting_date
    setups = Setups.at(on)
    _check_date(document, on, setups)
    undone = undo_lines.undone_lines(document, lines)
    raise_problems(problem for each in undone for problem in undo_lines.problems(document, each, facts))

    corrections = [
        _correction(document, each, entry, facts[entry.item_id], on) for each in undone for entry in each.entries
    ]
    prepared = stock.prepare([each.line for each in corrections], setups=setups)
    _settle(prepared, corrections)
    stock.check_accounts(prepared)
    written, stored = stock.write(
        prepared, document_nos={UNDONE: document.no}, source_code="UNDO", context=context, user_id=user_id
    )
    _mark_invoiced([each.entry for each in corrections], on)
    _write_lines(document, undone)
    adjustment.adjust_after_posting(item_ids, setup=setups.costing, context=context, user_id=user_id)
    return stock.result(
        written,
        stored,
        entries=prepared.plan.entries,
        documents=[(document.type, document.no)],
        preview=context.preview,
    )


def _lock_order(document: PostedDocument) -> None:
    """The order that the goods came by, as posting locks it; it may be deleted since."""
    order: Document | TransferOrder | None
    if document.type == DocumentType.TRANSFER_SHIPMENT:
        order = TransferOrder.objects.filter(no=document.order_no).first()
        if order is not None:
            inventory_locks.lock_transfer_order(order.pk)
        return
    order = Document.objects.filter(no=document.order_no).first()
    if order is not None:
        inventory_locks.lock_document(order.pk)


def _check_date(document: PostedDocument, on: date, setups: Setups) -> None:
    if on < document.posting_date:
        raise DomainError(
            _("%(no)s is posted on %(date)s and cannot be undone before that. Use that date or a later one.")
            % {"no": document.no, "date": document.posting_date}
        )
    checks.check_dates([on], setup=setups.costing)


def _correction(
    document: PostedDocument, undone: UndoneLine, entry: MovedEntry, item: ItemFacts, on: date
) -> Correction:
    """The opposite movement: out of the very entry that came in, or back in at the cost of what went out."""
    comes_in = entry.quantity_e5 < 0
    is_transfer = entry.entry_type == ItemLedgerEntryType.TRANSFER
    movement = Movement(
        origin=Origin(
            document_type=document.type,
            line_no=undone.correction_line_no,
            posting_date=on,
            document_key=UNDONE,
            external_document_no=document.external_document_no,
            order_type=OrderType.TRANSFER.value if is_transfer else "",
            order_no=document.order_no,
            order_line_no=undone.line.order_line_no,
            description=undone.line.description,
            dimension_set_id=entry.dimension_set_id,
        ),
        item=item,
        entry_type=entry.entry_type,
        quantity_e5=-entry.quantity_e5,
        location_id=entry.location_id,
        variant_id=entry.variant_id,
        invoiced=is_transfer,
        applies_to_key=None if comes_in or not item.is_inventory else entry.id,
        applies_from_key=entry.id if comes_in and item.is_inventory else None,
        restores_key=None if comes_in or is_transfer else entry.returned_key,
        lot_no=entry.lot_no,
        serial_no=entry.serial_no,
        expiration_date=entry.expiration_date,
        from_order=is_transfer and not comes_in,
        correction=True,
    )
    line = CostedLine(
        movement=movement,
        sales_amount_e5=-entry.sales_expected_e5,
        gen_bus_posting_group_id=entry.gen_bus_posting_group_id,
    )
    return Correction(entry, line)


def _settle(prepared: StockPosting, corrections: Sequence[Correction]) -> None:
    """Give the corrections the accounts of what they take back, and let actual cost take the place of expected cost."""
    sets = account_lookup.accounts_of_sets({c.entry.account_set_id for c in corrections if c.entry.account_set_id})
    by_movement = {id(correction.line.movement): correction for correction in corrections}
    firsts = {draft.entry_key: draft for draft in prepared.drafts}
    further: list[ValueDraft] = []
    for planned in prepared.plan.entries:
        entry = by_movement[id(planned.movement)].entry
        first = firsts[planned.key]
        accounts = sets.get(entry.account_set_id or 0)
        first.accounts, first.updates_card = accounts, False
        first.purchase_expected_e5 = -entry.purchase_expected_e5
        if first.is_expected:
            further += [_old_settled(entry, first, accounts), _new_settled(planned, first)]
    prepared.drafts += further


def _old_settled(entry: MovedEntry, first: ValueDraft, accounts: FrozenAccounts | None) -> ValueDraft:
    draft = _settling(first, entry.quantity_e5, entry.expected_e5)
    draft.entry_key, draft.valuation_date = entry.id, entry.valuation_date
    draft.valued_by_average, draft.accounts = entry.valued_by_average, accounts
    return draft


def _new_settled(planned: PlannedEntry, first: ValueDraft) -> ValueDraft:
    planned.stock.invoiced_e5, planned.stock.completely_invoiced = planned.quantity_e5, True
    draft = _settling(first, planned.quantity_e5, first.expected_e5)
    draft.valued_by_average = first.valued_by_average
    return draft


def _settling(first: ValueDraft, quantity_e5: int, cost_e5: int) -> ValueDraft:
    return ValueDraft(
        entry_key=first.entry_key,
        item=first.item,
        place=first.place,
        origin=first.origin,
        item_ledger_entry_type=first.item_ledger_entry_type,
        valuation_date=first.valuation_date,
        valued_quantity_e5=quantity_e5,
        invoiced_quantity_e5=quantity_e5,
        actual_e5=cost_e5,
        expected_e5=-cost_e5,
        inventoriable=first.inventoriable,
        gen_bus_posting_group_id=first.gen_bus_posting_group_id,
        accounts=first.accounts,
        updates_card=False,
    )


def _mark_invoiced(entries: Sequence[MovedEntry], on: date) -> None:
    """What is undone is settled: nothing of it can be invoiced any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE inventory_itemledgerentry e
            SET invoiced_quantity = e.quantity, completely_invoiced = true,
                last_invoice_date = greatest(e.last_invoice_date, %s)
            WHERE e.id = ANY(%s) AND e.entry_type <> 'transfer'
            """,
            [on, [entry.id for entry in entries]],
        )


def _write_lines(document: PostedDocument, undone: Sequence[UndoneLine]) -> None:
    """Write the lines that take back, and give the order its quantities to handle again."""
    bulk.insert(PostedDocumentLine, [_line_row(document, each) for each in undone])
    for each in undone:
        quantity = each.line.quantity
        if document.type == DocumentType.TRANSFER_SHIPMENT:
            TransferLine.objects.filter(order__no=document.order_no, line_no=each.line.order_line_no).update(
                quantity_shipped=F("quantity_shipped") - quantity
            )
            continue
        DocumentLine.objects.filter(document__no=document.order_no, line_no=each.line.order_line_no).update(
            quantity_handled=F("quantity_handled") - quantity, quantity_to_handle=F("quantity_to_handle") + quantity
        )


def _line_row(document: PostedDocument, undone: UndoneLine) -> dict[str, object]:
    line = undone.line
    return {
        "posted_document_id": document.pk,
        "line_no": undone.correction_line_no,
        "type": line.type,
        "item_id": line.item_id,
        "item_charge_id": None,
        "variant_id": line.variant_id,
        "location_id": line.location_id,
        "description": line.description,
        "quantity": -line.quantity,
        "unit_amount": line.unit_amount,
        "discount_amount": from_e5(0),
        "amount": from_e5(0),
        "order_line_no": line.order_line_no,
        "source_line_id": line.pk,
    }
