"""The item sub-ledger: item ledger entries and application entries."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Action, Badge, Field, Figure, Related, Section, fields_of
from config.base.views import CardView, ListView
from inventory import links
from inventory.enums import SettleAt
from inventory.filters import ApplicationEntryFilter, ItemLedgerEntryFilter
from inventory.models import ItemApplicationEntry, ItemLedgerEntry
from inventory.tables import ApplicationEntryTable, ItemLedgerEntryTable

ENTRY_RELATIONS = ("item", "location", "variant")


class ItemLedgerEntryListView(ListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Item ledger entries")
    queryset = ItemLedgerEntry.objects.select_related(*ENTRY_RELATIONS).order_by("-posting_date", "-pk")
    filterset_class = ItemLedgerEntryFilter
    table_class = ItemLedgerEntryTable
    totals = ("quantity", "invoiced_quantity", "remaining_quantity")
    cost_columns = frozenset({"lineage"})
    empty_text = gettext_lazy("Nothing is posted yet. Receive a purchase order, or post the adjustment journal.")


class ItemLedgerEntryCardView(CardView):
    """One movement of goods: where it stems from, what it took from, what it is worth."""

    permission_required = "base.stock_view"
    queryset = ItemLedgerEntry.objects.select_related(
        *ENTRY_RELATIONS, "item__item_model_group", "register__user", "applies_to_entry"
    )
    parent = "inventory:itemledgerentry_list"
    parent_title = gettext_lazy("Item ledger entries")

    def get_title(self) -> str:
        return _("Entry %(no)s") % {"no": self.object.pk}

    def get_subtitle(self) -> str:
        return f"{self.object.get_entry_type_display()} {self.object.item.no} {self.object.item.description}"

    def get_badges(self) -> list[Badge]:
        entry = self.object
        badges = [Badge(_("Open"), "info", "open")] if entry.open else [Badge(_("Closed"), "neutral", "closed")]
        if entry.completely_invoiced:
            badges.append(Badge(_("Invoiced"), "ok", "invoiced"))
        elif entry.invoiced_quantity:
            badges.append(Badge(_("Part invoiced"), "warn", "part-invoiced"))
        else:
            badges.append(Badge(_("Not invoiced"), "warn", "not-invoiced"))
        return badges

    def get_actions(self) -> list[Action]:
        lineage = reverse("costing:lineage", args=[self.object.pk])
        worksheet = reverse("costing:worksheet_entry", args=[self.object.pk])
        found = links.find_entries_url(self.object.document_no, self.object.posting_date)
        actions = [Action(_("Find entries"), found), Action(_("Cost lineage"), lineage, permission="base.cost_view")]
        if not self.is_settled_at_close:
            return [*actions, Action(_("Application worksheet"), worksheet, permission="base.cost_adjust")]
        side = "receipt" if self.object.positive else "issue"
        mark = f"{reverse('costing:mark_create')}?{side}={self.object.pk}"
        closed = "" if self.object.open else _("It is settled in full.")
        return [*actions, Action(_("Mark"), mark, permission="base.cost_adjust", disabled=closed)]

    @property
    def is_settled_at_close(self) -> bool:
        """Whether the entry waits for the inventory close, rather than being applied when it is posted."""
        return bool(self.object.item.item_model_group.settle_at == SettleAt.CLOSE)

    def get_figures(self) -> list[Figure]:
        entry = self.object
        applications = f"{reverse('inventory:itemapplicationentry_list')}?entry={entry.pk}"
        return [
            Figure(_("Quantity"), entry.quantity, "quantity"),
            Figure(_("Remaining"), entry.remaining_quantity, "quantity", applications),
            Figure(_("Invoiced"), entry.invoiced_quantity, "quantity"),
        ]

    def get_sections(self) -> list[Section]:
        entry = self.object
        item_url = reverse("inventory:item_detail", args=[entry.item.no]) if self.may("base.item_view") else ""
        document_url = links.document_url(entry.document_type, entry.document_no)
        if not self.may("base.document_view"):
            document_url = ""
        origin = [
            Field(_("Item"), entry.item.no, url=item_url),
            *fields_of(entry, "variant", "location", "entry_type", "posting_date", "document_type"),
            Field(_("Document no."), entry.document_no, url=document_url),
            *fields_of(entry, "document_line_no", "external_document_no", "order_no", "source_type", "source_no"),
            *fields_of(entry, "description"),
        ]
        posted_by = entry.register.user.get_username() if entry.register.user else ""
        trail = [
            *fields_of(entry, "lot_no", "serial_no", "expiration_date", "last_invoice_date", "applies_to_entry"),
            Field(_("Register no."), entry.register_id),
            Field(_("Posted by"), posted_by),
            Field(_("Posted at"), entry.created_at, "datetime"),
        ]
        return [Section("origin", _("Origin"), origin), Section("trail", _("Tracking and posting"), trail)]

    def get_related(self) -> list[Related]:
        entry = self.object
        return [
            Related(
                "applications",
                _("Applications"),
                f"{reverse('inventory:itemapplicationentry_list')}?entry={entry.pk}",
            ),
            Related(
                "values",
                _("Value entries"),
                f"{reverse('costing:valueentry_list')}?item_ledger_entry={entry.pk}",
                permission="base.cost_view",
            ),
            *self._settlements(),
        ]

    def _settlements(self) -> list[Related]:
        if not self.is_settled_at_close:
            return []
        url = f"{reverse('costing:settlement_list')}?entry={self.object.pk}"
        return [Related("settlements", _("Settlements"), url, permission="base.cost_view")]


class ApplicationEntryListView(ListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Item application entries")
    queryset = ItemApplicationEntry.objects.select_related("item_ledger_entry__item").order_by("-pk")
    filterset_class = ApplicationEntryFilter
    table_class = ApplicationEntryTable
    totals = ("quantity",)
    actions = (Action(gettext_lazy("Application worksheet"), "costing:worksheet_items", permission="base.cost_adjust"),)
    empty_text = gettext_lazy("Nothing is applied yet: applications are made when goods are posted.")
