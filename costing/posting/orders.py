"""Posting orders that move goods inside the company.

Source: inventory-how-transfer-between-locations.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from config.base import bulk, locks
from config.base.amounts import to_e5
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from config.base.transactions import PostingContext, posting
from costing.posting.journals import JOURNAL, JournalTerms, post_movements
from costing.posting.results import PostingResult
from costing.setups import Setups
from costing.value_posting import CostedLine
from inventory import locks as inventory_locks
from inventory import stock as stock_reader
from inventory.enums import DocumentStatus, DocumentType, ItemLedgerEntryType, OrderType
from inventory.models import PostedDocument, PostedDocumentLine, TransferLine, TransferOrder
from inventory.posting import Movement, Origin
from inventory.stock import ItemFacts


def post_direct_transfer(
    *, transfer_order_id: int, posting_date: date, user_id: int | None, preview: bool = False
) -> PostingResult:
    """Move everything outstanding on a transfer order straight to its destination.

    The cost moves unchanged. Raises: DomainError naming every faulty line; then nothing is written.
    """
    with posting(preview=preview) as context:
        order = inventory_locks.lock_transfer_order(transfer_order_id)
        lines = [line for line in order.lines.order_by("line_no") if line.quantity > line.quantity_shipped]
        item_ids = {line.item_id for line in lines}
        locks.lock_items(item_ids)
        facts = stock_reader.item_facts(item_ids)
        _check_order(order, lines, facts)
        setups = Setups.at(posting_date)
        terms = JournalTerms(
            "TRANSFER",
            setups.inventory.direct_transfer_series,
            "",
            (DocumentType.DIRECT_TRANSFER.value,),
            user_id,
            preview,
        )
        costed = [_costed_line(order, line, facts[line.item_id], posting_date) for line in lines]
        result = post_movements(costed, setups=setups, terms=terms, context=context)
        _write_document(order, lines, result, posting_date=posting_date, context=context)
        TransferLine.objects.filter(order=order).update(quantity_shipped=F("quantity"), quantity_received=F("quantity"))
        TransferOrder.objects.filter(pk=order.pk).update(status=DocumentStatus.COMPLETED)
        return result


def _check_order(order: TransferOrder, lines: Sequence[TransferLine], facts: dict[int, ItemFacts]) -> None:
    if not lines:
        raise DomainError(
            _("Transfer order %(no)s has nothing left to move.") % {"no": order.no}, code=ErrorCode.INVALID_INPUT
        )
    raise_problems(
        Problem(
            _("Item %(item)s on line %(line)s of %(no)s is blocked. Unblock it on its card, or remove the line.")
            % {"item": facts[line.item_id].no, "line": line.line_no, "no": order.no},
            ErrorCode.BLOCKED_ITEM,
            document_no=order.no,
            line_no=line.line_no,
            item_no=facts[line.item_id].no,
        )
        for line in lines
        if facts[line.item_id].blocked
    )


def _costed_line(order: TransferOrder, line: TransferLine, item: ItemFacts, posting_date: date) -> CostedLine:
    origin = Origin(
        document_type=DocumentType.DIRECT_TRANSFER.value,
        line_no=line.line_no,
        posting_date=posting_date,
        document_key=JOURNAL,
        order_type=OrderType.TRANSFER.value,
        order_no=order.no,
        order_line_no=line.line_no,
        description=item.no,
        dimension_set_id=order.dimension_set_id,
    )
    movement = Movement(
        origin=origin,
        item=item,
        entry_type=ItemLedgerEntryType.TRANSFER,
        quantity_e5=-to_e5(line.quantity - line.quantity_shipped),
        location_id=order.from_location_id,
        variant_id=line.variant_id,
        lot_no=line.lot_no,
        serial_no=line.serial_no,
        is_transfer=True,
        to_location_id=order.to_location_id,
    )
    return CostedLine(movement=movement)


def _write_document(
    order: TransferOrder,
    lines: Sequence[TransferLine],
    result: PostingResult,
    *,
    posting_date: date,
    context: PostingContext,
) -> None:
    header = {
        "type": DocumentType.DIRECT_TRANSFER.value,
        "no": result.documents[0][1],
        "posting_date": posting_date,
        "document_date": posting_date,
        "order_no": order.no,
        "location_id": order.to_location_id,
        "register_id": result.register_id,
        "created_at": context.created_at,
    }
    document_id = bulk.insert(PostedDocument, [header])[0]
    bulk.insert(
        PostedDocumentLine,
        [
            {
                "posted_document_id": document_id,
                "line_no": line.line_no,
                "item_id": line.item_id,
                "variant_id": line.variant_id,
                "location_id": order.to_location_id,
                "quantity": line.quantity - line.quantity_shipped,
                "order_line_no": line.line_no,
            }
            for line in lines
        ],
    )
