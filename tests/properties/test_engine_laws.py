"""Laws of applying and adjusting, on random books of one item."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from costing.engine.adjust import adjust
from costing.engine.books import Entry, ItemBooks, Kind, Link, Value
from inventory.application import Stock, StockEntry, cover_outbounds, take_layers

E5 = 100_000
CENT = 1_000
START = date(2026, 1, 1)
PLACE = (1, None, None)

movements = st.lists(
    st.tuples(
        st.integers(-9, 9).filter(bool),  # quantity
        st.integers(0, 20),  # day
        st.integers(0, 5_000),  # cents posted
    ),
    min_size=1,
    max_size=14,
)


def books_of(moves, *, lifo, averaged):
    """Post movements one after the other, as stock is applied, at costs that may be wrong."""
    stock, entries, links = Stock(), {}, []
    for key, (quantity, on, cents) in enumerate(moves, start=1):
        entry = StockEntry(
            key=key,
            place=PLACE,
            posting_date=START + timedelta(days=on),
            quantity_e5=quantity * E5,
            remaining_e5=quantity * E5,
            invoiced_e5=quantity * E5,
            completely_invoiced=True,
            last_in_first_out=lifo,
            average=averaged,
        )
        made = take_layers(stock, entry) if quantity < 0 else cover_outbounds(stock, entry)
        if quantity > 0:
            links.append(Link(key, key, None, quantity * E5, True))
        links += [
            Link(each.receiver_key, each.inbound_key, each.outbound_key, each.quantity_e5, each.cost_application)
            for each in made
        ]
        stock.add(entry)
        entries[key] = (entry, cents * CENT * (1 if quantity > 0 else -1))
    dates = _valuation_dates(entries, links)
    return ItemBooks.of(
        [
            Entry(
                key=key,
                scope=(None, None),
                quantity_e5=entry.quantity_e5,
                remaining_e5=entry.remaining_e5,
                posting_date=entry.posting_date,
                valuation_date=dates[key],
                completely_invoiced=True,
                averaged=averaged and entry.quantity_e5 < 0,
                values=[_value(key, key, cost_e5, entry.quantity_e5, dates[key])],
            )
            for key, (entry, cost_e5) in entries.items()
        ],
        links,
        precision_e5=CENT,
    )


def _valuation_dates(entries, links):
    dates = {key: entry.posting_date for key, (entry, _cost) in entries.items()}
    for link in links:
        if link.outbound_key is not None:
            dates[link.outbound_key] = max(dates[link.outbound_key], dates[link.inbound_key])
    return dates


def _value(key, entry_key, cost_e5, quantity_e5, on, *, of=None, rounding=False):
    return Value(
        key=key,
        entry_key=entry_key,
        original_key=of or key,
        kind=Kind.ROUNDING if rounding else Kind.DIRECT,
        is_charge=False,
        partial=False,
        adjustment=of is not None,
        actual_e5=cost_e5,
        expected_e5=0,
        valued_quantity_e5=quantity_e5,
        invoiced_quantity_e5=0 if of else quantity_e5,
        posting_date=on,
        valuation_date=on,
    )


def post(books, adjustment):
    """Write the corrections into the books, as values that correct others."""
    for key, correction in enumerate(adjustment.corrections, start=1_000):
        entry = books.entries[correction.entry_key]
        entry.values.append(
            _value(
                key,
                entry.key,
                correction.actual_e5 + correction.expected_e5,
                entry.quantity_e5,
                entry.valuation_date,
                of=correction.original_key,
                rounding=correction.is_rounding,
            )
        )


def by_day(on):
    return on


def cost_of(entry):
    return sum(value.cost_e5 for value in entry.values)


@given(movements, st.booleans(), st.booleans())
@settings(deadline=None)
def test_adjusting_twice_changes_nothing_the_second_time(moves, lifo, averaged):
    books = books_of(moves, lifo=lifo, averaged=averaged)

    post(books, adjust(books, is_average=averaged, period_of=by_day))

    assert adjust(books, is_average=averaged, period_of=by_day).corrections == []


@given(movements, st.booleans())
@settings(deadline=None)
def test_an_exhausted_layer_has_given_away_exactly_its_cost(moves, lifo):
    books = books_of(moves, lifo=lifo, averaged=False)

    post(books, adjust(books, is_average=False, period_of=by_day))

    if all(entry.remaining_e5 == 0 for entry in books.entries.values()):
        assert sum(cost_of(entry) for entry in books.entries.values()) == 0


@given(movements, st.booleans())
@settings(deadline=None)
def test_application_conserves_quantity(moves, lifo):
    books = books_of(moves, lifo=lifo, averaged=False)

    for entry in books.entries.values():
        applied_e5 = sum(
            link.quantity_e5
            for link in books.links
            if entry.key == (link.inbound_key if entry.quantity_e5 > 0 else link.outbound_key)
        )
        assert entry.remaining_e5 == (applied_e5 if entry.quantity_e5 > 0 else entry.quantity_e5 - applied_e5)


@given(movements)
@settings(deadline=None)
def test_receipts_are_never_corrected_but_for_rounding(moves):
    books = books_of(moves, lifo=False, averaged=False)

    for correction in adjust(books, is_average=False, period_of=by_day).corrections:
        assert correction.is_rounding or books.entries[correction.entry_key].quantity_e5 < 0


@given(movements, st.integers(1, 100))
@settings(deadline=None)
def test_what_is_average_costed_within_one_day_uses_up_its_receipts(moves, cents):
    one_day = [(abs(quantity), 0, cost) for quantity, _day, cost in moves]
    total = sum(quantity for quantity, _day, _cost in one_day)
    books = books_of([*one_day, (-total, 0, cents)], lifo=False, averaged=True)

    post(books, adjust(books, is_average=True, period_of=by_day))

    assert sum(cost_of(entry) for entry in books.entries.values()) == 0
