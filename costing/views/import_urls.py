"""The addresses of import and export."""

from django.urls import URLPattern, path

from config.base.views import list_paths
from costing.views import import_runs, imports

import_patterns: list[URLPattern] = [
    path("import/", imports.ImportListView.as_view(), name="import_list"),
    *list_paths("import/runs/", import_runs.ImportRunListView, name="import_run_list"),
    path("import/runs/<int:pk>/", import_runs.ImportRunView.as_view(), name="import_run"),
    path("import/runs/<int:pk>/import/", import_runs.ImportRehearsedView.as_view(), name="import_rehearsed"),
    path("import/<slug:kind>/", imports.ImportView.as_view(), name="import"),
    path("exports/<slug:kind>.<export_format:export_format>", imports.ExportKindView.as_view(), name="export_kind"),
]
