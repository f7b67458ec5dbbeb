"""The addresses of counts, their sheets, and counting periods."""

from __future__ import annotations

from django.urls import URLPattern, path

from config.base.views import grid_paths, list_paths
from inventory.item_urls import master_paths
from inventory.views import count_sheets, counting_periods, counts

COUNT = "counts/<str:no>/"
SHEET = f"{COUNT}sheets/<int:sheet>/"

count_patterns: list[URLPattern] = [
    *list_paths("counts/", counts.CountListView, name="count_list"),
    path("counts/new/", counts.CountCreateView.as_view(), name="count_create"),
    path(COUNT, counts.CountView.as_view(), name="count_detail"),
    *grid_paths(f"{COUNT}lines/", counts.CountLinesView, name="count_lines"),
    path(f"{COUNT}sheets/", count_sheets.MakeSheetsView.as_view(), name="count_sheets"),
    path(f"{COUNT}recount/", count_sheets.RecountView.as_view(), name="count_recount"),
    path(f"{COUNT}finish/", counts.FinishCountView.as_view(), name="count_finish"),
    path(f"{COUNT}reopen/", counts.ReopenCountView.as_view(), name="count_reopen"),
    path(SHEET, count_sheets.CountSheetView.as_view(), name="countsheet_detail"),
    *grid_paths(f"{SHEET}lines/", count_sheets.SheetLinesView, name="countsheet_lines"),
    path(f"{SHEET}print/", count_sheets.CountSheetPrintView.as_view(), name="countsheet_print"),
    path(f"{SHEET}finish/", count_sheets.FinishSheetView.as_view(), name="countsheet_finish"),
    path(f"{SHEET}reopen/", count_sheets.ReopenSheetView.as_view(), name="countsheet_reopen"),
    path(f"{SHEET}delete/", count_sheets.DeleteSheetView.as_view(), name="countsheet_delete"),
    *list_paths("count-sheets/", count_sheets.CountSheetListView, name="countsheet_list"),
    *list_paths("count-plan/", counting_periods.CountPlanView, name="countplan"),
    path("count-plan/make/", counting_periods.CountDueView.as_view(), name="count_due"),
    *master_paths(
        "counting-periods",
        "countingperiod",
        "code",
        counting_periods.CountingPeriodListView,
        counting_periods.CountingPeriodCreateView,
        counting_periods.CountingPeriodUpdateView,
    ),
]
