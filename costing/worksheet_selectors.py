"""Questions of the application worksheet: an item's entries, what each is applied to, and what it could be."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case, CharField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce

from config.base.fields import AmountField
from costing.models import ValueEntry
from inventory.enums import ItemLedgerEntryType, ItemType, SettleAt
from inventory.models import Item, ItemApplicationEntry, ItemLedgerEntry, TouchedEntry
from inventory.unapplying import COST_SOURCES


def worksheet_items() -> QuerySet[Any]:
    """Items with entries that are applied as they are posted; those that somebody has unapplied first."""
    found = Item.objects.filter(type=ItemType.INVENTORY, item_model_group__settle_at=SettleAt.POSTING)
    return (
        found.filter(Exists(ItemLedgerEntry.objects.filter(item=OuterRef("pk"))))
        .select_related("item_model_group", "application_worksheet__user")
        .order_by(F("application_worksheet__opened_at").desc(nulls_last=True), "no")
    )


def worksheet_entries(item: Item) -> QuerySet[Any]:
    """An item's entries with `cost`, `applied_to` (the numbers of their partners) and `touched` in the open session."""
    links = (
        ItemApplicationEntry.objects.active()
        .filter(Q(inbound_item_entry=OuterRef("pk")) | Q(outbound_item_entry=OuterRef("pk")))
        .exclude(outbound_item_entry=None)
        .annotate(
            partner=Case(
                When(inbound_item_entry=OuterRef("pk"), then=F("outbound_item_entry")),
                default=F("inbound_item_entry"),
            )
        )
    )
    partners = (
        links.order_by()
        .annotate(one=Value(1))
        .values("one")
        .annotate(numbers=StringAgg(Cast("partner", CharField()), ", ", order_by="partner"))
        .values("numbers")
    )
    return _with_cost(
        ItemLedgerEntry.objects.filter(item=item).select_related("location", "variant").order_by("posting_date", "pk")
    ).annotate(
        applied_to=Subquery(partners, output_field=CharField()),
        touched=Exists(TouchedEntry.objects.filter(entry=OuterRef("pk"))),
    )


def _with_cost(entries: QuerySet[Any]) -> QuerySet[Any]:
    values = ValueEntry.objects.filter(item_ledger_entry=OuterRef("pk")).order_by().values("item_ledger_entry")
    summed = values.annotate(total=Sum(F("cost_amount_actual") + F("cost_amount_expected"))).values("total")
    annotated: QuerySet[Any] = entries.annotate(
        cost=Coalesce(Subquery(summed, output_field=AmountField()), Value(0), output_field=AmountField())
    )
    return annotated


def applications_of(entry: ItemLedgerEntry) -> QuerySet[Any]:
    """The active applications of an entry, on both sides, without its own record; `partner` is the other entry."""
    links = ItemApplicationEntry.objects.active().exclude(outbound_item_entry=None)
    mine = links.filter(Q(inbound_item_entry=entry) | Q(outbound_item_entry=entry))
    return (
        mine.annotate(
            partner=Case(When(inbound_item_entry=entry, then=F("outbound_item_entry")), default=F("inbound_item_entry"))
        )
        .select_related("inbound_item_entry__location", "outbound_item_entry__location")
        .order_by("pk")
    )


def partners_of(entry: ItemLedgerEntry) -> QuerySet[Any]:
    """Entries that an entry could be applied to now: by quantity, or a return to the issue whose cost it takes back.

    `applied_entry` is the number of the entry itself.
    """
    variant = Q(variant_id=entry.variant_id) if entry.variant_id else Q(variant__isnull=True)
    others = ItemLedgerEntry.objects.filter(
        variant, item_id=entry.item_id, correction=False, lot_no=entry.lot_no, serial_no=entry.serial_no
    )
    others = others.outbound() if entry.quantity > 0 else others.inbound()
    here = Q(location_id=entry.location_id) if entry.location_id else Q(location__isnull=True)
    enough = Q(remaining_quantity__gte=-entry.remaining_quantity)
    by_quantity = Q(open=True) & here & enough if entry.open else Q(pk__in=[])
    chosen = _with_cost(others.filter(by_quantity | _by_cost(entry)))
    chosen = chosen.annotate(applied_entry=Value(entry.pk, output_field=IntegerField()))
    return chosen.select_related("location", "variant").order_by("posting_date", "pk")


def _by_cost(entry: ItemLedgerEntry) -> Q:
    """Returns that have a cost of their own, and issues that are not returned in full; never transfers."""
    if entry.quantity < 0:
        left = -entry.shipped_quantity_not_returned
        free = ItemApplicationEntry.objects.active().filter(
            item_ledger_entry=OuterRef("pk"), inbound_item_entry=OuterRef("pk"), outbound_item_entry=None
        )
        never = (*COST_SOURCES, ItemLedgerEntryType.TRANSFER)
        return Q(Exists(free), quantity__lte=left) & ~Q(entry_type__in=never)
    own = ItemApplicationEntry.objects.active().filter(item_ledger_entry=entry, outbound_item_entry=None).exists()
    if not own or entry.entry_type in COST_SOURCES or entry.entry_type == ItemLedgerEntryType.TRANSFER:
        return Q(pk__in=[])
    return Q(shipped_quantity_not_returned__lte=-entry.quantity)
