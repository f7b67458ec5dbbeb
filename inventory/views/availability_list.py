"""Projected availability of all items: what falls below zero or below the reorder point, where and by when."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from config.base.filters import DateFilter, FilterSet, NumberFilter, TextFilter, YesNoFilter
from config.base.parsing import NotReadable, parse_date
from config.base.preferences import today_of
from config.base.tables import Column, LinkColumn, QuantityColumn, Table
from config.base.views import ListView
from inventory.availability_list import Outlook, with_outlook
from inventory.item_filters import CategoryFilter
from inventory.models import Item


class AvailabilityFilter(FilterSet):
    """`location` and `until` say what is added up, and filter no items; the view reads them first."""

    no = TextFilter(label=_("No."))
    description = TextFilter(label=_("Description"), lookup="icontains")
    category = CategoryFilter("category", label=_("Category"))
    location = TextFilter(label=_("At location"), method="keep")
    until = DateFilter(label=_("Due until"), method="keep")
    on_hand = NumberFilter(label=_("On hand"))
    projected = NumberFilter(label=_("Projected available"))
    below_zero = YesNoFilter(label=_("Below zero"), method="filter_below_zero")
    below_reorder_point = YesNoFilter(label=_("Below reorder point"), method="filter_below_reorder_point")

    search_fields = ("no", "description", "gtin")

    def keep(self, queryset: QuerySet[Any], _name: str, _value: Any) -> QuerySet[Any]:
        """Read by the view."""
        return queryset

    def filter_below_zero(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Projected to be missing, or not."""
        if value is None:
            return queryset
        return queryset.filter(projected__lt=0) if value else queryset.filter(projected__gte=0)

    def filter_below_reorder_point(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Projected below the reorder point; an item without one is not."""
        if value is None:
            return queryset
        if value:
            return queryset.filter(reorder_point__gt=0, projected__lt=F("reorder_point"))
        return queryset.exclude(reorder_point__gt=0, projected__lt=F("reorder_point"))

    class Meta:
        model = Item
        fields: ClassVar[list[str]] = []


def _page(record: Any, **options: str) -> str:
    query = {**getattr(record, "outlook_query", {}), **options}
    return f"{reverse('inventory:item_availability', args=[record.no])}?{urlencode(query)}"


class AvailabilityTable(Table):
    no = LinkColumn("inventory:item_availability", args=["no"], verbose_name=_("No."))
    description = Column(verbose_name=_("Description"))
    category = Column(accessor="category__code", verbose_name=_("Category"))
    on_hand = QuantityColumn(verbose_name=_("On hand"), linkify=lambda record: _page(record, by="location"))
    receipts = QuantityColumn(
        verbose_name=_("Scheduled receipts"), linkify=lambda record: _page(record, by="event", what="supply")
    )
    demands = QuantityColumn(
        verbose_name=_("Gross requirement"), linkify=lambda record: _page(record, by="event", what="demand")
    )
    projected = QuantityColumn(verbose_name=_("Projected available"), linkify=lambda record: _page(record, by="event"))
    reorder_point = QuantityColumn(verbose_name=_("Reorder point"))

    hidden_columns = ("category",)
    main_columns = ("no", "description", "projected")

    class Meta:
        model = Item
        fields = ("no", "description", "category", "on_hand", "receipts", "demands", "projected", "reorder_point")


class AvailabilityListView(ListView):
    permission_required = "base.stock_view"
    title = _("Projected availability")
    parent = "inventory:item_list"
    parent_title = _("Items")
    filterset_class = AvailabilityFilter
    table_class = AvailabilityTable
    totals = ()

    @cached_property
    def outlook(self) -> Outlook:
        """What is added up. A day that cannot be read is refused by its filter; an unknown location holds nothing."""
        code = self.request.GET.get("location", "").strip("'")
        until = self.request.GET.get("until", "").split("..")[-1]
        try:
            day = parse_date(until, today=today_of(self.request)) if until else None
        except NotReadable:
            day = None
        return Outlook(code or None, day)

    def get_queryset(self) -> Any:
        return with_outlook(self.outlook).select_related("category").order_by("no")

    def make_table(self, rows: Any) -> Table:
        """The table; its links keep what was asked."""
        outlook = self.outlook
        query = {"location": outlook.location_code or "", "until": outlook.until.isoformat() if outlook.until else ""}
        query["last"] = query["until"]
        kept = {name: value for name, value in query.items() if value}
        # A file reads its rows one by one, and needs no links.
        for row in rows if type(rows) is list else ():
            row.outlook_query = kept
        return super().make_table(rows)
