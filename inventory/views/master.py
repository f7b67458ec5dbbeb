"""What describes items and where they are: units, item charges, locations; vendors and customers."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.fields import AmountField
from config.base.filters import exact_value
from config.base.pages import Action, Badge, Field, Figure, Related, Section, fields_of
from config.base.views import CardView, CreateView, ListView, UpdateView
from inventory import filters, forms, item_filters, selectors, tables
from inventory.models import (
    Customer,
    Document,
    ItemCharge,
    ItemLedgerEntry,
    Location,
    PostedDocumentLine,
    UnitOfMeasure,
    Vendor,
)
from inventory.selectors import entries_url, list_url, sum_of
from inventory.views.sides import PURCHASE


def _new(label: Any, view_name: str, permission: str) -> Action:
    return Action(label, view_name, permission=permission, primary=True, shortcut="Alt+N")


class UnitOfMeasureListView(ListView):
    permission_required = "base.item_view"
    title = gettext_lazy("Units of measure")
    queryset = UnitOfMeasure.objects.order_by("code")
    filterset_class = item_filters.UnitOfMeasureFilter
    table_class = tables.UnitOfMeasureTable
    actions = (_new(gettext_lazy("New unit"), "inventory:unitofmeasure_create", "base.item_edit"),)


class UnitOfMeasureCreateView(CreateView):
    permission_required = "base.item_edit"
    model = UnitOfMeasure
    form_class = forms.UnitOfMeasureForm
    title = gettext_lazy("New unit of measure")
    parent = "inventory:unitofmeasure_list"
    parent_title = gettext_lazy("Units of measure")

    def get_success_url(self) -> str:
        return reverse(self.parent)


class UnitOfMeasureUpdateView(UpdateView):
    permission_required = "base.item_edit"
    model = UnitOfMeasure
    form_class = forms.UnitOfMeasureForm
    slug_field = slug_url_kwarg = "code"
    parent = "inventory:unitofmeasure_list"
    parent_title = gettext_lazy("Units of measure")

    def get_success_url(self) -> str:
        return reverse(self.parent)


class ItemChargeListView(ListView):
    permission_any = ("base.purchase_invoice", "base.document_edit", "base.cost_view", "base.setup_edit")
    title = gettext_lazy("Item charges")
    queryset = (
        ItemCharge.objects.select_related("gen_prod_posting_group")
        .annotate(invoiced=sum_of(PostedDocumentLine.objects.all(), "item_charge", "amount", field=AmountField()))
        .order_by("code")
    )
    filterset_class = filters.ItemChargeFilter
    table_class = tables.ItemChargeTable
    totals = ("invoiced",)
    cost_columns = frozenset({"invoiced"})
    actions = (_new(gettext_lazy("New item charge"), "inventory:itemcharge_create", "base.setup_edit"),)


class ItemChargeCreateView(CreateView):
    permission_required = "base.setup_edit"
    model = ItemCharge
    form_class = forms.ItemChargeForm
    title = gettext_lazy("New item charge")
    parent = "inventory:itemcharge_list"
    parent_title = gettext_lazy("Item charges")

    def get_success_url(self) -> str:
        return reverse(self.parent)


class ItemChargeUpdateView(UpdateView):
    permission_required = "base.setup_edit"
    model = ItemCharge
    form_class = forms.ItemChargeForm
    slug_field = slug_url_kwarg = "code"
    parent = "inventory:itemcharge_list"
    parent_title = gettext_lazy("Item charges")

    def get_success_url(self) -> str:
        return reverse(self.parent)


LOCATION_PERMISSIONS = ("base.location_view", "base.setup_edit")


class LocationListView(ListView):
    permission_any = LOCATION_PERMISSIONS
    title = gettext_lazy("Locations")
    queryset = Location.objects.annotate(
        on_hand=sum_of(ItemLedgerEntry.objects.open(), "location", "remaining_quantity")
    ).order_by("code")
    filterset_class = filters.LocationFilter
    table_class = tables.LocationTable
    totals = ("on_hand",)
    actions = (_new(gettext_lazy("New location"), "inventory:location_create", "base.setup_edit"),)


class LocationCardView(CardView):
    permission_any = LOCATION_PERMISSIONS
    queryset = LocationListView.queryset
    slug_field = slug_url_kwarg = "code"
    parent = "inventory:location_list"
    parent_title = gettext_lazy("Locations")

    def get_title(self) -> str:
        return str(self.object.code)

    def get_subtitle(self) -> str:
        return str(self.object.name)

    def get_badges(self) -> list[Badge]:
        place = self.object
        found = [Badge(_("Blocked"), "danger", "blocked")] if place.blocked else [Badge(_("Active"), "ok", "active")]
        return [*found, Badge(_("In transit"), "info", "in-transit")] if place.in_transit else found

    def get_figures(self) -> list[Figure]:
        place = self.object
        held = ItemLedgerEntry.objects.open().filter(location=place)
        count = held.order_by().values("item").distinct().count()
        url = entries_url(location=place.code)
        return [
            Figure(_("Items"), count, "integer", f"{url}&open=yes", "base.stock_view"),
            Figure(_("Pieces on hand"), place.on_hand, "quantity", url, "base.stock_view"),
        ]

    def get_sections(self) -> list[Section]:
        return [
            Section(
                "general",
                _("General"),
                fields_of(self.object, "code", "name", "address", "responsibility_centre", "in_transit", "blocked"),
            )
        ]

    def get_related(self) -> list[Related]:
        code = self.object.code
        return [
            Related(
                "contents", _("Open entries"), f"{entries_url(location=code)}&open=yes", permission="base.stock_view"
            ),
            Related(
                "bins",
                _("Bin contents"),
                list_url("inventory:bincontent_list", location=code),
                permission="base.stock_view",
            ),
            Related(
                "arriving",
                _("On the way here"),
                list_url("inventory:goods_in_transit", to_location=code),
                permission="base.stock_view",
            ),
            Related(
                "leaving",
                _("On the way from here"),
                list_url("inventory:goods_in_transit", from_location=code),
                permission="base.stock_view",
            ),
            Related("entries", _("All entries"), entries_url(location=code), permission="base.stock_view"),
        ]

    def get_actions(self) -> list[Action]:
        code = self.object.code
        return [
            Action(
                _("Edit"),
                reverse("inventory:location_update", args=[code]),
                permission="base.setup_edit",
                primary=True,
            ),
            Action(_("Bins"), reverse("inventory:location_bins", args=[code])),
            Action(_("Count"), f"{reverse('inventory:count_create')}?location={code}", permission="base.count_post"),
        ]


class LocationCreateView(CreateView):
    permission_required = "base.setup_edit"
    model = Location
    form_class = forms.LocationForm
    title = gettext_lazy("New location")
    parent = "inventory:location_list"
    parent_title = gettext_lazy("Locations")

    def get_success_url(self) -> str:
        return reverse("inventory:location_detail", args=[self.object.code])


class LocationUpdateView(UpdateView):
    permission_required = "base.setup_edit"
    model = Location
    form_class = forms.LocationForm
    slug_field = slug_url_kwarg = "code"
    parent = "inventory:location_list"
    parent_title = gettext_lazy("Locations")

    def get_success_url(self) -> str:
        return reverse("inventory:location_detail", args=[self.object.code])


def _with_open_orders(partners: Any, key: str) -> Any:
    states = Q(status__in=selectors.OPEN_STATES)
    orders = Document.objects.filter(states, kind__in=("purchase_order", "sales_order"))
    return partners.select_related("gen_bus_posting_group", "location").annotate(
        open_orders=selectors.count_of(orders, key)
    )


class VendorListView(ListView):
    permission_required = "base.document_view"
    title = gettext_lazy("Vendors")
    queryset = _with_open_orders(Vendor.objects, "vendor").order_by("no")
    filterset_class = filters.VendorFilter
    table_class = tables.VendorTable
    totals = ("open_orders",)
    actions = (_new(gettext_lazy("New vendor"), "inventory:vendor_create", "base.document_edit"),)
    empty_text = gettext_lazy("There are no vendors yet. Create the first one.")


class CustomerListView(ListView):
    permission_required = "base.document_view"
    title = gettext_lazy("Customers")
    queryset = _with_open_orders(Customer.objects, "customer").order_by("no")
    filterset_class = filters.CustomerFilter
    table_class = tables.CustomerTable
    totals = ("open_orders",)
    actions = (_new(gettext_lazy("New customer"), "inventory:customer_create", "base.document_edit"),)
    empty_text = gettext_lazy("There are no customers yet. Create the first one.")


class _PartnerCardView(CardView):
    """What the cards of vendors and customers share."""

    permission_required = "base.document_view"
    slug_field = slug_url_kwarg = "no"
    stem = ""
    orders_view = ""
    new_order_view = ""
    prices_view = ""
    posted: tuple[tuple[str, Any, str], ...] = ()
    """(key, title, URL name) of the tabs with posted documents."""

    def get_title(self) -> str:
        return str(self.object.no)

    def get_subtitle(self) -> str:
        return str(self.object.name)

    def get_badges(self) -> list[Badge]:
        blocked = self.object.blocked
        return [Badge(_("Blocked"), "danger", "blocked") if blocked else Badge(_("Active"), "ok", "active")]

    def get_figures(self) -> list[Figure]:
        url = list_url(self.orders_view, **{self.stem: self.object.no})
        return [Figure(_("Open orders"), self.object.open_orders, "integer", f"{url}&open=yes")]

    def get_sections(self) -> list[Section]:
        general = fields_of(self.object, "no", "name", "address", "country", "blocked")
        posting = [
            Field(_("General business posting group"), self.object.gen_bus_posting_group),
            Field(_("Default location"), self.object.location),
        ]
        return [Section("general", _("General"), general), Section("posting", _("Posting"), posting)]

    def get_related(self) -> list[Related]:
        own = {self.stem: self.object.no}
        posted = [Related(key, title, list_url(view, **own)) for key, title, view in self.posted]
        return [Related("orders", _("Orders"), list_url(self.orders_view, **own)), *posted, *self._prices()]

    def _prices(self) -> list[Related]:
        """The price list lines that hold for the partner: its own, and those for all."""
        query = urlencode({self.stem: f"{exact_value(self.object.no)}|''"})
        return [Related("prices", _("Prices"), f"{reverse(self.prices_view)}?{query}")]

    def get_actions(self) -> list[Action]:
        no = self.object.no
        return [
            Action(_("New order"), f"{reverse(self.new_order_view)}?{self.stem}={no}", permission="base.document_edit"),
            Action(
                _("Edit"),
                reverse(f"inventory:{self.stem}_update", args=[no]),
                permission="base.document_edit",
                primary=True,
            ),
        ]


class VendorCardView(_PartnerCardView):
    queryset = VendorListView.queryset
    parent = "inventory:vendor_list"
    parent_title = gettext_lazy("Vendors")
    stem = "vendor"
    orders_view = "inventory:purchase_list"
    new_order_view = "inventory:purchase_create"
    prices_view = "inventory:purchaseprice_list"
    posted = (
        ("receipts", gettext_lazy("Receipts"), "inventory:purchasereceipt_list"),
        ("invoices", gettext_lazy("Invoices"), "inventory:purchaseinvoice_list"),
    )

    def _prices(self) -> list[Related]:
        return super()._prices() if PURCHASE.may_see_prices(self.request.user) else []


class CustomerCardView(_PartnerCardView):
    queryset = CustomerListView.queryset
    parent = "inventory:customer_list"
    parent_title = gettext_lazy("Customers")
    stem = "customer"
    orders_view = "inventory:sale_list"
    new_order_view = "inventory:sale_create"
    prices_view = "inventory:salesprice_list"
    posted = (
        ("shipments", gettext_lazy("Shipments"), "inventory:salesshipment_list"),
        ("invoices", gettext_lazy("Invoices"), "inventory:salesinvoice_list"),
    )


class VendorCreateView(CreateView):
    permission_required = "base.document_edit"
    model = Vendor
    form_class = forms.VendorForm
    title = gettext_lazy("New vendor")
    parent = "inventory:vendor_list"
    parent_title = gettext_lazy("Vendors")

    def get_success_url(self) -> str:
        return reverse("inventory:vendor_detail", args=[self.object.no])


class VendorUpdateView(UpdateView):
    permission_required = "base.document_edit"
    model = Vendor
    form_class = forms.VendorForm
    slug_field = slug_url_kwarg = "no"
    parent = "inventory:vendor_list"
    parent_title = gettext_lazy("Vendors")

    def get_success_url(self) -> str:
        return reverse("inventory:vendor_detail", args=[self.object.no])


class CustomerCreateView(CreateView):
    permission_required = "base.document_edit"
    model = Customer
    form_class = forms.CustomerForm
    title = gettext_lazy("New customer")
    parent = "inventory:customer_list"
    parent_title = gettext_lazy("Customers")

    def get_success_url(self) -> str:
        return reverse("inventory:customer_detail", args=[self.object.no])


class CustomerUpdateView(UpdateView):
    permission_required = "base.document_edit"
    model = Customer
    form_class = forms.CustomerForm
    slug_field = slug_url_kwarg = "no"
    parent = "inventory:customer_list"
    parent_title = gettext_lazy("Customers")

    def get_success_url(self) -> str:
        return reverse("inventory:customer_detail", args=[self.object.no])
