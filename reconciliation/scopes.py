"""What a reconciliation looks at: dates, items, places, lots. One condition builds figures, panels and lists alike."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from config.base.expressions import Expression
from inventory.models import ItemCategory


@dataclass(frozen=True)
class Scope:
    """Filters of both sides. Dates are posting dates, both included; None is open.

    Items and locations come as keys (None among the locations is the blank one) or as filter expressions.
    """

    date_from: date | None = None
    date_to: date | None = None
    item_ids: Collection[int] | None = None
    category_id: int | None = None
    location_ids: Collection[int | None] | None = None
    known_at: datetime | None = None
    item: Expression | None = None
    location: Expression | None = None
    lot: Expression | None = None

    @property
    def by_item(self) -> bool:
        """Whether only part of the items or places counts: then the G/L side comes through the relation."""
        parts = (self.item_ids, self.category_id, self.location_ids, self.item, self.location, self.lot)
        return any(part is not None for part in parts)

    @property
    def only_dates(self) -> bool:
        """Whether nothing but dates limits the books, as they are known now."""
        return not self.by_item and self.known_at is None

    def dates_in_sql(self) -> tuple[str, list[date]]:
        """The condition on `posting_date` as SQL, to be added to another one, and its values."""
        bounds = [("posting_date >= %s::date", self.date_from), ("posting_date <= %s::date", self.date_to)]
        given = [(sql, value) for sql, value in bounds if value is not None]
        return "".join(f" AND {sql}" for sql, _value in given), [value for _sql, value in given]

    def dated(self, prefix: str = "") -> Q:
        """The condition on the posting date, and on what was known, of value entries or G/L entries."""
        return Q(
            **{
                f"{prefix}{lookup}": value
                for lookup, value in (
                    ("posting_date__gte", self.date_from),
                    ("posting_date__lte", self.date_to),
                    ("created_at__lte", self.known_at),
                )
                if value is not None
            }
        )

    def items(self, prefix: str = "") -> Q:
        """The condition on what a value entry is about. What is not inventoriable never reaches the ledger."""
        condition = Q(**{f"{prefix}inventoriable": True})
        if self.item_ids is not None:
            item_ids = list(self.item_ids)
            condition &= about_item(prefix, lambda item: Q(**{f"{item}__in": item_ids}))
        if self.category_id is not None:
            categories = subtree(self.category_id)
            condition &= about_item(prefix, lambda item: Q(**{f"{item}__category__in": categories}))
        if self.location_ids is not None:
            condition &= _locations(prefix, self.location_ids)
        if self.item is not None:
            expression = self.item
            condition &= about_item(prefix, lambda item: expression.q(f"{item}__no"))
        if self.location is not None:
            condition &= self.location.q(f"{prefix}location__code")
        if self.lot is not None:
            condition &= self.lot.q(f"{prefix}item_ledger_entry__lot_no")
        return condition

    def value_entries(self, prefix: str = "") -> Q:
        """The condition on the value entries of the matrix."""
        return self.items(prefix) & self.dated(prefix)


def about_item(prefix: str, condition: Callable[[str], Q]) -> Q:
    """A condition on the item of a value entry; capacity has none of its own and counts for the item it produced."""
    capacity = f"{prefix}capacity_ledger_entry"
    goods, made = condition(f"{prefix}item"), condition(f"{capacity}__item")
    return Q(**{f"{capacity}__isnull": True}) & goods | Q(**{f"{capacity}__isnull": False}) & made


def _locations(prefix: str, location_ids: Collection[int | None]) -> Q:
    named = [pk for pk in location_ids if pk is not None]
    condition = Q(**{f"{prefix}location__in": named})
    return condition | Q(**{f"{prefix}location__isnull": True}) if None in location_ids else condition


def subtree(category_id: int) -> list[int]:
    """A category and all below it."""
    children: dict[Any, list[int]] = {}
    for pk, parent_id in ItemCategory.objects.values_list("pk", "parent_id").order_by("pk"):
        children.setdefault(parent_id, []).append(pk)
    found = [category_id]
    for pk in found:
        found += [child for child in children.get(pk, []) if child not in found]
    return found
