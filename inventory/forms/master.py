"""Forms of items, partners and what describes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy, ngettext

from config.base.forms import RecordField
from inventory.forms.common import NumberedForm, location_field, may_be_blank
from inventory.models import (
    Customer,
    Item,
    ItemCharge,
    ItemLedgerEntry,
    Location,
    UnitOfMeasure,
    Vendor,
)
from inventory.sorting import sort_key


class ItemForm(NumberedForm):
    """An item card. Cost fields are for those who may see cost, and only until the first entry."""

    from_series: ClassVar[bool] = True
    vendor = RecordField(
        Vendor.objects.all(),
        label=gettext_lazy("Vendor"),
        required=False,
        search=("no__istartswith", "name__icontains"),
    )

    fieldsets = (
        (gettext_lazy("General"), ("no", "description", "type", "category", "base_unit_of_measure", "blocked")),
        (
            gettext_lazy("Inventory"),
            (
                "shelf_no",
                "gtin",
                "net_weight",
                "lot_tracked",
                "serial_tracked",
                "prevent_negative_inventory",
                "counting_period",
            ),
        ),
        (
            gettext_lazy("Costing"),
            ("item_model_group", "standard_cost", "unit_cost", "indirect_cost_percent", "overhead_rate"),
        ),
        (gettext_lazy("Posting"), ("gen_prod_posting_group", "inventory_posting_group")),
        (
            gettext_lazy("Buying and selling"),
            ("vendor", "unit_price", "reorder_point", "purchasing_blocked", "sales_blocked"),
        ),
    )
    cost_fields: ClassVar[Iterable[str]] = ("unit_cost", "standard_cost", "indirect_cost_percent", "overhead_rate")
    fixed_by_entries: ClassVar[tuple[str, ...]] = (
        "type",
        "item_model_group",
        "base_unit_of_measure",
        "unit_cost",
        "lot_tracked",
        "serial_tracked",
    )

    class Meta:
        model = Item
        fields = (
            "no",
            "description",
            "type",
            "category",
            "base_unit_of_measure",
            "blocked",
            "shelf_no",
            "gtin",
            "net_weight",
            "lot_tracked",
            "serial_tracked",
            "prevent_negative_inventory",
            "counting_period",
            "item_model_group",
            "standard_cost",
            "unit_cost",
            "indirect_cost_percent",
            "overhead_rate",
            "gen_prod_posting_group",
            "inventory_posting_group",
            "vendor",
            "unit_price",
            "reorder_point",
            "purchasing_blocked",
            "sales_blocked",
        )
        help_texts: ClassVar[dict[str, Any]] = {
            "item_model_group": gettext_lazy("Decides the costing method and when costs are settled."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in BLANK_MEANS_ZERO:
            may_be_blank(self, name)

    def clean(self) -> dict[str, Any]:
        """Refuse changes that would give posted entries another meaning."""
        cleaned = super().clean() or self.cleaned_data
        for name in self.fields:
            if cleaned.get(name) is None and name in BLANK_MEANS_ZERO:
                cleaned[name] = 0
        changed = [name for name in self.fixed_by_entries if name in self.changed_data]
        if self.instance.pk is not None and changed:
            self._refuse_after_entries(changed)
        return cleaned

    def _refuse_after_entries(self, changed: list[str]) -> None:
        count = ItemLedgerEntry.objects.filter(item=self.instance.pk).count()
        if not count:
            return
        for name in changed:
            message = ngettext(
                "%(no)s has %(count)s entry with the present choice: it cannot change any more.",
                "%(no)s has %(count)s entries with the present choice: it cannot change any more.",
                count,
            )
            self.add_error(name, message % {"no": self.instance.no, "count": count})

    def prepare(self) -> None:
        """Complete the item by what nobody types: the key by which its description is sorted."""
        self.instance.sort_key = sort_key(self.instance.description)

    def save(self, commit: bool = True) -> Any:
        self.prepare()
        return super().save(commit)


BLANK_MEANS_ZERO = frozenset(
    {
        "standard_cost",
        "unit_cost",
        "indirect_cost_percent",
        "overhead_rate",
        "unit_price",
        "net_weight",
        "reorder_point",
        "line_discount_amount",
    }
)


class UnitOfMeasureForm(NumberedForm):
    class Meta:
        model = UnitOfMeasure
        fields = ("code", "name")


class ItemChargeForm(NumberedForm):
    class Meta:
        model = ItemCharge
        fields = ("code", "name", "gen_prod_posting_group")


class LocationForm(NumberedForm):
    class Meta:
        model = Location
        fields = ("code", "name", "address", "responsibility_centre", "in_transit", "blocked")
        widgets: ClassVar[dict[str, Any]] = {"address": forms.Textarea(attrs={"rows": 3})}


class PartnerForm(NumberedForm):
    """What the forms of vendors and customers share."""

    location = location_field(label=gettext_lazy("Default location"))

    def save(self, commit: bool = True) -> Any:
        """Store the partner with the key by which the name is sorted."""
        self.instance.sort_key = sort_key(self.instance.name)
        return super().save(commit)


PARTNER_FIELDS = ("no", "name", "address", "country", "gen_bus_posting_group", "location", "blocked")


PARTNER_WIDGETS = {"address": forms.Textarea(attrs={"rows": 3})}


class VendorForm(PartnerForm):
    class Meta:
        model = Vendor
        fields = PARTNER_FIELDS
        widgets: ClassVar[dict[str, Any]] = PARTNER_WIDGETS


class CustomerForm(PartnerForm):
    class Meta:
        model = Customer
        fields = PARTNER_FIELDS
        widgets: ClassVar[dict[str, Any]] = PARTNER_WIDGETS
