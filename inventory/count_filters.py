"""Filters of count sheets, counting periods and of what is to be counted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.base.expressions import Expression
from config.base.filters import ChoiceFilter, DateFilter, FilterSet, NumberFilter, TextFilter, YesNoFilter
from config.base.preferences import today_of
from inventory import counting_periods
from inventory.enums import CountSheetStatus
from inventory.models import CountingPeriod, CountSheet, Item


class CountSheetFilter(FilterSet):
    count = TextFilter("count__no", label=_("Physical inventory"))
    person = TextFilter("person__username", label=_("Person"))
    status = ChoiceFilter(choices=CountSheetStatus.choices, label=_("Status"))
    is_recount = YesNoFilter(label=_("Recount"))

    search_fields = ("count__no", "person__username")

    class Meta:
        model = CountSheet
        fields: ClassVar[list[str]] = []


class CountingPeriodFilter(FilterSet):
    code = TextFilter(label=_("Code"))
    name = TextFilter(label=_("Name"), lookup="icontains")
    times_per_year = NumberFilter(label=_("Counts per year"))

    search_fields = ("code", "name")

    class Meta:
        model = CountingPeriod
        fields: ClassVar[list[str]] = []


class _CountedAtFilter(TextFilter):
    """Looks at what was counted at some locations only; keeps all items."""

    def filter(self, qs: QuerySet[Any], value: Expression | None) -> QuerySet[Any]:
        return qs if value is None else counting_periods.with_counts(qs, value.q("location__code"))


class CountPlanFilter(FilterSet):
    counted_at = _CountedAtFilter(label=_("Counted at location"))
    no = TextFilter(label=_("No."))
    description = TextFilter(label=_("Description"), lookup="icontains")
    category = TextFilter("category__code", label=_("Category"))
    counting_period = TextFilter("counting_period__code", label=_("Counting period"))
    last_counted = DateFilter(label=_("Last counted"))
    next_count = DateFilter(label=_("Next count"))
    due = YesNoFilter(label=_("Due"), method="filter_due")

    search_fields = ("no", "description")

    def filter_due(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Due today or earlier; an item that was never counted is."""
        if value is None:
            return queryset
        assert self.request is not None
        due = Q(next_count__isnull=True) | Q(next_count__lte=today_of(self.request))
        return queryset.filter(due) if value else queryset.exclude(due)

    class Meta:
        model = Item
        fields: ClassVar[list[str]] = []
