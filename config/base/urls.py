"""Addresses of the pages that every app shares."""

from django.conf import settings
from django.urls import URLPattern, path

from config.base.views.audit import AuditListView
from config.base.views.export_files import ExportFileView
from config.base.views.home import HelpView, HomeView, SearchView, StyleguideView
from config.base.views.job_pages import JobListView, JobSteerView, JobView
from config.base.views.paths import list_paths
from config.base.views.personal import ColumnsView, LookView, NotificationListView, PreferencesView, SavedViewView
from config.base.views.record_tabs import RecordFilePage, RecordFilesPage, RecordHistoryPage

app_name = "base"
urlpatterns: list[URLPattern] = [
    path("", HomeView.as_view(), name="home"),
    path("search/", SearchView.as_view(), name="search"),
    *list_paths("jobs/", JobListView, name="job_list"),
    path("jobs/<int:pk>/", JobView.as_view(), name="job_detail"),
    path("jobs/<int:pk>/cancel/", JobSteerView.as_view(steer="cancel"), name="job_cancel"),
    path("jobs/<int:pk>/retry/", JobSteerView.as_view(steer="retry"), name="job_retry"),
    path("exports/files/<int:pk>/", ExportFileView.as_view(), name="export_file"),
    *list_paths("audit/", AuditListView, name="audit"),
    *list_paths("records/<str:label>/<str:key>/history/", RecordHistoryPage, name="record_history"),
    path("records/<str:label>/<str:key>/files/", RecordFilesPage.as_view(), name="record_files"),
    path("records/<str:label>/<str:key>/files/<int:pk>/", RecordFilePage.as_view(), name="record_file"),
    path("notifications/", NotificationListView.as_view(), name="notification_list"),
    path("preferences/", PreferencesView.as_view(), name="preferences"),
    path("preferences/look/", LookView.as_view(), name="look"),
    path("preferences/columns/", ColumnsView.as_view(), name="list_columns"),
    path("preferences/views/", SavedViewView.as_view(), name="view_save"),
    path("preferences/views/<int:pk>/delete/", SavedViewView.as_view(), name="view_delete"),
    path("help/", HelpView.as_view(), name="help"),
    path("help/<slug:topic>/", HelpView.as_view(), name="help_topic"),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", StyleguideView.as_view(), name="styleguide"))
