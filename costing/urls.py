from django.urls import URLPattern

from costing.views.posting_urls import posting_patterns

app_name = "costing"
urlpatterns: list[URLPattern] = [*posting_patterns]
