"""The addresses of price lists."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path

from config.base.views import list_paths
from inventory.views import prices


def _prices(route: str, stem: str, *views: type[Any]) -> list[URLPattern]:
    listing, create, update, delete, bulk = views
    return [
        *list_paths(f"{route}/", listing, name=f"{stem}_list"),
        path(f"{route}/new/", create.as_view(), name=f"{stem}_create"),
        path(f"{route}/change/", bulk.as_view(), name=f"{stem}_bulk"),
        path(f"{route}/<int:pk>/edit/", update.as_view(), name=f"{stem}_update"),
        path(f"{route}/<int:pk>/delete/", delete.as_view(), name=f"{stem}_delete"),
    ]


price_patterns: list[URLPattern] = [
    *_prices(
        "sales-prices",
        "salesprice",
        prices.SalesPriceListView,
        prices.SalesPriceCreateView,
        prices.SalesPriceUpdateView,
        prices.SalesPriceDeleteView,
        prices.ChangeSalesPricesView,
    ),
    *_prices(
        "purchase-prices",
        "purchaseprice",
        prices.PurchasePriceListView,
        prices.PurchasePriceCreateView,
        prices.PurchasePriceUpdateView,
        prices.PurchasePriceDeleteView,
        prices.ChangePurchasePricesView,
    ),
]
