"""Price and discount of document lines: what the price lists offer, what a person entered, and the amount they make.

The rule itself stands in `inventory.prices`; docs/algorithms/prices.md has it in words and figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from config.base.amounts import round_amount
from config.base.errors import DomainError, ErrorCode
from config.base.fields import DECIMAL_PLACES, MAX_DIGITS
from config.base.models import Company
from inventory.categories import Tree
from inventory.enums import LineType, PriceSide, PriceSource
from inventory.models import Document, DocumentLine, Item, ItemUnitOfMeasure, PriceListLine
from inventory.prices import Asked, Best, Offer, best

PERCENT_STEP = Decimal("0.00001")
LIMIT = Decimal(10) ** (MAX_DIGITS - DECIMAL_PLACES)
"""What an amount or a price must stay below."""
FOLLOWED = ("item_id", "variant_id", "unit_of_measure_id", "quantity")
"""What of a line decides its price."""


def price_side(is_purchase: bool) -> PriceSide:
    """The price lists of a side."""
    return PriceSide.PURCHASE if is_purchase else PriceSide.SALES


def any_price_lists(*, is_purchase: bool) -> bool:
    """Whether anything is agreed on a side at all."""
    return PriceListLine.objects.filter(side=price_side(is_purchase)).exists()


@dataclass(frozen=True, slots=True)
class PriceBook:
    """The price list lines of one side that may hold for some items, read at once."""

    offers: dict[int, list[Offer]]
    is_purchase: bool

    @classmethod
    def load(cls, items: Iterable[Item], *, is_purchase: bool, partner_ids: Iterable[int]) -> PriceBook:
        """Read what may hold for the items and partners, in one query, or four where categories and units matter."""
        by_id = {item.pk: item for item in items}
        partner = "vendor" if is_purchase else "customer"
        lines = list(
            PriceListLine.objects.filter(
                Q(item__in=by_id) | Q(category__isnull=False),
                Q(**{f"{partner}__isnull": True}) | Q(**{f"{partner}__in": set(partner_ids)}),
                side=price_side(is_purchase),
                blocked=False,
            ).order_by("pk")
        )
        per_unit = _units_of(by_id.values(), lines)
        offers: dict[int, list[Offer]] = {pk: [] for pk in by_id}
        for line, item in _pairs(lines, by_id):
            unit_id = line.unit_of_measure_id or item.base_unit_of_measure_id
            per = Decimal(1) if unit_id == item.base_unit_of_measure_id else per_unit.get((item.pk, unit_id))
            if per is not None:  # A unit that the item has no more cannot be counted in.
                offers[item.pk].append(_offer(line, unit_id, per))
        return cls(offers, is_purchase)

    def best(self, item: Item, asked: Asked) -> Best:
        """The best price and discount of an item that was among those of `load`."""
        return best(self.offers[item.pk], asked)


def _units_of(items: Iterable[Item], lines: Iterable[PriceListLine]) -> dict[tuple[int, int], Decimal]:
    base = {item.pk: item.base_unit_of_measure_id for item in items}
    other = {
        line.item_id
        for line in lines
        if line.item_id is not None and line.unit_of_measure_id not in (None, base[line.item_id])
    }
    if not other:
        return {}
    rows = ItemUnitOfMeasure.objects.filter(item__in=other)
    return {(item, unit): per for item, unit, per in rows.values_list("item_id", "unit_of_measure_id", "quantity_per")}


def _pairs(lines: list[PriceListLine], items: dict[int, Item]) -> Iterable[tuple[PriceListLine, Item]]:
    """Each line with each item that it is for; a category stands for all that is below it."""
    by_category: dict[int, list[PriceListLine]] = {}
    for line in lines:
        if line.item_id is not None:
            yield line, items[line.item_id]
        elif line.category_id is not None:
            by_category.setdefault(line.category_id, []).append(line)
    if not by_category:
        return
    tree = Tree.load()
    for item in items.values():
        for category in tree.path(item.category_id):
            yield from ((line, item) for line in by_category.get(category.pk, ()))


def _offer(line: PriceListLine, unit_id: int, quantity_per: Decimal) -> Offer:
    return Offer(
        key=line.pk,
        unit_id=unit_id,
        quantity_per=quantity_per,
        partner_id=line.vendor_id or line.customer_id,
        variant_id=line.variant_id,
        minimum_quantity=line.minimum_quantity,
        starting_date=line.starting_date,
        ending_date=line.ending_date,
        unit_amount=line.unit_amount,
        discount_percent=line.line_discount_percent,
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a line costs while nobody says otherwise, and where that comes from."""

    unit_amount: Decimal
    price_source: PriceSource
    price_key: int | None
    discount_percent: Decimal
    discount_source: PriceSource
    discount_key: int | None


def propose(book: PriceBook, item: Item, asked: Asked) -> Proposal:
    """The best price and discount of the price lists, else the price of the item card and no discount."""
    found = book.best(item, asked)
    listed = found.unit_amount is not None
    return Proposal(
        found.unit_amount if found.unit_amount is not None else card_price(item, is_purchase=book.is_purchase),
        PriceSource.PRICE_LIST if listed else PriceSource.ITEM_CARD,
        found.price_key,
        found.discount_percent,
        PriceSource.PRICE_LIST if found.discount_key else PriceSource.ITEM_CARD,
        found.discount_key,
    )


def card_price(item: Item | None, *, is_purchase: bool) -> Decimal:
    """What the item card says: the last direct cost, or the sales price; a charge costs nothing."""
    if item is None:
        return Decimal(0)
    if not is_purchase:
        return Decimal(item.unit_price)
    return Decimal(item.last_direct_cost or item.unit_cost)


# A line that is stored one by one.


def price_line(line: DocumentLine, stored: DocumentLine | None, changed: frozenset[str]) -> None:
    """Give a line, whose document is at hand, its price and discount before it is stored.

    `stored`: the line as it stands in the database, None for a new one. `changed`: what the user typed or made blank.
    What was entered stays; the rest follows the price lists while nothing of the line has moved.
    """
    price_follows, discount_follows = _note_entered(line, stored, changed)
    if line.type == LineType.ITEM and line.item is not None and (price_follows or discount_follows):
        proposal = _proposal_for(line, line.item)
        if price_follows:
            _take_price(line, proposal)
        if discount_follows:
            _take_discount(line, proposal)
    else:
        line.unit_amount = line.unit_amount if line.unit_amount is not None else Decimal(0)
        line.line_discount_percent = Decimal(0) if discount_follows else line.line_discount_percent
    _match_discount(line, stored, changed, follows=discount_follows)


def _note_entered(line: DocumentLine, stored: DocumentLine | None, changed: frozenset[str]) -> tuple[bool, bool]:
    """Mark what the user entered; return whether the price, and whether the discount, is to be taken anew."""
    price_cleared = line.unit_amount is None
    percent_cleared = "line_discount_percent" in changed and line.line_discount_percent is None
    amount_entered = "line_discount_amount" in changed
    if stored is None:
        has_discount = line.line_discount_percent is not None or line.line_discount_amount
        return price_cleared, not (has_discount or amount_entered)
    if "line_discount_percent" not in changed:
        line.line_discount_percent = stored.line_discount_percent
    item_changed = stored.item_id != line.item_id
    if "unit_amount" in changed and not price_cleared:
        line.price_source, line.price_list_line_id = PriceSource.ENTERED, None
    if (changed & {"line_discount_percent", "line_discount_amount"}) and not percent_cleared:
        line.discount_source, line.discount_list_line_id = PriceSource.ENTERED, None
    if item_changed and "unit_amount" not in changed:
        line.price_source = PriceSource.ITEM_CARD
    if item_changed and not changed & {"line_discount_percent", "line_discount_amount"}:
        line.discount_source = PriceSource.ITEM_CARD
    moved = any(getattr(stored, name) != getattr(line, name) for name in FOLLOWED) and not stored.quantity_handled
    return (
        price_cleared or (moved and line.price_source != PriceSource.ENTERED),
        percent_cleared or (moved and line.discount_source != PriceSource.ENTERED),
    )


def _proposal_for(line: DocumentLine, item: Item) -> Proposal:
    document = line.document
    book = PriceBook.load([item], is_purchase=document.is_purchase, partner_ids=[_partner_id(document)])
    return propose(book, item, _asked(line, item, document))


def _asked(line: DocumentLine, item: Item, document: Document) -> Asked:
    return Asked(
        on=document.order_date,
        partner_id=_partner_id(document),
        unit_id=line.unit_of_measure_id or item.base_unit_of_measure_id,
        quantity=line.quantity,
        variant_id=line.variant_id,
    )


def _partner_id(document: Document) -> int:
    partner_id = document.vendor_id if document.is_purchase else document.customer_id
    assert partner_id is not None
    return partner_id


def _take_price(line: DocumentLine, proposal: Proposal) -> None:
    line.unit_amount = within_columns(proposal.unit_amount)
    line.price_source, line.price_list_line_id = proposal.price_source, proposal.price_key


def _take_discount(line: DocumentLine, proposal: Proposal) -> None:
    line.line_discount_percent = proposal.discount_percent
    line.discount_source, line.discount_list_line_id = proposal.discount_source, proposal.discount_key


def _match_discount(line: DocumentLine, stored: DocumentLine | None, changed: frozenset[str], *, follows: bool) -> None:
    """Let percent and amount of the discount say the same: whichever was entered decides, else the percent."""
    if "line_discount_percent" not in changed and not follows:
        if "line_discount_amount" in changed or (stored is None and line.line_discount_percent is None):
            line.line_discount_percent = discount_percent(line) if line.line_discount_amount else Decimal(0)
            return
        if stored is not None and _gross(stored) == _gross(line):
            return
        if stored is not None and line.line_discount_percent is None:
            line.line_discount_percent = discount_percent(stored)
    if line.line_discount_percent is not None:
        line.line_discount_amount = discount_amount(line, line.line_discount_percent)


def _gross(line: DocumentLine) -> Decimal:
    """What of the line is not invoiced, before the discount."""
    gross: Decimal = (line.quantity - line.quantity_invoiced) * line.unit_amount
    return gross


def discount_percent(line: DocumentLine) -> Decimal | None:
    """The line discount in percent of what is not invoiced yet, to five decimals; None where it has no percent."""
    return percent_of(line.line_discount_amount, _gross(line))


def discount_amount(line: DocumentLine, percent: Decimal, *, precision: Decimal | None = None) -> Decimal:
    """The amount of a discount in percent on what is not invoiced yet, rounded as the company's amounts are.

    10 % on 3 of 5 pieces at 33.33, 2 of them invoiced: 10.00. Many lines: give the precision, else it is read.
    """
    return amount_of(percent, _gross(line), precision or Company.current().amount_rounding_precision)


def percent_of(amount: Decimal, gross: Decimal) -> Decimal | None:
    """What percent an amount is of another; None where it is more than all of it, or there is nothing."""
    return round_amount(100 * amount / gross, PERCENT_STEP) if gross > 0 and amount <= gross else None


def amount_of(percent: Decimal, gross: Decimal, precision: Decimal) -> Decimal:
    """The part of an amount that a percentage is. Raises: DomainError where no column could hold it."""
    return within_columns(round_amount(gross * percent / 100, precision))


def within_columns(value: Decimal) -> Decimal:
    """A price or amount that its column can hold. Raises: DomainError."""
    if value >= LIMIT:
        raise DomainError(
            _("Quantity, price and discount come to %(value)s, which is too large. Check the figures.")
            % {"value": value},
            code=ErrorCode.INVALID_INPUT,
        )
    return value


# All lines of a document at once.


def follow_document(document: Document) -> int:
    """Take prices and discounts of a document's lines anew: its partner or date changed. Returns how many changed.

    Lines that have moved, and what was entered on the others, stay. The document must be locked.
    """
    lines = list(
        document.lines.filter(type=LineType.ITEM, quantity_handled=0)
        .exclude(price_source=PriceSource.ENTERED, discount_source=PriceSource.ENTERED)
        .select_related("item")
        .order_by("line_no")
    )
    items = {line.item_id: line.item for line in lines if line.item is not None}
    book = PriceBook.load(items.values(), is_purchase=document.is_purchase, partner_ids=[_partner_id(document)])
    precision: Decimal = Company.current().amount_rounding_precision
    changed = []
    for line in lines:
        assert line.item is not None
        before = _priced(line)
        proposal = propose(book, line.item, _asked(line, line.item, document))
        if line.price_source != PriceSource.ENTERED:
            _take_price(line, proposal)
        if line.discount_source != PriceSource.ENTERED:
            _take_discount(line, proposal)
        if line.line_discount_percent is not None:
            line.line_discount_amount = discount_amount(line, line.line_discount_percent, precision=precision)
        if _priced(line) != before:
            changed.append(line)
    DocumentLine.objects.bulk_update(changed, PRICE_COLUMNS, batch_size=500)
    return len(changed)


PRICE_COLUMNS = (
    "unit_amount",
    "line_discount_percent",
    "line_discount_amount",
    "price_source",
    "price_list_line",
    "discount_source",
    "discount_list_line",
)


SOURCE_COLUMNS = (
    "line_discount_percent",
    "price_source",
    "price_list_line_id",
    "discount_source",
    "discount_list_line_id",
)
"""What goes along with price and amount where they are copied from a line."""


def _priced(line: DocumentLine) -> tuple[object, ...]:
    return (line.unit_amount, line.line_discount_amount, *(getattr(line, name) for name in SOURCE_COLUMNS))


def with_sources(lines: QuerySet[DocumentLine]) -> QuerySet[DocumentLine]:
    """The lines with all that `price_from` and `discount_from` show: two queries, however many they are."""
    about = PriceListLine.objects.select_related(
        "category", "variant", "vendor", "customer", "unit_of_measure", "item__base_unit_of_measure"
    )
    return lines.prefetch_related(Prefetch("price_list_line", about), Prefetch("discount_list_line", about))


def holds_on(day: date) -> Q:
    """Price list lines that hold on a day."""
    return (Q(starting_date__isnull=True) | Q(starting_date__lte=day)) & (
        Q(ending_date__isnull=True) | Q(ending_date__gte=day)
    )
