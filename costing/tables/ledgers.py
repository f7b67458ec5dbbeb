"""Tables of the ledgers beside the item ledger: capacity, and what was counted."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.base.tables import AmountColumn, Column, DateColumn, QuantityColumn, Table, YesNoColumn
from costing.tables.words import entry_url, item_url
from inventory.models import CapacityLedgerEntry, PhysicalInventoryLedgerEntry


def _values_url(record: Any) -> str:
    return f"{reverse('costing:valueentry_list')}?capacity_ledger_entry={record.pk}"


class CapacityEntryTable(Table):
    """Work used by orders, each with the value entries that carry its cost."""

    id = Column(verbose_name=_("Entry no."))
    posting_date = DateColumn(verbose_name=_("Posting date"))
    order_type = Column(verbose_name=_("Order type"))
    order_no = Column(verbose_name=_("Order no."))
    document_no = Column(verbose_name=_("Document no."))
    item = Column(
        accessor="item__no",
        verbose_name=_("Produced item"),
        linkify=lambda record: item_url(record.item.no) if record.item else None,
    )
    work_centre = Column(accessor="work_centre__code", verbose_name=_("Work centre"))
    description = Column(verbose_name=_("Description"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    setup_time = QuantityColumn(verbose_name=_("Setup time"))
    run_time = QuantityColumn(verbose_name=_("Run time"))
    output_quantity = QuantityColumn(verbose_name=_("Output quantity"))
    scrap_quantity = QuantityColumn(verbose_name=_("Scrap quantity"))
    subcontracted = YesNoColumn(verbose_name=_("Subcontracted"))
    cost = AmountColumn(verbose_name=_("Cost"), linkify=_values_url)
    register = Column(accessor="register_id", verbose_name=_("Register no."))

    hidden_columns = ("description", "setup_time", "run_time", "output_quantity", "scrap_quantity", "register")
    main_columns = ("posting_date", "order_no", "quantity")

    class Meta:
        model = CapacityLedgerEntry
        fields = (
            "id",
            "posting_date",
            "order_type",
            "order_no",
            "document_no",
            "item",
            "work_centre",
            "description",
            "quantity",
            "setup_time",
            "run_time",
            "output_quantity",
            "scrap_quantity",
            "subcontracted",
            "cost",
            "register",
        )


class CountedEntryTable(Table):
    """What the books said, what was counted, and the entry that the difference made."""

    id = Column(verbose_name=_("Entry no."))
    posting_date = DateColumn(verbose_name=_("Posting date"))
    document_no = Column(verbose_name=_("Document no."))
    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=lambda record: item_url(record.item.no))
    variant = Column(accessor="variant__code", verbose_name=_("Variant"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    lot_no = Column(verbose_name=_("Lot no."))
    serial_no = Column(verbose_name=_("Serial no."))
    quantity_calculated = QuantityColumn(verbose_name=_("Quantity calculated"))
    quantity_counted = QuantityColumn(verbose_name=_("Quantity counted"))
    difference = QuantityColumn(
        verbose_name=_("Difference"),
        linkify=lambda record: entry_url(record.item_ledger_entry_id) if record.item_ledger_entry_id else None,
    )
    register = Column(accessor="register_id", verbose_name=_("Register no."))

    hidden_columns = ("variant", "lot_no", "serial_no", "register")
    main_columns = ("posting_date", "item", "difference")

    class Meta:
        model = PhysicalInventoryLedgerEntry
        fields = (
            "id",
            "posting_date",
            "document_no",
            "item",
            "variant",
            "location",
            "lot_no",
            "serial_no",
            "quantity_calculated",
            "quantity_counted",
            "difference",
            "register",
        )
