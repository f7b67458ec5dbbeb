"""The options of the matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.expressions import Expression, read_expression, read_text
from config.base.filters import ExpressionField
from config.base.formatting import format_date, format_datetime
from config.base.forms import Form
from inventory.models import ItemCategory
from reconciliation.models import SignOff
from reconciliation.moments import MomentField
from reconciliation.scopes import Scope


def read_words(text: str) -> Expression:
    """Words as the filter boxes of lists take them: `CH*`, `A|B`, `''` for blank."""
    return read_expression(text, read_text, wildcards=True)


class MatrixForm(Form):
    """Filters of both sides. The boxes for items and locations read what the filter boxes of lists read."""

    date_from = forms.DateField(label=gettext_lazy("From"), required=False)
    date_to = forms.DateField(label=gettext_lazy("To"), required=False)
    item = ExpressionField(read=read_words, label=gettext_lazy("Item"))
    category = forms.CharField(label=gettext_lazy("Category"), required=False)
    location = ExpressionField(read=read_words, label=gettext_lazy("Location"))
    lot = ExpressionField(read=read_words, label=gettext_lazy("Lot"))
    known_at = MomentField(label=gettext_lazy("As known at"), required=False)
    warning = forms.BooleanField(label=gettext_lazy("Show warning"), required=False)

    def clean_category(self) -> ItemCategory | None:
        """Find the category by its code."""
        code = self.cleaned_data["category"].strip()
        if not code:
            return None
        category = ItemCategory.objects.filter(code=code).first()
        if category is None:
            raise ValidationError(_("There is no category %(code)s.") % {"code": code})
        return category

    def clean(self) -> dict[str, object]:
        cleaned: dict[str, object] = super().clean() or self.cleaned_data
        first, last = self.cleaned_data.get("date_from"), self.cleaned_data.get("date_to")
        if first and last and first > last:
            self.add_error("date_to", _("The last date is before the first one."))
        return cleaned

    @property
    def scope(self) -> Scope:
        """What the valid options ask for."""
        category = self.cleaned_data["category"]
        return Scope(
            date_from=self.cleaned_data["date_from"],
            date_to=self.cleaned_data["date_to"],
            item=self.cleaned_data["item"],
            location=self.cleaned_data["location"],
            lot=self.cleaned_data["lot"],
            known_at=self.cleaned_data["known_at"],
            category_id=category.pk if category else None,
        )

    @property
    def list_filters(self) -> dict[str, str]:
        """The same conditions as filters of the lists behind the figures."""
        category = self.cleaned_data["category"]
        return {
            "item": self.cleaned_data["item"].text if self.cleaned_data["item"] else "",
            "location": self.cleaned_data["location"].text if self.cleaned_data["location"] else "",
            "lot": self.cleaned_data["lot"].text if self.cleaned_data["lot"] else "",
            "known_at": self.cleaned_data["known_at"].isoformat() if self.cleaned_data["known_at"] else "",
            "category": category.code if category else "",
        }


class BucketsField(forms.CharField):
    """Limits of ages in days, `30, 60, 90`."""

    def clean(self, value: Any) -> tuple[int, ...]:
        """Return the limits, rising; none where the box is empty."""
        parts = [part.strip() for part in str(super().clean(value) or "").split(",") if part.strip()]
        if any(not part.isdecimal() for part in parts) or len(parts) > MAX_BUCKETS:
            raise ValidationError(_("Write up to 8 numbers of days with commas, 30, 60, 90."))
        return tuple(sorted({int(part) for part in parts}))


MAX_BUCKETS = 8
GROUPS = (
    ("item", gettext_lazy("Item")),
    ("location", gettext_lazy("Location")),
    ("group", gettext_lazy("Inventory posting group")),
)


class ReportForm(MatrixForm):
    """The options of a report: those of the matrix that it reads, and its own."""

    group_by = forms.ChoiceField(choices=GROUPS, label=gettext_lazy("By"), required=False)
    buckets = BucketsField(label=gettext_lazy("Ages in days"), required=False)

    def __init__(self, *args: Any, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {name: self.fields[name] for name in names}

    def clean(self) -> dict[str, object]:
        """What the report does not ask for is open."""
        missing = dict.fromkeys(("date_from", "date_to", "item", "category", "location", "lot", "known_at"))
        self.cleaned_data = missing | super().clean()
        return self.cleaned_data


class SignForm(MatrixForm):
    """What is signed: the filters of the matrix, and a note. The moment is that of signing."""

    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("warning", "known_at"):
            del self.fields[name]

    def clean(self) -> dict[str, object]:
        """Nothing is known later than now."""
        return super().clean() | {"known_at": None}


SIGNED = SignOff.objects.select_related("run", "user").order_by("-pk")


class CompareForm(Form):
    """Two signed reconciliations."""

    first = forms.ModelChoiceField(
        SignOff.objects.select_related("run", "user").order_by("-pk"), label=gettext_lazy("Earlier")
    )
    second = forms.ModelChoiceField(
        SignOff.objects.select_related("run", "user").order_by("-pk"), label=gettext_lazy("Later")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            choices: Any = self.fields[name]
            choices.label_from_instance = snapshot_name


def snapshot_name(signed: SignOff) -> str:
    """A signed reconciliation in words: its last date, who signed it and when."""
    until = format_date(signed.run.date_to) if signed.run.date_to else _("all dates")
    return f"{until} · {format_datetime(signed.signed_at)} · {signed.user}"
