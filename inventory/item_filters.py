"""Filters of items and what describes them. A category means all below it; an attribute value may be inherited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.base.expressions import Expression, Term
from config.base.filters import ChoiceFilter, DateFilter, FilterSet, NumberFilter, TextFilter, YesNoFilter
from inventory import attributes
from inventory.categories import Tree
from inventory.enums import AttributeType, CostingMethod, ItemType, Symbology
from inventory.models import (
    Barcode,
    CatalogueItem,
    Item,
    ItemAttribute,
    ItemCategory,
    ItemReference,
    ItemTemplate,
    StockkeepingUnit,
    UnitOfMeasure,
    Variant,
)

ATTRIBUTE_PREFIX = "attr."
"""Filters and columns of attributes are named by it: `?attr.COLOUR=Red`."""


class CategoryFilter(TextFilter):
    """Categories by their codes, each with all that stands below it; ``<>X`` leaves out X and all below."""

    def filter(self, qs: QuerySet[Any], value: Expression | None) -> QuerySet[Any]:
        """Keep rows of the categories."""
        if not value:
            return qs
        tree, path = Tree.load(), self.field_name or "category"
        whole = Q()
        for terms in value.alternatives:
            part = Q()
            for term in terms:
                condition = self._condition(term, tree, path)
                part &= ~condition if term.negated else condition
            whole |= part
        return qs.filter(whole)

    def _condition(self, term: Term, tree: Tree, path: str) -> Q:
        if term.operator == "blank":
            return Q(**{f"{path}__isnull": True})
        plain = Expression("", ((replace(term, negated=False),),))
        found = ItemCategory.objects.filter(plain.q("code")).values_list("pk", flat=True)
        return Q(**{f"{path}__in": tree.with_below(found)})


class _ValueOf:
    """What the filters of an attribute share: items by a condition on the values that they have or inherit."""

    attribute: ItemAttribute

    def having(self, qs: QuerySet[Any], condition: Q) -> QuerySet[Any]:
        return qs.filter(attributes.having(self.attribute, condition))

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        if isinstance(value, Expression) and value.text.strip() in ("''", "<>''"):
            has_any = attributes.having(self.attribute, Q())
            return qs.filter(has_any if value.text.strip().startswith("<>") else ~has_any)
        return self.having(qs, self.condition(value))

    def condition(self, value: Any) -> Q:
        column = COLUMNS.get(self.attribute.value_type, "value")
        return value.q(column, exact="iexact" if column == "value" else "exact")


COLUMNS = {
    AttributeType.INTEGER.value: "value_number",
    AttributeType.DECIMAL.value: "value_number",
    AttributeType.DATE.value: "value_date",
}


class _TextValueFilter(_ValueOf, TextFilter):
    pass


class _NumberValueFilter(_ValueOf, NumberFilter):
    pass


class _DateValueFilter(_ValueOf, DateFilter):
    pass


class _OptionValueFilter(_ValueOf, ChoiceFilter):
    def condition(self, value: Sequence[str]) -> Q:
        return Q(option__name__in=list(value))


BY_TYPE: dict[str, type[Any]] = {
    AttributeType.INTEGER.value: _NumberValueFilter,
    AttributeType.DECIMAL.value: _NumberValueFilter,
    AttributeType.DATE.value: _DateValueFilter,
}


def attribute_filter(attribute: ItemAttribute) -> Any:
    """The filter of an attribute, by the type of its values."""
    if attribute.value_type == AttributeType.OPTION:
        options = sorted(attribute.options.all(), key=lambda option: (option.position, option.pk))
        choices = [(option.name, option.display_name) for option in options]
        made = _OptionValueFilter(choices=choices, label=attribute.display_name)
    else:
        made = BY_TYPE.get(attribute.value_type, _TextValueFilter)(label=attribute.display_name)
    made.attribute = attribute
    return made


class ItemFilter(FilterSet):
    no = TextFilter(label=_("No."))
    description = TextFilter(label=_("Description"), lookup="icontains")
    category = CategoryFilter("category", label=_("Category"))
    own_category = TextFilter("category__code", label=_("Category without those below"))
    type = ChoiceFilter(choices=ItemType.choices, label=_("Type"))
    costing_method = ChoiceFilter(
        "item_model_group__costing_method", choices=CostingMethod.choices, label=_("Costing method")
    )
    item_model_group = TextFilter("item_model_group__code", label=_("Item model group"))
    inventory_posting_group = TextFilter("inventory_posting_group__code", label=_("Inventory posting group"))
    vendor = TextFilter("vendor__no", label=_("Vendor"))
    on_hand = NumberFilter(label=_("On hand"))
    available = NumberFilter(label=_("Available"))
    unit_cost = NumberFilter(label=_("Unit cost"))
    unit_price = NumberFilter(label=_("Unit price"))
    gtin = TextFilter(label=_("GTIN"))
    code = TextFilter(label=_("Barcode or reference"), method="filter_code")
    blocked = YesNoFilter(label=_("Blocked"))

    search_fields = ("no", "description", "gtin")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for attribute in attributes.active_attributes():
            name = f"{ATTRIBUTE_PREFIX}{attribute.code}"
            made = attribute_filter(attribute)
            made.field_name, made.parent, made.model = name, self, Item
            self.filters[name] = made

    def filter_code(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Items that a barcode or a reference names; by subqueries, so that no item appears twice."""
        if not value:
            return queryset
        barcodes = Barcode.objects.filter(value.q("code"), item=OuterRef("pk"))
        references = ItemReference.objects.filter(value.q("reference_no"), item=OuterRef("pk"))
        return queryset.filter(Exists(barcodes) | Exists(references) | value.q("gtin"))

    class Meta:
        model = Item
        fields: ClassVar[list[str]] = []


class StockFilter(FilterSet):
    """Items of the availability list."""

    no = TextFilter(label=_("No."))
    description = TextFilter(label=_("Description"), lookup="icontains")
    category = CategoryFilter("category", label=_("Category"))
    on_hand = NumberFilter(label=_("On hand"))

    search_fields = ("no", "description", "gtin")

    class Meta:
        model = Item
        fields: ClassVar[list[str]] = []


class ItemCategoryFilter(FilterSet):
    code = TextFilter(label=_("Code"))
    name = TextFilter(label=_("Name"), lookup="icontains")
    parent = TextFilter("parent__code", label=_("Parent category"))

    search_fields = ("code", "name")

    class Meta:
        model = ItemCategory
        fields: ClassVar[list[str]] = []


class UnitOfMeasureFilter(FilterSet):
    code = TextFilter(label=_("Code"))
    name = TextFilter(label=_("Name"), lookup="icontains")

    search_fields = ("code", "name")

    class Meta:
        model = UnitOfMeasure
        fields: ClassVar[list[str]] = []


class ItemAttributeFilter(FilterSet):
    code = TextFilter(label=_("Code"))
    name = TextFilter(label=_("Name"), lookup="icontains")
    value_type = ChoiceFilter(choices=AttributeType.choices, label=_("Value type"))
    blocked = YesNoFilter(label=_("Blocked"))

    search_fields = ("code", "name", "name_nb", "name_da")

    class Meta:
        model = ItemAttribute
        fields: ClassVar[list[str]] = []


class ItemTemplateFilter(FilterSet):
    code = TextFilter(label=_("Code"))
    name = TextFilter(label=_("Name"), lookup="icontains")

    search_fields = ("code", "name")

    class Meta:
        model = ItemTemplate
        fields: ClassVar[list[str]] = []


class VariantFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    code = TextFilter(label=_("Code"))
    description = TextFilter(label=_("Description"), lookup="icontains")
    blocked = YesNoFilter(label=_("Blocked"))

    search_fields = ("code", "description", "item__no", "item__description")

    class Meta:
        model = Variant
        fields: ClassVar[list[str]] = []


class BarcodeFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    code = TextFilter(label=_("Code"))
    symbology = ChoiceFilter(choices=Symbology.choices, label=_("Symbology"))
    unit_of_measure = TextFilter("unit_of_measure__code", label=_("Unit"))

    search_fields = ("code", "item__no", "item__description")

    class Meta:
        model = Barcode
        fields: ClassVar[list[str]] = []


class ItemReferenceFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    reference_no = TextFilter(label=_("Reference no."))
    vendor = TextFilter("vendor__no", label=_("Vendor"))
    customer = TextFilter("customer__no", label=_("Customer"))

    search_fields = ("reference_no", "description", "item__no", "item__description")

    class Meta:
        model = ItemReference
        fields: ClassVar[list[str]] = []


class StockkeepingUnitFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    location = TextFilter("location__code", label=_("Location"))
    variant = TextFilter("variant__code", label=_("Variant"))
    on_hand = NumberFilter(label=_("On hand"))
    unit_cost = NumberFilter(label=_("Unit cost"))
    standard_cost = NumberFilter(label=_("Standard cost"))

    search_fields = ("item__no", "item__description", "location__code")

    class Meta:
        model = StockkeepingUnit
        fields: ClassVar[list[str]] = []


class CatalogueItemFilter(FilterSet):
    vendor = TextFilter("vendor__no", label=_("Vendor"))
    vendor_item_no = TextFilter(label=_("Vendor item no."))
    description = TextFilter(label=_("Description"), lookup="icontains")
    item = TextFilter("item__no", label=_("Item"))
    is_item = YesNoFilter(label=_("Made an item"), method="filter_is_item")
    unit_price = NumberFilter(label=_("Published cost"))

    search_fields = ("vendor_item_no", "description", "gtin", "vendor__no", "vendor__name")

    def filter_is_item(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        return queryset if value is None else queryset.filter(item__isnull=not value)

    class Meta:
        model = CatalogueItem
        fields: ClassVar[list[str]] = []
