"""Moving goods by scanner: scan where they stand, scan them, scan where they go, post once.

Between bins of one location the ledger stays as it is; to another location the goods are reclassified.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from inventory import bins, selectors
from inventory.models import BinContent, Item, ScanSession, Variant
from inventory.scanning import codes, sessions
from inventory.scanning.codes import Goods, Place
from inventory.scanning.effects import Effect, ScanInput, named, require_tracking, text_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Moved:
    """Goods of one kind that a session moves."""

    item: Item
    variant: Variant | None
    lot_no: str
    serial_no: str
    quantity: Decimal


def scan(session: ScanSession, scanned: ScanInput) -> Effect:
    """A place, first where the goods stand and later where they go; or goods. Raises: DomainError."""
    place = codes.place_of(scanned.code, at=session.location, today=scanned.today)
    if place is not None:
        return _place(session, place)
    if session.location_id is None:
        raise DomainError(_("Scan the place where the goods stand first."), code=ErrorCode.INVALID_INPUT)
    goods = scanned.goods()
    require_tracking(goods)
    _check_there(session, goods)
    text = _("%(quantity)s × %(goods)s picked up.") % {"quantity": text_of(goods.quantity), "goods": named(goods)}
    return Effect(text, goods)


def _place(session: ScanSession, place: Place) -> Effect:
    if place.location.blocked or place.location.in_transit:
        raise DomainError(
            _("Location %(code)s is not for goods that stand. Scan another place.") % {"code": place.location.code},
            code=ErrorCode.INVALID_INPUT,
        )
    if not sessions.scanned(session).exists():
        session.location, session.from_bin = place.location, place.bin
        session.to_location = session.to_bin = None
        text = _("From %(place)s. Scan the goods.")
    else:
        if (place.location.pk, place.bin) == (session.location_id, session.from_bin):
            raise DomainError(
                _("The goods come from %(place)s. Scan where they go.") % {"place": place.code},
                code=ErrorCode.INVALID_INPUT,
            )
        session.to_location, session.to_bin = place.location, place.bin
        text = _("To %(place)s. Post the move.")
    session.save(update_fields=["location", "from_bin", "to_location", "to_bin"])
    return Effect(text % {"place": place.code})


def _check_there(session: ScanSession, goods: Goods) -> None:
    """Nobody picks up more than stands there, by the books."""
    picked = sum(
        (each.quantity for each in moved(session) if (each.item, each.variant) == (goods.item, goods.variant)), ZERO
    )
    there = standing(session, goods.item, goods.variant)
    if picked + goods.quantity > there:
        raise DomainError(
            _("%(there)s %(item)s stand at %(place)s, %(wanted)s would be picked up. Count, or scan another place.")
            % {
                "there": text_of(there),
                "item": goods.item.no,
                "place": place_from(session),
                "wanted": text_of(picked + goods.quantity),
            },
            code=ErrorCode.INSUFFICIENT_QUANTITY,
        )


def standing(session: ScanSession, item: Item, variant: Variant | None) -> Decimal:
    """What stands where the session takes goods from: in the bin, or at the location."""
    if session.from_bin_id is not None:
        row = BinContent.objects.filter(bin=session.from_bin_id, item=item, variant=variant).first()
        return row.quantity if row is not None else ZERO
    assert session.location is not None
    if session.to_location_id in (None, session.location_id) and session.location.bins.exists():
        return bins.outside_bins(item=item, location=session.location)
    return selectors.on_hand(item_id=item.pk, location_id=session.location_id)


def place_from(session: ScanSession) -> str:
    """Where the goods of a session come from; blank while nobody said."""
    return Place(session.location, session.from_bin).code if session.location is not None else ""


def place_to(session: ScanSession) -> str:
    """Where the goods of a session go; blank while nobody said."""
    return Place(session.to_location, session.to_bin).code if session.to_location is not None else ""


def changes_location(session: ScanSession) -> bool:
    """Whether the goods are reclassified, not only put elsewhere at the same location."""
    return session.to_location_id is not None and session.to_location_id != session.location_id


def moved(session: ScanSession) -> list[Moved]:
    """What was picked up, summed by item, variant, lot and serial number."""
    sums: dict[tuple[Item, Variant | None, str, str], Decimal] = {}
    for each in sessions.scanned(session):
        assert each.item is not None
        key = (each.item, each.variant, each.lot_no, each.serial_no)
        sums[key] = sums.get(key, ZERO) + each.quantity
    return [Moved(*key, quantity) for key, quantity in sums.items()]


def check_complete(session: ScanSession) -> list[Moved]:
    """What is to be moved. Raises: DomainError while goods or places are missing."""
    found = moved(session)
    if not found:
        raise DomainError(_("Nothing is picked up yet. Scan the goods first."), code=ErrorCode.INVALID_INPUT)
    if session.to_location_id is None:
        raise DomainError(_("Nobody said where the goods go. Scan the place first."), code=ErrorCode.INVALID_INPUT)
    return found


def put(session: ScanSession, found: list[Moved], *, user: object) -> None:
    """Write into the bins what was moved; inside the caller's transaction."""
    stays = not changes_location(session)
    assert session.location is not None
    assert session.to_location is not None
    for each in found:
        goods: dict[str, Any] = {"item": each.item, "variant": each.variant, "quantity": each.quantity, "user": user}
        if stays:
            bins.move(location=session.location, from_bin=session.from_bin, to_bin=session.to_bin, **goods)
            continue
        if session.from_bin is not None:
            bins.move(location=session.location, from_bin=session.from_bin, to_bin=None, **goods)
        if session.to_bin is not None:
            bins.move(location=session.to_location, from_bin=None, to_bin=session.to_bin, **goods)
