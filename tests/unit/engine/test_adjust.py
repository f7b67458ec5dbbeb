"""The reference engine on worked figures: each case is small enough to be checked by hand."""

from datetime import date

from costing.engine.adjust import adjust
from costing.engine.books import Kind
from tests.unit.engine.books import BooksBuilder, corrections, roundings


def by_day(on):
    return on


def by_month(on):
    return date(on.year, on.month, 28)


def fifo(books):
    return adjust(books.build(), is_average=False, period_of=by_day)


def average(books, period_of=by_day):
    return adjust(books.build(), is_average=True, period_of=period_of)


class TestForwarding:
    def test_a_dearer_invoice_reaches_what_was_sold(self):
        books = BooksBuilder().receipt(1, 10, 120).entry(2, -4, on=2).take(2, 1, 4)
        books.value(2, -40)

        assert corrections(fifo(books)) == [(2, -8.0, 0.0)]

    def test_right_books_need_nothing(self):
        books = BooksBuilder().receipt(1, 10, 100, remaining=6).entry(2, -4, on=2).take(2, 1, 4)
        books.value(2, -40)

        assert fifo(books).corrections == []

    def test_a_charge_is_carried_in_proportion(self):
        books = BooksBuilder().receipt(1, 10, 100, remaining=6).entry(2, -4, on=2).take(2, 1, 4)
        books.value(1, 5, is_charge=True)
        books.value(2, -40)

        assert corrections(fifo(books)) == [(2, -2.0, 0.0)]

    def test_an_outbound_over_two_layers_costs_both(self):
        books = BooksBuilder().receipt(1, 1, 10).receipt(2, 1, 20, on=2).entry(3, -2, on=3)
        books.take(3, 1, 1).take(3, 2, 1)
        books.value(3, -20)

        assert corrections(fifo(books)) == [(3, -10.0, 0.0)]

    def test_a_shipment_that_is_not_invoiced_stays_expected(self):
        books = BooksBuilder().receipt(1, 10, 120, remaining=6).entry(2, -4, on=2, invoiced=False).take(2, 1, 4)
        books.value(2, 0, -40)

        assert corrections(fifo(books)) == [(2, 0.0, -8.0)]

    def test_two_invoices_share_the_cost_and_lose_no_cent(self):
        books = BooksBuilder().receipt(1, 3, 10).entry(2, -3, on=2).take(2, 1, 3)
        books.value(2, -3, quantity=-1, invoiced=-1)
        books.value(2, -6, quantity=-2, invoiced=-2)

        assert corrections(fifo(books)) == [(2, -0.33, 0.0), (2, -0.67, 0.0)]

    def test_a_part_that_no_layer_covers_keeps_its_cost(self):
        books = BooksBuilder().receipt(1, 1, 12).entry(2, -2, on=2, remaining=-1).take(2, 1, 1)
        books.value(2, -20)

        assert corrections(fifo(books)) == [(2, -2.0, 0.0)]

    def test_a_transfer_carries_the_layers_cost_to_its_destination_and_on(self):
        books = BooksBuilder().receipt(1, 1, 15).entry(2, -1, on=2).take(2, 1, 1)
        books.value(2, -10)
        books.entry(3, 1, on=2).arrive(3, 2, 1, layer=1).value(3, 10)
        books.entry(4, -1, on=3).take(4, 3, 1).value(4, -10)

        assert corrections(fifo(books)) == [(2, -5.0, 0.0), (3, 5.0, 0.0), (4, -5.0, 0.0)]

    def test_an_exact_return_costs_what_its_sale_costs(self):
        books = BooksBuilder().receipt(1, 1, 11).entry(2, -1, on=2).take(2, 1, 1)
        books.value(2, -10)
        books.entry(3, 1, on=3, remaining=1).give_back(3, 2, 1).value(3, 10)

        assert corrections(fifo(books)) == [(2, -1.0, 0.0), (3, 1.0, 0.0)]

    def test_a_partial_revaluation_reaches_later_issues_only(self):
        books = BooksBuilder().receipt(1, 2, 20).entry(2, -1, on=2).take(2, 1, 1)
        books.value(2, -10)
        books.value(1, -4, quantity=1, partial=True, kind=Kind.REVALUATION, on=3)
        books.entry(3, -1, on=4).take(3, 1, 1).value(3, -10)

        assert corrections(fifo(books)) == [(3, 4.0, 0.0)]

    def test_adjusting_what_was_adjusted_changes_nothing(self):
        books = BooksBuilder().receipt(1, 10, 120, remaining=6).entry(2, -4, on=2).take(2, 1, 4)
        sale = books.value(2, -40)
        books.value(2, -8, of=sale, adjustment=True)

        assert fifo(books).corrections == []


class TestRounding:
    def test_what_an_exhausted_layer_has_left_becomes_a_rounding(self):
        books = BooksBuilder().receipt(1, 3, 10)
        for key in (2, 3, 4):
            books.entry(key, -1, on=key).take(key, 1, 1).value(key, -3.33)

        assert corrections(fifo(books)) == []
        assert roundings(fifo(books)) == [(1, -0.01)]

    def test_a_layer_with_something_left_is_not_rounded(self):
        books = BooksBuilder().receipt(1, 3, 10, remaining=1)
        for key in (2, 3):
            books.entry(key, -1, on=key).take(key, 1, 1).value(key, -3.33)

        assert fifo(books).corrections == []

    def test_a_layer_waits_until_all_that_took_from_it_is_invoiced(self):
        books = BooksBuilder().receipt(1, 3, 10)
        for key in (2, 3):
            books.entry(key, -1, on=key).take(key, 1, 1).value(key, -3.33)
        books.entry(4, -1, on=4, invoiced=False).take(4, 1, 1).value(4, 0, -3.33)

        assert fifo(books).corrections == []

    def test_a_posted_rounding_is_not_posted_again(self):
        books = BooksBuilder().receipt(1, 3, 10)
        books.value(1, -0.01, kind=Kind.ROUNDING, adjustment=True, of=1)
        for key in (2, 3, 4):
            books.entry(key, -1, on=key).take(key, 1, 1).value(key, -3.33)

        assert fifo(books).corrections == []


class TestAverage:
    def test_issues_of_a_day_cost_the_average_of_its_receipts(self):
        books = BooksBuilder().receipt(1, 1, 20).receipt(2, 1, 40).entry(3, -1, averaged=True)
        books.value(3, -20)

        assert corrections(average(books)) == [(3, -10.0, 0.0)]

    def test_each_issue_divides_what_is_left_and_the_last_takes_all(self):
        books = BooksBuilder().receipt(1, 3, 10)
        for key in (2, 3, 4):
            books.entry(key, -1, on=2, averaged=True).value(key, -3)

        assert corrections(average(books)) == [(2, -0.33, 0.0), (3, -0.34, 0.0), (4, -0.33, 0.0)]

    def test_a_month_averages_receipts_that_come_after_the_issue(self):
        books = BooksBuilder().receipt(1, 1, 10).entry(2, -1, on=2, averaged=True)
        books.value(2, -10)
        books.receipt(3, 1, 20, on=3)

        assert corrections(average(books, by_month)) == [(2, -5.0, 0.0)]
        assert corrections(average(books, by_day)) == []

    def test_an_issue_keeps_its_cost_while_there_is_no_stock(self):
        books = BooksBuilder().entry(1, -1, averaged=True, remaining=-1)
        books.value(1, -7)

        assert average(books).corrections == []

    def test_an_open_issue_of_an_earlier_period_is_left_out_of_the_average(self):
        books = BooksBuilder().entry(1, -1, averaged=True, remaining=-1)
        books.value(1, -7)
        books.receipt(2, 2, 20, on=2, remaining=1).entry(3, -1, on=3, averaged=True).value(3, -10)

        assert average(books).corrections == []

    def test_a_transfer_within_the_scope_is_neutral(self):
        books = BooksBuilder().receipt(1, 1, 10).receipt(2, 1, 20).entry(3, -1, on=2, averaged=True)
        books.value(3, -10)
        books.entry(4, 1, on=2, remaining=1).arrive(4, 3, 1).value(4, 10)
        books.entry(5, -1, on=3, averaged=True).value(5, -15)

        assert corrections(average(books)) == [(3, -5.0, 0.0), (4, 5.0, 0.0)]

    def test_a_return_in_the_same_period_does_not_average_its_own_sale(self):
        books = BooksBuilder().receipt(1, 1, 10).receipt(2, 1, 20).entry(3, -1, on=2, averaged=True)
        books.value(3, -10)
        books.entry(4, 1, on=2, remaining=1).give_back(4, 3, 1).value(4, 10)

        assert corrections(average(books, by_month)) == [(3, -5.0, 0.0), (4, 5.0, 0.0)]

    def test_a_fixed_pair_stands_outside_the_average(self):
        books = BooksBuilder().receipt(1, 1, 200).receipt(2, 1, 1000, on=2)
        books.entry(3, -1, on=3).take(3, 2, 1).value(3, -600)
        books.receipt(4, 1, 100, on=4).entry(5, -2, on=5, averaged=True).value(5, -300)

        assert corrections(average(books)) == [(3, -400.0, 0.0)]

    def test_the_sums_of_two_places_stay_apart(self):
        books = BooksBuilder().receipt(1, 1, 10, scope=(1, None)).receipt(2, 1, 30, scope=(2, None))
        books.entry(3, -1, on=2, averaged=True, scope=(2, None)).value(3, -20)

        assert corrections(average(books)) == [(3, -10.0, 0.0)]
