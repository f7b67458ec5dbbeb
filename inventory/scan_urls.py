"""The addresses of the scan station and of labels. What is scanned is posted by costing."""

from django.urls import URLPattern, path

from inventory.views import labels, scan

scan_patterns: list[URLPattern] = [
    path("scan/", scan.ScanHomeView.as_view(), name="scan"),
    path("scan/worker.js", scan.ScanWorkerView.as_view(), name="scan_worker"),
    path("scan/apply/", scan.ApplyScanView.as_view(), name="scan_apply"),
    path("scan/undo/", scan.UndoScanView.as_view(), name="scan_undo"),
    path("scan/lookup/", scan.LookUpView.as_view(), name="scan_lookup"),
    path("scan/move/", scan.ScanMoveView.as_view(), name="scan_move"),
    path("scan/done/<int:pk>/", scan.ScanDoneView.as_view(), name="scan_done"),
    path("scan/<int:pk>/give-up/", scan.GiveUpScanView.as_view(), name="scan_give_up"),
    path("scan/<slug:task>/", scan.ScanTaskView.as_view(), name="scan_task"),
    path("scan/<slug:task>/<str:no>/", scan.ScanSessionView.as_view(), name="scan_session"),
    path("labels/items/", labels.ItemLabelsView.as_view(), name="labels_items"),
    path("labels/items/chosen/", labels.ChosenItemLabelsView.as_view(), name="labels_chosen_items"),
    path("labels/bins/<str:code>/", labels.BinLabelsView.as_view(), name="labels_bins"),
    path("labels/lots/", labels.LotLabelsView.as_view(), name="labels_lots"),
    path("labels/receipts/<str:no>/", labels.ReceiptLabelsView.as_view(), name="labels_receipt"),
]
