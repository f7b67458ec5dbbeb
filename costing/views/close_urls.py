"""The addresses of the inventory close."""

from django.urls import URLPattern, path

from config.base.views import list_paths
from costing.views import close_adjustments, close_lists, close_readiness, close_runs, closing

close_patterns: list[URLPattern] = [
    *list_paths("close/", closing.CloseListView, name="close_list"),
    *list_paths("close/periods/log/", closing.PeriodLogListView, name="close_period_log"),
    path("close/readiness/", close_readiness.ReadinessView.as_view(), name="close_readiness"),
    *list_paths("close/readiness/issues/", close_readiness.UnsettledListView, name="readiness_issues"),
    *list_paths("close/readiness/open-issues/", close_readiness.OpenIssueListView, name="readiness_open_issues"),
    *list_paths("close/readiness/not-final/", close_readiness.NotFinalListView, name="readiness_not_final"),
    *list_paths("close/readiness/prices/", close_readiness.PriceListView, name="readiness_prices"),
    *list_paths("close/readiness/negative/", close_readiness.NegativeListView, name="readiness_negative"),
    path("close/start/", close_runs.StartCloseView.as_view(), name="close_start"),
    path("close/rehearse/", close_runs.RehearseView.as_view(), name="close_rehearse"),
    path("close/recalculate/", close_runs.RecalculateView.as_view(), name="close_recalculate"),
    path("close/jobs/<int:job>/", close_runs.CloseProgressView.as_view(), name="close_progress"),
    path("close/on-hand/", close_adjustments.OnHandView.as_view(), name="close_on_hand"),
    path("close/receipt/", close_adjustments.ReceiptView.as_view(), name="close_receipt"),
    *list_paths("close/settlements/", close_lists.AllSettlementsView, name="settlement_list"),
    *list_paths("close/marks/", close_adjustments.MarkListView, name="mark_list"),
    path("close/marks/new/", close_adjustments.CreateMarkView.as_view(), name="mark_create"),
    path("close/marks/<int:pk>/delete/", close_adjustments.DeleteMarkView.as_view(), name="mark_delete"),
    path("close/<int:pk>/", closing.CloseCardView.as_view(), name="close_detail"),
    *list_paths("close/<int:pk>/log/", close_lists.CloseLogView, name="close_log"),
    path("close/<int:pk>/log/<int:line>/note/", close_lists.NoteView.as_view(), name="close_note"),
    *list_paths("close/<int:pk>/changes/", close_lists.ChangeListView, name="close_changes"),
    *list_paths("close/<int:pk>/settlements/", close_lists.SettlementListView, name="close_settlements"),
    *list_paths(
        "close/<int:pk>/planned-settlements/", close_lists.PlannedSettlementListView, name="close_planned_settlements"
    ),
    *list_paths("close/<int:pk>/items/", close_lists.CloseItemListView, name="close_items"),
    *list_paths("close/<int:pk>/compare/<int:rehearsal>/", close_lists.ComparisonView, name="close_compare"),
    path("close/<int:pk>/reverse/", close_runs.ReverseCloseView.as_view(), name="close_reverse"),
    path("close/<int:pk>/give-up/", close_runs.GiveUpView.as_view(), name="close_give_up"),
]
