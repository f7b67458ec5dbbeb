"""Posted receipts, shipments, invoices, returns and credit memos: lists, cards, and what follows from each."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Action, Badge, Done, Text
from config.base.preferences import today_of
from config.base.views import ActionView
from inventory import links, returns
from inventory.enums import DocumentKind, DocumentType, LineType
from inventory.forms.trade import ReturnDateForm
from inventory.models import PostedDocument
from inventory.views.posted import INVOICE_TYPES, PostedCardView, PostedListView, PostedPage

TITLES: dict[DocumentType, Any] = {
    DocumentType.PURCHASE_RECEIPT: gettext_lazy("Purchase receipts"),
    DocumentType.PURCHASE_INVOICE: gettext_lazy("Purchase invoices"),
    DocumentType.PURCHASE_RETURN_SHIPMENT: gettext_lazy("Purchase return shipments"),
    DocumentType.PURCHASE_CREDIT_MEMO: gettext_lazy("Purchase credit memos"),
    DocumentType.SALES_SHIPMENT: gettext_lazy("Sales shipments"),
    DocumentType.SALES_INVOICE: gettext_lazy("Sales invoices"),
    DocumentType.SALES_RETURN_RECEIPT: gettext_lazy("Sales return receipts"),
    DocumentType.SALES_CREDIT_MEMO: gettext_lazy("Sales credit memos"),
}
RETURNED_BY: dict[DocumentType, DocumentKind] = {
    DocumentType.PURCHASE_RECEIPT: DocumentKind.PURCHASE_RETURN,
    DocumentType.SALES_SHIPMENT: DocumentKind.SALES_RETURN,
    DocumentType.PURCHASE_INVOICE: DocumentKind.PURCHASE_CREDIT,
    DocumentType.SALES_INVOICE: DocumentKind.SALES_CREDIT,
}
"""The document that takes each back: goods are returned, an invoice is credited."""


class TradeListView(PostedListView):
    @property
    def title(self) -> Any:
        """The name of the list."""
        return TITLES[self.document_type]


class TradeCardView(PostedCardView):
    @property
    def list_title(self) -> Any:
        """The name of the list that the document is in."""
        return TITLES[self.document_type]

    @cached_property
    def moved(self) -> list[Any]:
        """The lines of goods, without those that take others back."""
        return [line for line in self.lines if line.type == LineType.ITEM and line.quantity > 0]

    def get_badges(self) -> list[Badge]:
        if self.document_type in INVOICE_TYPES or not self.moved:
            return super().get_badges()
        if all(line.undone for line in self.moved):
            return [Badge(_("Undone"), "neutral", "undone")]
        left = [line.invoiced < line.quantity for line in self.moved if not line.undone]
        if not any(left):
            return [Badge(_("Invoiced"), "ok", "invoiced")]
        if any(line.invoiced for line in self.moved):
            return [Badge(_("Part invoiced"), "warn", "part_invoiced")]
        return super().get_badges()

    def get_actions(self) -> list[Action]:
        no, stem = self.object.no, links.POSTED_PAGES[self.document_type]
        back = RETURNED_BY.get(self.document_type)
        actions = [Action(_("Print"), reverse(f"inventory:{stem}_print", args=[no]))]
        if back is not None:
            words = _("Make credit memo") if self.document_type in INVOICE_TYPES else _("Make return")
            url = reverse(f"inventory:{stem}_return", args=[no])
            actions.append(Action(words, url, permission="base.document_edit"))
        if self.document_type not in INVOICE_TYPES:
            actions.append(self._undo_action(stem))
        return [*actions, *super().get_actions()]

    def _undo_action(self, stem: str) -> Action:
        url = reverse(f"costing:{stem}_undo", args=[self.object.no])
        permission = "base.purchase_receive" if self.is_purchase else "base.sale_ship"
        label = _("Undo receipt") if self.document_type in RECEIPTS else _("Undo shipment")
        return Action(label, url, danger=True, permission=permission, disabled=self._why_not_undone())

    def _why_not_undone(self) -> Text:
        if all(line.undone for line in self.moved):
            return _("It is undone already.")
        if not any(line for line in self.moved if not line.undone and not line.invoiced):
            return _("It is invoiced: make a return instead.")
        return ""


RECEIPTS = (DocumentType.PURCHASE_RECEIPT, DocumentType.SALES_RETURN_RECEIPT)


class MakeReturnView(PostedPage, ActionView):
    """A return order of a receipt or shipment, or a credit memo of an invoice, with all that is left of it."""

    permission_required = "base.document_edit"
    form_class = ReturnDateForm

    def get_record(self) -> PostedDocument:
        found = PostedDocument.objects.filter(type=self.document_type)
        return get_object_or_404(found.select_related("vendor", "customer", "location"), no=self.kwargs["no"])

    @property
    def verb(self) -> Any:
        """The words of the button."""
        return _("Make credit memo") if self.document_type in INVOICE_TYPES else _("Make return")

    def get_title(self) -> Text:
        return f"{self.verb}: {self.record.no}"

    def get_question(self) -> Text:
        return _(
            "A new document is made of all that is left to return of %(no)s. Each line takes the goods back at the "
            "cost they had. Change quantities there, then post it."
        ) % {"no": self.record.no}

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        no = self.record.no
        return [(TITLES[self.document_type], self.list_url()), (no, links.document_url(self.document_type, no))]

    def get_initial(self) -> dict[str, Any]:
        return {"order_date": today_of(self.request)}

    def perform(self, form: Any) -> Done:
        made = returns.create_return(
            self.record,
            kind=RETURNED_BY[self.document_type],
            on=form.cleaned_data["order_date"],
            user_id=self.request.user.pk,
        )
        words = {"kind": made.get_kind_display(), "no": made.no}
        return Done(_("%(kind)s %(no)s is made.") % words, links.order_url(made.kind, made.no))
