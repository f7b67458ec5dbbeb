from django.urls import path

from config.base.views import list_paths
from reconciliation.views import lists, matrix, reports, sign_off

app_name = "reconciliation"
urlpatterns = [
    path("reconciliation/", matrix.ReconciliationView.as_view(), name="matrix"),
    path("reconciliation.<export_format:export_format>", matrix.MatrixExportView.as_view(), name="matrix_export"),
    *list_paths("reconciliation/values/", lists.FigureEntryListView, name="valueentry_list"),
    *list_paths("reconciliation/posted/", lists.RelationListView, name="relation_list"),
    *list_paths("reconciliation/not-tied/", lists.UntiedEntryListView, name="untied_list"),
    *list_paths("reconciliation/ledger/", lists.FigureGLEntryListView, name="glentry_list"),
    *list_paths("reconciliation/causes/values/", lists.CauseValueEntryListView, name="cause_values"),
    *list_paths("reconciliation/causes/links/", lists.CauseRelationListView, name="cause_links"),
    *list_paths("reconciliation/causes/entries/", lists.CauseGLEntryListView, name="cause_entries"),
    path("reconciliation/sign/", sign_off.SignView.as_view(), name="sign"),
    *list_paths("reconciliation/snapshots/", sign_off.SnapshotListView, name="snapshot_list"),
    path("reconciliation/snapshots/compare/", sign_off.CompareView.as_view(), name="snapshot_compare"),
    path("reconciliation/snapshots/<int:pk>/", sign_off.SnapshotView.as_view(), name="snapshot"),
    path("reports/", reports.ReportIndexView.as_view(), name="report_list"),
    path("reports/<slug:name>/", reports.ReportView.as_view(), name="report"),
    path("reports/<slug:name>.<export_format:export_format>", reports.ReportExportView.as_view(), name="report_export"),
    path("gl/accounts/<str:no>/roles/", lists.AccountRolesView.as_view(), name="account_roles"),
]
