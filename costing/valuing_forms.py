"""Forms of the revaluation journal and of inventory periods."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from config.base.forms import DayField, Form, ModelForm, NumberField, RecordField
from config.base.models import ReasonCode
from costing.inventory_value import NewCost
from costing.models import RevaluationJournalLine, StandardCostWorksheetLine
from inventory.enums import ItemType
from inventory.models import Item, ItemLedgerEntry, Location

PER_ITEM, PER_ENTRY = "item", "entry"


def _item_field(**options: Any) -> RecordField:
    items = Item.objects.filter(type=ItemType.INVENTORY)
    return RecordField(items, search=("no__istartswith", "description__icontains"), label=_("Item"), **options)


class CalculateValueForm(Form):
    """What "Calculate inventory value" covers, and where the new unit cost comes from."""

    posting_date = DayField(label=_("Posting date"))
    item = _item_field(required=False, help_text=_("Blank: all items that are not blocked."))
    location = RecordField(
        Location.objects.all(),
        to_field_name="code",
        search=("code__istartswith", "name__icontains"),
        label=_("Location"),
        required=False,
        help_text=_("Blank: all locations."),
    )
    calculate_per = forms.ChoiceField(
        label=_("Calculate per"), choices=[(PER_ITEM, _("Item")), (PER_ENTRY, _("Item ledger entry"))]
    )
    by_location = forms.BooleanField(label=_("By location"), required=False)
    by_variant = forms.BooleanField(label=_("By variant"), required=False)
    new_cost = forms.ChoiceField(
        label=_("New unit cost"),
        choices=[
            (NewCost.PRESENT.value, _("As it is")),
            (NewCost.LAST_DIRECT_COST.value, _("Last direct cost")),
            (NewCost.STANDARD_COST.value, _("Standard cost")),
        ],
    )
    update_standard_cost = forms.BooleanField(
        label=_("Update standard cost"),
        required=False,
        help_text=_("Posting writes the new unit cost to the cards of items kept at standard cost."),
    )
    document_no = forms.CharField(
        label=_("Document no."), max_length=20, required=False, help_text=_("Blank: drawn when the journal is posted.")
    )


class RevaluationLineForm(ModelForm):
    """A row of the journal. A calculated one keeps its date, item and entry."""

    item = _item_field()
    applies_to_entry = RecordField(
        ItemLedgerEntry.objects.inbound(),
        to_field_name="id",
        search=("id__startswith",),
        label=_("Entry"),
        required=False,
    )
    unit_cost_revalued = NumberField(
        label=_("New unit cost"), required=False, min_value=0, decimal_places=5, max_digits=18
    )
    reason_code = RecordField(
        ReasonCode.objects.filter(blocked=False),
        to_field_name="code",
        search=("code__istartswith", "description__icontains"),
        label=_("Reason"),
        required=False,
    )

    class Meta:
        model = RevaluationJournalLine
        fields = ("posting_date", "item", "applies_to_entry", "value_revalued", "update_standard_cost", "reason_code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line = self.instance
        self.fields["value_revalued"].required = False
        if line.pk is not None:
            self.initial["unit_cost_revalued"] = line.unit_cost_revalued
            self.fields["item"].disabled = True
        else:
            self.initial["value_revalued"] = None
        if line.partial:
            for name in ("posting_date", "applies_to_entry"):
                self.fields[name].disabled = True


class PeriodForm(Form):
    ending_date = DayField(label=_("Ending date"))
    name = forms.CharField(label=_("Name"), max_length=50, required=False)


class ReasonForm(Form):
    """Why a period is closed: stands in its log."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class RequiredReasonForm(Form):
    """Why a period is reopened."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class SuggestForm(Form):
    """Which standards are suggested, and times what."""

    item = _item_field(required=False, help_text=_("Blank: all items kept at standard cost."))
    factor = NumberField(label=_("Standard cost times"), min_value=0, decimal_places=5, max_digits=18)
    overhead_factor = NumberField(
        label=_("Indirect cost % and overhead rate times"), min_value=0, decimal_places=5, max_digits=18
    )
    rounding = NumberField(
        label=_("Round to"),
        min_value=Decimal("0.00001"),
        decimal_places=5,
        max_digits=18,
        required=False,
        help_text=_("For example 0.05. Blank: the precision of unit costs."),
    )


class RollUpForm(Form):
    """Which built items are rolled up, and how deep."""

    item = _item_field(required=False, help_text=_("Blank: all items with a bill of material."))
    all_levels = forms.BooleanField(
        label=_("All levels"),
        required=False,
        help_text=_("Components that are built are computed again; else they count with the standard that they have."),
    )


class ImplementForm(Form):
    """The day from which the new standards hold."""

    posting_date = DayField(label=_("Posting date"))


class WorksheetLineForm(ModelForm):
    """A row of the standard cost worksheet."""

    class Meta:
        model = StandardCostWorksheetLine
        fields = ("new_standard_cost", "new_indirect_cost_percent", "new_overhead_rate")
