"""Received and not invoiced, shipped and not invoiced: the worklists, and the invoice of the chosen rows."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.errors import DomainError
from config.base.models import Company
from config.base.pages import Action, Done, GridColumn, Preview, PreviewTable, Text
from config.base.preferences import today_of
from config.base.views import ListView
from config.base.views.bulk import BulkActionView
from costing import not_invoiced
from costing.invoice_forms import CombinedInvoiceForm, InvoiceRow
from costing.not_invoiced import Proposal
from costing.posting import combined_invoices
from costing.posting.combined_invoices import InvoiceWish
from costing.posting.results import PostingResult
from costing.tables.not_invoiced import NotInvoicedTable
from costing.trade_filters import NotInvoicedFilter
from costing.views.posting import made_message, preview_of
from inventory import scopes
from inventory.enums import DocumentType
from inventory.models import Document

DIFFERENCES_NAME = "_differences"


class _NotInvoicedListView(ListView):
    """What moved and waits for its invoice; the chosen rows of one partner go on one invoice."""

    document_type: ClassVar[DocumentType]
    filterset_class = NotInvoicedFilter
    table_class = NotInvoicedTable
    cost_columns = frozenset({"expected"})
    totals = ("not_invoiced", "expected", "sales")

    def get_queryset(self) -> Any:
        orders = scopes.documents_of(self.request.user, Document.objects.all())
        return not_invoiced.waiting(self.document_type, orders, on=today_of(self.request))

    @cached_property
    def hidden(self) -> frozenset[str]:
        """A purchase has no sale; what goods cost is for those who see cost."""
        absent = {"sales"} if self.document_type == DocumentType.PURCHASE_RECEIPT else set()
        return frozenset(absent if self.may("base.cost_view") else absent | self.cost_columns)


class ReceivedNotInvoicedView(_NotInvoicedListView):
    permission_any = ("base.purchase_invoice", "base.cost_view")
    title = gettext_lazy("Received not invoiced")
    document_type = DocumentType.PURCHASE_RECEIPT
    empty_text = gettext_lazy("Everything that was received is invoiced.")
    bulk_actions = (
        Action(gettext_lazy("Invoice"), "costing:received_invoice", permission="base.purchase_invoice", primary=True),
    )


class ShippedNotInvoicedView(_NotInvoicedListView):
    permission_any = ("base.sale_invoice", "base.cost_view")
    title = gettext_lazy("Shipped not invoiced")
    document_type = DocumentType.SALES_SHIPMENT
    empty_text = gettext_lazy("Everything that was shipped is invoiced.")
    bulk_actions = (
        Action(gettext_lazy("Invoice"), "costing:shipped_invoice", permission="base.sale_invoice", primary=True),
    )


class _InvoiceRowsView(BulkActionView):
    """One invoice of the chosen receipts or shipments: quantities and prices by line, then preview or post."""

    template_name = "costing/combined_invoice.html"
    preview_label = gettext_lazy("Preview posting")
    verb = gettext_lazy("Post invoice")
    form_class = CombinedInvoiceForm

    @cached_property
    def entries(self) -> list[Any]:
        """The chosen entries in the order of the list."""
        return list(self.get_rows())

    @cached_property
    def proposed(self) -> dict[int, Proposal]:
        """What each is to be invoiced at while nobody says otherwise."""
        return not_invoiced.proposals(self.entries, Company.current().amount_rounding_precision)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask, preview or post; a choice that is invoiced meanwhile leads back to the list."""
        try:
            partners = {entry.source_no for entry in self.entries}
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self.list_url)
        if len(partners) > 1:
            message = _("The chosen rows are of %(partners)s. One invoice is of one partner: choose rows of one.")
            messages.error(request, message % {"partners": ", ".join(sorted(partners))})
            return HttpResponseRedirect(self.list_url)
        if DIFFERENCES_NAME in request.POST:
            lines = self.lines_of(self.get_form(request.POST))
            return render(request, "costing/_invoice_differences.html", {"lines": lines})
        return super().post(request, *args, **kwargs)

    def show(self, form: Any, status: int = 200, **context: Any) -> HttpResponse:
        return super().show(form, status, lines=self.lines_of(form), **context)

    def lines_of(self, form: CombinedInvoiceForm) -> list[tuple[InvoiceRow, dict[str, Any] | None]]:
        """The rows of the form with what is expected and how far the invoice is from it; None while it is not known."""
        if form.is_bound:
            wishes = form.wishes if form.is_valid() else []
        else:
            found = [(entry.pk, self.proposed[entry.pk]) for entry in self.entries]
            wishes = [InvoiceWish(pk, each.quantity, each.unit_amount, each.discount_amount) for pk, each in found]
        by_entry = {wish.entry_id: wish for wish in wishes}
        return [
            (row, self._line(row.entry, by_entry[row.entry.pk]) if row.entry.pk in by_entry else None)
            for row in form.rows
        ]

    def get_subtitle(self) -> Text:
        first = self.entries[0]
        return f"{first.source_no} {first.partner_name or ''}".strip()

    def get_form(self, data: Any = None) -> CombinedInvoiceForm:
        return CombinedInvoiceForm(
            data,
            entries=self.entries,
            proposals=self.proposed,
            initial={"posting_date": today_of(self.request)},
            user=self.request.user,
        )

    def perform(self, form: Any) -> Done:
        return Done(made_message(self._post(form, preview=False), self.request.user))

    def preview(self, form: Any) -> Preview:
        _no_movements, *tables = preview_of(self._post(form, preview=True)).tables
        return Preview([self._lines_table(form), *tables])

    def _post(self, form: Any, *, preview: bool) -> PostingResult:
        return combined_invoices.post_combined_invoice(
            wishes=form.wishes,
            posting_date=form.cleaned_data["posting_date"],
            external_document_no=form.cleaned_data["external_document_no"],
            user_id=self.request.user.pk,
            preview=preview,
        )

    def _lines_table(self, form: Any) -> PreviewTable:
        """What is invoiced by line, and how far that is from what was expected."""
        columns = [
            GridColumn("document_no", _("Document no.")),
            GridColumn("item_no", _("Item")),
            GridColumn("quantity", _("Quantity"), "quantity"),
            GridColumn("expected", _("Expected"), "amount"),
            GridColumn("amount", _("Invoiced"), "amount"),
            GridColumn("difference", _("Difference"), "amount"),
        ]
        entries = {entry.pk: entry for entry in self.entries}
        rows = [self._line(entries[wish.entry_id], wish) for wish in form.wishes]
        return PreviewTable(_("Lines"), columns, rows, ("expected", "amount", "difference"))

    def _line(self, entry: Any, wish: Any) -> dict[str, Any]:
        precision = Company.current().amount_rounding_precision
        proposal = self.proposed[entry.pk]
        whole = InvoiceWish(entry.pk, wish.quantity, proposal.unit_amount, _share(proposal, wish.quantity, precision))
        expected, amount = whole.amount(precision), wish.amount(precision)
        return {
            "document_no": entry.document_no,
            "item_no": entry.item.no,
            "quantity": wish.quantity,
            "expected": expected,
            "amount": amount,
            "difference": amount - expected,
        }


def _share(proposal: Proposal, quantity: Decimal, precision: Decimal) -> Decimal:
    """The part of the order line's discount that belongs to the quantity."""
    return (proposal.discount_amount * quantity / proposal.quantity).quantize(precision)


class InvoiceReceivedView(_InvoiceRowsView):
    permission_required = "base.purchase_invoice"
    list_view = ReceivedNotInvoicedView
    title = gettext_lazy("Invoice receipts")
    parent = "costing:received_not_invoiced"
    parent_title = gettext_lazy("Received not invoiced")


class InvoiceShippedView(_InvoiceRowsView):
    permission_required = "base.sale_invoice"
    list_view = ShippedNotInvoicedView
    title = gettext_lazy("Invoice shipments")
    parent = "costing:shipped_not_invoiced"
    parent_title = gettext_lazy("Shipped not invoiced")
