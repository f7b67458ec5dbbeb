"""Lots and serial numbers as records of their own; entries carry their numbers as text."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from inventory.models.master import Item


class Lot(models.Model):
    item = models.ForeignKey(Item, models.PROTECT, related_name="lots", verbose_name=_("item"))
    lot_no = models.CharField(_("lot no."), max_length=50)
    expiration_date = models.DateField(_("expiration date"), null=True, blank=True)
    blocked = models.BooleanField(_("blocked"), default=False)

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [models.UniqueConstraint(fields=["item", "lot_no"], name="lot_no_unique")]

    def __str__(self) -> str:
        return self.lot_no


class Serial(models.Model):
    item = models.ForeignKey(Item, models.PROTECT, related_name="serials", verbose_name=_("item"))
    serial_no = models.CharField(_("serial no."), max_length=50)
    blocked = models.BooleanField(_("blocked"), default=False)

    class Meta:
        verbose_name = _("serial number")
        verbose_name_plural = _("serial numbers")
        constraints = [models.UniqueConstraint(fields=["item", "serial_no"], name="serial_no_unique")]

    def __str__(self) -> str:
        return self.serial_no
