"""The tiles of the home page for those who invoice: goods that moved and wait for their invoice."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base.pages import Cue
from costing import not_invoiced
from inventory import scopes
from inventory.enums import DocumentType
from inventory.models import Document


def cues(user: Any) -> list[Cue]:
    """What was received or shipped and is not invoiced: as many lines as the worklist has that opens."""
    found = []
    if user.has_perm("base.purchase_invoice"):
        url = reverse("costing:received_not_invoiced")
        found.append(_waiting(user, _("Received, not invoiced"), DocumentType.PURCHASE_RECEIPT, url))
    if user.has_perm("base.sale_invoice"):
        url = reverse("costing:shipped_not_invoiced")
        found.append(_waiting(user, _("Shipped, not invoiced"), DocumentType.SALES_SHIPMENT, url))
    return found


def _waiting(user: Any, label: str, document_type: DocumentType, url: str) -> Cue:
    orders = scopes.documents_of(user, Document.objects.all())
    count = not_invoiced.waiting(document_type, orders, on=timezone.localdate()).order_by().count()
    return Cue(label, count, url, "warn" if count else "neutral", _("lines"))
