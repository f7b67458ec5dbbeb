"""Changing many item cards at once: what would change is planned first, and the very same plan is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from config.base import changelog
from inventory import attributes
from inventory.attributes import Typed
from inventory.models import Item, ItemAttribute, ItemAttributeValue

FIELDS = (
    "category",
    "vendor",
    "gen_prod_posting_group",
    "inventory_posting_group",
    "shelf_no",
    "counting_period",
    "unit_price",
    "reorder_point",
    "blocked",
    "sales_blocked",
    "purchasing_blocked",
)
CLEARABLE = ("category", "vendor", "shelf_no", "counting_period")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What all chosen items get: columns by name, and perhaps a value of one attribute (blank text: no own value)."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    attribute: ItemAttribute | None = None
    value: Typed = field(default_factory=Typed)

    @property
    def is_empty(self) -> bool:
        return not self.columns and self.attribute is None


@dataclass(frozen=True, slots=True)
class Change:
    """One value of one item that changes, as people read it."""

    item_no: str
    description: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """What changes, and how many of the chosen items have all wanted values already."""

    changes: list[Change]
    changed_ids: list[int]
    unchanged: int


def plan_changes(items: QuerySet[Item], wanted: Wanted) -> Plan:
    """What `apply_changes` would do, in three queries."""
    chosen = list(items.select_related(*_relations(wanted)).order_by("no"))
    own = _own_values(chosen, wanted.attribute)
    changes: list[Change] = []
    changed_ids = []
    for item in chosen:
        found = [*_column_changes(item, wanted.columns), *_attribute_change(item, own.get(item.pk), wanted)]
        changes += found
        if found:
            changed_ids.append(item.pk)
    return Plan(changes, changed_ids, len(chosen) - len(changed_ids))


def apply_changes(items: QuerySet[Item], wanted: Wanted, *, user: Any, reason: str = "") -> Plan:
    """Give all chosen items the wanted values, each with an entry in the change log; all or none."""
    with transaction.atomic():
        locked = Item.objects.filter(pk__in=items.order_by().values("pk"))
        list(locked.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        plan = plan_changes(locked, wanted)
        changed = list(Item.objects.filter(pk__in=plan.changed_ids).order_by("no"))
        before = [changelog.snapshot(item) for item in changed]
        if wanted.columns:
            Item.objects.filter(pk__in=plan.changed_ids).update(**wanted.columns, updated_at=Now())
            for item in changed:
                for name, value in wanted.columns.items():
                    setattr(item, name, value)
        after = [changelog.snapshot(item) for item in changed]
        changelog.record_many(user, zip(before, after, strict=True), reason, origin="bulk edit")
        if wanted.attribute is not None:
            _store_attribute(changed, wanted, user=user, reason=reason)
    return plan


def _relations(wanted: Wanted) -> list[str]:
    return [name for name in wanted.columns if Item._meta.get_field(name).is_relation] or ["base_unit_of_measure"]


def _column_changes(item: Item, columns: Mapping[str, Any]) -> Iterable[Change]:
    for name, after in columns.items():
        before = getattr(item, name)
        if before != after:
            label = capfirst(str(getattr(Item._meta.get_field(name), "verbose_name", name)))
            yield Change(item.no, item.description, label, _word(before), _word(after))


def _attribute_change(item: Item, own: ItemAttributeValue | None, wanted: Wanted) -> Iterable[Change]:
    attribute, before = wanted.attribute, own.value if own else ""
    if attribute is not None and before != wanted.value.value:
        row = ItemAttributeValue(attribute=attribute, item=item)
        wanted.value.put(row)
        yield Change(
            item.no,
            item.description,
            attribute.display_name,
            attributes.shown_text(own) if own else "",
            attributes.shown_text(row),
        )


def _own_values(items: list[Item], attribute: ItemAttribute | None) -> dict[int, ItemAttributeValue]:
    if attribute is None:
        return {}
    rows = ItemAttributeValue.objects.filter(attribute=attribute, item__in=[item.pk for item in items])
    return {row.item_id: row for row in rows.select_related("attribute", "option")}


def _store_attribute(items: list[Item], wanted: Wanted, *, user: Any, reason: str) -> None:
    attribute = wanted.attribute
    assert attribute is not None
    own = _own_values(items, attribute)
    ItemAttributeValue.objects.filter(pk__in=[row.pk for row in own.values()]).delete()
    if wanted.value.value:
        rows = [ItemAttributeValue(item=item, attribute=attribute) for item in items]
        for row in rows:
            wanted.value.put(row)
        ItemAttributeValue.objects.bulk_create(rows, batch_size=1000)
    label = f"attribute {attribute.code}"
    changes = [
        (
            changelog.words(item, {label: own[item.pk].value if item.pk in own else ""}),
            changelog.words(item, {label: wanted.value.value}),
        )
        for item in items
    ]
    changelog.record_many(user, changes, reason, origin="bulk edit")


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else value
