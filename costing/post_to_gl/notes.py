"""Dimensions that would be refused today: an entry is posted with its own all the same, and the run notes it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from config.base import dimensions
from config.base.errors import DomainError
from config.base.models import DimensionSet


@dataclass(frozen=True, slots=True)
class DimensionNote:
    """The dimension values as text, what is wrong with them, and how many value entries were posted with them."""

    values: str
    reason: str
    count: int


def dimension_notes(counts: Collection[tuple[int, int]]) -> list[DimensionNote]:
    """Return a note for each dimension set that is not allowed; `counts` are (set, value entries)."""
    if not counts:
        return []
    sets = DimensionSet.objects.in_bulk([key for key, _count in counts])
    notes = []
    for key, count in sorted(counts):
        # The key is copied from the item ledger entry and is not checked by the database.
        known = sets.get(key)
        if known is not None and (reason := _refusal(known)):
            notes.append(DimensionNote(str(known), reason, count))
    return notes


def _refusal(dimension_set: DimensionSet) -> str:
    try:
        dimensions.check(dimension_set.values)
    except DomainError as error:
        return " ".join(error.messages)
    return ""
