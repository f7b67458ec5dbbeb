"""The carrier of all capabilities, and what the seed has granted."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.capability_names import CAPABILITIES, codename


class Capability(models.Model):
    """No table: its permissions are the capabilities. ``cost.view`` is the permission ``base.cost_view``."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [(codename(name), label) for name, label in CAPABILITIES.items()]
        verbose_name = _("capability")
        verbose_name_plural = _("capabilities")


class SeededGrant(models.Model):
    """A permission that the seed once gave to a group: taken away by an administrator, it is not given again."""

    group_name = models.CharField(_("group"), max_length=150)
    permission = models.CharField(_("permission"), max_length=200)

    class Meta:
        verbose_name = _("seeded grant")
        verbose_name_plural = _("seeded grants")
        constraints = [models.UniqueConstraint(fields=["group_name", "permission"], name="base_seededgrant_once")]

    def __str__(self) -> str:
        return f"{self.group_name}: {self.permission}"
