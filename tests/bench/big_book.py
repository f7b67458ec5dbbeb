"""Large books of five years, made in memory: what was bought, sold, moved and returned, item by item.

Sizes are skewed as they are in life: the first item has about one entry in a hundred. The books are those of a company
that posted everything and never adjusted: each issue, move and return stands at a stale card cost, so that a first full
adjustment changes all of them. The same size and seed make the same books.
"""

import random
from collections import deque
from dataclasses import dataclass, field

import numpy as np

DAYS = 1826
LOCATIONS = 20
METHODS = ("fifo", "average", "lifo", "standard", "specific")
_SHARE_OF_METHOD = (45, 30, 10, 12, 3)
AT_CLOSE = "close:"
CLOSE_METHODS = tuple(
    AT_CLOSE + method for method in ("fifo", "lifo", "lifo_date", "weighted_average", "weighted_average_date")
)

PURCHASE, SALE, TRANSFER, POSITIVE, NEGATIVE = range(5)
ENTRY_TYPES = ("purchase", "sale", "transfer", "positive_adjmt", "negative_adjmt")
HANDLED, INVOICED, CHARGED, VARIANCE, MOVED = range(5)

ENTRY_COLUMNS = (
    "item", "location", "day", "type", "quantity", "remaining", "complete", "invoiced", "to_adjust", "valued", "serial",
    "returned",
)  # fmt: skip
LINK_COLUMNS = ("receiver", "inbound", "outbound", "source_layer", "quantity", "day", "cost_application")
VALUE_COLUMNS = (
    "entry", "what", "day", "valued_quantity", "carried_quantity", "invoiced_quantity", "actual", "expected",
    "averaged",
)  # fmt: skip


@dataclass
class BigBook:
    """Columns of whole numbers: quantities in units, amounts in cents, days since the first; -1 is blank.

    Entries are numbered from 1, by day and then by item; links and values name them by those numbers.
    """

    methods: list[str]
    card_cents: np.ndarray
    entries: dict[str, np.ndarray]
    links: dict[str, np.ndarray]
    values: dict[str, np.ndarray]


def make(
    size: int, *, items: int | None = None, seed: int = 7, at_close: bool = False, never_short: bool = False
) -> BigBook:
    """Make books of about `size` value entries, and a hundredth of that in items unless told.

    `at_close`: every other item is settled at close, by every method, and nobody sells what he does not have;
    `never_short`: only the latter.
    """
    items = items or max(5, size // 100)
    weights = 1 / (np.arange(items) + 50.0) ** 0.9
    sizes = np.maximum(5, weights / weights.sum() * size).astype(int)
    generator = random.Random(seed)
    methods = generator.choices(METHODS, weights=_SHARE_OF_METHOD, k=items)
    if at_close:
        methods[::2] = [CLOSE_METHODS[number % len(CLOSE_METHODS)] for number in range(len(methods[::2]))]
    trade = Trade(generator, never_short=at_close or never_short)
    cards = [trade.run(item, method, int(sizes[item])) for item, method in enumerate(methods)]
    return _numbered(methods, cards, trade)


@dataclass
class Trade:
    """Writes the entries of one item after another. An entry is known by its place in `entries`."""

    random: random.Random
    never_short: bool = False
    entries: list[list[int]] = field(default_factory=list)
    links: list[tuple[int, ...]] = field(default_factory=list)
    values: list[tuple[int, ...]] = field(default_factory=list)

    def run(self, item: int, method: str, size: int) -> int:
        """Trade an item until it has about `size` values; return its card cost in cents."""
        self.item, self.method = item, method
        first_entry, first_link = len(self.entries), len(self.links)
        self.price = self.random.randint(500, 1500)
        self.card = self.price - self.random.randint(20, 60)
        main = item % LOCATIONS
        self.places = [main, (main + 7) % LOCATIONS]
        self.layers = {place: deque() for place in self.places}
        self.owed = {place: deque() for place in self.places}
        self.to_invoice, self.returnable = deque(), deque(maxlen=20)
        self.taken: dict[int, list[int]] = {}
        first = len(self.values)
        while (made := len(self.values) - first) < size:
            self.day = made * (DAYS - 1) // size
            self._step()
        if method.startswith(AT_CLOSE):
            self._leave_open(first_entry, first_link)
        return self.card

    def _leave_open(self, first_entry: int, first_link: int) -> None:
        """What is settled at close is not applied at posting: what comes in has its own record, and stays open."""
        for entry in self.entries[first_entry:]:
            entry[5], entry[8] = entry[4], 0
        self.links[first_link:] = [link for link in self.links[first_link:] if link[0] == link[1]]

    def _step(self) -> None:
        """Buy and then sell a little less; now and then something else happens."""
        place = self.places[0] if self.random.random() < 0.8 else self.places[1]
        stock = sum(self.entries[layer][5] for layer in self.layers[place])
        chance = self.random.random()
        if chance < 0.04 and stock > 1 and not self.owed[self.places[1]]:
            self._move(place, self.places[1] if place == self.places[0] else self.places[0], stock)
        elif chance < 0.07 and self.returnable:
            self._return()
        elif chance < 0.14 and self.to_invoice:
            self._invoice(self.to_invoice.popleft())
        elif stock == 0 or (stock < 30 and self.random.random() < 0.9):
            self._buy(place)
        else:
            self._sell(place, stock)
        while len(self.to_invoice) > 3:
            self._invoice(self.to_invoice.popleft())

    def _enter(self, place: int, kind: int, quantity: int, *, serial: int = 0) -> int:
        flagged = int(self.method == "standard" and quantity < 0)
        self.entries.append([self.item, place, self.day, kind, quantity, quantity, 1, 1, flagged, self.day, serial, 0])
        return len(self.entries) - 1

    def _value(self, key: int, what: int, cents: int, *, expected: int = 0, first: bool = True) -> None:
        quantity = self.entries[key][4]
        invoices = what in (INVOICED, MOVED)
        averaged = self.method == "average" and quantity < 0
        self.values.append(
            (
                key,
                what,
                self.day,
                quantity,
                quantity if first else 0,
                quantity if invoices else 0,
                cents,
                expected,
                int(averaged),
            )
        )

    def _buy(self, place: int) -> None:
        units = 1 if self.method == "specific" else self.random.randint(1, 40)
        for _unit in range(self.random.randint(1, 40) if self.method == "specific" else 1):
            kind = PURCHASE if self.random.random() < 0.95 else POSITIVE
            key = self._enter(place, kind, units, serial=len(self.entries) if self.method == "specific" else 0)
            self.links.append((key, key, -1, -1, units, self.day, 1))
            cents = units * self.random.randint(self.price * 4 // 5, self.price * 6 // 5)
            if kind == PURCHASE and self.random.random() < 0.35:
                self._receive(key, units * (self.price if self.method != "standard" else self.card))
            else:
                self._invoice_purchase(key, cents, first=True, expected=0)
            self._cover(key, place)
            if self.entries[key][5]:
                self.layers[place].append(key)
            if kind == PURCHASE and self.random.random() < 0.15:
                self.entries[key][8] |= self.entries[key][5] < units
                self._value(key, CHARGED, units * self.random.randint(5, 50), first=False)
                if self.method == "standard":
                    self._value(key, VARIANCE, -self.values[-1][6], first=False)

    def _receive(self, key: int, expected: int) -> None:
        self.entries[key][6] = self.entries[key][7] = 0
        self._value(key, HANDLED, 0, expected=expected)
        self.to_invoice.append((key, expected))

    def _invoice(self, waiting: tuple[int, int]) -> None:
        key, expected = waiting
        entry = self.entries[key]
        entry[6] = entry[7] = 1
        if entry[4] < 0:
            self._value(key, INVOICED, expected, expected=-expected, first=False)
            for layer in self.taken.get(key, ()):
                self.entries[layer][8] |= self.entries[layer][5] == 0
            return
        entry[8] |= entry[5] < entry[4]
        cents = entry[4] * self.random.randint(self.price * 4 // 5, self.price * 6 // 5)
        self._invoice_purchase(key, cents, first=False, expected=-expected)

    def _invoice_purchase(self, key: int, cents: int, *, first: bool, expected: int) -> None:
        kind, quantity = self.entries[key][3], self.entries[key][4]
        if self.method == "standard" and kind != PURCHASE:
            cents = quantity * self.card
        self._value(key, INVOICED, cents, expected=expected, first=first)
        if self.method == "standard" and kind == PURCHASE and cents != quantity * self.card:
            self._value(key, VARIANCE, quantity * self.card - cents, first=False)

    def _sell(self, place: int, stock: int) -> None:
        units = 1 if self.method == "specific" else self.random.randint(1, 30)
        if units > stock:
            # A few sell what they do not have.
            units = units if self.random.random() < 0.05 and not self.never_short else stock
        kind = SALE if self.random.random() < 0.95 else NEGATIVE
        layer = self.layers[place][0]
        serial = self.entries[layer][10]
        key = self._enter(place, kind, -units, serial=serial)
        taken = self._take(key, place, units)
        cents = -units * (self.card - 7)
        if kind == SALE and self.random.random() < 0.05:
            self.entries[key][6] = self.entries[key][7] = 0
            self._value(key, HANDLED, 0, expected=cents)
            self.to_invoice.append((key, cents))
            self.taken[key] = [layer for layer, _part in taken]
        else:
            self._value(key, INVOICED, cents)
        if self.entries[key][5]:
            self.owed[place].append(key)
        elif kind == SALE:
            self.returnable.append(key)

    def _take(self, key: int, place: int, units: int) -> list[tuple[int, int]]:
        """Take layers in the order of the method; return what was taken of each."""
        layers, taken = self.layers[place], []
        last_first = self.method == "lifo"
        while units and layers:
            layer = layers[-1 if last_first else 0]
            part = min(units, self.entries[layer][5])
            self._link(key, layer, part)
            taken.append((layer, part))
            units -= part
            if not self.entries[layer][5]:
                if last_first:
                    layers.pop()
                else:
                    layers.popleft()
        return taken

    def _link(self, outbound: int, inbound: int, part: int) -> None:
        out, into = self.entries[outbound], self.entries[inbound]
        costs = self.method != "average"
        out[5] += part
        into[5] -= part
        out[9] = max(out[9], into[9])
        self.links.append((outbound, inbound, outbound, -1, -part, self.day, int(costs)))

    def _cover(self, key: int, place: int) -> None:
        """A new inbound covers what is owed at its place. Serial numbers are never owed."""
        owed = self.owed[place]
        while owed and self.entries[key][5]:
            outbound = owed[-1 if self.method == "lifo" else 0]
            self._link(outbound, key, min(-self.entries[outbound][5], self.entries[key][5]))
            self.entries[key][8] = 1
            if not self.entries[outbound][5]:
                owed.remove(outbound)

    def _move(self, place: int, to: int, stock: int) -> None:
        if self.owed[to] or self.owed[place]:
            return
        units = 1 if self.method == "specific" else self.random.randint(1, stock)
        serial = self.entries[self.layers[place][0]][10]
        out = self._enter(place, TRANSFER, -units, serial=serial)
        taken = self._take(out, place, units)
        self._value(out, MOVED, -units * (self.card - 7))
        parts = [(-1, units)] if self.method == "average" or self.method.startswith(AT_CLOSE) else taken
        for layer, part in parts:
            key = self._enter(to, TRANSFER, part, serial=serial)
            entry = self.entries[key]
            entry[6] = self.entries[layer][6] if layer >= 0 else 1
            entry[9] = self.entries[out][9]
            self.entries[out][6] &= entry[6]
            self.links.append((key, key, out, layer, part, self.day, 1))
            self._value(key, MOVED, part * (self.card - 7))
            self.layers[to].append(key)

    def _return(self) -> None:
        source = self.returnable.pop()
        place = self.entries[source][1]
        if self.owed[place] or not self.entries[source][6]:
            return
        units = self.random.randint(1, -self.entries[source][4])
        key = self._enter(place, SALE, units, serial=self.entries[source][10])
        self.entries[key][9] = max(self.day, self.entries[source][9])
        self.entries[source][8] = 1
        self.entries[source][11] = units
        self.links.append((key, key, source, -1, units, self.day, 1))
        self._value(key, INVOICED, units * (self.card - 7))
        self.layers[place].append(key)


def _numbered(methods: list[str], cards: list[int], trade: Trade) -> BigBook:
    """Turn lists into columns and number the entries by day, as if all items had been traded at once."""
    entries = dict(zip(ENTRY_COLUMNS, np.array(trade.entries, np.int64).T, strict=True))
    links = dict(zip(LINK_COLUMNS, np.array(trade.links, np.int64).T, strict=True))
    values = dict(zip(VALUE_COLUMNS, np.array(trade.values, np.int64).T, strict=True))
    order = np.argsort(entries["day"], kind="stable")
    numbers = np.empty(len(order) + 1, np.int64)
    numbers[order] = np.arange(1, len(order) + 1)
    numbers[-1] = -1
    entries = {"id": np.arange(1, len(order) + 1)} | {name: column[order] for name, column in entries.items()}
    for table, columns in ((links, ("receiver", "inbound", "outbound", "source_layer")), (values, ("entry",))):
        for column in columns:
            table[column] = numbers[table[column]]
    return BigBook(methods, np.array(cards, np.int64), entries, _by_day(links, "receiver"), _by_day(values, "entry"))


def _by_day(table: dict[str, np.ndarray], then: str) -> dict[str, np.ndarray]:
    order = np.lexsort((table[then], table["day"]))
    return {"id": np.arange(1, len(order) + 1)} | {name: column[order] for name, column in table.items()}
