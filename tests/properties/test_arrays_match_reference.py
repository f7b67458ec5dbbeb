"""The array path and the plain reference make the same corrections of random books, to the last unit."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from costing.engine import adjust as reference
from costing.engine.arrays import in_arrays
from tests.properties.random_books import START, RandomBooks, steps
from tests.unit.engine.columns import columns_of

methods = st.sampled_from(
    [
        {},
        {"lifo": True},
        {"partial": True},
        {"averaged": True},
        {"averaged": True, "scoped": True},
    ]
)
batches = st.lists(st.tuples(methods, steps), min_size=1, max_size=4)


def by_day(on):
    return on


def by_five_days(on):
    return on + timedelta(days=4 - on.toordinal() % 5)


def compare(items, period_of, through=None):
    """Return the positions of items that are out of range."""
    out_of_range = []
    found = in_arrays(columns_of(items), period_of=period_of, through=through)
    for position, ((books, is_average), adjustment) in enumerate(zip(items, found, strict=True)):
        if adjustment is None:
            out_of_range.append(position)
            continue
        wanted = reference.adjust(books, is_average=is_average, period_of=period_of, through=through)
        assert list(adjustment.corrections) == wanted.corrections
        assert adjustment.became_invoiced == wanted.became_invoiced
    return out_of_range


def items_of(batch):
    return [
        (RandomBooks(**method, first_key=1_000 * place).post(moves).books(), method.get("averaged", False))
        for place, (method, moves) in enumerate(batch)
    ]


@given(batches, st.sampled_from([by_day, by_five_days]))
@settings(deadline=None, max_examples=120)
def test_the_same_corrections(batch, period_of):
    compare(items_of(batch), period_of)


@given(steps, st.booleans())
@settings(deadline=None, max_examples=80)
def test_items_that_follow_applications_are_in_range(moves, lifo):
    assert compare([(RandomBooks(lifo=lifo).post(moves).books(), False)], by_day) == []


@given(steps, st.integers(0, 12))
@settings(deadline=None)
def test_periods_after_the_end_of_a_run_are_left_as_they_are(moves, days):
    books = RandomBooks(averaged=True).post(moves).books()

    compare([(books, True)], by_five_days, through=by_five_days(START + timedelta(days=days)))


@given(methods, st.lists(steps, min_size=2, max_size=4), st.sampled_from([by_day, by_five_days]))
@settings(deadline=None, max_examples=80)
def test_the_same_corrections_of_books_that_were_adjusted_before(method, rounds, period_of):
    trader, is_average = RandomBooks(**method), method.get("averaged", False)
    for moves in rounds:
        books = trader.post(moves).books()
        compare([(books, is_average)], period_of)
        trader.correct(reference.adjust(books, is_average=is_average, period_of=period_of))


@given(steps, st.integers(10**7, 10**11))
@settings(deadline=None)
def test_great_amounts_are_exact_too(moves, factor):
    great = [(kind, quantity, day, cents * factor, which) for kind, quantity, day, cents, which in moves]

    compare([(RandomBooks().post(great).books(), False)], by_day)
