"""What says that an item is unadjusted, and how an adjustment settles it.

Only the marks that were read go: the items are locked, and their change numbers are those that were read. Where a run
ends at a date, the later periods of average items stay unadjusted, and the first of them gets a point of its own,
because what was settled before it moves its opening.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from config.base.bulk import array_literal
from costing import value_storing
from costing.average_periods import AveragePeriods
from costing.loading import LoadedItem
from inventory.application import Place

# Points of an item are numbered while it is locked: what came after the books were read has a higher number.
_SETTLE_POINTS = """
DELETE FROM costing_avgcostadjmtentrypoint p
USING unnest(%(items)s::bigint[], %(last)s::bigint[]) AS n(item_id, last)
WHERE p.item_id = n.item_id AND p.id <= n.last
"""

_SETTLE_POINTS_THROUGH = f"""
{_SETTLE_POINTS} AND p.valuation_date <= %(through)s RETURNING p.item_id, p.variant_id, p.location_id
"""

_CLEAR_FLAGS = """
UPDATE inventory_itemledgerentry SET applied_entry_to_adjust = false
WHERE item_id = ANY(%s) AND applied_entry_to_adjust
  AND NOT EXISTS (SELECT 1 FROM costing_avgcostadjmtentrypoint p WHERE p.item_id = inventory_itemledgerentry.item_id)
"""

# A second run that read the same books must notice that they changed, as it does after a posting.
_RAISE_NUMBERS = """
INSERT INTO costing_itemcoststate AS s (item_id, change_no, adjusted_at)
SELECT item_id, 1, %(at)s FROM unnest(%(ids)s::bigint[]) AS item_id
ON CONFLICT (item_id) DO UPDATE SET change_no = s.change_no + 1, adjusted_at = %(at)s,
    allow_online_adjustment = s.allow_online_adjustment OR NOT EXISTS (
        SELECT 1 FROM costing_avgcostadjmtentrypoint p WHERE p.item_id = s.item_id)
"""

_LATER_VALUES = """
SELECT item_id, variant_id, location_id, min(valuation_date) FROM costing_valueentry
WHERE item_id = ANY(%s) AND valuation_date > %s AND inventoriable GROUP BY 1, 2, 3
"""


def settle(
    items: Sequence[LoadedItem],
    *,
    became_invoiced: Sequence[int],
    periods: AveragePeriods,
    through: date | None,
    adjusted_at: datetime,
) -> None:
    """Take away what marked the items as unadjusted, as far as it was read; raise their change numbers.

    Items without a point left may be adjusted by postings again.
    """
    if became_invoiced:
        _mark_invoiced(became_invoiced)
    ids = [item.item_id for item in items]
    with connection.cursor() as cursor:
        if through is None:
            _settle_points(items)
        else:
            _settle_points([item for item in items if not item.is_average])
            settled = _settle_points_through([item for item in items if item.is_average], through)
            _mark_later(set(settled), through, periods)
        cursor.execute(_CLEAR_FLAGS, [ids])
        cursor.execute(_RAISE_NUMBERS, {"ids": ids, "at": adjusted_at})


def _mark_invoiced(entry_ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_itemledgerentry SET completely_invoiced = true WHERE id = ANY(%s::bigint[])",
            [array_literal(entry_ids)],
        )


def _settle_points(items: Sequence[LoadedItem]) -> None:
    """Delete the points that were read."""
    if items:
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE_POINTS, _read_points(items))


def _settle_points_through(items: Sequence[LoadedItem], through: date) -> list[Place]:
    """Delete the points that were read, up to a date; returns their scopes."""
    if not items:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE_POINTS_THROUGH, _read_points(items) | {"through": through})
        gone: list[Place] = cursor.fetchall()
    return gone


def _read_points(items: Sequence[LoadedItem]) -> dict[str, Any]:
    return {
        "items": array_literal(item.item_id for item in items),
        "last": array_literal(item.last_point_id for item in items),
    }


def _mark_later(settled: Collection[Place], through: date, periods: AveragePeriods) -> None:
    """Mark the first period after the end of the run, in every scope that was settled up to it."""
    if not settled:
        return
    with connection.cursor() as cursor:
        cursor.execute(_LATER_VALUES, [sorted({place[0] for place in settled}), through])
        rows = cursor.fetchall()
    first: dict[Place, date] = {}
    for *place, valuation_date in rows:
        item_id, variant_id, location_id = place
        if (item_id, variant_id, location_id) in settled or (item_id, None, None) in settled:
            scope = periods.place((item_id, variant_id, location_id), average=True, on=valuation_date)
            first[scope] = min(first.get(scope, valuation_date), valuation_date)
    value_storing.mark_points((*scope, periods.end(valuation_date)) for scope, valuation_date in first.items())
