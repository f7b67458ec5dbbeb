"""Documents on paper: a page of its own for each, which the browser prints or saves as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import ExpressionWrapper
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from config.base.fields import AmountField
from config.base.models import Company
from config.base.pages import Field, Text, fields_of
from config.base.views import PageView
from inventory import links, selectors, units
from inventory.models import Customer, Document, DocumentLine, PostedDocument, PostedDocumentLine, Vendor
from inventory.views.orders import of_side
from inventory.views.posted import PostedPage
from inventory.views.posted_trade import TITLES
from inventory.views.sides import PURCHASE, OrderSide


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line on paper; `code` is an item or a charge."""

    code: str
    description: str
    unit: str
    quantity: Decimal
    unit_amount: Decimal
    discount: Decimal
    amount: Decimal


def _code(line: DocumentLine | PostedDocumentLine) -> str:
    """The item or the charge that a line is about."""
    if line.item is not None:
        return str(line.item.no)
    return str(line.item_charge.code) if line.item_charge else ""


class _PrintView(PageView):
    """Context: partner, fields, lines, shows_amounts, total, currency."""

    template_name = "inventory/printed.html"

    def get_partner(self) -> Vendor | Customer | None:
        raise NotImplementedError

    def get_fields(self) -> list[Field]:
        raise NotImplementedError

    def get_lines(self) -> list[PrintedLine]:
        raise NotImplementedError

    @property
    def shows_amounts(self) -> bool:
        raise NotImplementedError

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        lines = self.get_lines()
        return super().get_context_data(
            partner=self.get_partner(),
            fields=self.get_fields(),
            lines=lines,
            shows_amounts=self.shows_amounts,
            has_discounts=any(line.discount for line in lines),
            total=sum((line.amount for line in lines), Decimal(0)),
            currency=Company.current().currency_code,
            **context,
        )


class OrderPrintView(_PrintView):
    permission_required = "base.document_view"
    side: OrderSide = PURCHASE

    @cached_property
    def document(self) -> Document:
        relations = (self.side.partner, "location")
        found = of_side(self.side, self.request.user).select_related(*relations)
        return get_object_or_404(found, no=self.kwargs["no"])

    def get_title(self) -> Text:
        return f"{self.document.get_kind_display()} {self.document.no}"

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        return [(self.side.title, self.side.url("list")), (self.document.no, self.side.url("detail", self.document.no))]

    def get_partner(self) -> Vendor | Customer:
        return self.document.partner

    def get_fields(self) -> list[Field]:
        return fields_of(self.document, "order_date", "expected_date", "location", "external_document_no")

    @property
    def shows_amounts(self) -> bool:
        return self.side.may_see_prices(self.request.user)

    def get_lines(self) -> list[PrintedLine]:
        relations = ("item__base_unit_of_measure", "item_charge", "unit_of_measure")
        lines = self.document.lines.select_related(*relations).order_by("line_no", "pk")
        amount = ExpressionWrapper(selectors.line_amount(), output_field=AmountField())
        return [
            PrintedLine(_code(line), line.description, *_in_its_unit(line), line.line_discount_amount, line.amount)
            for line in lines.annotate(amount=amount, quantity_per=units.quantity_per_of_line())
        ]


def _in_its_unit(line: Any) -> tuple[str, Decimal, Decimal]:
    """Unit, quantity and price of one, as ordered: 5 CTN at 24.00 for 60 pieces at 2.00; else in base units."""
    per = line.quantity_per
    if per:
        quantity = units.Conversion(per).from_base(line.quantity)
        if quantity * per == line.quantity:
            return line.unit_of_measure.code, quantity, line.unit_amount * per
    return line.item.base_unit_of_measure.code if line.item else "", line.quantity, line.unit_amount


class PostedPrintView(PostedPage, _PrintView):
    permission_required = "base.document_view"

    @cached_property
    def document(self) -> PostedDocument:
        relations = ("vendor", "customer", "location")
        found = PostedDocument.objects.filter(type=self.document_type).select_related(*relations)
        return get_object_or_404(found, no=self.kwargs["no"])

    def get_title(self) -> Text:
        return f"{self.document.get_type_display()} {self.document.no}"

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        no = self.document.no
        return [(TITLES[self.document_type], self.list_url()), (no, links.document_url(self.document_type, no))]

    def get_partner(self) -> Vendor | Customer | None:
        return self.document.vendor or self.document.customer

    def get_fields(self) -> list[Field]:
        names = ("posting_date", "document_date", "order_no", "location", "external_document_no")
        return fields_of(self.document, *names)

    def get_lines(self) -> list[PrintedLine]:
        lines = self.document.lines.select_related("item__base_unit_of_measure", "item_charge").order_by("line_no")
        return [
            PrintedLine(
                _code(line),
                line.description if line.quantity > 0 else _("%(words)s (undone)") % {"words": line.description},
                line.item.base_unit_of_measure.code if line.item else "",
                line.quantity,
                line.unit_amount,
                line.discount_amount,
                line.amount,
            )
            for line in lines
        ]
