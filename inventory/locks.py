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


def lock_document(document_id: int) -> Document:
    """Lock a purchase or sales document until the transaction ends; its partner comes along."""
    document = _lock(Document, document_id)
    if document.vendor_id is not None:
        document.vendor = statements.fetch(Vendor, "WHERE id = %s::bigint", [document.vendor_id])[0]
    elif document.customer_id is not None:
        document.customer = statements.fetch(Customer, "WHERE id = %s::bigint", [document.customer_id])[0]
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
        raise DocumentNotFound(_("The document does not exist any more. Go back to the list."))
    return found[0]
