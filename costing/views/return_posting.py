"""The pages that post return orders and credit memos, and those that take receipts and shipments back."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.formatting import format_number
from config.base.forms import DayField, Form
from config.base.pages import Done, Preview, Text
from config.base.views import ActionView
from costing.posting.results import PostingResult
from costing.posting.undo import undo_posted_lines
from costing.views.posting import OrderPostView, preview_of
from inventory import bins, links
from inventory.enums import DocumentKind, DocumentType, LineType
from inventory.models import PostedDocument, PostedDocumentLine
from inventory.views.posted_trade import TITLES


class _PurchaseReturnPostView(OrderPostView):
    kind = DocumentKind.PURCHASE_RETURN
    stem = "purchasereturn"
    list_title = gettext_lazy("Purchase returns")
    question_of_handling = gettext_lazy("To ship: %(quantity)s on %(lines)s.")
    question_of_invoicing = gettext_lazy("To credit: %(quantity)s on %(lines)s.")


class ShipPurchaseReturnView(_PurchaseReturnPostView):
    permission_required = "base.purchase_receive"
    verb = gettext_lazy("Post return shipment")
    handle = True


class CreditPurchaseReturnView(_PurchaseReturnPostView):
    permission_required = "base.purchase_invoice"
    verb = gettext_lazy("Post credit memo")
    invoice = True


class ShipAndCreditPurchaseReturnView(_PurchaseReturnPostView):
    permission_required = ("base.purchase_receive", "base.purchase_invoice")
    verb = gettext_lazy("Post return shipment and credit memo")
    handle = invoice = True


class PurchaseCreditPostView(_PurchaseReturnPostView):
    permission_required = "base.purchase_invoice"
    kind = DocumentKind.PURCHASE_CREDIT
    stem = "purchasecredit"
    list_title = gettext_lazy("Purchase credit memos, not posted")
    verb = gettext_lazy("Post credit memo")
    handle = invoice = True


class _SalesReturnPostView(OrderPostView):
    kind = DocumentKind.SALES_RETURN
    stem = "salereturn"
    list_title = gettext_lazy("Sales returns")
    question_of_handling = gettext_lazy("To receive: %(quantity)s on %(lines)s.")
    question_of_invoicing = gettext_lazy("To credit: %(quantity)s on %(lines)s.")


class ReceiveSalesReturnView(_SalesReturnPostView):
    permission_required = "base.sale_ship"
    verb = gettext_lazy("Post return receipt")
    handle = True


class CreditSalesReturnView(_SalesReturnPostView):
    permission_required = "base.sale_invoice"
    verb = gettext_lazy("Post credit memo")
    invoice = True


class ReceiveAndCreditSalesReturnView(_SalesReturnPostView):
    permission_required = ("base.sale_ship", "base.sale_invoice")
    verb = gettext_lazy("Post return receipt and credit memo")
    handle = invoice = True


class SalesCreditPostView(_SalesReturnPostView):
    permission_required = "base.sale_invoice"
    kind = DocumentKind.SALES_CREDIT
    stem = "salecredit"
    list_title = gettext_lazy("Sales credit memos, not posted")
    verb = gettext_lazy("Post credit memo")
    handle = invoice = True


class UndoForm(Form):
    """Which lines are taken back, and on which day. `lines`: those that may still be undone."""

    lines = forms.ModelMultipleChoiceField(
        PostedDocumentLine.objects.none(),
        label=gettext_lazy("Lines"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "check-list"}),
    )
    posting_date = DayField(label=gettext_lazy("Posting date"))

    def __init__(self, *args: Any, lines: QuerySet[PostedDocumentLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lines"]
        field.queryset = lines
        field.initial = [line.pk for line in lines]
        field.label_from_instance = _line_words


def _line_words(line: PostedDocumentLine) -> str:
    """The choice of a line: "4 CHAIR Oak chair"."""
    code = line.item.no if line.item else ""
    return f"{format_number(line.quantity, 'quantity')} {code} {line.description}".rstrip()


class UndoPostedView(ActionView):
    """Take a receipt or shipment back, all of it or some lines: each by an opposite entry at the same cost."""

    document_type: DocumentType = DocumentType.PURCHASE_RECEIPT
    danger = True
    form_class: Any = UndoForm

    @property
    def permission_required(self) -> str:  # type: ignore[override]
        """Who posts such a document may take it back."""
        return "base.purchase_receive" if self.document_type.startswith("purchase") else "base.sale_ship"

    @property
    def verb(self) -> Any:
        """The words of the button."""
        receipts = (DocumentType.PURCHASE_RECEIPT, DocumentType.SALES_RETURN_RECEIPT)
        return _("Undo receipt") if self.document_type in receipts else _("Undo shipment")

    def get_record(self) -> PostedDocument:
        return get_object_or_404(PostedDocument, type=self.document_type, no=self.kwargs["no"])

    @cached_property
    def lines(self) -> QuerySet[PostedDocumentLine]:
        """The lines of goods that are not undone yet."""
        taken_back = PostedDocumentLine.objects.filter(source_line=OuterRef("pk"), quantity__lt=0)
        found = self.record.lines.filter(type=LineType.ITEM, quantity__gt=0)
        lines: QuerySet[PostedDocumentLine] = found.exclude(Exists(taken_back)).select_related("item")
        return lines.order_by("line_no")

    def get_form(self, data: Any = None) -> UndoForm:
        initial = {"posting_date": self.record.posting_date}
        return UndoForm(data, lines=self.lines, initial=initial, user=self.request.user)

    def get_title(self) -> Text:
        return f"{self.verb}: {self.record.no}"

    def get_question(self) -> Text:
        return _("Each line is taken back by an opposite entry at the same cost. What is invoiced stays.")

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        stem = links.POSTED_PAGES[self.document_type]
        back = links.document_url(self.document_type, self.record.no)
        return [(TITLES[self.document_type], reverse(f"inventory:{stem}_list")), (self.record.no, back)]

    def perform(self, form: Any) -> Done:
        self._undo(form, preview=False)
        for line in form.cleaned_data["lines"]:
            if line.location_id is not None:
                bins.take_what_is_gone(item=line.item, location=line.location, user=self.request.user)
        count = len(form.cleaned_data["lines"])
        words = ngettext("%(count)s line of %(no)s is undone.", "%(count)s lines of %(no)s are undone.", count)
        return Done(words % {"count": count, "no": self.record.no})

    def preview(self, form: Any) -> Preview:
        return preview_of(self._undo(form, preview=True))

    def _undo(self, form: Any, *, preview: bool) -> PostingResult:
        return undo_posted_lines(
            posted_line_ids=[line.pk for line in form.cleaned_data["lines"]],
            posting_date=form.cleaned_data["posting_date"],
            user_id=self.request.user.pk,
            preview=preview,
        )
