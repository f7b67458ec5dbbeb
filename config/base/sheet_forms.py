"""The form of everything that takes a table: a file, or rows pasted from a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import sheets
from config.base.errors import DomainError
from config.base.formatting import current_region
from config.base.forms import Form
from config.base.sheets import Cell

MAX_BYTES = 10 * 1024 * 1024
SHOWN_ERRORS = 50


class SheetForm(Form):
    """A table to read: `take_rows` gets its rows, and each problem it raises is an error of the form."""

    file = forms.FileField(label=gettext_lazy("File (CSV or XLSX)"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or paste rows"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "pasted-rows"}),
    )

    def take_rows(self, rows: Sequence[Sequence[Cell]], cleaned: dict[str, Any]) -> None:
        """Read the rows. Raises DomainError with a problem for every faulty row."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Read every row; each faulty one is an error of its own. Not where a field before the rows is at fault."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            self.take_rows(self._rows(cleaned), cleaned)
        except DomainError as error:
            for message in error.messages[:SHOWN_ERRORS]:
                self.add_error(None, message)
            left = len(error.messages) - SHOWN_ERRORS
            if left > 0:
                self.add_error(None, _("And %(count)s more rows are refused.") % {"count": left})
        return cleaned

    def _rows(self, cleaned: dict[str, Any]) -> list[list[Cell]]:
        upload = cleaned.get("file")
        if upload is None:
            return sheets.split_text(cleaned.get("text") or "")
        if upload.size > MAX_BYTES:
            raise DomainError(_("The file is bigger than 10 MB. Bring it in parts."))
        text = sheets.as_text(sheets.read_cells(upload.read(), upload.name), current_region().decimal)
        # A file cannot be sent back with the page: its rows stand in the box, for the preview and what follows it.
        data: Any = self.data
        data = data.copy()
        data["text"] = text
        self.data = data
        return sheets.split_text(text)
