"""The cost of orders: totals, shares of outputs, variances, sources."""

from dataclasses import replace

import pytest

from costing.engine.orders import (
    Element,
    Order,
    Output,
    Shares,
    Source,
    Use,
    capacity_cost,
    carried_rounding,
    settle,
)

CENT = 1_000


def e5(amount: str) -> int:
    units, _, decimals = amount.lstrip("-").partition(".")
    value = int(units + decimals.ljust(5, "0"))
    return -value if amount.startswith("-") else value


def material(key: int, amount: str) -> Source:
    return Source((False, key), Use.MATERIAL, e5("1"), e5(amount))


def work(key: int, direct: str, overhead: str = "0", *, use: Use = Use.CAPACITY) -> Source:
    return Source((True, key), use, e5("1"), e5(direct), e5(overhead))


def output(key: int, quantity: str, **facts) -> Output:
    return Output(key, e5(quantity), **facts)


def held_after(order: Order) -> dict[int, dict[Element, int]]:
    """What each output holds once the order is settled."""
    found: dict[int, dict[Element, int]] = {each.key: dict(each.held) for each in order.outputs}
    for value in settle(order, precision_e5=CENT).values:
        found[value.output_key][value.element] = found[value.output_key].get(value.element, 0) + value.amount_e5
    return found


def settled_again(order: Order) -> Order:
    """The same order with what its settlement wrote."""
    values = settle(order, precision_e5=CENT).values
    held = held_after(order)
    outputs = []
    for each in order.outputs:
        recorded = dict(each.recorded)
        for value in values:
            if value.output_key == each.key:
                for part in value.sources:
                    recorded[part.key] = recorded.get(part.key, 0) + part.amount_e5
        outputs.append(replace(each, held=held[each.key], recorded=recorded, invoiced=True, expected_e5=0))
    return replace(order, outputs=outputs)


class TestWhatGoesIntoTheOutput:
    def test_material_and_capacity_with_its_overhead_are_direct_cost(self):
        order = Order([material(1, "40"), work(2, "30", "6")], [output(9, "2")])

        (value,) = settle(order, precision_e5=CENT).values

        assert (value.element, value.amount_e5, value.invoices) == (Element.DIRECT, e5("76"), True)
        assert [(part.key, part.amount_e5) for part in value.sources] == [
            ((False, 1), e5("40")),
            ((True, 2), e5("36")),
        ]

    def test_overhead_is_a_percentage_of_all_that_and_a_rate_for_each_piece(self):
        # 282 x 10 % + 25 x 1 = 53.20
        order = Order(
            [material(1, "150"), work(2, "120", "12")],
            [output(9, "1")],
            indirect_cost_percent_e5=e5("10"),
            overhead_rate_e5=e5("25"),
        )

        assert held_after(order)[9] == {Element.DIRECT: e5("282"), Element.INDIRECT: e5("53.20")}

    def test_standard_item_ends_at_standard_with_a_variance_for_each_share(self):
        order = Order(
            [material(1, "52"), work(2, "18", "4.50")],
            [output(9, "2")],
            overhead_rate_e5=e5("6"),
            standard=Shares(e5("22"), e5("10"), 0, e5("2"), e5("6")),
        )

        held = held_after(order)[9]

        assert held == {
            Element.DIRECT: e5("74.50"),
            Element.INDIRECT: e5("12"),
            Element.MATERIAL_VARIANCE: e5("-8"),
            Element.CAPACITY_VARIANCE: e5("2"),
            Element.CAPACITY_OVERHEAD_VARIANCE: e5("-0.50"),
        }
        assert sum(held.values()) == e5("80")

    def test_standard_shares_lose_nothing_in_rounding(self):
        # 3 x 0.335 = 1.005 twice: 1.01 and 1.00, together 2.01.
        order = Order([], [output(9, "3")], standard=Shares(e5("0.335"), e5("0.335")))

        held = held_after(order)[9]

        assert (held[Element.MATERIAL_VARIANCE], held[Element.CAPACITY_VARIANCE]) == (e5("1.01"), e5("1.00"))

    def test_non_inventory_material_stands_by_itself(self):
        other = Source((False, 3), Use.NON_INVENTORY, e5("1"), e5("7"))
        order = Order([material(1, "10"), other], [output(9, "1")], indirect_cost_percent_e5=e5("100"))

        assert held_after(order)[9] == {
            Element.DIRECT: e5("10"),
            Element.INDIRECT: e5("17"),
            Element.NON_INVENTORY: e5("7"),
        }

    def test_expected_cost_goes_as_the_output_is_invoiced(self):
        order = Order([material(1, "40")], [output(9, "2", expected_e5=e5("50"), expected_revaluation_e5=e5("4"))])

        direct, revaluation = settle(order, precision_e5=CENT).values

        assert (direct.amount_e5, direct.expected_e5) == (e5("40"), e5("-50"))
        assert (revaluation.element, revaluation.amount_e5, revaluation.expected_e5) == (
            Element.REVALUATION,
            0,
            e5("-4"),
        )

    def test_nothing_made_settles_nothing(self):
        assert settle(Order([material(1, "40")], []), precision_e5=CENT) is None
        back = output(10, "-2", reverses=9)
        assert settle(Order([material(1, "40")], [output(9, "2"), back]), precision_e5=CENT) is None


class TestSeveralOutputs:
    def test_last_takes_what_is_left(self):
        order = Order([material(1, "100")], [output(8, "1"), output(9, "2")])

        assert held_after(order) == {8: {Element.DIRECT: e5("33.33")}, 9: {Element.DIRECT: e5("66.67")}}

    def test_each_output_knows_what_each_source_brought(self):
        order = Order([material(1, "10"), material(2, "90")], [output(8, "1"), output(9, "2")])

        parts = {
            (value.output_key, part.key[1]): part.amount_e5
            for value in settle(order, precision_e5=CENT).values
            for part in value.sources
        }

        assert parts == {(8, 1): e5("3.33"), (8, 2): e5("30"), (9, 1): e5("6.67"), (9, 2): e5("60")}

    def test_negative_output_takes_back_its_part(self):
        order = Order([material(1, "80")], [output(8, "5"), output(9, "-1", reverses=8)])

        assert held_after(order) == {8: {Element.DIRECT: e5("100")}, 9: {Element.DIRECT: e5("-20")}}

    @pytest.mark.parametrize("cents", range(1, 60))
    @pytest.mark.parametrize("quantities", [("5", "-1"), ("7", "-2", "-3"), ("3", "-1", "-1"), ("10", "-9")])
    def test_output_and_what_it_gave_back_hold_the_cost_to_the_cent(self, cents, quantities):
        made, *back = quantities
        reversals = [output(20 + number, each, reverses=8) for number, each in enumerate(back)]
        order = Order([Source((False, 1), Use.MATERIAL, e5("1"), 7 * cents * CENT)], [output(8, made), *reversals])

        held = held_after(order)

        assert sum(each.get(Element.DIRECT, 0) for each in held.values()) == 7 * cents * CENT


class TestLaterChanges:
    def test_settling_twice_changes_nothing(self):
        order = Order([material(1, "100"), work(2, "7")], [output(8, "1"), output(9, "2")])

        assert settle(settled_again(order), precision_e5=CENT).values == []

    def test_source_that_changed_brings_the_difference(self):
        order = settled_again(Order([material(1, "40"), work(2, "36")], [output(9, "2")]))
        dearer = replace(order, sources=[material(1, "50"), work(2, "36")])

        (value,) = settle(dearer, precision_e5=CENT).values

        assert (value.amount_e5, value.invoices, value.expected_e5) == (e5("10"), False, 0)
        assert [(part.key, part.amount_e5) for part in value.sources] == [((False, 1), e5("10"))]

    def test_sources_of_a_change_add_up_though_their_roundings_moved(self):
        outputs = [output(8, "1"), output(9, "2")]
        order = settled_again(Order([material(1, "10"), material(2, "10"), material(3, "10.01")], outputs))
        dearer = replace(order, sources=[material(1, "10"), material(2, "10.02"), material(3, "10.01")])

        for value in settle(dearer, precision_e5=CENT).values:
            assert sum(part.amount_e5 for part in value.sources) == value.amount_e5

    def test_output_that_was_posted_without_its_sources_still_adds_up(self):
        held = {Element.DIRECT: e5("70")}
        order = Order([material(1, "40"), work(2, "36")], [output(9, "2", invoiced=True, held=held)])

        (value,) = settle(order, precision_e5=CENT).values

        assert sum(part.amount_e5 for part in value.sources) == value.amount_e5 == e5("6")


class TestCapacity:
    def test_cost_of_time_is_split_into_direct_and_overhead(self):
        # 10 x 11.50 = 115; (115 - 10 x 0.50) / 1.1 = 100
        cost = capacity_cost(
            quantity_e5=e5("10"),
            unit_cost_e5=e5("11.50"),
            indirect_cost_percent_e5=e5("10"),
            overhead_rate_e5=e5("0.50"),
            precision_e5=CENT,
        )

        assert cost == (e5("100"), e5("15"))

    def test_rounding_is_carried_from_element_to_element_but_never_to_a_zero(self):
        thirds = {Element.DIRECT: 100 * CENT, Element.INDIRECT: 0, Element.MATERIAL_VARIANCE: 100 * CENT}

        rounded = carried_rounding(thirds, 3, CENT)

        assert rounded == {Element.DIRECT: 33 * CENT, Element.MATERIAL_VARIANCE: 34 * CENT}
