"""Roll standard costs up through bills of material: what a unit costs that is built of others.

    BIKE = 1 FRAME (standard 80.00) + 2 WHEEL (unit cost 15.00), indirect 10 %, overhead rate 1.00
    material 80.00 + 30.00 = 110.00, overhead 11.00 + 1.00 = 12.00, standard 122.00

A component that is built itself, or kept at standard, counts with its standard, any other with its unit cost. The
rolled-up shares add the components' shares up instead of their costs, so they show what the labour and overhead below
amount to. Source: finance-about-calculating-standard-cost; domain rules 8.1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from config.base.amounts import round_amount
from config.base.errors import DomainError, ErrorCode
from costing.card_costs import Shares, shares_of
from inventory.enums import CostingMethod, ItemType
from inventory.models import BomLine, Item

MAX_LEVELS = 50
HUNDRED = Decimal(100)


class CircularBom(DomainError):
    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class Overhead:
    """Overhead of one item: a percentage of what goes into it, and a rate per unit."""

    percent: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class StandardOf:
    """A standard cost: its own shares, which add up to it, and the shares rolled up from below."""

    single_level: Shares
    rolled_up: Shares


class RollUp:
    """Standards of items and their components, computed once each, components first.

    `new`, `overheads`: what a worksheet has in mind, instead of what stands on the cards. `all_levels`: components that
    are built are computed again, unless the worksheet knows them; else they count with the standard that they have.
    """

    def __init__(
        self,
        item_ids: Collection[int],
        *,
        precision: Decimal,
        new: Mapping[int, Shares] | None = None,
        overheads: Mapping[int, Overhead] | None = None,
        all_levels: bool = True,
    ) -> None:
        self.precision, self.all_levels = precision, all_levels
        self.wanted = set(item_ids)
        self.new, self.overheads = new or {}, overheads or {}
        self.components: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
        self.items: dict[int, Item] = {}
        self.done: dict[int, StandardOf] = {}
        self._load(item_ids)

    def _load(self, item_ids: Collection[int]) -> None:
        """Read the items and everything below them, level by level."""
        level = set(item_ids)
        for _depth in range(MAX_LEVELS + 1):
            if not level:
                return
            found = Item.objects.filter(pk__in=level).select_related("item_model_group")
            self.items.update({item.pk: item for item in found})
            below = set()
            for parent_id, component_id, quantity in (
                BomLine.objects.filter(parent_id__in=level, component__type=ItemType.INVENTORY)
                .order_by("pk")
                .values_list("parent_id", "component_id", "quantity_per")
            ):
                self.components[parent_id].append((component_id, quantity))
                below.add(component_id)
            level = below - self.items.keys()
        raise self._too_deep(level)

    def of(self, item_id: int, *, above: tuple[int, ...] = ()) -> StandardOf:
        """The standard of an item. Raises: CircularBom where it is built of itself, or more than 50 levels deep."""
        if item_id in above or len(above) > MAX_LEVELS:
            raise self._too_deep({item_id})
        if item_id not in self.done:
            self.done[item_id] = self._built(item_id, above) if self.is_built(item_id) else self._bought(item_id)
        return self.done[item_id]

    def is_built(self, item_id: int) -> bool:
        return bool(self.components.get(item_id))

    def _built(self, item_id: int, above: tuple[int, ...]) -> StandardOf:
        material, rolled_up = Decimal(0), Shares()
        for component_id, quantity in self.components[item_id]:
            cost, shares = self._component(component_id, (*above, item_id))
            material += quantity * cost
            rolled_up = rolled_up.plus(shares.times(quantity))
        overhead = self._overhead(item_id)
        own = Shares(
            material=round_amount(material, self.precision),
            manufacturing_overhead=round_amount(material * overhead.percent / HUNDRED + overhead.rate, self.precision),
        )
        above_shares = rolled_up.plus(Shares(manufacturing_overhead=own.manufacturing_overhead))
        return StandardOf(own, above_shares.rounded(self.precision))

    def _component(self, item_id: int, above: tuple[int, ...]) -> tuple[Decimal, Shares]:
        """What a component costs, and the shares of that."""
        if self.is_built(item_id) and item_id not in self.wanted:
            item = self.items[item_id]
            thought_of = self.new.get(item_id)
            if thought_of is not None:
                return thought_of.total, thought_of
            if not self.all_levels:
                return item.standard_cost, shares_of(item, "rolled_up_").scaled_to(item.standard_cost, self.precision)
        standard = self.of(item_id, above=above)
        return standard.single_level.total, standard.rolled_up

    def _bought(self, item_id: int) -> StandardOf:
        """An item without components is material: at its new or present standard, or at its unit cost."""
        item = self.items[item_id]
        if item_id in self.new:
            cost = self.new[item_id].total
        elif item.item_model_group.costing_method == CostingMethod.STANDARD:
            cost = item.standard_cost
        else:
            cost = item.unit_cost
        return StandardOf(Shares(material=cost), Shares(material=cost))

    def _overhead(self, item_id: int) -> Overhead:
        item = self.items[item_id]
        return self.overheads.get(item_id) or Overhead(item.indirect_cost_percent, item.overhead_rate)

    def _too_deep(self, item_ids: Collection[int]) -> CircularBom:
        numbers = sorted(Item.objects.filter(pk__in=item_ids).values_list("no", flat=True))
        return CircularBom(
            _(
                "The bill of material of item %(items)s contains the item itself, or is more than %(levels)s levels "
                "deep. Correct it first."
            )
            % {"items": ", ".join(numbers), "levels": MAX_LEVELS}
        )
