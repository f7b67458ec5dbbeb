"""Filters of the application worksheet."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.base.filters import ChoiceFilter, DateFilter, FilterSet, NumberFilter, TextFilter, YesNoFilter
from inventory.enums import CostingMethod, ItemLedgerEntryType
from inventory.models import Item, ItemApplicationEntry, ItemLedgerEntry


class WorksheetItemFilter(FilterSet):
    no = TextFilter(label=_("Item"))
    description = TextFilter(label=_("Description"), lookup="icontains")
    costing_method = ChoiceFilter(
        "item_model_group__costing_method", choices=CostingMethod.choices, label=_("Costing method")
    )
    unapplied = YesNoFilter(label=_("Unapplied"), method="filter_unapplied")
    unapplied_by = TextFilter("application_worksheet__user__username", label=_("Unapplied by"))

    search_fields = ("no", "description")

    def filter_unapplied(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        return queryset if value is None else queryset.filter(application_worksheet__isnull=not value)

    class Meta:
        model = Item
        fields: ClassVar[list[str]] = []


class WorksheetEntryFilter(FilterSet):
    entry = NumberFilter("id", label=_("Entry no."))
    posting_date = DateFilter(label=_("Posting date"))
    entry_type = ChoiceFilter(choices=ItemLedgerEntryType.choices, label=_("Entry type"))
    document_no = TextFilter(label=_("Document no."))
    location = TextFilter("location__code", label=_("Location"))
    variant = TextFilter("variant__code", label=_("Variant"))
    lot_no = TextFilter(label=_("Lot no."))
    serial_no = TextFilter(label=_("Serial no."))
    quantity = NumberFilter(label=_("Quantity"))
    remaining_quantity = NumberFilter(label=_("Remaining quantity"))
    open = YesNoFilter(label=_("Open"))
    touched = YesNoFilter(label=_("Changed here"))

    search_fields = ("document_no", "description")

    class Meta:
        model = ItemLedgerEntry
        fields: ClassVar[list[str]] = []


class PartnerFilter(FilterSet):
    entry = NumberFilter("id", label=_("Entry no."))
    posting_date = DateFilter(label=_("Posting date"))
    entry_type = ChoiceFilter(choices=ItemLedgerEntryType.choices, label=_("Entry type"))
    document_no = TextFilter(label=_("Document no."))
    location = TextFilter("location__code", label=_("Location"))
    remaining_quantity = NumberFilter(label=_("Remaining quantity"))

    search_fields = ("document_no",)

    class Meta:
        model = ItemLedgerEntry
        fields: ClassVar[list[str]] = []


class AppliedFilter(FilterSet):
    inbound_entry = NumberFilter("inbound_item_entry_id", label=_("Inbound entry"))
    outbound_entry = NumberFilter("outbound_item_entry_id", label=_("Outbound entry"))
    posting_date = DateFilter(label=_("Posting date"))
    quantity = NumberFilter(label=_("Quantity"))

    search_fields = ("outbound_item_entry__document_no", "inbound_item_entry__document_no")

    class Meta:
        model = ItemApplicationEntry
        fields: ClassVar[list[str]] = []
