"""Filters of price list lines."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.base.filters import DateFilter, FilterSet, NumberFilter, TextFilter, YesNoFilter
from config.base.preferences import today_of
from inventory import line_prices
from inventory.item_filters import CategoryFilter
from inventory.models import PriceListLine


class PriceListLineFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    description = TextFilter("item__description", label=_("Description"), lookup="icontains")
    category = CategoryFilter("category", label=_("Item category"))
    variant = TextFilter("variant__code", label=_("Variant"))
    unit_of_measure = TextFilter("unit_of_measure__code", label=_("Unit"))
    minimum_quantity = NumberFilter(label=_("Minimum quantity"))
    starting_date = DateFilter(label=_("Starting date"))
    ending_date = DateFilter(label=_("Ending date"))
    in_force = YesNoFilter(label=_("In force today"), method="filter_in_force")
    unit_amount = NumberFilter(label=_("Unit price"))
    line_discount_percent = NumberFilter(label=_("Line discount %"))
    blocked = YesNoFilter(label=_("Blocked"))

    search_fields: ClassVar[tuple[str, ...]] = ("item__no", "item__description", "category__code", "category__name")

    def filter_in_force(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        """Lines that are not blocked and whose dates include today; or the others."""
        if value is None:
            return queryset
        today = today_of(self.request) if self.request is not None else timezone.localdate()
        holding = PriceListLine.objects.filter(line_prices.holds_on(today), blocked=False).values("pk")
        return queryset.filter(pk__in=holding) if value else queryset.exclude(pk__in=holding)

    class Meta:
        model = PriceListLine
        fields: ClassVar[list[str]] = []


class SalesPriceFilter(PriceListLineFilter):
    customer = TextFilter("customer__no", label=_("Customer"))

    search_fields: ClassVar[tuple[str, ...]] = (*PriceListLineFilter.search_fields, "customer__no", "customer__name")

    class Meta:
        model = PriceListLine
        fields: ClassVar[list[str]] = []


class PurchasePriceFilter(PriceListLineFilter):
    vendor = TextFilter("vendor__no", label=_("Vendor"))

    search_fields: ClassVar[tuple[str, ...]] = (*PriceListLineFilter.search_fields, "vendor__no", "vendor__name")

    class Meta:
        model = PriceListLine
        fields: ClassVar[list[str]] = []
