"""Runs that post inventory cost to the general ledger, and the entries that they skipped."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.fields import AmountField
from costing.enums import RunState
from costing.models.entries import ValueEntry
from ledger.models import GLRegister


class PostToGLRun(models.Model):
    """A run over the queue of value entries, or with `post` off what it would do.

    `is_test`: lists every error of every entry. `account_totals`: net amount by account number, as text.
    `dimension_notes`: why dimensions were not checked, by the dimension values: `{"DEPT=SALES": {"reason", "count"}}`.
    """

    job = models.OneToOneField("base.Job", models.PROTECT, null=True, verbose_name=_("job"))
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.WAITING)
    through = models.DateField(_("through"), null=True)
    per_posting_group = models.BooleanField(_("per posting group"), default=False)
    document_no = models.CharField(_("document no."), max_length=20, blank=True)
    post = models.BooleanField(_("post"), default=True)
    is_test = models.BooleanField(_("test report"), default=False, db_default=False)
    item_nos = models.TextField(_("items"), blank=True, default="", db_default="")
    retry_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="retries", verbose_name=_("retries")
    )
    account_totals = models.JSONField(_("totals by account"), default=dict, blank=True)
    dimension_notes = models.JSONField(_("notes on dimensions"), default=dict, blank=True)
    posted_count = models.IntegerField(_("value entries posted"), default=0)
    posted_amount = AmountField(_("amount posted"), default=0)
    skipped_count = models.IntegerField(_("value entries skipped"), default=0)
    gl_register = models.ForeignKey(GLRegister, models.PROTECT, null=True, verbose_name=_("G/L register"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("user"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("run of posting to G/L")
        verbose_name_plural = _("runs of posting to G/L")

    def __str__(self) -> str:
        return f"{self.pk}"


class SkippedEntry(models.Model):
    """A value entry that a run left in the queue; one row, in a test report one for each of its errors.

    `cure`: the record to mend, as "kind:keys" (`costing.post_to_gl.cures`).
    """

    run = models.ForeignKey(PostToGLRun, models.CASCADE, related_name="skipped", verbose_name=_("run"))
    value_entry = models.ForeignKey(ValueEntry, models.PROTECT, related_name="+", verbose_name=_("value entry"))
    code = models.CharField(_("code"), max_length=40)
    reason = models.CharField(_("reason"), max_length=300)
    cure = models.CharField(_("cure"), max_length=100, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("skipped entry")
        verbose_name_plural = _("skipped entries")

    def __str__(self) -> str:
        return f"{self.pk}"
