"""The form of an import: a file or pasted rows, with the heads of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import sheets
from config.base.sheet_forms import SheetForm
from config.base.sheets import Cell
from costing.imports import Kind

MAX_ROWS = 100_000
MAX_NAME = 200


class ImportForm(SheetForm):
    """Rows of one kind; what they say is judged when they are tried, not here."""

    skip_existing = forms.BooleanField(
        label=gettext_lazy("Pass over what is there already"),
        required=False,
        help_text=gettext_lazy("Otherwise a number that exists is refused."),
    )
    file_name = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("file", "text", "skip_existing")

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        heads = ", ".join(f"{column.label}*" if column.required else str(column.label) for column in kind.columns)
        self.fields["text"].help_text = _(
            "The first row names the columns, in any order; those with a star must be there: %(heads)s."
        ) % {"heads": heads}

    def clean_file_name(self) -> str:
        """What the uploaded file is called; it goes along with its rows, from the preview to the import."""
        upload = self.files.get("file")
        name = upload.name if upload is not None else self.cleaned_data["file_name"]
        return "".join(char for char in name or "" if char.isprintable())[:MAX_NAME]

    def clean(self) -> dict[str, Any]:
        """Read the rows, and keep them as text for whoever imports them later."""
        cleaned = super().clean()
        name = cleaned.get("file_name", "")
        if name and self.data.get("file_name") != name:
            data: Any = self.data
            data = data.copy()
            data["file_name"] = name
            self.data = data
        return cleaned

    @property
    def content(self) -> str:
        """The rows as text, as the box holds them after a file was read."""
        return str(self.data.get("text", ""))

    def take_rows(self, rows: Sequence[Sequence[Cell]], _cleaned: dict[str, Any]) -> None:
        """Find the columns of the rows."""
        self.table = sheets.table_of(rows, self.kind.columns, limit=MAX_ROWS)
        if not self.table.rows:
            raise sheets.UnreadableFile(_("There are heads, but no rows below them."))
