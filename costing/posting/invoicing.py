"""Invoicing what was received or shipped before: expected cost gives way to actual cost.

An invoice of m out of n settles its share of the expected cost, the last one all that is left. A purchase takes the
invoice's own amount; a sale keeps the cost it has, and cost adjustment follows up what its sources do later.
Source: design-details-expected-cost-posting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.base import statements
from config.base.amounts import from_e5, round_div
from costing import accounts as account_lookup
from costing import cost_book, exact_reversal, marking
from costing.accounts import FrozenAccounts
from costing.cost_book import CostBook
from costing.engine.shares import share_amount_e5
from costing.exact_reversal import Receipt
from costing.marking import OpenReceipt
from costing.posting import expected_revaluations
from costing.value_posting import (
    ValueDraft,
    note_running,
    overhead_and_variance,
    overhead_cost_e5,
    price_difference,
    settled_expected_e5,
    take_back,
)
from inventory import sources
from inventory.posting import Origin
from inventory.stock import ItemFacts


@dataclass(frozen=True, slots=True)
class InvoiceableEntry:
    """A received or shipped entry with something left to invoice; signs of the ledger, 1e-5."""

    id: int
    posted_line_id: int
    order_line_no: int
    item_id: int
    variant_id: int | None
    location_id: int | None
    entry_type: str
    quantity_e5: int
    invoiced_e5: int
    open_expected_e5: int
    first_expected_e5: int
    sales_expected_e5: int
    purchase_expected_e5: int
    valuation_date: date
    valued_by_average: bool
    account_set_id: int
    gen_bus_posting_group_id: int | None
    applies_to_id: int | None

    @property
    def sign(self) -> int:
        return 1 if self.quantity_e5 > 0 else -1

    @property
    def not_invoiced_e5(self) -> int:
        return self.quantity_e5 - self.invoiced_e5


_ENTRIES = """
SELECT e.id, pl.id, pl.order_line_no, e.item_id, e.variant_id, e.location_id, e.entry_type,
       (e.quantity * 100000)::bigint, (e.invoiced_quantity * 100000)::bigint,
       (v.open_expected * 100000)::bigint, (v.first_expected * 100000)::bigint,
       (v.sales_expected * 100000)::bigint, (v.purchase_expected * 100000)::bigint,
       v.valuation_date, v.valued_by_average, v.account_set_id, v.gen_bus_posting_group_id,
       e.applies_to_entry_id
FROM inventory_posteddocument d
JOIN inventory_posteddocumentline pl ON pl.posted_document_id = d.id
JOIN inventory_itemledgerentry e
  ON e.document_no = d.no AND e.document_type = d.type AND e.document_line_no = pl.line_no
CROSS JOIN LATERAL (
    SELECT coalesce(sum(x.cost_amount_expected) FILTER (WHERE x.entry_type = 'direct_cost'), 0) AS open_expected,
           coalesce(sum(x.cost_amount_expected)
                    FILTER (WHERE x.entry_type = 'direct_cost' AND x.expected_cost AND NOT x.adjustment), 0)
               AS first_expected,
           sum(x.sales_amount_expected) AS sales_expected,
           sum(x.purchase_amount_expected) AS purchase_expected,
           max(x.valuation_date) FILTER (WHERE x.entry_type = 'direct_cost') AS valuation_date,
           bool_or(x.valued_by_average_cost) AS valued_by_average,
           (array_agg(x.account_set_id ORDER BY x.id))[1] AS account_set_id,
           (array_agg(x.gen_bus_posting_group_id ORDER BY x.id))[1] AS gen_bus_posting_group_id
    FROM costing_valueentry x WHERE x.item_ledger_entry_id = e.id) v
"""
_OF_ORDER = f"""{_ENTRIES}
WHERE d.order_no = %s AND d.type = %s AND pl.order_line_no = ANY(%s::int[]) AND NOT e.completely_invoiced
ORDER BY e.id
"""
_NAMED = f"""{_ENTRIES}
WHERE e.id = ANY(%s::bigint[]) AND NOT e.completely_invoiced
"""


def invoiceable_entries(
    *, order_no: str, handled_type: str, order_line_nos: Collection[int]
) -> dict[int, list[InvoiceableEntry]]:
    """Return, by order line number, what was received or shipped and is not fully invoiced, oldest first."""
    found: dict[int, list[InvoiceableEntry]] = {}
    for row in statements.rows(_OF_ORDER, [order_no, str(handled_type), list(order_line_nos)]):
        entry = InvoiceableEntry(*row)
        found.setdefault(entry.order_line_no, []).append(entry)
    return found


def invoiceable_by_id(entry_ids: Collection[int]) -> dict[int, InvoiceableEntry]:
    """Return those of the entries that are not fully invoiced. Their items must be locked."""
    rows = statements.rows(_NAMED, [list(entry_ids)]) if entry_ids else []
    return {row[0]: InvoiceableEntry(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class InvoicePart:
    """A positive quantity of one entry that an invoice line settles; amount before overhead, net of discount."""

    entry: InvoiceableEntry
    item: ItemFacts
    origin: Origin
    quantity_e5: int
    amount_e5: int
    discount_e5: int


def split_invoice(
    entries: Sequence[InvoiceableEntry],
    item: ItemFacts,
    origin: Origin,
    *,
    quantity_e5: int,
    amount_e5: int,
    discount_e5: int,
    precision_e5: int,
) -> list[InvoicePart]:
    """Spread an invoiced quantity over entries, oldest first; amounts in proportion, the last part takes the rest.

    The entries have at least the quantity left to invoice.
    """
    parts = []
    for entry in entries:
        if not quantity_e5:
            break
        part_e5 = min(abs(entry.not_invoiced_e5), quantity_e5)
        amount = share_amount_e5(amount_e5, part_e5, quantity_e5, precision_e5)
        discount = share_amount_e5(discount_e5, part_e5, quantity_e5, precision_e5)
        parts.append(InvoicePart(entry, item, origin, part_e5, amount, discount))
        quantity_e5, amount_e5, discount_e5 = quantity_e5 - part_e5, amount_e5 - amount, discount_e5 - discount
    assert quantity_e5 == 0
    return parts


def draft_invoices(
    parts: Sequence[InvoicePart], book: CostBook, *, valuation_floor: date | None = None
) -> list[ValueDraft]:
    """Draft the value entries of invoiced parts; their accounts are those of the entries they settle.

    `book`: its running averages price the issues of items that are settled at close anew.
    `valuation_floor`: an entry valued before it is invoiced all the same, valued on the date of the invoice.
    """
    precision_e5 = book.precision_e5
    book.running.load(part.item for part in parts)
    marked = _marked_receipts(parts)
    sets = account_lookup.accounts_of_sets({part.entry.account_set_id for part in parts})
    revalued = expected_revaluations.open_revaluations({part.entry.id for part in parts if part.item.is_standard})
    returned = _returned_receipts(parts)
    drafts: list[ValueDraft] = []
    for part in parts:
        receipt = returned.get(part.entry.applies_to_id or 0)
        of_part = _draft_part(part, sets.get(part.entry.account_set_id), receipt, precision_e5=precision_e5)
        if part.item.is_running:
            of_part = _at_running_average(part, of_part, book, marked.get(part.entry.id, ()))
        if valuation_floor and part.entry.valuation_date < valuation_floor:
            for draft in of_part:
                draft.valuation_date = part.origin.posting_date
        drafts += of_part
        drafts += [
            expected_revaluations.draft_taken_back(
                of_part[0], each, not_invoiced_e5=part.entry.not_invoiced_e5, precision_e5=precision_e5
            )
            for each in revalued.get(part.entry.id, ())
        ]
    return drafts


def _marked_receipts(parts: Sequence[InvoicePart]) -> dict[int, list[tuple[OpenReceipt, int]]]:
    """The receipts that issues are marked to, with the quantities, by issue."""
    marks = marking.marks_of({part.entry.id for part in parts if part.item.is_settled_at_close and part.entry.sign < 0})
    receipts = marking.open_receipts({receipt_id for found in marks.values() for receipt_id, _quantity in found})
    return {
        issue_id: [(receipts[pk], quantity_e5) for pk, quantity_e5 in found if pk in receipts]
        for issue_id, found in marks.items()
    }


def _at_running_average(
    part: InvoicePart, drafts: list[ValueDraft], book: CostBook, marked: Iterable[tuple[OpenReceipt, int]]
) -> list[ValueDraft]:
    """An issue is priced again, its own physical value taken out first; a moving average keeps what is still there."""
    draft, entry, item = drafts[0], part.entry, part.item
    if item.is_settled_at_close and entry.sign < 0 and not item.inventory_value_zero:
        own_e5 = {"quantity_e5": draft.invoiced_quantity_e5, "expected_e5": -draft.expected_e5}
        running = book.running
        running.add(draft.place, invoiced_e5=0, actual_e5=0, **{name: -value for name, value in own_e5.items()})
        draft.actual_e5 = -_issue_cost_e5(part, book, marked)
        running.add(draft.place, invoiced_e5=0, actual_e5=0, **own_e5)
    elif item.is_moving_average and entry.sign > 0:
        change_e5 = sum(each.actual_e5 + each.expected_e5 for each in drafts)
        kept_e5 = book.running.kept_e5(item, draft.place, part.quantity_e5, change_e5)
        drafts = [*drafts, *price_difference(draft, kept_e5 - change_e5)]
    note_running(drafts, book)
    return drafts


def _issue_cost_e5(part: InvoicePart, book: CostBook, marked: Iterable[tuple[OpenReceipt, int]]) -> int:
    """What of the part is marked costs what its receipt does, and is invoiced first; the rest the running average."""
    left_e5, cost_e5, invoiced_e5 = part.quantity_e5, 0, abs(part.entry.invoiced_e5)
    place = (part.entry.item_id, part.entry.variant_id, part.entry.location_id)
    for receipt, quantity_e5 in marked:
        open_e5 = max(quantity_e5 - invoiced_e5, 0)
        invoiced_e5 = max(invoiced_e5 - quantity_e5, 0)
        taken_e5 = min(open_e5, left_e5, receipt.quantity_e5)
        if taken_e5:
            cost_e5 += receipt.part_e5(taken_e5, book.precision_e5)
            left_e5 -= taken_e5
    return cost_e5 + (book.running.price_e5(part.item, place, left_e5) if left_e5 else 0)


def _returned_receipts(parts: Sequence[InvoicePart]) -> dict[int, Receipt]:
    """The receipts that credited returns take back exactly."""
    keys = {
        part.entry.applies_to_id
        for part in parts
        if part.entry.applies_to_id is not None and part.entry.entry_type == "purchase" and part.entry.sign < 0
    }
    return exact_reversal.receipts(keys, cost_book.entry_costs(keys))


def _draft_part(
    part: InvoicePart, accounts: FrozenAccounts | None, receipt: Receipt | None, *, precision_e5: int
) -> list[ValueDraft]:
    draft = _settling_draft(part, accounts, precision_e5=precision_e5)
    entry, item = part.entry, part.item
    whole_e5 = abs(entry.quantity_e5)
    if entry.entry_type == "sale":
        draft.sales_actual_e5 = -entry.sign * part.amount_e5
        draft.sales_expected_e5 = -share_amount_e5(entry.sales_expected_e5, part.quantity_e5, whole_e5, precision_e5)
        return [draft]
    draft.purchase_actual_e5 = entry.sign * part.amount_e5
    draft.purchase_expected_e5 = -share_amount_e5(entry.purchase_expected_e5, part.quantity_e5, whole_e5, precision_e5)
    if not item.is_inventory:
        draft.non_inventory_e5, draft.actual_e5, draft.expected_e5 = entry.sign * part.amount_e5, 0, 0
        return [draft]
    if item.inventory_value_zero:
        return [draft]
    if entry.sign > 0:
        return [draft, *_purchase_cost(draft, part, precision_e5=precision_e5)]
    return [draft, *(take_back(draft, receipt.parts(part.quantity_e5, precision_e5)) if receipt else ())]


def _settling_draft(part: InvoicePart, accounts: FrozenAccounts | None, *, precision_e5: int) -> ValueDraft:
    """The value that settles the expected cost of a part, and keeps that cost: what a sale does."""
    entry, item = part.entry, part.item
    settled_e5 = settled_expected_e5(
        open_expected_e5=entry.open_expected_e5,
        first_expected_e5=entry.first_expected_e5,
        part_e5=part.quantity_e5,
        whole_e5=abs(entry.quantity_e5),
        final=part.quantity_e5 == abs(entry.not_invoiced_e5),
        precision_e5=precision_e5,
    )
    return ValueDraft(
        entry_key=entry.id,
        item=item,
        place=(entry.item_id, entry.variant_id, entry.location_id),
        origin=part.origin,
        item_ledger_entry_type=entry.entry_type,
        valuation_date=entry.valuation_date,
        valued_quantity_e5=entry.sign * part.quantity_e5,
        invoiced_quantity_e5=entry.sign * part.quantity_e5,
        actual_e5=settled_e5,
        expected_e5=-settled_e5,
        discount_e5=part.discount_e5,
        inventoriable=item.is_inventory,
        valued_by_average=entry.valued_by_average,
        gen_bus_posting_group_id=entry.gen_bus_posting_group_id,
        accounts=accounts,
    )


def _purchase_cost(draft: ValueDraft, part: InvoicePart, *, precision_e5: int) -> list[ValueDraft]:
    """A purchase invoice replaces the expected cost by its own; standard items take the rest to variance."""
    item = part.item
    draft.actual_e5 = part.amount_e5
    overhead_e5 = overhead_cost_e5(item, part.amount_e5, part.quantity_e5, precision_e5)
    variance_e5 = 0
    price_e5 = item.fixed_price_at(draft.place)
    if price_e5 is not None:
        fixed_e5 = round_div(part.quantity_e5 * price_e5, 100_000 * precision_e5) * precision_e5
        variance_e5 = fixed_e5 - part.amount_e5 - overhead_e5
    return overhead_and_variance(draft, overhead_e5=overhead_e5, variance_e5=variance_e5)


def write_invoiced(parts: Sequence[InvoicePart], *, posting_date: date) -> None:
    """Write back how much of each entry is invoiced now."""
    totals: dict[int, int] = {}
    for part in parts:
        totals[part.entry.id] = totals.get(part.entry.id, 0) + part.entry.sign * part.quantity_e5
    if not totals:
        return
    sources.flag_layers({part.entry.id for part in parts if part.entry.sign < 0})
    parameters: list[Any] = [posting_date, list(totals), [from_e5(value) for value in totals.values()]]
    statements.run(
        """
        UPDATE inventory_itemledgerentry e
        SET invoiced_quantity = e.invoiced_quantity + n.quantity,
            completely_invoiced = e.invoiced_quantity + n.quantity = e.quantity,
            last_invoice_date = greatest(e.last_invoice_date, %s::date),
            applied_entry_to_adjust =
                e.applied_entry_to_adjust OR n.quantity <> e.quantity
                    OR e.quantity > 0 AND e.remaining_quantity < e.quantity
        FROM unnest(%s::bigint[], %s::numeric[]) AS n(id, quantity)
        WHERE e.id = n.id
        """,
        parameters,
    )
