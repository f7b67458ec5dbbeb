"""Orders, return orders and credit memos that are not posted: lists and document pages.

Each view stands for all kinds; the side that it shows is given where its address is.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.formatting import format_number
from config.base.pages import Action, Badge, Field, Figure, Related, Section, Text, fields_of
from config.base.tables import Table
from config.base.views import DocumentView, ListView
from inventory import checks, scopes, selectors
from inventory.enums import DocumentStatus
from inventory.filters import OrderFilter, OrderLineFilter, PurchaseFilter
from inventory.models import Document, DocumentLine
from inventory.selectors import list_url
from inventory.tables import PROGRESS_TONES, OrderLineTable, PurchaseTable, progress_words
from inventory.views.order_lines import LINES_VIEWS, OrderLinesView
from inventory.views.sides import PURCHASE, SALE, SIDES, OrderSide


def orders(side: OrderSide, user: Any) -> Any:
    """Orders of one side that the user sees, with everything that a list shows."""
    return selectors.with_progress(of_side(side, user).select_related(side.partner, "location"))


def of_side(side: OrderSide, user: Any) -> Any:
    """Orders of one side that the user sees."""
    return scopes.documents_of(user, Document.objects.filter(kind=side.kind))


class OrderListView(ListView):
    permission_required = "base.document_view"
    side: OrderSide = PURCHASE
    filterset_class: type[OrderFilter] = PurchaseFilter
    table_class: type[Table] = PurchaseTable
    totals = ("ordered", "handled", "invoiced", "amount")
    empty_text = gettext_lazy("There is nothing here yet. Make the first one, or import a file.")

    def get_title(self) -> Text:
        return self.side.title

    def get_queryset(self) -> Any:
        return orders(self.side, self.request.user).order_by("-order_date", "-no")

    @cached_property
    def hidden(self) -> frozenset[str]:
        unseen = set() if self.side.may_see_prices(self.request.user) else {"amount"}
        return frozenset(unseen | {"handled"} if self.side.in_one_step else unseen)

    def get_actions(self) -> list[Action]:
        return [
            Action(
                self.side.new_title,
                self.side.url("create"),
                permission="base.document_edit",
                primary=True,
                shortcut="Alt+N",
            ),
            Action(self.side.handled_title, self.side.handled_list),
            Action(self.side.invoices_title, self.side.invoice_list),
            Action(_("Order lines"), f"{reverse('inventory:orderline_list')}?kind={self.side.kind}"),
        ]


class OrderLineListView(ListView):
    """Lines of all orders: what is ordered, outstanding, not invoiced."""

    permission_required = "base.document_view"
    title = gettext_lazy("Order lines")
    filterset_class = OrderLineFilter
    table_class = OrderLineTable
    totals = ("quantity", "quantity_handled", "outstanding", "quantity_invoiced", "not_invoiced", "amount")
    cost_columns = frozenset({"unit_amount", "amount"})

    def get_queryset(self) -> Any:
        lines = DocumentLine.objects.filter(document__kind__in=SIDES)
        lines = scopes.documents_of(self.request.user, lines, path="document__")
        return selectors.with_outstanding(lines).order_by("-document__order_date", "-document__no", "line_no", "pk")


class OrderView(DocumentView):
    """The page of an order: header, lines, what is posted of it, and what can be posted next."""

    permission_required = "base.document_view"
    slug_field = slug_url_kwarg = "no"
    side: OrderSide = PURCHASE

    @property
    def lines_view(self) -> type[OrderLinesView]:  # type: ignore[override]
        """The grid of this kind of document."""
        return LINES_VIEWS[self.side.kind]

    def get_queryset(self) -> Any:
        relations = (self.side.partner, "location", "created_by", "reason_code", "responsibility_centre")
        return orders(self.side, self.request.user).select_related(*relations)

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(self.side.title, self.side.url("list"))]

    def get_kind(self) -> Text:
        return self.object.get_kind_display()

    def get_title(self) -> str:
        return str(self.object.no)

    def get_subtitle(self) -> str:
        return str(self.object.partner.name)

    def get_badges(self) -> list[Badge]:
        """How far the order is, with figures where that is part of the way."""
        order, side = self.object, self.side
        progress = order.progress
        words = progress_words(side.kind, progress)
        parts = {
            "part_handled": (side.handled_label, order.handled),
            "part_invoiced": (side.invoiced_label, order.invoiced),
        }
        if progress in parts:
            label, done = parts[progress]
            figures = {"done": format_number(done, "quantity"), "all": format_number(order.ordered, "quantity")}
            words = _("%(state)s %(done)s of %(all)s") % {"state": label, **figures}
        return [Badge(words, PROGRESS_TONES.get(progress, "neutral"), progress)]

    def get_figures(self) -> list[Figure]:
        order, side = self.object, self.side
        posted = list_url("inventory:postedline_list", order_no=order.no)
        lines = list_url("inventory:orderline_list", document_no=order.no)
        figures = [
            Figure(_("Ordered"), order.ordered, "quantity", lines),
            Figure(side.handled_label, order.handled, "quantity", f"{posted}&type={side.handled_type}"),
            Figure(
                side.invoiced_label, order.invoiced, "quantity", f"{posted}&type={side.invoiced_type}&line_type=item"
            ),
        ]
        if side.may_see_prices(self.request.user):
            figures.append(Figure(_("Amount"), order.amount, "amount", lines))
        return figures

    def get_sections(self) -> list[Section]:
        order = self.object
        partner_url = reverse(f"inventory:{self.side.partner}_detail", args=[order.partner.no])
        general = [
            Field(self.side.partner_label, f"{order.partner.no} {order.partner.name}", url=partner_url),
            *fields_of(order, "order_date", "expected_date", "location", "external_document_no"),
            Field(_("Responsibility centre"), order.responsibility_centre),
            Field(_("Created by"), order.created_by.get_username() if order.created_by else ""),
        ]
        return [Section("general", _("General"), general)]

    def get_related(self) -> list[Related]:
        order, side = self.object, self.side
        own = {"order_no": order.no}
        return [
            Related("handled", side.handled_title, list_url(side.handled_list, **own)),
            Related("invoices", side.invoices_title, list_url(side.invoice_list, **own)),
            Related("entries", _("Item ledger entries"), selectors.entries_url(**own), permission="base.stock_view"),
            Related("values", _("Value entries"), list_url("costing:valueentry_list", **own), None, "base.cost_view"),
        ]

    def get_actions(self) -> list[Action]:
        order, side = self.object, self.side
        closed = checks.closed_words(order)
        edit = "base.document_edit"
        deleted = _("Something of the order is posted.") if order.handled or order.invoiced else ""
        return [
            *self._posting_actions(closed),
            Action(_("Edit"), side.url("update", order.no), permission=edit, disabled=closed),
            *([self._take_action(closed)] if side.is_return else []),
            *self._charge_action(closed),
            *self._catalogue_action(closed),
            Action(_("Copy"), side.url("copy", order.no), permission=edit),
            Action(_("Print"), side.url("print", order.no)),
            *self._ending_actions(closed),
            Action(_("Delete"), side.url("delete", order.no), danger=True, permission=edit, disabled=deleted),
        ]

    def _ending_actions(self, closed: Any) -> list[Action]:
        """Close short what is posted in part; an order of which nothing is posted is deleted instead."""
        order, side, edit = self.object, self.side, "base.document_edit"
        if not side.may_be_closed:
            return []
        if order.status == DocumentStatus.CLOSED_SHORT:
            return [Action(_("Reopen"), side.url("reopen", order.no), permission=edit)]
        if closed or not order.handled or order.handled >= order.ordered:
            return []
        waiting = _("Something is not invoiced yet.") if order.invoiced < order.handled else ""
        return [Action(_("Close short"), side.url("close", order.no), permission=edit, disabled=waiting)]

    def _posting_actions(self, closed: Any) -> list[Action]:
        """Receive or ship, invoice or credit, both at once: each with the reason why not now."""
        order, side = self.object, self.side
        if side.in_one_step:
            nothing = "" if order.ordered or order.amount else _("There is nothing on it yet.")
            return [self._post(side.both_action, side.both, side.invoice_permission, closed or nothing, primary=True)]
        handled = closed or ("" if order.handled < order.ordered else _("Nothing is outstanding."))
        ready = selectors.invoice_readiness(order)
        invoiced = closed or ("" if ready.something else side.nothing_moved)
        may_invoice = self.may(side.invoice_permission)
        may_both = self.may(side.handle_permission) and may_invoice
        return [
            self._post(side.handle_action, side.handle, side.handle_permission, handled, primary=not may_invoice),
            self._post(
                side.invoice_action,
                side.invoice,
                side.invoice_permission,
                invoiced,
                primary=may_invoice and not may_both,
            ),
            *([self._post(side.both_action, side.both, "", closed, primary=True)] if may_both else []),
            *([self._propose_action()] if ready.too_much and not closed else []),
        ]

    def _post(self, label: Any, view_name: str, permission: str, disabled: Any, *, primary: bool) -> Action:
        url = reverse(view_name, args=[self.object.no])
        shortcut = "F9" if primary else ""
        return Action(
            label, url, primary=primary and not disabled, permission=permission, disabled=disabled, shortcut=shortcut
        )

    def _propose_action(self) -> Action:
        url = self.side.url("propose", self.object.no)
        return Action(self.side.propose_action, url, permission=self.side.invoice_permission, post=True)

    def _take_action(self, disabled: Any) -> Action:
        url = self.side.url("take", self.object.no)
        return Action(_("Get posted lines"), url, permission="base.document_edit", disabled=disabled)

    def _charge_action(self, disabled: Any) -> list[Action]:
        may = self.may("base.document_edit") or self.may("base.purchase_invoice")
        if not self.side.is_purchase or not may:
            return []
        return [
            Action(_("Add item charge"), reverse("inventory:charge_create", args=[self.object.no]), disabled=disabled)
        ]

    def _catalogue_action(self, disabled: Any) -> list[Action]:
        if self.side is not SALE or not (self.may("base.document_edit") and self.may("base.item_edit")):
            return []
        url = reverse("inventory:sale_catalogue", args=[self.object.no])
        return [Action(_("Sell a catalogue item"), url, disabled=disabled)]
