"""Random books of one item, with everything that moves cost: backdating, negative stock, returns, moves, late costs."""

from datetime import date, timedelta

from hypothesis import strategies as st

from costing.engine.books import Entry, ItemBooks, Kind, Link, Value

E5 = 100_000
CENT = 1_000
START = date(2026, 1, 1)
PLACES = (1, 2)

steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["buy", "buy", "receive", "sell", "sell", "ship", "move", "return", "fix", "charge", "revalue", "invoice"]
        ),
        st.integers(1, 9),  # quantity
        st.integers(0, 12),  # day
        st.integers(0, 5_000),  # cents
        st.integers(0, 30),  # which, where there is a choice
    ),
    min_size=6,
    max_size=30,
)


THREE_PLACES = (1, 2, 3)
circling_steps = st.lists(
    st.tuples(
        st.sampled_from(["buy", "buy", "sell", "circle", "circle", "move", "return", "fix", "charge", "revalue"]),
        st.integers(1, 9),  # quantity
        st.integers(0, 12),  # day
        st.integers(1_000, 5_000),  # cents
        st.integers(0, 30),  # which, where there is a choice
    ),
    max_size=20,
)


def with_a_circle(moves, *, which=0):
    """The same steps after goods have gone round: the first circle is always a real one."""
    return [("buy", 9, 0, 2_000, which), ("circle", 6, 1, 1_000, which), *moves]


class RandomBooks:
    """Posts steps one after the other, at costs that may be wrong. What is impossible is left out.

    With two places most goods are at the first; with more each has its part.
    """

    def __init__(self, *, averaged=False, lifo=False, scoped=False, partial=False, first_key=0, places=PLACES):
        self.averaged, self.lifo, self.scoped, self.partial = averaged, lifo, scoped, partial
        self.places = places
        self.entries, self.links = {}, []
        self.entry_key = self.value_key = first_key

    def post(self, moves):
        for kind, quantity, day, cents, which in moves:
            self.quantity, self.on, self.cost_e5 = quantity * E5, START + timedelta(days=day), cents * CENT
            self.which = which
            self.place = self.places[which % 5 == 0] if len(self.places) == 2 else self.places[which % len(self.places)]
            getattr(self, "_" + kind)()
        return self

    def books(self):
        return ItemBooks.of(self.entries.values(), self.links, precision_e5=CENT)

    def correct(self, adjustment):
        """Post the corrections of an adjustment."""
        for found in adjustment.corrections:
            entry = self.entries[found.entry_key]
            self.on = entry.posting_date
            amounts = {"actual": found.actual_e5, "expected": found.expected_e5}
            self._value(entry, **amounts, kind=found.kind, adjustment=True, original_key=found.original_key)
        for key in adjustment.became_invoiced:
            self.entries[key].completely_invoiced = True

    def _enter(self, quantity, *, invoiced=True, place=None, averaged=False):
        self.entry_key += 1
        entry = Entry(
            key=self.entry_key,
            scope=(place or self.place, None) if self.scoped or not self.averaged else (None, None),
            quantity_e5=quantity,
            remaining_e5=quantity,
            posting_date=self.on,
            valuation_date=self.on,
            completely_invoiced=invoiced,
            averaged=averaged,
        )
        self.entries[entry.key] = entry
        self.where = getattr(self, "where", {}) | {entry.key: place or self.place}
        return entry

    def _value(self, entry, *, actual=0, expected=0, invoiced=0, kind=Kind.DIRECT, **facts):
        self.value_key += 1
        defaults = {
            "original_key": self.value_key,
            "is_charge": False,
            "partial": False,
            "adjustment": False,
            "valuation_date": entry.valuation_date,
        }
        entry.values.append(
            Value(
                key=self.value_key,
                entry_key=entry.key,
                kind=kind,
                actual_e5=actual,
                expected_e5=expected,
                valued_quantity_e5=entry.quantity_e5,
                invoiced_quantity_e5=invoiced,
                posting_date=self.on,
                **(defaults | facts),
            )
        )

    def _own_link(self, entry, *, outbound=None, layer=None):
        self.links.append(Link(entry.key, entry.key, outbound, entry.quantity_e5, True, layer))

    def _buy(self):
        entry = self._enter(self.quantity)
        self._own_link(entry)
        self._value(entry, actual=self.cost_e5, invoiced=self.quantity)
        self._cover(entry)

    def _receive(self):
        entry = self._enter(self.quantity, invoiced=False)
        self._own_link(entry)
        self._value(entry, expected=self.cost_e5)
        self._cover(entry)

    def _sell(self):
        entry = self._out(averaged=self.averaged)
        self._value(entry, actual=-self.cost_e5, invoiced=entry.quantity_e5)

    def _ship(self):
        entry = self._out(averaged=self.averaged, invoiced=False)
        self._value(entry, expected=-self.cost_e5)

    def _out(self, *, averaged, invoiced=True):
        entry = self._enter(-self.quantity, averaged=averaged, invoiced=invoiced)
        for layer in self._open(self.place, 1):
            if entry.remaining_e5:
                self._apply(entry, layer, cost=not averaged)
        return entry

    def _open(self, place, sign):
        found = [e for e in self.entries.values() if e.remaining_e5 * sign > 0 and self.where[e.key] == place]
        return sorted(found, key=lambda e: (e.posting_date, e.key), reverse=self.lifo)

    def _apply(self, out, layer, *, cost):
        part = min(-out.remaining_e5, layer.remaining_e5)
        out.remaining_e5 += part
        layer.remaining_e5 -= part
        out.valuation_date = max(out.valuation_date, layer.valuation_date)
        out.values = [_dated(value, out.valuation_date) for value in out.values]
        self.links.append(Link(out.key, layer.key, out.key, -part, cost))

    def _cover(self, entry, *, not_this=None):
        for out in self._open(self.where[entry.key], -1):
            if entry.remaining_e5 and out.key != not_this:
                self._apply(out, entry, cost=not out.averaged)

    def _fix(self):
        """An outbound that names its layer has the cost of that, also where others follow an average."""
        layers = [e for e in self.entries.values() if e.remaining_e5 > 0]
        if layers:
            layer = layers[self.which % len(layers)]
            self.quantity, self.place = min(self.quantity, layer.remaining_e5), self.where[layer.key]
            entry = self._enter(-self.quantity)
            self._apply(entry, layer, cost=True)
            self._value(entry, actual=-self.cost_e5, invoiced=entry.quantity_e5)

    def _circle(self):
        """Goods go to one other place or to several, and half of them on from each, the last ones back."""
        first = self.place
        others = [place for place in self.places if place != first]
        for to in [*others[: 1 + self.which % len(others)], first]:
            self._move(to)
            self.place, self.quantity = to, max(E5, self.quantity // 2 // E5 * E5)

    def _move(self, to=None):
        to = to or next(place for place in self.places if place != self.place)
        layers = self._open(self.place, 1)
        self.quantity = min(self.quantity, sum(layer.remaining_e5 for layer in layers))
        if not self.quantity or self._open(to, -1):
            return
        first = len(self.links)
        out = self._out(averaged=self.averaged)
        self._value(out, actual=-self.cost_e5, invoiced=out.quantity_e5)
        taken = self.links[first:]
        whole = [(None, self.quantity)]
        for layer, part in whole if self.averaged else [(link.inbound_key, -link.quantity_e5) for link in taken]:
            entry = self._enter(part, place=to, invoiced=layer is None or self.entries[layer].completely_invoiced)
            entry.valuation_date = out.valuation_date
            self._own_link(entry, outbound=out.key, layer=layer)
            self._value(entry, actual=self.cost_e5, invoiced=part)
        out.completely_invoiced = all(self.entries[link.inbound_key].completely_invoiced for link in taken)

    def _return(self):
        sold = [e for e in self.entries.values() if e.quantity_e5 < 0 and not e.remaining_e5]
        if sold:
            source = sold[self.which % len(sold)]
            self.quantity, self.place = min(self.quantity, -source.quantity_e5), self.where[source.key]
            entry = self._enter(self.quantity)
            entry.valuation_date = max(self.on, source.valuation_date)
            self._own_link(entry, outbound=source.key)
            self._value(entry, actual=self.cost_e5, invoiced=self.quantity)

    def _charge(self):
        self._late(is_charge=True)

    def _revalue(self):
        if self.partial:
            self._late(kind=Kind.REVALUATION, partial=True, valuation_date=None)
        else:
            self._late(kind=Kind.REVALUATION, valuation_date=None)

    def _late(self, **facts):
        """A cost that comes in later; a revaluation may count on a later day."""
        inbound = [e for e in self.entries.values() if e.quantity_e5 > 0]
        if inbound:
            entry = inbound[self.which % len(inbound)]
            if "valuation_date" in facts:
                facts["valuation_date"] = max(self.on, entry.valuation_date)
            self._value(entry, actual=self.cost_e5 - 2_000 * CENT, **facts)

    def _invoice(self):
        waiting = [e for e in self.entries.values() if _invoiced(e) != e.quantity_e5]
        if not waiting:
            return
        entry = waiting[self.which % len(waiting)]
        sign, left = (1 if entry.quantity_e5 > 0 else -1), abs(entry.quantity_e5 - _invoiced(entry))
        part = min(self.quantity, left)
        expected = sum(value.expected_e5 for value in entry.values)
        settled = expected if part == left else expected * part // left // CENT * CENT
        self._value(entry, actual=sign * self.cost_e5, expected=-settled, invoiced=sign * part)
        entry.completely_invoiced = part == left


def _dated(value, on):
    return Value(**{name: getattr(value, name) for name in Value.__slots__} | {"valuation_date": on})


def _invoiced(entry):
    return sum(value.invoiced_quantity_e5 for value in entry.values)
