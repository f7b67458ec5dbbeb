"""Forms of the catalogue of vendors' articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.forms import Form, ModelForm, RecordField
from config.base.sheet_forms import SheetForm
from config.base.sheets import Cell
from inventory import catalogue_import
from inventory.forms.common import check_number, may_be_blank
from inventory.forms.items import partner_field
from inventory.models import CatalogueItem, Item, ItemTemplate, Vendor


def template_field() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        ItemTemplate.objects.order_by("code"),
        label=gettext_lazy("Item template"),
        required=False,
        empty_label=gettext_lazy("As set up"),
    )


class CatalogueItemForm(ModelForm):
    vendor = partner_field(Vendor.objects.all(), label=gettext_lazy("Vendor"))

    class Meta:
        model = CatalogueItem
        fields = (
            "vendor",
            "vendor_item_no",
            "description",
            "unit_of_measure",
            "unit_price",
            "sales_price",
            "gtin",
            "template",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_be_blank(self, "unit_price")
        may_be_blank(self, "sales_price")

    def clean(self) -> dict[str, Any]:
        """Blank prices are zero."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("unit_price", "sales_price"):
            if name in self.fields and cleaned.get(name) is None:
                cleaned[name] = 0
        return cleaned


class MakeItemForm(Form):
    """How the item of a catalogue item is made."""

    template = template_field()
    no = forms.CharField(
        label=gettext_lazy("No."),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Blank: by the rule of the inventory setup."),
    )

    def clean_no(self) -> str:
        number: str = self.cleaned_data["no"].strip()
        if number and Item.objects.filter(no=number).exists():
            raise ValidationError(_("Item %(no)s exists already. Choose another number.") % {"no": number})
        return check_number(number) if number else ""


class CatalogueItemField(RecordField):
    """A catalogue item by the vendor's number, with the vendor before it where more than one sells under that."""

    def __init__(self, **kwargs: Any) -> None:
        search = ("vendor_item_no__istartswith", "description__icontains", "vendor__no__istartswith")
        super().__init__(CatalogueItem.objects.select_related("vendor"), to_field_name="pk", search=search, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """What is typed for a record: `V-500 PRG-77`."""
        return f"{value.vendor.no} {value.vendor_item_no}" if isinstance(value, CatalogueItem) else value

    def to_python(self, value: Any) -> CatalogueItem | None:
        """The record of a number, with or without its vendor."""
        text = " ".join(str(value or "").split())
        if not text:
            return None
        vendor, _space, number = text.partition(" ")
        rows = self.queryset
        assert rows is not None
        found = list(rows.filter(vendor__no__iexact=vendor, vendor_item_no__iexact=number)[:2] if number else ())
        found = found or list(rows.filter(vendor_item_no__iexact=text).order_by("vendor__no")[:10])
        if not found:
            raise ValidationError(self.error_messages["invalid_choice"], params={"value": text})
        if len(found) > 1:
            choices = ", ".join(str(self.prepare_value(row)) for row in found)
            raise ValidationError(
                _("More than one vendor has %(no)s. Write %(choices)s.") % {"no": text, "choices": choices}
            )
        row: CatalogueItem = found[0]
        return row


class CatalogueLineForm(Form):
    """A catalogue item for an order: its card is made where it has none."""

    catalogue_item = CatalogueItemField(
        label=gettext_lazy("Catalogue item"),
        help_text=gettext_lazy("Type the vendor's number or a word of the description, and choose."),
    )
    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"), max_digits=18, decimal_places=5, min_value=0, initial=1
    )
    template = template_field()

    def clean_quantity(self) -> Any:
        number = self.cleaned_data["quantity"]
        if not number:
            raise ValidationError(_("Order more than 0."))
        return number


class ImportCatalogueForm(SheetForm):
    """A vendor's list: a file, or rows pasted from a spreadsheet."""

    vendor = partner_field(Vendor.objects.all(), label=gettext_lazy("Vendor"))
    template = template_field()
    field_order = ("vendor", "template", "file", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = _(
            "The first row names the columns: Vendor item no., Description, Published cost, Unit price, Unit, GTIN."
        )

    def take_rows(self, rows: Sequence[Sequence[Cell]], cleaned: dict[str, Any]) -> None:
        """Read the vendor's list."""
        self.rows = catalogue_import.read_rows(rows, vendor=cleaned["vendor"])
