"""Posted documents: receipts, shipments, invoices, direct transfers; and their lines."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.pages import Action, Badge, Fact, Field, Figure, Related, Section, Text, fields_of
from config.base.views import CardView, ListView
from inventory import links, selectors, transfers
from inventory.enums import DocumentType
from inventory.filters import PostedDocumentFilter, PostedLineFilter
from inventory.models import Document, PostedDocument, PostedDocumentLine, TransferOrder
from inventory.selectors import list_url
from inventory.tables import PostedDocumentTable, PostedLineTable

PURCHASE_TYPES = (
    DocumentType.PURCHASE_RECEIPT,
    DocumentType.PURCHASE_INVOICE,
    DocumentType.PURCHASE_RETURN_SHIPMENT,
    DocumentType.PURCHASE_CREDIT_MEMO,
)
INVOICE_TYPES = (
    DocumentType.PURCHASE_INVOICE,
    DocumentType.SALES_INVOICE,
    DocumentType.PURCHASE_CREDIT_MEMO,
    DocumentType.SALES_CREDIT_MEMO,
)
TRANSFER_TYPES = (DocumentType.DIRECT_TRANSFER, DocumentType.TRANSFER_SHIPMENT, DocumentType.TRANSFER_RECEIPT)
PURCHASE_PRICES = ("base.cost_view", "base.document_edit", "base.purchase_invoice")


class PostedPage:
    """What lists and cards of one type of posted document know. A purchase price is a cost, a sales price is none."""

    document_type: DocumentType = DocumentType.PURCHASE_RECEIPT
    request: Any

    @property
    def is_purchase(self) -> bool:
        return self.document_type in PURCHASE_TYPES

    @cached_property
    def shows_amounts(self) -> bool:
        if self.document_type not in INVOICE_TYPES:
            return False
        return not self.is_purchase or any(self.request.user.has_perm(name) for name in PURCHASE_PRICES)

    def list_url(self) -> str:
        return reverse(f"inventory:{links.POSTED_PAGES[self.document_type]}_list")


class PostedListView(PostedPage, ListView):
    permission_required = "base.document_view"
    filterset_class = PostedDocumentFilter
    table_class = PostedDocumentTable
    totals = ("quantity", "amount")
    empty_text = gettext_lazy("Nothing of this kind is posted yet.")

    def get_queryset(self) -> Any:
        found = PostedDocument.objects.filter(type=self.document_type)
        found = found.select_related("vendor", "customer", "location", "register")
        return selectors.with_posted_amounts(found).order_by("-posting_date", "-pk")

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The other side's partner, and amounts where the document has none or the user sees none."""
        absent = {"customer", "customer_name"} if self.is_purchase else {"vendor", "vendor_name"}
        if self.document_type in TRANSFER_TYPES:
            absent |= {"customer", "customer_name", "external_document_no"}
        return frozenset(absent if self.shows_amounts else absent | {"amount"})


class DirectTransferListView(PostedListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Direct transfers")
    document_type = DocumentType.DIRECT_TRANSFER


class TransferShipmentListView(PostedListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Transfer shipments")
    document_type = DocumentType.TRANSFER_SHIPMENT


class TransferReceiptListView(PostedListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Transfer receipts")
    document_type = DocumentType.TRANSFER_RECEIPT


class PostedLineListView(ListView):
    """Lines of all posted documents."""

    permission_required = "base.document_view"
    title = gettext_lazy("Posted lines")
    queryset = PostedDocumentLine.objects.select_related("posted_document", "item", "item_charge", "location").order_by(
        "-posted_document__posting_date", "-posted_document_id", "line_no"
    )
    filterset_class = PostedLineFilter
    table_class = PostedLineTable
    totals = ("quantity", "discount_amount", "amount")
    cost_columns = frozenset({"unit_amount", "discount_amount", "amount"})


class PostedCardView(PostedPage, CardView):
    permission_required = "base.document_view"
    slug_field = slug_url_kwarg = "no"
    template_name = "inventory/posted_document.html"
    list_title: Any = ""

    def get_queryset(self) -> Any:
        found = PostedDocument.objects.filter(type=self.document_type)
        found = found.select_related("vendor", "customer", "location", "register__user")
        return selectors.with_posted_amounts(found)

    @cached_property
    def lines(self) -> list[Any]:
        """The posted lines, each with what is `invoiced` of it and whether it is `undone`."""
        of_invoices = PostedDocumentLine.objects.filter(posted_document__type__in=INVOICE_TYPES)
        taken_back = PostedDocumentLine.objects.filter(source_line=OuterRef("pk"), quantity__lt=0)
        found = self.object.lines.select_related("item", "item_charge", "location", "source_line__posted_document")
        invoiced = selectors.sum_of(of_invoices, "source_line", "quantity")
        return list(found.annotate(invoiced=invoiced, undone=Exists(taken_back)).order_by("line_no"))

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(self.list_title, self.list_url())]

    def get_kind(self) -> Text:
        return self.object.get_type_display()

    def get_title(self) -> str:
        return str(self.object.no)

    def get_subtitle(self) -> str:
        partner = self.object.vendor or self.object.customer
        return f"{self.object.get_type_display()} {partner.name if partner else ''}".strip()

    def get_badges(self) -> list[Badge]:
        return [Badge(_("Posted"), "ok", "posted")]

    def get_figures(self) -> list[Figure]:
        document = self.object
        lines = f"{list_url('inventory:postedline_list', document_no=document.no)}&type={document.type}"
        figures = [Figure(_("Quantity"), document.quantity, "quantity", f"{lines}&line_type=item")]
        if self.shows_amounts:
            figures.append(Figure(_("Amount"), document.amount, "amount", lines))
        return figures

    def get_sections(self) -> list[Section]:
        document = self.object
        user = document.register.user
        fields = [
            *self._partner(),
            *fields_of(document, "posting_date", "document_date"),
            Field(_("Order no."), document.order_no, url=self._order_url()),
            *fields_of(document, "location", "external_document_no"),
            Field(_("Posted by"), user.get_username() if user else ""),
            Field(_("Posted at"), document.created_at, "datetime"),
        ]
        return [Section("general", _("General"), fields)]

    def _partner(self) -> list[Field]:
        document = self.object
        if document.vendor:
            url = reverse("inventory:vendor_detail", args=[document.vendor.no])
            return [Field(_("Vendor"), f"{document.vendor.no} {document.vendor.name}", url=url)]
        if document.customer:
            url = reverse("inventory:customer_detail", args=[document.customer.no])
            return [Field(_("Customer"), f"{document.customer.no} {document.customer.name}", url=url)]
        return []

    def _order_url(self) -> str:
        if self.document_type in TRANSFER_TYPES:
            order_no = self.object.order_no
            known = TransferOrder.objects.filter(no=order_no).exists()
            return reverse("inventory:transfer_detail", args=[order_no]) if known else ""
        order = Document.objects.filter(no=self.object.order_no).values_list("kind", "no").first()
        return links.order_url(*order) if order else ""

    def get_related(self) -> list[Related]:
        document = self.object
        register = {"register": str(document.register_id)}
        # A posting writes its entries under one register; an invoice alone has value entries only.
        return [
            Related("entries", _("Item ledger entries"), selectors.entries_url(**register), None, "base.stock_view"),
            Related(
                "values",
                _("Value entries"),
                list_url("costing:valueentry_list", document_no=document.no),
                None,
                "base.cost_view",
            ),
            Related(
                "gl", _("G/L entries"), list_url("ledger:glentry_list", document_no=document.no), None, "base.gl_view"
            ),
        ]

    def get_actions(self) -> list[Action]:
        find = Action(_("Find entries"), links.find_entries_url(self.object.no, self.object.posting_date))
        if self.document_type != DocumentType.PURCHASE_RECEIPT:
            return [find]
        return [Action(_("Labels"), reverse("inventory:labels_receipt", args=[self.object.no])), find]

    def get_facts(self) -> list[Fact]:
        return [Fact(_("Cost"), reverse("costing:document_cost", args=[self.object.no]), "base.cost_view")]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        lines = self.lines
        may_follow = self.document_type not in INVOICE_TYPES and self.may("base.stock_view")
        for line in lines:
            url = f"{selectors.entries_url(document_no=self.object.no)}&document_line_no={line.line_no}"
            line.entries_url = url if may_follow else ""
        return super().get_context_data(lines=lines, shows_amounts=self.shows_amounts, **context)


class DirectTransferView(PostedCardView):
    permission_required = "base.stock_view"
    document_type = DocumentType.DIRECT_TRANSFER
    list_title = gettext_lazy("Direct transfers")


class TransferShipmentView(PostedCardView):
    permission_required = "base.stock_view"
    document_type = DocumentType.TRANSFER_SHIPMENT
    list_title = gettext_lazy("Transfer shipments")

    def get_actions(self) -> list[Action]:
        undo = Action(
            _("Undo shipment"),
            reverse("costing:transfer_undo", args=[self.object.no]),
            danger=True,
            permission="base.transfer_post",
            disabled=self._why_not_undone(),
        )
        return [*super().get_actions(), undo]

    def _why_not_undone(self) -> Text:
        if transfers.lines_to_take_back(self.object).exists():
            return ""
        waits = self.object.lines.filter(quantity__gt=0, invoice_lines__isnull=True).exists()
        return _("Something of it is received. Transfer the goods back.") if waits else _("The shipment is undone.")


class TransferReceiptView(PostedCardView):
    permission_required = "base.stock_view"
    document_type = DocumentType.TRANSFER_RECEIPT
    list_title = gettext_lazy("Transfer receipts")
