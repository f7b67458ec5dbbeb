"""The addresses of cost lineage and cost history."""

from django.urls import URLPattern, path

from config.base.views import list_paths
from costing.views import cost_history, lineage

SVG = {"export_format": "svg"}

lineage_patterns: list[URLPattern] = [
    *list_paths("costing/lineage/<int:entry>/", lineage.LineageView, name="lineage"),
    path("costing/lineage/<int:entry>.svg", lineage.LineageView.as_view(), SVG, name="lineage_svg"),
    path("ledger/values/<int:pk>/lineage/", lineage.ValueLineageView.as_view(), name="valueentry_lineage"),
    *list_paths("items/<str:no>/cost/", cost_history.CostHistoryView, name="item_cost"),
]
