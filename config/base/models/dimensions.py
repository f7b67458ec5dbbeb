"""Dimensions: codes that classify documents and entries."""

import hashlib
import json
from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Dimension(models.Model):
    """A question asked of each entry: which department, which project."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    blocked = models.BooleanField(_("blocked"), default=False)

    class Meta:
        verbose_name = _("dimension")
        verbose_name_plural = _("dimensions")

    def __str__(self) -> str:
        return self.code


class DimensionValue(models.Model):
    """An answer to a dimension."""

    dimension = models.ForeignKey(Dimension, models.PROTECT, related_name="values", verbose_name=_("dimension"))
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100, blank=True)
    blocked = models.BooleanField(_("blocked"), default=False)

    class Meta:
        verbose_name = _("dimension value")
        verbose_name_plural = _("dimension values")
        constraints = [models.UniqueConstraint(fields=["dimension", "code"], name="base_dimensionvalue_code_once")]

    def __str__(self) -> str:
        return self.code


class DimensionSetManager(models.Manager["DimensionSet"]):
    """Finds or makes the one row of a combination."""

    def get_or_make(self, values: Mapping[str, str]) -> "DimensionSet":
        """Return the set with exactly these dimension code -> value code pairs; blank values are left out.

        Codes are taken as they are (``config.base.dimensions.check`` judges them). Two users at once get one row.
        """
        kept = {code: value for code, value in values.items() if value}
        digest = DimensionSet.digest(kept)
        found = self.filter(hash=digest).first()
        if found is not None:
            return found
        self.bulk_create([DimensionSet(hash=digest, values=kept)], ignore_conflicts=True)
        return self.get(hash=digest)


class DimensionSet(models.Model):
    """One distinct combination of dimension values, referenced by entries. It never changes."""

    hash = models.CharField(_("hash"), max_length=64, unique=True, editable=False)
    values = models.JSONField(_("values"), default=dict)

    objects = DimensionSetManager()

    class Meta:
        verbose_name = _("dimension set")
        verbose_name_plural = _("dimension sets")

    def __str__(self) -> str:
        return ", ".join(f"{code}={value}" for code, value in sorted(self.values.items()))

    @staticmethod
    def digest(values: Mapping[str, str]) -> str:
        """Return the hash that is the same for the same pairs in any order."""
        text = json.dumps(dict(values), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
