"""Tables of what waits for its invoice."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from config.base.tables import AmountColumn, Column, DateColumn, IntegerColumn, QuantityColumn, Table, UnitCostColumn
from costing import selectors
from costing.tables.words import entry_url, item_url
from inventory import links
from inventory.models import ItemLedgerEntry


class NotInvoicedTable(Table):
    document_no = Column(
        verbose_name=_("Document no."),
        linkify=lambda record: links.document_url(record.document_type, record.document_no) or None,
    )
    posting_date = DateColumn(verbose_name=_("Posting date"))
    days = IntegerColumn(verbose_name=_("Days waiting"))
    order_no = Column(verbose_name=_("Order no."))
    partner = Column(accessor="source_no", order_by=("source_no",), verbose_name=_("Partner"))
    partner_name = Column(verbose_name=_("Name"))
    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=lambda record: item_url(record.item.no))
    description = Column(accessor="item__description", verbose_name=_("Description"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    not_invoiced = QuantityColumn(verbose_name=_("Not invoiced"), linkify=lambda record: entry_url(record.pk) or None)
    unit_amount = UnitCostColumn(verbose_name=_("Unit amount"))
    expected = AmountColumn(
        verbose_name=_("Expected cost"),
        linkify=lambda record: selectors.value_entries_url(item_ledger_entry=record.pk),
    )
    sales = AmountColumn(verbose_name=_("Expected sale"))

    hidden_columns = ("partner", "description", "location")
    main_columns = ("document_no", "item", "not_invoiced")

    class Meta:
        model = ItemLedgerEntry
        fields = (
            "document_no",
            "partner_name",
            "item",
            "not_invoiced",
            "unit_amount",
            "expected",
            "sales",
            "days",
            "posting_date",
            "order_no",
            "partner",
            "description",
            "location",
        )
