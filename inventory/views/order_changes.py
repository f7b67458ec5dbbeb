"""What is done with orders, return orders and credit memos before they are posted: making, changing, copying."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base import changelog
from config.base.pages import Done, Text
from config.base.preferences import today_of
from config.base.views import ActionView, CreateView, UpdateView
from config.base.views.edit import lookup_response
from inventory import copying, documents, returns, scopes
from inventory.enums import DocumentStatus, LineType
from inventory.forms import OrderLineDetailForm, PurchaseForm
from inventory.forms.documents import OrderForm
from inventory.forms.trade import CopyDocumentForm, TakeLinesForm
from inventory.models import Document, DocumentLine
from inventory.views.orders import of_side
from inventory.views.sides import PURCHASE, OrderSide


class OrderCreateView(CreateView):
    permission_required = "base.document_edit"
    model = Document
    side: OrderSide = PURCHASE
    form_class: type[OrderForm] = PurchaseForm

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


class OrderUpdateView(UpdateView):
    permission_required = "base.document_edit"
    slug_field = slug_url_kwarg = "no"
    side: OrderSide = PURCHASE
    form_class: type[OrderForm] = PurchaseForm

    def get_queryset(self) -> Any:
        open_states = (DocumentStatus.OPEN, DocumentStatus.RELEASED)
        found = of_side(self.side, self.request.user).filter(status__in=open_states)
        return found.select_related(self.side.partner, "location")

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(self.side.title, self.side.url("list")), (self.object.no, self.get_success_url())]

    def save(self, form: Any) -> Any:
        documents.check_partner(form.instance)
        with transaction.atomic():
            order = super().save(form)
            if {self.side.partner, "order_date"} & set(form.changed_data):
                self._tell(documents.follow_partner_and_date(order.pk))
        return order

    def _tell(self, count: int) -> None:
        """Prices that changed by themselves are said."""
        if count:
            words = ngettext(
                "%(count)s line took another price or discount.",
                "%(count)s lines took another price or discount.",
                count,
            )
            messages.info(self.request, words % {"count": count})

    def get_success_url(self) -> str:
        return self.side.url("detail", self.object.no)

    def get_back_url(self) -> str:
        return self.get_success_url()


class OrderActionView(ActionView):
    """Something that is done with one order."""

    permission_required: Any = "base.document_edit"
    side: OrderSide = PURCHASE

    def get_record(self) -> Document:
        found = of_side(self.side, self.request.user).select_related(self.side.partner, "location")
        return get_object_or_404(found, no=self.kwargs["no"])

    def get_subtitle(self) -> Text:
        return str(self.record.partner.name)

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(self.side.title, self.side.url("list")), (self.record.no, self.side.url("detail", self.record.no))]


class OrderDeleteView(OrderActionView):
    verb = gettext_lazy("Delete order")
    danger = True

    def get_title(self) -> Text:
        return _("Delete order %(no)s") % {"no": self.record.no}

    def get_question(self) -> Text:
        return _("The order and its lines are deleted. Its number is not used again.")

    def perform(self, form: Any) -> Done:
        with transaction.atomic():
            before = changelog.snapshot(self.record)
            documents.delete_document(self.record.pk)
            changelog.record(self.request.user, before, None)
        return Done(_("%(no)s is deleted.") % {"no": self.record.no}, self.side.url("list"))


class OrderProposeView(OrderActionView):
    """Sets the quantities to invoice to what is received or shipped and not invoiced."""

    verb = gettext_lazy("Propose")
    question = gettext_lazy("Every line then proposes to invoice what is received or shipped, and no more.")

    @property
    def permission_required(self) -> str:  # type: ignore[override]
        return self.side.invoice_permission

    def get_title(self) -> Text:
        return _("Quantities to invoice of %(no)s") % {"no": self.record.no}

    def perform(self, form: Any) -> Done:
        documents.propose_to_invoice(self.record.pk)
        return Done(_("The lines of %(no)s now invoice only what has moved.") % {"no": self.record.no})


class OrderLineView(UpdateView):
    """What of a line has no column: variant, tracking, fixed application, own dates."""

    permission_required = "base.document_edit"
    form_class = OrderLineDetailForm
    pk_url_kwarg = "line_pk"
    side: OrderSide = PURCHASE

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

    def logged(self, record: Any) -> changelog.Snapshot:
        return changelog.line_words(record.document, record, self.form_class.base_fields)

    def save(self, form: Any) -> Any:
        with transaction.atomic():
            return documents.save_line(form.instance, changed=form.typed)

    def get_success_url(self) -> str:
        return self.side.url("detail", self.kwargs["no"])

    def get_back_url(self) -> str:
        return self.get_success_url()


class OrderCopyView(OrderActionView):
    """A new document with the same partner and lines."""

    verb = gettext_lazy("Copy")
    form_class = CopyDocumentForm

    def get_title(self) -> Text:
        return _("Copy %(no)s") % {"no": self.record.no}

    def get_question(self) -> Text:
        count = self.record.lines.count()
        words = ngettext(
            "%(count)s line is copied, without what is posted of it, its lots and fixed applications.",
            "%(count)s lines are copied, without what is posted of them, their lots and fixed applications.",
            count,
        )
        return words % {"count": count}

    def get_initial(self) -> dict[str, Any]:
        return {"order_date": today_of(self.request)}

    def perform(self, form: Any) -> Done:
        given = form.cleaned_data
        copied = copying.copy_document(
            self.record, on=given["order_date"], new_prices=given["new_prices"], user_id=self.request.user.pk
        )
        words = {"no": self.record.no, "new": copied.document.no, "items": ", ".join(copied.left_out)}
        url = self.side.url("detail", copied.document.no)
        if copied.left_out:
            message = _("%(new)s is a copy of %(no)s without %(items)s, which are blocked.")
            return Done(message % words, url, level="warning")
        return Done(_("%(new)s is a copy of %(no)s.") % words, url)


class TakeLinesView(OrderActionView):
    """Get posted lines: what is left to return of a posted document of the partner, at its exact cost."""

    verb = gettext_lazy("Get lines")
    form_class = TakeLinesForm
    question = gettext_lazy(
        "All that is left to return of the document is added. Each line names the entry that it takes back, so that "
        "the goods move at the cost they had."
    )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask, or suggest documents of the partner."""
        if "lookup" in request.GET:
            self.record = self.get_record()
            fields = self.get_form().fields
            return lookup_response(request, fields) or super().get(request, *args, **kwargs)
        return super().get(request, *args, **kwargs)

    def get_title(self) -> Text:
        return _("Get posted lines onto %(no)s") % {"no": self.record.no}

    def get_form(self, data: Any = None) -> TakeLinesForm:
        partner = {self.side.partner: self.record.partner}
        return TakeLinesForm(data, sources=self.side.sources, partner=partner, user=self.request.user)

    def perform(self, form: Any) -> Done:
        posted = form.cleaned_data["document"]
        count = returns.take_posted_lines(self.record.pk, posted)
        words = ngettext("%(count)s line of %(no)s is added.", "%(count)s lines of %(no)s are added.", count)
        return Done(words % {"count": count, "no": posted.no})
