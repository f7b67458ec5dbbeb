"""Forms of the inventory close: what a run covers, adjustments by hand, marks, notes."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.base.expressions import read_expression, read_text
from config.base.filters import ExpressionField
from config.base.forms import DayField, Form, NumberField, RecordField
from costing.close_readiness import PERPETUAL
from costing.closing import NewValue
from inventory.enums import SettleAt
from inventory.models import InventoryPostingGroup, Item, ItemCategory, ItemLedgerEntry, ItemModelGroup, Location

SETTLED_AT_CLOSE = Q(item_model_group__settle_at=SettleAt.CLOSE) & ~Q(item_model_group__costing_method__in=PERPETUAL)
MOST_ITERATIONS = 10_000


def _group_field(model: Any, label: Any) -> RecordField:
    search = ("code__istartswith", "name__icontains")
    return RecordField(model.objects.all(), to_field_name="code", search=search, label=label, required=False)


def _item_field(**options: Any) -> RecordField:
    items = Item.objects.filter(SETTLED_AT_CLOSE)
    return RecordField(items, search=("no__istartswith", "description__icontains"), label=_("Item"), **options)


def _entry_field(entries: Any, label: Any) -> RecordField:
    found = entries.filter(open=True, item__in=Item.objects.filter(SETTLED_AT_CLOSE))
    return RecordField(found, to_field_name="id", search=("id__startswith", "document_no__istartswith"), label=label)


class RunForm(Form):
    """What a close, a recalculation or a rehearsal covers. `item_ids` in the cleaned data: None for all."""

    on = DayField(label=_("Closing date"), help_text=_("Everything dated up to and including it."))
    items = ExpressionField(
        read=partial(read_expression, reader=read_text, wildcards=True),
        label=_("Items"),
        help_text=_("A|B, BIK*, <>X. Blank: all items."),
    )
    category = _group_field(ItemCategory, _("Item category"))
    item_model_group = _group_field(ItemModelGroup, _("Item model group"))
    inventory_posting_group = _group_field(InventoryPostingGroup, _("Inventory posting group"))
    update_ledger = forms.BooleanField(
        label=_("Update general ledger"),
        required=False,
        initial=True,
        help_text=_("Posts one voucher, summed by account. Without it the values wait to be posted."),
    )
    max_iterations = forms.IntegerField(
        label=_("Maximum iterations"),
        min_value=1,
        max_value=MOST_ITERATIONS,
        initial=100,
        help_text=_("Rounds for goods that go in circles."),
    )
    min_adjustment = NumberField(
        label=_("Minimum adjustment"),
        min_value=0,
        decimal_places=5,
        max_digits=18,
        initial=Decimal("0.01"),
        help_text=_("A smaller change is booked, and not passed on."),
    )
    fieldsets = (
        (_("Date"), ("on",)),
        (_("Limited to"), ("items", "category", "item_model_group", "inventory_posting_group")),
        (_("Options"), ("update_ledger", "max_iterations", "min_adjustment")),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        limits = Q()
        if cleaned.get("items"):
            limits &= cleaned["items"].q("no")
        for name in ("category", "item_model_group", "inventory_posting_group"):
            if cleaned.get(name):
                limits &= Q(**{name: cleaned[name]})
        cleaned["item_ids"] = None
        if limits and not self.errors:
            found = Item.objects.filter(limits).filter(SETTLED_AT_CLOSE).order_by("pk")
            cleaned["item_ids"] = list(found.values_list("pk", flat=True))
            if not cleaned["item_ids"]:
                self.add_error(None, gettext("No item that is settled at the close is among these. Choose others."))
        return cleaned


class _NewValueForm(Form):
    """Either a unit cost, or an amount for the whole."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        given = [name for name in ("new_unit_cost", "new_amount") if cleaned.get(name) is not None]
        if len(given) != 1 and not self.errors:
            self.add_error(None, gettext("Enter either a new unit cost or a new amount."))
        cleaned["new"] = NewValue(cleaned.get("new_unit_cost"), cleaned.get("new_amount"))
        return cleaned


def _unit_cost_field() -> NumberField:
    return NumberField(label=_("New unit cost"), required=False, min_value=0, decimal_places=5, max_digits=18)


def _amount_field() -> NumberField:
    return NumberField(label=_("New amount"), required=False, min_value=0, decimal_places=5, max_digits=18)


class OnHandForm(_NewValueForm):
    """What the last close left open of an item gets another value."""

    item = _item_field()
    location = RecordField(
        Location.objects.all(),
        to_field_name="code",
        search=("code__istartswith", "name__icontains"),
        label=_("Location"),
        required=False,
        help_text=_("Only where costs are kept by location. Blank: everywhere."),
    )
    new_unit_cost = _unit_cost_field()
    new_amount = _amount_field()


class ReceiptForm(_NewValueForm):
    """A receipt that no close has settled gets another cost."""

    receipt = _entry_field(ItemLedgerEntry.objects.inbound(), _("Receipt (entry no.)"))
    on = DayField(label=_("Posting date"))
    new_unit_cost = _unit_cost_field()
    new_amount = _amount_field()


class MarkForm(Form):
    """An issue is to be settled against one receipt."""

    issue = _entry_field(ItemLedgerEntry.objects.outbound(), _("Issue (entry no.)"))
    receipt = _entry_field(ItemLedgerEntry.objects.inbound(), _("Receipt (entry no.)"))
    quantity = NumberField(label=_("Quantity"), decimal_places=5, max_digits=18)


class NoteForm(Form):
    """What was found out about a warning."""

    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example why nothing can be done. Blank takes the note away."),
    )
