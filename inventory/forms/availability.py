"""The options of the availability page of an item."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.forms import DayField, Form
from inventory.availability_periods import DAY, MONTH, WEEK
from inventory.models import Item

BLANK = "-"
"""Stands for the blank location or variant; nothing stands for all of them."""

PERIODS = ((DAY, gettext_lazy("Day")), (WEEK, gettext_lazy("Week")), (MONTH, gettext_lazy("Month")))


class AvailabilityForm(Form):
    """What is looked at, and a quantity that is promised on trial."""

    location = forms.ChoiceField(label=gettext_lazy("Location"), required=False)
    variant = forms.ChoiceField(label=gettext_lazy("Variant"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), required=False)
    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False, choices=PERIODS)
    until = DayField(label=gettext_lazy("Until"), required=False)
    quantity = forms.DecimalField(
        label=gettext_lazy("What if I promise"), required=False, min_value=0, max_digits=18, decimal_places=5
    )
    promised_on = DayField(label=gettext_lazy("Promised on"), required=False)

    def __init__(self, *args: Any, item: Item, locations: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        blank = (BLANK, _("(blank)"))
        codes = [variant.code for variant in item.variants.all()]
        units = [unit.unit_of_measure.code for unit in item.units.all()]
        base = item.base_unit_of_measure.code
        self._choices("location", [("", _("All")), blank, *((code, code) for code in locations)])
        self._choices("variant", [("", _("All")), blank, *((code, code) for code in codes)])
        self._choices("unit", [("", base), *((code, code) for code in units if code != base)])
        if not codes:
            del self.fields["variant"]

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices
