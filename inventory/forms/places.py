"""Forms of bins and responsibility centres."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.forms import Form, ModelForm
from inventory.forms.common import NumberedForm, item_field
from inventory.models import Bin, Location, ResponsibilityCentre


class BinForm(ModelForm):
    class Meta:
        model = Bin
        fields = ("code", "name")

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        others = Bin.objects.filter(location=self.instance.location_id, code=code)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("%(code)s is there already.") % {"code": code})
        return code


class MoveBinForm(Form):
    """Goods of a location that go from one bin to another; blank: outside the bins."""

    item = item_field()
    variant = forms.CharField(label=gettext_lazy("Variant"), max_length=20, required=False)
    quantity = forms.DecimalField(label=gettext_lazy("Quantity"), max_digits=18, decimal_places=5)
    from_bin = forms.ModelChoiceField(
        Bin.objects.none(), label=gettext_lazy("From bin"), required=False, empty_label=gettext_lazy("Outside the bins")
    )
    to_bin = forms.ModelChoiceField(
        Bin.objects.none(), label=gettext_lazy("To bin"), required=False, empty_label=gettext_lazy("Outside the bins")
    )

    def __init__(self, *args: Any, place: Location | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("from_bin", "to_bin"):
            field: Any = self.fields[name]
            field.queryset = Bin.objects.filter(location=place).order_by("code")

    def clean_quantity(self) -> Any:
        number = self.cleaned_data["quantity"]
        if number <= 0:
            raise ValidationError(_("Move more than 0."))
        return number

    def clean(self) -> dict[str, Any]:
        """The variant is one of the item's."""
        cleaned = super().clean() or self.cleaned_data
        item, code = cleaned.get("item"), cleaned.get("variant")
        cleaned["variant"] = None
        if item is not None and code:
            cleaned["variant"] = item.variants.filter(code=code).first()
            if cleaned["variant"] is None:
                self.add_error("variant", _("%(item)s has no variant %(code)s.") % {"item": item.no, "code": code})
        return cleaned


class ResponsibilityCentreForm(NumberedForm):
    class Meta:
        model = ResponsibilityCentre
        fields = ("code", "name")
