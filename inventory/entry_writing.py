"""Writing what a posting planned: registers, item ledger entries, applications, and what they changed on others.

A handful of statements whatever the number of lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from config.base import bulk, statements
from config.base.amounts import from_e5
from inventory.application import Link, StockEntry
from inventory.models import ItemApplicationEntry, ItemLedgerEntry, ItemRegister
from inventory.movements import Plan, PlannedEntry, Written


def write_register(*, source_code: str, document_no: str, user_id: int | None, created_at: datetime) -> int:
    """Write the register that ties one posting together; returns its key."""
    row = {"source_code": source_code, "document_no": document_no, "user_id": user_id, "created_at": created_at}
    return bulk.insert(ItemRegister, [row])[0]


def write(planned: Plan, *, document_nos: dict[str, str], register_id: int, created_at: datetime) -> Written:
    """Insert the planned entries and links, and write back what they took from others.

    `document_nos`: the number drawn for each `Origin.document_key`.
    """
    stamp = {"register_id": register_id, "created_at": created_at}
    rows = [_entry_row(entry, document_nos) | stamp for entry in planned.entries]
    ids = bulk.insert(ItemLedgerEntry, rows)
    written = Written(register_id, {entry.key: pk for entry, pk in zip(planned.entries, ids, strict=True)})
    # Before the new ones: a pair of entries has one active application.
    _cancel(planned.cancelled, register_id)
    links = [link for entry in planned.entries for link in (*entry.links, *entry.covers)]
    links += [link for displaced in planned.displaced.values() for link in displaced.links]
    bulk.insert(ItemApplicationEntry, [_link_row(link, written) | stamp for link in links])
    _write_back(entry for entry in planned.stock.changed.values() if entry.key > 0)
    return written


def _entry_row(entry: PlannedEntry, document_nos: dict[str, str]) -> dict[str, Any]:
    movement, stock, origin = entry.movement, entry.stock, entry.origin
    item_id, variant_id, location_id = stock.place
    return {
        "item_id": item_id,
        "variant_id": variant_id,
        "location_id": location_id,
        "entry_type": str(movement.entry_type),
        "posting_date": origin.posting_date,
        "document_type": str(origin.document_type),
        "document_no": document_nos[origin.document_key],
        "document_line_no": origin.line_no,
        "external_document_no": origin.external_document_no,
        "source_type": str(origin.source_type),
        "source_no": origin.source_no,
        "order_type": str(origin.order_type),
        "order_no": origin.order_no,
        "order_line_no": origin.order_line_no,
        "description": origin.description,
        "dimension_set_id": origin.dimension_set_id,
        "reason_code_id": origin.reason_code_id,
        "quantity": from_e5(stock.quantity_e5),
        "remaining_quantity": from_e5(stock.remaining_e5),
        "invoiced_quantity": from_e5(stock.invoiced_e5),
        "open": stock.remaining_e5 != 0,
        "completely_invoiced": stock.completely_invoiced,
        "last_invoice_date": origin.posting_date if stock.invoiced_e5 else None,
        "applies_to_entry_id": stock.applies_to_key,
        "applied_entry_to_adjust": stock.to_adjust,
        "shipped_quantity_not_returned": from_e5(stock.not_returned_e5),
        "correction": movement.correction,
        "assemble_to_order": movement.assemble_to_order,
        "drop_shipment": movement.drop_shipment,
        "lot_no": stock.lot_no,
        "serial_no": stock.serial_no,
        "expiration_date": stock.expiration_date,
    }


def _link_row(link: Link, written: Written) -> dict[str, Any]:
    return {
        "item_ledger_entry_id": written.entry_id(link.receiver_key),
        "inbound_item_entry_id": written.entry_id(link.inbound_key),
        "outbound_item_entry_id": None if link.outbound_key is None else written.entry_id(link.outbound_key),
        "transferred_from_entry_id": (
            None if link.transferred_from_key is None else written.entry_id(link.transferred_from_key)
        ),
        "quantity": from_e5(link.quantity_e5),
        "posting_date": link.posting_date,
        "cost_application": link.cost_application,
    }


def _cancel(application_ids: list[int], register_id: int) -> None:
    """Mark applications as undone by a register; they are never deleted."""
    if application_ids:
        ItemApplicationEntry.objects.filter(pk__in=application_ids).update(cancelled_by=register_id)


def _write_back(changed: Iterable[StockEntry]) -> None:
    """Write what remains of entries that others took from, or came back to, in one statement."""
    entries = sorted(changed, key=lambda entry: entry.key)
    if not entries:
        return
    statements.run(
        """
        UPDATE inventory_itemledgerentry e
        SET remaining_quantity = n.remaining, open = n.remaining <> 0,
            applied_entry_to_adjust = e.applied_entry_to_adjust OR n.to_adjust,
            shipped_quantity_not_returned = n.not_returned
        FROM unnest(%s::bigint[], %s::numeric[], %s::boolean[], %s::numeric[])
             AS n(id, remaining, to_adjust, not_returned)
        WHERE e.id = n.id
        """,
        [
            [entry.key for entry in entries],
            [from_e5(entry.remaining_e5) for entry in entries],
            [entry.to_adjust for entry in entries],
            [from_e5(entry.not_returned_e5) for entry in entries],
        ],
    )
