"""Writing a standard cost to the card: its shares, the stockkeeping units, and the unit cost that follows it."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from datetime import date
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from config.base import changelog
from config.base.amounts import round_amount
from config.base.locks import require_transaction
from inventory.enums import CostingMethod
from inventory.models import Item, StockkeepingUnit

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares of a standard cost, per base unit."""

    material: Decimal = ZERO
    capacity: Decimal = ZERO
    subcontracted: Decimal = ZERO
    capacity_overhead: Decimal = ZERO
    manufacturing_overhead: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return sum(astuple(self), ZERO)

    def times(self, factor: Decimal) -> Shares:
        return Shares(*(share * factor for share in astuple(self)))

    def plus(self, other: Shares) -> Shares:
        return Shares(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def rounded(self, precision: Decimal) -> Shares:
        return Shares(*(round_amount(share, precision) for share in astuple(self)))

    def scaled_to(self, total: Decimal, precision: Decimal) -> Shares:
        """The same proportions with another sum; what rounding leaves goes to material."""
        before = self.total
        if not before:
            return Shares(material=total)
        scaled = self.times(total / before).rounded(precision)
        return scaled.plus(Shares(material=total - scaled.total))

    def columns(self, prefix: str = "") -> dict[str, Decimal]:
        """As columns of a card or worksheet line."""
        return {f"{prefix}{share.name}_share": getattr(self, share.name) for share in fields(self)}


def shares_of(record: object, prefix: str = "") -> Shares:
    """The shares on a card or worksheet line."""
    return Shares(*(getattr(record, f"{prefix}{share.name}_share") for share in fields(Shares)))


def write_standard_cost(
    item_id: int,
    shares: Shares,
    *,
    rolled_up: Shares | None = None,
    on: date | None = None,
    location_id: int | None = None,
    of_unit: bool = False,
    user_id: int | None = None,
) -> None:
    """Write a standard cost to the card and all its stockkeeping units, and to the change log. The item must be locked.

    `rolled_up`: None where nothing was rolled up: all is material of the item itself. `of_unit`: to the stockkeeping
    units of one location alone, where averages are taken by place. Unit cost follows for items kept at standard.
    """
    require_transaction()
    units = StockkeepingUnit.objects.filter(item_id=item_id)
    at_place = units.filter(location__isnull=True) if location_id is None else units.filter(location_id=location_id)
    if of_unit and at_place.exists():
        at_place.update(standard_cost=shares.total, unit_cost=shares.total)
        return
    cost: dict[str, object] = {"standard_cost": shares.total}
    cards = Item.objects.filter(pk=item_id)
    if cards.filter(item_model_group__costing_method=CostingMethod.STANDARD).exists():
        cost["unit_cost"] = shares.total
    units.update(**cost)
    above = rolled_up if rolled_up is not None else Shares(material=shares.total)
    calculated = {"standard_cost_calculated_on": on} if on else {}
    before = changelog.snapshot(cards.get())
    cards.update(**cost, **shares.columns(), **above.columns("rolled_up_"), **calculated)
    changelog.record(_user(user_id), before, changelog.snapshot(cards.get()), origin="standard cost")


def _user(user_id: int | None) -> AbstractBaseUser | None:
    return None if user_id is None else get_user_model().objects.get(pk=user_id)
