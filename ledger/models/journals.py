"""General journal lines that wait to be posted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.fields import AmountField
from ledger.models.accounts import GLAccount


class GeneralJournalLine(models.Model):
    """A line of a user's general journal; debit positive. Lines of one document number must balance."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("owner"))
    line_no = models.PositiveIntegerField(_("line no."))
    posting_date = models.DateField(_("posting date"))
    document_no = models.CharField(_("document no."), max_length=20, blank=True)
    gl_account = models.ForeignKey(GLAccount, models.PROTECT, verbose_name=_("G/L account"))
    description = models.CharField(_("description"), max_length=100, blank=True)
    amount = AmountField(_("amount"))
    dimension_set = models.ForeignKey(
        "base.DimensionSet", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("dimension set")
    )

    class Meta:
        verbose_name = _("general journal line")
        verbose_name_plural = _("general journal lines")
        constraints = [
            models.UniqueConstraint(fields=["owner", "line_no"], name="general_journal_line_no_unique"),
            models.CheckConstraint(name="general_journal_line_amount_not_zero", condition=~Q(amount=0)),
        ]

    def __str__(self) -> str:
        return f"{self.line_no}"

    def account_name(self) -> str:
        """The name of its account, for the grid; the account must be selected."""
        return self.gl_account.name
