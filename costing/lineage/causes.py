"""What caused each correction of an entry: the documents that moved its sources since it was valued before.

    shipped at 144.00; invoice I-1 makes the receipt dearer; the adjustment +16.00 was caused by I-1

Read off the numbers of value entries: what was posted to a source after the entry's last value, before the correction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from costing.engine.books import Entry
from costing.lineage.pools import Pools
from costing.lineage.records import Trail


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the record of cost changes: whose cost (an entry's, or the average of a period) moved a correction.

    Neither: the time or work that an order used.
    """

    value_key: int
    source_key: int | None
    period_end: date | None
    amount_e5: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a correction was made: the sources that moved, and the documents that moved them."""

    source_keys: tuple[int, ...]
    period_ends: tuple[date, ...]
    documents: tuple[str, ...]


def causes(trail: Trail, pools: Pools, changes: Iterable[Change]) -> dict[int, Cause]:
    """Return the cause of each correction of the root, by value entry."""
    entry = trail.entry(trail.root)
    by_value: dict[int, list[Change]] = {}
    for change in changes:
        by_value.setdefault(change.value_key, []).append(change)
    found = {}
    for value_key, behind in by_value.items():
        since = max((value.key for value in entry.values if value.key < value_key), default=0)
        sources = [change.source_key for change in behind if change.source_key is not None]
        movers = [trail.books.entries[key] for key in sources if key in trail.books.entries]
        if any(change.period_end is not None for change in behind):
            movers += _members(trail, pools)
        found[value_key] = Cause(
            tuple(dict.fromkeys(sources)),
            tuple(dict.fromkeys(change.period_end for change in behind if change.period_end is not None)),
            tuple(_documents(trail, movers, since, value_key)),
        )
    return found


def history(trail: Trail, found: Mapping[int, Cause]) -> tuple[int, list[tuple[int, str]]]:
    """Return the root's cost as first booked, and the amount and cause of each correction; as cost flows."""
    entry = trail.entry(trail.root)
    sign = 1 if entry.quantity_e5 > 0 else -1
    steps: list[tuple[int, str]] = []
    for value in entry.values:
        if value.adjustment and value.cost_e5:
            cause = found.get(value.key)
            steps.append((sign * value.cost_e5, _told(cause) if cause else ""))
    first_e5 = sign * sum(value.cost_e5 for value in entry.values if not value.adjustment)
    return first_e5, steps


def _told(cause: Cause) -> str:
    return ", ".join(cause.documents) or (_("another average") if cause.period_ends else "")


def _members(trail: Trail, pools: Pools) -> list[Entry]:
    found = [pools.get(key) for key in trail.pools.get(trail.root, ())]
    return [trail.entry(member.entry_key) for pool in found if pool is not None for member in pool.members]


def _documents(trail: Trail, movers: Sequence[Entry], since: int, until: int) -> list[str]:
    """Documents whose values moved the sources; of a source that was itself corrected, those of its own sources."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    todo = list(movers)
    while todo:
        mover = todo.pop(0)
        if mover.key in seen:
            continue
        seen.add(mover.key)
        values = [value for value in mover.values if since < value.key < until]
        found |= {
            trail.value_facts[value.key].document_no: None
            for value in values
            if not value.adjustment and value.key in trail.value_facts
        }
        if any(value.adjustment for value in values):
            links = trail.books.sources.get(mover.key, ())
            todo += [trail.entry(link.source_key) for link in links if link.source_key in trail.books.entries]
    return list(found)
