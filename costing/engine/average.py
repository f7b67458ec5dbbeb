"""Average cost: every issue of a period costs the average of what the period had to issue from.

    1 Jan: 20.00 and 40.00 received, 1 issued -> 30.00; another issued in February -> still 30.00

For each period, in order: quantity Q and cost C of everything valued up to its end, open issues of earlier periods
left out. Each issue, in entry order, takes round(C x q / Q), without whatever it feeds itself (`average_period`). An
issue that a partial revaluation of its period does not reach sees neither the revaluation nor what was posted after it.
Where Q <= 0 or C < 0 an issue keeps its cost.
Where averages are taken over other scopes from a day on, what is there by then is shared out by quantity, or put
together.
Source: design-details-average-cost; design-details-rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from costing.engine.average_chains import made_of_themselves
from costing.engine.average_period import Period, PeriodOf, ScopePeriod, added_e5
from costing.engine.books import Entry, ItemBooks, Scope, ScopeChange, Sums
from costing.engine.forward import Costs, cost_links
from costing.engine.shares import spread_amount_e5


def average(costs: Costs, *, period_of: PeriodOf, through: date | None = None) -> dict[int, date]:
    """Compute the forwarded cost of all averaged issues, period by period.

    Settles, in the same order, every entry that takes its cost from others.
    Returns: the end of the period of each averaged issue that was computed.
    Raises: NotSettled, where the averages of a period never come to rest.
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
        Period(costs, scopes, opening, end=end, period_of=period_of).settle()
        for scope, members in scopes.items():
            _carry_over(costs, opening.setdefault(scope, Sums()), members, end, period_of)
    return period_ends


def _calendar(books: ItemBooks, period_of: PeriodOf) -> dict[date, dict[Scope, ScopePeriod]]:
    """Sort what is to be computed by period and scope; entries in the order of their numbers."""
    calendar: dict[date, dict[Scope, ScopePeriod]] = {}

    def members(end: date, scope: Scope) -> ScopePeriod:
        return calendar.setdefault(end, {}).setdefault(scope, ScopePeriod())

    apart = made_of_themselves(books, period_of)
    for key in sorted(books.entries):
        entry = books.entries[key]
        end = period_of(entry.valuation_date)
        if books.first_day is None or entry.valuation_date >= books.first_day:
            home = members(end, books.scope_of(entry, entry.valuation_date))
            if key in apart:
                home.apart.append(entry)
            else:
                _place(books, entry, home, end, period_of)
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


def _carry_over(costs: Costs, opening: Sums, members: ScopePeriod, end: date, period_of: PeriodOf) -> None:
    """Add the period to the opening sums of the next; issues that are still open stay out."""
    for entry in members.entries:
        if entry.quantity_e5 > 0 or not entry.remaining_e5:
            opening.add(entry.quantity_e5, costs.forwarded(entry) + added_e5(entry, end, period_of))
    opening.add(0, sum(value.cost_e5 for value in members.late))
