"""The tree of item categories: paths, what stands below, and how a category is moved or merged into another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from config.base import changelog
from config.base.errors import DomainError
from inventory.models import CategoryAttribute, Item, ItemCategory, ItemTemplate


@dataclass(frozen=True, slots=True)
class Tree:
    """All categories at once: there are few, and every question about them is then answered without a query."""

    by_id: dict[int, ItemCategory]
    children: dict[int | None, list[ItemCategory]]

    @classmethod
    def load(cls) -> Tree:
        """Read all categories in one query; siblings stand in the order of their codes."""
        rows = list(ItemCategory.objects.order_by("code"))
        children: dict[int | None, list[ItemCategory]] = {}
        for row in rows:
            children.setdefault(row.parent_id, []).append(row)
        return cls({row.pk: row for row in rows}, children)

    def path(self, category_id: int | None) -> list[ItemCategory]:
        """The category and all above it, the top first; empty for none."""
        found: list[ItemCategory] = []
        while category_id is not None:
            found.append(self.by_id[category_id])
            category_id = found[-1].parent_id
        return found[::-1]

    def words(self, category_id: int | None) -> str:
        """The path in words: ``Furniture > Seats``."""
        return " > ".join(row.name or row.code for row in self.path(category_id))

    def with_below(self, category_ids: Iterable[int]) -> set[int]:
        """These categories and everything below them."""
        waiting, found = list(category_ids), set[int]()
        while waiting:
            category_id = waiting.pop()
            if category_id not in found:
                found.add(category_id)
                waiting += [child.pk for child in self.children.get(category_id, ())]
        return found

    def in_order(self) -> list[tuple[ItemCategory, int]]:
        """Every category with its depth (0 at the top), each right before what stands below it."""
        found: list[tuple[ItemCategory, int]] = []
        waiting = [(row, 0) for row in reversed(self.children.get(None, []))]
        while waiting:
            row, depth = waiting.pop()
            found.append((row, depth))
            waiting += [(child, depth + 1) for child in reversed(self.children.get(row.pk, []))]
        return found


def check_parent(category: ItemCategory, parent: ItemCategory | None, *, tree: Tree | None = None) -> None:
    """Refuse a parent that stands below the category: it would have no top. Raises: DomainError."""
    if parent is None or category.pk is None:
        return
    tree = tree or Tree.load()
    if category.pk in {row.pk for row in tree.path(parent.pk)}:
        raise DomainError(
            _("%(parent)s stands below %(code)s. Choose another parent.")
            % {"parent": parent.code, "code": category.code}
        )


def move_category(category: ItemCategory, *, parent: ItemCategory | None, user: Any) -> ItemCategory:
    """Put a category, with all below it, under another one or at the top. Raises: DomainError."""
    with transaction.atomic():
        rows = _lock_all()
        category = rows[category.pk]
        check_parent(category, parent)
        before = changelog.snapshot(category)
        category.parent = parent
        category.save(update_fields=["parent"])
        changelog.record(user, before, changelog.snapshot(category))
    return category


@dataclass(frozen=True, slots=True)
class Merge:
    """What a merge of one category into another would do, or has done."""

    items: int
    sub_categories: int
    attributes: tuple[str, ...]
    """Codes of the attributes that the other category gets."""
    dropped: tuple[str, ...]
    """Codes of the attributes that the other category has already: its own default stays."""


def plan_merge(source: ItemCategory, into: ItemCategory) -> Merge:
    """What `merge_category` would do. Raises: DomainError."""
    if source.pk == into.pk:
        raise DomainError(_("%(code)s cannot be merged into itself. Choose another category.") % {"code": source.code})
    if source.pk in {row.pk for row in Tree.load().path(into.pk)}:
        raise DomainError(
            _("%(into)s stands below %(code)s. Move it out first, or merge the other way round.")
            % {"into": into.code, "code": source.code}
        )
    there = set(into.attributes.values_list("attribute_id", flat=True))
    own = list(source.attributes.select_related("attribute").order_by("attribute__code"))
    return Merge(
        items=Item.objects.filter(category=source).count(),
        sub_categories=ItemCategory.objects.filter(parent=source).count(),
        attributes=tuple(row.attribute.code for row in own if row.attribute_id not in there),
        dropped=tuple(row.attribute.code for row in own if row.attribute_id in there),
    )


def merge_category(source: ItemCategory, *, into: ItemCategory, user: Any) -> Merge:
    """Give a category's items, sub-categories and attributes to another one, and delete it. Raises: DomainError."""
    with transaction.atomic():
        rows = _lock_all()
        if source.pk not in rows or into.pk not in rows:
            raise DomainError(_("The category is no longer there. Look at the list again."))
        plan = plan_merge(source, into)
        reason = _("%(code)s was merged into %(into)s") % {"code": source.code, "into": into.code}
        _give_items(source, into, user=user, reason=reason)
        ItemTemplate.objects.filter(category=source).update(category=into)
        ItemCategory.objects.filter(parent=source).update(parent=into)
        CategoryAttribute.objects.filter(category=source, attribute__code__in=plan.attributes).update(category=into)
        before = changelog.snapshot(source)
        source.delete()
        changelog.record(user, before, None, reason)
    return plan


def save_attribute(row: CategoryAttribute, *, user: Any) -> CategoryAttribute:
    """Store what a category hands down, with an entry in the change log of the category."""
    with transaction.atomic():
        stored = CategoryAttribute.objects.filter(pk=row.pk).select_related("attribute").first()
        before = {f"attribute {stored.attribute.code}": stored.value} if stored else {}
        row.save()
        after = {f"attribute {row.attribute.code}": row.value}
        category = row.category
        changelog.record(user, changelog.words(category, before), changelog.words(category, after))
    return row


def delete_attribute(row: CategoryAttribute, *, user: Any) -> None:
    """Take away what a category hands down. Values that items have of their own stay."""
    with transaction.atomic():
        before = changelog.words(row.category, {f"attribute {row.attribute.code}": row.value})
        category = row.category
        row.delete()
        changelog.record(user, before, changelog.words(category, {}))


def _give_items(source: ItemCategory, into: ItemCategory, *, user: Any, reason: str) -> None:
    items = list(Item.objects.filter(category=source).order_by("pk").select_for_update(no_key=True))
    before = [changelog.snapshot(item) for item in items]
    Item.objects.filter(pk__in=[item.pk for item in items]).update(category=into, updated_at=Now())
    for item in items:
        item.category_id = into.pk
    changelog.record_many(user, zip(before, map(changelog.snapshot, items), strict=True), reason)


def _lock_all() -> dict[int, ItemCategory]:
    """Lock every category: two moves at once could close a circle that neither of them sees."""
    return {row.pk: row for row in ItemCategory.objects.order_by("pk").select_for_update(no_key=True)}
