"""The figures of docs/algorithms/prices.md."""

from datetime import date
from decimal import Decimal

from inventory.prices import Asked, Best, Offer, best

PCS, BOX = 1, 2
RED = 7
BIG_SHOP, SMALL_SHOP = 70, 80
DAY = date(2026, 3, 10)


def offer(key, price=None, discount=None, *, minimum="0", unit=PCS, per="1", **more):
    return Offer(
        key=key,
        unit_id=unit,
        quantity_per=Decimal(per),
        minimum_quantity=Decimal(minimum),
        unit_amount=None if price is None else Decimal(price),
        discount_percent=None if discount is None else Decimal(discount),
        **more,
    )


def asked(quantity="1", *, on=DAY, partner=SMALL_SHOP, variant=None, unit=PCS):
    return Asked(on=on, partner_id=partner, unit_id=unit, quantity=Decimal(quantity), variant_id=variant)


def price(offers, **of):
    found = best(offers, asked(**of))
    return found.unit_amount, found.price_key


def discount(offers, **of):
    found = best(offers, asked(**of))
    return found.discount_percent, found.discount_key


class TestThePrice:
    def test_is_none_where_no_line_holds(self):
        assert best([], asked()) == Best(None, None, Decimal(0), None)

    def test_is_the_lowest_from_its_minimum_quantity_on(self):
        offers = [offer(1, "100"), offer(2, "90", minimum="10")]

        assert price(offers, quantity="9.99999") == (Decimal("100"), 1)
        assert price(offers, quantity="10") == (Decimal("90"), 2)

    def test_is_the_lowest_of_all_that_hold_even_where_the_partner_has_one_of_his_own(self):
        offers = [offer(1, "95", partner_id=BIG_SHOP), offer(2, "90"), offer(3, "80", partner_id=BIG_SHOP, minimum="5")]

        assert price(offers, partner=BIG_SHOP) == (Decimal("90"), 2)
        assert price(offers, partner=BIG_SHOP, quantity="5") == (Decimal("80"), 3)
        assert price(offers, partner=SMALL_SHOP, quantity="5") == (Decimal("90"), 2)

    def test_holds_on_both_its_dates_and_not_beyond(self):
        spring = [offer(1, "85", starting_date=date(2026, 3, 1), ending_date=date(2026, 3, 31))]

        assert [price(spring, on=date(2026, month, day))[1] for month, day in ((2, 28), (3, 1), (3, 31), (4, 1))] == [
            None,
            1,
            1,
            None,
        ]

    def test_of_the_variant_beats_a_lower_one_for_none(self):
        offers = [offer(1, "100"), offer(2, "110", variant_id=RED)]

        assert price(offers, variant=RED) == (Decimal("110"), 2)
        assert price(offers, variant=8) == (Decimal("100"), 1)
        assert price(offers) == (Decimal("100"), 1)

    def test_of_another_unit_is_converted_where_the_unit_has_none(self):
        box = offer(1, "1000", unit=BOX, per="12")

        assert price([box], quantity="12") == (Decimal("83.33333"), 1)
        assert price([box, offer(2, "100")], quantity="12") == (Decimal("100"), 2)
        assert price([box, offer(2, "100")], quantity="12", unit=BOX) == (Decimal("83.33333"), 1)

    def test_of_another_unit_counts_its_minimum_in_that_unit(self):
        two_boxes = [offer(1, "960", unit=BOX, per="12", minimum="2")]

        assert price(two_boxes, quantity="23") == (None, None)
        assert price(two_boxes, quantity="24") == (Decimal("80"), 1)

    def test_of_nothing_is_a_price(self):
        assert price([offer(1, "100"), offer(2, "0")]) == (Decimal("0"), 2)

    def test_comes_from_the_larger_quantity_then_the_older_line_where_several_are_the_lowest(self):
        offers = [offer(3, "90"), offer(1, "90", minimum="10"), offer(2, "90", minimum="10")]

        assert price(offers, quantity="10") == (Decimal("90"), 1)


class TestTheDiscount:
    def test_is_the_highest_of_all_that_hold(self):
        offers = [offer(1, None, "5"), offer(2, None, "7.5", minimum="10"), offer(3, None, "20", partner_id=BIG_SHOP)]

        assert discount(offers) == (Decimal("5"), 1)
        assert discount(offers, quantity="10") == (Decimal("7.5"), 2)
        assert discount(offers, partner=BIG_SHOP) == (Decimal("20"), 3)

    def test_is_taken_from_a_line_whose_price_is_not(self):
        found = best([offer(1, "100", "10"), offer(2, "90")], asked())

        assert found == Best(Decimal("90"), 2, Decimal("10"), 1)

    def test_of_another_variant_does_not_hold(self):
        assert discount([offer(1, None, "5", variant_id=RED)], variant=8) == (Decimal(0), None)
