"""Forms of price list lines, one for each side, and of changing many prices at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.forms import Form, ModelForm, RecordField
from inventory.forms.common import item_field, may_be_blank
from inventory.forms.items import category_field, coded_field, partner_field
from inventory.models import Customer, Item, PriceListLine, UnitOfMeasure, Variant, Vendor
from inventory.price_changes import Wanted


class PriceListLineForm(ModelForm):
    """What both sides share; whether parts contradict each other, the table's constraints say in words."""

    item = item_field(required=False)
    category = category_field(
        label=gettext_lazy("Item category"),
        required=False,
        help_text=gettext_lazy("Instead of an item: a discount of everything in it and below it."),
    )
    variant = RecordField(Variant.objects.all(), to_field_name="code", label=gettext_lazy("Variant"), required=False)
    unit_of_measure = coded_field(
        UnitOfMeasure.objects.all(),
        label=gettext_lazy("Unit of measure"),
        required=False,
        help_text=gettext_lazy("Blank: the base unit of the item."),
    )

    class Meta:
        model = PriceListLine
        fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_be_blank(self, "minimum_quantity")
        self.fields["line_discount_percent"].validators += [
            MinValueValidator(Decimal(0)),
            MaxValueValidator(Decimal(100)),
        ]
        self._limit_variants()

    def _limit_variants(self) -> None:
        """Codes of variants mean something only together with the item, as it was typed."""
        item = self.instance.item
        if self.is_bound:
            try:
                item = self.fields["item"].clean(self.data.get(self.add_prefix("item")))
            except ValidationError:
                item = None
        found = item.variants.all() if item else Variant.objects.none()
        self.fields["variant"].queryset = found  # type: ignore[attr-defined]

    def clean_minimum_quantity(self) -> Decimal:
        return self.cleaned_data["minimum_quantity"] or Decimal(0)

    def clean_line_discount_percent(self) -> Decimal | None:
        """No discount and a discount of 0 are the same."""
        return self.cleaned_data["line_discount_percent"] or None

    def clean(self) -> dict[str, Any]:
        """A unit must be one of the item's."""
        cleaned = super().clean() or self.cleaned_data
        item, unit = cleaned.get("item"), cleaned.get("unit_of_measure")
        if item and unit and not _has_unit(item, unit):
            words = {"item": item.no, "unit": unit.code}
            self.add_error("unit_of_measure", _("%(item)s has no unit %(unit)s. Add it on its card.") % words)
        return cleaned


def _has_unit(item: Item, unit: UnitOfMeasure) -> bool:
    return unit.pk == item.base_unit_of_measure_id or item.units.filter(unit_of_measure=unit).exists()


_SHARED = (
    "item",
    "category",
    "variant",
    "unit_of_measure",
    "minimum_quantity",
    "starting_date",
    "ending_date",
    "unit_amount",
    "line_discount_percent",
    "blocked",
)
_FOR_WHAT = ("item", "category", "variant", "unit_of_measure")
_WHEN = ("minimum_quantity", "starting_date", "ending_date")
_WHAT = ("unit_amount", "line_discount_percent", "blocked")


class SalesPriceForm(PriceListLineForm):
    customer = partner_field(
        Customer.objects.all(),
        label=gettext_lazy("Customer"),
        required=False,
        help_text=gettext_lazy("Blank: all customers."),
    )
    fieldsets = (
        (gettext_lazy("For what"), _FOR_WHAT),
        (gettext_lazy("For whom and when"), ("customer", *_WHEN)),
        (gettext_lazy("Price and discount"), _WHAT),
    )

    class Meta:
        model = PriceListLine
        fields = ("customer", *_SHARED)


class PurchasePriceForm(PriceListLineForm):
    vendor = partner_field(
        Vendor.objects.all(),
        label=gettext_lazy("Vendor"),
        required=False,
        help_text=gettext_lazy("Blank: all vendors."),
    )
    fieldsets = (
        (gettext_lazy("For what"), _FOR_WHAT),
        (gettext_lazy("From whom and when"), ("vendor", *_WHEN)),
        (gettext_lazy("Price and discount"), _WHAT),
    )

    class Meta:
        model = PriceListLine
        fields = ("vendor", *_SHARED)
        labels: ClassVar[dict[str, Any]] = {"unit_amount": gettext_lazy("Direct unit cost")}


class ChangePricesForm(Form):
    """By how much chosen prices change, and from when on."""

    percent = forms.DecimalField(
        label=gettext_lazy("Change in %"),
        min_value=-100,
        max_value=1000,
        max_digits=9,
        decimal_places=5,
        help_text=gettext_lazy("5 makes them 5 % higher, -5 makes them 5 % lower."),
    )
    step = forms.DecimalField(
        label=gettext_lazy("Rounded to"),
        min_value=Decimal("0.00001"),
        max_digits=18,
        decimal_places=5,
        initial=Decimal("0.01"),
    )
    starting_on = forms.DateField(
        label=gettext_lazy("Starting date"),
        required=False,
        help_text=gettext_lazy("The present prices end the day before. Blank: the prices themselves change, at once."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=250, required=False)

    @property
    def wanted(self) -> Wanted:
        """Only of a valid form."""
        given = self.cleaned_data
        return Wanted(given["percent"], given["step"], given["starting_on"])
