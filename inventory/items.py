"""Making items."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from config.base import numbering
from inventory.models import InventorySetup, Item


def create_item(item: Item, *, today: date) -> Item:
    """Store a new item; a blank number is drawn from the item series.

    Raises: numbering.NumberSeriesError.
    """
    with transaction.atomic():
        if not item.no:
            item.no = numbering.draw(InventorySetup.load().item_series, on=today)[0]
        item.save(force_insert=True)
    return item
