"""Availability of all items at once: the same sums as on the page of one item, made by the database."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.db.models import ExpressionWrapper, F, Q, QuerySet

from config.base.fields import QuantityField
from inventory import availability
from inventory.enums import ItemType
from inventory.models import Item, ItemLedgerEntry, Location
from inventory.selectors import sum_of


class Outlook(NamedTuple):
    """What is asked: at one location (None: all), of what is due until a day (None: all of it)."""

    location_code: str | None = None
    until: date | None = None


def with_outlook(outlook: Outlook) -> QuerySet[Any]:
    """Inventory items with `on_hand`, `receipts`, `demands` (positive), `projected` and `above_reorder_point`."""
    entries = ItemLedgerEntry.objects.open().filter(Q(location__isnull=True) | Q(location__in_transit=False))
    if outlook.location_code is not None:
        entries = entries.filter(location__code=outlook.location_code)
    comes: Any = 0
    goes: Any = 0
    for source in availability.sources():
        lines = _limited(source, outlook)
        comes = sum_of(lines.filter(change__gt=0), "item", "change") + comes
        goes = sum_of(lines.filter(change__lt=0), "item", "change") + goes
    return (
        Item.objects.filter(type=ItemType.INVENTORY)
        .annotate(
            on_hand=sum_of(entries, "item", "remaining_quantity"),
            receipts=_quantity(comes),
            demands=_quantity(0 - goes),
        )
        .annotate(projected=_quantity(F("on_hand") + F("receipts") - F("demands")))
        .annotate(above_reorder_point=_quantity(F("projected") - F("reorder_point")))
    )


def _limited(source: QuerySet[Any], outlook: Outlook) -> QuerySet[Any]:
    if outlook.until is not None:
        source = source.filter(due__lte=outlook.until)
    if outlook.location_code is not None:
        source = source.filter(place__in=Location.objects.filter(code=outlook.location_code).values("pk"))
    return source


def _quantity(expression: Any) -> ExpressionWrapper:
    return ExpressionWrapper(expression, output_field=QuantityField())
