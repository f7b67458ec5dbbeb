"""Editing an item card: the page of inventory, with what costing has to say about it.

`config.urls` serves it at inventory's address.
"""

from __future__ import annotations

from costing.item_forms import ItemCardForm
from inventory.views import items


class ItemUpdateView(items.ItemUpdateView):
    form_class = ItemCardForm
