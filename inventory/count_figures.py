"""What a count finds: what moved until a line was counted, what was expected then, and who must count again.

The books are read when the count is made. Goods that move afterwards, but before somebody stands in front of the shelf,
belong to what he should find; goods that move later do not.

Tiny example: the books said 10 at 08:00. At 09:00 3 were shipped, at 10:00 somebody counted 6, at 11:00 5 came in.
Expected at 10:00 were 10 - 3 = 7, so 1 is missing. After posting the books say 10 - 3 + 5 - 1 = 11.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    DecimalField,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Abs, Coalesce

from config.base.fields import AmountField, QuantityField
from inventory.enums import CountStatus
from inventory.models import Count, CountLine, ItemLedgerEntry

NOTHING = Value(0, output_field=QuantityField())
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
SAME_TEXT = ("lot_no", "serial_no")
SAME_PLACE = ("variant_id", "location_id")


def with_difference(lines: QuerySet[CountLine], count: Count) -> QuerySet[Any]:
    """Annotate lines of a count with what makes their difference.

    `moved`: signed, from the reading of the books until the line was counted, or until now; `expected`: the books then;
    `difference`: counted less expected, none while not counted; `value`: the difference at the unit cost of the item's
    card; `needs_recount`: the difference is over the tolerance and nobody has counted the line again.
    """
    wide = DecimalField(max_digits=38, decimal_places=10)
    return (
        lines.annotate(moved=_moved(count) if count.status == CountStatus.OPEN else F("quantity_moved"))
        .annotate(expected=ExpressionWrapper(F("quantity_calculated") + F("moved"), output_field=QuantityField()))
        .annotate(
            difference=ExpressionWrapper(F("quantity_counted") - F("expected"), output_field=QuantityField()),
        )
        .annotate(
            value=ExpressionWrapper(F("difference") * F("item__unit_cost"), output_field=AmountField()),
            excess=ExpressionWrapper(
                Abs("difference") * 100 - Abs("expected") * (count.tolerance_percent or 0), output_field=wide
            ),
        )
        .annotate(needs_recount=_needs_recount(count))
    )


def _moved(count: Count) -> Any:
    """What the entries since the reading of the books moved at the place of a line."""
    if count.snapshot_at is None:
        return NOTHING
    entries = ItemLedgerEntry.objects.filter(
        item_id=OuterRef("item_id"),
        created_at__gt=count.snapshot_at,
        created_at__lte=Coalesce(OuterRef("counted_at"), Value(NEVER)),
        **{name: OuterRef(name) for name in SAME_TEXT},
    )
    # The blank place equals itself, which NULL does not.
    for name in SAME_PLACE:
        entries = entries.alias(**{f"own_{name}": Coalesce(F(name), Value(0))}).filter(
            **{f"own_{name}": Coalesce(OuterRef(name), Value(0))}
        )
    total = entries.order_by().values("item_id").annotate(total=Sum("quantity")).values("total")
    return Coalesce(Subquery(total, output_field=QuantityField()), NOTHING)


def entries_in_books(line: CountLine) -> QuerySet[ItemLedgerEntry]:
    """The entries that add up to what the books said on the line."""
    entries = _entries_of(line).filter(posting_date__lte=line.count.posting_date)
    return entries if line.count.snapshot_at is None else entries.filter(created_at__lte=line.count.snapshot_at)


def entries_moved(line: CountLine) -> QuerySet[ItemLedgerEntry]:
    """The entries that add up to what moved until the line was counted."""
    if line.count.snapshot_at is None:
        return ItemLedgerEntry.objects.none()
    return _entries_of(line).filter(created_at__gt=line.count.snapshot_at, created_at__lte=line.counted_at or NEVER)


def _entries_of(line: CountLine) -> QuerySet[ItemLedgerEntry]:
    found: QuerySet[ItemLedgerEntry] = ItemLedgerEntry.objects.filter(
        item=line.item_id, lot_no=line.lot_no, serial_no=line.serial_no
    ).at(location_id=line.location_id, variant_id=line.variant_id)
    return found


def _needs_recount(count: Count) -> Any:
    if count.tolerance_percent is None:
        return Value(value=False)
    return Case(
        When(recounted=False, quantity_counted__isnull=False, excess__gt=0, then=Value(value=True)),
        default=Value(value=False),
        output_field=BooleanField(),
    )


def clock() -> datetime:
    """The time of the database, which is also the time of postings."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row: tuple[Any, ...] = cursor.fetchone() or ()
    found: datetime = row[0]
    return found
