"""Forms of the catalogue of vendors' articles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.errors import DomainError
from config.base.forms import Form, ModelForm, RecordField
from inventory import catalogue_import
from inventory.forms.common import check_number, may_be_blank
from inventory.forms.items import partner_field
from inventory.models import CatalogueItem, Item, ItemTemplate, Vendor

MAX_BYTES = 10 * 1024 * 1024


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


class CatalogueLineForm(Form):
    """A catalogue item for an order: its card is made where it has none."""

    catalogue_item = RecordField(
        CatalogueItem.objects.all(),
        to_field_name="pk",
        label=gettext_lazy("Catalogue item"),
        search=("vendor_item_no__istartswith", "description__icontains"),
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


class ImportCatalogueForm(Form):
    """A vendor's list: a file, or rows pasted from a spreadsheet."""

    vendor = partner_field(Vendor.objects.all(), label=gettext_lazy("Vendor"))
    template = template_field()
    file = forms.FileField(label=gettext_lazy("File (CSV or XLSX)"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or paste rows"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "The first row names the columns: Vendor item no., Description, Published cost, Unit price, Unit, GTIN."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Read every row; each faulty one is an error of its own."""
        cleaned = super().clean() or self.cleaned_data
        vendor = cleaned.get("vendor")
        if vendor is None:
            return cleaned
        try:
            self.rows = catalogue_import.read_rows(self._table(cleaned), vendor=vendor)
        except DomainError as error:
            for message in error.messages[:50]:
                self.add_error(None, message)
        return cleaned

    def _table(self, cleaned: dict[str, Any]) -> list[list[str]]:
        upload = cleaned.get("file")
        if upload is None:
            return catalogue_import.split_text(cleaned.get("text") or "")
        if upload.size > MAX_BYTES:
            raise DomainError(_("The file is bigger than 10 MB. Import the list in parts."))
        table = catalogue_import.read_table(upload.read(), upload.name)
        # A file cannot be sent back with the page: its rows stand in the box, for the preview and what follows it.
        data: Any = self.data
        data = data.copy()
        data["text"] = "\n".join("\t".join(_one_line(cell) for cell in row) for row in table)
        self.data = data
        return table


def _one_line(cell: str) -> str:
    return " ".join(cell.split())
