"""Tables of the general ledger's lists. Every figure leads to the entries behind it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from config.base.formatting import number_html
from config.base.tables import (
    AmountColumn,
    Column,
    DateColumn,
    DateTimeColumn,
    IntegerColumn,
    LinkColumn,
    StateColumn,
    Table,
    YesNoColumn,
)
from ledger import selectors
from ledger.enums import AccountType, SourceCode
from ledger.models import AccountingPeriod, GLAccount, GLEntry, GLRegister, GLTransaction
from ledger.selectors import AccountNode

SOURCE_TONES: dict[str, str] = {
    SourceCode.GENERAL_JOURNAL: "info",
    SourceCode.REVERSAL: "warn",
    SourceCode.YEAR_END: "info",
}
INDENT = "\u2003"  # an em space: lists have no style attributes


class GLAccountTable(Table):
    """The chart of accounts. The view hands over `nodes`: level and balance of every account in the chosen dates."""

    no = LinkColumn("ledger:glaccount_detail", args=["no"], verbose_name=_("No."))
    name = Column(verbose_name=_("Name"))
    account_type = Column(verbose_name=_("Account type"))
    income_balance = Column(verbose_name=_("Income/balance"))
    category = Column(verbose_name=_("Category"))
    balance = AmountColumn(accessor="pk", verbose_name=_("Balance"), orderable=False)
    direct_posting = YesNoColumn(verbose_name=_("Direct posting"))
    blocked = YesNoColumn(verbose_name=_("Blocked"))

    nodes: Mapping[int, AccountNode]
    dates: str = ""
    main_columns = ("no", "name", "balance")

    class Meta:
        model = GLAccount
        fields = (
            "no",
            "name",
            "account_type",
            "income_balance",
            "category",
            "balance",
            "direct_posting",
            "blocked",
        )

    def render_name(self, record: GLAccount) -> Any:
        """Indent by the place in the tree; headings stand out."""
        indent = INDENT * self.nodes[record.pk].level
        if record.account_type == AccountType.POSTING:
            return indent + record.name
        return format_html("<strong>{}{}</strong>", indent, record.name)

    def value_name(self, record: GLAccount) -> str:
        return record.name

    def render_balance(self, record: GLAccount) -> Any:
        """Link to the entries of the account, or of all accounts below a heading."""
        node = self.nodes[record.pk]
        figure = number_html(node.balance, "amount")
        if not node.posting_nos:
            return figure
        url = selectors.entries_url(node.posting_nos, dates=self.dates)
        return format_html('<a class="figure-link" href="{}">{}</a>', url, figure)

    def value_balance(self, record: GLAccount) -> Decimal:
        return self.nodes[record.pk].balance


def _values_url(record: GLEntry) -> str | None:
    """The value entries behind an entry that stock made; the app that knows them serves the list by name."""
    return reverse("costing:glentry_values", args=[record.pk]) if record.system_created else None


class GLEntryTable(Table):
    posting_date = DateColumn(verbose_name=_("Posting date"))
    document_no = LinkColumn("ledger:voucher_detail", args=["transaction_id"], verbose_name=_("Document no."))
    gl_account = Column(
        accessor="gl_account__no",
        order_by=("gl_account__no",),
        verbose_name=_("G/L account"),
        linkify=lambda record: reverse("ledger:glaccount_detail", args=[record.gl_account.no]),
    )
    account_name = Column(accessor="gl_account__name", verbose_name=_("Account name"))
    description = Column(verbose_name=_("Description"))
    debit = AmountColumn(verbose_name=_("Debit"))
    credit = AmountColumn(verbose_name=_("Credit"))
    amount = AmountColumn(verbose_name=_("Amount"))
    source_code = StateColumn(verbose_name=_("Source"), tones=SOURCE_TONES)
    external_document_no = Column(verbose_name=_("External document no."))
    dimension_set = Column(verbose_name=_("Dimensions"))
    system_created = YesNoColumn(verbose_name=_("System-created entry"))
    voucher = LinkColumn(
        "ledger:voucher_detail", args=["transaction_id"], accessor="transaction_id", verbose_name=_("Voucher")
    )
    values = Column(
        accessor="pk",
        verbose_name=_("Value entries"),
        linkify=_values_url,
        orderable=False,
        exclude_from_export=True,
    )
    entry_no = Column(accessor="pk", verbose_name=_("Entry no."))
    created_at = DateTimeColumn(verbose_name=_("Created at"))

    hidden_columns = (
        "amount",
        "external_document_no",
        "dimension_set",
        "system_created",
        "created_at",
    )
    main_columns = ("posting_date", "gl_account", "debit", "credit")

    class Meta:
        model = GLEntry
        fields = (
            "posting_date",
            "document_no",
            "gl_account",
            "account_name",
            "description",
            "debit",
            "credit",
            "amount",
            "source_code",
            "external_document_no",
            "dimension_set",
            "system_created",
            "voucher",
            "values",
            "entry_no",
            "created_at",
        )

    def render_values(self, record: GLEntry) -> Any:
        """Words to click, where there is something behind the entry."""
        return _("Show") if record.system_created else ""


class GLTransactionTable(Table):
    voucher = LinkColumn("ledger:voucher_detail", args=["pk"], accessor="pk", verbose_name=_("Voucher"))
    posting_date = DateColumn(verbose_name=_("Posting date"))
    document_no = Column(verbose_name=_("Document no."))
    description = Column(verbose_name=_("Description"))
    line_count = IntegerColumn(
        verbose_name=_("Lines"), linkify=lambda record: selectors.entries_url(voucher=str(record.pk))
    )
    debit = AmountColumn(verbose_name=_("Debit"), linkify=lambda record: selectors.entries_url(voucher=str(record.pk)))
    source_code = StateColumn(verbose_name=_("Source"), tones=SOURCE_TONES)
    register = Column(accessor="register_id", verbose_name=_("G/L register"))
    created_at = DateTimeColumn(verbose_name=_("Created at"))

    main_columns: ClassVar = ("voucher", "posting_date", "document_no")

    class Meta:
        model = GLTransaction
        fields = (
            "voucher",
            "posting_date",
            "document_no",
            "description",
            "line_count",
            "debit",
            "source_code",
            "register",
            "created_at",
        )


class GLRegisterTable(Table):
    no = Column(
        accessor="pk",
        verbose_name=_("No."),
        linkify=lambda record: f"{reverse('ledger:voucher_list')}?register={record.pk}",
    )
    created_at = DateTimeColumn(verbose_name=_("Created at"))
    source_code = StateColumn(verbose_name=_("Source"), tones=SOURCE_TONES)
    user = Column(accessor="user__username", verbose_name=_("User"))
    vouchers = IntegerColumn(
        verbose_name=_("Vouchers"), linkify=lambda record: f"{reverse('ledger:voucher_list')}?register={record.pk}"
    )
    debit = AmountColumn(verbose_name=_("Debit"), linkify=lambda record: selectors.entries_url(register=str(record.pk)))

    class Meta:
        model = GLRegister
        fields = ("no", "created_at", "source_code", "user", "vouchers", "debit")


class AccountingPeriodTable(Table):
    starting_date = DateColumn(verbose_name=_("Starting date"))
    name = Column(verbose_name=_("Name"))
    fiscal_year = DateColumn(verbose_name=_("Fiscal year from"))
    new_fiscal_year = YesNoColumn(verbose_name=_("New fiscal year"))
    closed = YesNoColumn(verbose_name=_("Closed"))
    change = Column(
        accessor="pk",
        verbose_name=_("Change"),
        orderable=False,
        exclude_from_export=True,
        linkify=lambda record: reverse("ledger:period_change", args=[record.pk]),
    )

    main_columns: ClassVar = ("starting_date",)

    class Meta:
        model = AccountingPeriod
        fields = ("starting_date", "name", "fiscal_year", "new_fiscal_year", "closed", "change")

    def render_change(self, record: AccountingPeriod) -> Any:
        """Words to click."""
        return _("Open") if record.closed else _("Close")
