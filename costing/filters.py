"""Filters of the costing lists; each is shared by the list, its drill-downs, its files and its totals."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.base.filters import ChoiceFilter, DateFilter, FilterSet, NumberFilter, TextFilter, YesNoFilter
from costing.enums import PostingPair, RunState, ValueEntryType, VarianceType
from costing.models import (
    AdjustmentRun,
    AdjustmentRunItem,
    CostChange,
    GLItemLedgerRelation,
    InventoryPeriod,
    InventoryPeriodEntry,
    PostToGLRun,
    SkippedEntry,
    ValueEntry,
)
from costing.period_lists import STATES
from inventory.enums import CostingMethod, DocumentType, ItemLedgerEntryType, OrderType, SettleAt
from inventory.models import CapacityLedgerEntry, Item, PhysicalInventoryLedgerEntry
from ledger.models import GLEntry

NO_FIELDS: list[str] = []


class ValueEntryFilter(FilterSet):
    entry = NumberFilter("id", label=_("Entry no."))
    item = TextFilter("item__no", label=_("Item"))
    category = TextFilter("item__category__code", label=_("Category"))
    variant = TextFilter("variant__code", label=_("Variant"))
    location = TextFilter("location__code", label=_("Location"))
    posting_date = DateFilter(label=_("Posting date"))
    valuation_date = DateFilter(label=_("Valuation date"))
    item_ledger_entry = NumberFilter("item_ledger_entry_id", label=_("Item ledger entry"))
    item_ledger_entry_type = ChoiceFilter(choices=ItemLedgerEntryType.choices, label=_("Item ledger entry type"))
    entry_type = ChoiceFilter(choices=ValueEntryType.choices, label=_("Entry type"))
    variance_type = ChoiceFilter(choices=VarianceType.choices, label=_("Variance type"))
    document_type = ChoiceFilter(choices=DocumentType.choices, label=_("Document type"))
    document_no = TextFilter(label=_("Document no."))
    order_no = TextFilter(label=_("Order no."))
    item_charge = TextFilter("item_charge__code", label=_("Item charge"))
    inventory_posting_group = TextFilter("inventory_posting_group__code", label=_("Inventory posting group"))
    valued_quantity = NumberFilter(label=_("Valued quantity"))
    cost_amount_actual = NumberFilter(label=_("Cost amount (actual)"))
    cost_amount_expected = NumberFilter(label=_("Cost amount (expected)"))
    expected_cost = YesNoFilter(label=_("Expected cost"))
    adjustment = YesNoFilter(label=_("Adjustment"))
    inventoriable = YesNoFilter(label=_("Inventoriable"))
    valued_by_average_cost = YesNoFilter(label=_("Valued by average cost"))
    waiting = YesNoFilter(label=_("Waits to be posted"), method="filter_waiting")
    gl_entry = NumberFilter(label=_("G/L entry"), method="filter_gl_entry")
    source_no = TextFilter(label=_("Source no."))
    external_document_no = TextFilter(label=_("External document no."))
    lot_no = TextFilter("item_ledger_entry__lot_no", label=_("Lot no."))
    serial_no = TextFilter("item_ledger_entry__serial_no", label=_("Serial no."))
    capacity_ledger_entry = NumberFilter("capacity_ledger_entry_id", label=_("Capacity ledger entry"))
    register = NumberFilter("register_id", label=_("Register no."))
    created_at = DateFilter("created_at__date", label=_("Posted on"))

    search_fields = ("^document_no", "item__no", "item__description")

    class Meta:
        model = ValueEntry
        fields: ClassVar = NO_FIELDS

    def filter_waiting(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        """Entries in, or not in, the queue of what is to be posted."""
        return queryset if value is None else queryset.filter(to_post__isnull=not value)

    def filter_gl_entry(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Entries behind a G/L entry, on either side of the pair."""
        if not value:
            return queryset
        behind = GLItemLedgerRelation.objects.filter(value.q("gl_entry_id") | value.q("balancing_gl_entry_id"))
        return queryset.filter(pk__in=behind.values("value_entry"))


class CostStatusFilter(FilterSet):
    no = TextFilter(label=_("Item"))
    description = TextFilter(label=_("Description"), lookup="icontains")
    category = TextFilter("category__code", label=_("Category"))
    costing_method = ChoiceFilter(
        "item_model_group__costing_method", choices=CostingMethod.choices, label=_("Costing method")
    )
    settle_at = ChoiceFilter("item_model_group__settle_at", choices=SettleAt.choices, label=_("Settled"))
    adjusted = YesNoFilter(label=_("Cost is adjusted"))
    unadjusted_from = DateFilter(label=_("Not adjusted from"))
    excluded = YesNoFilter("cost_state__excluded", label=_("Excluded"))

    search_fields = ("no", "description")

    class Meta:
        model = Item
        fields: ClassVar = NO_FIELDS


class AdjustmentRunFilter(FilterSet):
    run = NumberFilter("id", label=_("Run"))
    state = ChoiceFilter(choices=RunState.choices, label=_("State"))
    created_at = DateFilter("created_at__date", label=_("Started on"))
    item = TextFilter("items__item__no", label=_("Item"), distinct=True)
    preview = YesNoFilter(label=_("Preview"))

    class Meta:
        model = AdjustmentRun
        fields: ClassVar = NO_FIELDS


class RunItemFilter(FilterSet):
    item = TextFilter("item__no", label=_("Item"))
    state = ChoiceFilter(choices=RunState.choices, label=_("State"))
    entries_made = NumberFilter(label=_("Entries made"))
    amount = NumberFilter(label=_("Net amount"))
    seconds = NumberFilter(label=_("Seconds"))

    search_fields = ("item__no", "item__description")

    class Meta:
        model = AdjustmentRunItem
        fields: ClassVar = NO_FIELDS


class CostChangeFilter(FilterSet):
    source_entry = NumberFilter("source_entry_id", label=_("Source entry"))
    average_period_end = DateFilter(label=_("End of average period"))

    class Meta:
        model = CostChange
        fields: ClassVar = NO_FIELDS


class RelationFilter(FilterSet):
    item = TextFilter("value_entry__item__no", label=_("Item"))
    pair = ChoiceFilter(choices=PostingPair.choices, label=_("Amount"))
    document_no = TextFilter("value_entry__document_no", label=_("Document no."))
    location = TextFilter("value_entry__location__code", label=_("Location"))

    search_fields = ("value_entry__item__no", "^value_entry__document_no")

    class Meta:
        model = GLItemLedgerRelation
        fields: ClassVar = NO_FIELDS


class BehindValueFilter(FilterSet):
    """G/L entries of one value entry."""

    gl_account = TextFilter("gl_account__no", label=_("G/L account"))

    class Meta:
        model = GLEntry
        fields: ClassVar = NO_FIELDS


class PostToGLRunFilter(FilterSet):
    run = NumberFilter("id", label=_("Run"))
    state = ChoiceFilter(choices=RunState.choices, label=_("State"))
    created_at = DateFilter("created_at__date", label=_("Started on"))
    post = YesNoFilter(label=_("Posted"))
    is_test = YesNoFilter(label=_("Test report"))
    document_no = TextFilter(label=_("Document no."))
    skipped_count = NumberFilter(label=_("Skipped"))

    class Meta:
        model = PostToGLRun
        fields: ClassVar = NO_FIELDS


class SkippedFilter(FilterSet):
    code = TextFilter(label=_("Cause"))
    reason = TextFilter(label=_("Reason"))
    item = TextFilter("value_entry__item__no", label=_("Item"))
    document_no = TextFilter("value_entry__document_no", label=_("Document no."))
    posting_date = DateFilter("value_entry__posting_date", label=_("Posting date"))
    still_waiting = YesNoFilter(label=_("Still waits"), method="filter_waiting")

    search_fields = ("reason", "value_entry__document_no", "value_entry__item__no")

    class Meta:
        model = SkippedEntry
        fields: ClassVar = NO_FIELDS

    def filter_waiting(self, queryset: QuerySet[Any], _name: str, value: bool | None) -> QuerySet[Any]:
        """Entries that were not posted since."""
        return queryset if value is None else queryset.filter(Q(value_entry__to_post__isnull=not value))


class InventoryPeriodFilter(FilterSet):
    ending_date = DateFilter(label=_("Ending date"))
    name = TextFilter(label=_("Name"), lookup="icontains")
    state = ChoiceFilter(choices=STATES, label=_("State"))

    search_fields = ("name",)

    class Meta:
        model = InventoryPeriod
        fields: ClassVar = NO_FIELDS


class InventoryPeriodEntryFilter(FilterSet):
    closed = YesNoFilter(label=_("Closed"))
    user = TextFilter("user__username", label=_("User"))
    created_at = DateFilter("created_at__date", label=_("Date"))

    search_fields = ("reason", "user__username")

    class Meta:
        model = InventoryPeriodEntry
        fields: ClassVar = NO_FIELDS


class CapacityEntryFilter(FilterSet):
    entry = NumberFilter("id", label=_("Entry no."))
    posting_date = DateFilter(label=_("Posting date"))
    document_no = TextFilter(label=_("Document no."))
    external_document_no = TextFilter(label=_("External document no."))
    order_type = ChoiceFilter(choices=OrderType.choices, label=_("Order type"))
    order_no = TextFilter(label=_("Order no."))
    item = TextFilter("item__no", label=_("Produced item"))
    work_centre = TextFilter("work_centre__code", label=_("Work centre"))
    subcontracted = YesNoFilter(label=_("Subcontracted"))
    register = NumberFilter("register_id", label=_("Register no."))
    search_fields = ("document_no", "order_no", "item__no", "description")

    class Meta:
        model = CapacityLedgerEntry
        fields: ClassVar = NO_FIELDS


class CountedEntryFilter(FilterSet):
    entry = NumberFilter("id", label=_("Entry no."))
    posting_date = DateFilter(label=_("Posting date"))
    document_no = TextFilter(label=_("Document no."))
    external_document_no = TextFilter(label=_("External document no."))
    item = TextFilter("item__no", label=_("Item"))
    location = TextFilter("location__code", label=_("Location"))
    lot_no = TextFilter(label=_("Lot no."))
    serial_no = TextFilter(label=_("Serial no."))
    difference = NumberFilter(label=_("Difference"))
    register = NumberFilter("register_id", label=_("Register no."))
    search_fields = ("document_no", "item__no", "item__description")

    class Meta:
        model = PhysicalInventoryLedgerEntry
        fields: ClassVar = NO_FIELDS
