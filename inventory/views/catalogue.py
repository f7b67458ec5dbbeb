"""Catalogue (nonstock) items: list, forms, import of a vendor's list, making the item card, also on a sales line."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Action, Done, GridColumn, Preview, PreviewTable
from config.base.preferences import today_of
from config.base.views import ActionView, CreateView, ListView, UpdateView
from inventory import catalogue, catalogue_import, documents, tables
from inventory.enums import DocumentKind
from inventory.forms.catalogue import (
    CatalogueItemForm,
    CatalogueLineForm,
    ImportCatalogueForm,
    MakeItemForm,
)
from inventory.item_filters import CatalogueItemFilter
from inventory.models import CatalogueItem, Document, DocumentLine
from inventory.views.sides import PURCHASE

PARENT = "inventory:catalogueitem_list"
PARENT_TITLE = gettext_lazy("Catalogue items")
EDIT = "base.item_edit"
SHOWN_ROWS = 100


class CatalogueItemListView(ListView):
    permission_required = "base.item_view"
    title = PARENT_TITLE
    parent = "inventory:item_list"
    parent_title = gettext_lazy("Items")
    filterset_class = CatalogueItemFilter
    table_class = tables.CatalogueItemTable
    queryset = CatalogueItem.objects.select_related("vendor", "unit_of_measure", "template", "item").order_by(
        "vendor__no", "vendor_item_no"
    )
    actions = (
        Action(
            gettext_lazy("New catalogue item"),
            "inventory:catalogueitem_create",
            permission=EDIT,
            primary=True,
            shortcut="Alt+N",
        ),
        Action(gettext_lazy("Import a vendor's list"), "inventory:catalogueitem_import", permission=EDIT),
    )
    empty_text = gettext_lazy("There are no catalogue items yet. Import the list of a vendor, or create the first one.")

    @cached_property
    def hidden(self) -> frozenset[str]:
        """What a vendor asks is a cost: for those who order, invoice or see cost."""
        return frozenset() if PURCHASE.may_see_prices(self.request.user) else frozenset({"unit_price"})


class CatalogueItemCreateView(CreateView):
    permission_required = EDIT
    model = CatalogueItem
    form_class = CatalogueItemForm
    title = gettext_lazy("New catalogue item")
    parent = PARENT
    parent_title = PARENT_TITLE

    def get_success_url(self) -> str:
        return reverse("inventory:catalogueitem_update", args=[self.object.pk])


class CatalogueItemUpdateView(UpdateView):
    permission_required = EDIT
    model = CatalogueItem
    queryset = CatalogueItem.objects.select_related("vendor", "item")
    form_class = CatalogueItemForm
    parent = PARENT
    parent_title = PARENT_TITLE

    def get_title(self) -> str:
        return _("Catalogue item %(no)s") % {"no": self.object.vendor_item_no}

    def get_success_url(self) -> str:
        return reverse("inventory:catalogueitem_update", args=[self.object.pk])

    def get_back_url(self) -> str:
        return reverse(PARENT)

    def get_actions(self) -> list[Action]:
        row = self.object
        if row.item:
            return [Action(_("Open the item"), reverse("inventory:item_detail", args=[row.item.no]))]
        return [Action(_("Make the item"), reverse("inventory:catalogueitem_make", args=[row.pk]), permission=EDIT)]


class MakeItemView(ActionView):
    """Make the item card of a catalogue item."""

    permission_required = EDIT
    form_class = MakeItemForm
    title = gettext_lazy("Make the item")
    verb = gettext_lazy("Make the item")
    parent = PARENT
    parent_title = PARENT_TITLE

    def get_record(self) -> CatalogueItem:
        return get_object_or_404(CatalogueItem.objects.select_related("vendor", "item"), pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"template": self.record.template_id}

    def get_question(self) -> str:
        return _("%(no)s %(description)s of %(vendor)s becomes an item.") % {
            "no": self.record.vendor_item_no,
            "description": self.record.description,
            "vendor": self.record.vendor.name,
        }

    def perform(self, form: Any) -> Done:
        item = catalogue.make_item(
            self.record,
            today=today_of(self.request),
            user=self.request.user,
            template=form.cleaned_data["template"],
            no=form.cleaned_data["no"],
        )
        url = reverse("inventory:item_detail", args=[item.no])
        return Done(_("%(no)s is the item of %(row)s.") % {"no": item.no, "row": self.record.vendor_item_no}, url=url)


class SaleCatalogueLineView(ActionView):
    """Sell a catalogue item: its card is made where it has none, and a line is added to the order."""

    permission_required = ("base.document_edit", EDIT)
    form_class = CatalogueLineForm
    title = gettext_lazy("Sell a catalogue item")
    verb = gettext_lazy("Add line")

    def get_record(self) -> Document:
        return get_object_or_404(Document, kind=DocumentKind.SALES_ORDER, no=self.kwargs["no"])

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        no = self.kwargs["no"]
        return [(_("Sales orders"), reverse("inventory:sale_list")), (no, reverse("inventory:sale_detail", args=[no]))]

    def perform(self, form: Any) -> Done:
        given, row = form.cleaned_data, form.cleaned_data["catalogue_item"]
        item = catalogue.make_item(
            row, today=today_of(self.request), user=self.request.user, template=given["template"]
        )
        price: Any = None if item.unit_price else row.sales_price or None
        line = DocumentLine(document=self.record, item=item, quantity=given["quantity"], unit_amount=price)
        line.location = self.record.location
        documents.save_line(line)
        return Done(_("%(no)s %(description)s is on the order.") % {"no": item.no, "description": item.description})


class ImportCatalogueView(ActionView):
    """Import a vendor's list: all of it or, where a row is faulty, nothing."""

    permission_required = EDIT
    form_class = ImportCatalogueForm
    title = gettext_lazy("Import a vendor's list")
    verb = gettext_lazy("Import")
    preview_label = gettext_lazy("Preview")
    parent = PARENT
    parent_title = PARENT_TITLE

    def get_initial(self) -> dict[str, Any]:
        return {"vendor": self.request.GET.get("vendor", "")}

    def get_form(self, data: Any = None) -> ImportCatalogueForm:
        files = self.request.FILES if data is not None else None
        return ImportCatalogueForm(data, files, initial=self.get_initial(), user=self.request.user)

    def preview(self, form: Any) -> Preview:
        new = sum(row.is_new for row in form.rows)
        notes = [
            _("%(new)s catalogue items are new, %(changed)s are there and get what the list says.")
            % {"new": new, "changed": len(form.rows) - new}
        ]
        if len(form.rows) > SHOWN_ROWS:
            notes.append(_("The first %(count)s rows are shown.") % {"count": SHOWN_ROWS})
        columns = (
            GridColumn("vendor_item_no", _("Vendor item no.")),
            GridColumn("description", _("Description")),
            GridColumn("unit_of_measure", _("Unit")),
            GridColumn("unit_price", _("Published cost"), kind="unit_cost"),
            GridColumn("sales_price", _("Unit price"), kind="unit_cost"),
            GridColumn("gtin", _("GTIN")),
        )
        table = PreviewTable(_("What is imported"), columns, form.rows[:SHOWN_ROWS])
        return Preview([table], notes, _("Preview (nothing is changed)"))

    def perform(self, form: Any) -> Done:
        given = form.cleaned_data
        done = catalogue_import.store_rows(
            form.rows, vendor=given["vendor"], template=given["template"], user=self.request.user
        )
        url = f"{reverse(PARENT)}?vendor={given['vendor'].no}"
        message = _("%(created)s catalogue items are new, %(changed)s were there already.")
        return Done(message % {"created": done.created, "changed": done.changed}, url=url)
