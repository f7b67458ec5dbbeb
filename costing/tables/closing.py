"""Tables of the inventory close."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from config.base.expressions import exact_value
from config.base.tables import (
    AmountColumn,
    Column,
    DateColumn,
    DateTimeColumn,
    IntegerColumn,
    LinkColumn,
    QuantityColumn,
    StateColumn,
    Table,
    YesNoColumn,
)
from costing import close_log, selectors
from costing.models import (
    CloseLogLine,
    ClosePlanLine,
    InventoryClose,
    InventoryPeriodEntry,
    Settlement,
)
from costing.tables.periods import InventoryPeriodEntryTable
from costing.tables.words import RUN_TONES, entry_url, item_url, voucher_url
from inventory import links
from inventory.models import Item, ItemLedgerEntry


def _of_run(name: str, query: str = "") -> Any:
    """A link to a list of the run that the row is."""
    return lambda record: reverse(f"costing:{name}", args=[record.pk]) + query


def settlements_url(close: InventoryClose) -> str:
    """What was settled with what; of a rehearsal, what would be."""
    name = "close_planned_settlements" if close.rehearsal else "close_settlements"
    return reverse(f"costing:{name}", args=[close.pk])


def entry_of(column: str) -> Any:
    return lambda record: entry_url(getattr(record, f"{column}_id"))


def document_of(column: str) -> Any:
    """The page of the document of an entry that the row points to."""

    def url(record: Any) -> str | None:
        entry = getattr(record, column)
        return links.document_url(entry.document_type, entry.document_no) or None if entry else None

    return url


def _item_of(record: Any) -> str | None:
    return item_url(record.item.no) if record.item else None


class CloseTable(Table):
    id = LinkColumn("costing:close_detail", args=["pk"], verbose_name=_("Run"))
    closing_date = DateColumn(verbose_name=_("Closing date"))
    kind = Column(verbose_name=_("Kind"))
    state = StateColumn(tones=RUN_TONES, verbose_name=_("State"))
    rehearsal = YesNoColumn(verbose_name=_("Rehearsal"))
    entry_count = IntegerColumn(verbose_name=_("Entries adjusted"), linkify=_of_run("close_changes"))
    adjusted = AmountColumn(verbose_name=_("Adjusted"), linkify=_of_run("close_changes"))
    settlement_count = IntegerColumn(verbose_name=_("Settlements"), linkify=lambda record: settlements_url(record))
    warning_count = IntegerColumn(verbose_name=_("Warnings"), linkify=_of_run("close_log"))
    update_ledger = YesNoColumn(verbose_name=_("Updates G/L"))
    voucher = Column(
        accessor="voucher_id",
        verbose_name=_("Voucher"),
        linkify=lambda record: voucher_url(record.voucher_id) if record.voucher_id else None,
    )
    user = Column(accessor="user__username", verbose_name=_("Started by"))
    created_at = DateTimeColumn(verbose_name=_("Started"))
    finished_at = DateTimeColumn(verbose_name=_("Finished"))

    hidden_columns = ("update_ledger", "finished_at")
    main_columns = ("id", "closing_date", "state")

    class Meta:
        model = InventoryClose
        fields = (
            "id",
            "closing_date",
            "kind",
            "state",
            "rehearsal",
            "entry_count",
            "adjusted",
            "settlement_count",
            "warning_count",
            "update_ledger",
            "voucher",
            "user",
            "created_at",
            "finished_at",
        )


class PeriodLogTable(InventoryPeriodEntryTable):
    """Closing and reopening of all periods."""

    period = DateColumn(
        accessor="period__ending_date",
        verbose_name=_("Inventory period"),
        linkify=lambda record: reverse("costing:period_detail", args=[record.period_id]),
    )

    main_columns = ("created_at", "period", "action")

    class Meta:
        model = InventoryPeriodEntry
        fields = ("created_at", "period", "action", "user", "reason", "last_register")


class CloseLogTable(Table):
    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=_item_of)
    issue = Column(accessor="issue_id", verbose_name=_("Issue"), linkify=entry_of("issue"))
    document_no = Column(accessor="issue__document_no", verbose_name=_("Document no."), linkify=document_of("issue"))
    posting_date = DateColumn(accessor="issue__posting_date", verbose_name=_("Posting date"))
    location = Column(accessor="issue__location__code", verbose_name=_("Location"))
    quantity = QuantityColumn(verbose_name=_("Not settled"))
    why = Column(verbose_name=_("Cause"))
    advised = Column(accessor="why", verbose_name=_("Advised"), orderable=False)
    cure = Column(accessor="why", verbose_name=_("What to do"), orderable=False, exclude_from_export=True)
    note = Column(verbose_name=_("Note"))
    noted_by = Column(accessor="noted_by__username", verbose_name=_("Note by"))
    add_note = Column(
        accessor="pk",
        verbose_name=_("Notes"),
        orderable=False,
        exclude_from_export=True,
        linkify=lambda record: reverse("costing:close_note", args=[record.close_id, record.pk]),
    )
    message = Column(verbose_name=_("Message"), orderable=False)

    hidden_columns = ("advised", "noted_by", "message")
    main_columns = ("item", "document_no", "quantity")

    def render_why(self, value: str) -> Any:
        return close_log.label(value)

    def value_why(self, value: str) -> str:
        return str(close_log.label(value))

    def render_advised(self, value: str) -> Any:
        return close_log.ADVICE.get(value, "")

    def value_advised(self, value: str) -> str:
        return str(close_log.ADVICE.get(value, ""))

    def render_cure(self, value: str, record: Any) -> Any:
        return cure_link(value, record.item, record.issue, record.close.closing_date)

    def render_add_note(self, record: Any) -> Any:
        return _("Change") if record.note else _("Add note")

    class Meta:
        model = CloseLogLine
        fields = (
            "item",
            "issue",
            "document_no",
            "posting_date",
            "location",
            "quantity",
            "why",
            "advised",
            "cure",
            "note",
            "noted_by",
            "add_note",
            "message",
        )


def cure_link(why: str, item: Any, issue: Any, on: Any) -> Any:
    if item is None:
        return ""
    location = issue.location.code if issue is not None and issue.location else ""
    url = close_log.cure_url(why, item_no=item.no, location=location, on=on)
    words = close_log.CURE_WORDS.get(why, "")
    return format_html('<a href="{}">{}</a>', url, words) if url else _("None possible")


class SettlementTable(Table):
    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=_item_of)
    issue = Column(accessor="issue_id", verbose_name=_("Issue"), linkify=entry_of("issue"))
    issue_document = Column(
        accessor="issue__document_no", verbose_name=_("Document of the issue"), linkify=document_of("issue")
    )
    issue_date = DateColumn(accessor="issue__posting_date", verbose_name=_("Issue posted"))
    issue_transfer = Column(accessor="issue_transfer_id", verbose_name=_("Into closing transfer"))
    receipt = Column(accessor="receipt_id", verbose_name=_("Receipt"), linkify=entry_of("receipt"))
    receipt_document = Column(
        accessor="receipt__document_no", verbose_name=_("Document of the receipt"), linkify=document_of("receipt")
    )
    receipt_date = DateColumn(accessor="receipt__posting_date", verbose_name=_("Receipt posted"))
    receipt_transfer = Column(accessor="receipt_transfer_id", verbose_name=_("From closing transfer"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    amount = AmountColumn(verbose_name=_("Amount"))
    marked = YesNoColumn(verbose_name=_("By mark"))
    cancelled = Column(
        accessor="cancelled_by_id",
        verbose_name=_("Cancelled by run"),
        linkify=lambda record: (
            reverse("costing:close_detail", args=[record.cancelled_by_id]) if record.cancelled_by_id else None
        ),
    )

    hidden_columns = ("issue_date", "receipt_date")
    main_columns = ("item", "issue", "quantity")

    class Meta:
        model = Settlement
        fields = (
            "item",
            "issue",
            "issue_document",
            "issue_date",
            "issue_transfer",
            "receipt",
            "receipt_document",
            "receipt_date",
            "receipt_transfer",
            "quantity",
            "amount",
            "marked",
            "cancelled",
        )


class AllSettlementsTable(SettlementTable):
    run = Column(
        accessor="close_id",
        verbose_name=_("Run"),
        linkify=lambda record: reverse("costing:close_detail", args=[record.close_id]),
    )
    closing_date = DateColumn(accessor="close__closing_date", verbose_name=_("Closing date"))

    class Meta:
        model = Settlement
        fields = ("run", "closing_date", *SettlementTable.Meta.fields)


class PlannedSettlementTable(Table):
    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=_item_of)
    issue = Column(accessor="issue_id", verbose_name=_("Issue"), linkify=entry_of("issue"))
    issue_document = Column(
        accessor="issue__document_no", verbose_name=_("Document of the issue"), linkify=document_of("issue")
    )
    receipt = Column(accessor="receipt_id", verbose_name=_("Receipt"), linkify=entry_of("receipt"))
    receipt_document = Column(
        accessor="receipt__document_no", verbose_name=_("Document of the receipt"), linkify=document_of("receipt")
    )
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    amount = AmountColumn(verbose_name=_("Amount"))

    main_columns = ("item", "issue", "quantity")

    class Meta:
        model = ClosePlanLine
        fields = ("item", "issue", "issue_document", "receipt", "receipt_document", "quantity", "amount")


def _values_of_change(record: Any) -> str | None:
    """The value entries that the run made of the entry; a rehearsal made none."""
    register = record.close.register_id
    return selectors.value_entries_url(register=register, item_ledger_entry=record.entry) if register else None


class ChangeTable(Table):
    """Whose cost a run changed, and by how much."""

    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=_item_of)
    description = Column(accessor="item__description", verbose_name=_("Description"))
    entry = Column(verbose_name=_("Entry no."), linkify=lambda record: entry_url(record.entry))
    entry_type = Column(verbose_name=_("Entry type"))
    document_no = Column(
        verbose_name=_("Document no."),
        linkify=lambda record: links.document_url(record.document_type, record.document_no) or None,
    )
    posting_date = DateColumn(verbose_name=_("Posting date"))
    location = Column(verbose_name=_("Location"))
    amount = AmountColumn(verbose_name=_("Amount"), linkify=_values_of_change)
    lineage = Column(
        accessor="entry",
        verbose_name=_("Cost lineage"),
        orderable=False,
        exclude_from_export=True,
        linkify=lambda record: reverse("costing:lineage", args=[record.entry]),
    )

    hidden_columns = ("description",)
    main_columns = ("item", "document_no", "amount")

    def render_entry_type(self, value: str) -> Any:
        return dict(ItemLedgerEntry._meta.get_field("entry_type").flatchoices).get(value, value)

    def render_lineage(self) -> Any:
        return _("Lineage")

    class Meta:
        model = ClosePlanLine
        fields = (
            "item",
            "description",
            "entry",
            "entry_type",
            "document_no",
            "posting_date",
            "location",
            "amount",
            "lineage",
        )


def _lines_of_item(name: str) -> Any:
    """The lines of the item in a list of the run; the view gives the table its run."""

    def url(record: Any, table: Any) -> str:
        close = table.close
        address = settlements_url(close) if name == "settlements" else reverse(f"costing:{name}", args=[close.pk])
        return f"{address}?item={exact_value(record.no)}"

    return url


class CloseItemTable(Table):
    """What a run did to each item."""

    no = LinkColumn("inventory:item_detail", args=["no"], verbose_name=_("Item"))
    description = Column(verbose_name=_("Description"))
    costing_method = Column(accessor="item_model_group__costing_method", verbose_name=_("Costing method"))
    entry_count = IntegerColumn(verbose_name=_("Entries adjusted"), linkify=_lines_of_item("close_changes"))
    adjusted = AmountColumn(verbose_name=_("Adjusted"), linkify=_lines_of_item("close_changes"))
    settlement_count = IntegerColumn(verbose_name=_("Settlements"), linkify=_lines_of_item("settlements"))
    warning_count = IntegerColumn(verbose_name=_("Warnings"), linkify=_lines_of_item("close_log"))

    main_columns = ("no", "adjusted", "warning_count")

    class Meta:
        model = Item
        fields = (
            "no",
            "description",
            "costing_method",
            "entry_count",
            "adjusted",
            "settlement_count",
            "warning_count",
        )


class ComparisonTable(Table):
    """Lines of a run beside those of its rehearsal."""

    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=_item_of)
    is_settlement = YesNoColumn(verbose_name=_("Settlement"))
    issue = Column(accessor="issue_id", verbose_name=_("Issue"), linkify=entry_of("issue"))
    document_no = Column(accessor="issue__document_no", verbose_name=_("Document no."), linkify=document_of("issue"))
    receipt = Column(accessor="receipt_id", verbose_name=_("Receipt"), linkify=entry_of("receipt"))
    quantity_rehearsed = QuantityColumn(verbose_name=_("Quantity rehearsed"), orderable=False)
    quantity_actual = QuantityColumn(verbose_name=_("Quantity"), orderable=False)
    rehearsed = AmountColumn(verbose_name=_("Rehearsed"))
    actual = AmountColumn(verbose_name=_("Actual"))
    difference = AmountColumn(verbose_name=_("Difference"))

    main_columns = ("item", "actual", "difference")

    class Meta:
        model = ClosePlanLine
        fields = (
            "item",
            "is_settlement",
            "issue",
            "document_no",
            "receipt",
            "quantity_rehearsed",
            "quantity_actual",
            "rehearsed",
            "actual",
            "difference",
        )
