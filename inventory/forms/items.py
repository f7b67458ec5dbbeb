"""Forms of what describes items: categories, attributes, units, variants, codes, templates."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.errors import DomainError
from config.base.forms import Form, ModelForm, RecordField
from inventory import attributes, barcodes, categories
from inventory.forms.common import NumberedForm, check_number, location_field, may_be_blank
from inventory.models import (
    Barcode,
    CategoryAttribute,
    Customer,
    Item,
    ItemAttribute,
    ItemAttributeOption,
    ItemCategory,
    ItemReference,
    ItemTemplate,
    ItemUnitOfMeasure,
    StockkeepingUnit,
    UnitOfMeasure,
    Variant,
    Vendor,
)


def coded_field(queryset: Any, **kwargs: Any) -> RecordField:
    """A record by its code; suggestions by code and name."""
    return RecordField(queryset, to_field_name="code", search=("code__istartswith", "name__icontains"), **kwargs)


def category_field(**kwargs: Any) -> RecordField:
    return coded_field(ItemCategory.objects.all(), **kwargs)


def partner_field(queryset: Any, **kwargs: Any) -> RecordField:
    return RecordField(queryset, search=("no__istartswith", "name__icontains"), **kwargs)


class ItemCategoryForm(NumberedForm):
    parent = category_field(label=gettext_lazy("Parent category"), required=False)

    class Meta:
        model = ItemCategory
        fields = ("code", "name", "parent")

    def clean_parent(self) -> ItemCategory | None:
        """A category below itself would have no top."""
        parent: ItemCategory | None = self.cleaned_data["parent"]
        try:
            categories.check_parent(self.instance, parent)
        except DomainError as error:
            raise ValidationError(str(error)) from error
        return parent


class MoveCategoryForm(Form):
    parent = category_field(
        label=gettext_lazy("New parent category"),
        required=False,
        help_text=gettext_lazy("Blank: the category stands at the top."),
    )


class MergeCategoryForm(Form):
    into = category_field(
        label=gettext_lazy("Merge into"), help_text=gettext_lazy("It gets the items, sub-categories and attributes.")
    )


class ItemAttributeForm(NumberedForm):
    class Meta:
        model = ItemAttribute
        fields = ("code", "name", "name_nb", "name_da", "value_type", "unit", "blocked")

    def clean_value_type(self) -> str:
        """Values that exist keep their type."""
        wanted: str = self.cleaned_data["value_type"]
        if self.instance.pk is not None:
            attributes.change_value_type(ItemAttribute.objects.get(pk=self.instance.pk), wanted)
        return wanted


class AttributeOptionForm(ModelForm):
    class Meta:
        model = ItemAttributeOption
        fields = ("name", "name_nb", "name_da", "position", "blocked")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_be_blank(self, "position")

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0

    def clean_name(self) -> str:
        """Each option once; upper and lower case are no difference, for they are typed."""
        name: str = self.cleaned_data["name"].strip()
        others = ItemAttributeOption.objects.filter(attribute=self.instance.attribute_id, name__iexact=name)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("%(name)s is there already.") % {"name": name})
        return name


class CategoryAttributeForm(ModelForm):
    attribute = coded_field(ItemAttribute.objects.filter(blocked=False), label=gettext_lazy("Attribute"))
    value = forms.CharField(
        label=gettext_lazy("Default value"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = CategoryAttribute
        fields = ("attribute", "value")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial["value"] = attributes.typed_text(self.instance)

    def clean(self) -> dict[str, Any]:
        """Read the default by the attribute's type; each attribute stands once in a category."""
        cleaned = super().clean() or self.cleaned_data
        attribute = cleaned.get("attribute")
        if attribute is None:
            return cleaned
        others = CategoryAttribute.objects.filter(category=self.instance.category_id, attribute=attribute)
        if others.exclude(pk=self.instance.pk).exists():
            self.add_error("attribute", _("%(code)s is there already.") % {"code": attribute.code})
        try:
            self.typed = attributes.read_value(attribute, cleaned.get("value", ""))
        except ValidationError as error:
            self.add_error("value", error)
        else:
            cleaned["value"] = self.typed.value
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc] # Django's own hook, unknown to the stubs
        if hasattr(self, "typed"):
            self.typed.put(self.instance)


class ItemUnitForm(ModelForm):
    unit_of_measure = coded_field(UnitOfMeasure.objects.all(), label=gettext_lazy("Unit of measure"))

    class Meta:
        model = ItemUnitOfMeasure
        fields = ("unit_of_measure", "quantity_per", "rounding_precision")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_be_blank(self, "rounding_precision")

    def clean_quantity_per(self) -> Any:
        number = self.cleaned_data["quantity_per"]
        if number is not None and number <= 0:
            raise ValidationError(_("A unit holds more than 0 base units."))
        return number

    def clean_rounding_precision(self) -> Any:
        number = self.cleaned_data["rounding_precision"] or 0
        if number < 0:
            raise ValidationError(_("Quantities are rounded to 0 or more."))
        return number

    def clean_unit_of_measure(self) -> UnitOfMeasure:
        unit: UnitOfMeasure = self.cleaned_data["unit_of_measure"]
        if unit.pk == self.instance.item.base_unit_of_measure_id:
            raise ValidationError(_("%(code)s is the base unit of the item: it holds 1.") % {"code": unit.code})
        others = ItemUnitOfMeasure.objects.filter(item=self.instance.item_id, unit_of_measure=unit)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("%(code)s is there already.") % {"code": unit.code})
        return unit


class VariantForm(ModelForm):
    class Meta:
        model = Variant
        fields = ("code", "description", "blocked")

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        others = Variant.objects.filter(item=self.instance.item_id, code=code)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("%(code)s is there already.") % {"code": code})
        return code


class _OfItemForm(ModelForm):
    """A row that may name a variant and a unit of its item."""

    variant = forms.ModelChoiceField(Variant.objects.none(), label=gettext_lazy("Variant"), required=False)
    unit_of_measure = forms.ModelChoiceField(
        UnitOfMeasure.objects.none(), label=gettext_lazy("Unit of measure"), required=False
    )

    def __init__(self, *args: Any, variants: Any = None, units: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["variant"].queryset = variants  # type: ignore[attr-defined]
        self.fields["unit_of_measure"].queryset = units  # type: ignore[attr-defined]


class BarcodeForm(_OfItemForm):
    class Meta:
        model = Barcode
        fields = ("code", "symbology", "variant", "unit_of_measure")

    def clean(self) -> dict[str, Any]:
        """Codes with a check digit are checked; a code stands for one item only."""
        cleaned = super().clean() or self.cleaned_data
        code, symbology = cleaned.get("code"), cleaned.get("symbology")
        if code and symbology:
            try:
                barcodes.check_code(code, symbology)
            except DomainError as error:
                self.add_error("code", str(error))
        return cleaned

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        other = Barcode.objects.filter(code=code).exclude(pk=self.instance.pk).select_related("item").first()
        if other is not None:
            raise ValidationError(
                _("%(code)s is the barcode of %(item)s already.") % {"code": code, "item": other.item.no}
            )
        return code


class ItemReferenceForm(_OfItemForm):
    vendor = partner_field(Vendor.objects.all(), label=gettext_lazy("Vendor"), required=False)
    customer = partner_field(Customer.objects.all(), label=gettext_lazy("Customer"), required=False)

    class Meta:
        model = ItemReference
        fields = ("reference_no", "vendor", "customer", "variant", "unit_of_measure", "description")

    def clean(self) -> dict[str, Any]:
        """A reference is a vendor's or a customer's, or nobody's; not two people's."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("vendor") and cleaned.get("customer"):
            self.add_error("customer", _("A reference is a vendor's or a customer's. Make two of them."))
        return cleaned


class ItemTemplateForm(NumberedForm):
    vendor = partner_field(Vendor.objects.all(), label=gettext_lazy("Vendor"), required=False)
    category = category_field(label=gettext_lazy("Category"), required=False)

    class Meta:
        model = ItemTemplate
        fields = (
            "code",
            "name",
            "type",
            "number_series",
            "category",
            "base_unit_of_measure",
            "item_model_group",
            "gen_prod_posting_group",
            "inventory_posting_group",
            "vendor",
            "lot_tracked",
            "serial_tracked",
        )


class StockkeepingUnitForm(ModelForm):
    """What of a stockkeeping unit people change; its costs are written by costing."""

    class Meta:
        model = StockkeepingUnit
        fields = ("reorder_point",)


class MakeStockkeepingUnitsForm(Form):
    """Which stockkeeping units to make for the chosen items."""

    location = location_field(label=gettext_lazy("Location"), required=True)
    with_variants = forms.BooleanField(label=gettext_lazy("One for each variant"), required=False)


class CopyItemForm(Form):
    """What a copy of an item is called, and what it takes along."""

    no = forms.CharField(
        label=gettext_lazy("No."),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Blank: the next number of the series."),
    )
    description = forms.CharField(label=gettext_lazy("Description"), max_length=100)
    units = forms.BooleanField(label=gettext_lazy("Units of measure"), required=False, initial=True)
    attribute_values = forms.BooleanField(label=gettext_lazy("Attributes"), required=False, initial=True)
    variants = forms.BooleanField(label=gettext_lazy("Variants"), required=False)
    references = forms.BooleanField(label=gettext_lazy("References"), required=False)
    bom_lines = forms.BooleanField(label=gettext_lazy("Bill of material"), required=False)
    costs = forms.BooleanField(label=gettext_lazy("Standard cost and overhead"), required=False)

    fieldsets: ClassVar[Any] = (
        (gettext_lazy("New item"), ("no", "description")),
        (
            gettext_lazy("Take along"),
            ("units", "attribute_values", "variants", "references", "bom_lines", "costs"),
        ),
    )
    cost_fields = ("costs",)

    def clean_no(self) -> str:
        number: str = self.cleaned_data["no"].strip()
        if number and Item.objects.filter(no=number).exists():
            raise ValidationError(_("Item %(no)s exists already. Choose another number.") % {"no": number})
        return check_number(number) if number else ""


class ReasonForm(Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=250, required=False)


class ChooseTemplateForm(Form):
    template = forms.ModelChoiceField(
        ItemTemplate.objects.order_by("code"), label=gettext_lazy("Template"), empty_label=None
    )
