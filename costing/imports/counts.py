"""Physical counts: rows with one document number are one count, calculated, recorded and posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import changelog, locks
from config.base.sheets import Column, Lookup, ParsedRow, RowProblem, day, number, text
from config.base.transactions import PostingContext
from costing.imports import exporting
from costing.imports.kind import LINE_STEP, Group, Kind, Outcome, check_one_value
from costing.imports.results import ImportOptions
from costing.posting import journals
from inventory.enums import CountStatus
from inventory.models import Count, CountLine, Item, ItemLedgerEntry, Location
from inventory.sheet_variants import resolve_variants

_COLUMNS = (
    Column("document_no", text(20), gettext_lazy("Document no."), required=True),
    Column("posting_date", day, gettext_lazy("Posting date"), required=True),
    Column("item_no", text(20), gettext_lazy("Item no."), required=True, lookup=Lookup(Item, "no")),
    Column("variant", text(20), gettext_lazy("Variant")),
    Column("location", text(20), gettext_lazy("Location"), lookup=Lookup(Location)),
    Column("quantity_counted", number(), gettext_lazy("Quantity counted"), required=True),
    Column("lot_no", text(50), gettext_lazy("Lot no.")),
    Column("serial_no", text(50), gettext_lazy("Serial no.")),
)
PlaceKey = tuple[int | None, int | None, int | None, str, str]


def _key(row: ParsedRow) -> PlaceKey:
    return (row.key("item_no"), row.key("variant"), row.key("location"), row.text("lot_no"), row.text("serial_no"))


def _check(group: Group) -> Iterable[RowProblem]:
    yield from check_one_value(group, "posting_date")
    seen: dict[PlaceKey, int] = {}
    for row in group.rows:
        if row["item_no"] is None:
            continue
        first = seen.setdefault(_key(row), row.line_no)
        if first != row.line_no:
            message = _("%(item)s is counted in line %(line)s already.") % {"item": row["item_no"], "line": first}
            yield RowProblem(row.line_no, "item_no", message)


def _write(groups: Sequence[Group], options: ImportOptions, context: PostingContext) -> Outcome:
    outcome = Outcome()
    for group in groups:
        locks.lock_items({row["item_no"].pk for row in group.rows})
        count_id = _create(group, options)
        outcome.posted += journals.post_count_within(context, count_id=count_id, user_id=options.user_id).documents
    return outcome


def _create(group: Group, options: ImportOptions) -> int:
    locations = {row["location"] for row in group.rows}
    count = Count.objects.create(
        no=group.key,
        status=CountStatus.FINISHED,
        posting_date=group.first["posting_date"],
        location=locations.pop() if len(locations) == 1 else None,
        created_by_id=options.user_id,
    )
    if options.user_id is not None:
        count.refresh_from_db()
        changelog.record(options.user, None, changelog.snapshot(count), origin=options.origin)
    on_hand = _on_hand(group)
    CountLine.objects.bulk_create(
        CountLine(
            count=count,
            line_no=index * LINE_STEP,
            item=row["item_no"],
            variant=row["variant"],
            location=row["location"],
            lot_no=row.text("lot_no"),
            serial_no=row.text("serial_no"),
            quantity_calculated=on_hand.get(_key(row), Decimal(0)),
            quantity_counted=row["quantity_counted"],
            counted_by_id=options.user_id,
        )
        for index, row in enumerate(group.rows, start=1)
    )
    return count.pk


def _on_hand(group: Group) -> dict[PlaceKey, Decimal]:
    """Return what the books say on the day of the count, in one query."""
    entries = (
        ItemLedgerEntry.objects.filter(
            item__in=[row.key("item_no") for row in group.rows], posting_date__lte=group.first["posting_date"]
        )
        .order_by()
        .values_list("item_id", "variant_id", "location_id", "lot_no", "serial_no")
        .annotate(on_hand=Sum("quantity"))
    )
    by_place: dict[tuple[int | None, ...], list[tuple[str, str, Decimal]]] = defaultdict(list)
    for item, variant, location, lot_no, serial_no, quantity in entries:
        by_place[item, variant, location].append((lot_no, serial_no, quantity))
    totals = {}
    for key in map(_key, group.rows):
        *place, lot, serial = key
        totals[key] = sum(
            (
                quantity
                for lot_no, serial_no, quantity in by_place[tuple(place)]
                if lot in ("", lot_no) and serial in ("", serial_no)
            ),
            Decimal(0),
        )
    return totals


def _existing(numbers: Sequence[str]) -> set[str]:
    return set(Count.objects.filter(no__in=list(numbers)).values_list("no", flat=True))


COUNTS = Kind(
    name="counts",
    label=gettext_lazy("Counts"),
    columns=_COLUMNS,
    group_by="document_no",
    existing=_existing,
    write=_write,
    check=_check,
    prepare=resolve_variants,
    permissions=("base.count_post",),
    export=exporting.counts,
)
