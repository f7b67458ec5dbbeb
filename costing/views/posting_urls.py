"""The addresses of the pages that post the documents of inventory."""

from django.urls import URLPattern, path

from costing.views import posting, scan_posting, transfer_posting

posting_patterns: list[URLPattern] = [
    path("purchases/<str:no>/receive/", posting.ReceivePurchaseView.as_view(), name="purchase_receive"),
    path("purchases/<str:no>/invoice/", posting.InvoicePurchaseView.as_view(), name="purchase_invoice"),
    path(
        "purchases/<str:no>/receive-and-invoice/",
        posting.ReceiveAndInvoicePurchaseView.as_view(),
        name="purchase_receive_invoice",
    ),
    path("sales/<str:no>/ship/", posting.ShipSaleView.as_view(), name="sale_ship"),
    path("sales/<str:no>/invoice/", posting.InvoiceSaleView.as_view(), name="sale_invoice"),
    path("sales/<str:no>/ship-and-invoice/", posting.ShipAndInvoiceSaleView.as_view(), name="sale_ship_invoice"),
    path("journals/adjustment/post/", posting.PostAdjustmentView.as_view(), name="adjustment_post"),
    path("journals/reclassification/post/", posting.PostReclassificationView.as_view(), name="reclassification_post"),
    path(
        "journals/adjustment/batch/<str:batch>/post/",
        posting.PostAdjustmentView.as_view(),
        name="adjustment_batch_post",
    ),
    path(
        "journals/reclassification/batch/<str:batch>/post/",
        posting.PostReclassificationView.as_view(),
        name="reclassification_batch_post",
    ),
    path("transfers/<str:no>/post/", transfer_posting.PostTransferView.as_view(), name="transfer_post"),
    path("transfers/<str:no>/ship/", transfer_posting.ShipTransferView.as_view(), name="transfer_ship"),
    path("transfers/<str:no>/receive/", transfer_posting.ReceiveTransferView.as_view(), name="transfer_receive"),
    path("transfer-shipments/<str:no>/undo/", transfer_posting.UndoShipmentView.as_view(), name="transfer_undo"),
    path("counts/<str:no>/post/", posting.PostCountView.as_view(), name="count_post"),
    path("scan/sessions/<int:pk>/post/", scan_posting.PostScannedView.as_view(), name="scan_post"),
]
