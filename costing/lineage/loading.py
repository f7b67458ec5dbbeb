"""Read what one lineage needs: the entries that it reaches, their sources, and the pools of averages on the way.

The number of queries depends on how many averages lie behind one another (at most `ROUNDS`), not on the entries. What
is not read, because the way is too long or too wide, stands on the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from config.base.amounts import to_e5
from config.base.models import Company
from costing.average_periods import AveragePeriods
from costing.cost_by_day import DaySums, days_of_items
from costing.engine.books import ItemBooks, Link, Scope, Sums
from costing.engine.periods import ONE_DAY
from costing.lineage.pools import Pools
from costing.lineage.reading import Records, read_links, read_orders
from costing.lineage.records import Direction, OrderKey, PeriodBooks, PoolKey, Trail
from costing.lineage.walking import MAX_ENTRIES, reached
from costing.loading import own_use
from costing.loading.own_use import Remade

ROUNDS = 3
MAX_PERIOD_ENTRIES = 1000

_OF_PERIODS = """
SELECT p.place, v.item_ledger_entry_id
FROM unnest(%s::bigint[], %s::date[], %s::date[]) WITH ORDINALITY AS p(item_id, first_day, last_day, place)
CROSS JOIN LATERAL (
    SELECT DISTINCT item_ledger_entry_id FROM costing_valueentry
    WHERE item_id = p.item_id AND valuation_date BETWEEN p.first_day AND p.last_day AND inventoriable
      AND item_ledger_entry_id IS NOT NULL
    LIMIT %s
) v
"""

Period = tuple[int, date]


@dataclass(slots=True)
class _Loader:
    """Reads round by round: what is reached, then the pools among it, then what the pools' members reach."""

    direction: Direction
    records: Records
    periods: AveragePeriods
    precision_e5: int
    links: dict[int, list[Link]] = field(default_factory=dict)
    expanded: set[int] = field(default_factory=set)
    found: dict[Period, PeriodBooks] = field(default_factory=dict)
    pools: dict[int, list[PoolKey]] = field(default_factory=dict)
    truncated: bool = False

    def walk(self, roots: Iterable[int]) -> None:
        """Read what is reached from some entries, with its direct sources."""
        keys, truncated = reached(set(roots) - self.expanded, self.direction, limit=MAX_ENTRIES - len(self.expanded))
        self.truncated |= truncated
        self.expanded |= keys.keys()
        self.read_with_sources(keys)

    def read_with_sources(self, keys: Iterable[int]) -> None:
        wanted = set(keys) - self.links.keys()
        if not wanted:
            return
        for key in wanted:
            self.links[key] = []
        for link in read_links(wanted):
            self.links[link.receiver_key].append(link)
        sources = {link.source_key for key in wanted for link in self.links[key] if link.source_key is not None}
        self.records.read(wanted | sources)

    def read_pools(self, issues: Iterable[int]) -> set[int]:
        """Read the periods that entries of average items belong to; return the members of their pools."""
        wanted: dict[Period, date] = {}
        for key in issues:
            entry, facts = self.records.entries[key], self.records.facts[key]
            days = [entry.valuation_date]
            if entry.quantity_e5 > 0:
                days += [value.valuation_date for value in entry.values if not entry.is_forwarded(value)]
            ends = sorted({self.periods.end(day) for day in days if day >= entry.valuation_date})
            self.pools[key] = [PoolKey(facts.item_id, entry.scope, end) for end in ends]
            wanted |= {(facts.item_id, end): first_day_of(end, self.periods) for end in ends}
        wanted = {period: first for period, first in wanted.items() if period not in self.found}
        if not wanted:
            return set()
        members = _entries_of_periods(wanted)
        small = {period: keys for period, keys in members.items() if len(keys) <= MAX_PERIOD_ENTRIES}
        self.read_with_sources(key for keys in small.values() for key in keys)
        days_by_item = days_of_items({item_id for item_id, _end in wanted})
        for period, first_day in wanted.items():
            self.found[period] = self._period(period, first_day, small.get(period), days_by_item[period[0]])
        scopes = {key for keys in self.pools.values() for key in keys}
        return {
            key
            for (item_id, end), keys in small.items()
            for key in keys
            if PoolKey(item_id, self.records.entries[key].scope, end) in scopes
        }

    def _period(self, period: Period, first_day: date, keys: set[int] | None, days: list[DaySums]) -> PeriodBooks:
        item_id, end = period
        opening: dict[Scope, Sums] = defaultdict(Sums)
        received: dict[Scope, Sums] = defaultdict(Sums)
        issued: dict[Scope, Sums] = defaultdict(Sums)
        by_place = self.periods.is_by_place(end)
        for each in days:
            scope = (each.location_id, each.variant_id) if by_place else (None, None)
            if each.day < first_day and not each.is_open_issue:
                opening[scope].add(to_e5(each.quantity), to_e5(each.cost))
            elif first_day <= each.day <= end:
                (issued if each.averaged else received)[scope].add(to_e5(each.quantity), to_e5(each.cost))
        if keys is None:
            self.truncated = True
            return PeriodBooks(first_day, end, None, opening, received, issued)
        links = [link for key in keys for link in self.links[key]]
        sources = {link.source_key for link in links if link.source_key is not None}
        remade = self._remade(item_id, keys)
        books = ItemBooks.of(
            [self.records.entries[key] for key in keys | sources],
            links,
            precision_e5=self.precision_e5,
            affected=frozenset(keys),
            first_day=first_day,
            opening=opening,
            own_use=remade.line.get(item_id, {}),
            round_use=remade.round.get(item_id, {}),
        )
        return PeriodBooks(first_day, end, books, opening)

    def _remade(self, item_id: int, keys: Iterable[int]) -> Remade:
        """What orders made of an item in a period out of the item itself."""
        facts = self.records.facts
        of_order = [key for key in keys if facts[key].order is not None]
        made, used = any(facts[key].is_output for key in of_order), any(facts[key].is_consumption for key in of_order)
        return own_use.read(of_order if made and used else [], [item_id])

    def trail(self, root: int) -> Trail:
        """What was read, as one; entries that were read for their cost alone are the boundary."""
        orders = read_orders(self._orders())
        made = {key for order in orders.values() for key in (*order.inputs, *order.outputs)}
        self.records.read(made)
        edge = set(self.records.entries.keys() - self.expanded - {root})
        links = [link for key in sorted(self.links) for link in self.links[key]]
        if self.direction == Direction.BACK:
            # An entry with nothing behind it needs no further reading.
            edge = {
                link.receiver_key for link in read_links(edge) if link.source_key is not None and link.cost_application
            }
            links = [link for link in links if link.receiver_key not in edge]
        return Trail(
            root=root,
            books=ItemBooks.of(self.records.entries.values(), links, precision_e5=self.precision_e5),
            facts=self.records.facts,
            value_facts=self.records.value_facts,
            boundary=frozenset(edge),
            orders=orders,
            periods=self.found,
            pools=self.pools,
            truncated=self.truncated,
        )

    def _orders(self) -> set[OrderKey]:
        facts = [self.records.facts[key] for key in self.expanded if key in self.records.facts]
        return {each.order for each in facts if each.order is not None}


def load(root: int, direction: Direction) -> tuple[Trail, Pools]:
    """Read the lineage of an entry in one direction.

    Raises: KeyError for an entry that does not exist.
    """
    periods = AveragePeriods.load()
    precision = Company.objects.values_list("amount_rounding_precision", flat=True).get()
    loader = _Loader(direction, Records(periods), periods, to_e5(precision))
    loader.walk([root])
    if root not in loader.records.entries:
        raise KeyError(root)
    if direction == Direction.FORTH:
        entry, facts = loader.records.entries[root], loader.records.facts[root]
        if facts.averages and entry.quantity_e5 > 0:
            loader.read_pools([root])
    else:
        for _round in range(ROUNDS):
            issues = [key for key in loader.expanded if _needs_pool(loader, key)]
            if not issues:
                break
            loader.walk(loader.read_pools(issues))
    return loader.trail(root), Pools(loader.found, periods.end)


def first_day_of(end: date, periods: AveragePeriods) -> date:
    """Return the first day of the average period that ends on a day."""
    first = end
    while periods.end(first - ONE_DAY) == end:
        first -= ONE_DAY
    return first


def _needs_pool(loader: _Loader, key: int) -> bool:
    entry = loader.records.entries.get(key)
    return entry is not None and entry.averaged and key not in loader.pools


def _entries_of_periods(wanted: dict[Period, date]) -> dict[Period, set[int]]:
    """The entries with values in each period, one more than is read of a period that has too many."""
    periods = list(wanted)
    found: dict[Period, set[int]] = {period: set() for period in periods}
    parameters: list[Any] = [
        [item_id for item_id, _end in periods],
        [wanted[period] for period in periods],
        [end for _item_id, end in periods],
        MAX_PERIOD_ENTRIES + 1,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_OF_PERIODS, parameters)
        for place, entry_id in cursor.fetchall():
            found[periods[place - 1]].add(entry_id)
    return found
