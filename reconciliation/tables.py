"""Tables of the lists behind the figures of the matrix."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.base.tables import (
    AmountColumn,
    Column,
    DateColumn,
    DateTimeColumn,
    LinkColumn,
    StateColumn,
    Table,
    YesNoColumn,
)
from costing.models import GLItemLedgerRelation, ValueEntry
from ledger.tables import GLEntryTable
from reconciliation.models import SignOff


class FigureEntryTable(Table):
    posting_date = DateColumn(verbose_name=_("Posting date"))
    item = Column(
        accessor="item__no",
        order_by=("item__no",),
        verbose_name=_("Item"),
        linkify=lambda record: reverse("inventory:item_detail", args=[record.item.no]) if record.item else None,
    )
    location = Column(accessor="location__code", order_by=("location__code",), verbose_name=_("Location"))
    item_ledger_entry_type = Column(verbose_name=_("Entry type"))
    entry_type = Column(verbose_name=_("Value type"))
    variance_type = Column(verbose_name=_("Variance type"))
    document_no = Column(verbose_name=_("Document no."))
    description = Column(verbose_name=_("Description"))
    amount = AmountColumn(verbose_name=_("Own amount"))
    effect = AmountColumn(
        verbose_name=_("Effect on the figure"),
        linkify=lambda record: reverse("costing:valueentry_detail", args=[record.pk]),
    )
    entry_no = LinkColumn("costing:valueentry_detail", args=["pk"], accessor="pk", verbose_name=_("Entry no."))

    hidden_columns = ("variance_type", "description")
    main_columns = ("posting_date", "item", "effect")

    class Meta:
        model = ValueEntry
        fields = (
            "posting_date",
            "item",
            "location",
            "item_ledger_entry_type",
            "entry_type",
            "variance_type",
            "document_no",
            "description",
            "amount",
            "effect",
            "entry_no",
        )


class RelationTable(Table):
    """What the ledger holds of value entries: one row for each posted pair."""

    posting_date = DateColumn(accessor="gl_entry__posting_date", verbose_name=_("Posting date"))
    value_entry = LinkColumn(
        "costing:valueentry_detail",
        args=["value_entry_id"],
        accessor="value_entry_id",
        verbose_name=_("Value entry"),
    )
    item = Column(accessor="value_entry__item__no", order_by=("value_entry__item__no",), verbose_name=_("Item"))
    document_no = Column(accessor="value_entry__document_no", verbose_name=_("Document no."))
    item_ledger_entry_type = Column(
        accessor="value_entry__get_item_ledger_entry_type_display",
        order_by=("value_entry__item_ledger_entry_type",),
        verbose_name=_("Entry type"),
    )
    entry_type = Column(
        accessor="value_entry__get_entry_type_display",
        order_by=("value_entry__entry_type",),
        verbose_name=_("Value type"),
    )
    pair = Column(verbose_name=_("Pair"))
    amount = AmountColumn(verbose_name=_("Amount"))
    account = Column(accessor="gl_entry__gl_account__no", verbose_name=_("G/L account"))
    balancing_account = Column(accessor="balancing_gl_entry__gl_account__no", verbose_name=_("Balancing account"))
    voucher = LinkColumn(
        "ledger:voucher_detail",
        args=["gl_entry__transaction_id"],
        accessor="gl_entry__transaction_id",
        verbose_name=_("Voucher"),
    )
    effect = AmountColumn(verbose_name=_("Effect on the figure"))

    hidden_columns = ("balancing_account",)
    main_columns = ("posting_date", "item", "amount")

    class Meta:
        model = GLItemLedgerRelation
        fields = (
            "posting_date",
            "value_entry",
            "item",
            "document_no",
            "item_ledger_entry_type",
            "entry_type",
            "pair",
            "account",
            "balancing_account",
            "voucher",
            "amount",
            "effect",
        )


class CauseGLEntryTable(GLEntryTable):
    """G/L entries with what each does to a difference."""

    effect = AmountColumn(verbose_name=_("Effect on the difference"))

    class Meta(GLEntryTable.Meta):
        fields: tuple[str, ...] = (*GLEntryTable.Meta.fields, "effect")  # type: ignore[assignment] # one more than its base


SNAPSHOT_TONES = {"changed": "warn", "unchanged": "ok", "gone": "neutral"}
SNAPSHOT_WORDS = {
    "changed": _("changed since signed"),
    "unchanged": _("unchanged"),
    "gone": _("cannot be told: a filter is there no longer"),
}


class SignOffTable(Table):
    """Signed reconciliations."""

    signed_at = DateTimeColumn(
        verbose_name=_("Signed"), linkify=lambda record: reverse("reconciliation:snapshot", args=[record.pk])
    )
    date_from = DateColumn(verbose_name=_("From"))
    date_to = DateColumn(verbose_name=_("To"))
    filters = Column(accessor="run__filters", verbose_name=_("Filters"), orderable=False)
    balanced = YesNoColumn(accessor="run__figures__balanced", verbose_name=_("Without difference"), orderable=False)
    state = StateColumn(verbose_name=_("Since then"), tones=SNAPSHOT_TONES)
    user = Column(accessor="user__username", verbose_name=_("Signed by"))
    note = Column(verbose_name=_("Note"))

    main_columns = ("signed_at", "date_to", "state")

    class Meta:
        model = SignOff
        fields = ("signed_at", "date_from", "date_to", "filters", "balanced", "state", "user", "note")

    def render_filters(self, value: dict[str, str]) -> str:
        """The words of the filters."""
        return ", ".join(f"{name} {text}" for name, text in value.items())

    def render_state(self, value: str) -> str:
        """In words."""
        return str(SNAPSHOT_WORDS[value])
