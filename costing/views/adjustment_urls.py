from django.urls import URLPattern, path

from config.base.views import list_paths
from costing.views import adjustment, adjustment_runs, facts

adjustment_patterns: list[URLPattern] = [
    *list_paths("costing/", adjustment.CostStatusView, name="adjustment_status"),
    *list_paths("costing/points/", adjustment.EntryPointListView, name="entry_point_list"),
    *list_paths("costing/orders/", adjustment.OrderStateListView, name="order_state_list"),
    path("costing/adjust/", adjustment.AdjustCostView.as_view(), name="adjust"),
    *list_paths("costing/runs/", adjustment_runs.RunListView, name="run_list"),
    path("costing/runs/<int:pk>/", adjustment_runs.RunCardView.as_view(), name="run_detail"),
    *list_paths("costing/runs/<int:pk>/items/", adjustment_runs.RunItemListView, name="run_items"),
    *list_paths("costing/runs/<int:pk>/plan/", adjustment_runs.PlanListView, name="run_plan"),
    path("costing/runs/<int:pk>/items/<int:item>/retry/", adjustment_runs.RetryView.as_view(), name="run_item_retry"),
    path("costing/items/<str:no>/exclude/", adjustment.ExcludeItemView.as_view(), name="item_exclude"),
    path("costing/items/<str:no>/value/", facts.ItemValueFactView.as_view(), name="item_value"),
    path("costing/items/<str:no>/cost/", facts.ItemValueFactView.as_view(), name="item_cost_fragment"),
    path("costing/items/<str:no>/figures/", facts.ItemFiguresView.as_view(), name="item_figures_fragment"),
    path("costing/items/<str:no>/trend/", facts.ItemTrendView.as_view(), name="item_trend_fragment"),
    path("costing/documents/<str:no>/cost/", facts.DocumentCostFactView.as_view(), name="document_cost"),
]
