"""Forms of counts, their sheets and counting periods."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.forms import DayField, Form, NumberField
from inventory.forms.common import NumberedForm, item_field, location_field
from inventory.forms.documents import LineForm
from inventory.models import Count, CountingPeriod, CountLine, CountSheetLine, Item, ItemCategory

BACKEND = "django.contrib.auth.backends.ModelBackend"


def counters() -> QuerySet[User]:
    """Users who may record counts."""
    users: Any = get_user_model()._default_manager
    found: QuerySet[User] = users.with_perm("base.count_record", backend=BACKEND).order_by("username")
    return found


class CountedField(NumberField):
    """A counted quantity. Who counts boxes types `12*6+5`, without the sign that starts a sum elsewhere."""

    def to_python(self, value: Any) -> Any:
        text = str(value).strip() if value is not None else ""
        return super().to_python(f"={text}" if re.search(r"[^=+-].*[-+*/]", text) and text[0] != "=" else value)


class CountForm(NumberedForm):
    """A new count: what is counted, and as of which day the books are read."""

    from_series: ClassVar[bool] = True
    location = location_field(help_text=gettext_lazy("Blank: all locations."))
    category = forms.ModelChoiceField(
        ItemCategory.objects.order_by("code"),
        label=gettext_lazy("Item category"),
        required=False,
        empty_label=gettext_lazy("All items"),
    )
    with_zero = forms.BooleanField(
        label=gettext_lazy("Also where the books say 0"),
        required=False,
        help_text=gettext_lazy("Places that goods once were at."),
    )
    prefilled = forms.BooleanField(
        label=gettext_lazy("Start from the quantities of the books"),
        required=False,
        help_text=gettext_lazy("As in a physical inventory journal: only what differs is entered. Not blind."),
    )

    class Meta:
        model = Count
        fields = ("no", "posting_date", "location", "tolerance_percent")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        tolerance = cleaned.get("tolerance_percent")
        if tolerance is not None and tolerance < 0:
            self.add_error("tolerance_percent", _("A tolerance cannot be negative."))
        return cleaned


class _CountedForm(LineForm):
    """A row with a counted quantity."""

    unit_fields: ClassVar[tuple[str, ...]] = ("quantity_counted",)
    quantity_counted = CountedField(label=gettext_lazy("Counted"), required=False, decimal_places=5, max_digits=18)

    def _get_validation_exclusions(self) -> set[str]:
        # As in `LineForm`: counts say in words of their own what is wrong with a figure.
        return {*super()._get_validation_exclusions(), "quantity_counted"}


class CountLineForm(_CountedForm):
    """A row of a count: for a line of the books only the figure, for a new one what was found."""

    item = item_field()
    location = location_field()

    class Meta:
        model = CountLine
        fields = ("item", "location", "quantity_counted")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["item"]
            del self.fields["location"]


class SheetLineForm(_CountedForm):
    """A row of a count sheet: the figure alone."""

    class Meta:
        model = CountSheetLine
        fields = ("quantity_counted",)

    def _item_of(self, _cleaned: dict[str, Any]) -> Item | None:
        item: Item = self.instance.count_line.item
        return item


class FoundLineForm(_CountedForm):
    """A new row of a count sheet: something that the sheet does not name."""

    item = item_field()
    location = location_field()

    class Meta:
        model = CountLine
        fields = ("item", "location", "lot_no", "serial_no", "quantity_counted")


class _UserChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name() or obj.get_username())


class _UsersChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name() or obj.get_username())


class MakeSheetsForm(Form):
    """Who counts."""

    persons = _UsersChoice(
        get_user_model()._default_manager.none(),
        label=gettext_lazy("Who counts"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "check-list"}),
        help_text=gettext_lazy("Each person gets a sheet. The lines are dealt evenly, in the order of the shelves."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["persons"]
        field.queryset = counters()


class RecountForm(Form):
    """Who counts again."""

    person = _UserChoice(
        get_user_model()._default_manager.none(),
        label=gettext_lazy("Who counts again"),
        help_text=gettext_lazy("Somebody else than the person of the first count."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = counters()


class CountingPeriodForm(NumberedForm):
    class Meta:
        model = CountingPeriod
        fields = ("code", "name", "times_per_year")

    def clean_times_per_year(self) -> int:
        times: int = self.cleaned_data["times_per_year"]
        if not 1 <= times <= 365:
            raise ValidationError(_("Count between 1 and 365 times a year."))
        return times


class CountDueForm(Form):
    """A count of what is due."""

    due_on = DayField(label=gettext_lazy("Due by"), help_text=gettext_lazy("Items whose next count is then or before."))
    posting_date = DayField(label=gettext_lazy("Posting date"))
    location = location_field(help_text=gettext_lazy("Blank: all locations."))
