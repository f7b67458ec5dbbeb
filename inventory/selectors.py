"""Questions about items, stock and documents, and what the home page and the search know of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models import Count as CountRows
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.base.fields import AmountField, QuantityField
from config.base.filters import exact_value
from config.base.pages import Hit
from inventory import links, scopes
from inventory.enums import DocumentKind, DocumentStatus, LineType
from inventory.models import (
    Count,
    CountLine,
    Customer,
    Document,
    DocumentLine,
    Item,
    ItemLedgerEntry,
    Location,
    PostedDocument,
    PostedDocumentLine,
    TransferLine,
    TransferOrder,
    Vendor,
)

ZERO = Decimal(0)
OPEN_STATES = (DocumentStatus.OPEN, DocumentStatus.RELEASED)
FOUND_PER_KIND = 3


def sum_of(rows: QuerySet[Any], key: str, expression: Any, *, outer: str = "pk", field: Any = None) -> Any:
    """A sum over rows that point to the outer record by `key`, 0 where there are none.

    A subquery, not a join: several of them on one queryset do not multiply each other's rows.
    """
    output = field or QuantityField()
    total = (
        rows.filter(**{key: OuterRef(outer)})
        .order_by()
        .values(key)
        .annotate(found=Sum(expression, output_field=output))
        .values("found")
    )
    return Coalesce(Subquery(total, output_field=output), Value(ZERO), output_field=output)


def count_of(rows: QuerySet[Any], key: str, *, outer: str = "pk") -> Any:
    """How many rows point to the outer record by `key`; a subquery like `sum_of`."""
    found = rows.filter(**{key: OuterRef(outer)}).order_by().values(key).annotate(found=CountRows("pk")).values("found")
    return Coalesce(Subquery(found, output_field=IntegerField()), Value(0))


def open_order_lines(kind: str) -> QuerySet[DocumentLine]:
    """Lines of open orders of one kind that are not fully received or shipped."""
    return DocumentLine.objects.filter(
        document__kind=kind, document__status__in=OPEN_STATES, type=LineType.ITEM, quantity_handled__lt=F("quantity")
    )


def with_stock(items: QuerySet[Item]) -> QuerySet[Any]:
    """Annotate `on_hand`, `on_purchase_order`, `on_sales_order` and `available` (on hand less sales orders).

    What is on hand is what remains of the open entries; few entries are open, however many there are.
    """
    outstanding = F("quantity") - F("quantity_handled")
    return items.annotate(
        on_hand=sum_of(ItemLedgerEntry.objects.open(), "item", "remaining_quantity"),
        on_purchase_order=sum_of(open_order_lines(DocumentKind.PURCHASE_ORDER), "item", outstanding),
        on_sales_order=sum_of(open_order_lines(DocumentKind.SALES_ORDER), "item", outstanding),
    ).annotate(available=ExpressionWrapper(F("on_hand") - F("on_sales_order"), output_field=QuantityField()))


def with_stock_by_location(items: QuerySet[Item], location_ids: Iterable[int | None]) -> QuerySet[Any]:
    """Annotate `on_hand` and, for each location, `at_<id>` (`at_0` is the blank location)."""
    entries = ItemLedgerEntry.objects.open()
    places = {
        f"at_{key or 0}": sum_of(
            entries.filter(location__isnull=True) if key is None else entries.filter(location_id=key),
            "item",
            "remaining_quantity",
        )
        for key in location_ids
    }
    return items.annotate(on_hand=sum_of(entries, "item", "remaining_quantity"), **places)


@dataclass(frozen=True, slots=True)
class StockAtPlace:
    """What of an item stands at one location; `code` is blank for the blank location."""

    code: str
    name: str
    on_hand: Decimal
    url: str


def stock_by_location(item: Item) -> list[StockAtPlace]:
    """What is on hand of an item at each location that holds some, with the entries behind it."""
    rows = (
        ItemLedgerEntry.objects.open()
        .filter(item=item)
        .order_by("location__code")
        .values("location__code", "location__name")
        .annotate(on_hand=Sum("remaining_quantity"))
    )
    return [
        StockAtPlace(
            code=row["location__code"] or "",
            name=row["location__name"] or "",
            on_hand=row["on_hand"],
            url=entries_url(item=item.no, location=row["location__code"] or ""),
        )
        for row in rows
    ]


def on_hand_at_line() -> Any:
    """What is on hand of a line's item at the line's location, as an expression over document lines."""
    entries = (
        ItemLedgerEntry.objects.open()
        .annotate(place=Coalesce("location_id", Value(0)))
        .filter(item=OuterRef("item"), place=Coalesce(OuterRef("location_id"), Value(0)))
        .order_by()
        .values("item")
        .annotate(found=Sum("remaining_quantity"))
    )
    total = Subquery(entries.values("found"), output_field=QuantityField())
    return Case(
        When(item__isnull=False, then=Coalesce(total, Value(ZERO), output_field=QuantityField())),
        output_field=QuantityField(),
    )


def on_hand_at(location_id: int) -> Any:
    """What is on hand of a line's item at one location, as an expression over lines that have an item."""
    return sum_of(
        ItemLedgerEntry.objects.open().filter(location_id=location_id), "item", "remaining_quantity", outer="item"
    )


def on_hand(*, item_id: int, location_id: int | None) -> Decimal:
    """What is on hand of an item at one location, all variants."""
    place = Q(location__isnull=True) if location_id is None else Q(location_id=location_id)
    found = ItemLedgerEntry.objects.open().filter(place, item_id=item_id).aggregate(total=Sum("remaining_quantity"))
    return found["total"] or ZERO


def list_url(view_name: str, **filters: str) -> str:
    """The address of a list with filters that take their values literally."""
    query = urlencode({name: exact_value(value) for name, value in filters.items()})
    return f"{reverse(view_name)}?{query}" if query else reverse(view_name)


def entries_url(**filters: str) -> str:
    """The item ledger entries with these values."""
    return list_url("inventory:itemledgerentry_list", **filters)


def line_amount() -> Any:
    """Quantity times price less discount, as an expression over document lines."""
    return ExpressionWrapper(
        F("quantity") * F("unit_amount") - F("line_discount_amount"),
        output_field=DecimalField(max_digits=38, decimal_places=10),
    )


def line_discount_percent() -> Any:
    """The discount in percent, as an expression over document lines; empty where none is.

    Of a line that knows the amount alone: that of what is not invoiced.
    """
    gross = (F("quantity") - F("quantity_invoiced")) * F("unit_amount")
    field = DecimalField(max_digits=38, decimal_places=10)
    percent = ExpressionWrapper(F("line_discount_amount") * 100 / gross, output_field=field)
    return Case(
        When(line_discount_percent__gt=0, then=F("line_discount_percent")),
        When(line_discount_amount__gt=0, unit_amount__gt=0, quantity__gt=F("quantity_invoiced"), then=percent),
        output_field=field,
    )


def with_outstanding(lines: QuerySet[DocumentLine]) -> QuerySet[Any]:
    """Annotate what of order lines is outstanding and not invoiced, and their amount."""
    quantity = QuantityField()
    found = lines.select_related("document__vendor", "document__customer", "item", "location")
    return found.annotate(
        outstanding=ExpressionWrapper(F("quantity") - F("quantity_handled"), output_field=quantity),
        not_invoiced=ExpressionWrapper(F("quantity_handled") - F("quantity_invoiced"), output_field=quantity),
        amount=ExpressionWrapper(line_amount(), output_field=AmountField()),
    )


def with_progress(documents: QuerySet[Document]) -> QuerySet[Any]:
    """Annotate what of a document is ordered, handled and invoiced, its amount, and `progress`, its state."""
    lines = DocumentLine.objects.filter(type=LineType.ITEM)
    return documents.annotate(
        ordered=sum_of(lines, "document", "quantity"),
        handled=sum_of(lines, "document", "quantity_handled"),
        invoiced=sum_of(lines, "document", "quantity_invoiced"),
        amount=sum_of(DocumentLine.objects.all(), "document", line_amount(), field=AmountField()),
    ).annotate(progress=_progress())


def _progress() -> Case:
    finished = Q(status__in=(DocumentStatus.COMPLETED, DocumentStatus.CLOSED_SHORT))
    return Case(
        When(finished | Q(handled=0, invoiced=0), then=F("status")),
        When(invoiced__gte=F("ordered"), then=Value(DocumentStatus.COMPLETED.value)),
        When(invoiced__gt=0, then=Value("part_invoiced")),
        When(handled__lt=F("ordered"), then=Value("part_handled")),
        default=Value("handled"),
        output_field=CharField(max_length=15),
    )


def with_transfer_progress(orders: QuerySet[TransferOrder]) -> QuerySet[Any]:
    """Annotate what of a transfer order is ordered, shipped, received and on its way."""
    lines = TransferLine.objects.all()
    return orders.annotate(
        ordered=sum_of(lines, "order", "quantity"),
        shipped=sum_of(lines, "order", "quantity_shipped"),
        received=sum_of(lines, "order", "quantity_received"),
        under_way=F("shipped") - F("received"),
    )


def goods_in_transit() -> QuerySet[Any]:
    """Lines of transfer orders of which something is shipped and not received, with how much that is."""
    found = TransferLine.objects.filter(quantity_shipped__gt=F("quantity_received"))
    related = ("order__from_location", "order__to_location", "order__in_transit_location", "item")
    return found.select_related(*related).annotate(under_way=F("quantity_shipped") - F("quantity_received"))


def with_posted_amounts(documents: QuerySet[PostedDocument]) -> QuerySet[Any]:
    """Annotate the quantity and the amount of posted documents."""
    lines = PostedDocumentLine.objects.all()
    return documents.annotate(
        quantity=sum_of(lines.filter(type=LineType.ITEM), "posted_document", "quantity"),
        amount=sum_of(lines, "posted_document", "amount", field=AmountField()),
    )


def with_count_progress(counts: QuerySet[Count]) -> QuerySet[Any]:
    """Annotate how many lines a count has and how many of them are counted."""
    lines = CountLine.objects.all()
    return counts.annotate(
        line_count=count_of(lines, "count"),
        counted=count_of(lines.filter(quantity_counted__isnull=False), "count"),
    )


def has_entries(item: Item) -> bool:
    """Whether anything was ever posted for the item."""
    return ItemLedgerEntry.objects.filter(item=item).exists()


@dataclass(frozen=True, slots=True)
class InvoiceReadiness:
    """Of an order: whether an invoice alone has something to invoice, and whether lines ask for more than that."""

    something: bool
    too_much: bool


def invoice_readiness(document: Document) -> InvoiceReadiness:
    """What pressing "Invoice" would meet."""
    is_item = Q(type=LineType.ITEM)
    not_invoiced = F("quantity_handled") - F("quantity_invoiced")
    found = document.lines.aggregate(
        goods=CountRows("pk", filter=is_item & Q(quantity_handled__gt=F("quantity_invoiced"))),
        charges=CountRows("pk", filter=~is_item & Q(quantity_to_invoice__gt=0)),
        too_much=CountRows("pk", filter=is_item & Q(quantity_to_invoice__gt=not_invoiced)),
    )
    return InvoiceReadiness(bool(found["goods"] or found["charges"]), bool(found["goods"] and found["too_much"]))


def orders_to_receive() -> QuerySet[Document]:
    """Purchase orders that something is still to be received of."""
    waiting = open_order_lines(DocumentKind.PURCHASE_ORDER).filter(document=OuterRef("pk"))
    return Document.objects.filter(Exists(waiting), kind=DocumentKind.PURCHASE_ORDER)


def orders_to_ship() -> QuerySet[Document]:
    """Sales orders that something is still to be shipped of."""
    waiting = open_order_lines(DocumentKind.SALES_ORDER).filter(document=OuterRef("pk"))
    return Document.objects.filter(Exists(waiting), kind=DocumentKind.SALES_ORDER)


def find(user: Any, text: str) -> list[Hit]:
    """What the search finds by number or name: items, partners, documents, locations; some of each kind."""
    hits: list[Hit] = []
    if user.has_perm("base.item_view"):
        items = Item.objects.filter(Q(no__istartswith=text) | Q(description__icontains=text) | Q(gtin=text))
        hits += [
            Hit(item.no, reverse("inventory:item_detail", args=[item.no]), _("Item"), item.description)
            for item in items.order_by("no")[:FOUND_PER_KIND]
        ]
    if user.has_perm("base.document_view"):
        hits += _find_documents(user, text)
    if user.has_perm("base.stock_view"):
        hits += _find_movements(text)
    if user.has_perm("base.location_view"):
        places = Location.objects.filter(Q(code__istartswith=text) | Q(name__icontains=text)).order_by("code")
        hits += [
            Hit(place.code, reverse("inventory:location_detail", args=[place.code]), _("Location"), place.name)
            for place in places[:FOUND_PER_KIND]
        ]
    return hits


def _find_documents(user: Any, text: str) -> list[Hit]:
    seen = scopes.documents_of(user, Document.objects.filter(no__istartswith=text, kind__in=links.ORDER_PAGES))
    orders = seen.order_by("no")
    hits = [
        Hit(order.no, links.order_url(order.kind, order.no), order.get_kind_display())
        for order in orders[:FOUND_PER_KIND]
    ]
    posted = PostedDocument.objects.filter(no__istartswith=text, type__in=links.POSTED_PAGES).order_by("no", "pk")
    hits += [
        Hit(document.no, links.document_url(document.type, document.no), document.get_type_display())
        for document in posted[:FOUND_PER_KIND]
    ]
    return [*hits, *_find_partners(text)]


def _find_movements(text: str) -> list[Hit]:
    """Transfer orders and counts."""
    hits: list[Hit] = []
    for model, name, label in ((TransferOrder, "transfer", _("Transfer order")), (Count, "count", _("Count"))):
        found = model.objects.filter(no__istartswith=text).order_by("no")
        hits += [
            Hit(row.no, reverse(f"inventory:{name}_detail", args=[row.no]), label) for row in found[:FOUND_PER_KIND]
        ]
    return hits


def _find_partners(text: str) -> list[Hit]:
    hits: list[Hit] = []
    for model, name, label in ((Vendor, "vendor", _("Vendor")), (Customer, "customer", _("Customer"))):
        partners = model.objects.filter(Q(no__istartswith=text) | Q(name__icontains=text)).order_by("no")
        hits += [
            Hit(partner.no, reverse(f"inventory:{name}_detail", args=[partner.no]), label, partner.name)
            for partner in partners[:FOUND_PER_KIND]
        ]
    return hits
