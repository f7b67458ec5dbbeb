"""What the page of a task shows: its lines, how far they are, and the last scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.enums import ScanTask
from inventory.models import Count, Document, Scan, ScanSession, TransferOrder
from inventory.scanning import lookup, moves, sessions
from inventory.scanning.transfers import left_of

ZERO = Decimal(0)
LAST_SCANS = 5

POST_VERBS = {
    ScanTask.RECEIVE: gettext_lazy("Post receipt"),
    ScanTask.SHIP: gettext_lazy("Post shipment"),
    ScanTask.TRANSFER_SHIP: gettext_lazy("Post transfer shipment"),
    ScanTask.TRANSFER_RECEIVE: gettext_lazy("Post transfer receipt"),
    ScanTask.MOVE: gettext_lazy("Post move"),
    ScanTask.COUNT: gettext_lazy("Counting is done"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the station shows it. `wanted` None: nobody says how many there are (counts are blind)."""

    code: str
    description: str
    where: str
    done: Decimal
    wanted: Decimal | None
    unit: str

    @property
    def state(self) -> str:
        if self.wanted is None:
            return "begun" if self.done else "open"
        if self.done >= self.wanted:
            return "full"
        return "begun" if self.done else "open"


@dataclass(frozen=True, slots=True)
class Work:
    """A task as it stands."""

    rows: Sequence[Row]
    prompt: str
    last: Sequence[Scan]
    verb: str

    @property
    def done(self) -> Decimal:
        return sum((row.done for row in self.rows), ZERO)

    @property
    def wanted(self) -> Decimal | None:
        known = [row.wanted for row in self.rows if row.wanted is not None]
        return sum(known, ZERO) if len(known) == len(self.rows) and known else None

    @property
    def ready(self) -> bool:
        """Whether there is something to post."""
        return self.done > 0


def work_of(session: ScanSession) -> Work:
    """What is scanned of a session, and what is left."""
    last = list(sessions.scanned(session).order_by("-pk")[:LAST_SCANS])
    return Work(_rows(session), _prompt(session), last, str(POST_VERBS[ScanTask(session.task)]))


def _prompt(session: ScanSession) -> str:
    if session.task != ScanTask.MOVE:
        return _("Scan the goods.")
    if session.location_id is None:
        return _("Scan the place where the goods stand.")
    words = {"source": moves.place_from(session), "target": moves.place_to(session)}
    if session.to_location_id is not None:
        return _("From %(source)s to %(target)s. Post the move, or scan more goods.") % words
    if sessions.scanned(session).exists():
        return _("From %(source)s. Scan more goods, or the place where they go.") % words
    return _("From %(source)s. Scan the goods.") % words


def _rows(session: ScanSession) -> list[Row]:
    if session.task in sessions.KINDS:
        return _order_rows(session)
    if session.task in sessions.TRANSFERS:
        return _transfer_rows(session)
    return _move_rows(session) if session.task == ScanTask.MOVE else _count_rows(session)


def _order_rows(session: ScanSession) -> list[Row]:
    document = Document.objects.get(no=session.document_no)
    return [
        Row(
            line.item.no,
            line.description or line.item.description,
            _words(line.item.shelf_no, _tracking(line)),
            line.quantity_to_handle,
            line.outstanding_quantity,
            line.item.base_unit_of_measure.code,
        )
        for line in lookup.lines_of_document(document)
        if line.item is not None and (line.outstanding_quantity > 0 or line.quantity_to_handle)
    ]


def _transfer_rows(session: ScanSession) -> list[Row]:
    order = TransferOrder.objects.get(no=session.document_no)
    done = sessions.scanned_by_line(session)
    lines = order.lines.select_related("item__base_unit_of_measure", "variant").order_by("line_no")
    return [
        Row(
            line.item.no,
            line.item.description,
            _words(line.item.shelf_no, _tracking(line)),
            done.get(line.line_no, ZERO),
            left_of(line, session.task),
            line.item.base_unit_of_measure.code,
        )
        for line in lines
        if left_of(line, session.task) > 0
    ]


def _move_rows(session: ScanSession) -> list[Row]:
    return [
        Row(each.item.no, each.item.description, _tracking(each), each.quantity, None, _unit(each.item))
        for each in moves.moved(session)
    ]


def _count_rows(session: ScanSession) -> list[Row]:
    """What is counted; of what is not, only that it is to be counted."""
    count = Count.objects.get(no=session.document_no)
    lines = count.lines.select_related("item__base_unit_of_measure", "variant", "location")
    return [
        Row(
            line.item.no,
            line.item.description,
            _words(line.item.shelf_no, _tracking(line)),
            line.quantity_counted or ZERO,
            None,
            _unit(line.item),
        )
        for line in lines.order_by("item__shelf_no", "item__no", "line_no")
    ]


def _unit(item: Any) -> str:
    return str(item.base_unit_of_measure.code)


def _tracking(line: Any) -> str:
    """Variant, lot and serial number of a line, in words."""
    lot = _("lot %(no)s") % {"no": line.lot_no} if line.lot_no else ""
    serial = _("serial no. %(no)s") % {"no": line.serial_no} if line.serial_no else ""
    return _words(line.variant.code if line.variant else "", lot, serial)


def _words(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
