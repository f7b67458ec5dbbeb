"""What people decide about the adjustment of an item: leave it out, or take it in again."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction

from config.base import changelog
from costing.models import ItemCostState
from inventory.models import Item


def exclude(item: Item, *, excluded: bool, user: AbstractBaseUser | AnonymousUser | None, reason: str = "") -> None:
    """Exclude an item from cost adjustment, or include it again. Its entry points stay, so nothing is forgotten."""
    with transaction.atomic():
        state, _made = ItemCostState.objects.select_for_update(no_key=True).get_or_create(item=item)
        before = changelog.snapshot(state)
        ItemCostState.objects.filter(pk=state.pk).update(excluded=excluded)
        state.excluded = excluded
        changelog.record(user, before, changelog.snapshot(state), reason=reason)
