"""Purchase and sales orders: lists, document pages, headers, and what of a line has no column."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Action, Badge, Done, Field, Figure, Related, Section, Text, fields_of
from config.base.preferences import today_of
from config.base.views import ActionView, CreateView, DocumentView, ListView, UpdateView
from inventory import checks, documents, scopes, selectors
from inventory.enums import DocumentStatus, LineType
from inventory.filters import OrderLineFilter, PurchaseFilter, SaleFilter
from inventory.forms import OrderLineDetailForm, PurchaseForm, SaleForm
from inventory.models import Document, DocumentLine
from inventory.selectors import list_url
from inventory.tables import PROGRESS_TONES, OrderLineTable, PurchaseTable, SaleTable
from inventory.views.order_lines import PurchaseLinesView, SaleLinesView
from inventory.views.sides import PURCHASE, SALE, OrderSide


def orders(side: OrderSide, user: Any) -> Any:
    """Orders of one side that the user sees, with everything that a list shows."""
    return selectors.with_progress(of_side(side, user).select_related(side.partner, "location"))


def of_side(side: OrderSide, user: Any) -> Any:
    """Orders of one side that the user sees."""
    return scopes.documents_of(user, Document.objects.filter(kind=side.kind))


class _OrderListView(ListView):
    permission_required = "base.document_view"
    side: OrderSide

    def get_title(self) -> Text:
        return self.side.title

    def get_queryset(self) -> Any:
        return orders(self.side, self.request.user).order_by("-order_date", "-no")

    @cached_property
    def hidden(self) -> frozenset[str]:
        return frozenset() if self.side.may_see_prices(self.request.user) else frozenset({"amount"})

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
            Action(_("Invoices"), self.side.invoice_list),
            Action(_("Order lines"), f"{reverse('inventory:orderline_list')}?kind={self.side.kind}"),
        ]


class PurchaseListView(_OrderListView):
    side = PURCHASE
    filterset_class = PurchaseFilter
    table_class = PurchaseTable
    totals = ("ordered", "handled", "invoiced", "amount")
    empty_text = gettext_lazy("There are no purchase orders yet. Create the first one, or import a file.")


class SaleListView(_OrderListView):
    side = SALE
    filterset_class = SaleFilter
    table_class = SaleTable
    totals = ("ordered", "handled", "invoiced", "amount")
    empty_text = gettext_lazy("There are no sales orders yet. Create the first one, or import a file.")


class OrderLineListView(ListView):
    """Lines of all orders: what is ordered, outstanding, not invoiced."""

    permission_required = "base.document_view"
    title = gettext_lazy("Order lines")
    filterset_class = OrderLineFilter
    table_class = OrderLineTable
    totals = ("quantity", "quantity_handled", "outstanding", "quantity_invoiced", "not_invoiced", "amount")
    cost_columns = frozenset({"unit_amount", "amount"})

    def get_queryset(self) -> Any:
        lines = DocumentLine.objects.filter(document__kind__in=(PURCHASE.kind, SALE.kind))
        lines = scopes.documents_of(self.request.user, lines, path="document__")
        return selectors.with_outstanding(lines).order_by("-document__order_date", "-document__no", "line_no", "pk")


class _OrderView(DocumentView):
    """The page of an order: header, lines, what is posted of it, and what can be posted next."""

    permission_required = "base.document_view"
    slug_field = slug_url_kwarg = "no"
    side: OrderSide

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
        progress = self.object.progress
        return [Badge(self.side.progress.get(progress, progress), PROGRESS_TONES.get(progress, "neutral"), progress)]

    def get_figures(self) -> list[Figure]:
        order, side = self.object, self.side
        posted = list_url("inventory:postedline_list", order_no=order.no)
        lines = list_url("inventory:orderline_list", document_no=order.no)
        figures = [
            Figure(_("Ordered"), order.ordered, "quantity", lines),
            Figure(side.handled_label, order.handled, "quantity", f"{posted}&type={side.handled_type}"),
            Figure(_("Invoiced"), order.invoiced, "quantity", f"{posted}&type={side.invoiced_type}&line_type=item"),
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
            Related("invoices", _("Invoices"), list_url(side.invoice_list, **own)),
            Related("entries", _("Item ledger entries"), selectors.entries_url(**own), permission="base.stock_view"),
            Related("values", _("Value entries"), list_url("costing:valueentry_list", **own), None, "base.cost_view"),
        ]

    def get_actions(self) -> list[Action]:
        order, side = self.object, self.side
        closed = _("The order is completed.") if order.status in checks.CLOSED_STATES else ""
        handled = closed or ("" if order.handled < order.ordered else _("Nothing is outstanding."))
        ready = selectors.invoice_readiness(order)
        nothing = _("Nothing is received that is not invoiced.") if side is PURCHASE else _("Nothing is shipped yet.")
        invoiced = closed or ("" if ready.something else nothing)
        may_both = self.may(side.handle_permission) and self.may(side.invoice_permission)
        may_invoice = self.may(side.invoice_permission)
        return [
            self._post(side.handle_action, side.handle, side.handle_permission, handled, primary=not may_invoice),
            self._post(
                _("Invoice"), side.invoice, side.invoice_permission, invoiced, primary=may_invoice and not may_both
            ),
            *([self._post(side.both_action, side.both, "", closed, primary=True)] if may_both else []),
            Action(_("Edit"), side.url("update", order.no), permission="base.document_edit", disabled=closed),
            *([self._propose_action()] if ready.too_much and not closed else []),
            *self._charge_action(closed),
            *self._catalogue_action(closed),
            Action(
                _("Delete"),
                side.url("delete", order.no),
                danger=True,
                permission="base.document_edit",
                disabled=_("Something of the order is posted.") if order.handled or order.invoiced else "",
            ),
        ]

    def _post(self, label: Any, view_name: str, permission: str, disabled: Any, *, primary: bool) -> Action:
        url = reverse(view_name, args=[self.object.no])
        shortcut = "F9" if primary else ""
        return Action(
            label, url, primary=primary and not disabled, permission=permission, disabled=disabled, shortcut=shortcut
        )

    def _propose_action(self) -> Action:
        label = _("Invoice only what is received") if self.side is PURCHASE else _("Invoice only what is shipped")
        url = self.side.url("propose", self.object.no)
        return Action(label, url, permission=self.side.invoice_permission, post=True)

    def _charge_action(self, disabled: Any) -> list[Action]:
        if self.side is not PURCHASE or not (self.may("base.document_edit") or self.may("base.purchase_invoice")):
            return []
        return [
            Action(_("Add item charge"), reverse("inventory:charge_create", args=[self.object.no]), disabled=disabled)
        ]

    def _catalogue_action(self, disabled: Any) -> list[Action]:
        if self.side is not SALE or not (self.may("base.document_edit") and self.may("base.item_edit")):
            return []
        url = reverse("inventory:sale_catalogue", args=[self.object.no])
        return [Action(_("Sell a catalogue item"), url, disabled=disabled)]


class PurchaseView(_OrderView):
    side = PURCHASE
    lines_view = PurchaseLinesView


class SaleView(_OrderView):
    side = SALE
    lines_view = SaleLinesView


class _OrderCreateView(CreateView):
    permission_required = "base.document_edit"
    model = Document
    side: OrderSide

    def get_title(self) -> Text:
        return self.side.new_title

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(self.side.title, self.side.url("list"))]

    def get_back_url(self) -> str:
        return self.side.url("list")

    def get_initial(self) -> dict[str, Any]:
        proposed = scopes.proposals(self.request.user, "location")
        return {"order_date": today_of(self.request)} | proposed | super().get_initial()

    def get_form(self, data: Any = None) -> Any:
        # The kind belongs to the page, not to the form; the table refuses a partner of the wrong side.
        self.object = Document(kind=self.side.kind)
        form = super().get_form(data)
        self.object = None
        return form

    def save(self, form: Any) -> Any:
        return documents.create_document(form.instance, user_id=self.request.user.pk)

    def get_success_url(self) -> str:
        return self.side.url("detail", self.object.no)


class PurchaseCreateView(_OrderCreateView):
    side = PURCHASE
    form_class = PurchaseForm


class SaleCreateView(_OrderCreateView):
    side = SALE
    form_class = SaleForm


class _OrderUpdateView(UpdateView):
    permission_required = "base.document_edit"
    slug_field = slug_url_kwarg = "no"
    side: OrderSide

    def get_queryset(self) -> Any:
        open_states = (DocumentStatus.OPEN, DocumentStatus.RELEASED)
        found = of_side(self.side, self.request.user).filter(status__in=open_states)
        return found.select_related(self.side.partner, "location")

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(self.side.title, self.side.url("list")), (self.object.no, self.get_success_url())]

    def save(self, form: Any) -> Any:
        documents.check_partner(form.instance)
        return super().save(form)

    def get_success_url(self) -> str:
        return self.side.url("detail", self.object.no)

    def get_back_url(self) -> str:
        return self.get_success_url()


class PurchaseUpdateView(_OrderUpdateView):
    side = PURCHASE
    form_class = PurchaseForm


class SaleUpdateView(_OrderUpdateView):
    side = SALE
    form_class = SaleForm


class _OrderDeleteView(ActionView):
    permission_required = "base.document_edit"
    side: OrderSide
    verb = gettext_lazy("Delete order")
    danger = True

    def get_record(self) -> Document:
        return get_object_or_404(of_side(self.side, self.request.user), no=self.kwargs["no"])

    def get_title(self) -> Text:
        return _("Delete order %(no)s") % {"no": self.record.no}

    def get_question(self) -> Text:
        return _("The order and its lines are deleted. Its number is not used again.")

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(self.side.title, self.side.url("list")), (self.record.no, self.side.url("detail", self.record.no))]

    def perform(self, form: Any) -> Done:
        documents.delete_document(self.record.pk)
        return Done(_("%(no)s is deleted.") % {"no": self.record.no}, self.side.url("list"))


class PurchaseDeleteView(_OrderDeleteView):
    side = PURCHASE


class SaleDeleteView(_OrderDeleteView):
    side = SALE


class _ProposeInvoiceView(ActionView):
    """Sets the quantities to invoice to what is received or shipped and not invoiced."""

    side: OrderSide
    verb = gettext_lazy("Propose")
    question = gettext_lazy("Every line then proposes to invoice what is received or shipped, and no more.")

    @property
    def permission_required(self) -> str:  # type: ignore[override]
        return self.side.invoice_permission

    def get_record(self) -> Document:
        return get_object_or_404(of_side(self.side, self.request.user), no=self.kwargs["no"])

    def get_title(self) -> Text:
        return _("Quantities to invoice of %(no)s") % {"no": self.record.no}

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(self.side.title, self.side.url("list")), (self.record.no, self.side.url("detail", self.record.no))]

    def perform(self, form: Any) -> Done:
        documents.propose_to_invoice(self.record.pk)
        return Done(_("The lines of %(no)s now invoice only what has moved.") % {"no": self.record.no})


class PurchaseProposeView(_ProposeInvoiceView):
    side = PURCHASE


class SaleProposeView(_ProposeInvoiceView):
    side = SALE


class _OrderLineView(UpdateView):
    """What of a line has no column: variant, tracking, fixed application, own dates."""

    permission_required = "base.document_edit"
    form_class = OrderLineDetailForm
    pk_url_kwarg = "line_pk"
    side: OrderSide

    def get_queryset(self) -> Any:
        lines = DocumentLine.objects.filter(
            document__no=self.kwargs["no"], document__kind=self.side.kind, type=LineType.ITEM
        )
        return lines.select_related("document", "item", "variant", "applies_to_entry")

    def get_title(self) -> Text:
        return _("Line %(line)s: %(item)s") % {"line": self.object.line_no, "item": self.object.item.no}

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        no = self.kwargs["no"]
        return [(self.side.title, self.side.url("list")), (no, self.side.url("detail", no))]

    def save(self, form: Any) -> Any:
        with transaction.atomic():
            return documents.save_line(form.instance)

    def get_success_url(self) -> str:
        return self.side.url("detail", self.kwargs["no"])

    def get_back_url(self) -> str:
        return self.get_success_url()


class PurchaseLineView(_OrderLineView):
    side = PURCHASE


class SaleLineView(_OrderLineView):
    side = SALE
