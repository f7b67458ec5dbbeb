"""Returns, undone lines and transfer orders: what came back, what was taken back, what is on its way."""

from __future__ import annotations

from django.utils.translation import gettext as _

from costing.check_books.finding import Breach, find


def no_more_comes_back_than_went_out() -> list[Breach]:
    """What an outbound says is not returned yet, against the returns of it that were not taken back themselves."""
    return find(
        "returned",
        _("Outbound entry %(entries)s of %(quantity)s says %(said)s is not returned, its returns leave %(found)s."),
        """
        SELECT ARRAY[e.id] AS entries, e.quantity, e.shipped_quantity_not_returned AS said,
               e.quantity + coalesce(r.returned, 0) AS found
        FROM inventory_itemledgerentry e
        LEFT JOIN (
            SELECT a.outbound_item_entry_id AS id, sum(a.quantity + coalesce(undone.quantity, 0)) AS returned
            FROM inventory_itemapplicationentry a
            LEFT JOIN (
                SELECT applies_to_entry_id AS id, sum(quantity) AS quantity FROM inventory_itemledgerentry
                WHERE correction AND quantity < 0 GROUP BY applies_to_entry_id
            ) undone ON undone.id = a.item_ledger_entry_id
            WHERE a.cancelled_by_id IS NULL AND a.item_ledger_entry_id = a.inbound_item_entry_id
              AND a.outbound_item_entry_id IS NOT NULL
            GROUP BY a.outbound_item_entry_id
        ) r ON r.id = e.id
        WHERE e.quantity < 0 AND e.entry_type <> 'transfer' AND NOT e.correction
          AND (e.shipped_quantity_not_returned <> e.quantity + coalesce(r.returned, 0)
               OR e.shipped_quantity_not_returned > 0)
        """,
    )


def undone_lines_are_taken_back_whole() -> list[Breach]:
    return find(
        "undone",
        _("Posted line %(line_no)s of %(no)s takes back %(quantity)s, its entries %(moved)s."),
        """
        SELECT ARRAY[line.id] AS entries, d.no, line.line_no, line.quantity, back.moved
        FROM inventory_posteddocumentline line
        JOIN inventory_posteddocument d ON d.id = line.posted_document_id
        LEFT JOIN inventory_posteddocumentline source
          ON source.id = line.source_line_id AND source.posted_document_id = line.posted_document_id
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(e.quantity) FILTER (WHERE e.document_line_no = line.line_no), 0) AS moved,
                   coalesce(sum(e.quantity) FILTER (WHERE e.document_line_no = source.line_no), 0) AS before,
                   coalesce(bool_and(e.completely_invoiced) FILTER (WHERE e.entry_type <> 'transfer'), true) AS settled
            FROM inventory_itemledgerentry e
            WHERE e.document_no = d.no AND e.document_type = d.type
              AND e.document_line_no IN (line.line_no, source.line_no)
        ) back ON true
        WHERE line.quantity < 0
          AND (source.id IS NULL OR source.quantity <> -line.quantity OR back.moved <> -back.before OR NOT back.settled)
        """,
    )


def goods_on_their_way_stay_in_their_order() -> list[Breach]:
    return find(
        "in_transit",
        _("Entries %(entries)s are applied to each other in transit and belong to %(order_no)s and %(other)s."),
        """
        SELECT ARRAY[layer.id, taker.id] AS entries, layer.order_no, taker.order_no AS other
        FROM inventory_itemapplicationentry a
        JOIN inventory_itemledgerentry layer ON layer.id = a.inbound_item_entry_id
        JOIN inventory_location l ON l.id = layer.location_id AND l.in_transit
        JOIN inventory_itemledgerentry taker ON taker.id = a.outbound_item_entry_id
        WHERE a.cancelled_by_id IS NULL AND a.item_ledger_entry_id = a.outbound_item_entry_id
          AND layer.order_type = 'transfer'
          AND (layer.order_type, layer.order_no) IS DISTINCT FROM (taker.order_type, taker.order_no)
        """,
    )


def transfer_lines_say_what_was_posted() -> list[Breach]:
    """Direct transfers ship and receive at once."""
    return find(
        "transfer_lines",
        _("Transfer order %(no)s line %(line_no)s says %(shipped)s shipped, %(received)s received; posted: %(found)s."),
        """
        SELECT ARRAY[l.id] AS entries, o.no, l.line_no, l.quantity_shipped AS shipped, l.quantity_received AS received,
               p.shipped || ', ' || p.received AS found
        FROM inventory_transferline l
        JOIN inventory_transferorder o ON o.id = l.order_id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(line.quantity) FILTER (WHERE d.type <> 'transfer_receipt'), 0) AS shipped,
                   coalesce(sum(line.quantity) FILTER (WHERE d.type <> 'transfer_shipment'), 0) AS received
            FROM inventory_posteddocument d JOIN inventory_posteddocumentline line ON line.posted_document_id = d.id
            WHERE d.order_no = o.no AND line.order_line_no = l.line_no
              AND d.type IN ('transfer_shipment', 'transfer_receipt', 'direct_transfer')
        ) p
        WHERE (l.quantity_shipped, l.quantity_received) IS DISTINCT FROM (p.shipped, p.received)
        """,
    )
