"""Attributes of items: reading typed values, what an item inherits, finding items by value.

The default of a category is looked up when it is asked for, never copied to items: whoever changes a default or moves a
category sees it on every item at once. There are few categories, so the question "which items are red" becomes: those
whose own value is red, and those without a value of their own in a category whose default is red.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base import changelog
from config.base.formatting import current_region, format_date, format_number
from config.base.parsing import NotReadable, parse_date, parse_number
from inventory.categories import Tree
from inventory.enums import AttributeType
from inventory.models import CategoryAttribute, Item, ItemAttribute, ItemAttributeOption, ItemAttributeValue

NUMBER_LIMIT = Decimal(10) ** 13
PLACES = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class Typed:
    """A value as it is stored: its text, and the column of its type."""

    value: str = ""
    option: ItemAttributeOption | None = None
    value_number: Decimal | None = None
    value_date: date | None = None

    def put(self, row: Any) -> None:
        """Write it to a row that has the columns of `TypedValue`."""
        row.value, row.option = self.value, self.option
        row.value_number, row.value_date = self.value_number, self.value_date


def read_value(attribute: ItemAttribute, text: str) -> Typed:
    """Read what was typed, in the user's region. Raises: ValidationError, naming the attribute and the cure."""
    text = text.strip()
    if not text:
        return Typed()
    if attribute.value_type == AttributeType.OPTION:
        return _read_option(attribute, text)
    if attribute.value_type == AttributeType.DATE:
        return _read_date(attribute, text)
    if attribute.is_number:
        return _read_number(attribute, text)
    return Typed(text)


def _read_option(attribute: ItemAttribute, text: str) -> Typed:
    options = list(attribute.options.order_by("position", "pk"))
    for option in options:
        if text.casefold() in {name.casefold() for name in (option.name, option.name_nb, option.name_da) if name}:
            if option.blocked:
                raise ValidationError(_("%(name)s is blocked. Choose another one.") % {"name": option.display_name})
            return Typed(option.name, option=option)
    names = ", ".join(option.display_name for option in options if not option.blocked)
    raise ValidationError(
        _("“%(text)s” is no value of %(attribute)s. Choose one of: %(names)s.")
        % {"text": text, "attribute": attribute.code, "names": names or "-"}
    )


def _read_number(attribute: ItemAttribute, text: str) -> Typed:
    try:
        number = parse_number(text, current_region())
    except NotReadable as error:
        raise ValidationError(str(error)) from error
    if abs(number) >= NUMBER_LIMIT:
        raise ValidationError(_("%(attribute)s has at most 13 digits.") % {"attribute": attribute.code})
    if number != number.quantize(PLACES):
        raise ValidationError(_("%(attribute)s has at most five decimals.") % {"attribute": attribute.code})
    if attribute.value_type == AttributeType.INTEGER and number != int(number):
        raise ValidationError(
            _("%(attribute)s is a whole number: write for example %(number)s.")
            % {"attribute": attribute.code, "number": int(number)}
        )
    plain = format(number.quantize(PLACES), "f").rstrip("0").rstrip(".")
    return Typed(plain, value_number=number)


def _read_date(attribute: ItemAttribute, text: str) -> Typed:
    try:
        day = parse_date(text, today=timezone.localdate())
    except NotReadable as error:
        raise ValidationError(f"{attribute.code}: {error}") from error
    return Typed(day.isoformat(), value_date=day)


def typed_text(row: Any) -> str:
    """A stored value as it can be typed again, in the user's region and language."""
    if row.option_id:
        return str(row.option.display_name)
    if row.value_number is not None:
        number = format(Decimal(row.value_number), "f")
        plain = number.rstrip("0").rstrip(".") if "." in number else number
        return plain.replace(".", current_region().decimal)
    return format_date(row.value_date) if row.value_date else row.value


def shown_text(row: Any) -> str:
    """A stored value in words, with the unit of its attribute."""
    if row.value_number is not None:
        unit = row.attribute.unit
        return f"{format_number(Decimal(row.value_number), 'quantity')} {unit}".strip()
    return format_date(row.value_date) if row.value_date else str(row.shown)


@dataclass(frozen=True, slots=True)
class Effective:
    """A value that an item has: its own, or the default of the category that hands it down."""

    attribute: ItemAttribute
    row: ItemAttributeValue | CategoryAttribute | None
    inherited_from: str = ""
    """The code of the category, blank for a value of the item's own."""

    @property
    def is_own(self) -> bool:
        return isinstance(self.row, ItemAttributeValue)


def attributes_of_category(tree: Tree, category_id: int | None) -> list[CategoryAttribute]:
    """What a category hands down: its own attributes and those from above, the nearest default of each.

    One query. A nearer row without a default does not hide a default from above.
    """
    path = {row.pk: depth for depth, row in enumerate(tree.path(category_id))}
    rows = CategoryAttribute.objects.filter(category__in=path).select_related("attribute", "option", "category")
    nearest: dict[int, CategoryAttribute] = {}
    for row in sorted(rows, key=lambda row: path[row.category_id]):
        if row.value or row.attribute_id not in nearest:
            nearest[row.attribute_id] = row
    return sorted(nearest.values(), key=lambda row: row.attribute.code)


def attributes_of_item(item: Item, *, tree: Tree | None = None) -> list[Effective]:
    """Every attribute of an item, by code: its own values, and what it inherits. Three queries at most."""
    own = {
        row.attribute_id: Effective(row.attribute, row)
        for row in ItemAttributeValue.objects.filter(item=item).select_related("attribute", "option")
    }
    inherited = attributes_of_category(tree or Tree.load(), item.category_id) if item.category_id else []
    handed_down = {
        row.attribute_id: Effective(row.attribute, row if row.value else None, row.category.code) for row in inherited
    }
    return sorted((handed_down | own).values(), key=lambda found: found.attribute.code)


def having(attribute: ItemAttribute, condition: Q, *, tree: Tree | None = None) -> Q:
    """The condition on items whose value of an attribute, own or inherited, meets a condition on `TypedValue` rows.

    Two queries at most, whatever the number of items.
    """
    own = ItemAttributeValue.objects.filter(attribute=attribute)
    found = Q(pk__in=own.filter(condition).values("item"))
    defaults = CategoryAttribute.objects.filter(attribute=attribute).exclude(value="")
    by_category = dict(defaults.values_list("category_id", "pk"))
    if not by_category:
        return found
    meeting = set(defaults.filter(condition).values_list("pk", flat=True))
    tree = tree or Tree.load()
    categories = [pk for pk in tree.by_id if _nearest(tree, pk, by_category) in meeting]
    return found | (Q(category__in=categories) & ~Q(pk__in=own.values("item")))


def _nearest(tree: Tree, category_id: int, by_category: dict[int, int]) -> int | None:
    """The row that gives a category its default: its own, or that of the nearest category above."""
    above = (by_category.get(row.pk) for row in reversed(tree.path(category_id)))
    return next((pk for pk in above if pk is not None), None)


def active_attributes() -> list[ItemAttribute]:
    """The attributes in use, by code, with their options: two queries."""
    return list(ItemAttribute.objects.filter(blocked=False).prefetch_related("options").order_by("code"))


def change_value_type(attribute: ItemAttribute, to: str) -> None:
    """Refuse another type once values exist. Raises: ValidationError."""
    counts = [rows.objects.filter(attribute=attribute).count() for rows in (ItemAttributeValue, CategoryAttribute)]
    if sum(counts) and to != attribute.value_type:
        raise ValidationError(
            _("%(code)s has %(count)s values of the present type: make a new attribute instead.")
            % {"code": attribute.code, "count": sum(counts)}
        )


def rename_option(option: ItemAttributeOption) -> None:
    """Bring the text of all values of a renamed option in line; inside the caller's transaction."""
    for model in (ItemAttributeValue, CategoryAttribute):
        model.objects.filter(option=option).exclude(value=option.name).update(value=option.name)


def used_options(options: Iterable[ItemAttributeOption]) -> set[int]:
    """The options that some value has."""
    ids = [option.pk for option in options]
    found: set[int] = set()
    for model in (ItemAttributeValue, CategoryAttribute):
        found |= set(model.objects.filter(option__in=ids).values_list("option_id", flat=True))
    return found


def save_values(item: Item, values: dict[int, Typed], *, user: Any) -> int:
    """Give an item values of its own by attribute id; a blank one is taken away. Returns how many changed.

    What changed stands in the change log of the item, by attribute code.
    """
    with transaction.atomic():
        list(Item.objects.filter(pk=item.pk).select_for_update(no_key=True).values_list("pk"))
        own = {row.attribute_id: row for row in ItemAttributeValue.objects.filter(item=item)}
        changed = {pk: typed for pk, typed in values.items() if typed.value != (own[pk].value if pk in own else "")}
        codes = dict(ItemAttribute.objects.filter(pk__in=changed).values_list("pk", "code"))
        before = {f"attribute {codes[pk]}": own[pk].value if pk in own else "" for pk in changed}
        after = {f"attribute {codes[pk]}": typed.value for pk, typed in changed.items()}
        ItemAttributeValue.objects.filter(item=item, attribute__in=changed).delete()
        rows = [ItemAttributeValue(item=item, attribute_id=pk) for pk, typed in changed.items() if typed.value]
        for row in rows:
            changed[row.attribute_id].put(row)
        ItemAttributeValue.objects.bulk_create(rows)
        changelog.record(user, changelog.words(item, before), changelog.words(item, after))
    return len(changed)
