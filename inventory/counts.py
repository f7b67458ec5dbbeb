"""Physical inventory before it is posted: a count is calculated from the books, then counted."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from config.base import numbering
from config.base.errors import DomainError, ErrorCode
from inventory import checks
from inventory.documents import LINE_STEP, NumberTaken, next_line_no
from inventory.enums import CountStatus
from inventory.locks import lock_count
from inventory.models import Count, CountLine, InventorySetup, Item, ItemLedgerEntry

PLACE = ("item_id", "variant_id", "location_id", "lot_no", "serial_no")
"""What a count line counts: one item in one place, in one lot or serial number."""


def create_count(count: Count, *, items: QuerySet[Item] | None = None, user_id: int | None) -> Count:
    """Store a new count with a line for each item, place and lot that the books say is there.

    The books are read up to the posting date; `items` limits the count, None means all items.
    Raises: DomainError where the number is taken or may not be entered by hand.
    """
    count.created_by_id = user_id
    series = InventorySetup.load().count_series
    try:
        with transaction.atomic():
            if count.no:
                numbering.check_manual(series, count.no)
            else:
                count.no = numbering.draw(series, on=count.posting_date)[0]
            count.save(force_insert=True)
            _calculate_lines(count, items)
    except IntegrityError as error:
        if Count.objects.filter(no=count.no).exists():
            raise NumberTaken(_("%(no)s exists already. Choose another number.") % {"no": count.no}) from error
        raise
    return count


def _calculate_lines(count: Count, items: QuerySet[Item] | None) -> None:
    entries = ItemLedgerEntry.objects.as_of(count.posting_date).filter(item__type="inventory")
    if count.location_id is not None:
        entries = entries.filter(location_id=count.location_id)
    if items is not None:
        entries = entries.filter(item__in=items)
    rows: Iterable[dict[str, Any]] = (
        entries.order_by("item__no", "location__code", "variant__code", "lot_no", "serial_no")
        .values(*PLACE, "item__no", "location__code", "variant__code")
        .annotate(quantity=Sum("quantity"))
        .exclude(quantity=0)
    )
    CountLine.objects.bulk_create(
        CountLine(
            count=count,
            line_no=index * LINE_STEP,
            quantity_calculated=row["quantity"],
            **{name: row[name] for name in PLACE},
        )
        for index, row in enumerate(rows, start=1)
    )


def record(line: CountLine, *, quantity: Decimal | None, user_id: int | None) -> CountLine:
    """Note what was counted on a line; None takes the figure back. Raises: DomainError."""
    with transaction.atomic():
        count = lock_count(line.count_id)
        check_open(count)
        if quantity is not None and quantity < 0:
            raise DomainError(_("A count cannot be negative. Enter what you see, or 0."))
        line.quantity_counted = quantity
        line.counted_by_id = None if quantity is None else user_id
        line.save(update_fields=["quantity_counted", "counted_by"])
    return line


def add_line(line: CountLine, *, user_id: int | None) -> CountLine:
    """Add something that was found though the books do not know it there. Raises: DomainError."""
    with transaction.atomic():
        count = lock_count(line.count_id)
        check_open(count)
        problems = list(checks.variant_problems(line.item, line.variant, count.no, None))
        if problems:
            raise DomainError(problems=problems)
        same = CountLine.objects.filter(count=count, **{name: getattr(line, name) for name in PLACE})
        if same.exists():
            raise DomainError(
                _("%(item)s is on this count already. Enter the quantity there.") % {"item": line.item.no}
            )
        line.line_no = next_line_no(CountLine.objects.filter(count=count))
        line.quantity_calculated = _quantity_in_books(line, count)
        line.counted_by_id = user_id
        line.save(force_insert=True)
    return line


def _quantity_in_books(line: CountLine, count: Count) -> Decimal:
    entries = ItemLedgerEntry.objects.as_of(count.posting_date).at(
        location_id=line.location_id, variant_id=line.variant_id
    )
    found = entries.filter(item_id=line.item_id, lot_no=line.lot_no, serial_no=line.serial_no)
    return found.aggregate(total=Sum("quantity"))["total"] or Decimal(0)


def delete_line(line: CountLine) -> None:
    """Leave something out of the count. Raises: DomainError."""
    with transaction.atomic():
        check_open(lock_count(line.count_id))
        line.delete()


def check_open(count: Count) -> None:
    """Refuse to change a count that is posted. Raises: DomainError."""
    if count.status == CountStatus.POSTED:
        raise DomainError(
            _("%(no)s is posted. Correct it with a new count.") % {"no": count.no}, code=ErrorCode.ALREADY_POSTED
        )
