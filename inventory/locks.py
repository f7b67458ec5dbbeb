"""Row locks on documents: evaluated on the spot, each limited to its own table.

`no_key`: a plain FOR UPDATE would block every insert that refers to the row.
"""

from __future__ import annotations

from typing import TypeVar

from django.utils.translation import gettext as _

from config.base import statements
from config.base.errors import DomainError, ErrorCode
from config.base.locks import lock_timeout_as_busy, require_transaction
from inventory.models import Count, Customer, Document, DocumentLine, OrderHeader, TransferOrder, Vendor

Lockable = TypeVar("Lockable", Document, TransferOrder, Count, OrderHeader)


class DocumentNotFound(DomainError):
    code = ErrorCode.NOT_FOUND


_HEADER = statements.columns(Document, "d")
_VENDOR = statements.columns(Vendor, "v")
_CUSTOMER = statements.columns(Customer, "c")
_DOCUMENT = f"""
SELECT {", ".join([*_HEADER, *_VENDOR, *_CUSTOMER])}
FROM inventory_document d
LEFT JOIN inventory_vendor v ON v.id = d.vendor_id LEFT JOIN inventory_customer c ON c.id = d.customer_id
WHERE d.id = %s::bigint FOR NO KEY UPDATE OF d
"""  # noqa: S608 our own names


def lock_document(document_id: int) -> Document:
    """Lock a purchase or sales document until the transaction ends; its partner comes along."""
    require_transaction()
    with lock_timeout_as_busy():
        found = statements.rows(_DOCUMENT, [document_id])
    if not found:
        raise _not_found()
    row, vendor_at, customer_at = found[0], len(_HEADER), len(_HEADER) + len(_VENDOR)
    document = statements.instance(Document, row[:vendor_at])
    if document.vendor_id is not None:
        document.vendor = statements.instance(Vendor, row[vendor_at:customer_at])
    else:
        document.customer = statements.instance(Customer, row[customer_at:])
    return document


def lines_of(document: Document) -> list[DocumentLine]:
    """Read the lines of a locked document, in their order."""
    return statements.fetch(DocumentLine, "WHERE document_id = %s::bigint ORDER BY line_no", [document.pk])


def lock_transfer_order(order_id: int) -> TransferOrder:
    return _lock(TransferOrder, order_id)


def lock_order(order_id: int) -> OrderHeader:
    """Lock an assembly or production order until the transaction ends."""
    return _lock(OrderHeader, order_id)


def lock_count(count_id: int) -> Count:
    return _lock(Count, count_id)


def _lock(model: type[Lockable], pk: int) -> Lockable:
    require_transaction()
    with lock_timeout_as_busy():
        found = statements.fetch(model, "WHERE id = %s::bigint FOR NO KEY UPDATE", [pk])
    if not found:
        raise _not_found()
    return found[0]


def _not_found() -> DocumentNotFound:
    return DocumentNotFound(_("The document does not exist any more. Go back to the list."))
