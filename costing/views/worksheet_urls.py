"""The addresses of the application worksheet."""

from django.urls import URLPattern, path

from config.base.views import list_paths
from costing.views import application_worksheet as worksheet

worksheet_patterns: list[URLPattern] = [
    *list_paths("ledger/worksheet/", worksheet.WorksheetItemListView, name="worksheet_items"),
    path("ledger/worksheet/entries/<int:pk>/", worksheet.WorksheetEntryView.as_view(), name="worksheet_entry"),
    *list_paths("ledger/worksheet/entries/<int:pk>/applied/", worksheet.AppliedListView, name="worksheet_applied"),
    *list_paths("ledger/worksheet/entries/<int:pk>/partners/", worksheet.PartnerListView, name="worksheet_partners"),
    path("ledger/worksheet/entries/<int:pk>/apply/<int:to>/", worksheet.ApplyView.as_view(), name="worksheet_apply"),
    path("ledger/worksheet/applications/<int:pk>/unapply/", worksheet.UnapplyView.as_view(), name="worksheet_unapply"),
    *list_paths("ledger/worksheet/items/<str:no>/", worksheet.WorksheetView, name="worksheet"),
    path("ledger/worksheet/items/<str:no>/close/", worksheet.CloseWorksheetView.as_view(), name="worksheet_close"),
    path("ledger/worksheet/items/<str:no>/undo/", worksheet.UndoWorksheetView.as_view(), name="worksheet_undo"),
]
