"""Filters of the lists of the inventory close."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.base.filters import ChoiceFilter, DateFilter, FilterSet, NumberFilter, TextFilter, YesNoFilter
from costing.close_log import CAUSES
from costing.enums import CloseKind, RunState
from costing.models import CloseLogLine, ClosePlanLine, InventoryClose, ItemBalance, Mark, Settlement
from inventory.enums import CostingMethod, ItemLedgerEntryType
from inventory.filters import ItemLedgerEntryFilter
from inventory.models import Item

NO_FIELDS: list[str] = []


class CloseFilter(FilterSet):
    run = NumberFilter("id", label=_("Run"))
    kind = ChoiceFilter(choices=CloseKind.choices, label=_("Kind"))
    state = ChoiceFilter(choices=RunState.choices, label=_("State"))
    closing_date = DateFilter(label=_("Closing date"))
    rehearsal = YesNoFilter(label=_("Rehearsal"))
    update_ledger = YesNoFilter(label=_("Updates G/L"))
    warning_count = NumberFilter(label=_("Warnings"))
    user = TextFilter("user__username", label=_("Started by"))
    created_at = DateFilter("created_at__date", label=_("Started on"))

    class Meta:
        model = InventoryClose
        fields: ClassVar = NO_FIELDS


class CloseLogFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    why = ChoiceFilter(choices=CAUSES, label=_("Cause"))
    issue = NumberFilter("issue_id", label=_("Issue (entry no.)"))
    document_no = TextFilter("issue__document_no", label=_("Document no."))
    posting_date = DateFilter("issue__posting_date", label=_("Posting date"))
    location = TextFilter("issue__location__code", label=_("Location"))
    quantity = NumberFilter(label=_("Quantity not settled"))
    has_note = YesNoFilter(label=_("Has a note"), method="filter_note")

    search_fields = ("item__no", "item__description", "issue__document_no", "note")

    class Meta:
        model = CloseLogLine
        fields: ClassVar = NO_FIELDS

    def filter_note(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        """Warnings that somebody has looked at, or all others."""
        if value is None:
            return queryset
        return queryset.exclude(note="") if value else queryset.filter(note="")


class SettlementFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    issue = NumberFilter("issue_id", label=_("Issue (entry no.)"))
    issue_document = TextFilter("issue__document_no", label=_("Document of the issue"))
    receipt = NumberFilter("receipt_id", label=_("Receipt (entry no.)"))
    receipt_document = TextFilter("receipt__document_no", label=_("Document of the receipt"))
    quantity = NumberFilter(label=_("Quantity"))
    amount = NumberFilter(label=_("Amount"))
    marked = YesNoFilter(label=_("By mark"))
    cancelled = YesNoFilter(label=_("Cancelled"), method="filter_cancelled")

    search_fields = ("item__no", "issue__document_no", "receipt__document_no")

    class Meta:
        model = Settlement
        fields: ClassVar = NO_FIELDS

    def filter_cancelled(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        """Settlements that a reversal has cancelled, or those that stand."""
        return queryset if value is None else queryset.filter(cancelled_by__isnull=not value)


class AllSettlementsFilter(SettlementFilter):
    entry = NumberFilter(label=_("Entry no."), method="filter_entry")
    run = NumberFilter("close_id", label=_("Run"))
    closing_date = DateFilter("close__closing_date", label=_("Closing date"))

    def filter_entry(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Settlements of an entry, as issue or as receipt."""
        return queryset.filter(value.q("issue_id") | value.q("receipt_id")) if value else queryset


class PlanLineFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    entry = NumberFilter(label=_("Entry no."))
    document_no = TextFilter(label=_("Document no."))
    entry_type = ChoiceFilter(choices=ItemLedgerEntryType.choices, label=_("Entry type"))
    posting_date = DateFilter(label=_("Posting date"))
    location = TextFilter(label=_("Location"))
    amount = NumberFilter(label=_("Amount"))

    search_fields = ("item__no", "item__description", "document_no")

    class Meta:
        model = ClosePlanLine
        fields: ClassVar = NO_FIELDS


class PlannedSettlementFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    issue = NumberFilter("issue_id", label=_("Issue (entry no.)"))
    receipt = NumberFilter("receipt_id", label=_("Receipt (entry no.)"))
    quantity = NumberFilter(label=_("Quantity"))

    search_fields = ("item__no", "issue__document_no", "receipt__document_no")

    class Meta:
        model = ClosePlanLine
        fields: ClassVar = NO_FIELDS


class CloseItemFilter(FilterSet):
    no = TextFilter(label=_("Item"))
    description = TextFilter(label=_("Description"), lookup="icontains")
    category = TextFilter("category__code", label=_("Category"))
    item_model_group = TextFilter("item_model_group__code", label=_("Item model group"))
    costing_method = ChoiceFilter(
        "item_model_group__costing_method", choices=CostingMethod.choices, label=_("Costing method")
    )
    adjusted = NumberFilter(label=_("Adjusted"))
    settlement_count = NumberFilter(label=_("Settlements"))
    warning_count = NumberFilter(label=_("Warnings"))

    search_fields = ("no", "description")

    class Meta:
        model = Item
        fields: ClassVar = NO_FIELDS


class ComparisonFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    issue = NumberFilter("issue_id", label=_("Issue (entry no.)"))
    receipt = NumberFilter("receipt_id", label=_("Receipt (entry no.)"))
    settlement = YesNoFilter("is_settlement", label=_("Settlement"))
    differs = YesNoFilter(label=_("Differs"), method="filter_differs")

    search_fields = ("item__no",)

    class Meta:
        model = ClosePlanLine
        fields: ClassVar = NO_FIELDS

    def filter_differs(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        """Lines that the run made otherwise than its rehearsal, or the same."""
        if value is None:
            return queryset
        return queryset.filter(differs=value)


class MarkFilter(FilterSet):
    item = TextFilter("issue__item__no", label=_("Item"))
    issue = NumberFilter("issue_id", label=_("Issue (entry no.)"))
    receipt = NumberFilter("receipt_id", label=_("Receipt (entry no.)"))
    posting_date = DateFilter("issue__posting_date", label=_("Posting date of the issue"))
    settled = YesNoFilter(label=_("Settled"), method="filter_settled")

    search_fields = ("issue__item__no", "issue__document_no", "receipt__document_no")

    class Meta:
        model = Mark
        fields: ClassVar = NO_FIELDS

    def filter_settled(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        """Marks that a close has settled in full, or those that wait."""
        done = Q(settled__gte=F("quantity"))
        return queryset if value is None else queryset.filter(done if value else ~done)


class ReadinessFilter(ItemLedgerEntryFilter):
    """Item ledger entries as of a day."""

    on = DateFilter(label=_("As of"), method="keep_all")

    def keep_all(self, queryset: QuerySet[Any], _name: str, _value: Any) -> QuerySet[Any]:
        """The view has read the day already."""
        return queryset


class UnsettledFilter(ReadinessFilter):
    why = ChoiceFilter(choices=CAUSES, label=_("Cause"))
    unsettled = NumberFilter(label=_("Quantity not settled"))


class PriceFilter(ReadinessFilter):
    received_cost = NumberFilter(label=_("Unit cost received"))
    percent = NumberFilter(label=_("Deviation %"))


class NegativeFilter(FilterSet):
    on = DateFilter(label=_("As of"), method="keep_all")
    item = TextFilter("item__no", label=_("Item"))
    location = TextFilter("location__code", label=_("Location"))
    variant = TextFilter("variant__code", label=_("Variant"))
    quantity = NumberFilter(label=_("Quantity"))

    search_fields = ("item__no", "item__description")

    class Meta:
        model = ItemBalance
        fields: ClassVar = NO_FIELDS

    def keep_all(self, queryset: QuerySet[Any], _name: str, _value: Any) -> QuerySet[Any]:
        """Negative stock is that of now."""
        return queryset
