"""Tables of value entries and of what stands behind or beside them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.base.tables import (
    AmountColumn,
    Column,
    DateColumn,
    DateTimeColumn,
    LinkColumn,
    QuantityColumn,
    Table,
    UnitCostColumn,
    YesNoColumn,
)
from costing.enums import PostingPair
from costing.models import CostChange, GLItemLedgerRelation, ValueEntry
from costing.tables.words import (
    document_url,
    entry_url,
    gl_url,
    item_url,
    lineage_url,
    value_entry_url,
    voucher_url,
)
from ledger.models import GLEntry


class LineageColumn(Column):
    """Leads to where the cost of the row's item ledger entry comes from."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            verbose_name=_("Cost lineage"),
            orderable=False,
            exclude_from_export=True,
            linkify=lambda value: lineage_url(value),
            **kwargs,
        )

    def render(self) -> str:
        """The entry number is in a column of its own."""
        return gettext("Lineage")


class ValueEntryTable(Table):
    id = LinkColumn("costing:valueentry_detail", args=["pk"], verbose_name=_("Entry no."))
    posting_date = DateColumn(verbose_name=_("Posting date"))
    valuation_date = DateColumn(verbose_name=_("Valuation date"))
    item_ledger_entry_type = Column(verbose_name=_("Ledger entry type"))
    entry_type = Column(verbose_name=_("Entry type"))
    variance_type = Column(verbose_name=_("Variance type"))
    document_type = Column(verbose_name=_("Document type"))
    document_no = Column(verbose_name=_("Document no."), linkify=document_url)
    order_no = Column(verbose_name=_("Order no."))
    item = Column(
        accessor="item__no", verbose_name=_("Item"), linkify=lambda record: item_url(record.item and record.item.no)
    )
    description = Column(verbose_name=_("Description"))
    variant = Column(accessor="variant__code", verbose_name=_("Variant"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    item_ledger_entry = Column(
        accessor="item_ledger_entry_id",
        verbose_name=_("Item ledger entry"),
        linkify=lambda record: entry_url(record.item_ledger_entry_id),
    )
    item_ledger_entry_quantity = QuantityColumn(verbose_name=_("Item ledger entry quantity"))
    valued_quantity = QuantityColumn(verbose_name=_("Valued quantity"))
    invoiced_quantity = QuantityColumn(verbose_name=_("Invoiced quantity"))
    cost_per_unit = UnitCostColumn(verbose_name=_("Cost per unit"))
    cost_amount_actual = AmountColumn(verbose_name=_("Cost (actual)"))
    cost_amount_expected = AmountColumn(verbose_name=_("Cost (expected)"))
    cost_amount_non_inventory = AmountColumn(verbose_name=_("Cost amount (non-inventory)"))
    cost_posted_to_gl = AmountColumn(verbose_name=_("Posted to G/L"), linkify=gl_url)
    expected_cost_posted_to_gl = AmountColumn(verbose_name=_("Expected cost posted to G/L"), linkify=gl_url)
    sales_amount_actual = AmountColumn(verbose_name=_("Sales amount (actual)"))
    adjustment = YesNoColumn(verbose_name=_("Adjustment"))
    valued_by_average_cost = YesNoColumn(verbose_name=_("Valued by average cost"))
    item_charge = Column(accessor="item_charge__code", verbose_name=_("Item charge"))
    register = Column(accessor="register_id", verbose_name=_("Register no."))
    created_at = DateTimeColumn(verbose_name=_("Posted at"))
    lineage = LineageColumn(accessor="item_ledger_entry_id")

    hidden_columns = (
        "variance_type",
        "document_type",
        "order_no",
        "description",
        "variant",
        "item_ledger_entry_quantity",
        "invoiced_quantity",
        "cost_per_unit",
        "cost_amount_non_inventory",
        "expected_cost_posted_to_gl",
        "sales_amount_actual",
        "valued_by_average_cost",
        "item_charge",
        "register",
        "created_at",
    )
    main_columns = ("posting_date", "item", "cost_amount_actual")

    class Meta:
        model = ValueEntry
        fields = (
            "id",
            "posting_date",
            "item",
            "item_ledger_entry_type",
            "entry_type",
            "variance_type",
            "document_type",
            "document_no",
            "order_no",
            "location",
            "variant",
            "description",
            "valued_quantity",
            "invoiced_quantity",
            "item_ledger_entry_quantity",
            "cost_amount_actual",
            "cost_amount_expected",
            "cost_posted_to_gl",
            "expected_cost_posted_to_gl",
            "cost_amount_non_inventory",
            "cost_per_unit",
            "sales_amount_actual",
            "valuation_date",
            "adjustment",
            "item_ledger_entry",
            "valued_by_average_cost",
            "item_charge",
            "register",
            "created_at",
            "lineage",
        )


class WaitingTable(Table):
    """Value entries that wait to be posted."""

    id = LinkColumn("costing:valueentry_detail", args=["pk"], verbose_name=_("Entry no."))
    posting_date = DateColumn(verbose_name=_("Posting date"))
    item_ledger_entry_type = Column(verbose_name=_("Ledger entry type"))
    entry_type = Column(verbose_name=_("Entry type"))
    document_no = Column(verbose_name=_("Document no."), linkify=document_url)
    item = Column(
        accessor="item__no", verbose_name=_("Item"), linkify=lambda record: item_url(record.item and record.item.no)
    )
    location = Column(accessor="location__code", verbose_name=_("Location"))
    adjustment = YesNoColumn(verbose_name=_("Adjustment"))
    actual_to_post = AmountColumn(verbose_name=_("Cost to post"))
    expected_to_post = AmountColumn(verbose_name=_("Expected cost to post"))

    main_columns = ("posting_date", "item", "actual_to_post")

    class Meta:
        model = ValueEntry
        fields = (
            "id",
            "posting_date",
            "item_ledger_entry_type",
            "entry_type",
            "document_no",
            "item",
            "location",
            "adjustment",
            "actual_to_post",
            "expected_to_post",
        )


class CostChangeTable(Table):
    source_entry = Column(
        accessor="source_entry_id",
        verbose_name=_("Source entry"),
        linkify=lambda record: entry_url(record.source_entry_id),
    )
    average_period_end = DateColumn(verbose_name=_("End of average period"))
    item_ledger_entry = Column(
        accessor="item_ledger_entry_id",
        verbose_name=_("Adjusted entry"),
        linkify=lambda record: entry_url(record.item_ledger_entry_id),
    )
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    amount = AmountColumn(verbose_name=_("Amount"))
    run = Column(
        accessor="run_id",
        verbose_name=_("Run"),
        linkify=lambda record: reverse("costing:run_detail", args=[record.run_id]) if record.run_id else None,
    )

    class Meta:
        model = CostChange
        fields = ("source_entry", "average_period_end", "item_ledger_entry", "quantity", "amount", "run")


class RelationTable(Table):
    """The value entries behind one G/L entry; `effect` adds up to it."""

    value_entry = Column(
        accessor="value_entry_id",
        verbose_name=_("Value entry"),
        linkify=lambda record: value_entry_url(record.value_entry_id),
    )
    posting_date = DateColumn(accessor="value_entry__posting_date", verbose_name=_("Posting date"))
    item = Column(
        accessor="value_entry__item__no",
        verbose_name=_("Item"),
        linkify=lambda record: item_url(record.value_entry.item and record.value_entry.item.no),
    )
    location = Column(accessor="value_entry__location__code", verbose_name=_("Location"))
    item_ledger_entry_type = Column(accessor="value_entry__item_ledger_entry_type", verbose_name=_("Ledger entry type"))
    entry_type = Column(accessor="value_entry__entry_type", verbose_name=_("Entry type"))
    document_no = Column(
        accessor="value_entry__document_no",
        verbose_name=_("Document no."),
        linkify=lambda record: document_url(record.value_entry),
    )
    pair = Column(verbose_name=_("Kind"))
    amount = AmountColumn(verbose_name=_("Value entry amount"))
    effect = AmountColumn(verbose_name=_("In the G/L entry"))

    main_columns = ("value_entry", "item", "effect")

    class Meta:
        model = GLItemLedgerRelation
        fields = (
            "value_entry",
            "posting_date",
            "item",
            "location",
            "item_ledger_entry_type",
            "entry_type",
            "document_no",
            "pair",
            "amount",
            "effect",
        )


class BehindValueTable(Table):
    """The G/L entries of one value entry."""

    id = Column(verbose_name=_("G/L entry"), linkify=lambda record: voucher_url(record.transaction_id))
    posting_date = DateColumn(verbose_name=_("Posting date"))
    document_no = Column(verbose_name=_("Document no."))
    gl_account = Column(
        accessor="gl_account__no",
        verbose_name=_("G/L account"),
        linkify=lambda record: reverse("ledger:glaccount_detail", args=[record.gl_account.no]),
    )
    account_name = Column(accessor="gl_account__name", verbose_name=_("Name"))
    pair = Column(verbose_name=_("Kind"))
    effect = AmountColumn(verbose_name=_("Of this value entry"))
    amount = AmountColumn(verbose_name=_("G/L entry amount"))

    def render_pair(self, value: str) -> str:
        return str(PostingPair(value).label)

    class Meta:
        model = GLEntry
        fields = ("id", "posting_date", "document_no", "gl_account", "account_name", "pair", "effect", "amount")
