"""Forms of what is done with orders and posted documents: copying, taking posted lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from config.base.forms import DayField, Form, RecordField
from inventory.models import PostedDocument


class CopyDocumentForm(Form):
    order_date = DayField(label=gettext_lazy("Order date"))
    new_prices = forms.BooleanField(
        label=gettext_lazy("At the prices of today"),
        required=False,
        help_text=gettext_lazy("Otherwise each line keeps its price and discount."),
    )


class TakeLinesForm(Form):
    """The posted document whose lines go onto a return or credit memo. `sources`: those of the partner."""

    document = RecordField(
        PostedDocument.objects.all(),
        label=gettext_lazy("Posted document"),
        search=("no__istartswith", "order_no__istartswith", "external_document_no__istartswith"),
    )

    def __init__(self, *args: Any, sources: Sequence[str] = (), partner: dict[str, Any] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        found = PostedDocument.objects.filter(type__in=sources, **(partner or {}))
        self.fields["document"].queryset = found  # type: ignore[attr-defined]


class ReturnDateForm(Form):
    order_date = DayField(label=gettext_lazy("Order date"))
