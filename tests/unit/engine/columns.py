"""Records of the engine as columns, for tests that compare the array path with the reference."""

import numpy as np

from costing.engine.columns import BookColumns, EntryColumns, ItemFacts, LinkColumns, ValueColumns


def columns_of(items):
    """Turn [(books, is_average)] into one batch; keys of entries and values must be unique among all items."""
    entries, values, links, facts = [], [], [], []
    for item, (books, is_average) in enumerate(items):
        scoped = any(entry.scope != (None, None) for entry in books.entries.values())
        whole = books.affected is None
        facts.append(
            ItemFacts(
                is_average,
                scoped,
                whole,
                books.first_day,
                books.opening,
                books.scope_changes,
                books.own_use,
                books.round_use,
            )
        )
        for key in sorted(books.entries):
            entry = books.entries[key]
            location, variant = entry.scope
            entries.append(
                (
                    entry.key,
                    item,
                    location or 0,
                    variant or 0,
                    entry.quantity_e5,
                    entry.remaining_e5,
                    entry.posting_date.toordinal(),
                    entry.valuation_date.toordinal(),
                    entry.completely_invoiced,
                    entry.averaged,
                    entry.mirrors,
                    books.is_affected(entry),
                )
            )
            values += [_value(value, len(entries) - 1) for value in entry.values]
        links += [_link(link, item) for link in books.links]
    precision_e5 = items[0][0].precision_e5
    tables = (_table(EntryColumns, entries), _table(ValueColumns, values), _table(LinkColumns, links))
    return BookColumns(facts, *tables, precision_e5)


def _value(value, entry):
    return (
        value.key,
        entry,
        value.original_key,
        int(value.kind),
        value.is_charge,
        value.partial,
        value.adjustment,
        value.actual_e5,
        value.expected_e5,
        value.valued_quantity_e5,
        value.invoiced_quantity_e5,
        value.posting_date.toordinal(),
        value.valuation_date.toordinal(),
    )


def _link(link, item):
    keys = (link.receiver_key, link.inbound_key, link.outbound_key or 0, link.transferred_from_key or 0)
    return (item, *keys, link.quantity_e5, link.cost_application)


_FLAGS = {
    "completely_invoiced",
    "averaged",
    "mirrors",
    "affected",
    "is_charge",
    "partial",
    "adjustment",
    "cost_application",
}


def _table(kind, rows):
    names = kind.__slots__
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return kind(
        **{
            name: np.array(column, bool if name in _FLAGS else np.int64)
            for name, column in zip(names, columns, strict=True)
        }
    )
