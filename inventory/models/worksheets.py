"""The application worksheet: items whose applications somebody is taking apart and putting together anew."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.models.entries import ItemLedgerEntry, ItemRegister
from inventory.models.master import Item


class ApplicationWorksheet(models.Model):
    """An item that one user has unapplied: until it is closed nobody posts the item. Gone once it is closed.

    `register` stands on every application that the session makes and on every one that it cancels.
    """

    item = models.OneToOneField(
        Item, models.PROTECT, primary_key=True, related_name="application_worksheet", verbose_name=_("item")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("user"))
    register = models.OneToOneField(ItemRegister, models.PROTECT, related_name="+", verbose_name=_("register"))
    opened_at = models.DateTimeField(_("opened at"))

    class Meta:
        verbose_name = _("application worksheet")
        verbose_name_plural = _("application worksheets")

    def __str__(self) -> str:
        return f"{self.pk}"


class TouchedEntry(models.Model):
    """An entry whose applications the session changed, and what it was fixed to before."""

    worksheet = models.ForeignKey(
        ApplicationWorksheet, models.CASCADE, related_name="touched", verbose_name=_("application worksheet")
    )
    entry = models.ForeignKey(ItemLedgerEntry, models.PROTECT, related_name="+", verbose_name=_("item ledger entry"))
    applied_to_before = models.ForeignKey(
        ItemLedgerEntry, models.PROTECT, null=True, related_name="+", verbose_name=_("applies-to entry before")
    )

    class Meta:
        verbose_name = _("touched entry")
        verbose_name_plural = _("touched entries")
        constraints = [models.UniqueConstraint(fields=["worksheet", "entry"], name="touched_entry_once")]

    def __str__(self) -> str:
        return f"{self.worksheet_id}/{self.entry_id}"
