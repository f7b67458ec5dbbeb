"""A scan is applied once, however often it arrives.

The browser gives each scan a key before it sends it. Key, effect and answer are committed together: a scan that arrives
again, even at the same moment, is answered with what the first one gave. A refusal is an answer too: who wants to try
again makes a new scan. Where somebody else held a lock for too long nothing is kept, and the same scan may come again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from config.base import locks
from config.base.errors import DomainError, ErrorCode
from inventory.enums import ScanState, ScanTask
from inventory.models import Scan, ScanSession
from inventory.scanning import counting, moves, orders, sessions, transfers
from inventory.scanning.effects import Effect, NeedsTracking, ScanInput

LONGEST_CODE = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """A scan as the browser sends it. `quantity` multiplies what the code stands for; None: once."""

    key: UUID
    session_id: int
    code: str
    quantity: Decimal | None = None
    lot_no: str = ""
    serial_no: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a scan. `text` for people; `ask` is "lot" or "serial" where the goods need it."""

    state: str
    text: str
    code: str = ""
    ask: str = ""
    repeated: bool = field(default=False, compare=False)


WORK: dict[str, Callable[[ScanSession, ScanInput], Effect]] = {
    ScanTask.RECEIVE: orders.scan,
    ScanTask.SHIP: orders.scan,
    ScanTask.TRANSFER_SHIP: transfers.scan,
    ScanTask.TRANSFER_RECEIVE: transfers.scan,
    ScanTask.MOVE: moves.scan,
    ScanTask.COUNT: counting.scan,
}
UNDO: dict[str, Callable[[ScanSession, Scan], None]] = {
    ScanTask.RECEIVE: orders.undo,
    ScanTask.SHIP: orders.undo,
    ScanTask.COUNT: counting.undo,
}
"""Tasks whose scans changed a document; the others count their scans when they post."""


def apply(sent: Sent, *, user: Any, today: date) -> Answer:
    """Apply a scan once and answer it; a refusal is an answer. Raises: locks.Busy, and then nothing is kept."""
    with locks.lock_timeout_as_busy(), transaction.atomic():
        if not _take(sent, user):
            return _first_answer(sent, user)
        answer, effect = _work(sent, user, today)
        values: dict[str, Any] = {"state": answer.state, "answer": _kept(answer)}
        if effect is not None:
            values |= {"session_id": sent.session_id, **effect.as_columns()}
        Scan.objects.filter(key=sent.key).update(**values)
        return answer


def _take(sent: Sent, user: Any) -> bool:
    """Store the key; say whether it was free. Of two at the same moment the second waits for the first."""
    with connection.cursor() as cursor:
        # A clerk waits for no lock longer than this; the queue sends the scan again.
        cursor.execute("SET LOCAL lock_timeout = '3s'")
        cursor.execute(
            "INSERT INTO inventory_scan (key, user_id, code, state, quantity, parts, answer)"
            " VALUES (%s, %s, %s, %s, 0, '[]', '{}') ON CONFLICT (key) DO NOTHING RETURNING id",
            [sent.key, user.pk, sent.code[:LONGEST_CODE].replace("\x00", ""), ScanState.REFUSED.value],
        )
        return cursor.fetchone() is not None


def _first_answer(sent: Sent, user: Any) -> Answer:
    first = Scan.objects.get(key=sent.key)
    if first.user_id != user.pk:
        raise DomainError(_("This scan was sent by somebody else. Scan again."), code=ErrorCode.ALREADY_SENT)
    return Answer(**first.answer, repeated=True)


def _work(sent: Sent, user: Any, today: date) -> tuple[Answer, Effect | None]:
    try:
        with transaction.atomic():
            scanned = _input(sent, user, today)
            session = sessions.lock(sent.session_id, user=user)
            effect = WORK[session.task](session, scanned)
    except locks.Busy:
        raise
    except NeedsTracking as error:
        return Answer(ScanState.REFUSED, str(error), str(error.code.value), error.ask), None
    except DomainError as error:
        return Answer(ScanState.REFUSED, str(error), str(error.code.value)), None
    return Answer(ScanState.APPLIED, effect.text), effect


def _input(sent: Sent, user: Any, today: date) -> ScanInput:
    code = sent.code.strip()
    if not code or len(code) > LONGEST_CODE or "\x00" in code:
        raise DomainError(_("The code is empty or too long. Scan it again."), code=ErrorCode.INVALID_INPUT)
    if sent.quantity is not None and not 0 < sent.quantity < 10**12:
        raise DomainError(_("The quantity must be more than 0."), code=ErrorCode.INVALID_INPUT)
    return ScanInput(code, sent.quantity, sent.lot_no.strip(), sent.serial_no.strip(), user, today)


def _kept(answer: Answer) -> dict[str, str]:
    return {"state": str(answer.state), "text": answer.text, "code": answer.code, "ask": answer.ask}


def undo(key: UUID, *, user: Any) -> str:
    """Take back an applied scan of a session that is under way; a second time does nothing. Raises: DomainError."""
    with locks.lock_timeout_as_busy(), transaction.atomic():
        scan = Scan.objects.select_related("item").filter(key=key, user=user).first()
        if scan is None or scan.session_id is None:
            raise DomainError(_("There is nothing to undo for this scan."), code=ErrorCode.NOT_FOUND)
        session = sessions.lock(scan.session_id, user=user)
        scan.refresh_from_db()
        if scan.state != ScanState.APPLIED:
            return _("%(code)s is undone.") % {"code": scan.code}
        if scan.item_id is None:
            raise DomainError(_("A place is not undone. Scan another place instead."), code=ErrorCode.INVALID_INPUT)
        if (take_back := UNDO.get(session.task)) is not None:
            take_back(session, scan)
        Scan.objects.filter(pk=scan.pk).update(state=ScanState.UNDONE)
        return _("%(code)s is undone.") % {"code": scan.code}
