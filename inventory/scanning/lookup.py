"""Looking up what a code is: where it stands, what is available, what comes next, which documents wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum
from django.urls import reverse

from inventory import links, scopes, selectors
from inventory.enums import CountStatus, DocumentKind, ScanTask
from inventory.models import BinContent, Count, Document, DocumentLine, Item, ItemLedgerEntry, TransferOrder
from inventory.scanning import codes, sessions
from inventory.scanning.codes import Goods, Place

MOST_ROWS = 12
MOST_MATCHES = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of an open order that waits for the item; `quantity` outstanding."""

    no: str
    url: str
    partner: str
    quantity: Decimal
    on: date | None


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of the goods that a code names."""

    goods: Goods
    on_hand: Decimal
    available: Decimal
    places: Sequence[Any]
    bins: Sequence[BinContent]
    lots: Sequence[Any]
    to_come: Sequence[Waiting] = field(default_factory=tuple)
    to_go: Sequence[Waiting] = field(default_factory=tuple)


def look_up(code: str, *, today: date, user: Any) -> Found:
    """What stands and waits of the goods that a code names. Raises: DomainError where it names none."""
    goods = codes.goods_of(code, today=today)
    item = selectors.with_stock(Item.objects.filter(pk=goods.item.pk)).get()
    entries = ItemLedgerEntry.objects.open().filter(item=item)
    lots = (
        entries.exclude(lot_no="", serial_no="")
        .values("lot_no", "serial_no", "expiration_date", "location__code")
        .annotate(quantity=Sum("remaining_quantity"))
        .order_by(F("expiration_date").asc(nulls_last=True), "lot_no", "serial_no", "location__code")
    )
    contents = BinContent.objects.filter(item=item, quantity__gt=0).select_related("bin__location", "variant")
    sees_documents = user.has_perm("base.document_view")
    return Found(
        goods=goods,
        on_hand=item.on_hand,
        available=item.available,
        places=selectors.stock_by_location(item),
        bins=list(contents.order_by("bin__location__code", "bin__code")[:MOST_ROWS]),
        lots=list(lots[:MOST_ROWS]),
        to_come=_to_come(item, user, sees_documents=sees_documents),
        to_go=_waiting(DocumentKind.SALES_ORDER, item, user) if sees_documents else (),
    )


def _to_come(item: Item, user: Any, *, sees_documents: bool) -> list[Waiting]:
    """What is under way between locations, and what is ordered: the next first."""
    found = [
        Waiting(
            line.order.no,
            reverse("inventory:transfer_detail", args=[line.order.no]),
            f"{line.order.from_location.code} → {line.order.to_location.code}",
            line.under_way,
            line.order.expected_date,
        )
        for line in selectors.goods_in_transit().filter(item=item).order_by("order__no", "line_no")[:MOST_ROWS]
    ]
    if sees_documents:
        found += _waiting(DocumentKind.PURCHASE_ORDER, item, user)
    return sorted(found, key=lambda row: (row.on or date.max, row.no))


def _waiting(kind: str, item: Item, user: Any) -> list[Waiting]:
    lines = selectors.open_order_lines(kind).filter(item=item)
    lines = scopes.documents_of(user, lines, path="document__")
    lines = lines.select_related("document__vendor", "document__customer")
    due = F("expected_date").asc(nulls_last=True)
    return [
        Waiting(
            line.document.no,
            links.order_url(line.document.kind, line.document.no),
            line.document.partner.name,
            line.outstanding_quantity,
            line.expected_date or line.document.expected_date,
        )
        for line in lines.order_by(due, "document__no", "line_no")[:MOST_ROWS]
    ]


def place_contents(place: Place) -> list[BinContent]:
    """What stands in a bin, or in the bins of a location."""
    rows = BinContent.objects.filter(quantity__gt=0).select_related("bin__location", "item", "variant")
    rows = rows.filter(bin=place.bin) if place.bin else rows.filter(bin__location=place.location)
    return list(rows.order_by("bin__code", "item__no", "pk")[:50])


def waiting_documents(task: str, *, user: Any, today: date, code: str = "") -> list[Any]:
    """The documents of a task that wait, those of the user's place first; `code` names one, its partner, or goods."""
    rows = _open_documents(task, user)
    if code:
        exact = list(rows.filter(no__iexact=code.strip())[:1])
        if exact:
            return exact
        rows = _matching(task, rows, code, today)
    place = scopes.scope_of(user).default_location
    found = list(rows.order_by("no")[:MOST_MATCHES])
    if place is None:
        return found
    column = {ScanTask.TRANSFER_SHIP: "from_location_id", ScanTask.TRANSFER_RECEIVE: "to_location_id"}
    return sorted(found, key=lambda row: getattr(row, column.get(ScanTask(task), "location_id")) != place.pk)


def _open_documents(task: str, user: Any) -> Any:
    rows = sessions.documents_for(task, user)
    if task in sessions.KINDS:
        open_lines = selectors.open_order_lines(sessions.KINDS[ScanTask(task)])
        rows = rows.filter(pk__in=open_lines.values("document")).select_related("location", "vendor", "customer")
        return selectors.with_progress(rows)
    if task == ScanTask.COUNT:
        rows = Count.objects.filter(status=CountStatus.OPEN).select_related("location")
        return selectors.with_count_progress(rows)
    rows = TransferOrder.objects.select_related("from_location", "to_location", "in_transit_location")
    if task == ScanTask.TRANSFER_SHIP:
        rows = rows.filter(in_transit_location__isnull=False, lines__quantity_shipped__lt=F("lines__quantity"))
    else:
        rows = rows.filter(lines__quantity_received__lt=F("lines__quantity_shipped"))
    return selectors.with_transfer_progress(rows.distinct())


def _matching(task: str, rows: Any, code: str, today: date) -> Any:
    if task in sessions.KINDS:
        side = "vendor" if sessions.KINDS[ScanTask(task)].is_purchase else "customer"
        of_partner = rows.filter(**{f"{side}__no__iexact": code.strip()})
        if of_partner.exists():
            return of_partner
        goods = codes.goods_of(code, today=today)
        lines = selectors.open_order_lines(sessions.KINDS[ScanTask(task)]).filter(item=goods.item)
        return rows.filter(pk__in=lines.values("document"))
    goods = codes.goods_of(code, today=today)
    return rows.filter(lines__item=goods.item).distinct()


def task_url(code: str, *, user: Any) -> str:
    """Where scanning the number of an open document leads, by what the user may do with it; blank for none."""
    for task in ScanTask.values:
        if task == ScanTask.MOVE or not sessions.may(user, task):
            continue
        found = _open_documents(task, user).filter(no__iexact=code.strip()).first()
        if found is not None:
            return reverse("inventory:scan_session", args=[task, found.no])
    return ""


def lines_of_document(document: Document) -> list[DocumentLine]:
    """The lines of an order that goods can be scanned for."""
    rows = DocumentLine.objects.filter(document=document, item__isnull=False)
    rows = rows.select_related("item__base_unit_of_measure", "variant", "location")
    return list(rows.order_by("item__shelf_no", "item__no", "line_no"))
