"""Lineage graphs from plain records: every figure can be checked by hand."""

from datetime import date

from costing.engine.books import Entry, ItemBooks, Kind, Link, Sums, Value
from costing.lineage.backward import backward
from costing.lineage.causes import Cause, Change, causes, history
from costing.lineage.forward import forward
from costing.lineage.layout import arrange
from costing.lineage.pools import Pools
from costing.lineage.records import (
    Capacity,
    EntryFacts,
    NodeKind,
    OrderBooks,
    OrderKey,
    Part,
    PeriodBooks,
    PoolKey,
    Trail,
    ValueFacts,
)

DAY = date(2026, 3, 2)
CENT = 1_000
BLANK = (None, None)


def e5(number):
    return round(number * 100_000)


def value(key, entry_key, amount, *, expected=0.0, quantity=1.0, invoiced=0.0, kind=Kind.DIRECT, **fields):
    facts = {"original_key": key, "is_charge": False, "partial": False, "adjustment": False} | fields
    return Value(
        key=key,
        entry_key=entry_key,
        kind=kind,
        actual_e5=e5(amount),
        expected_e5=e5(expected),
        valued_quantity_e5=e5(quantity),
        invoiced_quantity_e5=e5(invoiced),
        posting_date=DAY,
        valuation_date=DAY,
        **facts,
    )


def entry(key, quantity, *values, remaining=0.0, averaged=False, invoiced=True):
    return Entry(
        key=key,
        scope=BLANK,
        quantity_e5=e5(quantity),
        remaining_e5=e5(remaining),
        posting_date=DAY,
        valuation_date=DAY,
        completely_invoiced=invoiced,
        averaged=averaged,
        values=list(values),
    )


def taken(outbound, inbound, quantity):
    return Link(outbound, inbound, outbound, e5(-quantity), cost_application=True)


def facts(entry_type="sale", **fields):
    return EntryFacts(1, "CHAIR", "Chair", entry_type, "", f"{entry_type}-1", DAY, "", **fields)


def trail(root, entries, links=(), *, told=None, **fields):
    books = ItemBooks.of(entries, list(links), precision_e5=CENT)
    known = {
        each.key: (told or {}).get(each.key, facts("purchase" if each.quantity_e5 > 0 else "sale")) for each in entries
    }
    return Trail(root=root, books=books, facts=known, **fields)


def pools(periods=None):
    return Pools(periods or {}, lambda on: on)


def told(graph, key):
    """What hangs on a node: kind and amount of each, in the order drawn."""
    return [(node.kind, edge.amount_e5 / 100_000) for edge, node in graph.beyond(key)]


def bought_and_sold(*, sold=-180.0):
    """20 received: 400.00 invoiced and 50.00 freight; 8 of them sold."""
    freight = value(3, 1, 50, is_charge=True, quantity=20)
    receipt = entry(1, 20, value(1, 1, 400, quantity=20, invoiced=20), freight, remaining=12)
    return [receipt, entry(2, -8, value(2, 2, sold, quantity=-8, invoiced=-8))], [taken(2, 1, 8)]


class TestBackward:
    def test_a_sale_is_its_share_of_the_receipt(self):
        found = trail(
            2, *bought_and_sold(), value_facts={1: ValueFacts("", "I-1"), 3: ValueFacts("", "C-1", "FREIGHT")}
        )

        graph = backward(found, pools())

        assert told(graph, "entry-2") == [(NodeKind.ENTRY, 180.0)]
        assert told(graph, "entry-1") == [(NodeKind.VALUE, 400.0), (NodeKind.VALUE, 50.0)]
        parts = [(node.part, node.title) for _edge, node in graph.beyond("entry-1")]
        assert parts == [(Part.INVOICED, "I-1"), (Part.CHARGE, "FREIGHT C-1")]
        assert graph.differences() == {}

    def test_what_is_posted_and_not_carried_is_a_gap(self):
        graph = backward(trail(2, *bought_and_sold(sold=-160.0)), pools())

        assert told(graph, "entry-2") == [(NodeKind.ENTRY, 180.0), (NodeKind.GAP, -20.0)]
        assert not graph.nodes["entry-2-gap"].waits
        assert graph.differences() == {}

    def test_a_gap_of_an_unadjusted_item_waits(self):
        unadjusted = {2: facts(unadjusted=True)}

        graph = backward(trail(2, *bought_and_sold(sold=-160.0), told=unadjusted), pools())

        assert graph.nodes["entry-2-gap"].waits

    def test_what_no_layer_covers_stands_at_the_cost_it_was_booked_at(self):
        layer = entry(1, 2, value(1, 1, 20, quantity=2, invoiced=2))
        sale = entry(2, -5, value(2, 2, -50, quantity=-5, invoiced=-5), remaining=-3)

        graph = backward(trail(2, [layer, sale], [taken(2, 1, 2)]), pools())

        assert told(graph, "entry-2") == [(NodeKind.ENTRY, 20.0), (NodeKind.UNCOVERED, 30.0)]

    def test_a_source_that_was_not_read_further_says_so(self):
        entries, links = bought_and_sold()
        issue = entry(3, -20, value(9, 3, -450, quantity=-20, invoiced=-20))

        graph = backward(trail(3, [*entries, issue], [taken(3, 2, 8), *links], boundary=frozenset({3})), pools())

        assert told(graph, "entry-3") == [(NodeKind.MORE, 450.0)]
        assert graph.truncated

    def test_many_sources_are_the_biggest_and_the_rest_together(self):
        layers = [entry(key, 1, value(key, key, key, invoiced=1)) for key in range(1, 41)]
        total = sum(range(1, 41))
        sale = entry(99, -40, value(99, 99, -total, quantity=-40, invoiced=-40))

        graph = backward(trail(99, [*layers, sale], [taken(99, key, 1) for key in range(1, 41)]), pools())

        (others,) = [node for _edge, node in graph.beyond("entry-99") if node.kind == NodeKind.MORE]
        assert (others.count, others.amount_e5) == (16, e5(sum(range(1, 17))))
        assert graph.differences() == {}

    def test_an_order_is_what_went_into_it(self):
        key = OrderKey("assembly", "A-1", 1)
        used = entry(1, -6, value(1, 1, -72, quantity=-6, invoiced=-6))
        made = entry(2, 3, value(2, 2, 88.5, quantity=3, invoiced=3), remaining=3)
        order = OrderBooks(inputs=[1], outputs=[2], capacities=[Capacity("Bench", e5(1.5), e5(16.5))])
        about = {1: facts("assembly_consumption", order=key), 2: facts("assembly_output", order=key)}

        graph = backward(trail(2, [used, made], told=about, orders={key: order}), pools())

        assert told(graph, "entry-2") == [(NodeKind.ORDER, 88.5)]
        assert told(graph, "order-assembly-A-1-1") == [(NodeKind.ENTRY, 72.0), (NodeKind.CAPACITY, 16.5)]
        assert graph.differences() == {}

    def test_an_order_that_holds_more_than_went_in_shows_the_gap(self):
        key = OrderKey("production", "M-1", 1)
        used = entry(1, -1, value(1, 1, -72, quantity=-1, invoiced=-1))
        made = entry(2, 1, value(2, 2, 70, invoiced=1), remaining=1)
        order = OrderBooks(inputs=[1], outputs=[2], finished=True, adjusted=False)
        about = {1: facts("consumption", order=key), 2: facts("output", order=key)}

        graph = backward(trail(2, [used, made], told=about, orders={key: order}), pools())

        assert told(graph, "order-production-M-1-1") == [(NodeKind.ENTRY, 72.0), (NodeKind.GAP, -2.0)]
        assert graph.nodes["order-production-M-1-1-gap"].waits


class TestForward:
    def test_a_receipt_is_what_was_sold_and_what_is_left(self):
        graph = forward(trail(1, *bought_and_sold()), pools())

        assert told(graph, "entry-1") == [(NodeKind.ENTRY, 180.0), (NodeKind.LEFT, 270.0)]
        assert told(graph, "entry-2") == [(NodeKind.END, 180.0)]

    def test_what_a_taker_does_not_hold_yet_is_a_gap(self):
        unadjusted = {1: facts("purchase", unadjusted=True)}

        graph = forward(trail(1, *bought_and_sold(sold=-160.0), told=unadjusted), pools())

        assert told(graph, "entry-1") == [(NodeKind.ENTRY, 160.0), (NodeKind.LEFT, 270.0), (NodeKind.GAP, 20.0)]
        assert graph.differences() == {}

    def test_a_return_brings_back_what_the_sale_took(self):
        entries, links = bought_and_sold()
        back = entry(3, 2, value(9, 3, 45, quantity=2, invoiced=2), remaining=2)

        graph = forward(trail(1, [*entries, back], [*links, Link(3, 3, 2, e5(2), cost_application=True)]), pools())

        assert told(graph, "entry-2") == [(NodeKind.ENTRY, 45.0), (NodeKind.END, 135.0)]
        assert told(graph, "entry-3") == [(NodeKind.LEFT, 45.0)]

    def test_a_transfer_arrives_by_its_shipment(self):
        layer = entry(1, 10, value(1, 1, 100, quantity=10, invoiced=10), remaining=6)
        shipped = entry(2, -4, value(2, 2, -40, quantity=-4, invoiced=-4))
        arrived = entry(3, 4, value(3, 3, 40, quantity=4, invoiced=4), remaining=4)
        links = [taken(2, 1, 4), Link(3, 3, 2, e5(4), cost_application=True, transferred_from_key=1)]

        graph = forward(trail(1, [layer, shipped, arrived], links), pools())
        back = backward(trail(3, [layer, shipped, arrived], links), pools())

        assert told(graph, "entry-1") == [(NodeKind.ENTRY, 40.0), (NodeKind.LEFT, 60.0)]
        assert told(graph, "entry-2") == [(NodeKind.ENTRY, 40.0)]
        assert told(back, "entry-3") == [(NodeKind.ENTRY, 40.0)]
        assert [node.key for _edge, node in back.beyond("entry-3")] == ["entry-1"]

    def test_what_rounding_leaves_of_an_open_invoice_is_told(self):
        layer = entry(1, 3, value(1, 1, 10, quantity=3, invoiced=3))
        sales = [entry(key, -1, value(key, key, -3.33, quantity=-1), invoiced=False) for key in (2, 3, 4)]

        graph = forward(trail(1, [layer, *sales], [taken(key, 1, 1) for key in (2, 3, 4)]), pools())

        residual = graph.nodes["entry-1-residual"]
        assert (residual.amount_e5, residual.part, residual.waits) == (e5(0.01), Part.ROUNDING, True)

    def test_goods_that_come_back_do_not_lead_round(self):
        entries, links = bought_and_sold()
        sold_again = entry(4, -2, value(11, 4, -45, quantity=-2, invoiced=-2))
        back = entry(3, 2, value(9, 3, 45, quantity=2, invoiced=2))
        circle = [*links, Link(3, 3, 2, e5(2), cost_application=True), taken(4, 3, 2)]

        graph = forward(trail(1, [*entries, back, sold_again], circle), pools())

        assert graph.differences() == {}
        assert [node.kind for _edge, node in graph.beyond("entry-4")] == [NodeKind.END]


class TestAverages:
    def books(self, *, sold=-30.0):
        """20.00 and 40.00 received on one day, one of them sold."""
        return [
            entry(1, 1, value(1, 1, 20, invoiced=1), remaining=1),
            entry(2, 1, value(2, 2, 40, invoiced=1)),
            entry(3, -1, value(3, 3, sold, quantity=-1, invoiced=-1), averaged=True),
        ]

    def trail(self, root, entries, opening=None):
        key = PoolKey(1, BLANK, DAY)
        books = ItemBooks.of(
            entries,
            [],
            precision_e5=CENT,
            affected=frozenset(each.key for each in entries),
            first_day=DAY,
            opening=opening or {},
        )
        period = PeriodBooks(DAY, DAY, books, opening or {})
        about = {each.key: facts(averages=True) for each in entries}
        found = trail(root, entries, told=about, periods={(1, DAY): period}, pools={root: [key]})
        return found, pools({(1, DAY): period})

    def test_an_issue_takes_the_average_of_its_pool(self):
        graph = backward(*self.trail(3, self.books()))

        assert told(graph, "entry-3") == [(NodeKind.POOL, 30.0)]
        assert told(graph, "pool-1-0-0-2026-03-02") == [(NodeKind.ENTRY, 20.0), (NodeKind.ENTRY, 40.0)]
        assert graph.differences() == {}

    def test_a_pool_opens_with_what_was_left(self):
        opening = {BLANK: Sums(e5(2), e5(120))}

        graph = backward(*self.trail(3, self.books(sold=-45.0), opening))

        assert told(graph, "pool-1-0-0-2026-03-02")[0] == (NodeKind.OPENING, 120.0)
        assert told(graph, "entry-3") == [(NodeKind.POOL, 45.0)]

    def test_an_issue_at_another_cost_has_a_gap(self):
        graph = backward(*self.trail(3, self.books(sold=-20.0)))

        assert told(graph, "entry-3") == [(NodeKind.POOL, 30.0), (NodeKind.GAP, -10.0)]

    def test_a_receipt_goes_into_the_pool_that_its_issues_share(self):
        graph = forward(*self.trail(1, self.books()))

        assert told(graph, "entry-1") == [(NodeKind.POOL, 20.0)]
        assert told(graph, "pool-1-0-0-2026-03-02") == [(NodeKind.ENTRY, 30.0), (NodeKind.LEFT, 30.0)]

    def test_a_period_too_big_to_be_read_is_told_in_sums(self):
        key = PoolKey(1, BLANK, DAY)
        period = PeriodBooks(
            DAY, DAY, None, {}, received={BLANK: Sums(e5(2), e5(60))}, issued={BLANK: Sums(e5(-1), e5(-30))}
        )
        found = trail(3, self.books(), told={3: facts(averages=True)}, pools={3: [key]})

        graph = backward(found, pools({(1, DAY): period}))

        assert told(graph, "entry-3") == [(NodeKind.POOL, 30.0)]
        assert told(graph, "pool-1-0-0-2026-03-02") == [(NodeKind.MORE, 60.0)]


class TestCauses:
    def test_a_correction_is_caused_by_what_moved_its_source(self):
        receipt = entry(1, 20, value(1, 1, 400, quantity=20), value(3, 1, 50, is_charge=True), remaining=12)
        correction = value(4, 2, -20, quantity=-8, adjustment=True, original_key=2)
        sale = entry(2, -8, value(2, 2, -160, quantity=-8, invoiced=-8), correction)
        found = trail(2, [receipt, sale], [taken(2, 1, 8)], value_facts={3: ValueFacts("", "C-1", "FREIGHT")})

        cause = causes(found, pools(), [Change(4, 1, None, e5(-20))])

        assert cause == {4: Cause((1,), (), ("C-1",))}
        assert history(found, cause) == (e5(160), [(e5(20), "C-1")])


class TestLayout:
    def test_no_two_boxes_meet_and_sources_are_to_the_right(self):
        layers = [entry(key, 1, value(key, key, key, invoiced=1)) for key in range(1, 9)]
        sale = entry(99, -8, value(99, 99, -36, quantity=-8, invoiced=-8))
        graph = backward(trail(99, [*layers, sale], [taken(99, key, 1) for key in range(1, 9)]), pools())

        layout = arrange(graph)

        assert len(set(layout.places.values())) == len(graph.nodes) == 17
        assert all(layout.places[edge.target].x < layout.places[edge.source].x for edge in graph.edges)
        assert layout.width > max(place.x for place in layout.places.values())
