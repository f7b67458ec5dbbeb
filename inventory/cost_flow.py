"""Who has its cost from whom: posted applications, and those of the posting that is being planned.

A link must never close a circle: an entry that has its cost, however many steps away, from an outbound may not be what
that outbound takes. Cost flows from layers to outbounds, from outbounds to returns and arrivals, and through an order
from what it uses to what it makes. Source: design-details-item-application.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection

from inventory.application import ClosesCycle, Link, StockEntry, no_cycle
from inventory.enums import ItemLedgerEntryType
from inventory.movements import Plan

_USED = (ItemLedgerEntryType.CONSUMPTION, ItemLedgerEntryType.ASSEMBLY_CONSUMPTION)

_SOURCES = """
WITH RECURSIVE source(id) AS (
    SELECT unnest(%s::bigint[])
    UNION
    SELECT n.id FROM source s CROSS JOIN LATERAL (
        SELECT CASE WHEN a.item_ledger_entry_id = a.outbound_item_entry_id
                    THEN a.inbound_item_entry_id ELSE a.outbound_item_entry_id END AS id
        FROM inventory_itemapplicationentry a
        WHERE a.item_ledger_entry_id = s.id AND a.outbound_item_entry_id IS NOT NULL
          AND a.cancelled_by_id IS NULL AND NOT a.id = ANY(%s)
        UNION ALL
        SELECT used.id
        FROM inventory_itemledgerentry made JOIN inventory_itemledgerentry used
          ON used.order_type = made.order_type AND used.order_no = made.order_no
         AND used.order_line_no = made.order_line_no
        WHERE made.id = s.id AND made.entry_type IN ('output', 'assembly_output')
          AND used.entry_type IN ('consumption', 'assembly_consumption')
    ) n
)
SELECT id FROM source
"""

_MADE = """
SELECT id FROM inventory_itemledgerentry
WHERE entry_type IN ('output', 'assembly_output') AND order_type = %s AND order_no = %s AND order_line_no = %s
"""


class CostFlow:
    """The flow of cost as it stands while a posting is planned."""

    def __init__(self, planned: Plan) -> None:
        self._planned = planned
        self._made: dict[tuple[str, str, int], frozenset[int]] = {}

    def closes_cycle(self, receiver_key: int, source_key: int) -> bool:
        """Whether the source has its cost, however far back, from the receiver."""
        return receiver_key in self.sources_of(source_key)

    def for_new_outbound(self, entry: StockEntry) -> ClosesCycle:
        """The test for an entry that is being posted: only what an order uses feeds somebody at once."""
        if entry.entry_type not in _USED:
            return no_cycle
        if entry.order_line not in self._made:
            self._made[entry.order_line] = frozenset(_ids(_MADE, list(entry.order_line)))
        made = self._made[entry.order_line]
        return self._feeding(made) if made else no_cycle

    def _feeding(self, made: frozenset[int]) -> ClosesCycle:
        return lambda _receiver_key, source_key: not made.isdisjoint(self.sources_of(source_key))

    def sources_of(self, key: int) -> set[int]:
        """The entry itself and all that its cost comes from, posted or being posted."""
        planned = self._planned_sources()
        found: set[int] = set()
        waiting = {key}
        while waiting:
            found |= waiting
            posted = set(self._posted_sources([each for each in waiting if each > 0]))
            next_ones = {source for each in waiting | posted for source in planned.get(each, ())}
            waiting = (posted | next_ones) - found
        return found

    def _planned_sources(self) -> dict[int, list[int]]:
        sources: dict[int, list[int]] = {}
        for link in _links(self._planned):
            if link.outbound_key is not None:
                source = link.inbound_key if link.receiver_key == link.outbound_key else link.outbound_key
                sources.setdefault(link.receiver_key, []).append(source)
        return sources

    def _posted_sources(self, keys: Collection[int]) -> list[int]:
        return _ids(_SOURCES, [list(keys), self._planned.cancelled]) if keys else []


def _links(planned: Plan) -> list[Link]:
    made = [link for entry in planned.entries for link in (*entry.links, *entry.covers)]
    return made + [link for displaced in planned.displaced.values() for link in displaced.links]


def _ids(sql: str, parameters: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [row[0] for row in cursor.fetchall()]
