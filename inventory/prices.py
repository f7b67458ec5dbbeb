"""Which price and which discount a line gets, of all price list lines that hold for it. Plain Python, no queries.

Tiny example: DESK costs 100.00, from 10 pieces 90.00, and the category Tables has 5 % off. A line of 12 pieces takes
90.00 less 5 %; a line of 3 takes 100.00 less 5 %. docs/algorithms/prices.md has the rule with all its figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from config.base.amounts import round_amount

UNIT_STEP = Decimal("0.00001")
"""Unit prices keep five decimals."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A price list line of the line's item or category, active.

    `unit_id`: the unit it is for, which holds `quantity_per` base units of the item. `minimum_quantity` and
    `unit_amount` are in that unit. A partner, variant or date of None: for all of them.
    """

    key: int
    unit_id: int
    quantity_per: Decimal = Decimal(1)
    partner_id: int | None = None
    variant_id: int | None = None
    minimum_quantity: Decimal = Decimal(0)
    starting_date: date | None = None
    ending_date: date | None = None
    unit_amount: Decimal | None = None
    discount_percent: Decimal | None = None

    @property
    def minimum_in_base(self) -> Decimal:
        return self.minimum_quantity * self.quantity_per

    @property
    def base_amount(self) -> Decimal:
        """The price of one base unit. Only of a line that has a price."""
        assert self.unit_amount is not None
        return round_amount(self.unit_amount / self.quantity_per, UNIT_STEP)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a price is asked for: `quantity` in base units, positive; `unit_id` the unit of the document line."""

    on: date
    partner_id: int
    unit_id: int
    quantity: Decimal
    variant_id: int | None = None


@dataclass(frozen=True, slots=True)
class Best:
    """The price of one base unit with the line that gave it, and the discount in percent with its line.

    A key of None: no line holds. Then there is no price, and a discount of 0.
    """

    unit_amount: Decimal | None = None
    price_key: int | None = None
    discount_percent: Decimal = Decimal(0)
    discount_key: int | None = None


def best(offers: Iterable[Offer], asked: Asked) -> Best:
    """Take the lowest price and the highest discount of the lines that hold.

    Prices for the variant go before those for none, then prices in the line's unit before those in another.
    Source: design-details-best-price-calculation ("lowest permissible price with the highest permissible discount").
    """
    holding = [offer for offer in offers if holds(offer, asked)]
    price = _best_price(holding, asked)
    discounts = [offer for offer in holding if offer.discount_percent]
    discount = max(discounts, key=lambda offer: (offer.discount_percent, *_rank(offer)), default=None)
    return Best(
        unit_amount=price.base_amount if price else None,
        price_key=price.key if price else None,
        discount_percent=(discount.discount_percent if discount else None) or Decimal(0),
        discount_key=discount.key if discount else None,
    )


def holds(offer: Offer, asked: Asked) -> bool:
    """Whether a price list line is for this partner, variant, quantity and day; both its dates are included."""
    return (
        offer.partner_id in (None, asked.partner_id)
        and offer.variant_id in (None, asked.variant_id)
        and offer.minimum_in_base <= asked.quantity
        and (offer.starting_date is None or offer.starting_date <= asked.on)
        and (offer.ending_date is None or asked.on <= offer.ending_date)
    )


def _best_price(holding: list[Offer], asked: Asked) -> Offer | None:
    priced = [offer for offer in holding if offer.unit_amount is not None]
    if asked.variant_id is not None:
        priced = [offer for offer in priced if offer.variant_id == asked.variant_id] or priced
    priced = [offer for offer in priced if offer.unit_id == asked.unit_id] or priced
    return max(priced, key=lambda offer: (-offer.base_amount, *_rank(offer)), default=None)


def _rank(offer: Offer) -> tuple[Decimal, int]:
    """Of equals the line with the larger minimum quantity, then the older one: it says most about the case."""
    return offer.minimum_in_base, -offer.key
