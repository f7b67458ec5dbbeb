"""Forms of the journals: batches, rows from a spreadsheet, standard journals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.formatting import current_region
from config.base.forms import DayField, Form, RecordField
from config.base.sheet_forms import SheetForm
from config.base.sheets import Cell
from inventory import journal_sheets
from inventory.forms.common import check_number
from inventory.journal_lines import Journal
from inventory.journal_sheets import Defaults
from inventory.models import StandardJournal


class BatchForm(Form):
    """A new batch of one's own journal."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=20)
    description = forms.CharField(label=gettext_lazy("Description"), max_length=100, required=False)

    def clean_code(self) -> str:
        return check_number(self.cleaned_data["code"].strip())


class PasteLinesForm(SheetForm):
    """Rows that become lines of a journal."""

    def __init__(self, *args: Any, journal: Journal, defaults: Defaults, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.journal, self.defaults = journal, defaults
        heads = ", ".join(str(head) for head in journal_sheets.heads_of(journal, defaults))
        self.fields["text"].help_text = _(
            "Columns, by their heads in any order or else in this one: %(heads)s. Numbers as you write them."
        ) % {"heads": heads}

    def take_rows(self, rows: Sequence[Sequence[Cell]], _cleaned: dict[str, Any]) -> None:
        """Read the rows as lines."""
        self.lines = journal_sheets.read_lines(rows, self.journal, self.defaults, region=current_region())


class SaveStandardForm(Form):
    """Under which name the lines of a journal are kept."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=20)
    description = forms.CharField(label=gettext_lazy("Description"), max_length=100, required=False)
    keep_cost = forms.BooleanField(label=gettext_lazy("Keep unit costs"), required=False)
    replace = forms.BooleanField(label=gettext_lazy("Replace a standard journal of this name"), required=False)
    cost_fields = ("keep_cost",)

    def clean_code(self) -> str:
        return check_number(self.cleaned_data["code"].strip())


class GetStandardForm(Form):
    """Which standard journal is brought back, and the posting date of its lines."""

    standard = RecordField(
        StandardJournal.objects.all(),
        to_field_name="code",
        label=gettext_lazy("Standard journal"),
        search=("code__istartswith", "description__icontains"),
    )
    posting_date = DayField(label=gettext_lazy("Posting date"))

    def __init__(self, *args: Any, journal: Journal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["standard"].queryset = StandardJournal.objects.filter(moves=journal.moves)  # type: ignore[attr-defined]
