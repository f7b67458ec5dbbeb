"""The addresses of import and export."""

from django.urls import URLPattern, path

from costing.views import imports

import_patterns: list[URLPattern] = [
    path("import/", imports.ImportListView.as_view(), name="import_list"),
    path("import/<slug:kind>/", imports.ImportView.as_view(), name="import"),
    path("exports/<slug:kind>.<export_format:export_format>", imports.ExportKindView.as_view(), name="export_kind"),
]
