"""Averages of places that feed each other within a period, in worked figures."""

import pytest

from costing.engine import average_period
from costing.engine.adjust import adjust
from costing.engine.average_chains import chain_of, on_circles
from costing.engine.average_period import NotSettled
from costing.engine.books import Kind
from tests.unit.engine.books import BooksBuilder, corrections, day

EAST, WEST, NORTH = (1, None), (2, None), (3, None)


def by_month(_on):
    return day(31)


def average(books):
    return adjust(books.build(), is_average=True, period_of=by_month)


def costs(books):
    """The cost of each issue, as corrections of what is posted at zero."""
    return {key: actual for key, actual, _expected in corrections(average(books))}


def moved(books, out, to, quantity, *, of, on, there, here=EAST, posted=0):
    """A transfer that is applied to one layer, at the cost it was posted with."""
    books.entry(out, -quantity, on=on, averaged=True, scope=here).take(out, of, quantity, cost=False)
    books.value(out, -posted)
    books.entry(to, quantity, on=on, scope=there).arrive(to, out, quantity).value(to, posted)
    return books


def round_trip():
    """EAST 10 for 100; 4 go to WEST, which has 4 for 80; of them 2 come back."""
    books = BooksBuilder().receipt(1, 10, 100, scope=EAST)
    moved(books, 2, 3, 4, of=1, on=10, there=WEST)
    books.receipt(4, 4, 80, on=12, scope=WEST)
    return moved(books, 5, 6, 2, of=3, on=15, here=WEST, there=EAST)


def two_places(*, posted=0):
    """EAST 10 for 100 sends 4, WEST 6 for 120 sends 3, each of its own."""
    books = BooksBuilder().receipt(1, 10, 100, scope=EAST).receipt(2, 6, 120, scope=WEST)
    moved(books, 3, 4, 4, of=1, on=10, there=WEST, posted=posted)
    return moved(books, 5, 6, 3, of=2, on=11, here=WEST, there=EAST, posted=posted)


class TestChains:
    def homes(self, books):
        return {key: entry.scope for key, entry in books.entries.items()}

    def test_goods_are_followed_through_an_averaged_outbound(self):
        books = round_trip().build()

        assert chain_of(books, books.entries[2], self.homes(books)) == {3, 5, 6}
        assert chain_of(books, books.entries[5], self.homes(books)) == {6}

    def test_nothing_beyond_the_period_is_followed(self):
        books = round_trip().build()
        homes = {key: scope for key, scope in self.homes(books).items() if key != 5}

        assert chain_of(books, books.entries[2], homes) == {3}

    def test_places_that_only_give_or_only_take_lie_on_no_circle(self):
        books = round_trip()
        moved(books, 7, 8, 1, of=3, on=16, here=WEST, there=NORTH)
        books = books.build()

        assert on_circles(books, self.homes(books)) == {EAST, WEST}
        homes = {key: scope for key, scope in self.homes(books).items() if key not in (5, 6)}
        assert on_circles(books, homes) == set()


class TestRows:
    def test_what_an_issue_feeds_is_no_part_of_its_average(self):
        assert costs(round_trip()) == {2: -40, 3: 40, 5: -30, 6: 30}

    def test_other_issues_see_what_came_back(self):
        books = round_trip()
        books.entry(7, -2, on=20, averaged=True, scope=EAST).value(7, 0)

        # (100 + 30 - 40) x 2 / 8
        assert costs(books)[7] == -22.5

    def test_an_issue_posted_before_one_that_comes_back_does_not_count_it(self):
        books = BooksBuilder().receipt(1, 10, 100).entry(2, -1, on=2, averaged=True)
        books.value(2, 0)
        books.entry(3, -4, on=3, averaged=True).value(3, 0)
        books.entry(4, 4, on=4).give_back(4, 3, 4).value(4, 0)
        books.value(4, 8, is_charge=True)

        # The sale that comes back: 100 x 4 / 10. The one before it: (100 + 40 + 8) / 14.
        assert costs(books) == {2: -10.57, 3: -40, 4: 40}

    def test_what_came_back_may_be_all_that_there_is_to_take_from(self):
        books = BooksBuilder().entry(1, -2, on=2, averaged=True, remaining=-1)
        books.value(1, 0)
        books.entry(2, -5, on=3, averaged=True, remaining=-5).value(2, -35)
        books.entry(3, 5, on=4, remaining=3).give_back(3, 2, 5).value(3, 30)

        # The sale without stock keeps its 35; the one before it takes 2 of the 5 that came back.
        assert costs(books) == {1: -14, 3: 5}

    def test_places_that_feed_each_other_hold_together(self):
        # 4 x (100 + 49.83) / 13 = 46.10;  3 x (120 + 46.10) / 10 = 49.83
        assert costs(two_places()) == {3: -46.1, 4: 46.1, 5: -49.83, 6: 49.83}

    def test_it_makes_no_difference_what_was_posted(self):
        assert costs(two_places(posted=500)) == {3: 453.9, 4: -453.9, 5: 450.17, 6: -450.17}


class TestWithoutEnd:
    def test_an_issue_that_lives_on_what_another_gives_back_keeps_its_cost(self):
        """9 of -1.00, and two sales that came back: each has value to take from only if the other one costs something.

        The first keeps its 40; the second takes (-1 + 40) / 10.
        """

        def books(second):
            found = BooksBuilder().receipt(1, 9, 9)
            found.value(1, -10, kind=Kind.REVALUATION)
            for sale, back, posted in ((2, 3, 40), (4, 5, second)):
                found.entry(sale, -1, on=2, averaged=True).value(sale, -posted)
                found.entry(back, 1, on=3).give_back(back, sale, 1).value(back, posted)
            return found

        assert costs(books(15)) == {4: 11.1, 5: -11.1}
        assert costs(books(3.9)) == {}

    def test_too_many_rounds_are_said(self, monkeypatch):
        monkeypatch.setattr(average_period, "MAX_ROUNDS", 1)

        with pytest.raises(NotSettled) as stopped:
            average(two_places())

        assert (stopped.value.end, stopped.value.issue_keys) == (day(31), [3, 5])
