"""What a reconciliation found, who signed it, and the seals over posted entries."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.fields import AmountField
from inventory.models import ItemRegister


class ReconciliationRun(models.Model):
    """One computed matrix: its filters, its figures, and the moment whose knowledge it states."""

    date_from = models.DateField(_("date from"), null=True, blank=True)
    date_to = models.DateField(_("date to"), null=True, blank=True)
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    figures = models.JSONField(_("figures"), default=dict)
    known_at = models.DateTimeField(_("as known at"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("user"))

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")

    def __str__(self) -> str:
        return f"{self.pk}"


class Finding(models.Model):
    """One cause of one difference, with its amount; the causes of a difference add up to it."""

    run = models.ForeignKey(ReconciliationRun, models.CASCADE, related_name="findings", verbose_name=_("run"))
    row = models.CharField(_("row"), max_length=40)
    column = models.CharField(_("column"), max_length=40)
    cause = models.CharField(_("cause"), max_length=40)
    amount = AmountField(_("amount"))

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [models.UniqueConstraint(fields=["run", "row", "column", "cause"], name="finding_unique")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.row}/{self.cause}"


class SignOff(models.Model):
    PROGRESS_FIELDS = ()

    run = models.OneToOneField(ReconciliationRun, models.PROTECT, related_name="sign_off", verbose_name=_("run"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("signed by"))
    note = models.TextField(_("note"), blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    signed_at = models.DateTimeField(_("signed at"))

    class Meta:
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")

    def __str__(self) -> str:
        return f"{self.run_id}"


class LedgerSeal(models.Model):
    """A hash over some registers and over the seal before it."""

    PROGRESS_FIELDS = ()

    registers = models.ManyToManyField(ItemRegister, related_name="seals", verbose_name=_("registers"))
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="next", verbose_name=_("previous"))
    digest = models.CharField(_("digest"), max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("ledger seal")
        verbose_name_plural = _("ledger seals")

    def __str__(self) -> str:
        return f"{self.pk}"
