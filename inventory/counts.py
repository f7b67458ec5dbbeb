"""Physical inventory before it is posted: a count is calculated from the books, counted, finished.

Source: inventory-how-count-adjust-reclassify, inventory-how-count-inventory-with-documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from config.base import locks, numbering
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from inventory import checks, count_figures
from inventory.documents import LINE_STEP, NumberTaken, next_line_no
from inventory.enums import CountSheetStatus, CountStatus, ItemType
from inventory.locks import lock_count
from inventory.models import Count, CountLine, CountSheetLine, InventorySetup, Item, ItemLedgerEntry

PLACE = ("item_id", "variant_id", "location_id", "lot_no", "serial_no")
"""What a count line counts: one item in one place, in one lot or serial number."""


@dataclass(frozen=True, slots=True)
class CountScope:
    """What a new count holds.

    `items`: those to count, None for all; `with_zero`: also places where the books say 0 by now; `prefilled`: as the
    physical inventory journal has it, lines start with the quantity of the books, and only what differs is entered.
    """

    items: QuerySet[Item] | None = None
    with_zero: bool = False
    prefilled: bool = False


def create_count(
    count: Count,
    *,
    items: QuerySet[Item] | None = None,
    user_id: int | None,
    scope: CountScope | None = None,
) -> Count:
    """Store a new count with a line for each item, place and lot that the books say is there.

    The books are read up to the posting date, alone, so that each later movement is known to be later. Blocked items
    and goods in transit are left out; `items` limits the count, None means all items.
    Raises: DomainError where the number is taken or may not be entered by hand.
    """
    wanted = scope or CountScope(items=items)
    count.created_by_id = user_id
    series = InventorySetup.load().count_series
    try:
        with transaction.atomic():
            count.snapshot_at = locks.lock_books(alone=True)
            if count.no:
                numbering.check_manual(series, count.no)
            else:
                count.no = numbering.draw(series, on=count.posting_date)[0]
            count.save(force_insert=True)
            _calculate_lines(count, wanted)
    except IntegrityError as error:
        if Count.objects.filter(no=count.no).exists():
            raise NumberTaken(_("%(no)s exists already. Choose another number.") % {"no": count.no}) from error
        raise
    return count


def _calculate_lines(count: Count, scope: CountScope) -> None:
    entries = ItemLedgerEntry.objects.as_of(count.posting_date).filter(item__type=ItemType.INVENTORY)
    entries = entries.filter(Q(location__isnull=True) | Q(location__in_transit=False), item__blocked=False)
    if count.location_id is not None:
        entries = entries.filter(location_id=count.location_id)
    if scope.items is not None:
        entries = entries.filter(item__in=scope.items)
    rows = (
        entries.order_by("item__no", "location__code", "variant__code", "lot_no", "serial_no")
        .values(*PLACE, "item__no", "location__code", "variant__code")
        .annotate(quantity=Sum("quantity"))
    )
    found: Iterable[dict[str, Any]] = rows if scope.with_zero else rows.exclude(quantity=0)
    CountLine.objects.bulk_create(
        _calculated_line(count, index * LINE_STEP, row, prefilled=scope.prefilled)
        for index, row in enumerate(found, start=1)
    )


def _calculated_line(count: Count, line_no: int, row: dict[str, Any], *, prefilled: bool) -> CountLine:
    line = CountLine(
        count=count,
        line_no=line_no,
        quantity_calculated=row["quantity"],
        **{name: row[name] for name in PLACE},
    )
    # Nobody can see less than nothing: where the books are below zero, somebody has to look.
    if prefilled and row["quantity"] >= 0:
        line.quantity_counted = row["quantity"]
        line.counted_by_id = count.created_by_id
        line.counted_at = count.snapshot_at
    return line


def record(line: CountLine, *, quantity: Decimal | None, user_id: int | None) -> CountLine:
    """Note what was counted on a line that stands on no sheet; None takes the figure back. Raises: DomainError."""
    with transaction.atomic():
        check_open(lock_count(line.count_id))
        on_sheet = CountSheetLine.objects.filter(count_line=line.pk).order_by("-sheet__no").select_related("sheet")
        if (standing := on_sheet.first()) is not None:
            raise DomainError(
                _("This line is counted on sheet %(sheet)s. Enter the quantity there.") % {"sheet": standing.sheet.no}
            )
        note(line, quantity=quantity, person_id=user_id)
    return line


def note(line: CountLine, *, quantity: Decimal | None, person_id: int | None, recounted: bool = False) -> None:
    """Write the figure of a line whose count is locked, with the time that decides which movements came before it."""
    if quantity is not None and quantity < 0:
        raise DomainError(_("A count cannot be negative. Enter what you see, or 0."))
    line.quantity_counted = quantity
    line.counted_by_id = None if quantity is None else person_id
    line.counted_at = None if quantity is None else count_figures.clock()
    line.recounted = recounted and quantity is not None
    line.save(update_fields=["quantity_counted", "counted_by", "counted_at", "recounted"])


def add_line(line: CountLine, *, user_id: int | None) -> CountLine:
    """Add something that was found though the books do not know it there. Raises: DomainError."""
    with transaction.atomic():
        count = lock_count(line.count_id)
        check_open(count)
        return add_found(line, count, person_id=user_id)


def add_found(line: CountLine, count: Count, *, person_id: int | None) -> CountLine:
    """As `add_line`, where the count is locked and known to be open."""
    problems = list(checks.variant_problems(line.item, line.variant, count.no, None))
    if problems:
        raise DomainError(problems=problems)
    if line.quantity_counted is not None and line.quantity_counted < 0:
        raise DomainError(_("A count cannot be negative. Enter what you see, or 0."))
    same = CountLine.objects.filter(count=count, **{name: getattr(line, name) for name in PLACE})
    if same.exists():
        raise DomainError(_("%(item)s is on this count already. Enter the quantity there.") % {"item": line.item.no})
    line.line_no = next_line_no(CountLine.objects.filter(count=count))
    line.quantity_calculated = _quantity_in_books(line, count)
    line.counted_by_id = person_id
    line.counted_at = None if line.quantity_counted is None else count_figures.clock()
    line.save(force_insert=True)
    return line


def _quantity_in_books(line: CountLine, count: Count) -> Decimal:
    """What the books said when they were read for the count; what moved since then is added to every line alike."""
    entries = ItemLedgerEntry.objects.as_of(count.posting_date).at(
        location_id=line.location_id, variant_id=line.variant_id
    )
    if count.snapshot_at is not None:
        entries = entries.filter(created_at__lte=count.snapshot_at)
    found = entries.filter(item_id=line.item_id, lot_no=line.lot_no, serial_no=line.serial_no)
    return found.aggregate(total=Sum("quantity"))["total"] or Decimal(0)


def delete_line(line: CountLine) -> None:
    """Leave something out of the count. Raises: DomainError."""
    with transaction.atomic():
        check_open(lock_count(line.count_id))
        line.delete()


def finish(*, count_id: int) -> None:
    """Fix the differences: nothing is counted after this unless the count is opened again.

    Raises: DomainError naming every line that is not counted or must be counted again, and every open sheet.
    """
    with transaction.atomic():
        locks.lock_books(alone=True)
        count = lock_count(count_id)
        check_open(count)
        finish_locked(count)


def finish_locked(count: Count) -> None:
    """As `finish`, where the books, the count and its items are locked and the count is known to be open."""
    lines = list(count_figures.with_difference(count.lines.select_related("item"), count).order_by("line_no", "pk"))
    if not lines:
        raise DomainError(_("Count %(no)s has no lines. Calculate the lines first.") % {"no": count.no})
    raise_problems(_problems(count, lines))
    moved = [line for line in lines if line.moved]
    for line in moved:
        line.quantity_moved = line.moved
    CountLine.objects.bulk_update(moved, ["quantity_moved"], batch_size=1000)
    count.status = CountStatus.FINISHED
    count.save(update_fields=["status", "updated_at"])


def _problems(count: Count, lines: list[Any]) -> Iterator[Problem]:
    for sheet in count.sheets.filter(status=CountSheetStatus.OPEN).select_related("person").order_by("no"):
        words = {"sheet": sheet.no, "person": sheet.person.get_username(), "no": count.no}
        message = _("Sheet %(sheet)s of count %(no)s is still open with %(person)s. Finish the sheet first.")
        yield Problem(message % words, ErrorCode.INVALID_INPUT, document_no=count.no)
    for line in lines:
        words = {"line": line.line_no, "no": count.no, "item": line.item.no}
        if line.quantity_counted is None:
            message = _("Line %(line)s of count %(no)s is not counted. Enter the counted quantity.")
        elif line.needs_recount:
            message = _("%(item)s on line %(line)s of count %(no)s differs by more than the tolerance. Make a recount.")
        else:
            continue
        yield Problem(
            message % words,
            ErrorCode.INVALID_INPUT,
            document_no=count.no,
            line_no=line.line_no,
            item_no=line.item.no,
        )


def reopen(*, count_id: int) -> None:
    """Let a finished count be counted again; what moved is worked out anew when it is finished. Raises: DomainError."""
    with transaction.atomic():
        count = lock_count(count_id)
        if count.status != CountStatus.FINISHED:
            raise DomainError(_("%(no)s is not finished: nothing is to be opened.") % {"no": count.no})
        CountLine.objects.filter(count=count).exclude(quantity_moved=0).update(quantity_moved=0)
        count.status = CountStatus.OPEN
        count.save(update_fields=["status", "updated_at"])


def check_open(count: Count) -> None:
    """Refuse to change a count that is finished or posted. Raises: DomainError."""
    if count.status == CountStatus.POSTED:
        raise DomainError(
            _("%(no)s is posted. Correct it with a new count.") % {"no": count.no}, code=ErrorCode.ALREADY_POSTED
        )
    if count.status == CountStatus.FINISHED:
        raise DomainError(_("%(no)s is finished. Open it again before you change it.") % {"no": count.no})
