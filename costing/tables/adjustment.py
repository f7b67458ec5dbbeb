"""Tables of cost adjustment: what is unadjusted, and what a preview would post."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.base.tables import AmountColumn, Column, DateColumn, LinkColumn, Table, YesNoColumn
from costing.models import AdjustmentPlanLine, AvgCostAdjmtEntryPoint, InventoryAdjmtEntryOrder
from costing.tables.words import entry_url, item_url


class EntryPointTable(Table):
    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=lambda record: item_url(record.item.no))
    description = Column(accessor="item__description", verbose_name=_("Description"))
    costing_method = Column(accessor="item__item_model_group__costing_method", verbose_name=_("Costing method"))
    variant = Column(accessor="variant__code", verbose_name=_("Variant"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    valuation_date = DateColumn(
        verbose_name=_("Valuation date"),
        linkify=lambda record: (
            f"{reverse('costing:item_values', args=[record.item.no])}?valuation_date={record.valuation_date}.."
        ),
    )

    hidden_columns = ("variant",)
    main_columns = ("item", "valuation_date")

    class Meta:
        model = AvgCostAdjmtEntryPoint
        fields = ("item", "description", "costing_method", "variant", "location", "valuation_date")


class OrderStateTable(Table):
    order_type = Column(verbose_name=_("Order type"))
    order_no = Column(verbose_name=_("Order no."))
    order_line_no = Column(verbose_name=_("Line"))
    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=lambda record: item_url(record.item.no))
    is_finished = YesNoColumn(verbose_name=_("Finished"))
    completely_invoiced = YesNoColumn(verbose_name=_("Completely invoiced"))
    cost_is_adjusted = YesNoColumn(verbose_name=_("Cost is adjusted"))

    main_columns = ("order_no", "item")

    class Meta:
        model = InventoryAdjmtEntryOrder
        fields = (
            "order_type",
            "order_no",
            "order_line_no",
            "item",
            "is_finished",
            "completely_invoiced",
            "cost_is_adjusted",
        )


class PlanTable(Table):
    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=lambda record: item_url(record.item.no))
    posting_date = DateColumn(verbose_name=_("Posting date"))
    valuation_date = DateColumn(verbose_name=_("Valuation date"))
    document_no = Column(verbose_name=_("Document no."))
    entry_type = Column(verbose_name=_("Entry type"))
    variance_type = Column(verbose_name=_("Variance type"))
    cost_amount_actual = AmountColumn(verbose_name=_("Cost amount (actual)"))
    cost_amount_expected = AmountColumn(verbose_name=_("Cost amount (expected)"))
    item_ledger_entry = Column(
        accessor="item_ledger_entry_id",
        verbose_name=_("Item ledger entry"),
        linkify=lambda record: entry_url(record.item_ledger_entry_id),
    )
    value_entry = LinkColumn(
        "costing:valueentry_detail", args=["value_entry_id"], accessor="value_entry_id", verbose_name=_("Corrects")
    )

    hidden_columns = ("valuation_date", "variance_type", "item_ledger_entry")
    main_columns = ("item", "posting_date", "cost_amount_actual")

    class Meta:
        model = AdjustmentPlanLine
        fields = (
            "item",
            "posting_date",
            "valuation_date",
            "document_no",
            "entry_type",
            "variance_type",
            "cost_amount_actual",
            "cost_amount_expected",
            "item_ledger_entry",
            "value_entry",
        )
