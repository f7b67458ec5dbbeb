"""Making items."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from config.base import numbering
from inventory.models import InventorySetup, Item

LIKE_THE_LAST = ("item_model_group", "inventory_posting_group", "gen_prod_posting_group", "base_unit_of_measure")


def proposed_choices() -> dict[str, int]:
    """What a new item proposes: the model group of the setup, and otherwise what the latest item has."""
    latest = Item.objects.order_by("-pk").values(*LIKE_THE_LAST).first() or {}
    default_group = InventorySetup.load().default_item_model_group_id
    proposed = latest | ({"item_model_group": default_group} if default_group else {})
    return {name: pk for name, pk in proposed.items() if pk is not None}


def create_item(item: Item, *, today: date) -> Item:
    """Store a new item; a blank number is drawn from the item series.

    Raises: numbering.NumberSeriesError.
    """
    with transaction.atomic():
        if not item.no:
            item.no = numbering.draw(InventorySetup.load().item_series, on=today)[0]
        item.save(force_insert=True)
    return item
