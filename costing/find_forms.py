"""The form of "Find entries": criteria as filter boxes take them."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.base.expressions import read_day, read_expression
from config.base.forms import Form
from config.base.parsing import NotReadable


class FindEntriesForm(Form):
    """What to find; `given` are the criteria that are not blank, once the form is valid."""

    document_no = forms.CharField(label=_("Document no."), required=False)
    posting_date = forms.CharField(label=_("Posting date"), required=False)
    external_document_no = forms.CharField(label=_("External document no."), required=False)
    partner = forms.CharField(label=_("Vendor or customer no."), required=False)
    lot_no = forms.CharField(label=_("Lot no."), required=False)
    serial_no = forms.CharField(label=_("Serial no."), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_posting_date(self) -> str:
        """A date or dates, as in the filter of a list."""
        text: str = self.cleaned_data["posting_date"]
        if text:
            try:
                read_expression(text, partial(read_day, today=self.today))
            except NotReadable as error:
                raise forms.ValidationError(str(error)) from error
        return text

    @property
    def given(self) -> dict[str, str]:
        return {name: text for name, text in self.cleaned_data.items() if text}
