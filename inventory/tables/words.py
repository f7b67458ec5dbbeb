"""How far an order is, in words and colours; links that several tables share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import pgettext_lazy

from config.base.tables import (
    StateColumn,
)
from inventory import links
from inventory.enums import DocumentKind

PROGRESS_TONES = {
    "open": "info",
    "released": "info",
    "part_handled": "warn",
    "handled": "warn",
    "part_invoiced": "warn",
    "completed": "ok",
    "closed_short": "neutral",
}


PURCHASE_PROGRESS = {
    "open": pgettext_lazy("document status", "Open"),
    "released": pgettext_lazy("document status", "Released"),
    "part_handled": pgettext_lazy("document status", "Part received"),
    "handled": pgettext_lazy("document status", "Received"),
    "part_invoiced": pgettext_lazy("document status", "Part invoiced"),
    "completed": pgettext_lazy("document status", "Completed"),
    "closed_short": pgettext_lazy("document status", "Closed short"),
}


SALES_PROGRESS = PURCHASE_PROGRESS | {
    "part_handled": pgettext_lazy("document status", "Part shipped"),
    "handled": pgettext_lazy("document status", "Shipped"),
}


_CREDITED = {"part_invoiced": pgettext_lazy("document status", "Part credited")}
PROGRESS_WORDS: dict[str, dict[str, Any]] = {
    DocumentKind.PURCHASE_ORDER: PURCHASE_PROGRESS,
    DocumentKind.PURCHASE_RETURN: SALES_PROGRESS | _CREDITED,
    DocumentKind.PURCHASE_CREDIT: SALES_PROGRESS | _CREDITED,
    DocumentKind.SALES_ORDER: SALES_PROGRESS,
    DocumentKind.SALES_RETURN: PURCHASE_PROGRESS | _CREDITED,
    DocumentKind.SALES_CREDIT: PURCHASE_PROGRESS | _CREDITED,
}
"""The states of each kind of document: what goes back to a vendor is shipped, what a customer returns received."""


def progress_words(kind: str, progress: str) -> Any:
    """A state in the words of its kind of document."""
    return PROGRESS_WORDS[kind].get(progress, progress)


class ProgressColumn(StateColumn):
    """How far a document is, in the words of its kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, tones=PROGRESS_TONES, **kwargs)

    def render(self, value: Any, record: Any, bound_column: Any) -> Any:
        return super().render(progress_words(record.kind, value), record, bound_column)

    def value(self, **kwargs: Any) -> Any:
        """The words, in files too."""
        return str(progress_words(kwargs["record"].kind, kwargs["value"]))


def item_url(no: str) -> str:
    return reverse("inventory:item_detail", args=[no])


def document_link(record: Any) -> str | None:
    """The page of the posted document that an entry stems from."""
    return links.document_url(record.document_type, record.document_no) or None


def entry_link(entry_id: int | None) -> str | None:
    return reverse("inventory:itemledgerentry_detail", args=[entry_id]) if entry_id else None
