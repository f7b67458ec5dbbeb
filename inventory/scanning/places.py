"""Where the goods of an order are put, or taken from, as it is scanned.

Receiving: a place takes what was scanned since the place before; scanned while nothing waits for a place, it takes what
comes next. Shipping: goods come out of the place that was scanned last. Places are bins, which are kept beside the
ledger: they change when the order is posted.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from inventory import bins, documents, locks
from inventory.enums import ScanState, ScanTask
from inventory.models import Bin, BinContent, Document, DocumentLine, Location, Scan, ScanSession
from inventory.scanning import codes
from inventory.scanning.codes import Place
from inventory.scanning.effects import Effect, text_of

ZERO = Decimal(0)


def scan(session: ScanSession, document: Document, place: Place) -> Effect:
    """A place that was scanned for an order. Raises: DomainError where its goods do not belong there."""
    lines = {line.line_no: line for line in locks.lines_of(document)}
    if session.task == ScanTask.SHIP:
        _check_some_line(document, list(lines.values()), place)
        return Effect(_("From %(place)s. Scan the goods.") % {"place": place.code})
    waiting = [scan for scan, at in placed(session) if at is None]
    if not waiting:
        _check_some_line(document, list(lines.values()), place)
        return Effect(_("To %(place)s. Scan the goods.") % {"place": place.code})
    for line_no in sorted({line_no for scan in waiting for line_no, _quantity in scan.parts}):
        _receive_at(document, lines[line_no], place)
    quantity = sum((scan.quantity for scan in waiting), ZERO)
    return Effect(_("%(quantity)s put to %(place)s.") % {"quantity": text_of(quantity), "place": place.code})


def _receive_at(document: Document, line: DocumentLine, place: Place) -> None:
    """Goods are put where their line is received; a line without a location is received where they are put."""
    if line.location_id == place.location.pk:
        return
    if line.location_id is not None:
        raise _elsewhere(document, line, place)
    line.location = place.location
    documents.save_line(line, changed=frozenset({"location"}))


def _check_some_line(document: Document, lines: list[DocumentLine], place: Place) -> None:
    goods = [line for line in lines if line.item_id is not None and line.outstanding_quantity > 0]
    if goods and not any(line.location_id in (None, place.location.pk) for line in goods):
        raise _elsewhere(document, goods[0], place)


def _elsewhere(document: Document, line: DocumentLine, place: Place) -> DomainError:
    words = {"no": document.no, "item": line.item, "place": place.code, "location": line.location}
    message = _("%(item)s of %(no)s belongs to %(location)s, not to %(place)s. Scan a bin of %(location)s.")
    return DomainError(message % words, code=ErrorCode.INVALID_INPUT)


def placed(session: ScanSession) -> list[tuple[Scan, Place | None]]:
    """The goods scanned in a session, in their order, each with the place it goes to or comes from."""
    rows = Scan.objects.filter(session=session, state=ScanState.APPLIED).select_related("item", "variant")
    found: list[tuple[Scan, Place | None]] = []
    current: Place | None = None
    waiting = 0
    at = _location_of(session)
    for row in rows.order_by("pk"):
        if row.item_id is not None:
            found.append((row, current))
            waiting += current is None
            continue
        place = codes.place_of(row.code, at=at, today=row.created_at.date())
        if session.task == ScanTask.RECEIVE and waiting:
            found = [(scan, before or place) for scan, before in found]
            waiting = 0
        else:
            current = place
    return found


def _location_of(session: ScanSession) -> Location | None:
    """Where a bare bin code belongs: the location of the order's lines, where they have one only."""
    return location_of(Document.objects.get(no=session.document_no))


def location_of(document: Document) -> Location | None:
    """The one location of an order's goods; None where they have several."""
    lines = DocumentLine.objects.filter(document=document, item__isnull=False, location__isnull=False)
    found = list(Location.objects.filter(pk__in=lines.values("location"))[:2])
    return found[0] if len(found) == 1 else document.location if not found else None


def by_line(session: ScanSession) -> dict[int, list[str]]:
    """The codes of the places that the goods of each line go to or come from, by line number."""
    found: dict[int, list[str]] = defaultdict(list)
    for scan, place in placed(session):
        for line_no, _quantity in scan.parts:
            if place is not None and place.code not in found[line_no]:
                found[line_no].append(place.code)
    return found


def put(session: ScanSession, goods: list[tuple[Scan, Place | None]], *, user: Any) -> None:
    """Write into the bins what was received or shipped; inside the caller's transaction. Raises: DomainError."""
    is_receipt = session.task == ScanTask.RECEIVE
    for scan, place in goods:
        if place is None or place.bin is None or scan.item is None:
            continue
        # What a bin does not name is no reason to keep it in the others: it came from beside them.
        quantity = scan.quantity if is_receipt else min(scan.quantity, _in_bin(place.bin, scan))
        if quantity <= 0:
            continue
        from_bin, to_bin = (None, place.bin) if is_receipt else (place.bin, None)
        bins.move(
            location=place.location,
            item=scan.item,
            variant=scan.variant,
            quantity=quantity,
            from_bin=from_bin,
            to_bin=to_bin,
            user=user,
        )
    # Goods whose bin nobody scanned were picked as the pick list says: from the first bins that name them.
    location = None if is_receipt else _location_of(session)
    if location is not None:
        for item in dict.fromkeys(scan.item for scan, _place in goods if scan.item is not None):
            bins.take_what_is_gone(item=item, location=location, user=user)


def _in_bin(held: Bin, scan: Scan) -> Decimal:
    row = BinContent.objects.filter(bin=held, item=scan.item, variant=scan.variant).first()
    return row.quantity if row is not None else ZERO
