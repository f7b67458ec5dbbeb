"""Items: list, card, forms."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.filters import exact_value
from config.base.formatting import format_number
from config.base.pages import Action, Badge, Fact, Field, Figure, Related, Section, fields_of
from config.base.preferences import today_of
from config.base.views import CardView, CreateView, ListView, UpdateView
from inventory import attributes, items, selectors
from inventory.categories import Tree
from inventory.enums import AttributeType
from inventory.forms import ItemForm
from inventory.item_filters import ATTRIBUTE_PREFIX, ItemFilter
from inventory.models import (
    Barcode,
    Item,
    ItemReference,
    ItemTemplate,
    ItemUnitOfMeasure,
    Reservation,
    StockkeepingUnit,
    Variant,
)
from inventory.selectors import entries_url, list_url
from inventory.tables import ItemTable
from inventory.units import Conversion
from inventory.views.sides import PURCHASE

EDIT = "base.item_edit"
STOCK = "base.stock_view"
COST = "base.cost_view"
CARD_RELATIONS = (
    "category",
    "item_model_group",
    "base_unit_of_measure",
    "inventory_posting_group",
    "gen_prod_posting_group",
    "vendor",
    "counting_period",
)


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
        Action(gettext_lazy("New from template"), "inventory:item_from_template", permission=EDIT),
        Action(gettext_lazy("Import and export"), "costing:import_list", permission=EDIT),
        Action(gettext_lazy("Items by location"), "inventory:availability", permission="base.stock_view"),
        Action(gettext_lazy("Catalogue items"), "inventory:catalogueitem_list"),
        Action(gettext_lazy("Item categories"), "inventory:itemcategory_list"),
        Action(gettext_lazy("Item attributes"), "inventory:itemattribute_list"),
        Action(gettext_lazy("Units of measure"), "inventory:unitofmeasure_list"),
        Action(gettext_lazy("Stockkeeping units"), "inventory:stockkeepingunit_list"),
        Action(gettext_lazy("Item templates"), "inventory:itemtemplate_list"),
    )
    bulk_actions = (
        Action(gettext_lazy("Edit chosen"), "inventory:item_bulk", permission=EDIT, icon="pencil"),
        Action(gettext_lazy("Make stockkeeping units"), "inventory:stockkeepingunit_make", permission=EDIT),
        Action(gettext_lazy("Labels"), "inventory:labels_chosen_items", icon="tag"),
    )
    empty_text = gettext_lazy("There are no items yet. Create the first one, or import a file.")


class ItemCardView(CardView):
    """The card: key figures that drill, what the item is, and facts that other pages serve."""

    permission_required = "base.item_view"
    slug_field = slug_url_kwarg = "no"
    parent = "inventory:item_list"
    parent_title = gettext_lazy("Items")

    def get_queryset(self) -> Any:
        found = selectors.with_stock(Item.objects.select_related(*CARD_RELATIONS))
        reserved = Reservation.objects.all()
        return found.annotate(
            reserved=selectors.sum_of(reserved, "item_ledger_entry__item", "quantity"),
            variant_count=selectors.count_of(Variant.objects.all(), "item"),
            unit_count=selectors.count_of(ItemUnitOfMeasure.objects.all(), "item"),
            barcode_count=selectors.count_of(Barcode.objects.all(), "item"),
            reference_count=selectors.count_of(ItemReference.objects.all(), "item"),
            sku_count=selectors.count_of(StockkeepingUnit.objects.all(), "item"),
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
        availability = reverse("inventory:item_availability", args=[item.no])
        sold, bought = f"{lines}&kind=sales_order", f"{lines}&kind=purchase_order"
        return [
            Figure(_("On hand"), item.on_hand, "quantity", entries_url(item=item.no), STOCK),
            Figure(
                _("Available"),
                item.available,
                "quantity",
                availability,
                STOCK,
                tone="neg" if item.available < 0 else "",
                hint=_("On hand less what is on sales orders"),
            ),
            *([Figure(_("Reserved"), item.reserved, "quantity", sold, STOCK)] if item.reserved else []),
            Figure(_("On sales orders"), item.on_sales_order, "quantity", sold, "base.document_view"),
            Figure(_("On purchase orders"), item.on_purchase_order, "quantity", bought, "base.document_view"),
            Figure(_("Unit cost"), item.unit_cost, "unit_cost", reverse("costing:item_cost", args=[item.no]), COST),
        ]

    def get_figures_urls(self) -> list[Fact]:
        """The value of the stock, which costing knows."""
        return [Fact(_("Value"), reverse("costing:item_figures_fragment", args=[self.object.no]), COST)]

    def get_sections(self) -> list[Section]:
        item = self.object
        inventory = (
            "shelf_no",
            "gtin",
            "net_weight",
            "lot_tracked",
            "serial_tracked",
            "prevent_negative_inventory",
            "counting_period",
        )
        posting = ("gen_prod_posting_group", "inventory_posting_group")
        return [
            Section("general", _("General"), self._general()),
            Section("inventory", _("Inventory"), fields_of(item, *inventory)),
            Section("costing", _("Costing"), self._costing(), actions=self._costing_actions()),
            Section("posting", _("Posting"), fields_of(item, *posting)),
            self._units(),
            self._attributes(),
            self._references(),
            Section("trade", _("Buying and selling"), self._trade(), open=False),
        ]

    def _costing(self) -> list[Field]:
        group = self.object.item_model_group
        cost_url = reverse("costing:item_cost", args=[self.object.no])
        costs = ("standard_cost", "last_direct_cost", "indirect_cost_percent", "overhead_rate")
        return [
            Field(_("Costing method"), group.get_costing_method_display()),
            Field(_("Settled"), group.get_settle_at_display()),
            *fields_of(self.object, "item_model_group"),
            Field(_("Unit cost"), self.object.unit_cost, "unit_cost", cost_url, COST, _("how?")),
            *fields_of(self.object, *costs, permission=COST),
        ]

    def _costing_actions(self) -> list[Action]:
        no = self.object.no
        return [
            Action(_("Cost history"), reverse("costing:item_cost", args=[no]), permission=COST),
            Action(_("Value entries"), list_url("costing:valueentry_list", item=no), permission=COST),
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
            Field(_("Category"), self.tree.words(item.category_id), url=category_url),
            Field(_("Base unit of measure"), unit),
            *fields_of(item, "blocked"),
        ]

    @cached_property
    def tree(self) -> Tree:
        """The categories; none are read for an item without one."""
        return Tree.load() if self.object.category_id else Tree({}, {})

    def _units(self) -> Section:
        item = self.object
        rows = item.units.select_related("unit_of_measure").order_by("quantity_per", "pk")
        per = {row: Conversion.of(row) for row in rows}
        base = item.base_unit_of_measure.code
        fields = [
            Field(
                row.unit_of_measure.code,
                row.quantity_per,
                "quantity",
                hint=_("%(base)s; on hand %(quantity)s")
                % {"base": base, "quantity": format_number(each.from_base(item.on_hand), "quantity")}
                if self.may(STOCK)
                else base,
            )
            for row, each in per.items()
        ]
        codes = ", ".join(code for (code,) in item.barcodes.order_by("code").values_list("code")[:5])
        fields += [
            Field(_("Barcodes"), codes or _("none"), url=self._page("item_barcodes")),
            Field(_("Variants"), item.variant_count, "integer", self._page("item_variants")),
            Field(
                _("Stockkeeping units"),
                item.sku_count,
                "integer",
                list_url("inventory:stockkeepingunit_list", item=item.no),
            ),
        ]
        actions = [
            Action(_("Units of measure"), self._page("item_units")),
            Action(_("Variants"), self._page("item_variants")),
            Action(_("Barcodes"), self._page("item_barcodes")),
        ]
        title = _("Units and barcodes (%(count)s)") % {"count": item.unit_count + item.barcode_count}
        return Section("units", title, fields, open=False, actions=actions)

    def _attributes(self) -> Section:
        found = attributes.attributes_of_item(self.object, tree=self.tree)
        fields = [
            Field(
                effective.attribute.display_name,
                attributes.shown_text(effective.row) if effective.row else None,
                url=_same_value_url(effective),
                hint=_("from %(code)s") % {"code": effective.inherited_from} if effective.inherited_from else "",
            )
            for effective in found
        ]
        actions = [Action(_("Edit attributes"), self._page("item_attributes"), permission=EDIT)]
        title = _("Attributes (%(count)s)") % {"count": len(fields)}
        return Section("attributes", title, fields, open=bool(fields), actions=actions)

    def _references(self) -> Section:
        rows = self.object.references.select_related("vendor", "customer").order_by("reference_no", "pk")[:5]
        fields = [Field(row.vendor or row.customer or _("Anybody"), row.reference_no) for row in rows]
        title = _("References (%(count)s)") % {"count": self.object.reference_count}
        actions = [Action(_("References"), self._page("item_references"))]
        return Section("references", title, fields, open=False, actions=actions)

    def _page(self, name: str) -> str:
        return reverse(f"inventory:{name}", args=[self.object.no])

    def get_related(self) -> list[Related]:
        no, item = self.object.no, {"item": self.object.no}
        trade = "base.document_view"
        return [
            Related("entries", _("Entries"), entries_url(**item), permission=STOCK),
            Related("values", _("Value entries"), list_url("costing:valueentry_list", **item), permission=COST),
            Related("orders", _("Order lines"), list_url("inventory:orderline_list", **item), permission=trade),
            Related("posted", _("Posted lines"), list_url("inventory:postedline_list", **item), permission=trade),
            Related("salesprices", _("Sales prices"), list_url("inventory:salesprice_list", **item)),
            *self._purchase_prices(),
            Related(
                "applications",
                _("Applications"),
                list_url("inventory:itemapplicationentry_list", **item),
                permission=STOCK,
            ),
            Related("files", _("Notes and files"), reverse("inventory:item_files", args=[no])),
            Related("history", _("History"), reverse("inventory:item_history", args=[no])),
        ]

    def _purchase_prices(self) -> list[Related]:
        """What vendors ask is a cost: for those who order, invoice or see cost."""
        if not PURCHASE.may_see_prices(self.request.user):
            return []
        url = list_url("inventory:purchaseprice_list", item=self.object.no)
        return [Related("purchaseprices", _("Purchase prices"), url)]

    def get_facts(self) -> list[Fact]:
        item = self.object
        picture = [Fact(_("Picture"), self._page("item_picture_fragment"))] if item.picture_id else []
        return [
            *picture,
            Fact(_("On hand by location"), self._page("item_stock_fragment"), STOCK),
            Fact(_("On hand over time"), self._page("item_stock_trend_fragment"), STOCK),
            Fact(_("Cost"), reverse("costing:item_cost_fragment", args=[item.no]), COST),
            Fact(_("Cost trend"), reverse("costing:item_trend_fragment", args=[item.no]), COST),
            Fact(_("Open orders"), self._page("item_orders_fragment"), "base.document_view"),
        ]

    def get_actions(self) -> list[Action]:
        no = self.object.no
        adjust = f"{reverse('inventory:adjustment_journal')}?item={no}"
        block = _("Open again") if self.object.blocked else _("Block")
        return [
            Action(_("Edit"), self._page("item_update"), permission=EDIT, primary=True),
            Action(_("Adjust inventory"), adjust, permission="base.adjust_post"),
            Action(_("Availability"), self._page("item_availability"), permission=STOCK),
            Action(_("Cost history"), reverse("costing:item_cost", args=[no]), permission=COST),
            Action(_("Copy"), self._page("item_copy"), permission=EDIT),
            Action(_("Label"), f"{reverse('inventory:labels_items')}?items={self.object.pk}"),
            *self._lot_labels(),
            Action(_("Edit attributes"), self._page("item_attributes"), permission=EDIT),
            Action(block, self._page("item_block"), permission=EDIT, danger=not self.object.blocked),
        ]

    def _lot_labels(self) -> list[Action]:
        item = self.object
        if not (item.lot_tracked or item.serial_tracked):
            return []
        url = f"{reverse('inventory:labels_lots')}?{urlencode({'item': item.no})}"
        return [Action(_("Labels of lots"), url, permission=STOCK)]


def _same_value_url(effective: attributes.Effective) -> str:
    """The items that have the same value; none where there is no value or the attribute is blocked."""
    if effective.row is None or effective.attribute.blocked:
        return ""
    name = f"{ATTRIBUTE_PREFIX}{effective.attribute.code}"
    text = effective.row.value
    value = text if effective.attribute.value_type == AttributeType.OPTION else exact_value(text)
    return f"{reverse('inventory:item_list')}?{urlencode({name: value})}"


class ItemCreateView(CreateView):
    permission_required = "base.item_edit"
    model = Item
    form_class = ItemForm
    title = gettext_lazy("New item")
    parent = "inventory:item_list"
    parent_title = gettext_lazy("Items")

    @cached_property
    def template(self) -> ItemTemplate | None:
        """The template that the link names."""
        code = self.request.GET.get("template", "")
        return ItemTemplate.objects.select_related(*items.RELATIONS).filter(code=code).first() if code else None

    def get_initial(self) -> dict[str, Any]:
        return items.proposed_choices(self.template) | super().get_initial()

    def save(self, form: Any) -> Any:
        series = self.template.number_series if self.template else ""
        with transaction.atomic():
            form.prepare()
            return items.create_item(form.instance, today=today_of(self.request), series=series)

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
