"""Forms: numbers and dates in the user's region, records by their number, cost only for those who may see it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.base.formatting import current_region, format_date
from config.base.parsing import NotReadable, parse_date, parse_number

COST_PERMISSION = "base.cost_view"


class NumberField(forms.DecimalField):
    """A number as the region writes it, or a sum: ``=3*12+4``."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Digits on the keyboard of a handheld, figures to the right."""
        return {"inputmode": "decimal", "class": "num", "autocomplete": "off"}

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override] # the stubs say int
        """Read the text. A text that can be read two ways is refused with both."""
        if value in self.empty_values:
            return None
        if isinstance(value, (Decimal, int)):
            return Decimal(value)
        try:
            number = parse_number(str(value), current_region())
        except NotReadable as error:
            raise ValidationError(str(error), code="invalid") from error
        if not str(value).strip().startswith("=") or self.decimal_places is None:
            return number
        try:
            return number.quantize(Decimal(1).scaleb(-self.decimal_places))
        except InvalidOperation as error:
            raise ValidationError(_("The sum is too great a number. Check the factors."), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        """Write a stored number without grouping, as it can be typed."""
        if not isinstance(value, (Decimal, int)) or isinstance(value, bool):
            return value
        whole, _dot, fraction = format(Decimal(value), "f").partition(".")
        fraction = fraction.rstrip("0")
        return f"{whole}{current_region().decimal}{fraction}" if fraction else whole

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare numbers, not texts."""
        try:
            return bool(self.to_python(data) != (None if initial in self.empty_values else Decimal(initial)))
        except ValidationError:
            return True


class DayField(forms.DateField):
    """A date as people type it: ``t``, ``31``, ``3101``, ``+7d``, ``em``, or as written in the region, or ISO."""

    widget = forms.TextInput

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A short box."""
        return {"class": "date", "autocomplete": "off"}

    def to_python(self, value: Any) -> date | None:
        """Read the text; today is the interface's."""
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return parse_date(str(value), today=timezone.localdate())
        except NotReadable as error:
            raise ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        """Write a stored date as the region does."""
        return format_date(value) if isinstance(value, date) else value


class RecordInput(forms.TextInput):
    """A text box with suggestions; the view that shows the form answers ``?lookup=<field>``."""

    template_name = "base/widgets/record.html"


class RecordField(forms.ModelChoiceField):  # type: ignore[type-arg] # not generic at run time
    """A record by its number, typed; suggestions come while typing.

    ``search`` are the lookups that the suggestions match, by default the start of the number.
    """

    widget = RecordInput

    def __init__(
        self, queryset: QuerySet[Any], *, to_field_name: str = "no", search: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(queryset, to_field_name=to_field_name, **kwargs)
        self.search = tuple(search) or (f"{to_field_name}__istartswith",)
        self.error_messages["invalid_choice"] = _("“%(value)s” is not known here.")

    def prepare_value(self, value: Any) -> Any:
        """Show the number; a form of a stored record hands over the record itself."""
        if isinstance(value, Model):
            return value.serializable_value(self.to_field_name or "pk")
        return value

    def suggestions(self, text: str, *, limit: int = 20) -> list[tuple[str, str]]:
        """Numbers and names of records that match what was typed."""
        found = Q()
        for lookup in self.search:
            found |= Q(**{lookup: text})
        choices: QuerySet[Any] = self.queryset  # type: ignore[assignment] # never None: __init__ sets it
        records = choices.filter(found) if text else choices
        ordered = records.order_by(self.to_field_name or "pk")[:limit]
        return [(str(self.prepare_value(record)), _name_of(record)) for record in ordered]


def _related(instance: Model, name: str) -> Model | None:
    """The record that a new row proposes, or that a stored one has; none on a new row without."""
    return None if instance.serializable_value(name) is None else getattr(instance, name)


def _name_of(record: Model) -> str:
    return str(getattr(record, "description", "") or getattr(record, "name", "") or "")


class FormMixin:
    """What our forms share: the user, number and date fields of the region, groups of fields, hidden cost."""

    fieldsets: ClassVar[Sequence[tuple[Any, Sequence[str]]]] = ()
    cost_fields: ClassVar[Iterable[str]] = ()

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        if self.cost_fields and (user is None or not user.has_perm(COST_PERMISSION)):
            for name in self.cost_fields:
                fields.pop(name, None)
        for name, field in list(fields.items()):
            fields[name] = _in_region(field)

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """Visible fields under their headings; what no heading names comes last."""
        form: forms.BaseForm = self  # type: ignore[assignment]
        visible = {field.name: field for field in form.visible_fields()}
        named = [(title, [visible.pop(name) for name in names if name in visible]) for title, names in self.fieldsets]
        rest = [("", list(visible.values()))] if visible else []
        return [(title, fields) for title, fields in named if fields] + rest


def _in_region(field: forms.Field) -> forms.Field:
    """The field that reads numbers and dates as the region writes them, in place of Django's own."""
    common = {"required": field.required, "label": field.label, "initial": field.initial, "help_text": field.help_text}
    replaced: forms.Field
    if type(field) is forms.DecimalField:
        limits = {name: getattr(field, name) for name in ("max_value", "min_value", "max_digits", "decimal_places")}
        replaced = NumberField(**common, **limits)
    elif type(field) is forms.DateField:
        replaced = DayField(**common)
    else:
        return field
    replaced.disabled = field.disabled
    return replaced


class Form(FormMixin, forms.Form):
    """A form of an action or of options."""


class ModelForm(FormMixin, forms.ModelForm):  # type: ignore[type-arg]
    """A form of master data or of a line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            # The record itself, not its key: the box shows the number, and nothing is queried where it is selected.
            if isinstance(field, RecordField) and self.initial.get(name) == self.instance.serializable_value(name):
                self.initial[name] = _related(self.instance, name)
