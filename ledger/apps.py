from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """Accounts, accounting periods and G/L entries; knows no items."""

    name = "ledger"
    label = "ledger"
    verbose_name = _("General ledger")
    default_auto_field = "django.db.models.BigAutoField"
