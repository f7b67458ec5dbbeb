"""Accounting periods: months of fiscal years."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountingPeriod(models.Model):
    starting_date = models.DateField(_("starting date"), unique=True)
    name = models.CharField(_("name"), max_length=30, blank=True)
    new_fiscal_year = models.BooleanField(_("new fiscal year"), default=False)
    closed = models.BooleanField(_("closed"), default=False)

    class Meta:
        verbose_name = _("accounting period")
        verbose_name_plural = _("accounting periods")

    def __str__(self) -> str:
        return str(self.starting_date)
