from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from config import health
from costing.views.item_cards import ItemUpdateView

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/login/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("accounts/logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("accounts/password/", auth_views.PasswordChangeView.as_view(), name="password_change"),
    path("accounts/password/done/", auth_views.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("admin/", admin.site.urls),
    path("", include("config.base.urls")),
    # At the address of inventory:item_update, and before it: costing may refuse a change of the card.
    path("items/<str:no>/edit/", ItemUpdateView.as_view()),
    path("", include("inventory.urls")),
    path("", include("ledger.urls")),
    path("", include("costing.urls")),
    path("", include("reconciliation.urls")),
]
