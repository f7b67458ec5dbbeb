"""Filters of the lists of cost adjustment: what is unadjusted, and what a preview would post."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.base.filters import ChoiceFilter, DateFilter, FilterSet, NumberFilter, TextFilter, YesNoFilter
from costing.enums import RunState, ValueEntryType, VarianceType
from costing.filters import CostStatusFilter, RunItemFilter
from costing.models import AdjustmentPlanLine, AvgCostAdjmtEntryPoint, InventoryAdjmtEntryOrder
from inventory.enums import CostingMethod, OrderType

NO_FIELDS: list[str] = []


class StatusFilter(CostStatusFilter):
    failed = YesNoFilter(label=_("Failed"), method="filter_failed")
    point_count = NumberFilter(label=_("Entry points"))
    order_count = NumberFilter(label=_("Orders"))

    def filter_failed(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        """Items that the last run could not adjust and that are unadjusted still, or all others."""
        if value is None:
            return queryset
        failed = {"last_state": RunState.FAILED, "adjusted": False}
        return queryset.filter(**failed) if value else queryset.exclude(**failed)


class EntryPointFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    category = TextFilter("item__category__code", label=_("Category"))
    costing_method = ChoiceFilter(
        "item__item_model_group__costing_method", choices=CostingMethod.choices, label=_("Costing method")
    )
    variant = TextFilter("variant__code", label=_("Variant"))
    location = TextFilter("location__code", label=_("Location"))
    valuation_date = DateFilter(label=_("Valuation date"))

    search_fields = ("item__no", "item__description")

    class Meta:
        model = AvgCostAdjmtEntryPoint
        fields: ClassVar = NO_FIELDS


class OrderStateFilter(FilterSet):
    order_type = ChoiceFilter(choices=OrderType.choices, label=_("Order type"))
    order_no = TextFilter(label=_("Order no."))
    item = TextFilter("item__no", label=_("Item"))
    is_finished = YesNoFilter(label=_("Finished"))
    cost_is_adjusted = YesNoFilter(label=_("Cost is adjusted"))

    search_fields = ("order_no", "item__no")

    class Meta:
        model = InventoryAdjmtEntryOrder
        fields: ClassVar = NO_FIELDS


class RunLogFilter(RunItemFilter):
    error_code = TextFilter(label=_("Cause"))
    level = NumberFilter(label=_("Low-level code"))


class PlanFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    posting_date = DateFilter(label=_("Posting date"))
    valuation_date = DateFilter(label=_("Valuation date"))
    document_no = TextFilter(label=_("Document no."))
    entry_type = ChoiceFilter(choices=ValueEntryType.choices, label=_("Entry type"))
    variance_type = ChoiceFilter(choices=VarianceType.choices, label=_("Variance type"))
    cost_amount_actual = NumberFilter(label=_("Cost amount (actual)"))

    search_fields = ("item__no", "document_no")

    class Meta:
        model = AdjustmentPlanLine
        fields: ClassVar = NO_FIELDS
