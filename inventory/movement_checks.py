"""May these goods move? Tracking, named entries and what is on hand, for every kind of posting in one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils.translation import gettext as _

from config.base.amounts import from_e5
from config.base.errors import ErrorCode, Problem
from inventory.application import StockEntry
from inventory.enums import ItemLedgerEntryType
from inventory.models import Variant
from inventory.movements import Movement, Plan
from inventory.stock import ItemFacts

MAY_NEVER_BE_NEGATIVE = frozenset(
    {ItemLedgerEntryType.TRANSFER, ItemLedgerEntryType.CONSUMPTION, ItemLedgerEntryType.ASSEMBLY_CONSUMPTION}
)


def tracking_problems(movement: Movement) -> Iterator[Problem]:
    """Lot and serial numbers that are needed, and one serial number for one piece."""
    item = movement.item
    if not item.is_inventory:
        return
    if item.lot_tracked and not movement.lot_no:
        yield problem(movement, ErrorCode.TRACKING_REQUIRED, _("Lot number is needed for %(item)s on line %(line)s."))
    if (item.serial_tracked or item.is_specific) and not movement.serial_no:
        message = _("Serial number is needed for %(item)s on line %(line)s.")
        yield problem(movement, ErrorCode.TRACKING_REQUIRED, message)
    elif movement.serial_no and abs(movement.quantity_e5) != 100_000:
        message = _("A serial number stands for one unit of %(item)s: line %(line)s has another quantity.")
        yield problem(movement, ErrorCode.INVALID_INPUT, message)


def blocked_variants(movements: Sequence[Movement]) -> list[Problem]:
    """Variants that may not move at all; asked for only where lines have variants."""
    wanted = {movement.variant_id for movement in movements if movement.variant_id is not None}
    if not wanted:
        return []
    blocked = dict(Variant.objects.filter(pk__in=wanted, blocked=True).values_list("pk", "code"))
    message = _("Variant %(variant)s of item %(item)s on line %(line)s is blocked. Unblock it, or remove the line.")
    return [
        problem(movement, ErrorCode.BLOCKED_ITEM, message, variant=blocked[movement.variant_id])
        for movement in movements
        if movement.variant_id in blocked
    ]


def duplicate_serial(movement: Movement, serial_no: str, planned: Plan) -> Problem | None:
    """A serial number that is on stock, here or elsewhere, cannot come in again."""
    if not serial_no:
        return None
    remaining = [
        entry.remaining_e5
        for place, entries in planned.stock.open_entries.items()
        for entry in entries
        if place[0] == movement.item.id and entry.serial_no == serial_no
    ]
    # Until the inventory close settles them, an issue stays open beside its receipt: the balance tells.
    on_stock = sum(remaining) > 0 if movement.item.is_settled_at_close else any(left > 0 for left in remaining)
    if not on_stock:
        return None
    message = _(
        "Serial number %(serial)s of item %(item)s on line %(line)s is on stock already. Enter another serial number."
    )
    return problem(movement, ErrorCode.DUPLICATE_SERIAL, message, serial=serial_no)


def application_problem(movement: Movement, named: dict[int, StockEntry]) -> Problem | None:
    """A named entry must be of the same item, variant and place, of the other direction, with something to give."""
    for key in (movement.applies_to_key, movement.applies_from_key):
        if key is None:
            continue
        entry = named.get(key)
        if entry is None or not _fits(movement, entry, returned=key == movement.applies_from_key):
            message = _(
                "Entry %(entry)s is not of item %(item)s, its variant, location and the opposite direction. "
                "Choose another entry on line %(line)s."
            )
            return problem(movement, ErrorCode.APPLICATION_MISMATCH, message, entry=key)
    return None


def _fits(movement: Movement, entry: StockEntry, *, returned: bool) -> bool:
    """Both sides are of the same goods at the same place, and go in opposite directions."""
    if entry.quantity_e5 * movement.quantity_e5 >= 0:
        return False
    same_place = entry.place == movement.place
    same_goods = entry.lot_no == movement.lot_no and entry.serial_no == movement.serial_no
    order = (movement.origin.order_type, movement.origin.order_no)
    if entry.within_order and order != (entry.order_type, entry.order_no):
        return False
    # A cost is given back by what went out; what comes in takes no cost from another receipt.
    return same_place and same_goods and not (returned and movement.quantity_e5 < 0)


def too_much_returned(movement: Movement, source: StockEntry) -> Problem | None:
    """No more comes back than went out, over all returns."""
    if source.entry_type == ItemLedgerEntryType.TRANSFER or source.not_returned_e5 + movement.quantity_e5 <= 0:
        return None
    message = _(
        "%(wanted)s of %(item)s on line %(line)s, but only %(left)s of entry %(entry)s is not returned yet. "
        "Return less, or choose another entry."
    )
    numbers = {"wanted": text(movement.quantity_e5), "left": text(-source.not_returned_e5), "entry": source.key}
    return problem(movement, ErrorCode.QUANTITY_EXCEEDS_SOURCE, message, **numbers)


def not_enough_left(movement: Movement) -> Problem:
    """The named entry has less than the line needs, and others that took from it cannot let go."""
    message = _(
        "Entry %(entry)s has less than %(wanted)s of %(item)s left for line %(line)s, and what took from it is fixed. "
        "Name another entry, or unapply it in the application worksheet first."
    )
    numbers = {"entry": movement.applies_to_key, "wanted": text(abs(movement.quantity_e5))}
    return problem(movement, ErrorCode.INSUFFICIENT_QUANTITY, message, **numbers)


def negative_problems(planned: Plan, *, prevent_negative: bool) -> Iterator[Problem]:
    """Outbounds that would stay open though they may not, new ones and displaced ones."""
    for entry in planned.entries:
        if _may_not_stay_open(entry.stock, entry.movement.item, prevent_negative=prevent_negative):
            message = _(
                "%(missing)s of %(item)s is missing on line %(line)s: %(available)s on hand, %(wanted)s needed. "
                "Post less, or choose another location."
            )
            numbers = {
                "missing": text(-entry.stock.remaining_e5),
                "available": text(entry.stock.remaining_e5 - entry.quantity_e5),
                "wanted": text(-entry.quantity_e5),
            }
            yield problem(entry.movement, ErrorCode.INSUFFICIENT_QUANTITY, message, **numbers)
    for displaced in planned.displaced.values():
        if _may_not_stay_open(displaced.stock, displaced.item, prevent_negative=prevent_negative):
            yield Problem(
                _(
                    "Entry %(entry)s of %(item)s would lose %(missing)s that nothing else on stock can give. "
                    "Apply to another entry, or receive goods first."
                )
                % {
                    "entry": displaced.stock.key,
                    "item": displaced.item.no,
                    "missing": text(-displaced.stock.remaining_e5),
                },
                ErrorCode.INSUFFICIENT_QUANTITY,
                item_no=displaced.item.no,
            )


def _may_not_stay_open(entry: StockEntry, item: ItemFacts, *, prevent_negative: bool) -> bool:
    if entry.remaining_e5 >= 0 or not item.is_inventory or item.is_settled_at_close:
        return False
    tracked = item.is_specific or item.lot_tracked or item.serial_tracked
    return entry.entry_type in MAY_NEVER_BE_NEGATIVE or tracked or item.prevents_negative(by_setup=prevent_negative)


def posted_before(named: dict[int, StockEntry], movement: Movement, floor: date) -> Problem | None:
    """A line must not take from, or give back to, an entry from before the first date that may be valued."""
    for key in (movement.applies_to_key, movement.applies_from_key):
        entry = named.get(key) if key is not None else None
        if entry is not None and entry.posting_date < floor:
            message = _(
                "Entry %(entry)s, named on line %(line)s for %(item)s, is from %(date)s, before the earliest allowed "
                "valuation date %(floor)s. Name a later entry."
            )
            numbers = {"entry": entry.key, "date": entry.posting_date, "floor": floor}
            return problem(movement, ErrorCode.PERIOD_CLOSED, message, **numbers)
    return None


def problem(movement: Movement, code: ErrorCode, message: str, **words: object) -> Problem:
    """A problem of a line; the message may use %(item)s, %(line)s and the words given."""
    origin = movement.origin
    line_no = origin.order_line_no or origin.line_no
    return Problem(
        message=message % {"item": movement.item.no, "line": line_no, **words},
        code=code,
        document_no=origin.order_no,
        line_no=line_no,
        item_no=movement.item.no,
    )


def text(quantity_e5: int) -> str:
    """A quantity in a message."""
    return f"{from_e5(quantity_e5).normalize():f}"
