"""Making stockkeeping units for many items at a location, in a few statements."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from config.base import changelog
from inventory.enums import ItemType
from inventory.models import Item, Location, StockkeepingUnit, Variant


def plan_units(items: QuerySet[Item], *, location: Location, with_variants: bool) -> list[StockkeepingUnit]:
    """The stockkeeping units that are missing: one for each stocked item, or for each of its variants.

    They take the costs of the card, which costing keeps from then on.
    """
    chosen = list(items.filter(type=ItemType.INVENTORY).order_by("no"))
    variants: dict[int, list[Variant]] = {}
    if with_variants:
        for variant in Variant.objects.filter(item__in=[item.pk for item in chosen], blocked=False).order_by("code"):
            variants.setdefault(variant.item_id, []).append(variant)
    there = set(StockkeepingUnit.objects.filter(location=location).values_list("item_id", "variant_id"))
    none: list[Variant | None] = [None]
    pairs = [(item, variant) for item in chosen for variant in variants.get(item.pk) or none]
    missing = [pair for pair in pairs if (pair[0].pk, pair[1].pk if pair[1] else None) not in there]
    return [_unit(item, variant, location) for item, variant in missing]


def make_units(items: QuerySet[Item], *, location: Location, with_variants: bool, user: Any) -> int:
    """Make the missing stockkeeping units; return how many. Each stands in the change log of its item."""
    with transaction.atomic():
        missing = plan_units(items, location=location, with_variants=with_variants)
        StockkeepingUnit.objects.bulk_create(missing, batch_size=1000)
        changes = [
            (
                changelog.words(unit.item, {}),
                changelog.words(unit.item, {_("stockkeeping unit"): f"{location.code} {unit.variant or ''}".strip()}),
            )
            for unit in missing
        ]
        changelog.record_many(user, changes, origin="bulk edit")
    return len(missing)


def _unit(item: Item, variant: Variant | None, location: Location) -> StockkeepingUnit:
    return StockkeepingUnit(
        item=item,
        variant=variant,
        location=location,
        unit_cost=item.unit_cost,
        standard_cost=item.standard_cost,
        last_direct_cost=item.last_direct_cost,
        reorder_point=item.reorder_point,
    )
