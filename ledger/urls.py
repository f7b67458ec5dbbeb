from django.urls import path

from config.base.views import grid_paths, list_paths
from ledger import views

app_name = "ledger"
urlpatterns = [
    *list_paths("gl/accounts/", views.GLAccountListView, name="glaccount_list"),
    path("gl/accounts/<str:no>/", views.GLAccountCardView.as_view(), name="glaccount_detail"),
    *list_paths("gl/entries/", views.GLEntryListView, name="glentry_list"),
    *list_paths("gl/vouchers/", views.VoucherListView, name="voucher_list"),
    path("gl/vouchers/<int:pk>/", views.VoucherView.as_view(), name="voucher_detail"),
    path("gl/vouchers/<int:pk>/reverse/", views.ReverseVoucherView.as_view(), name="voucher_reverse"),
    *list_paths("gl/registers/", views.GLRegisterListView, name="glregister_list"),
    path("gl/journal/", views.JournalView.as_view(), name="journal"),
    path("gl/journal/post/", views.PostJournalView.as_view(), name="journal_post"),
    *list_paths("gl/periods/", views.AccountingPeriodListView, name="period_list"),
    path("gl/periods/<int:pk>/change/", views.ChangePeriodView.as_view(), name="period_change"),
    path("gl/periods/create-year/", views.CreateYearView.as_view(), name="year_create"),
    path("gl/periods/close-year/", views.CloseYearView.as_view(), name="year_close"),
    path("gl/trial-balance/", views.TrialBalanceView.as_view(), name="trial_balance"),
    path(
        "gl/trial-balance.<export_format:export_format>",
        views.TrialBalanceFileView.as_view(),
        name="trial_balance_export",
    ),
    *grid_paths("gl/journal/lines/", views.JournalLinesView, name="journal_lines"),
]
