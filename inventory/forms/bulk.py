"""The form of bulk edit: what is left blank stays as it is on every item."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.forms import Form
from inventory import attributes, bulk_edit
from inventory.forms.items import category_field, coded_field, partner_field
from inventory.models import CountingPeriod, GenProdPostingGroup, InventoryPostingGroup, ItemAttribute, Vendor

YES_NO = (("", gettext_lazy("As it is")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))
CLEAR = (
    ("category", gettext_lazy("Category")),
    ("vendor", gettext_lazy("Vendor")),
    ("shelf_no", gettext_lazy("Shelf no.")),
    ("counting_period", gettext_lazy("Counting period")),
)


def yes_no(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=YES_NO, label=label, required=False)


class BulkItemForm(Form):
    """New values for the chosen items."""

    category = category_field(label=gettext_lazy("Category"), required=False)
    vendor = partner_field(Vendor.objects.all(), label=gettext_lazy("Vendor"), required=False)
    shelf_no = forms.CharField(label=gettext_lazy("Shelf no."), max_length=20, required=False)
    counting_period = forms.ModelChoiceField(
        CountingPeriod.objects.order_by("code"), label=gettext_lazy("Counting period"), required=False
    )
    unit_price = forms.DecimalField(
        label=gettext_lazy("Unit price"), required=False, min_value=0, max_digits=18, decimal_places=5
    )
    reorder_point = forms.DecimalField(
        label=gettext_lazy("Reorder point"), required=False, min_value=0, max_digits=18, decimal_places=5
    )
    gen_prod_posting_group = forms.ModelChoiceField(
        GenProdPostingGroup.objects.order_by("code"),
        label=gettext_lazy("General product posting group"),
        required=False,
    )
    inventory_posting_group = forms.ModelChoiceField(
        InventoryPostingGroup.objects.order_by("code"),
        label=gettext_lazy("Inventory posting group"),
        required=False,
    )
    blocked = yes_no(gettext_lazy("Blocked"))
    sales_blocked = yes_no(gettext_lazy("Sales blocked"))
    purchasing_blocked = yes_no(gettext_lazy("Purchasing blocked"))
    attribute = coded_field(
        ItemAttribute.objects.filter(blocked=False), label=gettext_lazy("Attribute"), required=False
    )
    value = forms.CharField(
        label=gettext_lazy("Value of the attribute"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Blank: the items have no value of their own."),
    )
    clear = forms.MultipleChoiceField(
        choices=CLEAR,
        label=gettext_lazy("Make blank"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "check-list"}),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=250, required=False)

    fieldsets: ClassVar[Any] = (
        (gettext_lazy("General"), ("category", "vendor", "shelf_no", "counting_period", "unit_price", "reorder_point")),
        (gettext_lazy("Posting"), ("gen_prod_posting_group", "inventory_posting_group")),
        (gettext_lazy("Blocked"), ("blocked", "sales_blocked", "purchasing_blocked")),
        (gettext_lazy("Attribute"), ("attribute", "value")),
        (gettext_lazy("Other"), ("clear", "reason")),
    )

    def clean(self) -> dict[str, Any]:
        """Something must be wanted, and nothing both given and made blank."""
        cleaned = super().clean() or self.cleaned_data
        columns: dict[str, Any] = {}
        for name in bulk_edit.FIELDS:
            value = cleaned.get(name)
            if value in (None, ""):
                continue
            columns[name] = value == "yes" if value in ("yes", "no") and name.endswith("blocked") else value
        for name in cleaned.get("clear") or ():
            if name in columns:
                self.add_error(name, _("Give a value, or make it blank; not both."))
            columns[name] = "" if name == "shelf_no" else None
        self.wanted = bulk_edit.Wanted(columns, *self._attribute(cleaned))
        if not self.errors and self.wanted.is_empty:
            raise ValidationError(_("Nothing is to change. Fill in the fields that all chosen items get."))
        return cleaned

    def _attribute(self, cleaned: dict[str, Any]) -> tuple[ItemAttribute | None, attributes.Typed]:
        attribute, text = cleaned.get("attribute"), cleaned.get("value") or ""
        if attribute is None:
            if text:
                self.add_error("attribute", _("Choose the attribute that the value belongs to."))
            return None, attributes.Typed()
        try:
            return attribute, attributes.read_value(attribute, text)
        except ValidationError as error:
            self.add_error("value", error)
            return None, attributes.Typed()
