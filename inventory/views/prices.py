"""Sales prices and purchase prices: lists, forms, deleting, and changing many by a percentage.

A purchase price is a cost: it is for those who order, invoice or see cost. A sales price is for all who see items.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base import changelog
from config.base.pages import Action, Done, GridColumn, Preview, PreviewTable, Text
from config.base.views import ActionView, CreateView, ListView, UpdateView
from config.base.views.bulk import BulkActionView
from inventory import price_changes
from inventory.enums import PriceSide
from inventory.forms.prices import ChangePricesForm, PurchasePriceForm, SalesPriceForm
from inventory.models import PriceListLine
from inventory.price_filters import PurchasePriceFilter, SalesPriceFilter
from inventory.tables.prices import PurchasePriceTable, SalesPriceTable
from inventory.views.sides import PURCHASE

EDIT_SALES = ("base.item_edit",)
EDIT_PURCHASE = ("base.item_edit", "base.document_edit")
SALES_LIST, SALES_TITLE = "inventory:salesprice_list", gettext_lazy("Sales prices")
PURCHASE_LIST, PURCHASE_TITLE = "inventory:purchaseprice_list", gettext_lazy("Purchase prices")
RELATIONS = ("item__base_unit_of_measure", "category", "variant", "vendor", "customer", "unit_of_measure")
SHOWN_CHANGES = 200


def _lines(side: PriceSide) -> Any:
    found = PriceListLine.objects.filter(side=side).select_related(*RELATIONS)
    return found.order_by("item__no", "category__code", "starting_date", "minimum_quantity", "pk")


class SalesPriceListView(ListView):
    permission_any = ("base.item_view", "base.document_view")
    title = SALES_TITLE
    queryset = _lines(PriceSide.SALES)
    filterset_class = SalesPriceFilter
    table_class = SalesPriceTable
    actions = (
        Action(
            gettext_lazy("New sales price"),
            "inventory:salesprice_create",
            permission="base.item_edit",
            primary=True,
            shortcut="Alt+N",
        ),
        Action(gettext_lazy("Import and export"), "costing:import_list", permission="base.item_edit"),
    )
    bulk_actions = (
        Action(
            gettext_lazy("Change by percent"), "inventory:salesprice_bulk", permission="base.item_edit", icon="pencil"
        ),
    )
    empty_text = gettext_lazy("There are no sales prices yet: items sell at the unit price of their card.")


class PurchasePriceListView(ListView):
    permission_any = PURCHASE.prices
    title = PURCHASE_TITLE
    queryset = _lines(PriceSide.PURCHASE)
    filterset_class = PurchasePriceFilter
    table_class = PurchasePriceTable
    empty_text = gettext_lazy("There are no purchase prices yet: orders propose the last direct cost of the items.")

    def get_actions(self) -> list[Action]:
        if not self.may(EDIT_PURCHASE[1]):
            return []
        edit = EDIT_PURCHASE[0]
        return [
            Action(
                _("New purchase price"),
                "inventory:purchaseprice_create",
                permission=edit,
                primary=True,
                shortcut="Alt+N",
            ),
            Action(_("Import and export"), "costing:import_list", permission=edit),
        ]

    @property
    def bulk_actions(self) -> tuple[Action, ...]:  # type: ignore[override]
        if not self.may(EDIT_PURCHASE[1]):
            return ()
        label = _("Change by percent")
        return (Action(label, "inventory:purchaseprice_bulk", permission=EDIT_PURCHASE[0], icon="pencil"),)


class _PriceForm:
    """What the forms of both sides share."""

    stem = "salesprice"
    side = PriceSide.SALES
    parent = SALES_LIST
    object: Any

    def get_success_url(self) -> str:
        return reverse(self.parent)

    def get_back_url(self) -> str:
        return reverse(self.parent)


class _PriceCreateView(_PriceForm, CreateView):
    model = PriceListLine

    def get_form(self, data: Any = None) -> Any:
        # The side belongs to the page, not to the form.
        self.object = PriceListLine(side=self.side)
        form = super().get_form(data)
        self.object = None
        return form


class _PriceUpdateView(_PriceForm, UpdateView):
    model = PriceListLine

    def get_queryset(self) -> Any:
        return _lines(self.side)

    def get_title(self) -> Text:
        line = self.object
        # What was typed may name neither.
        about = line.item.no if line.item else line.category.code if line.category else line.pk
        words = _("Purchase price of %(about)s") if line.is_purchase else _("Sales price of %(about)s")
        return words % {"about": about}

    def get_actions(self) -> list[Action]:
        line = self.object
        card = [Action(_("Open the item"), reverse("inventory:item_detail", args=[line.item.no]))] if line.item else []
        delete = reverse(f"inventory:{self.stem}_delete", args=[line.pk])
        return [*card, Action(_("Delete"), delete, danger=True)]


class SalesPriceCreateView(_PriceCreateView):
    permission_required = EDIT_SALES
    form_class = SalesPriceForm
    title = gettext_lazy("New sales price")
    parent_title = SALES_TITLE


class SalesPriceUpdateView(_PriceUpdateView):
    permission_required = EDIT_SALES
    form_class = SalesPriceForm
    parent_title = SALES_TITLE


class PurchasePriceCreateView(_PriceCreateView):
    permission_required = EDIT_PURCHASE
    form_class = PurchasePriceForm
    title = gettext_lazy("New purchase price")
    stem, side = "purchaseprice", PriceSide.PURCHASE
    parent, parent_title = PURCHASE_LIST, PURCHASE_TITLE


class PurchasePriceUpdateView(_PriceUpdateView):
    permission_required = EDIT_PURCHASE
    form_class = PurchasePriceForm
    stem, side = "purchaseprice", PriceSide.PURCHASE
    parent, parent_title = PURCHASE_LIST, PURCHASE_TITLE


class SalesPriceDeleteView(ActionView):
    """Take a price list line away. Orders keep the price that they have."""

    permission_required: Any = EDIT_SALES
    side = PriceSide.SALES
    title = gettext_lazy("Delete sales price")
    verb = gettext_lazy("Delete")
    danger = True
    parent = SALES_LIST
    parent_title = SALES_TITLE

    def get_record(self) -> PriceListLine:
        return get_object_or_404(_lines(self.side), pk=self.kwargs["pk"])

    def get_subtitle(self) -> Text:
        line = self.record
        return ", ".join(filter(None, (line.item.no if line.item else "", line.in_words)))

    def get_question(self) -> Text:
        return _("Orders that have this price keep it. To end a price on a day, give it an ending date instead.")

    def get_back_url(self) -> str:
        return reverse(self.parent)

    def perform(self, form: Any) -> Done:
        with transaction.atomic():
            before = changelog.snapshot(self.record)
            self.record.delete()
            changelog.record(self.request.user, before, None)
        return Done(_("The price is deleted."), reverse(self.parent))


class PurchasePriceDeleteView(SalesPriceDeleteView):
    permission_required = EDIT_PURCHASE
    side = PriceSide.PURCHASE
    title = gettext_lazy("Delete purchase price")
    parent = PURCHASE_LIST
    parent_title = PURCHASE_TITLE


class ChangeSalesPricesView(BulkActionView):
    """Change chosen prices by a percentage; the preview shows each price now and then."""

    permission_required: Any = EDIT_SALES
    form_class = ChangePricesForm
    list_view: type[ListView] = SalesPriceListView
    title = gettext_lazy("Change prices")
    verb = gettext_lazy("Change prices")
    parent = SALES_LIST
    parent_title = SALES_TITLE

    def get_question(self) -> str:
        count = self.get_rows().order_by().count()
        return ngettext(
            "%(count)s line is chosen. Discounts stay as they are.",
            "%(count)s lines are chosen. Discounts stay as they are.",
            count,
        ) % {"count": count}

    def preview(self, form: Any) -> Preview:
        changes = price_changes.plan_changes(self.get_rows(), form.wanted)
        columns = (
            GridColumn("item_no", _("Item")),
            GridColumn("description", _("Description")),
            GridColumn("about", _("For whom and when")),
            GridColumn("before", _("Now"), kind="unit_cost"),
            GridColumn("after", _("Then"), kind="unit_cost"),
        )
        table = PreviewTable(_("What changes"), columns, changes[:SHOWN_CHANGES])
        notes = [_changed_words(len(changes))]
        if len(changes) > SHOWN_CHANGES:
            notes.append(_("The first %(count)s rows are shown.") % {"count": SHOWN_CHANGES})
        return Preview([table] if changes else [], notes, _("Preview (nothing is changed)"))

    def perform(self, form: Any) -> Done:
        reason = form.cleaned_data["reason"]
        changes = price_changes.apply_changes(self.get_rows(), form.wanted, user=self.request.user, reason=reason)
        return Done(_changed_words(len(changes)))


class ChangePurchasePricesView(ChangeSalesPricesView):
    permission_required = EDIT_PURCHASE
    list_view = PurchasePriceListView
    parent = PURCHASE_LIST
    parent_title = PURCHASE_TITLE


def _changed_words(count: int) -> str:
    return ngettext("%(count)s price changes.", "%(count)s prices change.", count) % {"count": count}
