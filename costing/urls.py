from django.urls import URLPattern, path

from config.base.views import list_paths
from costing.views import entries, find_entries, gl, gl_run_file, ledgers
from costing.views.adjustment_urls import adjustment_patterns
from costing.views.close_urls import close_patterns
from costing.views.import_urls import import_patterns
from costing.views.lineage_urls import lineage_patterns
from costing.views.posting_urls import posting_patterns
from costing.views.trade_urls import trade_patterns
from costing.views.valuing_urls import valuing_patterns
from costing.views.worksheet_urls import worksheet_patterns

app_name = "costing"

value_patterns: list[URLPattern] = [
    *list_paths("ledger/values/", entries.ValueEntryListView, name="valueentry_list"),
    path("ledger/values/<int:pk>/", entries.ValueEntryCardView.as_view(), name="valueentry_detail"),
    *list_paths("ledger/values/<int:pk>/gl/", entries.ValueEntryGLListView, name="valueentry_glentries"),
    *list_paths("ledger/values/<int:pk>/sources/", entries.CostChangeListView, name="valueentry_sources"),
    *list_paths("items/<str:no>/values/", entries.ItemValueListView, name="item_values"),
    *list_paths("gl/entries/<int:pk>/values/", entries.GLEntryValueListView, name="glentry_values"),
]
ledger_patterns: list[URLPattern] = [
    *list_paths("ledger/capacity/", ledgers.CapacityEntryListView, name="capacityentry_list"),
    *list_paths("ledger/counted/", ledgers.CountedEntryListView, name="countedentry_list"),
]
find_patterns: list[URLPattern] = [
    path("find-entries/", find_entries.FindEntriesView.as_view(), name="find_entries"),
]
gl_patterns: list[URLPattern] = [
    *list_paths("gl/post-inventory/", gl.WaitingListView, name="gl_waiting"),
    path("gl/post-inventory/post/", gl.PostToGLView.as_view(), name="gl_post"),
    *list_paths("gl/post-inventory/runs/", gl.PostToGLRunListView, name="gl_run_list"),
    path("gl/post-inventory/<int:pk>/", gl.PostToGLRunCardView.as_view(), name="gl_run"),
    path(
        "gl/post-inventory/<int:pk>.<export_format:export_format>",
        gl_run_file.PostToGLRunFileView.as_view(),
        name="gl_run_export",
    ),
    path("gl/post-inventory/<int:pk>/retry/", gl.RetrySkippedView.as_view(), name="gl_run_retry"),
    *list_paths("gl/post-inventory/<int:pk>/skipped/", gl.SkippedListView, name="gl_run_skipped"),
]
urlpatterns: list[URLPattern] = [
    *posting_patterns,
    *trade_patterns,
    *valuing_patterns,
    *worksheet_patterns,
    *value_patterns,
    *ledger_patterns,
    *adjustment_patterns,
    *close_patterns,
    *gl_patterns,
    *find_patterns,
    *import_patterns,
    *lineage_patterns,
]
