"""Order lines: what they say was received, shipped and invoiced, against the posted documents."""

from __future__ import annotations

from django.utils.translation import gettext as _

from costing.check_books.finding import Breach, find

_HANDLING = ("purchase_receipt", "purchase_return_shipment", "sales_shipment", "sales_return_receipt")
_INVOICING = ("purchase_invoice", "purchase_credit_memo", "sales_invoice", "sales_credit_memo")

# An invoice of several orders names none: each of its lines belongs to the order of its receipt or shipment.
_POSTED = """
    SELECT ARRAY[l.id] AS entries, d.no, l.line_no, l.{column} AS said, coalesce(p.found, 0) AS found
    FROM inventory_documentline l
    JOIN inventory_document d ON d.id = l.document_id
    LEFT JOIN (
        SELECT coalesce(nullif(posted.order_no, ''), moved.order_no) AS order_no, line.order_line_no,
               sum(line.quantity) AS found
        FROM inventory_posteddocumentline line
        JOIN inventory_posteddocument posted ON posted.id = line.posted_document_id
        LEFT JOIN inventory_posteddocumentline source ON source.id = line.source_line_id
        LEFT JOIN inventory_posteddocument moved ON moved.id = source.posted_document_id
        WHERE posted.type = ANY(%(types)s)
        GROUP BY 1, line.order_line_no
    ) p ON p.order_no = d.no AND p.order_line_no = l.line_no
    WHERE l.type = ANY(%(line_types)s) AND l.{column} <> coalesce(p.found, 0)
"""


def handled_quantities_are_posted() -> list[Breach]:
    """Charges are never received: only their invoice counts."""
    return find(
        "order_handled",
        _("Order %(no)s line %(line_no)s says %(said)s received or shipped, posted documents say %(found)s."),
        _POSTED.format(column="quantity_handled"),
        {"types": list(_HANDLING), "line_types": ["item"]},
    )


def invoiced_quantities_are_posted() -> list[Breach]:
    return find(
        "order_invoiced",
        _("Order %(no)s line %(line_no)s says %(said)s invoiced, posted documents say %(found)s."),
        _POSTED.format(column="quantity_invoiced"),
        {"types": list(_INVOICING), "line_types": ["item", "item_charge"]},
    )
