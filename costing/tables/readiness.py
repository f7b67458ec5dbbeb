"""Tables of what stands between the books and a close."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.base.tables import AmountColumn, Column, PercentColumn, QuantityColumn, Table, UnitCostColumn
from costing import close_log, selectors
from costing.models import ItemBalance
from costing.tables.closing import cure_link
from costing.tables.words import item_url
from inventory.models import ItemLedgerEntry
from inventory.tables import ItemLedgerEntryTable


def _not_among(*names: str) -> tuple[str, ...]:
    """The columns of item ledger entries that are off until they are chosen."""
    return tuple(name for name in ItemLedgerEntryTable.base_columns if name not in names)


ENTRY = ("id", "posting_date", "entry_type", "document_no", "item", "description", "location", "quantity")


class UnsettledTable(ItemLedgerEntryTable):
    """Issues that the next close would leave open."""

    unsettled = QuantityColumn(verbose_name=_("Not settled"))
    why = Column(verbose_name=_("Cause"))
    cure = Column(accessor="why", verbose_name=_("What to do"), orderable=False, exclude_from_export=True)

    hidden_columns = _not_among(*ENTRY)
    main_columns = ("item", "document_no", "unsettled")

    def render_why(self, value: str) -> Any:
        return close_log.label(value)

    def value_why(self, value: str) -> str:
        return str(close_log.label(value))

    def render_cure(self, value: str, record: Any) -> Any:
        return cure_link(value, record.item, record, self.request.readiness_date)

    class Meta:
        model = ItemLedgerEntry
        fields = (
            "id",
            "posting_date",
            "entry_type",
            "document_no",
            "item",
            "description",
            "location",
            "quantity",
            "unsettled",
            "why",
            "cure",
        )


class NotFinalTable(ItemLedgerEntryTable):
    """Entries without a final cost."""

    not_invoiced = QuantityColumn(verbose_name=_("Not invoiced"))
    expected = AmountColumn(
        verbose_name=_("Expected cost"),
        linkify=lambda record: selectors.value_entries_url(item_ledger_entry=record.pk),
    )

    hidden_columns = _not_among(*ENTRY)
    main_columns = ("item", "document_no", "not_invoiced")

    class Meta:
        model = ItemLedgerEntry
        fields = (
            "id",
            "posting_date",
            "entry_type",
            "document_no",
            "item",
            "description",
            "location",
            "quantity",
            "not_invoiced",
            "expected",
        )


class PriceTable(ItemLedgerEntryTable):
    """Receipts whose unit cost is far from that of the card."""

    received_cost = UnitCostColumn(
        verbose_name=_("Unit cost received"),
        linkify=lambda record: selectors.value_entries_url(item_ledger_entry=record.pk),
    )
    card_cost = UnitCostColumn(accessor="item__unit_cost", verbose_name=_("Unit cost of the card"))
    percent = PercentColumn(verbose_name=_("Deviation %"))
    adjust = Column(
        accessor="pk",
        verbose_name=_("Adjust"),
        orderable=False,
        exclude_from_export=True,
        linkify=lambda record: f"{reverse('costing:close_receipt')}?receipt={record.pk}",
    )

    hidden_columns = _not_among(*ENTRY)
    main_columns = ("item", "document_no", "percent")

    def render_adjust(self) -> Any:
        return _("Adjust the receipt")

    class Meta:
        model = ItemLedgerEntry
        fields = (
            "id",
            "posting_date",
            "document_no",
            "item",
            "description",
            "location",
            "quantity",
            "received_cost",
            "card_cost",
            "percent",
            "adjust",
        )


class NegativeTable(Table):
    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=lambda record: item_url(record.item.no))
    description = Column(accessor="item__description", verbose_name=_("Description"))
    variant = Column(accessor="variant__code", verbose_name=_("Variant"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    cost = AmountColumn(verbose_name=_("Value"))

    main_columns = ("item", "location", "quantity")

    class Meta:
        model = ItemBalance
        fields = ("item", "description", "variant", "location", "quantity", "cost")
