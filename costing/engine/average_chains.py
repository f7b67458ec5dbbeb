"""What an issue feeds within its period, and the pools that goods leave and come back to.

    EAST -> T1 -> T1IN (WEST) -> T2 -> T2IN (EAST):   T1 feeds T1IN, T2 and T2IN

All links count, those of quantity too: an averaged outbound takes its cost from its pool, but its goods from a layer,
and so it receives, in its share, from whoever fed that layer. A receiver never feeds its own source, so a walk ends.
Source: design-details-average-cost.
"""

from __future__ import annotations

from collections.abc import Mapping

from costing.engine.books import Entry, ItemBooks, Scope


def chain_of(books: ItemBooks, issue: Entry, home: Mapping[int, Scope]) -> set[int]:
    """Return the keys of all that receives from an issue, directly or through others.

    Args:
        home: the entries of the period, and the pool of each. Nothing beyond them is looked at.
    """
    found: set[int] = set()
    todo = [issue.key]
    while todo:
        for link in books.receivers.get(todo.pop(), ()):
            if link.receiver_key in home and link.receiver_key not in found:
                found.add(link.receiver_key)
                todo.append(link.receiver_key)
    return found


def on_circles(books: ItemBooks, home: Mapping[int, Scope]) -> set[Scope]:
    """Return the pools that goods can leave and come back to by way of another pool, within the period.

    Those that lie between two circles are among them: they are as few, and looking closer finds nothing there.
    """
    leads: dict[Scope, set[Scope]] = {}
    for key, scope in home.items():
        for link in books.receivers.get(key, ()):
            there = home.get(link.receiver_key, scope)
            if there != scope:
                leads.setdefault(scope, set()).add(there)
    found = set(leads)
    while True:
        fed = {there for scope in found for there in leads[scope]}
        kept = {scope for scope in found if scope in fed and leads[scope] & found}
        if kept == found:
            return found
        found = kept
