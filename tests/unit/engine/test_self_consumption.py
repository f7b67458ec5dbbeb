"""Averages of goods that orders made of the item itself, in worked figures."""

import pytest

from costing.engine.adjust import adjust
from costing.engine.arrays import in_arrays
from costing.engine.average_chains import chain_of, made_of_themselves
from costing.engine.books import Kind
from tests.unit.engine.books import BooksBuilder, corrections, day
from tests.unit.engine.columns import columns_of

EAST, WEST = (1, None), (2, None)


def by_month(_on):
    return day(31)


def by_ten_days(on):
    return day(min(31, -(-on.day // 10) * 10))


def costs(books, *, period_of=by_month, own_use=None, round_use=None):
    """The cost of each issue, as corrections of what is posted at zero."""
    books = books.build(own_use=own_use, round_use=round_use)
    return {key: actual for key, actual, _expected in corrections(adjust(books, is_average=True, period_of=period_of))}


def issue(books, key, quantity, *, of, on=1, scope=(None, None)):
    books.entry(key, -quantity, on=on, averaged=True, scope=scope).take(key, of, quantity, cost=False).value(key, 0)


def rework(*, used=1, made=1, on=2, made_on=None):
    """2 received for 40; one is used on a day, and one made of it for 25; one sold at the end."""
    books = BooksBuilder().receipt(1, 2, 40)
    issue(books, 2, used, of=1, on=on)
    books.receipt(3, made, 25, on=made_on or on)
    issue(books, 4, 1, of=1, on=20)
    return books


class TestWithinAPeriod:
    def test_the_output_is_no_part_of_the_average(self):
        assert costs(rework(), own_use={3: [2]}) == {2: -20, 4: -20}

    def test_of_other_goods_it_is(self):
        # 65.00 for 3: the first 21.67, then 43.33 for 2.
        assert costs(rework()) == {2: -21.67, 4: -21.67}

    def test_an_issue_before_the_consumption_does_not_count_for_it(self):
        # 40.00 x 1 / 3 = 13.33; the consumption: 40.00 x 1 / 3 likewise, not 26.67 / 2 = 13.34; then what is left.
        books = BooksBuilder().receipt(1, 3, 40)
        issue(books, 2, 1, of=1)
        issue(books, 3, 1, of=1)
        books.receipt(4, 1, 25)
        issue(books, 5, 1, of=1)

        assert costs(books, own_use={4: [3]}) == {2: -13.33, 3: -13.33, 5: -13.34}

    def test_an_issue_with_nothing_else_to_take_from_keeps_its_cost(self):
        books = BooksBuilder().receipt(1, 1, 20)
        issue(books, 2, 1, of=1)
        books.receipt(3, 1, 25)
        books.entry(4, -1, averaged=True).take(4, 3, 1, cost=False).value(4, -25)

        assert costs(books, own_use={3: [2]}) == {2: -20}

    def test_an_output_that_is_taken_back_leaves_no_trace(self):
        books = rework()
        books.entry(5, -1, on=21).take(5, 3, 1).value(5, -25)

        assert costs(books, own_use={3: [2], 5: [2]}) == {2: -20, 4: -20}

    def test_what_is_applied_to_the_output_goes_with_it(self):
        # The fixed issue takes the output's 25.00; neither counts, or 40.00 would be shared by one too few.
        books = rework()
        books.entry(5, -1, on=5).take(5, 3, 1).value(5, 0)

        assert costs(books, own_use={3: [2]}) == {2: -20, 4: -20, 5: -25}

    def test_a_charge_on_the_output_does_not_count_either(self):
        books = rework()
        books.value(3, 9, is_charge=True)

        assert costs(books, own_use={3: [2]}) == {2: -20, 4: -20}

    @pytest.mark.parametrize("made_at", [EAST, WEST])
    def test_it_is_left_out_of_the_average_of_any_place(self, made_at):
        books = BooksBuilder().receipt(1, 2, 40, scope=EAST).receipt(2, 1, 60, scope=WEST)
        issue(books, 3, 1, of=1, scope=EAST)
        books.receipt(4, 1, 25, scope=made_at)
        issue(books, 5, 1, of=1, on=20, scope=EAST)
        issue(books, 6, 1, of=2, on=20, scope=WEST)

        assert costs(books, own_use={4: [3]}) == {3: -20, 5: -20, 6: -60}


class TestOverPeriods:
    def test_the_next_period_begins_with_the_output(self):
        # 20.00 + 25.00 = 45.00 for 2 after the first period.
        assert costs(rework(), period_of=by_ten_days, own_use={3: [2]}) == {2: -20, 4: -22.5}

    def test_an_output_of_a_later_period_is_an_ordinary_source_there(self):
        books = rework(on=2, made_on=12)

        assert costs(books, period_of=by_ten_days, own_use={3: [2]}) == {2: -20, 4: -22.5}

    def test_one_use_in_the_period_of_the_output_is_enough(self):
        books = BooksBuilder().receipt(1, 4, 80)
        issue(books, 2, 1, of=1, on=2)
        issue(books, 3, 1, of=1, on=12)
        books.receipt(4, 1, 50, on=13)
        issue(books, 5, 1, of=1, on=14)
        issue(books, 6, 1, of=1, on=24)

        # 20.00 each until the 20th; then 20.00 of the receipt and 50.00 for 2.
        assert costs(books, period_of=by_ten_days, own_use={4: [2, 3]}) == {2: -20, 3: -20, 5: -20, 6: -35}


class TestThroughOtherItems:
    def books(self):
        """4 for 40; 1 sold; 2 used for something that 2 of 26 are made of; 1 sold."""
        books = BooksBuilder().receipt(1, 4, 40)
        issue(books, 2, 1, of=1)
        issue(books, 3, 2, of=1, on=10)
        books.receipt(4, 2, 26, on=15)
        issue(books, 5, 1, of=1, on=20)
        return books

    def test_it_is_left_out_for_what_it_is_made_of_alone(self):
        # 2 x 40 / 4; 66 / 6; (66 - 11 - 20) / 3.
        assert costs(self.books(), round_use={4: [3]}) == {2: -11, 3: -20, 5: -11.67}

    def test_by_the_same_line_it_is_left_out_for_all(self):
        # 10.00 each.
        assert costs(self.books(), own_use={4: [3]}) == {2: -10, 3: -20, 5: -10}

    def test_in_another_period_it_is_nothing_but_a_receipt(self):
        # 40.00 for 4 until the 10th; then 10.00 of the receipt and 26.00, for 3.
        assert costs(self.books(), period_of=by_ten_days, round_use={4: [3]}) == {2: -10, 3: -20, 5: -12}


def test_a_chain_leads_over_an_order_to_who_took_from_its_output():
    books = rework()
    issue(books, 5, 1, of=3, on=21)
    books = books.build(own_use={3: [2]})
    home = {key: entry.scope for key, entry in books.entries.items()}

    assert chain_of(books, books.entries[2], home) == {3, 5}
    assert chain_of(books, books.entries[4], home) == set()


def test_goods_made_of_themselves_go_with_what_takes_their_cost_in_the_period():
    books = rework()
    books.entry(5, -1, on=3).take(5, 3, 1).value(5, 0)
    books.entry(6, 1, on=12).give_back(6, 5, 1).value(6, 0)
    books = books.build(own_use={3: [2]})

    assert made_of_themselves(books, by_month) == {3, 5, 6}
    assert made_of_themselves(books, by_ten_days) == {3, 5}


def test_a_partial_revaluation_elsewhere_is_still_hidden_from_issues_before_it():
    # 15.00 more for what is left of the receipt: the issue after it has 20.00 + 15.00, the consumption 20.00.
    books = BooksBuilder().receipt(1, 2, 40)
    issue(books, 2, 1, of=1)
    books.receipt(3, 1, 25)
    books.value(1, 15, kind=Kind.REVALUATION, partial=True, quantity=1, invoiced=0)
    issue(books, 4, 1, of=1)

    assert costs(books, own_use={3: [2]}) == {2: -20, 4: -35}


@pytest.mark.parametrize("use", ["own_use", "round_use"])
def test_the_array_path_leaves_it_to_the_reference(use):
    plain, remade = rework().build(), rework().build(**{use: {3: [2]}})

    assert in_arrays(columns_of([(plain, True)]), period_of=by_month)[0] is not None
    assert in_arrays(columns_of([(remade, True)]), period_of=by_month) == [None]
    assert columns_of([(remade, True)]).books_of(0).made_of == {2: [3]}
