"""Vocabularies of the general ledger."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccountType(models.TextChoices):
    POSTING = "posting", pgettext_lazy("account type", "Posting")
    HEADING = "heading", pgettext_lazy("account type", "Heading")
    TOTAL = "total", pgettext_lazy("account type", "Total")


class IncomeBalance(models.TextChoices):
    BALANCE_SHEET = "balance_sheet", _("Balance sheet")
    INCOME_STATEMENT = "income_statement", _("Income statement")


class SourceCode(models.TextChoices):
    """Which routine made a transaction: the matrix names causes by it."""

    INVENTORY_POSTING = "INVTPCOST", _("Inventory posting to G/L")
    GENERAL_JOURNAL = "GENJNL", _("General journal")
    REVERSAL = "REVERSAL", _("Reversal")
    YEAR_END = "CLSINCOME", _("Year end closing")
    INVENTORY_CLOSE = "INVTCLOSE", _("Inventory close")
