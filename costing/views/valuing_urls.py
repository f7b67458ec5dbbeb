"""The addresses of the revaluation journal and of inventory periods."""

from django.urls import URLPattern, path

from config.base.views import grid_paths, list_paths
from costing.views import periods, revaluation, standard_cost

valuing_patterns: list[URLPattern] = [
    path("journals/revaluation/", revaluation.RevaluationJournalView.as_view(), name="revaluation_journal"),
    *grid_paths("journals/revaluation/lines/", revaluation.RevaluationLinesView, name="revaluation_lines"),
    path("journals/revaluation/calculate/", revaluation.CalculateValueView.as_view(), name="revaluation_calculate"),
    path("journals/revaluation/clear/", revaluation.ClearRevaluationView.as_view(), name="revaluation_clear"),
    path("journals/revaluation/post/", revaluation.PostRevaluationView.as_view(), name="revaluation_post"),
    path("costing/standard/", standard_cost.WorksheetView.as_view(), name="standard_worksheet"),
    *grid_paths("costing/standard/lines/", standard_cost.WorksheetLinesView, name="standard_lines"),
    path("costing/standard/suggest/", standard_cost.SuggestView.as_view(), name="standard_suggest"),
    path("costing/standard/roll-up/", standard_cost.RollUpView.as_view(), name="standard_roll_up"),
    path("costing/standard/implement/", standard_cost.ImplementView.as_view(), name="standard_implement"),
    path("costing/standard/clear/", standard_cost.ClearWorksheetView.as_view(), name="standard_clear"),
    *list_paths("periods/", periods.PeriodListView, name="period_list"),
    path("periods/new/", periods.CreatePeriodView.as_view(), name="period_create"),
    path("periods/<int:pk>/", periods.PeriodCardView.as_view(), name="period_detail"),
    path("periods/<int:pk>/edit/", periods.UpdatePeriodView.as_view(), name="period_update"),
    path("periods/<int:pk>/delete/", periods.DeletePeriodView.as_view(), name="period_delete"),
    path("periods/<int:pk>/test/", periods.PeriodTestView.as_view(), name="period_test"),
    path("periods/<int:pk>/close/", periods.ClosePeriodView.as_view(), name="period_close"),
    path("periods/<int:pk>/reopen/", periods.ReopenPeriodView.as_view(), name="period_reopen"),
    *list_paths("periods/<int:pk>/log/", periods.PeriodLogView, name="period_log"),
]
