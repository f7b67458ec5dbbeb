"""What items are described by: attributes with typed values, and those that categories hand down.

An item has the attributes of its category and of all categories above it. A value of its own wins; without one it has
the default of the nearest category that gives one.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.base.fields import QuantityField
from inventory.enums import AttributeType
from inventory.models.master import CodedModel, Item, ItemCategory


def name_in_language(record: Any) -> str:
    """The name of a record that has `name`, `name_nb` and `name_da`, in the language of the page."""
    language = (get_language() or "").split("-")[0]
    return getattr(record, f"name_{language}", "") or record.name


class ItemAttribute(CodedModel):
    """Something that items are described by: colour, width, shelf life."""

    name_nb = models.CharField(_("name in Norwegian"), max_length=100, blank=True, default="", db_default="")
    name_da = models.CharField(_("name in Danish"), max_length=100, blank=True, default="", db_default="")
    value_type = models.CharField(_("value type"), max_length=10, choices=AttributeType, default=AttributeType.TEXT)
    unit = models.CharField(
        _("unit"), max_length=20, blank=True, default="", db_default="", help_text=_("Of numbers: cm, kg, months.")
    )
    blocked = models.BooleanField(_("blocked"), default=False, db_default=False)

    class Meta:
        verbose_name = _("item attribute")
        verbose_name_plural = _("item attributes")

    @property
    def display_name(self) -> str:
        """The name in the language of the page, with the unit; the code where there is no name."""
        name = name_in_language(self) or self.code
        return f"{name} ({self.unit})" if self.unit else name

    @property
    def is_number(self) -> bool:
        return self.value_type in (AttributeType.INTEGER, AttributeType.DECIMAL)


class ItemAttributeOption(models.Model):
    """One of the values that an option attribute may have."""

    attribute = models.ForeignKey(ItemAttribute, models.CASCADE, related_name="options", verbose_name=_("attribute"))
    name = models.CharField(_("name"), max_length=100)
    name_nb = models.CharField(_("name in Norwegian"), max_length=100, blank=True, default="")
    name_da = models.CharField(_("name in Danish"), max_length=100, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    blocked = models.BooleanField(_("blocked"), default=False)

    class Meta:
        verbose_name = _("attribute option")
        verbose_name_plural = _("attribute options")
        constraints = [models.UniqueConstraint(fields=["attribute", "name"], name="item_attribute_option_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        return name_in_language(self)


class TypedValue(models.Model):
    """A value of an attribute. `value` is its text (ISO date, number with a dot); the typed columns are for finding."""

    attribute = models.ForeignKey(ItemAttribute, models.PROTECT, verbose_name=_("attribute"))
    value = models.CharField(_("value"), max_length=200)
    option = models.ForeignKey(ItemAttributeOption, models.PROTECT, null=True, blank=True, verbose_name=_("option"))
    value_number = QuantityField(_("number"), null=True, blank=True)
    value_date = models.DateField(_("date"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.value

    @property
    def shown(self) -> Any:
        """The value as people read it: the option in the language of the page, a number, a date, or the text."""
        if self.option_id and self.option:
            return self.option.display_name
        if self.value_number is not None:
            return Decimal(self.value_number)
        return self.value_date or self.value

    @property
    def kind(self) -> str:
        """How a page shows it (`config.base.pages.Field.kind`)."""
        if self.value_number is not None:
            return "quantity"
        return "date" if self.value_date else "text"


def one_type(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(option__isnull=True, value_number__isnull=True)
        | Q(option__isnull=True, value_date__isnull=True)
        | Q(value_number__isnull=True, value_date__isnull=True),
    )


class ItemAttributeValue(TypedValue):
    """An item's own value of an attribute."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="attribute_values", verbose_name=_("item"))

    class Meta:
        verbose_name = _("item attribute value")
        verbose_name_plural = _("item attribute values")
        constraints = [
            models.UniqueConstraint(fields=["item", "attribute"], name="item_attribute_unique"),
            one_type("item_attribute_value_one_type"),
        ]
        indexes = [models.Index(fields=["attribute", "value_number"], name="item_attribute_number")]


class CategoryAttribute(TypedValue):
    """An attribute that the items of a category and of its sub-categories have; `value` blank: no default."""

    category = models.ForeignKey(
        ItemCategory, models.CASCADE, related_name="attributes", verbose_name=_("item category")
    )
    value = models.CharField(_("default value"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("attribute of a category")
        verbose_name_plural = _("attributes of categories")
        constraints = [
            models.UniqueConstraint(fields=["category", "attribute"], name="category_attribute_unique"),
            one_type("category_attribute_one_type"),
        ]

    @property
    def attribute_name(self) -> str:
        return self.attribute.display_name

    @property
    def attribute_type(self) -> str:
        return self.attribute.get_value_type_display()
