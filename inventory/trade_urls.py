"""The addresses of orders, returns, credit memos, and of what is posted of them."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path

from config.base.tables import Table
from config.base.views import grid_paths, list_paths
from inventory import links
from inventory.enums import DocumentType
from inventory.filters import OrderFilter, PurchaseFilter, SaleFilter
from inventory.forms import PurchaseForm, SaleForm
from inventory.tables import PurchaseReturnTable, PurchaseTable, SalesReturnTable, SaleTable
from inventory.views import charges, order_changes, order_states, orders, posted, posted_trade, printing
from inventory.views.order_lines import LINES_VIEWS
from inventory.views.sides import (
    PURCHASE,
    PURCHASE_CREDIT,
    PURCHASE_RETURN,
    SALE,
    SALES_CREDIT,
    SALES_RETURN,
    OrderSide,
)

CHARGE = "purchases/<str:no>/charges/<int:charge_pk>/"


def _order(route: str, side: OrderSide, table: type[Table]) -> list[URLPattern]:
    """All pages of one kind of document."""
    stem, one = side.stem, f"{route}/<str:no>/"
    filters: type[OrderFilter] = PurchaseFilter if side.is_purchase else SaleFilter
    form: dict[str, Any] = {"side": side, "form_class": PurchaseForm if side.is_purchase else SaleForm}
    listing = orders.OrderListView
    return [
        *list_paths(f"{route}/", listing, name=f"{stem}_list", side=side, filterset_class=filters, table_class=table),
        path(f"{route}/new/", order_changes.OrderCreateView.as_view(**form), name=f"{stem}_create"),
        path(f"{one}edit/", order_changes.OrderUpdateView.as_view(**form), name=f"{stem}_update"),
        path(one, orders.OrderView.as_view(side=side), name=f"{stem}_detail"),
        path(f"{one}delete/", order_changes.OrderDeleteView.as_view(side=side), name=f"{stem}_delete"),
        path(f"{one}propose/", order_changes.OrderProposeView.as_view(side=side), name=f"{stem}_propose"),
        path(f"{one}copy/", order_changes.OrderCopyView.as_view(side=side), name=f"{stem}_copy"),
        path(f"{one}print/", printing.OrderPrintView.as_view(side=side), name=f"{stem}_print"),
        *(
            [path(f"{one}take/", order_changes.TakeLinesView.as_view(side=side), name=f"{stem}_take")]
            if side.is_return
            else []
        ),
        *(
            [
                path(f"{one}close/", order_states.OrderCloseView.as_view(side=side), name=f"{stem}_close"),
                path(f"{one}reopen/", order_states.OrderReopenView.as_view(side=side), name=f"{stem}_reopen"),
            ]
            if side.may_be_closed
            else []
        ),
        *grid_paths(f"{one}lines/", LINES_VIEWS[side.kind], name=f"{stem}_lines"),
        path(f"{one}lines/<int:line_pk>/more/", order_changes.OrderLineView.as_view(side=side), name=f"{stem}_line"),
    ]


def _posted(route: str, document_type: DocumentType) -> list[URLPattern]:
    """All pages of one kind of posted document."""
    stem, one, which = links.POSTED_PAGES[document_type], f"{route}/<str:no>/", {"document_type": document_type}
    back = posted_trade.MakeReturnView.as_view(**which)
    return [
        *list_paths(f"{route}/", posted_trade.TradeListView, name=f"{stem}_list", document_type=document_type),
        path(one, posted_trade.TradeCardView.as_view(**which), name=f"{stem}_detail"),
        path(f"{one}print/", printing.PostedPrintView.as_view(**which), name=f"{stem}_print"),
        *([path(f"{one}return/", back, name=f"{stem}_return")] if document_type in posted_trade.RETURNED_BY else []),
    ]


trade_patterns: list[URLPattern] = [
    *_order("purchases", PURCHASE, PurchaseTable),
    *_order("sales", SALE, SaleTable),
    *_order("purchase-returns", PURCHASE_RETURN, PurchaseReturnTable),
    *_order("sales-returns", SALES_RETURN, SalesReturnTable),
    *_order("purchase-credits", PURCHASE_CREDIT, PurchaseReturnTable),
    *_order("sales-credits", SALES_CREDIT, SalesReturnTable),
    path("purchases/<str:no>/charges/new/", charges.ChargeCreateView.as_view(), name="charge_create"),
    path(CHARGE, charges.ChargeView.as_view(), name="charge_detail"),
    path(f"{CHARGE}assign/", charges.AssignChargeView.as_view(), name="charge_assign"),
    path(f"{CHARGE}split/", charges.SuggestSplitView.as_view(), name="charge_split"),
    *grid_paths(f"{CHARGE}lines/", charges.ChargeAssignmentLinesView, name="charge_lines"),
    *list_paths("order-lines/", orders.OrderLineListView, name="orderline_list"),
    *list_paths("posted-lines/", posted.PostedLineListView, name="postedline_list"),
    *_posted("purchase-receipts", DocumentType.PURCHASE_RECEIPT),
    *_posted("purchase-invoices", DocumentType.PURCHASE_INVOICE),
    *_posted("purchase-return-shipments", DocumentType.PURCHASE_RETURN_SHIPMENT),
    *_posted("purchase-credit-memos", DocumentType.PURCHASE_CREDIT_MEMO),
    *_posted("sales-shipments", DocumentType.SALES_SHIPMENT),
    *_posted("sales-invoices", DocumentType.SALES_INVOICE),
    *_posted("sales-return-receipts", DocumentType.SALES_RETURN_RECEIPT),
    *_posted("sales-credit-memos", DocumentType.SALES_CREDIT_MEMO),
]
