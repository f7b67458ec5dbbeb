"""The addresses of the inventory pages."""

from typing import Any

from django.urls import URLPattern, path

from config.base.views import grid_paths, list_paths
from inventory.count_urls import count_patterns
from inventory.item_urls import item_patterns, master_paths
from inventory.journal_urls import journal_patterns
from inventory.price_urls import price_patterns
from inventory.scan_urls import scan_patterns
from inventory.trade_urls import trade_patterns
from inventory.views import entries, master, places, posted, transfers

app_name = "inventory"


def _posted(route: str, stem: str, listing: type[Any], card: type[Any]) -> list[URLPattern]:
    return [
        *list_paths(f"{route}/", listing, name=f"{stem}_list"),
        path(f"{route}/<str:no>/", card.as_view(), name=f"{stem}_detail"),
    ]


urlpatterns: list[URLPattern] = [
    *item_patterns,
    *scan_patterns,
    *master_paths(
        "item-charges",
        "itemcharge",
        "code",
        master.ItemChargeListView,
        master.ItemChargeCreateView,
        master.ItemChargeUpdateView,
    ),
    *master_paths(
        "locations",
        "location",
        "code",
        master.LocationListView,
        master.LocationCreateView,
        master.LocationUpdateView,
        master.LocationCardView,
    ),
    path("locations/<str:code>/bins/", places.LocationBinsPage.as_view(), name="location_bins"),
    path("locations/<str:code>/bins/move/", places.MoveBinView.as_view(), name="bin_move"),
    *grid_paths("locations/<str:code>/bins/lines/", places.LocationBinsView, name="location_bins_lines"),
    *list_paths("bins/", places.BinContentListView, name="bincontent_list"),
    *master_paths(
        "responsibility-centres",
        "responsibilitycentre",
        "code",
        places.CentreListView,
        places.CentreCreateView,
        places.CentreUpdateView,
    ),
    *master_paths(
        "vendors",
        "vendor",
        "no",
        master.VendorListView,
        master.VendorCreateView,
        master.VendorUpdateView,
        master.VendorCardView,
    ),
    *master_paths(
        "customers",
        "customer",
        "no",
        master.CustomerListView,
        master.CustomerCreateView,
        master.CustomerUpdateView,
        master.CustomerCardView,
    ),
    *trade_patterns,
    *price_patterns,
    *_posted("transfer-shipments", "transfershipment", posted.TransferShipmentListView, posted.TransferShipmentView),
    *_posted("transfer-receipts", "transferreceipt", posted.TransferReceiptListView, posted.TransferReceiptView),
    *list_paths("goods-in-transit/", transfers.GoodsInTransitView, name="goods_in_transit"),
    *_posted("direct-transfers", "directtransfer", posted.DirectTransferListView, posted.DirectTransferView),
    *journal_patterns,
    *master_paths(
        "transfers",
        "transfer",
        "no",
        transfers.TransferListView,
        transfers.TransferCreateView,
        transfers.TransferUpdateView,
        transfers.TransferView,
    ),
    path("transfers/<str:no>/delete/", transfers.TransferDeleteView.as_view(), name="transfer_delete"),
    *grid_paths("transfers/<str:no>/lines/", transfers.TransferLinesView, name="transfer_lines"),
    *count_patterns,
    *list_paths("ledger/items/", entries.ItemLedgerEntryListView, name="itemledgerentry_list"),
    path("ledger/items/<int:pk>/", entries.ItemLedgerEntryCardView.as_view(), name="itemledgerentry_detail"),
    *list_paths("ledger/applications/", entries.ApplicationEntryListView, name="itemapplicationentry_list"),
]
