"""Posting what was scanned: one explicit act at the end of a task of the scan station."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from config.base.formatting import format_number
from costing.posting import documents, journals, transfers
from costing.posting.results import PostingResult
from inventory import count_sheets
from inventory.enums import CountSheetStatus, DocumentType, JournalLineKind, ScanTask
from inventory.models import Count, CountSheet, Document, ItemJournalLine, ScanSession, TransferOrder
from inventory.scanning import counting, lookup, moves, places, sessions

RECLASSIFY = "base.reclass_post"


@dataclass(frozen=True, slots=True)
class Posted:
    """What a task ended with: (type, no.) of the documents, type blank for a journal; or a sentence."""

    documents: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    text: str = ""
    register_id: int = 0


def post(*, session_id: int, posting_date: date, user: Any) -> Posted:
    """Post what was scanned and end the task. Not for use inside a transaction.

    Raises: DomainError naming every faulty line; then nothing is written, and scanning can go on.
    """
    with sessions.ending(session_id, user=user) as session:
        posted = WORK[session.task](session, posting_date, user)
        result = {"documents": list(posted.documents), "text": posted.text, "register": posted.register_id}
        sessions.end(session, result=result)
    return posted


def _order(session: ScanSession, posting_date: date, user: Any) -> Posted:
    document = Document.objects.get(no=session.document_no)
    goods = places.placed(session)
    made = documents.post_document(
        document_id=document.pk, posting_date=posting_date, handle=True, invoice=False, user_id=user.pk
    )
    rest = _rest(document) if session.task == ScanTask.SHIP else ""
    text = _into_bins(rest, lambda: places.put(session, goods, user=user))
    return Posted(made.documents, text, made.register_id)


def _rest(document: Document) -> str:
    """What was not shipped, in words: it waits on the order."""
    rest = [
        f"{format_number(line.outstanding_quantity, 'quantity')} {line.item}"
        for line in lookup.lines_of_document(document)
        if line.outstanding_quantity > 0
    ]
    words = {"goods": ", ".join(rest), "no": document.no}
    return _("Back-order: %(goods)s. It stays on %(no)s until it is shipped.") % words if rest else ""


def _into_bins(text: str, put: Callable[[], None]) -> str:
    """Change the bins after the ledger has changed: bins that say otherwise are put right on their page, no more."""
    try:
        with transaction.atomic():
            put()
    except DomainError as error:
        return f"{text} {error}".strip()
    return text


def _transfer(session: ScanSession, posting_date: date, user: Any) -> Posted:
    quantities = sessions.scanned_by_line(session)
    if not quantities:
        raise DomainError(_("Nothing is scanned yet. Scan the goods first."), code=ErrorCode.INVALID_INPUT)
    is_shipment = session.task == ScanTask.TRANSFER_SHIP
    move = transfers.ship_transfer_order if is_shipment else transfers.receive_transfer_order
    made = move(
        transfer_order_id=TransferOrder.objects.values_list("pk", flat=True).get(no=session.document_no),
        posting_date=posting_date,
        quantities=quantities,
        user_id=user.pk,
    )
    return _of(made)


def _move(session: ScanSession, posting_date: date, user: Any) -> Posted:
    """Between bins the bins alone change; to another location the ledger does, and then the bins that were named."""
    found = moves.check_complete(session)
    text = _("Moved from %(source)s to %(target)s.") % {
        "source": moves.place_from(session),
        "target": moves.place_to(session),
    }
    if not moves.changes_location(session):
        with transaction.atomic():
            moves.put(session, found, user=user)
        return Posted(text=text)
    if not user.has_perm(RECLASSIFY):
        raise DomainError(
            _("You may move goods between bins, but not to another location. Scan a bin of %(code)s.")
            % {"code": session.location},
            code=ErrorCode.NOT_PERMITTED,
        )
    lines = [
        ItemJournalLine(
            owner=user,
            line_no=index,
            kind=JournalLineKind.TRANSFER,
            posting_date=posting_date,
            item=each.item,
            variant=each.variant,
            location=session.location,
            new_location=session.to_location,
            quantity=each.quantity,
            lot_no=each.lot_no,
            serial_no=each.serial_no,
        )
        for index, each in enumerate(found, start=1)
    ]
    made = journals.post_item_journal(lines=lines, user_id=user.pk)
    text = _into_bins(text, lambda: moves.put(session, found, user=user))
    return Posted(made.documents, text, made.register_id)


def _count(session: ScanSession, _posting_date: date, user: Any) -> Posted:
    """Hand in the sheets of the counter; the count itself is posted by whoever may, on its page."""
    count = Count.objects.get(no=session.document_no)
    own = CountSheet.objects.filter(count=count, person=user, status=CountSheetStatus.OPEN).order_by("no")
    by = counting.counter_of(user)
    with transaction.atomic():
        for sheet in own:
            count_sheets.finish(sheet_id=sheet.pk, by=by)
    text = _("Your part of %(no)s is counted.") % {"no": count.no}
    return Posted(((DocumentType.COUNT.value, count.no),), text)


def _of(made: PostingResult) -> Posted:
    return Posted(made.documents, register_id=made.register_id)


WORK: dict[str, Callable[[ScanSession, date, Any], Posted]] = {
    ScanTask.RECEIVE: _order,
    ScanTask.SHIP: _order,
    ScanTask.TRANSFER_SHIP: _transfer,
    ScanTask.TRANSFER_RECEIVE: _transfer,
    ScanTask.MOVE: _move,
    ScanTask.COUNT: _count,
}
