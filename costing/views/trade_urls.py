"""The addresses of the pages that invoice, return and take back goods."""

from typing import Any

from django.urls import URLPattern, path

from config.base.views import list_paths
from costing.views import not_invoiced, return_posting
from costing.views.return_posting import UndoPostedView
from inventory.enums import DocumentType
from inventory.links import POSTED_PAGES

UNDO_ROUTES = {
    DocumentType.PURCHASE_RECEIPT: "purchase-receipts",
    DocumentType.PURCHASE_RETURN_SHIPMENT: "purchase-return-shipments",
    DocumentType.SALES_SHIPMENT: "sales-shipments",
    DocumentType.SALES_RETURN_RECEIPT: "sales-return-receipts",
}
RETURN, SALES_RETURN = "purchase-returns/<str:no>/", "sales-returns/<str:no>/"


def _post(route: str, view: type[Any], name: str) -> URLPattern:
    return path(route, view.as_view(), name=name)


trade_patterns: list[URLPattern] = [
    *list_paths("received-not-invoiced/", not_invoiced.ReceivedNotInvoicedView, name="received_not_invoiced"),
    path("received-not-invoiced/invoice/", not_invoiced.InvoiceReceivedView.as_view(), name="received_invoice"),
    *list_paths("shipped-not-invoiced/", not_invoiced.ShippedNotInvoicedView, name="shipped_not_invoiced"),
    path("shipped-not-invoiced/invoice/", not_invoiced.InvoiceShippedView.as_view(), name="shipped_invoice"),
    _post(f"{RETURN}ship/", return_posting.ShipPurchaseReturnView, "purchasereturn_ship"),
    _post(f"{RETURN}credit/", return_posting.CreditPurchaseReturnView, "purchasereturn_credit"),
    _post(f"{RETURN}ship-and-credit/", return_posting.ShipAndCreditPurchaseReturnView, "purchasereturn_ship_credit"),
    _post("purchase-credits/<str:no>/post/", return_posting.PurchaseCreditPostView, "purchasecredit_post"),
    _post(f"{SALES_RETURN}receive/", return_posting.ReceiveSalesReturnView, "salereturn_receive"),
    _post(f"{SALES_RETURN}credit/", return_posting.CreditSalesReturnView, "salereturn_credit"),
    _post(
        f"{SALES_RETURN}receive-and-credit/",
        return_posting.ReceiveAndCreditSalesReturnView,
        "salereturn_receive_credit",
    ),
    _post("sales-credits/<str:no>/post/", return_posting.SalesCreditPostView, "salecredit_post"),
    *(
        path(
            f"{route}/<str:no>/undo/",
            UndoPostedView.as_view(document_type=document_type),
            name=f"{POSTED_PAGES[document_type]}_undo",
        )
        for document_type, route in UNDO_ROUTES.items()
    ),
]
