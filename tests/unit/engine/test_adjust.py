"""The reference engine on worked figures: each case is small enough to be checked by hand."""

from datetime import date

from costing.engine.adjust import adjust
from costing.engine.books import Kind, Sums
from tests.unit.engine.books import E5, BooksBuilder, corrections, day, roundings


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


class TestExactReversal:
    """A purchase return that names its receipt takes back direct cost, overhead and variance, each by itself."""

    def bought_with_overhead(self):
        books = BooksBuilder().receipt(1, 10, 100, remaining=8)
        books.value(1, 15, kind=Kind.INDIRECT)
        return books

    def test_overhead_goes_back_in_proportion(self):
        books = self.bought_with_overhead().entry(2, -2, on=2, mirrors=True).take(2, 1, 2)
        books.value(2, -23)

        found = fifo(books).corrections

        assert [(each.kind, each.actual_e5 / E5) for each in found] == [(Kind.INDIRECT, -3.0), (Kind.DIRECT, 3.0)]

    def test_a_right_return_needs_nothing(self):
        books = self.bought_with_overhead().entry(2, -2, on=2, mirrors=True).take(2, 1, 2)
        books.value(2, -20)
        books.value(2, -3, kind=Kind.INDIRECT)

        assert fifo(books).corrections == []

    def test_variance_goes_back_as_variance(self):
        books = BooksBuilder().receipt(1, 10, 90, remaining=9)
        books.value(1, 10, kind=Kind.PURCHASE_VARIANCE)
        books.entry(2, -1, on=2, mirrors=True).take(2, 1, 1).value(2, -9)

        found = fifo(books).corrections

        assert [(each.kind, each.actual_e5 / E5) for each in found] == [(Kind.PURCHASE_VARIANCE, -1.0)]

    def test_each_type_of_variance_goes_back_by_itself(self):
        """3 made, 1 taken back: thirds of 4.99, -0.02 and -4.99, each rounded, not the third of -0.02."""
        books = BooksBuilder().receipt(1, 3, 30.02, remaining=2)
        books.value(1, 4.99, kind=Kind.MATERIAL_VARIANCE)
        books.value(1, -0.02, kind=Kind.CAPACITY_VARIANCE)
        books.value(1, -4.99, kind=Kind.SUBCONTRACTED_VARIANCE)
        books.entry(2, -1, on=2, mirrors=True).take(2, 1, 1).value(2, -10.01)
        books.value(2, -1.66, kind=Kind.MATERIAL_VARIANCE)
        books.value(2, 5, kind=Kind.MANUFACTURING_OVERHEAD_VARIANCE)

        found = fifo(books).corrections

        assert [(each.kind, each.actual_e5 / E5) for each in found] == [
            (Kind.CAPACITY_VARIANCE, 0.01),
            (Kind.SUBCONTRACTED_VARIANCE, 1.66),
            (Kind.MANUFACTURING_OVERHEAD_VARIANCE, -5.0),
        ]

    def test_cost_of_components_that_are_not_stocked_goes_back_as_such(self):
        books = BooksBuilder().receipt(1, 3, 60, remaining=2)
        books.value(1, 30, kind=Kind.NON_INVENTORY)
        books.entry(2, -1, on=2, mirrors=True).take(2, 1, 1).value(2, -20)
        books.value(2, -10, kind=Kind.NON_INVENTORY)

        assert fifo(books).corrections == []

    def test_a_sale_of_the_same_goods_is_one_direct_amount(self):
        books = self.bought_with_overhead().entry(2, -2, on=2).take(2, 1, 2)
        books.value(2, -20)

        assert [(each.kind, each.actual_e5 / E5) for each in fifo(books).corrections] == [(Kind.DIRECT, -3.0)]

    def test_what_is_returned_and_not_credited_stays_expected(self):
        books = self.bought_with_overhead().entry(2, -2, on=2, mirrors=True, invoiced=False).take(2, 1, 2)
        books.value(2, 0, -20)

        assert corrections(fifo(books)) == [(2, 0.0, -3.0)]


class TestSources:
    """Every forwarded cent names the entry whose cost moved."""

    def sources(self, adjustment):
        return [
            (found.entry_key, [(each.source_key, each.amount_e5 / E5) for each in found.sources])
            for found in adjustment.corrections
        ]

    def test_only_the_layer_that_became_dearer_is_named(self):
        books = BooksBuilder().receipt(1, 1, 10).receipt(2, 1, 20)
        books.entry(3, -2, on=2).take(3, 1, 1).take(3, 2, 1).value(3, -30)
        books.value(2, 5, is_charge=True)

        assert self.sources(fifo(books)) == [(3, [(2, -5.0)])]

    def test_what_was_not_known_at_posting_is_shared_by_quantity(self):
        books = BooksBuilder().receipt(1, 1, 10).receipt(2, 3, 30)
        books.entry(3, -4, on=2).take(3, 1, 1).take(3, 2, 3).value(3, -20)

        assert self.sources(fifo(books)) == [(3, [(1, -5.0), (2, -15.0)])]

    def test_two_documents_share_the_sources_to_the_cent(self):
        books = BooksBuilder().receipt(1, 1, 10).receipt(2, 2, 20)
        books.entry(3, -3, on=2).take(3, 1, 1).take(3, 2, 2)
        books.value(3, -10, quantity=-1, invoiced=-1)
        books.value(3, -20, quantity=-2, invoiced=-2)
        books.value(2, 0.05, is_charge=True)

        found = fifo(books).corrections

        assert sum(each.actual_e5 for each in found) == -0.05 * E5
        for correction in found:
            assert sum(each.amount_e5 for each in correction.sources) == correction.actual_e5
            assert {each.source_key for each in correction.sources} == {2}

    def test_an_average_names_its_pool(self):
        books = BooksBuilder().receipt(1, 1, 20).receipt(2, 1, 40).entry(3, -1, averaged=True)
        books.value(3, -20)

        assert self.sources(average(books)) == [(3, [(None, -10.0)])]


class TestPartOfTheBooks:
    """With `affected` only some entries are computed; the others are sources that stand."""

    def test_a_source_that_stands_is_not_corrected(self):
        books = BooksBuilder().receipt(1, 2, 20).entry(2, -1, on=2).take(2, 1, 1)
        books.value(2, -9)
        books.entry(3, -1, on=3).take(3, 1, 1).value(3, -9)

        assert corrections(adjust(books.build(affected={3}), is_average=False, period_of=by_day)) == [(3, -1.0, 0.0)]

    def test_the_opening_of_an_average_stands_for_what_came_before(self):
        opening = {(None, None): Sums(2 * E5, 30 * E5)}
        books = BooksBuilder().receipt(11, 1, 30, on=10).entry(12, -1, on=10, averaged=True)
        books.value(12, -1)

        part = books.build(opening=opening, first_day=day(10))

        assert corrections(adjust(part, is_average=True, period_of=by_day)) == [(12, -19.0, 0.0)]

    def test_a_return_of_an_issue_from_before_costs_what_the_issue_cost(self):
        books = BooksBuilder().entry(1, -1, on=2, averaged=True)
        books.value(1, -15)
        books.entry(2, 1, on=10, remaining=1).give_back(2, 1, 1).value(2, 12)

        part = books.build(opening={(None, None): Sums()}, first_day=day(10))

        assert corrections(adjust(part, is_average=True, period_of=by_day)) == [(2, 3.0, 0.0)]

    def test_periods_after_the_last_one_wanted_are_left_alone(self):
        books = BooksBuilder().receipt(1, 3, 30).entry(2, -1, on=2, averaged=True)
        books.value(2, -9)
        books.entry(3, -1, on=5, averaged=True).value(3, -9)

        found = adjust(books.build(), is_average=True, period_of=by_day, through=day(3))

        assert corrections(found) == [(2, -1.0, 0.0)]


class TestRevaluedAverage:
    def test_an_issue_posted_before_a_partial_revaluation_of_its_period_does_not_see_it(self):
        books = BooksBuilder().receipt(1, 2, 20).entry(2, -1, on=2, averaged=True)
        books.value(2, -10)
        books.value(1, -4, quantity=1, partial=True, kind=Kind.REVALUATION, on=28)
        books.entry(3, -1, on=28, averaged=True).value(3, -10)

        assert corrections(average(books, by_month)) == [(3, 4.0, 0.0)]

    def test_a_revaluation_counts_from_its_own_period_on(self):
        books = BooksBuilder().receipt(1, 2, 20).entry(2, -1, on=2, averaged=True)
        books.value(2, -10)
        books.value(1, -4, quantity=1, partial=True, kind=Kind.REVALUATION, on=5)
        books.entry(3, -1, on=6, averaged=True).value(3, -10)

        assert corrections(average(books)) == [(3, 4.0, 0.0)]
