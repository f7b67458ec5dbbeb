"""Scan sessions: who may scan what, one open session for each document, and its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from config.base import statements
from config.base.errors import DomainError, ErrorCode
from config.base.locks import lock_timeout_as_busy
from inventory import bins, checks, locks, scopes
from inventory.enums import CountStatus, DocumentKind, LineType, ScanState, ScanTask
from inventory.models import Count, Document, Scan, ScanSession, TransferOrder

PERMISSIONS: dict[str, tuple[str, ...]] = {
    ScanTask.RECEIVE: ("base.purchase_receive",),
    ScanTask.SHIP: ("base.sale_ship",),
    ScanTask.TRANSFER_SHIP: ("base.transfer_post",),
    ScanTask.TRANSFER_RECEIVE: ("base.transfer_post",),
    ScanTask.MOVE: bins.MOVE_PERMISSIONS,
    ScanTask.COUNT: ("base.count_record",),
}
"""One of them is enough for a task."""
STATION = "base.scan_use"
KINDS = {ScanTask.RECEIVE: DocumentKind.PURCHASE_ORDER, ScanTask.SHIP: DocumentKind.SALES_ORDER}
TRANSFERS = (ScanTask.TRANSFER_SHIP, ScanTask.TRANSFER_RECEIVE)
ZERO = Decimal(0)


class SessionEnded(DomainError):
    """What was scanned is posted or given up: nothing more is added to it."""

    code = ErrorCode.INVALID_INPUT


def may(user: Any, task: str) -> bool:
    """Whether the user may do the task at the scan station."""
    return user.has_perm(STATION) and any(user.has_perm(name) for name in PERMISSIONS[task])


def documents_for(task: str, user: Any) -> QuerySet[Any]:
    """The documents of a task that the user sees."""
    if task in KINDS:
        return scopes.documents_of(user, Document.objects.filter(kind=KINDS[ScanTask(task)]))
    if task in TRANSFERS:
        return TransferOrder.objects.all()
    return Count.objects.all()


def open_of(task: str, *, document_no: str, user: Any) -> ScanSession | None:
    """The session that is under way for a document; of moves, the user's own."""
    rows = ScanSession.objects.filter(task=task, document_no=document_no, ended_at__isnull=True)
    return (rows if document_no else rows.filter(user=user)).first()


def start(task: str, *, document_no: str = "", user: Any) -> ScanSession:
    """The session for a document, made when none is under way: nothing counts as handled then but what is scanned.

    Raises: DomainError where the document is finished or not for the user.
    """
    _check_may(user, task)
    found = open_of(task, document_no=document_no, user=user)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            session = ScanSession(task=task, document_no=document_no, user=user)
            session.handled_before = _prepare(task, document_no, user)
            if task == ScanTask.MOVE:
                session.location = scopes.scope_of(user).default_location
            session.save(force_insert=True)
    except IntegrityError:
        # Somebody else began in the same moment: both scan into one session.
        return ScanSession.objects.get(task=task, document_no=document_no, ended_at__isnull=True)
    return session


def _prepare(task: str, document_no: str, user: Any) -> Decimal:
    """Lock and check the document; take back what its lines propose. Returns what is handled of it so far."""
    if task == ScanTask.MOVE:
        return ZERO
    found = documents_for(task, user).filter(no=document_no).first()
    if found is None:
        raise DomainError(_("%(no)s is not there, or not for you.") % {"no": document_no}, code=ErrorCode.NOT_FOUND)
    if isinstance(found, TransferOrder):
        return _handled_of_transfer(locks.lock_transfer_order(found.pk))
    if isinstance(found, Count):
        if found.status != CountStatus.OPEN:
            raise SessionEnded(_("%(no)s is counted already. Make a new count.") % {"no": found.no})
        return ZERO
    document = locks.lock_document(found.pk)
    checks.check_open(document)
    goods = document.lines.filter(type=LineType.ITEM)
    goods.update(quantity_to_handle=ZERO, quantity_to_invoice=F("quantity_handled") - F("quantity_invoiced"))
    return _handled(document)


def current(session_id: int) -> ScanSession | None:
    """The session where it is under way; of a count, the one that goes on after it."""
    session = ScanSession.objects.filter(pk=session_id).first()
    if session is None or session.ended_at is None:
        return session
    rows = ScanSession.objects.filter(task=ScanTask.COUNT, document_no=session.document_no, ended_at__isnull=True)
    return rows.first() if session.task == ScanTask.COUNT else None


def lock(session_id: int, *, user: Any) -> ScanSession:
    """Lock a session that is under way. Raises: SessionEnded; DomainError where it is not for the user."""
    found = statements.fetch(ScanSession, "WHERE id = %s::bigint FOR NO KEY UPDATE", [session_id])
    if not found:
        raise SessionEnded(_("This task is not there any more. Begin it again."))
    session = found[0]
    _check_may(user, session.task)
    if not session.document_no and session.user_id != user.pk:
        raise DomainError(_("This move is somebody else's. Begin your own."), code=ErrorCode.INVALID_INPUT)
    if session.ended_at is not None:
        if session.task == ScanTask.COUNT:
            # Several count at once: who is done with his part does not end it for the others.
            return lock(start(session.task, document_no=session.document_no, user=user).pk, user=user)
        raise SessionEnded(
            _("%(no)s was posted or given up before this scan arrived. Scan it into a new task.")
            % {"no": session.document_no or session.get_task_display()}
        )
    if session.document_no and not documents_for(session.task, user).filter(no=session.document_no).exists():
        raise DomainError(
            _("%(no)s is not there, or not for you.") % {"no": session.document_no}, code=ErrorCode.NOT_FOUND
        )
    return session


def check_untouched(session: ScanSession, handled: Decimal) -> None:
    """Refuse to go on where somebody posted the document meanwhile: its lines no longer say what was scanned."""
    if handled != session.handled_before:
        raise DomainError(
            _("Something of %(no)s was posted elsewhere since scanning began. Start the task again.")
            % {"no": session.document_no},
            code=ErrorCode.INVALID_INPUT,
        )


def document_of(session: ScanSession) -> Document:
    """Lock the order of a session. Raises: DomainError where it changed under the scanners."""
    document = locks.lock_document(Document.objects.values_list("pk", flat=True).get(no=session.document_no))
    checks.check_open(document)
    check_untouched(session, _handled(document))
    return document


def transfer_of(session: ScanSession) -> TransferOrder:
    """Lock the transfer order of a session. Raises: DomainError where it changed under the scanners."""
    pk = TransferOrder.objects.values_list("pk", flat=True).get(no=session.document_no)
    order = locks.lock_transfer_order(pk)
    check_untouched(session, _handled_of_transfer(order))
    return order


def _handled(document: Document) -> Decimal:
    found = document.lines.filter(type=LineType.ITEM).aggregate(total=Sum("quantity_handled"))
    return found["total"] or ZERO


def _handled_of_transfer(order: TransferOrder) -> Decimal:
    found = order.lines.aggregate(shipped=Sum("quantity_shipped"), received=Sum("quantity_received"))
    return (found["shipped"] or ZERO) + (found["received"] or ZERO)


def scanned(session: ScanSession) -> QuerySet[Scan]:
    """What counts of a session, in the order in which it came."""
    rows = Scan.objects.filter(session=session, state=ScanState.APPLIED, item__isnull=False)
    return rows.select_related("item__base_unit_of_measure", "variant").order_by("pk")


def scanned_by_line(session: ScanSession) -> dict[int, Decimal]:
    """How much was scanned for each line, by line number."""
    sums: dict[int, Decimal] = {}
    for parts in scanned(session).values_list("parts", flat=True):
        for line_no, quantity in parts:
            sums[line_no] = sums.get(line_no, ZERO) + Decimal(quantity)
    return sums


@contextmanager
def ending(session_id: int, *, user: Any) -> Iterator[ScanSession]:
    """End a session around its posting, which opens a transaction of its own.

    The session is ended before, so that no scan slips between what is posted and what was scanned; a refusal of the
    posting opens it again. Raises: SessionEnded; DomainError where the document was posted elsewhere.
    """
    with lock_timeout_as_busy(), transaction.atomic():
        session = lock(session_id, user=user)
        if session.task in KINDS:
            document_of(session)
        elif session.task in TRANSFERS:
            transfer_of(session)
        end(session, result={})
    try:
        yield session
    except DomainError:
        ScanSession.objects.filter(pk=session.pk).update(ended_at=None)
        raise


def end(session: ScanSession, *, result: dict[str, Any]) -> None:
    """Close a session with what came of it."""
    ScanSession.objects.filter(pk=session.pk).update(ended_at=Now(), result=result)


def give_up(session_id: int, *, user: Any) -> ScanSession:
    """Drop what was scanned; the lines of an order propose all that is outstanding again. Raises: DomainError."""
    with lock_timeout_as_busy(), transaction.atomic():
        session = lock(session_id, user=user)
        if session.task in KINDS:
            pk = Document.objects.values_list("pk", flat=True).get(no=session.document_no)
            goods = locks.lock_document(pk).lines.filter(type=LineType.ITEM)
            goods.update(
                quantity_to_handle=F("quantity") - F("quantity_handled"),
                quantity_to_invoice=F("quantity") - F("quantity_invoiced"),
            )
        end(session, result={"given_up": True})
    return session


def _check_may(user: Any, task: str) -> None:
    if not may(user, task):
        raise DomainError(_("You may not do that."), code=ErrorCode.INVALID_INPUT)
