"""A new document like another one: the same partner and lines, nothing of it posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum

from inventory import documents, line_prices
from inventory.enums import LineType
from inventory.models import Document, DocumentLine, PostedDocumentLine


@dataclass(frozen=True, slots=True)
class Copied:
    """The new document, and the numbers of the lines that were left out: their items are blocked."""

    document: Document
    left_out: tuple[str, ...] = ()


def copy_document(source: Document, *, on: date, new_prices: bool, user_id: int | None) -> Copied:
    """Make a document with the lines of another, to be handled and invoiced in full.

    What belongs to the old goods alone is not copied: lots, serial numbers, fixed applications, charge assignments.
    With `new_prices` each line takes price and discount of the new order's date; else both stay, with their sources.

    Raises: DomainError where the partner is blocked; then nothing is written.
    """
    with transaction.atomic():
        document = documents.create_document(
            Document(
                kind=source.kind,
                vendor=source.vendor,
                customer=source.customer,
                order_date=on,
                location=source.location,
                responsibility_centre=source.responsibility_centre,
                reason_code=source.reason_code,
                dimension_set=source.dimension_set,
            ),
            user_id=user_id,
        )
        left_out = []
        for line in source.lines.select_related("document", "item", "item_charge").order_by("line_no"):
            if line.item is not None and line.item.blocked:
                left_out.append(line.item.no)
                continue
            new_price = new_prices and line.type == LineType.ITEM
            documents.save_line(_line_like(line, document, new_price=new_price), keep_prices=not new_price)
    return Copied(document, tuple(left_out))


def _line_like(line: DocumentLine, document: Document, *, new_price: bool) -> DocumentLine:
    priced = {"unit_amount": None} if new_price else _kept_price(line)
    return DocumentLine(
        document=document,
        line_no=line.line_no,
        type=line.type,
        item=line.item,
        item_charge=line.item_charge,
        variant_id=line.variant_id,
        location_id=line.location_id,
        description=line.description,
        unit_of_measure_id=line.unit_of_measure_id,
        quantity=line.quantity,
        unit_cost=line.unit_cost,
        dimension_set_id=line.dimension_set_id,
        **priced,
    )


def _kept_price(line: DocumentLine) -> dict[str, Any]:
    return {
        "unit_amount": line.unit_amount,
        "line_discount_amount": _whole_discount(line),
        **{name: getattr(line, name) for name in line_prices.SOURCE_COLUMNS},
    }


def _whole_discount(line: DocumentLine) -> Decimal:
    """The discount of the whole line: what is still on it, and what its invoices took along."""
    taken = PostedDocumentLine.objects.filter(
        Q(posted_document__order_no=line.document.no)
        | Q(posted_document__order_no="", source_line__posted_document__order_no=line.document.no),
        order_line_no=line.line_no,
    ).aggregate(total=Sum("discount_amount"))["total"]
    return Decimal(line.line_discount_amount + (taken or 0))
