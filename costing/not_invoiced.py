"""What was received or shipped and waits for its invoice: the entries, what is left of them, its expected cost.

Driven from the orders that are not completed: few are open, however many there were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DateField, DurationField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Abs, Coalesce, ExtractDay

from config.base.amounts import from_e5, to_e5
from config.base.fields import AmountField, QuantityField, UnitCostField
from costing.engine.shares import share_amount_e5
from costing.models import ValueEntry
from inventory.enums import DocumentKind, DocumentStatus, DocumentType
from inventory.models import Document, DocumentLine, ItemLedgerEntry, PostedDocument
from inventory.selectors import sum_of

ORDERS = {
    DocumentType.PURCHASE_RECEIPT: DocumentKind.PURCHASE_ORDER,
    DocumentType.SALES_SHIPMENT: DocumentKind.SALES_ORDER,
}
"""The kind of order that each kind of document comes from."""


def waiting(document_type: DocumentType, orders: QuerySet[Document], *, on: date) -> QuerySet[Any]:
    """Entries of receipts or shipments that are not invoiced in full, oldest first.

    Annotated, positive: `not_invoiced`, `expected` (cost not invoiced), `sales` (price of it), `days` since posting;
    and of the order line behind it `unit_amount`. `orders`: those whose goods the user sees.
    """
    is_purchase = document_type == DocumentType.PURCHASE_RECEIPT
    open_orders = orders.filter(kind=ORDERS[document_type]).exclude(status=DocumentStatus.COMPLETED)
    documents = PostedDocument.objects.filter(type=document_type, order_no__in=open_orders.values("no"))
    entries = ItemLedgerEntry.objects.filter(
        document_type=document_type, document_no__in=documents.values("no"), completely_invoiced=False
    )
    line = DocumentLine.objects.filter(
        document__no=OuterRef("order_no"), line_no=OuterRef("order_line_no"), item=OuterRef("item")
    )
    partner = "vendor" if is_purchase else "customer"
    posted = PostedDocument.objects.filter(type=document_type, no=OuterRef("document_no"))
    values = ValueEntry.objects.all()
    waited = ExpressionWrapper(Value(on, output_field=DateField()) - F("posting_date"), output_field=DurationField())
    return (
        entries.select_related("item", "location", "variant")
        .annotate(
            not_invoiced=Abs(F("quantity") - F("invoiced_quantity"), output_field=QuantityField()),
            expected=Abs(
                sum_of(values, "item_ledger_entry", "cost_amount_expected", field=AmountField()),
                output_field=AmountField(),
            ),
            sales=sum_of(values, "item_ledger_entry", "sales_amount_expected", field=AmountField()),
            unit_amount=Coalesce(
                Subquery(line.values("unit_amount")[:1]), Value(Decimal(0)), output_field=UnitCostField()
            ),
            partner_name=Subquery(posted.values(f"{partner}__name")[:1]),
            days=ExtractDay(waited),
        )
        .order_by("posting_date", "pk")
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is invoiced of an entry while nobody says otherwise: all that is left, at the price and discount ordered."""

    quantity: Decimal
    unit_amount: Decimal
    discount_amount: Decimal


def proposals(entries: list[Any], precision: Decimal) -> dict[int, Proposal]:
    """Return the proposal for each of the entries of `waiting`, by entry; two queries at most."""
    numbers = {entry.order_no for entry in entries}
    lines = {
        (line.document.no, line.line_no): line
        for line in DocumentLine.objects.filter(document__no__in=numbers).select_related("document")
    }
    found = {}
    for entry in entries:
        line = lines.get((entry.order_no, entry.order_line_no))
        discount_e5 = 0
        if line is not None and line.line_discount_amount:
            discount_e5 = share_amount_e5(
                to_e5(line.line_discount_amount),
                to_e5(entry.not_invoiced),
                to_e5(line.quantity - line.quantity_invoiced),
                to_e5(precision),
            )
        found[entry.pk] = Proposal(entry.not_invoiced, entry.unit_amount, from_e5(discount_e5))
    return found
