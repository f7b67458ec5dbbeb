"""Entries whose cost goes up and down by a cent for ever, because items move each other's cost by way of their orders.

    chair +0.01 -> table +0.01 -> chair -0.01 -> table -0.01 -> ...: left as it is after 20 turns

Within one item the average of a period does the same (`costing.engine.average_period`).
Source: design-details-cost-adjustment (rounding between entries that feed each other).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from django.db import connection

from config.base.amounts import to_e5
from costing.engine.adjust import Adjustment

MAX_TURNS = 20


def without_alternating(adjustment: Adjustment, *, run_id: int, precision_e5: int) -> Adjustment:
    """Leave out corrections no greater than the precision of entries that such corrections of this run have turned."""
    tiny = {
        found.entry_key: found.actual_e5 + found.expected_e5
        for found in adjustment.corrections
        if not found.is_rounding and abs(found.actual_e5 + found.expected_e5) <= precision_e5
    }
    made = _made(tiny, run_id, precision_e5) if tiny else {}
    restless = {key for key, amount_e5 in tiny.items() if turns([*made.get(key, ()), amount_e5]) > MAX_TURNS}
    if not restless:
        return adjustment
    return replace(adjustment, corrections=[each for each in adjustment.corrections if each.entry_key not in restless])


def turns(amounts_e5: Sequence[int]) -> int:
    """How often the sign changes from one amount to the next."""
    return sum(before * after < 0 for before, after in pairwise(amounts_e5))


_MADE = """
SELECT item_ledger_entry_id, sum(amount) FROM costing_costchange
WHERE item_ledger_entry_id = ANY(%s) AND run_id = %s
GROUP BY item_ledger_entry_id, value_entry_id ORDER BY value_entry_id
"""


def _made(entry_keys: Collection[int], run_id: int, precision_e5: int) -> dict[int, list[int]]:
    """The tiny corrections that the run has made of entries, in their order."""
    made: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_MADE, [sorted(entry_keys), run_id])
        for entry_key, amount in cursor.fetchall():
            if abs(to_e5(amount)) <= precision_e5:
                made.setdefault(entry_key, []).append(to_e5(amount))
    return made
