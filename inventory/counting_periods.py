"""Which items are to be counted when: each item with a counting period is due again some days after its last count.

Tiny example: four counts a year are 365 / 4 = 91 days apart (whole days). Counted on 2 January, due on 3 April. An item
that was never counted is due at once. Source: inventory-how-count-adjust-reclassify.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import DateField, ExpressionWrapper, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.translation import gettext as _

from config.base.errors import DomainError
from inventory import counts
from inventory.enums import ItemType
from inventory.models import Count, Item, PhysicalInventoryLedgerEntry

DAYS_OF_A_YEAR = 365


def planned_items(places: Q | None = None) -> QuerySet[Any]:
    """Items with a counting period, with `last_counted` (None: never) and `next_count` (None: at once).

    places: a condition on entries, `location__code="OSLO"`; only what was counted there is looked at.
    """
    items = Item.objects.filter(counting_period__isnull=False, type=ItemType.INVENTORY, blocked=False)
    return with_counts(items, places)


def with_counts(items: QuerySet[Any], places: Q | None = None) -> QuerySet[Any]:
    """The items with `last_counted` and `next_count`, at the places that are meant."""
    entries = PhysicalInventoryLedgerEntry.objects.filter(places or Q(), item=OuterRef("pk")).order_by().values("item")
    last = entries.annotate(last=Max("posting_date")).values("last")
    return items.annotate(last_counted=Subquery(last, output_field=DateField())).annotate(
        next_count=ExpressionWrapper(
            F("last_counted") + Value(DAYS_OF_A_YEAR) / F("counting_period__times_per_year"), output_field=DateField()
        )
    )


def due_items(on: date, places: Q | None = None) -> QuerySet[Any]:
    """Those whose next count is on the date or before."""
    return planned_items(places).filter(Q(next_count__isnull=True) | Q(next_count__lte=on))


def count_due_items(count: Count, *, due_on: date, user_id: int | None) -> Count:
    """Make a count of what is due, also where the books say 0 by now. Raises: DomainError where nothing is.

    For a count of one location that is what was not counted there in time, wherever else it was.
    """
    places = Q(location=count.location_id) if count.location_id is not None else None
    due = Item.objects.filter(pk__in=due_items(due_on, places).order_by().values("pk"))
    if not due.exists():
        raise DomainError(_("Nothing is due by %(date)s. Choose a later date.") % {"date": due_on})
    return counts.create_count(count, user_id=user_id, scope=counts.CountScope(items=due, with_zero=True))
