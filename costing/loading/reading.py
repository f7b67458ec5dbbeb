"""Reading a batch of items into columns: which entries are wanted, then entries, values and links of those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from django.db import connection

from costing.engine.books import Scope, ScopeChange, Sums
from costing.engine.columns import BookColumns, EntryColumns, Ints, ItemFacts, LinkColumns, ValueColumns
from costing.loading import statements
from costing.loading.blocks import array, joined, sorted_by
from costing.loading.blocks import read as read_blocks

_ILE, _VE, _IAE = "inventory_itemledgerentry e", "costing_valueentry v", "inventory_itemapplicationentry a"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read of an item: all of it, what is valued from a day on, or what its flags reach.

    `by_place`: each place has an average of its own, until a scope change says otherwise. `shift`: what the pools of
    places hold on the first day beyond their entries.
    """

    item_id: int
    is_average: bool
    whole: bool
    first_day: date | None
    by_place: bool
    scope_changes: Sequence[ScopeChange] = ()
    shift: Mapping[Scope, int] = field(default_factory=dict)


def read(wanted: Sequence[Wanted], *, precision_e5: int) -> tuple[BookColumns, list[int]]:
    """Read items; return their columns and, for each item, how many entries and values were read."""
    whole_ids = [each.item_id for each in wanted if each.whole]
    affected = _affected_keys(wanted)
    whole = _entries("e.item_id", whole_ids)
    links = _links(np.concatenate((whole["key"], affected)))
    others = _entries("e.id", np.union1d(affected, _sources(links, affected)).tolist())
    entries = sorted_by(joined([whole, others]), "item", "key")
    values = _values(whole_ids, entries, not_whole=~np.isin(entries["item"], whole_ids))
    columns = _columns(wanted, entries, values, links, affected, precision_e5=precision_e5)
    counts = np.bincount(columns.entries.item, minlength=len(wanted))
    counts += np.bincount(columns.entries.item[columns.values.entry], minlength=len(wanted))
    return columns, counts.tolist()


def _affected_keys(wanted: Sequence[Wanted]) -> Ints:
    """The entries to be computed of items that are not read whole, sorted."""
    marked = [each.item_id for each in wanted if not each.whole and not each.is_average]
    dated = [each for each in wanted if not each.whole and each.is_average]
    keys = [np.zeros(0, np.int64)]
    if marked:
        keys.append(_keys(statements.REACHED, {"items": array(marked)}))
    if dated:
        keys.append(_keys(statements.VALUED_FROM, [[d.item_id for d in dated], [d.first_day for d in dated]]))
    return np.sort(np.concatenate(keys))


def _keys(sql: str, parameters: Any) -> Ints:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return np.frombuffer(cursor.fetchone()[0], ">i8").astype(np.int64)


def _links(receivers: Ints) -> dict[str, Ints]:
    """The active links of entries. By their numbers: what joins the entries again may scan the whole table instead."""
    active = f"{_IAE} WHERE a.cancelled_by_id IS NULL AND a.item_ledger_entry_id = ANY(%s::bigint[])"
    return sorted_by(read_blocks(active, statements.LINKS, receivers.tolist()), "packed")


def _sources(links: dict[str, Ints], affected: Ints) -> Ints:
    """The entries that affected ones take from."""
    takes = links["receiver"] == links["outbound"]
    moved = np.where(takes, links["inbound"], links["outbound"])
    source = np.where(links["transferred_from"] != 0, links["transferred_from"], moved)
    return source[np.isin(links["receiver"], affected) & (source != 0)]


def _entries(column: str, keys: list[int]) -> dict[str, Ints]:
    """The entries of items, or those of the numbers given."""
    entries = read_blocks(f"{_ILE} WHERE {column} = ANY(%s::bigint[])", statements.ENTRIES, keys)
    packed = entries.pop("packed")
    entries["posting_day"], entries["flags"] = packed >> 8, packed & 255
    return entries


def _values(whole_ids: list[int], entries: dict[str, Ints], *, not_whole: Any) -> dict[str, Ints]:
    inventoriable = f"{_VE} WHERE v.inventoriable AND v.item_ledger_entry_id IS NOT NULL AND"
    keys = entries["key"][not_whole].tolist()
    of_items = f"{inventoriable} v.item_id = ANY(%s::bigint[])"
    of_entries = f"{inventoriable} v.item_ledger_entry_id = ANY(%s::bigint[])"
    values = joined(
        [
            read_blocks(of_items, statements.VALUES, whole_ids),
            read_blocks(of_entries, statements.VALUES, keys),
        ]
    )
    packed = values.pop("packed")
    values["posting_day"], values["valuation_day"] = packed >> 40, packed >> 16 & 0xFFFFFF
    values["flags"] = packed & 0xFFFF
    by_key = np.argsort(entries["key"])
    values["entry"] = by_key[np.searchsorted(entries["key"], values["entry"], sorter=by_key)]
    return sorted_by(values, "entry", "key")


def _columns(
    wanted: Sequence[Wanted],
    entries: dict[str, Ints],
    values: dict[str, Ints],
    links: dict[str, Ints],
    affected: Ints,
    *,
    precision_e5: int,
) -> BookColumns:
    item_ids = np.array([each.item_id for each in wanted], np.int64)
    item = np.searchsorted(item_ids, entries.pop("item"))
    first_value = np.searchsorted(values["entry"], np.arange(len(item)))
    has_values = np.bincount(values["entry"], minlength=len(item)) > 0
    valuation_day = entries["posting_day"].copy()
    valuation_day[has_values] = values["valuation_day"][first_value[has_values]]
    averaged = np.zeros(len(item), bool)
    flags, value_flags = entries.pop("flags"), values.pop("flags")
    averaged[values["entry"][value_flags & 64 > 0]] = True
    whole = np.array([each.whole for each in wanted], bool)
    entry_columns = EntryColumns(
        **entries,
        item=item,
        valuation_day=valuation_day,
        completely_invoiced=flags & 1 > 0,
        averaged=averaged,
        mirrors=flags & 2 > 0,
        affected=whole[item] | np.isin(entries["key"], affected),
    )
    value_columns = ValueColumns(
        **values,
        kind=value_flags & 7,
        is_charge=value_flags & 8 > 0,
        partial=value_flags & 16 > 0,
        adjustment=value_flags & 32 > 0,
    )
    link_columns = _link_columns(links, entry_columns)
    openings = _openings(wanted, entry_columns, value_columns)
    own_use = _own_use(wanted)
    facts = [
        ItemFacts(
            each.is_average,
            each.by_place or not each.is_average,
            each.whole,
            each.first_day,
            openings.get(place, {}),
            each.scope_changes,
            own_use.get(each.item_id, {}),
        )
        for place, each in enumerate(wanted)
    ]
    return BookColumns(facts, entry_columns, value_columns, link_columns, precision_e5)


def _link_columns(links: dict[str, Ints], entries: EntryColumns) -> LinkColumns:
    by_key = np.argsort(entries.key)
    item = entries.item[by_key[np.searchsorted(entries.key, links["receiver"], sorter=by_key)]]
    applies = links.pop("packed") & 1 > 0
    return LinkColumns(**links, item=item, cost_application=applies)


def _openings(wanted: Sequence[Wanted], entries: EntryColumns, values: ValueColumns) -> dict[int, dict[Scope, Sums]]:
    """What each pool held before its first day: balances, less what was read of the days since, and its shift."""
    dated = {each.item_id: place for place, each in enumerate(wanted) if each.first_day is not None}
    if not dated:
        return {}
    first_day = np.array([each.first_day.toordinal() if each.first_day else 0 for each in wanted], np.int64)
    with connection.cursor() as cursor:
        days = [wanted[place].first_day for place in dated.values()]
        cursor.execute(statements.OPENINGS, [list(dated), days])
        rows = cursor.fetchall()
    found: dict[int, dict[Scope, Sums]] = {}
    for item_id, location, variant, quantity_e5, cost_e5 in rows:
        place = (location or None, variant or None)
        scope = place if wanted[dated[item_id]].by_place else (None, None)
        shift_e5 = wanted[dated[item_id]].shift.get(place, 0)
        found.setdefault(dated[item_id], {}).setdefault(scope, Sums()).add(quantity_e5, cost_e5 + shift_e5)
    since = np.flatnonzero((first_day[entries.item] > 0) & (entries.valuation_day >= first_day[entries.item]))
    _take_off(found, wanted, entries, since, entries.quantity[since], None)
    of_value = entries.item[values.entry]
    later = np.flatnonzero((first_day[of_value] > 0) & (values.valuation_day >= first_day[of_value]))
    cost_e5 = values.actual[later] + values.expected[later]
    _take_off(found, wanted, entries, values.entry[later], None, cost_e5)
    return found


def _take_off(
    openings: dict[int, dict[Scope, Sums]],
    wanted: Sequence[Wanted],
    entries: EntryColumns,
    places: Ints,
    quantity_e5: Ints | None,
    cost_e5: Ints | None,
) -> None:
    """Subtract quantities or costs of entries from the openings of their scopes."""
    amounts = quantity_e5 if quantity_e5 is not None else cost_e5
    assert amounts is not None
    scopes = np.stack([entries.item[places], entries.location[places], entries.variant[places]], axis=1)
    distinct, which = np.unique(scopes, axis=0, return_inverse=True)
    sums = np.zeros(len(distinct), np.int64)
    np.add.at(sums, which.reshape(-1), amounts)
    for (item, location, variant), total in zip(distinct.tolist(), sums.tolist(), strict=True):
        scope = (location or None, variant or None) if wanted[item].by_place else (None, None)
        sums_of_scope = openings.setdefault(item, {}).setdefault(scope, Sums())
        sums_of_scope.add(-total if quantity_e5 is not None else 0, -total if cost_e5 is not None else 0)


def _own_use(wanted: Sequence[Wanted]) -> dict[int, dict[int, set[int]]]:
    """For each average item that was used to make itself: output -> consumption."""
    found: dict[int, dict[int, set[int]]] = {}
    item_ids = [each.item_id for each in wanted if each.is_average]
    if item_ids:
        with connection.cursor() as cursor:
            cursor.execute(statements.OWN_USE, [array(item_ids)])
            for item_id, output_key, used_key in cursor.fetchall():
                found.setdefault(item_id, {}).setdefault(output_key, set()).add(used_key)
    return found
