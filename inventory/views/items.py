"""Items: list, card, forms, and what is where."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import changelog
from config.base.pages import Action, Badge, Fact, Field, Figure, Related, Section, fields_of
from config.base.preferences import today_of
from config.base.tables import QuantityColumn
from config.base.views import CardView, CreateView, ListView, PageView, UpdateView
from inventory import items, selectors
from inventory.filters import ItemFilter, ItemLedgerEntryFilter, StockFilter
from inventory.forms import ItemForm
from inventory.models import Item, ItemLedgerEntry, Location
from inventory.selectors import entries_url, list_url
from inventory.tables import ItemLedgerEntryTable, ItemTable, StockTable
from inventory.views.entries import ENTRY_RELATIONS

MANY_LOCATIONS = 30
"""More locations than this make no readable columns: the list then shows those that hold most."""


class ItemListView(ListView):
    permission_required = "base.item_view"
    title = gettext_lazy("Items")
    queryset = selectors.with_stock(
        Item.objects.select_related(
            "category", "item_model_group", "base_unit_of_measure", "inventory_posting_group", "vendor"
        )
    ).order_by("no")
    filterset_class = ItemFilter
    table_class = ItemTable
    totals = ("on_hand", "on_purchase_order", "on_sales_order", "available")
    cost_columns = frozenset({"unit_cost"})
    actions = (
        Action(
            gettext_lazy("New item"),
            "inventory:item_create",
            permission="base.item_edit",
            primary=True,
            shortcut="Alt+N",
        ),
        Action(gettext_lazy("Items by location"), "inventory:availability", permission="base.stock_view"),
        Action(gettext_lazy("Item categories"), "inventory:itemcategory_list"),
        Action(gettext_lazy("Units of measure"), "inventory:unitofmeasure_list"),
    )
    empty_text = gettext_lazy("There are no items yet. Create the first one, or import a file.")


class ItemCardView(CardView):
    permission_required = "base.item_view"
    slug_field = slug_url_kwarg = "no"
    parent = "inventory:item_list"
    parent_title = gettext_lazy("Items")

    def get_queryset(self) -> Any:
        return selectors.with_stock(
            Item.objects.select_related(
                "category",
                "item_model_group",
                "base_unit_of_measure",
                "inventory_posting_group",
                "gen_prod_posting_group",
                "vendor",
            )
        )

    def get_title(self) -> str:
        return str(self.object.no)

    def get_subtitle(self) -> str:
        return str(self.object.description)

    def get_badges(self) -> list[Badge]:
        item = self.object
        badges = [Badge(item.item_model_group.get_costing_method_display(), "neutral", "costing-method")]
        if item.blocked:
            return [*badges, Badge(_("Blocked"), "danger", "blocked")]
        if item.sales_blocked:
            badges.append(Badge(_("Sales blocked"), "warn", "sales-blocked"))
        if item.purchasing_blocked:
            badges.append(Badge(_("Purchasing blocked"), "warn", "purchasing-blocked"))
        return [*badges, Badge(_("Active"), "ok", "active")]

    def get_figures(self) -> list[Figure]:
        item = self.object
        lines = list_url("inventory:orderline_list", item=item.no) + "&status=open|released&outstanding=>0"
        return [
            Figure(_("On hand"), item.on_hand, "quantity", entries_url(item=item.no), "base.stock_view"),
            Figure(
                _("Available"),
                item.available,
                "quantity",
                reverse("inventory:item_availability", args=[item.no]),
                "base.stock_view",
                tone="neg" if item.available < 0 else "",
                hint=_("On hand less what is on sales orders"),
            ),
            Figure(
                _("On sales orders"), item.on_sales_order, "quantity", f"{lines}&kind=sales_order", "base.document_view"
            ),
            Figure(
                _("On purchase orders"),
                item.on_purchase_order,
                "quantity",
                f"{lines}&kind=purchase_order",
                "base.document_view",
            ),
            Figure(
                _("Unit cost"),
                item.unit_cost,
                "unit_cost",
                list_url("costing:valueentry_list", item=item.no),
                "base.cost_view",
            ),
        ]

    def get_sections(self) -> list[Section]:
        item = self.object
        inventory = ("shelf_no", "gtin", "net_weight", "lot_tracked", "serial_tracked", "prevent_negative_inventory")
        posting = ("gen_prod_posting_group", "inventory_posting_group")
        return [
            Section("general", _("General"), self._general()),
            Section("inventory", _("Inventory"), fields_of(item, *inventory)),
            Section("costing", _("Costing"), self._costing()),
            Section("posting", _("Posting"), fields_of(item, *posting)),
            Section("trade", _("Buying and selling"), self._trade(), open=False),
        ]

    def _costing(self) -> list[Field]:
        group = self.object.item_model_group
        costs = ("unit_cost", "standard_cost", "last_direct_cost", "indirect_cost_percent", "overhead_rate")
        return [
            Field(_("Costing method"), group.get_costing_method_display()),
            Field(_("Settled"), group.get_settle_at_display()),
            *fields_of(self.object, "item_model_group"),
            *fields_of(self.object, *costs, permission="base.cost_view"),
        ]

    def _trade(self) -> list[Field]:
        item = self.object
        may_follow = item.vendor and self.may("base.document_view")
        vendor_url = reverse("inventory:vendor_detail", args=[item.vendor.no]) if may_follow else ""
        return [
            Field(_("Vendor"), item.vendor, url=vendor_url),
            *fields_of(item, "unit_price", "reorder_point", "purchasing_blocked", "sales_blocked"),
        ]

    def _general(self) -> list[Field]:
        item = self.object
        category_url = list_url("inventory:item_list", category=item.category.code) if item.category else ""
        unit = f"{item.base_unit_of_measure.code} {item.base_unit_of_measure.name}".strip()
        return [
            *fields_of(item, "no", "description", "type"),
            Field(_("Category"), item.category, url=category_url),
            Field(_("Base unit of measure"), unit),
            *fields_of(item, "blocked"),
        ]

    def get_related(self) -> list[Related]:
        item = {"item": self.object.no}
        return [
            Related("entries", _("Entries"), entries_url(**item), permission="base.stock_view"),
            Related(
                "values", _("Value entries"), list_url("costing:valueentry_list", **item), permission="base.cost_view"
            ),
            Related(
                "orders",
                _("Order lines"),
                list_url("inventory:orderline_list", **item),
                permission="base.document_view",
            ),
            Related(
                "posted",
                _("Posted lines"),
                list_url("inventory:postedline_list", **item),
                permission="base.document_view",
            ),
            Related(
                "applications",
                _("Applications"),
                list_url("inventory:itemapplicationentry_list", **item),
                permission="base.stock_view",
            ),
        ]

    def get_facts(self) -> list[Fact]:
        no = self.object.no
        return [
            Fact(_("On hand by location"), reverse("inventory:item_stock_fragment", args=[no]), "base.stock_view"),
            Fact(_("Cost"), reverse("costing:item_cost_fragment", args=[no]), "base.cost_view"),
        ]

    def get_actions(self) -> list[Action]:
        no = self.object.no
        return [
            Action(_("Edit"), reverse("inventory:item_update", args=[no]), permission="base.item_edit", primary=True),
            Action(
                _("Adjust inventory"),
                f"{reverse('inventory:adjustment_journal')}?item={no}",
                permission="base.adjust_post",
            ),
            Action(_("Availability"), reverse("inventory:item_availability", args=[no]), permission="base.stock_view"),
            Action(_("Cost history"), reverse("costing:item_cost", args=[no]), permission="base.cost_view"),
        ]


class ItemCreateView(CreateView):
    permission_required = "base.item_edit"
    model = Item
    form_class = ItemForm
    title = gettext_lazy("New item")
    parent = "inventory:item_list"
    parent_title = gettext_lazy("Items")

    def get_initial(self) -> dict[str, Any]:
        return items.proposed_choices() | super().get_initial()

    def save(self, form: Any) -> Any:
        with transaction.atomic():
            form.prepare()
            record = items.create_item(form.instance, today=today_of(self.request))
            changelog.record(self.request.user, None, changelog.snapshot(record))
        return record

    def get_success_url(self) -> str:
        return reverse("inventory:item_detail", args=[self.object.no])


class ItemUpdateView(UpdateView):
    permission_required = "base.item_edit"
    model = Item
    form_class = ItemForm
    slug_field = slug_url_kwarg = "no"
    parent = "inventory:item_list"
    parent_title = gettext_lazy("Items")

    def get_success_url(self) -> str:
        return reverse("inventory:item_detail", args=[self.object.no])

    def get_back_url(self) -> str:
        return self.get_success_url()


class _ItemPage:
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


class ItemEntriesView(_ItemPage, ListView):
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


class ItemAvailabilityView(_ItemPage, PageView):
    """What is on hand of an item where, and what is coming and going."""

    permission_required = "base.stock_view"
    template_name = "inventory/item_availability.html"

    def get_title(self) -> str:
        return _("Availability of %(no)s") % {"no": self.item.no}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        item = selectors.with_stock(Item.objects.filter(pk=self.item.pk)).get()
        lines = list_url("inventory:orderline_list", item=item.no) + "&status=open|released&outstanding=>0"
        may_see_orders = self.may("base.document_view")
        steps = [
            Field(_("On hand"), item.on_hand, "quantity", entries_url(item=item.no)),
            Field(
                _("Less what is on sales orders"),
                item.on_sales_order,
                "quantity",
                f"{lines}&kind=sales_order" if may_see_orders else "",
            ),
            Field(_("Available now"), item.available, "quantity"),
            Field(
                _("Plus what is on purchase orders"),
                item.on_purchase_order,
                "quantity",
                f"{lines}&kind=purchase_order" if may_see_orders else "",
            ),
            Field(_("Available when all is received"), item.available + item.on_purchase_order, "quantity"),
        ]
        return super().get_context_data(
            steps=steps, places=selectors.stock_by_location(self.item), total=item.on_hand, item=item, **context
        )


class ItemStockFragment(_ItemPage, PageView):
    """On hand by location, as a box of the item card."""

    permission_required = "base.stock_view"
    template_name = "partials/_fact.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        places = selectors.stock_by_location(self.item)
        fields = [Field(place.code or _("(blank)"), place.on_hand, "quantity", place.url) for place in places]
        return super().get_context_data(fields=fields or [Field(_("Nothing on hand"), None)], **context)


class AvailabilityView(ListView):
    """Items by location: one column for each location that holds something."""

    permission_required = "base.stock_view"
    title = gettext_lazy("Items by location")
    parent = "inventory:item_list"
    parent_title = gettext_lazy("Items")
    filterset_class = StockFilter
    saved_views = True

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
        return QuantityColumn(verbose_name=label, linkify=lambda record: entries_url(item=record.no, location=code))

    @property
    def totals(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("on_hand", *(f"at_{pk or 0}" for pk, _code in self.places))

    def get_queryset(self) -> Any:
        stocked = Item.objects.filter(type="inventory")
        return selectors.with_stock_by_location(stocked, [pk for pk, _code in self.places]).order_by("no")
