"""Averages of many pools at once: the next step of every pool, from its first to its last.

A pool is an item, or an item at a place. Its periods are laid out as steps:

    add what comes from elsewhere | issue, and what comes back of it | ... | put open issues aside

All pools take their n-th step together. What depends on issues of the same period in another pool, on chains of
returns, on a return that has a cost of its own, or on several issues at once, is refused: the reference repeats a
period until nothing moves any more.
Source: design-details-average-cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from costing.engine.array_forward import receivers_of, settle
from costing.engine.array_workings import Workings
from costing.engine.columns import Flags, Ints, to_day
from costing.engine.positions import order_of

ADD, TAKE_BACK, ISSUE, PUT_ASIDE = range(4)

PeriodOf = Callable[[date], date]


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps sorted by pool and order. `link`: over which an entry takes its cost back, else -1.

    `from_sources`: the issue is costed from what the period had before its issues; `begins_issues`: the first of them.
    `in_returns` (n_items,): goods of the item come back within a period.
    """

    pool: Ints
    kind: Ints
    entry: Ints
    link: Ints
    quantity: Ints
    cost: Ints
    from_sources: Ints
    begins_issues: Ints
    in_returns: Flags


def average(work: Workings, *, period_of: PeriodOf, through: date | None) -> Ints:
    """Settle all entries of average items. Returns the period end (ordinal) of each entry."""
    entries = work.batch.entries
    period, value_period = _periods(work, period_of)
    first_day = np.array([f.first_day.toordinal() if f.first_day else 0 for f in work.batch.items], np.int64)
    placed = work.is_average[work.item] & (entries.valuation_day >= first_day[work.item])
    if through is not None:
        placed &= period <= through.toordinal()
    issues = placed & entries.averaged
    receivers = receivers_of(work) & placed
    pool = _pools(work)
    back = _taken_back(work, receivers, issues, period, pool)
    takes_back = back >= 0
    settle(work, receivers & ~takes_back)
    steps = _steps(work, placed, issues, back, period, value_period, pool, first_day, through)
    _walk(work, steps)
    return period


def _periods(work: Workings, period_of: PeriodOf) -> tuple[Ints, Ints]:
    """The end of the period of each entry and of each value."""
    days = np.concatenate((work.batch.entries.valuation_day, work.batch.values.valuation_day))
    first = days.min()
    end = np.zeros(days.max() - first + 1, np.int64)
    on = np.flatnonzero(np.bincount(days - first))
    end[on] = [period_of(to_day(day)).toordinal() for day in (on + first).tolist()]
    found = end[days - first]
    return found[: len(work.item)], found[len(work.item) :]


def _pools(work: Workings) -> Ints:
    """A number for the pool of each entry of an average item; the others have one for each item."""
    entries = work.batch.entries
    scoped = np.array([facts.scoped and facts.is_average for facts in work.batch.items], bool)[work.item]
    if not scoped.any():
        return work.item
    location, variant = np.where(scoped, entries.location, 0), np.where(scoped, entries.variant, 0)
    order = order_of(work.item, location, variant)
    begins = np.zeros(len(order), bool)
    for column in (work.item, location, variant):
        begins[1:] |= column[order[1:]] != column[order[:-1]]
    pool = np.empty(len(order), np.int64)
    pool[order] = np.cumsum(begins)
    return pool


def _taken_back(work: Workings, receivers: np.ndarray, issues: np.ndarray, period: Ints, pool: Ints) -> Ints:
    """The one link over which an entry takes the cost of an averaged issue back; -1 for entries that do not.

    Sources of several kinds, of another pool, of a later period, or of a part of the entry only, are refused.
    """
    links = work.links
    flows = np.flatnonzero(links.carries & receivers[links.receiver])
    receiver, source = links.receiver[flows], links.source[flows]
    work.refuse(receiver[period[source] > period[receiver]])
    of_issue = issues[source]
    back = np.full(len(work.item), -1, np.int64)
    back[receiver[of_issue]] = flows[of_issue]
    work.refuse(receiver[back[source] >= 0])
    alone = np.bincount(receiver, minlength=len(work.item)) == 1
    found = np.flatnonzero(back >= 0)
    link = back[found]
    whole = links.quantity[link] == np.abs(work.quantity[found])
    work.refuse(found[~alone[found] | ~whole | (pool[links.source[link]] != pool[found])])
    return back


def _steps(
    work: Workings,
    placed: np.ndarray,
    issues: np.ndarray,
    back: Ints,
    period: Ints,
    value_period: Ints,
    pool: Ints,
    first_day: Ints,
    through: date | None,
) -> Steps:
    values, links = work.batch.values, work.links
    later = ~work.is_direct & (value_period > period[values.entry])
    fixed = work.own + work.rounding - work.sum_of(work.cost, later)
    source = links.source[np.maximum(back, 0)] if len(links.source) else np.zeros(len(back), np.int64)
    waits = placed & (back >= 0) & (period[source] == period) & (pool[source] == pool)
    # With a cost of its own it changes the average of the other issues, so those depend on it.
    work.refuse(waits & (fixed != 0))
    usable = ~work.refused[work.item]
    placed, waits = placed & usable, waits & usable
    takes_back = placed & (back >= 0)
    keys = np.arange(len(work.item))  # within an item entries are sorted by number

    def rows(chosen: np.ndarray, kind: int, phase: int, first: Ints, second: int) -> list[Ints]:
        at = np.flatnonzero(chosen)
        count = np.full(len(at), 1)
        return [pool[at], period[at], count * phase, first[at], count * second, count * kind, at]

    others = placed & ~issues & ~takes_back
    open_issue = placed & (work.quantity < 0) & (work.batch.entries.remaining != 0)
    parts = [
        rows(others, ADD, 0, np.zeros_like(keys), 0),
        rows(takes_back & ~waits, TAKE_BACK, 0, keys + 1, 0),
        rows(issues & placed, ISSUE, 1, keys, 0),
        rows(waits, TAKE_BACK, 1, source, 1),
        rows(open_issue, PUT_ASIDE, 2, keys, 0),
    ]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    is_other = columns[5] == ADD
    quantity = np.where(is_other, work.quantity[columns[6]], 0)
    cost = np.where(is_other, (work.total - work.own + fixed)[columns[6]], fixed[columns[6]])

    late = later & work.is_average[work.item[values.entry]] & usable[values.entry]
    late &= values.valuation_day >= first_day[work.item[values.entry]]
    if through is not None:
        late &= value_period <= through.toordinal()
    at = np.flatnonzero(late)
    zero = np.zeros(len(at), np.int64)
    entry = values.entry[at]
    late_rows = [pool[entry], value_period[at], zero, zero, zero, zero + ADD, entry]
    columns = [np.concatenate(pair) for pair in zip(columns, late_rows, strict=True)]
    quantity, cost = np.concatenate((quantity, zero)), np.concatenate((cost, work.cost[at]))
    return _ordered(work, columns, quantity, cost, back, waits, source)


def _ordered(
    work: Workings, columns: list[Ints], quantity: Ints, cost: Ints, back: Ints, waits: np.ndarray, source: Ints
) -> Steps:
    """Sort the steps; add up what is added in a row, and mark where the issues of a period begin."""
    order = np.lexsort((columns[6], columns[4], columns[3], columns[2], columns[1], columns[0]))
    pool, period, phase, _first, _second, kind, entry = (column[order] for column in columns)
    quantity, cost = quantity[order], cost[order]
    same = np.zeros(len(order), bool)
    same[1:] = (pool[1:] == pool[:-1]) & (kind[1:] == ADD) & (kind[:-1] == ADD)
    starts = np.flatnonzero(~same)
    if len(order):
        quantity, cost = np.add.reduceat(quantity, starts), np.add.reduceat(cost, starts)
    pool, period, phase, kind, entry = (column[starts] for column in (pool, period, phase, kind, entry))
    begins = phase == 1
    begins[1:] &= (pool[1:] != pool[:-1]) | (period[1:] != period[:-1]) | (phase[:-1] != 1)
    has_waiting = np.zeros(len(work.item), bool)
    has_waiting[source[waits]] = True
    in_returns = np.zeros(len(work.batch.items), bool)
    in_returns[work.item[waits]] = True
    from_sources = has_waiting[entry] & (kind == ISSUE)
    return Steps(pool, kind, entry, back[entry], quantity, cost, from_sources, begins, in_returns)


def _walk(work: Workings, steps: Steps) -> None:
    """Take the n-th step of all pools together; the longest pools come first, so the live ones are a prefix."""
    if not len(steps.pool):
        return
    first = np.flatnonzero(np.r_[True, steps.pool[1:] != steps.pool[:-1]])
    length = np.diff(np.r_[first, len(steps.pool)])
    longest_first = np.argsort(-length, kind="stable")
    first, length = first[longest_first], length[longest_first]
    stock, value = _openings(work, steps.entry[first])
    had_stock, had_value = stock.copy(), value.copy()
    live = len(first)
    for rank in range(int(length[0])):
        while length[live - 1] <= rank:
            live -= 1
        step = first[:live] + rank
        begins = np.flatnonzero(steps.begins_issues[step])
        had_stock[begins], had_value[begins] = stock[begins], value[begins]
        kind = steps.kind[step]
        added_quantity, added_cost = steps.quantity[step], steps.cost[step]
        at = np.flatnonzero(kind == ISSUE)
        if len(at):
            from_sources = steps.from_sources[step[at]]
            base = np.where(from_sources, had_stock[at], stock[at]), np.where(from_sources, had_value[at], value[at])
            _refuse_returns_without_stock(work, steps.entry[step[at]], *base, steps.in_returns)
            _issue(work, steps.entry[step[at]], *base)
        back = np.flatnonzero(kind == TAKE_BACK)
        if len(back):
            _take_back(work, steps.entry[step[back]], steps.link[step[back]])
        at = np.flatnonzero(kind != ADD)
        entry = steps.entry[step[at]]
        sign = np.where(kind[at] == PUT_ASIDE, -1, 1)
        added_quantity[at] = sign * work.quantity[entry]
        added_cost[at] = sign * (added_cost[at] + work.forwarded[entry])
        stock[:live] += added_quantity
        value[:live] += added_cost


def _openings(work: Workings, entries: Ints) -> tuple[Ints, Ints]:
    """What the pools of these entries held before their first day."""
    stock, value = np.zeros(len(entries), np.int64), np.zeros(len(entries), np.int64)
    table, precision_e5 = work.batch.entries, work.batch.precision_e5
    for place, entry in enumerate(entries.tolist()):
        item = int(work.item[entry])
        facts = work.batch.items[item]
        if facts.opening:
            scope = (int(table.location[entry]) or None, int(table.variant[entry]) or None)
            sums = facts.opening.get(scope if facts.scoped else (None, None))
            if sums is not None:
                stock[place] = sums.quantity_e5 // int(work.unit[item])
                value[place], rest = divmod(sums.cost_e5, precision_e5)
                work.refused[item] |= rest != 0
    return stock, value


def _refuse_returns_without_stock(work: Workings, entries: Ints, stock: Ints, value: Ints, in_returns: Flags) -> None:
    """Where there is nothing to take from, what comes back may be: the reference looks closer."""
    work.refuse(entries[((stock <= 0) | (value < 0)) & in_returns[work.item[entries]]])


def _issue(work: Workings, entries: Ints, stock: Ints, value: Ints) -> None:
    """Cost issues from their pools; where there is no quantity, or a negative value, they keep what they have."""
    known = (stock > 0) & (value >= 0)
    entries, stock, value = entries[known], stock[known], value[known]
    work.forwarded[entries] = work.share(value, work.quantity[entries], stock, entries)
    work.total[entries] = work.forwarded[entries] + work.own[entries]
    work.computed[entries] = True


def _take_back(work: Workings, entries: Ints, links: Ints) -> None:
    work.forwarded[entries] = work.carried(links, work.total[work.links.source[links]])
    work.total[entries] = work.forwarded[entries] + work.own[entries]
    work.computed[entries] = True
