"""The addresses of the pages that invoice, return and take back goods."""

from django.urls import URLPattern, path

from config.base.views import list_paths
from costing.views import not_invoiced

trade_patterns: list[URLPattern] = [
    *list_paths("received-not-invoiced/", not_invoiced.ReceivedNotInvoicedView, name="received_not_invoiced"),
    path("received-not-invoiced/invoice/", not_invoiced.InvoiceReceivedView.as_view(), name="received_invoice"),
    *list_paths("shipped-not-invoiced/", not_invoiced.ShippedNotInvoicedView, name="shipped_not_invoiced"),
    path("shipped-not-invoiced/invoice/", not_invoiced.InvoiceShippedView.as_view(), name="shipped_invoice"),
]
