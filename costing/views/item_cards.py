"""Editing an item card. It stands here and not in inventory, since costing may refuse a change."""

from __future__ import annotations

from costing.item_forms import ItemCardForm
from inventory.views import items


class ItemUpdateView(items.ItemUpdateView):
    form_class = ItemCardForm
