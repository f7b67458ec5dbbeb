"""Price and discount of imported order lines: what the row says stays, what it leaves blank the price lists say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from config.base.errors import DomainError
from config.base.sheets import ParsedRow, RowProblem
from inventory.enums import PriceSource
from inventory.line_prices import PriceBook, Proposal, amount_of, any_price_lists, percent_of, propose, within_columns
from inventory.prices import Asked

PRICED = "priced"
"""Where a row keeps the columns of its document line that `propose_prices` found."""


@dataclass(frozen=True, slots=True)
class PriceColumns:
    """The names of the columns of one side, and the smallest step of amounts."""

    is_purchase: bool
    partner: str
    price: str
    step: Decimal


def propose_prices(rows: Sequence[ParsedRow], columns: PriceColumns) -> Iterable[RowProblem]:
    """Give each row the price and discount of its line, in few queries for the whole file.

    A blank price is taken from price list or item card, a blank discount from the price list; a price that nobody
    knows is refused.
    """
    book = _book(rows, columns)
    for row in rows:
        yield from _contradictions(row)
        asked = _asked(row, columns)
        proposal = propose(book, row["item_no"], asked) if book and asked else None
        if row.is_blank(columns.price) and _is_complete(row, columns) and not _knows_price(proposal):
            message = _("Enter a price: neither the price lists nor the item card have one.")
            yield RowProblem(row.line_no, columns.price, message)
        try:
            row.values[PRICED] = _priced(row, proposal, columns)
        except DomainError as error:
            yield RowProblem(row.line_no, "quantity", str(error), error.code)


def _knows_price(proposal: Proposal | None) -> bool:
    """A price list may say that something costs nothing; an item card without a price says nothing."""
    return proposal is not None and (proposal.price_key is not None or proposal.unit_amount > 0)


def _contradictions(row: ParsedRow) -> Iterable[RowProblem]:
    if row["line_discount_percent"] is None:
        return
    if not row.is_blank("line_discount_amount"):
        yield RowProblem(row.line_no, "line_discount_percent", _("Give the percentage or the amount, not both."))
    if row["line_discount_percent"] > 100:
        yield RowProblem(row.line_no, "line_discount_percent", _("A discount is at most 100 percent."))


def _book(rows: Sequence[ParsedRow], columns: PriceColumns) -> PriceBook | None:
    """The price lists that the rows need; None where each row has all it needs."""
    open_rows = [row for row in rows if row["item_no"] and row[columns.partner] and _leaves_open(row, columns)]
    if not open_rows:
        return None
    has_blank_price = any(row.is_blank(columns.price) for row in open_rows)
    if not has_blank_price and not any_price_lists(is_purchase=columns.is_purchase):
        return None
    items = {row["item_no"].pk: row["item_no"] for row in open_rows}
    partners = {row[columns.partner].pk for row in open_rows}
    return PriceBook.load(items.values(), is_purchase=columns.is_purchase, partner_ids=partners)


def _leaves_open(row: ParsedRow, columns: PriceColumns) -> bool:
    return row.is_blank(columns.price) or _discount_is_blank(row)


def _discount_is_blank(row: ParsedRow) -> bool:
    return row.is_blank("line_discount_amount") and row.is_blank("line_discount_percent")


def _is_complete(row: ParsedRow, columns: PriceColumns) -> bool:
    """Whether nothing else is missing that decides the price; a fault of another cell is named by that."""
    named = row["item_no"] or row["item_charge"]
    return bool(named and row[columns.partner] and row["order_date"] and row["quantity"])


def _asked(row: ParsedRow, columns: PriceColumns) -> Asked | None:
    item, partner = row["item_no"], row[columns.partner]
    if not (item and partner and row["order_date"] and row["quantity"] and _leaves_open(row, columns)):
        return None
    return Asked(
        on=row["order_date"],
        partner_id=partner.pk,
        unit_id=item.base_unit_of_measure_id,
        quantity=row["quantity"],
        variant_id=row.key("variant"),
    )


def _priced(row: ParsedRow, proposal: Proposal | None, columns: PriceColumns) -> dict[str, Any]:
    """The columns of the document line; what the row gave is entered."""
    line: dict[str, Any] = {
        "unit_amount": row.number(columns.price),
        "line_discount_amount": row.number("line_discount_amount"),
        "line_discount_percent": row["line_discount_percent"],
        "price_source": PriceSource.ENTERED.value,
        "price_list_line_id": None,
        "discount_source": PriceSource.ENTERED.value,
        "discount_list_line_id": None,
    }
    if proposal and row.is_blank(columns.price):
        line["unit_amount"], line["price_list_line_id"] = within_columns(proposal.unit_amount), proposal.price_key
        line["price_source"] = proposal.price_source.value
    if proposal and _discount_is_blank(row):
        line["line_discount_percent"] = proposal.discount_percent
        line["discount_list_line_id"] = proposal.discount_key
        line["discount_source"] = proposal.discount_source.value
    _match(line, row.number("quantity") * line["unit_amount"], columns.step)
    return line


def _match(line: dict[str, Any], gross: Decimal, step: Decimal) -> None:
    """Percent and amount say the same."""
    if line["line_discount_percent"] is not None:
        line["line_discount_amount"] = amount_of(line["line_discount_percent"], gross, step)
    elif line["line_discount_amount"]:
        line["line_discount_percent"] = percent_of(line["line_discount_amount"], gross)
