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


def planned_items() -> QuerySet[Any]:
    """Items with a counting period, with `last_counted` (None: never) and `next_count` (None: at once)."""
    entries = PhysicalInventoryLedgerEntry.objects.filter(item=OuterRef("pk")).order_by().values("item")
    last = entries.annotate(last=Max("posting_date")).values("last")
    items = Item.objects.filter(counting_period__isnull=False, type=ItemType.INVENTORY, blocked=False)
    return items.annotate(last_counted=Subquery(last, output_field=DateField())).annotate(
        next_count=ExpressionWrapper(
            F("last_counted") + Value(DAYS_OF_A_YEAR) / F("counting_period__times_per_year"), output_field=DateField()
        )
    )


def due_items(on: date) -> QuerySet[Any]:
    """Those whose next count is on the date or before."""
    return planned_items().filter(Q(next_count__isnull=True) | Q(next_count__lte=on))


def count_due_items(count: Count, *, due_on: date, user_id: int | None) -> Count:
    """Make a count of what is due, also where the books say 0 by now. Raises: DomainError where nothing is."""
    due = Item.objects.filter(pk__in=due_items(due_on).order_by().values("pk"))
    if not due.exists():
        raise DomainError(_("Nothing is due by %(date)s. Choose a later date.") % {"date": due_on})
    return counts.create_count(count, user_id=user_id, scope=counts.CountScope(items=due, with_zero=True))
