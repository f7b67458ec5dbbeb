"""Quantities that name their unit: `5 CTN` in a box for pieces."""

from __future__ import annotations

import re
from decimal import InvalidOperation
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from inventory.models import Item, UnitOfMeasure
from inventory.units import units_of

_IN_UNIT = re.compile(r"\s*(\S.*?)\s*([^\W\d_][\w./-]*)\s*")
"""A number or sum, which has no letters, and the code of a unit, which begins with one."""
_NO_LETTERS = re.compile(r"[^a-zA-Z]*[0-9][^a-zA-Z]*")


def split_unit(text: str) -> tuple[str, str]:
    """The number and the unit that follows it: `5 CTN` is `5` and `CTN`; `12` is `12` and nothing."""
    found = _IN_UNIT.fullmatch(text)
    if found is None or not _NO_LETTERS.fullmatch(found[1]):
        return text, ""
    return found[1], found[2].upper()


class InUnitsMixin:
    """Boxes of a row that take a quantity in any unit of the item and keep it in base units.

    `unit_fields`: their names. `units_typed`: the unit of each box that named one, after the form was checked.
    """

    unit_fields: ClassVar[tuple[str, ...]] = ()
    units_typed: dict[str, UnitOfMeasure]
    _codes: dict[str, str]

    def full_clean(self) -> None:
        """Check the form with the numbers alone; what was typed stays in the boxes."""
        form: Any = self
        typed, self._codes, self.units_typed = form.data, {}, {}
        form.data = self._without_units(typed)
        try:
            super().full_clean()  # type: ignore[misc]
        finally:
            form.data = typed

    def _without_units(self, typed: Any) -> Any:
        form: Any = self
        numbers: dict[str, str] = {}
        for name in self.unit_fields:
            key = form.add_prefix(name)
            number, code = split_unit(str(typed.get(key) or "")) if name in form.fields else ("", "")
            if code:
                numbers[key], self._codes[name] = number, code
        if not numbers:
            return typed
        data = typed.copy()
        for key, number in numbers.items():
            data[key] = number
        return data

    def clean(self) -> dict[str, Any]:
        """Turn what was typed in other units into base units."""
        form: Any = self
        cleaned: dict[str, Any] = super().clean() or form.cleaned_data  # type: ignore[misc]
        item = self._item_of(cleaned) if self._codes else None
        if item is None:
            return cleaned
        units = units_of(item)
        for name, code in self._codes.items():
            if cleaned.get(name) is None:
                continue
            if code not in units:
                form.add_error(name, _unknown_unit(item, code, list(units)))
                continue
            self.units_typed[name], conversion = units[code]
            try:
                cleaned[name] = conversion.to_base(cleaned[name])
                form.fields[name].run_validators(cleaned[name])
            except (InvalidOperation, ValidationError) as error:
                words = getattr(error, "messages", None) or [_("That is too great a number. Check it.")]
                form.add_error(name, words)
        return cleaned

    def _item_of(self, cleaned: dict[str, Any]) -> Item | None:
        """The item of the row: the one that was typed, else that of the stored line."""
        form: Any = self
        found = cleaned.get("item") if "item" in form.fields else getattr(form.instance, "item", None)
        return found if isinstance(found, Item) else None


def _unknown_unit(item: Item, code: str, units: list[str]) -> str:
    return _("%(item)s is not kept in %(unit)s. Its units: %(units)s.") % {
        "item": item.no,
        "unit": code,
        "units": ", ".join(units),
    }
