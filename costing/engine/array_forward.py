"""Cost forwarded along applications, for the entries of many items at once, level by level.

    receipt -> sale -> return -> sale          levels 0, 1, 2, 3

An entry is settled once all of its sources are. Each level is one step over columns, whatever its number of entries;
there are about as many levels as the longest chain has links.
"""

from __future__ import annotations

import numpy as np

from costing.engine.array_workings import Workings, ranges, sum_by
from costing.engine.columns import Flags, Ints


def settle(work: Workings, receivers: Flags) -> None:
    """Settle the receivers (a flag for each entry) whose sources are settled or stand; the others make a circle, or
    take from something that nobody settles here: their items are refused.
    """
    links = work.links
    flows = np.flatnonzero(links.carries & receivers[links.receiver])
    waits = flows[receivers[links.source[flows]]]
    missing = np.bincount(links.receiver[waits], minlength=len(receivers))
    waits = waits[np.argsort(links.source[waits], kind="stable")]
    first = np.searchsorted(links.source[waits], np.arange(len(receivers) + 1))
    open_e = receivers.copy()
    level = np.flatnonzero(receivers & (missing == 0))
    while len(level):
        settle_level(work, level)
        open_e[level] = False
        fed = links.receiver[waits[ranges(first[level], first[level + 1] - first[level])]]
        np.subtract.at(missing, fed, 1)
        level = np.unique(fed[missing[fed] == 0])
    work.refuse(open_e)


def settle_level(work: Workings, entries: Ints) -> None:
    """Settle entries whose sources are settled: what their links bring, and the posted cost of what has no link yet."""
    links, _counts = work.links_of(entries)
    links = links[work.links.carries[links]]
    place = np.searchsorted(entries, work.links.receiver[links])
    brought = sum_by(place, work.carried(links, work.total[work.links.source[links]]), len(entries))
    quantity = np.abs(work.quantity[entries])
    open_quantity = quantity - sum_by(place, work.links.quantity[links], len(entries))
    first_cost = work.posted_first[entries]
    brought += np.where(open_quantity != 0, work.share(first_cost, open_quantity, quantity, entries), 0)
    work.forwarded[entries] = brought
    work.total[entries] = brought + work.own[entries]
    work.computed[entries] = True


def receivers_of(work: Workings) -> Flags:
    """Return which entries take their cost over links."""
    receivers = np.zeros(len(work.item), bool)
    receivers[work.links.receiver[work.links.carries]] = True
    return receivers & ~work.refused[work.item]
