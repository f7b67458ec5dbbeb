"""Forms of the runs (which items, up to which date) and of costing setup."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from config.base.errors import DomainError
from config.base.forms import DayField, Form, RecordField
from costing import period_blockers, post_to_gl, setup_changes
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
    """The valuation date up to which cost is adjusted, and whether it is only previewed."""

    preview = forms.BooleanField(
        label=_("Preview only"),
        required=False,
        help_text=_("Says what would change, by item, period and document, and posts nothing."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["through"].help_text = _("Items that are not adjusted from a later date on are left alone.")


class ExcludeItemForm(Form):
    """Why an item is left out of cost adjustment, or taken in again."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class PostToGLForm(RunForm):
    """What is posted to the general ledger, and how."""

    PER_ENTRY, PER_GROUP = "entry", "posting_group"

    method = forms.ChoiceField(
        label=_("Posting method"),
        choices=[(PER_ENTRY, _("Per entry")), (PER_GROUP, _("Per posting group"))],
        initial=PER_ENTRY,
        required=False,
        help_text=_(
            "Per entry: each under its own document number. Per posting group: one line for each date, accounts, "
            "groups, dimensions and sign."
        ),
    )
    document_no = forms.CharField(
        label=_("Document no."), required=False, max_length=20, help_text=_("For posting per posting group only.")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["through"].help_text = _("Posting date of the last value entry to post. Blank: all that wait.")

    def clean(self) -> dict[str, Any]:
        """The document number goes with the method; the use case says so in its own words."""
        cleaned: dict[str, Any] = super().clean() or {}
        try:
            post_to_gl.check_request(
                per_posting_group=cleaned.get("method") == self.PER_GROUP, document_no=cleaned.get("document_no", "")
            )
        except DomainError as error:
            self.add_error("document_no", error.messages)
        return cleaned


class CostingSetupForm(forms.ModelForm):
    """Costing setup in the admin. A choice that re-values what is posted is confirmed, once it is said what it does.

    `reaching_back`: such changes, which the use case makes; the record itself keeps its values.
    """

    confirmed = forms.BooleanField(
        label=_("Confirmed"), required=False, help_text=_("Asked for where a change reaches what is posted.")
    )

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reaching_back: dict[str, Any] = {}

    def clean_earliest_allowed_valuation_date(self) -> date | None:
        """It may be set while nothing before it is unfinished, and cleared at any time."""
        floor: date | None = self.cleaned_data["earliest_allowed_valuation_date"]
        if floor and floor != self.instance.earliest_allowed_valuation_date:
            try:
                period_blockers.check_valuation_floor(floor)
            except DomainError as error:
                raise forms.ValidationError(error.messages) from error
        return floor

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        starting_date = cleaned.get("starting_date")
        if starting_date is None or not ValueEntry.objects.exists():
            return cleaned
        before = self._setup_before(starting_date)
        changes = {
            name: cleaned[name]
            for name in setup_changes.REACHING_BACK
            if name in cleaned and cleaned[name] != getattr(before, name)
        }
        if changes and not cleaned.get("confirmed"):
            self.add_error("confirmed", self._question(changes))
        self.reaching_back = changes
        return cleaned | {name: getattr(before, name) for name in changes}

    def _setup_before(self, starting_date: date) -> CostingSetup:
        """The setup as it stands, or for a new version the one that it would follow."""
        stored = CostingSetup.objects.filter(pk=self.instance.pk).first()
        return stored or CostingSetup.at(starting_date)

    def _question(self, changes: dict[str, Any]) -> str:
        """What the change does to the books, in figures."""
        found = setup_changes.consequences(changes)
        said = []
        if any(name in changes for name in setup_changes.AVERAGE_FIELDS):
            since = date_format(found.first_day, "SHORT_DATE_FORMAT") if found.first_day else gettext("the first entry")
            text = ngettext(
                "%(count)s item with an average cost is valued anew from %(since)s on, by the next cost adjustment.",
                "%(count)s items with an average cost are valued anew from %(since)s on, by the next cost adjustment.",
                found.items,
            )
            said.append(text % {"count": found.items, "since": since})
        if changes.get(setup_changes.EXPECTED_FIELD) is True:
            text = ngettext(
                "%(count)s value entry is put in the queue to be posted to G/L: post inventory cost afterwards.",
                "%(count)s value entries are put in the queue to be posted to G/L: post inventory cost afterwards.",
                found.queued,
            )
            said.append(text % {"count": found.queued})
        elif setup_changes.EXPECTED_FIELD in changes:
            text = ngettext(
                "%(count)s value entry that waits is taken out of the queue. "
                "What the interim accounts hold stays there until you clear it by a journal.",
                "%(count)s value entries that wait are taken out of the queue. "
                "What the interim accounts hold stays there until you clear it by a journal.",
                found.taken_out,
            )
            said.append(text % {"count": found.taken_out})
        return " ".join([*said, gettext("Tick this box to go on.")])
