"""Where the goods of an order are picked: the bins and lots that hold them, the lot that expires first in front."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from config.base.formatting import format_date
from inventory.models import BinContent, DocumentLine, ItemLedgerEntry
from inventory.scanning.effects import text_of

MOST = 3


@dataclass(frozen=True, slots=True)
class Pick:
    """Where a line is picked: `first` sorts the list by bin and then by lot, `words` says it. Without a bin: last."""

    first: tuple[bool, str, str]
    words: str


def picks(lines: Iterable[DocumentLine]) -> dict[int, Pick]:
    """The places of each line, by line number; two queries."""
    lines = list(lines)
    items = {line.item_id for line in lines}
    bins: dict[tuple[int | None, ...], list[BinContent]] = defaultdict(list)
    rows = BinContent.objects.filter(item__in=items, quantity__gt=0).select_related("bin")
    for row in rows.order_by("bin__code", "pk"):
        bins[row.item_id, row.variant_id, row.bin.location_id].append(row)
    lots: dict[tuple[int | None, ...], list[Any]] = defaultdict(list)
    entries = ItemLedgerEntry.objects.open().filter(item__in=items).exclude(lot_no="")
    found = entries.values("item_id", "variant_id", "location_id", "lot_no", "expiration_date")
    for each in found.annotate(quantity=Sum("remaining_quantity")).order_by(
        F("expiration_date").asc(nulls_last=True), "lot_no"
    ):
        lots[each["item_id"], each["variant_id"], each["location_id"]].append(each)
    return {line.line_no: _pick(line, bins[_key(line)], lots[_key(line)]) for line in lines}


def _key(line: DocumentLine) -> tuple[int | None, ...]:
    return line.item_id, line.variant_id, line.location_id


def _pick(line: DocumentLine, bins: list[BinContent], lots: list[Any]) -> Pick:
    words = [f"{row.bin.code}: {text_of(row.quantity)}" for row in bins[:MOST]]
    # The line's own lot is said beside it already.
    for each in [] if line.lot_no else lots[:MOST]:
        expires = f" ({format_date(each['expiration_date'])})" if each["expiration_date"] else ""
        words.append(_("lot %(no)s") % {"no": f"{each['lot_no']}{expires}"})
    lot_no = line.lot_no or (str(lots[0]["lot_no"]) if lots else "")
    return Pick((not bins, bins[0].bin.code if bins else "", lot_no), ", ".join(words))
