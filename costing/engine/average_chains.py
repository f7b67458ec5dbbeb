"""What an issue feeds within its period, the pools that goods leave and come back to, and what is made of itself.

    EAST -> T1 -> T1IN (WEST) -> T2 -> T2IN (EAST):   T1 feeds T1IN, T2 and T2IN
    2 received, 1 of them reworked and put back:      the output is no part of the period's average, the next has it

All links count, those of quantity too: an averaged outbound takes its cost from its pool, but its goods from a layer,
and so it receives, in its share, from whoever fed that layer; an output receives from what its order used of the item.
A receiver never feeds its own source, so a walk ends.
Source: design-details-average-cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from costing.engine.books import Entry, ItemBooks, Scope


def chain_of(books: ItemBooks, issue: Entry, home: Mapping[int, Scope]) -> set[int]:
    """Return the keys of all that receives from an issue, directly or through others.

    Args:
        home: the entries of the period, and the pool of each. Nothing beyond them is looked at.
    """
    found: set[int] = set()
    todo = [issue.key]
    while todo:
        for key in _receivers(books, todo.pop()):
            if key in home and key not in found:
                found.add(key)
                todo.append(key)
    return found


def _receivers(books: ItemBooks, key: int) -> Iterator[int]:
    for link in books.receivers.get(key, ()):
        yield link.receiver_key
    yield from books.made_of.get(key, ())


def made_of_themselves(books: ItemBooks, period_of: Callable[[date], date]) -> set[int]:
    """Return the outputs whose order used the item itself within the period of the output.

    With them goes what is applied to them and takes their cost, in the same pool and period: the pair cancels.
    """

    def at(entry: Entry) -> tuple[Scope, date]:
        return books.scope_of(entry, entry.valuation_date), period_of(entry.valuation_date)

    found = set()
    for key, used in books.own_use.items():
        output = books.entries.get(key)
        if output is not None and not output.averaged:
            ends = {period_of(books.entries[each].valuation_date) for each in used if each in books.entries}
            if period_of(output.valuation_date) in ends:
                found.add(key)
    todo = list(found)
    while todo:
        source = books.entries[todo.pop()]
        for link in books.receivers.get(source.key, ()):
            receiver = books.entries[link.receiver_key]
            takes_cost = link.cost_application and not receiver.averaged
            if takes_cost and receiver.key not in found and at(receiver) == at(source):
                found.add(receiver.key)
                todo.append(receiver.key)
    return found


def on_circles(books: ItemBooks, home: Mapping[int, Scope]) -> set[Scope]:
    """Return the pools that goods can leave and come back to by way of another pool, within the period.

    Those that lie between two circles are among them: they are as few, and looking closer finds nothing there.
    """
    leads: dict[Scope, set[Scope]] = {}
    for key, scope in home.items():
        for receiver in _receivers(books, key):
            there = home.get(receiver, scope)
            if there != scope:
                leads.setdefault(scope, set()).add(there)
    found = set(leads)
    while True:
        fed = {there for scope in found for there in leads[scope]}
        kept = {scope for scope in found if scope in fed and leads[scope] & found}
        if kept == found:
            return found
        found = kept
