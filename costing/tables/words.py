"""Links that several tables share, and the colours of runs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from costing.post_to_gl import causes
from inventory import links

RUN_TONES = {
    "waiting": "neutral",
    "running": "info",
    "done": "ok",
    "failed": "danger",
    "cancelled": "warn",
    "reversed": "neutral",
}


def item_url(no: str | None) -> str | None:
    return reverse("inventory:item_detail", args=[no]) if no else None


def entry_url(entry_id: int | None) -> str | None:
    """The page of an item ledger entry; capacity has none."""
    return reverse("inventory:itemledgerentry_detail", args=[entry_id]) if entry_id else None


def lineage_url(entry_id: int | None) -> str | None:
    """Where the cost of an item ledger entry comes from; capacity has no lineage of its own."""
    return reverse("costing:lineage", args=[entry_id]) if entry_id else None


def value_entry_url(entry_id: int) -> str:
    return reverse("costing:valueentry_detail", args=[entry_id])


def voucher_url(transaction_id: int) -> str:
    return reverse("ledger:voucher_detail", args=[transaction_id])


def document_url(record: Any) -> str | None:
    """The page of the posted document that a value entry stems from."""
    return links.document_url(record.document_type, record.document_no) or None


def gl_url(record: Any) -> str:
    """The G/L entries of a value entry."""
    return reverse("costing:valueentry_glentries", args=[record.pk])


def cause_label(code: str) -> str:
    """Why a value entry was skipped, or an item not adjusted, in words."""
    return causes.label(code)
