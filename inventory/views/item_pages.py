"""Pages below an item: its entries, what is on hand where, its notes and files, its history."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import attachments
from config.base.errors import DomainError
from config.base.pages import Action
from config.base.tables import QuantityColumn
from config.base.views import ListView
from config.base.views.records import RecordFilesView, RecordFileView, RecordHistoryView
from inventory import selectors
from inventory.filters import ItemLedgerEntryFilter
from inventory.item_filters import StockFilter
from inventory.models import Item, ItemLedgerEntry, Location
from inventory.selectors import entries_url
from inventory.tables import ItemLedgerEntryTable, StockTable
from inventory.views.entries import ENTRY_RELATIONS

MANY_LOCATIONS = 30
"""More locations than this make no readable columns: the list then shows those that hold most."""


class ItemPage:
    """A page below an item."""

    kwargs: dict[str, Any]

    @cached_property
    def item(self) -> Item:
        return get_object_or_404(Item, no=self.kwargs["no"])

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        return [
            (_("Items"), reverse("inventory:item_list")),
            (self.item.no, reverse("inventory:item_detail", args=[self.item.no])),
        ]

    def get_subtitle(self) -> str:
        return self.item.description


class ItemEntriesView(ItemPage, ListView):
    """The item ledger entries of one item, at an address of its own."""

    permission_required = "base.stock_view"
    filterset_class = ItemLedgerEntryFilter
    table_class = ItemLedgerEntryTable
    totals = ("quantity", "invoiced_quantity", "remaining_quantity")
    cost_columns = frozenset({"lineage"})

    def get_title(self) -> str:
        return _("Entries of %(no)s") % {"no": self.item.no}

    def get_queryset(self) -> Any:
        entries = ItemLedgerEntry.objects.filter(item=self.item).select_related(*ENTRY_RELATIONS)
        return entries.order_by("-posting_date", "-pk")


class AvailabilityView(ListView):
    """Items by location: one column for each location that holds something."""

    permission_required = "base.stock_view"
    title = gettext_lazy("Items by location")
    parent = "inventory:item_list"
    parent_title = gettext_lazy("Items")
    filterset_class = StockFilter
    paginate_by = 25  # with a column for each location
    saved_views = True
    actions = (Action(gettext_lazy("Projected availability"), "inventory:availability_list"),)

    @cached_property
    def places(self) -> list[tuple[int | None, str]]:
        """Locations with stock as (id, code), at most as many as fit; None is the blank location."""
        used = ItemLedgerEntry.objects.open().order_by().values_list("location_id", flat=True).distinct()
        ids = list(used[: MANY_LOCATIONS + 1])
        named = Location.objects.filter(pk__in=[pk for pk in ids if pk]).order_by("code").values_list("pk", "code")
        blank: list[tuple[int | None, str]] = [(None, _("(blank)"))] if None in ids else []
        return [*blank, *named][:MANY_LOCATIONS]

    @cached_property
    def table_class(self) -> type[StockTable]:  # type: ignore[override]
        columns = {f"at_{pk or 0}": self._column(code if pk else "", code) for pk, code in self.places}
        meta = type("Meta", (StockTable.Meta,), {"fields": ("no", "description", *columns, "on_hand")})
        return type("StockByLocationTable", (StockTable,), {**columns, "Meta": meta})

    def _column(self, code: str, label: str) -> QuantityColumn:
        # Most items are at few places: nothing leads nowhere, and the page stays small.
        return QuantityColumn(
            verbose_name=label,
            linkify=lambda record, value: entries_url(item=record.no, location=code) if value else None,
        )

    @property
    def totals(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("on_hand", *(f"at_{pk or 0}" for pk, _code in self.places))

    def get_queryset(self) -> Any:
        stocked = Item.objects.filter(type="inventory")
        return selectors.with_stock_by_location(stocked, [pk for pk, _code in self.places]).order_by("no")


class ItemFilesView(ItemPage, RecordFilesView):
    permission_required = "base.item_view"
    edit_permission = "base.item_edit"

    def get_record(self) -> Item:
        return self.item

    def get_file_url(self, pk: int) -> str:
        return reverse("inventory:item_file", args=[self.item.no, pk])

    def get_done_url(self) -> str:
        return f"{reverse('inventory:item_detail', args=[self.item.no])}?tab=files"

    def may_pick(self) -> bool:
        return True

    def pick(self, attachment: Any) -> None:
        if not attachments.picture_type(attachment):
            raise DomainError(
                _("%(name)s is no picture. Choose a PNG, JPEG, GIF or WebP file.") % {"name": attachment.name}
            )
        Item.objects.filter(pk=self.item.pk).update(picture=attachment)


class ItemFileView(ItemPage, RecordFileView):
    permission_required = "base.item_view"

    def get_record(self) -> Item:
        return self.item


class ItemHistoryView(ItemPage, RecordHistoryView):
    permission_required = "base.item_view"

    def get_record(self) -> Item:
        return self.item
