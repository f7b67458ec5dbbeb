"""The card of an item that exists: what inventory asks of it, and that its overhead leaves no made goods waiting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms import ModelForm

from config.base.errors import DomainError
from costing.card_costs import Shares
from costing.standard_cost import check_overhead_change
from inventory.enums import CostingMethod
from inventory.forms import ItemForm
from inventory.models import Item

OVERHEAD_FIELDS = ("indirect_cost_percent", "overhead_rate")


def _refuse_overhead_change(form: ModelForm[Item], cleaned: Mapping[str, Any]) -> None:
    """Put the refusal at the fields that are to change; they are compared as numbers, 5 and 5.00 are the same."""
    stored = Item.objects.filter(pk=form.instance.pk).values(*OVERHEAD_FIELDS).first()
    if stored is None:
        return
    changed = [name for name in OVERHEAD_FIELDS if name in cleaned and cleaned[name] != stored[name]]
    if not changed:
        return
    try:
        check_overhead_change(form.instance)
    except DomainError as error:
        for name in changed:
            form.add_error(name, str(error))


class ItemCardForm(ItemForm):
    """The card as its page shows it."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        _refuse_overhead_change(self, cleaned)
        return cleaned

    def prepare(self) -> None:
        """Complete the item; a standard cost entered by hand is all material, and the unit cost follows it."""
        super().prepare()
        item = self.instance
        if "standard_cost" not in self.changed_data:
            return
        made_of = Shares(material=item.standard_cost)
        for name, share in (made_of.columns() | made_of.columns("rolled_up_")).items():
            setattr(item, name, share)
        if item.item_model_group.costing_method == CostingMethod.STANDARD:
            item.unit_cost = item.standard_cost


class ItemAdminForm(ModelForm[Item]):
    """The card as Django admin shows it."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        _refuse_overhead_change(self, cleaned)
        return cleaned
