from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CostingConfig(AppConfig):
    """Value entries, the cost engine, posting and posting to G/L."""

    name = "costing"
    label = "costing"
    verbose_name = _("Costing")
    default_auto_field = "django.db.models.BigAutoField"
