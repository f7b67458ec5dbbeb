"""The shared app."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class BaseConfig(AppConfig):
    """Registers job handlers and seeds groups after migrations."""

    name = "config.base"
    label = "base"
    verbose_name = _("Base")

    def ready(self) -> None:
        """Import every app's tasks, so that web and worker know all job kinds; seed after the last app."""
        from config.base.capabilities import seed_after_migrate

        autodiscover_modules("tasks")
        with_models = [config for config in apps.get_app_configs() if config.models_module is not None]
        # Permissions of later apps do not exist before the last app has been migrated.
        post_migrate.connect(seed_after_migrate, sender=with_models[-1], dispatch_uid="base.seed")
