"""Average cost: every issue of a period costs the average of what the period had to issue from.

    1 Jan: 20.00 and 40.00 received, 1 issued -> 30.00; another issued in February -> still 30.00

For each period, in order: quantity Q and cost C of everything valued up to its end, open issues of earlier periods
left out. Each issue, in entry order, takes round(C x q / Q) and leaves the sums, so the next one divides what is left
and the last takes all. Goods that come back within the scope (a return, a transfer between two places averaged
together) leave and enter the sums together, once their outbound is costed; the outbound itself is costed from the
sources of the period alone. Where Q <= 0 or C < 0 an issue keeps its cost.
Source: design-details-average-cost; design-details-rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from costing.engine.books import Entry, ItemBooks, Scope
from costing.engine.forward import Costs, cost_links, settle_one
from costing.engine.shares import share_amount_e5

MAX_ROUNDS = 100


@dataclass(slots=True)
class Sums:
    quantity_e5: int = 0
    cost_e5: int = 0

    def add(self, quantity_e5: int, cost_e5: int) -> None:
        self.quantity_e5 += quantity_e5
        self.cost_e5 += cost_e5


@dataclass(slots=True)
class PeriodEntries:
    """What one period of one scope holds: issues to be costed, and the returns and arrivals that wait for them."""

    issues: list[Entry] = field(default_factory=list)
    waiting: dict[int, list[Entry]] = field(default_factory=dict)


def average(costs: Costs, *, period_of: Callable[[date], date]) -> dict[int, date]:
    """Compute the forwarded cost of all averaged issues, period by period.

    Settles, in the same order, every entry that takes its cost from others.
    Returns: the end of the period of each averaged issue.
    """
    books = costs.books
    ends = sorted({period_of(v.valuation_date) for e in books.entries.values() for v in e.values})
    opening: dict[Scope, Sums] = {}
    period_ends: dict[int, date] = {}
    for end in ends:
        members = _members(books, end, period_of)
        for entries in members.values():
            period_ends.update({issue.key: end for issue in entries.issues})
        for _round in range(MAX_ROUNDS):
            before = dict(costs.forwarded_e5)
            _settle_receivers(costs, end, period_of)
            for scope, entries in members.items():
                _average_period(costs, scope, entries, opening.get(scope, Sums()), end, period_of)
            if costs.forwarded_e5 == before:
                break
        _carry_over(costs, end, period_of, opening)
    return period_ends


def _members(books: ItemBooks, end: date, period_of: Callable[[date], date]) -> dict[Scope, PeriodEntries]:
    """Sort the period's entries by scope; an entry waits for the averaged issue of its own scope and period."""
    members: dict[Scope, PeriodEntries] = {}
    in_period = [e for e in books.entries.values() if period_of(e.valuation_date) == end]
    for entry in sorted(in_period, key=lambda e: e.key):
        of_scope = members.setdefault(entry.scope, PeriodEntries())
        if entry.averaged:
            of_scope.issues.append(entry)
            continue
        issue_key = _issue_behind(books, entry, end, period_of)
        if issue_key is not None:
            of_scope.waiting.setdefault(issue_key, []).append(entry)
    return members


def _issue_behind(books: ItemBooks, entry: Entry, end: date, period_of: Callable[[date], date]) -> int | None:
    """Follow an entry's sources up to an averaged issue of the same scope and period, if one is there."""
    todo, seen = [entry], {entry.key}
    while todo:
        for link in cost_links(books, todo.pop()):
            source = books.entries[link.source_key] if link.source_key is not None else None
            if source is None or source.key in seen:
                continue
            if source.averaged and source.scope == entry.scope and period_of(source.valuation_date) == end:
                return source.key
            seen.add(source.key)
            todo.append(source)
    return None


def _average_period(
    costs: Costs,
    scope: Scope,
    entries: PeriodEntries,
    opening: Sums,
    end: date,
    period_of: Callable[[date], date],
) -> None:
    sums = Sums(opening.quantity_e5, opening.cost_e5)
    waiting_keys = {entry.key for found in entries.waiting.values() for entry in found}
    issue_keys = {issue.key for issue in entries.issues}
    for entry in costs.books.entries.values():
        if entry.scope == scope and entry.key not in issue_keys and entry.key not in waiting_keys:
            sums.add(*_in_period(costs, entry, end, period_of))
    sources = Sums(sums.quantity_e5, sums.cost_e5)
    for issue in entries.issues:
        returned = entries.waiting.get(issue.key, [])
        base = sources if returned else sums
        if base.quantity_e5 > 0 and base.cost_e5 >= 0:
            costs.forwarded_e5[issue.key] = share_amount_e5(
                base.cost_e5, issue.quantity_e5, base.quantity_e5, costs.books.precision_e5
            )
        sums.add(issue.quantity_e5, costs.total(issue))
        for entry in returned:
            settle_one(costs, entry)
            sums.add(entry.quantity_e5, costs.total(entry))


def _in_period(costs: Costs, entry: Entry, end: date, period_of: Callable[[date], date]) -> tuple[int, int]:
    """Quantity and cost that an entry adds to the sums of one period; revaluations count in their own."""
    if period_of(entry.valuation_date) == end:
        later = sum(v.cost_e5 for v in entry.values if period_of(v.valuation_date) > end and not v.is_forwarded)
        partial = sum(v.cost_e5 for v in entry.values if v.partial)
        rounding = sum(v.cost_e5 for v in entry.values if v.is_rounding)
        return entry.quantity_e5, costs.total(entry) + partial + rounding - later
    if period_of(entry.valuation_date) < end:
        now = [v for v in entry.values if period_of(v.valuation_date) == end and not v.is_forwarded]
        return 0, sum(value.cost_e5 for value in now)
    return 0, 0


def _settle_receivers(costs: Costs, end: date, period_of: Callable[[date], date]) -> None:
    for entry in sorted(costs.books.entries.values(), key=lambda e: e.key):
        if not entry.averaged and period_of(entry.valuation_date) == end:
            settle_one(costs, entry)


def _carry_over(costs: Costs, end: date, period_of: Callable[[date], date], opening: dict[Scope, Sums]) -> None:
    """Add the period to the opening sums of the next; issues that are still open stay out."""
    for entry in costs.books.entries.values():
        if entry.quantity_e5 < 0 and entry.remaining_e5:
            continue
        opening.setdefault(entry.scope, Sums()).add(*_in_period(costs, entry, end, period_of))
