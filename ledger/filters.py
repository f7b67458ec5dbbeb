"""Filters of the general ledger's lists."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.base.filters import ChoiceFilter, DateFilter, FilterSet, NumberFilter, TextFilter, YesNoFilter
from ledger.enums import AccountType, IncomeBalance, SourceCode
from ledger.models import AccountingPeriod, GLAccount, GLEntry, GLRegister, GLTransaction


class BalanceDateFilter(DateFilter):
    """The dates that a balance counts. It takes no account out of the list: the table reads it (filter totals by)."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:  # noqa: ARG002
        """Leave the rows as they are."""
        return qs


class GLAccountFilter(FilterSet):
    no = TextFilter(label=_("No."))
    name = TextFilter(label=_("Name"), lookup="icontains")
    date = BalanceDateFilter(label=_("Balance in the dates"))
    account_type = ChoiceFilter(choices=AccountType.choices, label=_("Account type"))
    income_balance = ChoiceFilter(choices=IncomeBalance.choices, label=_("Income/balance"))
    category = TextFilter(label=_("Category"))
    direct_posting = YesNoFilter(label=_("Direct posting"))
    blocked = YesNoFilter(label=_("Blocked"))
    search_fields = ("no", "name")

    class Meta:
        model = GLAccount
        fields: ClassVar[list[str]] = []


class GLEntryFilter(FilterSet):
    posting_date = DateFilter(label=_("Posting date"))
    gl_account = TextFilter("gl_account__no", label=_("G/L account"))
    document_no = TextFilter(label=_("Document no."))
    external_document_no = TextFilter(label=_("External document no."))
    description = TextFilter(label=_("Description"), lookup="icontains")
    amount = NumberFilter(label=_("Amount"))
    source_code = ChoiceFilter(choices=SourceCode.choices, label=_("Source"))
    system_created = YesNoFilter(label=_("System-created entry"))
    voucher = NumberFilter("transaction_id", label=_("Voucher"))
    register = NumberFilter("transaction__register_id", label=_("G/L register"))
    entry_no = NumberFilter("id", label=_("Entry no."))
    search_fields = ("^document_no", "description", "gl_account__no", "gl_account__name")

    class Meta:
        model = GLEntry
        fields: ClassVar[list[str]] = []


class GLTransactionFilter(FilterSet):
    voucher = NumberFilter("id", label=_("Voucher"))
    posting_date = DateFilter(label=_("Posting date"))
    document_no = TextFilter(label=_("Document no."))
    description = TextFilter(label=_("Description"), lookup="icontains")
    source_code = ChoiceFilter(choices=SourceCode.choices, label=_("Source"))
    register = NumberFilter("register_id", label=_("G/L register"))
    search_fields = ("^document_no", "description")

    class Meta:
        model = GLTransaction
        fields: ClassVar[list[str]] = []


class GLRegisterFilter(FilterSet):
    register = NumberFilter("id", label=_("No."))
    source_code = ChoiceFilter(choices=SourceCode.choices, label=_("Source"))
    user = TextFilter("user__username", label=_("User"))
    created = DateFilter("created_at__date", label=_("Date"))

    class Meta:
        model = GLRegister
        fields: ClassVar[list[str]] = []


class AccountingPeriodFilter(FilterSet):
    starting_date = DateFilter(label=_("Starting date"))
    fiscal_year = DateFilter(label=_("Fiscal year from"))
    new_fiscal_year = YesNoFilter(label=_("New fiscal year"))
    closed = YesNoFilter(label=_("Closed"))

    class Meta:
        model = AccountingPeriod
        fields: ClassVar[list[str]] = []
