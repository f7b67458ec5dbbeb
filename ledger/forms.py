"""Forms of the general ledger."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.base.formatting import format_date
from config.base.forms import DayField, Form, ModelForm, RecordField
from ledger import year_end
from ledger.enums import AccountType, IncomeBalance
from ledger.models import GeneralJournalLine, GLAccount


class GeneralJournalLineForm(ModelForm):
    """A line of the general journal; debit positive, credit negative."""

    gl_account = RecordField(
        GLAccount.objects.filter(account_type=AccountType.POSTING, blocked=False),
        search=("no__istartswith", "name__icontains"),
        label=_("G/L account"),
    )

    class Meta:
        model = GeneralJournalLine
        fields = ("posting_date", "document_no", "gl_account", "description", "amount")


class CreateYearForm(Form):
    """The first day of a fiscal year and how many months it has."""

    start = DayField(label=_("First day"))
    periods = forms.IntegerField(label=_("Number of months"), min_value=1, max_value=24, initial=12)


class CloseYearForm(Form):
    """The year to close and where its result goes."""

    end = forms.ChoiceField(label=_("Fiscal year to"))
    retained_earnings = RecordField(
        GLAccount.objects.filter(
            account_type=AccountType.POSTING, income_balance=IncomeBalance.BALANCE_SHEET, blocked=False
        ),
        search=("no__istartswith", "name__icontains"),
        label=_("Account of retained earnings"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["end"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(year.end.isoformat(), format_date(year.end)) for year in year_end.fiscal_years()]


class TrialBalanceForm(Form):
    """The dates of a trial balance; open at either end."""

    date_from = DayField(label=_("From"), required=False)
    date_to = DayField(label=_("To"), required=False)
