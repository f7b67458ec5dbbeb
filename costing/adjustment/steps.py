"""The steps that a run and an adjustment within a posting share: read, compute, compare, log."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from costing import loading
from costing.adjustment.claims import Claimed, LogLine
from costing.adjustment.terms import Terms
from costing.adjustment.unsettled import named
from costing.adjustment_storing import Computed, StoredItem, StoringTerms
from costing.engine import adjust as engine
from costing.loading import LoadedItem
from costing.models import ItemCostState


def load(item_ids: Sequence[int], terms: Terms) -> list[LoadedItem]:
    """Read items, and compute those that can be computed together."""
    items = loading.load_items(item_ids, periods=terms.periods, precision_e5=terms.precision_e5)
    if items:
        items[0].batch.compute(period_of=terms.periods.end, through=terms.through)
    return items


def compute(loaded: LoadedItem, terms: Terms) -> engine.Adjustment:
    """Return what the books of an item lack; nothing where they are final once posted. Raises: AveragesDoNotSettle."""
    if loaded.is_moving_average:
        return engine.Adjustment([], [])
    with named(loaded.item_id):
        return loaded.batch.adjustment(loaded.position, period_of=terms.periods.end, through=terms.through)


def storing_terms(terms: Terms) -> StoringTerms:
    return StoringTerms(terms.setup, terms.periods, terms.run_id, terms.user_id, terms.through)


def unchanged(chunk: Sequence[Computed]) -> list[Computed]:
    """Return those whose books are still what was read."""
    ids = [computed.item_id for computed in chunk]
    numbers = dict(ItemCostState.objects.filter(pk__in=ids).values_list("pk", "change_no"))
    return [computed for computed in chunk if numbers.get(computed.item_id, 0) == computed.loaded.change_no]


def log_line(computed: Computed, stored: StoredItem, claimed: Claimed, seconds: float) -> LogLine:
    """Return the item's line of the log; amounts of earlier rounds of the run are added up by month."""
    months = sorted({*claimed.amounts, *stored.amounts})
    amounts = {month: str(stored.amounts.get(month, 0) + Decimal(claimed.amounts.get(month, "0"))) for month in months}
    return LogLine(
        item_id=computed.item_id,
        entries_read=computed.loaded.entries_read,
        entries_made=stored.entries,
        amount=str(stored.amount),
        seconds=computed.seconds + seconds,
        amounts=amounts,
    )
