"""Forms of the general ledger."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from config.base.forms import ModelForm, RecordField
from ledger.enums import AccountType
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
