"""Forms of the runs (which items, up to which date) and of costing setup."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.base.forms import DayField, Form, RecordField
from costing.models import CostingSetup, ValueEntry
from inventory.enums import ItemType
from inventory.models import Item


class RunForm(Form):
    """What a run covers. Blank means everything."""

    item = RecordField(
        Item.objects.filter(type=ItemType.INVENTORY),
        search=("no__istartswith", "description__icontains"),
        label=_("Item"),
        required=False,
        help_text=_("Blank: all items."),
    )
    through = DayField(label=_("Through"), required=False)


class AdjustCostForm(RunForm):
    """The valuation date up to which cost is adjusted."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["through"].help_text = _("Items that are not adjusted from a later date on are left alone.")


class PostToGLForm(RunForm):
    """What is posted to the general ledger, or only reported."""

    report_only = forms.BooleanField(
        label=_("Report only"), required=False, help_text=_("Says what would be posted and skipped, and posts nothing.")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["through"].help_text = _("Posting date of the last value entry to post. Blank: all that wait.")


class CostingSetupForm(forms.ModelForm):
    """Costing setup in the admin. Choices that re-value what is posted can be made until something is."""

    REVALUING = ("expected_cost_posting", "average_cost_period", "average_cost_calculation")

    class Meta:
        model = CostingSetup
        fields = (
            "starting_date",
            "automatic_cost_posting",
            "expected_cost_posting",
            "automatic_cost_adjustment",
            "average_cost_period",
            "average_cost_calculation",
            "earliest_allowed_valuation_date",
            "finish_order_without_output",
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        starting_date = cleaned.get("starting_date")
        if starting_date is None or not ValueEntry.objects.exists():
            return cleaned
        before = self._setup_before(starting_date)
        for name in self.REVALUING:
            if name in cleaned and cleaned[name] != getattr(before, name):
                self.add_error(name, _("Value entries are posted. They cannot be re-valued for a change of this yet."))
        return cleaned

    def _setup_before(self, starting_date: date) -> CostingSetup:
        """The setup as it stands, or for a new version the one that it would follow."""
        stored = CostingSetup.objects.filter(pk=self.instance.pk).first()
        return stored or CostingSetup.at(starting_date)
