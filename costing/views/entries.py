"""Value entries, and what stands behind and beside them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Action, Badge, Field, Figure, Related, Section, fields_of
from config.base.views import CardView, ListView
from costing import selectors
from costing.filters import BehindValueFilter, CostChangeFilter, RelationFilter, ValueEntryFilter
from costing.models import CostChange, ValueEntry
from costing.selectors import COST_VIEW
from costing.tables import BehindValueTable, CostChangeTable, RelationTable, ValueEntryTable
from costing.tables.words import entry_url, item_url, value_entry_url
from inventory import links
from inventory.models import Item
from ledger.models import GLEntry

GL_VIEW = "base.gl_view"
SHOWN_KEYS = ("item", "variant", "location", "item_charge")


class ValueEntryListView(ListView):
    permission_required = COST_VIEW
    title = gettext_lazy("Value entries")
    queryset = selectors.with_posted_amounts(
        ValueEntry.objects.select_related(*SHOWN_KEYS).order_by("-posting_date", "-pk")
    )
    filterset_class = ValueEntryFilter
    table_class = ValueEntryTable
    paginate_by = 25  # wide rows
    totals = (
        "item_ledger_entry_quantity",
        "invoiced_quantity",
        "cost_amount_actual",
        "cost_amount_expected",
        "cost_amount_non_inventory",
        "sales_amount_actual",
    )
    empty_text = gettext_lazy("There are no value entries yet. They are made when goods are posted.")


class ItemValueListView(ValueEntryListView):
    """The value entries of one item."""

    parent = "inventory:item_list"
    parent_title = gettext_lazy("Items")

    def get_queryset(self) -> QuerySet[Any]:
        self.item = get_object_or_404(Item, no=self.kwargs["no"])
        return super().get_queryset().filter(item=self.item)

    def get_subtitle(self) -> str:
        return f"{self.item.no} {self.item.description}"

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        return [
            *super().get_breadcrumbs(),
            (self.kwargs["no"], reverse("inventory:item_detail", args=[self.kwargs["no"]])),
        ]


class ValueEntryCardView(CardView):
    """One fact about the value of one entry: its amounts, what it corrects, and where it stands in the ledger."""

    permission_required = COST_VIEW
    queryset = selectors.with_posted_amounts(
        ValueEntry.objects.select_related(
            *SHOWN_KEYS, "inventory_posting_group", "gen_bus_posting_group", "gen_prod_posting_group", "user", "to_post"
        )
    )
    parent = "costing:valueentry_list"
    parent_title = gettext_lazy("Value entries")

    def get_title(self) -> str:
        return _("Value entry %(no)s") % {"no": self.object.pk}

    def get_subtitle(self) -> str:
        value = self.object
        kind = value.get_entry_type_display()
        return f"{kind}: {value.item.no} {value.item.description}" if value.item else kind

    def get_badges(self) -> list[Badge]:
        value = self.object
        badges = [Badge(_("Adjustment"), "info", "adjustment")] if value.adjustment else []
        if value.expected_cost:
            badges.append(Badge(_("Expected cost"), "info", "expected"))
        if not value.inventoriable:
            badges.append(Badge(_("Not inventoriable"), "neutral", "not-inventoriable"))
        elif hasattr(value, "to_post"):
            badges.append(Badge(_("Waits to be posted"), "warn", "waiting"))
        elif value.cost_posted_to_gl or value.expected_cost_posted_to_gl:
            badges.append(Badge(_("Posted to G/L"), "ok", "posted"))
        return badges

    def get_actions(self) -> list[Action]:
        entry_id = self.object.item_ledger_entry_id
        found = links.find_entries_url(self.object.document_no, self.object.posting_date)
        actions = [Action(_("Find entries"), found)]
        if entry_id is not None:
            actions.append(Action(_("Cost lineage"), reverse("costing:lineage", args=[entry_id])))
        return actions

    def get_figures(self) -> list[Figure]:
        value = self.object
        in_ledger = reverse("costing:valueentry_glentries", args=[value.pk])
        return [
            Figure(
                _("Valued quantity"), value.valued_quantity, "quantity", entry_url(value.item_ledger_entry_id) or ""
            ),
            Figure(_("Cost (actual)"), value.cost_amount_actual),
            Figure(_("Cost (expected)"), value.cost_amount_expected),
            Figure(_("Posted to G/L"), value.cost_posted_to_gl, url=in_ledger),
            Figure(_("Expected, posted to G/L"), value.expected_cost_posted_to_gl, url=in_ledger),
        ]

    def get_sections(self) -> list[Section]:
        value = self.object
        origin = [
            Field(_("Item"), value.item.no if value.item else "", url=item_url(value.item and value.item.no) or ""),
            *fields_of(value, "variant", "location"),
            Field(
                _("Item ledger entry"),
                value.item_ledger_entry_id,
                "code",
                entry_url(value.item_ledger_entry_id) or "",
            ),
            *fields_of(value, "item_ledger_entry_type", "entry_type", "variance_type", "document_type"),
            Field(_("Document no."), value.document_no, url=links.document_url(value.document_type, value.document_no)),
            *fields_of(value, "external_document_no", "order_no", "item_charge", "description"),
            Field(
                _("Corrects value entry"),
                value.applies_to_entry_id,
                "code",
                value_entry_url(value.applies_to_entry_id) if value.applies_to_entry_id else "",
            ),
        ]
        return [
            Section("origin", _("Origin"), origin),
            Section("dates", _("Dates and quantities"), fields_of(value, *_DATES)),
            Section("amounts", _("Amounts"), fields_of(value, *_AMOUNTS)),
            Section("posting", _("Posting"), fields_of(value, *_POSTING), open=False),
        ]

    def get_related(self) -> list[Related]:
        key = self.object.pk
        return [
            Related("gl", _("G/L entries"), reverse("costing:valueentry_glentries", args=[key]), permission=GL_VIEW),
            Related("sources", _("Cost changes"), reverse("costing:valueentry_sources", args=[key])),
            Related(
                "siblings",
                _("All of the entry"),
                selectors.value_entries_url(item_ledger_entry=self.object.item_ledger_entry_id or 0),
            ),
        ]


_DATES = (
    "posting_date",
    "valuation_date",
    "item_ledger_entry_quantity",
    "valued_quantity",
    "invoiced_quantity",
    "adjustment",
    "expected_cost",
    "inventoriable",
    "valued_by_average_cost",
    "partial_revaluation",
)
_AMOUNTS = (
    "cost_per_unit",
    "cost_amount_actual",
    "cost_amount_expected",
    "cost_amount_non_inventory",
    "purchase_amount_actual",
    "purchase_amount_expected",
    "sales_amount_actual",
    "sales_amount_expected",
    "discount_amount",
)
_POSTING = (
    "inventory_posting_group",
    "gen_bus_posting_group",
    "gen_prod_posting_group",
    "account_set",
    "register",
    "user",
    "created_at",
)


class _OfValueEntry(ListView):
    """A list beside one value entry."""

    saved_views = False
    parent = "costing:valueentry_list"
    parent_title = gettext_lazy("Value entries")

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        return [*super().get_breadcrumbs(), (str(self.kwargs["pk"]), value_entry_url(self.kwargs["pk"]))]

    def check_exists(self) -> None:
        if not ValueEntry.objects.filter(pk=self.kwargs["pk"]).exists():
            raise Http404


class ValueEntryGLListView(_OfValueEntry):
    """The G/L entries of one value entry, and the part of each that stems from it."""

    permission_required = (COST_VIEW, GL_VIEW)
    title = gettext_lazy("G/L entries of the value entry")
    filterset_class = BehindValueFilter
    table_class = BehindValueTable
    totals = ("effect",)
    empty_text = gettext_lazy("Nothing of it is posted to the general ledger.")

    def get_queryset(self) -> QuerySet[Any]:
        self.check_exists()
        return selectors.gl_entries_of_value_entry(self.kwargs["pk"]).select_related("gl_account").order_by("pk")


class CostChangeListView(_OfValueEntry):
    """Whose cost moved the entry that a value entry corrects."""

    permission_required = COST_VIEW
    title = gettext_lazy("Cost changes behind the value entry")
    filterset_class = CostChangeFilter
    table_class = CostChangeTable
    totals = ("amount",)
    empty_text = gettext_lazy("No cost change stands behind it: it was posted, not forwarded.")

    def get_queryset(self) -> QuerySet[Any]:
        self.check_exists()
        return CostChange.objects.filter(value_entry_id=self.kwargs["pk"]).order_by("pk")


class GLEntryValueListView(ListView):
    """The value entries behind one G/L entry; their effects add up to it."""

    permission_required = (COST_VIEW, GL_VIEW)
    filterset_class = RelationFilter
    table_class = RelationTable
    totals = ("effect",)
    saved_views = False
    parent = "ledger:glentry_list"
    parent_title = gettext_lazy("G/L entries")
    empty_text = gettext_lazy("No value entry stands behind it: it was posted by a journal.")

    def get_queryset(self) -> QuerySet[Any]:
        entry = get_object_or_404(GLEntry, pk=self.kwargs["pk"])
        relations = selectors.relations_of_gl_entry(entry.pk)
        return relations.select_related("value_entry__item", "value_entry__location").order_by("pk")

    def get_title(self) -> str:
        return _("Value entries behind G/L entry %(no)s") % {"no": self.kwargs["pk"]}
