"""The addresses of the inventory pages."""

from typing import Any

from django.urls import URLPattern, path

from config.base.views import grid_paths, list_paths
from inventory.count_urls import count_patterns
from inventory.item_urls import item_patterns, master_paths
from inventory.journal_urls import journal_patterns
from inventory.views import charges, entries, master, orders, places, posted, transfers
from inventory.views.order_lines import PurchaseLinesView, SaleLinesView

app_name = "inventory"


def _order(route: str, stem: str, *views: type[Any]) -> list[URLPattern]:
    """All pages of one kind of order."""
    listing, create, update, delete, detail, lines, line, propose = views
    return [
        *master_paths(route, stem, "no", listing, create, update, detail),
        path(f"{route}/<str:no>/delete/", delete.as_view(), name=f"{stem}_delete"),
        path(f"{route}/<str:no>/propose/", propose.as_view(), name=f"{stem}_propose"),
        *grid_paths(f"{route}/<str:no>/lines/", lines, name=f"{stem}_lines"),
        path(
            f"{route}/<str:no>/lines/<int:line_pk>/more/",
            line.as_view(),
            name=f"{stem}_line",
        ),
    ]


def _posted(route: str, stem: str, listing: type[Any], card: type[Any]) -> list[URLPattern]:
    return [
        *list_paths(f"{route}/", listing, name=f"{stem}_list"),
        path(f"{route}/<str:no>/", card.as_view(), name=f"{stem}_detail"),
    ]


CHARGE = "purchases/<str:no>/charges/<int:charge_pk>/"

urlpatterns: list[URLPattern] = [
    *item_patterns,
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
    *_order(
        "purchases",
        "purchase",
        orders.PurchaseListView,
        orders.PurchaseCreateView,
        orders.PurchaseUpdateView,
        orders.PurchaseDeleteView,
        orders.PurchaseView,
        PurchaseLinesView,
        orders.PurchaseLineView,
        orders.PurchaseProposeView,
    ),
    *_order(
        "sales",
        "sale",
        orders.SaleListView,
        orders.SaleCreateView,
        orders.SaleUpdateView,
        orders.SaleDeleteView,
        orders.SaleView,
        SaleLinesView,
        orders.SaleLineView,
        orders.SaleProposeView,
    ),
    path("purchases/<str:no>/charges/new/", charges.ChargeCreateView.as_view(), name="charge_create"),
    path(CHARGE, charges.ChargeView.as_view(), name="charge_detail"),
    path(f"{CHARGE}assign/", charges.AssignChargeView.as_view(), name="charge_assign"),
    path(f"{CHARGE}split/", charges.SuggestSplitView.as_view(), name="charge_split"),
    *grid_paths(f"{CHARGE}lines/", charges.ChargeAssignmentLinesView, name="charge_lines"),
    *list_paths("order-lines/", orders.OrderLineListView, name="orderline_list"),
    *list_paths("posted-lines/", posted.PostedLineListView, name="postedline_list"),
    *_posted("purchase-receipts", "purchasereceipt", posted.PurchaseReceiptListView, posted.PurchaseReceiptView),
    *_posted("purchase-invoices", "purchaseinvoice", posted.PurchaseInvoiceListView, posted.PurchaseInvoiceView),
    *_posted("sales-shipments", "salesshipment", posted.SalesShipmentListView, posted.SalesShipmentView),
    *_posted("sales-invoices", "salesinvoice", posted.SalesInvoiceListView, posted.SalesInvoiceView),
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
