"""Model fields for money and quantities: the scale is written here and nowhere else."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    _DecimalField = models.DecimalField[Any, Any]
else:  # Django's fields take no type arguments at run time.
    _DecimalField = models.DecimalField

MAX_DIGITS = 18
DECIMAL_PLACES = 5


class ScaledDecimalField(_DecimalField):
    """A decimal with five places, ``numeric(18,5)``. With ``default=0`` the database knows the default too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"] = MAX_DIGITS
        kwargs["decimal_places"] = DECIMAL_PLACES
        default = kwargs.get("default")
        if isinstance(default, (int, Decimal)) and default == 0:
            # Bulk inserts by SQL and later migrations leave the column out: the database must fill it.
            kwargs["default"] = Decimal(0)
            kwargs.setdefault("db_default", Decimal(0))
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave the fixed scale out of migrations."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_digits", None)
        kwargs.pop("decimal_places", None)
        return name, path, args, kwargs


class AmountField(ScaledDecimalField):
    """An amount of money in the company's currency; its precision (default 0.01) is setup."""


class UnitCostField(ScaledDecimalField):
    """A cost or price per base unit, five places."""


class QuantityField(ScaledDecimalField):
    """A quantity in base units, five places. Inbound is positive, outbound negative."""
