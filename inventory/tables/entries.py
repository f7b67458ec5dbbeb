"""Tables of the item sub-ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.base.tables import (
    Column,
    DateColumn,
    DateTimeColumn,
    LinkColumn,
    QuantityColumn,
    Table,
    YesNoColumn,
)
from inventory.models import (
    ItemApplicationEntry,
    ItemLedgerEntry,
)
from inventory.tables.words import document_link, entry_link, item_url


class ItemLedgerEntryTable(Table):
    id = LinkColumn("inventory:itemledgerentry_detail", args=["pk"], verbose_name=_("Entry no."))
    posting_date = DateColumn(verbose_name=_("Posting date"))
    entry_type = Column(verbose_name=_("Entry type"))
    document_type = Column(verbose_name=_("Document type"))
    document_no = Column(verbose_name=_("Document no."), linkify=document_link)
    document_line_no = Column(verbose_name=_("Document line no."))
    external_document_no = Column(verbose_name=_("External document no."))
    order_no = Column(verbose_name=_("Order no."))
    item = Column(accessor="item__no", verbose_name=_("Item"), linkify=lambda record: item_url(record.item.no))
    description = Column(verbose_name=_("Description"))
    variant = Column(accessor="variant__code", verbose_name=_("Variant"))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    source_no = Column(verbose_name=_("Source no."))
    lot_no = Column(verbose_name=_("Lot no."))
    serial_no = Column(verbose_name=_("Serial no."))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    invoiced_quantity = QuantityColumn(verbose_name=_("Invoiced quantity"))
    remaining_quantity = QuantityColumn(
        verbose_name=_("Remaining quantity"),
        linkify=lambda record: f"{reverse('inventory:itemapplicationentry_list')}?entry={record.pk}",
    )
    open = YesNoColumn(verbose_name=_("Open"))
    register = Column(accessor="register_id", verbose_name=_("Register no."))
    created_at = DateTimeColumn(verbose_name=_("Posted at"))
    lineage = Column(
        accessor="pk",
        verbose_name=_("Cost lineage"),
        orderable=False,
        exclude_from_export=True,
        linkify=lambda record: reverse("costing:lineage", args=[record.pk]),
    )

    hidden_columns: ClassVar[Sequence[str]] = (
        "document_type",
        "document_line_no",
        "external_document_no",
        "order_no",
        "variant",
        "source_no",
        "lot_no",
        "serial_no",
        "register",
        "created_at",
    )
    main_columns = ("posting_date", "item", "quantity")

    def render_lineage(self) -> str:
        """The entry number is in a column of its own."""
        return gettext("Lineage")

    class Meta:
        model = ItemLedgerEntry
        fields = (
            "id",
            "posting_date",
            "entry_type",
            "document_type",
            "document_no",
            "document_line_no",
            "external_document_no",
            "order_no",
            "item",
            "description",
            "variant",
            "location",
            "source_no",
            "lot_no",
            "serial_no",
            "quantity",
            "invoiced_quantity",
            "remaining_quantity",
            "open",
            "register",
            "created_at",
            "lineage",
        )


class ApplicationEntryTable(Table):
    id = Column(verbose_name=_("Entry no."))
    item = Column(
        accessor="item_ledger_entry__item__no",
        verbose_name=_("Item"),
        linkify=lambda record: item_url(record.item_ledger_entry.item.no),
    )
    item_ledger_entry = Column(
        accessor="item_ledger_entry_id",
        verbose_name=_("Item ledger entry"),
        linkify=lambda record: entry_link(record.item_ledger_entry_id),
    )
    inbound_entry = Column(
        accessor="inbound_item_entry_id",
        verbose_name=_("Inbound entry"),
        linkify=lambda record: entry_link(record.inbound_item_entry_id),
    )
    outbound_entry = Column(
        accessor="outbound_item_entry_id",
        verbose_name=_("Outbound entry"),
        linkify=lambda record: entry_link(record.outbound_item_entry_id),
    )
    posting_date = DateColumn(verbose_name=_("Posting date"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    cost_application = YesNoColumn(verbose_name=_("Cost application"))
    cancelled = YesNoColumn(accessor="cancelled_by_id", verbose_name=_("Cancelled"), empty_values=())
    created_at = DateTimeColumn(verbose_name=_("Posted at"))

    hidden_columns = ("cancelled", "created_at")
    main_columns = ("inbound_entry", "outbound_entry", "quantity")

    class Meta:
        model = ItemApplicationEntry
        fields = (
            "id",
            "item",
            "item_ledger_entry",
            "inbound_entry",
            "outbound_entry",
            "posting_date",
            "quantity",
            "cost_application",
            "cancelled",
            "created_at",
        )
