"""The pages that post: orders, journals, transfer orders, counts. Each previews by the very code that posts.

The documents belong to inventory, whose pages link here by URL name; posting them is costing's affair.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import Count as CountRows
from django.db.models import Q, Sum
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.formatting import format_number
from config.base.forms import DayField, Form
from config.base.pages import Done, GridColumn, Preview, PreviewTable, Text
from config.base.preferences import today_of
from config.base.views import ActionView
from costing.enums import ValueEntryType
from costing.posting import documents as document_posting
from costing.posting import journals as journal_posting
from costing.posting.results import Line, PostingResult
from inventory import links, scopes, selectors
from inventory.enums import DocumentKind, DocumentType, ItemLedgerEntryType, LineType
from inventory.models import Count, Document, ItemJournalLine
from inventory.views.journals import Adjustments, OwnJournal, Reclassifications


class PostingDateForm(Form):
    """On which day the goods moved or the invoice counts."""

    posting_date = DayField(label=gettext_lazy("Posting date"))


def preview_of(result: PostingResult) -> Preview:
    """The tables of a preview; value and G/L lines are left out for users who may not see them."""
    item_columns = [
        GridColumn("entry_type", _("Entry type")),
        GridColumn("posting_date", _("Posting date"), "date"),
        GridColumn("item__no", _("Item")),
        GridColumn("location__code", _("Location")),
        GridColumn("quantity", _("Quantity"), "quantity"),
        GridColumn("remaining_quantity", _("Remaining"), "quantity"),
    ]
    value_columns = [
        GridColumn("entry_type", _("Entry type")),
        GridColumn("posting_date", _("Posting date"), "date"),
        GridColumn("valuation_date", _("Valuation date"), "date"),
        GridColumn("item__no", _("Item")),
        GridColumn("location__code", _("Location")),
        GridColumn("valued_quantity", _("Valued quantity"), "quantity"),
        GridColumn("cost_amount_expected", _("Cost (expected)"), "amount"),
        GridColumn("cost_amount_actual", _("Cost (actual)"), "amount"),
    ]
    gl_columns = [
        GridColumn("posting_date", _("Posting date"), "date"),
        GridColumn("gl_account__no", _("Account")),
        GridColumn("gl_account__name", _("Name")),
        GridColumn("amount", _("Amount"), "amount"),
    ]
    return Preview(
        [
            PreviewTable(_("Item ledger entries"), item_columns, _named(result.item_lines, ItemLedgerEntryType)),
            PreviewTable(
                _("Value entries"),
                value_columns,
                _named(result.value_lines, ValueEntryType),
                ("cost_amount_expected", "cost_amount_actual"),
                "base.cost_view",
            ),
            PreviewTable(_("G/L entries"), gl_columns, result.gl_lines, ("amount",), "base.gl_view"),
        ]
    )


def _named(lines: Sequence[Line], types: Any) -> list[Line]:
    """Entry types in words."""
    words = dict(types.choices)
    return [line | {"entry_type": words.get(line["entry_type"], line["entry_type"])} for line in lines]


def made_message(result: PostingResult, user: Any) -> SafeString:
    """What a posting made, each with a link: "Purchase receipt PR-000001 is posted. 2 item ledger entries"."""
    documents = []
    for type_, no in result.documents:
        label = f"{DocumentType(type_).label} {no}" if type_ else no
        documents.append((links.document_url(type_, no) or _register_url(result), label))
    named = format_html_join(", ", '<a href="{}">{}</a>', documents)
    is_posted = ngettext("is posted.", "are posted.", len(documents))
    count = len(result.item_ledger_entry_ids)
    if not count or not user.has_perm("base.stock_view"):
        return format_html("{} {}", named, is_posted)
    entries = ngettext("%(count)s item ledger entry", "%(count)s item ledger entries", count) % {"count": count}
    return format_html('{} {} <a href="{}">{}</a>', named, is_posted, _register_url(result), entries)


def _register_url(result: PostingResult) -> str:
    return f"{reverse('inventory:itemledgerentry_list')}?register={result.register_id}"


class PostView(ActionView):
    """One posting: `post` runs it, or with `preview` rehearses it."""

    def post_record(self, form: Any, *, preview: bool) -> PostingResult:
        raise NotImplementedError

    def perform(self, form: Any) -> Done:
        result = self.post_record(form, preview=False)
        return Done(made_message(result, self.request.user), self.get_back_url())

    def preview(self, form: Any) -> Preview:
        return preview_of(self.post_record(form, preview=True))


class OrderPostView(PostView):
    """Receive or ship, invoice, or both."""

    kind: DocumentKind
    stem = ""
    list_title: Any = ""
    handle = False
    invoice = False
    form_class = PostingDateForm
    question_of_handling: Any = ""
    question_of_invoicing: Any = gettext_lazy("To invoice: %(quantity)s on %(lines)s.")

    def get_record(self) -> Document:
        found = scopes.documents_of(self.request.user, Document.objects.select_related("vendor", "customer"))
        return get_object_or_404(found, kind=self.kind, no=self.kwargs["no"])

    def get_initial(self) -> dict[str, Any]:
        return {"posting_date": today_of(self.request)}

    def get_title(self) -> Text:
        return f"{self.verb}: {self.record.no}"

    def get_subtitle(self) -> Text:
        return str(self.record.partner.name)

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        list_url = reverse(f"inventory:{self.stem}_list")
        return [(self.list_title, list_url), (self.record.no, self.get_back_url())]

    def get_back_url(self) -> str:
        return reverse(f"inventory:{self.stem}_detail", args=[self.record.no])

    def get_question(self) -> Text:
        """What is about to be posted, in figures."""
        is_item = Q(type=LineType.ITEM)
        found = self.record.lines.aggregate(
            handle=Sum("quantity_to_handle", filter=is_item),
            handle_lines=CountRows("pk", filter=is_item & Q(quantity_to_handle__gt=0)),
            invoice=Sum("quantity_to_invoice", filter=is_item),
            invoice_lines=CountRows("pk", filter=Q(quantity_to_invoice__gt=0)),
        )
        parts = []
        if self.handle:
            parts.append(_in_words(self.question_of_handling, found["handle"], found["handle_lines"]))
        if self.invoice:
            parts.append(_in_words(self.question_of_invoicing, found["invoice"], found["invoice_lines"]))
        return " ".join(parts)

    def post_record(self, form: Any, *, preview: bool) -> PostingResult:
        return document_posting.post_document(
            document_id=self.record.pk,
            posting_date=form.cleaned_data["posting_date"],
            handle=self.handle,
            invoice=self.invoice,
            user_id=self.request.user.pk,
            preview=preview,
        )


def _in_words(text: Any, quantity: Any, lines: int) -> str:
    line_words = ngettext("%(count)s line", "%(count)s lines", lines) % {"count": lines}
    return str(text) % {"quantity": format_number(quantity or selectors.ZERO, "quantity"), "lines": line_words}


class _PurchasePostView(OrderPostView):
    kind = DocumentKind.PURCHASE_ORDER
    stem = "purchase"
    list_title = gettext_lazy("Purchase orders")
    question_of_handling = gettext_lazy("To receive: %(quantity)s on %(lines)s.")


class ReceivePurchaseView(_PurchasePostView):
    permission_required = "base.purchase_receive"
    verb = gettext_lazy("Post receipt")
    handle = True


class InvoicePurchaseView(_PurchasePostView):
    permission_required = "base.purchase_invoice"
    verb = gettext_lazy("Post invoice")
    invoice = True


class ReceiveAndInvoicePurchaseView(_PurchasePostView):
    permission_required = ("base.purchase_receive", "base.purchase_invoice")
    verb = gettext_lazy("Post receipt and invoice")
    handle = invoice = True


class _SalePostView(OrderPostView):
    kind = DocumentKind.SALES_ORDER
    stem = "sale"
    list_title = gettext_lazy("Sales orders")
    question_of_handling = gettext_lazy("To ship: %(quantity)s on %(lines)s.")


class ShipSaleView(_SalePostView):
    permission_required = "base.sale_ship"
    verb = gettext_lazy("Post shipment")
    handle = True


class InvoiceSaleView(_SalePostView):
    permission_required = "base.sale_invoice"
    verb = gettext_lazy("Post invoice")
    invoice = True


class ShipAndInvoiceSaleView(_SalePostView):
    permission_required = ("base.sale_ship", "base.sale_invoice")
    verb = gettext_lazy("Post shipment and invoice")
    handle = invoice = True


class _JournalPostView(OwnJournal, PostView):
    """All lines of the user's own journal, or of the batch that the link names."""

    verb = gettext_lazy("Post")

    @cached_property
    def lines(self) -> list[ItemJournalLine]:
        return list(self.journal.lines().order_by("line_no", "pk"))

    def get_question(self) -> Text:
        count = len(self.lines)
        words = ngettext("%(count)s line is posted.", "%(count)s lines are posted.", count)
        return words % {"count": count}

    def get_subtitle(self) -> Text:
        return self.journal.batch.code if self.journal.batch else ""

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(self.heading, self.url("journal"))]

    def post_record(self, form: Any, *, preview: bool) -> PostingResult:
        return journal_posting.post_item_journal(lines=self.lines, user_id=self.request.user.pk, preview=preview)


class PostAdjustmentView(Adjustments, _JournalPostView):
    permission_required = "base.adjust_post"
    title = gettext_lazy("Post adjustment journal")


class PostReclassificationView(Reclassifications, _JournalPostView):
    permission_required = "base.reclass_post"
    title = gettext_lazy("Post reclassification journal")


class PostCountView(PostView):
    permission_required = "base.count_post"
    verb = gettext_lazy("Post")

    def get_record(self) -> Count:
        return get_object_or_404(Count, no=self.kwargs["no"])

    def get_title(self) -> Text:
        return _("Post count %(no)s") % {"no": self.record.no}

    def get_question(self) -> Text:
        total = self.record.lines.count()
        counted = self.record.lines.filter(quantity_counted__isnull=False).count()
        return _("%(counted)s of %(total)s lines are counted. Their differences are posted as adjustments.") % {
            "counted": counted,
            "total": total,
        }

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        url = reverse("inventory:count_detail", args=[self.record.no])
        return [(_("Physical inventory"), reverse("inventory:count_list")), (self.record.no, url)]

    def post_record(self, form: Any, *, preview: bool) -> PostingResult:
        return journal_posting.post_count(count_id=self.record.pk, user_id=self.request.user.pk, preview=preview)
