"""The close on worked figures: what is matched with what, at which amount."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from costing.engine.closing import Layer, Mark, Pool, settle
from costing.engine.closing.pools import Method

E5, CENT = 100_000, 1_000


def layer(key, day, quantity, value, **facts):
    return Layer(key, date(2026, 1, day), quantity * E5, round(value * E5), **facts)


def close(method, receipts, issues, marks=(), *, physical=False):
    pool = Pool(receipts, issues, [Mark([issue], [receipt], quantity * E5) for issue, receipt, quantity in marks])
    return settle(pool, method, include_physical=physical, precision_e5=CENT)


def matches(closing):
    return [(each.issue_key, each.receipt_key, each.quantity_e5 / E5, each.amount_e5 / E5) for each in closing.matches]


def unsettled(closing):
    return [(each.issue_key, each.quantity_e5 / E5, str(each.reason)) for each in closing.unsettled]


def three_receipts():
    return [layer(1, 2, 1, 10), layer(2, 5, 1, 20), layer(4, 10, 1, 30)]


class TestFifo:
    def test_takes_the_earliest_receipt(self):
        found = close(Method.FIFO, three_receipts(), [layer(5, 15, 1, 21.25)])

        assert matches(found) == [(5, 1, 1, 10.0)]
        assert [each.adjustment_e5 / E5 for each in found.matches] == [-11.25]

    def test_what_is_left_over_keeps_its_cost(self):
        found = close(Method.FIFO, [layer(1, 2, 2, 20)], [layer(5, 15, 3, 45)])

        assert matches(found) == [(5, 1, 2, 20.0)]
        assert unsettled(found) == [(5, 1, "not_settled")]

    def test_physical_value_is_matched_and_not_settled(self):
        received = layer(3, 8, 1, 25, is_financial=False)
        shipped = layer(6, 16, 1, 21.25, is_financial=False)
        receipts = three_receipts()

        found = close(
            Method.FIFO, [*receipts[:2], received, receipts[2]], [layer(5, 15, 1, 21.25), shipped], physical=True
        )

        assert matches(found) == [(5, 1, 1, 10.0), (6, 2, 1, 20.0)]
        assert [each.settles for each in found.matches] == [True, False]

    def test_physical_value_left_out_is_not_looked_at(self):
        shipped = layer(6, 16, 1, 21.25, is_financial=False)

        assert matches(close(Method.FIFO, three_receipts(), [shipped])) == []
        assert unsettled(close(Method.FIFO, three_receipts(), [shipped])) == []


class TestLifo:
    def test_the_last_receipt_goes_to_the_first_issue(self):
        found = close(Method.LIFO, three_receipts(), [layer(5, 3, 1, 10), layer(6, 4, 1, 10)])

        assert matches(found) == [(5, 4, 1, 30.0), (6, 2, 1, 20.0)]

    def test_by_date_looks_back_first(self):
        found = close(Method.LIFO_DATE, three_receipts(), [layer(5, 6, 1, 10), layer(6, 6, 2, 20)])

        assert matches(found) == [(6, 2, 1, 20.0), (6, 1, 1, 10.0), (5, 4, 1, 30.0)]


class TestWeightedAverage:
    def test_one_receipt_is_settled_directly(self):
        found = close(Method.WEIGHTED_AVERAGE, [layer(1, 2, 10, 100)], [layer(5, 3, 1, 15)])

        assert matches(found) == [(5, 1, 1, 10.0)]
        assert found.transfers == []

    def test_several_receipts_go_through_a_transfer(self):
        receipts = [layer(1, 6, 2, 28), layer(2, 8, 1, 16), layer(4, 21, 1, 16)]

        found = close(Method.WEIGHTED_AVERAGE, receipts, [layer(3, 10, 1, 14.67)])

        (transfer,) = found.transfers
        assert (transfer.quantity_e5 / E5, transfer.value_e5 / E5) == (4, 60.0)
        assert matches(found) == [(3, None, 1, 15.0)]

    def test_what_is_missing_stays_open(self):
        found = close(Method.WEIGHTED_AVERAGE, [layer(1, 5, 2, 20), layer(3, 20, 2, 40)], [layer(2, 10, 5, 50)])

        assert matches(found) == [(2, None, 4, 60.0)]
        assert unsettled(found) == [(2, 1, "not_settled")]

    def test_shares_use_up_the_value_to_the_cent(self):
        issues = [layer(key, 10, 1, 3) for key in (5, 6, 7)]

        found = close(Method.WEIGHTED_AVERAGE, [layer(1, 2, 1, 3.33), layer(2, 2, 2, 6.67)], issues)

        assert [amount for *_rest, amount in matches(found)] == [3.33, 3.34, 3.33]

    def test_day_by_day(self):
        receipts = [layer(1, 1, 1, 10), layer(2, 1, 1, 22), layer(5, 2, 1, 30)]

        found = close(Method.WEIGHTED_AVERAGE_DATE, receipts, [layer(3, 1, 1, 16)])

        assert matches(found) == [(3, None, 1, 16.0)]
        assert [key for key, *_rest in found.transfers[0].inputs] == [1, 2]

    def test_the_rest_of_a_day_is_part_of_the_next(self):
        receipts = [layer(1, 1, 1, 10), layer(2, 1, 1, 22), layer(5, 2, 1, 30)]

        found = close(Method.WEIGHTED_AVERAGE_DATE, receipts, [layer(3, 1, 1, 16), layer(6, 2, 2, 1)])

        assert matches(found) == [(3, None, 1, 16.0), (6, None, 2, 46.0)]
        assert found.transfers[1].inputs == [(-1, E5, 16 * E5), (5, E5, 30 * E5)]


class TestMarks:
    def test_go_before_the_method(self):
        found = close(Method.FIFO, three_receipts(), [layer(5, 15, 1, 20), layer(6, 16, 1, 21.25)], marks=[(5, 2, 1)])

        assert matches(found) == [(5, 2, 1, 20.0), (6, 1, 1, 10.0)]
        assert [each.is_mark for each in found.matches] == [True, False]

    def test_a_marked_receipt_that_is_later_holds_the_issue_back(self):
        found = close(Method.FIFO, three_receipts(), [layer(5, 15, 1, 20)], marks=[(5, 99, 1)])

        assert matches(found) == []
        assert unsettled(found) == [(5, 1, "marked_receipt_later")]

    def test_a_marked_receipt_is_kept_for_an_issue_that_is_not_there_yet(self):
        found = close(Method.FIFO, three_receipts(), [layer(5, 15, 1, 20)], marks=[(99, 1, 1)])

        assert matches(found) == [(5, 2, 1, 20.0)]


layers = st.lists(st.tuples(st.integers(1, 28), st.integers(1, 9), st.integers(0, 9_999)), max_size=6)


@given(st.sampled_from(Method), layers, layers, st.booleans())
def test_quantity_and_value_are_conserved(method, receipts, issues, physical):
    came = [layer(key, day, quantity, cents / 100) for key, (day, quantity, cents) in enumerate(receipts, 1)]
    went = [layer(key, day, quantity, cents / 100) for key, (day, quantity, cents) in enumerate(issues, 100)]
    value_in = sum(each.value_e5 for each in came)
    wanted, there = sum(each.quantity_e5 for each in went), sum(each.quantity_e5 for each in came)

    found = close(method, came, went, physical=physical)

    taken = sum(each.quantity_e5 for each in found.matches)
    assert taken + sum(each.quantity_e5 for each in found.unsettled) == wanted
    assert taken <= there
    moved = sum(each.amount_e5 for each in found.matches)
    if taken == there:
        assert moved == value_in
    assert 0 <= moved <= value_in
    for each in found.matches:
        assert each.quantity_e5 > 0
