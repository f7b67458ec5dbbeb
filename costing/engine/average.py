"""Average cost: every issue of a period costs the average of what the period had to issue from.

    1 Jan: 20.00 and 40.00 received, 1 issued -> 30.00; another issued in February -> still 30.00

For each period, in order: quantity Q and cost C of everything valued up to its end, open issues of earlier periods
left out. Each issue, in entry order, takes round(C x q / Q) and leaves the sums, so the next one divides what is left
and the last takes all. Goods that come back within the scope (a return, a transfer between two places averaged
together) leave and enter the sums together, once their outbound is costed; the outbound itself is costed from the
sources of the period alone. An issue that a partial revaluation of its period does not reach sees neither the
revaluation nor what was posted after it. Where Q <= 0 or C < 0 an issue keeps its cost.
Where averages are taken over other scopes from a day on, what is there by then is shared out by quantity, or put
together.
Source: design-details-average-cost; design-details-rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from costing.engine.books import Entry, ItemBooks, Kind, Scope, ScopeChange, Sums, Value
from costing.engine.forward import Costs, cost_links, reaches, settle_one
from costing.engine.shares import share_amount_e5, spread_amount_e5

MAX_ROUNDS = 100

PeriodOf = Callable[[date], date]


@dataclass(slots=True)
class ScopePeriod:
    """What one period of one scope holds.

    `issues` are to be costed. `waiting`: the returns and arrivals that wait for an issue, by its key. `others` have
    their cost from elsewhere. `late`: revaluations, in this period, of entries from earlier ones.
    """

    issues: list[Entry] = field(default_factory=list)
    waiting: dict[int, list[Entry]] = field(default_factory=dict)
    others: list[Entry] = field(default_factory=list)
    late: list[Value] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        return [*self.issues, *self.others, *(entry for found in self.waiting.values() for entry in found)]


@dataclass(slots=True)
class Pool:
    """What issues of a period are costed from: entries but for the issues, and partial revaluations of the period."""

    sums: Sums
    entries: list[Entry]
    partial: list[Value]


def average(costs: Costs, *, period_of: PeriodOf, through: date | None = None) -> dict[int, date]:
    """Compute the forwarded cost of all averaged issues, period by period.

    Settles, in the same order, every entry that takes its cost from others.
    Returns: the end of the period of each averaged issue that was computed.
    """
    calendar = _calendar(costs.books, period_of)
    opening = {scope: Sums(sums.quantity_e5, sums.cost_e5) for scope, sums in costs.books.opening.items()}
    period_ends: dict[int, date] = {}
    changes = list(costs.books.scope_changes)
    for end in sorted(calendar):
        if through is not None and end > through:
            break
        while changes and changes[0].first_day <= end:
            opening = _rescoped(opening, changes.pop(0), costs.books.precision_e5)
        scopes = calendar[end]
        for members in scopes.values():
            period_ends.update({issue.key: end for issue in members.issues})
        _settle_period(costs, scopes, opening, end, period_of)
        for scope, members in scopes.items():
            _carry_over(costs, opening.setdefault(scope, Sums()), members, end, period_of)
    return period_ends


def _calendar(books: ItemBooks, period_of: PeriodOf) -> dict[date, dict[Scope, ScopePeriod]]:
    """Sort what is to be computed by period and scope; entries in the order of their numbers."""
    calendar: dict[date, dict[Scope, ScopePeriod]] = {}

    def members(end: date, scope: Scope) -> ScopePeriod:
        return calendar.setdefault(end, {}).setdefault(scope, ScopePeriod())

    for key in sorted(books.entries):
        entry = books.entries[key]
        end = period_of(entry.valuation_date)
        if books.first_day is None or entry.valuation_date >= books.first_day:
            _place(books, entry, members(end, books.scope_of(entry, entry.valuation_date)), end, period_of)
        for value in entry.values:
            value_end = period_of(value.valuation_date)
            later = books.first_day is None or value.valuation_date >= books.first_day
            if value_end > end and later and not entry.is_forwarded(value):
                members(value_end, books.scope_of(entry, value.valuation_date)).late.append(value)
    return calendar


def _rescoped(opening: Mapping[Scope, Sums], change: ScopeChange, precision_e5: int) -> dict[Scope, Sums]:
    """What each pool begins with where averages are taken over other scopes: per place, its share by quantity."""
    item = Sums()
    for sums in opening.values():
        item.add(sums.quantity_e5, sums.cost_e5)
    if not change.by_place:
        return {(None, None): item}
    costs_e5 = spread_amount_e5(item.cost_e5, change.quantities_e5, precision_e5)
    return {scope: Sums(quantity_e5, costs_e5[scope]) for scope, quantity_e5 in change.quantities_e5.items()}


def _place(books: ItemBooks, entry: Entry, members: ScopePeriod, end: date, period_of: PeriodOf) -> None:
    if entry.averaged:
        members.issues.append(entry)
        return
    issue_key = _issue_behind(books, entry, end, period_of)
    if issue_key is None:
        members.others.append(entry)
    else:
        members.waiting.setdefault(issue_key, []).append(entry)


def _issue_behind(books: ItemBooks, entry: Entry, end: date, period_of: PeriodOf) -> int | None:
    """Follow an entry's sources up to an averaged issue of the same scope and period, if one is there."""
    todo, seen = [entry], {entry.key}
    while todo:
        for link in cost_links(books, todo.pop()):
            source = books.entries[link.source_key] if link.source_key is not None else None
            if source is None or source.key in seen:
                continue
            here = books.scope_of(source, source.valuation_date) == books.scope_of(entry, entry.valuation_date)
            if source.averaged and here and period_of(source.valuation_date) == end:
                return source.key
            seen.add(source.key)
            todo.append(source)
    return None


def _settle_period(
    costs: Costs, scopes: dict[Scope, ScopePeriod], opening: dict[Scope, Sums], end: date, period_of: PeriodOf
) -> None:
    """Cost the issues of a period; again while goods that move between scopes still change each other's average."""
    receivers = sorted(
        (entry for members in scopes.values() for entry in members.entries if not entry.averaged),
        key=lambda entry: entry.key,
    )
    keys = [entry.key for members in scopes.values() for entry in members.entries]
    for _round in range(MAX_ROUNDS):
        before = [costs.forwarded_e5.get(key) for key in keys]
        for entry in receivers:
            settle_one(costs, entry)
        for scope, members in scopes.items():
            _cost_issues(costs, members, opening.get(scope, Sums()), end, period_of)
        if [costs.forwarded_e5.get(key) for key in keys] == before:
            break


def _cost_issues(costs: Costs, members: ScopePeriod, opening: Sums, end: date, period_of: PeriodOf) -> None:
    def put_in(pool: Pool, entry: Entry) -> None:
        pool.sums.add(entry.quantity_e5, _cost_in_period(costs, entry, end, period_of))
        pool.partial += [v for v in entry.values if v.partial and period_of(v.valuation_date) == end]
        pool.entries.append(entry)

    pool = Pool(Sums(opening.quantity_e5, opening.cost_e5), [], [value for value in members.late if value.partial])
    pool.sums.add(0, sum(value.cost_e5 for value in members.late))
    for entry in members.others:
        put_in(pool, entry)
    sources = Pool(Sums(pool.sums.quantity_e5, pool.sums.cost_e5), list(pool.entries), list(pool.partial))
    for issue in members.issues:
        returned = members.waiting.get(issue.key, [])
        base = sources if returned else pool
        hidden = _hidden(costs, base, issue, end, period_of)
        quantity_e5, cost_e5 = base.sums.quantity_e5 - hidden.quantity_e5, base.sums.cost_e5 - hidden.cost_e5
        if quantity_e5 > 0 and cost_e5 >= 0:
            costs.forwarded_e5[issue.key] = share_amount_e5(
                cost_e5, issue.quantity_e5, quantity_e5, costs.books.precision_e5
            )
        pool.sums.add(issue.quantity_e5, _cost_in_period(costs, issue, end, period_of))
        for entry in returned:
            settle_one(costs, entry)
            put_in(pool, entry)


def _hidden(costs: Costs, pool: Pool, issue: Entry, end: date, period_of: PeriodOf) -> Sums:
    """What an issue must not see: partial revaluations that do not reach it, and entries posted after them."""
    unseen = [value for value in pool.partial if not reaches(value, issue)]
    hidden = Sums()
    if not unseen:
        return hidden
    first = min(value.key for value in unseen)
    later = [entry for entry in pool.entries if entry.first_value_key > first]
    for entry in later:
        hidden.add(entry.quantity_e5, _cost_in_period(costs, entry, end, period_of))
    counted = {entry.key for entry in later}
    hidden.add(0, sum(value.cost_e5 for value in unseen if value.entry_key not in counted))
    return hidden


def _cost_in_period(costs: Costs, entry: Entry, end: date, period_of: PeriodOf) -> int:
    """The cost that an entry of a period adds to its sums; later revaluations count in their own period."""
    extra = sum(value.cost_e5 for value in entry.values if value.partial or value.kind == Kind.ROUNDING)
    later = sum(
        value.cost_e5
        for value in entry.values
        if period_of(value.valuation_date) > end and not entry.is_forwarded(value)
    )
    return costs.total(entry) + extra - later


def _carry_over(costs: Costs, opening: Sums, members: ScopePeriod, end: date, period_of: PeriodOf) -> None:
    """Add the period to the opening sums of the next; issues that are still open stay out."""
    for entry in members.entries:
        if entry.quantity_e5 > 0 or not entry.remaining_e5:
            opening.add(entry.quantity_e5, _cost_in_period(costs, entry, end, period_of))
    opening.add(0, sum(value.cost_e5 for value in members.late))
