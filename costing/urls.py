from django.urls import URLPattern, path

from config.base.views import list_paths
from costing.views import adjustment, entries, facts, gl
from costing.views.posting_urls import posting_patterns

app_name = "costing"

value_patterns: list[URLPattern] = [
    *list_paths("ledger/values/", entries.ValueEntryListView, name="valueentry_list"),
    path("ledger/values/<int:pk>/", entries.ValueEntryCardView.as_view(), name="valueentry_detail"),
    *list_paths("ledger/values/<int:pk>/gl/", entries.ValueEntryGLListView, name="valueentry_glentries"),
    *list_paths("ledger/values/<int:pk>/sources/", entries.CostChangeListView, name="valueentry_sources"),
    *list_paths("items/<str:no>/values/", entries.ItemValueListView, name="item_values"),
    *list_paths("gl/entries/<int:pk>/values/", entries.GLEntryValueListView, name="glentry_values"),
]
adjustment_patterns: list[URLPattern] = [
    *list_paths("costing/", adjustment.CostStatusView, name="adjustment_status"),
    path("costing/adjust/", adjustment.AdjustCostView.as_view(), name="adjust"),
    *list_paths("costing/runs/", adjustment.RunListView, name="run_list"),
    path("costing/runs/<int:pk>/", adjustment.RunCardView.as_view(), name="run_detail"),
    *list_paths("costing/runs/<int:pk>/items/", adjustment.RunItemListView, name="run_items"),
    path("costing/items/<str:no>/value/", facts.ItemValueFactView.as_view(), name="item_value"),
    path("costing/items/<str:no>/cost/", facts.ItemValueFactView.as_view(), name="item_cost_fragment"),
    path("costing/documents/<str:no>/cost/", facts.DocumentCostFactView.as_view(), name="document_cost"),
]
gl_patterns: list[URLPattern] = [
    *list_paths("gl/post-inventory/", gl.WaitingListView, name="gl_waiting"),
    path("gl/post-inventory/post/", gl.PostToGLView.as_view(), name="gl_post"),
    *list_paths("gl/post-inventory/runs/", gl.PostToGLRunListView, name="gl_run_list"),
    path("gl/post-inventory/<int:pk>/", gl.PostToGLRunCardView.as_view(), name="gl_run"),
    *list_paths("gl/post-inventory/<int:pk>/skipped/", gl.SkippedListView, name="gl_run_skipped"),
]
urlpatterns: list[URLPattern] = [*posting_patterns, *value_patterns, *adjustment_patterns, *gl_patterns]
