"""The value entries of an entry by what they say: invoiced, expected, charges, overhead, variance, revaluation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from costing.engine.books import VARIANCES, Entry, Kind, Value
from costing.lineage.records import Part, ValueFacts

KIND_PARTS = {
    Kind.INDIRECT: Part.OVERHEAD,
    Kind.REVALUATION: Part.REVALUATION,
    Kind.ROUNDING: Part.ROUNDING,
    Kind.NON_INVENTORY: Part.NON_INVENTORY,
} | dict.fromkeys(VARIANCES, Part.VARIANCE)


@dataclass(frozen=True, slots=True)
class ValueGroup:
    """Value entries of one kind and document; the amount has the sign of the ledger."""

    part: Part
    title: str
    amount_e5: int
    value_keys: tuple[int, ...]


def own_parts(entry: Entry, facts: Mapping[int, ValueFacts], *, forwarded: bool) -> list[ValueGroup]:
    """Group what an entry did not take from a source; with `forwarded` all of its values, as it took from none.

    Invoiced cost is told by document, what is still expected in one sum. Groups of nothing are left out.
    """
    sums: dict[tuple[Part, str], int] = {}
    keys: dict[tuple[Part, str], list[int]] = {}
    for value in entry.values:
        if entry.is_forwarded(value) and not forwarded:
            continue
        for part, title, amount_e5 in _shares(value, facts.get(value.key)):
            sums[part, title] = sums.get((part, title), 0) + amount_e5
            keys.setdefault((part, title), []).append(value.key)
    return [
        ValueGroup(part, title, amount_e5, tuple(keys[part, title]))
        for (part, title), amount_e5 in sums.items()
        if amount_e5
    ]


def _shares(value: Value, facts: ValueFacts | None) -> Iterable[tuple[Part, str, int]]:
    document = facts.document_no if facts else ""
    if value.kind in KIND_PARTS:
        return [(KIND_PARTS[value.kind], document, value.cost_e5)]
    if value.is_charge:
        charge = f"{facts.charge} {document}".strip() if facts else ""
        return [(Part.CHARGE, charge, value.cost_e5)]
    return [(Part.INVOICED, document, value.actual_e5), (Part.EXPECTED, "", value.expected_e5)]
