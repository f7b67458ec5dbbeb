"""Lists over all items: variants, barcodes, references, stockkeeping units; templates of items."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.fields import QuantityField
from config.base.pages import Action
from config.base.views import CreateView, ListView, UpdateView
from inventory import forms, item_filters, tables
from inventory.models import (
    Barcode,
    ItemLedgerEntry,
    ItemReference,
    ItemTemplate,
    StockkeepingUnit,
    Variant,
)
from inventory.selectors import sum_of

ITEMS = "inventory:item_list"
ITEMS_TITLE = gettext_lazy("Items")


class VariantListView(ListView):
    permission_required = "base.item_view"
    title = gettext_lazy("Variants")
    parent = ITEMS
    parent_title = ITEMS_TITLE
    filterset_class = item_filters.VariantFilter
    table_class = tables.VariantTable
    totals = ("on_hand",)
    empty_text = gettext_lazy("No item has variants yet. Make them on the card of an item.")
    queryset = (
        Variant.objects.select_related("item")
        .annotate(on_hand=sum_of(ItemLedgerEntry.objects.open(), "variant", "remaining_quantity"))
        .order_by("item__no", "code")
    )


class BarcodeListView(ListView):
    permission_required = "base.item_view"
    title = gettext_lazy("Barcodes")
    parent = ITEMS
    parent_title = ITEMS_TITLE
    filterset_class = item_filters.BarcodeFilter
    table_class = tables.BarcodeTable
    empty_text = gettext_lazy("No item has barcodes yet. Make them on the card of an item.")
    queryset = Barcode.objects.select_related("item", "variant", "unit_of_measure").order_by("code")


class ItemReferenceListView(ListView):
    permission_required = "base.item_view"
    title = gettext_lazy("Item references")
    parent = ITEMS
    parent_title = ITEMS_TITLE
    filterset_class = item_filters.ItemReferenceFilter
    table_class = tables.ItemReferenceTable
    empty_text = gettext_lazy("There are no references yet. Make them on the card of an item.")
    queryset = ItemReference.objects.select_related(
        "item", "variant", "unit_of_measure", "vendor", "customer"
    ).order_by("reference_no", "pk")


def on_hand_at_place() -> Any:
    """What is on hand of an item at the location and in the variant of a stockkeeping unit; blanks are values too."""
    quantity = QuantityField()
    entries = (
        ItemLedgerEntry.objects.open()
        .annotate(place=Coalesce("location_id", Value(0)), kind=Coalesce("variant_id", Value(0)))
        .filter(
            item=OuterRef("item"),
            place=Coalesce(OuterRef("location_id"), Value(0)),
            kind=Coalesce(OuterRef("variant_id"), Value(0)),
        )
        .order_by()
        .values("item")
        .annotate(found=Sum("remaining_quantity"))
    )
    return Coalesce(Subquery(entries.values("found"), output_field=quantity), Value(0), output_field=quantity)


class StockkeepingUnitListView(ListView):
    permission_required = "base.item_view"
    title = gettext_lazy("Stockkeeping units")
    parent = ITEMS
    parent_title = ITEMS_TITLE
    filterset_class = item_filters.StockkeepingUnitFilter
    table_class = tables.StockkeepingUnitTable
    totals = ("on_hand",)
    cost_columns = frozenset({"unit_cost", "standard_cost", "last_direct_cost"})
    empty_text = gettext_lazy("There are no stockkeeping units yet. Choose items in the list of items and make them.")
    queryset = (
        StockkeepingUnit.objects.select_related("item", "location", "variant")
        .annotate(on_hand=on_hand_at_place())
        .order_by("item__no", "location__code", "pk")
    )


class StockkeepingUnitUpdateView(UpdateView):
    permission_required = "base.item_edit"
    model = StockkeepingUnit
    queryset = StockkeepingUnit.objects.select_related("item", "location", "variant")
    form_class = forms.StockkeepingUnitForm
    parent = "inventory:stockkeepingunit_list"
    parent_title = gettext_lazy("Stockkeeping units")

    def get_title(self) -> str:
        unit = self.object
        parts = [unit.item.no, unit.location.code if unit.location else "", unit.variant.code if unit.variant else ""]
        return _("Stockkeeping unit %(name)s") % {"name": " ".join(filter(None, parts))}

    def get_success_url(self) -> str:
        return reverse(self.parent)


class ItemTemplateListView(ListView):
    permission_required = "base.item_view"
    title = gettext_lazy("Item templates")
    parent = ITEMS
    parent_title = ITEMS_TITLE
    filterset_class = item_filters.ItemTemplateFilter
    table_class = tables.ItemTemplateTable
    actions = (
        Action(
            gettext_lazy("New template"),
            "inventory:itemtemplate_create",
            permission="base.item_edit",
            primary=True,
            shortcut="Alt+N",
        ),
    )
    empty_text = gettext_lazy("There are no templates yet. Create the first one.")
    queryset = ItemTemplate.objects.select_related(
        "category", "item_model_group", "inventory_posting_group", "base_unit_of_measure"
    ).order_by("code")


class ItemTemplateCreateView(CreateView):
    permission_required = "base.item_edit"
    model = ItemTemplate
    form_class = forms.ItemTemplateForm
    title = gettext_lazy("New template")
    parent = "inventory:itemtemplate_list"
    parent_title = gettext_lazy("Item templates")

    def get_success_url(self) -> str:
        return reverse(self.parent)


class ItemTemplateUpdateView(UpdateView):
    permission_required = "base.item_edit"
    model = ItemTemplate
    form_class = forms.ItemTemplateForm
    slug_field = slug_url_kwarg = "code"
    parent = "inventory:itemtemplate_list"
    parent_title = gettext_lazy("Item templates")

    def get_success_url(self) -> str:
        return reverse(self.parent)
