"""The lines of purchase and sales orders, edited in place: each user the fields of his work."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, ExpressionWrapper, F, Q, Sum
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from config.base.fields import AmountField, QuantityField
from config.base.formatting import format_date, format_number
from config.base.pages import CellNote, Figure, GridColumn
from config.base.preferences import today_of
from config.base.views.access import require
from config.base.views.logged_lines import LoggedLinesView
from inventory import checks, documents, line_availability, line_prices, scopes, selectors, units
from inventory.enums import DocumentKind, LineType
from inventory.forms import OrderLineForm
from inventory.line_availability import LineAvailability
from inventory.models import Document, DocumentLine
from inventory.selectors import list_url
from inventory.views.sides import (
    PURCHASE,
    PURCHASE_CREDIT,
    PURCHASE_RETURN,
    SALE,
    SALES_CREDIT,
    SALES_RETURN,
    OrderSide,
)

ORDER_FIELDS = frozenset({"item", "description", "location", "quantity", "quantity_to_handle", "quantity_to_invoice"})
PRICE_FIELDS = frozenset({"unit_amount", "line_discount_percent"})
STEP_FIELDS = frozenset({"quantity_to_handle", "quantity_to_invoice"})
"""What a credit memo does not ask: all of it is posted at once."""


class OrderLinesView(LoggedLinesView):
    """Who makes orders changes all of a line; who receives or ships, and who invoices, the quantities of that step."""

    permission_required = "base.document_view"
    side: OrderSide
    form_class = OrderLineForm
    _availability: dict[int, LineAvailability] | None = None

    def get_document(self) -> Document:
        documents_of_side = scopes.documents_of(
            self.request.user, Document.objects.filter(kind=self.side.kind).select_related("vendor", "customer")
        )
        return get_object_or_404(documents_of_side, no=self.kwargs["no"])

    def get_document_url(self) -> str:
        return self.side.url("detail", self.document.no)

    def get_grid_url(self) -> str:
        return self.side.url("lines", self.document.no)

    def get_lines(self) -> Any:
        lines = self.document.lines.select_related("item", "item_charge", "location", "unit_of_measure")
        return (
            line_prices.with_sources(lines)
            .annotate(
                amount=ExpressionWrapper(selectors.line_amount(), output_field=AmountField()),
                outstanding=ExpressionWrapper(F("quantity") - F("quantity_handled"), output_field=QuantityField()),
                charge_code=F("item_charge__code"),
                item_no=F("item__no"),
                location_code=F("location__code"),
                on_hand=selectors.on_hand_at_line(),
                discount_percent=selectors.line_discount_percent(),
                quantity_per=units.quantity_per_of_line(),
            )
            .order_by("line_no", "pk")
        )

    # Who may change what.

    @cached_property
    def editable_fields(self) -> frozenset[str]:
        """The fields that this user may change."""
        fields: frozenset[str] = frozenset()
        if self.may("base.document_edit"):
            fields |= ORDER_FIELDS | PRICE_FIELDS
        if self.may(self.side.handle_permission):
            fields |= {"quantity_to_handle"}
        if self.may(self.side.invoice_permission):
            fields |= {"quantity_to_invoice"} | PRICE_FIELDS
        if self.side.in_one_step:
            fields -= STEP_FIELDS
        return fields if self.shows_prices else fields - PRICE_FIELDS

    @cached_property
    def shows_prices(self) -> bool:
        return self.side.may_see_prices(self.request.user)

    def is_editable(self) -> bool:
        return bool(self.editable_fields) and self.document.status not in checks.CLOSED_STATES

    def may_add(self) -> bool:
        return self.may("base.document_edit")

    def may_delete(self, line: Any) -> bool:
        return self.may("base.document_edit") and not line.quantity_handled

    def check_access(self, request: HttpRequest) -> None:
        super().check_access(request)
        if request.method == "POST" and not self.editable_fields:
            raise PermissionDenied(_("Nothing on this order is yours to change."))
        if request.method == "POST" and "line_pk" not in self.kwargs:
            require(request.user, "base.document_edit")

    def make_form(self, data: Any, line: Any) -> Any:
        instance = line if line is not None else self.new_line()
        key = line.pk if line is not None else "new"
        return self.form_class(
            data,
            user=self.request.user,
            instance=instance,
            editable=self.editable_fields,
            auto_id=f"line-{key}-%s",
        )

    def new_line(self) -> DocumentLine:
        return DocumentLine(document=self.document, location=self.document.location, type=LineType.ITEM)

    # What a row shows.

    @cached_property
    def shown_columns(self) -> list[GridColumn]:
        side = self.side
        stock = GridColumn(
            "on_hand", _("On hand"), "quantity", figure=True, url=self._stock_url, note=self._availability_note
        )
        charge = GridColumn("charge_code", _("Charge"), figure=True, url=self._charge_url)
        what = [
            self._column("item", _("Item"), "text", shown="item_no", url=self._item_url),
            *([charge] if self._holds["charges"] else []),
            self._column("description", _("Description"), "text", width="wide"),
        ]
        where = [self._column("location", _("Location"), "text", shown="location_code")]
        how_much = [
            *([stock] if self.may("base.stock_view") and side is SALE else []),
            replace(self._column("quantity", _("Quantity"), "quantity"), note=self._unit_note),
        ]
        handled = GridColumn("quantity_handled", side.handled_label, "quantity", figure=True, url=self._handled_url)
        invoiced = GridColumn("quantity_invoiced", side.invoiced_label, "quantity", figure=True, url=self._invoiced_url)
        to_invoice = _("To credit") if side.is_return else _("To invoice")
        steps = not side.in_one_step
        moving = [
            *([self._column("quantity_to_handle", side.handle_label, "quantity")] if steps else []),
            *([handled] if self._holds["handled"] and steps else []),
        ]
        invoicing = [
            *([self._column("quantity_to_invoice", to_invoice, "quantity")] if steps else []),
            *([invoiced] if self._holds["invoiced"] else []),
            GridColumn("line_no", _("Line"), "text", figure=True, url=self._line_url),
        ]
        if self.may("base.document_edit"):
            return [*what, *where, *how_much, *self._price_columns(), *moving, *invoicing]
        # Whoever receives or ships has no price to type: his box stands where a small screen still shows it.
        return [*what, *how_much, *moving, *where, *self._price_columns(), *invoicing]

    def _price_columns(self) -> list[GridColumn]:
        if not self.shows_prices:
            return []
        price = self._column("unit_amount", self.side.price_label, "unit_cost")
        percent = self._column("line_discount_percent", _("Discount %"), "percent", shown="discount_percent")
        discount = GridColumn("line_discount_amount", _("Discount"), "amount", figure=True, url=self._line_url)
        # Who types the percentage finds the amount on the page of the line, and the sum of all below.
        discounts = [percent, discount] if percent.figure and self._holds["discounts"] else []
        return [
            replace(price, note=self._price_note),
            *([replace(percent, note=self._discount_note)] if not percent.figure else discounts),
            GridColumn("amount", _("Amount"), "amount", figure=True),
        ]

    def _price_note(self, line: Any) -> CellNote | None:
        """Where nothing is agreed, every price is the card's or typed: no line says so."""
        return CellNote(line.price_from) if self._has_price_lists and line.item_no else None

    def _discount_note(self, line: Any) -> CellNote | None:
        return CellNote(line.discount_from) if self._has_price_lists and line.discount_from else None

    def _column(
        self, name: str, label: Any, kind: str, *, shown: str = "", width: str = "", url: Any = None
    ) -> GridColumn:
        """A box where the user may change the field, else its value."""
        if self.editable and name in self.editable_fields:
            return GridColumn(name, label, kind, width=width)
        return GridColumn(shown or name, label, kind, figure=True, width=width, url=url)

    def _unit_note(self, line: Any) -> CellNote | None:
        """The quantity in the unit that it was ordered in, where that is not the base unit."""
        if not line.quantity_per:
            return None
        quantity = format_number(units.Conversion(line.quantity_per).from_base(line.quantity), "quantity")
        return CellNote(f"{quantity} {line.unit_of_measure.code}")

    def _availability_note(self, line: Any) -> CellNote | None:
        """How much of the line is short on its day, or what there is then where that is not what is on hand."""
        found = self._availability_of(line)
        if found is None:
            return None
        if found.short:
            return CellNote(_("%(quantity)s short") % {"quantity": format_number(found.short, "quantity")}, "danger")
        if found.available == line.on_hand:
            return None
        words = {"quantity": format_number(found.available, "quantity"), "date": format_date(found.on)}
        return CellNote(_("%(quantity)s on %(date)s") % words)

    def _availability_of(self, line: Any) -> LineAvailability | None:
        """Read for all lines at once; the row of a line that was just saved reads them anew."""
        if self._availability is None:
            lines = self.document.lines.select_related("item", "document")
            self._availability = line_availability.of_lines(lines, today=today_of(self.request))
        return self._availability.get(line.pk)

    @cached_property
    def _holds(self) -> dict[str, int]:
        """How many lines have what most orders lack; such columns are shown only where they say something."""
        found: dict[str, int] = self.document.lines.aggregate(
            charges=Count("pk", filter=Q(type=LineType.ITEM_CHARGE)),
            discounts=Count("pk", filter=~Q(line_discount_amount=0)),
            handled=Count("pk", filter=Q(quantity_handled__gt=0)),
            invoiced=Count("pk", filter=Q(quantity_invoiced__gt=0)),
        )
        return found

    @cached_property
    def _has_price_lists(self) -> bool:
        return line_prices.any_price_lists(is_purchase=self.document.is_purchase)

    def _line_url(self, line: Any) -> str:
        if line.charge_code:
            return self._charge_url(line)
        return self.side.url("line", self.document.no, line.pk) if self.may("base.document_edit") else ""

    def _item_url(self, line: Any) -> str:
        return reverse("inventory:item_detail", args=[line.item_no]) if line.item_no else ""

    def _charge_url(self, line: Any) -> str:
        if not line.charge_code or not self.shows_prices:
            return ""
        return reverse("inventory:charge_detail", args=[self.document.no, line.pk])

    def _stock_url(self, line: Any) -> str:
        if not line.item_no:
            return ""
        return selectors.entries_url(item=line.item_no, location=line.location_code or "")

    def _posted_url(self, line: Any, document_type: str) -> str:
        url = list_url("inventory:postedline_list", order_no=self.document.no)
        return f"{url}&order_line_no={line.line_no}&type={document_type}"

    def _handled_url(self, line: Any) -> str:
        return self._posted_url(line, self.side.handled_type)

    def _invoiced_url(self, line: Any) -> str:
        return self._posted_url(line, self.side.invoiced_type)

    # What a row does.

    def save_line(self, form: Any, line: Any) -> Any:
        if line is None and not self.may_add():
            raise PermissionDenied(_("New lines are for those who make orders."))
        if line is None and "unit_amount" not in form.typed:
            form.instance.unit_amount = None
        return documents.save_line(form.instance, changed=form.typed)

    def delete_line(self, line: Any) -> None:
        if not self.may("base.document_edit"):
            raise PermissionDenied(_("Lines are deleted by those who make orders."))
        documents.delete_line(line)

    def get_totals(self) -> list[Figure]:
        found = (
            self.get_lines()
            .order_by()
            .aggregate(
                total=Sum("amount"),
                discount=Sum("line_discount_amount"),
                to_handle=Sum("quantity_to_handle", filter=Q(type=LineType.ITEM)),
            )
        )
        to_handle = Figure(self.side.handle_label, found["to_handle"] or selectors.ZERO, "quantity")
        totals = [] if self.side.in_one_step else [to_handle]
        if self.shows_prices and found["discount"]:
            totals.append(Figure(_("Discount"), found["discount"], "amount"))
        if self.shows_prices:
            totals.append(Figure(_("Amount"), found["total"] or selectors.ZERO, "amount"))
        return totals


class PurchaseLinesView(OrderLinesView):
    side = PURCHASE


class SaleLinesView(OrderLinesView):
    side = SALE


class PurchaseReturnLinesView(OrderLinesView):
    side = PURCHASE_RETURN


class SalesReturnLinesView(OrderLinesView):
    side = SALES_RETURN


class PurchaseCreditLinesView(OrderLinesView):
    side = PURCHASE_CREDIT


class SalesCreditLinesView(OrderLinesView):
    side = SALES_CREDIT


LINES_VIEWS: dict[DocumentKind, type[OrderLinesView]] = {
    view.side.kind: view
    for view in (
        PurchaseLinesView,
        SaleLinesView,
        PurchaseReturnLinesView,
        SalesReturnLinesView,
        PurchaseCreditLinesView,
        SalesCreditLinesView,
    )
}
