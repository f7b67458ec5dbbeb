"""What stands in which bin of a location, kept beside the ledger.

The ledger knows locations. Bins say where in a location goods stand: what is on hand there less what the bins hold
stands outside the bins. Goods that are shipped may be taken from a bin that still names them: then less than nothing
stands outside, and the page says so until they are taken out of the bin.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from config.base import changelog
from config.base.errors import DomainError, ErrorCode
from config.base.formatting import format_number
from inventory import selectors
from inventory.models import Bin, BinContent, Item, Location, Variant

ZERO = Decimal(0)
MOVE_PERMISSIONS = ("base.transfer_post", "base.reclass_post")
"""Whoever has one of them moves goods between the bins of a location, at the scan station and on its page."""


def outside_bins(*, item: Item, location: Location) -> Decimal:
    """What of an item stands at a location in no bin, all variants; below zero where bins name more than there is."""
    held = BinContent.objects.filter(bin__location=location, item=item).aggregate(total=Sum("quantity"))["total"]
    return selectors.on_hand(item_id=item.pk, location_id=location.pk) - (held or ZERO)


def move(
    *,
    location: Location,
    item: Item,
    variant: Variant | None,
    quantity: Decimal,
    from_bin: Bin | None,
    to_bin: Bin | None,
    user: Any,
) -> None:
    """Move goods between two bins of a location; no bin means outside the bins.

    Raises: DomainError where less stands there, or both ends are the same.
    """
    if from_bin == to_bin:
        raise DomainError(_("Both ends are the same. Choose two bins, or leave one of them blank."))
    if any(each is not None and each.location_id != location.pk for each in (from_bin, to_bin)):
        raise DomainError(_("Both bins are to stand at %(code)s.") % {"code": location.code})
    with transaction.atomic():
        # Whoever moves goods of a location waits for the others that do.
        Location.objects.select_for_update(no_key=True).get(pk=location.pk)
        if from_bin is None:
            _check(outside_bins(item=item, location=location), quantity, _("outside the bins"), item)
        else:
            _change(from_bin, item, variant, -quantity, user)
        if to_bin is not None:
            _change(to_bin, item, variant, quantity, user)


def take_what_is_gone(*, item: Item, location: Location, user: Any) -> None:
    """Take out of the bins what they name and the location does not hold any more, from the first bins first."""
    with transaction.atomic():
        Location.objects.select_for_update(no_key=True).get(pk=location.pk)
        too_much = -outside_bins(item=item, location=location)
        rows = BinContent.objects.filter(bin__location=location, item=item, quantity__gt=0)
        for row in rows.select_related("bin__location", "variant").order_by("bin__code", "pk"):
            part = min(too_much, row.quantity)
            if part <= 0:
                return
            _change(row.bin, item, row.variant, -part, user)
            too_much -= part


def _change(place: Bin, item: Item, variant: Variant | None, quantity: Decimal, user: Any) -> None:
    found = BinContent.objects.filter(bin=place, item=item, variant=variant).first()
    row = found or BinContent(bin=place, item=item, variant=variant)
    if quantity < 0:
        _check(row.quantity, -quantity, place.code, item)
    before = row.quantity
    row.quantity += quantity
    row.save()
    label = f"{place.code} {item.no} {variant or ''}".strip()
    changelog.record(
        user,
        changelog.words(place.location, {label: str(before.normalize())}),
        changelog.words(place.location, {label: str(row.quantity.normalize())}),
    )


def _check(there: Decimal, wanted: Decimal, where: str, item: Item) -> None:
    if there < wanted:
        raise DomainError(
            _("%(there)s %(item)s stand %(where)s, %(wanted)s are to move. Move fewer, or choose another place.")
            % {
                "there": format_number(there, "quantity"),
                "wanted": format_number(wanted, "quantity"),
                "item": item.no,
                "where": where,
            },
            code=ErrorCode.INSUFFICIENT_QUANTITY,
        )
