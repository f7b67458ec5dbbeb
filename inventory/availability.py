"""What of an item is there, what comes and what goes, and what that leaves from day to day.

On hand is what stands at locations; goods in transit are on hand nowhere, they come as the receipt of their transfer.
Scheduled receipts are purchase orders, sales returns, transfers to come, assembly and production output. Gross
requirements are sales orders, purchase returns, transfers to go, components of assembly and production orders.
Projected available = on hand + scheduled receipts - gross requirements.

What is overdue can come or go today at the earliest, so it counts from today. Of one day, receipts come first.
Tiny example: 10 on hand, 12 to go on Tuesday, 5 to come on Wednesday. Projected: 10, then -2, then 3. 4 more can be
promised on no day: the least that is left from Wednesday on is 3.

Source: inventory-how-availability-overview, AvailabletoPromise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, ExpressionWrapper, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from config.base.fields import QuantityField
from inventory.enums import DocumentKind, DocumentStatus, LineType, OrderStatus, OrderType
from inventory.models import (
    DocumentLine,
    ItemLedgerEntry,
    OrderComponent,
    OrderHeader,
    Reservation,
    TransferLine,
)

ZERO = Decimal(0)
OPEN_STATES = (DocumentStatus.OPEN, DocumentStatus.RELEASED)
RECEIPTS = (DocumentKind.PURCHASE_ORDER, DocumentKind.SALES_RETURN)
DEMANDS = (DocumentKind.SALES_ORDER, DocumentKind.PURCHASE_RETURN)

TRANSFER_IN, TRANSFER_OUT, WHAT_IF = "transfer_in", "transfer_out", "what_if"
OUTPUT, COMPONENT = "output", "component"

KIND_LABELS: dict[str, Any] = {
    **dict(DocumentKind.choices),
    TRANSFER_IN: _("Transfer to come"),
    TRANSFER_OUT: _("Transfer to go"),
    f"{OrderType.ASSEMBLY}_{OUTPUT}": _("Assembly output"),
    f"{OrderType.PRODUCTION}_{OUTPUT}": _("Production output"),
    f"{OrderType.ASSEMBLY}_{COMPONENT}": _("Assembly component"),
    f"{OrderType.PRODUCTION}_{COMPONENT}": _("Production component"),
    WHAT_IF: _("What if"),
}

ROW = ("item", "kind", "due", "document_number", "place", "kind_of_item", "change")
"""The columns of every source: item, kind, day, document number, location, variant, signed quantity."""


@dataclass(frozen=True, slots=True)
class Event:
    """One supply (positive) or demand (negative): an order line of which something is outstanding."""

    item_id: int
    kind: str
    due: date
    document_no: str
    location_id: int | None
    variant_id: int | None
    quantity: Decimal

    @property
    def label(self) -> Any:
        return KIND_LABELS[self.kind]


@dataclass(frozen=True, slots=True)
class Stock:
    """What of an item, variant and lot stands at a location."""

    item_id: int
    location_id: int | None
    variant_id: int | None
    lot_no: str
    quantity: Decimal


def stock_of(item_ids: Iterable[int], *, on: date | None = None) -> list[Stock]:
    """What is on hand, in one query; as of a posting date where one is given. Goods in transit are left out."""
    entries = ItemLedgerEntry.objects.filter(Q(location__isnull=True) | Q(location__in_transit=False))
    # What is on hand now is what remains of the open entries, and few are open.
    entries, column = (entries.open(), "remaining_quantity") if on is None else (entries.as_of(on), "quantity")
    rows = (
        entries.filter(item__in=list(item_ids))
        .order_by("item_id", "location__code", "variant__code", "lot_no")
        .values_list("item_id", "location_id", "variant_id", "lot_no", "location__code", "variant__code")
        .annotate(total=Sum(column))
        .exclude(total=0)
    )
    return [Stock(row[0], row[1], row[2], row[3], row[6]) for row in rows]


def in_transit_of(item_id: int) -> Decimal:
    """What of an item is on its way between two locations."""
    entries = ItemLedgerEntry.objects.open().filter(item=item_id, location__in_transit=True)
    found: Decimal = entries.aggregate(total=Sum("remaining_quantity", default=ZERO))["total"]
    return found


def reserved_of(item_id: int) -> dict[int | None, Decimal]:
    """What of the stock is reserved, by location."""
    rows = Reservation.objects.filter(item_ledger_entry__item=item_id).order_by()
    found = rows.values_list("item_ledger_entry__location").annotate(Sum("quantity"))
    return dict(found)


def events_of(item_ids: Iterable[int]) -> list[Event]:
    """All supplies and demands of open orders of the items, in one query, by day, receipts first."""
    ids = list(item_ids)
    first, *others = (source.filter(item__in=ids).order_by().values_list(*ROW) for source in sources())
    rows = first.union(*others, all=True)
    events = [Event(*row) for row in rows]
    return sorted(events, key=lambda event: (event.due, event.quantity < 0, event.kind, event.document_no))


def sources() -> list[QuerySet[Any]]:
    """Everything that will come or go, as querysets annotated with the columns of `ROW`."""
    return [_document_lines(), _transfers(outbound=True), _transfers(outbound=False), _outputs(), _components()]


def _document_lines() -> QuerySet[Any]:
    outstanding = F("quantity") - F("quantity_handled")
    lines = DocumentLine.objects.filter(
        type=LineType.ITEM,
        document__kind__in=(*RECEIPTS, *DEMANDS),
        document__status__in=OPEN_STATES,
        quantity_handled__lt=F("quantity"),
    )
    return lines.annotate(
        kind=F("document__kind"),
        due=Coalesce("expected_date", "document__expected_date", "document__order_date"),
        document_number=F("document__no"),
        place=F("location_id"),
        kind_of_item=F("variant_id"),
        change=_quantity(Case(When(document__kind__in=RECEIPTS, then=outstanding), default=-outstanding)),
    )


def _transfers(*, outbound: bool) -> QuerySet[Any]:
    lines = TransferLine.objects.filter(order__status__in=OPEN_STATES)
    done = "quantity_shipped" if outbound else "quantity_received"
    left = F("quantity") - F(done)
    return lines.filter(**{f"{done}__lt": F("quantity")}).annotate(
        kind=_word(TRANSFER_OUT if outbound else TRANSFER_IN),
        due=F("order__order_date") if outbound else Coalesce("order__expected_date", "order__order_date"),
        document_number=F("order__no"),
        place=F("order__from_location_id") if outbound else F("order__to_location_id"),
        kind_of_item=F("variant_id"),
        change=_quantity(-left if outbound else left),
    )


def _outputs() -> QuerySet[Any]:
    orders = OrderHeader.objects.exclude(status=OrderStatus.FINISHED).filter(quantity_finished__lt=F("quantity"))
    return orders.annotate(
        kind=_kind_of_making("type", OUTPUT),
        due=Coalesce("due_date", "order_date"),
        document_number=F("no"),
        place=F("location_id"),
        kind_of_item=F("variant_id"),
        change=_quantity(F("quantity") - F("quantity_finished")),
    )


def _components() -> QuerySet[Any]:
    needed = F("quantity_per") * F("order__quantity") - F("quantity_consumed")
    lines = OrderComponent.objects.filter(item__isnull=False).exclude(order__status=OrderStatus.FINISHED)
    return (
        lines.annotate(needed=_quantity(needed))
        .filter(needed__gt=0)
        .annotate(
            kind=_kind_of_making("order__type", COMPONENT),
            due=Coalesce("order__due_date", "order__order_date"),
            document_number=F("order__no"),
            place=Coalesce("location_id", "order__location_id"),
            kind_of_item=Value(None, output_field=OrderHeader._meta.pk),
            change=_quantity(-F("needed")),
        )
    )


def _kind_of_making(path: str, part: str) -> Case:
    return Case(
        When(**{path: OrderType.ASSEMBLY}, then=_word(f"{OrderType.ASSEMBLY}_{part}")),
        default=_word(f"{OrderType.PRODUCTION}_{part}"),
        output_field=CharField(),
    )


def _word(text: str) -> Value:
    return Value(text, output_field=CharField())


def _quantity(expression: Any) -> ExpressionWrapper:
    return ExpressionWrapper(expression, output_field=QuantityField())


@dataclass(frozen=True, slots=True)
class Figures:
    """On hand, what comes and what goes; what goes is positive here."""

    on_hand: Decimal = ZERO
    receipts: Decimal = ZERO
    demands: Decimal = ZERO
    reserved: Decimal = ZERO

    @property
    def projected(self) -> Decimal:
        return self.on_hand + self.receipts - self.demands


def figures_of(
    stock: Iterable[Stock], events: Iterable[Event], *, until: date | None = None, reserved: Decimal = ZERO
) -> Figures:
    """Add up stock and events, those that are due until a day where one is given."""
    due = [event.quantity for event in events if until is None or event.due <= until]
    return Figures(
        on_hand=sum((row.quantity for row in stock), ZERO),
        receipts=sum((quantity for quantity in due if quantity > 0), ZERO),
        demands=-sum((quantity for quantity in due if quantity < 0), ZERO),
        reserved=reserved,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """An event with the day from which it counts, and what is left after it."""

    event: Event
    on: date
    left: Decimal

    @property
    def is_late(self) -> bool:
        return self.on != self.event.due


def project(on_hand: Decimal, events: Sequence[Event], *, today: date) -> list[Step]:
    """The events in the order in which they count, with the running quantity."""
    ordered = sorted(events, key=lambda event: (max(event.due, today), event.quantity < 0, event.due))
    steps, left = [], on_hand
    for event in ordered:
        left += event.quantity
        steps.append(Step(event, max(event.due, today), left))
    return steps


def days_of(on_hand: Decimal, steps: Sequence[Step], *, today: date) -> list[tuple[date, Decimal]]:
    """What is left at the end of each day on which something changes, from today on."""
    ends = {today: on_hand}
    for step in steps:
        ends[step.on] = step.left
    return sorted(ends.items())


@dataclass(frozen=True, slots=True)
class Promise:
    """Whether a quantity can leave on a day: what is short then (0: nothing), and the first day on which it can."""

    short: Decimal
    earliest: date | None


def can_promise(days: Sequence[tuple[date, Decimal]], *, quantity: Decimal, on: date) -> Promise:
    """Answer "what if": what leaves must not be missing on that day nor on any later one.

    days: as `days_of` gives them, the first of them today.
    """
    least = [min(left for _day, left in days[index:]) for index in range(len(days))]
    earliest = next((day for (day, _left), rest in zip(days, least, strict=True) if rest >= quantity), None)
    at = max((index for index, (day, _left) in enumerate(days) if day <= on), default=0)
    return Promise(max(quantity - least[at], ZERO), earliest)
