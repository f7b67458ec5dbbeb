"""Django admin of the inventory: setup and master data to edit, ledgers and posted documents to read.

Every change goes to the change log. Open documents and journals are edited on their own pages, not here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models, transaction
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

from config.base.admin import ChangeLogAdmin, CostFieldsAdmin, ReadOnlyAdmin, SetupAdmin
from config.base.errors import DomainError
from inventory import low_level_codes
from inventory import models as inventory
from inventory.sorting import sort_key

if TYPE_CHECKING:
    _TabularInline = admin.TabularInline[Any, Any]
    _InlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:  # Django's classes take no type arguments at run time.
    _TabularInline = admin.TabularInline
    _InlineFormSet = BaseInlineFormSet


class CodedAdmin(ChangeLogAdmin):
    list_display = ["code", "name"]
    search_fields = ["code", "name"]
    ordering = ["code"]


class SortedAdmin(ChangeLogAdmin):
    """Keeps the sort key of a record in step with the text that lists are sorted by."""

    sorted_by = "name"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save with the sort key of the text as it is now."""
        obj.sort_key = sort_key(getattr(obj, self.sorted_by))
        super().save_model(request, obj, form, change)


for coded_model in (
    inventory.UnitOfMeasure,
    inventory.InventoryPostingGroup,
    inventory.GenProdPostingGroup,
    inventory.GenBusPostingGroup,
    inventory.ResponsibilityCentre,
):
    admin.site.register(coded_model, CodedAdmin)


@admin.register(inventory.ItemModelGroup)
class ItemModelGroupAdmin(ChangeLogAdmin):
    list_display = ["code", "name", "costing_method", "settle_at", "stocked", "include_physical_value"]
    list_filter = ["costing_method", "settle_at", "stocked", "physical_negative", "financial_negative"]
    search_fields = ["code", "name"]
    ordering = ["code"]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        """The method of a group is fixed once one of its items has entries."""
        in_use = obj is not None and inventory.ItemLedgerEntry.objects.filter(item__item_model_group=obj.pk).exists()
        return ["costing_method", "settle_at"] if in_use else []


@admin.register(inventory.ItemCategory)
class ItemCategoryAdmin(CodedAdmin):
    list_display = ["code", "name", "parent"]
    list_filter = ["parent"]
    list_select_related = ["parent"]
    autocomplete_fields = ["parent"]


class ItemUnitInline(_TabularInline):
    model = inventory.ItemUnitOfMeasure
    extra = 0


class VariantInline(_TabularInline):
    model = inventory.Variant
    extra = 0


class BarcodeInline(_TabularInline):
    model = inventory.Barcode
    extra = 0


class ItemReferenceInline(_TabularInline):
    model = inventory.ItemReference
    extra = 0
    autocomplete_fields = ["vendor", "customer"]


class ItemAttributeValueInline(_TabularInline):
    model = inventory.ItemAttributeValue
    extra = 0


class BomLineFormSet(_InlineFormSet):
    """Refuses what would make an item a part of itself; new components stand below their product."""

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            component = form.cleaned_data.get("component") if hasattr(form, "cleaned_data") else None
            if component is None or form.cleaned_data.get("DELETE") or self.instance.pk is None:
                continue
            try:
                low_level_codes.check_component(product_id=self.instance.pk, component_id=component.pk)
            except DomainError as error:
                form.add_error("component", str(error))

    def save(self, commit: bool = True) -> Any:
        lines = super().save(commit)
        if commit and lines:
            with transaction.atomic():
                low_level_codes.raise_codes(
                    product_id=self.instance.pk, component_ids={line.component_id for line in lines}
                )
        return lines


class BomLineInline(_TabularInline):
    model = inventory.BomLine
    formset = BomLineFormSet
    fk_name = "parent"
    extra = 0
    autocomplete_fields = ["component"]


# Costing writes these; on the card they are changed by revaluation and by implementing standard costs.
_COSTS_OF_COSTING = [
    "unit_cost",
    "standard_cost",
    "last_direct_cost",
    "material_share",
    "capacity_share",
    "subcontracted_share",
    "capacity_overhead_share",
    "manufacturing_overhead_share",
]


@admin.register(inventory.Item)
class ItemAdmin(SortedAdmin, CostFieldsAdmin):
    sorted_by = "description"
    cost_fields = [*_COSTS_OF_COSTING, "indirect_cost_percent", "overhead_rate", "inventory_value_zero"]
    list_display = [
        "no",
        "description",
        "type",
        "item_model_group",
        "inventory_posting_group",
        "category",
        "unit_cost",
        "blocked",
    ]
    list_filter = ["type", "item_model_group", "inventory_posting_group", "category", "blocked", "lot_tracked"]
    list_select_related = ["item_model_group", "inventory_posting_group", "category"]
    search_fields = ["no", "description", "=gtin"]
    ordering = ["no"]
    autocomplete_fields = ["category", "vendor"]
    inlines = [
        ItemUnitInline,
        VariantInline,
        BarcodeInline,
        ItemReferenceInline,
        ItemAttributeValueInline,
        BomLineInline,
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:
        """Costs that costing keeps, and what entries depend on once there are some."""
        fields = [*super().get_readonly_fields(request, obj), "low_level_code"]
        if obj is not None and inventory.ItemLedgerEntry.objects.filter(item=obj.pk).exists():
            hidden = self.get_exclude(request, obj)
            fixed = ["no", "type", "item_model_group", "base_unit_of_measure", *_COSTS_OF_COSTING]
            fields += [name for name in fixed if name not in hidden]
        return fields


@admin.register(inventory.StockkeepingUnit)
class StockkeepingUnitAdmin(ChangeLogAdmin, CostFieldsAdmin):
    cost_fields = ["unit_cost", "standard_cost", "last_direct_cost"]
    list_display = ["item", "location", "variant", "unit_cost", "reorder_point"]
    list_filter = ["location"]
    list_select_related = ["item", "location", "variant"]
    search_fields = ["item__no", "item__description"]
    ordering = ["item__no", "pk"]
    autocomplete_fields = ["item", "location", "variant"]


@admin.register(inventory.Variant)
class VariantAdmin(ChangeLogAdmin):
    list_display = ["item", "code", "description", "blocked"]
    list_filter = ["blocked"]
    list_select_related = ["item"]
    search_fields = ["code", "description", "item__no"]
    ordering = ["item__no", "code"]
    autocomplete_fields = ["item"]


@admin.register(inventory.ItemAttribute)
class ItemAttributeAdmin(CodedAdmin):
    list_display = ["code", "name", "value_type"]
    list_filter = ["value_type"]


@admin.register(inventory.CatalogueItem)
class CatalogueItemAdmin(ChangeLogAdmin, CostFieldsAdmin):
    cost_fields = ["unit_price"]
    list_display = ["vendor", "vendor_item_no", "description", "unit_price", "item"]
    list_filter = ["vendor"]
    list_select_related = ["vendor", "item"]
    search_fields = ["vendor_item_no", "description"]
    ordering = ["vendor__no", "vendor_item_no"]
    autocomplete_fields = ["vendor", "item"]


@admin.register(inventory.PriceListLine)
class PriceListLineAdmin(ChangeLogAdmin, CostFieldsAdmin):
    cost_fields = ["unit_amount"]
    list_display = ["side", "item", "category", "vendor", "customer", "minimum_quantity", "starting_date", "blocked"]
    list_filter = ["side", "blocked"]
    list_select_related = ["item", "category", "vendor", "customer"]
    search_fields = ["item__no", "category__code", "vendor__no", "customer__no"]
    ordering = ["item__no", "pk"]
    autocomplete_fields = ["item", "variant", "vendor", "customer"]


@admin.register(inventory.ItemCharge)
class ItemChargeAdmin(CodedAdmin):
    list_display = ["code", "name", "gen_prod_posting_group"]
    list_select_related = ["gen_prod_posting_group"]


class BinInline(_TabularInline):
    model = inventory.Bin
    extra = 0


class LocationNumberSeriesInline(_TabularInline):
    model = inventory.LocationNumberSeries
    extra = 0


@admin.register(inventory.Location)
class LocationAdmin(CodedAdmin):
    list_display = ["code", "name", "in_transit", "blocked"]
    list_filter = ["in_transit", "blocked"]
    inlines = [BinInline, LocationNumberSeriesInline]


class PartnerAdmin(SortedAdmin):
    list_display = ["no", "name", "country", "gen_bus_posting_group", "blocked"]
    list_filter = ["gen_bus_posting_group", "country", "blocked"]
    list_select_related = ["gen_bus_posting_group"]
    search_fields = ["no", "name"]
    ordering = ["no"]
    autocomplete_fields = ["location"]


admin.site.register(inventory.Vendor, PartnerAdmin)
admin.site.register(inventory.Customer, PartnerAdmin)


@admin.register(inventory.WorkCentre)
class WorkCentreAdmin(CodedAdmin, CostFieldsAdmin):
    cost_fields = ["direct_unit_cost", "indirect_cost_percent", "overhead_rate"]
    list_display = ["code", "name", "direct_unit_cost", "subcontractor"]
    list_select_related = ["subcontractor"]
    autocomplete_fields = ["subcontractor"]


@admin.register(inventory.InventorySetup)
class InventorySetupAdmin(SetupAdmin):
    single_row = True
    list_display = ["__str__", "location_mandatory", "prevent_negative_inventory", "default_item_model_group"]
    list_select_related = ["default_item_model_group"]


@admin.register(inventory.UserScope)
class UserScopeAdmin(ChangeLogAdmin):
    list_display = ["user"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    ordering = ["user__username"]
    filter_horizontal = ["locations", "responsibility_centres"]


@admin.register(inventory.Lot)
class LotAdmin(ChangeLogAdmin):
    list_display = ["item", "lot_no", "expiration_date", "blocked"]
    list_filter = ["blocked", "expiration_date"]
    list_select_related = ["item"]
    search_fields = ["lot_no", "item__no"]
    ordering = ["item__no", "lot_no"]
    autocomplete_fields = ["item"]


@admin.register(inventory.Serial)
class SerialAdmin(ChangeLogAdmin):
    list_display = ["item", "serial_no", "blocked"]
    list_filter = ["blocked"]
    list_select_related = ["item"]
    search_fields = ["serial_no", "item__no"]
    ordering = ["item__no", "serial_no"]
    autocomplete_fields = ["item"]


@admin.register(inventory.ItemRegister)
class ItemRegisterAdmin(ReadOnlyAdmin):
    view_capability = "stock.view"
    list_display = ["pk", "source_code", "document_no", "user", "created_at"]
    list_filter = ["source_code", "created_at"]
    list_select_related = ["user"]
    search_fields = ["=document_no"]
    ordering = ["-pk"]


@admin.register(inventory.ItemLedgerEntry)
class ItemLedgerEntryAdmin(ReadOnlyAdmin):
    view_capability = "stock.view"
    list_display = [
        "pk",
        "posting_date",
        "entry_type",
        "document_no",
        "item",
        "location",
        "quantity",
        "remaining_quantity",
        "invoiced_quantity",
        "open",
    ]
    list_filter = ["entry_type", "open", "completely_invoiced", "location", "posting_date"]
    list_select_related = ["item", "location"]
    search_fields = ["=document_no", "=item__no", "=lot_no", "=serial_no"]
    ordering = ["-pk"]


@admin.register(inventory.ItemApplicationEntry)
class ItemApplicationEntryAdmin(ReadOnlyAdmin):
    view_capability = "stock.view"
    list_display = [
        "pk",
        "posting_date",
        "item_ledger_entry_id",
        "inbound_item_entry_id",
        "outbound_item_entry_id",
        "quantity",
        "cost_application",
        "cancelled_by_id",
    ]
    list_filter = ["cost_application", "posting_date"]
    search_fields = ["=item_ledger_entry__pk", "=inbound_item_entry__pk", "=outbound_item_entry__pk"]
    ordering = ["-pk"]


@admin.register(inventory.CapacityLedgerEntry)
class CapacityLedgerEntryAdmin(ReadOnlyAdmin):
    view_capability = "stock.view"
    list_display = ["pk", "posting_date", "order_type", "order_no", "item", "work_centre", "quantity"]
    list_filter = ["order_type", "subcontracted", "posting_date"]
    list_select_related = ["item", "work_centre"]
    search_fields = ["=order_no", "=document_no"]
    ordering = ["-pk"]


@admin.register(inventory.PhysicalInventoryLedgerEntry)
class PhysicalInventoryLedgerEntryAdmin(ReadOnlyAdmin):
    view_capability = "stock.view"
    list_display = ["pk", "posting_date", "document_no", "item", "location", "quantity_calculated", "quantity_counted"]
    list_filter = ["location", "posting_date"]
    list_select_related = ["item", "location"]
    search_fields = ["=document_no", "=item__no"]
    ordering = ["-pk"]


@admin.register(inventory.PostedDocument)
class PostedDocumentAdmin(ReadOnlyAdmin):
    view_capability = "document.view"
    list_display = ["no", "type", "posting_date", "vendor", "customer", "order_no", "external_document_no"]
    list_filter = ["type", "posting_date"]
    list_select_related = ["vendor", "customer"]
    search_fields = ["=no", "=order_no", "=external_document_no"]
    ordering = ["-pk"]


@admin.register(inventory.PostedDocumentLine)
class PostedDocumentLineAdmin(ReadOnlyAdmin, CostFieldsAdmin):
    view_capability = "document.view"
    cost_fields = ["unit_amount", "discount_amount", "amount"]
    list_display = ["posted_document", "line_no", "item", "item_charge", "location", "quantity", "unit_amount"]
    list_filter = ["type", "location"]
    list_select_related = ["posted_document", "item", "item_charge", "location"]
    search_fields = ["=posted_document__no", "=item__no"]
    ordering = ["-pk"]
