from django.urls import path

from config.base.views import list_paths
from reconciliation import views

app_name = "reconciliation"
urlpatterns = [
    path("reconciliation/", views.ReconciliationView.as_view(), name="matrix"),
    path("reconciliation.<export_format:export_format>", views.MatrixExportView.as_view(), name="matrix_export"),
    *list_paths("reconciliation/values/", views.FigureEntryListView, name="valueentry_list"),
    *list_paths("reconciliation/posted/", views.RelationListView, name="relation_list"),
    *list_paths("reconciliation/not-tied/", views.UntiedEntryListView, name="untied_list"),
    path("gl/accounts/<str:no>/roles/", views.AccountRolesView.as_view(), name="account_roles"),
]
