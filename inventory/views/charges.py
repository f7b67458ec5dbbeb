"""Assigning an item charge to the receipts or shipments that it belongs to."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import changelog
from config.base.pages import Action, Badge, Done, Field, Figure, GridColumn, Section, Text, fields_of
from config.base.views import ActionView, CreateView, DocumentView, LineGridView
from inventory import charge_assignments, checks, documents, links, scopes
from inventory.enums import DocumentKind, LineType
from inventory.forms import AssignDocumentForm, ChargeAssignmentForm, ChargeLineForm, SuggestSplitForm
from inventory.models import Document, DocumentLine
from inventory.views.sides import SIDES

CHARGE_PERMISSIONS = ("base.document_edit", "base.purchase_invoice")
KINDS = [kind for kind in SIDES if kind.is_purchase]
"""Documents that charges stand on: a freight bill is a purchase, also where it belongs to what was sold."""


def charge_lines(order_no: str, user: Any) -> QuerySet[DocumentLine]:
    """The charge lines of a purchase order, return or credit memo that the user sees."""
    lines = DocumentLine.objects.filter(document__no=order_no, document__kind__in=KINDS, type=LineType.ITEM_CHARGE)
    return scopes.documents_of(user, lines.select_related("document", "item_charge"), path="document__")


def _crumbs(document: Document) -> list[tuple[Text, str]]:
    side = SIDES[DocumentKind(document.kind)]
    return [(side.title, side.url("list")), (document.no, side.url("detail", document.no))]


class ChargeCreateView(CreateView):
    """A freight, duty or insurance line of a purchase order."""

    permission_any = CHARGE_PERMISSIONS
    form_class = ChargeLineForm
    title = gettext_lazy("Add item charge")

    @cached_property
    def document(self) -> Document:
        found = scopes.documents_of(self.request.user, Document.objects.filter(kind__in=KINDS))
        return get_object_or_404(found, no=self.kwargs["no"])

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return _crumbs(self.document)

    def get_back_url(self) -> str:
        return links.order_url(self.document.kind, self.document.no)

    def get_initial(self) -> dict[str, Any]:
        return {"quantity": 1} | super().get_initial()

    def get_form(self, data: Any = None) -> Any:
        line = DocumentLine(document=self.document, type=LineType.ITEM_CHARGE)
        return self.form_class(data, instance=line, initial=self.get_initial(), user=self.request.user)

    def logged(self, record: Any) -> changelog.Snapshot:
        return changelog.line_words(record.document, record, self.form_class.base_fields)

    def save(self, form: Any) -> Any:
        return documents.save_line(form.instance, changed=frozenset(form.changed_data))

    def get_success_url(self) -> str:
        return reverse("inventory:charge_detail", args=[self.document.no, self.object.pk])


class ChargeAssignmentLinesView(LineGridView):
    permission_any = CHARGE_PERMISSIONS
    form_class = ChargeAssignmentForm

    def get_document(self) -> DocumentLine:
        return get_object_or_404(charge_lines(self.kwargs["no"], self.request.user), pk=self.kwargs["charge_pk"])

    def get_lines(self) -> QuerySet[Any]:
        return charge_assignments.assignments_of(self.document).annotate(
            document_no=F("posted_line__posted_document__no"),
            document_type=F("posted_line__posted_document__type"),
            posted_on=F("posted_line__posted_document__posting_date"),
            item_no=F("posted_line__item__no"),
            description=F("posted_line__description"),
            quantity=F("posted_line__quantity"),
        )

    @cached_property
    def shown_columns(self) -> list[GridColumn]:
        amount = GridColumn("amount", _("Amount"), "amount", figure=not self.editable)
        return [
            GridColumn("document_no", _("Document no."), figure=True, url=_document_url),
            GridColumn("posted_on", _("Posting date"), "date", figure=True),
            GridColumn("item_no", _("Item"), figure=True, url=_item_url),
            GridColumn("description", _("Description"), figure=True, width="wide"),
            GridColumn("quantity", _("Quantity"), "quantity", figure=True),
            GridColumn("get_split_display", _("Split"), figure=True),
            amount,
        ]

    def is_editable(self) -> bool:
        return self.document.document.status not in checks.CLOSED_STATES and not self.document.quantity_invoiced

    def may_add(self) -> bool:
        return False

    def get_document_url(self) -> str:
        return reverse("inventory:charge_detail", args=[self.kwargs["no"], self.document.pk])

    def get_grid_url(self) -> str:
        return reverse("inventory:charge_lines", args=[self.kwargs["no"], self.document.pk])

    def save_line(self, form: Any, line: Any) -> Any:
        return charge_assignments.save_assignment(form.instance)

    def delete_line(self, line: Any) -> None:
        charge_assignments.delete_assignments([line])

    def get_totals(self) -> list[Figure]:
        return assignment_figures(self.document)


def _document_url(line: Any) -> str:
    return links.document_url(line.document_type, line.document_no)


def _item_url(line: Any) -> str:
    return reverse("inventory:item_detail", args=[line.item_no]) if line.item_no else ""


def assignment_figures(line: DocumentLine) -> list[Figure]:
    """How much of the charge is assigned, and what is left."""
    amount = charge_assignments.charge_amount(line)
    assigned = charge_assignments.assigned_amount(line)
    left = amount - assigned
    return [
        Figure(_("Charge"), amount, "amount"),
        Figure(_("Assigned"), assigned, "amount"),
        Figure(_("To assign"), left, "amount", tone="neg" if left else ""),
    ]


class ChargeView(DocumentView):
    """A charge line with what it is assigned to."""

    permission_any = CHARGE_PERMISSIONS
    pk_url_kwarg = "charge_pk"
    lines_view = ChargeAssignmentLinesView

    def get_queryset(self) -> Any:
        return charge_lines(self.kwargs["no"], self.request.user)

    def get_title(self) -> str:
        charge = self.object.item_charge
        return _("%(charge)s of %(no)s") % {"charge": charge.name or charge.code, "no": self.kwargs["no"]}

    def get_subtitle(self) -> str:
        return str(self.object.description)

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return _crumbs(self.object.document)

    def get_badges(self) -> list[Badge]:
        if self.object.quantity_invoiced:
            return [Badge(_("Invoiced"), "ok", "invoiced")]
        left = charge_assignments.charge_amount(self.object) - charge_assignments.assigned_amount(self.object)
        return [Badge(_("To assign"), "warn", "to-assign") if left else Badge(_("Assigned"), "ok", "assigned")]

    def get_figures(self) -> list[Figure]:
        return assignment_figures(self.object)

    def get_sections(self) -> list[Section]:
        line = self.object
        fields = [
            Field(_("Item charge"), f"{line.item_charge.code} {line.item_charge.name}".strip()),
            *fields_of(line, "description", "quantity", "unit_amount", "quantity_to_invoice"),
        ]
        return [Section("general", _("General"), fields)]

    def get_actions(self) -> list[Action]:
        key = [self.kwargs["no"], self.object.pk]
        invoiced = _("The charge is invoiced.") if self.object.quantity_invoiced else ""
        return [
            Action(_("Assign"), reverse("inventory:charge_assign", args=key), primary=not invoiced, disabled=invoiced),
            Action(_("Suggest split"), reverse("inventory:charge_split", args=key), disabled=invoiced),
        ]


class _ChargeActionView(ActionView):
    permission_any = CHARGE_PERMISSIONS

    def get_record(self) -> DocumentLine:
        return get_object_or_404(charge_lines(self.kwargs["no"], self.request.user), pk=self.kwargs["charge_pk"])

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        url = reverse("inventory:charge_detail", args=[self.kwargs["no"], self.record.pk])
        return [*_crumbs(self.record.document), (self.record.item_charge.code, url)]


class AssignChargeView(_ChargeActionView):
    title = gettext_lazy("Assign to receipt or shipment")
    verb = gettext_lazy("Assign")
    form_class = AssignDocumentForm

    def perform(self, form: Any) -> Done:
        posted = form.cleaned_data["document"]
        count = charge_assignments.assign_document(self.record, posted, split=form.cleaned_data["split"])
        return Done(_("%(count)s lines of %(no)s are assigned.") % {"count": count, "no": posted.no})


class SuggestSplitView(_ChargeActionView):
    title = gettext_lazy("Suggest split")
    verb = gettext_lazy("Split")
    form_class = SuggestSplitForm

    def perform(self, form: Any) -> Done:
        charge_assignments.suggest_split(self.record, split=form.cleaned_data["split"])
        return Done(_("The charge is split."))
