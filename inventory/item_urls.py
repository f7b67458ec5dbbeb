"""The addresses of items and of what describes them."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path

from config.base.views import grid_paths, list_paths
from inventory.views import (
    attributes,
    availability,
    availability_list,
    catalogue,
    categories,
    item_actions,
    item_facts,
    item_lists,
    item_pages,
    item_parts,
    items,
    master,
)


def master_paths(route: str, stem: str, key: str, *views: type[Any]) -> list[URLPattern]:
    """List, new and edit of a kind of master data, and its card where it has one."""
    listing, create, update, *card = views
    return [
        *list_paths(f"{route}/", listing, name=f"{stem}_list"),
        path(f"{route}/new/", create.as_view(), name=f"{stem}_create"),
        path(f"{route}/<str:{key}>/edit/", update.as_view(), name=f"{stem}_update"),
        *(path(f"{route}/<str:{key}>/", view.as_view(), name=f"{stem}_detail") for view in card),
    ]


def _part(name: str, page: type[Any], grid: type[Any]) -> list[URLPattern]:
    """A page below an item with a grid of its own."""
    route = f"items/<str:no>/{name}/"
    return [
        path(route, page.as_view(), name=f"item_{name}"),
        *grid_paths(f"{route}lines/", grid, name=f"item_{name}_lines"),
    ]


ITEM = "items/<str:no>/"
CATEGORY = "categories/<str:code>/"
ATTRIBUTE = "attributes/<str:code>/"

item_patterns: list[URLPattern] = [
    path("items/bulk/", item_actions.BulkItemView.as_view(), name="item_bulk"),
    path("items/from-template/", item_actions.ItemFromTemplateView.as_view(), name="item_from_template"),
    *master_paths(
        "items", "item", "no", items.ItemListView, items.ItemCreateView, items.ItemUpdateView, items.ItemCardView
    ),
    *list_paths(f"{ITEM}entries/", item_pages.ItemEntriesView, name="item_entries"),
    *list_paths(f"{ITEM}history/", item_pages.ItemHistoryView, name="item_history"),
    path(f"{ITEM}availability/", availability.ItemAvailabilityView.as_view(), name="item_availability"),
    path(f"{ITEM}files/", item_pages.ItemFilesView.as_view(), name="item_files"),
    path(f"{ITEM}files/<int:pk>/", item_pages.ItemFileView.as_view(), name="item_file"),
    path(f"{ITEM}stock/", item_facts.ItemStockFragment.as_view(), name="item_stock_fragment"),
    path(f"{ITEM}stock-trend/", item_facts.ItemStockTrendFragment.as_view(), name="item_stock_trend_fragment"),
    path(f"{ITEM}orders/", item_facts.ItemOrdersFragment.as_view(), name="item_orders_fragment"),
    path(f"{ITEM}picture/", item_facts.ItemPictureFragment.as_view(), name="item_picture_fragment"),
    path(f"{ITEM}copy/", item_actions.CopyItemView.as_view(), name="item_copy"),
    path(f"{ITEM}block/", item_actions.BlockItemView.as_view(), name="item_block"),
    path(f"{ITEM}attributes/", attributes.ItemAttributesView.as_view(), name="item_attributes"),
    *_part("units", item_parts.ItemUnitsPage, item_parts.ItemUnitsView),
    *_part("variants", item_parts.ItemVariantsPage, item_parts.ItemVariantsView),
    *_part("barcodes", item_parts.ItemBarcodesPage, item_parts.ItemBarcodesView),
    *_part("references", item_parts.ItemReferencesPage, item_parts.ItemReferencesView),
    *list_paths("availability/", item_pages.AvailabilityView, name="availability"),
    *list_paths("projected-availability/", availability_list.AvailabilityListView, name="availability_list"),
    *list_paths("variants/", item_lists.VariantListView, name="variant_list"),
    *list_paths("barcodes/", item_lists.BarcodeListView, name="barcode_list"),
    *list_paths("item-references/", item_lists.ItemReferenceListView, name="itemreference_list"),
    *list_paths("stockkeeping-units/", item_lists.StockkeepingUnitListView, name="stockkeepingunit_list"),
    path("stockkeeping-units/make/", item_actions.MakeStockkeepingUnitsView.as_view(), name="stockkeepingunit_make"),
    path(
        "stockkeeping-units/<int:pk>/edit/",
        item_lists.StockkeepingUnitUpdateView.as_view(),
        name="stockkeepingunit_update",
    ),
    *master_paths(
        "item-templates",
        "itemtemplate",
        "code",
        item_lists.ItemTemplateListView,
        item_lists.ItemTemplateCreateView,
        item_lists.ItemTemplateUpdateView,
    ),
    *master_paths(
        "categories",
        "itemcategory",
        "code",
        categories.ItemCategoryListView,
        categories.ItemCategoryCreateView,
        categories.ItemCategoryUpdateView,
        categories.ItemCategoryView,
    ),
    path(f"{CATEGORY}move/", categories.MoveCategoryView.as_view(), name="itemcategory_move"),
    path(f"{CATEGORY}merge/", categories.MergeCategoryView.as_view(), name="itemcategory_merge"),
    *grid_paths(f"{CATEGORY}attributes/", categories.CategoryAttributesView, name="itemcategory_attributes"),
    *master_paths(
        "attributes",
        "itemattribute",
        "code",
        attributes.ItemAttributeListView,
        attributes.ItemAttributeCreateView,
        attributes.ItemAttributeUpdateView,
        attributes.ItemAttributeView,
    ),
    *grid_paths(f"{ATTRIBUTE}options/", attributes.AttributeOptionsView, name="itemattribute_options"),
    *master_paths(
        "units",
        "unitofmeasure",
        "code",
        master.UnitOfMeasureListView,
        master.UnitOfMeasureCreateView,
        master.UnitOfMeasureUpdateView,
    ),
    *list_paths("catalogue-items/", catalogue.CatalogueItemListView, name="catalogueitem_list"),
    path("catalogue-items/new/", catalogue.CatalogueItemCreateView.as_view(), name="catalogueitem_create"),
    path("catalogue-items/import/", catalogue.ImportCatalogueView.as_view(), name="catalogueitem_import"),
    path("catalogue-items/<int:pk>/edit/", catalogue.CatalogueItemUpdateView.as_view(), name="catalogueitem_update"),
    path("catalogue-items/<int:pk>/make/", catalogue.MakeItemView.as_view(), name="catalogueitem_make"),
    path("sales/<str:no>/catalogue/", catalogue.SaleCatalogueLineView.as_view(), name="sale_catalogue"),
]
