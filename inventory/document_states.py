"""Ending an order that will not be delivered in full, and taking that back.

An order that is closed short is waited for no more: nothing of it comes or goes in any availability, and nothing of it
can be received, shipped or invoiced. What is posted of it stays as it is.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from config.base import changelog
from config.base.errors import DomainError, ErrorCode
from config.base.formatting import format_number
from inventory import checks
from inventory.enums import DocumentStatus
from inventory.locks import lock_document
from inventory.models import Document


class NotToBeClosed(DomainError):
    code = ErrorCode.INVALID_INPUT


def close_short(document_id: int, *, user: Any, reason: str) -> Document:
    """Wait no more for what is outstanding of an order.

    Raises: DomainError where nothing is posted of it (it is deleted instead), nothing is outstanding, or what was
    received or shipped still has to be invoiced.
    """
    with transaction.atomic():
        document = lock_document(document_id)
        checks.check_open(document)
        ordered, handled, not_invoiced = _figures(document)
        words = {"no": document.no, "quantity": format_number(not_invoiced, "quantity")}
        if not handled:
            raise NotToBeClosed(_("Nothing of %(no)s is posted. Delete it instead.") % words)
        if not_invoiced:
            message = _("%(quantity)s of %(no)s are received or shipped and not invoiced. Invoice them first.")
            raise NotToBeClosed(message % words)
        if handled >= ordered:
            raise NotToBeClosed(_("Nothing of %(no)s is outstanding.") % words)
        return _change(document, DocumentStatus.CLOSED_SHORT, user=user, reason=reason)


def reopen(document_id: int, *, user: Any, reason: str) -> Document:
    """Wait again for what is outstanding of an order that was closed short. Raises: DomainError."""
    with transaction.atomic():
        document = lock_document(document_id)
        if document.status != DocumentStatus.CLOSED_SHORT:
            words = {"no": document.no, "status": document.get_status_display()}
            raise NotToBeClosed(_("%(no)s is %(status)s: only an order that is closed short is reopened.") % words)
        return _change(document, DocumentStatus.OPEN, user=user, reason=reason)


def _figures(document: Document) -> tuple[Decimal, Decimal, Decimal]:
    """What of the lines is ordered, received or shipped, and of that not invoiced."""
    lines = document.lines.filter(item__isnull=False)
    found = lines.aggregate(
        ordered=Sum("quantity", default=Decimal(0)),
        handled=Sum("quantity_handled", default=Decimal(0)),
        not_invoiced=Sum(F("quantity_handled") - F("quantity_invoiced"), default=Decimal(0)),
    )
    return found["ordered"], found["handled"], found["not_invoiced"]


def _change(document: Document, status: DocumentStatus, *, user: Any, reason: str) -> Document:
    before = changelog.snapshot(document)
    document.status = status
    document.save(update_fields=["status", "updated_at"])
    changelog.record(user, before, changelog.snapshot(document), reason=reason)
    return document
