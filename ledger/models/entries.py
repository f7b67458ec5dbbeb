"""The general ledger: balanced transactions, debit positive. Append-only.

A deferred trigger on the transaction refuses, at commit, one whose entries do not sum to zero or are not
`line_count` in number; whoever wrote them.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.fields import AmountField
from ledger.enums import SourceCode
from ledger.models.accounts import GLAccount
from ledger.querysets import GLEntryQuerySet, GLRegisterQuerySet, GLTransactionQuerySet


class GLRegister(models.Model):
    """One posting run to the general ledger."""

    PROGRESS_FIELDS = ()

    source_code = models.CharField(_("source code"), max_length=20, choices=SourceCode)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("user"))
    created_at = models.DateTimeField(_("created at"))

    objects = GLRegisterQuerySet.as_manager()

    class Meta:
        verbose_name = _("G/L register")
        verbose_name_plural = _("G/L registers")

    def __str__(self) -> str:
        return f"{self.pk}"


class GLTransaction(models.Model):
    """A voucher: entries of one document on one date that sum to zero."""

    PROGRESS_FIELDS = ()

    register = models.ForeignKey(
        GLRegister, models.PROTECT, related_name="transactions", verbose_name=_("G/L register")
    )
    posting_date = models.DateField(_("posting date"))
    document_no = models.CharField(_("document no."), max_length=20)
    source_code = models.CharField(_("source code"), max_length=20, choices=SourceCode)
    description = models.CharField(_("description"), max_length=100, db_default="", blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("reverses")
    )
    line_count = models.PositiveIntegerField(_("number of lines"))
    created_at = models.DateTimeField(_("created at"))

    objects = GLTransactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("G/L transaction")
        verbose_name_plural = _("G/L transactions")
        indexes = [
            models.Index(fields=["document_no"], name="gl_transaction_document"),
            models.Index(fields=["posting_date"], name="gl_transaction_date"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class GLEntry(models.Model):
    """One line of a voucher; `amount` in local currency, debit positive, never zero."""

    PROGRESS_FIELDS = ()

    transaction = models.ForeignKey(
        GLTransaction, models.PROTECT, related_name="entries", verbose_name=_("G/L transaction")
    )
    gl_account = models.ForeignKey(GLAccount, models.PROTECT, related_name="entries", verbose_name=_("G/L account"))
    posting_date = models.DateField(_("posting date"))
    document_no = models.CharField(_("document no."), max_length=20)
    external_document_no = models.CharField(_("external document no."), max_length=35, db_default="", blank=True)
    description = models.CharField(_("description"), max_length=100, db_default="", blank=True)
    amount = AmountField(_("amount"))
    dimension_set = models.ForeignKey(
        "base.DimensionSet", models.PROTECT, null=True, related_name="+", verbose_name=_("dimension set")
    )
    source_code = models.CharField(_("source code"), max_length=20, choices=SourceCode)
    system_created = models.BooleanField(_("system-created entry"), db_default=False)
    created_at = models.DateTimeField(_("created at"))

    objects = GLEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("G/L entry")
        verbose_name_plural = _("G/L entries")
        constraints = [models.CheckConstraint(name="gl_entry_amount_not_zero", condition=~Q(amount=0))]
        indexes = [
            models.Index(fields=["gl_account", "posting_date"], include=["amount"], name="gl_entry_account_date"),
            models.Index(fields=["document_no", "posting_date"], name="gl_entry_document"),
            models.Index(fields=["posting_date"], name="gl_entry_posting_date"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
