"""The pool of an average period as a lineage shows it: what it holds, who took from it, and the share of each.

    1 Jan: 20.00 and 40.00 received, 1 issued: the pool is 60.00 for 2, the issue takes 30.00, 30.00 are left

The shares are those of the engine, computed from the books of the one period and the sums before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from costing.engine.average import average
from costing.engine.average_period import NotSettled
from costing.engine.books import Entry, ItemBooks, Sums
from costing.engine.forward import Costs
from costing.lineage.records import PeriodBooks, PoolKey

PeriodOf = Callable[[date], date]


@dataclass(frozen=True, slots=True)
class Member:
    """What an entry brings to a pool; `late`: only by values of this period, the entry itself is older."""

    entry_key: int
    quantity_e5: int
    amount_e5: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """What an issue should take from a pool, and what it holds; both positive."""

    entry_key: int
    quantity_e5: int
    share_e5: int
    posted_e5: int


@dataclass(slots=True)
class Pool:
    """Opening and members add up to the pool; issues and what is left likewise. `rest`: members that were not read."""

    key: PoolKey
    opening: Sums
    members: list[Member] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    rest: Sums = field(default_factory=Sums)
    issued_rest: Sums = field(default_factory=Sums)

    @property
    def quantity_e5(self) -> int:
        return self.opening.quantity_e5 + self.rest.quantity_e5 + sum(member.quantity_e5 for member in self.members)

    @property
    def amount_e5(self) -> int:
        return self.opening.cost_e5 + self.rest.cost_e5 + sum(member.amount_e5 for member in self.members)


@dataclass(slots=True)
class Pools:
    """The pools of a lineage, each computed once."""

    periods: dict[tuple[int, date], PeriodBooks]
    period_of: PeriodOf
    found: dict[PoolKey, Pool] = field(default_factory=dict)
    costs: dict[tuple[int, date], Costs] = field(default_factory=dict)

    def get(self, key: PoolKey) -> Pool | None:
        """The pool; None where its period was not read at all."""
        period = self.periods.get((key.item_id, key.end))
        if period is None:
            return None
        if key not in self.found:
            self.found[key] = self._read(key, period) if period.books is not None else _summed(key, period)
        return self.found[key]

    def _read(self, key: PoolKey, period: PeriodBooks) -> Pool:
        assert period.books is not None
        costs = self._costs(key, period.books)
        pool = Pool(key, period.opening.get(key.scope, Sums()))
        for entry_key in sorted(period.books.entries):
            entry = period.books.entries[entry_key]
            if entry.scope != key.scope or not period.books.is_affected(entry):
                continue
            end = self.period_of(entry.valuation_date)
            if end == key.end and entry.averaged:
                pool.issues.append(Issue(entry.key, -entry.quantity_e5, -costs.forwarded(entry), -entry.posted_cost_e5))
            elif end == key.end:
                pool.members.append(Member(entry.key, entry.quantity_e5, self._in_period(entry, key.end)))
            elif end < key.end and (late_e5 := self._late(entry, key.end)):
                pool.members.append(Member(entry.key, 0, late_e5, late=True))
        return pool

    def _costs(self, key: PoolKey, books: ItemBooks) -> Costs:
        at = (key.item_id, key.end)
        if at not in self.costs:
            self.costs[at] = Costs(books)
            try:
                average(self.costs[at], period_of=self.period_of, through=key.end)
            except NotSettled:
                # No adjustment can say what it should be: what is posted stands.
                self.costs[at] = Costs(books)
        return self.costs[at]

    def _in_period(self, entry: Entry, end: date) -> int:
        """The posted cost of an entry without values that count in a later period."""
        return sum(
            value.cost_e5
            for value in entry.values
            if entry.is_forwarded(value) or self.period_of(value.valuation_date) <= end
        )

    def _late(self, entry: Entry, end: date) -> int:
        return sum(
            value.cost_e5
            for value in entry.values
            if not entry.is_forwarded(value) and self.period_of(value.valuation_date) == end
        )


def _summed(key: PoolKey, period: PeriodBooks) -> Pool:
    received, issued = period.received.get(key.scope, Sums()), period.issued.get(key.scope, Sums())
    return Pool(
        key,
        period.opening.get(key.scope, Sums()),
        rest=received,
        issued_rest=Sums(-issued.quantity_e5, -issued.cost_e5),
    )
