"""Posting transfer orders: shipped into transit and received from there, in parts, or moved at once.

    ship 10 from EAST: EAST -10, in transit +10;   receive 6 at WEST: in transit -6, WEST +6

Goods in transit belong to their order: nothing else takes them. Without an in-transit location the order is posted at
once, as one document with two entries, or (inventory setup) as shipment and receipt with four, through the blank
location. The cost moves unchanged. Source: inventory-how-transfer-between-locations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext as _

from config.base import bulk, locks, numbering
from config.base.amounts import to_e5
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from config.base.transactions import PostingContext, posting
from costing import adjustment, checks
from costing.posting import stock
from costing.posting.results import PostingResult
from costing.setups import Setups
from costing.value_posting import CostedLine
from inventory import locks as inventory_locks
from inventory import stock as stock_reader
from inventory.enums import (
    DirectTransferPosting,
    DocumentStatus,
    DocumentType,
    ItemLedgerEntryType,
    OrderType,
)
from inventory.models import PostedDocument, PostedDocumentLine, TransferLine, TransferOrder
from inventory.posting import Movement, Origin, Written
from inventory.stock import ItemFacts

Quantities = Mapping[int, Decimal] | None
"""What to move of each line, by line number; lines left out stay. None: all that is outstanding."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One move of the goods and the document that says so. `series`: a field of the inventory setup."""

    document_type: DocumentType
    series: str
    from_location_id: int | None
    to_location_id: int | None
    from_order: bool = False
    to_order: bool = False

    @property
    def place_id(self) -> int | None:
        """Where the document is made."""
        is_receipt = self.document_type == DocumentType.TRANSFER_RECEIPT
        return self.to_location_id if is_receipt else self.from_location_id


@dataclass(frozen=True, slots=True)
class Part:
    """What is moved of a line."""

    line: TransferLine
    quantity: Decimal


def ship_transfer_order(
    *,
    transfer_order_id: int,
    posting_date: date,
    quantities: Quantities = None,
    user_id: int | None,
    preview: bool = False,
) -> PostingResult:
    """Ship lines of a transfer order into transit. Raises: DomainError naming every faulty line."""
    with posting(preview=preview) as context:
        order = inventory_locks.lock_transfer_order(transfer_order_id)
        if order.in_transit_location_id is None:
            raise DomainError(
                _("%(no)s has no in-transit location. Choose one, or post it as a direct transfer.") % {"no": order.no}
            )
        leg = Leg(
            DocumentType.TRANSFER_SHIPMENT,
            "transfer_shipment_series",
            order.from_location_id,
            order.in_transit_location_id,
            to_order=True,
        )
        parts = _parts(order, quantities, shipping=True)
        result = _post(order, parts, [leg], posting_date, context, user_id)
        for part in parts:
            shipped = F("quantity_shipped") + part.quantity
            TransferLine.objects.filter(pk=part.line.pk).update(quantity_shipped=shipped)
        return result


def receive_transfer_order(
    *,
    transfer_order_id: int,
    posting_date: date,
    quantities: Quantities = None,
    user_id: int | None,
    preview: bool = False,
) -> PostingResult:
    """Receive what is in transit of a transfer order. Raises: DomainError naming every faulty line."""
    with posting(preview=preview) as context:
        order = inventory_locks.lock_transfer_order(transfer_order_id)
        leg = Leg(
            DocumentType.TRANSFER_RECEIPT,
            "transfer_receipt_series",
            order.in_transit_location_id,
            order.to_location_id,
            from_order=True,
        )
        parts = _parts(order, quantities, shipping=False)
        result = _post(order, parts, [leg], posting_date, context, user_id)
        for part in parts:
            received = F("quantity_received") + part.quantity
            TransferLine.objects.filter(pk=part.line.pk).update(quantity_received=received)
        _complete(order)
        return result


def post_direct_transfer(
    *, transfer_order_id: int, posting_date: date, user_id: int | None, preview: bool = False
) -> PostingResult:
    """Move everything outstanding on a transfer order straight to its destination.

    Raises: DomainError naming every faulty line; then nothing is written.
    """
    with posting(preview=preview) as context:
        order = inventory_locks.lock_transfer_order(transfer_order_id)
        parts = _parts(order, None, shipping=True)
        setups = Setups.at(posting_date)
        result = _post(order, parts, _direct_legs(order, setups), posting_date, context, user_id)
        for part in parts:
            TransferLine.objects.filter(pk=part.line.pk).update(
                quantity_shipped=F("quantity_shipped") + part.quantity,
                quantity_received=F("quantity_received") + part.quantity,
            )
        _complete(order)
        return result


def _direct_legs(order: TransferOrder, setups: Setups) -> list[Leg]:
    places = order.from_location_id, order.to_location_id
    if setups.inventory.direct_transfer_posting == DirectTransferPosting.DIRECT_TRANSFER:
        return [Leg(DocumentType.DIRECT_TRANSFER, "direct_transfer_series", *places)]
    return [
        Leg(DocumentType.TRANSFER_SHIPMENT, "transfer_shipment_series", places[0], None, to_order=True),
        Leg(DocumentType.TRANSFER_RECEIPT, "transfer_receipt_series", None, places[1], from_order=True),
    ]


def _parts(order: TransferOrder, quantities: Quantities, *, shipping: bool) -> list[Part]:
    """What is to be moved of each line. Raises: DomainError where that is more than is left, or nothing at all."""
    parts, problems = [], []
    for line in order.lines.select_related("item").order_by("line_no"):
        left = line.quantity - line.quantity_shipped if shipping else line.quantity_shipped - line.quantity_received
        wanted = left if quantities is None else quantities.get(line.line_no, Decimal(0))
        if wanted < 0 or wanted > left:
            problems.append(_too_much(order, line, wanted, left, shipping=shipping))
        elif wanted:
            parts.append(Part(line, wanted))
    raise_problems(problems)
    if not parts:
        message = (
            _("Transfer order %(no)s has nothing left to ship. Make a new transfer order for more.")
            if shipping
            else _("Nothing of transfer order %(no)s is in transit. Ship it first.")
        )
        raise DomainError(message % {"no": order.no}, code=ErrorCode.INVALID_INPUT)
    return parts


def _too_much(order: TransferOrder, line: TransferLine, wanted: Decimal, left: Decimal, *, shipping: bool) -> Problem:
    message = (
        _("%(wanted)s of item %(item)s on line %(line)s of %(no)s, but only %(left)s is left to ship. Ship less.")
        if shipping
        else _("%(wanted)s of item %(item)s on line %(line)s of %(no)s, but only %(left)s is in transit. Receive less.")
    )
    words = {"item": line.item.no, "line": line.line_no, "no": order.no}
    numbers = {"wanted": f"{wanted.normalize():f}", "left": f"{left.normalize():f}"}
    return Problem(
        message % (words | numbers),
        ErrorCode.QUANTITY_EXCEEDS_SOURCE,
        document_no=order.no,
        line_no=line.line_no,
        item_no=line.item.no,
    )


def _post(
    order: TransferOrder,
    parts: Sequence[Part],
    legs: Sequence[Leg],
    posting_date: date,
    context: PostingContext,
    user_id: int | None,
) -> PostingResult:
    """Move the parts over each leg in turn, and write the documents."""
    item_ids = {part.line.item_id for part in parts}
    locks.lock_items(item_ids)
    facts = stock_reader.item_facts(item_ids)
    raise_problems(_blocked(order, parts, facts))
    setups = Setups.at(posting_date)
    checks.check_dates([posting_date], setup=setups.costing)
    costed = [_costed_line(order, part, leg, facts[part.line.item_id], posting_date) for leg in legs for part in parts]
    prepared = stock.prepare(costed, setups=setups)
    stock.check_accounts(prepared)
    series = {leg.document_type.value: setups.series(leg.series, [leg.place_id]) for leg in legs}
    drawn = numbering.draw_many(dict.fromkeys(series.values(), 1), on=posting_date)
    document_nos = {key: drawn[code][0] for key, code in series.items()}
    written, stored = stock.write(
        prepared, document_nos=document_nos, source_code="TRANSFER", context=context, user_id=user_id
    )
    for leg in legs:
        _write_document(order, parts, leg, document_nos[leg.document_type.value], written, posting_date, context)
    adjustment.adjust_after_posting(item_ids, setup=setups.costing, context=context, user_id=user_id)
    return stock.result(
        written,
        stored,
        entries=prepared.plan.entries,
        documents=list(document_nos.items()),
        preview=context.preview,
    )


def _blocked(order: TransferOrder, parts: Iterable[Part], facts: Mapping[int, ItemFacts]) -> list[Problem]:
    message = _("Item %(item)s on line %(line)s of %(no)s is blocked. Unblock it on its card, or remove the line.")
    return [
        Problem(
            message % {"item": facts[part.line.item_id].no, "line": part.line.line_no, "no": order.no},
            ErrorCode.BLOCKED_ITEM,
            document_no=order.no,
            line_no=part.line.line_no,
            item_no=facts[part.line.item_id].no,
        )
        for part in parts
        if facts[part.line.item_id].blocked
    ]


def _costed_line(order: TransferOrder, part: Part, leg: Leg, item: ItemFacts, posting_date: date) -> CostedLine:
    line = part.line
    origin = Origin(
        document_type=leg.document_type.value,
        line_no=line.line_no,
        posting_date=posting_date,
        document_key=leg.document_type.value,
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
        quantity_e5=-to_e5(part.quantity),
        location_id=leg.from_location_id,
        variant_id=line.variant_id,
        lot_no=line.lot_no,
        serial_no=line.serial_no,
        is_transfer=True,
        to_location_id=leg.to_location_id,
        from_order=leg.from_order,
        to_order=leg.to_order,
    )
    return CostedLine(movement=movement)


def _write_document(
    order: TransferOrder,
    parts: Sequence[Part],
    leg: Leg,
    no: str,
    written: Written,
    posting_date: date,
    context: PostingContext,
) -> None:
    header = {
        "type": leg.document_type.value,
        "no": no,
        "posting_date": posting_date,
        "document_date": posting_date,
        "order_no": order.no,
        "location_id": leg.to_location_id,
        "register_id": written.register_id,
        "created_at": context.created_at,
    }
    document_id = bulk.insert(PostedDocument, [header])[0]
    rows = [
        {
            "posted_document_id": document_id,
            "line_no": part.line.line_no,
            "item_id": part.line.item_id,
            "variant_id": part.line.variant_id,
            "location_id": leg.to_location_id,
            "quantity": part.quantity,
            "order_line_no": part.line.line_no,
        }
        for part in parts
    ]
    bulk.insert(PostedDocumentLine, rows)


def _complete(order: TransferOrder) -> None:
    if not order.lines.filter(quantity_received__lt=F("quantity")).exists():
        TransferOrder.objects.filter(pk=order.pk).update(status=DocumentStatus.COMPLETED)
