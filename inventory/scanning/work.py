"""What the page of a task shows: its lines, how far they are, and the last scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory.enums import CountSheetStatus, ScanTask
from inventory.models import Bin, CountLine, Document, Scan, ScanSession, TransferOrder
from inventory.scanning import lookup, moves, picking, places, sessions
from inventory.scanning.effects import text_of
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
    """A task as it stands. `rest`: what is short and stays on the order, in words; blank for nothing."""

    rows: Sequence[Row]
    prompt: str
    last: Sequence[Scan]
    verb: str
    rest: str = ""

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


def work_of(session: ScanSession, user: Any) -> Work:
    """What is scanned of a session, and what is left; of a count, what is the user's to count."""
    last = list(sessions.scanned(session).order_by("-pk")[:LAST_SCANS])
    rows = _count_rows(session, user) if session.task == ScanTask.COUNT else _rows(session)
    rest = _rest(rows) if session.task == ScanTask.SHIP else ""
    verb = _("Post, the rest as back-order") if rest else str(POST_VERBS[ScanTask(session.task)])
    return Work(rows, _prompt(session), last, verb, rest)


def _rest(rows: Sequence[Row]) -> str:
    """What is short once something is scanned: `2 CHAIR, 1 DESK`."""
    short = [f"{text_of(row.wanted - row.done)} {row.code}" for row in rows if row.wanted and row.done < row.wanted]
    return ", ".join(short) if any(row.done for row in rows) else ""


def _prompt(session: ScanSession) -> str:
    if session.task == ScanTask.RECEIVE and _has_bins(session):
        return _("Scan the goods, then the bin where you put them.")
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


def _has_bins(session: ScanSession) -> bool:
    location = places.location_of(Document.objects.get(no=session.document_no))
    return location is not None and Bin.objects.filter(location=location).exists()


def _rows(session: ScanSession) -> list[Row]:
    if session.task in sessions.KINDS:
        return _order_rows(session)
    if session.task in sessions.TRANSFERS:
        return _transfer_rows(session)
    return _move_rows(session)


def _order_rows(session: ScanSession) -> list[Row]:
    """The lines of an order; of a shipment in the order in which they are picked."""
    lines = lookup.lines_of_document(Document.objects.get(no=session.document_no))
    lines = [line for line in lines if line.outstanding_quantity > 0 or line.quantity_to_handle]
    at = places.by_line(session)
    picks = picking.picks(lines) if session.task == ScanTask.SHIP else {}
    if picks:
        lines.sort(key=lambda line: picks[line.line_no].first)
    return [
        Row(
            line.item.no,
            line.description or line.item.description,
            _words(line.item.shelf_no, _tracking(line), *_place_words(at.get(line.line_no), picks.get(line.line_no))),
            line.quantity_to_handle,
            line.outstanding_quantity,
            line.item.base_unit_of_measure.code,
        )
        for line in lines
        if line.item is not None
    ]


def _place_words(at: list[str] | None, pick: picking.Pick | None) -> list[str]:
    """Where the goods of a line were put, or where they are picked."""
    if pick is not None:
        return [pick.words]
    return [f"→ {', '.join(at)}"] if at else []


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


def _count_rows(session: ScanSession, user: Any) -> list[Row]:
    """What the user counts, without what others count; of what is not counted, only that it is to be."""
    own = Q(sheet_lines__sheet__person=user, sheet_lines__sheet__status=CountSheetStatus.OPEN)
    lines = CountLine.objects.filter(own | Q(sheet_lines__isnull=True), count__no=session.document_no)
    lines = lines.select_related("item__base_unit_of_measure", "variant", "location").distinct()
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
