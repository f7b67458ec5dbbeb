"""Tables of the application worksheet."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.base.tables import (
    AmountColumn,
    Column,
    DateColumn,
    DateTimeColumn,
    LinkColumn,
    QuantityColumn,
    Table,
    YesNoColumn,
)
from inventory.models import Item, ItemApplicationEntry, ItemLedgerEntry


class StepColumn(Column):
    """A step that can be taken with the row: a link with a verb, which leads to the question."""

    def __init__(self, verb: Any, **kwargs: Any) -> None:
        super().__init__(orderable=False, **kwargs)
        self.verb = verb

    def render(self) -> str:
        return str(self.verb)

    def value(self, **_kwargs: Any) -> str:
        """Nothing to export."""
        return ""


def _entry_url(entry_id: int) -> str:
    return f"{reverse('costing:worksheet_entry', args=[entry_id])}?tab=applied"


def _apply_url(record: Any) -> str:
    return reverse("costing:worksheet_apply", args=[record.applied_entry, record.pk])


class WorksheetItemTable(Table):
    no = LinkColumn("costing:worksheet", args=["no"], verbose_name=_("Item"))
    description = Column(verbose_name=_("Description"))
    costing_method = Column(accessor="item_model_group__costing_method", verbose_name=_("Costing method"))
    unapplied_by = Column(accessor="application_worksheet__user__username", verbose_name=_("Unapplied by"))
    opened_at = DateTimeColumn(accessor="application_worksheet__opened_at", verbose_name=_("Opened at"))

    main_columns = ("no", "unapplied_by")

    class Meta:
        model = Item
        fields = ("no", "description", "costing_method", "unapplied_by", "opened_at")


class WorksheetEntryTable(Table):
    id = Column(verbose_name=_("Entry no."), linkify=lambda record: _entry_url(record.pk))
    posting_date = DateColumn(verbose_name=_("Posting date"))
    entry_type = Column(verbose_name=_("Entry type"))
    document_no = Column(verbose_name=_("Document no."))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    variant = Column(accessor="variant__code", verbose_name=_("Variant"))
    lot_no = Column(verbose_name=_("Lot no."))
    serial_no = Column(verbose_name=_("Serial no."))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    remaining_quantity = QuantityColumn(verbose_name=_("Remaining"))
    applied_to = Column(verbose_name=_("Applied to"), orderable=False)
    fixed_to = Column(accessor="applies_to_entry_id", verbose_name=_("Fixed to"))
    touched = YesNoColumn(verbose_name=_("Changed"), orderable=False)
    cost = AmountColumn(
        verbose_name=_("Cost"),
        linkify=lambda record: f"{reverse('costing:valueentry_list')}?item_ledger_entry={record.pk}",
    )

    hidden_columns = ("variant", "lot_no", "serial_no")
    main_columns = ("id", "quantity", "remaining_quantity")

    class Meta:
        model = ItemLedgerEntry
        fields = (
            "id",
            "posting_date",
            "entry_type",
            "document_no",
            "location",
            "variant",
            "lot_no",
            "serial_no",
            "quantity",
            "remaining_quantity",
            "applied_to",
            "fixed_to",
            "touched",
            "cost",
        )


class AppliedTable(Table):
    partner = Column(
        verbose_name=_("Applied to entry"),
        linkify=lambda record: _entry_url(record.partner),
    )
    inbound_entry = Column(accessor="inbound_item_entry_id", verbose_name=_("Inbound entry"))
    outbound_entry = Column(accessor="outbound_item_entry_id", verbose_name=_("Outbound entry"))
    posting_date = DateColumn(verbose_name=_("Posting date"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    cost_link = YesNoColumn(accessor="is_cost_link", verbose_name=_("Takes its cost back"), orderable=False)
    unapply = StepColumn(
        _("Unapply"),
        accessor="pk",
        verbose_name=_("Unapply"),
        linkify=lambda record: reverse("costing:worksheet_unapply", args=[record.pk]),
    )

    main_columns = ("partner", "quantity", "unapply")

    class Meta:
        model = ItemApplicationEntry
        fields = ("partner", "inbound_entry", "outbound_entry", "posting_date", "quantity", "cost_link", "unapply")


class PartnerTable(Table):
    """Rows know the address at which they are applied (`apply_url`)."""

    id = Column(verbose_name=_("Entry no."), linkify=lambda record: _entry_url(record.pk))
    posting_date = DateColumn(verbose_name=_("Posting date"))
    entry_type = Column(verbose_name=_("Entry type"))
    document_no = Column(verbose_name=_("Document no."))
    location = Column(accessor="location__code", verbose_name=_("Location"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    remaining_quantity = QuantityColumn(verbose_name=_("Remaining quantity"))
    cost = AmountColumn(
        verbose_name=_("Cost"),
        linkify=lambda record: f"{reverse('costing:valueentry_list')}?item_ledger_entry={record.pk}",
    )
    apply = StepColumn(_("Apply"), accessor="pk", verbose_name=_("Apply"), linkify=_apply_url)

    main_columns = ("id", "remaining_quantity", "apply")

    class Meta:
        model = ItemLedgerEntry
        fields = (
            "id",
            "posting_date",
            "entry_type",
            "document_no",
            "location",
            "quantity",
            "remaining_quantity",
            "cost",
            "apply",
        )
