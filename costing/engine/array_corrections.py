"""What the books of many items lack, as columns: corrections by document, whose cost moved them, and roundings.

The same figures as `costing.engine.adjust` makes for one item, in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from costing.engine.array_workings import Workings, sum_by
from costing.engine.books import Kind
from costing.engine.columns import Flags, Ints
from costing.engine.corrections import Corrections
from costing.engine.positions import Positions


@dataclass(frozen=True, slots=True)
class Rows:
    """Corrections to be made, by entry and then in the order of their documents; amounts in units of the precision."""

    entry: Ints
    original: Ints
    actual: Ints
    expected: Ints
    kind: Ints


def became_invoiced(work: Workings) -> tuple[Flags, list[int]]:
    """Transfers whose sources are all completely invoiced: flags of entries, and their positions in order."""
    entries, values, links = work.batch.entries, work.batch.values, work.links
    running = np.concatenate(([0], np.cumsum(values.invoiced_quantity)))
    invoiced = running[work.first_value[1:]] - running[work.first_value[:-1]]
    has_links = links.first[1:] > links.first[:-1]
    candidates = entries.affected & ~entries.completely_invoiced & has_links & (invoiced == entries.quantity)
    final = entries.completely_invoiced.copy()
    became = []
    for entry in np.flatnonzero(candidates).tolist():
        sources = links.source[links.first[entry] : links.first[entry + 1]]
        if (sources < 0).any():
            work.refused[work.item[entry]] = True
        elif final[sources].all():
            final[entry] = True
            became.append(entry)
    return final, became


def corrections(work: Workings, final: Flags, period: Ints) -> tuple[Corrections, Ints]:
    """Return all corrections, sorted by item and within an item as the reference orders them, and the item of each.

    Args:
        final: entries that are completely invoiced now.
        period: the end of the average period of each entry, as an ordinal.
    """
    rows = _documents(work)
    change_of, source, quantity, amount = _source_changes(work, rows)
    pooled = work.batch.entries.averaged[rows.entry]
    changes = [
        np.concatenate(pair)
        for pair in zip(
            (change_of, work.batch.entries.key[source], np.zeros(len(source), np.int64), quantity, amount),
            _pool_changes(work, rows, np.flatnonzero(pooled), period),
            strict=True,
        )
    ]
    roundings = _roundings(work, final)
    rows = Rows(*(np.concatenate((getattr(rows, name), getattr(roundings, name))) for name in Rows.__slots__))
    return _sorted(work, rows, changes)


def _documents(work: Workings) -> Rows:
    """Compare, document by document, actual cost with actual and expected with expected."""
    values = work.batch.values
    held = _held(work)
    is_original = work.is_direct & (values.key == values.original)
    invoicing = np.flatnonzero(is_original & (values.invoiced_quantity != 0) & work.computed[values.entry])
    entry = values.entry[invoicing]
    rank = np.arange(len(entry)) - np.searchsorted(entry, entry)
    cost_left, quantity_left = work.forwarded.copy(), work.quantity.copy()
    parts = []
    for each in range(int(rank.max()) + 1 if len(rank) else 0):
        value = invoicing[rank == each]
        of = values.entry[value]
        invoiced = values.invoiced_quantity[value] // work.unit[work.item[of]]
        target = work.share(cost_left[of], invoiced, quantity_left[of], of)
        cost_left[of] -= target
        quantity_left[of] -= invoiced
        differs = np.flatnonzero(target != held[value])
        zero = np.zeros(len(differs), np.int64)
        difference = (target - held[value])[differs]
        parts.append([of[differs], values.key[value[differs]], difference, zero, zero + each])
    last = len(parts)
    expected = cost_left - work.sum_of(work.expected, work.is_direct)
    wrong = np.flatnonzero((expected != 0) & (quantity_left != 0) & work.computed)
    first = np.searchsorted(values.entry[is_original], wrong)
    originals = np.flatnonzero(is_original)
    if len(wrong):
        first = np.minimum(first, len(originals) - 1)
        work.refuse(wrong[values.entry[originals[first]] != wrong])
        zero = np.zeros(len(wrong), np.int64)
        parts.append([wrong, values.key[originals[first]], zero, expected[wrong], zero + last])
    if not parts:
        return Rows(*(np.zeros(0, np.int64) for _name in Rows.__slots__))
    entry, original, actual, expected, place = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((place, entry))
    order = order[~work.refused[work.item[entry[order]]]]
    kind = np.full(len(order), int(Kind.DIRECT))
    return Rows(entry[order], original[order], actual[order], expected[order], kind)


def _held(work: Workings) -> Ints:
    """The actual cost that each original holds with its corrections, at the position of the original."""
    values = work.batch.values
    held = np.where(work.is_direct, work.actual, 0)
    corrects = np.flatnonzero(work.is_direct & (values.original != values.key))
    if len(corrects):
        held[corrects] = 0
        place = Positions(values.key).of(values.original[corrects])
        work.refuse(values.entry[corrects[place < 0]])
        np.add.at(held, place[place >= 0], work.actual[corrects[place >= 0]])
    return held


def _source_changes(work: Workings, rows: Rows) -> tuple[Ints, Ints, Ints, Ints]:
    """Whose cost moved each correction that does not come from a pool: position of the correction, source entry,
    quantity and amount. See `forward.source_changes`.
    """
    moved_rows = np.flatnonzero(~work.batch.entries.averaged[rows.entry])
    entry_of_row = rows.entry[moved_rows]
    amount_of_row = rows.actual[moved_rows] + rows.expected[moved_rows]
    moved_entries, entry_place = np.unique(entry_of_row, return_inverse=True)
    links, _counts = work.links_of(moved_entries)
    links = links[work.links.carries[links]]
    group = np.searchsorted(moved_entries, work.links.receiver[links])
    total = sum_by(entry_place, amount_of_row, len(moved_entries))

    weights = work.links.quantity[links]
    moved = work.carried(links, work.total[work.links.source[links]]) - _carried_before(work, links)
    rest = total - sum_by(group, moved, len(moved_entries))
    left = moved + _spread(work, rest, weights, group, moved_entries)

    found: list[list[Ints]] = []
    rank = np.arange(len(entry_of_row)) - np.searchsorted(entry_of_row, entry_of_row)
    for each in range(int(rank.max()) + 1 if len(rank) else 0):
        chosen = np.flatnonzero(rank == each)
        amount = np.zeros(len(moved_entries), np.int64)
        row_of_entry = np.full(len(moved_entries), -1, np.int64)
        amount[entry_place[chosen]] = amount_of_row[chosen]
        row_of_entry[entry_place[chosen]] = moved_rows[chosen]
        used = np.flatnonzero(row_of_entry[group] >= 0)
        by = np.where(total[group[used]] != 0, left[used], weights[used])
        parts = _spread(work, amount, by, group[used], moved_entries)
        total -= amount
        left[used] -= parts
        real = parts != 0
        of = links[used][real]
        quantity = work.links.quantity[of] * work.unit[work.item[work.links.receiver[of]]]
        found.append([row_of_entry[group[used][real]], work.links.source[of], quantity, parts[real]])
    if not found:
        zero = np.zeros(0, np.int64)
        return zero, zero, zero, zero
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    change_of, source, quantity, amount = (column[order] for column in columns)
    return change_of, source, quantity, amount


def _carried_before(work: Workings, links: Ints) -> Ints:
    """What links brought when their receivers were last valued: the sources without what was posted since."""
    values = work.batch.values
    counted = np.where(work.is_rounding, 0, work.cost)
    running = np.concatenate(([0], np.cumsum(counted)))
    receiver, source = work.links.receiver[links], work.links.source[links]
    last = work.first_value[receiver + 1] - 1
    has_value = work.first_value[receiver + 1] > work.first_value[receiver]
    limit = np.where(has_value, values.key[np.maximum(last, 0)], 0)
    # Values are sorted by entry and number: one search among pairs of both.
    base = int(values.key.max(initial=0)) + 2
    if len(work.item) * float(base) >= 2**62:
        work.refused[:] = True
        return np.zeros(len(links), np.int64)
    until = np.searchsorted(values.entry * base + values.key, source * base + limit)
    return work.carried(links, running[until] - running[work.first_value[source]])


def _spread(work: Workings, amounts: Ints, weights: Ints, group: Ints, entries: Ints) -> Ints:
    """Divide an amount for each group by the weights of its rows; the last row takes the rest."""
    if not len(group):
        return np.zeros(0, np.int64)
    whole = sum_by(group, weights, len(amounts))[group]
    known = whole != 0
    parts = work.share(amounts[group], np.where(known, weights, 0), np.where(known, whole, 1), entries[group])
    is_last = np.r_[group[1:] != group[:-1], True]
    parts[is_last] = 0
    given = sum_by(group, parts, len(amounts))
    parts[is_last] = amounts[group[is_last]] - given[group[is_last]]
    return parts


def _pool_changes(work: Workings, rows: Rows, pooled: Ints, period: Ints) -> list[Ints]:
    entry = rows.entry[pooled]
    quantity = np.abs(work.batch.entries.quantity[entry])
    amount = rows.actual[pooled] + rows.expected[pooled]
    return [pooled, np.zeros(len(pooled), np.int64), period[entry], quantity, amount]


def _roundings(work: Workings, final: Flags) -> Rows:
    """What is left of exhausted layers, once they and all that took from them are invoiced."""
    entries, values, links = work.batch.entries, work.batch.values, work.links
    exhausted = entries.affected & (entries.quantity > 0) & (entries.remaining == 0) & final
    exhausted &= ~work.is_average[work.item] & ~work.refused[work.item]
    taken = np.flatnonzero(links.takes & (links.source >= 0))
    taken = taken[exhausted[links.source[taken]]]
    count = len(work.item)
    takers = np.bincount(links.source[taken], minlength=count)
    not_final = np.bincount(links.source[taken], weights=~final[links.receiver[taken]], minlength=count)
    carried = work.carried(taken, work.total[links.source[taken]])
    left = work.total + work.rounding + sum_by(links.source[taken], carried, count)
    found = np.flatnonzero(exhausted & (takers > 0) & (not_final == 0) & (left != 0))
    invoices = np.flatnonzero(work.is_direct & ~values.adjustment)
    last = np.searchsorted(values.entry[invoices], found, side="right") - 1
    known = (last >= 0) & (values.entry[invoices[np.maximum(last, 0)]] == found) if len(invoices) else last < -1
    work.refuse(found[~known])
    found, last = found[known], last[known]
    zero = np.zeros(len(found), np.int64)
    return Rows(found, values.key[invoices[last]], -left[found], zero, zero + int(Kind.ROUNDING))


def _sorted(work: Workings, rows: Rows, changes: list[Ints]) -> tuple[Corrections, Ints]:
    """Put corrections in the order of items, roundings last, and what moved them in the order of the corrections."""
    keep = np.flatnonzero(~work.refused[work.item[rows.entry]])
    order = keep[np.lexsort((keep, rows.kind[keep] == Kind.ROUNDING, work.item[rows.entry[keep]]))]
    new_place = np.full(len(rows.entry), -1, np.int64)
    new_place[order] = np.arange(len(order))
    change_of, source_keys, period_ends, quantity, amount = changes
    change_of = new_place[change_of]
    kept = np.flatnonzero(change_of >= 0)
    kept = kept[np.argsort(change_of[kept], kind="stable")]
    precision_e5 = work.batch.precision_e5
    made = Corrections(
        entry_keys=work.batch.entries.key[rows.entry[order]],
        original_keys=rows.original[order],
        actual_e5=rows.actual[order] * precision_e5,
        expected_e5=rows.expected[order] * precision_e5,
        kinds=rows.kind[order],
        change_of=change_of[kept],
        source_keys=source_keys[kept],
        period_ends=period_ends[kept],
        quantity_e5=quantity[kept],
        amount_e5=amount[kept] * precision_e5,
    )
    return made, work.item[rows.entry[order]]
