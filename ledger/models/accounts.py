"""The chart of accounts and the dates that may be posted."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.enums import AccountType, IncomeBalance
from ledger.querysets import GLAccountQuerySet


class GLAccount(models.Model):
    no = models.CharField(_("no."), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    account_type = models.CharField(_("account type"), max_length=10, choices=AccountType, default=AccountType.POSTING)
    income_balance = models.CharField(
        _("income/balance"), max_length=20, choices=IncomeBalance, default=IncomeBalance.BALANCE_SHEET
    )
    category = models.CharField(_("category"), max_length=50, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent account")
    )
    direct_posting = models.BooleanField(_("direct posting"), default=True)
    blocked = models.BooleanField(_("blocked"), default=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = GLAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("G/L account")
        verbose_name_plural = _("G/L accounts")

    def __str__(self) -> str:
        return self.no


class LedgerSetup(models.Model):
    """One row: the dates that general ledger setup allows, and the general journal's series."""

    allow_posting_from = models.DateField(_("allow posting from"), null=True, blank=True)
    allow_posting_to = models.DateField(_("allow posting to"), null=True, blank=True)
    general_journal_series = models.CharField(_("general journal series"), max_length=20, default="GJ")
    inventory_posting_series = models.CharField(_("inventory posting series"), max_length=20, default="IPG")

    class Meta:
        verbose_name = _("general ledger setup")
        verbose_name_plural = _("general ledger setup")
        constraints = [
            models.CheckConstraint(name="ledger_setup_single_row", condition=Q(pk=1)),
            models.CheckConstraint(
                name="ledger_setup_dates_in_order",
                condition=Q(allow_posting_from__isnull=True)
                | Q(allow_posting_to__isnull=True)
                | Q(allow_posting_from__lte=F("allow_posting_to")),
                violation_error_message=_("Allow posting from must not be later than allow posting to."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("General ledger setup"))

    @classmethod
    def load(cls) -> LedgerSetup:
        """Return the one row, made with its defaults when absent."""
        return cls.objects.get_or_create(pk=1)[0]
