"""How far an order is, in words and colours; links that several tables share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import pgettext_lazy

from config.base.tables import (
    StateColumn,
)
from inventory import links

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


class ProgressColumn(StateColumn):
    """How far an order is, in the words of its side."""

    def __init__(self, *args: Any, words: dict[str, Any], **kwargs: Any) -> None:
        self.words = words
        super().__init__(*args, tones=PROGRESS_TONES, **kwargs)

    def render(self, value: Any, record: Any, bound_column: Any) -> Any:
        return super().render(self.words.get(value, value), record, bound_column)

    def value(self, **kwargs: Any) -> Any:
        """The words, in files too."""
        return str(self.words.get(kwargs["value"], kwargs["value"]))


def item_url(no: str) -> str:
    return reverse("inventory:item_detail", args=[no])


def document_link(record: Any) -> str | None:
    """The page of the posted document that an entry stems from."""
    return links.document_url(record.document_type, record.document_no) or None


def entry_link(entry_id: int | None) -> str | None:
    return reverse("inventory:itemledgerentry_detail", args=[entry_id]) if entry_id else None
