"""Forms of the runs: which items, up to which date."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from config.base.forms import DayField, Form, RecordField
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
