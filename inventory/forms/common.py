"""What the inventory forms share."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.forms import ModelForm, RecordField
from config.base.models import ReasonCode
from inventory.models import (
    Item,
    ItemLedgerEntry,
    Location,
)

RESERVED_NUMBERS = frozenset({"new"})


def check_number(number: str) -> str:
    """Refuse what cannot stand in the address of a page."""
    if "/" in number or number.lower() in RESERVED_NUMBERS:
        raise ValidationError(
            _("%(number)s cannot be a number. Use letters, digits and signs other than /."), params={"number": number}
        )
    return number


def item_field(**kwargs: Any) -> RecordField:
    """An item by its number; suggestions by number and description."""
    options = {
        "label": gettext_lazy("Item"),
        "search": ("no__istartswith", "description__icontains", "gtin"),
        **kwargs,
    }
    return RecordField(Item.objects.all(), **options)


def location_field(**kwargs: Any) -> RecordField:
    """A location by its code."""
    options = {"label": gettext_lazy("Location"), "required": False, "to_field_name": "code", **kwargs}
    return RecordField(
        Location.objects.filter(in_transit=False), search=("code__istartswith", "name__icontains"), **options
    )


def reason_field() -> RecordField:
    """A reason code that is in use."""
    return RecordField(
        ReasonCode.objects.filter(blocked=False),
        to_field_name="code",
        label=gettext_lazy("Reason"),
        required=False,
        search=("code__istartswith", "description__icontains"),
    )


def entry_field(**kwargs: Any) -> RecordField:
    """An item ledger entry by its number."""
    return RecordField(
        ItemLedgerEntry.objects.all(), to_field_name="id", required=False, search=("id__startswith",), **kwargs
    )


class NumberedForm(ModelForm):
    """A form of a record with a number or code that stands in its address.

    `from_series`: a blank number is drawn from a series when the record is stored. A number never changes.
    """

    from_series: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "no" not in self.fields:
            return
        if self.instance.pk is not None:
            self.fields["no"].disabled = True
        elif self.from_series:
            self.fields["no"].required = False
            self.fields["no"].help_text = _("Blank: the next number of the series.")

    def clean_no(self) -> str:
        number: str = self.cleaned_data["no"]
        return check_number(number) if number else ""

    def clean_code(self) -> str:
        return check_number(self.cleaned_data["code"])


def may_be_blank(form: ModelForm, name: str) -> None:
    if name in form.fields:
        form.fields[name].required = False
