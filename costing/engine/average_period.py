"""One average period: its issues costed from the pools of their scopes.

For each issue, in the order of their numbers, out of everything that is valued up to the end of the period:

    left out                                                                    rows of the domain rules
    the issue itself, and whatever receives cost from it in the period                           3 and 5
    what an order made in the period and used the item itself for                                      4
    all other issues of the pool, when goods of this one come back to the pool                         7
    otherwise: the issues with a greater number; those before it are in, with their new cost           8

    EAST 10 for 100.00, T1 takes 4 to WEST, T2 brings 2 of them back:  T1 costs 40.00, whatever T2 brings;
    WEST 4 of 40.00 and 4 of 80.00: nothing of T2 comes back there, it takes 2 x 120.00 / 8 = 30.00

Where all that comes back to a pool is what one of its issues gave, at that cost and nothing added, every issue has the
average of what did not come back. Then the goods stay out of the sums until their issue is costed, and no issue waits
for another. Elsewhere, and where pools feed each other, a cost can hang on itself: the period is computed over and over
until nothing moves. It begins with what the pools have of their own, not with what is posted, so that the same books
always come to the same end. An issue that goes up and down by a cent for ever stays where it is; one that finds value
to take from only as long as it takes none keeps what is posted.
Source: design-details-average-cost; design-details-rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from costing.engine.average_chains import chain_of, on_circles
from costing.engine.books import Entry, Kind, Scope, Sums, Value
from costing.engine.forward import Costs, cost_links, reaches, settle, settle_one
from costing.engine.shares import share_amount_e5

MAX_ROUNDS = 1000
MAX_TURNS = 20
"""So often may an issue's cost go up and down by no more than the precision."""

PeriodOf = Callable[[date], date]


class NotSettled(Exception):
    """The averages of a period depend on each other in such a way that they never come to rest.

    `end`: the last day of the period. `issue_keys`: issues whose cost still moved.
    """

    def __init__(self, end: date, issue_keys: list[int]) -> None:
        self.end = end
        self.issue_keys = issue_keys
        super().__init__(f"averages of the period up to {end} do not settle: {issue_keys}")


@dataclass(slots=True)
class ScopePeriod:
    """What one period of one scope holds.

    `issues` are to be costed. `waiting`: the returns and arrivals that wait for an issue, by its key. `others` have
    their cost from elsewhere. `apart`: likewise, but made of the item itself: a source for later periods only. `late`:
    revaluations, in this period, of entries from earlier ones.
    """

    issues: list[Entry] = field(default_factory=list)
    waiting: dict[int, list[Entry]] = field(default_factory=dict)
    others: list[Entry] = field(default_factory=list)
    apart: list[Entry] = field(default_factory=list)
    late: list[Value] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        return [*self.issues, *self.others, *self.apart, *self.came_back]

    @property
    def came_back(self) -> list[Entry]:
        return [entry for found in self.waiting.values() for entry in found]


@dataclass(slots=True)
class Pool:
    """One scope while its period is computed.

    `opening`: with late revaluations. `chains`: for each issue, what of `received` it feeds; None where what comes back
    waits for its issue. `received`: all but the issues, without what waits; `left`: of that, with what came back since,
    what the issues costed so far have left. `remade`: issues of which something apart is made. `is_short`: goods come
    back, and an issue found nothing to take from.
    """

    members: ScopePeriod
    opening: Sums
    chains: dict[int, list[Entry]] | None = None
    received: list[Entry] = field(default_factory=list)
    received_sums: Sums = field(default_factory=Sums)
    left: list[Entry] = field(default_factory=list)
    left_sums: Sums = field(default_factory=Sums)
    remade: set[int] = field(default_factory=set)
    has_partial: bool = False
    is_short: bool = False

    def add(self, entry: Entry, cost_e5: int) -> None:
        self.left.append(entry)
        self.left_sums.add(entry.quantity_e5, cost_e5)


class Period:
    """The pools of one period, which may feed each other.

    `goes_round`: a cost may hang on itself. Then an issue that finds its pool negative is `held` at what it has until
    nothing moves. `kept`: issues that are computed no more. `turns`: the last step of an issue, and how often it
    turned. `remakes`: orders made goods of the item out of themselves.
    """

    def __init__(
        self,
        costs: Costs,
        scopes: Mapping[Scope, ScopePeriod],
        opening: Mapping[Scope, Sums],
        *,
        end: date,
        period_of: PeriodOf,
    ) -> None:
        self.costs, self.end, self.period_of = costs, end, period_of
        self.home = {entry.key: scope for scope, members in scopes.items() for entry in members.entries}
        self.order = [costs.books.entries[key] for key in sorted(self.home)]
        self.added_e5 = {entry.key: added_e5(entry, end, period_of) for entry in self.order}
        self.pools = {scope: self._pool(members, opening.get(scope, Sums())) for scope, members in scopes.items()}
        self.circles = on_circles(costs.books, self.home)
        made_of = costs.books.made_of
        self.remakes = any(key in self.home for used in made_of if used in self.home for key in made_of[used])
        for scope, pool in self.pools.items():
            pool.chains = self._chains_if_needed(pool, on_circle=scope in self.circles)
            pool.received = [*pool.members.others, *(pool.members.came_back if pool.chains is not None else ())]
        self.goes_round = False
        self.held: set[int] = set()
        self.kept: set[int] = set()
        self.turns: dict[int, tuple[int, int]] = {}

    def settle(self) -> None:
        """Cost all issues and what takes from them. Raises: NotSettled."""
        if self.circles or any(pool.chains is not None for pool in self.pools.values()):
            self._begin_with_own_sources()
        self._repeat()
        while True:
            short = [pool for pool in self.pools.values() if pool.is_short and pool.chains is None]
            if short:
                # What came back may be all that there is to take from.
                for pool in short:
                    pool.chains = self._chains(pool)
                    pool.received = [*pool.members.others, *pool.members.came_back]
                self._begin_with_own_sources()
            elif self.held:
                self._keep(min(self.held))
            else:
                return
            self._repeat()

    def _keep(self, issue_key: int) -> None:
        """Leave an issue at what is posted, whatever comes: so the next run finds it just as this one did."""
        self.kept.add(issue_key)
        self.costs.forwarded_e5.pop(issue_key, None)
        self.turns.clear()

    def _repeat(self) -> None:
        """Compute until nothing moves. Each issue that is kept gives the others as many rounds again."""
        rounds = 0
        while rounds < MAX_ROUNDS:
            before, kept = [self.costs.forwarded_e5.get(entry.key) for entry in self.order], len(self.kept)
            self._compute()
            moved = self._moved(before)
            if not moved:
                return
            rounds = 0 if len(self.kept) > kept else rounds + 1
        raise NotSettled(self.end, [key for key in moved if self.costs.books.entries[key].averaged])

    def _pool(self, members: ScopePeriod, opening: Sums) -> Pool:
        late_e5 = sum(value.cost_e5 for value in members.late)
        pool = Pool(members, Sums(opening.quantity_e5, opening.cost_e5 + late_e5))
        values = [*members.late, *(value for entry in members.entries for value in entry.values)]
        pool.has_partial = any(value.partial for value in values)
        return pool

    def _chains(self, pool: Pool) -> dict[int, list[Entry]]:
        """What each issue feeds of its own pool."""
        books, members = self.costs.books, pool.members
        received = {entry.key for entry in (*members.others, *members.came_back)}
        made = {entry.key for entry in members.apart if entry.quantity_e5 > 0}
        chains = {}
        for issue in members.issues:
            chain = chain_of(books, issue, self.home)
            chains[issue.key] = [books.entries[key] for key in sorted(chain & received)]
            if chain & made:
                pool.remade.add(issue.key)
        return chains

    def _chains_if_needed(self, pool: Pool, *, on_circle: bool) -> dict[int, list[Entry]] | None:
        """None where all that comes back may wait for its issue."""
        may_wait = not self.remakes and self._may_wait(pool)
        if may_wait and not on_circle:
            return None
        chains = self._chains(pool)
        waiting = {entry.key for entry in pool.members.came_back}
        fed = {entry.key for entries in chains.values() for entry in entries}
        return None if may_wait and fed <= waiting else chains

    def _may_wait(self, pool: Pool) -> bool:
        """Tell whether what comes back brings nothing but its share of one issue."""
        for issue_key, came_back in pool.members.waiting.items():
            group = {issue_key, *(entry.key for entry in came_back)}
            for entry in came_back:
                links = cost_links(self.costs.books, entry)
                linked_e5 = sum(abs(link.quantity_e5) for link in links)
                alone = all(link.source_key in group for link in links) and linked_e5 == abs(entry.quantity_e5)
                if not alone or self.added_e5[entry.key] or any(value.partial for value in entry.values):
                    return False
        return True

    def _begin_with_own_sources(self) -> None:
        """Cost all issues, for a beginning, from what their pool has without any issue of the period."""
        self.goes_round = True
        self.kept.clear()
        self.turns.clear()
        issues = [entry for entry in self.order if entry.averaged]
        fed = {key for issue in issues for key in chain_of(self.costs.books, issue, self.home)}
        receivers = [entry.key for entry in self.order if not entry.averaged]
        settle(self.costs, [key for key in receivers if key not in fed])
        for pool in self.pools.values():
            own = Sums(pool.opening.quantity_e5, pool.opening.cost_e5)
            for entry in (*pool.members.others, *pool.members.came_back):
                if entry.key not in fed:
                    own.add(entry.quantity_e5, self._cost_e5(entry))
            for issue in pool.members.issues:
                self.costs.forwarded_e5[issue.key] = self._share_e5(own, issue) or 0
        settle(self.costs, [key for key in receivers if key in fed])

    def _compute(self) -> None:
        """Once over all entries; what waits is settled together with its issue."""
        self.held.clear()
        for pool in self.pools.values():
            pool.received_sums = Sums(pool.opening.quantity_e5, pool.opening.cost_e5)
            for entry in pool.received:
                pool.received_sums.add(entry.quantity_e5, self._cost_e5(entry))
            pool.left, pool.is_short = list(pool.received), False
            pool.left_sums = Sums(pool.received_sums.quantity_e5, pool.received_sums.cost_e5)
        waiting = {e.key for pool in self.pools.values() if pool.chains is None for e in pool.members.came_back}
        apart = {entry.key for pool in self.pools.values() for entry in pool.members.apart}
        for entry in self.order:
            pool = self.pools[self.home[entry.key]]
            if entry.averaged:
                self._cost_issue(pool, entry)
            elif entry.key not in waiting:
                before_e5 = self._cost_e5(entry)
                settle_one(self.costs, entry)
                difference_e5 = 0 if entry.key in apart else self._cost_e5(entry) - before_e5
                pool.received_sums.add(0, difference_e5)
                pool.left_sums.add(0, difference_e5)

    def _cost_issue(self, pool: Pool, issue: Entry) -> None:
        if issue.key not in self.kept:
            seen = self._pool_for(pool, issue)
            cost_e5 = self._share_e5(seen, issue)
            if cost_e5 is not None:
                self.costs.forwarded_e5[issue.key] = cost_e5
            elif self.goes_round and seen.quantity_e5 > 0:
                self.held.add(issue.key)
            else:
                self.costs.forwarded_e5.pop(issue.key, None)
            pool.is_short |= cost_e5 is None and bool(pool.members.waiting)
        pool.add(issue, self._cost_e5(issue))
        if pool.chains is None:
            for entry in pool.members.waiting.get(issue.key, ()):
                settle_one(self.costs, entry)
                pool.add(entry, self._cost_e5(entry))

    def _pool_for(self, pool: Pool, issue: Entry) -> Sums:
        """What an issue is costed from."""
        fed = pool.chains[issue.key] if pool.chains is not None else pool.members.waiting.get(issue.key, [])
        comes_back = issue.key in pool.remade or any(entry.quantity_e5 > 0 for entry in fed)
        sums = pool.received_sums if comes_back else pool.left_sums
        seen = Sums(sums.quantity_e5, sums.cost_e5)
        if pool.chains is not None:
            for entry in fed:
                seen.add(-entry.quantity_e5, -self._cost_e5(entry))
        if pool.has_partial:
            fed_keys = {entry.key for entry in fed}
            entries = [each for each in (pool.received if comes_back else pool.left) if each.key not in fed_keys]
            hidden = self._hidden(pool, entries, issue)
            seen.add(-hidden.quantity_e5, -hidden.cost_e5)
        return seen

    def _hidden(self, pool: Pool, entries: list[Entry], issue: Entry) -> Sums:
        """What an issue must not see: partial revaluations that do not reach it, and entries posted after them."""
        partial = [value for value in pool.members.late if value.partial]
        partial += [
            value
            for entry in entries
            for value in entry.values
            if value.partial and self.period_of(value.valuation_date) == self.end
        ]
        unseen = [value for value in partial if not reaches(value, issue)]
        hidden = Sums()
        if not unseen:
            return hidden
        first = min(value.key for value in unseen)
        later = [entry for entry in entries if entry.first_value_key > first]
        for entry in later:
            hidden.add(entry.quantity_e5, self._cost_e5(entry))
        counted = {entry.key for entry in later}
        hidden.add(0, sum(value.cost_e5 for value in unseen if value.entry_key not in counted))
        return hidden

    def _share_e5(self, sums: Sums, issue: Entry) -> int | None:
        """The cost of an issue; None where there is nothing to take it from."""
        if sums.quantity_e5 <= 0 or sums.cost_e5 < 0:
            return None
        precision_e5 = self.costs.books.precision_e5
        return share_amount_e5(sums.cost_e5, issue.quantity_e5, sums.quantity_e5, precision_e5)

    def _cost_e5(self, entry: Entry) -> int:
        """The cost that an entry of the period adds to its sums."""
        return self.costs.forwarded(entry) + self.added_e5[entry.key]

    def _moved(self, before: list[int | None]) -> list[int]:
        """The entries that the last round moved. The first issue that has turned too often is kept as it is."""
        moved, restless = [], []
        for entry, old_e5 in zip(self.order, before, strict=True):
            new_e5 = self.costs.forwarded_e5.get(entry.key)
            if new_e5 == old_e5:
                continue
            moved.append(entry.key)
            step_e5 = (new_e5 or 0) - (old_e5 or 0)
            if entry.averaged and abs(step_e5) <= self.costs.books.precision_e5:
                last_e5, turns = self.turns.get(entry.key, (0, 0))
                turns += step_e5 * last_e5 < 0
                self.turns[entry.key] = (step_e5, turns)
                restless += [entry.key] if turns > MAX_TURNS else []
        if restless:
            self.kept.add(restless[0])
            self.turns.clear()
        return moved


def added_e5(entry: Entry, end: date, period_of: PeriodOf) -> int:
    """What an entry of a period adds to its sums beyond what was forwarded to it.

    Later revaluations count in their own period.
    """
    extra = sum(value.cost_e5 for value in entry.values if value.partial or value.kind == Kind.ROUNDING)
    later = sum(
        value.cost_e5
        for value in entry.values
        if period_of(value.valuation_date) > end and not entry.is_forwarded(value)
    )
    return entry.own_cost_e5 + extra - later
