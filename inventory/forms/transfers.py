"""Forms of transfer orders: the order and its lines, and how much of each line is shipped or received."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.formatting import format_number
from config.base.forms import DayField, Form, NumberField, RecordField
from inventory.forms.common import NumberedForm, item_field, location_field
from inventory.forms.documents import LineForm
from inventory.models import Location, PostedDocumentLine, TransferLine, TransferOrder


class TransferForm(NumberedForm):
    from_series: ClassVar[bool] = True
    from_location = location_field(label=gettext_lazy("From location"), required=True)
    to_location = location_field(label=gettext_lazy("To location"), required=True)
    in_transit_location = RecordField(
        Location.objects.filter(in_transit=True, blocked=False),
        to_field_name="code",
        label=gettext_lazy("In-transit location"),
        required=False,
        search=("code__istartswith", "name__icontains"),
        help_text=gettext_lazy("Goods are shipped into it and received from it. Blank: they move directly, at once."),
    )

    class Meta:
        model = TransferOrder
        fields = ("no", "from_location", "to_location", "in_transit_location", "order_date", "expected_date")


class TransferLineForm(LineForm):
    item = item_field()
    unit_fields: ClassVar[tuple[str, ...]] = ("quantity",)

    class Meta:
        model = TransferLine
        fields = ("item", "quantity", "lot_no", "serial_no")


class QuantitiesForm(Form):
    """When goods move, and how much of each line: what is left of it, unless something else is written."""

    posting_date = DayField(label=gettext_lazy("Posting date"))
    fieldsets: Sequence[tuple[Any, Sequence[str]]]  # type: ignore[misc] # of this order's lines

    def __init__(self, *args: Any, lines: Sequence[tuple[TransferLine, Decimal]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line, left in lines:
            self.fields[_name(line)] = NumberField(
                label=f"{line.item.no} {line.item.description}",
                required=False,
                initial=left,
                min_value=0,
                max_digits=18,
                decimal_places=5,
                help_text=_tracking(line),
            )
        self.fieldsets = (("", ("posting_date",)), (_("How much"), [_name(line) for line, _left in lines]))

    @property
    def quantities(self) -> dict[int, Decimal]:
        """What moves, by line number; a blank box means nothing."""
        return {line.line_no: self.cleaned_data.get(_name(line)) or Decimal(0) for line, _left in self.lines}


def _name(line: TransferLine) -> str:
    return f"line_{line.line_no}"


def _tracking(line: TransferLine) -> str:
    parts = []
    if line.lot_no:
        parts.append(_("Lot %(no)s") % {"no": line.lot_no})
    if line.serial_no:
        parts.append(_("Serial %(no)s") % {"no": line.serial_no})
    return ", ".join(parts)


class UndoForm(Form):
    """Which lines of a posted shipment are taken back: all that are `under_way`, unless some are unticked."""

    posting_date = DayField(
        label=gettext_lazy("Posting date"),
        required=False,
        help_text=gettext_lazy("Blank: the date on which it was posted."),
    )

    fieldsets: Sequence[tuple[Any, Sequence[str]]]  # type: ignore[misc] # of this shipment's lines

    def __init__(
        self,
        *args: Any,
        posted: Sequence[PostedDocumentLine] = (),
        under_way: Collection[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.posted = posted
        for line in posted:
            label = _("Take back %(quantity)s %(item)s") % {
                "quantity": format_number(line.quantity, "quantity"),
                "item": f"{line.item} {line.item.description if line.item else ''}",
            }
            waits = line.pk in under_way
            label = label if waits else _("%(words)s (received, at least in part)") % {"words": label}
            self.fields[f"undo_{line.pk}"] = forms.BooleanField(label=label, required=False, initial=waits)
        self.fieldsets = (("", ("posting_date",)), (_("What is taken back"), [f"undo_{line.pk}" for line in posted]))

    @property
    def chosen(self) -> list[int]:
        """The lines that are ticked."""
        return [line.pk for line in self.posted if self.cleaned_data.get(f"undo_{line.pk}")]
