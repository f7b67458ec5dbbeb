"""The document side of a posting: posted documents and lines, and what it did to the order."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from itertools import count
from typing import Any

from config.base import bulk, statements
from config.base.amounts import from_e5
from config.base.transactions import PostingContext
from costing.posting.charges import charge_amount_e5
from costing.posting.document_plan import HANDLED, DocumentPlan, LinePlan
from costing.posting.invoicing import InvoicePart
from inventory.enums import DocumentStatus
from inventory.models import DocumentLine, PostedDocument, PostedDocumentLine


def write(
    plan: DocumentPlan,
    parts: list[InvoicePart],
    *,
    document_nos: dict[str, str],
    register_id: int,
    precision_e5: int,
    context: PostingContext,
) -> None:
    """Write the posted documents with their lines, and bring the order up to date."""
    types = plan.document_types()
    headers = {
        key: _header_row(plan, type_, document_nos[key])
        | {"register_id": register_id, "created_at": context.created_at}
        for key, type_ in types.items()
    }
    ids = dict(zip(headers, bulk.insert(PostedDocument, list(headers.values())), strict=True))
    handled_lines: dict[int, int] = {}
    if HANDLED in ids:
        moved = [each for each in plan.lines if each.handle_e5]
        rows = [_line_row(each.line, ids[HANDLED], from_e5(each.handle_e5)) for each in moved]
        line_ids = bulk.insert(PostedDocumentLine, rows)
        handled_lines = {each.line.line_no: pk for each, pk in zip(moved, line_ids, strict=True)}
    if len(types) > (HANDLED in types):
        invoice_id = next(pk for key, pk in ids.items() if key != HANDLED)
        bulk.insert(PostedDocumentLine, _invoice_rows(plan, parts, invoice_id, handled_lines, precision_e5))
    update_order(plan, precision_e5)


def _header_row(plan: DocumentPlan, type_: str, no: str) -> dict[str, Any]:
    document = plan.document
    return {
        "type": type_,
        "no": no,
        "posting_date": plan.posting_date,
        "document_date": plan.posting_date,
        "vendor_id": document.vendor_id,
        "customer_id": document.customer_id,
        "order_no": document.no,
        "location_id": document.location_id,
        "external_document_no": document.external_document_no,
    }


def _line_row(line: DocumentLine, posted_document_id: int, quantity: Decimal) -> dict[str, Any]:
    return {
        "posted_document_id": posted_document_id,
        "line_no": line.line_no,
        "type": line.type,
        "item_id": line.item_id,
        "item_charge_id": line.item_charge_id,
        "variant_id": line.variant_id,
        "location_id": line.location_id,
        "description": line.description,
        "quantity": quantity,
        "unit_amount": line.unit_amount,
        "discount_amount": Decimal(0),
        "amount": Decimal(0),
        "order_line_no": line.line_no,
        "source_line_id": None,
    }


def _invoice_rows(
    plan: DocumentPlan,
    parts: list[InvoicePart],
    invoice_id: int,
    handled_lines: dict[int, int],
    precision_e5: int,
) -> list[dict[str, Any]]:
    """One line for each receipt or shipment line that is settled; line numbers follow the order's."""
    earlier: dict[int, list[InvoicePart]] = defaultdict(list)
    for part in parts:
        earlier[part.origin.order_line_no].append(part)
    rows = []
    further_no = count(max([each.line.line_no for each in plan.lines] + [0]) + 1)
    for each in plan.lines:
        settled = [
            (part.quantity_e5, part.amount_e5, part.discount_e5, part.entry.posted_line_id)
            for part in earlier[each.line.line_no]
        ]
        now_e5 = each.invoice_now_e5
        if now_e5:
            discount_e5 = each.discount_e5(now_e5, precision_e5)
            amount_e5 = each.gross_e5(now_e5, precision_e5) - discount_e5
            settled.insert(0, (now_e5, amount_e5, discount_e5, handled_lines[each.line.line_no]))
        for index, (quantity_e5, amount_e5, discount_e5, source_line_id) in enumerate(settled):
            row = _line_row(each.line, invoice_id, from_e5(quantity_e5))
            row["line_no"] = each.line.line_no if index == 0 else next(further_no)
            row["amount"], row["discount_amount"] = from_e5(amount_e5), from_e5(discount_e5)
            row["source_line_id"] = source_line_id
            rows.append(row)
    for line in plan.charge_lines:
        row = _line_row(line, invoice_id, line.quantity_to_invoice)
        row["line_no"] = next(further_no)
        row["amount"] = from_e5(charge_amount_e5(line, precision_e5))
        rows.append(row)
    return rows


def update_order(plan: DocumentPlan, precision_e5: int) -> None:
    """Add what was posted to the order's lines, propose the rest as next quantities, and complete the order."""
    changes = [(each.line, _discount_left(each, precision_e5)) for each in plan.lines] + [
        (line, Decimal(0)) for line in plan.charge_lines
    ]
    handled = {each.line.pk: from_e5(each.handle_e5) for each in plan.lines}
    invoiced = {each.line.pk: from_e5(each.invoice_e5) for each in plan.lines}
    for line in plan.charge_lines:
        handled[line.pk] = line.quantity_to_invoice
        invoiced[line.pk] = line.quantity_to_invoice
    statements.run(
        """
        WITH posted AS (
            SELECT * FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[])
                AS n(id, handled, invoiced, discount)
        ), lines AS (
            UPDATE inventory_documentline l
            SET quantity_handled = l.quantity_handled + n.handled,
                quantity_invoiced = l.quantity_invoiced + n.invoiced,
                quantity_to_handle = l.quantity - l.quantity_handled - n.handled,
                quantity_to_invoice = l.quantity - l.quantity_invoiced - n.invoiced,
                line_discount_amount = n.discount
            FROM posted n WHERE l.id = n.id
        )
        UPDATE inventory_document d SET status = %s, updated_at = now()
        WHERE d.id = %s AND NOT EXISTS (
            SELECT 1 FROM inventory_documentline l LEFT JOIN posted n ON n.id = l.id
            WHERE l.document_id = d.id AND l.quantity_invoiced + coalesce(n.invoiced, 0) < l.quantity)
        """,
        [
            [line.pk for line, _left in changes],
            [handled[line.pk] for line, _left in changes],
            [invoiced[line.pk] for line, _left in changes],
            [left for _line, left in changes],
            DocumentStatus.COMPLETED.value,
            plan.document.pk,
        ],
    )


def _discount_left(each: LinePlan, precision_e5: int) -> Decimal:
    discount: Decimal = each.line.line_discount_amount
    return discount - from_e5(each.discount_e5(each.invoice_e5, precision_e5))
