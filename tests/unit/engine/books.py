"""Books of one item in a few words, for tests of the engine: quantities and amounts in whole units, not in 1e-5."""

from datetime import date
from itertools import count

from costing.engine.books import Entry, ItemBooks, Kind, Link, Value

E5 = 100_000
CENT = 1_000


def day(number):
    return date(2026, 1, number)


class BooksBuilder:
    """Builds entries, values and links in order; each `value` call returns its key."""

    def __init__(self):
        self.entries, self.links, self._keys = {}, [], count(1)

    def entry(self, key, quantity, *, on=1, remaining=0, invoiced=True, averaged=False, mirrors=False, **place):
        self.entries[key] = Entry(
            key=key,
            scope=place.get("scope", (None, None)),
            quantity_e5=round(quantity * E5),
            remaining_e5=round(remaining * E5),
            posting_date=day(on),
            valuation_date=day(on),
            completely_invoiced=invoiced,
            averaged=averaged,
            mirrors=mirrors,
        )
        if quantity > 0:
            self.links.append(Link(key, key, None, round(quantity * E5), True))
        return self

    def value(self, key, actual=0, expected=0, *, of=None, quantity=None, invoiced=None, on=None, **facts):
        entry = self.entries[key]
        number = next(self._keys)
        quantity_e5 = entry.quantity_e5 if quantity is None else round(quantity * E5)
        defaults = {"kind": Kind.DIRECT, "is_charge": False, "partial": False, "adjustment": False}
        if invoiced is None:
            invoiced_e5 = quantity_e5 if not of and not expected and not facts else 0
        else:
            invoiced_e5 = round(invoiced * E5)
        entry.values.append(
            Value(
                key=number,
                entry_key=key,
                original_key=of or number,
                actual_e5=round(actual * E5),
                expected_e5=round(expected * E5),
                valued_quantity_e5=quantity_e5,
                invoiced_quantity_e5=invoiced_e5,
                posting_date=entry.posting_date if on is None else day(on),
                valuation_date=entry.valuation_date if on is None else day(on),
                **(defaults | facts),
            )
        )
        return number

    def receipt(self, key, quantity, actual, **entry):
        self.entry(key, quantity, **entry)
        self.value(key, actual)
        return self

    def take(self, outbound, inbound, quantity, *, cost=True):
        self.links.append(Link(outbound, inbound, outbound, -round(quantity * E5), cost))
        return self

    def give_back(self, inbound, outbound, quantity):
        """An exact return: the inbound takes its cost from the outbound."""
        self.links = [link for link in self.links if link.receiver_key != inbound]
        self.links.append(Link(inbound, inbound, outbound, round(quantity * E5), True))
        return self

    def arrive(self, inbound, outbound, quantity, *, layer=None):
        """A transfer's inbound, from a layer, or (average) from the outbound as a whole."""
        self.links = [link for link in self.links if link.receiver_key != inbound]
        self.links.append(Link(inbound, inbound, outbound, round(quantity * E5), True, layer))
        return self

    def build(self, *, affected=None, **part):
        if affected is not None:
            part["affected"] = frozenset(affected)
        return ItemBooks.of(self.entries.values(), self.links, precision_e5=CENT, **part)


def corrections(adjustment):
    """(entry, actual, expected) of each correction that is not a rounding, in currency."""
    return [
        (found.entry_key, found.actual_e5 / E5, found.expected_e5 / E5)
        for found in adjustment.corrections
        if not found.is_rounding
    ]


def roundings(adjustment):
    return [(found.entry_key, found.actual_e5 / E5) for found in adjustment.corrections if found.is_rounding]
