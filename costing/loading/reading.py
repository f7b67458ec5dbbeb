"""Reading a batch of items into columns: which entries are wanted, then entries, values and links of those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from django.db import connection

from costing.engine.books import Scope, ScopeChange, Sums
from costing.engine.columns import BookColumns, EntryColumns, Flags, Ints, ItemFacts, LinkColumns, ValueColumns
from costing.engine.positions import Positions
from costing.loading import own_use, statements
from costing.loading.blocks import array, joined, sorted_by
from costing.loading.blocks import read as read_blocks
from costing.loading.own_use import Remade

_ILE, _VE, _IAE = "inventory_itemledgerentry e", "costing_valueentry v", "inventory_itemapplicationentry a"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read of an item: all of it, what is valued from a day on, or what its flags reach.

    `by_place`: each place has an average of its own, until a scope change says otherwise. `whole_below`: all of it is
    read also if it has fewer entries than this. `shift`: what the pools of places hold on the first day beyond their
    entries.
    """

    item_id: int
    is_average: bool
    whole: bool
    first_day: date | None
    by_place: bool
    whole_below: int = 0
    scope_changes: Sequence[ScopeChange] = ()
    shift: Mapping[Scope, int] = field(default_factory=dict)


def read(wanted: Sequence[Wanted], *, precision_e5: int) -> tuple[BookColumns, list[int]]:
    """Read items; return their columns and, for each item, how many entries and values were read."""
    wanted, whole = _whole(wanted)
    whole_ids = [each.item_id for each in wanted if each.whole]
    affected = _affected_keys(wanted)
    links = _links(np.concatenate((whole["key"], affected)))
    others = _entries("e.id", np.union1d(affected, _sources(links, affected)).tolist())
    entries = sorted_by(joined([whole, others]), "item", "key")
    positions = Positions(entries["key"])
    values = _values(whole_ids, others["key"].tolist(), positions)
    columns = _columns(wanted, entries, values, links, affected, positions=positions, precision_e5=precision_e5)
    counts = np.bincount(columns.entries.item, minlength=len(wanted))
    counts += np.bincount(columns.entries.item[columns.values.entry], minlength=len(wanted))
    return columns, counts.tolist()


def _whole(wanted: Sequence[Wanted]) -> tuple[Sequence[Wanted], dict[str, Ints]]:
    """Read the entries of the items that are wanted whole; decide of which that holds by what there is."""
    asked = [each.item_id for each in wanted if each.whole or each.whole_below]
    entries = _entries("e.item_id", asked)
    if not any(each.whole_below for each in wanted):
        return wanted, entries
    item = Positions(np.array([each.item_id for each in wanted], np.int64)).of(entries["item"])
    counts = np.bincount(item, minlength=len(wanted)).tolist()
    decided = [
        replace(each, whole=each.whole or count < each.whole_below) for each, count in zip(wanted, counts, strict=True)
    ]
    kept = np.array([each.whole for each in decided], bool)[item]
    if not kept.all():
        entries = {name: column[kept] for name, column in entries.items()}
    return decided, entries


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
    """The active links of entries. By their numbers: what joins the entries again may scan the whole table instead.

    In a subquery, or the planner would weigh each of the numbers by itself.
    """
    active = (
        f"{_IAE} WHERE a.cancelled_by_id IS NULL AND a.outbound_item_entry_id IS NOT NULL"
        " AND a.item_ledger_entry_id = ANY((SELECT %s::bigint[])::bigint[])"
    )
    links = sorted_by(read_blocks(active, statements.LINKS, receivers.tolist()), "packed")
    takes, receiver, other = _has(links, statements.TAKES), links["receiver"], links.pop("other")
    links["inbound"], links["outbound"] = np.where(takes, other, receiver), np.where(takes, receiver, other)
    return links


def _has(columns: Mapping[str, Ints], flag: int) -> Flags:
    has: Flags = columns["flags"] & 1 << flag != 0
    return has


def _sources(links: dict[str, Ints], affected: Ints) -> Ints:
    """The entries that affected ones take from."""
    if not len(affected):
        return affected
    moved = np.where(_has(links, statements.TAKES), links["inbound"], links["outbound"])
    source = np.where(links["transferred_from"] != 0, links["transferred_from"], moved)
    return source[np.isin(links["receiver"], affected)]


def _entries(column: str, keys: list[int]) -> dict[str, Ints]:
    """The entries of items, or those of the numbers given."""
    entries = read_blocks(f"{_ILE} WHERE {column} = ANY(%s::bigint[])", statements.ENTRIES, keys)
    entries["posting_day"] = entries.pop("packed")
    return entries


def _values(whole_ids: list[int], other_keys: list[int], entries: Positions) -> dict[str, Ints]:
    """The values of items, and those of other entries; `entry` is the position of theirs."""
    of_items = f"{_VE} WHERE v.item_id = ANY(%s::bigint[]) AND v.item_ledger_entry_id IS NOT NULL"
    of_entries = f"{_VE} WHERE v.item_ledger_entry_id = ANY(%s::bigint[])"
    values = joined(
        [
            read_blocks(of_items, statements.VALUES, whole_ids),
            read_blocks(of_entries, statements.VALUES, other_keys),
        ]
    )
    values["entry"] = entries.of(values["entry"])
    # An entry may have been posted since the entries were read: the change number will tell.
    counts = (values["entry"] >= 0) & ~_has(values, statements.NO_INVENTORY)
    if not counts.all():
        values = {name: column[counts] for name, column in values.items()}
    return sorted_by(values, "entry", "key")


def _columns(
    wanted: Sequence[Wanted],
    entries: dict[str, Ints],
    values: dict[str, Ints],
    links: dict[str, Ints],
    affected: Ints,
    *,
    positions: Positions,
    precision_e5: int,
) -> BookColumns:
    entry_columns = _entry_columns(wanted, entries, affected)
    value_columns = _value_columns(values)
    entry_columns.averaged[value_columns.entry[_has(values, statements.AVERAGED)]] = True
    _take_valuation_days(entry_columns, value_columns)
    link_columns = LinkColumns(
        item=entry_columns.item[positions.of(links["receiver"])],
        cost_application=_has(links, statements.COST_APPLICATION),
        **{name: links[name] for name in ("receiver", "inbound", "outbound", "transferred_from", "quantity")},
    )
    openings = _openings(wanted, entry_columns, value_columns)
    remade = _remade(wanted, entry_columns, _has(entries, statements.OF_ORDER))
    facts = [
        ItemFacts(
            each.is_average,
            each.by_place or not each.is_average,
            each.whole,
            each.first_day,
            openings.get(place, {}),
            each.scope_changes,
            remade.line.get(each.item_id, {}),
            remade.round.get(each.item_id, {}),
        )
        for place, each in enumerate(wanted)
    ]
    return BookColumns(facts, entry_columns, value_columns, link_columns, precision_e5)


def _entry_columns(wanted: Sequence[Wanted], entries: dict[str, Ints], affected: Ints) -> EntryColumns:
    """The entries, valued on their posting day and not averaged, as far as their values do not say otherwise."""
    item = Positions(np.array([each.item_id for each in wanted], np.int64)).of(entries["item"])
    whole = np.array([each.whole for each in wanted], bool)
    return EntryColumns(
        item=item,
        valuation_day=entries["posting_day"].copy(),
        completely_invoiced=_has(entries, statements.COMPLETELY_INVOICED),
        averaged=np.zeros(len(item), bool),
        mirrors=_has(entries, statements.MIRRORS),
        affected=whole[item] | np.isin(entries["key"], affected) if len(affected) else whole[item],
        **{name: entries[name] for name in ("key", "location", "variant", "quantity", "remaining", "posting_day")},
    )


def _value_columns(values: dict[str, Ints]) -> ValueColumns:
    packed = values["packed"]
    days, kind = packed >> statements.KIND_BITS, packed & (1 << statements.KIND_BITS) - 1
    amounts = ("actual", "expected", "valued_quantity", "invoiced_quantity")
    return ValueColumns(
        kind=kind,
        is_charge=_has(values, statements.CHARGE),
        partial=_has(values, statements.PARTIAL),
        adjustment=_has(values, statements.ADJUSTMENT),
        posting_day=days >> statements.DAY_BITS,
        valuation_day=days & (1 << statements.DAY_BITS) - 1,
        **{name: values[name] for name in ("key", "entry", "original", *amounts)},
    )


def _take_valuation_days(entries: EntryColumns, values: ValueColumns) -> None:
    """An entry is valued on the day of its first value."""
    first = np.flatnonzero(np.diff(values.entry, prepend=-1))
    entries.valuation_day[values.entry[first]] = values.valuation_day[first]


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


def _remade(wanted: Sequence[Wanted], entries: EntryColumns, of_order: Flags) -> Remade:
    """What orders made of average items out of themselves; asked only of items that orders both made and used."""
    is_average = np.array([each.is_average for each in wanted], bool)
    of_order = of_order & is_average[entries.item]
    made, used = (np.zeros(len(wanted), bool) for _each in range(2))
    made[entries.item[of_order & (entries.quantity > 0)]] = True
    used[entries.item[of_order & (entries.quantity < 0)]] = True
    item_ids = [each.item_id for each, both in zip(wanted, made & used, strict=True) if both]
    return own_use.read(entries.key[of_order & (made & used)[entries.item]].tolist(), item_ids)
