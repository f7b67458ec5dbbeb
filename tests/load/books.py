"""What the database says afterwards, read straight from its tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

_NUMBER = re.compile(r"(.*?)(\d+)$")
_STOCK = """
SELECT i.no, l.code, sum(e.quantity) FROM inventory_itemledgerentry e
JOIN inventory_item i ON i.id = e.item_id JOIN inventory_location l ON l.id = e.location_id
GROUP BY i.no, l.code"""
_DOCUMENTS = "SELECT type, no FROM inventory_posteddocument"
_NUMBERED = """
SELECT no FROM inventory_posteddocument UNION ALL SELECT no FROM inventory_transferorder
UNION ALL SELECT no FROM inventory_count"""
_LAST_USED = "SELECT last_no_used FROM base_numberseriesline WHERE last_no_used <> ''"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Stock by item and place, posted documents (type, number), deadlocks that the server has counted."""

    stock: dict[tuple[str, str], Decimal]
    documents: set[tuple[str, str]]
    deadlocks: int

    @classmethod
    def take(cls) -> Snapshot:
        """Read the database of this moment."""
        deadlocks = _rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")[0][0]
        return cls({(item, place): total for item, place, total in _rows(_STOCK)}, set(_rows(_DOCUMENTS)), deadlocks)

    def moved_since(self, before: Snapshot) -> dict[tuple[str, str], Decimal]:
        """How the stock of each item and place changed; what did not change is left out."""
        places = self.stock.keys() | before.stock.keys()
        changes = {each: self.stock.get(each, Decimal(0)) - before.stock.get(each, Decimal(0)) for each in places}
        return {each: change for each, change in changes.items() if change}


def gaps_and_doubles() -> list[str]:
    """What is wrong with the numbers of posted documents, transfer orders and counts; nothing of these was deleted.

    Each series starts at 1 and ends where its line says that it is.
    """
    last_used = dict(_split(no) for (no,) in _rows(_LAST_USED))
    found: dict[str, list[int]] = defaultdict(list)
    for (no,) in _rows(_NUMBERED):
        prefix, number = _split(no)
        found[prefix].append(number)
    return [
        f"{prefix}: {len(numbers)} numbers up to {max(numbers)}, the series is at {last_used.get(prefix)}"
        for prefix, numbers in sorted(found.items())
        if sorted(numbers) != list(range(1, last_used.get(prefix, 0) + 1))
    ]


def jobs() -> dict[str, int]:
    """How many jobs are in each state."""
    return dict(_rows("SELECT state, count(*) FROM base_job GROUP BY state"))


_MOVED = """
SELECT c.no, i.no, l.quantity_moved, sum(e.quantity)
FROM inventory_countline l JOIN inventory_count c ON c.id = l.count_id JOIN inventory_item i ON i.id = l.item_id
LEFT JOIN inventory_itemledgerentry e ON e.item_id = l.item_id AND e.location_id = l.location_id
    AND e.created_at > c.snapshot_at AND e.created_at <= l.counted_at
WHERE c.status = 'posted' GROUP BY l.id, c.no, i.no HAVING l.quantity_moved <> coalesce(sum(e.quantity), 0)
ORDER BY c.no, i.no"""


def counts_that_missed_movements() -> list[str]:
    """Posted count lines that took something else for moved than what moved until they were counted."""
    return [f"{count}, {item}: {moved} moved, the entries say {total}" for count, item, moved, total in _rows(_MOVED)]


def _split(no: str) -> tuple[str, int]:
    match = _NUMBER.fullmatch(no)
    assert match is not None, no
    return match.group(1), int(match.group(2))


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def differences(told: dict[tuple[str, str], Decimal], booked: dict[tuple[str, str], Decimal]) -> list[str]:
    """Where the books say something else than the clerks were told."""
    keys: Iterable[tuple[str, str]] = sorted(told.keys() | booked.keys())
    return [
        f"{item} at {place}: told {told.get((item, place), 0)}, booked {booked.get((item, place), 0)}"
        for item, place in keys
        if told.get((item, place), Decimal(0)) != booked.get((item, place), Decimal(0))
    ]
